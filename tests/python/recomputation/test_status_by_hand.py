"""Status, what has been answered, and until when the rest is due, by small examples."""

from datetime import timedelta

import pytest

from .test_by_hand import AS_OF, account, ago, changed, only, run, signal, tier_of, value_of

MICROSECOND = timedelta(microseconds=1)


def status(signals, activities=(), **more):
    """Status, trigger, since when (ago), and how long that gives to respond."""
    row = tier_of(signals, activities=list(activities), **more)
    since, due = row["engaged_since"], row["respond_by"]
    return (
        row["engagement_status"],
        row["engagement_trigger"],
        None if since is None else AS_OF - since,
        None if due is None else due - since,
    )


def outbound(days=0.0, **columns):
    """An outbound activity."""
    return {"activity_id": str(days), "account_id": "a", "direction": "outbound", "occurred_at": ago(days), **columns}


def days(number):
    return timedelta(days=number)


FOUR_HOURS = timedelta(hours=4)


# --- Answers ---------------------------------------------------------------------------------------------------------


def test_what_happened_up_to_the_last_outbound_activity_is_answered():
    signals = [signal("demo_request", 5), signal("demo_request", 2)]
    assert status(signals) == ("hot", "demo_request", days(5), FOUR_HOURS)
    assert status(signals, [outbound(4)]) == ("hot", "demo_request", days(2), FOUR_HOURS)
    at_that_moment = [outbound(occurred_at=AS_OF - days(2))]
    assert status(signals, at_that_moment) == ("hot", "demo_request", days(5), None)
    just_before = [outbound(occurred_at=AS_OF - days(2) - MICROSECOND)]
    assert status(signals, just_before) == ("hot", "demo_request", days(2), FOUR_HOURS)
    assert status(signals, [outbound(-0.001)]) == ("hot", "demo_request", days(5), FOUR_HOURS)
    assert status(signals, [{**outbound(1), "direction": "inbound"}])[2] == days(5)


def test_two_signals_of_which_one_is_answered_complete_nothing():
    signals = [signal("pricing_page_visit", 5), signal("pricing_page_visit", 2)]
    assert status(signals, [outbound(3)]) == ("hot", "pricing_page_visits", days(2), None)
    signals.append(signal("pricing_page_visit", 1))
    assert status(signals, [outbound(3)]) == ("hot", "pricing_page_visits", days(1), FOUR_HOURS)


def test_another_trigger_of_the_status_may_be_open():
    signals = [signal("demo_request", 5), signal("pricing_page_visit", 2), signal("pricing_page_visit", 1)]
    assert status(signals, [outbound(4)]) == ("hot", "pricing_page_visits", days(1), FOUR_HOURS)
    # one of the other status is none
    signals = [signal("demo_request", 5), signal("webinar_attendance", 2)]
    assert status(signals, [outbound(4)]) == ("hot", "demo_request", days(5), None)


def test_a_completion_of_long_ago_stays_the_first_until_it_is_answered():
    # the request of 40 days ago no longer makes hot, but it has waited since
    signals = [signal("demo_request", 40), signal("demo_request", 3)]
    assert status(signals) == ("hot", "demo_request", days(40), FOUR_HOURS)
    assert status(signals, [outbound(39)]) == ("hot", "demo_request", days(3), FOUR_HOURS)
    assert status(signals[:1]) == ("cold", None, None, None)
    # but not beyond the engagement window: 2025-12-16 is the first of its 90 days
    signals[0]["occurred_at"] = "2025-12-15T23:59:59.999999"
    assert status(signals)[2] == days(3)
    signals[0]["occurred_at"] = "2025-12-16"
    assert status(signals)[2] == days(89.5)
    assert status(signals, settings={"engagement_window_days": 4})[2] == days(3)
    assert status(signals, settings={"engagement_window_days": 3}) == ("hot", "demo_request", days(3), None)


def test_a_window_ends_with_the_day_of_each_signal():
    visits = [signal("pricing_page_visit", 40), signal("pricing_page_visit", 11), signal("pricing_page_visit", 10)]
    visits[0]["occurred_at"] = "2026-02-02T23:00:00"
    visits[1]["occurred_at"] = "2026-03-04T01:00:00"  # the 31st day: not with the first
    assert status(visits)[2] == days(10)
    visits[1]["occurred_at"] = "2026-03-03T23:59:59"
    assert status(visits)[2] == days(11.5) + timedelta(seconds=1)


def test_calls_of_reps_without_direction_are_outbound():
    signals = [signal("demo_request", 5)]
    call = outbound(4, direction=None, activity_type="call", owner_id="r")
    reps = [{"owner_id": "r", "is_active": "no"}]
    assert status(signals, [call], sales_reps=reps)[3] is None
    for other in ({"owner_id": "s"}, {"owner_id": None}, {"activity_type": "email"}, {"direction": "inbound"}):
        assert status(signals, [{**call, **other}], sales_reps=reps)[3] == FOUR_HOURS
    assert status(signals, [{**call, "direction": "sideways"}], sales_reps=reps)[3] is None
    assert status(signals, [call], sales_reps=[{**reps[0], "is_deleted": "y", "loaded_at": ago(0)}])[3] == FOUR_HOURS
    # it is a touch, too
    result = run([account(is_strategic="y")], activities=[call], sales_reps=reps)
    assert "untouched" not in [row["gap"] for row in result["coverage_gaps"]]


