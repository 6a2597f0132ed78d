"""Tiers from one build day to the next: kept, told, held, and handed to a CRM, whatever order the days are built in.

A machine of hypothesis changes raw rows and rules and moves as_of forwards, back and within the day; after each build
all marts are what the recomputation says that started from what it had said before.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from builds.comparing import assert_agrees, exactly
from builds.compiled import CompiledProject, IncrementalWarehouse
from recomputation import recompute
from worlds.rule_sets import changed, primary_only, rows_of
from worlds.small import ACCOUNT, AS_OF, SIGNAL, TABLES, try_sequences, written

pytestmark = pytest.mark.worlds
WIDE = changed("tiers", {"tier_number": "1"}, primary_only(), min_score="20", max_share="", demotion_margin="10")
WIDE = changed("tiers", {"tier_number": "2"}, WIDE, min_score="12", max_share="0.4", demotion_margin="2.5")
WIDE = changed("tiers", {"tier_number": "3"}, WIDE, min_score="6", max_share="", demotion_margin="")
RULES = {
    "the primary model": primary_only(),
    "low tiers with margins": WIDE,
    "another primary model": {
        **WIDE,
        "scoring_models": rows_of("scoring_models", "weighted_composite | all | false\n other | all | true"),
        "scoring_dimensions": [*WIDE["scoring_dimensions"], *rows_of("scoring_dimensions", "other | plain | 1 | 10")],
        "scoring_rules": [
            *WIDE["scoring_rules"],
            *rows_of("scoring_rules", "other | plain | c=d | decayed_intent_points | | | | | 1 | Signals"),
        ],
        "tiers": [*WIDE["tiers"], *rows_of("tiers", "other | 1 | One | 50 | | | | | 5\n other | 2 | Two")],
    },
}


class Days(RuleBasedStateMachine):
    """Builds one after another, and what the recomputation made of them."""

    compiled: CompiledProject

    @initialize(world=st.fixed_dictionaries(TABLES))
    def begin(self, world):
        self.raw = {table: list(rows) for table, rows in world.items()}
        self.as_of, self.rules, self.expected = AS_OF, "low tiers with margins", None
        self.warehouse = IncrementalWarehouse(self.compiled)

    @rule(days=st.sampled_from([0, 1, 1, 1, 2, -1, -3]), hours=st.sampled_from([0, 0, 1, -1]))
    def move(self, days, hours):
        """Another as_of: the next day, a gap, a day of the past, another moment of the same day."""
        self.as_of += timedelta(days=days, hours=hours)

    @rule(account=ACCOUNT)
    def change_accounts(self, account):
        """An account comes, changes, is merged, deleted or becomes a customer."""
        self.raw["accounts"].append(account)

    @rule(rows=st.lists(SIGNAL, min_size=1, max_size=4))
    def load(self, rows):
        """New signals."""
        self.raw["signals"] += rows

    @rule(account_id=st.sampled_from("abc"), days=st.integers(1, 3))
    def snooze(self, account_id, days):
        """A rep returns an account."""
        today = self.as_of.date()
        row = {"account_id": account_id, "returned_on": today, "snooze_until": today + timedelta(days=days)}
        self.raw["account_returns"].append(row)

    @rule(name=st.sampled_from(sorted(RULES)))
    def change_rules(self, name):
        """Other tiers, another primary model."""
        self.rules = name

    @invariant()
    def as_recomputed(self):
        raw = written(self.raw, ties=False)
        found = self.warehouse.build(raw, self.as_of, RULES[self.rules])
        self.expected = recompute(raw, RULES[self.rules], self.as_of, before=self.expected)
        assert_agrees(found, self.expected)
        told = {row["account_id"]: row["row_hash"] for row in found["crm_tier_sync"]}
        assert len(set(told.values())) == len({repr(sorted(mapped(row))) for row in found["crm_tier_sync"]})
        again = self.warehouse.build(raw, self.as_of, RULES[self.rules])
        assert exactly(again) == exactly(found), "building the same as_of twice changes nothing"


def mapped(row):
    """What a CRM is told of an account, but for the account."""
    return [(name, value) for name, value in row.items() if name not in ("account_id", "row_hash", "changed_at")]


def test_any_sequence_of_days(compiled_by_load):
    Days.compiled = compiled_by_load
    try_sequences(Days, 4)
