"""The validation marts on a history that was made up, against numpy and scipy: every figure to 1e-9."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

import pytest

from builds.warehouse import Warehouse
from recomputation import validation
from recomputation.validation import Value
from validation.world import AS_OF, ATTRIBUTES, DAYS, MODELS, OUTCOMES


@pytest.mark.long
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
    assert sum(row["band"] is None for row in built if row["outcome"] == "opportunity_won") > 5
    assert_same(query("select * from audit.rule_outcomes"), found_rules, "outcome", "rule_number")
    assert {row["verdict"] for row in found_rules} == {"earns", "too_many", "too_few", "unclear"}

    # what was closed before it was created is told, with how many there are
    closed_early = sum(row["closed_at"] is not None and row["closed_at"] < row["created_at"] for row in opportunities)
    tested = judged_world.dbt("test", "--select", "opportunities_close_after_they_begin").check()
    assert closed_early > 10
    assert f"Got {closed_early} results, configured to warn if != 0" in tested.output


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
