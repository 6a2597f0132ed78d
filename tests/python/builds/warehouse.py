"""Builds the project in a warehouse of its own, the way a user does, and reads what came out."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from worlds.committed import PROJECT, RAW_COLUMNS, Rows, header

from .parsed import parsed

MARTS = (
    "accounts",
    "account_tiers",
    "account_scores",
    "account_score_contributions",
    "unranked_accounts",
    "rejected_records",
    "unmatched_signals",
    "unmatched_records",
    "unmapped_values",
    "source_reconciliation",
    "build_days",
    "calendar_days",
    "account_tier_history",
    "account_tier_changes",
    "crm_tier_sync",
    "rep_coverage",
    "coverage_gaps",
    "hot_responses",
    "account_signals",
    "account_timeline",
    "scoring_model_tiers",
    "account_families",
    "account_outcomes",
    "score_validation",
    "score_validation_bands",
    "model_comparison",
    "attribute_outcomes",
    "rule_outcomes",
)
REMEMBERED = ("build_days", "account_tier_history", "account_tier_changes", "crm_tier_sync", "hot_responses")
"""The marts that are views of history."""
JUDGING = ("score_validation", "score_validation_bands", "model_comparison", "attribute_outcomes", "rule_outcomes")
"""The marts that have rows once a scored day's window has passed."""
REMEMBERING = (*REMEMBERED, "calendar_days", "account_timeline", "account_outcomes", *JUDGING)
"""The marts that depend on earlier builds, too."""


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
        unnested = "select unnest(from_json(?::json, '[[\"varchar\"]]')) as cell"
        connection.execute(f"insert into {relation} select {cells} from ({unnested})", [values])


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
        assert self.returncode == 0, self.complaint
        return self

    @property
    def complaint(self) -> str:
        """The output without the progress of steps."""
        steps = re.compile(r"\d+ of \d+ (START|OK|PASS|SKIP)")
        return "\n".join(line for line in self.output.splitlines() if not steps.search(line))


@dataclass
class Warehouse:
    """A DuckDB file of its own and the project pointed at it."""

    folder: Path
    seeds: dict[str, Rows] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    file_name: str = "warehouse.duckdb"
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def path(self) -> Path:
        return self.folder / self.file_name

    @property
    def target(self) -> Path:
        """Where dbt writes what it has read, compiled and run."""
        return self.folder / "target"

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection that may write."""
        connection = duckdb.connect(str(self.path))
        connection.execute("set TimeZone = 'UTC'")
        return connection

    def load(
        self, raw: Mapping[str, Rows], schema: str = "raw", types: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """Loads raw tables; a table's columns are those of its rows, or all of them where it has none."""
        with self.connect() as connection:
            connection.execute(f"create schema if not exists {schema}")
            for table, rows in raw.items():
                columns = list(dict.fromkeys(c for row in rows for c in row)) or RAW_COLUMNS[table]
                load_table(connection, f"{schema}.{table}", rows, columns, (types or {}).get(table))

    @property
    def readers_file(self) -> Path:
        """The file that BI tools open."""
        return self.path.with_name(f"{self.path.stem}_marts{self.path.suffix}")

    def command(
        self, *arguments: str, variables: Mapping[str, Any] | None = None, project: Path = PROJECT, as_of: str = ""
    ) -> dict[str, Any]:
        """What runs a dbt command as a user would, as arguments of `subprocess`."""
        command = [str(Path(sys.executable).with_name("dbt")), "--no-use-colors", *arguments]
        command += ["--project-dir", str(project), "--profiles-dir", str(project)]
        command += ["--target-path", str(self.target), "--log-path", str(self.folder / "logs")]
        if variables:
            command += ["--vars", json.dumps(variables)]
        environment = {"DUCKDB_PATH": self.file_name, "AS_OF": as_of, "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
        environment = os.environ | environment | self.environment
        return {"args": command, "text": True, "env": environment, "cwd": self.folder}

    def dbt(
        self, *arguments: str, variables: Mapping[str, Any] | None = None, project: Path = PROJECT, as_of: str = ""
    ) -> Run:
        """Runs a dbt command to its end."""
        command = self.command(*arguments, variables=variables, project=project, as_of=as_of)
        with parsed(self.target, [type(self).__name__, self.file_name, json.dumps(variables)]):
            done = subprocess.run(**command, capture_output=True)
        return Run(done.returncode, done.stdout + done.stderr)

    def build(self, *arguments: str, raw_schema: str | None = None, as_of: str | None = None, **variables: Any) -> Run:
        """`dbt build`, of the demo unless a raw schema is named; without unit tests, which see no data, if it is."""
        if raw_schema:
            variables["raw_schema"] = raw_schema
            arguments = (*arguments, "--exclude-resource-type", "unit_test")
        return self.dbt("build", *arguments, variables=variables, project=self.project(), as_of=as_of or "")

    def project(self) -> Path:
        """The project, or a copy of it with other rule files (as rows) or other files (as text)."""
        if not self.seeds and not self.files:
            return PROJECT
        copy = self.folder / "project"
        if not copy.exists():
            ignored = shutil.ignore_patterns(".*", "target", "logs", "*.duckdb*", "python", "__pycache__")
            shutil.copytree(PROJECT, copy, ignore=ignored)
        for name, rows in self.seeds.items():
            write_rules(copy / "seeds" / f"{name}.csv", rows)
        for name, text in self.files.items():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            (copy / name).write_text(text, encoding="utf-8")
        return copy

    def query(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query on the warehouse."""
        with duckdb.connect(str(self.path), read_only=True) as connection:
            return fetch(connection, sql)

    def mart(self, name: str) -> list[dict[str, Any]]:
        """The rows of a published mart."""
        return self.query(f"select * from marts.{name}")

    def tables(self) -> list[dict[str, Any]]:
        """All tables and views."""
        return self.query("select table_schema, table_name from information_schema.tables order by all")

    def built(self) -> dict[str, list[dict[str, Any]]]:
        """All marts as they were built, published or not."""
        return {name: self.query(f"select * from audit.{name}") for name in MARTS}

    def marts(self) -> dict[str, list[dict[str, Any]]]:
        """All published marts."""
        return {name: self.mart(name) for name in MARTS}


def write_rules(path: Path, rows: Rows) -> None:
    """Writes a rule file; its header is that of its rows, or the committed one."""
    with path.open("w", newline="", encoding="utf-8") as file:
        fieldnames = list(rows[0]) if rows else header(path.stem)
        writer = csv.DictWriter(file, fieldnames=fieldnames, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
