"""The accounts of the source texts, as the demo tells them: facts, points by hand, and how one gets hot day by day."""

from datetime import datetime, timedelta

import pytest
from oracle import recompute
from rule_sets import primary_only
from warehouse import demo_rows, rules

AS_OF = datetime(2026, 6, 30, 9)
DAYS = {
    1: (datetime(2026, 6, 23, 23, 59), "cold"),
    3: (datetime(2026, 6, 25, 23, 59), "warm"),
    5: (datetime(2026, 6, 27, 23, 59), "warm"),
    7: (datetime(2026, 6, 29, 23, 59), "warm"),
    8: (AS_OF, "hot"),
}


def of(marts, account_id):
    """An account's row of account_tiers."""
    return next(row for row in marts["account_tiers"] if row["account_id"] == account_id)


def points(marts, account_id):
    """An account's points by dimension and factor in the primary model."""
    model = of(marts, account_id)["scoring_model"]
    return {
        (row["dimension"], row["factor"]): row["points"]
        for row in marts["account_score_contributions"]
        if (row["account_id"], row["scoring_model"]) == (account_id, model)
    }


def worth(full_points, half_life_days, occurred_at, as_of=AS_OF):
    """What a signal is worth at as_of."""
    age = (as_of - datetime.fromisoformat(occurred_at)) / timedelta(days=1)
    return full_points * 2 ** (-age / half_life_days)


@pytest.fixture(scope="module")
def marts(demo):
    """The demo's marts."""
    return demo.marts()


# --- Acme Marketing Inc.: from the cold pool to hot in eight days -----------------------------------------------------


@pytest.fixture(scope="module")
def week(compiled):
    """The demo's marts on the days of the story."""
    return {day: compiled.replay(demo_rows(), as_of) for day, (as_of, _) in DAYS.items()}


@pytest.mark.parametrize("day", DAYS)
def test_acme_marketing_day_by_day(week, day):
    as_of, status = DAYS[day]
    row = of(week[day], "acme-marketing")
    assert row["engagement_status"] == status
    expected = of(recompute(demo_rows(), rules(), as_of), "acme-marketing")
    told = ("tier_number", "tier_reason", "engagement_trigger", "engaged_since", "respond_by", "intent_trend")
    assert {name: row[name] for name in told} == {name: expected[name] for name in told}


def test_acme_marketing_gets_hot(week):
    first, last = of(week[1], "acme-marketing"), of(week[8], "acme-marketing")
    assert (first["tier_number"], first["tier_reason"], first["engaged_since"]) == (4, "score", None)
    # fit 10 + 15 + 12 + 15 + 10 of 100, a website visit of 15 h 47 min ago, nobody engaged, 2 + 1 + 2 of 10
    visit = worth(5, 3, "2026-06-23T08:12:00", DAYS[1][0])
    assert first["priority_score"] == pytest.approx(0.4 * 62 + 0.3 * visit + 0.1 * 50, abs=1e-6)
    # warm by the download of day 3, until the second pricing page visit, 10 minutes before as_of, makes it hot
    for day in (3, 5, 7):
        row = of(week[day], "acme-marketing")
        assert (row["engagement_trigger"], row["respond_by"]) == ("content_download", None)
        assert row["engaged_since"] == datetime(2026, 6, 25, 8, 20)
    assert (last["engagement_trigger"], last["engaged_since"]) == ("pricing_page_visits", datetime(2026, 6, 30, 8, 50))
    assert last["respond_by"] == datetime(2026, 6, 30, 12, 50)
    assert last["tier_number"] < first["tier_number"]
    scores = [of(week[day], "acme-marketing")["intent_score"] for day in DAYS]
    assert scores == sorted(scores)
    assert last["intent_trend"] == "rising"


def test_acme_marketing_on_the_eighth_day_by_hand(marts):
    row, factors = of(marts, "acme-marketing"), points(marts, "acme-marketing")
    signals = [
        worth(5, 3, "2026-06-23T08:12:00"),  # anonymous: only its domain tells whose it is
        worth(10, 14, "2026-06-25T08:18:00"),
        worth(12, 30, "2026-06-25T08:20:00"),
        worth(5, 3, "2026-06-27T08:02:00"),
        worth(25, 7, "2026-06-27T08:05:00"),
        worth(30, 14, "2026-06-29T06:00:00"),
        worth(25, 7, "2026-06-30T08:50:00"),
    ]
    assert factors["intent", "decayed_signals"] == pytest.approx(sum(signals), abs=1e-6)
    assert row["fit_score"] == 10 + 15 + 12 + 15 + 10
    assert row["relationship_score"] == (2 + 4 + 1) / 20 * 100
    assert row["strategic_score"] == (2 + 1 + 2) / 10 * 100
    assert row["priority_score"] == pytest.approx(0.4 * 62 + 0.3 * sum(signals) + 0.2 * 35 + 0.1 * 50, abs=1e-6)
    assert row["tier_number"] <= 2  # hot: at least Tier 2


# --- Acme Software Corporation: the published score table -------------------------------------------------------------


def test_acme_software_has_the_published_facts():
    raw = demo_rows()
    account = next(row for row in raw["accounts"] if row["account_id"] == "acme-software")
    assert (account["annual_revenue_usd"], account["employee_count"]) == ("240000000", "850")
    assert (account["industry"], account["estimated_deal_usd"]) == ("SaaS", "120000")
    assert (account["brand_tier"], account["competitive_position"]) == ("high", "displacement")
    stack = {row["technology"].strip() for row in raw["account_technologies"] if row["account_id"] == "acme-software"}
    assert stack >= {"Salesforce", "HubSpot"}
    types = [row["signal_type"] for row in raw["signals"] if row["account_id"] == "acme-software" and row["signal_id"]]
    counts = {kind: types.count(kind) for kind in types}
    assert counts == {"website_visit": 4, "third_party_intent_surge": 1, "pricing_page_visit": 2}
    people = [row for row in raw["contacts"] if row["account_id"] == "acme-software"]
    assert {(row["seniority"], row["department"]) for row in people} == {("manager", "Marketing")}


