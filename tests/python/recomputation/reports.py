"""What dashboards read beside scores and tiers: signals by type, events by day, tiers of models, answers."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from .attributes import Account
from .clock import Clock
from .engagement import Engagement, response
from .reading import Record
from .rules import Model
from .signals import decayed_points
from .values import published

DAYS_OF_TIMELINE = 180
WEEK = timedelta(days=7)


def account_signals(accounts: Mapping[str, Account]) -> list[Record]:
    """A row for each account and type of signal that counts, or counted a week ago, or occurred in the last 30 days."""
    return [row for account in accounts.values() for row in _signals_of(account)]


def _signals_of(account: Account) -> list[Record]:
    clock, types = account.clock, account.rules.signal_types
    rows = []
    for name in sorted({row["signal_type"] for row in account.signals}):
        kind, those = types[name], [row for row in account.signals if row["signal_type"] == name]
        past = [row for row in those if row["occurred_at"] <= clock.as_of and _lasts(row, kind.half_life_days, clock)]
        if past:
            now, then = (decayed_points(those, types, moment, clock) for moment in (clock.as_of, clock.as_of - WEEK))
            rows.append(
                {
                    "account_id": account.record["account_id"],
                    "signal_type": name,
                    "last_occurred_at": max(row["occurred_at"] for row in past),
                    **{
                        f"signals_{n}d": sum(clock.in_last_days(row["occurred_at"], n) for row in past) for n in (7, 30)
                    },
                    "decayed_points": float(published(now)),
                    "decayed_points_7d_ago": float(published(then)),
                }
            )
    return rows


def _lasts(signal: Record, half_life_days: Any, clock: Clock) -> bool:
    """Whether it is within the horizon, or was a week ago, or of the last 30 days."""
    if half_life_days is None or clock.days_ago(signal["occurred_at"]) < 30:
        return True
    age = (clock.as_of - WEEK - signal["occurred_at"]) / timedelta(days=1)
    return bool(age / float(half_life_days) <= float(clock.horizon_half_lives))


def account_timeline(
    accounts: Mapping[str, Account], changes: list[Record], primary: str, clock: Clock
) -> list[Record]:
    """How many events of each kind an account had on each of the last 180 days."""
    counts: Counter[tuple[str, date, str]] = Counter()
    for account_id, account in accounts.items():
        moments = [("signal", row["occurred_at"]) for row in account.signals]
        for direction, kind in (("outbound", "touch"), ("inbound", "reply")):
            moments += [(kind, row["occurred_at"]) for row in account.touches(direction)]
        for deal in account.opportunities:
            if deal["created_at"] <= clock.as_of:
                moments.append(("opportunity_created", deal["created_at"]))
                if deal["closed_at"] is not None:
                    moments.append((f"opportunity_{'won' if deal['is_won'] else 'lost'}", deal["closed_at"]))
        counts.update(
            (account_id, clock.day(moment), kind) for kind, moment in moments if clock.in_last_days(moment, 180)
        )
    for row in changes:
        if row["scoring_model"] == primary and 0 <= (clock.today - row["changed_on"]).days < DAYS_OF_TIMELINE:
            counts[row["account_id"], row["changed_on"], "tier_change"] += 1
    return [
        {"account_id": account_id, "day": day, "kind": kind, "count": count}
        for (account_id, day, kind), count in counts.items()
    ]


def scoring_model_tiers(models: tuple[Model, ...]) -> list[Record]:
    """The tiers of all models, with the weights of their dimensions and the treatment."""
    limits = ("min_score", "max_accounts", "max_accounts_per_rep", "max_share")
    treated = ("accounts_per_rep", "touch_cadence", "program", "budget_min_usd", "budget_max_usd")
    rows = []
    for model in models:
        weights = {dimension.dimension: dimension.weight for dimension in model.dimensions}
        for tier in model.tiers:
            treatment = model.treatments.get(tier.tier_number, {})
            rows.append(
                {
                    "scoring_model": model.scoring_model,
                    "is_primary": model.is_primary,
                    "tier_number": tier.tier_number,
                    "tier": tier.tier,
                    **{name: _float(getattr(tier, name)) for name in limits},
                    "promote_hot": tier.promote_hot,
                    **{
                        f"{name}_weight": _float(weights.get(name))
                        for name in ("fit", "intent", "relationship", "strategic")
                    },
                    "covered_by": treatment.get("coverage"),
                    **{name: _float(treatment.get(name)) for name in treated},
                }
            )
    return rows


def hot_responses(
    before: Mapping[str, list[Record]],
    engagements: Mapping[str, Engagement],
    accounts: Mapping[str, Account],
    as_of: datetime,
) -> list[Record]:
    """Who was hot when it was last told, and who is now; an answer ends the first of them that nobody had answered."""
    episodes = [
        {name: row[name] for name in ("account_id", "hot_since", "engagement_trigger", "respond_by", "owner_id")}
        | {"answered_at": row["answered_at"]}
        for row in before.get("hot_responses", [])
    ]
    episodes += [
        {
            "account_id": account_id,
            "hot_since": engaged.since,
            "engagement_trigger": engaged.trigger,
            "respond_by": engaged.due,
            "owner_id": accounts[account_id].record["owner_id"],
            "answered_at": engaged.answered_at,
        }
        for account_id, engaged in engagements.items()
        if engaged.response_status is not None
    ]
    once: dict[tuple[str, datetime], Record] = {}
    for row in sorted(episodes, key=_order):
        once.setdefault((row["account_id"], row["hot_since"]), row)
    first: dict[tuple[str, datetime | None], Record] = {}
    for row in sorted(once.values(), key=lambda row: row["hot_since"]):
        account = accounts.get(row["account_id"])
        outbound = [touch["occurred_at"] for touch in account.touches("outbound")] if account else []
        if row["answered_at"] is None:
            row["answered_at"] = min((moment for moment in outbound if moment >= row["hot_since"]), default=None)
        first.setdefault((row["account_id"], row["answered_at"]), row)
    for row in first.values():
        answered_at = row["answered_at"]
        hours = None if answered_at is None else (answered_at - row["hot_since"]) / timedelta(hours=1)
        row["hours_to_answer"] = None if hours is None else round(hours, 6)
        row["response_status"] = response(row["respond_by"], answered_at, answered_at is None, as_of)
    return list(first.values())


def _order(row: Record) -> tuple[Any, ...]:
    """Of two tellings of one moment, that which knows an answer comes first."""
    return (
        *(row["answered_at"] is None, row["answered_at"] or datetime.max, row["respond_by"]),
        *(row["engagement_trigger"].encode(), row["owner_id"] is None, (row["owner_id"] or "").encode()),
    )


def _float(value: Any) -> Any:
    return value if value is None or isinstance(value, str) else float(value)
