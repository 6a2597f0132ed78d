"""What README.md and docs/ show is tried: recipes are applied, queries and commands are run, and give what is shown."""

from __future__ import annotations

import csv
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO

import duckdb
import pytest
import yaml
from dbt.cli.main import cli

from builds.compiled import IncrementalWarehouse
from builds.warehouse import Warehouse, fetch
from dbt_rule_files import mistakes
from worlds.committed import PROJECT, RULE_FILES, demo_rows, header, rules
from worlds.rule_sets import primary_only

AS_OF = datetime(2026, 6, 30, 9)


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    line: int
    language: str
    text: str
    heading: str
    rest: str
    """What follows, up to the next heading."""

    def __str__(self) -> str:
        return f"{self.page} line {self.line}"


def fenced_blocks() -> Iterator[Block]:
    """The fenced blocks of all pages."""
    for path in (PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))):
        page = path.read_text(encoding="utf-8")
        outside = page
        for found in re.finditer(r"^ *```(\w*)\n(.*?)^ *```$", page, re.M | re.S):
            headings = re.findall(r"^#+ (.*)", page[: found.start()], re.M)
            rest = re.split(r"^#+ ", page[found.end() :], maxsplit=1, flags=re.M)[0]
            line = page.count("\n", 0, found.start()) + 1
            yield Block(path.name, line, found[1], found[2], headings[-1], rest)
            outside = outside.replace(found[0], "")
        assert "```" not in outside, f"{path.name}: a block that is not found"
        assert not re.search(r"^ {4}(uv|dbt|python|pip) ", outside, re.M), f"{path.name}: a command without a fence"


BLOCKS = list(fenced_blocks())
RECIPES, QUERIES, COMMANDS = ([b for b in BLOCKS if b.language == kind] for kind in ("diff", "sql", "shell"))
SHOWN = ("text", "mermaid", "yaml", "python", "")
"""Output, pictures and settings."""


def test_every_block_is_of_a_kind_that_is_tried():
    assert len(RECIPES) >= 8
    assert len(QUERIES) >= 20
    assert {block.language for block in BLOCKS} == {"diff", "sql", "shell", *SHOWN}
    command = re.compile(r"^\s*(uv|pip|python|dbt|duckdb|git|createdb) ", re.M)
    assert not [str(block) for block in BLOCKS if block.language in SHOWN and command.search(block.text)]


# --- Recipes of rules ------------------------------------------------------------------------------------------------


def changed_files(recipe: Block) -> dict[str, str]:
    """The texts of the rule files that a recipe changes. A comment names the file, or else lines that stand there."""
    texts = {name: (PROJECT / "seeds" / f"{name}.csv").read_text(encoding="utf-8").splitlines() for name in RULE_FILES}
    name, place, changed = None, 0, set()
    for sign, line in ((line[0], line[1:]) for line in recipe.text.splitlines()):
        if sign == " " and line.startswith("# "):
            name = line.removeprefix("# ").removesuffix(".csv")
            place = len(texts[name])
        elif sign in " -":
            name = name or next(name for name, lines in texts.items() if line in lines)
            assert texts[name].count(line) == 1, f"seeds/{name}.csv has no line {line}"
            place = texts[name].index(line) + 1
            if sign == "-":
                place -= 1
                del texts[name][place]
        else:
            texts[name].insert(place, line)
            place += 1
        changed.add(name)
    return {name: "\n".join(texts[name]) + "\n" for name in changed}


def rules_of(recipe: Block) -> dict[str, list[dict[str, str]]]:
    """The rule files as a recipe leaves them."""
    return rules() | {name: list(csv.DictReader(StringIO(text))) for name, text in changed_files(recipe).items()}


TIERS = """
    select string_agg(accounts, ' | ' order by tier_number)
    from (
        select tier_number, count(*)::varchar as accounts
        from audit.account_scores where scoring_model = 'weighted_composite' group by tier_number
    )
"""
RANKED = """
    select concat_ws(' | ',
        (select count(*) from audit.account_tiers),
        (select count(*) from audit.unranked_accounts
         where scoring_model = 'weighted_composite' and reason = 'disqualified:{rule}'),
        ({tiers}))
"""
POINTS = """
    select string_agg(concat_ws(' | ', account_id, signals_30d, round(decayed_points::double, 4)), chr(10))
    from intermediate.int_account_signal_types where signal_type = '{}' and signals_30d > 1
"""
EFFECTS = {
    "Change a rule": TIERS,
    "Add a signal type": "select concat_ws(' | ', rows_in, standing, rejected) from audit.source_reconciliation"
    " where source_table = 'signals'",
    "Cap a type": POINTS.format("demo_request"),
    "Limit a type per day": POINTS.format("email_open"),
    "Score a column of your own": TIERS,
    "Qualify: must be in the EU": RANKED.format(rule="in_the_eu", tiers=TIERS),
    "Qualify: must use Salesforce": RANKED.format(rule="uses_salesforce", tiers=TIERS),
    "Score side by side: another model": """
        select concat(
            count(*) filter (tier = 'Hot'), ' accounts are Hot and ', count(*) filter (tier = 'Nurture'), ' Nurture'
        )
        from audit.account_scores where scoring_model = 'icp_and_visits'
    """,
}
"""What tells the effect of a recipe, by its heading: cells of the table that is shown below it, or words."""
READ = ("account_scores", "account_tiers", "unranked_accounts", "source_reconciliation")


