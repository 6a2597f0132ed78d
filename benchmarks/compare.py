"""Measures the project side by side with what a user would write instead, on the same files and in one run.

Each subject is a process of its own (dbt's start included), run in turn with the others, so that a busy machine slows
all of them; of each the median of the rounds counts. The marts that they make are compared, row by row. The peers
compute the primary model alone; the project runs as it ships, and as a copy without the rules of other models. What
dbt parses it has parsed before, as it has for whoever builds every day.

    uv run --group benchmark python benchmarks/compare.py [--size 10k] [--rounds 3] [--text] [--without NAME ...]
        [--against FOLDER] [--history 365] [--memory-limit 4GB] [--write] [--check]

`--against` also measures another commit, in a folder made by `git worktree add`; its subjects are called `before_full`
and so on. `--history` measures a build with tests and publishing after one day of history and after so many.
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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import duckdb
from as_sources import SETTINGS, make_views, write_rules
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
ALONE, SHIPPED = "alone", "shipped"  # with the rules of the primary model alone, or of all
SOURCED = "sourced"  # as shipped, from tables of Salesforce and Segment
ON_A_NEW_DAY = ("daily", "one_day", "many_days")
PEERS = ("floor", "hand", "polars", "pandas")
TABLES = ("accounts", "contacts", "account_technologies", "signals")
KEYS = {"account_tiers": ["account_id"], "account_scores": ["account_id", "scoring_model"]}
BUILD = ("build", "--exclude", "resource_type:seed")

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
    """What a process took: seconds, CPU seconds, megabytes at its peak, and seconds of publishing."""

    wall: float
    cpu: float
    peak: float
    publishing: float


@dataclass
class Subject:
    """Something to measure: what it is, the command, and what must be there before it starts."""

    name: str
    what: str
    command: Sequence[str]
    before: Callable[[], None] = lambda: None
    after: Callable[[], float] = lambda: 0.0  # tells the seconds of publishing
    environment: Mapping[str, str] = field(default_factory=dict)
    made: Path | None = None  # where the account_tiers are that it makes
    is_of_now: bool = True  # whether they are those that all others make
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
            output.seek(0)
            said = output.read().decode()
        if status or ("build" in self.command and "NOT PUBLISHED" in said):
            sys.exit(f"{self.name} failed:\n{said[-3000:]}")
        self.costs.append(Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, self.after()))

    def median(self, of: str) -> float:
        """The median of its rounds."""
        costs: list[float] = [getattr(cost, of) for cost in self.costs]
        return statistics.median(costs)


def leave_primary_model(seeds: Path) -> None:
    """Takes the rules of all other models out of the rule files."""
    with (seeds / "scoring_models.csv").open(newline="", encoding="utf-8") as file:
        (primary,) = (row["scoring_model"] for row in csv.DictReader(file) if row["is_primary"] == "true")
    for path in seeds.glob("*.csv"):
        header, *rows = list(csv.reader(path.open(newline="", encoding="utf-8")))
        if header[0] == "scoring_model":
            with path.open("w", newline="", encoding="utf-8") as file:
                csv.writer(file, lineterminator="\n").writerows([header, *(row for row in rows if row[0] == primary)])


class Project:
    """A copy of a project, and the databases that its runs start from.

    All runs have one place for their database and, for the same vars, one folder for what dbt parsed.
    """

    def __init__(self, source: Path, folder: Path, files: Path, options: argparse.Namespace):
        self.folder, self.files, self.days, self.apart = folder, files, options.history, options.apart
        self.database = folder / "warehouse.duckdb"
        ignored = shutil.ignore_patterns(".*", "target", "logs", "*.duckdb*", "data", "__pycache__")
        self.copy = Path(shutil.copytree(source, folder / "project", ignore=ignored))
        if folder.name.endswith(ALONE):
            leave_primary_model(self.copy / "seeds")
        self.is_sourced = folder.name.endswith(SOURCED)
        if self.is_sourced:
            write_rules(self.copy / "seeds")
        if options.memory_limit:
            profile = self.copy / "profiles.yml"
            limited = f"settings:\n        memory_limit: {options.memory_limit}"
            profile.write_text(profile.read_text(encoding="utf-8").replace("settings:", limited), encoding="utf-8")
        self.reads_variable = 'env_var("AS_OF"' in (self.copy / "macros/settings/as_of.sql").read_text(encoding="utf-8")

    # --- Databases, made when they are asked for

    @cached_property
    def ready(self) -> Path:
        """Raw tables as views of the files, and rules loaded."""
        self.start_from(None)
        self.look_at("signals")
        self.dbt("seed", "--exclude", "path:seeds/demo")
        return self.keep("ready")

    @cached_property
    def built(self) -> Path:
        """The same, built."""
        self.start_from(self.ready)
        self.dbt("run")
        return self.keep("built")

    @cached_property
    def published(self) -> Path:
        """The same, built, tested and published: one day of history."""
        self.start_from(self.ready)
        self.dbt(*BUILD)
        return self.keep("published")

    @cached_property
    def long_published(self) -> Path:
        """The same with earlier days like it, and built once more, which gives up what is not kept so long."""
        self.start_from(self.published)
        with duckdb.connect(self.database) as connection:
            columns = "from duckdb_columns() where schema_name = 'history'"
            for table, day in connection.execute(
                f"select table_name, column_name {columns} and column_name in ('tier_date', 'changed_on')"
            ).fetchall():
                earlier = connection.execute(
                    "select string_agg(column_name || ' - to_days("
                    f"cast(day * {self.apart} as integer)) as ' || column_name, ', ')"
                    f"{columns} and table_name = '{table}' and data_type in ('DATE', 'TIMESTAMP')"
                ).fetchall()[0][0]
                connection.execute(
                    f"insert into history.{table} select kept.* replace ({earlier})"
                    f" from range(1, {self.days}) as days (day) cross join history.{table} as kept"
                    f" where {day} = (select max({day}) from history.{table}) order by day desc"
                )
        self.dbt(*BUILD)
        return self.keep("long_published")

    def start_from(self, database: Path | None) -> None:
        """Puts a copy of a database into the place of the last run's, or nothing."""
        for left in self.folder.glob("warehouse*"):
            left.unlink()
        if database:
            shutil.copy(database, self.database)

    def keep(self, name: str) -> Path:
        """Takes the last run's database away."""
        return self.database.rename(self.folder / f"{name}.duckdb")

    def look_at(self, *signals: str) -> None:
        """Makes the raw tables views of the files."""
        files = ", ".join(f"'{self.files / name}.parquet'" for name in signals)
        with duckdb.connect(self.database, config={"storage_compatibility_version": "v1.4.0"}) as connection:
            if self.is_sourced:
                make_views(connection, self.files, self.folder)
                return
            connection.execute("create schema if not exists raw")
            for table in TABLES:
                read = files if table == "signals" else f"'{self.files / table}.parquet'"
                connection.execute(f"create or replace view raw.{table} as select * from read_parquet([{read}])")

    # --- Commands

    def command(self, *arguments: str, as_of: datetime | None = NOW) -> tuple[list[str], dict[str, str], Path]:
        """A dbt command, its environment and target folder; without as_of one of the demo.

        as_of is no var, by which dbt would parse the project again, but where a project knows no other way.
        """
        moment = f"{as_of.isoformat()}Z" if as_of else ""
        variables: dict[str, object] = {} if not as_of else SETTINGS if self.is_sourced else {"raw_schema": "raw"}
        if as_of and not self.reads_variable:
            variables = {**variables, "as_of": moment}
        target = self.folder / "_".join(("target", *map(str, variables.values()))).replace(":", "")
        places = ("--project-dir", self.copy, "--profiles-dir", self.copy)
        writes = ("--target-path", target, "--log-path", self.folder / "logs")
        options = ("--vars", json.dumps(variables))
        command = [str(part) for part in (Path(sys.executable).parent / "dbt", *arguments, *places, *writes, *options)]
        plugins = str(self.copy / "plugins")
        return command, {"DUCKDB_PATH": str(self.database), "AS_OF": moment, "PYTHONPATH": plugins}, target

    def dbt(self, *arguments: str, as_of: datetime | None = NOW) -> None:
        """Runs a dbt command."""
        command, environment, _ = self.command(*arguments, as_of=as_of)
        subprocess.run(command, env=os.environ | environment, check=True, capture_output=True)

    def subject(self, name: str, what: str, start: str, *arguments: str) -> Subject:
        """A dbt command on a copy of a database; of the demo on none."""
        database, is_new_day = getattr(self, start) if start else None, name.endswith(ON_A_NEW_DAY)
        as_of = NOW + timedelta(days=is_new_day) if start else None
        command, environment, target = self.command(*arguments, as_of=as_of)
        if not target.exists():
            self.dbt("parse", as_of=as_of)

        def before() -> None:
            self.start_from(database)
            if is_new_day:
                self.look_at("signals", "signals_of_a_day")

        def after() -> float:
            self.keep(name)
            *_, publishing = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
            return float(publishing["execution_time"])  # it is the last hook

        return Subject(name, what, command, before, after, environment, self.folder / f"{name}.duckdb", as_of == NOW)


