"""Some days of a CRM with 260 accounts."""

from __future__ import annotations

from .dirty import Tables

RANKED_BEFORE = [f"acc-{n:03}" for n in range(10, 24)]
SNOOZED, DELETED, GONE = RANKED_BEFORE[:4], RANKED_BEFORE[4:7], RANKED_BEFORE[7:9]
CUSTOMERS, MERGED = RANKED_BEFORE[9:12], RANKED_BEFORE[12:]
NEVER_RANKED, RANKED_LATE, WARMED = "acc-007", "acc-057", [f"acc-{n:03}" for n in range(30, 45)]
NEW = "acc-900"
LEFT = {
    **dict.fromkeys(SNOOZED, "snoozed"),
    **dict.fromkeys([*DELETED, *GONE], "deleted"),
    **dict.fromkeys(CUSTOMERS, "outside_population"),
    **dict.fromkeys(MERGED, "merged"),
}
"""Accounts that are no longer ranked on the last day, and why."""


def first_day() -> Tables:
    """Accounts of every tier; half of them with a signal, which decays from day to day."""
    accounts = [
        {
            "account_id": f"acc-{n:03}",
            "account_name": f"Account {n}",
            "industry": ("Software", "Marketing", "Mining")[n % 3],
            "country": ("Canada", "Germany", "Chile")[n // 3 % 3],
            "annual_revenue_usd": ("100e6", "30e6", "5e6")[n // 9 % 3],
            "growth_trend": ("expanding", "stable", None)[n // 27 % 3],
            "brand_tier": ("high", "low", None)[n % 7 % 3],
            "estimated_deal_usd": "200000" if n % 4 == 0 else None,
            "is_strategic": "true" if n % 40 == 5 else "false",
            "is_customer": "true" if n % 50 == 7 else "false",
            "is_deleted": "false",
            "merged_into_account_id": None,
        }
        for n in range(260)
    ]
    signals = [
        {
            "signal_id": f"s{n}",
            "account_id": f"acc-{n:03}",
            "signal_type": ("demo_request", "website_visit", "webinar_attendance")[n % 5 % 3],
            "occurred_at": f"2026-02-{n % 28 + 1:02}T10:00:00Z",
        }
        for n in range(0, 260, 2)
    ]
    technologies = [
        {"account_id": f"acc-{n:03}", "technology": technology}
        for n in range(0, 260, 3)
        for technology in ("Slack", "Snowflake", "Marketo")
    ]
    return {"accounts": accounts, "signals": signals, "account_technologies": technologies, "account_returns": []}


def next_day(raw: Tables) -> Tables:
    """Some accounts ask for a demo, one is new, and one that was a customer is a prospect again."""
    asked = [
        {"signal_id": f"d{a}", "account_id": a, "signal_type": "demo_request", "occurred_at": "2026-03-03T01:00:00Z"}
        for a in WARMED
    ]
    accounts = [{**a, "is_customer": "false"} if a["account_id"] == RANKED_LATE else a for a in raw["accounts"]]
    new = {**accounts[0], "account_id": NEW, "account_name": "New"}
    return {**raw, "accounts": [*accounts, new], "signals": [*raw["signals"], *asked]}


def last_day(raw: Tables) -> Tables:
    """Accounts leave the ranking in each way there is."""
    accounts = [
        {
            **a,
            "is_customer": "true" if a["account_id"] in CUSTOMERS else a["is_customer"],
            "is_deleted": "true" if a["account_id"] in DELETED else "false",
            "merged_into_account_id": "acc-001" if a["account_id"] in MERGED else None,
        }
        for a in raw["accounts"]
        if a["account_id"] not in GONE
    ]
    returns = [{"account_id": a, "returned_on": "2026-03-04", "snooze_until": "2026-06-01"} for a in SNOOZED]
    return {**raw, "accounts": accounts, "account_returns": returns}


def days() -> list[tuple[str, Tables, str]]:
    """The first day, the next, that one again, a last one, and then one before the last that was left out.

    Each with its name, its raw tables and its as_of."""
    first = first_day()
    following = next_day(first)
    last = last_day(following)
    return [
        ("first", first, "2026-03-02T06:00:00"),
        ("next", following, "2026-03-03T06:00:00"),
        ("again", following, "2026-03-03T06:00:00"),
        ("last", last, "2026-03-05T06:00:00"),
        ("filled in", following, "2026-03-04T06:00:00"),
    ]
