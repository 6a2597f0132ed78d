"""Salesforce as it is found, against the recomputation: each loader, and histories."""

from __future__ import annotations

import re

import pytest

import demo_sources
from builds.comparing import assert_agrees, of_the_moment
from builds.warehouse import Warehouse
from recomputation import recompute
from recomputation.sources import salesforce
from worlds.committed import rules
from worlds.crm_sources import AS_OF, AS_OF_TEXT, FIELDS, RATES, salesforce_tables

LOADERS = ("airbyte", "fivetran", "dlt", "history")


@pytest.mark.long
@pytest.mark.parametrize("loader", LOADERS)
def test_salesforce_as_it_is_found(warehouse, loader):
    """Ids of 15 characters, versions, deletes, merges, leads, currencies, picklists, fields of one's own."""
    tables = salesforce_tables(loader, 1 + LOADERS.index(loader))
    demo_sources.write(tables, warehouse.path, "crm")
    assert_salesforce_agrees(warehouse, tables)


def assert_salesforce_agrees(warehouse: Warehouse, tables: demo_sources.Tables, *arguments: str) -> None:
    """Builds what stands in the schema `crm`, and holds it against the recomputation."""
    warehouse.seeds |= {"currency_rates": RATES, "source_fields": FIELDS}
    given = {"sources": ["salesforce"], "source_schemas": {"salesforce": "crm"}, "as_of": AS_OF_TEXT}
    without = ("--exclude-resource-type", "unit_test", *arguments)
    warehouse.dbt("build", *without, variables={**given, "max_shrink_share": 1}, project=warehouse.project()).check()
    committed = {**rules(), "currency_rates": RATES, "source_fields": FIELDS}
    expected = recompute(salesforce(tables, committed, AS_OF), committed, AS_OF)
    for row in expected["rejected_records"]:
        column = row["reason"].removeprefix("invalid_")
        if column.endswith("_usd") and re.search(" [A-Z]{3}$", str(row["raw_record"].get(column))):
            row["reason"] = "unknown_currency"
    reasons = {row["reason"] for row in expected["rejected_records"]}
    assert {"unknown_currency", "missing_account_name", "invalid_amount_usd", "invalid_created_at"} <= reasons
    found = warehouse.built()
    assert {row["value"] for row in found["unmapped_values"] if row["column_name"] == "event"} >= {"sky writing"}
    found["unmapped_values"] = [
        {**row, "source": "tables"} for row in found["unmapped_values"] if row["column_name"] != "event"
    ]
    assert_agrees(of_the_moment(found), of_the_moment(expected), with_raw_records=False)
