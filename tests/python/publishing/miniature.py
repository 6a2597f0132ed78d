"""A project of a few tiny models with the real macros, hooks and settings, in which a dbt command takes half a second.

Each row says, in a column `made`, which command made it, for which as_of and setting, and of which rows, which say the
same. So whatever readers are shown tells of what it was built.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import shutil
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import yaml

from builds.warehouse import fetch
from worlds.committed import PROJECT

DAYS = ("2026-03-09T06:00:00Z", "2026-03-10T06:00:00Z")
PRODUCTION = "prod"
"""The schema of a second target, whose nodes are what `--defer` reads."""


# --- The project -----------------------------------------------------------------------------------------------------


def declared(file: str, table: str) -> dict[str, Any]:
    """The real source that has a table, without its tables: what it is called and where it is."""
    for source in yaml.safe_load((PROJECT / file).read_text(encoding="utf-8"))["sources"]:
        if table in [each["name"] for each in source["tables"]]:
            return {key: source[key] for key in ("name", "database", "schema") if key in source}
    raise AssertionError(f"{table} is no source in {file}")


RAW = declared("models/staging/raw_tables/_raw_tables__sources_and_models.yml", "accounts")
HISTORY = declared("models/intermediate/history/_history__models.yml", "account_tier_history")


def made(name: str, *of: str) -> str:
    """SQL: who made a row, and of what."""
    this = "{{ invocation_id }} for {{ var('as_of') }} at {{ var('fit_threshold') }}"
    return f"'{name} by {this} (' || {' || '.join(of)} || ')' as made"


def column(name: str, data_type: str = "varchar") -> dict[str, Any]:
    return {"name": name, "data_type": data_type}


MODELS = {
    "staging/raw_tables/stg_raw_tables__accounts": f"""
        select account_id, spoiled, {made("stg_raw_tables__accounts", "version")}
        from {{{{ source("{RAW["name"]}", "accounts") }}}}""",
    "staging/raw_tables/stg_raw_tables__signals": f"""
        select signal_id, {made("stg_raw_tables__signals", "version")}
        from {{{{ source("{RAW["name"]}", "signals") }}}}""",
    "staging/rules/stg_rules__tiers": f"""
        select tier, {made("stg_rules__tiers", "tier")} from {{{{ ref("tiers") }}}}""",
    "intermediate/scoring/int_scores": f"""
        select a.account_id, case when a.spoiled = 'int_scores' then error('spoiled') end as spoiled,
            {made("int_scores", "a.made", "' + '", "s.made", "' + '", "t.made")}
        from {{{{ ref("stg_raw_tables__accounts") }}}} as a
        cross join {{{{ ref("stg_raw_tables__signals") }}}} as s
        cross join {{{{ ref("stg_rules__tiers") }}}} as t""",
    "intermediate/scoring/int_notes": f"""
        select signal_id, {made("int_notes", "made")} from {{{{ ref("stg_raw_tables__signals") }}}}""",
    "marts/account_tiers": f"""
        select account_id, {{{{ as_of() }}}} as scored_at, {made("account_tiers", "made")}
        from {{{{ ref("int_scores") }}}}""",
    "marts/unranked_accounts": f"""
        select account_id, {made("unranked_accounts", "made")} from {{{{ ref("int_scores") }}}}""",
    "marts/source_reconciliation": f"""
        select 'accounts' as source_table, count(*) as rows_in, count(*) as standing, 0 as rejected, 0 as unmatched,
            {made("source_reconciliation", "coalesce(max(made), '')")}
        from {{{{ ref("stg_raw_tables__accounts") }}}}
        union all
        select 'signals' as source_table, count(*) as rows_in, count(*) as standing, 0 as rejected, 0 as unmatched,
            {made("source_reconciliation", "coalesce(max(made), '')")}
        from {{{{ ref("stg_raw_tables__signals") }}}}""",
    "marts/account_tier_history": f"""
        {{{{ config(meta={{"remembered": {{"rows": "account_tier_history", "days": "account_tier_history"}}}}) }}}}
        select account_id, scoring_model, tier_date, scored_at, made
        from {{{{ source("{HISTORY["name"]}", "account_tier_history") }}}}
        where raw_source = {{{{ raw_source_name() }}}} and tier_date <> {{{{ as_of_date() }}}}
        union all
        select account_id, 'm', {{{{ as_of_date() }}}}, {{{{ as_of() }}}}, {made("account_tier_history", "made")}
        from {{{{ ref("account_tiers") }}}}""",
}
MARTS = ("account_tiers", "unranked_accounts", "source_reconciliation", "account_tier_history")
TESTS = {
    "marts/tiers_are_of_accounts": """
        select tiers.account_id from {{ ref("account_tiers") }} as tiers
        inner join {{ ref("stg_raw_tables__accounts") }} as accounts on tiers.account_id = accounts.account_id
        where accounts.spoiled = 'tiers_are_of_accounts'""",
    "marts/sources_are_counted": """
        {{ config(severity="warn") }}
        select counts.rows_in from {{ ref("source_reconciliation") }} as counts
        inner join {{ ref("stg_raw_tables__accounts") }} as accounts on counts.source_table = 'accounts'
        where accounts.spoiled = 'sources_are_counted'""",
}
"""Data tests that are files of their own. Two more are declared beside the models."""

DECLARED: dict[str, Any] = {
    "models/staging/raw_tables/_raw_tables__sources_and_models": {
        "sources": [
            {
                **RAW,
                "tables": [
                    {
                        "name": "accounts",
                        "config": {"meta": {"key": ["account_id"], "required": True}},
                        "columns": [{**column("account_id", "text"), "config": {"meta": {"required": True}}}],
                    },
                    {
                        "name": "signals",
                        "config": {"meta": {"key": ["signal_id"], "required": True}},
                        "columns": [{**column("signal_id", "text"), "config": {"meta": {"required": True}}}],
                    },
                ],
            }
        ],
        "models": [
            {
                "name": "stg_raw_tables__accounts",
                "data_tests": [
                    {"holds": {"name": "accounts_hold", "arguments": {"expression": "spoiled <> 'accounts_hold'"}}}
                ],
            }
        ],
    },
    "models/intermediate/history/_history__models": {
        "sources": [{**HISTORY, "tables": [{"name": "account_tier_history"}]}]
    },
    "models/marts/_marts__models": {
        "models": [
            {"name": mart, "versions": [{"v": 1}], "columns": columns}
            for mart, columns in {
                "account_tiers": [
                    {**column("account_id"), "data_tests": [{"unique": {"name": "accounts_are_unique"}}]},
                    column("scored_at", "timestamp"),
                    column("made"),
                ],
                "unranked_accounts": [column("account_id"), column("made")],
                "source_reconciliation": [
                    column("source_table"),
                    column("rows_in", "bigint"),
                    column("standing", "bigint"),
                    column("rejected", "integer"),
                    column("unmatched", "integer"),
                    column("made"),
                ],
                "account_tier_history": [
                    column("account_id"),
                    column("scoring_model"),
                    column("tier_date", "date"),
                    column("scored_at", "timestamp"),
                    column("made"),
                ],
            }.items()
        ]
    },
    "seeds/_rules__seeds": {
        "seeds": [
            {
                "name": "tiers",
                "config": {"meta": {"key": ["tier"]}, "column_types": {"tier": "varchar"}},
                "columns": [column("tier", "text")],
            }
        ]
    },
}


def project_files() -> dict[str, str]:
    """All files of the miniature but for the real macros."""
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))
    settings["vars"] |= {"raw_schema": "raw", "as_of": DAYS[0]}
    del settings["models"][settings["name"]]["rules_check"], settings["seeds"][settings["name"]]["demo"]
    profiles = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    outputs = profiles[settings["profile"]]["outputs"]
    profiles[settings["profile"]]["outputs"] = {
        **{engine: outputs[engine] for engine in ("duckdb", "postgres")},
        PRODUCTION: {**outputs["duckdb"], "schema": PRODUCTION},
    }
    return {
        "dbt_project.yml": yaml.safe_dump(settings, sort_keys=False),
        "profiles.yml": yaml.safe_dump(profiles),
        "models/_groups.yml": (PROJECT / "models/_groups.yml").read_text(encoding="utf-8"),
        "seeds/tiers.csv": "tier\nfirst\n",
        **{f"{name}.yml": yaml.safe_dump({"version": 2, **texts}) for name, texts in DECLARED.items()},
        **{f"models/{name}.sql": sql for name, sql in MODELS.items()},
        **{f"tests/sql/{name}.sql": sql for name, sql in TESTS.items()},
    }


# --- Commands --------------------------------------------------------------------------------------------------------


@dataclass
class Done:
    """What a dbt command did."""

    invocation: str = ""
    ended: bool = False
    waits: bool = False
    """Until it is told to go on."""
    succeeded: bool = False
    killed: bool = False
    finished: list[tuple[str, str]] = field(default_factory=list)
    """Names of nodes and their outcomes, in the order in which they ended."""
    said: list[str] = field(default_factory=list)
    statements: int = 0

    @property
    def complaint(self) -> str:
        """What was said last."""
        return "\n".join(self.said[-12:])

    @property
    def about_publishing(self) -> list[str]:
        """What was said of publishing, a line an entry."""
        return [line for line in self.said if line.lower().startswith(("publish", "not published"))]


def is_counted(node: Any) -> bool:
    """Whether a node is none of the hooks, and no unit test."""
    return node.resource_type in ("model", "seed", "test")


def serve(pipe, environment: Mapping[str, str]) -> None:
    """A process in which dbt stays loaded. One that is to be killed is a copy of it, killed like any other process."""
    from dbt import mp_context, selected_resources
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    os.environ |= environment
    multiprocessing.set_start_method("fork", force=True)  # its locks end with a killed process
    mp_context._MP_CONTEXT = multiprocessing.get_context()

    def run(arguments: list[str], is_first: bool, kill_at: int | str | None, pause_at: int | str | None) -> None:
        statements = 0
        if is_first:
            selected_resources.set_selected_resources(set())

        def told(event) -> None:
            nonlocal statements, pause_at
            name, message = event.info.name, event.info.msg
            if name in ("MainReportVersion", "LogStartLine", "LogTestResult", "NodeStart", "SQLQuery", "JinjaLogInfo"):
                pipe.send(("invocation", event.info.invocation_id))
            if name == "NodeFinished" and event.data.node_info.resource_type in ("model", "seed", "test"):
                pipe.send(("finished", event.data.node_info.node_name, event.data.node_info.node_status))
            if event.info.level in ("info", "warn", "error"):
                pipe.send(("said", message))
            statements += name == "SQLQuery"
            place = f"{name} {event.data.node_info.node_name}" if name in ("NodeStart", "NodeFinished") else message
            if kill_at is not None and (kill_at == statements if isinstance(kill_at, int) else kill_at in place):
                os.kill(os.getpid(), signal.SIGKILL)
            if name == "SQLQuery" and (pause_at in message if isinstance(pause_at, str) else statements == pause_at):
                pipe.send(("waits",))
                pause_at = pipe.recv()

        with redirect_stdout(io.StringIO()):
            result = dbtRunner(callbacks=[told]).invoke(arguments)
        if result.exception:
            pipe.send(("said", str(result.exception)))
        ended = [each for each in getattr(result.result, "results", None) or () if hasattr(each, "node")]
        pipe.send(("results", [(each.node.name, str(each.status)) for each in ended if is_counted(each.node)]))
        if DuckDBConnectionManager._ENV is not None:
            DuckDBConnectionManager._ENV.close()
            DuckDBConnectionManager._ENV = None
        pipe.send(("done", result.success, statements))

    while order := pipe.recv():
        arguments, is_first, kill_at, pause_at = order
        if kill_at is None:
            run(arguments, is_first, None, pause_at)
        elif copy := os.fork():
            _, status = os.waitpid(copy, 0)
            if os.WIFSIGNALED(status):
                pipe.send(("killed", os.WTERMSIG(status)))
        else:
            run(arguments, is_first, kill_at, pause_at)
            os._exit(0)


@dataclass
class Miniature:
    """The project in a folder of its own, its warehouse, and what runs its commands."""

    folder: Path
    engine: ClassVar[str] = "duckdb"

    def __post_init__(self) -> None:
        self.project, self.path = self.folder / "project", self.folder / "warehouse.duckdb"
        for part in ("macros", "tests/sql/generic"):
            shutil.copytree(PROJECT / part, self.project / part)
        self.files: dict[str, str] = {}
        self.begin_with(project_files())
        processes = multiprocessing.get_context("spawn")
        self.pipe, other = processes.Pipe()
        self.server = processes.Process(target=serve, args=(other, self.environment), daemon=True)
        self.server.start()
        other.close()

    @property
    def environment(self) -> dict[str, str]:
        """Where the warehouse is."""
        return {"DUCKDB_PATH": str(self.path)}

    @cached_property
    def production(self) -> dict[str, Any]:
        """What production has built and `--defer` may have a command read: what other models are made of."""
        with self.connect(self.folder / "production" / self.path.name) as connection:

            def first(column: str, table: str) -> str:
                return connection.execute(f"select {column} from {PRODUCTION}_{table}").fetchone()[0]

            staging = {
                f"stg_raw_tables__{raw}": first("made", f"staging.stg_raw_tables__{raw}")
                for raw in ("accounts", "signals")
            }
            return staging | {
                "tiers": first("tier", "rules.tiers"),
                "stg_rules__tiers": first("made", "rules.stg_rules__tiers"),
                "int_scores": first("made", "intermediate.int_scores"),
                "account_tiers": (DAYS[0], first("made", "audit.account_tiers")),
            }

    def start_again(self) -> None:
        """The project as it was written, and a warehouse in which production alone was built."""
        self.begin_with(project_files())
        if not (self.folder / "production").exists():
            self.load()
            done = self.dbt("build", target=PRODUCTION, variables={"fit_threshold": 50})
            assert done.succeeded, done.complaint
            self.keep("production")
            shutil.copy(self.target / "manifest.json", self.folder / "production")
        self.restore("production")

    def keep(self, name: str) -> None:
        """Keeps the warehouse and what stands beside it as they are."""
        (self.folder / name).mkdir(exist_ok=True)
        for path in self.folder.glob("*.duckdb*"):
            shutil.copy(path, self.folder / name)

    def restore(self, name: str) -> None:
        """Has them as they were kept."""
        for path in self.folder.glob("*.duckdb*"):
            path.unlink()
        for path in (self.folder / name).glob("*.duckdb*"):
            shutil.copy(path, self.folder)

    def close(self) -> None:
        self.pipe.send(None)
        self.server.join()

    def begin_with(self, files: Mapping[str, str]) -> None:
        """Has these files in the project and no others."""
        for name in self.files.keys() - files.keys():
            self.remove(name)
        for name, text in files.items():
            self.write(name, text)

    def write(self, name: str, text: str) -> None:
        """Writes a file of the project, if it is another."""
        if self.files.get(name) != text:
            (self.project / name).parent.mkdir(parents=True, exist_ok=True)
            (self.project / name).write_text(text, encoding="utf-8")
            self.files[name] = text

    def remove(self, name: str) -> None:
        """Removes a file of the project."""
        (self.project / name).unlink()
        del self.files[name]

    def dbt(self, *arguments: str, **options: Any) -> Done:
        """Runs a dbt command, with the options of `begin`, to its end."""
        self.begin(*arguments, **options)
        while not self.done.ended:
            self.hear()
        return self.done

    def begin(
        self,
        *arguments: str,
        variables: Mapping[str, Any] | None = None,
        kill_at: int | str | None = None,
        pause_at: int | str | None = None,
        target: str | None = None,
        is_first: bool = True,
    ) -> None:
        """Begins a dbt command: all of it, or up to a statement of SQL, by its number, or an event, by its name, where
        it is killed; or up to a statement, by its number or some of its words, before which it waits until it may go
        on. What dbt knows of the command before it is kept, unless it is the first of its process."""
        text, target = json.dumps(variables or {}, sort_keys=True), target or self.engine
        # one a set of settings, as dbt reads all files anew where the settings are others
        self.target = self.folder / "targets" / f"{target} {''.join(c if c.isalnum() else '_' for c in text)}"
        command = [*arguments, "--project-dir", str(self.project), "--profiles-dir", str(self.project)]
        command += ["--target", target] if arguments[0] != "retry" else []
        command += ["--target-path", str(self.target), "--log-path", str(self.folder / "logs")]
        command += ["--log-level-file", "none", "--no-use-colors", "--no-version-check"]
        if variables and arguments[0] != "retry":
            command += ["--vars", text]
        self.pipe.send((command, is_first, kill_at, pause_at))
        self.done = Done()

    def hear(self) -> None:
        """Waits for what the command tells next."""
        kind, *told = self.pipe.recv()
        if kind == "invocation":
            self.done.invocation = told[0]
        elif kind == "finished":
            self.done.finished.append((told[0], told[1]))
        elif kind == "results":
            self.done.finished = told[0]
        elif kind == "said":
            self.done.said.append(told[0])
        elif kind == "waits":
            self.done.waits = True
        else:
            self.done.succeeded, self.done.killed = kind == "done" and told[0], kind == "killed"
            self.done.statements, self.done.ended = told[-1], True

    def go_on(self, pause_at: int | str | None = None) -> None:
        """Lets a command that waits go on, to its end or to another statement."""
        self.done.waits = False
        self.pipe.send(pause_at)

    @contextmanager
    def connect(self, path: Path | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        with duckdb.connect(str(path or self.path)) as connection:
            connection.execute("set TimeZone = 'UTC'")
            yield connection

    def load(self, accounts: str = "1", signals: str = "1", spoiled: str = "") -> None:
        """Loads the raw tables, a row each."""
        with self.connect() as connection:
            connection.execute("create schema if not exists raw")
            connection.execute(
                "create or replace table raw.accounts as select 'a' as account_id, ? as spoiled, ? as version",
                [spoiled, f"accounts {accounts}"],
            )
            connection.execute(
                "create or replace table raw.signals as select 's' as signal_id, ? as version", [f"signals {signals}"]
            )

    def rows(self, schema: str, path: Path | None = None) -> dict[str, list[dict[str, Any]]]:
        """All tables and views of a schema, as they are."""
        file = path or self.path
        if not file.exists():
            return {}
        with self.connect(file) as connection:
            named = """
                select table_name, comment from duckdb_tables() where schema_name = $1 and not internal
                union all select view_name, comment from duckdb_views() where schema_name = $1 and not internal
                order by all
            """
            return {
                name: [{"comment": comment}, *fetch(connection, f"select * from {schema}.{name} order by all")]
                for name, comment in connection.execute(named, [schema]).fetchall()
            }