def subjects(files: Path, scratch: Path, options: argparse.Namespace) -> dict[str, Subject]:
    """All that is compared, by name: of the project, beside each what another commit makes of it, and the peers."""
    scored = ("--select", "path:models/intermediate", "path:models/marts")
    after_days = f"the same after {options.history} days of history, {options.apart} apart"
    runs: list[tuple[str, str, str, str, *tuple[str, ...]]] = [
        ("full", ALONE, "full build, `dbt run` on an empty database", "ready", "run"),
        ("shipped", SHIPPED, "full build as shipped, with all scoring models", "ready", "run"),
        ("sourced", SOURCED, "the same from tables of Salesforce and Segment", "ready", "run"),
        ("daily", ALONE, "daily build, after a day's new signals", "built", "run"),
        ("again", ALONE, "the same build again, nothing new", "built", "run"),
        ("scoring", ALONE, "from cleaned signals to the marts", "built", "run", *scored),
        ("tested", ALONE, "full build with all tests, `dbt build`", "ready", *BUILD),
        ("one_day", SHIPPED, "daily `dbt build` as shipped, after one day of history", "published", *BUILD),
        ("many_days", SHIPPED, after_days, "long_published", *BUILD),
        ("demo", SHIPPED, "the demo, `dbt build`", "", "build"),
    ]
    sources = {"": PROJECT} | ({"before_": options.against} if options.against else {})
    projects = {
        prefix + kind: Project(source, scratch / f"{prefix}{kind}", files, options)
        for prefix, source in sources.items()
        for kind in (ALONE, SHIPPED, SOURCED)
        if kind != SOURCED or (source / "models" / "sources").exists()
    }
    left_out = {*options.without, *(() if options.history else ("one_day", "many_days"))}
    compared = [
        projects[prefix + kind].subject(prefix + name, what + ", before" * bool(prefix), start, *arguments)
        for name, kind, what, start, *arguments in runs
        for prefix in sources
        if not {name, prefix + name} & left_out and prefix + kind in projects
    ]
    signals = str(files / "signals.parquet")

    def peer(name: str, what: str) -> Subject:
        output = scratch / f"{name}.parquet"
        script = HERE / "peers" / f"by_{name}.py"
        command = [sys.executable, str(script), str(files), NOW.isoformat(), str(output), signals]
        return Subject(name, what, command, environment={"DUCKDB_MEMORY_LIMIT": options.memory_limit}, made=output)

    compared += [
        Subject("floor", "one scan of the columns needed", (sys.executable, "-c", FLOOR.format(signals=signals))),
        peer("hand", "a DuckDB script written by hand"),
        peer("polars", "polars, lazy and streaming"),
        peer("pandas", "pandas"),
    ]
    return {subject.name: subject for subject in compared if subject.name not in left_out}