def effects(compiled, rule_rows, headings):
    """What the queries tell of the demo as it is built by other rules."""
    compiled.replay(demo_rows(), AS_OF, rule_rows, tables=READ)
    connection = compiled.with_rules({**rules(), **rule_rows}, threads=1)
    return {heading: connection.execute(EFFECTS[heading]).fetchone()[0] or "" for heading in headings}


@pytest.fixture(scope="module")
def before(compiled):
    """What the queries tell of the rules as they are."""
    return effects(compiled, rules(), EFFECTS)


@pytest.mark.xdist_group("recipes")
@pytest.mark.parametrize("recipe", RECIPES, ids=str)
def test_a_recipe_is_right(compiled, before, tmp_path, recipe):
    """The rule check has nothing to say, and the effect is the one that is shown."""
    for name, text in changed_files(recipe).items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        assert mistakes(tmp_path / f"{name}.csv", header(name), []) == []
    assert compiled.rule_mistakes(rules_of(recipe)) == ""
    if recipe.heading not in EFFECTS:
        assert "|---" not in recipe.rest, "nobody asks whether this table is right"
        return
    old = before[recipe.heading]
    (new,) = effects(compiled, rules_of(recipe), [recipe.heading]).values()
    assert old != new
    if "| before |" in recipe.rest:
        assert f"| before | {old} |" in recipe.rest
        assert f"| after | {new} |" in recipe.rest
    elif "| points before |" in recipe.rest:
        pairs = zip(sorted(old.splitlines()), sorted(new.splitlines()), strict=True)
        changed = [f"| {points} | {float(after.split()[-1]):g} |" for points, after in pairs if points != after]
        assert changed == [line for line in recipe.rest.splitlines() if line.startswith("| acc-")]
    else:
        assert f" {new}." in recipe.rest


# --- Queries ---------------------------------------------------------------------------------------------------------


def shown_below(query: Block) -> str | None:
    """The output that is pasted right below a query."""
    following = re.match(r"\s*```text\n(.*?)^```$", query.rest, re.M | re.S)
    return following and following[1]


def rows_shown(output: str) -> list[list[str]]:
    """The cells of a table as it is pasted; the line below its header tells where columns end."""
    head, line, *rows = output.splitlines()
    ends = [found.start() for found in re.finditer(r"[+]", line)] + [None]
    starts = [0, *(end + 1 for end in ends[:-1])]
    return [[row[start:end].strip() for start, end in zip(starts, ends, strict=True)] for row in (head, *rows)]


def is_shown(value, text: str) -> bool:
    """Whether a text shows a value, a number to six decimals."""
    if value is None or isinstance(value, str | date):
        return str(value or "").strip() == text
    return text != "" and float(text) == pytest.approx(float(value), abs=1e-6)


@pytest.fixture(scope="module")
def five_days_later(compiled):
    """The demo as it is built, and once more five days later."""
    warehouse = IncrementalWarehouse(compiled)
    warehouse.build(demo_rows(), AS_OF, primary_only())
    warehouse.built = False  # all is built anew, but for history
    warehouse.build(demo_rows(), datetime(2026, 7, 5, 9), primary_only())
    return warehouse


@pytest.mark.parametrize("query", QUERIES, ids=str)
def test_a_query_gives_what_is_shown(demo, query, request):
    if query.page == "history.md":
        connection = request.getfixturevalue("five_days_later").connection
        found = fetch(connection, query.text.replace("marts.", "audit."))
    else:
        found = demo.query(query.text)
    assert found
    columns, *rows = rows_shown(shown_below(query))
    assert columns == list(found[0])
    assert len(rows) == len(found)
    for row, shown in zip(found, rows, strict=True):
        assert all(is_shown(value, text) for value, text in zip(row.values(), shown, strict=True)), (row, shown)


