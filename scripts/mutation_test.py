"""Mutation test: change the project's SQL one small thing at a time and count the changes that the tests notice.

The compiled SQL of each model is changed at one place: a comparison, an operator, a constant, a join, a default, a
direction, a condition. Then what depends on it is built again, in memory, on the inputs on which the tests replay the
project (`worlds/replays.py`, `rules/cases.py`). A mutant is killed if a mart then differs from what the unchanged SQL
gives (which the tests compare with the oracle, in the same way), if a data test or one of dbt's unit tests fails, or if
the SQL does. Unit tests of staging, hypothesis worlds and real builds kill further ones and are not run here. The
staging of rule files is left out: the macros that write it write that of raw tables, too, where they are changed.

Rule files are changed a cell and a row at a time; the tests that hold them to the published numbers are run on each.

    uv run python scripts/mutation_test.py sql [--most N] [--seed S] [--model NAME ...] [--jobs 2]
    uv run python scripts/mutation_test.py rules

Prints a line a survivor that `mutation_survivors.csv` does not explain, and a summary. The exit status is 1 if fewer
than 95% of the mutants that change behaviour are killed.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Timer
from typing import Any, Protocol
from unittest.mock import patch

import duckdb
import sqlglot
from sqlglot import expressions as e

PROJECT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(PROJECT / "tests" / "python"))

from builds.comparing import differences  # noqa: E402
from builds.compiled import CompiledProject  # noqa: E402
from builds.warehouse import MARTS, fetch, load_table  # noqa: E402
from rules import test_published_numbers  # noqa: E402
from rules.cases import CASES, case, unlike  # noqa: E402
from worlds.committed import DEFAULT_SETTINGS, RAW_COLUMNS, RULE_FILES, header, rules  # noqa: E402
from worlds.dirty import AS_OF  # noqa: E402
from worlds.replays import REPLAYS, Replay, rules_as_people_type_them  # noqa: E402
from worlds.rule_sets import RuleRows, every_attribute, side_by_side  # noqa: E402

EXPLAINED = Path(__file__).with_name("mutation_survivors.csv")
Node = dict[str, Any]
Changed = Mapping[str, str]  # the SQL of each model that a mutant changes
Connection = duckdb.DuckDBPyConnection
Row = tuple[Any, ...]

LONGEST_BUILD = 60  # seconds; the inputs take one or two
WRITTEN_BY_MACROS = ("stg_raw_tables__", "stg_rules__", "rule_cell_problems", "rejected_records")
ENDLESS = ("int_accounts_merged", "eq to neq")  # everything joined with everything ten times: no test would end
COLUMNS = {column for columns in RAW_COLUMNS.values() for column in columns} | {
    c for name in RULE_FILES for c in header(name)
}
COLUMN = re.compile(rf"(\b|raw_|invalid_|missing_)({'|'.join(sorted(COLUMNS, key=len, reverse=True))})\b")

SWAPPED: dict[type[e.Expr], type[e.Expr]] = {
    e.LT: e.LTE,
    e.LTE: e.LT,
    e.GT: e.GTE,
    e.GTE: e.GT,
    e.EQ: e.NEQ,
    e.NEQ: e.EQ,
    e.And: e.Or,
    e.Or: e.And,
    e.Add: e.Sub,
    e.Sub: e.Add,
    e.Mul: e.Div,
    e.Div: e.Mul,
    e.Min: e.Max,
    e.Max: e.Min,
    e.Least: e.Greatest,
    e.Greatest: e.Least,
}


@dataclass(frozen=True)
class Change:
    """Where a model is changed: an expression of its statement, and one of the changes of that."""

    model: str
    position: int
    number: int


@dataclass(frozen=True)
class Mutant:
    """One change of what someone wrote: its kind, the SQL around it, and each place where that SQL stands."""

    model: str
    kind: str
    place: str
    changes: tuple[Change, ...] = ()


def changes(node: e.Expr) -> Iterator[tuple[str, e.Expr]]:
    """The small changes that can be made to an expression, each with its name."""
    other = SWAPPED.get(type(node))
    if other:
        yield f"{node.key} to {other.key}", other(**node.copy().args)
    if isinstance(node, e.Literal) and not node.find_ancestor(e.DataType) and not is_arbitrary(node):
        if node.is_string:
            yield "text changed", e.Literal.string(node.this + "~")
        else:
            yield "number changed", e.Literal.number(another(node.this))
    if isinstance(node, e.Coalesce) and node.expressions:
        yield "default dropped", node.this.copy()
    if isinstance(node, e.Not):
        yield "not dropped", node.this.copy()
    if isinstance(node, e.Boolean):
        yield "boolean flipped", e.Boolean(this=not node.this)
    if isinstance(node, e.Ordered):
        yield "direction flipped", e.Ordered(**{**node.copy().args, "desc": not node.args.get("desc")})
    if isinstance(node, e.Join) and (node.side or node.kind == "INNER"):
        changed = node.copy()
        changed.set("side", None if node.side else "LEFT")
        changed.set("kind", "INNER" if node.side else None)
        yield "join kind", changed
    if isinstance(node, e.Where | e.Having):
        yield "condition dropped", type(node)(this=e.true())
    if isinstance(node, e.Distinct) and isinstance(node.parent, e.Count):
        yield "distinct dropped", node.expressions[0].copy()


def another(number: str) -> str:
    """Another number: one more, or twice as much of a large one."""
    value = float(number)
    return f"{value + 1 if value < 1e6 else 2 * value:.12g}"


def is_arbitrary(node: e.Expr) -> bool:
    """Whether another constant would do as well (count(1), select 1, parts of a hash) or is left out (flags)."""
    parent = node.parent
    return (
        node.arg_key == "modifiers"
        or isinstance(parent, e.Count)
        or (isinstance(parent, e.If) and parent.parent is not None and isinstance(parent.parent.parent, e.Count))
        or (isinstance(parent, e.Select) and not parent.args.get("from_"))
        or node.find_ancestor(e.MD5) is not None
    )


class Statement:
    """The SQL of a model, to be changed."""

    def __init__(self, node: Node):
        self.model = node["name"]
        self.tree = sqlglot.parse_one(node["compiled_code"], read="duckdb")
        self.expressions = list(self.tree.walk())

    def mutants(self) -> Iterator[Mutant]:
        """All mutants of it alone."""
        for position, expression in enumerate(self.expressions[1:], start=1):
            for number, (kind, _) in enumerate(changes(expression)):
                place = " ".join(self.around(position).sql(dialect="duckdb").split())[:140]
                yield Mutant(self.model, kind, place, (Change(self.model, position, number),))

    def around(self, position: int) -> e.Expr:
        """An expression, or that of which a constant is a part."""
        expression = self.expressions[position]
        if isinstance(expression, e.Literal | e.Boolean) and expression.parent:
            return expression.parent
        return expression

    def shape(self, position: int) -> str:
        """An expression without the names of columns: what a macro writes for each of them has one shape."""
        literal = self.expressions[position].sql() if isinstance(self.expressions[position], e.Literal) else ""
        return COLUMN.sub("_", f"{literal} in {self.around(position).sql()}")

    def sql(self, changed: Sequence[Change]) -> str:
        """The statement with changes."""
        undo = []
        for change in changed:
            expression = self.expressions[change.position]
            _, new = list(changes(expression))[change.number]
            expression.replace(new)
            undo.append((new, expression))
        try:
            return self.tree.sql(dialect="duckdb")
        finally:
            for new, expression in reversed(undo):
                new.replace(expression)


def all_mutants(nodes: Sequence[Node]) -> Iterator[Mutant]:
    """Each mutant of each model; in models that macros write from lists of columns, each mutant of what they write."""
    alike: dict[tuple[str, str] | Change, list[Mutant]] = {}
    for node in nodes:
        statement = Statement(node)
        written = node["name"].startswith(WRITTEN_BY_MACROS)
        for mutant in statement.mutants():
            (change,) = mutant.changes
            same = (mutant.kind, statement.shape(change.position)) if written else change
            alike.setdefault(same, []).append(mutant)
    for mutants in alike.values():
        yield replace(mutants[0], changes=tuple(change for mutant in mutants for change in mutant.changes))


class Inputs(Protocol):
    """Something to try a mutant on."""

    def kills(self, changed: Changed) -> bool:
        """Whether the mutant shows."""


class World:
    """A database in which the project was built unchanged on one of the inputs of the tests."""

    def __init__(self, compiled: CompiledProject, replayed: Replay):
        self.compiled = replace(compiled, replicas={})
        self.as_of, self.settings = replayed.as_of, DEFAULT_SETTINGS | dict(replayed.settings)
        self.compiled.replay(replayed.raw, replayed.as_of, replayed.rules, replayed.settings)
        self.connection = self.compiled.replicas[1].connection
        self.nodes = [node for node in compiled.nodes if node["schema"] != "rules" or "stg_rules" in node["name"]]
        self.digests = {node["name"]: digest(self.connection, node) for node in self.nodes}
        self.connection.execute("set memory_limit = '1GB'; set temp_directory = ''")
        self.marts = {mart: fetch(self.connection, f"select * from audit.{mart}") for mart in MARTS}
        self.tests = compiled.tests if replayed.tested else []

    def kills(self, changed: Changed) -> bool:
        """Whether a mutant shows: as other rows, an error, or a build that does not end."""
        self.connection.execute("begin")
        watch = Timer(LONGEST_BUILD, self.connection.interrupt)
        watch.start()
        try:
            return self.shows(changed)
        except duckdb.Error:
            return True
        finally:
            watch.cancel()
            self.connection.execute("rollback")

    def shows(self, changed: Changed) -> bool:
        """Builds a mutant and all that changes with it; whether a mart or a test is then another."""
        differing = set()
        run = {"as_of": self.as_of, "settings": self.settings}
        for node in rebuild(self.compiled, self.connection, self.nodes, self.digests, changed, **run):
            differing.add(node["unique_id"])
            if node["name"] in self.marts:
                if row_count(self.connection, node["relation_name"]) != len(self.marts[node["name"]]):
                    return True  # before billions of rows are fetched
                rows = fetch(self.connection, f"select * from {node['relation_name']}")
                try:
                    if differences(node["name"], rows, self.marts[node["name"]]):
                        return True
                except Exception:
                    return True  # two rows of a key, a value of another type: the tests could not compare it
        return any(
            row_count(self.connection, f"({self.compiled.sql(test, self.as_of, self.settings)})")
            for test in self.tests
            if differing & set(test["depends_on"]["nodes"])
        )


class Rules:
    """A database in which rule files were checked that are right or have mistakes."""

    def __init__(self, compiled: CompiledProject, rule_rows: RuleRows, mistakes: list[str]):
        self.rules, self.mistakes = rule_rows, mistakes
        self.compiled = replace(compiled, replicas={})
        *self.nodes, self.gate = [node for node in compiled.nodes if node["schema"] == "rules"]
        self.compiled.nodes = self.nodes
        self.connection = self.compiled.with_rules(self.rules, 1)
        self.digests = {node["name"]: digest(self.connection, node) for node in self.nodes}

    def kills(self, changed: Changed) -> bool:
        """Whether the files are then told otherwise."""
        self.connection.execute("begin")
        try:
            run = {"as_of": AS_OF, "settings": DEFAULT_SETTINGS}
            for _ in rebuild(self.compiled, self.connection, self.nodes, self.digests, changed, **run):
                pass
            said = self.said(changed.get(self.gate["name"], self.gate["compiled_code"]))
            return bool(said) != bool(self.mistakes) or bool(unlike(said, self.mistakes))
        except duckdb.Error:
            return True
        finally:
            self.connection.execute("rollback")

    def said(self, gate: str) -> str:
        """What the check says."""
        try:
            self.connection.execute(gate).fetchall()
        except duckdb.InvalidInputException as error:
            return str(error)
        return ""


class UnitTest:
    """One of dbt's unit tests: the SQL of a model on given rows."""

    def __init__(self, compiled: CompiledProject, unit_test: Node, types: Connection):
        self.model, self.compiled = unit_test["model"], compiled
        nodes = {node["name"]: node for node in compiled.nodes}
        variables = (unit_test["overrides"] or {}).get("vars") or {}
        moment = datetime.fromisoformat(variables.get("as_of", "2026-01-31T12:00:00Z"))
        self.as_of = moment.astimezone(UTC).replace(tzinfo=None)
        self.settings = DEFAULT_SETTINGS | {k: v for k, v in variables.items() if k != "as_of"}
        self.connection = compiled.empty_database(sorted({node["schema"] for node in compiled.nodes} | {"history"}))
        expected = unit_test["expect"]
        self.columns = list(expected["rows"][0]) if expected["rows"] else ["*"]
        for given in unit_test["given"]:
            *source, name = given["input"].split("'")[1::2]  # ref('model') or source('history', 'table')
            relation = f"{compiled.database}.history.{name}" if source else nodes[name]["relation_name"]
            self.fill(relation, given, dict(columns(types, relation)))
        self.fill("expected", expected, dict(columns(types, nodes[self.model]["relation_name"])))

    def fill(self, relation: str, given: Node, types: dict[str, str]) -> None:
        """Creates a table of the given rows."""
        if given["format"] == "dict":
            load_table(self.connection, relation, given["rows"], list(types), types)
        else:
            load_table(self.connection, relation, [], list(types), types)
            self.connection.execute(f"insert into {relation} by name ({given['rows']})")

    def kills(self, changed: Changed) -> bool:
        """Whether the model then gives other rows than expected."""
        if self.model not in changed:
            return False
        sql, listed = changed[self.model], ", ".join(self.columns)
        actual = f"select {listed} from ({self.compiled.sql({'compiled_code': sql}, self.as_of, self.settings)})"
        expected = f"select {listed} from expected"
        try:
            pairs = (f"{actual} except all {expected}", f"{expected} except all {actual}")
            return any(self.connection.execute(pair).fetchall() for pair in pairs)
        except duckdb.Error:
            return True


