"""Rule files: each mistake is named by file, row and kind before anything is published; a valid change takes effect."""

import re
from datetime import datetime
from functools import cache

import pytest

from builds.comparing import assert_agrees, exactly
from recomputation import recompute
from rules.cases import BATCHES, case, unlike
from rules.spoiled import MISTAKES
from worlds.committed import demo_rows, rules
from worlds.rule_sets import changed, every_attribute, primary_only, rows_of

AS_OF = datetime(2026, 6, 30, 9)


@pytest.mark.long
def test_mistakes_stop_the_build(rejected):
    _, run = rejected
    assert run.returncode != 0
    assert run.output.count("RULES REJECTED") >= 1
    assert "Traceback" not in run.output


@pytest.mark.long
@pytest.mark.parametrize(("file", "line", "key", "words"), MISTAKES, ids=["-".join((m[0], *m[3])) for m in MISTAKES])
def test_each_mistake_is_named(rejected, file, line, key, words):
    _, run = rejected
    said = [text for text in run.output.splitlines() if re.search(rf"- (seeds/)?{re.escape(file)}\b", text)]
    assert said, f"no word on {file}:\n{run.complaint}"
    place = re.compile(rf"line {line}\b" if line else r"line \d+")
    told = [text for text in said if place.search(text) and key.lower() in text.lower()]
    assert any(all(word in text for word in words) for text in told), "\n".join(said)


@pytest.mark.long
def test_mistakes_leave_what_was_published(rejected, demo):
    warehouse, _ = rejected
    assert exactly(warehouse.marts()) == exactly(demo.marts())


@pytest.mark.long
def test_valid_rules_have_no_mistake(rejected):
    """The message names the mistakes that were made, and their consequences, but no file without one."""
    _, run = rejected
    files = set(re.findall(r"- (?:seeds/)?(\w+\.csv) line", run.output))
    assert files <= {file for file, *_ in MISTAKES}


# --- Files that dbt cannot read --------------------------------------------------------------------------------------


def test_files_that_dbt_cannot_read_are_told_like_other_mistakes(unreadable):
    _, run = unreadable
    assert run.returncode != 0
    assert "Traceback" not in run.output
    assert [line.strip() for line in run.output.splitlines() if line.strip().startswith("- ")] == [
        "- seeds/signal_types.csv line 3 [demo_request] has 8 cells, the header 7:"
        " put a cell with a comma into double quotes, write a number as 0.5, not 0,5",
        "- seeds/tiers.csv is missing:"
        " restore it (git checkout seeds/tiers.csv), with no more than its header if it holds no rule",
        "- seeds/tier_treatments.csv line 17 [smb, 1] has 6 of 8 cells: a blank cell needs its comma, too",
        "- seeds/engagement_triggers.csv line 5 [hot, intent_surge, third_party_intent_surge] goes on to line 6:"
        " take the line break out of the cell, or close its quotes",
        '- seeds/icp_industries.csv line 1 is not UTF-8: save the file as "CSV UTF-8"',
        '- seeds/icp_markets.csv line 3 is not UTF-8: save the file as "CSV UTF-8"',
    ]


def test_files_that_dbt_cannot_read_leave_what_was_published(unreadable, demo):
    warehouse, _ = unreadable
    assert exactly(warehouse.marts()) == exactly(demo.marts())


# --- A change at a limit ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tried_together(compiled):
    """Whether to a batch of changes just that is said that must be said to each of them."""

    @cache
    def tried(batch: int) -> bool:
        rule_rows, mistakes = case(*BATCHES[batch])
        return not unlike(compiled.rule_mistakes(rule_rows), mistakes)

    return tried


@pytest.mark.parametrize(
    ("batch", "change"),
    [
        pytest.param(number, change, marks=pytest.mark.xdist_group(f"changes {number}"), id=change)
        for number, batch in enumerate(BATCHES)
        for change in batch
    ],
)
def test_a_change_at_a_limit(compiled, tried_together, batch, change):
    if not tried_together(batch):  # which of them it is shows alone
        rule_rows, mistakes = case(change)
        said = compiled.rule_mistakes(rule_rows)
        assert said.startswith("Invalid Input Error: RULES REJECTED - nothing was published") or not mistakes
        assert not unlike(said, mistakes), said


def test_every_attribute_may_be_named(compiled):
    assert not compiled.rule_mistakes(every_attribute())


# --- A valid change --------------------------------------------------------------------------------------------------


def test_more_points_for_a_demo_request(compiled):
    before = compiled.replay(demo_rows(), AS_OF)
    rule_rows = changed("signal_types", {"signal_type": "demo_request"}, points="50")
    after = compiled.replay(demo_rows(), AS_OF, rule_rows)
    assert_agrees(after, recompute(demo_rows(), rule_rows, AS_OF))
    old, new = ({row["account_id"]: row for row in marts["account_tiers"]} for marts in (before, after))
    higher = {key for key, row in new.items() if row["decayed_intent_points"] > old[key]["decayed_intent_points"]}
    assert higher
    assert all(new[key]["intent_score"] >= row["intent_score"] for key, row in old.items())


@pytest.mark.worlds
@pytest.mark.parametrize(
    ("file", "where", "cells"),
    [
        ("scoring_dimensions", {"dimension": "fit"}, {"max_points": "80"}),
        ("scoring_rules", {"match_value": "primary"}, {"points": "26.5"}),
        ("tiers", {"tier_number": "2"}, {"min_score": "45", "max_share": "0.05"}),
        ("engagement_triggers", {"trigger": "pricing_page_visits"}, {"min_value": "3"}),
        ("icp_industries", {"industry": "Media"}, {"industry_match": "Primary"}),
        ("complementary_technologies", {"technology": "Slack"}, {"technology": "slacker"}),
    ],
)
def test_a_changed_cell_takes_effect(compiled, file, where, cells):
    rule_rows = changed(file, where, primary_only(), **cells)
    found = compiled.replay(demo_rows(), AS_OF, rule_rows)
    assert_agrees(found, recompute(demo_rows(), rule_rows, AS_OF))
    assert exactly(found) != exactly(compiled.replay(demo_rows(), AS_OF, primary_only()))


@pytest.mark.worlds
def test_a_qualification_rule(compiled):
    rule_rows = {**rules(), "qualification_rules": rows_of("qualification_rules", QUALIFIED)}
    found = compiled.replay(demo_rows(), AS_OF, rule_rows)
    assert_agrees(found, recompute(demo_rows(), rule_rows, AS_OF))
    assert {"disqualified:market", "disqualified:size"} <= {row["reason"] for row in found["unranked_accounts"]}


QUALIFIED = """
    weighted_composite | market | market_match | | | priority
    weighted_composite | market | market_match | | | secondary
    weighted_composite | size | employee_count | 50 |
"""
