"""A fork that bears another name, and a warehouse that an earlier version built."""

from __future__ import annotations

import re
import subprocess

import pytest

from builds.comparing import BY_THE_CLOCK, exactly
from builds.warehouse import Run, Warehouse
from worlds.committed import PROJECT

pytestmark = [pytest.mark.long, pytest.mark.beyond_ci]


def test_a_renamed_fork_builds(demo, tmp_path):
    """Also its unit tests."""
    settings = (PROJECT / "dbt_project.yml").read_text(encoding="utf-8")
    renamed = re.sub(r"(?m)^(name: |  |  this_project: )account_prioritization\b", r"\1acme_scoring", settings)
    assert renamed.count("acme_scoring") == 5
    warehouse = Warehouse(tmp_path, files={"dbt_project.yml": renamed})
    warehouse.build().check()
    assert exactly(warehouse.marts(), BY_THE_CLOCK) == exactly(demo.marts(), BY_THE_CLOCK)


def test_history_gets_the_columns_that_are_new(published, demo):
    """What was remembered has nothing in them; what follows has."""
    lacking = {"account_tier_history": ["top_reason", "priority_rank"], "crm_tier_sync": ["top_reason"]}
    with published.connect() as connection:
        for table, columns in lacking.items():
            for column in columns:
                connection.execute(f"alter table history.{table} drop column {column}")
    published.build("--exclude-resource-type", "unit_test", as_of="2026-07-01T09:00:00Z").check()
    days = {
        day: [
            (row["top_reason"], row["priority_rank"])
            for row in published.mart("account_tier_history")
            if str(row["tier_date"]) == day
        ]
        for day in ("2026-06-30", "2026-07-01")
    }
    assert len(days["2026-06-30"]) == len(demo.mart("account_tier_history"))
    assert set(days["2026-06-30"]) == {(None, None)}
    assert sum(None not in row for row in days["2026-07-01"]) > 1000


def test_a_profile_without_utc_is_told_what_to_write(tmp_path):
    profile = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
    without = profile.replace("      settings:\n        TimeZone: UTC\n", "")
    assert without != profile
    warehouse = Warehouse(tmp_path, files={"profiles.yml": without})
    command = warehouse.command("build", project=warehouse.project())
    command["env"]["TZ"] = "America/New_York"
    done = subprocess.run(**command, capture_output=True)
    run = Run(done.returncode, done.stdout + done.stderr)
    assert run.returncode != 0
    told = "- the profile: its sessions are in America/New_York; write TimeZone: UTC under its settings"
    assert told in [line.strip() for line in run.output.splitlines()], run.complaint
    assert "macros_agree_on_every_engine" not in run.output
    assert warehouse.tables() == []
