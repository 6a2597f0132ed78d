"""Measures the project side by side with what a user would write instead, on the same files and in one run.

Each subject is a process of its own (dbt's start included), run in turn with the others, so that a busy machine slows
all of them; of each the median of the rounds counts. The marts that they make are compared, row by row. The peers
compute the primary model alone, and so does the project here: it runs as a copy without the rules of other models.

    uv run --group benchmark python benchmarks/compare.py [--size 10k] [--rounds 3] [--text] [--without NAME ...]
        [--memory-limit 4GB] [--write] [--check]

`--write` puts the table and the plot into docs/performance.md; `--check` fails if a ratio is more than twice what
`expected_ratios.csv` says. The files are made where they are missing, in benchmarks/data/.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
from generate import AS_OF, generate

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent
SIZES = {
    "1k": (1_000, 100_000),
    "10k": (10_000, 1_000_000),
    "100k": (100_000, 10_000_000),
    "1M": (1_000_000, 100_000_000),
}
NOW = datetime.fromisoformat(AS_OF).replace(tzinfo=None)
PROJECTS = ("full", "daily", "again", "scoring", "tested")
TABLES = ("accounts", "contacts", "account_technologies", "signals")

# what any answer must at least do: read the columns that it needs
FLOOR = """
import duckdb
duckdb.sql('''
    select
        max(signal_id), max(account_id), max(domain), max(signal_type), max(occurred_at), max(contact_id),
        sum(cast(signal_value as double)), max(updated_at), bool_or(cast(is_deleted as boolean)), max(loaded_at)
    from read_parquet('{signals}')
''').fetchall()
"""


@dataclass(frozen=True)
class Cost:
    """What a process took: seconds, CPU seconds, megabytes at its peak."""

    wall: float
    cpu: float
    peak: float


@dataclass
class Subject:
    """Something to measure: what it is, the command, and what must be there before it starts."""

    name: str
    what: str
    command: Sequence[str]
    before: Callable[[], None] = lambda: None
    environment: dict[str, str] = field(default_factory=dict)
    made: Path | None = None  # where the account_tiers are that it makes
    costs: list[Cost] = field(default_factory=list)

    def measure(self) -> None:
        """Runs it once."""
        self.before()
        with tempfile.TemporaryFile() as output:
            start = time.perf_counter()
            process = subprocess.Popen(
                self.command, env=os.environ | self.environment, stdout=output, stderr=subprocess.STDOUT
            )
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - start
            if status:
                output.seek(0)
                sys.exit(f"{self.name} failed:\n{output.read().decode()[-3000:]}")
        self.costs.append(Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024))

    def median(self, of: str) -> float:
        """The median of its rounds."""
        costs: list[float] = [getattr(cost, of) for cost in self.costs]
        return statistics.median(costs)


def copy_with_primary_model(folder: Path) -> Path:
    """A copy of the project whose rule files hold the primary model only."""
    ignored = shutil.ignore_patterns(".*", "target", "logs", "*.duckdb*", "data", "__pycache__")
    copy = Path(shutil.copytree(PROJECT, folder, ignore=ignored))
    with (copy / "seeds" / "scoring_models.csv").open(newline="", encoding="utf-8") as file:
        (primary,) = (row["scoring_model"] for row in csv.DictReader(file) if row["is_primary"] == "true")
    for path in (copy / "seeds").glob("*.csv"):
        header, *rows = list(csv.reader(path.open(newline="", encoding="utf-8")))
        if header[0] == "scoring_model":
            with path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows([header, *(row for row in rows if row[0] == primary)])
    return copy


class Databases:
    """The databases that the project's runs start from: raw tables as views of the files, and rules loaded."""

    def __init__(self, folder: Path, scratch: Path, memory_limit: str):
        self.folder, self.scratch = folder, scratch
        self.project = copy_with_primary_model(scratch / "project")
        profile = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
        if memory_limit:
            profile = profile.replace("settings:", f"settings:\n        memory_limit: {memory_limit}")
        (scratch / "profiles.yml").write_text(profile, encoding="utf-8")
        self.ready, self.built = self.path("ready"), self.path("built")

    def path(self, name: str) -> Path:
        """A database; all have one name, which views say."""
        (self.scratch / name).mkdir()
        return self.scratch / name / "warehouse.duckdb"

    def prepare(self, built: bool) -> None:
        """One in which nothing was built, and if asked for one built whole."""
        self.look_at(self.ready, "signals")
        subprocess.run(
            self.dbt("seed", "--exclude", "path:seeds/demo"), env=self.at(self.ready), check=True, capture_output=True
        )
        if not built:
            return
        shutil.copy(self.ready, self.built)
        subprocess.run(self.dbt("run"), env=self.at(self.built), check=True, capture_output=True)

    def look_at(self, path: Path, *signals: str) -> None:
        """Makes the raw tables views of the files."""
        files = ", ".join(f"'{self.folder / name}.parquet'" for name in signals)
        with duckdb.connect(path, config={"storage_compatibility_version": "v1.4.0"}) as connection:
            connection.execute("create schema if not exists raw")
            for table in TABLES:
                read = files if table == "signals" else f"'{self.folder / table}.parquet'"
                connection.execute(f"create or replace view raw.{table} as select * from read_parquet([{read}])")

    def at(self, path: Path) -> dict[str, str]:
        """The environment of a run on a database."""
        return os.environ | {"DUCKDB_PATH": str(path)}

    def dbt(self, *arguments: str, as_of: datetime = NOW) -> list[str]:
        """A dbt command."""
        variables = {"raw_schema": "raw", "as_of": f"{as_of.isoformat()}Z"}
        places = ("--project-dir", self.project, "--profiles-dir", self.scratch)
        writes = ("--target-path", self.scratch / "target", "--log-path", self.scratch / "logs")
        options = ("--vars", json.dumps(variables))
        return [str(part) for part in (Path(sys.executable).parent / "dbt", *arguments, *places, *writes, *options)]

    def subject(self, name: str, what: str, start: Path, *arguments: str, new_day: bool = False) -> Subject:
        """A dbt command on a copy of a database."""
        path = self.path(name)

        def copy() -> None:
            shutil.copy(start, path)
            if new_day:
                self.look_at(path, "signals", "signals_of_a_day")

        command = self.dbt(*arguments, as_of=NOW + timedelta(days=new_day))
        return Subject(name, what, command, copy, {"DUCKDB_PATH": str(path)}, None if new_day else path)


