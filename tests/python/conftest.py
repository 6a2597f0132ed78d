"""What all tests share: a few real builds, which run beside the tests, and the compiled project to replay."""

from __future__ import annotations

import shutil
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from crm_days import build_crm_days
from generating import AS_OF_TEXT, Tables, facts, spelled
from warehouse import CompiledProject, Warehouse, rules

BARE_ROWS = {
    "accounts": [{"account_id": f"a{n}", "account_name": f"Account {n}"} for n in range(3)],
    "signals": [
        {"signal_id": "1", "account_id": "a1", "signal_type": "demo_request", "occurred_at": "2026-06-29T12:00:00Z"},
        {"signal_id": "2", "account_id": "a2", "signal_type": "demo_request", "occurred_at": "2026-06-30T00:00:01Z"},
        {"signal_id": "3", "account_id": "a9", "signal_type": "website_visit", "occurred_at": "2026-06-30"},
    ],
}
"""Raw tables with nothing but what is required."""


# --- Builds that run beside the tests, two at a time -----------------------------------------------------------------


class Builds:
    """Builds that the collected tests will ask for; each starts early and is waited for when it is used."""

    def __init__(self) -> None:
        self.folder = Path(mkdtemp(prefix="builds-"))
        self.pool = ThreadPoolExecutor(2)
        self.started: dict[str, Future] = {}

    def start(self, name: str) -> None:
        """Puts a build in the queue, after those it needs."""
        if name not in self.started:
            work, needed = BUILDS[name]
            for other in needed:
                self.start(other)
            self.started[name] = self.pool.submit(self.run, name, work, needed)

    def run(self, name: str, work: Callable[..., Any], needed: Sequence[str]) -> Any:
        """Builds in a folder of its own."""
        (self.folder / name).mkdir()
        return work(self.folder / name, *map(self.result, needed))

    def close(self) -> None:
        """Drops what has not started, and the files."""
        self.pool.shutdown(cancel_futures=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def result(self, name: str) -> Any:
        """What a build made; its failure is that of the test that asks for it."""
        self.start(name)
        return self.started[name].result()


def build_demo(folder: Path) -> Warehouse:
    """The demo, with nothing configured."""
    warehouse = Warehouse(folder)
    warehouse.build().check()
    return warehouse


def build_dirty(folder: Path, demo: Warehouse) -> Warehouse:
    """The dirty rows, where the demo had been published before."""
    warehouse = Warehouse(folder)
    shutil.copy(demo.path, warehouse.path)
    warehouse.load(make_dirty_rows())
    warehouse.build(raw_schema="raw", as_of=AS_OF_TEXT).check()
    return warehouse


def build_bare(folder: Path) -> Warehouse:
    """The required columns of accounts and signals and nothing else, as of a date."""
    warehouse = Warehouse(folder)
    warehouse.load(BARE_ROWS)
    warehouse.build(raw_schema="raw", as_of="2026-06-30").check()
    return warehouse


def build_by_domain(folder: Path) -> Warehouse:
    """A view and a table, names in upper case, signals with a domain only; without as_of."""
    warehouse = Warehouse(folder)
    with warehouse.connect() as connection:
        connection.execute(
            """
            create schema crm;
            create view crm.accounts as
            select 7 as "ACCOUNT_ID", 'Seven' as "ACCOUNT_NAME", 'WWW.Seven.example' as "Domain", [1, 2] as tags;
            create table crm.signals
            ("SIGNAL_ID" integer, "DOMAIN" text, "SIGNAL_TYPE" text, "OCCURRED_AT" timestamptz);
            insert into crm.signals
            values (1, 'http://seven.example/', 'demo_request', now()), (2, 'x.example', 'demo_request', now());
            """
        )
    warehouse.build(raw_schema="crm").check()
    return warehouse


def compile_by_load(folder: Path) -> CompiledProject:
    """The project compiled for an empty warehouse and for one that was built before."""
    return CompiledProject.compile(folder, by_load=True)


BUILDS: dict[str, tuple[Callable[..., Any], tuple[str, ...]]] = {
    "demo": (build_demo, ()),
    "compiled": (CompiledProject.compile, ()),
    "compiled_by_load": (compile_by_load, ()),
    "dirty": (build_dirty, ("demo",)),
    "bare": (build_bare, ()),
    "by_domain": (build_by_domain, ()),
    "crm_days": (build_crm_days, ()),
}
BUILDING = pytest.StashKey[Builds]()


def pytest_configure() -> None:
    """Has servers that tests started end with them, also when they are told to."""

    def end(*_: Any) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: cleaning up must not be stopped
        pytest.exit("terminated")

    signal.signal(signal.SIGTERM, end)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Starts the builds that the collected tests use."""
    if session.config.option.collectonly:
        return
    session.stash[BUILDING] = builds = Builds()
    used = {name for item in session.items for name in getattr(item, "fixturenames", ())}
    for name in BUILDS:
        if name in used:
            builds.start(name)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Ends the builds."""
    if BUILDING in session.stash:
        session.stash[BUILDING].close()


# --- Fixtures --------------------------------------------------------------------------------------------------------


def built(name: str) -> Any:
    """A fixture that waits for a build and gives what it made."""

    def wait(request: pytest.FixtureRequest) -> Any:
        return request.session.stash[BUILDING].result(name)

    wait.__doc__ = BUILDS[name][0].__doc__
    return pytest.fixture(wait, scope="session", name=name)


demo = built("demo")
compiled = built("compiled")
compiled_by_load = built("compiled_by_load")
dirty = built("dirty")
bare = built("bare")
by_domain = built("by_domain")
crm_days = built("crm_days")


def make_dirty_rows() -> Tables:
    """Some 2,000 accounts and 20,000 signals with everything that can be wrong with them."""
    return spelled(facts(1, rules(), 2_000, 20_000), 1)


@pytest.fixture(scope="session")
def dirty_rows() -> Tables:
    """The raw rows of `dirty`."""
    return make_dirty_rows()


@pytest.fixture
def warehouse(tmp_path) -> Warehouse:
    """An empty warehouse of its own."""
    return Warehouse(tmp_path)


@pytest.fixture
def published(demo, tmp_path) -> Warehouse:
    """A warehouse of its own in which the demo has been published."""
    shutil.copy(demo.path, tmp_path / demo.path.name)
    return Warehouse(tmp_path)
