"""With any setting the whole demo build passes, with all its tests, and publishes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import Any

import pytest
import yaml

import demo_sources
from builds.warehouse import MARTS, Warehouse
from worlds.committed import PROJECT, demo_rows

EVERY_SETTING = {
    "as_of": "2026-07-01T23:30:00+02:00",
    "engagement_window_days": 3,
    "fit_threshold": 3.5,
    "timing_threshold": 99,
    "decay_horizon_half_lives": 0.5,
    "intent_trend_threshold": 77.25,
    "touch_window_days": 0,
    "reporting_timezone": "Pacific/Auckland",
    "working_hours": "08:30-12:15 Sun-Thu",
    "crm_account_url": "https://crm.example/{account_id}",
    "raw_database": "crm_copy",
    "raw_schema": "crm",
    "replace_published": True,
    "sources": ["salesforce"],
    "source_schemas": {"salesforce": "sfdc"},
    "max_rejected_share": 0,
    "max_unmatched_share": 0,
    "max_shrink_share": 0.01,
    "require_publish": True,
    "compare_with": "dbt_anna_marts",
    "grant_marts_to": ["bi"],
    "grant_raw_records_to": "steward",
}
"""A value of each setting, far from its default."""
NO_SCORE_DEPENDS_ON = (
    "max_rejected_share",
    "max_unmatched_share",
    "max_shrink_share",
    "require_publish",
    "compare_with",
    "grant_marts_to",
    "grant_raw_records_to",
)
"""These are tried in one build."""
SOURCES = ("sources", "source_schemas")
WHERE_FROM = ("raw_database", "raw_schema", *SOURCES)
"""What was published of other raw tables is replaced with leave alone."""
OF_A_ROOT_PROJECT = {"this_project", "raw_refs", "rule_refs"}
"""These are tried as a package (`package/`)."""


def tried() -> list[dict[str, Any]]:
    """One setting at a time; other raw tables need leave to replace what was published of the demo."""
    settings = [
        {name: value}
        for name, value in EVERY_SETTING.items()
        if name not in (*NO_SCORE_DEPENDS_ON, *WHERE_FROM, "replace_published")
    ]
    settings.append({name: EVERY_SETTING[name] for name in NO_SCORE_DEPENDS_ON})
    return settings + [
        {name: EVERY_SETTING[name] for name in names}
        for names in (
            ("raw_database", "replace_published"),
            ("raw_schema", "replace_published"),
            (*SOURCES, "replace_published"),
        )
    ]


def test_every_setting_is_tried():
    declared = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["vars"]
    assert set(EVERY_SETTING) == set(declared) - OF_A_ROOT_PROJECT
    assert {name for settings in tried() for name in settings} == set(EVERY_SETTING)


@pytest.mark.beyond_ci
@pytest.mark.long
def test_the_demo_builds_with_every_setting(demo, tmp_path):
    """In one process: all unit tests with all settings at once, then a build with each, one after another."""
    copy = Warehouse(tmp_path, file_name="copy.duckdb")
    shutil.copy(demo.path, copy.path)
    copy.load(demo_rows(), schema="crm")
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    attached = [{"path": str(copy.path), "alias": "crm_copy", "read_only": True}]
    profile["account_prioritization"]["outputs"]["duckdb"]["attach"] = attached
    warehouse = Warehouse(tmp_path, files={"profiles.yml": yaml.safe_dump(profile)})
    shutil.copy(demo.path, warehouse.path)
    warehouse.load(demo_rows(), schema="crm")
    market = demo_sources.renamed(demo_sources.standing(demo_sources.demo()), "salesforce")[0]
    demo_sources.write(demo_sources.as_source(market, "salesforce", "fivetran"), warehouse.path, "sfdc")
    unit_tests = ("test", "--resource-type", "unit_test"), {**EVERY_SETTING, "as_of": "2020-02-29T23:30:00Z"}
    builds = [(("build", "--exclude-resource-type", "unit_test"), settings) for settings in tried()]
    commands = [
        warehouse.command(*arguments, variables=settings, project=warehouse.project())
        for arguments, settings in (unit_tests, *builds)
    ]
    (tmp_path / "commands.json").write_text(json.dumps([command["args"][1:] for command in commands]), encoding="utf-8")
    module = [sys.executable, "-m", "builds.in_one_process", "commands.json", "results.json"]
    environment = {**commands[0]["env"], "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(module, cwd=tmp_path, env=environment, check=True)
    first, *others = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    assert first["success"], first["output"]
    for settings, result in zip(tried(), others, strict=True):
        assert result["success"], f"{settings}: {result['output']}"
        assert f"Publishing {len(MARTS)} marts" in result["output"], f"{settings}: {result['output']}"
