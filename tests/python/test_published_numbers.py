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

# chosen by this project
OTHER_SIGNAL_TYPES = """
trial_request 40/14 meeting_request 40/14 form_fill 10/14 content_download 12/30 product_tour 15/14
demo_video_view 12/14 comparison_page_view 15/7 event_attendance 20/30 social_engagement 3/7 email_open 2/3
topic_spike 20/14 job_posting 8/30 funding_round 20/60 executive_hire 15/45 leadership_change 12/45
merger_or_acquisition 10/60 new_office 8/60 technology_install 12/45 competitor_technology_removed 25/30
plan_page_visit 15/14 cancellation_page_visit 0/14 marketing_score_threshold 15/14
"""

TREATMENTS = """
1|Field sales, executive engagement|6|Weekly|White-glove 1:1, custom campaigns|5000|15000
2|Dedicated field or senior inside sales|20|Monthly|Personalized 1:Few programs|1000|3000
3|Inside sales or SDR|50|Quarterly|Scaled 1:Many programs|-|-
4|Marketing automation, inbound response only|-|Quarterly newsletter|Automated nurture, annual re-evaluation|-|-
"""

# chosen by this project
INDUSTRIES = """
primary: SaaS, Software, Technology, Financial Services
adjacent: Professional Services, Marketing, Telecommunications, E-commerce, Media
"""
MARKETS = """
priority: United States, Canada, United Kingdom
secondary: Germany, France, Netherlands, Ireland, Sweden, Australia
"""
TECHNOLOGIES = "Salesforce, HubSpot, Marketo, 6sense, Outreach, Salesloft, ZoomInfo, Snowflake, Google Analytics, Slack"

LABELS = """
company_size: Revenue of $50M to $500M
company_size: Revenue of $20M to $50M
company_size: Revenue of $500M to $1B
company_size: Revenue of up to $20M
company_size: Revenue of $1B or more
industry: Primary target industry
industry: Adjacent industry
industry: Industry outside the target
technology: Stack with 3 or more complementary technologies
technology: Stack with 1 or 2 complementary technologies
technology: Stack without complementary technologies
geography: Presence in a priority market
geography: Presence in a secondary market
geography: Presence in an expansion market
growth: Expansion under way
growth: Stable business
growth: Contracting business
decayed_signals: Buying signals
competitor_renewal: Competitor contract up for renewal within 90 days
competitor_renewal: Competitor contract up for renewal within 180 days
get_back: Get-back date within two weeks
engaged_contacts: Group of 5 or more engaged contacts
engaged_contacts: Group of 3 or 4 engaged contacts
engaged_contacts: 1 or 2 engaged contacts
engaged_contacts: Nobody engaged
seniority: Executive engaged
seniority: Manager engaged
seniority: Practitioner engaged
multi_threading: Engagement across 3 or more departments
multi_threading: Engagement across 2 departments
multi_threading: Engagement in a single department
multi_threading: Engagement in no department
deal_size: Deal of $150K or more
deal_size: Deal of $75K to $150K
deal_size: Deal of up to $75K
brand: High-profile brand
brand: Well-known brand
brand: Little-known brand
competition: Competitor to displace
competition: Greenfield opportunity
"""

TRIGGERS = """
hot website_visits website_visit signals 7 5 4
hot pricing_page_visits pricing_page_visit signals 30 2 4
hot demo_request demo_request signals 30 1 4
hot intent_surge third_party_intent_surge signal_value 30 90 4
warm website_visits website_visit signals 30 3 -
warm webinar_attendance webinar_attendance signals 30 1 -
warm content_download content_download signals 30 1 -
warm case_study_download case_study_download signals 30 1 -
warm intent_surge - signal_value 30 60 -
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
    listed = (SIGNAL_TYPES + OTHER_SIGNAL_TYPES).split()
    for name, numbers in zip(listed[::2], listed[1::2], strict=True):
        assert f"{by_type[name]['points']}/{by_type[name]['half_life_days']}" == numbers, name
    assert set(by_type) == set(listed[::2])
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
    columns = ("status", "trigger", "signal_type", "metric", "window_days", "min_value", "respond_within_hours")
    actual = [" ".join(row[column] or "-" for column in columns) for row in rules()["engagement_triggers"]]
    assert sorted(actual) == sorted(TRIGGERS.strip().splitlines())


def test_treatments():
    actual = ["|".join(cell or "-" for cell in [*row.values()][1:]) for row in of_model("tier_treatments")]
    assert actual == TREATMENTS.strip().splitlines()


@pytest.mark.parametrize(
    ("file", "columns", "listed"),
    [
        ("icp_industries", ("industry_match", "industry"), INDUSTRIES),
        ("icp_markets", ("market_match", "country"), MARKETS),
    ],
)
def test_lists(file, columns, listed):
    kinds = (line.split(": ") for line in listed.strip().splitlines())
    expected = {(kind, name) for kind, names in kinds for name in names.split(", ")}
    assert {tuple(row[column] for column in columns) for row in rules()[file]} == expected


def test_technologies():
    assert [row["technology"] for row in rules()["complementary_technologies"]] == TECHNOLOGIES.split(", ")


def test_labels():
    """Sales reps read them, and CRMs store them."""
    assert [f"{row['factor']}: {row['label']}" for row in of_model("scoring_rules")] == LABELS.strip().splitlines()
