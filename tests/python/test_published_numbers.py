"""The rule files hold the published numbers, written down here a second time and by hand.

All other tests read the rule files, so a slip in a file would agree with itself; these do not.
"""

from __future__ import annotations

import pytest
from warehouse import rules

WEIGHTED_COMPOSITE = {
    ("fit", 0.40, 100): {
        ("company_size", "annual_revenue_usd"): "50e6..500e6=30 20e6..50e6=20 500e6..1e9=20 ..20e6=10 1e9..=10",
        ("industry", "industry_match"): "primary=25 adjacent=15 non_target=5",
        ("technology", "complementary_technologies"): "3..=20 1..2=12 0..0=5",
        ("geography", "market_match"): "priority=15 secondary=10 expansion=5",
        ("growth", "growth_trend"): "expanding=10 stable=7 contracting=3",
    },
    ("intent", 0.30, 100): {
        ("decayed_signals", "decayed_intent_points"): "x1",
        ("competitor_renewal", "days_to_competitor_renewal"): "0..90=20 91..180=10",
        ("get_back", "days_to_get_back"): "-14..14=25",
    },
    ("relationship", 0.20, 20): {
        ("engaged_contacts", "engaged_contacts"): "5..=8 3..4=5 1..2=2 0..0=0",
        ("seniority", "highest_engaged_seniority"): "executive=7 manager=4 practitioner=2",
        ("multi_threading", "engaged_departments"): "3..=5 2..2=3 1..1=1 0..0=0",
    },
    ("strategic", 0.10, 10): {
        ("deal_size", "estimated_deal_usd"): "150e3..=4 75e3..150e3=3 ..75e3=2",
        ("brand", "brand_tier"): "high=3 moderate=2 low=1",
        ("competition", "competitive_position"): "displacement=3 greenfield=2",
    },
}

SIGNAL_TYPES = """
pricing_page_visit 25/7 demo_request 40/14 case_study_download 20/30 webinar_attendance 20/30
third_party_intent_surge 30/14 website_visit 5/3 email_click 8/7 competitor_research 15/14
"""

OTHER_SIGNAL_TYPES = """
trial_request meeting_request form_fill content_download product_tour demo_video_view comparison_page_view
event_attendance social_engagement email_open topic_spike job_posting funding_round executive_hire leadership_change
merger_or_acquisition new_office technology_install competitor_technology_removed plan_page_visit
cancellation_page_visit marketing_score_threshold
"""

TRIGGERS = """
hot website_visit signals 7 5 4
hot pricing_page_visit signals 30 2 4
hot demo_request signals 30 1 4
hot third_party_intent_surge signal_value 30 90 4
warm website_visit signals 30 3 -
warm webinar_attendance signals 30 1 -
warm content_download signals 30 1 -
warm case_study_download signals 30 1 -
warm - signal_value 30 60 -
"""


def number(cell: str) -> float | None:
    """A cell as a number; None if it is blank."""
    return float(cell) if cell else None


def of_model(name: str, model: str = "weighted_composite") -> list[dict[str, str]]:
    """The rows of a rule file that belong to a model."""
    return [row for row in rules()[name] if row["scoring_model"] == model]


def written(rule: str) -> tuple:
    """A rule of the table above as (min, max, match, points, points per unit)."""
    if rule.startswith("x"):
        return None, None, "", None, float(rule[1:])
    condition, points = rule.split("=")
    if ".." not in condition:
        return None, None, condition, float(points), None
    low, high = condition.split("..")
    return number(low), number(high), "", float(points), None


def test_the_model_is_primary_and_ranks_prospects():
    (model,) = of_model("scoring_models")
    assert (model["population"], model["is_primary"]) == ("prospects", "true")
    assert [row["scoring_model"] for row in rules()["scoring_models"] if row["is_primary"] == "true"] == [
        "weighted_composite"
    ]


def test_dimensions():
    actual = {(r["dimension"], float(r["weight"]), float(r["max_points"])) for r in of_model("scoring_dimensions")}
    assert actual == set(WEIGHTED_COMPOSITE)


@pytest.mark.parametrize("dimension", WEIGHTED_COMPOSITE)
def test_rules(dimension):
    expected = {
        (factor, attribute, *written(rule))
        for (factor, attribute), listed in WEIGHTED_COMPOSITE[dimension].items()
        for rule in listed.split()
    }
    numbers = ("min_value", "max_value")
    actual = [
        (
            *(row["factor"], row["attribute"], *(number(row[name]) for name in numbers), row["match_value"]),
            *(number(row["points"]), number(row["points_per_unit"])),
        )
        for row in of_model("scoring_rules")
        if row["dimension"] == dimension[0]
    ]
    assert len(actual) == len(expected)
    assert set(actual) == expected


def test_signal_types():
    by_type = {row["signal_type"]: row for row in rules()["signal_types"]}
    listed = SIGNAL_TYPES.split()
    for name, numbers in zip(listed[::2], listed[1::2], strict=True):
        assert f"{by_type[name]['points']}/{by_type[name]['half_life_days']}" == numbers, name
    assert set(by_type) == {*listed[::2], *OTHER_SIGNAL_TYPES.split()}
    assert not any(row["max_points"] or row["daily_limit_per_contact"] for row in by_type.values())


def test_tiers():
    columns = ("tier_number", "tier", "min_score", "max_share", "max_accounts", "max_accounts_per_rep", "promote_hot")
    assert [tuple(row[column] for column in columns) for row in of_model("tiers")] == [
        ("1", "Tier 1", "80", "0.10", "", "", "false"),
        ("2", "Tier 2", "60", "0.20", "", "", "true"),
        ("3", "Tier 3", "40", "0.30", "", "", "false"),
        ("4", "Tier 4", "", "", "", "", "false"),
    ]
    assert of_model("qualification_rules") == []


def test_triggers():
    columns = ("status", "signal_type", "metric", "window_days", "min_value", "respond_within_hours")
    actual = [" ".join(row[column] or "-" for column in columns) for row in rules()["engagement_triggers"]]
    assert sorted(actual) == sorted(TRIGGERS.strip().splitlines())
