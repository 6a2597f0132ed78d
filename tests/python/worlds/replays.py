"""The inputs on which the compiled project is replayed and compared with the oracle, by name.

`test_recomputation` compares them; `scripts/mutation_test.py` asks which changes of the SQL they would notice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from recomputation.reading import TABLES
from worlds.committed import demo_rows, rules
from worlds.dirty import AS_OF, as_text, facts, spelled
from worlds.rule_sets import RuleRows, changed, other_numbers, primary_only, rows_of, side_by_side, with_rows

DEMO_AS_OF = datetime(2026, 6, 30, 9)
OTHER_SETTINGS = {
    "engagement_window_days": 14,
    "fit_threshold": 45,
    "timing_threshold": 12.5,
    "decay_horizon_half_lives": 2,
    "intent_trend_threshold": 0.5,
    "touch_window_days": 3,
}


@dataclass
class Replay:
    """Raw text rows, rules, settings and as_of; `rules_meant` says what rules mean that are typed in odd ways."""

    raw: Mapping[str, Any]
    rules: RuleRows = field(default_factory=primary_only)
    as_of: datetime = AS_OF
    settings: Mapping[str, Any] = field(default_factory=dict)
    rules_meant: RuleRows | None = None
    tested: bool = False  # whether the project's data tests must hold, too


# --- Facts and rules -------------------------------------------------------------------------------------------------


def other_rules(seed: int) -> Replay:
    """Dirty facts under other rules, every other time with other settings."""
    rule_rows = side_by_side() if seed == 0 else other_numbers(seed)
    settings = OTHER_SETTINGS if seed % 2 else {}
    return Replay(spelled(facts(seed, rule_rows, 250, 2_000), seed), rule_rows, settings=settings, tested=True)


def rules_as_people_type_them() -> Replay:
    """Scientific numbers, blanks around cells, and rules that name several attributes."""
    rule_rows = changed("scoring_rules", {"min_value": "50000000"}, primary_only(), min_value=" 5E7 ")
    rule_rows = changed("tiers", {"tier_number": "1"}, rule_rows, min_score="\t8.0e1", max_share="1e-1")
    rule_rows = changed("signal_types", {"signal_type": "demo_request"}, rule_rows, points="+4e1", half_life_days="014")
    rule_rows = changed("tiers", {"tier_number": "4"}, rule_rows, tier="~ ")
    meant = changed("tiers", {"tier_number": "4"}, primary_only(), tier="~")
    return Replay(spelled(facts(11, rules(), 60, 500), 11), rule_rows, rules_meant=meant)


def points_and_points_per_unit() -> Replay:
    """What a factor with both can give at most is its dimension's max_points."""
    more = "weighted_composite | intent | decayed_signals | days_to_get_back | 0 | | | 150 | | Asked to get back to"
    return Replay(as_text(facts(12, rules(), 40, 200)), with_rows(primary_only(), scoring_rules=more))


def points_beyond_a_dimension() -> Replay:
    """82 + 20 + 25 points of at most 100: each share rounded to ten decimals, they would add up to 100.0000000001."""
    as_of = AS_OF.isoformat()
    dates = {"competitor_renewal_on": as_of, "get_back_on": as_of}
    types = ("demo_request", "third_party_intent_surge", "content_download")
    raw = {
        "accounts": [{"account_id": "a", "account_name": "A", **dates}],
        "signals": [{"signal_id": t, "account_id": "a", "signal_type": t, "occurred_at": as_of} for t in types],
    }
    return Replay(raw, primary_only(), tested=True)


def a_faint_signal() -> Replay:
    """A signal that is worth less than a point is a reason, too."""
    opened = {"signal_id": "s", "account_id": "a", "signal_type": "email_open", "occurred_at": "2026-03-10T12:00"}
    return Replay({"accounts": [{"account_id": "a", "account_name": "A"}], "signals": [opened]}, primary_only())