def columns(connection: Connection, relation: str) -> list[tuple[str, str]]:
    """The columns of a table and their types."""
    return [row[:2] for row in connection.execute(f"describe {relation}").fetchall()]


def unit_tests(compiled: CompiledProject, built: Connection) -> Iterator[UnitTest]:
    """The unit tests of which the SQL is that of the project (others declare raw tables or attributes of their own)."""
    for unit_test in compiled.unit_tests:
        overrides = unit_test["overrides"] or {}
        if not overrides.get("macros") and not unit_test["model"].startswith(("stg_", "rule")):
            yield UnitTest(compiled, unit_test, built)


def rebuild(
    compiled: CompiledProject,
    connection: Connection,
    nodes: Sequence[Node],
    digests: Mapping[str, Row],
    changed: Changed,
    **run: Any,
) -> Iterator[Node]:
    """Builds a mutant and what depends on models of which the rows changed; gives each of those."""
    differing: set[str] = set()
    for node in nodes:
        if node["name"] in changed:
            built = {**node, "compiled_code": changed[node["name"]]}
        elif differing & set(node["depends_on"]["nodes"]):
            built = node
        else:
            continue
        compiled.create(connection, [built], run["as_of"], run["settings"])
        if digest(connection, node) != digests[node["name"]]:
            differing.add(node["unique_id"])
            yield node


