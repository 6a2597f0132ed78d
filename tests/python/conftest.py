"""What all tests share: a warehouse to build in, the demo as built once, and the compiled project to replay."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from warehouse import CompiledProject, Warehouse


@pytest.fixture(scope="session")
def demo(tmp_path_factory) -> Warehouse:
    """The demo, built once by `dbt build` with nothing configured."""
    warehouse = Warehouse(tmp_path_factory.mktemp("demo"))
    warehouse.build().check()
    return warehouse


@pytest.fixture(scope="session")
def compiled(tmp_path_factory) -> CompiledProject:
    """The project compiled once for text columns, to be replayed on many small inputs without dbt."""
    return CompiledProject.compile(tmp_path_factory.mktemp("compiled"))


@pytest.fixture
def warehouse(tmp_path) -> Warehouse:
    """An empty warehouse of its own."""
    return Warehouse(tmp_path)
