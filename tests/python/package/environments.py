"""Several environments in one warehouse: production, and what developers and CI build beside it."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import duckdb
import yaml

from builds.warehouse import Run, Warehouse, fetch
from worlds.committed import PROJECT
from worlds.rule_sets import changed

FEW = ("--exclude-resource-type", "unit_test")
OUR_TIERS = changed("tiers", {"scoring_model": "weighted_composite", "tier_number": "1"}, min_score="61")
OUR_TIERS = {"tiers": changed("tiers", {"tier_number": "1"}, OUR_TIERS, max_share="")["tiers"]}
"""What a developer tries."""
OURS = {"audit", "demo", "history", "intermediate", "marts", "rules", "staging"}
"""The schemas that the project writes where it is the demo."""
BAD_TIERS = {"tiers": changed("tiers", {"tier_number": "1"}, min_score="much")["tiers"]}
"""What is rejected."""


def profiles(engine: str, *developers: str) -> str:
    """The shipped profile, and a target for each developer: its schema is `dbt_` and the name."""
    shipped = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    outputs = shipped["account_prioritization"]["outputs"]
    for name in developers:
        outputs[name] = {**outputs[engine], "schema": f"dbt_{name}"}
    return yaml.safe_dump(shipped, allow_unicode=True)


def profile_of(engine: str, **changed: str) -> str:
    """The shipped profile with another schema, or another user, of an engine."""
    shipped = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    shipped["account_prioritization"]["outputs"][engine] |= changed
    return yaml.safe_dump(shipped, allow_unicode=True)


def contents(warehouse: Warehouse) -> dict[str, dict[str, list[str]]]:
    """All rows of all tables, by environment and name: `anna`, or `production` where no developer's name stands."""
    found: dict[str, dict[str, list[str]]] = {}
    for row in warehouse.query(
        "select table_schema, table_name from information_schema.tables"
        " where table_schema not in ('information_schema', 'pg_catalog')"
    ):
        schema, name = row["table_schema"], f"{row['table_schema']}.{row['table_name']}"
        environment = schema.split("_")[1] if schema.startswith("dbt_") else "production"
        rows = warehouse.query(f"select * from {name}")
        found.setdefault(environment, {})[name] = sorted(repr(sorted(row.items())) for row in rows)
    return found


def schemas(tables: dict[str, list[str]]) -> set[str]:
    """Where the tables stand."""
    return {name.partition(".")[0] for name in tables}


def readers_files(warehouse: Warehouse) -> dict[str, bytes]:
    """The files of readers beside a warehouse."""
    return {path.name: path.read_bytes() for path in sorted(warehouse.folder.glob("*_marts.duckdb"))}


def schemas_of_file(path: Path) -> set[str]:
    """The schemas in a readers' file that hold a table."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return {row["name"] for row in fetch(connection, "select distinct schema_name as name from duckdb_tables()")}


def scored_at(warehouse: Warehouse, schema: str) -> set[str]:
    """The days of what is published in a schema."""
    return {str(row["d"]) for row in warehouse.query(f"select distinct scored_at as d from {schema}.account_tiers")}


def days_remembered(warehouse: Warehouse, schema: str) -> list[str]:
    """The days in a history."""
    return [
        str(row["d"])
        for row in warehouse.query(f"select distinct tier_date as d from {schema}.account_tier_history order by 1")
    ]


def at_once(*commands: tuple[Warehouse, Sequence[str]]) -> list[Run]:
    """Commands that run beside each other, each in a folder of its own, to their ends."""
    running = [
        subprocess.Popen(
            **warehouse.command(*arguments, project=warehouse.project()),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        for warehouse, arguments in commands
    ]
    ended = []
    for process in running:
        output, _ = process.communicate()
        ended.append(Run(process.returncode, output))
    return ended