FACTS = {
    "accounts": {
        "annual_revenue_usd": "1000000",
        "employee_count": "10",
        "industry": "Media",
        "country": "Peru",
        "growth_trend": "stable",
        "business_model": "B2B",
        "estimated_deal_usd": "1000",
        "brand_tier": "low",
        "competitive_position": "greenfield",
        "territory": "North",
        "sales_rep_count": "25",
        "sells_subscription": "true",
        "has_self_service": "true",
        "average_selling_price_usd": "1000",
    },
    "product_usage": {
        "daily_active_users": "5",
        "monthly_active_users": "10",
        "seats_used": "3",
        "seats_licensed": "4",
        "features_used": "1",
        "features_available": "2",
        "integrations_installed": "1",
        "power_users": "1",
        "departments_using": "1",
        "headcount_growth_pct": "1",
        "cross_sell_page_views": "1",
    },
    "customer_contracts": {
        "annual_contract_value_usd": "1000",
        "expansion_potential_usd": "500",
        "renewal_on": "2026-12-31",
        "nps": "1",
        "has_executive_sponsor": "true",
    },
}
DERIVED = ("industry_match", "market_match", "dau_mau_ratio", "seat_utilization", "feature_adoption")
DERIVED += ("power_user_share", "expansion_ratio", "days_to_renewal")


def what_is_unknown() -> Replay:
    """Accounts of which all is known but one fact, and what follows from it; a model that asks for all of them."""
    names = [name for facts_of in FACTS.values() for name in facts_of]
    raw = {
        table: [
            {
                "account_id": lacking,
                **({"account_name": lacking, "is_customer": "true"} if table == "accounts" else {}),
                **({"measured_on": "2026-03-01"} if table == "product_usage" else {}),
                **{name: cell for name, cell in facts_of.items() if name != lacking},
            }
            for lacking in names
        ]
        for table, facts_of in FACTS.items()
    }
    attributes = [*(name for name in names if name != "renewal_on"), *DERIVED]
    rule_rows = primary_only() | {
        "scoring_models": rows_of("scoring_models", "weighted_composite | all | true | All"),
        "scoring_dimensions": rows_of("scoring_dimensions", f"weighted_composite | fit | 1 | {5 * len(attributes)}"),
        "scoring_rules": rows_of(
            "scoring_rules",
            "\n".join(f"weighted_composite | fit | {name} | {name} | | | | 5 | | Any {name}" for name in attributes),
        ),
    }
    return Replay(raw, rule_rows)


# --- Cells -----------------------------------------------------------------------------------------------------------

MOMENTS = {
    "dates and timestamps": """
        2026-03-14|2026-03-14T10:00|2026-03-14 10:00:59|2026-03-14T10:00:00Z|2024-02-29T10:00+02|1582-10-10T00:00
        2026-03-14T23:59:59.999999-0500|2026-03-14 00:00:00.5+14:00|2026-03-14T10:00:00.1234567891+05:45|0001-01-01
        9999-12-31T23:59:59Z|1969-12-31T23:59:59.999999Z|2026-03-14T10:00-00|2026-03-14T10:00:00.0000009Z
    """,
    "what is no moment": """
        2026-02-29|2026-04-31|2026-00-01|2026-01-00|2026-13-01|26-03-14|12026-03-14|2026-3-14|20260314|2026-03-14T
        2026-03-14T10|2026-03-14T1:00|2026-03-14T10:60|2026-03-14T25:00|2026-03-14T10:00:61|2026-03-14T10:00:00.
        2026-03-14T10:00:00,5|2026-03-14t10:00|2026-03-14T10:00z|2026-03-14  10:00|2026-03-14T10:00 Z|2026-03-14 UTC
        2026-03-14T10:00 +02:00|2026-03-14T10:00+2|2026-03-14T10:00+02:00:00|2026-03-14T10:00 Europe/Berlin|now|today
        epoch|infinity|-|2026-03-14 (BC)|0044-03-15 BC|March 14, 2026|1773525296|2026-W11-6|2026-073|14.03.2026
    """,
    "a leap second": "2026-03-14T23:59:60Z|2026-03-14T10:00:60",
    "hour 24": "2026-03-14T24:00|2026-03-14 24:00:00Z",
    "year 0": "0000-03-14|0000-01-01T00:00:00Z",
    "offsets that do not exist": "2026-03-14T10:00+24:00|2026-03-14T10:00-99|2026-03-14T10:00+05:60",
}
NUMBERS = {
    "plain and scientific": """
        0|007|+5|1.50|.5|+.5|5e7|5E+07|2.5e-3|-0|-0.0|0e0|00.00|50000000.00|1e-320|1e-400|75000|150000.00|74999.99
    """,
    "what is no number": """
        -5|-.5|1,5|1 000|1_000|0x1F|0b1|1e|e5|1e+|1.2.3|.|+|--1|+-1|5%|$5|5 USD|1e5.0|NaN|nan|inf|-Infinity|true|½|٣
        1e309|-1e309|1f|1d|1L
    """,
    "nothing after the point": "5.|5.e3|+0.",
    "large numbers": "1e15|123456789012345|1e14",
    "the greatest double": "1.7976931348623157e308",
}
FLAGS = {
    "true": "true|TRUE|t|T|Yes|y|1| 1 ",
    "false": "False|f|NO|n|0|\tno\u00a0",
    "neither": "on|off|ja|2|1.0|01|-1|truely|y es|null",
}
COUNTRIES = {
    "white space": "|".join(
        f"{c}Germany{c}" for c in " \t\n\r\x0b\x0c\x85\u00a0\u1680\u2000\u200a\u2028\u2029\u202f\u205f\u3000"
    ),
    "what only looks like white space": "|".join(f"{c}Germany{c}" for c in "\u200b\ufeff\u180e\u00ad"),
    "printed characters": "~Germany~|~|!Germany!|Germany~|Germany ~ |-",
    "separators without the property White_Space": "|".join(f"{c}Germany" for c in "\x1c\x1d\x1e\x1f"),
}
CELLS = {
    "accounts.get_back_on": MOMENTS,
    "signals.occurred_at": MOMENTS,
    "accounts.estimated_deal_usd": NUMBERS,
    "tier_overrides.tier_number": {
        "whole numbers": "1|2.0|3e0|0|1.5|-1|40e-1||I|999999",
        "large numbers": "1e7|2147483647|2147483648|2147483646.5",
    },
    "signals.signal_value": {"0 to 100": "0|100|100.0|1e2|100.0000001|-0.0001|-0|101"},
    "customer_contracts.nps": {"of either sign": "-100|-.5|+7|1e400|-1e400|5-"},
    "accounts.is_strategic": FLAGS,
    "accounts.country": COUNTRIES,
    "accounts.growth_trend": {"a category": "Expanding| STABLE |expand||contracting.|\u00a0stable"},
}


