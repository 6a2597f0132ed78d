"""The committed rules as the peers in Python write them down: what the polars and the pandas scripts share."""

SIGNAL_TYPES = {  # points, half-life in days
    "pricing_page_visit": (25, 7),
    "demo_request": (40, 14),
    "case_study_download": (20, 30),
    "webinar_attendance": (20, 30),
    "third_party_intent_surge": (30, 14),
    "website_visit": (5, 3),
    "email_click": (8, 7),
    "competitor_research": (15, 14),
    "content_download": (12, 30),
    "social_engagement": (3, 7),
    "email_open": (2, 3),
    "funding_round": (20, 60),
    "trial_request": (40, 14),
    "meeting_request": (40, 14),
    "form_fill": (10, 14),
    "product_tour": (15, 14),
}
TRIGGERS = [  # status, trigger, signal type, days, signals, signal_value
    ("hot", "website_visits", "website_visit", 7, 5, None),
    ("hot", "pricing_page_visits", "pricing_page_visit", 30, 2, None),
    ("hot", "demo_request", "demo_request", 30, 1, None),
    ("hot", "intent_surge", "third_party_intent_surge", 30, 1, 90),
    ("warm", "website_visits", "website_visit", 30, 3, None),
    ("warm", "webinar_attendance", "webinar_attendance", 30, 1, None),
    ("warm", "content_download", "content_download", 30, 1, None),
    ("warm", "case_study_download", "case_study_download", 30, 1, None),
    ("warm", "intent_surge", None, 30, 1, 60),
]
INDUSTRIES = {
    **dict.fromkeys(("saas", "software", "technology", "financial services"), 25),
    **dict.fromkeys(("professional services", "marketing", "telecommunications", "e-commerce", "media"), 15),
}
MARKETS = {
    **dict.fromkeys(("united states", "canada", "united kingdom"), 15),
    **dict.fromkeys(("germany", "france", "netherlands", "ireland", "sweden", "australia"), 10),
}
TECHNOLOGIES = {
    "salesforce",
    "hubspot",
    "marketo",
    "6sense",
    "outreach",
    "salesloft",
    "zoominfo",
    "snowflake",
    "google analytics",
    "slack",
}
CATEGORIES = {
    "growth": {"expanding": 10, "stable": 7, "contracting": 3},
    "brand": {"high": 3, "moderate": 2, "low": 1},
    "competition": {"displacement": 3, "greenfield": 2},
    "seniority": {"executive": 7, "manager": 4, "practitioner": 2},
}
# factor: what a point is worth, the most points, the label of each number of points, what is said where there are none
# (size has two labels of 20 and of 10 points: those of the larger companies stand at 21 and 11)
FACTORS = {
    "size": (
        0.4,
        30,
        {
            30: "Revenue of $50M to $500M",
            20: "Revenue of $20M to $50M",
            21: "Revenue of $500M to $1B",
            10: "Revenue of up to $20M",
            11: "Revenue of $1B or more",
        },
        "Unknown annual revenue",
    ),
    "industry": (
        0.4,
        25,
        {25: "Primary target industry", 15: "Adjacent industry", 5: "Industry outside the target"},
        "Unknown industry match",
    ),
    "technology": (
        0.4,
        20,
        {
            20: "Stack with 3 or more complementary technologies",
            12: "Stack with 1 or 2 complementary technologies",
            5: "Stack without complementary technologies",
        },
        "",
    ),
    "market": (
        0.4,
        15,
        {
            15: "Presence in a priority market",
            10: "Presence in a secondary market",
            5: "Presence in an expansion market",
        },
        "Unknown market match",
    ),
    "growth": (
        0.4,
        10,
        {10: "Expansion under way", 7: "Stable business", 3: "Contracting business"},
        "Unknown growth trend",
    ),
    "engaged": (
        1,
        8,
        {8: "Group of 5 or more engaged contacts", 5: "Group of 3 or 4 engaged contacts", 2: "1 or 2 engaged contacts"},
        "No group of 5 or more engaged contacts",
    ),
    "seniority": (
        1,
        7,
        {7: "Executive engaged", 4: "Manager engaged", 2: "Practitioner engaged"},
        "No executive engaged",
    ),
    "departments": (
        1,
        5,
        {
            5: "Engagement across 3 or more departments",
            3: "Engagement across 2 departments",
            1: "Engagement in a single department",
        },
        "No engagement across 3 or more departments",
    ),
    "deal": (
        1,
        4,
        {4: "Deal of $150K or more", 3: "Deal of $75K to $150K", 2: "Deal of up to $75K"},
        "Unknown estimated deal",
    ),
    "brand": (1, 3, {3: "High-profile brand", 2: "Well-known brand", 1: "Little-known brand"}, "Unknown brand tier"),
    "competition": (
        1,
        3,
        {3: "Competitor to displace", 2: "Greenfield opportunity"},
        "Unknown competitive position",
    ),
}
RENEWAL = {
    20: "Competitor contract up for renewal within 90 days",
    10: "Competitor contract up for renewal within 180 days",
}
TREATMENTS = {  # covered_by, accounts_per_rep, touch_cadence, program, budget_min_usd, budget_max_usd
    1: ("Field sales, executive engagement", 6.0, "Weekly", "White-glove 1:1, custom campaigns", 5000.0, 15000.0),
    2: ("Dedicated field or senior inside sales", 20.0, "Monthly", "Personalized 1:Few programs", 1000.0, 3000.0),
    3: ("Inside sales or SDR", 50.0, "Quarterly", "Scaled 1:Many programs", None, None),
    4: (
        "Marketing automation, inbound response only",
        None,
        "Quarterly newsletter",
        "Automated nurture, annual re-evaluation",
        None,
        None,
    ),
}


def in_words(name: str) -> str:
    """A type of signal as a sentence begins with it."""
    return name.replace("_", " ").replace("third party", "third-party").capitalize()


def bare(label: str) -> str:
    """A label within a sentence."""
    return label[0].lower() + label[1:]
