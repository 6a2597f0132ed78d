"""The oracle against the definitions: small examples whose results are worked out by hand next to them."""

import csv
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from recomputation import recompute

SEEDS = Path(__file__).resolve().parents[3] / "seeds"
MODEL = "weighted_composite"
AS_OF = datetime(2026, 3, 15, 12)


def seed_rules():
    """The rule files of the project, the primary model only."""
    rules = {}
    for path in SEEDS.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        rules[path.stem] = [row for row in rows if row.get("scoring_model", MODEL) == MODEL]
    return rules


RULES = seed_rules()


def changed(file, where, **cells):
    """The rules with some cells of the matching rows of a file replaced."""
    rules = deepcopy(RULES)
    hits = [row for row in rules[file] if all(row[column] == value for column, value in where.items())]
    assert hits
    for row in hits:
        row.update(cells)
    return rules


def ago(days=0.0, **more):
    """A timestamp before as_of, as text."""
    return (AS_OF - timedelta(days=days, **more)).isoformat()


def account(account_id="a", **columns):
    return {"account_id": account_id, "account_name": f"Account {account_id}", **columns}


_count = iter(range(10**6))


def signal(signal_type, days=0.0, account_id="a", **columns):
    return {
        "signal_id": f"s{next(_count):06}",
        "account_id": account_id,
        "signal_type": signal_type,
        "occurred_at": ago(days),
        **columns,
    }


def run(accounts, signals=(), rules=RULES, as_of=AS_OF, settings=None, **tables):
    return recompute({"accounts": accounts, "signals": list(signals), **tables}, rules, as_of, settings)


def only(rows):
    assert len(rows) == 1
    return rows[0]


def tier_of(signals=(), columns=None, **more):
    return only(run([account(**(columns or {}))], signals, **more)["account_tiers"])


def by_id(rows):
    return {row["account_id"]: row for row in rows}


def points_of(result, factor):
    return only([row for row in result["account_score_contributions"] if row["factor"] == factor])["points"]


PERFECT = {
    "annual_revenue_usd": "100000000",
    "industry": "SaaS",
    "country": "united states",
    "growth_trend": "Expanding",
    "estimated_deal_usd": "150000",
    "brand_tier": "HIGH",
    "competitive_position": "displacement",
}
STACK = [{"account_id": "a", "technology": name} for name in ("Salesforce", "hubspot", "Slack", "SLACK", "Other")]


# --- Decay -----------------------------------------------------------------------------------------------------------


def test_a_demo_request_of_two_days_ago():
    row = tier_of([signal("demo_request", 2)])
    assert row["decayed_intent_points"] == 36.228947  # 40 x 2^(-2/14) = 40 x 0.905723664...
    assert row["intent_score"] == 36.228947
    assert row["decayed_intent_points_7d_ago"] == 0  # it had not happened yet
    assert row["intent_trend"] == "rising"
    assert row["priority_score"] == 12.868684  # 0.3 x 36.2289465706 + 0.4 x 5 (no complementary technology)
    assert row["engagement_status"] == "hot"


def test_priority_of_nothing_known():
    row = tier_of()
    # technology: 5 of 100 fit points; no contact engaged 0 of 20; everything else is unknown
    assert (row["fit_score"], row["intent_score"], row["relationship_score"], row["strategic_score"]) == (5, 0, 0, 0)
    assert row["priority_score"] == 2
    # known: technology .08, signals .3, contacts .08, departments .05; of .4 + .435 + .2 + .1
    assert row["data_completeness"] == pytest.approx(0.51 / 1.135, abs=1e-6)


@pytest.mark.parametrize(
    ("kind", "days", "points"),
    [
        ("pricing_page_visit", 7, 12.5),
        ("website_visit", 3, 2.5),
        ("website_visit", 30, 0.004883),  # ten half-lives: 5 / 1024
        ("website_visit", 30.00002, 0),  # and beyond
        ("webinar_attendance", 60, 5),
        ("email_click", -0.001, 0),  # after as_of
        ("Demo_Request", 0, 40),
    ],
)
def test_worth_of_one_signal(kind, days, points):
    assert tier_of([signal(kind, days)])["decayed_intent_points"] == points


def test_a_week_ago_is_the_same_data_at_that_moment():
    row = tier_of([signal("pricing_page_visit", 7), signal("demo_request", 21)])
    assert row["decayed_intent_points"] == pytest.approx(12.5 + 40 * 2**-1.5, abs=1e-6)
    assert row["decayed_intent_points_7d_ago"] == 45  # 25 at age 0, 40 x 2^(-14/14)
    assert row["intent_trend"] == "falling"


