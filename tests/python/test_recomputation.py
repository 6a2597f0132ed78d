"""Every published table against the independent recomputation: as dbt builds it, and replayed with other rules.

Where the oracle and the SQL agree on made-up data that is dense at every limit, both read the contract the same way.
"""

import random
from datetime import date, datetime
from decimal import Decimal

import pytest
from comparing import assert_agrees, exactly
from generating import AS_OF, AS_OF_TEXT, as_text, facts, spell_moment, spelled
from oracle import recompute
from oracle.reading import TABLES
from rule_sets import changed, other_numbers, primary_only, side_by_side, with_rows
from warehouse import demo_rows, rules

DEMO_AS_OF = datetime(2026, 6, 30, 9)
OTHER_SETTINGS = {
    "engagement_window_days": 14,
    "fit_threshold": 45,
    "timing_threshold": 12.5,
    "decay_horizon_half_lives": 2,
    "intent_trend_threshold": 0.5,
}


# --- Real builds -----------------------------------------------------------------------------------------------------


def test_the_demo(demo):
    assert_agrees(demo.marts(), recompute(demo_rows(), rules(), DEMO_AS_OF))


def test_dirty_data(dirty, dirty_rows):
    assert_agrees(dirty.marts(), recompute(dirty_rows, rules(), AS_OF))


def test_the_dirty_data_is_dirty(dirty):
    """Everything that the tests want to see happens in the data."""
    kinds = "select distinct {} from marts.{} order by all"
    assert [row["tier_reason"] for row in dirty.query(kinds.format("tier_reason", "account_tiers"))] == [
        *("capacity", "hot_promotion", "override", "score", "strategic"),
    ]
    for column, values in {
        "quadrant": {"good_place", "get_back_to_me", "false_hope", "bad_place"},
        "engagement_status": {"hot", "warm", "cold"},
        "intent_trend": {"rising", "steady", "falling"},
        "tier_number": {1, 2, 3, 4},
    }.items():
        assert {row[column] for row in dirty.query(kinds.format(column, "account_tiers"))} == values
    reasons = {row["reason"] for row in dirty.query(kinds.format("reason", "rejected_records"))}
    assert {"missing_account_id", "unknown_signal_type", "occurred_in_future", "invalid_signal_value"} <= reasons
    assert {"invalid_merged_into_account_id", "invalid_tier_number", "missing_technology"} <= reasons
    assert {row["reason"] for row in dirty.mart("unmatched_signals")} == {"unknown_account", "ambiguous_domain"}
    assert {row["reason"] for row in dirty.mart("unranked_accounts")} >= {"merged", "outside_population", "snoozed"}
    for row in dirty.mart("source_reconciliation"):
        assert row["standing"], row
        assert row["superseded"] or row["source_table"] == "sales_reps", row


TYPES = {
    int: "bigint",
    Decimal: "decimal(20, 2)",
    float: "double",
    bool: "boolean",
    datetime: "timestamp",
    date: "date",
}
TYPE_OF = {
    "occurred_at": "timestamptz",
    "updated_at": "timestamptz",
    "annual_revenue_usd": "double",
    "employee_count": "integer",
    "estimated_deal_usd": "decimal(18, 2)",
    "signal_value": "decimal(5, 2)",
    "headcount_growth_pct": "float",
    "has_executive_sponsor": "integer",
    "is_won": "tinyint",
    "tier_number": "double",
    "get_back_on": "timestamp",
    "measured_on": "timestamptz",
    "growth_trend": "enum ('expanding', 'stable', 'contracting')",
}


def test_typed_columns_in_another_order_and_other_settings(warehouse):
    """The same facts as text and as typed columns, in another order and among others, give the same marts."""
    typed = facts(2, rules(), 300, 3_000)
    texts = as_text(typed)
    rows, types = {}, {}
    for table, found in typed.items():
        columns = sorted({column for row in found for column in row}, reverse=True)
        rows[table] = [
            {"_row": n, **{column: _as_number(column, row.get(column)) for column in columns}, "Comment": "?"}
            for n, row in enumerate(found)
        ]
        kinds = {c: next((TYPES[type(r[c])] for r in rows[table] if type(r[c]) in TYPES), "varchar") for c in columns}
        types[table] = {"_row": "hugeint", **kinds, **{c: TYPE_OF[c] for c in columns if c in TYPE_OF}}
    warehouse.load(rows, types=types)
    warehouse.build(raw_schema="raw", as_of=AS_OF_TEXT, **OTHER_SETTINGS).check()
    assert_agrees(warehouse.marts(), recompute(texts, rules(), AS_OF, OTHER_SETTINGS), with_raw_records=False)


def _as_number(column, value):
    return int(value) if isinstance(value, bool) and "int" in TYPE_OF.get(column, "") else value


# --- Replays ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(7))
def test_other_rules(compiled, seed):
    rule_rows = side_by_side() if seed == 0 else other_numbers(seed)
    raw = spelled(facts(seed, rule_rows, 250, 2_000), seed)
    assert_agrees(compiled.replay(raw, AS_OF, rule_rows, tested=True), recompute(raw, rule_rows, AS_OF))


