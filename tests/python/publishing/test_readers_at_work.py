"""What readers see while the project is built, when builds fail, and what they must never see.

Real processes on real files: one build after another over the same database, with readers of its `_marts.duckdb`.
"""

from __future__ import annotations

import multiprocessing
import re
import shutil
import subprocess
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builds.warehouse import MARTS, REMEMBERING, Run, Warehouse
from worlds.committed import PROJECT, rules
from worlds.dirty import Tables, as_text, facts

MAILBOXES = "mail.secret.example"
MONDAY, TUESDAY = "2026-03-09T06:00:00Z", "2026-03-10T06:00:00Z"
FOR_READERS = sorted(set(MARTS) - {"rejected_records"})
pytestmark = [pytest.mark.long, pytest.mark.xdist_group("readers at work")]
ALWAYS_FAILS = "select account_id from {{ ref('account_tiers') }}\n"

Snapshot = dict[str, Any]


# --- Readers ---------------------------------------------------------------------------------------------------------


def snapshot(connection: duckdb.DuckDBPyConnection) -> Snapshot:
    """A digest of each published table, and the moments that any of them is scored at."""
    named = "select table_name from information_schema.tables where table_schema = 'marts' and table_catalog = ?"
    catalog = connection.execute("select current_database()").fetchone()[0]
    tables = sorted(table for (table,) in connection.execute(named, [catalog]).fetchall())
    moments, digests = set(), {}
    for table in tables:
        rows = connection.sql(f"select to_json(t)::varchar from marts.{table} as t").fetchall()
        digests[table] = md5("\n".join(sorted(row for (row,) in rows)).encode()).hexdigest()
        if table not in REMEMBERING and "scored_at" in connection.table(f"marts.{table}").columns:
            moments |= {str(at) for (at,) in connection.sql(f"select distinct scored_at from marts.{table}").fetchall()}
    return {"tables": digests, "scored_at": sorted(moments)}


def look(path: Path) -> Snapshot:
    """What a new reader of a file sees."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return snapshot(connection)


def hold(path: Path, pipe) -> None:
    """A process that keeps the file open: whenever asked, tells what it sees; at last, what it sees once reopened."""
    with duckdb.connect(str(path), read_only=True) as connection:
        pipe.send(snapshot(connection))
        while pipe.recv() == "again":
            pipe.send(snapshot(connection))
    pipe.send(look(path))


def poll(path: Path, stop, pipe) -> None:
    """A process that opens the file over and over: tells how often, and each new sight of it."""
    looks, seen = 0, []
    while not stop.is_set():
        try:
            sight = look(path)
        except duckdb.Error as error:
            sight = {"error": str(error)}
        looks += 1
        if sight not in seen[-1:]:
            seen.append(sight)
        time.sleep(0.02)
    pipe.send((looks, seen))


# --- Builds ----------------------------------------------------------------------------------------------------------


def raw_data(seed: int) -> Tables:
    """Raw tables with e-mail addresses in a column that is known and in others that are not; some rows unreadable."""
    rows = as_text(facts(seed, rules(), 40, 300))
    rows["contacts"] += [{"contact_id": "unheard", "account_id": "x", "seniority": "unheard of"}]
    rows["accounts"] += [{"account_id": "unread", "account_name": "Unread", "annual_revenue_usd": "n/a"}]
    rows["signals"] += [{"signal_id": "untyped", "account_id": "unread", "signal_type": "untyped"}]
    for table, column in {"contacts": "email", "accounts": "owner_email", "signals": "visitor"}.items():
        for number, row in enumerate(rows[table]):
            row[column] = f"{table}.{number}@{MAILBOXES}"
    return rows


def start_build(warehouse: Warehouse, as_of: str) -> subprocess.Popen:
    """Starts `dbt build` and returns once it has begun with its first step."""
    arguments = ("build", "--exclude-resource-type", "unit_test")
    command = warehouse.command(
        *arguments, variables={"raw_schema": "raw", "as_of": as_of}, project=warehouse.project()
    )
    process = subprocess.Popen(**command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    for line in process.stdout:
        if "START seed" in line:
            return process
    raise AssertionError("the build ended before it began")


@dataclass
class Story:
    """What happened to readers while Tuesday's build, which has a warning, ran over Monday's."""

    warehouse: Warehouse
    monday: Snapshot
    tuesday: Snapshot
    in_marts: Snapshot  # on Tuesday, in the warehouse itself
    build: Run
    process_id: int
    rival: Run
    rival_ended_first: bool
    held: list[Snapshot]
    reopened: Snapshot
    looks: int
    polled: list[Snapshot]


@pytest.fixture(scope="module")
def story(tmp_path_factory) -> Story:
    """Two builds with readers in between, and a rival build that starts while the second runs."""
    warning = {"tests/sql/marts/warns.sql": "{{ config(severity='warn') }}\n" + ALWAYS_FAILS}
    warehouse = Warehouse(tmp_path_factory.mktemp("readers"), files=warning)
    warehouse.load(raw_data(1))
    warehouse.build(raw_schema="raw", as_of=MONDAY).check()
    path = warehouse.readers_file
    monday = look(path)

    processes = multiprocessing.get_context("spawn")
    (holder, holding), (poller, polling), stop = processes.Pipe(), processes.Pipe(), processes.Event()
    readers = [
        processes.Process(target=hold, args=(path, holding), daemon=True),
        processes.Process(target=poll, args=(path, stop, polling), daemon=True),
    ]
    for reader in readers:
        reader.start()
    held = [holder.recv()]
    warehouse.load(raw_data(2))
    build = start_build(warehouse, TUESDAY)
    rival = warehouse.build(raw_schema="raw", as_of=TUESDAY)
    rival_ended_first = build.poll() is None
    output, _ = build.communicate()
    holder.send("again")
    held.append(holder.recv())
    holder.send("reopen")
    time.sleep(0.5)  # the poller looks once more
    stop.set()
    looks, polled = poller.recv()
    reopened = holder.recv()
    for reader in readers:
        reader.join()
    return Story(
        warehouse,
        monday,
        tuesday=look(path),
        in_marts=look(warehouse.path),
        build=Run(build.returncode, output),
        process_id=build.pid,
        rival=rival,
        rival_ended_first=rival_ended_first,
        held=held,
        reopened=reopened,
        looks=looks,
        polled=polled,
    )


def contract_violated() -> dict[str, str]:
    """A published column declared as of another type."""
    name = "models/marts/reps/_reps__models.yml"
    before, model, after = (PROJECT / name).read_text(encoding="utf-8").partition("- name: account_tiers\n")
    return {name: before + model + after.replace("data_type: varchar", "data_type: integer", 1)}


def unit_test_failed() -> dict[str, str]:
    """One unit test, which fails, in place of all others."""
    others = {str(path.relative_to(PROJECT)): "version: 2\n" for path in PROJECT.glob("models/**/*__unit_tests.yml")}
    return others | {
        "models/marts/stewards/_stewards__unit_tests.yml": """
