"""Whatever commands it took: readers see what was built and tested as a whole, as soon as it was, and nothing else.

A miniature of the project runs real dbt commands; after each, what is published is what `ledger` says, by the words of
the contract. Short stories first; then a machine of hypothesis runs commands, changes rows, rules and tests, and kills.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
import yaml
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from publishing.ledger import MARTS, PARENTS, TESTED, Command, Ledger, as_rows
from publishing.miniature import DAYS, PRODUCTION, Done, Miniature, project_files
from worlds.small import try_sequences

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("ledger")]
BUILD, RUN, TEST, SEED = (Command(verb) for verb in ("build", "run", "test", "seed"))


def without_comments(tables: dict[str, Any]) -> dict[str, Any]:
    return {name: rows[1:] for name, rows in tables.items()}


class Story:
    """Commands one after another on one warehouse; after each, readers see what the ledger says."""

    def __init__(self, miniature: Miniature) -> None:
        self.miniature, self.last, self.chosen = miniature, None, set()
        miniature.start_again()
        self.ledger = Ledger(production=miniature.production)
        self.load()

    # --- What is changed between commands

    def load(self, **cells: str) -> None:
        """Raw rows, of another version or such that a node fails."""
        self.ledger.raw = {"accounts": "1", "signals": "1", **self.ledger.raw, "spoiled": "", **cells}
        self.miniature.load(**self.ledger.raw)

    def write_rules(self, tier: str) -> None:
        self.ledger.rule_file = tier
        self.miniature.write("seeds/tiers.csv", f"tier\n{tier}\n")

    def remove_test(self, name: str) -> None:
        self.miniature.remove(f"tests/sql/marts/{name}.sql")
        del self.ledger.nodes[name]

    def write_test(self, name: str, severity: str = "error") -> None:
        """A data test of the tiers."""
        sql = project_files()["tests/sql/marts/tiers_are_of_accounts.sql"]
        self.miniature.write(f"tests/sql/marts/{name}.sql", f'{{{{ config(severity="{severity}") }}}}{sql}')
        self.ledger.nodes[name] = TESTED["tiers_are_of_accounts"]

    def break_model(self, path: str, broken: bool) -> None:
        file = f"models/{path}.sql"
        self.miniature.write(file, project_files()[file] + " nonsense (" * broken)

    def enable(self, path: str, enabled: bool) -> None:
        """Disables a model, or has it as it was. A declared one is disabled there, else dbt forgets the rest."""
        name, file, declared = path.rpartition("/")[2], f"models/{path}.sql", "models/marts/_marts__models.yml"
        sql, models = project_files()[file], yaml.safe_load(project_files()[declared])
        if name in MARTS:
            for each in models["models"]:
                each |= {} if enabled or each["name"] != name else {"config": {"enabled": False}}
            self.miniature.write(declared, yaml.safe_dump(models))
        elif not enabled:
            sql = "{{ config(enabled=false) }}" + sql
        self.miniature.write(file, sql)
        self.ledger.nodes.pop(name, None)
        if enabled:
            self.ledger.nodes[name] = PARENTS[name]

    # --- Commands

    def do(self, command: Command, kill_at: int | str | None = None) -> Done:
        """A command, after which readers see what they must. It ends, if what it is killed at does not come."""
        selected = self.ledger.selected(command)
        before = self.seen()
        done = self.miniature.dbt(*command.arguments, variables=command.variables, kill_at=kill_at)
        assert kill_at or not done.killed
        if not done.killed:
            assert "--fail-fast" in command.flags or {name for name, _ in done.finished} == selected, done.complaint
            self.last = (command, done.finished, self.miniature.target)
        if not kill_at:
            self.chosen = selected  # in this process, unless the command ran in a copy of it
        return self.ended(command, selected, selected, before, done)

    def retry(self, is_first: bool = True) -> Done:
        """`dbt retry` of the last command that was not killed: what failed of it or was skipped, with its settings.
        In a process that ran another command it knows, of that one, what was chosen."""
        command, finished, target = self.last
        retried = {
            name for name, outcome in finished if outcome in ("error", "fail", "skipped")
        } & self.ledger.nodes.keys()
        before = self.seen()
        done = self.miniature.dbt("retry", "--state", str(target), variables=command.variables, is_first=is_first)
        assert "--fail-fast" in command.flags or {name for name, _ in done.finished} == retried, done.complaint
        self.last = (command, done.finished, target)
        self.chosen = set() if is_first else self.chosen
        return self.ended(command, retried, self.chosen, before, done)

    def ended(self, command: Command, ran: set[str], chosen: set[str], before: dict[str, Any], done: Done) -> Done:
        self.ledger.begin(command, ran)
        self.ledger.end(command, done.invocation, chosen, done.finished, done.killed)
        self.check(before, done, bool(ran))
        return done

    def publish(self, **variables: Any) -> Done:
        """`dbt run-operation publish`."""
        before = self.seen()
        done = self.miniature.dbt("run-operation", "publish", variables=variables)
        self.last = None  # it is what dbt would retry
        self.check(before, done, True)
        return done

    # --- What readers see

    def seen(self) -> dict[str, Any]:
        """All that is published: tables, readers' file, history; and production's."""
        file = self.miniature.path.with_name("warehouse_marts.duckdb")
        history = self.miniature.rows("history").get("account_tier_history", [None])[1:]
        marts, production = self.miniature.rows("marts"), self.miniature.rows(f"{PRODUCTION}_marts")
        return {"marts": marts, "file": self.miniature.rows("marts", file), "history": history, PRODUCTION: production}

    def check(self, before: dict[str, Any], done: Done, at_work: bool) -> None:
        """A command published if it had to, and else left what readers see as it was and said what is missing."""
        after, missing = self.seen(), self.ledger.missing()
        assert after[PRODUCTION] == before[PRODUCTION]
        if done.killed or not at_work or missing:
            assert after == before, (missing, done.complaint)
        if not at_work:
            assert done.about_publishing == []
        elif missing and not done.killed:
            (line,) = done.about_publishing
            assert line.startswith("NOT PUBLISHED: "), line
            assert_names(line, missing)
        elif not done.killed:
            is_new = self.ledger.changed_since_published()
            self.ledger.publish()
            expected = {mart: as_rows(mart, rows) for mart, rows in self.ledger.published.items()}
            assert without_comments(after["file"]) == expected, done.complaint
            assert {mart: after["marts"][mart] for mart in expected} == after["file"]
            remembered = as_rows("account_tier_history", self.ledger.history)
            assert after["history"] == [{"raw_source": "raw", **row} for row in remembered]
            assert_of_one_build(expected)
            said = [line for line in done.about_publishing if line.startswith("Publishing ")]
            assert len(said) == len(done.about_publishing) >= is_new, done.complaint

    @property
    def is_published(self) -> bool:
        """Whether readers see what was built last."""
        return not self.ledger.missing()


WORDS = {
    "never ran": "has not run",
    "running": "is running or was cut off",
    "error": "failed",
    "fail": "failed",
    "skipped": "was skipped",
    "empty": "was run with --empty",
    "sample": "was run with --sample",
    "deferred": "was run with --defer",
    "ran before its parents": r"has not run since \w+ did",
    "another file was loaded": ".csv has changed since it was loaded",
    "differs": r"is as of [\d :-]+, \w+ as of [\d :-]+\d|was built by other rules or settings than \w+",
}


def assert_names(line: str, missing: Mapping[str, str]) -> None:
    """A line says what is missing: three at most, and how many more. Of models that differ, at least one. Where that is
    by their moments, it says what to do."""
    line, advice, _ = line.partition(" Without the var `as_of` each command scores for the moment when it starts")
    assert bool(advice) == (" is as of " in line), line
    clause = rf"(\w+) ?({'|'.join(WORDS.values())})"
    whole = re.fullmatch(
        rf"NOT PUBLISHED: ((?:(?:, )?{clause})+?)(?: and (\d+) more)?; `marts` keeps the last good build\.", line
    )
    assert whole, line
    told, more = re.findall(rf"{clause}(?=, |$)", whole[1]), int(whole[4] or 0)
    for name, words in told:
        assert re.fullmatch(WORDS[missing[name]], words), (line, missing)
    assert len(told) == 3 if more else 1 <= len(told) <= 3, line
    assert len([why for why in missing.values() if why != "differs"]) <= len(told) + more <= len(missing), (
        line,
        missing,
    )


def assert_of_one_build(marts: dict[str, Any]) -> None:
    """The published rows, by their own words: of each node one run, all for one as_of and one setting."""
    day = max((row["scored_at"] for row in marts["account_tiers"]), default=None)
    shown = [row["made"] for rows in marts.values() for row in rows if row.get("scored_at", day) == day]
    found = set(re.findall(r"(\w+) by (\S+) for (\S+ at \S+) ", " ".join(shown)))
    assert len(found) == len({name for name, *_ in found}), found
    assert len({settings for *_, settings in found}) <= 1, found


@pytest.fixture(scope="module")
def miniature(tmp_path_factory) -> Iterator[Miniature]:
    made = Miniature(tmp_path_factory.mktemp("miniature"))
    yield made
    made.close()


@pytest.fixture
def story(miniature) -> Story:
    return Story(miniature)


# --- Stories ---------------------------------------------------------------------------------------------------------


@pytest.mark.beyond_ci
def test_a_node_a_command(story):
    """As orchestrators run it: the marts are published with the last of them. Tests of nothing harm nothing."""
    story.do(TEST)
    for name in (*PARENTS, *TESTED):
        assert not story.is_published, name
        verb = {"seed": SEED, "model": RUN, "test": TEST}[story.ledger.kind(name)]
        story.do(replace(verb, select=name))
    assert story.is_published


def test_run_and_test(story):
    """The day that is remembered is that of the models, whatever the tests are run for."""
    story.do(SEED)
    story.do(RUN)
    assert not story.is_published
    story.do(replace(TEST, as_of=DAYS[1], fit_threshold=70))
    assert story.is_published
    story.do(TEST)
    story.publish()
    assert list(story.ledger.history) == [DAYS[0][:10]]


def test_what_failed_is_mended_and_retried(story):
    story.break_model("intermediate/scoring/int_scores", broken=True)
    story.load(spoiled="tiers_are_of_accounts")
    failed = story.do(BUILD)
    assert {name for name, outcome in failed.finished if outcome == "error"} == {"int_scores"}
    story.break_model("intermediate/scoring/int_scores", broken=False)
    failed = story.retry(is_first=False)
    assert {name for name, outcome in failed.finished if outcome == "fail"} == {"tiers_are_of_accounts"}
    assert not story.is_published
    story.write_test("tiers_are_of_accounts", "warn")
    assert story.retry().finished == [("tiers_are_of_accounts", "warn"), ("account_tier_history", "success")]
    assert story.is_published
    assert story.retry().finished == []


def test_a_killed_command(story):
    """What it was about to run is not known to be whole, until it has run again."""
    story.do(BUILD)
    story.load(accounts="2")
    story.do(BUILD, kill_at="NodeStart int_scores")
    assert story.ledger.missing()["accounts_are_unique"] == "running"
    story.do(TEST)
    story.publish()
    assert not story.is_published
    story.do(RUN)
    story.do(SEED)
    assert not story.is_published, "the seed was loaded after what is made of it"
    story.do(BUILD)
    assert story.is_published


def test_a_removed_and_a_renamed_test(story):
    """What is no longer asked holds nothing back, what is asked for the first time does."""
    story.load(spoiled="tiers_are_of_accounts")
    story.do(BUILD)
    assert set(story.ledger.missing()) == {"tiers_are_of_accounts", "account_tier_history"}
    story.remove_test("tiers_are_of_accounts")
    story.do(replace(RUN, select="account_tier_history"))
    assert story.is_published
    story.write_test("renamed")
    story.publish()
    assert story.ledger.missing() == {"renamed": "never ran"}
    story.load()
    story.do(BUILD)
    assert story.is_published


def test_a_parent_that_was_rebuilt(story):
    story.do(BUILD)
    story.load(accounts="2")
    story.do(replace(RUN, select="stg_raw_tables__accounts"))
    story.do(TEST)
    assert set(story.ledger.missing()) == {"int_scores", "source_reconciliation"}
    story.do(replace(BUILD, select="int_scores+"))
    assert set(story.ledger.missing()) == {"source_reconciliation"}
    story.do(replace(BUILD, select="source_reconciliation"))
    assert story.is_published


def test_flags(story):
    """What is built from nothing counts; rows of nothing and of other places do not."""
    defer = ("--defer", "--favor-state", "--state", str(story.miniature.folder / "production"))
    story.do(replace(BUILD, select="int_scores+", flags=defer))
    story.do(replace(BUILD, exclude="int_scores"))
    assert story.ledger.missing() == {"int_scores": "deferred"}
    story.do(replace(BUILD, flags=("--full-refresh",)))
    assert story.is_published
    story.do(replace(BUILD, select="unranked_accounts", flags=("--empty",)))
    assert story.ledger.missing() == {"unranked_accounts": "empty"}
    story.do(replace(RUN, select="unranked_accounts", flags=("--sample", "1 day")))
    assert story.ledger.missing() == {"unranked_accounts": "sample"}
    story.do(replace(BUILD, select="unranked_accounts", flags=defer))
    assert story.ledger.missing() == {"unranked_accounts": "deferred"}
    story.do(replace(RUN, select="unranked_accounts", flags=("--full-refresh",)))
    assert story.is_published


def test_a_disabled_node_and_a_warning(story):
    story.load(spoiled="sources_are_counted")
    story.break_model("intermediate/scoring/int_notes", broken=True)
    assert ("sources_are_counted", "warn") in story.do(BUILD).finished
    assert story.ledger.missing() == {"int_notes": "error"}
    story.enable("intermediate/scoring/int_notes", False)
    story.publish()
    assert story.is_published
    story.enable("intermediate/scoring/int_notes", True)
    story.do(TEST)
    assert story.ledger.missing() == {"int_notes": "error"}
    story.enable("marts/unranked_accounts", False)
    story.do(BUILD)
    assert story.is_published


@pytest.mark.beyond_ci
def test_days_rules_and_settings(story):
    """All models are of one as_of and one set of rules, and the rule files are loaded as they are."""
    story.do(BUILD)
    story.do(replace(BUILD, select="account_tiers+", as_of=DAYS[1]))
    assert set(story.ledger.missing().values()) == {"differs"}
    story.do(replace(BUILD, as_of=DAYS[1]))
    assert list(story.ledger.history) == [day[:10] for day in DAYS]
    story.do(replace(RUN, select="int_notes", as_of=DAYS[1], fit_threshold=70))
    assert set(story.ledger.missing().values()) == {"differs"}
    story.do(replace(RUN, select="int_notes", as_of=DAYS[1]))
    assert story.is_published
    story.write_rules("second")
    story.do(TEST)
    assert story.ledger.missing() == {"tiers": "another file was loaded"}
    story.do(BUILD)
    assert story.is_published


@pytest.mark.beyond_ci
def test_as_of_the_start_of_each_command(story):
    """Models that one command ran share its moment, and their day is remembered whenever they are tested."""
    now, miniature = {"as_of": None}, story.miniature
    miniature.dbt("seed", variables=now)
    miniature.dbt("run", variables=now)
    (line,) = miniature.dbt("test", variables=now).about_publishing
    assert line.startswith("Publishing "), line
    (remembered,) = story.seen()["history"]
    assert remembered["tier_date"] == remembered["scored_at"].date()
    assert remembered["scored_at"] == story.seen()["marts"]["account_tiers"][1]["scored_at"]
    (line,) = miniature.dbt("build", "--select", "account_tiers+", variables=now).about_publishing
    assert re.search(r"NOT PUBLISHED: int_notes is as of [\d:. -]+, account_tier_history as of [\d:. -]+, ", line), line


@pytest.mark.beyond_ci
def test_publishing_that_is_required(story):
    """A command that publishes nothing fails, and is taken for what it did all the same."""
    required = {"require_publish": True}
    assert story.miniature.dbt("seed", variables=required).about_publishing[0].startswith("NOT PUBLISHED: ")
    assert not story.miniature.dbt("run", variables=required).succeeded
    assert not story.miniature.dbt("run-operation", "publish", variables=required).succeeded
    assert story.miniature.dbt("test", variables=required).succeeded
    assert set(story.seen()["marts"]) == set(MARTS)


@pytest.mark.beyond_ci
def test_what_shrank_is_published_when_asked_for(story):
    """A guard holds publishing back until it is told that all is right; nothing has to be built for that."""
    story.do(BUILD)
    before = story.seen()
    with story.miniature.connect() as connection:
        connection.execute("delete from raw.accounts")
    for command in (("build",), ("test",), ("run-operation", "publish")):
        (line,) = story.miniature.dbt(*command).about_publishing
        assert line.startswith("NOT PUBLISHED: 0 ranked accounts where 1 were published"), line
        assert story.seen() == before
    (line,) = story.miniature.dbt("run-operation", "publish", variables={"max_shrink_share": 1}).about_publishing
    assert line.startswith("Publishing "), line
    assert story.seen()["marts"]["account_tiers"][1:] == []


@pytest.mark.beyond_ci
def test_killed_at_any_statement(story):
    """Readers of the schema and of the file see the old build or the new; the command, once more, shows it to both."""
    story.do(BUILD)
    story.load(accounts="2")
    story.do(SEED)
    story.do(RUN)
    old, miniature = story.seen(), story.miniature
    miniature.keep("before")
    whole = miniature.dbt("test")
    new = story.seen()
    assert new["marts"] == new["file"] != old["marts"]
    last = whole.statements - 8
    for statement in (*range(1, last, 4), *range(last, whole.statements + 1)):
        miniature.restore("before")
        assert miniature.dbt("test", kill_at=statement).killed
        after = story.seen()
        assert after["marts"] in (old["marts"], new["marts"]), statement
        assert after["file"] in (old["file"], after["marts"]), statement
        assert after["history"] == (new if after["marts"] == new["marts"] else old)["history"], statement
        again = miniature.dbt("test")
        assert again.succeeded, again.complaint
        assert story.seen() == new, f"killed at statement {statement} of {whole.statements}"


@pytest.mark.beyond_ci
def test_a_build_killed_at_any_statement(story):
    """Readers see one build, the old or the new, and of the next, which is of other rows, nothing of the killed one."""
    whole = story.do(BUILD)
    for statement in range(1, whole.statements, 14):
        story.load(accounts=f"killed {statement}")
        before = story.seen()["marts"]
        done = story.miniature.dbt("build", kill_at=statement)
        story.ledger.begin(BUILD, story.ledger.nodes)
        story.ledger.end(BUILD, done.invocation, set(), done.finished, killed=True)
        marts = story.seen()["marts"]
        assert done.killed
        assert marts == before or whole.statements - statement < 15, statement
        assert_of_one_build(without_comments(marts))
        story.load(accounts=f"after {statement}")
        if done.finished:
            story.do(TEST)
        story.do(BUILD)
        assert story.is_published


# --- Any sequence ----------------------------------------------------------------------------------------------------

NODES = sorted({*PARENTS, *TESTED})
SELECTED = st.one_of(
    st.just(""),
    st.sampled_from(NODES),
    st.sampled_from(NODES).map("+{}".format),
    st.sampled_from(NODES).map("{}+".format),
)
FLAGS = {
    "build": ("--full-refresh", "--empty", "--defer", "--defer --favor-state", "--fail-fast"),
    "run": ("--full-refresh", "--empty", "--defer", "--defer --favor-state", "--fail-fast"),
    "test": ("--defer", "--defer --favor-state", "--fail-fast"),
    "seed": ("--full-refresh",),
}


@st.composite
def commands(draw: st.DrawFn) -> Command:
    """Commands, more often plain ones than others."""
    verb = draw(st.sampled_from(["build", "build", "run", "test", "seed"]))
    flags = draw(st.sampled_from(["", "", "", *FLAGS[verb]]))
    excluded = draw(st.sampled_from(["", "", "", *NODES]))
    return Command(verb, draw(SELECTED), excluded, tuple(flags.split()))


class Commands(RuleBasedStateMachine):
    """Commands in any order, and what may change between them."""

    miniature: Miniature

    @initialize(is_built=st.booleans())
    def begin(self, is_built):
        self.story, self.settings, self.version = Story(self.miniature), {}, 1
        if is_built:
            self.story.do(BUILD)

    def like_now(self, command):
        """The command for the as_of and the setting of the moment."""
        if "--defer" in command.flags:
            command = replace(command, flags=(*command.flags, "--state", str(self.miniature.folder / "production")))
        return replace(command, **self.settings)

    @rule(command=commands())
    def run(self, command):
        """Any command."""
        self.story.do(self.like_now(command))

    @rule(command=st.sampled_from([BUILD, BUILD, TEST, TEST, RUN, SEED]))
    def run_all(self, command):
        """A command as most are: of everything."""
        self.story.do(self.like_now(command))

    @rule(pick=st.integers(0, 99))
    def run_what_is_missing(self, pick):
        """A node that holds publishing back is run, as orchestrators do."""
        if missing := sorted(self.story.ledger.missing()):
            self.story.do(self.like_now(Command("build", missing[pick % len(missing)])))

    @rule(
        name=st.sampled_from(["int_notes", "source_reconciliation", "account_tier_history"]),
        changed=st.sampled_from(["as_of", "setting"]),
    )
    def run_for_another(self, name, changed):
        """A model that no other is made of runs for another as_of, or by another setting, than the others just did."""
        if self.story.ledger.missing():
            self.story.do(self.like_now(BUILD))
        command = self.like_now(replace(RUN, select=name))
        if changed == "as_of":
            self.story.do(replace(command, as_of=DAYS[command.as_of == DAYS[0]]))
        else:
            self.story.do(replace(command, fit_threshold=130 - command.fit_threshold))

    @rule(command=commands(), event=st.sampled_from(["NodeStart", "NodeFinished"]), pick=st.integers(0, 99))
    def kill(self, command, event, pick):
        """A command is killed before or after one of its nodes."""
        command = self.like_now(command)
        if selected := sorted(self.story.ledger.selected(command)):
            self.story.do(command, kill_at=f"{event} {selected[pick % len(selected)]}")

    @rule(asked=st.sampled_from(["retry", "retry in a process of its own", "publish"]))
    def retry_or_publish(self, asked):
        """`dbt retry`, `dbt run-operation publish`."""
        if asked == "publish":
            self.story.publish(**Command("build", **self.settings).variables)
        elif self.story.last:
            self.story.retry(is_first=asked != "retry")

    @rule(as_of=st.sampled_from(DAYS), fit_threshold=st.sampled_from([60, 60, 70]))
    def move(self, as_of, fit_threshold):
        """Another as_of, another setting."""
        self.settings = {"as_of": as_of, "fit_threshold": fit_threshold}

    @rule(
        table=st.sampled_from(["accounts", "signals"]),
        spoiled=st.sampled_from(["", "", "", "int_scores", *sorted(TESTED)]),
    )
    def load(self, table, spoiled):
        """Other raw rows, at which a node may fail, or a test warn."""
        self.version += 1
        self.story.load(**{table: str(self.version), "spoiled": spoiled})

    @rule(tier=st.sampled_from(["first", "second"]))
    def write_rules(self, tier):
        """A rule file is changed, or changed back."""
        self.story.write_rules(tier)

    @rule(name=st.sampled_from(["tiers_are_of_accounts", "renamed"]), severity=st.sampled_from(["", "error", "warn"]))
    def change_test(self, name, severity):
        """A test comes, goes, or is as severe as another."""
        if severity:
            self.story.write_test(name, severity)
        elif name in self.story.ledger.nodes:
            self.story.remove_test(name)

    @rule(
        path=st.sampled_from(["intermediate/scoring/int_notes", "marts/unranked_accounts"]),
        state=st.sampled_from(["", "broken", "disabled"]),
    )
    def change_model(self, path, state):
        """A model is disabled, broken or mended."""
        self.story.enable(path, state != "disabled")
        if state == "broken":
            self.story.break_model(path, broken=True)


@pytest.mark.beyond_ci
def test_any_sequence_of_commands(miniature):
    Commands.miniature = miniature
    try_sequences(Commands, 20, steps=12)