def test_acme_software_by_hand(marts):
    assert points(marts, "acme-software") == pytest.approx(
        {
            ("fit", "company_size"): 30,  # $240M
            ("fit", "industry"): 25,  # SaaS
            ("fit", "technology"): 12,  # Salesforce and HubSpot: two
            ("fit", "geography"): 15,  # United States
            ("fit", "growth"): 7,  # stable
            ("intent", "decayed_signals"): sum(
                [
                    worth(5, 3, "2026-06-09T14:20:00"),
                    worth(5, 3, "2026-06-16T10:05:00"),
                    worth(5, 3, "2026-06-22T09:15:00"),
                    worth(5, 3, "2026-06-27T11:10:00"),
                    worth(25, 7, "2026-06-19T15:40:00"),
                    worth(25, 7, "2026-06-26T13:30:00"),
                    worth(30, 14, "2026-06-24T03:00:00"),
                ]
            ),
            ("intent", "competitor_renewal"): 0,
            ("intent", "get_back"): 0,
            ("relationship", "engaged_contacts"): 2,  # two
            ("relationship", "seniority"): 4,  # directors
            ("relationship", "multi_threading"): 1,  # both in marketing
            ("strategic", "deal_size"): 3,  # $120K
            ("strategic", "brand"): 3,
            ("strategic", "competition"): 3,
        },
        abs=1e-6,
    )
    row = of(marts, "acme-software")
    assert (row["fit_score"], row["relationship_score"], row["strategic_score"]) == (89, 35, 90)
    assert row["priority_score"] == pytest.approx(0.4 * 89 + 0.3 * row["intent_score"] + 0.2 * 35 + 0.1 * 90, abs=1e-6)
    # two visits of the pricing page within 30 days: hot, so Tier 2 as in the published table
    assert (row["engagement_status"], row["engagement_trigger"]) == ("hot", "pricing_page_visits")
    assert row["engaged_since"] == datetime(2026, 6, 26, 13, 30)
    assert (row["tier_number"], row["touch_cadence"], row["accounts_per_rep"]) == (2, "Monthly", 20)


def test_acme_software_is_explained(marts):
    row = of(marts, "acme-software")
    assert row["top_reasons"].split("; ")[0] == "Revenue of $50M to $500M +12"  # 0.4 x 30
    assert len(row["top_reasons"].split("; ")) == 3
    assert len(row["top_gaps"].split("; ")) == 3


# --- Account 601: behaviour beats firmographics -----------------------------------------------------------------------


def test_account_601_is_promoted(marts):
    row = of(marts, "account-601")
    # logistics, $9M, one technology, Ireland, stable: 10 + 5 + 12 + 10 + 7
    assert row["fit_score"] == 44
    signals = worth(5, 3, "2026-06-27T16:30") + worth(25, 7, "2026-06-27T16:34") + worth(25, 7, "2026-06-29T14:10")
    assert row["intent_score"] == pytest.approx(signals, abs=1e-6)
    assert row["priority_score"] == pytest.approx(0.4 * 44 + 0.3 * signals + 0.1 * 50, abs=1e-6)
    assert row["priority_score"] < 40
    assert (row["engagement_status"], row["engagement_trigger"]) == ("hot", "pricing_page_visits")
    assert row["engaged_since"] == datetime(2026, 6, 29, 14, 10)
    assert (row["score_tier_number"], row["tier_number"], row["tier_reason"]) == (4, 2, "hot_promotion")


# --- Global Financial Services Corp ----------------------------------------------------------------------------------


def test_global_financial_by_hand(marts):
    row = of(marts, "global-financial")
    visits = ["06-03T13", "06-08T15", "06-12T10", "06-17T14", "06-20T11", "06-22T16", "06-25T09", "06-28T17"]
    signals = sum(worth(5, 3, f"2026-{visit}:25:00") for visit in visits)
    signals += worth(30, 14, "2026-06-26T03:00:00")
    signals += worth(15, 14, "2026-06-19T03:00:00") + worth(15, 14, "2026-06-27T03:00:00")
    assert row["fit_score"] == 20 + 25 + 20 + 15 + 10  # $850M, three technologies
    assert row["decayed_intent_points"] == pytest.approx(signals, abs=1e-6)
    assert row["relationship_score"] == (2 + 4 + 1) / 20 * 100  # the CMO is known, not engaged
    assert row["strategic_score"] == 100
    assert row["priority_score"] == pytest.approx(0.4 * 90 + 0.3 * signals + 0.2 * 35 + 0.1 * 100, abs=1e-6)
    # the surge of 86 is warm, not hot; the third visit of the 30 days that end on June 30th came first
    assert (row["engagement_status"], row["engagement_trigger"]) == ("warm", "website_visits")
    assert row["engaged_since"] == datetime(2026, 6, 12, 10, 25)


def test_the_stories_need_only_the_primary_model():
    """The hand arithmetic above follows the published weights."""
    rule_rows = primary_only()
    weights = {row["dimension"]: float(row["weight"]) for row in rule_rows["scoring_dimensions"]}
    assert weights == {"fit": 0.4, "intent": 0.3, "relationship": 0.2, "strategic": 0.1}
