"""Whatever commands it took: readers see what was built and tested as a whole, as soon as it was, and nothing else.

A miniature of the project runs real dbt commands; after each, what is published is what `ledger` says, by the contract's
words. Short stories first; then a machine of hypothesis runs commands, changes rows, rules and tests, and kills, in any order.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from publishing.ledger import MARTS, PARENTS, TESTED, Command, Ledger, as_rows
from publishing.miniature import DAYS, PRODUCTION, Done, Miniature, project_files
from worlds.small import try_sequences

pytestmark = pytest.mark.xdist_group("ledger")
BUILD, RUN, TEST, SEED = (Command(verb) for verb in ("build", "run", "test", "seed"))


def without_comments(tables: dict[str, Any]) -> dict[str, Any]:
    return {name: rows[1:] for name, rows in tables.items()}


class Story:
    """Commands one after another on one warehouse; after each, readers see what the ledger says."""

    def __init__(self, miniature: Miniature) -> None:
        self.miniature, self.last = miniature, None
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
        name, file = path.rpartition("/")[2], f"models/{path}.sql"
        sql = project_files()[file]
        self.miniature.write(file, sql if enabled else "{{ config(enabled=false) }}" + sql)
        if enabled:
            self.ledger.nodes[name] = PARENTS[name]
        else:
            self.ledger.nodes.pop(name, None)

    # --- Commands

    def do(self, command: Command, kill_at: int | str | None = None) -> Done:
        """A command, after which readers see what they must."""
        selected = self.ledger.selected(command)
        before = self.seen()
        done = self.miniature.dbt(*command.arguments, variables=command.variables, kill_at=kill_at)
        assert done.killed == (kill_at is not None), done.complaint
        self.ledger.begin(command, selected)
        if not done.killed:
            assert "--fail-fast" in command.flags or {name for name, _ in done.finished} == selected, done.complaint
            self.last = (command, selected, done.finished, self.miniature.target)
        self.ledger.end(command, done.invocation, selected, done.finished, done.killed)
        self.check(before, done, bool(selected))
        return done

    def retry(self, is_first: bool = True) -> Done:
        """`dbt retry` of the last command that was not killed: what failed of it or was skipped, with its settings."""
        command, _, finished, target = self.last
        selected = {name for name, outcome in finished if outcome in ("error", "fail", "skipped")}
        before = self.seen()
        done = self.miniature.dbt("retry", "--state", str(target), variables=command.variables, is_first=is_first)
        assert {name for name, _ in done.finished} == selected, done.complaint
        self.ledger.begin(command, selected)
        self.ledger.end(command, done.invocation, selected, done.finished)
        self.last = (command, selected, done.finished, target)
        self.check(before, done, bool(selected))
        return done

    def publish(self, **variables: Any) -> Done:
        """`dbt run-operation publish`."""
        before = self.seen()
        done = self.miniature.dbt("run-operation", "publish", variables=variables)
        self.check(before, done, True)
        return done

    # --- What readers see

    def seen(self) -> dict[str, Any]:
        """All that is published: tables, readers' file, history; and production's."""
        file = self.miniature.path.with_name("warehouse_marts.duckdb")
        history = {name: rows for name, rows in self.miniature.rows("history").items() if name in MARTS}
        marts, production = self.miniature.rows("marts"), self.miniature.rows(f"{PRODUCTION}_marts")
        return {"marts": marts, "file": self.miniature.rows("marts", file), "history": history, PRODUCTION: production}

    def check(self, before: dict[str, Any], done: Done, at_work: bool) -> None:
        """A command published if it had to, and else left what readers see as it was and said what is missing."""
        after, missing = self.seen(), self.ledger.missing()
        assert after[PRODUCTION] == before[PRODUCTION]
        if done.killed or not at_work or missing:
            assert {**after, "history": None} == {**before, "history": None}, (missing, done.complaint)
            assert (after["history"] or before["history"]) == (before["history"] or after["history"])
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
            assert without_comments(after["marts"]) == expected, done.complaint
            assert after["file"] == after["marts"]
            remembered = as_rows("account_tier_history", self.ledger.history)
            assert after["history"]["account_tier_history"][1:] == [{"raw_source": "raw", **row} for row in remembered]
            assert_of_one_build(expected)
            said = [line for line in done.about_publishing if line.startswith("Publishing ")]
            assert len(said) == len(done.about_publishing) >= is_new, done.complaint

    @property
    def is_published(self) -> bool:
        """Whether readers see what was built last."""
        return not self.ledger.missing()


WORDS = {
    "never ran": "has not run",
    "running": "was cut off",
    "error": "failed",
    "fail": "failed",
    "skipped": "was skipped",
    "empty": "was run with --empty",
    "deferred": "was run with --defer",
    "ran before its parents": "has not run since ",
    "another file was loaded": ".csv has changed since it was loaded",
}


def assert_names(line: str, missing: Mapping[str, str]) -> None:
    """A line says what is missing: three at most, and how many more. Of models that differ, one or another."""
    for name, why in missing.items():
        if why in WORDS and f" {name} " in line:
            assert f" {name} {WORDS[why]}" in line, (line, missing)
    named = set(re.findall(r"\w+", line)) & {*PARENTS, *TESTED, "renamed"}
    assert named <= missing.keys() | set(PARENTS), (line, missing)
    more = int("".join(re.findall(r" and (\d+) more", line)) or 0)
    alone = [why for why in missing.values() if why != "differs"]
    assert len(alone) <= (more + 3 if more else 3), (line, missing)
    assert more == 0 or more + 3 <= len(missing), (line, missing)


def assert_of_one_build(marts: dict[str, Any]) -> None:
    """The published rows, by their own words: of each node that they are made of one run, all for one as_of and one setting."""
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


def test_a_node_a_command(story):
    """As orchestrators run it: the marts are published with the last of them."""
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
    story.do(replace(RUN, select="stg_raw__accounts"))
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


@pytest.mark.long
def test_killed_at_any_statement(story):
    """Readers of the schema and of the file see the old build or the new one; the same command, once more, shows it to both."""
    story.do(BUILD)
    story.load(accounts="2")
    story.do(SEED)
    story.do(RUN)
    old, miniature = story.seen(), story.miniature
    miniature.keep("before")
    whole = miniature.dbt("test")
    new = story.seen()
    assert new["marts"] == new["file"] != old["marts"]
    for statement in range(1, whole.statements + 1):
        miniature.restore("before")
        assert miniature.dbt("test", kill_at=statement).killed
        after = story.seen()
        assert after["marts"] in (old["marts"], new["marts"]), statement
        assert after["file"] in (old["file"], after["marts"]), statement
        assert after["history"] == (new if after["marts"] == new["marts"] else old)["history"], statement
        again = miniature.dbt("test")
        assert again.succeeded, again.complaint
        assert story.seen() == new, f"killed at statement {statement} of {whole.statements}"
