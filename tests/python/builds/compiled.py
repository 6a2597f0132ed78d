"""The project's compiled SQL, replayed in memory: a build in seconds."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import duckdb

from worlds.committed import DEFAULT_SETTINGS, RAW_COLUMNS, Rows, header, rules

from .warehouse import MARTS, Warehouse, fetch, load_table


@dataclass
class Replica:
    """A database in memory, of which a table stays as it is where it would be made of the same again."""

    connection: duckdb.DuckDBPyConnection
    made_of: dict[str, str] = field(default_factory=dict)

    def make(self, name: str, parts: Any, make: Callable[[], None]) -> None:
        """Makes a table of these parts, unless it is made of them."""
        made_of = sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()
        if self.made_of.get(name) != made_of:
            self.made_of.pop(name, None)
            make()
            self.made_of[name] = made_of


@dataclass
class CompiledProject:
    """The project's compiled SQL, which runs in memory on other raw rows, rules, settings and as_of.

    It is compiled for raw tables of text columns, at a moment and with settings that occur nowhere else and stand for
    the actual ones.
    """

    moment = datetime(2001, 2, 3, 4, 5, 6, 789012, tzinfo=UTC)
    stand_ins: ClassVar[Mapping[str, str]] = {
        "engagement_window_days": "9973",
        "fit_threshold": "61.0317",
        "timing_threshold": "51.0317",
        "decay_horizon_half_lives": "11.0317",
        "intent_trend_threshold": "7.0317",
        "touch_window_days": "9967",
    }
    database: str
    nodes: list[dict[str, Any]]
    tests: list[dict[str, Any]]
    unit_tests: list[dict[str, Any]]
    history: list[str]
    """Statements that create the tables of what earlier builds published, empty."""
    replicas: dict[int, Replica] = field(default_factory=dict)
    """By the number of their threads."""
    again: dict[str, str] = field(default_factory=dict)
    """The SQL of models that were built before, and (as `replace`) how what they give gets into what is stored."""

    @classmethod
    def compile(cls, folder: Path, by_load: bool = False) -> CompiledProject:
        """Builds the project on empty tables and keeps the SQL of its models and data tests; twice, to keep what
        incremental models do in further builds."""
        warehouse = Warehouse(folder)
        warehouse.load({table: [] for table in RAW_COLUMNS})
        numbers = {name: json.loads(text) for name, text in cls.stand_ins.items()}
        warehouse.build(raw_schema="raw", as_of=cls.moment.isoformat(), **numbers).check()
        manifest = json.loads((folder / "target" / "manifest.json").read_text())
        results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
        order = [manifest["nodes"][r["unique_id"]] for r in results if r["unique_id"].startswith(("model.", "test."))]
        models = [n for n in order if n["resource_type"] == "model"]
        # those that warn may find something
        tests = [n for n in order if n["resource_type"] == "test" and n["config"]["severity"].lower() == "error"]
        history = [
            row["sql"] for row in warehouse.query("select sql from duckdb_tables() where schema_name = 'history'")
        ]
        compiled = cls("warehouse", models, tests, list(manifest["unit_tests"].values()), history)
        if by_load:
            warehouse.dbt(
                *("run", "--select", "stg_raw_tables__signal_loads", "stg_raw_tables__signals"),
                variables={"raw_schema": "raw", "as_of": cls.moment.isoformat(), **numbers},
            ).check()
            nodes = json.loads((folder / "target" / "manifest.json").read_text())["nodes"].values()
            compiled.again = {node["name"]: node["compiled_code"] for node in nodes if node.get("compiled_code")}
            (script,) = (folder / "target" / "run").rglob("stg_raw_tables__signals.sql")
            compiled.again["replace"] = script.read_text()
        everything = "".join(node["compiled_code"] for node in compiled.nodes)
        assert all(text in everything for text in cls.stand_ins.values()), "a setting does not show in the SQL"
        return compiled

    def sql(self, node: Mapping[str, Any], as_of: datetime, settings: Mapping[str, Any]) -> str:
        """The SQL of a model, at as_of (naive UTC)."""
        moment = self.moment.replace(tzinfo=None)
        week = timedelta(days=7)
        text = node["compiled_code"]
        for name, stand_in in self.stand_ins.items():
            text = text.replace(stand_in, str(settings[name]))
        for stands_for, actual in ((moment, as_of), (moment - week, as_of - week)):
            text = text.replace(f"{stands_for:%Y-%m-%d %H:%M:%S.%f}", actual.isoformat(" ", "microseconds"))
        return text.replace(f"{moment:%Y-%m-%d}", as_of.date().isoformat())

    def replay(
        self,
        raw: Mapping[str, Rows],
        as_of: datetime,
        rule_rows: Mapping[str, Rows] | None = None,
        settings: Mapping[str, Any] | None = None,
        threads: int = 1,
        tables: Sequence[str] = MARTS,
        tested: bool = False,
    ) -> dict[str, list[dict[str, Any]]]:
        """The marts as the project builds them from raw text rows, rules and settings at as_of (naive UTC).

        Builds what the tables need. With `tested` all, and the project's own data tests must hold, too.
        """
        used = DEFAULT_SETTINGS | (settings or {})
        connection = self.with_rules({**rules(), **(rule_rows or {})}, threads)
        replica = self.replicas[threads]
        replica.make("raw", raw, partial(load_raw, connection, raw))
        needed = {node["unique_id"] for node in self.nodes} if tested else self.needed(tables)
        nodes = [node for node in self.nodes if node["schema"] != "rules" and node["unique_id"] in needed]
        self.create_what_differs(replica, nodes, as_of, used)
        if tested:
            counts = {n["name"]: f"select count(*) from ({self.sql(n, as_of, used)})" for n in self.tests}
            failed = {name: connection.execute(sql).fetchone()[0] for name, sql in counts.items()}
            assert not any(failed.values()), f"failed data tests: { {name: n for name, n in failed.items() if n} }"
        return {table: fetch(connection, f"select * from audit.{table}") for table in tables}

    def needed(self, tables: Sequence[str]) -> set[str]:
        """The nodes that tables are built from, and their own."""
        needs = {node["unique_id"]: node["depends_on"]["nodes"] for node in self.nodes}
        found: set[str] = set()
        waiting = [node["unique_id"] for node in self.nodes if node["name"] in tables]
        while waiting:
            node = waiting.pop()
            if node in needs and node not in found:
                found.add(node)
                waiting += needs[node]
        return found

    def forget(self, connection: duckdb.DuckDBPyConnection) -> None:
        """As if nothing had been published before."""
        connection.execute("drop schema if exists history cascade; create schema history")
        for statement in self.history:
            connection.execute(statement)

    def empty_database(self, schemas: Sequence[str], threads: int = 1) -> duckdb.DuckDBPyConnection:
        """A database in memory under the name that the SQL calls it."""
        connection = duckdb.connect(config={"threads": threads})
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(f"attach ':memory:' as {self.database}; use {self.database}")
        for schema in schemas:
            connection.execute(f"create schema {schema}")
        return connection

    def with_rules(self, rule_rows: Mapping[str, Rows], threads: int) -> duckdb.DuckDBPyConnection:
        """The database of the last replay, with the rule files read and checked."""
        if threads not in self.replicas:
            self.replicas[threads] = Replica(
                self.empty_database(["raw", "rules", "staging", "intermediate", "audit"], threads)
            )
            self.forget(self.replicas[threads].connection)
        replica = self.replicas[threads]
        for name, rows in rule_rows.items():
            replica.make(name, rows, partial(load_rules, replica.connection, {name: rows}))
        checks = [node for node in self.nodes if node["schema"] == "rules"]
        self.create_what_differs(replica, checks, self.moment, DEFAULT_SETTINGS)
        return replica.connection

    def rule_mistakes(self, rule_rows: Mapping[str, Rows]) -> str:
        """What the rule check says to rule files; nothing if they are right."""
        try:
            self.with_rules(rule_rows, threads=1)
        except duckdb.InvalidInputException as error:
            return str(error)
        return ""

    def create_what_differs(
        self, replica: Replica, nodes: Sequence[Mapping[str, Any]], as_of: datetime, settings: Mapping[str, Any]
    ) -> None:
        """Runs those of the models that have other SQL, or read other tables, than when they last were run."""
        for node in nodes:
            parents = [parent.split(".")[2] for parent in node["depends_on"]["nodes"]]
            read = [*parents, "raw"] if node["schema"] != "rules" else parents
            parts = [self.sql(node, as_of, settings), [replica.made_of.get(name) for name in read]]
            replica.make(node["name"], parts, partial(self.create, replica.connection, [node], as_of, settings))

    def create(
        self,
        connection: duckdb.DuckDBPyConnection,
        nodes: Sequence[Mapping[str, Any]],
        as_of: datetime,
        settings: Mapping[str, Any],
    ) -> None:
        """Runs models in the order in which dbt ran them."""
        for node in nodes:
            kind = node["config"]["materialized"].replace("incremental", "table")
            statement = f"create or replace {kind} {node['relation_name']} as"
            connection.execute(f"{statement} {self.sql(node, as_of, settings)}")


class IncrementalWarehouse:
    """The compiled project in a database of its own, in which each build finds what the last one left."""

    tables = (*MARTS, "stg_raw_tables__signals")

    def __init__(self, compiled: CompiledProject):
        self.compiled = compiled
        self.connection = compiled.empty_database(["raw", "rules", "staging", "intermediate", "audit"])
        compiled.forget(self.connection)
        self.built = False

    def build(
        self, raw: Mapping[str, Rows], as_of: datetime, rule_rows: Mapping[str, Rows], stop_after: str | None = None
    ) -> dict[str, list[dict[str, Any]]]:
        """Builds from raw text rows; `stop_after` a model, as if killed."""
        load_rules(self.connection, rule_rows)
        load_raw(self.connection, raw)
        for node in self.compiled.nodes:
            name = node["name"]
            if name == "stg_raw_tables__signals" and self.built:
                self.replace_signals(as_of)
            else:
                sql = self.compiled.again.get(name) if self.built else None
                self.compiled.create(
                    self.connection, [{**node, "compiled_code": sql or node["compiled_code"]}], as_of, DEFAULT_SETTINGS
                )
            if self.built and name == stop_after:
                return {}
        self.built = True
        self.remember(as_of)
        schemas = {node["name"]: node["schema"] for node in self.compiled.nodes}
        return {table: fetch(self.connection, f"select * from {schemas[table]}.{table}") for table in self.tables}

    def remember(self, as_of: datetime) -> None:
        """What publishing does: the rows of some days, or all, replace those in the tables of history."""
        of_days = "where (scoring_model, {day}) in (select scoring_model, {day} from intermediate.{days})"
        built, compared = (
            of_days.format(day=day, days=days)
            for day, days in (("tier_date", "int_days_built"), ("changed_on", "int_days_compared"))
        )
        for table, rows, replaced in (
            ("account_tier_history", "intermediate.int_tiers_of_the_day", built),
            ("account_tier_changes", "intermediate.int_changes_of_the_day", compared),
            ("account_contributions", "intermediate.int_contributions_of_the_day", built),
            ("build_days", "audit.build_days", ""),
            ("hot_responses", "audit.hot_responses", ""),
            ("crm_tier_sync", "audit.crm_tier_sync", ""),
        ):
            self.connection.execute(f"create or replace temporary table remembered as select * from {rows}")
            self.connection.execute(
                f"delete from history.{table} {replaced};"
                f"insert into history.{table} by name select 'raw' as raw_source, * from remembered"
            )
        self.connection.execute(
            "delete from history.account_contributions where (scoring_model, tier_date)"
            " not in (select scoring_model, tier_date from history.build_days where has_contributions)"
        )

    def replace_signals(self, as_of: datetime) -> None:
        """What dbt does to an incremental model: the rows read now, in a temporary table, then the strategy's SQL."""
        script = self.compiled.again["replace"]
        temporary = re.search(r"\bstg_raw_tables__signals__dbt_tmp\w*", script)[0]
        sql = self.compiled.sql(
            {"compiled_code": self.compiled.again["stg_raw_tables__signals"]}, as_of, DEFAULT_SETTINGS
        )
        self.connection.execute(
            f"begin; create temporary table {temporary} as {sql}; {script}; drop table {temporary}; commit"
        )


def load_raw(connection: duckdb.DuckDBPyConnection, raw: Mapping[str, Rows]) -> None:
    """Creates the raw tables, of text columns."""
    for table, columns in RAW_COLUMNS.items():
        load_table(connection, f"raw.{table}", raw.get(table, []), columns)


def load_rules(connection: duckdb.DuckDBPyConnection, rule_rows: Mapping[str, Rows]) -> None:
    """Creates the tables that the rule files are loaded into."""
    for name, rows in rule_rows.items():
        cells = [{column: value or None for column, value in row.items()} for row in rows]
        load_table(connection, f"rules.{name}", cells, header(name))
