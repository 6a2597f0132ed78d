"""What must be published after each command, by the words of the contract (section 10), for the models of `miniature`.

Shares nothing with the SQL: nodes, what each is made of, and what a command selects are written down a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from publishing.miniature import DAYS

PARENTS: Mapping[str, tuple[str, ...]] = {
    "tiers": (),
    "stg_raw_tables__accounts": (),
    "stg_raw_tables__signals": (),
    "stg_rules__tiers": ("tiers",),
    "int_scores": ("stg_raw_tables__accounts", "stg_raw_tables__signals", "stg_rules__tiers"),
    "int_notes": ("stg_raw_tables__signals",),
    "account_tiers": ("int_scores",),
    "unranked_accounts": ("int_scores",),
    "source_reconciliation": ("stg_raw_tables__accounts", "stg_raw_tables__signals"),
    "account_tier_history": ("account_tiers",),
}
TESTED: Mapping[str, tuple[str, ...]] = {
    "accounts_hold": ("stg_raw_tables__accounts",),
    "accounts_are_unique": ("account_tiers",),
    "tiers_are_of_accounts": ("account_tiers", "stg_raw_tables__accounts"),
    "sources_are_counted": ("source_reconciliation", "stg_raw_tables__accounts"),
}
MARTS = ("account_tiers", "unranked_accounts", "source_reconciliation", "account_tier_history")
GOOD = ("success", "pass", "warn", "no-op")


@dataclass(frozen=True)
class Command:
    """A dbt command: which nodes of which kind, and how."""

    verb: str
    select: str = ""
    exclude: str = ""
    flags: tuple[str, ...] = ()
    as_of: str = DAYS[0]
    fit_threshold: int = 60

    @property
    def arguments(self) -> list[str]:
        chosen = [
            *(("--select", self.select) if self.select else ()),
            *(("--exclude", self.exclude) if self.exclude else ()),
        ]
        return [self.verb, *chosen, *self.flags]

    @property
    def variables(self) -> dict[str, Any]:
        """Only what is not as dbt_project.yml says."""
        others = {"as_of": self.as_of} if self.as_of != DAYS[0] else {}
        return others | ({"fit_threshold": self.fit_threshold} if self.fit_threshold != 60 else {})


@dataclass(frozen=True)
class Ran:
    """The last run of a node: in the how-manieth command, how it ended, and for what."""

    command: int
    outcome: str
    as_of: str
    rules: tuple[str, int]


Rows = Callable[[], Any]


@dataclass
class Ledger:
    """All that is known of earlier commands, and what they made."""

    production: Mapping[str, Any] = field(default_factory=dict)
    rule_file: str = "first"
    raw: dict[str, str] = field(default_factory=dict)
    nodes: dict[str, tuple[str, ...]] = field(default_factory=lambda: {**PARENTS, **TESTED})
    ran: dict[str, Ran] = field(default_factory=dict)
    made: dict[str, Rows] = field(default_factory=dict)
    history: dict[str, tuple[str, str]] = field(default_factory=dict)
    published: dict[str, Any] | None = None
    published_after: int = 0
    commands: int = 0

    # --- What a command runs

    def kind(self, name: str) -> str:
        return "seed" if name == "tiers" else "model" if name in PARENTS else "test"

    def selected(self, command: Command) -> set[str]:
        """The nodes that a command runs, as dbt selects them: a test goes with any of the nodes it is of."""
        chosen = self.matched(command.select) if command.select else set(self.nodes)
        left_out = self.matched(command.exclude) if command.exclude else set()
        kinds = {"build": ("seed", "model", "test"), "run": ("model",), "test": ("test",), "seed": ("seed",)}
        return {name for name in chosen - left_out if self.kind(name) in kinds[command.verb]}

    def matched(self, selector: str) -> set[str]:
        name = selector.strip("+")
        if name not in self.nodes:
            return set()
        found = {name}
        if selector.startswith("+"):
            found |= self.above(name)
        if selector.endswith("+"):
            found |= {other for other in self.nodes if name in self.above(other)}
        return found | {test for test in self.nodes if self.kind(test) == "test" and found & set(self.nodes[test])}

    def above(self, name: str) -> set[str]:
        """The nodes that a node is made of, and those that they are made of."""
        return set(self.nodes[name]).union(*(self.above(parent) for parent in self.nodes[name]))

    # --- What it makes

    def begin(self, command: Command, selected: Iterable[str]) -> None:
        """A command has begun: of what it selected nothing is known until it has ended."""
        self.commands += 1
        rules = (self.rule_file, command.fit_threshold)
        for name in selected:
            self.ran[name] = Ran(self.commands, "running", command.as_of, rules)

    def end(
        self,
        command: Command,
        invocation: str,
        selected: set[str],
        outcomes: Iterable[tuple[str, str]],
        killed: bool = False,
    ) -> None:
        """What the nodes that ended made, in their order. Of a killed command no more is known than that."""
        for name, outcome in outcomes:
            if self.kind(name) != "test" and outcome == "success":
                self.make(name, command, invocation, selected)
            if killed:
                outcome = "running"
            elif outcome in GOOD:
                if "--empty" in command.flags:
                    outcome = "empty"
                elif "--sample" in command.flags:
                    outcome = "sample"
                elif "--defer" in command.flags and set(self.nodes[name]) - selected:
                    outcome = "deferred"
            self.ran[name] = replace(self.ran[name], outcome=outcome)

    def make(self, name: str, command: Command, invocation: str, selected: set[str]) -> None:
        """The rows of a seed or model: None where it has none."""
        this = f"{name} by {invocation} for {command.as_of} at {command.fit_threshold}"
        empty = "--empty" in command.flags

        def of(parent: str) -> Any:
            if empty:
                return None
            is_deferred = "--defer" in command.flags and parent not in selected
            if is_deferred and ("--favor-state" in command.flags or parent not in self.made):
                return self.production[parent]
            return self.made[parent]()

        def by(*parts: str | None) -> str | None:
            return None if None in parts else f"{this} ({' + '.join(map(str, parts))})"

        if name == "tiers":
            rows: Any = self.rule_file
        elif name == "stg_raw_tables__accounts":
            rows = by(None if empty else f"accounts {self.raw['accounts']}")
        elif name == "stg_raw_tables__signals":
            rows = by(None if empty else f"signals {self.raw['signals']}")
        elif name == "stg_rules__tiers":  # a view: shows what is in the seed whenever it is read
            self.made[name] = (lambda seed: lambda: by(seed()))(lambda: of("tiers"))
            return
        elif name == "source_reconciliation":
            rows = [(parent, int(of(parent) is not None), by(of(parent) or "")) for parent in self.nodes[name]]
        elif name == "account_tier_history":
            others = {} if empty else {day: row for day, row in self.history.items() if day != command.as_of[:10]}
            today = by(None if of("account_tiers") is None else of("account_tiers")[1])
            rows = others | ({} if today is None else {command.as_of[:10]: (command.as_of, today)})
        elif name == "account_tiers":
            rows = None if of("int_scores") is None else (command.as_of, by(of("int_scores")))
        else:
            rows = by(*(of(parent) for parent in self.nodes[name]))
        self.made[name] = lambda: rows

    # --- What must be published

    def missing(self) -> dict[str, str]:
        """What is still missing before the marts may be published: by node why, of models also that they differ."""
        told = {}
        for name, parents in self.nodes.items():
            ran = self.ran.get(name)
            if ran is None:
                told[name] = "never ran"
            elif ran.outcome not in GOOD:
                told[name] = ran.outcome
            elif any(parent in self.ran and self.ran[parent].command > ran.command for parent in parents):
                told[name] = "ran before its parents"
            elif name == "tiers" and ran.rules[0] != self.rule_file:
                told[name] = "another file was loaded"
        models = {name: self.ran[name] for name in self.nodes if self.kind(name) == "model" and name in self.ran}
        if len({(ran.as_of, ran.rules) for ran in models.values()}) > 1:
            told |= {name: "differs" for name in models if name not in told}
        return told

    def changed_since_published(self) -> bool:
        """Whether a model ran since the marts were published, so that a command has something to publish."""
        models = [self.ran[name] for name in self.nodes if self.kind(name) == "model"]
        return any(ran.command > self.published_after for ran in models)

    def publish(self) -> None:
        """The marts are shown to readers, and the day is remembered."""
        self.published_after = self.commands
        self.published = {mart: self.made[mart]() for mart in MARTS if mart in self.nodes}
        day = self.ran["account_tier_history"].as_of[:10]
        self.history = {other: row for other, row in self.history.items() if other != day}
        if day in self.published["account_tier_history"]:
            self.history[day] = self.published["account_tier_history"][day]


def moment(text: str) -> datetime:
    """An as_of as the tables have it."""
    return datetime.fromisoformat(text).replace(tzinfo=None)


def as_rows(mart: str, rows: Any) -> list[dict[str, Any]]:
    """What the ledger says that a mart holds, as the rows of a query."""
    if mart == "account_tiers":
        return [] if rows is None else [{"account_id": "a", "scored_at": moment(rows[0]), "made": rows[1]}]
    if mart == "source_reconciliation":
        return [
            {
                "source_table": name.removeprefix("stg_raw_tables__"),
                "rows_in": count,
                "standing": count,
                "rejected": 0,
                "unmatched": 0,
                "made": made,
            }
            for name, count, made in rows
        ]
    if mart == "account_tier_history":
        return [
            {
                "account_id": "a",
                "scoring_model": "m",
                "tier_date": moment(as_of).date(),
                "scored_at": moment(as_of),
                "made": made,
            }
            for _, (as_of, made) in sorted(rows.items())
        ]
    return [] if rows is None else [{"account_id": "a", "made": rows}]