def row_count(connection: Connection, relation: str) -> int:
    """How many rows a table or a query in parentheses has."""
    return int(only_row(connection, f"select count(*) from {relation}")[0])


def digest(connection: Connection, node: Node) -> Row:
    """What changes if the rows of a model do."""
    hashed = f"select bit_xor(hash(r)), sum(hash(r)), count(*) from {node['relation_name']} as r"
    return only_row(connection, hashed)


def only_row(connection: Connection, sql: str) -> Row:
    """The row of a query that gives one."""
    (row,) = connection.execute(sql).fetchall()
    return row


_statements: dict[str, Statement] = {}
_worlds: list[Inputs] = []
_rules: list[Inputs] = []
_unit_tests: list[Inputs] = []


def start(compiled: CompiledProject) -> None:
    """Builds the inputs of a process."""
    _statements.update({node["name"]: Statement(node) for node in compiled.nodes})
    worlds = [World(compiled, make()) for make in (*REPLAYS.values(), ties)]
    _worlds.extend(worlds)
    _unit_tests.extend(unit_tests(compiled, worlds[0].connection))
    _rules.extend(Rules(compiled, *case(change)) for change in CASES)
    right = (side_by_side(), every_attribute(), rules_as_people_type_them().rules)
    _rules.extend(Rules(compiled, rule_rows, []) for rule_rows in right)


