"""A developer's target beside production's in one DuckDB file: whatever one builds, the other's tables stay."""

from __future__ import annotations

import shutil

import pytest

from builds.warehouse import MARTS, Warehouse
from package.environments import (
    BAD_TIERS,
    FEW,
    OUR_TIERS,
    OURS,
    contents,
    days_remembered,
    profiles,
    readers_files,
    schemas,
    schemas_of_file,
    scored_at,
)
from worlds.committed import rules

pytestmark = [pytest.mark.long, pytest.mark.beyond_ci]


def test_two_targets_in_one_file_share_nothing(demo, tmp_path):
    """Production, which the shipped profile built, and Anna, by turns; Anna's last build is rejected."""
    warehouse = Warehouse(tmp_path, seeds=OUR_TIERS, files={"profiles.yml": profiles("duckdb", "anna")})
    shutil.copy(demo.path, warehouse.path)
    shutil.copy(demo.readers_file, warehouse.readers_file)
    begun, files = contents(warehouse), readers_files(warehouse)
    assert schemas(begun["production"]) == OURS

    warehouse.build("--target", "anna", *FEW, as_of="2026-07-01T09:00:00Z").check()
    with_anna, with_her_file = contents(warehouse), readers_files(warehouse)
    assert with_anna["production"] == begun["production"]
    assert schemas(with_anna["anna"]) == {f"dbt_anna_{schema}" for schema in OURS}
    assert set(with_anna) == {"production", "anna"}
    assert set(with_her_file) == {*files, "warehouse_dbt_anna_marts.duckdb"}
    assert with_her_file[warehouse.readers_file.name] == files[warehouse.readers_file.name]
    assert schemas_of_file(tmp_path / "warehouse_dbt_anna_marts.duckdb") == {"dbt_anna_marts"}
    assert schemas_of_file(warehouse.readers_file) == {"marts"}
    assert {f"dbt_anna_marts.{mart}" for mart in MARTS} <= set(with_anna["anna"])
    assert with_anna["anna"]["dbt_anna_marts.account_tiers"] != begun["production"]["marts.account_tiers"]
    assert days_remembered(warehouse, "dbt_anna_history") == ["2026-07-01"]

    warehouse.seeds = {"tiers": rules()["tiers"]}
    warehouse.build(*FEW, as_of="2026-07-02T09:00:00Z").check()
    both, both_files = contents(warehouse), readers_files(warehouse)
    assert both["anna"] == with_anna["anna"]
    assert both_files["warehouse_dbt_anna_marts.duckdb"] == with_her_file["warehouse_dbt_anna_marts.duckdb"]
    assert scored_at(warehouse, "marts") == {"2026-07-02 09:00:00"}
    assert days_remembered(warehouse, "history") == ["2026-06-30", "2026-07-02"]

    warehouse.seeds = BAD_TIERS
    run = warehouse.build("--target", "anna", *FEW, as_of="2026-07-03T09:00:00Z")
    assert run.returncode == 1
    assert "RULES REJECTED - nothing was published" in run.output
    after = contents(warehouse)
    assert after["production"] == both["production"]
    for schema in ("dbt_anna_marts", "dbt_anna_history"):
        tables = [name for name in both["anna"] if name.startswith(f"{schema}.")]
        changed = [name for name in tables if after["anna"][name] != both["anna"][name]]
        assert changed in ([], ["dbt_anna_history.build_ledger"])
    assert readers_files(warehouse) == both_files
