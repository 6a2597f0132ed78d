"""The scoring models beside the primary one: places by field reps, and qualifiers in each of them."""

from collections import Counter

import pytest

from builds.comparing import assert_agrees
from recomputation import recompute
from worlds.committed import demo_rows, rules
from worlds.dirty import AS_OF
from worlds.replays import DEMO_AS_OF
from worlds.rule_sets import rows_of

MODELS = [row["scoring_model"] for row in rules()["scoring_models"]]
EU = [
    *("Austria", "Belgium", "Bulgaria", "Croatia", "Cyprus", "Czechia", "Denmark", "Estonia", "Finland", "France"),
    *("Germany", "Greece", "Hungary", "Ireland", "Italy", "Latvia", "Lithuania", "Luxembourg", "Malta", "Netherlands"),
    *("Poland", "Portugal", "Romania", "Slovakia", "Slovenia", "Spain", "Sweden"),
]


def only(model):
    """The committed rules of one model, made the primary one."""
    found = {name: [row for row in rows if row.get("scoring_model", model) == model] for name, rows in rules().items()}
    found["scoring_models"][0]["is_primary"] = "true"
    return found


# --- Places by field reps --------------------------------------------------------------------------------------------


def perfect_accounts(count, field_reps):
    """Accounts with 90 points in enterprise_saas: an executive engaged, and no other relationship."""
    ids = [f"a{n:04}" for n in range(count)]
    signals = ("website_visit", "website_visit", "website_visit", "third_party_intent_surge", "competitor_research")
    facts = {
        "annual_revenue_usd": "100000000",
        "industry": "Professional services",
        "employee_count": "5000",
        "estimated_deal_usd": "200000.01",
        "brand_tier": "high",
        "competitive_position": "displacement",
    }
    return {
        "accounts": [{"account_id": i, "account_name": i, **facts} for i in ids],
        "contacts": [{"contact_id": i, "account_id": i, "seniority": "executive"} for i in ids],
        "signals": [
            {
                "signal_id": f"{i}-{n}",
                "account_id": i,
                "contact_id": i,
                "signal_type": signal_type,
                "occurred_at": AS_OF.isoformat(),
            }
            for i in ids
            for n, signal_type in enumerate(signals)
        ],
        "sales_reps": [{"owner_id": f"r{n}", "role": "field", "is_active": "1"} for n in range(field_reps)],
    }


@pytest.mark.parametrize(
    ("accounts", "field_reps", "places"),
    [(4_500, 25, [150, 500, 600, 3_250]), (51, 1, [6, 20, 24, 1]), (51, 0, [51, 0, 0, 0])],
)
def test_enterprise_tiers_hold_what_field_reps_can_cover(compiled, accounts, field_reps, places):
    raw = perfect_accounts(accounts, field_reps)
    rows = compiled.replay(raw, AS_OF, only("enterprise_saas"))["account_tiers"]
    assert {(row["priority_score"], row["score_tier_number"]) for row in rows} == {(90, 1)}
    counts = Counter(row["tier_number"] for row in rows)
    assert [counts[number] for number in (1, 2, 3, 4)] == places
    in_order = [row["tier_number"] for row in sorted(rows, key=lambda row: row["account_id"])]
    assert in_order == sorted(in_order)  # tied accounts fill the tiers by id


# --- Qualifiers ------------------------------------------------------------------------------------------------------

IN_THE_EU = "\n".join(f"{model} | in_the_eu | country | | | {country}" for model in MODELS for country in EU)
USES_SALESFORCE = "\n".join(f"{model} | uses_salesforce | uses_salesforce | | | true" for model in MODELS)


@pytest.fixture(scope="module")
def qualified(compiled):
    """The demo, where every model asks for both."""
    rule_rows = {**rules(), "qualification_rules": rows_of("qualification_rules", f"{IN_THE_EU}\n{USES_SALESFORCE}")}
    found = compiled.replay(demo_rows(), DEMO_AS_OF, rule_rows, tested=True)
    assert_agrees(found, recompute(demo_rows(), rule_rows, DEMO_AS_OF))
    return found


def ranked(marts, model):
    """The accounts that a model ranks."""
    return {row["account_id"] for row in marts["account_scores"] if row["scoring_model"] == model}


@pytest.mark.xdist_group("qualified")
@pytest.mark.parametrize("model", MODELS)
def test_qualifiers_of_a_model(qualified, model):
    members = {country.lower() for country in EU}
    countries = {row["account_id"]: (row["country"] or "").strip().lower() for row in demo_rows()["accounts"]}
    assert {countries[account_id] for account_id in ranked(qualified, model)} <= members
    reasons = {r["account_id"]: r["reason"] for r in qualified["unranked_accounts"] if r["scoring_model"] == model}
    assert {"disqualified:in_the_eu", "disqualified:uses_salesforce"} <= set(reasons.values())
    # of two that fail the first by name is told
    salesforce = {account_id for account_id, reason in reasons.items() if reason == "disqualified:uses_salesforce"}
    assert {countries[account_id] for account_id in salesforce} <= members


@pytest.mark.xdist_group("qualified")
def test_the_same_accounts_qualify_for_each_model_of_prospects(qualified):
    first, *others = (ranked(qualified, model) for model in MODELS if model != "customer_expansion")
    assert len(first) > 10
    assert all(found == first for found in others)
    assert ranked(qualified, "customer_expansion").isdisjoint(first)