def ties() -> Replay:
    """Versions that differ in what they say only, of which any will do as long as it is the same one in any order."""
    names = [f"{name}{number}" for number in range(20) for name in "AB"]
    return Replay({"accounts": [{"account_id": name[1:], "account_name": name} for name in names]})


def survives(mutant: Mutant) -> bool:
    """Whether no input shows a mutant; the one that showed the last is asked first."""
    if (mutant.model, mutant.kind) == ENDLESS:
        return False
    models = sorted({change.model for change in mutant.changes})
    changed = {name: _statements[name].sql([c for c in mutant.changes if c.model == name]) for name in models}
    reads_rules, checks_rules = any("rule" in name for name in models), all(name.startswith("rule") for name in models)
    for inputs in ([] if checks_rules else [_unit_tests, _worlds]) + ([_rules] if reads_rules else []):
        for place, asked in enumerate(inputs):
            if asked.kills(changed):
                inputs.insert(0, inputs.pop(place))
                return False
    return True


def of_sql(options: argparse.Namespace) -> tuple[int, list[Mutant]]:
    """Mutants of the SQL: how many, and which survive."""
    compiled = CompiledProject.compile(Path(tempfile.mkdtemp()))
    by_model: dict[str, list[Mutant]] = {}
    for mutant in all_mutants(compiled.nodes):
        by_model.setdefault(mutant.model, []).append(mutant)
    rng = random.Random(options.seed)
    chosen = [
        mutant
        for model, found in by_model.items()
        if not options.model or model in options.model
        for mutant in (rng.sample(found, options.most) if options.most < len(found) else found)
    ]
    survivors = []
    with ProcessPoolExecutor(options.jobs, initializer=start, initargs=(compiled,)) as pool:
        for number, (mutant, lives) in enumerate(zip(chosen, pool.map(survives, chosen, chunksize=8), strict=True), 1):
            survivors += [mutant] * lives
            if number % 100 == 0:
                print(f"{number} of {len(chosen)} tried, {len(survivors)} survive", file=sys.stderr, flush=True)
    return len(chosen), survivors