def test_daily_limit_takes_the_latest_of_a_contact_type_and_day():
    rules = changed("signal_types", {"signal_type": "pricing_page_visit"}, daily_limit_per_contact="1")
    morning, noon = signal("pricing_page_visit", 7.25), signal("pricing_page_visit", 7)
    assert tier_of([morning, noon], rules=rules)["decayed_intent_points"] == 12.5
    other = signal("pricing_page_visit", 7, contact_id="c")
    assert tier_of([morning, noon, other], rules=rules)["decayed_intent_points"] == 25
    day_before = signal("pricing_page_visit", 7.6)  # 2026-03-07 21:36
    expected = 12.5 + 25 * 2 ** (-7.6 / 7)
    assert tier_of([noon, day_before], rules=rules)["decayed_intent_points"] == pytest.approx(expected, abs=1e-6)


def test_max_points_of_a_type_cuts_its_sum():
    rules = changed("signal_types", {"signal_type": "demo_request"}, max_points="50")
    row = tier_of([signal("demo_request"), signal("demo_request"), signal("website_visit")], rules=rules)
    assert row["decayed_intent_points"] == 55


# --- Points ----------------------------------------------------------------------------------------------------------


def test_a_whole_account_by_hand():
    result = run(
        [account(**PERFECT)],
        [signal("demo_request", contact_id="c")],
        account_technologies=STACK,
        contacts=[{"contact_id": "c", "account_id": "a", "seniority": "Executive", "department": "IT"}],
    )
    row = only(result["account_tiers"])
    assert row["fit_score"] == 100
    assert row["intent_score"] == 40
    assert row["relationship_score"] == 50  # 2 + 7 + 1 of 20
    assert row["strategic_score"] == 100
    assert row["priority_score"] == 72  # 40 + 12 + 10 + 10
    assert (row["tier_number"], row["tier"], row["tier_reason"], row["quadrant"]) == (
        2,
        "Tier 2",
        "score",
        "get_back_to_me",
    )
    contributions = result["account_score_contributions"]
    assert sum(line["priority_contribution"] for line in contributions) == pytest.approx(72, abs=1e-6)
    seniority = only([line for line in contributions if line["factor"] == "seniority"])
    assert (seniority["points"], seniority["max_points"], seniority["priority_contribution"]) == (7, 7, 7)
    assert seniority["attribute_value"] == "executive"
    # only the renewal (20) and the get-back date (25) are unknown: 0.3 x 45 / 100 of 1.135
    assert row["data_completeness"] == pytest.approx(1 / 1.135, abs=1e-6)


@pytest.mark.parametrize(
    ("factor", "columns", "points"),
    [
        ("company_size", {"annual_revenue_usd": "50000000"}, 30),
        ("company_size", {"annual_revenue_usd": "5e8"}, 30),
        ("company_size", {"annual_revenue_usd": "20000000"}, 20),
        ("company_size", {"annual_revenue_usd": "19999999.99"}, 10),
        ("company_size", {"annual_revenue_usd": "1000000000"}, 20),
        ("company_size", {"annual_revenue_usd": "1000000000.01"}, 10),
        ("company_size", {"annual_revenue_usd": "0"}, 10),
        ("company_size", {"annual_revenue_usd": "-1"}, 0),
        ("industry", {"industry": " e-COMMERCE "}, 15),
        ("industry", {"industry": "Mining"}, 5),
        ("industry", {"industry": " "}, 0),
        ("geography", {"country": "Brazil"}, 5),
        ("deal_size", {"estimated_deal_usd": "75000"}, 3),
        ("deal_size", {"estimated_deal_usd": "150000"}, 4),
        ("competitor_renewal", {"competitor_renewal_on": "2026-03-15"}, 20),
        ("competitor_renewal", {"competitor_renewal_on": "2026-06-13"}, 20),  # 90 days
        ("competitor_renewal", {"competitor_renewal_on": "2026-06-14"}, 10),
        ("competitor_renewal", {"competitor_renewal_on": "2026-09-12"}, 0),  # 181 days
        ("competitor_renewal", {"competitor_renewal_on": "2026-03-14"}, 0),
        ("get_back", {"get_back_on": "2026-03-01"}, 25),
        ("get_back", {"get_back_on": "2026-03-29T23:59:59Z"}, 25),
        ("get_back", {"get_back_on": "2026-02-28"}, 0),
    ],
)
def test_bands_include_both_ends_and_the_better_band_wins(factor, columns, points):
    assert points_of(run([account(**columns)]), factor) == points


def test_points_beyond_a_dimensions_most_scale_the_contributions():
    result = run([account(get_back_on="2026-03-15")], [signal("demo_request") for _ in range(3)])
    assert only(result["account_tiers"])["intent_score"] == 100
    parts = {row["factor"]: row for row in result["account_score_contributions"]}
    assert parts["decayed_signals"]["points"] == 120
    assert parts["decayed_signals"]["max_points"] == 100
    assert parts["decayed_signals"]["priority_contribution"] == pytest.approx(30 * 120 / 145, abs=1e-6)
    assert parts["get_back"]["priority_contribution"] == pytest.approx(30 * 25 / 145, abs=1e-6)


