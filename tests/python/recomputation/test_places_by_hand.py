"""Who stands in line for the places of a tier, and who is off the list, by small examples."""

from copy import deepcopy

import pytest

from .test_by_hand import AS_OF, account, ago, by_id, changed, crowd, only, run, signal


def places(accounts, signals=(), rules=None, **tables):
    """The tier and its reason of each account."""
    rows = run(accounts, signals, rules=rules or crowd()[1], **tables)["account_tiers"]
    return {row["account_id"]: (row["tier_number"], row["tier_reason"]) for row in rows}


def in_order(count=10):
    """Accounts that rank by their ids and all reach the first tier; 1, 2 and 3 have room in the tiers 1 to 3."""
    return [account(f"a{n}") for n in range(count)]


ALL_IN_ORDER = [(1, "score"), *[(2, "capacity")] * 2, *[(3, "capacity")] * 3, *[(4, "capacity")] * 4]


def test_nobody_placed():
    assert list(places(in_order()).values()) == ALL_IN_ORDER


def test_who_is_placed_takes_no_place():
    accounts = in_order()
    accounts[0]["is_strategic"] = "y"
    overrides = [{"account_id": "a2", "tier_number": "4"}]
    assert places(accounts, tier_overrides=overrides) == {
        "a0": (1, "score"),  # where its score puts it, not by step 5
        "a1": (1, "score"),
        "a2": (4, "override"),
        "a3": (2, "capacity"),
        "a4": (2, "capacity"),
        "a5": (3, "capacity"),
        "a6": (3, "capacity"),
        "a7": (3, "capacity"),
        "a8": (4, "capacity"),
        "a9": (4, "capacity"),
    }


@pytest.mark.parametrize(
    "columns",
    [
        {"tier_number": "5"},  # no tier of the model
        {"tier_number": "1", "ends_on": "2026-03-14"},
        {"tier_number": "1", "starts_on": "2026-03-16"},
    ],
)
def test_an_override_that_places_nobody_changes_nothing(columns):
    assert list(places(in_order(), tier_overrides=[{"account_id": "a0", **columns}]).values()) == ALL_IN_ORDER


def test_who_is_placed_below_keeps_the_tier_of_its_score_until_then():
    rules = crowd()[1]
    rules["tiers"][0]["min_score"] = "3"
    accounts = [account("a0", annual_revenue_usd="1e8"), account("a1", annual_revenue_usd="1e8"), account("b")]
    accounts[1]["is_strategic"] = "y"
    # shares of 3: 1, 1, 1; b reaches tier 4 only; a1 stands in no line and stays in tier 1
    assert places(accounts, rules=rules) == {"a0": (1, "score"), "a1": (1, "score"), "b": (4, "score")}
    override = [{"account_id": "b", "tier_number": "4"}]
    assert places(accounts, rules=rules, tier_overrides=override)["b"] == (4, "score")


def test_hot_accounts_stand_in_line_down_to_the_tier_that_they_move_up_to():
    hot = [signal("demo_request", 29, account_id=f"a{n}", signal_id=f"{n}") for n in (0, 1, 2, 3)]
    rules = changed("signal_types", {"signal_type": "demo_request"}, points="0")
    rules["tiers"] = crowd()[1]["tiers"]
    found = places(in_order(), hot, rules=rules)
    assert found == {
        "a0": (1, "score"),
        "a1": (2, "capacity"),
        "a2": (2, "capacity"),
        "a3": (2, "hot_promotion"),  # over in tier 2; takes no place in tier 3
        "a4": (3, "capacity"),
        "a5": (3, "capacity"),
        "a6": (3, "capacity"),
        "a7": (4, "capacity"),
        "a8": (4, "capacity"),
        "a9": (4, "capacity"),
    }


def test_hot_accounts_below_stand_in_no_line():
    # all are in tier 3 by their score, where 3 have room
    rules = deepcopy(crowd()[1])
    for tier, score in zip(rules["tiers"], ("50", "40", "1", ""), strict=True):
        tier["min_score"] = score
    rules["signal_types"] = changed("signal_types", {"signal_type": "demo_request"}, points="0")["signal_types"]
    hot = [signal("demo_request", 29, account_id=f"a{n}", signal_id=f"{n}") for n in (0, 1)]
    found = places(in_order(), hot, rules=rules)
    assert [found[f"a{n}"] for n in range(6)] == [*[(2, "hot_promotion")] * 2, *[(3, "score")] * 3, (4, "capacity")]
    # with the third tier marked, they stand in its line, and who is over comes back
    for tier in rules["tiers"]:
        tier["promote_hot"] = "true" if tier["tier_number"] == "3" else ""
    found = places(in_order(), [*hot, signal("demo_request", 29, account_id="a5")], rules=rules)
    assert [found[f"a{n}"] for n in range(6)] == [*[(3, "score")] * 3, *[(4, "capacity")] * 2, (3, "hot_promotion")]
    # without any mark, they are like others
    for tier in rules["tiers"]:
        tier["promote_hot"] = ""
    found = places(in_order(), hot, rules=rules)
    assert [found[f"a{n}"] for n in range(5)] == [*[(3, "score")] * 3, *[(4, "capacity")] * 2]


