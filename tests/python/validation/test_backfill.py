"""scripts/backfill.py: which days it builds, which it leaves, and what it says when a build fails."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date

import pytest

import backfill
from builds.warehouse import PROJECT, Warehouse


def test_the_days_of_a_backfill():
    first, until = date(2025, 11, 15), date(2026, 2, 1)
    assert list(backfill.days_from(first, until, "month")) == [first, date(2025, 12, 1), date(2026, 1, 1)]
    weeks = [first, date(2025, 11, 22), date(2025, 11, 29)]
    assert list(backfill.days_from(first, date(2025, 11, 30), "week")) == weeks
    assert len(list(backfill.days_from(first, until, "day"))) == 78


def test_vars_are_kept_and_go_before():
    given = ["--target", "ci", "--vars", "{raw_schema: crm, max_shrink_share: 0.5}", "--quiet"]
    vars_and_all = ["--target", "ci", "--quiet", "--vars", '{"max_shrink_share": 0.5, "raw_schema": "crm"}']
    assert backfill.with_vars(given, backfill.SHRINKING) == vars_and_all
    assert backfill.with_vars([], backfill.SHRINKING) == ["--vars", '{"max_shrink_share": 1}']


@pytest.mark.parametrize(
    ("text", "said"),
    [("july", "neither a month"), ("2025-13", "month must be in 1..12"), ("2999-01", "does not lie before")],
)
def test_a_day_that_is_none_is_refused(text, said):
    command = [sys.executable, str(PROJECT / "scripts" / "backfill.py"), "--from", text]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stderr


@pytest.mark.long
def test_past_days_are_filled_in_and_live_ones_stay(published: Warehouse):
    """A day that was built live is not touched; one that was not is built anew; today comes last."""
    with published.connect() as connection:
        connection.execute(
            "insert into history.build_days by name (select * replace (date '2026-05-01' as tier_date,"
            " timestamp '2026-05-01 12:00:00' as scored_at, timestamp '2026-05-02 12:00:00' as built_at)"
            " from history.build_days)"
        )
    command = [sys.executable, str(PROJECT / "scripts" / "backfill.py"), "--from", "2026-05", "--until", "2026-07"]
    environment = os.environ | {"DUCKDB_PATH": str(published.path)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=PROJECT, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 days were built live and stay as they are." in done.stdout
    days = published.query("select distinct tier_date, built_at, scored_at from marts.build_days order by tier_date")
    assert [row["tier_date"] for row in days] == [date(2026, 5, 1), date(2026, 6, 1), date(2026, 6, 30)]
    assert str(days[0]["built_at"]) == "2026-05-02 12:00:00"
    assert {row["scored_at"].isoformat() for row in published.mart("account_tiers")} == {"2026-06-30T09:00:00"}
    hindsight = published.query(
        "select avg(has_hindsight::int) as share from marts.account_tier_history group by tier_date"
    )
    assert sorted(row["share"] > 0 for row in hindsight) == [False, True]
