"""What belongs to whom after merges of accounts and contacts, and what belongs to nobody, by small examples."""

import pytest

from .test_by_hand import account, ago, by_id, changed, only, run, signal, tier_of, value_of


def points(result):
    """decayed_intent_points by account."""
    return {row["account_id"]: row["decayed_intent_points"] for row in result["account_tiers"]}


def unmatched(result):
    return [tuple(row.values()) for row in result["unmatched_records"]]


# --- Accounts --------------------------------------------------------------------------------------------------------


def test_what_belongs_to_a_deleted_account_belongs_to_that_at_the_end():
    accounts = [
        account("a"),
        account("gone", merged_into_account_id="a", is_deleted="y"),
        {"account_id": "bare", "is_deleted": "y", "merged_into_account_id": "gone"},
        account("b", merged_into_account_id="bare"),
        account("lost", is_deleted="y"),
        account("c", merged_into_account_id="lost"),
    ]
    signals = [signal("demo_request", account_id=name) for name in ("gone", "bare", "b", "lost", "c", "a")]
    result = run(accounts, signals)
    assert points(result) == {"a": 160, "c": 40}
    assert {row["account_id"]: row["reason"] for row in result["unranked_accounts"]} == {"b": "merged"}
    assert [row["account_id"] for row in result["unmatched_signals"]] == ["lost"]
    assert result["rejected_records"] == []


def test_the_last_that_stands_on_the_way_survives():
    accounts = [
        account("a", merged_into_account_id="b"),
        account("b", merged_into_account_id="c"),
        account("c", merged_into_account_id="d", is_deleted="y"),
        account("d", merged_into_account_id="nobody", is_deleted="y"),
        account("e", merged_into_account_id="nobody"),
    ]
    signals = [signal("demo_request", account_id=name) for name in "abcd"]
    result = run(accounts, signals)
    assert points(result) == {"b": 80, "e": 0}
    assert [row["account_id"] for row in result["unmatched_signals"]] == ["c", "d"]


def test_a_chain_of_deleted_accounts_has_ten_steps_at_most_and_a_circle_none():
    chain = [account(f"{n:02}", merged_into_account_id=f"{n + 1:02}", is_deleted="y") for n in range(11)]
    circle = [
        account("x", merged_into_account_id="y"),
        account("y", merged_into_account_id="x", is_deleted="y"),
    ]
    signals = [signal("demo_request", account_id=name) for name in ("00", "01", "x", "y")]
    result = run([*chain, account("11"), *circle], signals)
    assert points(result) == {"11": 40, "x": 40}
    assert [row["account_id"] for row in result["unmatched_signals"]] == ["00", "y"]
    told = [(row["record_key"], row["reason"], row["severity"]) for row in result["rejected_records"]]
    assert told == [("x", "invalid_merged_into_account_id", "value")]


def test_a_pointer_that_was_superseded_counts_for_nothing():
    rows = [
        account("a", merged_into_account_id="b", updated_at=ago(2)),
        account("a", is_deleted="y", updated_at=ago(1)),
        account("b"),
    ]
    assert points(run(rows, [signal("demo_request")])) == {"b": 0}


def test_families_follow_the_merges_of_deleted_accounts():
    accounts = [
        account("p"),
        account("gone", is_deleted="y", merged_into_account_id="p"),
        account("a", parent_account_id="gone"),
    ]
    assert only(run(accounts)["account_families"])["parent_account_id"] == "p"


# --- Contacts --------------------------------------------------------------------------------------------------------


def contact(contact_id, account_id="a", **columns):
    return {"contact_id": contact_id, "account_id": account_id, **columns}


def opened(contact_id, **columns):
    return signal("email_open", 1, contact_id=contact_id, **columns)