def test_technologies_of_the_day():
    rows = [
        {"account_id": "a", "technology": "Salesforce", "detected_on": "2026-03-15", "removed_on": "2026-03-16"},
        {"account_id": "a", "technology": "HubSpot", "detected_on": "2026-03-16"},
        {"account_id": "a", "technology": "Marketo", "removed_on": "2026-03-15"},
    ]
    assert points_of(run([account()], account_technologies=rows), "technology") == 12


def test_engaged_contacts():
    contacts = [
        {"contact_id": "c1", "account_id": "a", "department": "IT", "seniority": "practitioner"},
        {"contact_id": "c2", "account_id": "a", "department": "it", "seniority": "manager"},
        {"contact_id": "c3", "account_id": "a", "department": "Finance"},
        {"contact_id": "c4", "account_id": "b", "department": "Legal"},
        {"contact_id": "c5", "account_id": "a", "department": "Legal", "is_deleted": "yes"},
    ]
    inbound = {"account_id": "a", "activity_type": "call", "direction": "inbound"}
    activities = [
        {"activity_id": "1", "contact_id": "c1", "occurred_at": "2025-12-16", **inbound},  # first of the 90 days
        {"activity_id": "2", "contact_id": "c3", "occurred_at": "2025-12-15T23:59:59", **inbound},
        {"activity_id": "3", "contact_id": "c4", "occurred_at": ago(1), **inbound, "account_id": "b"},
        {"activity_id": "5", "contact_id": "c3", "occurred_at": ago(1), **inbound, "account_id": "b"},  # elsewhere
        {"activity_id": "4", "contact_id": "c3", "occurred_at": ago(1), **inbound, "direction": "outbound"},
    ]
    signals = [signal("email_open", 20, contact_id="c2"), signal("email_open", 20, contact_id="c5")]
    result = run([account(), account("b")], signals, contacts=contacts, activities=activities)
    rows = by_id(result["account_tiers"])
    assert rows["a"]["relationship_score"] == 35  # 2 contacts 2, a manager 4, one department 1: 7 of 20
    assert rows["b"]["relationship_score"] == 15  # 1 contact 2, one department 1


# --- Attributes that only other models use ---------------------------------------------------------------------------


def value_of(attribute, accounts, signals=(), **tables):
    """An attribute's value as text, through a model that only asks for it."""
    rules = deepcopy(RULES)
    rules["scoring_models"] = [{"scoring_model": "m", "population": "all", "is_primary": "true", "description": ""}]
    rules["scoring_dimensions"] = [{"scoring_model": "m", "dimension": "d", "weight": "1", "max_points": "1"}]
    rule = {"scoring_model": "m", "dimension": "d", "factor": "f", "attribute": attribute, "points": "1"}
    rules["scoring_rules"] = [rule]
    rules["tiers"] = [{"scoring_model": "m", "tier_number": "1", "tier": "All"}]
    result = run(accounts, signals, rules=rules, **tables)
    line = only([row for row in result["account_score_contributions"] if row["account_id"] == "a"])
    assert line["points"] == (0 if line["attribute_value"] is None else 1)
    return line["attribute_value"]


def test_counts_and_rates():
    outbound = {"account_id": "a", "direction": "outbound"}
    activities = [
        {"activity_id": "1", "activity_type": "email", "outcome": "replied", "occurred_at": ago(1), **outbound},
        {"activity_id": "2", "activity_type": "email", "occurred_at": ago(2), **outbound},
        {"activity_id": "3", "activity_type": "email", "outcome": "replied", "occurred_at": ago(90), **outbound},
        {"activity_id": "4", "activity_type": "email", "outcome": "replied", "occurred_at": ago(-1), **outbound},
    ]
    opportunities = [
        {"opportunity_id": "1", "account_id": "a", "created_at": ago(0)},
        {"opportunity_id": "2", "account_id": "a", "created_at": ago(-0.001)},
        {"opportunity_id": "3", "account_id": "a", "created_at": ago(9), "closed_at": ago(-0.001), "amount_usd": "0.5"},
        {"opportunity_id": "4", "account_id": "a", "created_at": ago(9), "closed_at": ago(0), "is_won": "yes"},
        {"opportunity_id": "5", "account_id": "a", "created_at": ago(9), "closed_at": ago(0), "amount_usd": "7"},
    ]
    visits = [signal("website_visit", 6.5), signal("website_visit", 6.51)]  # 2026-03-09 00:00 and the day before
    values = [signal("topic_spike", 29, signal_value="70"), signal("job_posting", 30, signal_value="90")]
    tables = {"activities": activities, "opportunities": opportunities}
    for attribute, text in {
        "email_reply_rate": "0.5",
        "meeting_acceptance_rate": None,
        "days_since_last_activity": "1",
        "previous_opportunities": "4",
        "open_opportunities": "2",
        "won_opportunities": "1",
        "lost_opportunities": "1",
        "open_opportunity_amount_usd": "0.5",
        "signals_website_visit_7d": "1",
        "signals_website_visit_30d": "2",
        "third_party_intent_score": "70",
        "champions": "0",
    }.items():
        assert value_of(attribute, [account()], visits + values, **tables) == text, attribute


