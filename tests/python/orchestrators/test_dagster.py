"""Dagster loads the nodes of dbt's manifest as assets and has dbt build those that are materialized."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from builds.comparing import BY_THE_CLOCK, exactly
from builds.warehouse import MARTS, Run, Warehouse

pytestmark = [
    pytest.mark.long,
    pytest.mark.beyond_ci,
    pytest.mark.skipif(
        not find_spec("dagster_dbt"), reason="needs Dagster: uv run --group orchestrators pytest -m long -k dagster"
    ),
]


def run_python(warehouse: Warehouse, code: list[str]) -> Run:
    """Python beside the tests, with the warehouse in dbt's environment."""
    as_user = warehouse.command()
    here = Path(__file__).parent
    as_user["env"] |= {
        "DUCKDB_PATH": str(warehouse.path),  # Dagster runs dbt in the project's folder
        "PROJECT": str(warehouse.project()),
        "TARGET": str(warehouse.folder / "target"),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(here.parent),
        "DAGSTER_DISABLE_TELEMETRY": "1",
    }
    as_user["args"] = [sys.executable, *code]
    ended = subprocess.run(**as_user, capture_output=True)
    return Run(ended.returncode, ended.stdout + ended.stderr)


def materialize(warehouse: Warehouse, *selections: str) -> list[str]:
    """What was said of publishing, and what was materialized, in order."""
    warehouse.dbt("parse").check()
    run = run_python(warehouse, ["-m", "orchestrators.materialize", *selections]).check()
    return re.findall(r"^(?:NOT PUBLISHED|Publishing|MATERIALIZED|FAILED).*", run.output, re.M)


def test_all_assets(demo, warehouse):
    """One command that builds and publishes all."""
    published, materialized = materialize(warehouse, "*")
    assert published.startswith(f"Publishing {len(MARTS)} marts")
    assert materialized == "MATERIALIZED *"
    assert exactly(warehouse.marts(), BY_THE_CLOCK) == exactly(demo.marts(), BY_THE_CLOCK)


def test_some_assets_and_the_rest(demo, published):
    """A part of the assets is built and tested, and readers keep what they have until those that rest on it have
    followed."""
    before = exactly(published.marts())
    said = materialize(published, 'key:"account_prioritization/account_tiers"')
    assert said[0].startswith("NOT PUBLISHED")
    assert exactly(published.marts()) == before
    said = materialize(published, 'key:"account_prioritization/account_tiers"+')
    assert said[0].startswith(f"Publishing {len(MARTS)} marts")
    assert exactly(published.marts(), BY_THE_CLOCK) == exactly(demo.marts(), BY_THE_CLOCK)