def test_rules_as_people_type_them(compiled):
    """Scientific numbers, blanks around cells, and rules that name several attributes."""
    rule_rows = changed("scoring_rules", {"min_value": "50000000"}, primary_only(), min_value=" 5E7 ")
    rule_rows = changed("tiers", {"tier_number": "1"}, rule_rows, min_score="\t8.0e1", max_share="1e-1")
    rule_rows = changed("signal_types", {"signal_type": "demo_request"}, rule_rows, points="+4e1", half_life_days="014")
    raw = spelled(facts(11, rules(), 60, 500), 11)
    expected = recompute(raw, primary_only(), AS_OF)
    assert_agrees(compiled.replay(raw, AS_OF, rule_rows), expected)


def test_a_factor_with_points_and_points_per_unit(compiled):
    """What such a factor can give at most is its dimension's max_points."""
    more = "weighted_composite | intent | decayed_signals | get_back_on_is | 0 | | | 150 | | Asked to get back to"
    rule_rows = with_rows(primary_only(), scoring_rules=more.replace("get_back_on_is", "days_to_get_back"))
    raw = as_text(facts(12, rules(), 40, 200))
    assert_agrees(compiled.replay(raw, AS_OF, rule_rows), recompute(raw, rule_rows, AS_OF))


def test_points_beyond_a_dimension_add_up_to_no_more_than_its_most(compiled):
    """82 + 20 + 25 points of at most 100: each share rounded to ten decimals, they would add up to 100.0000000001."""
    as_of = AS_OF.isoformat()
    dates = {"competitor_renewal_on": as_of, "get_back_on": as_of}
    types = ("demo_request", "third_party_intent_surge", "content_download")
    raw = {
        "accounts": [{"account_id": "a", "account_name": "A", **dates}],
        "signals": [{"signal_id": t, "account_id": "a", "signal_type": t, "occurred_at": as_of} for t in types],
    }
    assert_agrees(compiled.replay(raw, AS_OF, primary_only(), tested=True), recompute(raw, primary_only(), AS_OF))


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
    "separators without the property White_Space": "|".join(f"{c}Germany" for c in "\x1c\x1d\x1e\x1f"),
}
CELLS = {
    "accounts.get_back_on": MOMENTS,
    "signals.occurred_at": MOMENTS,
    "accounts.estimated_deal_usd": NUMBERS,
    "tier_overrides.tier_number": {"whole numbers": "1|2.0|3e0|0|1.5|-1|40e-1||I|999999", "large numbers": "1e7"},
    "signals.signal_value": {"0 to 100": "0|100|100.0|1e2|100.0000001|-0.0001|-0|101"},
    "customer_contracts.nps": {"of either sign": "-100|-.5|+7|1e400|-1e400|5-"},
    "accounts.is_strategic": FLAGS,
    "accounts.country": COUNTRIES,
    "accounts.growth_trend": {"a category": "Expanding| STABLE |expand||contracting.|\u00a0stable"},
}
CASES = [pytest.param(*c.split("."), x, id=f"{c}: {n}") for c, groups in CELLS.items() for n, x in groups.items()]


@pytest.mark.parametrize(("table", "column", "texts"), CASES)
def test_cells(compiled, table, column, texts):
    """Each text in a row of its own is read, or rejected, as the oracle reads it."""
    cells = [cell for line in texts.split("\n        ") for cell in line.removesuffix("\n    ").split("|")]
    raw = {"accounts": [{"account_id": f"{n:03}", "account_name": "-"} for n in range(len(cells))]}
    if table != "accounts":
        raw[table] = [{"account_id": row["account_id"]} for row in raw["accounts"]]
    required = {"signal_type": "demo_request", "occurred_at": "2026-03-14", "tier_number": "1"}
    for row, text in zip(raw[table], cells, strict=True):
        row |= {name: required.get(name, row["account_id"]) for name in TABLES[table].required if name not in row}
        row[column] = text
    assert_agrees(compiled.replay(raw, AS_OF), recompute(raw, rules(), AS_OF))


DOMAINS = """
    acme.com|ACME.com|https://acme.com|HTTP://WWW.ACME.COM/|www.acme.com:8080/a?b#c|acme.com?x=y|acme.com#top|wwwacme.com
    www.www.acme.com|ftp://acme.com/www.other.com|acme.com/https://b.com|www.|https://|http://www.|münchen.de|MÜNCHEN.DE
    git+ssh://acme.com|acme.com.|sub.acme.com|/acme.com
""".replace("\n", "|").split("|")


@pytest.mark.parametrize("theirs", ["acme.com", "www.Acme.com/x", "münchen.de", "www.acme.com."])
def test_domains(compiled, theirs):
    accounts = [{"account_id": "a", "account_name": "A", "domain": theirs}]
    signals = [
        {"signal_id": f"{n:03}", "domain": domain, "signal_type": "website_visit", "occurred_at": "2026-03-14"}
        for n, domain in enumerate(DOMAINS)
    ]
    raw = {"accounts": accounts, "signals": signals}
    assert_agrees(compiled.replay(raw, AS_OF), recompute(raw, rules(), AS_OF))


def test_moments_are_spelled_right():
    """The generator's own spellings say what they mean."""
    rng, readings = random.Random(0), TABLES["signals"].columns["occurred_at"]
    assert all(readings(spell_moment(rng, AS_OF)) == AS_OF for _ in range(500))


def test_a_replay_is_a_build(compiled, dirty, dirty_rows):
    """What the other tests replay in memory is what dbt built, to the last digit."""
    replayed = compiled.replay(dirty_rows, AS_OF)
    built = dirty.marts()
    assert {table: len(rows) for table, rows in replayed.items()} == {table: len(rows) for table, rows in built.items()}
    assert exactly(replayed, without=("raw_record",)) == exactly(built, without=("raw_record",))  # has other columns