def test_technologies_in_use():
    stack = [
        {"account_id": "a", "technology": "Google  Analytics", "detected_on": "2026-03-15"},
        {"account_id": "b", "technology": "SLACK", "removed_on": "2026-03-16"},
        {"account_id": "a", "technology": "Marketo", "removed_on": "2026-03-15"},
        {"account_id": "a", "technology": "HubSpot", "detected_on": "2026-03-16"},
    ]
    accounts = [account(), account("b", merged_into_account_id="a")]
    for attribute, text in {
        "uses_google__analytics": "false",
        "Uses_Slack": "true",
        "uses_google_analytics": "true",
        "uses_marketo": "false",
        "uses_hubspot": "false",
    }.items():
        assert value_of(attribute, accounts, account_technologies=stack) == text, attribute


def test_of_rules_that_give_the_same_the_first_by_name_is_told():
    rules = deepcopy(RULES)
    rule = {"scoring_model": MODEL, "dimension": "strategic", "factor": "x", "points": "1"}
    names = ("champions", "c"), ("annual_revenue_usd", "b"), ("annual_revenue_usd", "a")
    rules["scoring_rules"] += [{**rule, "attribute": attribute, "label": label} for attribute, label in names]
    result = run([account(annual_revenue_usd="1")], rules=rules)
    (line,) = (row for row in result["account_score_contributions"] if row["factor"] == "x")
    assert (line["attribute"], line["label"]) == ("annual_revenue_usd", "a")


def test_customers():
    usage = [
        {"account_id": "a", "measured_on": "2026-03-14", "seats_used": "1", "seats_licensed": "4"},
        {"account_id": "a", "measured_on": "2026-03-15", "seats_used": "3", "seats_licensed": "4", "power_users": "1"},
        {"account_id": "b", "measured_on": "2026-03-15", "seats_used": "4", "seats_licensed": "4"},
        {"account_id": "a", "measured_on": "2026-03-16", "seats_used": "4", "seats_licensed": "4"},
    ]
    contracts = [{"account_id": "b", "renewal_on": "2026-03-25", "nps": "-20", "annual_contract_value_usd": "0"}]
    accounts = [account(is_customer="Y"), account("b", merged_into_account_id="a")]
    for attribute, text in {
        "seat_utilization": "0.75",
        "power_user_share": None,
        "days_to_renewal": "10",
        "nps": "-20",
        "expansion_ratio": None,
        "has_executive_sponsor": "false",
    }.items():
        assert value_of(attribute, accounts, product_usage=usage, customer_contracts=contracts) == text, attribute


# --- Engagement ------------------------------------------------------------------------------------------------------


def test_the_fifth_website_visit_makes_hot():
    visits = [signal("website_visit", days) for days in (6.5, 5, 4, 3, 2, 1)]
    row = tier_of(visits)
    assert (row["engagement_status"], row["engagement_trigger"]) == ("hot", "website_visits")
    assert row["engaged_since"] == AS_OF - timedelta(days=2)
    assert row["respond_by"] == AS_OF - timedelta(days=2) + timedelta(hours=4)
    assert tier_of([*visits[1:5], signal("website_visit", 6.51)])["engagement_status"] == "warm"


def test_the_earliest_completion_of_the_status_that_holds():
    signals = [
        signal("webinar_attendance", 20),  # warm, and earlier, but hot wins
        signal("pricing_page_visit", 9),
        signal("pricing_page_visit", 8),
        signal("demo_request", 10),
        signal("third_party_intent_surge", 29, signal_value="89.9"),
    ]
    row = tier_of(signals)
    assert (row["engagement_trigger"], row["engaged_since"]) == ("demo_request", AS_OF - timedelta(days=10))
    row = tier_of(signals[-1:])
    assert (row["engagement_status"], row["engagement_trigger"], row["respond_by"]) == ("warm", "intent_surge", None)
    assert tier_of([signal("demo_request", 30)])["engagement_status"] == "cold"


# --- Tiers -----------------------------------------------------------------------------------------------------------


