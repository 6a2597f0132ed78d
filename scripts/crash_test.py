"""Kill `dbt build` (kill -9 of its process group) at random moments and look at what readers are left with.

A third of the kills hit the build of a fresh database, a third a rebuild after the raw data changed, and a third the
publishing at the end. After each kill the database must open, and `marts` and the readers' file must each hold one
whole build: the last good one, or the new one if the kill came after it was published. Every tenth time, what the kills
left behind is built to the end, and must give exactly the tables of builds that were never killed.

    uv run python scripts/crash_test.py [--kills 200] [--seed 1] [--jobs 1]
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from hashlib import md5
from pathlib import Path
from random import Random

import duckdb

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "tests" / "python"))

from builds.warehouse import Warehouse  # noqa: E402
from worlds.committed import rules  # noqa: E402
from worlds.dirty import AS_OF_TEXT, Tables, facts, spelled  # noqa: E402

COMMAND = ("build", "--exclude-resource-type", "unit_test")
VARIABLES = {"raw_schema": "raw", "as_of": AS_OF_TEXT}
STEP = re.compile(r"\b(\d+) of (\d+) (START|OK|PASS|WARN) ?(hook)?")
READERS_FILE = "warehouse_marts.duckdb"
WATCHED = (READERS_FILE, f"{READERS_FILE}.part", f"{READERS_FILE}.next", f"{READERS_FILE}.next.wal")
BUILD_TO_THE_END_EVERY = 10
NOTHING = "nothing"

Digests = dict[str, str]


def digests(path: Path) -> Digests:
    """A digest of the columns and rows of each table of the schema `marts`."""
    if not path.exists():
        return {}
    with duckdb.connect(str(path), read_only=True) as connection:
        named = "select table_name from information_schema.tables where table_schema = 'marts'"
        tables = sorted(name for (name,) in connection.sql(named).fetchall())
        return {table: _digest(connection, table) for table in tables}


def _digest(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    columns = str(connection.sql(f"describe marts.{table}").fetchall())
    rows = sorted(row for (row,) in connection.sql(f"select to_json(t)::varchar from marts.{table} as t").fetchall())
    return md5("\n".join([columns, *rows]).encode()).hexdigest()


@dataclass
class Build:
    """A running `dbt build` and how far it has come."""

    folder: Path
    lines: list[str] = field(default_factory=list)
    begun: threading.Event = field(default_factory=threading.Event)
    stepped: threading.Event = field(default_factory=threading.Event)  # all steps done; what is left is to publish
    began_at: float = 0.0
    stepped_at: float = 0.0
    published_at: float = 0.0
    last_step: str = "start-up"

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            **Warehouse(self.folder).command(*COMMAND, variables=VARIABLES),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.reader = threading.Thread(target=self._follow)
        self.reader.start()

    def _follow(self) -> None:
        for line in self.process.stdout or ():
            self.lines.append(line)
            step = STEP.search(line)
            if not step:
                continue
            if step[4]:
                self.published_at = time.monotonic()  # the last hook to end
                continue
            self.last_step = f"step {step[1]} of {step[2]}"
            if not self.begun.is_set():
                self.began_at = time.monotonic()
                self.begun.set()
            if step[1] == step[2] and step[3] != "START":
                self.stepped_at = time.monotonic()
                self.stepped.set()
        self.begun.set()  # it has ended, one way or another
        self.stepped.set()

    @property
    def ended(self) -> bool:
        return self.process.poll() is not None

    def kill(self) -> bool:
        """Kills the process group; false if the build had ended already."""
        alive = not self.ended
        if alive:
            os.killpg(self.process.pid, signal.SIGKILL)
        killed = self.wait() == -signal.SIGKILL
        return alive and killed

    def wait(self) -> int:
        """Waits for the end."""
        self.reader.join()
        return self.process.wait()


@dataclass
class Expected:
    """What builds that were never killed gave, by the name of their raw data, and how long they took."""

    raw: dict[str, Tables]
    marts: dict[str, Digests]
    readers: dict[str, Digests]
    seconds_of_steps: float
    seconds_of_publishing: float

    @classmethod
    def measure(cls, folder: Path, seed: int) -> Expected:
        """Builds each of three sets of raw data undisturbed, in a database of its own."""
        raw = {f"raw data {n}": spelled(facts(100 * seed + n, rules(), 40, 300), n) for n in (1, 2, 3)}
        expected = cls(raw, {}, {}, 0.0, 0.0)
        for name, tables in raw.items():
            lane = Lane("undisturbed", folder / name.replace(" ", "_"), expected, Random(0))
            lane.load(name, tables)
            build = Build(lane.folder)
            if build.wait() != 0:
                sys.exit("".join(["An undisturbed build failed:\n", *build.lines]))
            expected.seconds_of_steps = build.stepped_at - build.began_at
            expected.seconds_of_publishing = build.published_at - build.stepped_at
            expected.marts[name], expected.readers[name] = digests(lane.database), digests(lane.readers_file)
        first, second, third = expected.marts.values()
        assert len(first) > 2, "an undisturbed build published nothing"
        told_apart = first.keys() - {"account_tier_changes"}  # of which there are none on the first day
        assert all(first[table] != second[table] != third[table] != first[table] for table in told_apart)
        return expected


@dataclass
class Lane:
    """A database that is built and killed over and over."""

    kind: str
    folder: Path
    expected: Expected
    rng: Random
    loaded: str = NOTHING
    marts: str = NOTHING
    readers: str = NOTHING
    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    @property
    def database(self) -> Path:
        return self.folder / "warehouse.duckdb"

    @property
    def readers_file(self) -> Path:
        return self.folder / READERS_FILE

    def load(self, name: str, tables: Tables) -> None:
        """Loads raw data."""
        self.folder.mkdir(parents=True, exist_ok=True)
        Warehouse(self.folder).load(tables)
        self.loaded = name

    def start_afresh(self) -> None:
        """Removes the database and all that builds left beside it."""
        for path in self.folder.glob("*"):
            if path.is_file():
                path.unlink()
        self.loaded = self.marts = self.readers = NOTHING

    def run(self, kills: int) -> Lane:
        """Kills so many builds."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        if self.kind == "rebuild":
            self.build_to_the_end()
        while self.counts["kills"] < kills:
            if self.build_and_kill() and self.counts["kills"] % BUILD_TO_THE_END_EVERY == 0:
                self.build_to_the_end()
                if self.kind != "rebuild":
                    self.start_afresh()
            elif self.kind == "fresh" and self.marts != NOTHING:
                self.start_afresh()
        return self

    def start(self) -> Build:
        """Starts a build of raw data other than those that are published."""
        if self.loaded in (NOTHING, self.marts):
            name = self.rng.choice([name for name in self.expected.raw if name != self.marts])
            self.load(name, self.expected.raw[name])
        return Build(self.folder)

    def build_and_kill(self) -> bool:
        """Starts a build, kills it, checks what is left; false if it had ended before."""
        build = self.start()
        moment = self.wait_for_the_moment(build)
        if not build.kill():
            self.check_finished(build)
            return False
        self.counts["kills"] += 1
        self.check_killed(build, moment)
        return True

    def wait_for_the_moment(self, build: Build) -> str:
        """Waits until the moment to kill has come; gives its name."""
        build.begun.wait()
        if self.kind != "publishing":
            seconds = self.rng.uniform(0, self.expected.seconds_of_steps)
            build.stepped.wait(timeout=seconds)
            return f"{seconds:.2f} s after the first step"
        build.stepped.wait()
        if self.rng.random() < 0.4:
            seconds = self.rng.uniform(0, 1.2 * self.expected.seconds_of_publishing)
            time.sleep(seconds)
            return f"{1000 * seconds:.1f} ms after the last step"
        watched = self.folder / self.rng.choice(WATCHED)
        before = state(watched)
        wait_until(lambda: state(watched) != before or build.ended)
        seconds = self.rng.choice([0, 0, self.rng.uniform(0, 0.02)])
        time.sleep(seconds)
        return f"{1000 * seconds:.1f} ms after a change of {watched.name}"

    def check_killed(self, build: Build, moment: str) -> None:
        """After a kill: everything opens and holds one whole build."""
        try:
            marts = self.name_of(digests(self.database), self.expected.marts)
            readers = self.name_of(digests(self.readers_file), self.expected.readers)
        except Exception as error:
            return self.fail(f"killed at {build.last_step}, {moment}: {error}")
        at_the_end = build.stepped_at > 0
        if marts not in (self.marts, *([self.loaded] if at_the_end else [])):
            self.fail(f"killed at {build.last_step}, {moment}: marts {self.marts} -> {marts}, built {self.loaded}")
        if readers not in (self.readers, *([self.loaded] if marts == self.loaded else [])):
            self.fail(f"killed at {build.last_step}, {moment}: file {self.readers} -> {readers}, marts {marts}")
        self.counts["while publishing"] += at_the_end
        self.counts["after the commit"] += marts == self.loaded
        self.counts["before the readers' file"] += marts == self.loaded != readers
        self.counts["with a last good build to keep"] += self.marts != NOTHING
        self.report(f"killed at {build.last_step}, {moment}: marts {marts}, readers' file {readers}")
        self.marts, self.readers = marts, readers

    def build_to_the_end(self) -> None:
        """Builds what the kills left behind."""
        build = self.start()
        build.wait()
        self.check_finished(build)

    def check_finished(self, build: Build) -> None:
        """After a build that was not killed: both hold exactly what they would had none been killed."""
        code = build.process.returncode
        if code != 0:
            self.fail(f"a build after kills ended with {code}:\n{''.join(build.lines[-30:])}")
            return self.start_afresh()
        marts, readers = digests(self.database), digests(self.readers_file)
        if marts != self.expected.marts[self.loaded] or readers != self.expected.readers[self.loaded]:
            self.fail(f"a build of {self.loaded} after kills gave other tables than one that was never killed")
        self.counts["builds to the end"] += 1
        beside = sorted(path.name for path in self.folder.iterdir() if path.is_file())
        self.report(f"built to the end: {self.loaded} in both; files {', '.join(beside)}")
        self.marts = self.readers = self.loaded

    def name_of(self, found: Digests, builds: dict[str, Digests]) -> str:
        """The name of the build that the digests are of."""
        if not found:
            return NOTHING
        return next((name for name, known in builds.items() if known == found), "A MIXTURE")

    def fail(self, what: str) -> None:
        self.failures.append(f"{self.kind}: {what}")
        self.report(f"FAILED: {what}")

    def report(self, what: str) -> None:
        print(f"{self.kind} {self.counts['kills']}: {what}", flush=True)


