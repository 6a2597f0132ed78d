"""Rows as CRMs, loaders and people leave them, a story each: what they should give is said in builds/test_reports.py.

All of it is one world, so that one build tells every story. Accounts are called after their story.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

from worlds.dirty import Tables
from worlds.rule_sets import RuleRows, changed

AS_OF = "2026-06-30T12:00:00Z"
Row = dict[str, Any]

ACCOUNTS: list[Row] = [
    # statuses
    {"account_id": "asked again", "owner_id": "rep"},
    {"account_id": "asked twice", "owner_id": "rep"},
    {"account_id": "visits daily", "owner_id": "rep"},
    {"account_id": "answered"},
    {"account_id": "called by us"},
    {"account_id": "called by nobody"},
    {"account_id": "scanned"},
    # merges
    {"account_id": "survivor", "domain": "survivor.example"},
    {"account_id": "merged and deleted", "merged_into_account_id": "survivor", "is_deleted": "true"},
    {"account_id": "between", "merged_into_account_id": "merged and deleted", "is_deleted": "true"},
    # domains
    {"account_id": "munich", "domain": "münchen.example"},
    {"account_id": "books", "domain": "xn--bcher-kva.example"},
    {"account_id": "dotted", "domain": "https://user:secret@www.dotted.example.:8080/path@x?y"},
    {"account_id": "headquarters", "domain": "family.example"},
    {"account_id": "daughter", "domain": "family.example", "parent_account_id": "headquarters"},
    {"account_id": "granddaughter", "domain": "family.example", "parent_account_id": "daughter"},
    {"account_id": "twin 1", "domain": "twins.example"},
    {"account_id": "twin 2", "domain": "twins.example"},
    {"account_id": "freemail", "domain": "gmail.com"},
    {"account_id": "many domains", "domain": "one.example"},
    # people
    {"account_id": "old employer", "domain": "old.example"},
    {"account_id": "new employer", "domain": "new.example"},
    {"account_id": "one person twice"},
    {"account_id": "merged contacts"},
    # what is said of them
    {"account_id": "not yet customer", "is_customer": "true", "customer_since": "2026-07-01"},
    {"account_id": "customer", "is_customer": "true", "customer_since": "2026-06-30"},
    {"account_id": "snoozed", "owner_id": "rep"},
    {"account_id": "snoozed and silent", "owner_id": "rep"},
    {"account_id": "duplicate", "merged_into_account_id": "kept"},
    {"account_id": "kept"},
    # text
    {"account_id": "spaced", "industry": "Financial\u00a0 Services", "country": "United  Kingdom"},
    {"account_id": "decomposed", "territory": "Zu\u0308rich"},
    {"account_id": "composed", "territory": "Z\u00fcrich"},
]


def signals() -> Iterator[Row]:
    """What happened."""
    numbers = count()

    def of(kind: str, occurred_at: str, **cells: Any) -> Row:
        return {"signal_id": f"s{next(numbers)}", "signal_type": kind, "occurred_at": occurred_at, **cells}

    for moment in ("2026-06-10T08:00:00Z", "2026-06-29T22:00:00Z"):
        yield of("demo_request", moment, account_id="asked again")
    for moment in ("2026-05-31T08:00:00Z", "2026-06-05T08:00:00Z"):
        yield of("demo_request", moment, account_id="asked twice")
    for day in range(1, 31):
        for hour in (8, 10):
            yield of("website_visit", f"2026-06-{day:02}T{hour:02}:00:00Z", account_id="visits daily")
    for account_id in ("answered", "called by us", "called by nobody"):
        yield of("demo_request", "2026-06-20T08:00:00Z", account_id=account_id)
    for second in range(5):
        yield of("website_visit", f"2026-06-20T08:00:0{second}Z", account_id="scanned", contact_id="scanner")
    yield of("demo_request", "2026-06-20T08:00:00Z", account_id="merged and deleted")
    yield of("demo_request", "2026-06-20T08:00:00Z", account_id="between")
    yield of("demo_request", "2026-06-20T08:00:00Z", account_id="no row of its own")
    for domain in DOMAINS:
        yield of("demo_request", "2026-06-20T08:00:00Z", domain=domain)
    yield of("demo_request", "2026-06-20T08:00:00Z", email="Zoe@New.example")
    yield of("demo_request", "2026-06-20T08:00:00Z", email="unheard@sub.new.example")
    yield of("demo_request", "2026-06-20T08:00:00Z", email="max@gmail.com")
    yield of("demo_request", "2026-06-20T08:00:00Z", contact_id="mover")
    yield of("demo_request", "2026-06-20T08:00:00Z", contact_id="mover", account_id="old employer")
    yield of("email_click", "2026-06-20T08:00:00Z", contact_id="twice 1", account_id="one person twice")
    yield of("email_click", "2026-06-20T08:00:00Z", contact_id="twice 2", account_id="one person twice")
    yield of("email_click", "2026-06-20T08:00:00Z", contact_id="loser", account_id="merged contacts")
    yield of("demo_request", "2026-06-20T08:00:00Z", account_id="snoozed")
    yield of("demo_request", "2026-06-09T08:00:00Z", account_id="snoozed and silent")
    yield {"signal_id": "taken back", "account_id": "kept", "signal_type": "demo_request", "occurred_at": AS_OF}
    yield {"signal_id": "taken back", "is_deleted": "true"}


DOMAINS = {
    "xn--mnchen-3ya.example": "munich",
    "MÜNCHEN.example.": "munich",
    "mu\u0308nchen.example": "munich",
    "shop.bücher.example": "books",
    "h@dotted.example": "dotted",
    "app.eu.dotted.example": "dotted",
    "family.example": "headquarters",
    "twins.example": None,
    "gmail.com": None,
    "mail.gmail.com": None,
    "two.example": "many domains",
    "xn--mnchen-3ya!.example": None,
}
"""Domains of signals, and the account that each means."""


def outbound(number: int, account_id: str, occurred_at: str, **cells: Any) -> Row:
    """A call."""
    return {
        "activity_id": f"v{number}",
        "account_id": account_id,
        "activity_type": "call",
        "direction": "outbound",
        "occurred_at": occurred_at,
        **cells,
    }


OTHERS: Tables = {
    "account_domains": [
        {"account_id": "many domains", "domain": "www.two.example"},
        {"account_id": "gone", "domain": "three.example"},
    ],
    "account_merges": [
        {"account_id": "no row of its own", "merged_into_account_id": "between"},
        {"account_id": "nobody's circle", "merged_into_account_id": "back"},
        {"account_id": "back", "merged_into_account_id": "nobody's circle"},
    ],
    "contacts": [
        {"contact_id": "mover", "account_id": "new employer", "email": "mover@new.example"},
        {"contact_id": "zoe", "email": "zoe@new.example"},
        {"contact_id": "twice 1", "account_id": "one person twice", "email": "Jo@x.example"},
        {"contact_id": "twice 2", "account_id": "one person twice", "email": "jo@x.example"},
        {"contact_id": "winner", "account_id": "merged contacts"},
        {
            "contact_id": "loser",
            "account_id": "merged contacts",
            "merged_into_contact_id": "winner",
            "is_deleted": "yes",
        },
        {"contact_id": "by address", "account_id": "gone", "email": "who@app.new.example"},
        {"contact_id": "orphan", "account_id": "gone", "email": "who@nowhere.example"},
        {"contact_id": "circle", "account_id": "kept", "merged_into_contact_id": "circle"},
    ],
    "activities": [
        outbound(1, "asked again", "2026-06-20T08:00:00Z"),
        outbound(2, "asked twice", "2026-06-01T08:00:00Z"),
        outbound(3, "visits daily", "2026-06-10T12:00:00Z"),
        outbound(4, "answered", "2026-06-20T08:00:00Z"),
        outbound(5, "called by us", "2026-06-21T08:00:00Z", direction="", owner_id="rep"),
        outbound(6, "called by nobody", "2026-06-21T08:00:00Z", direction="", owner_id="stranger"),
        outbound(7, "gone", "2026-06-21T08:00:00Z"),
        outbound(8, "", "2026-06-21T08:00:00Z", contact_id="mover", direction="inbound"),
    ],
    "opportunities": [{"opportunity_id": "o", "account_id": "gone", "created_at": "2026-06-01"}],
    "account_technologies": [
        {"account_id": "gone", "technology": "Slack"},
        *(
            {"account_id": "kept", "technology": "Slack", "removed_on": removed_on, "updated_at": updated_at}
            for removed_on, updated_at in (("2026-06-01", "2026-06-02"), ("", "2026-06-01"))
        ),
    ],
    "product_usage": [{"account_id": "gone", "measured_on": "2026-06-01"}],
    "customer_contracts": [{"account_id": "gone"}],
    "account_returns": [
        {"account_id": "snoozed", "returned_on": "2026-06-10", "snooze_until": "2026-12-01"},
        {"account_id": "snoozed and silent", "returned_on": "2026-06-10", "snooze_until": "2026-12-01"},
        {"account_id": "duplicate", "returned_on": "2026-06-10", "snooze_until": "2026-12-01"},
        {"account_id": "gone", "returned_on": "2026-06-10", "snooze_until": "2026-12-01"},
        {
            "account_id": "asked again",
            "returned_on": "2026-06-10",
            "snooze_until": "2026-12-01",
            "loaded_at": "2026-06-11",
        },
        {"account_id": "asked again", "returned_on": "2026-06-10", "is_deleted": "1", "loaded_at": "2026-06-12"},
    ],
    "tier_overrides": [
        {"account_id": "gone", "tier_number": "1", "starts_on": "2026-06-01"},
        {"account_id": "kept", "tier_number": "1", "starts_on": "2026-06-01", "updated_at": "2026-06-01"},
        {"account_id": "kept", "tier_number": "3", "starts_on": "2026-06-01", "updated_at": "2026-06-02"},
    ],
    "sales_reps": [
        {"owner_id": "rep", "owner_name": "Older", "is_active": "no", "updated_at": "2026-06-01"},
        {"owner_id": "rep", "owner_name": "Newer", "updated_at": "2026-06-02"},
        {"owner_id": "rep", "owner_name": "Ahead", "updated_at": "2027-01-01", "loaded_at": "2026-06-03"},
    ],
}


def reports() -> Tables:
    """All tables."""
    accounts = [{"account_name": row["account_id"], **row} for row in ACCOUNTS]
    return {"accounts": accounts, "signals": list(signals()), **OTHERS}


def rules_of_reports() -> RuleRows:
    """The committed rules, but that website visits count once an hour."""
    return changed("engagement_triggers", {"signal_type": "website_visit"}, count_once_per="hour")
