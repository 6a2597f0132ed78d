"""How signals, contacts and activities find their account, by small examples."""

import pytest

from .test_by_hand import RULES, account, ago, by_id, only, run, signal, value_of

FREE = {**RULES, "free_email_domains": [{"domain": "Gmail.com"}, {"domain": "mail.acme.com"}]}


def found(accounts, *signals, **more):
    """Which signal found which account, or why it found none."""
    for number, row in enumerate(signals):
        row["signal_id"] = str(number)
    result = run(accounts, signals, **more)
    reasons = {row["signal_id"]: row["reason"] for row in result["unmatched_signals"]}
    matched = {}
    for number, row in enumerate(signals):
        if str(number) not in reasons:
            alone = run(accounts, [row], **more)["account_tiers"]
            (matched[str(number)],) = [each["account_id"] for each in alone if each["decayed_intent_points"]]
    return [matched.get(str(number)) or reasons[str(number)] for number in range(len(signals))]


def request(account_id=None, **columns):
    """A demo request of somebody."""
    return signal("demo_request", account_id=account_id, **columns)


def contact(contact_id, account_id="a", **columns):
    return {"contact_id": contact_id, "account_id": account_id, **columns}


# --- Signals ---------------------------------------------------------------------------------------------------------


def test_the_order_in_which_a_signal_looks():
    accounts = [account(name, domain=f"{name}.com") for name in "abcd"] + [account("m", merged_into_account_id="a")]
    contacts = [contact("p", "b"), contact("q", "c", email="Q@x.com")]
    everything = {"contact_id": "p", "email": "q@X.com", "domain": "d.com"}
    assert found(
        accounts,
        request("a", **everything),
        request("m", **everything),
        request("nobody", **everything),
        request("nobody", **everything | {"contact_id": "nobody"}),
        request(**everything | {"contact_id": None}),
        request(email="other@b.com", domain="www.d.com"),
        request(email="other@b.com", domain="nobody.com"),
        request(email="other@b.com"),
        request(contact_id="p"),
        contacts=contacts,
    ) == ["a", "a", "b", "c", "c", "d", "b", "b", "b"]


def test_a_signal_with_nothing_to_go_by_is_rejected():
    signals = [request(), request(contact_id="c"), request(email="e"), request(domain="d"), request("a")]
    result = run([account()], signals)
    assert [row["reason"] for row in result["rejected_records"]] == ["missing_account_id"]
    assert [row["reason"] for row in result["unmatched_signals"]] == ["unknown_account"] * 3


def test_an_address_of_several_contacts_finds_none_of_them():
    contacts = [contact("p", "a", email="x@y.com"), contact("q", "b", email="X@y.com")]
    accounts = [account("a"), account("b")]
    assert found(accounts, request(email="x@y.com"), contacts=contacts) == ["unknown_account"]
    contacts[1]["merged_into_contact_id"] = "p"
    assert found(accounts, request(email="x@y.com"), contacts=contacts) == ["a"]
    contacts[1] |= {"merged_into_contact_id": None, "is_deleted": "y"}
    assert found(accounts, request(email="x@y.com"), contacts=contacts) == ["a"]


def test_signals_of_a_merged_contact_go_with_the_survivor():
    contacts = [contact("p", "a", merged_into_contact_id="q"), contact("q", "b")]
    assert found([account("a"), account("b")], request(contact_id="p"), contacts=contacts) == ["b"]


def test_a_contact_who_changes_companies_takes_his_signals_along():
    contacts = [
        contact("p", "a", email="p@x.com", updated_at=ago(9)),
        contact("p", "b", email="p@x.com", updated_at=ago(1)),
    ]
    signals = (request("a", contact_id="p"), request(contact_id="p"), request(email="p@x.com"))
    assert found([account("a"), account("b")], *signals, contacts=contacts) == ["a", "b", "b"]


def test_whose_a_signal_is():
    contacts = [contact("p", email="p@x.com"), contact("q", email="q@x.com"), contact("gone", is_deleted="y")]

    def engaged(*signals):
        return value_of("engaged_contacts", [account()], signals, contacts=contacts)

    assert engaged(signal("email_open", 1, email="P@x.com")) == "1"
    of_q = signal("email_open", 1, contact_id="q")
    assert engaged(of_q, signal("email_open", 1, email="p@x.com", contact_id="q")) == "1"
    assert engaged(of_q, signal("email_open", 1, email="p@x.com", contact_id="gone")) == "2"


# --- Domains ---------------------------------------------------------------------------------------------------------


