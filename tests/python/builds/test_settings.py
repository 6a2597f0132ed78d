"""What a run can be told: each form of as_of, each setting at its boundary, and nothing of the demo once it is left."""

from datetime import UTC, datetime, timedelta

import pytest

from builds.comparing import assert_agrees
from builds.recipes import BARE_ROWS
from recomputation import recompute
from worlds.committed import demo_rows, rules
from worlds.dirty import AS_OF, facts, spelled

MICROSECOND = timedelta(microseconds=1)


# --- as_of -----------------------------------------------------------------------------------------------------------


def scored_at(warehouse):
    """The moments that the marts of a warehouse are scored at."""
    tables = ("account_tiers", "account_scores", "account_score_contributions")
    return {row["scored_at"] for table in tables for row in warehouse.mart(table)}


def test_the_demo_has_a_pinned_moment(demo):
    assert scored_at(demo) == {datetime(2026, 6, 30, 9)}


def test_an_offset_is_converted_to_utc(dirty):
    assert scored_at(dirty) == {AS_OF}  # given as 2026-03-15T02:34:56.789+05:00


@pytest.mark.long
def test_a_date_is_its_midnight(bare):
    assert scored_at(bare) == {datetime(2026, 6, 30)}
    points = {row["account_id"]: row["decayed_intent_points"] for row in bare.mart("account_tiers")}
    assert points == {"a0": 0, "a1": pytest.approx(40 * 2 ** (-0.5 / 14), abs=1e-6), "a2": 0}


@pytest.mark.long
def test_without_as_of_real_tables_are_scored_at_the_start_of_the_run(by_domain):
    (moment,) = scored_at(by_domain)
    (loaded,) = by_domain.query("select max(occurred_at) as moment from staging.stg_raw__signals")
    assert timedelta(0) <= moment - loaded["moment"] < timedelta(minutes=2)
    ended = datetime.fromtimestamp(by_domain.path.stat().st_mtime, UTC).replace(tzinfo=None)
    assert timedelta(0) < ended - moment < timedelta(minutes=30)


@pytest.mark.long
@pytest.mark.parametrize("as_of", ["30.06.2026", "2026-02-30"])
def test_an_as_of_that_cannot_be_read(warehouse, as_of):
    warehouse.load(BARE_ROWS)
    before = warehouse.tables()
    run = warehouse.build(raw_schema="raw", as_of=as_of)
    assert run.returncode != 0
    (line,) = (line for line in run.output.splitlines() if "as_of" in line and as_of in line)
    assert "not an ISO 8601 timestamp; write for example 2026-06-30T09:00:00Z" in line
    assert "Traceback" not in run.output
    assert warehouse.tables() == before


# --- Settings, at their boundaries -----------------------------------------------------------------------------------

TIERS = ("account_tiers",)


def only_account(marts):
    """The one row of account_tiers."""
    (row,) = marts["account_tiers"]
    return row


def world(*signals, **account):
    """One account and its signals, given as (type, moment)."""
    return {
        "accounts": [{"account_id": "a", "account_name": "A", **account}],
        "contacts": [{"contact_id": "c", "account_id": "a", "seniority": "manager", "department": "IT"}],
        "signals": [
            {"signal_id": str(n), "account_id": "a", "contact_id": "c", "signal_type": kind, "occurred_at": str(moment)}
            for n, (kind, moment) in enumerate(signals)
        ],
    }


@pytest.mark.parametrize("days", [1, 14, 90])
def test_engagement_window_days(compiled, days):
    first = datetime(AS_OF.year, AS_OF.month, AS_OF.day) - timedelta(days=days - 1)
    for moment, score in ((first, 35), (first - MICROSECOND, 0)):  # 2 + 4 + 1 of 20
        raw = world(("email_open", moment))
        row = only_account(compiled.replay(raw, AS_OF, settings={"engagement_window_days": days}, tables=TIERS))
        assert row["relationship_score"] == score


@pytest.mark.parametrize(("fit", "quadrant"), [("5", "good_place"), ("5.000001", "false_hope")])
def test_fit_threshold(compiled, fit, quadrant):
    raw = world(("demo_request", AS_OF))  # fit 5, intent 40
    settings = {"fit_threshold": fit, "timing_threshold": 40}
    assert only_account(compiled.replay(raw, AS_OF, settings=settings, tables=TIERS))["quadrant"] == quadrant