def crowd(size=10):
    """Accounts that all reach a first tier from 1, in the order of their ids; the first half scores more."""
    rules = changed("tiers", {"tier_number": "1"}, min_score="1")
    return [account(f"a{n}", annual_revenue_usd="1e8" if n < size // 2 else None) for n in range(size)], rules


def test_capacity_spills_step_by_step():
    accounts, rules = crowd()
    rows = run(list(reversed(accounts)), rules=rules)["account_tiers"]
    placed = [(row["account_id"], row["priority_rank"], row["tier_number"], row["tier_reason"]) for row in rows]
    # shares of 10: 1, 2 and 3 accounts; the last tier takes the other four
    assert placed == [
        (f"a{n}", n + 1, tier, "score" if n == 0 else "capacity")
        for n, tier in enumerate([1, 2, 2, 3, 3, 3, 4, 4, 4, 4])
    ]
    assert {row["score_tier_number"] for row in rows} == {1}


def test_shares_round_up_in_exact_decimals():
    rules = changed("tiers", {"tier_number": "1"}, min_score="1", max_share="0.07")
    rows = run([account(f"a{n:03}") for n in range(100)], rules=rules)["account_tiers"]
    assert sum(row["tier_number"] == 1 for row in rows) == 7  # 0.07 x 100 is 7.000000000000001 in binary


def test_capacity_per_rep_and_in_accounts():
    rules = changed("tiers", {"tier_number": "1"}, min_score="1", max_share="", max_accounts_per_rep="2")
    accounts = [account(f"a{n}") for n in range(6)]
    reps = [
        {"owner_id": "1", "role": "Field", "is_active": "t"},
        {"owner_id": "2", "role": "field", "is_active": "no"},
        {"owner_id": "3", "role": "inside", "is_active": "t"},
    ]

    def first_tier(**tables):
        return sum(row["tier_number"] == 1 for row in run(accounts, rules=rules, **tables)["account_tiers"])

    assert first_tier(sales_reps=reps) == 2
    assert first_tier(sales_reps=reps[1:]) == 6
    assert first_tier(sales_reps=[*reps, {"owner_id": "4", "role": "field"}]) == 4  # active, as nobody says otherwise
    rules["tiers"][0]["max_accounts"] = "1"
    assert first_tier(sales_reps=reps) == 1


def test_later_steps_and_the_reason():
    accounts = [account(f"a{n}") for n in range(6)]
    accounts[2]["is_strategic"] = "1"
    accounts[3]["is_strategic"] = "1"
    signals = [signal("demo_request", 29, account_id=f"a{n}") for n in (0, 1, 2)]
    overrides = [
        {"account_id": "a1", "tier_number": "2"},  # changes nothing after the promotion
        {"account_id": "a3", "tier_number": "4", "starts_on": "2026-03-01", "ends_on": "2026-03-15"},
        {"account_id": "a4", "tier_number": "3", "starts_on": "2026-03-14", "updated_at": "2026-03-14"},
        {"account_id": "a4", "tier_number": "2", "starts_on": "2026-03-14", "updated_at": "2026-03-15"},
        {"account_id": "a4", "tier_number": "1", "starts_on": "2026-03-13"},
        {"account_id": "a4", "tier_number": "1", "starts_on": "2026-03-16"},
        {"account_id": "a5", "tier_number": "3", "ends_on": "2026-03-14"},
        {"account_id": "a0", "tier_number": "9", "starts_on": "2026-03-14"},
    ]
    rows = by_id(run(accounts, signals, tier_overrides=overrides)["account_tiers"])
    assert {key: (row["tier_number"], row["tier_reason"]) for key, row in rows.items()} == {
        "a0": (2, "hot_promotion"),
        "a1": (2, "hot_promotion"),
        "a2": (1, "strategic"),
        "a3": (4, "override"),
        "a4": (2, "override"),
        "a5": (4, "score"),
    }
    assert rows["a2"]["covered_by"] == "Field sales, executive engagement"


def test_an_override_whose_end_cannot_be_read_does_not_hold_for_ever():
    overrides = [{"account_id": "a", "tier_number": "1", "ends_on": "31.03.2026"}]
    overrides += [{"account_id": "a", "tier_number": "2", "starts_on": "soon"}]
    result = run([account()], tier_overrides=overrides)
    assert only(result["account_tiers"])["tier_number"] == 4
    assert [(row["reason"], row["severity"]) for row in result["rejected_records"]] == [
        ("invalid_ends_on", "record"),
        ("invalid_starts_on", "record"),
    ]


def test_ties_go_by_fit_then_intent_then_the_bytes_of_the_id():
    rows = run([account("b"), account("B"), account("é"), account("a")])["account_tiers"]
    assert [row["account_id"] for row in rows] == ["B", "a", "b", "é"]
    # 10 points of fit are worth 4, and so are 4 / 0.3 points of intent: same priority, more fit first
    rules = changed("signal_types", {"signal_type": "demo_request"}, points="13.3333333333")
    rows = run([account("a"), account("b", growth_trend="expanding")], [signal("demo_request")], rules=rules)
    assert [row["account_id"] for row in rows["account_tiers"]] == ["b", "a"]
    assert {row["priority_score"] for row in rows["account_tiers"]} == {6}


def test_quadrants():
    fit = {**PERFECT, "growth_trend": None}
    stack = {"account_technologies": STACK}
    timely = [signal("demo_request"), signal("website_visit"), signal("website_visit")]  # 50 points
    assert tier_of(timely, fit, **stack)["quadrant"] == "good_place"
    assert tier_of(timely[:2], fit, **stack)["quadrant"] == "get_back_to_me"
    assert tier_of(timely)["quadrant"] == "false_hope"
    assert tier_of()["quadrant"] == "bad_place"
    assert tier_of(settings={"fit_threshold": 5, "timing_threshold": 0})["quadrant"] == "good_place"


# --- Who is ranked ---------------------------------------------------------------------------------------------------


def test_unranked_with_the_first_reason():
    rules = deepcopy(RULES)
    rules["qualification_rules"] = [
        {"scoring_model": MODEL, "rule": "size", "attribute": "employee_count", "min_value": "10"},
        {"scoring_model": MODEL, "rule": "region", "attribute": "country", "match_value": "germany"},
        {"scoring_model": MODEL, "rule": "region", "attribute": "country", "match_value": "france"},
    ]
    good = {"employee_count": "10", "country": "France"}
    accounts = [
        account("ok", **good),
        account("customer", is_customer="true"),
        account("merged", is_customer="true", merged_into_account_id="ok"),
        account("abroad", country="Spain"),
        account("unknown", country="Germany"),
        account("snoozed", **good),
        account("awake", **good),
        account("deleted", is_deleted="1"),
    ]
    returns = [
        {"account_id": "snoozed", "returned_on": "2026-03-15", "snooze_until": "2026-03-16"},
        {"account_id": "awake", "returned_on": "2026-03-01", "snooze_until": "2026-03-15"},
        {"account_id": "awake", "returned_on": "2026-03-16", "snooze_until": "2026-04-15"},
    ]
    result = run(accounts, rules=rules, account_returns=returns)
    assert {row["account_id"]: row["reason"] for row in result["unranked_accounts"]} == {
        "customer": "outside_population",
        "merged": "merged",
        "abroad": "disqualified:region",
        "unknown": "disqualified:size",
        "snoozed": "snoozed",
    }
    assert {row["account_id"] for row in result["account_scores"]} == {"ok", "awake"}


# --- Merges and matching ---------------------------------------------------------------------------------------------


def chain(length):
    """Accounts 00, 01, … each merged into the next."""
    return [account(f"{n:02}", merged_into_account_id=f"{n + 1:02}") for n in range(length)] + [account(f"{length:02}")]


def test_chains_of_up_to_ten_merge():
    result = run(chain(10), [signal("demo_request", account_id="00")])
    assert only(result["account_tiers"])["decayed_intent_points"] == 40
    result = run(chain(11), [signal("demo_request", account_id="00"), signal("website_visit", account_id="01")])
    rows = by_id(result["account_tiers"])
    assert {key: row["decayed_intent_points"] for key, row in rows.items()} == {"00": 40, "11": 5}
    entry = only(result["rejected_records"])
    assert (entry["record_key"], entry["reason"], entry["severity"]) == (
        "00",
        "invalid_merged_into_account_id",
        "value",
    )


def test_circles_and_pointers_to_nothing_merge_nothing():
    accounts = [
        account("a", merged_into_account_id="b"),
        account("b", merged_into_account_id="a"),
        account("c", merged_into_account_id="a"),
        account("d", merged_into_account_id="nobody"),
        account("e", merged_into_account_id="e"),
        account("f", merged_into_account_id="gone"),
        account("gone", merged_into_account_id="d", is_deleted="t"),
    ]
    result = run(accounts)
    assert set(by_id(result["account_tiers"])) == {"a", "b", "c", "d", "e"}  # f is d, by way of what was deleted
    assert sorted(row["record_key"] for row in result["rejected_records"]) == ["a", "b", "c", "e"]


def test_overrides_returns_and_contacts_follow_merges():
    result = run(
        [account("a"), account("b", merged_into_account_id="a")],
        [signal("email_open", account_id="a", contact_id="c")],
        tier_overrides=[{"account_id": "b", "tier_number": "1"}],
        contacts=[{"contact_id": "c", "account_id": "b", "seniority": "executive"}],
    )
    row = only(result["account_tiers"])
    assert (row["tier_number"], row["tier_reason"], row["relationship_score"]) == (1, "override", 45)


def test_signals_match_by_domain():
    accounts = [
        account("a", domain="https://www.Acme.com/about"),
        account("b", domain="twin.io"),
        account("c", domain="TWIN.io:443"),
        account("d", domain="one.io"),
        account("e", domain="one.io", merged_into_account_id="d"),
    ]
    signals = [
        signal("demo_request", account_id="", domain="ACME.com?utm=1"),
        signal("demo_request", account_id="old", domain="www.acme.com"),
        signal("demo_request", account_id="a", domain="one.io"),
        signal("demo_request", account_id=None, domain="one.io"),
        signal("demo_request", account_id=None, domain="twin.io"),
        signal("demo_request", account_id="old"),
    ]
    result = run(accounts, signals)
    points = {row["account_id"]: row["decayed_intent_points"] for row in result["account_tiers"]}
    assert points == {"a": 120, "b": 0, "c": 0, "d": 40}
    assert [row["reason"] for row in result["unmatched_signals"]] == ["ambiguous_domain", "unknown_account"]


# --- Reading ---------------------------------------------------------------------------------------------------------


def test_rejects_and_reconciliation():
    signals = [
        signal("demo_request", signal_id=" "),
        signal("no_such_type", occurred_at="yesterday"),
        signal("demo_request", account_id=None, domain="\u00a0"),
        signal("demo_request", 0, loaded_at=ago(1.0001)),
        signal("demo_request", 0, loaded_at=ago(1)),
        signal("website_visit", 0, signal_value="100.1", updated_at="31/12/2025"),
    ]
    result = run([account()], signals)
    assert [(row["reason"], row["severity"]) for row in result["rejected_records"]] == [
        ("missing_signal_id", "record"),
        ("invalid_occurred_at", "record"),
        ("unknown_signal_type", "record"),
        ("missing_account_id", "record"),
        ("occurred_in_future", "record"),
        ("invalid_signal_value", "value"),
        ("invalid_updated_at", "value"),
    ]
    counts = {row["source_table"]: row for row in result["source_reconciliation"]}
    assert counts["signals"] == {
        "source_table": "signals",
        "rows_in": 6,
        "standing": 2,
        "superseded": 0,
        "deleted": 0,
        "rejected": 4,
        "unmatched": 0,
    }
    assert len(counts) == 13
    assert only(result["account_tiers"])["decayed_intent_points"] == 45


def test_versions():
    rows = [
        account(domain="first", updated_at="2026-01-02", loaded_at="2026-01-09"),
        account(domain="later", updated_at="2026-01-03T01:00:00+02:00", loaded_at="2026-01-02"),  # still January 2nd
        account(domain="ahead", updated_at="2026-01-09", loaded_at="2026-01-07T23:59:59"),
        account(domain="not known yet", updated_at="2026-03-15T12:00:00.000001"),
        account(domain="null", loaded_at="2026-03-01"),
        account("b", updated_at="2026-01-01"),
        account("b", updated_at="2026-01-02", is_deleted="yes"),
        account("c", is_deleted="TRUE", loaded_at="2026-01-01"),
        account("c", domain="loaded later, but of no known moment", loaded_at="2026-01-02"),
        account("d", domain="later", updated_at="2026-05-02"),
        account("d", domain="earliest", updated_at="2026-05-01"),
    ]
    result = run(rows)
    assert {key: row["domain"] for key, row in by_id(result["account_tiers"]).items()} == {
        "a": "later",
        "d": "earliest",
    }
    assert [row["reason"] for row in result["rejected_records"]] == ["invalid_updated_at"]
    counts = result["source_reconciliation"][0]
    assert {key: counts[key] for key in ("rows_in", "standing", "superseded", "deleted", "rejected")} == {
        "rows_in": 11,
        "standing": 2,
        "superseded": 7,
        "deleted": 2,
        "rejected": 0,
    }


def test_keys_without_a_column_of_their_own():
    technologies = [{"account_id": "a", "technology": name} for name in ("Slack", "SLACK ", "Marketo")]
    overrides = [{"account_id": "a", "tier_number": number} for number in ("1", "1.0", "2", "0", "1.5", None)]
    result = run([account()], account_technologies=technologies, tier_overrides=overrides)
    counts = {row["source_table"]: row for row in result["source_reconciliation"]}
    assert (counts["account_technologies"]["standing"], counts["account_technologies"]["superseded"]) == (2, 1)
    assert [counts["tier_overrides"][key] for key in ("standing", "superseded", "rejected")] == [1, 2, 3]
    assert [row["record_key"] for row in result["rejected_records"]] == ["a|", "a|", "a|"]
    deletes = [{"account_id": "a", "is_deleted": "1", "loaded_at": "2026-03-01"}]
    result = run([account()], tier_overrides=[*overrides, *deletes])
    assert {row["source_table"]: row for row in result["source_reconciliation"]}["tier_overrides"]["deleted"] == 1
    assert only(result["account_tiers"])["tier_reason"] == "score"


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("2026-03-15T12:00:00Z", 40),
        ("2026-03-15 12:00", 40),
        ("2026-03-15T14:00:00.0000009+02:00", 40),
        ("2026-03-15T06:30-0530", 40),
        ("2026-03-15T14:00+02", 40),
        ("2026-03-15T12:00:00.000001Z", 0),  # a microsecond after as_of
        ("2026-03-01T12:00:00", 20),
        (datetime(2026, 3, 15, 12), 40),
        (datetime(2026, 3, 15, 14, tzinfo=timezone(timedelta(hours=2))), 40),
        (datetime(2026, 3, 1, 12, tzinfo=UTC), 20),
        (date(2026, 3, 15), pytest.approx(40 * 2 ** (-0.5 / 14), abs=1e-6)),
    ],
)
def test_timestamps(text, points):
    result = run([account()], [signal("demo_request", occurred_at=text)])
    assert result["rejected_records"] == []
    assert only(result["account_tiers"])["decayed_intent_points"] == points