def test_who_is_hot_and_placed():
    hot = [signal("demo_request", 29, account_id="a9", signal_id="1")]
    rules = changed("signal_types", {"signal_type": "demo_request"}, points="0")
    rules["tiers"] = deepcopy(crowd()[1]["tiers"])
    assert places(in_order(), hot, rules, tier_overrides=[{"account_id": "a9", "tier_number": "4"}])["a9"] == (
        4,
        "override",
    )
    assert places(in_order(), hot, rules, tier_overrides=[{"account_id": "a9", "tier_number": "1"}])["a9"] == (
        1,
        "score",
    )
    rules["tiers"][0]["min_score"] = "50"
    rules["tiers"][1]["min_score"] = "40"
    assert places(in_order(), hot, rules, tier_overrides=[{"account_id": "a9", "tier_number": "2"}])["a9"] == (
        2,
        "hot_promotion",
    )


# --- Snoozed ---------------------------------------------------------------------------------------------------------


def test_only_its_own_return_snoozes_an_account():
    accounts = [account("a"), account("b", merged_into_account_id="a"), account("c")]
    returns = [{"account_id": name, "returned_on": "2026-03-01", "snooze_until": "2026-04-01"} for name in ("b", "c")]
    result = run(accounts, account_returns=returns)
    assert only(result["account_tiers"])["account_id"] == "a"
    assert {row["account_id"]: row["reason"] for row in result["unranked_accounts"]} == {"b": "merged", "c": "snoozed"}


def again(signals, returned_on="2026-03-10", **more):
    """The gap of a snoozed account, if it is hot again."""
    tables = {"account_returns": [{"account_id": "a", "returned_on": returned_on, "snooze_until": "2026-04-01"}]} | more
    columns = {"owner_id": "r", "territory": "North"}
    rows = run([account(**columns), account("b")], signals, **tables)["coverage_gaps"]
    return next((row for row in rows if row["gap"] == "snoozed_but_hot"), None)


def test_snoozed_but_hot():
    row = again([signal("demo_request", occurred_at="2026-03-10T00:00:00")])
    assert (row["tier_number"], row["tier"], row["priority_rank"]) == (None, None, None)
    assert (row["engagement_status"], row["account_name"], row["owner_id"]) == ("hot", "Account a", "r")
    assert row["respond_by"].isoformat() == "2026-03-10T04:00:00"
    nobody = "Snoozed until 2026-04-01 and hot again: choose a rep, as none of its territory has room."
    assert (row["recommended_owner_id"], row["what_to_do"]) == (None, nobody)
    assert again([signal("demo_request", occurred_at="2026-03-09T23:59:59")]) is None
    assert again([signal("webinar_attendance", 1)]) is None
    visits = [signal("pricing_page_visit", occurred_at=moment) for moment in ("2026-03-09T12:00", "2026-03-11T12:00")]
    assert again(visits) is None  # hot, but not by what happened since alone
    assert again([*visits, signal("pricing_page_visit", 1)]) is not None


def test_of_several_returns_the_latest_begins_and_the_longest_ends():
    returns = [
        {"account_id": "a", "returned_on": "2026-03-01", "snooze_until": "2026-05-01"},
        {"account_id": "a", "returned_on": "2026-03-10", "snooze_until": "2026-04-01"},
        {"account_id": "a", "returned_on": "2026-03-14", "snooze_until": "2026-03-15"},  # over
        {"account_id": "a", "returned_on": "2026-03-16", "snooze_until": "2026-04-15"},  # to come
    ]
    assert again([signal("demo_request", occurred_at="2026-03-09T12:00")], account_returns=returns) is None
    row = again([signal("demo_request", occurred_at="2026-03-10T12:00")], account_returns=returns)
    assert row["what_to_do"].startswith("Snoozed until 2026-05-01 ")


def test_who_looks_at_what_is_hot_again():
    signals = [signal("demo_request", 1)]
    reps = [
        {"owner_id": "r", "owner_name": "Rita", "territory": "north", "account_capacity": "1"},
        {"owner_id": "s", "territory": "North", "account_capacity": "1"},
    ]
    row = again(signals, sales_reps=reps)
    assert (row["recommended_owner_id"], row["what_to_do"]) == (
        "r",
        "Snoozed until 2026-04-01 and hot again: have Rita look at it.",
    )
    reps[0]["is_active"] = "no"
    assert again(signals, sales_reps=reps)["recommended_owner_id"] == "s"
    # an answer leaves it hot, but nothing is due
    answer = {"activity_id": "1", "account_id": "a", "direction": "outbound", "occurred_at": ago(0)}
    row = again(signals, activities=[answer])
    assert (row["respond_by"], row["last_outbound_at"]) == (None, AS_OF)


def test_what_is_unranked_for_another_reason_is_not_snoozed():
    returns = [{"account_id": "a", "returned_on": "2026-03-01", "snooze_until": "2026-04-01"}]
    result = run([account(is_customer="y")], [signal("demo_request", 1)], account_returns=returns)
    assert result["coverage_gaps"] == []
    assert by_id(result["unranked_accounts"])["a"]["reason"] == "outside_population"
