"""The validation marts on a history that was made up, against numpy and scipy: every figure to 1e-9."""

from __future__ import annotations

import math
import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from builds.warehouse import Warehouse, load_table
from recomputation import validation
from recomputation.validation import Outcome, Value

AS_OF = datetime(2026, 6, 30, 9)  # of the demo
MICROSECOND = timedelta(microseconds=1)
OUTCOMES = [
    Outcome("opportunity_created", "opportunity_created", 90, None, True),
    Outcome("opportunity_won", "opportunity_won", 180, None, False),
]
DAYS = [
    *(date(2025, 11, 3), date(2025, 11, 17), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 2), date(2026, 3, 2)),
    *(date(2026, 4, 1), date(2026, 4, 2)),  # 90 days before as_of, and a day less
]
MODELS = ("weighted_composite", "points_calculator", "smb", "customer_expansion", "retired_model")
ATTRIBUTES = {
    "annual_revenue_usd": lambda rng, pull: rng.choice((None, 5e7, 5e8, round(1e9 * pull * rng.uniform(0.5, 1.5), 2))),
    "industry_match": lambda rng, pull: rng.choice((None, "primary", "adjacent", "non_target")),
    "territory": lambda rng, pull: rng.choice(("emea", "apac", f"t{rng.randrange(40)}")),
    "signals_demo_request_30d": lambda rng, pull: rng.choice((None, None, 1.0 + (pull > 0.5), 2.0)),
    "uses_slack": lambda rng, pull: rng.choice((None, "true")),
    "complementary_technologies": lambda rng, pull: float(rng.randrange(6)),
    "mood": lambda rng, pull: rng.choice(("good", "bad", None)),
}


@pytest.fixture
def judged_world(published: Warehouse) -> Warehouse:
    """The demo with days of history, attributes and opportunities that follow from the scores in part."""
    rng = random.Random(5)
    accounts = [row["account_id"] for row in published.query("select account_id from intermediate.int_accounts_merged")]
    accounts += [f"gone-{n}" for n in range(12)]
    pulls = {account_id: rng.random() for account_id in accounts}
    history, opportunities, attributes, kept_days = [], [], [], []
    first = {day for day in DAYS if day == min(d for d in DAYS if (d.year, d.month) == (day.year, day.month))}
    for day in DAYS:
        scored_at = datetime(day.year, day.month, day.day, 9)
        for model in MODELS:
            kept_days.append(
                {
                    "raw_source": "demo",
                    "scoring_model": model,
                    "tier_date": day,
                    "scored_at": scored_at,
                    "built_at": scored_at + timedelta(days=1, microseconds=int(day.month == 1)),
                    "has_contributions": "false",
                    "has_attributes": str(day in first),
                }
            )
        for account_id in accounts:
            pull = pulls[account_id]
            for model in MODELS:
                if rng.random() < 0.2 or (model == "customer_expansion") != (account_id < "acc-0060"):
                    continue
                score = 100 * pull * rng.random() if model != "smb" else 100 * rng.random()
                score = round(score, rng.choice((0, 6)))
                tier_number = 1 + int(score < 60) + int(score < 30)
                history.append(
                    {
                        "raw_source": "demo",
                        "account_id": account_id,
                        "scoring_model": model,
                        "tier_date": day,
                        "scored_at": scored_at,
                        "priority_score": score,
                        "tier_number": tier_number,
                        "tier": f"Tier {tier_number}",
                        "tier_reason": "score",
                        "fit_score": rng.choice((0.0, 25.0, 50.0)),
                        "intent_score": round(100 * rng.random(), 1),
                        "has_hindsight": str(rng.random() < 0.3),
                    }
                )
            if rng.random() < 0.15 + 0.3 * pull:
                begun = scored_at + rng.choice(
                    (
                        *(timedelta(0), MICROSECOND, timedelta(days=90), timedelta(days=90) + MICROSECOND),
                        *(timedelta(days=rng.uniform(-30, 120)) for _ in range(8)),
                    )
                )
                ended = begun + timedelta(days=rng.choice((-1, 0, 20, 91, 180)))
                opportunities.append(
                    {
                        "opportunity_id": f"o-{day}-{account_id}",
                        "account_id": account_id,
                        "created_at": begun,
                        "closed_at": rng.choice((ended, ended, None)),
                        "is_won": str(rng.random() < 0.4 + 0.4 * pull),
                        "amount_usd": rng.choice((None, "1000", "2500.50", "120000")),
                        "record_status": rng.choice(("standing", "standing", "standing", "deleted")),
                    }
                )
            if day in first:
                for attribute, draw in ATTRIBUTES.items():
                    value = draw(rng, pull)
                    if value is not None:
                        kind = "value_text" if isinstance(value, str) else "value_number"
                        attributes.append(
                            {
                                "raw_source": "demo",
                                "account_id": account_id,
                                "scoring_model": "weighted_composite",
                                "tier_date": day,
                                "attribute": attribute,
                                kind: value,
                            }
                        )
    with published.connect() as connection:
        for table, rows in (
            ("history.build_days", kept_days),
            ("history.account_tier_history", history),
            ("history.account_attributes", attributes),
            ("staging.stg_raw_tables__opportunities", opportunities),
        ):
            columns = list(dict.fromkeys(column for row in rows for column in row))
            load_table(connection, "made_up", rows, columns)
            if table.startswith("history"):
                connection.execute(f"delete from {table}")
            connection.execute(f"insert into {table} by name select * from made_up; drop table made_up")
    chosen = (
        "path:models/intermediate/validation",
        "path:models/marts/validation",
        "build_days",
        "account_tier_history",
    )
    published.dbt("run", "--select", *chosen, "int_tiers_of_the_day", "int_days_built").check()
    return published