@pytest.mark.parametrize(("timing", "quadrant"), [("40", "false_hope"), ("40.000001", "bad_place")])
def test_timing_threshold(compiled, timing, quadrant):
    raw = world(("demo_request", AS_OF))
    assert (
        only_account(compiled.replay(raw, AS_OF, settings={"timing_threshold": timing}, tables=TIERS))["quadrant"]
        == quadrant
    )


@pytest.mark.parametrize("half_lives", [1, 2, 10, 0.5])
def test_decay_horizon_half_lives(compiled, half_lives):
    last = AS_OF - timedelta(days=14 * half_lives)
    for moment, points in ((last, 40 * 2**-half_lives), (last - MICROSECOND, 0)):
        row = only_account(
            compiled.replay(
                world(("demo_request", moment)), AS_OF, settings={"decay_horizon_half_lives": half_lives}, tables=TIERS
            )
        )
        assert row["decayed_intent_points"] == pytest.approx(points, abs=1e-6)


@pytest.mark.parametrize(
    ("kind", "days", "threshold", "trend"),
    [
        ("demo_request", 0, 40, "rising"),
        ("demo_request", 0, 40.000001, "steady"),
        ("pricing_page_visit", 7, 12.5, "falling"),
        ("pricing_page_visit", 7, 12.500001, "steady"),
    ],
)
def test_intent_trend_threshold(compiled, kind, days, threshold, trend):
    raw = world((kind, AS_OF - timedelta(days=days)))
    row = only_account(compiled.replay(raw, AS_OF, settings={"intent_trend_threshold": threshold}, tables=TIERS))
    assert row["intent_trend"] == trend


@pytest.mark.parametrize("days", [1, 14, 30])
def test_touch_window_days(compiled, days):
    first = datetime(AS_OF.year, AS_OF.month, AS_OF.day) - timedelta(days=days - 1)
    for moment, untouched in ((first, []), (first - MICROSECOND, ["untouched"])):
        raw = world(is_strategic="true", owner_id="r")  # Tier 1
        raw["sales_reps"] = [{"owner_id": "r", "is_active": "true"}]
        touch = {"activity_id": "1", "account_id": "a", "direction": "outbound", "occurred_at": str(moment)}
        marts = compiled.replay({**raw, "activities": [touch]}, AS_OF, settings={"touch_window_days": days})
        assert [row["gap"] for row in marts["coverage_gaps"]] == untouched
        assert [row["tier_1_touched"] for row in marts["rep_coverage"]] == [1 - len(untouched)]


@pytest.mark.worlds
def test_all_settings_at_once(compiled):
    settings = {
        "engagement_window_days": 30,
        "fit_threshold": 42.5,
        "timing_threshold": 10,
        "decay_horizon_half_lives": 1.5,
        "intent_trend_threshold": 0,
        "touch_window_days": 5,
    }
    raw = spelled(facts(31, rules(), 150, 1_500), 31)
    assert_agrees(compiled.replay(raw, AS_OF, settings=settings), recompute(raw, rules(), AS_OF, settings))


# --- Leaving the demo ------------------------------------------------------------------------------------------------


def test_no_row_of_the_demo_reaches_a_mart_of_real_tables(demo, dirty):
    """`dirty` was built where the demo had been published before."""
    ids = {row["account_id"] for row in demo_rows()["accounts"] if row["account_id"]}
    signal_ids = {row["signal_id"] for row in demo_rows()["signals"] if row["signal_id"]}
    found = dirty.marts()
    for table, rows in found.items():
        assert rows or table == "account_tier_changes", table
        for row in rows:
            assert row.get("account_id") not in ids, (table, row)
            assert row.get("signal_id") not in signal_ids, (table, row)
            assert row.get("record_key") not in ids | signal_ids, (table, row)
    assert any(row["account_id"] in ids for row in demo.mart("account_tiers"))


@pytest.mark.long
def test_no_date_of_the_demo_reaches_a_mart_of_real_tables(dirty, by_domain):
    for warehouse in (dirty, by_domain):
        for table, rows in warehouse.marts().items():
            for row in rows:
                assert "2026-06-30" not in str(row.values()), (table, row)
                assert datetime(2026, 6, 30, 9) not in row.values(), (table, row)
