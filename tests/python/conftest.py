"""What all tests share: the demo as built once, dirty data built over it, and the compiled project to replay."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from generating import AS_OF_TEXT, Tables, facts, spelled
from warehouse import CompiledProject, Warehouse, rules


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


@pytest.fixture
def published(demo, tmp_path) -> Warehouse:
    """A warehouse of its own in which the demo has been published."""
    shutil.copy(demo.path, tmp_path / demo.path.name)
    return Warehouse(tmp_path)


@pytest.fixture(scope="session")
def dirty_rows() -> Tables:
    """Some 2,000 accounts and 20,000 signals with everything that can be wrong with them."""
    return spelled(facts(1, rules(), 2_000, 20_000), 1)


@pytest.fixture(scope="session")
def dirty(demo, dirty_rows, tmp_path_factory) -> Warehouse:
    """The dirty rows, built where the demo had been published before."""
    warehouse = Warehouse(tmp_path_factory.mktemp("dirty"))
    shutil.copy(demo.path, warehouse.path)
    warehouse.load(dirty_rows)
    warehouse.build(raw_schema="raw", as_of=AS_OF_TEXT).check()
    return warehouse