def test_every_figure_is_what_numpy_and_scipy_say(judged_world: Warehouse):
    """One build: outcomes, scores, bands, models, attributes and rules."""
    query = judged_world.query
    history = query("select * from audit.account_tier_history")
    days = query("select * from audit.build_days")
    opportunities = query("select * from staging.stg_raw_tables__opportunities where record_status = 'standing'")
    survivors = query("select account_id, surviving_account_id from intermediate.int_account_survivors")
    end_of = {row["account_id"]: row["surviving_account_id"] for row in survivors}
    expected = validation.account_outcomes(history, days, opportunities, OUTCOMES, end_of, AS_OF)
    assert_same(query("select * from audit.account_outcomes"), expected, "outcome", "tier_date", "account_id")
    assert {row["is_mature"] for row in expected} == {row["had_open_opportunity"] for row in expected} == {True, False}
    assert {row["tier_date"] for row in expected if row["is_mature"] and "created" in row["outcome"]} == {*DAYS[:-1]}

    scores, bands, compared = [], [], []
    champion = "weighted_composite"
    for outcome in (each.outcome for each in OUTCOMES):
        for model in MODELS:
            for name in validation.SCORES:
                rows = validation.judged(history, expected, model, name, outcome)
                all_days = sorted(set(rows.days))
                keys = {"scoring_model": model, "score_name": name, "outcome": outcome}
                for day in (*all_days, *([None] if all_days else [])):
                    scores.append({**keys, "tier_date": day, **validation.score_validation(rows, day, all_days)})
                    if name == "priority_score":
                        bands += [
                            {"scoring_model": model, "outcome": outcome, **row} for row in validation.bands(rows, day)
                        ]
                        ours = validation.judged(history, expected, champion, name, outcome)
                        found = validation.comparison(ours, rows, day) if model != champion else None
                        if found:
                            compared.append({"outcome": outcome, "challenger": model, **found})
    key = ("scoring_model", "score_name", "outcome", "tier_date")
    assert_same(query("select * from audit.score_validation"), scores, *key)
    assert {row["verdict"] for row in scores} == {"too_few", "no_better_than_chance", "better"}
    key = ("scoring_model", "outcome", "tier_date", "band_kind", "band")
    assert_same(query("select * from audit.score_validation_bands"), bands, *key)
    assert_same(query("select * from audit.model_comparison"), compared, "outcome", "challenger", "tier_date")
    assert {row["verdict"] for row in compared} >= {"champion", "no_difference"}

    kept: dict[tuple[str, date], dict[str, Value]] = {}
    for row in query("select * from history.account_attributes"):
        value = row["value_number"] if row["value_text"] is None else row["value_text"]
        kept.setdefault((row["account_id"], row["tier_date"]), {})[row["attribute"]] = value
    rules = query("select * from intermediate.int_scoring_rules")
    found_attributes, found_rules = [], []
    for outcome in (each.outcome for each in OUTCOMES):
        rows = validation.judged(history, expected, champion, "priority_score", outcome)
        for attribute in {*ATTRIBUTES, *(rule["attribute"] for rule in rules if rule["scoring_model"] == champion)}:
            found_attributes += [
                {"outcome": outcome, "attribute": attribute, **row}
                for row in validation.attribute_outcomes(validation.counts(rows, kept, attribute))
            ]
        for model in MODELS:
            rows = validation.judged(history, expected, model, "priority_score", outcome)
            mine = [rule for rule in rules if rule["scoring_model"] == model]
            values = {name: validation.counts(rows, kept, name) for name in {rule["attribute"] for rule in mine}}
            for factor in {rule["factor_number"] for rule in mine if any(values.values())}:
                those = [rule for rule in mine if rule["factor_number"] == factor]
                found_rules += [{"outcome": outcome, **row} for row in validation.rule_outcomes(those, values)]
    built = query("select * from audit.attribute_outcomes")
    for row in built:
        if row["min_value"] is not None or row["max_value"] is not None or row["band"] == "any":
            row["band"] = None
    assert_same(built, found_attributes, "outcome", "attribute", "band", "min_value")
    assert sum(row["attribute"] == "annual_revenue_usd" and row["band"] is None for row in built) > 2
    assert_same(query("select * from audit.rule_outcomes"), found_rules, "outcome", "rule_number")
    assert {row["verdict"] for row in found_rules} == {"earns", "too_many", "too_few", "unclear"}


def assert_same(built: list[dict[str, Any]], expected: list[dict[str, Any]], *key: str) -> None:
    """The rows are the same, numbers to 1e-9."""
    sides = [{tuple(str(row[name]) for name in key): row for row in rows} for rows in (built, expected)]
    assert [len(side) for side in sides] == [len(built), len(expected)], "several rows of one key"
    assert sides[0].keys() == sides[1].keys(), sides[0].keys() ^ sides[1].keys()
    wrong = [
        (name, column, sides[0][name][column], value)
        for name, row in sides[1].items()
        for column, value in row.items()
        if not alike(sides[0][name][column], value)
    ]
    assert not wrong, (len(wrong), wrong[:8])


def alike(value: Any, other: Any) -> bool:
    if isinstance(value, float) and isinstance(other, int | float):
        return math.isclose(value, other, rel_tol=1e-9, abs_tol=1e-9)
    return bool(value == other)