def of_rules(_: argparse.Namespace) -> tuple[int, list[Mutant]]:
    """Mutants of the rule files: how many, and which survive."""
    committed, count, survivors = rules(), 0, []
    for name, rows in committed.items():
        for number, row in enumerate(rows):
            changed_rows = [("row dropped", rows[:number] + rows[number + 1 :])]
            for column, cell in row.items():
                if column not in ("category", "description"):  # which nothing reads
                    changed_rows.append((column, [*rows[:number], {**row, column: other(cell)}, *rows[number + 1 :]]))
            for kind, changed in changed_rows:
                count += 1
                if published_numbers_hold({**committed, name: changed}):
                    survivors.append(Mutant(name, kind, ",".join(row.values())[:140]))
    return count, survivors


def other(cell: str) -> str:
    """Another cell of the same kind."""
    if cell in ("true", "false"):
        return "false" if cell == "true" else "true"
    try:
        return another(cell)
    except ValueError:
        return f"{cell}~" if cell else "1"


def published_numbers_hold(rule_rows: dict[str, list[dict[str, str]]]) -> bool:
    """Whether the tests of the published numbers pass on other rule files."""
    module = test_published_numbers
    try:
        with patch.object(module, "rules", lambda: rule_rows):
            for name, test in vars(module).items():
                if name.startswith("test_"):
                    names, values = next((mark.args for mark in getattr(test, "pytestmark", [])), ((), [()]))
                    for value in values:
                        test(value) if isinstance(names, str) else test(*value)
    except (AssertionError, ValueError, KeyError):
        return False
    return True


def explains(row: dict[str, str], survivor: Mutant) -> bool:
    """Whether a row of `mutation_survivors.csv` (patterns, an effect, and why) is about a survivor."""
    return all(re.search(row[name], getattr(survivor, name)) for name in ("model", "kind", "place"))


def main() -> int:
    """Runs the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["sql", "rules"])
    parser.add_argument("--most", type=int, default=10_000, help="so many mutants of a model at most, chosen at random")
    parser.add_argument("--seed", type=int, default=1, help="seed of the sample")
    parser.add_argument("--model", nargs="*", help="only mutants of these models")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    options = parser.parse_args()
    count, survivors = (of_sql if options.what == "sql" else of_rules)(options)
    with EXPLAINED.open(newline="", encoding="utf-8") as file:
        explained = list(csv.DictReader(file))
    effects: Counter[str] = Counter()
    for survivor in survivors:
        reason = next((row for row in explained if explains(row, survivor)), None)
        effects[reason["effect"] if reason else "unexplained"] += 1
        if not reason:
            csv.writer(sys.stdout).writerow([survivor.model, survivor.kind, survivor.place])
    killed, behaving = count - len(survivors), count - effects["none"]
    print(
        f"{count} mutants: {killed} killed, {effects['none']} change nothing, {effects['seen']} others are explained,"
        f" {effects['unexplained']} are not: {killed / max(behaving, 1):.1%} of those that change behaviour are killed"
    )
    return 0 if killed >= 0.95 * behaving else 1


if __name__ == "__main__":
    sys.exit(main())
