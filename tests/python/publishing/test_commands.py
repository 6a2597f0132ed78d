"""Whichever command completes a build of the whole project publishes it: `dbt test` after `dbt run`, or `dbt retry`."""

from __future__ import annotations

import pytest

from builds.comparing import exactly
from builds.warehouse import Run, Warehouse

pytestmark = [pytest.mark.long, pytest.mark.beyond_ci, pytest.mark.xdist_group("commands")]
FEW = ("--exclude-resource-type", "unit_test")


def not_published(run: Run) -> str:
    """The one line that says what is missing."""
    (line,) = (line for line in run.output.splitlines() if "NOT PUBLISHED" in line)
    return line


def day(warehouse: Warehouse) -> str:
    """The day that readers see, which is one in the marts and in their file."""
    (row,) = warehouse.query("select distinct day(scored_at) as day from marts.account_tiers")
    return row["day"]


def test_tests_after_a_run_publish(published):
    as_of = {"as_of": "2026-07-01T09:00:00Z"}
    run = published.dbt("run", variables=as_of).check()
    assert "has not run since" in not_published(run), "data tests"
    assert day(published) == 30
    asked = published.dbt("run-operation", "publish", variables=as_of)
    assert not_published(asked).split("NOT PUBLISHED")[1] == not_published(run).split("NOT PUBLISHED")[1]
    assert day(published) == 30
    listed = published.dbt("ls", "--select", "account_tiers", variables=as_of).check()
    assert "NOT PUBLISHED" not in listed.output, "it builds nothing"
    tested = published.dbt("test", *FEW, variables=as_of).check()
    assert "NOT PUBLISHED" not in tested.output
    assert day(published) == 1
    assert [
        row["d"]
        for row in published.query(
            "select distinct day(tier_date) as d from history.account_tier_history order by tier_date"
        )
    ] == [30, 1]


def test_a_retry_after_a_failed_test_publishes(published):
    """The test fails for what stands in a raw table, until that is mended. A retry is of the first command's moment."""
    published.load({"reps_who_left": [{"owner_id": "owner"}]}, schema="landing")
    with published.connect() as connection:
        connection.execute(
            "update landing.reps_who_left set owner_id = (select min(owner_id) from marts.account_tiers)"
        )
    published.files = {
        "tests/sql/nobody_owns_who_left.sql": """
            select account_id from {{ ref('account_tiers') }}
            where owner_id in (select owner_id from landing.reps_who_left)
        """
    }
    before = exactly(published.marts())
    published.environment["AS_OF"] = "2026-07-01T09:00:00Z"
    run = published.build(*FEW)
    del published.environment["AS_OF"]
    assert run.returncode == 1
    assert "NOT PUBLISHED: nobody_owns_who_left failed, " in not_published(run), "before what was skipped for it"
    assert exactly(published.marts()) == before

    again = published.dbt("retry", project=published.project())
    assert again.returncode == 1
    assert "NOT PUBLISHED: nobody_owns_who_left failed, " in not_published(again)
    assert exactly(published.marts()) == before

    with published.connect() as connection:
        connection.execute("delete from landing.reps_who_left")
    mended = published.dbt("retry", project=published.project()).check()
    assert "Done. PASS=" in mended.output
    assert "NOT PUBLISHED" not in mended.output
    assert day(published) == 1
    assert exactly(published.built()) == exactly(published.marts())
