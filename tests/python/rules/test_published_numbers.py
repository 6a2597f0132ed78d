"""The rule files hold the published numbers, written down here a second time and by hand.

All other tests read the rule files, so a slip in a file would agree with itself; these do not.
"""

from __future__ import annotations

import re

import pytest

from worlds.committed import rules

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

POINTS_CALCULATOR = {
    ("fit", 0.40, 40): {
        ("company_size", "annual_revenue_usd"): "50e6..500e6=15 20e6..50e6=10 500e6..1e9=10 ..20e6=5 1e9..=5",
        ("employees", "employee_count"): "200..2000=10 100..200=7 2000..5000=7 ..100=3 5000..=3",
        ("industry", "industry_match"): "primary=10 adjacent=6 non_target=2",
        ("technology", "complementary_technologies"): "3..=5 1..2=3 0..0=1",
    },
    ("intent", 0.30, 30): {
        ("website_visits", "signals_website_visit_30d"): "5..=10 2..4=6 1..1=3 0..0=0",
        ("third_party_intent", "third_party_intent_score"): "90..=10 60..90=6 30..60=3 ..30=0",
        ("pricing_or_demo", "signals_pricing_page_visit_30d"): "1..=5",
        ("pricing_or_demo", "signals_demo_request_30d"): "1..=5",
        ("comparison", "signals_comparison_page_view_30d"): "1..=3",
        ("case_study", "signals_case_study_download_30d"): "1..=2",
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

ENTERPRISE_SAAS = {
    ("fit", 0.40, 40): {
        ("company_size", "annual_revenue_usd"): "100e6..2e9=15",
        ("industry", "industry"): "Technology=15 SaaS=15 Professional_Services=15",
        ("employees", "employee_count"): "500..5000=10",
    },
    ("intent", 0.30, 30): {
        ("third_party_surge", "signals_third_party_intent_surge_30d"): "1..=15",
        ("website_visits", "signals_website_visit_30d"): "3..=8",
        ("competitor_research", "signals_competitor_research_30d"): "1..=7",
    },
    ("relationship", 0.20, 20): {
        ("executive", "highest_engaged_seniority"): "executive=10",
        ("engaged_contacts", "engaged_contacts"): "3..=6",
        ("earlier_conversation", "previous_opportunities"): "1..=4",
    },
    ("strategic", 0.10, 10): {
        ("deal_size", "estimated_deal_usd"): "200000.01..=5",  # more than 200K
        ("brand", "brand_tier"): "high=3",
        ("competition", "competitive_position"): "displacement=2",
    },
}

# the bands are this project's; what the best one gives is published
CUSTOMER_EXPANSION = {
    ("usage_health", 0.35, 35): {
        ("active_adoption", "dau_mau_ratio"): "0.5..=15 0.3..0.5=10 0.1..0.3=5",
        ("feature_breadth", "feature_adoption"): "0.75..=10 0.5..0.75=6 0.25..0.5=3",
        ("integrations", "integrations_installed"): "3..=5 1..2=3",
        ("power_users", "power_user_share"): "0.3..=5 0.2..0.3=4 0.1..0.2=2",
    },
    ("expansion_signals", 0.30, 30): {
        ("team_growth", "headcount_growth_pct"): "20..=12 10..20=8 5..10=4",
        ("plan_limits", "seat_utilization"): "0.9..=10 0.8..0.9=7 0.7..0.8=4",
        ("cross_sell_research", "cross_sell_page_views"): "5..=8 3..4=6 1..2=3",
        ("cross_sell_research", "signals_plan_page_visit_30d"): "5..=8 3..4=6 1..2=3",
    },
    ("account", 0.25, 25): {
        ("company_growth", "growth_trend"): "expanding=10 stable=4",
        ("company_growth", "signals_funding_round_30d"): "1..=10",
        ("expansion_potential", "expansion_ratio"): "3..=8 2..3=6 1..2=4",
        ("contract_value", "annual_contract_value_usd"): "100e3..=7 50e3..100e3=6 10e3..50e3=4 ..10e3=2",
    },
    ("relationship", 0.10, 10): {
        ("executive_sponsor", "has_executive_sponsor"): "true=5",
        ("promoter", "nps"): "50..=3 0..50=1",
        ("departments", "departments_using"): "4..=2 2..3=1",
    },
}

# chosen by this project
SMB = {
    ("fit", 0.50, 100): {
        ("employees", "employee_count"): "10..200=40 ..10=20 200..500=20",
        ("industry", "industry_match"): "primary=30 adjacent=20 non_target=5",
        ("geography", "market_match"): "priority=30 secondary=20 expansion=10",
    },
    ("intent", 0.50, 100): {
        ("decayed_signals", "decayed_intent_points"): "x1",
    },
}

ICP_CHECKLIST = {
    ("fit", 0.70, 7): {
        ("business_model", "business_model"): "B2B=1",
        ("sales_team", "sales_rep_count"): "25..=1",
        ("subscription", "sells_subscription"): "true=1",
        ("self_service", "has_self_service"): "true=1",
        ("selling_price", "average_selling_price_usd"): "1000..100e3=1",
        ("sales_technology", "uses_6sense"): "true=1",
        ("sales_technology", "uses_outreach"): "true=1",
        ("sales_technology", "uses_salesloft"): "true=1",
        ("sales_technology", "uses_zoominfo"): "true=1",
        ("marketing_automation", "uses_marketo"): "true=1",
        ("marketing_automation", "uses_hubspot"): "true=1",
        ("marketing_automation", "uses_eloqua"): "true=1",
    },
    ("intent", 0.20, 2): {
        ("repeated_visits", "signals_website_visit_30d"): "3..=1",
        ("high_intent_page", "signals_demo_request_30d"): "1..=1",
        ("high_intent_page", "signals_pricing_page_visit_30d"): "1..=1",
        ("high_intent_page", "signals_product_tour_30d"): "1..=1",
    },
    ("relationship", 0.10, 1): {
        ("engaged_contacts", "engaged_contacts"): "2..=1",
    },
}

MODELS = {
    "weighted_composite": WEIGHTED_COMPOSITE,
    "points_calculator": POINTS_CALCULATOR,
    "enterprise_saas": ENTERPRISE_SAAS,
    "customer_expansion": CUSTOMER_EXPANSION,
    "smb": SMB,
    "icp_checklist": ICP_CHECKLIST,
}
DIMENSIONS = [(model, dimension) for model, dimensions in MODELS.items() for dimension in dimensions]

# model, number, name, min_score, max_share, max_accounts, max_accounts_per_rep, promote_hot
TIERS = """
weighted_composite|1|Tier 1|80|0.10|-|-|false|-
weighted_composite|2|Tier 2|60|0.20|-|-|true|-
weighted_composite|3|Tier 3|40|0.30|-|-|false|-
weighted_composite|4|Tier 4|-|-|-|-|false|-
points_calculator|1|Tier 1|85|-|-|-|false|-
points_calculator|2|Tier 2|70|-|-|-|false|-
points_calculator|3|Tier 3|55|-|-|-|false|-
points_calculator|4|Tier 4|-|-|-|-|false|-
enterprise_saas|1|Tier 1|85|-|-|6|false|-
enterprise_saas|2|Tier 2|70|-|-|20|false|-
enterprise_saas|3|Tier 3|55|-|-|24|false|-
enterprise_saas|4|Tier 4|-|-|-|-|false|-
customer_expansion|1|Tier 1|80|-|-|-|false|-
customer_expansion|2|Tier 2|60|-|-|-|false|-
customer_expansion|3|Tier 3|-|-|-|-|false|-
smb|1|Hot|60|-|-|-|true|-
smb|2|Nurture|-|-|-|-|false|-
icp_checklist|1|Tier 1|80|-|-|-|false|-
icp_checklist|2|Tier 2|50|-|-|-|false|-
icp_checklist|3|Tier 3|-|-|-|-|false|-
"""

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

TREATMENTS = {
    "weighted_composite": """
1|Field sales, executive engagement|6|Weekly|White-glove 1:1, custom campaigns|5000|15000
2|Dedicated field or senior inside sales|20|Monthly|Personalized 1:Few programs|1000|3000
3|Inside sales or SDR|50|Quarterly|Scaled 1:Many programs|-|-
4|Marketing automation, inbound response only|-|Quarterly newsletter|Automated nurture, annual re-evaluation|-|-
""",
    "points_calculator": """
1|Field sales, executive sponsor, solutions engineer|6|Weekly|Custom ABM campaigns, quarterly review|5000|15000
2|Field or senior inside sales|20|Monthly|Personalized 1:Few campaigns, quarterly review|1000|3000
3|Inside sales or SDR|50|Quarterly|Scaled 1:Many programs, automated nurture|-|-
4|Marketing automation, inbound response only|-|Quarterly newsletter|Annual re-evaluation|-|-
""",
    "enterprise_saas": """
1|Strategic account executive, VP to VP|6|Monthly planning, quarterly with executives|Custom ABM campaigns|8000|8000
2|Field sales|20|Quarterly|Named accounts, personalized email|-|-
3|Inside sales (SDR or BDR)|24|Automated sequences|Scaled 1:Many ABM, watch for a surge|-|-
4|Marketing, inbound response only|-|Annual re-evaluation|Nurture, watch for changes|-|-
""",
    "customer_expansion": """
1|Expansion account executive, proactive CSM|-|Monthly business review|Custom proposal, early features|-|-
2|CSM|-|Quarterly review|Offers in the product, self-service upgrade|-|-
3|Automation|-|Annual renewal|Adoption campaigns, prompts in the product|-|-
""",
    "smb": """
1|SDR|-|At once|Outreach on the signal|-|-
2|Marketing automation|-|Automated campaigns|Nurture until intent shows|-|-
""",
    "icp_checklist": """
1|Named account executive|-|-|Active pursuit, multi-threaded|-|-
2|Pooled reps or SDR|-|-|SDR-led outbound|-|-
3|Inbound response only|-|-|Automated nurture|-|-
""",
}

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


def test_one_model_is_primary_and_one_ranks_customers():
    models = [(row["scoring_model"], row["population"], row["is_primary"]) for row in rules()["scoring_models"]]
    assert models == [
        ("weighted_composite", "prospects", "true"),
        ("points_calculator", "prospects", "false"),
        ("enterprise_saas", "prospects", "false"),
        ("customer_expansion", "customers", "false"),
        ("smb", "prospects", "false"),
        ("icp_checklist", "prospects", "false"),
    ]


@pytest.mark.parametrize("model", MODELS)
def test_dimensions(model):
    rows = of_model("scoring_dimensions", model)
    assert {(r["dimension"], float(r["weight"]), float(r["max_points"])) for r in rows} == set(MODELS[model])


@pytest.mark.parametrize(("model", "dimension"), DIMENSIONS, ids=[f"{model}-{d[0]}" for model, d in DIMENSIONS])
def test_rules(model, dimension):
    expected = {
        (factor, attribute, *written(rule))
        for (factor, attribute), listed in MODELS[model][dimension].items()
        for rule in listed.split()
    }
    actual = [
        (
            *(row["factor"], row["attribute"], *(number(row[name]) for name in ("min_value", "max_value"))),
            *(row["match_value"].replace(" ", "_"), number(row["points"]), number(row["points_per_unit"])),
        )
        for row in of_model("scoring_rules", model)
        if row["dimension"] == dimension[0]
    ]
    assert len(actual) == len(expected)
    assert set(actual) == expected


@pytest.mark.parametrize(("model", "dimension"), DIMENSIONS, ids=[f"{model}-{d[0]}" for model, d in DIMENSIONS])
def test_the_best_of_each_factor_adds_up_to_the_points_of_the_dimension(model, dimension):
    """But for decayed points, which have no most."""
    best: dict[str, float] = {}
    for row in of_model("scoring_rules", model):
        if row["dimension"] == dimension[0]:
            points = dimension[2] if row["points_per_unit"] else float(row["points"])
            best[row["factor"]] = max(points, best.get(row["factor"], 0))
    assert sum(best.values()) == dimension[2] or "decayed_signals" in best


def test_signal_types():
    by_type = {row["signal_type"]: row for row in rules()["signal_types"]}
    listed = (SIGNAL_TYPES + OTHER_SIGNAL_TYPES).split()
    for name, numbers in zip(listed[::2], listed[1::2], strict=True):
        assert f"{by_type[name]['points']}/{by_type[name]['half_life_days']}" == numbers, name
    assert set(by_type) == set(listed[::2])
    assert not any(row["max_points"] or row["daily_limit_per_contact"] for row in by_type.values())


def test_tiers():
    actual = ["|".join(cell or "-" for cell in row.values()) for row in rules()["tiers"]]
    assert actual == TIERS.strip().splitlines()


def test_qualifiers():
    listed = [tuple(cell for cell in row.values() if cell) for row in rules()["qualification_rules"]]
    assert listed == [("icp_checklist", "uses_salesforce", "uses_salesforce", "true")]


def test_triggers():
    columns = ("status", "trigger", "signal_type", "metric", "window_days", "min_value", "respond_within_hours")
    actual = [" ".join(row[column] or "-" for column in columns) for row in rules()["engagement_triggers"]]
    assert sorted(actual) == sorted(TRIGGERS.strip().splitlines())


@pytest.mark.parametrize("model", MODELS)
def test_treatments(model):
    actual = ["|".join(cell or "-" for cell in [*row.values()][1:]) for row in of_model("tier_treatments", model)]
    assert actual == TREATMENTS[model].strip().splitlines()


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


SCALES = {"": 1, "K": 1e3, "M": 1e6, "B": 1e9, "%": 0.01}


@pytest.mark.parametrize("model", MODELS)
def test_the_numbers_in_a_label_are_those_of_its_rule(model):
    for row in of_model("scoring_rules", model):
        limits = [float(row[name]) for name in ("min_value", "max_value") if row[name]]
        told = [
            float(digits) * SCALES[scale] * (100 if row["attribute"].endswith("_pct") else 1)
            for digits, scale in re.findall(r"(?<![\w-])([\d.]+)([KMB%]?)(?!\w)", row["label"])
        ]
        assert all(any(abs(number - limit) <= 0.01 * (number > 1) + 1e-9 for limit in limits) for number in told), row