def disagreements(this: Path, that: Path, table: str, shared: bool) -> int:
    """How many rows of a table that a subject made are not those of another; numbers to 1e-6.

    All columns of this are compared, or those that both have. A peer makes those that tell which accounts to work and
    why, and leaves out the others, which tell a rep more about them: it does less work than the project.
    """
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        for name, made in (("this", this), ("that", that)):
            if made.suffix == ".duckdb":
                connection.execute(f"attach '{made}' as {name}_database (read_only)")
                made_table = f"{name}_database.audit.{table}"
            else:
                made_table = f"read_parquet('{made}')"
            connection.execute(f"create view {name} as select * from {made_table}")
        columns = "select column_name, column_type from (describe this)"
        if shared:
            columns += " semi join (describe that) using (column_name)"
        differ = " or ".join(
            f"coalesce(abs(this.{column} - that.{column}) > 1.000001e-6, this.{column} is distinct from that.{column})"
            if kind == "DOUBLE"
            else f"this.{column} is distinct from that.{column}"
            for column, kind in connection.execute(columns).fetchall()
        )
        joined = "this full join that on " + " and ".join(f"this.{key} = that.{key}" for key in KEYS[table])
        ((count,),) = connection.execute(f"select count(*) from {joined} where {differ}").fetchall()
        return int(count)


