"""Nobody's data is overwritten: not that of others, nor marts made of other raw tables, nor many rows by few."""

from __future__ import annotations

import os
import re
import shutil
import stat

import duckdb
import pytest

from builds.comparing import exactly
from builds.warehouse import Run, Warehouse
from worlds.committed import demo_rows, rules

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("ownership")]
AS_OF = "2026-06-30T09:00:00Z"
FEW = ("--exclude-resource-type", "unit_test")


def run_sql(warehouse: Warehouse, *statements: str) -> None:
    """Does what a user might do in the database."""
    with warehouse.connect() as connection:
        for statement in statements:
            connection.execute(statement)


def refused(run: Run, *words: str) -> None:
    """The command failed before it built anything, and said so."""
    assert run.returncode != 0, run.output
    assert "nothing was built" in run.output
    for word in words:
        assert word in run.output, run.complaint
    assert "Traceback" not in run.output


# --- Data of others --------------------------------------------------------------------------------------------------


def test_tables_of_others_are_left_alone(warehouse):
    run_sql(
        warehouse,
        "create schema rules; create table rules.tiers as select 'mine' as tier",
        "create schema audit; create view audit.account_tiers as select 'mine' as tier",
        "create schema marts; create table marts.account_scores as select 'mine' as score",
    )
    before = warehouse.tables()
    refused(warehouse.build(*FEW), "DATA OF OTHERS", "- rules.tiers", "- audit.account_tiers", "Move or rename them")
    assert warehouse.tables() == before
    run_sql(warehouse, "drop schema rules cascade; drop schema audit cascade")
    refused(warehouse.build(*FEW), "marts.account_scores would be replaced and is not of this project: move it")
    assert warehouse.mart("account_scores") == [{"score": "mine"}]


def test_a_file_of_others_is_left_alone(warehouse):
    file = warehouse.readers_file
    with duckdb.connect(str(file)) as connection:
        connection.execute("create table revenue as select 1 as usd")
    before = file.read_bytes()
    refused(
        warehouse.build(*FEW), f"the file {file.name} would be replaced and is not of this project: move or rename it"
    )
    assert file.read_bytes() == before
    file.write_bytes(b"no database at all " * 1000)
    run = warehouse.build(*FEW)
    assert run.returncode != 0
    assert file.name in run.output
    assert file.read_bytes() == b"no database at all " * 1000


# --- Other raw tables ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def story(demo, tmp_path_factory) -> dict[str, tuple[Run, dict]]:
    """One warehouse, build after build: what each said, and what readers saw after it."""
    warehouse = Warehouse(tmp_path_factory.mktemp("ownership"))
    shutil.copy(demo.path, warehouse.path)
    raw = {**demo_rows(), "accounts": demo_rows()["accounts"][:-9]}
    warehouse.load(raw, schema="crm")
    told: dict[str, tuple[Run, dict]] = {}

    def build(name: str, **variables: object) -> None:
        run = warehouse.build(*FEW, as_of=AS_OF, **variables)
        told[name] = run, exactly(warehouse.marts())

    told["demo"] = None, exactly(warehouse.marts())
    build("crm over the demo", raw_schema="crm")
    build("crm over the demo, as told", raw_schema="crm", replace_published=True)
    build("the demo over crm")
    few = {table: raw[table][: len(raw[table]) // 3] for table in ("accounts", "signals", "contacts")}
    warehouse.load({**few, "activities": []}, schema="crm")
    build("nearly empty", raw_schema="crm")
    build("nearly empty, in other words and allowed", raw_schema="CRM", raw_database="WAREHOUSE", max_shrink_share=1)
    warehouse.files = {"tests/sql/holds.sql": "select 1 as one where 1 = 0"}  # a copy, of which rules may change
    warehouse.seeds = {"tiers": rules()["tiers"][1:]}
    without = ("--exclude-resource-type", "unit_test", "seed")
    run = warehouse.build(*without, raw_schema="crm", as_of=AS_OF, require_publish=True)
    told["without rule files"] = run, exactly(warehouse.marts())
    told["history"] = None, warehouse.query("select distinct raw_source from history.account_tier_history order by 1")
    return told


def test_other_raw_tables_replace_nothing(story):
    run, seen = story["crm over the demo"]
    refused(run, "`marts` holds what was made of the raw tables in 'demo'", "in 'crm'", "replace_published: true")
    assert seen == story["demo"][1]


def test_unless_told_to(story):
    run, seen = story["crm over the demo, as told"]
    run.check()
    assert seen != story["demo"][1]


def test_the_demo_replaces_nothing_of_ones_own(story):
    """When `--vars` was forgotten."""
    run, seen = story["the demo over crm"]
    refused(run, "made of the raw tables in 'crm'", "replace_published: true")
    assert seen == story["crm over the demo, as told"][1]


def test_far_less_than_before_is_not_published(story):
    run, seen = story["nearly empty"]
    run.check()
    (line,) = (line for line in run.output.splitlines() if "NOT PUBLISHED" in line)
    assert re.search(r"\b\d+ ranked accounts where \d+ were published", line)
    assert "standing signals where" in line
    assert "0 rows of activities where" in line
    assert "contacts" not in line, "some are left"
    assert "max_shrink_share: 1" in line
    assert seen == story["crm over the demo, as told"][1]


def test_less_is_published_if_it_is_allowed(story):
    run, seen = story["nearly empty, in other words and allowed"]
    run.check()
    assert seen != story["nearly empty"][1]


def test_spellings_of_one_source_have_one_history(story):
    assert [row["raw_source"] for row in story["history"][1]] == ["crm", "demo"]


def test_rule_files_that_were_left_out_hold_publishing_back(story):
    run, seen = story["without rule files"]
    assert re.search("NOT PUBLISHED: .*tiers.csv has changed since it was loaded", run.output)
    assert run.returncode == 1, "require_publish"
    assert seen == story["nearly empty, in other words and allowed"][1]


# --- The file of readers ---------------------------------------------------------------------------------------------


def test_the_readers_file_keeps_its_rights_and_links(published, demo):
    """Also where the database is called like the module that writes that file, and has no `.duckdb`."""
    warehouse = Warehouse(published.folder, file_name="readers_file.db")
    shutil.move(published.path, warehouse.path)
    elsewhere = warehouse.folder / "elsewhere"
    elsewhere.mkdir()
    shutil.copy(demo.readers_file, elsewhere / "sales.duckdb")
    (elsewhere / "sales.duckdb").chmod(0o640)
    os.chown(elsewhere / "sales.duckdb", -1, 60) if os.getuid() == 0 else None
    warehouse.readers_file.symlink_to(elsewhere / "sales.duckdb")
    warehouse.build(*FEW, as_of="2026-06-29T09:00:00Z").check()
    assert warehouse.readers_file.is_symlink()
    found = (elsewhere / "sales.duckdb").stat()
    assert stat.S_IMODE(found.st_mode) == 0o640
    assert found.st_gid == (60 if os.getuid() == 0 else os.getgid())
    with duckdb.connect(str(warehouse.readers_file), read_only=True) as connection:
        assert connection.sql("select distinct day(scored_at) from marts.account_tiers").fetchall() == [(29,)]
    assert [path.name for path in elsewhere.iterdir()] == ["sales.duckdb"]