def cells(column: str, group: str) -> Replay:
    """Each text of a group in a row of its own."""
    table, column = column.split(".")
    lines = CELLS[f"{table}.{column}"][group].split("\n        ")
    texts = [cell for line in lines for cell in line.removesuffix("\n    ").split("|")]
    raw = {"accounts": [{"account_id": f"{n:03}", "account_name": "-"} for n in range(len(texts))]}
    if table != "accounts":
        raw[table] = [{"account_id": row["account_id"]} for row in raw["accounts"]]
    required = {"signal_type": "demo_request", "occurred_at": "2026-03-14", "tier_number": "1"}
    for row, text in zip(raw[table], texts, strict=True):
        row |= {name: required.get(name, row["account_id"]) for name in TABLES[table].required if name not in row}
        row[column] = text
    return Replay(raw)


DOMAINS = """
    acme.com|ACME.com|https://acme.com|HTTP://WWW.ACME.COM/|www.acme.com:8080/a?b#c|acme.com?x=y|acme.com#top|wwwacme.com
    www.www.acme.com|ftp://acme.com/www.other.com|acme.com/https://b.com|www.|https://|http://www.|münchen.de|MÜNCHEN.DE
    git+ssh://acme.com|acme.com.|sub.acme.com|/acme.com
""".replace("\n", "|").split("|")


def domains(theirs: str) -> Replay:
    """An account's domain and signals of many."""
    accounts = [{"account_id": "a", "account_name": "A", "domain": theirs}]
    signals = [
        {"signal_id": f"{n:03}", "domain": domain, "signal_type": "website_visit", "occurred_at": "2026-03-14"}
        for n, domain in enumerate(DOMAINS)
    ]
    return Replay({"accounts": accounts, "signals": signals})


REPLAYS: Mapping[str, Callable[[], Replay]] = {
    **{f"other rules {seed}": partial(other_rules, seed) for seed in range(7)},
    "rules as people type them": rules_as_people_type_them,
    "points and points per unit": points_and_points_per_unit,
    "points beyond a dimension": points_beyond_a_dimension,
    "a faint signal": a_faint_signal,
    "what is unknown": what_is_unknown,
    "the demo": lambda: Replay(demo_rows(), rules(), DEMO_AS_OF),
    **{f"{column}: {group}": partial(cells, column, group) for column, groups in CELLS.items() for group in groups},
    **{
        f"domains like {theirs}": partial(domains, theirs)
        for theirs in ("acme.com", "www.Acme.com/x", "münchen.de", "www.acme.com.")
    },
}