def test_ties_go_by_name_then_by_type():
    signals = [signal("third_party_intent_surge", 3, signal_value="95"), signal("demo_request", 3)]
    assert status(signals)[1] == "demo_request"
    rules = changed("engagement_triggers", {"status": "hot"}, trigger="same")
    rules = {
        **rules,
        "engagement_triggers": [
            {
                **row,
                "respond_within_hours": {"demo_request": "1", "third_party_intent_surge": "2"}.get(
                    row["signal_type"], "3"
                ),
            }
            for row in rules["engagement_triggers"]
        ],
    }
    assert status(signals, rules=rules)[3] == timedelta(hours=1)
    for row in rules["engagement_triggers"]:
        if row["signal_type"] == "third_party_intent_surge":
            row["signal_type"] = ""
    signals[1]["signal_type"] = "third_party_intent_surge"
    assert status(signals, rules=rules)[3] == timedelta(hours=2)
    signals[1]["signal_type"] = "demo_request"
    assert status(signals, rules=rules)[3] == timedelta(hours=1)


def test_overdue_is_what_is_due_and_not_answered():
    def gaps(hours, activities=()):
        signals = [signal("demo_request", 0, occurred_at=AS_OF - timedelta(hours=hours))]
        rows = run([account()], signals, activities=list(activities))["coverage_gaps"]
        return {row["gap"] for row in rows}

    assert "response_overdue" not in gaps(4)
    assert "response_overdue" in gaps(4.0001)
    assert "response_overdue" not in gaps(9, [outbound(0.1)])
    assert "response_overdue" in gaps(9, [outbound(1)])


# --- Once per --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per", "moments", "hot"),
    [
        ("", ["10:00:00", "10:00:00"], True),
        ("Minute", ["10:00:00", "10:00:59.999999"], False),
        ("minute", ["10:00:00", "10:01:00"], True),
        ("minute", ["10:00:59", "10:01:00"], True),
        ("hour", ["10:00:00", "10:59:59"], False),
        ("hour", ["10:59:59", "11:00:00"], True),
        ("day", ["00:00:00", "11:59:59"], False),
    ],
)
def test_several_of_a_contact_count_as_one(per, moments, hot):
    rules = changed("engagement_triggers", {"trigger": "pricing_page_visits"}, count_once_per=per)
    signals = [signal("pricing_page_visit", occurred_at=f"2026-03-15T{moment}") for moment in moments]
    assert status(signals, rules=rules)[0] == ("hot" if hot else "cold")
    signals[1]["contact_id"] = "c"
    assert status(signals, rules=rules)[0] == "hot"
    signals[0]["contact_id"] = "c"
    assert status(signals, rules=rules)[0] == ("hot" if hot else "cold")


def test_of_several_the_first_counts():
    rules = changed("engagement_triggers", {"trigger": "pricing_page_visits"}, count_once_per="day")
    signals = [signal("pricing_page_visit", occurred_at=f"2026-03-1{at}") for at in ("2T09", "3T10:00", "3T08:00")]
    signals[0]["occurred_at"] = "2026-03-12T09:00"
    assert status(signals, rules=rules)[2] == days(2) + FOUR_HOURS
    # after an answer in between, the later one of the day is the first
    answer = [outbound(occurred_at="2026-03-13T09:00")]
    assert status(signals, answer, rules=rules) == ("hot", "pricing_page_visits", days(2) + FOUR_HOURS, None)
    signals.append(signal("pricing_page_visit", occurred_at="2026-03-14T12:00"))
    assert status(signals, answer, rules=rules)[2:] == (days(1), FOUR_HOURS)


def test_of_values_those_that_are_high_enough_count_once():
    rules = changed("engagement_triggers", {"status": "hot", "metric": "signal_value"}, count_once_per="day")
    signals = [
        signal("third_party_intent_surge", occurred_at="2026-03-14T08:00", signal_value="10"),
        signal("third_party_intent_surge", occurred_at="2026-03-14T12:00", signal_value="90"),
    ]
    assert status(signals, rules=rules) == ("hot", "intent_surge", days(1), FOUR_HOURS)


def test_points_and_counts_know_no_once_per():
    rules = changed("engagement_triggers", {}, count_once_per="day")
    signals = [signal("website_visit", 0.1), signal("website_visit", 0.1)]
    assert tier_of(signals, rules=rules)["decayed_intent_points"] > 9
    assert value_of("signals_website_visit_7d", [account()], signals) == "2"
    assert only(run([account()], signals, rules=rules)["account_tiers"])["engagement_status"] == "cold"