version: 2
unit_tests:
  - name: fails
    model: unmatched_signals
    given: [{input: ref('int_signals_matched'), rows: []}]
    expect: {rows: [{signal_id: expected}]}
"""
    }


BUILD = ("build", "--exclude-resource-type", "unit_test")
FAILURES: Mapping[str, tuple[dict[str, str], tuple[str, ...], int, str]] = {
    "a data test fails": ({"tests/sql/marts/fails.sql": ALWAYS_FAILS}, BUILD, 1, "NOT PUBLISHED: "),
    "a unit test fails": (unit_test_failed(), ("build",), 1, "NOT PUBLISHED: "),
    "a contract is violated": (contract_violated(), BUILD, 1, "NOT PUBLISHED: "),
    "a source is stale": ({}, ("source", "freshness"), 1, "ERROR STALE freshness of raw_tables.accounts"),
    "only a part is built": (
        *({}, (*BUILD, "--select", "int_accounts_merged"), 0),
        "has not run since int_accounts_merged did",
    ),
    "built, not tested": ({}, (*BUILD, "--exclude-resource-type", "test"), 0, "has not run since account_scores did"),
    "built without rows": ({}, (*BUILD, "--empty"), 0, "NOT PUBLISHED: account_families was run with --empty, "),
}


@pytest.fixture(scope="module")
def failures(story, tmp_path_factory) -> dict[str, tuple[Warehouse, Run]]:
    """Each kind of failure, on new raw data where Tuesday's build is published, two at a time."""
    story.warehouse.load(raw_data(3))

    def run(kind: str) -> tuple[Warehouse, Run]:
        files, command, _, _ = FAILURES[kind]
        warehouse = Warehouse(tmp_path_factory.mktemp("failure"), files=files)
        for path in story.warehouse.folder.glob("*.duckdb*"):
            shutil.copy(path, warehouse.folder)
        variables = {"raw_schema": "raw", "as_of": TUESDAY}
        return warehouse, warehouse.dbt(*command, variables=variables, project=warehouse.project())

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(FAILURES, pool.map(run, FAILURES), strict=True))


# --- While a build runs ----------------------------------------------------------------------------------------------


