"""What all tests share: builds that are made once, an empty warehouse, and the order in which tests are run."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from collections.abc import Generator, Iterator
from importlib.util import find_spec
from typing import Any

import pytest

from builds.kept import Kept
from builds.recipes import RECIPES
from builds.recipes import dirty_rows as make_dirty_rows
from builds.warehouse import Warehouse
from worlds.dirty import Tables

KEPT = pytest.StashKey[Kept]()


def pytest_configure(config: pytest.Config) -> None:
    """Has servers that tests started end with them, also when they are told to."""
    config.stash[KEPT] = Kept(RECIPES)
    if not hasattr(config, "workerinput"):
        config.stash[KEPT].forget_older()

    def end(*_: Any) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: cleaning up must not be stopped
        pytest.exit("terminated")

    signal.signal(signal.SIGTERM, end)


# --- Order -----------------------------------------------------------------------------------------------------------


def needed_builds(item: pytest.Item) -> list[str]:
    """The builds that a test asks for, in the order in which they are begun."""
    return [name for name in RECIPES if name in getattr(item, "fixturenames", ())]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Generator[None]:
    """Tests come in the order in which what they need is made, those that need no build first. Those of an engine come
    together and are not shuffled, as each warehouse takes the place of the last."""
    written = {item: place for place, item in enumerate(items)}
    begun = {name: place for place, name in enumerate(RECIPES)}
    yield
    items.sort(
        key=lambda item: (
            (len(begun), "spark" in item.nodeid, written[item])
            if item.get_closest_marker("engines")
            else (max((begun[name] for name in needed_builds(item)), default=-1),)
        )
    )


def pytest_collection_finish(session: pytest.Session) -> None:
    """Begins the builds that the collected tests ask for."""
    if not session.config.option.collectonly:
        asked = {name for item in session.items for name in needed_builds(item)}
        session.config.stash[KEPT].make_ahead(name for name in RECIPES if name in asked)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skips what CI has no time for on a slow machine, and says so: better some checks left out than no answer."""
    if time.time() > float(os.environ.get("LANES_END_AT", "inf")):
        pytest.skip("CI had no time left for it; `make lanes` and `pytest -m engines` run all")


# --- Fixtures --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    """The builds that tests share; that none of them was written to."""
    builds = request.config.stash[KEPT]
    yield builds
    builds.assert_untouched()


def built(name: str) -> Any:
    """A fixture that waits for a build and gives what it made."""

    def wait(kept: Kept) -> Any:
        return kept[name]

    wait.__doc__ = RECIPES[name].__doc__
    return pytest.fixture(wait, scope="session", name=name)


demo = built("demo")
compiled = built("compiled")
compiled_by_load = built("compiled_by_load")
dirty = built("dirty")
rejected = built("rejected")
unreadable = built("unreadable")
bare = built("bare")
by_domain = built("by_domain")
reports = built("reports")
crm_days = built("crm_days")
docs_page = built("docs_page")
package = built("package")


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


# --- A browser -------------------------------------------------------------------------------------------------------

QUIET = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")


@pytest.fixture(scope="session")
def manifest(demo) -> dict[str, Any]:
    """What dbt wrote of the project when it built the demo; not to be changed."""
    text = (demo.folder / "target" / "manifest.json").read_text(encoding="utf-8")
    return json.loads(text)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium without a window; skips where it is not installed, unless in CI."""
    chromium = shutil.which("chromium")
    if chromium is None or find_spec("playwright") is None:
        assert not os.environ.get("CI"), "no browser in CI"
        pytest.skip("no browser: apt-get install chromium; uv run --group browser pytest -m browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=[*QUIET])
        yield browser
        browser.close()
