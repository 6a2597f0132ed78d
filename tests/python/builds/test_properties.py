"""What must always hold, on worlds that hypothesis makes up: order, time, monotony, sums, and the oracle."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builds.comparing import assert_agrees, exactly
from recomputation import recompute
from recomputation.reading import read_all
from recomputation.rules import read_rules
from recomputation.tiers import capacity
from worlds.committed import rules
from worlds.dirty import facts, spelled
from worlds.rule_sets import changed, other_numbers, primary_only, side_by_side
from worlds.small import AS_OF, WORLDS, written

pytestmark = pytest.mark.worlds
STEPS = ("score", "capacity")  # what the other steps move, or would have moved, takes no place
SCORES = ("priority_score", "fit_score", "intent_score", "relationship_score", "strategic_score")


def examples(count: int):
    """So many worlds, the same in every run."""
    quiet = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
    return settings(max_examples=count, deadline=None, derandomize=True, database=None, suppress_health_check=quiet)


TIERS = ("account_tiers",)
RULE_SETS = {"committed": rules(), "side by side": side_by_side(), "other numbers": other_numbers(3)}


@pytest.mark.parametrize("name", RULE_SETS)
@examples(10)
@given(world=WORLDS)
def test_the_oracle_agrees(compiled, name, world):
    raw = written(world, ties=False)
    assert_agrees(compiled.replay(raw, AS_OF, RULE_SETS[name]), recompute(raw, RULE_SETS[name], AS_OF))


@examples(6)
@given(world=WORLDS, seed=st.integers(0, 99))
def test_the_order_of_rows_does_not_matter(compiled, world, seed):
    raw, rng = written(world), random.Random(seed)
    shuffled = {table: rng.sample(rows, len(rows)) for table, rows in raw.items()}
    assert exactly(compiled.replay(shuffled, AS_OF)) == exactly(compiled.replay(raw, AS_OF))


def test_versions_whose_texts_run_together(compiled):
    """Two versions of one moment that differ only in which column a '|' belongs to; one stands, in any order."""
    both = [
        {"account_id": "a", "account_name": "A", "domain": "x|y", "country": None},
        {"account_id": "a", "account_name": "A", "domain": "x", "industry": "y|"},
    ]
    first, second = (compiled.replay({"accounts": rows}, AS_OF) for rows in (both, both[::-1]))
    assert exactly(first) == exactly(second)


@pytest.mark.parametrize("rule_rows", [rules(), other_numbers(4)], ids=["committed", "other numbers"])
def test_the_number_of_threads_does_not_matter(compiled, rule_rows):
    raw = spelled(facts(21, rule_rows, 400, 6_000), 21)
    marts = [exactly(compiled.replay(raw, AS_OF, rule_rows, threads=threads)) for threads in (1, 4)]
    assert marts[0] == marts[1]


@examples(8)
@given(world=WORLDS, move=st.integers(-1000, 1000))
def test_moving_everything_by_whole_days_changes_no_score(compiled, world, move):
    moved = {"scored_at", "engaged_since", "respond_by", "occurred_at", "last_outbound_at", "raw_record", "record_key"}
    moved |= {"tier_date", "changed_at", "tier_since", "next_touch_due_on", "next_step", "answered_at", "hot_since"}
    moved |= {"last_inbound_at", "last_occurred_at", "day", "window_ends_at", "happened_at"}
    moved |= {"week_begins_on", "month_begins_on"}
    moved |= {"is_backfilled"}  # by the clock of the build
    before = compiled.replay(written(world, ties=False), AS_OF)
    after = compiled.replay(written(world, move, ties=False), AS_OF + timedelta(days=move))
    assert exactly(before, without=moved) == exactly(after, without=moved)
    for old, new in zip(
        *(sorted(m["account_tiers"], key=lambda r: r["account_id"]) for m in (before, after)), strict=True
    ):
        for column in ("engaged_since", "respond_by"):
            assert (old[column] and old[column] + timedelta(days=move)) == new[column]


@examples(8)
@given(world=WORLDS, more=WORLDS)
def test_one_more_signal_never_lowers_a_score(compiled, world, more):
    raw = written(world, ties=False)
    further = [{**row, "signal_id": f"more {n}"} for n, row in enumerate(written(more)["signals"])]
    before, after = (
        {row["account_id"]: row for row in compiled.replay(rows, AS_OF, tables=TIERS)["account_tiers"]}
        for rows in (raw, {**raw, "signals": raw["signals"] + further})
    )
    assert before.keys() == after.keys()
    for account_id, row in before.items():
        for column in (*SCORES, "decayed_intent_points"):
            assert after[account_id][column] >= row[column], (account_id, column)


@pytest.mark.parametrize("limit", ["1", "2"])
def test_one_more_signal_with_a_limit_a_day_and_a_cap(compiled, limit):
    rule_rows = changed("signal_types", {}, daily_limit_per_contact=limit, max_points="60")
    raw = spelled(facts(22, rule_rows, 60, 900), 22)
    signals, half = raw["signals"], len(raw["signals"]) // 2
    before, after = (
        {
            row["account_id"]: row
            for row in compiled.replay({**raw, "signals": rows}, AS_OF, rule_rows, tables=TIERS)["account_tiers"]
        }
        for rows in (without_later_versions(signals[:half], signals), signals)
    )
    for account_id, row in before.items():
        assert after[account_id]["decayed_intent_points"] >= row["decayed_intent_points"], account_id


def without_later_versions(some, everything):
    """The signals of which all versions are among some, so that what is missing is whole signals."""
    rest = {row["signal_id"].strip() for row in everything[len(some) :] if row["signal_id"]}
    return [row for row in some if row["signal_id"] and row["signal_id"].strip() not in rest]


@examples(6)
@given(world=WORLDS, line=st.integers(0, 39), more=st.sampled_from(["0.01", "1", "7.5"]))
def test_more_points_in_a_rule_never_lower_a_score(compiled, world, line, more):
    raw, rule_rows = written(world, ties=False), primary_only()
    row = rule_rows["scoring_rules"][line]
    column = "points" if row["points"] else "points_per_unit"
    row[column] = str(Decimal(row[column]) + Decimal(more))
    before, after = (
        {row["account_id"]: row for row in compiled.replay(raw, AS_OF, rows, tables=TIERS)["account_tiers"]}
        for rows in (primary_only(), rule_rows)
    )
    assert all(after[key][score] >= row[score] for key, row in before.items() for score in SCORES)


@examples(6)
@given(world=WORLDS, picks=st.lists(st.integers(0, 999), max_size=20))
def test_rows_that_arrive_twice_only_count_as_superseded(compiled, world, picks):
    raw = written(world)
    twice = {table: rows + [rows[pick % len(rows)] for pick in picks if rows] for table, rows in raw.items()}
    once, again = compiled.replay(raw, AS_OF), compiled.replay(twice, AS_OF)
    changing = ("rejected_records", "source_reconciliation", "unmapped_values")
    assert exactly({t: r for t, r in once.items() if t not in changing}) == exactly(
        {table: rows for table, rows in again.items() if table not in changing}
    )
    counts, more = ({row["source_table"]: row for row in marts["source_reconciliation"]} for marts in (once, again))
    for table, row in counts.items():
        assert (row["standing"], row["deleted"]) == (more[table]["standing"], more[table]["deleted"])
        assert more[table]["rows_in"] == len(twice.get(table, []))
        assert set(exactly(once)["rejected_records"]) == set(exactly(again)["rejected_records"])


@examples(8)
@given(world=WORLDS, name=st.sampled_from(sorted(RULE_SETS)))
def test_sums_ranks_and_places(compiled, world, name):
    raw, rule_rows = written(world, ties=False), RULE_SETS[name]
    marts = compiled.replay(raw, AS_OF, rule_rows, tested=True)
    models, scores = read_rules(rule_rows).models, marts["account_scores"]
    standing = {row["source_table"]: row["standing"] for row in marts["source_reconciliation"]}
    for row in marts["source_reconciliation"]:
        assert row["rows_in"] == row["standing"] + row["superseded"] + row["deleted"] + row["rejected"]
        assert row["rows_in"] == len(raw.get(row["source_table"], []))

    sums: dict[tuple[str, str], float] = {}
    for line in marts["account_score_contributions"]:
        key = line["account_id"], line["scoring_model"]
        sums[key] = sums.get(key, 0) + line["priority_contribution"]
    assert sums.keys() == {(row["account_id"], row["scoring_model"]) for row in scores}
    for row in scores:
        assert abs(sums[row["account_id"], row["scoring_model"]] - row["priority_score"]) <= 1e-6

    # those who are placed by hand or strategic may be where they would be anyway
    placed = len(raw.get("tier_overrides", [])) + sum(bool(row.get("is_strategic")) for row in raw["accounts"])
    for model in models:
        ranked = [row for row in scores if row["scoring_model"] == model.scoring_model]
        unranked = [row for row in marts["unranked_accounts"] if row["scoring_model"] == model.scoring_model]
        assert sorted(row["priority_rank"] for row in ranked) == list(range(1, len(ranked) + 1))
        assert len({row["account_id"] for row in ranked + unranked}) == len(ranked) + len(unranked)
        assert len(ranked) + len(unranked) == standing["accounts"]
        in_order = sorted(ranked, key=lambda row: row["priority_rank"])
        assert in_order == sorted(in_order, key=lambda row: -row["priority_score"])
        for tier in model.tiers[:-1]:
            most = capacity(tier, len(ranked), field_reps(raw))
            kept = [row for row in ranked if row["tier_number"] == tier.tier_number and row["tier_reason"] in STEPS]
            assert most is None or len(kept) <= most + placed


def field_reps(raw):
    """The active field reps that stand."""
    reps = read_all(raw, (), AS_OF).standing["sales_reps"]
    return sum(rep["role"] == "field" and rep["is_active"] for rep in reps)