def subjects(folder: Path, scratch: Path, memory_limit: str, left_out: set[str]) -> dict[str, Subject]:
    """All that is compared, by name."""
    databases = Databases(folder, scratch, memory_limit)
    databases.prepare(built=not {"daily", "again", "scoring"} <= left_out)
    signals = str(folder / "signals.parquet")

    def peer(name: str, what: str) -> Subject:
        output = scratch / f"{name}.parquet"
        command = (
            sys.executable,
            str(HERE / "peers" / f"by_{name}.py"),
            str(folder),
            NOW.isoformat(),
            str(output),
            signals,
        )
        return Subject(name, what, command, environment={"DUCKDB_MEMORY_LIMIT": memory_limit}, made=output)

    ready, built, run = databases.ready, databases.built, databases.subject
    scored = ("--select", "path:models/intermediate", "path:models/marts")
    compared = [
        run("full", "full build, `dbt run` on an empty database", ready, "run"),
        run("daily", "daily build, after a day's new signals", built, "run", new_day=True),
        run("again", "the same build again, nothing new", built, "run"),
        run("scoring", "from cleaned signals to the marts", built, "run", *scored),
        run("tested", "full build with all tests, `dbt build`", ready, "build", "--exclude", "resource_type:seed"),
        Subject("floor", "one scan of the columns needed", (sys.executable, "-c", FLOOR.format(signals=signals))),
        peer("hand", "a DuckDB script written by hand"),
        peer("polars", "polars, lazy and streaming"),
        peer("pandas", "pandas"),
    ]
    return {subject.name: subject for subject in compared if subject.name not in left_out}


def disagreements(this: Path, that: Path) -> int:
    """How many rows of the account_tiers that a subject made are not those of another; numbers to 1e-6."""
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, made in (("this", this), ("that", that)):
            if made.suffix == ".duckdb":
                connection.execute(f"attach '{made}' as {name}_database (read_only)")
                made_table = f"{name}_database.audit.account_tiers"
            else:
                made_table = f"read_parquet('{made}')"
            connection.execute(f"create view {name} as select * from {made_table}")
        columns = connection.execute("select column_name, column_type from (describe that)").fetchall()
        differ = " or ".join(
            f"coalesce(abs(this.{column} - that.{column}) > 1.000001e-6, this.{column} is distinct from that.{column})"
            if kind == "DOUBLE"
            else f"this.{column} is distinct from that.{column}"
            for column, kind in columns
        )
        joined = "this full join that on this.account_id = that.account_id"
        ((count,),) = connection.execute(f"select count(*) from {joined} where {differ}").fetchall()
        return int(count)


RATIOS = {  # of CPU seconds: the one, the other, and what was aimed at
    "full build ÷ script by hand, CPU": ("full", "hand", 1.3),
    "full build ÷ polars, CPU": ("full", "polars", 0.8),
    "full build ÷ pandas, CPU": ("full", "pandas", 0.2),
    "scoring ÷ floor, CPU": ("scoring", "floor", 4.5),
    "daily build ÷ full build, CPU": ("daily", "full", 0.1),
    "tests and audits ÷ full build, CPU": ("tested", "full", 1.3),
}


def ratios(found: dict[str, Subject]) -> dict[str, float]:
    """The ratios of what was measured."""
    return {
        name: found[one].median("cpu") / found[other].median("cpu")
        for name, (one, other, _) in RATIOS.items()
        if one in found and other in found
    }


