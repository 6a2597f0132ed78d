"""The demo's market as each source holds it and each loader leaves it: the same scores as from raw tables."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

import demo_sources
from builds.comparing import assert_agrees, of_the_moment
from builds.warehouse import Run, Warehouse
from recomputation import recompute
from worlds.committed import rules

pytestmark = [pytest.mark.long, pytest.mark.beyond_ci]
AS_OF = datetime(2026, 6, 30, 9)
AS_OF_TEXT = "2026-06-30T09:00:00Z"


def market(source: str) -> demo_sources.Tables:
    """The demo's records, under ids as a source has them."""
    return demo_sources.renamed(demo_sources.standing(demo_sources.demo()), source)[0]


def build(warehouse: Warehouse, sources: list[str], *arguments: str, **variables: Any) -> Run:
    """A build of some sources; without unit tests, which see no data."""
    given = {"sources": sources, "as_of": AS_OF_TEXT, **variables}
    project = warehouse.project()
    return warehouse.dbt("build", *arguments, "--exclude-resource-type", "unit_test", variables=given, project=project)


@pytest.mark.parametrize("source", ["salesforce", "hubspot"])
def test_a_crm_gives_the_tiers_of_raw_tables(warehouse, source):
    """Whatever the CRM can know; nothing of it is rejected, and what no line names is told."""
    tables = market(source)
    demo_sources.write(demo_sources.as_source(tables, source, "fivetran"), warehouse.path, source)
    build(warehouse, [source]).check()
    expected = recompute(demo_sources.SOURCES[source][1](tables), rules(), AS_OF)
    del expected["rejected_records"], expected["unmapped_values"], expected["source_reconciliation"]
    assert len(expected["account_tiers"]) > 200
    assert len({row["tier"] for row in expected["account_tiers"]}) > 2
    found = warehouse.built()
    assert_agrees(of_the_moment(found), of_the_moment(expected))
    assert {row["source"] for row in found["unmapped_values"]} == {source}
    assert warehouse.mart("account_tiers"), "nothing was published"


@pytest.mark.parametrize("source", ["salesforce", "hubspot"])
def test_each_loader_leaves_the_same(warehouse, source):
    """The raw tables made of Airbyte's and dlt's tables are those made of Fivetran's."""
    tables = market(source)
    made = {}
    for loader in demo_sources.LOADERS[source]:
        demo_sources.write(demo_sources.as_source(tables, source, loader), warehouse.path, loader)
        build(
            warehouse,
            [source],
            "--select",
            "+path:models/sources",
            "--exclude-resource-type",
            "test",
            source_schemas={source: loader},
            replace_published=True,
        ).check()
        made[loader] = {table: collected(warehouse, table) for table in demo_sources.KEYS}
    assert made["airbyte"] == made["fivetran"]
    # dlt brings neither HubSpot's engagements nor its events
    brought = [table for table, rows in made["fivetran"].items() if made["dlt"][table] or source == "salesforce"]
    assert {table: made["dlt"][table] for table in brought} == {table: made["fivetran"][table] for table in brought}
    assert {"accounts", "contacts", "opportunities", "sales_reps"} <= set(brought)


def collected(warehouse: Warehouse, table: str) -> list[tuple]:
    """A raw table that was made of a source, without when each row was loaded."""
    rows = warehouse.query(f"select * from sources.collected__{table}")
    return sorted(tuple(str(value) for name, value in row.items() if name != "loaded_at") for row in rows)


def test_events_beside_a_crm(warehouse):
    """Segment's pages and events find the accounts of Salesforce by who visited; no address keeps its query."""
    tables = market("salesforce")
    for source in ("salesforce", "segment"):
        loader = demo_sources.LOADERS[source][0]
        demo_sources.write(demo_sources.as_source(tables, source, loader), warehouse.path, source)
    build(warehouse, ["salesforce", "segment"]).check()
    known = demo_sources.known_to_salesforce(tables)
    emails = {row["contact_id"]: row["email"] for row in tables["contacts"]}
    events = demo_sources.segment(tables)
    ids = {event["id"] for name in ("pages", "tracks") for event in events[name]}
    visits = [
        {**row, "contact_id": "", "email": emails[row["contact_id"]]}
        for row in tables["signals"]
        if row["signal_id"] in ids
    ]
    # where both tell of one, one stands; the demo has no two pages of a visit
    told = {row["signal_id"] for row in known["signals"]}
    signals = known["signals"] + [row for row in visits if row["signal_id"] not in told]
    expected = recompute({**known, "signals": signals}, rules(), AS_OF)
    assert len(visits) > 500
    for name in ("account_scores", "account_score_contributions", "unmatched_signals"):
        assert_agrees({name: warehouse.built()[name]}, {name: expected[name]})
    kept = warehouse.query("select * from sources.collected__signals where record_source = 'segment'")
    assert kept
    assert not any("utm_source" in str(value) for row in kept for value in row.values())