@pytest.mark.parametrize("text", ["2026-3-15", "20260315", "2026-02-29", "2026-03-15T24:00", "2026-03-15T12", "now"])
def test_unreadable_timestamps(text):
    assert only(run([account()], [signal("demo_request", occurred_at=text)])["rejected_records"])["reason"] == (
        "invalid_occurred_at"
    )


@pytest.mark.parametrize(
    ("value", "points"),
    [
        (" 5.0E+7 ", 30),
        (50_000_000, 30),
        (5e7, 30),
        (Decimal("50000000.00"), 30),
        ("+50000000", 30),
        (".5", 10),
        ("5.", None),
        ("1e999", None),
        ("1,000", None),
        ("0x10", None),
        (float("nan"), None),
        ("٣", None),
    ],
)
def test_numbers(value, points):
    result = run([account(annual_revenue_usd=value)])
    assert [row["reason"] for row in result["rejected_records"]] == ([] if points else ["invalid_annual_revenue_usd"])
    assert points_of(result, "company_size") == (points or 0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        *((1, "1"), (1.0, "1"), (Decimal("1.000000000"), "1"), (Decimal("10"), "10"), (-0.0, "0"), ("1.0", "1.0")),
        *(("007", "007"), (1.5, "1.5"), (Decimal("1.50"), "1.5"), (1.2345678901234568e16, "12345678901234568")),
        (UUID("6F9619FF-8B86-D011-B42D-00C04FC964FF"), "6f9619ff-8b86-d011-b42d-00c04fc964ff"),
    ],
)
def test_an_id_is_one_value_in_every_type(value, text):
    assert tier_of(columns={"account_id": value})["account_id"] == text


