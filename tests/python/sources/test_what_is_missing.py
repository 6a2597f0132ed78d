"""What is said where a source is not there, or cannot be what is meant."""

from __future__ import annotations

from typing import Any

import pytest

from builds.warehouse import Run, Warehouse

pytestmark = [pytest.mark.long, pytest.mark.beyond_ci]


def said(warehouse: Warehouse, **variables: Any) -> Run:
    """A command that looks at everything and builds nothing."""
    return warehouse.dbt("run", "--select", "stg_rules__tiers", variables=variables)


def test_what_is_missing_is_told_at_once(warehouse):
    """What was looked for, where, and what stands there instead; nothing is built."""
    warehouse.load({"company": [{"id": "1"}], "deals": [{"id": "2"}]}, schema="hubspot_v3")
    run = said(warehouse, sources=["salesforce", "hubspot"], source_schemas={"salesforce": "hubspot_v3"})
    assert run.returncode != 0
    assert "SOURCES INCOMPLETE - nothing was built" in run.output
    assert [line.strip() for line in run.output.splitlines() if line.strip().startswith("- ")] == [
        "- salesforce: no table account in schema 'hubspot_v3' of database 'warehouse' (var source_schemas)."
        " There stand company, deals.",
        "- hubspot: no table company in schema 'hubspot' of database 'warehouse' (var source_schemas)."
        " No table stands there.",
    ]
    assert {row["table_schema"] for row in warehouse.tables()} == {"hubspot_v3"}


def test_events_alone_are_no_accounts(warehouse):
    warehouse.load({"pages": [{"id": "1"}]}, schema="segment")
    run = said(warehouse, sources=["segment"])
    assert run.returncode != 0
    assert "- accounts: segment has none; add a source that has, such as salesforce or tables" in run.output


def test_a_crm_is_recognised_where_raw_tables_are_sought(warehouse):
    warehouse.load({"Account": [{"Id": "1"}]}, schema="crm")
    run = said(warehouse, raw_schema="crm")
    assert run.returncode != 0
    assert "There stand Account. Is this Salesforce? Then sources: [salesforce]." in run.output


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        (
            {"sources": ["marketo"]},
            "- sources: ['marketo'] is not a list of some of tables, salesforce, hubspot, segment",
        ),
        ({"sources": []}, "- sources: [] is not a list of some of"),
        ({"sources": ["salesforce", "salesforce"]}, "each once"),
        ({"sources": ["tables", "hubspot"]}, "- sources: tables beside others would be the demo's"),
        ({"source_schemas": {"sugar": "x"}}, "- source_schemas: 'sugar' is none of salesforce, hubspot, segment"),
    ],
)
def test_settings_that_cannot_be(warehouse, variables, words):
    run = said(warehouse, **variables)
    assert run.returncode != 0
    assert "SETTINGS REJECTED - nothing was built" in run.output
    assert words in run.output
