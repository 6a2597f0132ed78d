"""Where a ranked account stands: how long in its tier, who turned to whom last, which deals are open."""

import math
from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction

from .attributes import Account
from .engagement import Engagement
from .reading import Record
from .scoring import FactorScore
from .signals import decayed_points
from .values import published, round_half_up

DAYS_OF_CADENCE = {
    "daily": 1,
    "weekly": 7,
    "biweekly": 14,
    "fortnightly": 14,
    "monthly": 30,
    "quarterly": 90,
    "yearly": 365,
    "annual": 365,
    "annually": 365,
}


ACTIONABLE = {
    *("engaged_contacts", "highest_engaged_seniority", "engaged_departments", "champions", "meeting_acceptance_rate"),
    *("email_reply_rate", "open_opportunities", "days_since_last_activity", "has_executive_sponsor"),
}
"""The attributes that a rep can change."""
RECORDED = {"has_executive_sponsor"}
"""Those of them that are unknown where nobody recorded them; of the others nothing was observed."""


def tenures(tables: Mapping[str, list[Record]], primary: str, today: date) -> dict[str, Record]:
    """By ranked account, since when it has been in its tier, where it was before, and its place a week before."""
    days = [row["tier_date"] for row in tables["build_days"] if row["scoring_model"] == primary]
    week_ago = max((day for day in days if day <= today - timedelta(days=7)), default=None)
    then = {
        row["account_id"]: row
        for row in tables["account_tier_history"]
        if row["scoring_model"] == primary and row["tier_date"] == week_ago
    }
    changes: dict[str, Record] = {}
    for row in sorted(tables["account_tier_changes"], key=lambda row: row["changed_on"]):
        if row["scoring_model"] == primary and row["changed_on"] <= today:
            changes[row["account_id"]] = row
    found = {}
    for account_id in (row["account_id"] for row in tables["account_tiers"]):
        change, before = changes.get(account_id, {}), then.get(account_id, {})
        since = change.get("changed_on", min(days))
        found[account_id] = {
            "previous_tier_number": change.get("from_tier_number"),
            "tier_since": since,
            "days_in_tier": (today - since).days,
            "priority_rank_7d_ago": before.get("priority_rank"),
            "priority_score_7d_ago": before.get("priority_score"),
            "has_come_up": bool(change) and not (change["from_tier_number"] or math.inf) <= change["to_tier_number"],
        }
    return found


def next_step_code(
    account: Account, engaged: Engagement, factors: tuple[FactorScore, ...], tenure: Record
) -> str | None:
    """Which kind of thing is to be done next: the first that holds."""
    today = account.clock.today
    if engaged.response_status in ("overdue", "due"):
        return "respond"
    if account.open_opportunities():
        return "work_deal"
    asked_for = account.record["get_back_on"]
    touched = [account.clock.day(row["occurred_at"]) for row in account.touches("outbound")]
    if asked_for is not None and -30 <= (asked_for - today).days <= 14 and not any(day >= asked_for for day in touched):
        return "come_back"
    if tenure["has_come_up"] and tenure["days_in_tier"] < 7 and _has_recent_signals(account):
        return "open"
    gaps = [
        factor
        for factor in factors
        if factor.attribute in ACTIONABLE
        and not (factor.is_unknown and factor.attribute in RECORDED)
        and round_half_up(factor.priority_gap, 10) >= Fraction("0.05")
    ]
    return "close_gap" if gaps else None


def _has_recent_signals(account: Account) -> bool:
    """Whether a type of signal occurred in the last 30 days that still counts."""
    clock = account.clock
    recent = {row["signal_type"] for row in account.signals if clock.in_last_days(row["occurred_at"], 30)}
    types = account.rules.signal_types
    return any(
        decayed_points([row for row in account.signals if row["signal_type"] == name], types, clock.as_of, clock) > 0
        for name in recent
    )


def touches(account: Account, touch_cadence: str | None) -> Record:
    """The last activity in each direction, and when the cadence of its tier asks for the next."""
    outbound, inbound = (account.touches(direction) for direction in ("outbound", "inbound"))
    last = min(outbound, key=lambda row: (-row["occurred_at"].timestamp(), row["activity_id"].encode()), default=None)
    word = (touch_cadence or "").lower().partition(" ")[0]
    period = DAYS_OF_CADENCE.get(word)
    today = account.clock.today
    due = today
    if last is not None and period is not None:
        due = account.clock.day(last["occurred_at"]) + timedelta(days=period)
    return {
        "last_outbound_at": last and last["occurred_at"],
        "last_outbound_type": last and last["activity_type"],
        "last_inbound_at": max((row["occurred_at"] for row in inbound), default=None),
        "next_touch_due_on": due if period is not None else None,
    }


def deals(account: Account) -> Record:
    """The open opportunities, with the stage of the largest."""
    amount = account.attribute("open_opportunity_amount_usd")
    largest = min(
        account.open_opportunities(),
        key=lambda row: (row["amount_usd"] is None, -(row["amount_usd"] or 0), row["opportunity_id"].encode()),
        default=None,
    )
    return {
        "open_opportunities": account.attribute("open_opportunities"),
        "open_opportunity_amount_usd": None if amount is None else float(published(amount)),
        "open_opportunity_stage": largest and largest["stage"],
    }
