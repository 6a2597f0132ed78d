"""What unknown is worth, what a factor can give, and what follows from it, by small examples."""

from copy import deepcopy

import pytest

from .test_by_hand import RULES, account, changed, only, run, signal, tier_of


def model_of(*rules, dimension="d", max_points="10", **more):
    """Rules of one model with one dimension; a rule is factor, attribute and further cells."""
    files = deepcopy(RULES)
    files["scoring_models"] = [{"scoring_model": "m", "population": "all", "is_primary": "true"}]
    files["scoring_dimensions"] = [
        {"scoring_model": "m", "dimension": dimension, "weight": "1", "max_points": max_points}
    ]
    files["scoring_rules"] = [
        {"scoring_model": "m", "dimension": dimension, "factor": factor, "attribute": attribute, **cells}
        for factor, attribute, cells in rules
    ]
    files["tiers"] = [{"scoring_model": "m", "tier_number": "1", "tier": "All"}]
    return files | more


def factor_of(result, factor="f"):
    return only([row for row in result["account_score_contributions"] if row["factor"] == factor])


# --- Unknown ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("country", "points"), [("Peru", 0), (None, 3), ("(unknown)", 0), ("Chile", 1)])
@pytest.mark.parametrize("word", ["(unknown)", " (UnKnown) "])
def test_unknown_can_be_worth_something(word, country, points):
    rules = model_of(
        ("f", "country", {"match_value": word, "points": "3", "label": "No country"}),
        ("f", "country", {"match_value": "Chile", "points": "1", "label": "Chile"}),
    )
    result = run([account(country=country)], rules=rules)
    row = factor_of(result)
    assert (row["points"], row["label"]) == (points, {3: "No country", 1: "Chile", 0: None}[points])
    assert row["attribute_value"] == country
    assert row["max_points"] == 3
    assert only(result["account_tiers"])["data_completeness"] == (0 if country is None else 1)


def test_an_unknown_number():
    rules = model_of(
        ("f", "employee_count", {"match_value": "(unknown)", "points": "-2"}),
        ("f", "employee_count", {"min_value": "0", "max_value": "9", "points": "-5"}),
        ("g", "annual_revenue_usd", {"points": "9"}),
    )
    score = {
        count: only(run([account(employee_count=count, annual_revenue_usd="1")], rules=rules)["account_tiers"])
        for count in (None, "9", "10")
    }
    assert [row["priority_score"] for row in score.values()] == [70, 40, 90]
    assert [row["data_completeness"] for row in score.values()] == [pytest.approx(9 / 14, abs=1e-6), 1, 1]


def test_a_qualification_may_ask_for_unknown():
    rules = model_of(("f", "country", {"points": "1"}))
    line = {"scoring_model": "m", "rule": "r", "attribute": "country", "match_value": "(unknown)"}
    rules["qualification_rules"] = [line]
    result = run([account("a"), account("b", country="Peru")], rules=rules)
    assert only(result["account_scores"])["account_id"] == "a"


# --- What a factor can give ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "most", "at_stake"),
    [
        ([{"points": "3"}, {"points": "-9"}], 3, 3),
        ([{"points": "-3"}, {"points": "-4"}], 0, 4),
        ([{"points": "0"}, {"points": "-4"}], 0, 4),
        ([{"points_per_unit": "0.5"}], 10, 10),
        ([{"points_per_unit": "-0.5"}], 0, 10),
        ([{"points_per_unit": "-0.5"}, {"points": "2"}], 2, 2),
        ([{"points_per_unit": "-0.5"}, {"points": "-2"}], 0, 10),
        ([{"points_per_unit": "0.5"}, {"points": "12"}], 10, 10),
        ([{"points": "0"}], 0, 0),
    ],
)
def test_the_most_and_what_is_at_stake(cells, most, at_stake):
    rules = model_of(
        *(("f", "employee_count", {"min_value": str(n), **cell}) for n, cell in enumerate(cells)),
        ("g", "annual_revenue_usd", {"points": "6"}),
    )
    result = run([account(annual_revenue_usd="1")], rules=rules)
    assert factor_of(result)["max_points"] == most
    assert only(result["account_tiers"])["data_completeness"] == pytest.approx(6 / (6 + at_stake), abs=1e-6)


@pytest.mark.parametrize("dimension", ["fit", "intent", "d"])
def test_no_quadrant_without_fit_or_intent(dimension):
    rules = model_of(("f", "country", {"points": "1"}), dimension=dimension)
    assert only(run([account(country="Peru")], rules=rules)["account_tiers"])["quadrant"] is None


# --- Owners ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("owner", "reps", "missing"),
    [
        ("r", [], False),
        (None, [], True),
        ("r", [{"owner_id": "r", "is_deleted": "y"}], False),
        ("r", [{"owner_id": "s"}], True),
        ("r", [{"owner_id": "r"}], False),
        ("r", [{"owner_id": "r", "is_active": "no"}], True),
    ],
)
def test_an_owner_is_missing_only_where_reps_are_listed(owner, reps, missing):
    result = run([account(is_strategic="y", owner_id=owner)], sales_reps=reps)
    assert ("no_active_owner" in {row["gap"] for row in result["coverage_gaps"]}) is missing


def test_the_committed_rules_stay_as_complete_as_they_were():
    assert tier_of()["data_completeness"] == pytest.approx(0.51 / 1.135, abs=1e-6)
    rules = changed("scoring_rules", {"factor": "get_back"}, points="-25")
    row = tier_of([signal("demo_request")], rules=rules)
    assert row["data_completeness"] == pytest.approx(0.51 / 1.135, abs=1e-6)
