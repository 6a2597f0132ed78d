"""What a rule may ask about an account. None is unknown; a count of nothing is 0."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from .clock import Clock
from .reading import TABLES, Record
from .rules import Rules
from .signals import decayed_points
from .values import sum_of_amounts

SENIORITIES = ("executive", "manager", "practitioner")

_OF_ACCOUNT = frozenset(
    {
        "annual_revenue_usd",
        "employee_count",
        "industry",
        "country",
        "growth_trend",
        "business_model",
        "estimated_deal_usd",
        "brand_tier",
        "competitive_position",
        "territory",
        "sales_rep_count",
        "sells_subscription",
        "has_self_service",
        "average_selling_price_usd",
    }
)
_VERSION = {"account_id", "updated_at", "is_deleted", "loaded_at"}
_OF_USAGE = frozenset(TABLES["product_usage"].columns) - _VERSION
_OF_CONTRACT = frozenset(TABLES["customer_contracts"].columns) - _VERSION
_RATIOS = {
    "dau_mau_ratio": ("daily_active_users", "monthly_active_users"),
    "seat_utilization": ("seats_used", "seats_licensed"),
    "feature_adoption": ("features_used", "features_available"),
    "power_user_share": ("power_users", "monthly_active_users"),
    "expansion_ratio": ("expansion_potential_usd", "annual_contract_value_usd"),
}
_SIGNAL_COUNT = re.compile(r"signals_(.+)_([0-9]+)d")
_IN_USE = re.compile(r"uses_([^ ]+)")


@dataclass
class Account:
    """An account with everything that belongs to it after merges; answers for any attribute by name."""

    record: Record
    clock: Clock
    rules: Rules
    signals: list[Record] = field(default_factory=list)
    technologies: list[Record] = field(default_factory=list)
    contacts: list[Record] = field(default_factory=list)
    activities: list[Record] = field(default_factory=list)
    opportunities: list[Record] = field(default_factory=list)
    overrides: list[Record] = field(default_factory=list)
    returns: list[Record] = field(default_factory=list)
    usage: list[Record] = field(default_factory=list)
    contracts: list[Record] = field(default_factory=list)
    _known: dict[str, object] = field(default_factory=dict)

    def attribute(self, name: str) -> Any:
        """The value of an attribute, or None where it is unknown."""
        if name not in self._known:
            self._known[name] = self._find(name)
        return self._known[name]

    def decayed_points_at(self, as_of: datetime) -> Fraction:
        """decayed_intent_points as the same data gives them at another moment."""
        return decayed_points(self.signals, self.rules.signal_types, as_of, self.clock)

    def _find(self, name: str) -> object:
        if name in _OF_ACCOUNT:
            return self.record[name]
        if name in _OF_USAGE:
            return self._of_customer(self._current_usage(), name)
        if name in _OF_CONTRACT:
            return self._of_customer(self._own_first(self.contracts), name)
        if name in _RATIOS:
            return _ratio(*(self.attribute(part) for part in _RATIOS[name]))
        counted = _SIGNAL_COUNT.fullmatch(name)
        if counted:
            return self._signal_count(counted[1], int(counted[2]))
        in_use = _IN_USE.fullmatch(name)
        if in_use:
            return in_use[1] in {technology.replace(" ", "_") for technology in self._installed()}
        derive = getattr(self, f"_derive_{name}", None)
        return derive() if derive else self.record["further"].get(name)

    # What the rule files say about the account.

    def _derive_industry_match(self) -> str | None:
        industry = self.record["industry"]
        return None if industry is None else self.rules.industries.get(industry.lower(), "non_target")

    def _derive_market_match(self) -> str | None:
        country = self.record["country"]
        return None if country is None else self.rules.markets.get(country.lower(), "expansion")

    def _derive_complementary_technologies(self) -> int:
        return len(self._installed() & self.rules.technologies)

    def _installed(self) -> set[str]:
        """What is installed today, in lower case."""
        today = self.clock.today
        return {
            row["technology"].lower()
            for row in self.technologies
            if (row["detected_on"] is None or row["detected_on"] <= today)
            and (row["removed_on"] is None or row["removed_on"] > today)
        }

    # Dates.

    def _days_to(self, day: date | None) -> int | None:
        return None if day is None else (day - self.clock.today).days

    def _derive_days_to_competitor_renewal(self) -> int | None:
        return self._days_to(self.record["competitor_renewal_on"])

    def _derive_days_to_get_back(self) -> int | None:
        return self._days_to(self.record["get_back_on"])

    def _derive_days_to_renewal(self) -> int | None:
        return self._days_to(self.attribute("renewal_on"))

    # Signals.

    def _derive_decayed_intent_points(self) -> Fraction:
        return self.decayed_points_at(self.clock.as_of)

    def _derive_third_party_intent_score(self) -> Fraction | None:
        values = [
            signal["signal_value"]
            for signal in self.signals
            if signal["signal_value"] is not None and self.clock.in_last_days(signal["occurred_at"], 30)
        ]
        return max(values, default=None)

    def _signal_count(self, signal_type: str, days: int) -> int:
        if signal_type not in self.rules.signal_types:
            raise KeyError(f"unknown signal type {signal_type}")
        return sum(
            signal["signal_type"] == signal_type and self.clock.in_last_days(signal["occurred_at"], days)
            for signal in self.signals
        )

    # People.

    def _engaged(self) -> list[Record]:
        """The contacts that a signal or an inbound activity of this account, in the engagement window, is of."""
        doings = [*self.signals, *(row for row in self.activities if row["direction"] == "inbound")]
        window = self.clock.engagement_window_days
        seen = {row["contact_id"] for row in doings if self.clock.in_last_days(row["occurred_at"], window)}
        return [contact for contact in self.contacts if contact["contact_id"] in seen]

    def _derive_engaged_contacts(self) -> int:
        """Those with one e-mail address count once."""
        emails = [contact["email"] and contact["email"].lower() for contact in self._engaged()]
        return len({*emails} - {None}) + emails.count(None)

    def _derive_highest_engaged_seniority(self) -> str | None:
        present = {contact["seniority"] for contact in self._engaged()}
        return next((seniority for seniority in SENIORITIES if seniority in present), None)

    def _derive_engaged_departments(self) -> int:
        return len({row["department"].lower() for row in self._engaged() if row["department"] is not None})

    def _derive_champions(self) -> int:
        return sum(contact["is_champion"] for contact in self.contacts)

    # Activities and opportunities.

    def touches(self, direction: str) -> list[Record]:
        """The activities in a direction, up to as_of."""
        return [
            row for row in self.activities if row["direction"] == direction and row["occurred_at"] <= self.clock.as_of
        ]

    def _outbound_rate(self, activity_type: str, success: str) -> Fraction | None:
        attempts = [
            activity["outcome"]
            for activity in self.activities
            if activity["direction"] == "outbound"
            and activity["activity_type"] == activity_type
            and self.clock.in_last_days(activity["occurred_at"], self.clock.engagement_window_days)
        ]
        return Fraction(attempts.count(success), len(attempts)) if attempts else None

    def _derive_meeting_acceptance_rate(self) -> Fraction | None:
        return self._outbound_rate("meeting", "accepted")

    def _derive_email_reply_rate(self) -> Fraction | None:
        return self._outbound_rate("email", "replied")

    def _derive_days_since_last_activity(self) -> int | None:
        past = [row["occurred_at"] for row in self.activities if row["occurred_at"] <= self.clock.as_of]
        return self.clock.days_ago(max(past)) if past else None

    def _derive_previous_opportunities(self) -> int:
        return len(self._opportunities)

    @property
    def _opportunities(self) -> list[Record]:
        """Those created by as_of."""
        return [row for row in self.opportunities if row["created_at"] <= self.clock.as_of]

    def open_opportunities(self) -> list[Record]:
        """Those that were not closed by as_of."""
        return [row for row in self._opportunities if self._is_open(row)]

    def _is_open(self, opportunity: Record) -> bool:
        """Whether it was not closed by as_of."""
        return opportunity["closed_at"] is None or opportunity["closed_at"] > self.clock.as_of

    def _derive_open_opportunities(self) -> int:
        return len(self.open_opportunities())

    def _derive_won_opportunities(self) -> int:
        return sum(not self._is_open(row) and bool(row["is_won"]) for row in self._opportunities)

    def _derive_lost_opportunities(self) -> int:
        return sum(not self._is_open(row) and not row["is_won"] for row in self._opportunities)

    def _derive_open_opportunity_amount_usd(self) -> Fraction | None:
        return sum_of_amounts(row["amount_usd"] for row in self.open_opportunities())

    # Customers.

    @property
    def is_customer(self) -> bool:
        """Whether it is one on the day."""
        since = self.record["customer_since"]
        won = [row["closed_at"] for row in self.opportunities if row["is_won"] and row["closed_at"] is not None]
        return (
            bool(self.record["is_customer"])
            and (since is None or since <= self.clock.today)
            and (not won or min(won) <= self.clock.as_of)
        )

    def _of_customer(self, row: Record | None, column: str) -> object:
        return row[column] if row is not None and self.is_customer else None

    def _current_usage(self) -> Record | None:
        past = [row for row in self.usage if row["measured_on"] <= self.clock.today]
        latest = max((row["measured_on"] for row in past), default=None)
        return self._own_first([row for row in past if row["measured_on"] == latest])

    def _own_first(self, rows: list[Record]) -> Record | None:
        """Of rows that ended at this account by merges: its own, else that of the lowest account_id."""
        return min(
            rows,
            key=lambda row: (row["account_id"] != self.record["account_id"], row["account_id"].encode("utf-8")),
            default=None,
        )


def _ratio(part: Fraction | None, whole: Fraction | None) -> Fraction | None:
    """A ratio as a double holds it: what would be infinite is 1e300, what would vanish is nothing."""
    if part is None or not whole:
        return None
    ratio = Fraction(part) / Fraction(whole)
    if ratio > 10**299:
        return Fraction(10**300)
    return Fraction(0) if ratio < Fraction(1, 10**299) else ratio
