"""Public test data of Fivetran's tables: whatever stands there is read, though hardly any of it joins."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from builds.warehouse import Warehouse
from worlds.committed import PROJECT

SHAPES = PROJECT.parent / "shared" / "data"


def load(warehouse: Warehouse, folder: Path, schema: str) -> None:
    """Loads each file as the table it is of, in the types that DuckDB finds."""
    with warehouse.connect() as connection:
        connection.execute(f"create schema {schema}")
        for path in sorted(folder.glob("*_data.csv")):
            table = re.sub("^sf_|_data$", "", path.stem)
            connection.execute(
                f"create table {schema}.{table} as select * from read_csv('{path}', ignore_errors = true)"
            )


def ids(warehouse: Warehouse, table: str, key: str = "id") -> int:
    """How many records a table has."""
    return int(warehouse.query(f"select count(distinct {key}) as n from {table}")[0]["n"])


@pytest.mark.long
def test_real_shapes_are_read(warehouse):
    for name in ("salesforce", "hubspot"):
        if not (SHAPES / f"fivetran_{name}").exists():
            pytest.skip(f"the public data of Fivetran's tables is not in {SHAPES}")
        load(warehouse, SHAPES / f"fivetran_{name}", name)
    given = {"sources": ["salesforce", "hubspot"], "as_of": "2026-06-30T09:00:00Z"}
    warehouse.dbt("build", "--exclude-resource-type", "unit_test", variables=given).check()
    counts = {row["source_table"]: row for row in warehouse.mart("source_reconciliation")}
    accounts = counts["accounts"]
    assert accounts["rejected"] <= 3
    assert accounts["standing"] + accounts["deleted"] + accounts["rejected"] == sum(
        ids(warehouse, table) for table in ("salesforce.account", "hubspot.company")
    )
    assert counts["contacts"]["standing"] >= ids(warehouse, "salesforce.contact")
    assert counts["sales_reps"]["standing"] >= ids(warehouse, "hubspot.owner", "owner_id")
    assert counts["signals"]["standing"] + counts["signals"]["rejected"] > 0
    assert warehouse.mart("account_tiers")