# --- Commands --------------------------------------------------------------------------------------------------------

ELSEWHERE = {
    "uv run dbt build": "the fixture `demo`",
    "uv run pytest": "this run",
    "DUCKDB_PATH=/data/warehouse.duckdb uv run dbt build --vars '{raw_schema: crm}'": "the fixture `by_domain`",
    "DUCKDB_PATH=/data/warehouse.duckdb uv run dbt build"
    " --vars '{sources: [salesforce, segment]}'": "sources/test_demos",
    "uv run python scripts/demo_sources.py salesforce --loader airbyte": "sources/test_demos, in memory",
    "uv run dbt build --vars '{sources: [salesforce],"
    ' as_of: "2026-06-30T09:00:00Z", replace_published: true}\'': "sources/test_demos",
    'AS_OF="2026-06-${day}T09:00:00Z" uv run dbt build': "test_the_days_of_the_walkthrough, in memory",
    "CRM_TOKEN=... uv run python scripts/sync_to_crm.py account_prioritization_marts.duckdb": "needs a CRM",
    "createdb --template template0 --locale C.UTF-8 warehouse": "needs PostgreSQL: test_engines",
    "uv sync --extra postgres": "installs; test_engines needs it",
    "uv run dbt build --target postgres --vars '{raw_schema: crm}'": "needs PostgreSQL: test_engines",
    "uv run --extra postgres pytest -m engines": "needs PostgreSQL: test_engines",
    "uv sync --extra spark": "installs; test_engines needs it",
    "uv run dbt build --target spark --vars '{raw_schema: crm}'": "needs Spark: test_engines",
    "uv run --all-extras --group spark-cluster pytest -m engines": "needs Spark: test_engines",
    "uv run --group benchmark python benchmarks/compare.py --size 10k": "takes minutes: .ci/run",
    "uv run python scripts/backfill.py --from 2025-07 --every month": "validation/test_backfill, of fewer days",
    "uv run python scripts/report.py": "report/test_page",
    "uv run python scripts/monday_report.py": "report/test_monday",
    "uv run python scripts/learn_rules.py account_prioritization.duckdb"
    " --outcome opportunity_created": "validation/test_learn_rules",
    "pip install uv": "installs",
    "uv sync --group metrics": "installs",
    "uv run --no-sync dbt parse": "metrics/test_semantic_layer",
    "uv run --no-sync mf query --saved-query monday_headline": "as above",
    "uv run --no-sync mf query --metrics tier_up_moves,tier_down_moves"
    " --group-by metric_time__week": "metrics/test_semantic_layer, of a saved query",
    "uv run --no-sync mf list metrics": "a command of MetricFlow's own",
    "uv run dbt build --target ci --vars '{raw_schema: crm}'": "a target of one's own: package/test_environments",
    "uv run dbt show --select who_moved --target ci --limit 50"
    " --vars '{raw_schema: crm, compare_with: marts}'": "test_who_moved",
}
"""Commands that are not run here, and where they are, or why not."""


def commands_of(block: Block) -> list[str]:
    """The single commands of a block, without comments, loops and exports."""
    lexer = shlex.shlex(re.sub(r"(^|\s+)#.*", "", block.text), punctuation_chars=";&\n")
    lexer.whitespace, lexer.whitespace_split = " \t", True
    commands = [[]]
    for token in lexer:
        if set(token) <= set(";&\n"):
            commands.append([])
        else:
            commands[-1].append(token)
    return [" ".join(c) for c in commands if c and c[0] not in ("for", "do", "done", "export")]


PYTHON = "uv run python -c "
ATTACHED = "uv run dbt build --vars '{raw_database: crm_copy, raw_schema: crm}'"


def test_every_command_is_run_or_told_why_not():
    commands = [command for block in COMMANDS for command in commands_of(block)]
    told = [command for command in commands if not command.startswith(PYTHON) and command != ATTACHED]
    assert set(told) == set(ELSEWHERE)