def test_the_builds_differ_in_every_table(story):
    """Else nothing below would be seen."""
    assert list(story.monday["tables"]) == list(story.tuesday["tables"]) == FOR_READERS
    assert [table for table in FOR_READERS if story.monday["tables"][table] == story.tuesday["tables"][table]] == []
    assert story.monday["scored_at"] == ["2026-03-09 06:00:00"]
    assert story.tuesday["scored_at"] == ["2026-03-10 06:00:00"]


def test_the_readers_file_is_what_is_published(story):
    published = {table: digest for table, digest in story.in_marts["tables"].items() if table != "rejected_records"}
    assert sorted(story.in_marts["tables"]) == sorted(MARTS)
    assert story.tuesday["tables"] == published


def test_a_reader_who_holds_the_file_open_does_not_stop_the_build_and_keeps_what_it_opened(story):
    assert story.build.returncode == 0, story.build.complaint
    assert story.held == [story.monday, story.monday]


def test_a_reader_who_opens_the_file_anew_sees_the_new_build(story):
    assert story.reopened == story.tuesday


def test_a_reader_who_looks_all_the_time_sees_one_whole_build_or_the_other(story):
    assert story.polled == [story.monday, story.tuesday]
    assert story.looks > 20


def test_a_second_build_ends_at_once_and_says_who_is_in_its_way(story):
    assert story.rival.returncode != 0
    assert story.rival_ended_first
    complaint = re.search(r"Could not set lock on file \"(.+?)\": Conflicting lock .*\(PID (\d+)", story.rival.output)
    assert complaint, story.rival.output
    assert complaint[1] == str(story.warehouse.path)
    assert complaint[2] == str(story.process_id)


def test_a_warning_does_not_stop_publishing(story):
    assert re.search(r"WARN \d+ warns", story.build.output)
    assert re.search(r"WARN=1 ERROR=0", story.build.output)


# --- When a build fails ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FAILURES)
def test_readers_keep_the_last_good_build_when(kind, failures, story):
    warehouse, run = failures[kind]
    _, _, code, message = FAILURES[kind]
    assert run.returncode == code, run.complaint
    assert message in run.output, run.complaint
    assert look(warehouse.readers_file) == story.tuesday
    assert look(warehouse.path) == story.in_marts


@pytest.mark.parametrize("kind", ["a data test fails", "built, not tested"])
def test_what_was_built_but_not_published_can_be_looked_at(kind, failures):
    """The schema audit holds the tables as they were built, to find out what is wrong."""
    warehouse, _ = failures[kind]
    assert warehouse.query("from audit.account_scores except from marts.account_scores")


# --- What nobody must see --------------------------------------------------------------------------------------------


def places(path: Path, schema: str | None = None) -> set[str]:
    """Where the text of an e-mail address stands."""
    with duckdb.connect(str(path), read_only=True) as connection:
        columns = connection.sql(
            "select table_schema, table_name, column_name from information_schema.columns"
        ).fetchall()
        found = (column for column in columns if schema in (None, column[0]))
        holds = 'select 1 from "{0}"."{1}" where "{2}"::varchar like ?'
        return {
            ".".join(column)
            for column in found
            if connection.execute(holds.format(*column), [f"%@{MAILBOXES}%"]).fetchone()
        }


def test_no_address_in_what_is_published(story):
    assert places(story.warehouse.readers_file) == set()
    assert places(story.warehouse.path, "marts") == {"marts.rejected_records.raw_record"}


def test_no_address_in_the_bytes_of_the_readers_file(story):
    """Nor in its blocks that are no longer used; nothing else of it is left beside it."""
    files = list(story.warehouse.folder.glob("warehouse_marts.duckdb*"))
    assert files == [story.warehouse.readers_file]
    assert MAILBOXES.encode() not in story.warehouse.readers_file.read_bytes()


def test_addresses_are_kept_nowhere_but_where_they_were_loaded_and_with_rejected_rows(story):
    found = places(story.warehouse.path)
    assert {place for place in found if not place.endswith(".raw_record")} == {
        *(
            "raw.accounts.owner_email",
            "raw.contacts.email",
            "raw.signals.visitor",
            "staging.stg_raw_tables__contacts.email",
        ),
    }


def test_no_address_in_what_dbt_writes(story, failures):
    """Its log, its artifacts and the terminal, also when something fails."""
    runs = [*failures.values(), (story.warehouse, story.build), (story.warehouse, story.rival)]
    assert not any(MAILBOXES in run.output for _, run in runs)
    for warehouse, _ in runs:
        files = [*warehouse.folder.glob("logs/*"), *warehouse.folder.glob("target/**/*.*")]
        assert any(path.name == "dbt.log" for path in files)
        written = [path for path in files if path.is_file() and MAILBOXES.encode() in path.read_bytes()]
        assert not written