def unequal_tables(found: Mapping[str, Subject]) -> dict[str, int]:
    """How many rows of account_tiers are not those of the first subject, and of each table not those of before."""
    made = {name: subject.made for name, subject in found.items() if subject.made}
    first, *others = [name for name in made if found[name].is_of_now and not name.startswith("before_")] or [""]
    pairs = [(name, first, "account_tiers") for name in others]
    pairs += [(f"before_{name}", name, table) for name in made for table in KEYS if f"before_{name}" in made]
    counts = {
        f"{table} of {this} and {that}": disagreements(made[this], made[that], table, shared="before" in this)
        for this, that, table in pairs
    }
    return {tables: count for tables, count in counts.items() if count}


class Ratio(NamedTuple):
    """A ratio of two subjects and what is aimed at, by size: of CPU seconds, unless others are named."""

    one: str
    other: str
    aims: Mapping[str, float] | float | None = None
    of: str = "cpu"
    to: str = "cpu"

    def measured(self, found: Mapping[str, Subject]) -> float | None:
        """What was measured, if both were."""
        if self.one not in found or self.other not in found:
            return None
        return found[self.one].median(self.of) / found[self.other].median(self.to)

    def aim(self, size: str) -> str:
        """What is aimed at in this size, if anything is."""
        return str((self.aims if not isinstance(self.aims, Mapping) else self.aims.get(size)) or "")


RATIOS = {
    "full build ÷ script by hand, CPU": Ratio("full", "hand", {"100k": 1.3, "1M": 1.0}),
    "full build ÷ polars, CPU": Ratio("full", "polars", {"100k": 0.7}),
    "full build ÷ pandas, CPU": Ratio("full", "pandas"),
    "scoring ÷ floor, CPU": Ratio("scoring", "floor", {"100k": 15, "1M": 10}),
    "daily build ÷ full build, CPU": Ratio("daily", "full", {"1M": 0.5}),
    "daily build ÷ script by hand, CPU": Ratio("daily", "hand", {"1M": 0.5}),
    "full build as shipped ÷ primary model alone, CPU": Ratio("shipped", "full"),
    "full build from sources ÷ from raw tables, CPU": Ratio("sourced", "shipped", 1.25),
    "tests and audits ÷ full build, CPU": Ratio("tested", "full"),
    "publishing ÷ `dbt build`, wall": Ratio("tested", "tested", 0.05, "publishing", "wall"),
    "`dbt build` after many days ÷ after one, CPU": Ratio("many_days", "one_day", 1.1),
    "publishing ÷ `dbt build` after many days, wall": Ratio("many_days", "many_days", 0.05, "publishing", "wall"),
    "full build ÷ before, CPU": Ratio("full", "before_full", {"10k": 0.55}),
    "full build as shipped ÷ before, CPU": Ratio("shipped", "before_shipped", 0.5),
    "daily build ÷ before, CPU": Ratio("daily", "before_daily"),
    "scoring ÷ before, CPU": Ratio("scoring", "before_scoring"),
    "tested ÷ before, CPU": Ratio("tested", "before_tested"),
    "demo ÷ before, CPU": Ratio("demo", "before_demo", 0.8),
    "`dbt build` after many days ÷ before, CPU": Ratio("many_days", "before_many_days"),
}


