"""Builds the project in a warehouse of its own, the way a user does, and reads what came out."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

PROJECT = Path(__file__).parents[2]
RULE_FILES = sorted(path.stem for path in (PROJECT / "seeds").glob("*.csv"))
MARTS = (
    "account_tiers",
    "account_scores",
    "account_score_contributions",
    "unranked_accounts",
    "rejected_records",
    "unmatched_signals",
    "source_reconciliation",
)

Rows = Sequence[Mapping[str, Any]]


def raw_columns() -> dict[str, list[str]]:
    """The columns of each raw table, in the order of the demo's files."""
    columns = {}
    for path in sorted((PROJECT / "seeds" / "demo").glob("demo_*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            columns[path.stem.removeprefix("demo_")] = next(csv.reader(file))
    return columns


RAW_COLUMNS = raw_columns()


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as text."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rules() -> dict[str, list[dict[str, str]]]:
    """The rule files as they are committed."""
    return {name: read_csv(PROJECT / "seeds" / f"{name}.csv") for name in RULE_FILES}


def demo_rows() -> dict[str, list[dict[str, str | None]]]:
    """The demo's raw tables, an empty cell as null, as a loader leaves it."""
    return {
        table: [
            {column: value or None for column, value in row.items()}
            for row in read_csv(PROJECT / "seeds" / "demo" / f"demo_{table}.csv")
        ]
        for table in RAW_COLUMNS
    }


def fetch(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    """The rows of a query."""
    cursor = connection.execute(sql)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def load_table(
    connection: duckdb.DuckDBPyConnection,
    relation: str,
    rows: Rows,
    columns: Sequence[str],
    types: Mapping[str, str] | None = None,
) -> None:
    """Creates a table of text columns (or of the given types) with the rows; absent columns are null."""
    declared = {column: (types or {}).get(column, "varchar") for column in columns}
    listed = ", ".join(f'"{column}" {data_type}' for column, data_type in declared.items())
    connection.execute(f"create or replace table {relation} ({listed})")
    if rows:
        # as JSON: a list as a parameter is converted value by value, a hundred times slower
        cells = ", ".join(f"cell[{n}]::{data_type}" for n, data_type in enumerate(declared.values(), start=1))
        values = json.dumps([[as_written(row.get(column)) for column in columns] for row in rows])
        connection.execute(
            f"insert into {relation} select {cells} from (select unnest(from_json(?::json, '[[\"varchar\"]]')) as cell)",
            [values],
        )


def as_written(value: Any) -> str | None:
    """A value as DuckDB reads it back from text."""
    if isinstance(value, date):  # or a datetime
        return value.isoformat()
    return value if value is None or isinstance(value, str) else str(value)


@dataclass
class Run:
    """What a dbt command did."""

    returncode: int
    output: str

    def check(self) -> Run:
        """Fails the test with dbt's own words if the command failed."""
        assert self.returncode == 0, self.output
        return self


@dataclass
class Warehouse:
    """A DuckDB file of its own and the project pointed at it."""

    folder: Path
    seeds: dict[str, Rows] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.folder / "warehouse.duckdb"

    def load(self, raw: Mapping[str, Rows], schema: str = "raw", types: Mapping[str, Mapping[str, str]] | None = None) -> None:
        """Loads raw tables; a table's columns are those of its rows, or all of them where it has none."""
        with duckdb.connect(str(self.path)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"create schema if not exists {schema}")
            for table, rows in raw.items():
                columns = list(dict.fromkeys(c for row in rows for c in row)) or RAW_COLUMNS[table]
                load_table(connection, f"{schema}.{table}", rows, columns, (types or {}).get(table))

    def dbt(self, *arguments: str, variables: Mapping[str, Any] | None = None, project: Path = PROJECT) -> Run:
        """Runs a dbt command as a user would."""
        command = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", *arguments]
        command += ["--project-dir", str(project), "--profiles-dir", str(project)]
        command += ["--target-path", str(self.folder / "target"), "--log-path", str(self.folder / "logs")]
        if variables:
            command += ["--vars", json.dumps(variables)]
        environment = {**os.environ, "DUCKDB_PATH": str(self.path), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=self.folder, check=False)
        return Run(done.returncode, done.stdout + done.stderr)

    def build(self, *arguments: str, raw_schema: str | None = None, as_of: str | None = None, **variables: Any) -> Run:
        """`dbt build`, of the demo unless a raw schema is named."""
        if raw_schema:
            variables["raw_schema"] = raw_schema
        if as_of:
            variables["as_of"] = as_of
        return self.dbt("build", *arguments, variables=variables, project=self.project())

    def project(self) -> Path:
        """The project, or a copy of it with other rule files."""
        if not self.seeds:
            return PROJECT
        copy = self.folder / "project"
        if not copy.exists():
            ignored = shutil.ignore_patterns(".*", "target", "logs", "*.duckdb*", "python", "__pycache__")
            shutil.copytree(PROJECT, copy, ignore=ignored)
        for name, rows in self.seeds.items():
            write_rules(copy / "seeds" / f"{name}.csv", rows)
        return copy

    def query(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query on the warehouse."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return fetch(connection, sql)

    def mart(self, name: str) -> list[dict[str, Any]]:
        """The rows of a published mart."""
        return self.query(f"select * from marts.{name}")

    def marts(self) -> dict[str, list[dict[str, Any]]]:
        """All published marts."""
        return {name: self.mart(name) for name in MARTS}


def write_rules(path: Path, rows: Rows) -> None:
    """Writes a rule file; its header is that of its rows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


@dataclass
class CompiledProject:
    """The project's compiled SQL, which runs in memory on other raw rows, rules and as_of in a fraction of a second.

    It is compiled for raw tables of text columns at a moment that stands for as_of and occurs nowhere else.
    """

    moment = datetime(2001, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)
    database: str
    nodes: list[dict[str, Any]]

    @classmethod
    def compile(cls, folder: Path) -> CompiledProject:
        """Builds the project on empty tables and keeps the SQL of its models."""
        warehouse = Warehouse(folder)
        warehouse.load({table: [] for table in RAW_COLUMNS})
        warehouse.build(
            "--exclude-resource-type", "test", "unit_test", raw_schema="raw", as_of=cls.moment.isoformat()
        ).check()
        manifest = json.loads((folder / "target" / "manifest.json").read_text())
        results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
        order = [result["unique_id"] for result in results if result["unique_id"].startswith("model.")]
        return cls("warehouse", [manifest["nodes"][unique_id] for unique_id in order])

    def sql(self, node: Mapping[str, Any], as_of: datetime) -> str:
        """The SQL of a model, at as_of (naive UTC)."""
        moment = self.moment.replace(tzinfo=None)
        week = timedelta(days=7)
        text = node["compiled_code"]
        for stands_for, actual in ((moment, as_of), (moment - week, as_of - week)):
            text = text.replace(f"{stands_for:%Y-%m-%d %H:%M:%S.%f}", f"{actual:%Y-%m-%d %H:%M:%S.%f}")
        return text.replace(f"{moment:%Y-%m-%d}", f"{as_of:%Y-%m-%d}")

    def replay(
        self,
        raw: Mapping[str, Rows],
        as_of: datetime,
        rule_rows: Mapping[str, Rows] | None = None,
        threads: int = 2,
        tables: Sequence[str] = MARTS,
    ) -> dict[str, list[dict[str, Any]]]:
        """The marts as the project builds them from raw text rows and rules at as_of (naive UTC)."""
        headers = {name: list(rows[0]) for name, rows in rules().items() if rows}
        with duckdb.connect(config={"threads": threads}) as connection:
            connection.execute("set TimeZone = 'UTC'")
            connection.execute(f"attach ':memory:' as {self.database}; use {self.database}")
            for schema in ("raw", "rules", "staging", "intermediate", "audit"):
                connection.execute(f"create schema {schema}")
            for table, columns in RAW_COLUMNS.items():
                load_table(connection, f"raw.{table}", raw.get(table, []), columns)
            for name, rows in {**rules(), **(rule_rows or {})}.items():
                columns = headers.get(name) or header(name)
                load_table(connection, f"rules.{name}", [{c: v or None for c, v in r.items()} for r in rows], columns)
            for node in self.nodes:
                kind = node["config"]["materialized"]
                connection.execute(f"create {kind} {node['relation_name']} as {self.sql(node, as_of)}")
            return {table: fetch(connection, f"select * from audit.{table}") for table in tables}


def header(name: str) -> list[str]:
    """The header of a rule file."""
    with (PROJECT / "seeds" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return next(csv.reader(file))
