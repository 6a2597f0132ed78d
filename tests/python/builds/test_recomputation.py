"""Every published table against the independent recomputation: as dbt builds it, and replayed with other rules.

Where the oracle and the SQL agree on made-up data that is dense at every limit, both read the contract the same way.
"""

import random
from datetime import date, datetime
from decimal import Decimal

import pytest

from builds.comparing import assert_agrees, exactly
from recomputation import recompute
from recomputation.reading import TABLES
from worlds.committed import demo_rows, rules
from worlds.dirty import AS_OF, as_text, facts, spell_moment, spelled
from worlds.replays import DEMO_AS_OF, OTHER_SETTINGS, REPLAYS

# --- Real builds -----------------------------------------------------------------------------------------------------


def test_the_demo(demo):
    assert_agrees(demo.marts(), recompute(demo_rows(), rules(), DEMO_AS_OF))


def test_a_dirty_world(compiled):
    """A replay, so that nobody waits for another build; `test_a_replay_is_a_build` says that it is one."""
    raw = spelled(facts(3, rules(), 400, 4_000), 3)
    assert_agrees(compiled.replay(raw, AS_OF), recompute(raw, rules(), AS_OF))


@pytest.mark.long
def test_dirty_data(dirty, dirty_rows):
    assert_agrees(dirty.marts(), recompute(dirty_rows, rules(), AS_OF))


@pytest.mark.long
def test_the_dirty_data_is_dirty(dirty):
    """Everything that the tests want to see happens in the data."""
    kinds = "select distinct {} from marts.{} order by all"
    assert [row["tier_reason"] for row in dirty.query(kinds.format("tier_reason", "account_tiers"))] == [
        *("capacity", "hot_promotion", "override", "score", "strategic"),
    ]
    for column, values in {
        "quadrant": {"good_place", "get_back_to_me", "false_hope", "bad_place"},
        "engagement_status": {"hot", "warm", "cold"},
        "intent_trend": {"rising", "steady", "falling"},
        "tier_number": {1, 2, 3, 4},
    }.items():
        assert {row[column] for row in dirty.query(kinds.format(column, "account_tiers"))} == values
    reasons = {row["reason"] for row in dirty.query(kinds.format("reason", "rejected_records"))}
    assert {"missing_account_id", "unknown_signal_type", "occurred_in_future", "invalid_signal_value"} <= reasons
    assert {"invalid_merged_into_account_id", "invalid_tier_number", "missing_technology"} <= reasons
    assert {row["reason"] for row in dirty.mart("unmatched_signals")} == {
        *("unknown_account", "ambiguous_domain", "free_email_domain"),
    }
    assert {row["reason"] for row in dirty.mart("unranked_accounts")} >= {"merged", "outside_population", "snoozed"}
    for row in dirty.mart("source_reconciliation"):
        assert row["standing"], row
        assert row["superseded"] or row["source_table"] == "sales_reps", row


@pytest.mark.long
def test_the_dirty_data_shows_every_gap(dirty):
    """Gaps with and without somebody to close them, reps at, below and above capacity, families of each kind."""
    rows = dirty.mart("coverage_gaps")
    kinds = {"no_active_owner", "untouched", "response_overdue"}
    for recommended in (True, False):
        assert {row["gap"] for row in rows if (row["recommended_owner_id"] is not None) == recommended} >= kinds
    assert {row["gap"] for row in rows} == {*kinds, "snoozed_but_hot", "retrieve"}
    for_owner = [row for row in rows if row["owner_id"] and row["owner_id"] == row["recommended_owner_id"]]
    assert {row["gap"] for row in for_owner} == {"untouched", "response_overdue", "snoozed_but_hot"}
    reps = dirty.mart("rep_coverage")
    assert {row["capacity_status"] for row in reps} == {"over", "under", "full", "unknown", "inactive"}
    assert {0 < (row["tier_1_touched_share"] or 0) < 1 for row in reps} == {True, False}
    families = dirty.mart("account_families")
    for column in ("parent_account_name", "parent_tier_number", "best_tier", "expansion_potential_usd"):
        assert {row[column] is None for row in families} == {True, False}, column
    assert {row["has_hot_child"] for row in families} == {True, False}


