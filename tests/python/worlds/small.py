"""Small worlds for hypothesis: raw rows around one moment, made of the values at which something changes.

Values are typed (moments and dates as such), so that a world can be moved by whole days before it is written as text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from worlds.dirty import Row, Tables, as_text, without_ties

AS_OF = datetime(2026, 3, 14, 21, 34, 56, 789000)
TODAY = AS_OF.date()
MIDNIGHT = datetime(TODAY.year, TODAY.month, TODAY.day)
MICROSECOND = timedelta(microseconds=1)

EDGES = [AS_OF, AS_OF - timedelta(days=7), AS_OF - timedelta(days=30), AS_OF - timedelta(days=140), MIDNIGHT]
EDGES += [MIDNIGHT - timedelta(days=days - 1) for days in (7, 30, 90)]


def of(*values: Any) -> st.SearchStrategy:
    """One of the values."""
    return st.sampled_from(values)


def maybe(*values: Any) -> st.SearchStrategy:
    """One of the values, or nothing."""
    return st.sampled_from((None, *values))


def row(**columns: st.SearchStrategy) -> st.SearchStrategy[Row]:
    """A row of such cells."""
    return st.fixed_dictionaries(columns)


def days(*distances: int) -> st.SearchStrategy:
    """A day so far from as_of, or none, or none that can be read."""
    return st.sampled_from((None, "soon", *(TODAY + timedelta(days=distance) for distance in distances)))


@st.composite
def moments(draw: st.DrawFn) -> datetime:
    """A moment at an edge or anywhere in the last months, with or without an offset."""
    edge = st.builds(lambda moment, side: moment + side * MICROSECOND, st.sampled_from(EDGES), of(-1, 0, 0, 1))
    anywhere = st.integers(0, 130 * 86400).map(lambda seconds: AS_OF - timedelta(seconds=seconds))
    moment = draw(st.one_of(edge, anywhere, of(AS_OF + timedelta(hours=5))))
    zone = draw(maybe(timezone(timedelta(hours=9)), timezone(-timedelta(hours=11))))
    return moment if zone is None else moment.replace(tzinfo=timezone.utc).astimezone(zone)  # noqa: UP017


IDS = of("a", "b", "c", "d", "e")
FLAG = maybe("true", "N", "1", "maybe")
VERSION = {
    "updated_at": st.one_of(maybe("never"), st.sampled_from(EDGES)),
    "is_deleted": of(None, None, None, "0", "yes", "?"),
}
ACCOUNT = row(
    account_id=of("a", "b", "c", "d", "e", "e", None),
    account_name=of("One", "Two", "Two", ""),
    domain=maybe("one.example", "https://www.ONE.example/x", "two.example", "x|y"),
    industry=maybe("SaaS", " media\u00a0", "Mining", "y|"),
    country=maybe("canada", "FRANCE", "Peru"),
    annual_revenue_usd=maybe("5e7", "49999999.99", "500000000.01", "1000000000", "2E7", "-1", "n/a"),
    growth_trend=maybe("Expanding", "stable", "shrinking"),
    estimated_deal_usd=maybe("75000", "150000", "149999.99"),
    brand_tier=maybe("high", "LOW"),
    competitive_position=maybe("greenfield", "displacement"),
    is_customer=of(None, None, "f", "yes", "?"),
    is_strategic=of(None, None, None, "y"),
    owner_id=maybe("r", "s", "t"),
    territory=maybe("North", "north", "South"),
    parent_account_id=maybe("a", "b", "c", "nobody"),
    merged_into_account_id=of(None, None, None, "a", "b", "c", "nobody"),
    competitor_renewal_on=days(-1, 0, 90, 91, 180, 181),
    get_back_on=days(-15, -14, 14, 15),
    sales_rep_count=maybe("24.9", "25", "-1"),
    sells_subscription=FLAG,
    has_self_service=FLAG,
    average_selling_price_usd=maybe("999.99", "1000", "1e5", "100000.01"),
    created_at=of(None, None, None, None, AS_OF, AS_OF + MICROSECOND),
    loaded_at=maybe(AS_OF, AS_OF - timedelta(days=1)),
    **VERSION,
)
SIGNAL = row(
    signal_id=st.integers(0, 14).map("s{}".format),
    account_id=maybe("a", "b", "c", "d", "nobody"),
    domain=maybe("one.example", "two.example", "x.example"),
    signal_type=of(
        "demo_request", "pricing_page_visit", "Website_Visit", "third_party_intent_surge", "email_click", "x"
    ),
    occurred_at=st.one_of(moments(), of("yesterday", None)) | moments(),
    contact_id=maybe("p", "q", "r"),
    signal_value=maybe("60", "59.99", "90", "100", "101"),
    loaded_at=maybe(AS_OF, AS_OF - timedelta(days=200), AS_OF - timedelta(days=1)),
    **VERSION,
)
CONTACT = row(
    contact_id=of("p", "q", "r", "s"),
    account_id=IDS,
    seniority=maybe("executive", "Manager", "practitioner", "boss"),
    department=maybe("IT", "it ", "Sales"),
    is_champion=FLAG,
    created_at=of(None, None, None, None, AS_OF, AS_OF + MICROSECOND),
    **VERSION,
)
TABLES = {
    "accounts": st.lists(ACCOUNT, min_size=1, max_size=9),
    "signals": st.lists(SIGNAL, max_size=16),
    "contacts": st.lists(CONTACT, max_size=6),
    "account_technologies": st.lists(
        row(
            account_id=IDS,
            technology=of(
                "Slack", "slack", "HubSpot", "Salesforce", "salesforce", "Google Analytics", "Google_analytics"
            ),
            detected_on=days(-1, 0, 1),
            removed_on=days(-1, 0, 1),
        ),
        max_size=6,
    ),
    "activities": st.lists(
        row(
            activity_id=st.integers(0, 9).map(str),
            account_id=IDS,
            contact_id=maybe("p", "q", "s"),
            activity_type=of("call", "email", "Meeting"),
            direction=of("inbound", "OUTBOUND", None),
            outcome=maybe("replied", "accepted", "no_response", "?"),
            occurred_at=moments(),
        ),
        max_size=5,
    ),
    "opportunities": st.lists(
        row(
            opportunity_id=of("1", "2", "3"),
            account_id=IDS,
            created_at=moments(),
            closed_at=maybe(AS_OF, AS_OF + MICROSECOND),
            is_won=FLAG,
            **VERSION,
        ),
        max_size=3,
    ),
    "sales_reps": st.lists(
        row(
            owner_id=of("r", "s", "u"),
            role=of("field", "sdr", None),
            territory=of("NORTH", "South"),
            is_active=FLAG,
            account_capacity=maybe("0", "1", "1.5", "9"),
        ),
        max_size=4,
    ),
    "tier_overrides": st.lists(
        row(
            account_id=IDS, tier_number=of("1", "2.0", "3", "9", "x"), starts_on=days(-1, 0, 1), ends_on=days(-1, 0, 1)
        ),
        max_size=4,
    ),
    "account_returns": st.lists(
        row(account_id=IDS, returned_on=days(-1, 0, 1), snooze_until=days(-1, 0, 1, 9)), max_size=3
    ),
    "product_usage": st.lists(
        row(
            account_id=IDS,
            measured_on=days(-30, 0, 1),
            daily_active_users=maybe("5", "3"),
            monthly_active_users=maybe("10", "0"),
            seats_used=maybe("8", "9"),
            seats_licensed=of("10"),
        ),
        max_size=3,
    ),
    "customer_contracts": st.lists(
        row(
            account_id=IDS,
            annual_contract_value_usd=maybe("20000", "0"),
            renewal_on=days(0, 90, 91),
            nps=maybe("-5", "50"),
        ),
        max_size=3,
    ),
}

WORLDS = st.fixed_dictionaries(TABLES)
"""Typed rows of every table; some versions differ in nothing but what they say."""


def written(world: Mapping[str, Sequence[Row]], move: int = 0, ties: bool = True) -> Tables:
    """A world as text, moved by so many days; without ties, no two versions differ in their text only."""
    step = timedelta(days=move)
    moved = {
        table: [{name: cell + step if isinstance(cell, date) else cell for name, cell in row.items()} for row in rows]
        for table, rows in world.items()
    }
    texts = as_text(moved)
    return texts if ties else {table: without_ties(table, rows) for table, rows in texts.items()}


def try_sequences(machine: type[RuleBasedStateMachine], count: int, steps: int = 7) -> None:
    """Runs so many sequences of so many of a machine's steps, the same in every run."""
    quiet = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    few = settings(
        max_examples=count,
        stateful_step_count=steps,
        phases=[Phase.generate],  # a failure is told as it is: to look for a smaller one takes minutes
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=quiet,
    )
    run_state_machine_as_test(machine, settings=few)
