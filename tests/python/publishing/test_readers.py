"""Readers have a file of their own: it never waits for a build, never stops one, and holds no contact's address."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest
from dbt.adapters.duckdb.utils import TargetConfig, TargetLocation
from dbt_common.exceptions import DbtRuntimeError

from builds.warehouse import MARTS, fetch
from readers_file import Plugin
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


def test_where_only_the_file_cannot_be_written_it_is_said_what_readers_of_both_see(tmp_path):
    (tmp_path / "new.next").write_text("new")
    (tmp_path / "sales_marts.duckdb").symlink_to(tmp_path / "gone" / "sales.duckdb")
    place = TargetLocation(path=str(tmp_path / "sales_marts.duckdb"), format="duckdb")
    target = TargetConfig(None, [], {"written": str(tmp_path / "new.next")}, place)
    with pytest.raises(DbtRuntimeError) as error:
        Plugin("readers_file", {}).store(target)
    assert "sales_marts.duckdb was not replaced (No such file or directory)" in str(error.value)
    assert "its readers see the build before, those of the schema `marts` this one" in str(error.value)
