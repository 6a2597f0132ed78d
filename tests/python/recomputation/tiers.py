"""From scores to tiers, step by step: rank, score and hold, capacity, hot promotion, strategic, override."""

import math
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from .attributes import Account
from .reading import Record
from .rules import Model, Tier
from .scoring import Score


@dataclass
class Placing:
    """Where a ranked account stands in a model; the steps move it."""

    account: Account
    score: Score
    is_hot: bool
    tier_before: int | None = None
    rank: int = 0
    score_tier_number: int = 0
    tier_number: int = 0
    tier_reason: str = "score"
    capacity_tier_number: int | None = None
    override_tier_number: int | None = None

    @property
    def account_id(self) -> str:
        """The account's id."""
        account_id: str = self.account.record["account_id"]
        return account_id

    def move(self, tier_number: int, step: str) -> None:
        """Set the tier; the step becomes the reason only if that changes something."""
        if tier_number != self.tier_number:
            self.tier_number = tier_number
            self.tier_reason = step


def place(model: Model, placings: list[Placing], active_field_reps: int, today: date) -> list[Placing]:
    """Rank the accounts of a model and put each into its tier; the result is in rank order."""
    ranked = sorted(placings, key=_rank_key)
    for rank, placing in enumerate(ranked, start=1):
        placing.rank = rank
    if not model.tiers:
        return ranked
    _by_score(model, ranked)
    for placing in ranked:
        _hold(model, placing)
    _by_capacity(model, ranked, active_field_reps, today)
    for placing in ranked:
        placing.capacity_tier_number = placing.tier_number
        _promote_hot(model, placing)
        if placing.account.record["is_strategic"]:
            placing.move(model.tiers[0].tier_number, "strategic")
        chosen = _chosen(placing, {tier.tier_number for tier in model.tiers}, today)
        placing.override_tier_number = chosen
        if chosen is not None:
            placing.move(chosen, "override")
    return ranked


def _rank_key(placing: Placing) -> tuple[Any, ...]:
    """Step 1: priority score, fit and intent from high to low, then the account id in byte order."""
    fit, intent = placing.score.dimension_score("fit"), placing.score.dimension_score("intent")
    return (
        -placing.score.priority_score,
        -(fit or Fraction(0)),
        -(intent or Fraction(0)),
        placing.account_id.encode("utf-8", "surrogatepass"),
    )


def _by_score(model: Model, ranked: list[Placing]) -> None:
    """Step 2: the first tier whose min_score is reached; the last takes what reaches none."""
    for placing in ranked:
        reached = [
            tier.tier_number
            for tier in model.tiers
            if tier.min_score is None or tier.min_score <= placing.score.priority_score
        ]
        placing.tier_number = placing.score_tier_number = reached[0] if reached else model.tiers[-1].tier_number


def _hold(model: Model, placing: Placing) -> None:
    """An account stays in its better tier while its score is at most the margin below that tier's min_score."""
    for tier in model.tiers:
        if tier.tier_number == placing.tier_before and tier.tier_number < placing.tier_number:
            assert tier.min_score is not None
            if placing.score.priority_score >= tier.min_score - tier.demotion_margin:
                placing.move(tier.tier_number, "held")


def _by_capacity(model: Model, ranked: list[Placing], active_field_reps: int, today: date) -> None:
    """Step 3: tier by tier, what is over moves, lowest rank first, to the front of the next tier.

    Who is placed by an override, or strategic, stands in line for no tier; a hot account for none below the one that it
    is promoted to.
    """
    numbers = {tier.tier_number for tier in model.tiers}
    hot = min((tier.tier_number for tier in model.tiers if tier.promote_hot), default=None)

    def stands(placing: Placing, tier_number: int) -> bool:
        is_placed = placing.account.record["is_strategic"] or _chosen(placing, numbers, today) is not None
        is_promoted = placing.is_hot and hot is not None and tier_number > hot
        return not is_placed and not is_promoted

    members = {
        number: [placing for placing in ranked if placing.tier_number == number and stands(placing, number)]
        for number in sorted(numbers)
    }
    for tier, following in zip(model.tiers, model.tiers[1:], strict=False):
        most = capacity(tier, len(ranked), active_field_reps)
        here, there = members[tier.tier_number], members[following.tier_number]
        while most is not None and len(here) > most:
            moved = here.pop()
            moved.move(following.tier_number, "capacity")
            if stands(moved, following.tier_number):
                there.insert(0, moved)


def _chosen(placing: Placing, tier_numbers: set[int], today: date) -> int | None:
    """The tier that an override sets on the day."""
    return override(placing.account.overrides, tier_numbers, today)


def capacity(tier: Tier, ranked_accounts: int, active_field_reps: int) -> int | None:
    """How many accounts a tier holds: the least of its limits, None without any."""
    limits = []
    if tier.max_accounts is not None:
        limits.append(math.floor(tier.max_accounts))
    if tier.max_accounts_per_rep is not None and active_field_reps > 0:
        limits.append(math.floor(tier.max_accounts_per_rep * active_field_reps))
    if tier.max_share is not None:
        limits.append(math.ceil(tier.max_share * ranked_accounts))
    return min(limits, default=None)


def _promote_hot(model: Model, placing: Placing) -> None:
    """Step 4: a hot account below the tier marked promote_hot moves up to it."""
    marked = [tier.tier_number for tier in model.tiers if tier.promote_hot]
    if placing.is_hot and marked and placing.tier_number > marked[0]:
        placing.move(marked[0], "hot_promotion")


def override(overrides: list[Record], tier_numbers: set[int], today: date) -> int | None:
    """Step 6: the tier that the override in force sets: the latest starts_on, then the lowest tier_number."""
    in_force = [
        row
        for row in overrides
        if row["tier_number"] in tier_numbers
        and (row["starts_on"] is None or row["starts_on"] <= today)
        and (row["ends_on"] is None or today <= row["ends_on"])
    ]
    if not in_force:
        return None
    latest = max(in_force, key=lambda row: (*_nulls_lowest(row["starts_on"]), -row["tier_number"]))
    return int(latest["tier_number"])


def _nulls_lowest(day: date | None) -> tuple[Any, ...]:
    """What a day is ordered by where none is earlier than any."""
    return (day is not None, day or date.min)


def snooze(returns: list[Record], account_id: str, today: date) -> Record | None:
    """What lets the account itself, not one that was merged into it, rest today: the latest return, the last day."""
    resting = [
        row
        for row in returns
        if row["account_id"] == account_id
        and row["snooze_until"] is not None
        and row["returned_on"] <= today < row["snooze_until"]
    ]
    if not resting:
        return None
    return {name: max(row[name] for row in resting) for name in ("returned_on", "snooze_until")}