def test_names_are_found_in_any_case_and_without_underscores():
    found = recompute(
        {
            "Accounts": [
                {"\ufeffAccountId": "a", "ACCOUNT_NAME": "A", "is_customer ": "no", "domain": "x", "Domain_": "y"}
            ],
            "SIGNALS": [{"signalID": "s", "ACCOUNTID": "a", "signal_type": "demo_request", "OccurredAt": ago(2)}],
            "accounttechnologies": [{"account_id": "a", "technology": "Slack"}],
        },
        RULES,
        AS_OF,
    )
    row = only(found["account_tiers"])
    assert (row["domain"], row["decayed_intent_points"]) == ("x", 36.228947)
    read = [row["source_table"] for row in found["source_reconciliation"] if row["rows_in"]]
    assert read == ["accounts", "signals", "account_technologies"]


@pytest.mark.parametrize(
    ("text", "flag"), [("1.0", True), ("0.0", False), ("1.000", True), ("+1", True), ("0e5", False), ("1.1", None)]
)
def test_a_number_that_is_one_or_nothing_is_a_flag(text, flag):
    found = run([account(is_customer=text)])
    assert bool(found["account_tiers"]) == (not flag)  # a customer is not ranked
    reasons = [row["reason"] for row in found["rejected_records"]]
    assert reasons == (["invalid_is_customer"] if flag is None else [])