def test_further_domains_and_parents_of_a_domain():
    accounts = [account("a", domain="acme.com"), account("b", domain="de.acme.com")]
    accounts.append(account("m", merged_into_account_id="b"))
    further = [
        {"account_id": "a", "domain": "https://www.Acme.org/"},
        {"account_id": "m", "domain": "merged.com"},
        {"account_id": "old", "domain": "old.com"},
        {"account_id": "nobody", "domain": "nobody.com"},
        {"account_id": "a", "domain": "gone.com", "is_deleted": "y"},
        {"account_id": "a", "domain": "intranet"},
        {"account_id": "a", "domain": "com"},
    ]
    domains = ["acme.org", "merged.com", "old.com", "nobody.com", "gone.com"]
    domains += ["x.acme.com", "y.x.acme.com", "x.de.acme.com", "de.acme.com", "acme.de"]
    domains += ["intranet", "x.intranet", "x.y.com"]
    merges = [{"account_id": "old", "merged_into_account_id": "b"}]
    tables = {"account_domains": further, "account_merges": merges}
    nobody = "unknown_account"
    assert found(accounts, *(request(domain=domain) for domain in domains), **tables) == [
        *("a", "b", "b", nobody, nobody),
        *("a", "a", "b", "b", nobody),
        *("a", nobody, nobody),
    ]


@pytest.mark.parametrize(
    ("parents", "who"),
    [
        ({}, "ambiguous_domain"),
        ({"b": "a", "c": "a"}, "a"),
        ({"b": "a", "c": "b"}, "a"),
        ({"b": "a"}, "ambiguous_domain"),
        ({"b": "a", "c": "x", "x": "a"}, "a"),  # over one that does not bear it
        ({"b": "x", "c": "x", "a": "x"}, "ambiguous_domain"),  # who is above all of them does not bear it
        ({"b": "a", "c": "a", "a": "b"}, "ambiguous_domain"),  # in a circle
        ({"b": "a", "c": "a", "a": "a"}, "a"),
        ({"b": "a", "c": "a", "a": "x", "x": "y", "y": "x"}, "a"),  # a circle above
        ({"b": "m", "c": "m"}, "a"),  # m was merged into a
        ({"b": "nobody", "c": "a"}, "ambiguous_domain"),
    ],
)
def test_of_several_the_head_of_the_family_is_found(parents, who):
    accounts = [account(name, domain="twin.io", parent_account_id=parents.get(name)) for name in "abc"]
    accounts += [account(name, parent_account_id=parents.get(name)) for name in "xy"]
    accounts.append(account("m", merged_into_account_id="a"))
    assert found(accounts, request(domain="twin.io"), request(domain="www.sub.twin.io")) == [who, who]


def test_an_ambiguous_domain_hides_those_above_it():
    accounts = [account("a", domain="acme.com"), account("b", domain="x.acme.com"), account("c", domain="x.acme.com")]
    assert found(accounts, request(domain="y.x.acme.com")) == ["ambiguous_domain"]


def test_domains_of_mail_providers_find_nothing():
    accounts = [account("a", domain="gmail.com"), account("b", domain="acme.com"), account("c", domain="x.gmail.com")]
    signals = [
        request(domain="gmail.com"),
        request(email="me@GMAIL.com"),
        request(domain="y.gmail.com"),
        request(domain="x.gmail.com"),
        request(domain="mail.acme.com"),
        request(domain="gmail.com", email="me@acme.com"),
        request(domain="nobody.com", email="me@gmail.com"),
        request(domain="gmail.com", email="me@nobody.com"),
        request("nobody", domain="nobody.com"),
    ]
    free = "free_email_domain"
    assert found(accounts, *signals, rules=FREE) == [free, free, free, "c", free, "b", free, free, "unknown_account"]


def test_what_is_told_of_a_signal_that_finds_nothing():
    accounts = [account(name, domain="twin.io") for name in "ab"]
    result = run(
        accounts,
        [
            request("x", signal_id="1", domain="Twin.io", email="me@gmail.com"),
            request(signal_id="2", domain="nobody.com", email="me@twin.io"),
            request(signal_id="3", email="Me@Nobody.com"),
            request(signal_id="4", email="nobody"),
        ],
        rules=FREE,
    )
    assert [tuple(row.values()) for row in result["unmatched_signals"]] == [
        ("1", "x", "Twin.io", "ambiguous_domain"),
        ("2", None, "nobody.com", "ambiguous_domain"),
        ("3", None, "nobody.com", "unknown_account"),
        ("4", None, None, "unknown_account"),
    ]
    reasons = [row["reason"] for row in result["unmatched_records"]]
    assert reasons == [row["reason"] for row in result["unmatched_signals"]]


# --- Contacts and activities -----------------------------------------------------------------------------------------


