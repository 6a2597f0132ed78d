"""scripts/learn_rules.py: what it learns, on whom it judges, what it refuses; SQL scores its rules as it does."""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections.abc import Iterable
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

import learn_rules
from builds.warehouse import PROJECT
from learn_rules import Attribute, Band, Market, NothingLearned
from worlds.committed import rules

DATA = PROJECT.parent / "shared" / "data"
SALES = DATA / "ibm_sales_win_loss" / "sales_win_loss.zip"
PIPELINE = DATA / "crm_sales_opportunities"
CATEGORIES = ["Supplies Subgroup", "Supplies Group", "Region", "Route To Market", "Competitor Type"]
NUMBERS = [
    *("Opportunity Amount USD", "Client Size By Revenue", "Client Size By Employee Count"),
    *("Revenue From Client Past Two Years", "Deal Size Category"),
]
JUNE, DECEMBER = date(2026, 6, 1), date(2026, 12, 1)


def market(happened: Iterable[bool], *attributes: Attribute, scores: Iterable[float] | None = None) -> Market:
    """An account a row, all scored on one day."""
    outcomes = np.array(list(happened), dtype=bool)
    rows = len(outcomes)
    accounts = np.array([f"a{n}" for n in range(rows)], dtype=object)
    days = [np.full(rows, day, dtype=object) for day in (JUNE, DECEMBER)]
    given_scores = np.zeros(rows) if scores is None else np.array(list(scores), dtype=float)
    return Market(accounts, *days, outcomes, given_scores, [*attributes])