def ratios(found: Mapping[str, Subject]) -> dict[str, float]:
    """The ratios of what was measured."""
    measured = {name: ratio.measured(found) for name, ratio in RATIOS.items()}
    return {name: value for name, value in measured.items() if value is not None}


def growth(found: Mapping[str, Subject], days: int) -> list[str]:
    """By how many megabytes the DuckDB file grows with each day of history."""
    told = []
    for name, which in (("many_days", ""), ("before_many_days", " of the commit before")):
        if name in found:
            used = []
            for subject in (found[name.replace("many_days", "one_day")], found[name]):
                with duckdb.connect(str(subject.made), read_only=True) as connection:
                    ((size,),) = connection.execute(
                        "select used_blocks * block_size from pragma_database_size()"
                    ).fetchall()
                used.append(size / 1e6)
            told.append(
                f"With each day of history the DuckDB file{which} grows by {(used[1] - used[0]) / (days - 1):.2f} MB."
            )
    return told


def table(title: str, size: str, found: Mapping[str, Subject]) -> str:
    """What was measured, as Markdown."""
    lines = [f"### {title}", "", "| what | wall s | CPU s | peak MB |", "|---|---:|---:|---:|"]
    for subject in found.values():
        wall, cpu, peak = (subject.median(of) for of in ("wall", "cpu", "peak"))
        lines.append(f"| {subject.what} | {wall:.1f} | {cpu:.1f} | {peak:,.0f} |")
    measured = [f"| {name} | {value:.2f} | {RATIOS[name].aim(size)} |" for name, value in ratios(found).items()]
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
        colors = ["tab:gray" if name in PEERS or name.startswith("before_") else "tab:blue" for name in found]
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
    parser.add_argument("--against", type=Path, help="the folder of another commit, measured beside this one")
    parser.add_argument("--history", type=int, default=0, help="days of it, to build after")
    parser.add_argument("--apart", type=int, default=1, help="days between those: from 30 on most of them are judged")
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
    options.without += ["hand", "polars", "pandas"] if options.text else []
    with tempfile.TemporaryDirectory() as scratch:
        found = subjects(folder, Path(scratch), options)
        for number in range(options.rounds):
            for subject in found.values():
                subject.measure()
                last = subject.costs[-1]
                print(
                    f"{number + 1}: {subject.name:16} {last.wall:6.1f} s {last.cpu:6.1f} CPU s {last.peak:6.0f} MB",
                    flush=True,
                )
        unequal, grown = unequal_tables(found), growth(found, options.history)
    section = table(
        f"{accounts:,} accounts, {signals * options.days // 400:,} signals"
        + f" of {options.days} days" * (options.days != 400)
        + " as text" * options.text
        + f", {options.memory_limit} of memory" * bool(options.memory_limit)
        + f", {options.rounds} rounds",
        options.size,
        found,
    )
    section = "\n\n".join((section, *grown))
    print(section)
    if unequal:
        print(f"rows that differ: {unequal}")
        return 1
    if options.write:
        write(title, f"{section}\n\n![CPU and memory](performance_{title}.svg)")
        plot(title, found)
    doubled = check(title, ratios(found)) if options.check else []
    print("\n".join(doubled))
    return 1 if doubled else 0


if __name__ == "__main__":
    sys.exit(main())
