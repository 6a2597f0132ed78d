"""Orchestrators such as Airflow with Cosmos run each node by a command of its own: the last one publishes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from builds.comparing import BY_THE_CLOCK, exactly
from builds.recipes import BARE_ROWS
from builds.warehouse import Warehouse

pytestmark = [pytest.mark.long, pytest.mark.beyond_ci]
RUNNER = Path(__file__).with_name("one_by_one.py")


def run(warehouse: Warehouse, *commands: str, **variables: Any) -> list[dict[str, Any]]:
    """What commands did, one after another in one process; those of every node, if none are given."""
    as_user = warehouse.command(variables=variables)
    as_user["args"] = [sys.executable, str(RUNNER), str(warehouse.readers_file), *as_user["args"][2:]]
    ended = subprocess.run(**as_user, input="\n".join(commands), capture_output=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return json.loads(ended.stdout.splitlines()[-1])


def test_every_node_by_a_command_of_its_own(demo, warehouse):
    """Nothing is published before the last command, and then what one `dbt build` publishes."""
    *before, last = done = run(warehouse)
    assert all(command["succeeded"] for command in done), done[-1]
    assert {command["nodes"] for command in done} == {1}
    assert len(done) > 250
    for command in before:
        assert any("NOT PUBLISHED" in line for line in command["said"]), command
        assert not command["readers_have_a_file"], command
    assert not any("NOT PUBLISHED" in line for line in last["said"])
    assert last["readers_have_a_file"]
    assert exactly(warehouse.marts(), BY_THE_CLOCK) == exactly(demo.marts(), BY_THE_CLOCK)


def test_commands_with_moments_of_their_own_publish_nothing(warehouse):
    """Without as_of each command scores for the moment when it starts, and what it makes fits no other's: the last
    command says so. With it they publish."""
    warehouse.load(BARE_ROWS)
    commands = ["seed", "run --select +account_tiers", "run --exclude +account_tiers", "test"]
    *_, last = done = run(warehouse, *commands, raw_schema="raw")
    assert all(command["succeeded"] for command in done), done[-1]
    assert any("NOT PUBLISHED" in line and "as_of" in line for line in last["said"]), last
    assert not last["readers_have_a_file"]

    warehouse.environment["AS_OF"] = "2026-06-30T09:00:00+00:00"
    *_, last = run(warehouse, *commands, raw_schema="raw")
    assert last["readers_have_a_file"], last
