"""Sources as they are found, against the recomputation: each loader, histories, two CRMs at once, web events."""

from __future__ import annotations

import re

import pytest

import demo_sources
from builds.comparing import assert_agrees, of_the_moment
from builds.warehouse import Warehouse
from recomputation import recompute
from recomputation.hubspot import hubspot
from recomputation.reading import Record
from recomputation.sources import long_id, salesforce
from recomputation.web_events import segment
from worlds.committed import rules
from worlds.crm_sources import (
    AS_OF,
    AS_OF_TEXT,
    FIELDS,
    RATES,
    hubspot_tables,
    salesforce_tables,
    segment_tables,
)

LOADERS = ("airbyte", "fivetran", "dlt", "history")
RULES = {**rules(), "currency_rates": RATES, "source_fields": FIELDS}
Raw = dict[str, list[Record]]


@pytest.mark.beyond_ci
@pytest.mark.long
@pytest.mark.parametrize("loader", LOADERS)
def test_salesforce_as_it_is_found(warehouse, loader):
    """Ids of 15 characters, versions, deletes, merges, leads, currencies, picklists, fields of one's own."""
    tables = salesforce_tables(loader, 1 + LOADERS.index(loader))
    demo_sources.write(tables, warehouse.path, "crm")
    reasons = assert_salesforce_agrees(warehouse, tables)
    assert {"unknown_currency", "missing_account_name", "invalid_amount_usd", "invalid_created_at"} <= reasons


@pytest.mark.beyond_ci
@pytest.mark.long
@pytest.mark.parametrize("loader", ["airbyte", "fivetran", "dlt"])
def test_hubspot_as_it_is_found(warehouse, loader):
    """Lists of merged records, domains and technologies, milliseconds, stages, several contacts of an engagement."""
    tables = hubspot_tables(loader, 11 + LOADERS.index(loader))
    demo_sources.write(tables, warehouse.path, "hubspot")
    reasons = assert_sources_agree(warehouse, ["hubspot"], {}, hubspot(tables, RULES, AS_OF))
    assert {"unknown_currency", "invalid_amount_usd", "invalid_created_at"} <= reasons


@pytest.mark.long
def test_two_crms_and_web_events(warehouse):
    """Companies and contacts that name their record in Salesforce are merged into it; visitors find both."""
    tables, raw = three_sources(21)
    for name, those in tables.items():
        demo_sources.write(those, warehouse.path, name)
    assert_three_agree(warehouse, raw)
    assert sum(row.get("channel") == "web" for row in raw["signals"]) > 500


def three_sources(seed: int) -> tuple[dict[str, demo_sources.Tables], Raw]:
    """Two CRMs that know of each other, and web events, by their schemas; and the raw tables that they are."""
    crm, other, web = (
        salesforce_tables("fivetran", seed),
        hubspot_tables("fivetran", seed + 1),
        segment_tables(seed + 2),
    )
    for kind, key in (("company", "account"), ("contact", "contact")):
        for n, row in enumerate(other[kind][:40]):
            number = crm[key][n]["id"]
            row[f"property_salesforce{key}id"] = number[:15] if n % 2 else number
    made = [salesforce(crm, RULES, AS_OF), hubspot(other, RULES, AS_OF, with_salesforce=True), segment(web, RULES)]
    names = {name for raw in made for name in raw}
    raw = {name: [in_full(row) for each in made for row in each.get(name, [])] for name in names}
    return {"crm": crm, "hubspot": other, "segment": web}, raw


def assert_three_agree(warehouse: Warehouse, raw: Raw, *arguments: str) -> None:
    """Builds the three, and holds them against the recomputation."""
    assert_sources_agree(warehouse, ["salesforce", "hubspot", "segment"], {"salesforce": "crm"}, raw, *arguments)


@pytest.mark.long
def test_what_changed_at_the_source_counts_in_the_next_build(warehouse):
    """Owners, domains, merges, deletes and ids of another world, over what an earlier build has read."""
    for seed in (31, 32):
        tables = salesforce_tables("airbyte", seed)
        demo_sources.write(tables, warehouse.path, "crm")
        assert_salesforce_agrees(warehouse, tables)


def in_full(row: Record) -> Record:
    """A row whose ids of Salesforce have 18 characters."""
    return {
        name: long_id(value, everywhere=False) if name.endswith("_id") and isinstance(value, str) else value
        for name, value in row.items()
    }


def assert_salesforce_agrees(warehouse: Warehouse, tables: demo_sources.Tables, *arguments: str) -> set[str]:
    """Builds what stands in the schema `crm`, and holds it against the recomputation."""
    raw = salesforce(tables, RULES, AS_OF)
    return assert_sources_agree(warehouse, ["salesforce"], {"salesforce": "crm"}, raw, *arguments)


def assert_sources_agree(
    warehouse: Warehouse, sources: list[str], schemas: dict[str, str], raw: Raw, *arguments: str
) -> set[str]:
    """Builds some sources, and holds all marts against those of raw tables; the reasons why rows were rejected."""
    warehouse.seeds |= {"currency_rates": RATES, "source_fields": FIELDS}
    given = {"sources": sources, "source_schemas": schemas, "as_of": AS_OF_TEXT, "max_shrink_share": 1}
    without = ("--exclude-resource-type", "unit_test", *arguments)
    warehouse.dbt("build", *without, variables=given, project=warehouse.project()).check()
    expected = recompute(raw, RULES, AS_OF)
    for row in expected["rejected_records"]:
        column = row["reason"].removeprefix("invalid_")
        if column.endswith("_usd") and re.search(" [A-Z]{3}$", str(row["raw_record"].get(column))):
            row["reason"] = "unknown_currency"
    found = warehouse.built()
    values = found["unmapped_values"]
    assert any(row["column_name"] == "event" for row in values) == bool(raw["signals"])
    assert {row["source"].partition(".")[0] for row in values} <= set(sources)
    if len(sources) == 1:
        found["unmapped_values"] = [{**row, "source": "tables"} for row in values if row["column_name"] != "event"]
    else:
        del expected["unmapped_values"]
    assert_agrees(of_the_moment(found), of_the_moment(expected), with_raw_records=False)
    return {row["reason"] for row in expected["rejected_records"]}
