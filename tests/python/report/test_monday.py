"""The Monday report of `scripts/monday_report.py`: figures as the marts have them, all text escaped, lists that end."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from html import unescape
from pathlib import Path

import duckdb
import pytest

from worlds.committed import PROJECT

HOSTILE = "<img src=x onerror=alert(1)></td></script>"


def written(marts: Path, report: Path) -> str:
    """The report of a readers' file."""
    command = [sys.executable, str(PROJECT / "scripts" / "monday_report.py"), str(marts), "--to", str(report)]
    subprocess.run(command, check=True, capture_output=True)
    return report.read_text(encoding="utf-8")


@pytest.fixture
def marts(demo, tmp_path) -> Path:
    """The readers' file of the demo, with a build a week before on which each account was a tier lower."""
    path = tmp_path / "demo_marts.duckdb"
    shutil.copy(demo.readers_file, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            insert into marts.account_tier_history
            select * replace (tier_date - 7 as tier_date, tier_number + 1 as tier_number)
            from marts.account_tier_history where is_primary and tier_number is not null;
            insert into marts.account_tier_changes by name
            select account_id, account_name, scoring_model, true as is_primary, scored_at::date as changed_on, scored_at
                as changed_at, tier_number + 1 as from_tier_number, tier as from_tier, tier_number as to_tier_number,
                tier as to_tier, priority_score - 3 as from_score, priority_score as to_score, 'up' as direction,
                3.0 as score_change, 'Demo request, +3' as why, owner_id
            from marts.account_tiers where tier_number <= 3
            """
        )
    return path


def test_figures_are_those_of_the_marts(marts, tmp_path):
    report = written(marts, tmp_path / "monday.html")
    with duckdb.connect(str(marts), read_only=True) as connection:
        ((tier_1, hot, overdue, high, moved, late),) = connection.execute(
            """
            select count(case when tier_number = 1 then 1 end), count(case when engagement_status = 'hot' then 1 end),
                count(case when response_status = 'overdue' then 1 end), count(case when tier_number <= 2 then 1 end),
                count(case when tier_number <= 3 then 1 end),
                count(case when response_status in ('overdue', 'due') then 1 end)
            from marts.account_tiers
            """
        ).fetchall()
        names = connection.execute(
            "select account_name from marts.account_tiers where response_status in ('overdue', 'due')"
        ).fetchall()
        reps = connection.execute(
            "select coalesce(owner_name, owner_id) from marts.rep_coverage where is_active"
        ).fetchall()
    said = re.sub(r"<[^>]+>", " ", report)
    said = " ".join(unescape(said).split())
    for words in (
        f"Tier 1 {tier_1} {tier_1:+d} in a week",
        f"Hot accounts {hot} {overdue} overdue",
        f"Moved up / down {moved} / 0",
        f"of {high}",
        f"Answer now {late} hot accounts",
        f"and {high - 25} more",
        "compared with June 23",
    ):
        assert words in said, words
    assert all(name in said for (name,) in names[:25] + reps)


def test_it_fits_an_email(marts, tmp_path):
    """No script, nothing to be fetched, and no larger for more accounts than its lists are long."""
    with duckdb.connect(str(marts)) as connection:
        connection.execute("update marts.account_tiers set account_name = ? where priority_rank <= 40", [HOSTILE])
        connection.execute("update marts.account_tier_changes set account_name = ?, why = ?", [HOSTILE, HOSTILE])
        connection.execute("update marts.rep_coverage set owner_name = ?", [HOSTILE])
    report = written(marts, tmp_path / "monday.html")
    assert "<img" not in report
    assert unescape(report).count(HOSTILE) > 25
    assert not re.search(r"<(script|link|style|iframe)|src=(?!x onerror)|url\(", report)
    assert len(report.encode()) < 65_000
