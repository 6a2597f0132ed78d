"""The next DuckDB: BI drivers do not read its files yet, so the project pins the one before; it must hold on both."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from worlds.committed import PROJECT

pytestmark = pytest.mark.next_duckdb
NEXT = "2.0.0"
HELD_TO_IT = ("tests/python/builds/test_recomputation.py", "-k", "demo or dirty", "-m", "not long")


def run(*command: str | Path, **environment: str) -> str:
    """What a command printed; it must succeed."""
    done = subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **environment},
        cwd=PROJECT,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_demo_and_dirty_rows_agree_with_the_recomputation(tmp_path):
    """In an environment of its own: built, tested, read and compared by it."""
    place = tmp_path / "environment"
    run("uv", "sync", "--quiet", UV_PROJECT_ENVIRONMENT=str(place))
    run("uv", "pip", "install", "--quiet", "--no-config", f"duckdb=={NEXT}", VIRTUAL_ENV=str(place))
    python = place / "bin" / "python"
    assert run(python, "-c", "import duckdb; print(duckdb.__version__)").strip() == NEXT
    said = run(python, "-m", "pytest", "-p", "no:cacheprovider", *HELD_TO_IT, VIRTUAL_ENV=str(place))
    assert "5 passed" in said, said
