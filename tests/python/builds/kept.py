"""Builds that tests share: each is made once and kept for all workers, lanes and runs in which the files are the same.

Whoever asks first makes a build, under a lock; all others wait for it. A build belongs to the files it was made of (the
project, the generators, the versions of dbt and DuckDB): when one of them changes, it is made anew. No test writes to
a kept build; one that has changed fails the run (`assert_untouched`) and is thrown away. To start from nothing, delete
`.pytest_cache/builds`.
"""

from __future__ import annotations

import pickle
import shutil
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import Any

from filelock import FileLock, Timeout

from worlds.committed import PROJECT

FOLDER = PROJECT / ".pytest_cache" / "builds"
MADE_OF = ("dbt_project.yml", "profiles.yml", "models", "macros", "seeds", "plugins", "tests/sql", "tests/python")
INSTALLED = ("dbt-core", "dbt-adapters", "dbt-duckdb", "duckdb")
GENERATIONS = 2
"""Of how many states of the files builds are kept."""

Stamps = dict[str, tuple[int, int]]


class Kept:
    """The builds of some recipes. A recipe gets an empty folder and the other builds; what it gives is kept."""

    def __init__(self, recipes: Mapping[str, Callable[[Path, Kept], Any]]):
        self.recipes = recipes
        self.folder = FOLDER / fingerprint()
        self.values: dict[str, Any] = {}
        self.stamps: dict[str, Stamps] = {}
        self.failures: dict[str, BaseException] = {}

    def __getitem__(self, name: str) -> Any:
        """What a build made; its failure is that of each test that asks for it."""
        if name not in self.values:
            with self.lock(name):
                self.make(name)
        return self.values[name]

    def make_ahead(self, names: Iterable[str]) -> None:
        """Makes the builds beside the tests, but those that another worker is at."""

        def work() -> None:
            for name in names:
                try:
                    with self.lock(name, timeout=0):
                        self.make(name)
                except Timeout:
                    continue
                except Exception:  # told by the tests that ask for it
                    continue

        Thread(target=work, daemon=True).start()

    def lock(self, name: str, timeout: float = -1) -> FileLock:
        """What only one process holds a build by."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return FileLock(self.folder / f"{name}.lock", timeout=timeout)

    def make(self, name: str) -> None:
        """Reads a build, made before if need be; the lock is held."""
        if name in self.failures:
            raise self.failures[name]
        folder = self.folder / name
        result = folder / "kept.pickle"
        if not result.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            try:
                value = self.recipes[name](folder, self)
            except BaseException as error:
                self.failures[name] = error
                raise
            unfinished = folder / "unfinished.pickle"
            unfinished.write_bytes(pickle.dumps((value, stamps(folder))))
            unfinished.rename(result)
        self.values[name], self.stamps[name] = pickle.loads(result.read_bytes())

    def assert_untouched(self) -> None:
        """Fails if a test has written to a build that it shares with others."""
        changed = [name for name, before in self.stamps.items() if stamps(self.folder / name) != before]
        for name in changed:
            shutil.rmtree(self.folder / name)
        assert not changed, f"a test wrote to the kept builds {changed}: let it copy what it changes"

    def forget_older(self) -> None:
        """Deletes what was made of other files than those of today and the last time."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.touch()
        for folder in sorted(FOLDER.iterdir(), key=lambda path: -path.stat().st_mtime)[GENERATIONS:]:
            shutil.rmtree(folder, ignore_errors=True)


@cache
def fingerprint() -> str:
    """What a build depends on: the project's files, what makes the builds (not the tests), what is installed."""
    digest = sha256(repr([version(package) for package in INSTALLED]).encode())
    for part in MADE_OF:
        place = PROJECT / part
        for path in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if path.suffix in (".py", ".sql", ".yml", ".csv", ".md") and not path.name.startswith("test_"):
                digest.update(f"{path.relative_to(PROJECT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def stamps(folder: Path) -> Stamps:
    """The size and the moment of change of each file, but what this module itself writes."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pickle")
    return {str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns) for path in files}
