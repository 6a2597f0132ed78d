"""The page of a warehouse's marts, read through dbt, is that of the readers' file."""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from worlds.committed import PROJECT

pytestmark = [pytest.mark.long, pytest.mark.beyond_ci]


def data_of(page: Path) -> dict[str, object]:
    """What a page was given."""
    (packed,) = re.findall(r"const DATA = '([^']*)'", page.read_text(encoding="utf-8"))
    data: dict[str, object] = json.loads(gzip.decompress(base64.b64decode(packed)))
    return data


def test_through_dbt_it_is_the_same(published, tmp_path):
    script = [sys.executable, str(PROJECT / "scripts" / "report.py")]
    environment = os.environ | {"DUCKDB_PATH": str(published.path), "DBT_TARGET_PATH": str(tmp_path / "target")}
    for name, options in (("file", [str(published.readers_file)]), ("dbt", ["--dbt"])):
        command = [*script, *options, "--to", str(tmp_path / f"{name}.html")]
        subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)
    assert data_of(tmp_path / "dbt.html") == data_of(tmp_path / "file.html")