def test_a_contact_that_was_merged_away_counts_as_the_survivor():
    contacts = [
        contact("p", seniority="practitioner"),
        contact("q", seniority="executive", merged_into_contact_id="gone"),
        contact("gone", merged_into_contact_id="p", is_deleted="y", seniority="executive"),
    ]
    called = {"account_id": "a", "direction": "inbound", "occurred_at": ago(1)}
    for doing in (
        {"signals": [opened("q")]},
        {"signals": [opened("gone")]},
        {"activities": [{"activity_id": "1", "contact_id": "q", **called}]},
    ):
        tables = {"contacts": contacts} | {key: rows for key, rows in doing.items() if key != "signals"}
        signals = doing.get("signals", [])
        assert value_of("engaged_contacts", [account()], signals, **tables) == "1"
        assert value_of("highest_engaged_seniority", [account()], signals, **tables) == "practitioner"
    assert value_of("champions", [account()], contacts=[{**row, "is_champion": "y"} for row in contacts]) == "1"


def test_circles_of_contacts_merge_nothing_and_are_told_of():
    contacts = [
        contact("p", merged_into_contact_id="q"),
        contact("q", merged_into_contact_id="p"),
        contact("r", merged_into_contact_id="r", is_deleted="y"),
        contact("s", merged_into_contact_id="nobody"),
    ]
    result = run([account()], [opened("p"), opened("q"), opened("s")], contacts=contacts)
    told = [(row["source_table"], row["record_key"], row["reason"]) for row in result["rejected_records"]]
    assert told == [("contacts", name, "invalid_merged_into_contact_id") for name in "pq"]
    assert value_of("engaged_contacts", [account()], [opened("p"), opened("q"), opened("s")], contacts=contacts) == "3"


def test_the_limits_of_a_contact_are_those_of_the_survivor():
    contacts = [contact("p"), contact("q", merged_into_contact_id="p")]
    signals = [signal("pricing_page_visit", 1, contact_id=name) for name in "pq"]
    rules = changed("signal_types", {"signal_type": "pricing_page_visit"}, daily_limit_per_contact="1")
    assert tier_of(signals, rules=rules, contacts=contacts[1:])["decayed_intent_points"] > 40
    assert tier_of(signals, rules=rules, contacts=contacts)["decayed_intent_points"] < 25
    rules = changed("engagement_triggers", {"trigger": "pricing_page_visits"}, count_once_per="day")
    assert tier_of(signals, rules=rules, contacts=contacts[1:])["engagement_status"] == "hot"
    assert tier_of(signals, rules=rules, contacts=contacts)["engagement_status"] == "cold"


def test_a_contact_is_engaged_by_what_belongs_to_its_account_only():
    accounts = [account("a"), account("b"), account("c", merged_into_account_id="a")]
    contacts = [contact("p", "a")]
    call = {"activity_id": "1", "contact_id": "p", "direction": "inbound", "occurred_at": ago(1)}

    def engaged(signals=(), activities=()):
        return value_of("engaged_contacts", accounts, signals, contacts=contacts, activities=list(activities))

    assert engaged([opened("p")]) == "1"
    assert engaged([opened("p", account_id="b")]) == "0"
    assert engaged([opened("p", account_id="c")]) == "1"
    assert engaged([opened("p", account_id="b", email="p@x.com")]) == "0"
    assert engaged(activities=[{**call, "account_id": "c"}]) == "1"
    assert engaged(activities=[{**call, "account_id": "b"}]) == "0"


@pytest.mark.parametrize(
    ("emails", "engaged", "count"),
    [
        (["p@x.com", " P@X.com"], "pq", "1"),
        (["p@x.com", "P@X.com"], "q", "1"),
        (["p@x.com", "q@x.com"], "pq", "2"),
        ([None, None], "pq", "2"),
        ([None, ""], "p", "1"),
        (["q", None], "pq", "2"),
    ],
)
def test_contacts_with_one_address_count_once(emails, engaged, count):
    contacts = [contact(name, email=email) for name, email in zip("pq", emails, strict=True)]
    signals = [opened(name) for name in engaged]
    assert value_of("engaged_contacts", [account()], signals, contacts=contacts) == count