def follows(rows: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes that follow from a number in part, and the number."""
    rng = np.random.default_rng(seed)
    numbers = rng.normal(size=rows)
    return rng.random(rows) < 1 / (1 + np.exp(1 - 1.5 * numbers)), numbers


# --- What it learns --------------------------------------------------------------------------------------------------


def test_whole_points_follow_the_outcome():
    happened, numbers = follows(4000)
    texts = np.where(numbers > 0.5, "hot", "cold").astype(object)
    texts[::7] = None
    proposal = learn_rules.learn(market(happened, Attribute("heat", numbers=numbers), Attribute("word", texts=texts)))
    assert sum(max(points) for points in proposal.points.values()) == 100
    assert all(point >= 0 for points in proposal.points.values() for point in points)
    heat = proposal.points["heat"]
    assert heat == sorted(heat)
    assert [band.values for band in proposal.bands["word"]] == [("cold",), ("hot",), ("(unknown)",)]
    assert proposal.auc[1] > 0.7
    assert proposal.judged_rows == sum(learn_rules.is_judged(f"a{n}") for n in range(4000))


@given(st.lists(st.lists(st.floats(-5, 5), min_size=2, max_size=5), min_size=1, max_size=12))
def test_points_always_add_up(weights):
    """Whatever the weights are: whole numbers of at least 0, the most of each attribute 100 together."""
    chosen = {f"x{n}": [Band(f"x{n}", np.array([True]))] * len(each) for n, each in enumerate(weights)}
    flat = np.array([weight for each in weights for weight in each])
    if max(max(each) - min(each) for each in weights) <= 0:
        with pytest.raises(NothingLearned, match="no band weighs more"):
            learn_rules.whole_points(chosen, flat)
        return
    points = learn_rules.whole_points(chosen, flat)
    assert sum(max(each) for each in points.values()) == 100
    for name, each in zip(chosen, weights, strict=True):
        assert min(points[name]) == 0
        assert sorted(points[name]) == [point for _, point in sorted(zip(each, points[name], strict=True))]


@pytest.mark.parametrize(("rows", "cuts"), [(59, 0), (60, 1)])
def test_a_side_of_a_split_has_thirty_rows(rows, cuts):
    numbers = np.arange(rows, dtype=float)
    assert len(learn_rules.cuts_of(numbers, numbers >= rows - 30)) == cuts


def test_cuts_lie_midway_between_values():
    numbers = np.repeat([1.0, 2.0, 10.0], 50)
    assert learn_rules.cuts_of(numbers, numbers > 5) == [6.0]
    assert learn_rules.cuts_of(numbers, np.tile([True, False], 75)) == []


def test_hybrid_keeps_the_primary_model():
    """Scores that tell much keep most of the model; what is learned tells the rest."""
    happened, numbers = follows(3000, 3)
    noise = np.random.default_rng(4).normal(size=3000)
    scores = 50 + 10 * (numbers + noise)
    of = market(happened, Attribute("heat", numbers=numbers), scores=scores)
    proposal = learn_rules.learn(of, hybrid=True)
    assert 0 < proposal.champion_share < 1
    assert proposal.auc[0] > proposal.champion_auc[0]
    rows = learn_rules.rule_rows(proposal, "learned", "weighted_composite", hybrid=True)
    assert math.isclose(sum(float(row[2]) for row in rows["scoring_dimensions"]), 1)
    assert {row[1] for row in rows["scoring_rules"]} == {"learned", "fit", "intent", "relationship", "strategic"}


def test_later_days_are_judged_on_alone():
    happened, numbers = follows(4000)
    of = market(happened, Attribute("heat", numbers=numbers))
    of.days = np.where(np.arange(4000) % 2 == 0, date(2025, 6, 1), date(2026, 6, 1)).astype(object)
    of.ends = np.where(np.arange(4000) % 2 == 0, date(2025, 12, 1), date(2026, 12, 1)).astype(object)
    proposal = learn_rules.learn(of, until=date(2026, 1, 1))
    assert proposal.judged_rows == sum(learn_rules.is_judged(f"a{n}") for n in range(1, 4000, 2))


# --- What it refuses -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("with_it", "hybrid", "refused"),
    [(19, True, "fewer than 20"), (20, True, ""), (39, False, "only --hybrid"), (40, False, ""), (0, False, "too few")],
)
def test_too_few_outcomes(with_it, hybrid, refused):
    happened = np.arange(2000) < with_it
    rng = np.random.default_rng(1)
    numbers = np.where(happened, 1.5, 0.0) + rng.normal(size=2000)
    of = market(happened, Attribute("heat", numbers=numbers), scores=numbers)
    if not refused:
        assert learn_rules.learn(of, hybrid=hybrid).bands
        return
    with pytest.raises(NothingLearned, match=refused):
        learn_rules.learn(of, hybrid=hybrid)


def test_all_won():
    with pytest.raises(NothingLearned, match="too few: 500 accounts with the outcome, 0 without"):
        learn_rules.learn(market([True] * 500, Attribute("x", numbers=np.arange(500.0))))


def test_no_better_than_chance():
    rng = np.random.default_rng(2)
    happened = rng.random(2000) < 0.3
    attributes = [Attribute(f"x{n}", numbers=rng.normal(size=2000)) for n in range(30)]
    with pytest.raises(NothingLearned, match="no better than chance"):
        learn_rules.learn(market(happened, *attributes))


def test_what_was_written_after_the_outcome_is_left_out():
    happened, numbers = follows(3000)
    leak = np.where(happened, "closed", "open").astype(object)
    names = np.array([f"n{n}" for n in range(3000)], dtype=object)
    attributes = [Attribute("heat", numbers=numbers), Attribute("stage", texts=leak), Attribute("name", texts=names)]
    proposal = learn_rules.learn(market(happened, *attributes))
    assert list(proposal.bands) == ["heat"]
    assert proposal.left_out["stage"].startswith("leak suspected: alone it sorts with an auc of 1.000")
    assert "no split tells enough" in proposal.left_out["name"]
    assert "leak suspected" in "\n".join(learn_rules.report(proposal, "weighted_composite"))


def test_values_that_are_rare_are_too_small():
    happened, numbers = follows(3000)
    rare = np.array([f"n{n % 1000}" if n % 5 else "usual" for n in range(3000)], dtype=object)
    proposal = learn_rules.learn(market(happened, Attribute("heat", numbers=numbers), Attribute("rare", texts=rare)))
    assert proposal.left_out["rare"] == "band too small: most of its values have under 30 rows"


# --- Public data -----------------------------------------------------------------------------------------------------


@pytest.mark.long
@pytest.mark.skipif(not SALES.exists(), reason=f"{SALES} is absent")
def test_public_sales_are_learned_as_well_as_by_a_regression():
    """Whole points reach the one-hot logistic regression of scikit-learn less 0.003, on rows that neither has seen."""
    with zipfile.ZipFile(SALES) as archive, archive.open(archive.namelist()[0]) as file:
        rows = list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8")))
    happened = np.array([row["Opportunity Result"] == "Won" for row in rows])
    attributes = [
        Attribute(name.lower().replace(" ", "_"), texts=np.array([row[name].lower() for row in rows], dtype=object))
        for name in CATEGORIES
    ] + [
        Attribute(name.lower().replace(" ", "_"), numbers=np.array([float(row[name]) for row in rows]))
        for name in NUMBERS
    ]
    of = market(happened, *attributes)
    learned = learn_rules.learn(of).auc[0]
    unseen = np.array([learn_rules.is_judged(account) for account in of.accounts])
    cells = np.array([[row[name] for name in (*CATEGORIES, *NUMBERS)] for row in rows], dtype=object)
    cells[:, len(CATEGORIES) :] = cells[:, len(CATEGORIES) :].astype(float)
    words, figures = list(range(len(CATEGORIES))), list(range(len(CATEGORIES), cells.shape[1]))
    columns = ColumnTransformer(
        [("words", OneHotEncoder(handle_unknown="ignore"), words), ("figures", StandardScaler(), figures)]
    )
    regression = make_pipeline(columns, LogisticRegression(max_iter=1000)).fit(cells[~unseen], happened[~unseen])
    one_hot = roc_auc_score(happened[unseen], regression.predict_proba(cells[unseen])[:, 1])
    assert learned >= one_hot - 0.003, (learned, one_hot)


@pytest.mark.long
@pytest.mark.skipif(not PIPELINE.exists(), reason=f"{PIPELINE} is absent")
def test_nothing_is_learned_where_there_is_nothing():
    """A public pipeline in which nothing that is known at the start tells anything."""
    accounts = {row["account"]: row for row in rows_of("accounts")}
    teams = {row["sales_agent"]: row for row in rows_of("sales_teams")}
    rows = [row for row in rows_of("sales_pipeline") if row["deal_stage"] in ("Won", "Lost") and row["account"]]
    words = {
        "product": [row["product"] for row in rows],
        "agent": [row["sales_agent"] for row in rows],
        "office": [teams[row["sales_agent"]]["regional_office"] for row in rows],
        "sector": [accounts[row["account"]]["sector"] for row in rows],
        "location": [accounts[row["account"]]["office_location"] for row in rows],
    }
    figures = {
        name: [float(accounts[row["account"]][name]) for row in rows]
        for name in ("revenue", "employees", "year_established")
    }
    attributes = [Attribute(name, texts=np.array(cells, dtype=object)) for name, cells in words.items()]
    attributes += [Attribute(name, numbers=np.array(cells)) for name, cells in figures.items()]
    with pytest.raises(NothingLearned, match="no better than chance"):
        learn_rules.learn(market([row["deal_stage"] == "Won" for row in rows], *attributes))


def rows_of(name: str) -> list[dict[str, str]]:
    with (PIPELINE / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


# --- In the warehouse ------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_sql_scores_the_learned_rules_as_they_were_learned(judged_world):
    """Read from a warehouse, written as rule files, scored by the next build: the points are the same."""
    with judged_world.connect() as connection:
        connection.execute("delete from history.account_attributes where attribute = 'mood'")
    of, champion = learn_rules.read(judged_world.path, "opportunity_created", "audit")
    assert champion == "weighted_composite"
    proposal = learn_rules.learn(of)
    for name, rows in learn_rules.rule_rows(proposal, "learned", champion, hybrid=False).items():
        header = list(rules()[name][0])
        judged_world.seeds[name] = [*rules()[name], *(dict(zip(header, row, strict=True)) for row in rows)]
    untested = ("--exclude-resource-type", "unit_test", "--exclude-resource-type", "test")
    judged_world.dbt("build", *untested, project=judged_world.project()).check()
    kept = judged_world.query("select * from intermediate.int_attributes_of_the_day")
    values: dict[tuple[str, str], object] = {
        (row["account_id"], row["attribute"]): row["value_number"] if row["value_text"] is None else row["value_text"]
        for row in kept
    }
    scored = judged_world.query(
        "select * from audit.account_scores where scoring_model = 'learned' order by account_id"
    )
    assert scored
    accounts = [row["account_id"] for row in scored]
    today = market([False] * len(accounts))
    for attribute in of.attributes:
        places = [n for n, account in enumerate(accounts) if (account, attribute.name) in values]
        found = [values[accounts[n], attribute.name] for n in places]
        today.attributes.append(
            learn_rules.column_of(attribute.name, len(accounts), places, found, attribute.texts is not None)
        )
    points = learn_rules.points_of(today, proposal.points, proposal.bands)
    assert [row["priority_score"] for row in scored] == pytest.approx(list(points))
    assert len({*points}) > 5