def test_flags_typed_and_not():
    accounts = [account(str(n), is_customer=flag) for n, flag in enumerate([True, 1, "T", "Yes", "y", "1"])]
    accounts += [account(f"p{n}", is_customer=flag) for n, flag in enumerate([False, 0, "N", "no", "", None, "si", 2])]
    result = run(accounts)
    assert sorted(by_id(result["unranked_accounts"])) == [str(n) for n in range(6)]
    assert [row["record_key"] for row in result["rejected_records"]] == ["p6", "p7"]


def test_shifting_everything_by_days_changes_no_score():
    moved = timedelta(days=100)
    before = tier_of([signal("demo_request", 3.3), signal("website_visit", 6.9)], {"get_back_on": "2026-03-20"})
    after = tier_of(
        [
            signal("demo_request", occurred_at=AS_OF + moved - timedelta(days=3.3)),
            signal("website_visit", occurred_at=AS_OF + moved - timedelta(days=6.9)),
        ],
        {"get_back_on": date(2026, 3, 20) + moved},
        as_of=AS_OF + moved,
    )
    timed = {"scored_at", "engaged_since", "respond_by", "tier_since", "next_touch_due_on"}
    assert {key: value for key, value in before.items() if key not in timed} == {
        key: value for key, value in after.items() if key not in timed
    }