TYPES = {
    int: "bigint",
    Decimal: "decimal(20, 2)",
    float: "double",
    bool: "boolean",
    datetime: "timestamp",
    date: "date",
}
TYPE_OF = {
    "occurred_at": "timestamptz",
    "updated_at": "timestamptz",
    "annual_revenue_usd": "double",
    "employee_count": "integer",
    "estimated_deal_usd": "decimal(18, 2)",
    "annual_contract_value_usd": "decimal(20, 2)",
    "signal_value": "decimal(5, 2)",
    "headcount_growth_pct": "float",
    "has_executive_sponsor": "integer",
    "is_won": "tinyint",
    "tier_number": "double",
    "account_capacity": "decimal(9, 2)",
    "get_back_on": "timestamp",
    "measured_on": "timestamptz",
    "growth_trend": "enum ('expanding', 'stable', 'contracting')",
}


@pytest.mark.long
def test_typed_columns_in_another_order_and_other_settings(warehouse):
    """The same facts as text and as typed columns, in another order and among others, give the same marts.

    In Berlin it is half past midnight, four days after clocks were put back.
    """
    as_of = datetime(2026, 10, 28, 23, 34, 56, 789000)
    settings = {**OTHER_SETTINGS, "reporting_timezone": "Europe/Berlin", "working_hours": "08:30-16:45 Mon-Thu,Sat"}
    typed = facts(2, rules(), 300, 3_000, as_of)
    texts = as_text(typed)
    rows, types = {}, {}
    for table, found in typed.items():
        columns = sorted({column for row in found for column in row}, reverse=True)
        rows[table] = [
            {"_row": n, **{column: _as_number(column, row.get(column)) for column in columns}, "Comment": "?"}
            for n, row in enumerate(found)
        ]
        kinds = {c: next((TYPES[type(r[c])] for r in rows[table] if type(r[c]) in TYPES), "varchar") for c in columns}
        types[table] = {"_row": "hugeint", **kinds, **{c: TYPE_OF[c] for c in columns if c in TYPE_OF}}
    warehouse.load(rows, types=types)
    warehouse.build(raw_schema="raw", as_of=as_of.isoformat(), **settings).check()
    expected = recompute(texts, rules(), as_of, settings)
    in_utc = recompute(texts, rules(), as_of, {**settings, "reporting_timezone": "UTC"})
    assert {row["tier_date"] for row in expected["account_tier_history"]} == {date(2026, 10, 29)}
    for column in ("engaged_since", "respond_by", "relationship_score", "fit_score"):
        assert [row[column] for row in expected["account_tiers"]] != [row[column] for row in in_utc["account_tiers"]]
    assert_agrees(warehouse.marts(), expected, with_raw_records=False)


def _as_number(column, value):
    return int(value) if isinstance(value, bool) and "int" in TYPE_OF.get(column, "") else value


# --- Replays ---------------------------------------------------------------------------------------------------------


@pytest.mark.worlds
@pytest.mark.parametrize("name", REPLAYS)
def test_a_replay(compiled, name):
    replay = REPLAYS[name]()
    found = compiled.replay(replay.raw, replay.as_of, replay.rules, replay.settings, tested=replay.tested)
    assert_agrees(found, recompute(replay.raw, replay.rules_meant or replay.rules, replay.as_of, replay.settings))


def test_moments_are_spelled_right():
    """The generator's own spellings say what they mean."""
    rng, readings = random.Random(0), TABLES["signals"].columns["occurred_at"]
    assert all(readings(spell_moment(rng, AS_OF)) == AS_OF for _ in range(500))


@pytest.mark.worlds
def test_a_replay_is_a_build(compiled, dirty, dirty_rows):
    """What the other tests replay in memory is what dbt built, to the last digit."""
    replayed = compiled.replay(dirty_rows, AS_OF)
    built = dirty.marts()
    assert {table: len(rows) for table, rows in replayed.items()} == {table: len(rows) for table, rows in built.items()}
    parted = ("raw_record", "built_at", "rules_hash")  # of other columns, of another run, of stand-in settings
    assert exactly(replayed, without=parted) == exactly(built, without=parted)