def state(path: Path) -> tuple[int, ...] | None:
    """What changes when a file is written or replaced; none if there is none."""
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def wait_until(condition: Callable[[], bool]) -> None:
    """Looks again and again, as often as it can."""
    while not condition():
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=200, help="how many builds to kill")
    parser.add_argument("--seed", type=int, default=1, help="of the raw data and the moments")
    parser.add_argument("--jobs", type=int, default=1, help="how many databases to build at once")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="crash_test_") as name:
        folder = Path(name)
        expected = Expected.measure(folder, options.seed)
        print(
            f"undisturbed: {expected.seconds_of_steps:.1f} s of steps,"
            f" then {1000 * expected.seconds_of_publishing:.0f} ms to publish",
            flush=True,
        )
        third = options.kills // 3
        shares = {"publishing": options.kills - 2 * third, "fresh": third, "rebuild": third}
        with ThreadPoolExecutor(options.jobs) as pool:
            lanes = [
                pool.submit(Lane(kind, folder / kind, expected, Random(f"{options.seed} {kind}")).run, kills)
                for kind, kills in shares.items()
            ]
            done = [lane.result() for lane in lanes]
    counts = sum((lane.counts for lane in done), Counter())
    failures = [failure for lane in done for failure in lane.failures]
    for failure in failures:
        print(f"FAILED {failure}")
    kinds = ", ".join(f"{lane.counts['kills']} {lane.kind}" for lane in done)
    print(
        f"{counts['kills']} kills ({kinds}): {counts['with a last good build to keep']} had a last good build to keep,"
        f" {counts['while publishing']} came after the last step, {counts['after the commit']} after `marts` changed,"
        f""" {counts["before the readers' file"]} between `marts` and the readers' file;"""
        f" {counts['builds to the end']} builds to the end; {len(failures)} failures;"
        f" {(time.monotonic() - started) / 60:.0f} min"
    )
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