@pytest.mark.parametrize("page", ["README.md", "walkthrough.md"])
def test_python_reads_the_marts(demo, tmp_path, page):
    (command,) = (c for block in COMMANDS if block.page == page for c in commands_of(block) if c.startswith(PYTHON))
    shutil.copy(demo.path, tmp_path / "account_prioritization.duckdb")
    done = subprocess.run([sys.executable, *shlex.split(command)[3:]], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert ("Blaukante Credit Partners" if page == "README.md" else "int32") in done.stdout


@pytest.mark.long
def test_who_moved(published):
    """Against marts in which one account had another tier for want of points."""
    for table in ("account_tiers", "account_score_contributions"):
        with published.connect() as connection:
            connection.execute("create schema if not exists before")
            connection.execute(f"create table before.{table} as select * from marts.{table}")
    with published.connect() as connection:
        (account,) = connection.execute("select account_id from marts.account_tiers where priority_rank = 1").fetchone()
        connection.execute("update before.account_tiers set tier = 'Tier 4', tier_number = 4 where priority_rank = 1")
        connection.execute(
            "update before.account_score_contributions set priority_contribution = priority_contribution - 9.04"
            f" where account_id = '{account}' and factor = 'decayed_signals' and scoring_model = 'weighted_composite'"
        )
    show = ("show", "--select", "who_moved", "--limit", "50", "--output", "json")
    run = published.dbt(*show, variables={"compare_with": "before"}).check()
    (row,) = json.loads(run.output[run.output.index("{") :])["show"]
    assert row["account_id"] == account
    assert (row["tier_before"], row["moved_most"], float(row["moved_by"])) == ("Tier 4", "decayed_signals", 9.0)


@pytest.mark.long
def test_raw_tables_of_an_attached_file(tmp_path):
    """The lines of `profiles.yml` and the command, cut down to one table."""
    (lines,) = (block.text for block in BLOCKS if block.page == "raw-tables.md" and block.language == "yaml")
    profiles = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
    profiles = profiles.replace("      type: duckdb\n", f"      type: duckdb\n{lines}").replace(
        "/data/", f"{tmp_path}/"
    )
    with duckdb.connect(str(tmp_path / "crm.duckdb")) as crm:
        crm.execute("create schema crm; use crm.crm; create table accounts as select 'a' account_id, 'A' account_name")
        crm.execute("create table signals (signal_id text, account_id text, signal_type text, occurred_at text)")
    warehouse = Warehouse(tmp_path, files={"profiles.yml": profiles})
    selection = ("--select", "stg_raw_tables__accounts", "--exclude-resource-type", "test", "unit_test")
    warehouse.dbt(*shlex.split(ATTACHED)[3:], *selection, project=warehouse.project()).check()
    assert [row["account_name"] for row in warehouse.query("select * from staging.stg_raw_tables__accounts")] == ["A"]


def dbt_commands() -> list[str]:
    """The dbt commands of all pages, within sentences, too."""
    pages = [PROJECT / "README.md", *(PROJECT / "docs").glob("*.md")]
    within = [c for page in pages for c in re.findall(r"`(?:uv run )?(dbt [^`]+)`", page.read_text(encoding="utf-8"))]
    blocks = [found[1] for b in COMMANDS for c in commands_of(b) if (found := re.search(r"uv run (dbt .*)", c))]
    return sorted({part.removeprefix("uv run ") for command in (*within, *blocks) for part in command.split(" && ")})


@pytest.mark.parametrize("command", dbt_commands())
def test_dbt_knows_the_command(command):
    """Its options are those of dbt, its vars and targets those of the project."""
    _, name, *arguments = shlex.split(command)
    known = cli.commands[name]
    if hasattr(known, "commands"):
        name, *arguments = arguments
        known = known.commands[name]
    folders = ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    given = known.make_context(name, [*arguments, *folders]).params
    project, profiles = (
        yaml.safe_load((PROJECT / name).read_text(encoding="utf-8")) for name in ("dbt_project.yml", "profiles.yml")
    )
    assert given["vars"].keys() <= project["vars"].keys()
    assert given["target"] in (None, "ci", *profiles["account_prioritization"]["outputs"])


@pytest.mark.parametrize("day", [23, 25, 27, 29, 30])
def test_the_days_of_the_walkthrough(compiled, day):
    """Both tables of the page that turn the clock back."""
    page = (PROJECT / "docs" / "walkthrough.md").read_text(encoding="utf-8")
    lines = [line for line in page.splitlines() if f"| 06-{day} 09:00 |" in line]
    marts = compiled.replay(demo_rows(), datetime(2026, 6, day, 9), primary_only(), tables=("account_tiers",))
    rows = {row["account_id"]: row for row in marts["account_tiers"]}

    def cells(account, *columns, last):
        row = rows[account]
        scores = " | ".join(f"{round(row[column], 2):g}" for column in columns)
        place = f"{row['priority_score']:.2f} | {row['priority_rank']} of {len(rows)}"
        return f"| {scores} | {place} | {row['engagement_status']} | {row['tier']} | {row[last]} |"

    marketing = cells("acme-marketing", "intent_score", "relationship_score", last="quadrant")
    logistics = cells("account-601", "fit_score", "intent_score", last="tier_reason")
    assert lines
    assert all(line.endswith((marketing, logistics)) for line in lines)