def test_what_one_address_does_not_join():
    contacts = [
        contact("p", email="x", seniority="manager", department="IT", is_champion="y"),
        contact("q", email="x", seniority="executive", department="Sales", is_champion="y"),
    ]
    both = [opened("p"), opened("q")]
    assert value_of("engaged_departments", [account()], both, contacts=contacts) == "2"
    assert value_of("highest_engaged_seniority", [account()], both, contacts=contacts) == "executive"
    assert value_of("champions", [account()], both, contacts=contacts) == "2"


# --- Nobody's --------------------------------------------------------------------------------------------------------


def test_what_finds_no_account_is_told_of():
    accounts = [account("a"), account("gone", is_deleted="y", domain="gone.com"), account("b", domain="twin.io")]
    accounts.append(account("c", domain="twin.io"))
    result = run(
        accounts,
        [
            signal("demo_request", account_id="x", signal_id="1"),
            signal("demo_request", account_id=None, domain="twin.io", signal_id="2"),
            signal("demo_request", account_id=None, domain="gone.com", signal_id="3"),
            signal("demo_request", signal_id="4"),
        ],
        contacts=[contact("p"), contact("q", "gone"), contact("r", "x", is_deleted="y")],
        activities=[{"activity_id": "1", "account_id": "x", "occurred_at": ago(1)}],
        opportunities=[{"opportunity_id": "1.0", "account_id": " x", "created_at": ago(1)}],
        account_technologies=[{"account_id": "x", "technology": "Google  Analytics"}],
        product_usage=[{"account_id": "x", "measured_on": "2026-03-01T10:00"}],
        customer_contracts=[{"account_id": "x"}, {"account_id": "a"}],
        account_returns=[{"account_id": "x", "returned_on": "2026-03-02"}],
        tier_overrides=[
            {"account_id": "x", "tier_number": "1"},
            {"account_id": "x", "tier_number": "1", "starts_on": "2026-03-03"},
        ],
        sales_reps=[{"owner_id": "x"}],
    )
    assert sorted(unmatched(result), key=str) == sorted(
        [
            ("signals", "1", "x", "unknown_account"),
            ("signals", "2", None, "ambiguous_domain"),
            ("signals", "3", None, "unknown_account"),
            ("contacts", "q", "gone", "unknown_account"),
            ("activities", "1", "x", "unknown_account"),
            ("opportunities", "1.0", "x", "unknown_account"),
            ("account_technologies", "x|Google Analytics", "x", "unknown_account"),
            ("product_usage", "x|2026-03-01", "x", "unknown_account"),
            ("customer_contracts", "x", "x", "unknown_account"),
            ("account_returns", "x|2026-03-02", "x", "unknown_account"),
            ("tier_overrides", "x|", "x", "unknown_account"),
            ("tier_overrides", "x|2026-03-03", "x", "unknown_account"),
        ],
        key=str,
    )
    none = dict.fromkeys(("accounts", "account_domains", "account_merges", "sales_reps"), 0)
    counts = {row["source_table"]: row["unmatched"] for row in result["source_reconciliation"]}
    assert counts == dict.fromkeys(counts, 1) | none | {"signals": 3, "tier_overrides": 2}
    assert by_id(result["account_tiers"]).keys() == {"a", "b", "c"}


def test_merges_that_bring_nothing_to_an_account_are_told_of():
    merges = [
        {"account_id": name, "merged_into_account_id": target}
        for name, target in (("b", "a"), ("c", "b"), ("x", "y"), ("y", "x"), ("lost", "nobody"), ("a", "nobody"))
    ]
    result = run([account("a")], account_merges=merges)
    keys = {(row["source_table"], row["record_key"]) for row in result["unmatched_records"]}
    assert keys == {("account_merges", key) for key in ("x|y", "y|x", "lost|nobody")}
    counts = {row["source_table"]: row["unmatched"] for row in result["source_reconciliation"]}
    assert counts["account_merges"] == 3


def test_what_a_merged_account_has_is_not_nobodys():
    accounts = [account("a"), account("b", is_deleted="y", merged_into_account_id="a")]
    assert run(accounts, contacts=[contact("p", "b")])["unmatched_records"] == []
