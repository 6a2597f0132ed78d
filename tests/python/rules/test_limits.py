"""What every cell of a rule file may hold: each limit is tried, and a build whose rules are all at their limits."""

import re
from datetime import datetime

import pytest

from builds.comparing import by_key
from recomputation import recompute
from rules.cases import DECLARED, LIMITS
from worlds.dirty import as_text, facts
from worlds.rule_sets import primary_only, rows_of, side_by_side

AS_OF = datetime(2026, 6, 30, 9)


def with_numbers(numbers):
    """The committed rules, the numbers in the first row of each file replaced."""
    found = {name: [dict(row) for row in rows] for name, rows in primary_only().items()}
    found["qualification_rules"] = rows_of("qualification_rules", "weighted_composite | size | employee_count")
    for (file, column), number in numbers.items():
        found[file][0][column] = str(number)
    return found


@pytest.mark.parametrize(("limit", "words"), [("minimum", "is below"), ("maximum", "is above")])
def test_every_number_has_its_limits(compiled, limit, words):
    """At each, nothing is said of the cell; just beyond, that it is."""
    beyond = {}
    for cell, allowed in LIMITS.items():
        step = 0.0001 if abs(allowed[limit]) < 1e6 and DECLARED[cell]["data_type"] == "number" else 1
        beyond[cell] = round(allowed[limit] + (step if limit == "maximum" else -step), 4)
    for numbers in ({cell: allowed[limit] for cell, allowed in LIMITS.items()}, beyond):
        said = compiled.rule_mistakes(with_numbers(numbers))
        for (file, column), number in numbers.items():
            told = re.search(rf"- seeds/{file}.csv line 2 \[.*\] {column}: (\".*)", said)
            limit_told = f'"{number}" {words} {LIMITS[file, column][limit]}' if numbers is beyond else None
            assert (told and told[1]) == limit_told, (file, column)


def test_every_cell_has_a_length(compiled):
    """Numbers and flags, too; where it names a row, the name is cut."""
    found = {name: [dict(row) for row in rows] for name, rows in primary_only().items()}
    found["qualification_rules"] = rows_of("qualification_rules", "weighted_composite | size | employee_count")
    for file, column in DECLARED:
        found[file][0][column] = "x" * 1001
    said = compiled.rule_mistakes(found)
    for file, column in DECLARED:
        assert re.search(rf"- seeds/{file}.csv line 2 \[[x, ]+\] {column}: 1001 characters are more than 1000", said)
    assert max(map(len, said.splitlines())) < 600


DEPENDENT = ("weight", "min_score", "min_value", "max_value", "tier_number")
"""Numbers that depend on those in other rows."""


@pytest.mark.worlds
@pytest.mark.parametrize("limit", ["minimum", "maximum"])
def test_a_build_at_the_limits(compiled, limit):
    """Numbers at their limits, and points of a million times what a dimension counts, are scored."""
    rule_rows = {**side_by_side(), "qualification_rules": []}
    for row in rule_rows["scoring_dimensions"]:
        if row["scoring_model"] == "test_everyone":
            row["weight"] = "1" if row["dimension"] == "reach" else "0"
    for file, column in LIMITS:
        for n, row in enumerate(rule_rows[file]):
            allowed = LIMITS[file, column]
            if file == "scoring_rules" and row[column] and column not in DEPENDENT:
                most = min(1_000_000 * LIMITS["scoring_dimensions", "max_points"][limit], allowed["maximum"])
                row[column] = str(most if column == "points_per_unit" or n % 2 else -most)
            elif file != "scoring_rules" and column not in DEPENDENT:
                row[column] = str(allowed[limit])
    raw = as_text(facts(5, side_by_side(), 100, 800))
    huge = [{"account_id": f"x{n}", "account_name": "X", "employee_count": f"1e{n}"} for n in range(6, 300, 9)]
    raw["accounts"] += huge
    found = compiled.replay(raw, AS_OF, rule_rows, tested=True)
    scores, meant = (by_key("account_scores", m["account_scores"]) for m in (found, recompute(raw, rule_rows, AS_OF)))
    for key, row in scores.items():
        assert row["priority_score"] == pytest.approx(float(meant[key]["priority_score"]), abs=1e-6), key