def table(title: str, found: dict[str, Subject]) -> str:
    """What was measured, as Markdown."""
    lines = [f"### {title}", "", "| what | wall s | CPU s | peak MB |", "|---|---:|---:|---:|"]
    for subject in found.values():
        wall, cpu, peak = (subject.median(of) for of in ("wall", "cpu", "peak"))
        lines.append(f"| {subject.what} | {wall:.1f} | {cpu:.1f} | {peak:,.0f} |")
    measured = [f"| {name} | {value:.2f} | {RATIOS[name][2]} |" for name, value in ratios(found).items()]
    if measured:
        lines += ["", "| ratio | measured | aimed at |", "|---|---:|---:|", *measured]
    return "\n".join(lines)


def write(size: str, section: str) -> None:
    """Puts a section into docs/performance.md in place of the one of that size."""
    path = PROJECT / "docs" / "performance.md"
    start, end = f"<!-- measured {size} -->", f"<!-- end of {size} -->"
    before, _, rest = path.read_text(encoding="utf-8").partition(start)
    path.write_text(f"{before}{start}\n{section}\n{end}{rest.partition(end)[2]}", encoding="utf-8")


def plot(size: str, found: dict[str, Subject]) -> None:
    """Draws the CPU seconds and the memory of each subject."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "performance"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(10, 0.4 * len(found) + 1), sharey=True, layout="constrained")
    names = [subject.what for subject in found.values()]
    for axis, (of, label) in zip(axes, (("cpu", "CPU seconds"), ("peak", "peak memory, MB")), strict=True):
        values = [subject.median(of) for subject in found.values()]
        colors = ["tab:blue" if subject.name in PROJECTS else "tab:gray" for subject in found.values()]
        axis.bar_label(axis.barh(names, values, color=colors), fmt="{:,.0f}", padding=3)
        axis.set_xlabel(label)
        axis.margins(x=0.15)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].invert_yaxis()
    figure.savefig(PROJECT / "docs" / f"performance_{size}.svg", metadata={"Date": None})


def check(size: str, measured: dict[str, float]) -> list[str]:
    """The ratios that are more than twice as large as they were."""
    with (HERE / "expected_ratios.csv").open(newline="", encoding="utf-8") as file:
        expected = {row["ratio"]: float(row["expected"]) for row in csv.DictReader(file) if row["size"] == size}
    return [
        f"{name}: {measured[name]:.2f}, expected {value}"
        for name, value in expected.items()
        if name in measured and measured[name] > 2 * value
    ]


def main() -> int:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=SIZES, default="10k", help="accounts; a hundred times as many signals")
    parser.add_argument("--days", type=int, default=400, help="days of history, each of the same number of signals")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--text", action="store_true", help="raw columns as text (the project alone)")
    parser.add_argument("--without", nargs="*", default=[], help="subjects to leave out")
    parser.add_argument("--memory-limit", default="", help="DuckDB's, such as 4GB")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    parser.add_argument("--check", action="store_true", help="fail if a ratio has more than doubled")
    options = parser.parse_args()
    accounts, signals = SIZES[options.size]
    title = options.size + "_text" * options.text + f"_{options.days}_days" * (options.days != 400)
    folder = HERE / "data" / title
    if not folder.exists():
        generate(folder, accounts, signals * options.days // 400, options.days, options.text)
    title += f"_{options.memory_limit}" * bool(options.memory_limit)
    left_out = {*options.without} | ({"hand", "polars", "pandas"} if options.text else set())
    with tempfile.TemporaryDirectory() as scratch:
        found = subjects(folder, Path(scratch), options.memory_limit, left_out)
        for number in range(options.rounds):
            for subject in found.values():
                subject.measure()
                last = subject.costs[-1]
                print(
                    f"{number + 1}: {subject.name:8} {last.wall:6.1f} s {last.cpu:6.1f} CPU s {last.peak:6.0f} MB",
                    flush=True,
                )
        made = {subject.name: subject.made for subject in found.values() if subject.made}
        first, *others = made or [""]
        unequal = {name: disagreements(made[name], made[first]) for name in others}
    section = table(
        f"{accounts:,} accounts, {signals * options.days // 400:,} signals"
        + f" of {options.days} days" * (options.days != 400)
        + " as text" * options.text
        + f", {options.memory_limit} of memory" * bool(options.memory_limit)
        + f", {options.rounds} rounds",
        found,
    )
    print(section)
    if any(unequal.values()):
        print(f"rows of account_tiers that are not those of {first}: {unequal}")
        return 1
    if options.write:
        write(title, f"{section}\n\n![CPU and memory](performance_{title}.svg)")
        plot(title, found)
    doubled = check(title, ratios(found)) if options.check else []
    print("\n".join(doubled))
    return 1 if doubled else 0


if __name__ == "__main__":
    sys.exit(main())
