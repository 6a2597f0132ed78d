"""What readers see is always one whole build that passed every test (`test_readers` watches while that happens)."""

from datetime import datetime

import pytest

from builds.comparing import exactly
from builds.warehouse import JUDGING, MARTS, REMEMBERED

OTHER_DAY = "2026-06-29T09:00:00Z"


@pytest.mark.long
def test_a_good_build_replaces_all_marts_together(demo, dirty):
    """`dirty` was built over the demo's marts; no table is left behind or mixed."""
    old, new = demo.marts(), dirty.marts()
    shared = {table for table in new if set(exactly(old)[table]) & set(exactly(new)[table])}
    assert shared == {"calendar_days", "scoring_model_tiers"}, "of rules and days alone, which are the same in both"
    assert {table for table, rows in new.items() if not rows} == {"account_tier_changes", *JUDGING}, "a first build day"
    published = {row["table_name"] for row in dirty.tables() if row["table_schema"] == "marts"}
    assert published == set(MARTS)


def test_published_tables_are_tables_and_described_alike(demo):
    """Readers get tables of their own (a view of what is built would show the next build before it is tested), or views
    of what is remembered, which nothing but publishing writes; with the same columns."""
    kinds = demo.query("select table_name, table_type from information_schema.tables where table_schema = 'marts'")
    views = {row["table_name"] for row in kinds if row["table_type"] == "VIEW"}
    assert views == set(REMEMBERED)
    assert {row["table_type"] for row in kinds if row["table_name"] not in views} == {"BASE TABLE"}
    shown = demo.query("select view_name, sql from duckdb_views() where schema_name = 'marts' and not internal")
    assert all(f" FROM history.{row['view_name']} " in row["sql"] for row in shown), shown
    columns = """
        select table_name, column_name, data_type, ordinal_position from information_schema.columns
        where table_schema = '{}' order by all
    """
    audited = [row for row in demo.query(columns.format("audit")) if row["table_name"] in MARTS]
    assert demo.query(columns.format("marts")) == audited


def test_history_knows_when_a_day_was_built_and_by_which_rules(demo):
    """As the ledger and `build_days` do, which a build writes for themselves."""
    stamps = "select distinct built_at, rules_hash from {}"
    (told,) = demo.query(stamps.format("marts.account_tier_history"))
    assert demo.query("select distinct built_at from marts.build_days") == [{"built_at": told["built_at"]}]
    ledger = "history.build_ledger where unique_id like 'model.%'"
    assert demo.query(f"select distinct rules_hash from {ledger}") == [{"rules_hash": told["rules_hash"]}]


@pytest.mark.long
def test_what_fails_or_was_not_tested_publishes_nothing(demo, published):
    before = exactly(demo.marts())
    assert exactly(published.marts()) == before

    published.dbt("run", variables={"as_of": OTHER_DAY}).check()
    built = {row["scored_at"] for row in published.query("select scored_at from audit.account_tiers")}
    assert built == {datetime(2026, 6, 29, 9)}
    assert exactly(published.marts()) == before, "dbt run"

    part = published.build("--select", "source_reconciliation", as_of=OTHER_DAY).check()
    assert "NOT PUBLISHED" in part.output
    assert exactly(published.marts()) == before, "a build of a part"

    published.files = {"tests/sql/never_holds.sql": "select account_id from {{ ref('account_tiers') }}"}
    failed = published.build("--exclude-resource-type", "unit_test", as_of=OTHER_DAY)
    assert failed.returncode != 0
    assert "never_holds" in failed.output
    assert "NOT PUBLISHED" in failed.output
    assert exactly(published.marts()) == before, "a build with a failed test"


@pytest.mark.long
def test_grants(published):
    """Where there are roles (DuckDB has none): readers get all marts but the one with raw rows, stewards all."""
    listed = """{%- set marts = graph.nodes.values() | selectattr("fqn.1", "equalto", "marts") -%}
        {{ default__grants_on(marts | selectattr("resource_type", "equalto", "model") | list) | join(";") }}"""
    roles = {"grant_marts_to": ["bi", "sales"], "grant_raw_records_to": ["steward"]}
    run = published.dbt("compile", "--inline", listed, variables=roles).check()
    granted = run.output.partition("is:")[2].replace('"', "").replace("warehouse.", "").strip().split(";")
    assert sorted(granted) == sorted(
        [
            "grant usage on schema marts to bi, sales, steward",
            "grant select on marts.rejected_records to steward",
            *(f"grant select on marts.{mart} to bi, sales, steward" for mart in MARTS if mart != "rejected_records"),
        ]
    )
    nobody = published.dbt("compile", "--inline", listed).check()
    assert "grant" not in nobody.output