def test_contacts_by_the_domain_of_their_address():
    accounts = [account("a", domain="acme.com"), account("b")]
    contacts = [
        contact("p", None, email="p@mail.acme.com"),
        contact("q", "nobody", email="q@acme.com"),
        contact("r", "b", email="r@acme.com"),
        contact("s", None, email="s@other.com"),
        contact("t", None, email="acme.com"),
        contact("u", None),
    ]
    result = run(accounts, [request(contact_id=name) for name in "pqrstu"], contacts=contacts)
    assert {row["account_id"]: row["decayed_intent_points"] for row in result["account_tiers"]} == {"a": 80, "b": 40}
    told = [row["record_key"] for row in result["unmatched_records"] if row["source_table"] == "contacts"]
    assert told == ["s", "t", "u"]
    assert result["rejected_records"] == []
    engaged = value_of("engaged_contacts", accounts, [request(contact_id=name) for name in "pqrstu"], contacts=contacts)
    assert engaged == "2"
    result = run(accounts, [request(contact_id="p")], contacts=contacts, rules=FREE)
    assert len(result["unmatched_signals"]) == 1  # mail.acme.com is one of a provider there


def test_activities_of_contacts():
    contacts = [contact("p", "a"), contact("q", merged_into_contact_id="p"), contact("r", None)]
    call = {"direction": "outbound", "occurred_at": ago(1)}
    activities = [
        {"activity_id": "1", "contact_id": "p", **call},
        {"activity_id": "2", "contact_id": "q", "account_id": "nobody", **call},
        {"activity_id": "3", "contact_id": "p", "account_id": "b", **call},
        {"activity_id": "4", "contact_id": "r", **call},
        {"activity_id": "5", **call},
    ]
    result = run([account("a"), account("b")], activities=activities, contacts=contacts)
    told = [row["record_key"] for row in result["unmatched_records"] if row["source_table"] == "activities"]
    assert told == ["4", "5"]
    tables = {"contacts": contacts}
    for number, days in (("1", "1"), ("2", "1"), ("3", None), ("4", None)):
        one = [row for row in activities if row["activity_id"] == number]
        assert value_of("days_since_last_activity", [account("a"), account("b")], activities=one, **tables) == days


# --- Merges that the accounts do not tell ----------------------------------------------------------------------------


def merge(account_id, merged_into_account_id, **columns):
    return {"account_id": account_id, "merged_into_account_id": merged_into_account_id, **columns}


def end(*merges, accounts=(), start="x"):
    """The account that has what belongs to another."""
    accounts = [account("a"), account("b"), *accounts]
    return only(found(accounts, request(start), account_merges=list(merges)))


def test_merges_of_a_table_of_its_own():
    assert end() == "unknown_account"
    assert end(merge("x", "a")) == "a"
    assert end(merge("x", "y"), merge("y", "b")) == "b"
    assert end(merge("x", "nobody")) == "unknown_account"
    assert end(merge("a", "b"), start="a") == "b"
    assert end(merge("x", "a", is_deleted="y")) == "unknown_account"
    # what the account says itself comes first
    assert end(merge("x", "a"), accounts=[account("x", merged_into_account_id="b")]) == "b"
    assert end(merge("x", "a"), accounts=[account("x", merged_into_account_id="b", is_deleted="y")]) == "b"
    assert end(merge("x", "a"), accounts=[account("x", is_deleted="y")]) == "a"
    assert end(merge("x", "a"), accounts=[account("x", merged_into_account_id="nobody")]) == "x"


def test_of_several_rows_the_latest_counts():
    assert end(merge("x", "b", updated_at=ago(1)), merge("x", "a", updated_at=ago(2))) == "b"
    assert end(merge("x", "b", loaded_at=ago(1)), merge("x", "a", loaded_at=ago(2))) == "b"
    assert end(merge("x", "a"), merge("x", "b", loaded_at=ago(9))) == "b"
    assert end(merge("x", "a", loaded_at=ago(0)), merge("x", "b", updated_at=ago(9))) == "b"
    assert end(merge("x", "b"), merge("x", "a")) == "a"
    assert end(merge("x", "b"), merge("x", "B")) == "unknown_account"  # B, which does not stand, is less


def test_a_circle_over_a_table_of_its_own():
    result = run([account("a", merged_into_account_id="b")], account_merges=[merge("b", "c"), merge("c", "a")])
    told = [(row["source_table"], row["record_key"], row["reason"]) for row in result["rejected_records"]]
    assert told == [("accounts", "a", "invalid_merged_into_account_id")]
    assert by_id(result["account_tiers"]).keys() == {"a"}


# --- Customers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("since", "customer"),
    [(None, True), ("2026-03-15", True), ("2026-03-16", False), ("2026-03-14T23:59Z", True), ("soon", True)],
)
def test_customers_since(since, customer):
    columns = {"is_customer": "y", "customer_since": since}
    contracts = {"customer_contracts": [{"account_id": "a", "nps": "5"}]}
    result = run([account(**columns)], **contracts)
    assert ({row["reason"] for row in result["unranked_accounts"]} == {"outside_population"}) is customer
    assert value_of("nps", [account(**columns)], **contracts) == ("5" if customer else None)
    assert run([account(is_customer="n", customer_since="2020-01-01")])["account_tiers"] != []
