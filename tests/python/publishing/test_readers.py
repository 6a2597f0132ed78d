"""Readers have a file of their own: it never waits for a build, never stops one, and holds no contact's address."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest

from builds.warehouse import MARTS, fetch
from worlds.committed import demo_rows

ADDRESS = r"[^\s'\",:|]+@[^\s'\",:|]+"


def everything(path: Path) -> dict[str, list]:
    """All tables of the readers' file, with their rows."""
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = [row["table_name"] for row in fetch(connection, "select table_name from duckdb_tables()")]
        return {table: fetch(connection, f"select * from marts.{table} order by all") for table in tables}


def test_the_readers_file_has_the_marts_but_the_raw_records(demo):
    found = everything(demo.readers_file)
    assert set(found) == set(MARTS) - {"rejected_records"}
    assert {table: len(rows) for table, rows in found.items()} == {table: len(demo.mart(table)) for table in found}


def test_no_address_of_a_contact_reaches_readers_or_logs(demo):
    emails = [row["email"].strip().lower() for row in demo_rows()["contacts"] if row["email"]]
    addresses = {email for email in emails if "@" in email}
    assert len(addresses) > 500
    published = {table: rows for table, rows in demo.marts().items() if table != "rejected_records"}
    log = (demo.folder / "logs" / "dbt.log").read_text(encoding="utf-8")
    for text in (str(everything(demo.readers_file)), str(published), log):
        assert not addresses & set(re.findall(ADDRESS, text.lower()))
    assert addresses & set(re.findall(ADDRESS, str(demo.mart("rejected_records")).lower())), "this is where they may be"


@pytest.mark.long
def test_a_reader_that_never_lets_go_does_not_stop_a_build(demo, published):
    path = published.readers_file
    shutil.copy(demo.readers_file, path)
    with duckdb.connect(str(path), read_only=True) as reader:
        before = fetch(reader, "select * from marts.account_tiers order by all")
        published.build(as_of="2026-06-23T09:00:00Z").check()
        assert fetch(reader, "select * from marts.account_tiers order by all") == before
    assert everything(path)["account_tiers"] != before
    assert {str(row["scored_at"]) for row in everything(path)["account_scores"]} == {"2026-06-23 09:00:00"}


@pytest.mark.long
def test_a_second_build_says_who_holds_the_warehouse(published):
    with duckdb.connect(str(published.path)):
        run = published.build()
    assert run.returncode != 0
    assert "Could not set lock on file" in run.output
    assert "PID" in run.output
