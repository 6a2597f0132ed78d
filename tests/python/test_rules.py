"""Rule files: each mistake is named by file, row and kind before anything is published; a valid change takes effect."""

import re
import shutil
from datetime import datetime

import pytest
from comparing import assert_agrees, exactly
from oracle import recompute
from rule_cases import CASES, case, unlike
from rule_sets import changed, every_attribute, primary_only, rows_of
from warehouse import Warehouse, demo_rows, rules

AS_OF = datetime(2026, 6, 30, 9)


def spoiled_rules():
    """The rules with one of every mistake, and for each the file, what tells the row, and what tells the mistake."""
    found = {name: [dict(row) for row in rows] for name, rows in primary_only().items()}
    expected = []

    def line_of(name, row):
        return next(n for n, other in enumerate(found[name], start=2) if other is row)

    def mistake(name, row, key, *words):
        expected.append((f"{name}.csv", row, key, words))

    def change(name, where, **cells):
        row = next(row for row in found[name] if all(row[column] == value for column, value in where.items()))
        row.update(cells)
        return row

    def add(name, text):
        (row,) = rows_of(name, text)
        found[name].append(row)
        return row

    model, rule = "weighted_composite", "scoring_rules"
    row = add(rule, "no_such_model | fit | size | employee_count | 1 | | | 5 | | A")
    mistake(rule, row, "no_such_model", "scoring_model", "no_such_model")
    row = add(rule, f"{model} | fit | heads | employes | 1 | | | 5 | | B")
    mistake(rule, row, "heads", "attribute", "employes")
    row = add(rule, f"{model} | fit | visits | signals_web_visit_7d | 1 | | | 5 | | C")
    mistake(rule, row, "visits", "attribute", "signals_web_visit_7d")
    row = add(rule, f"{model} | fit | visits | signals_website_visit_8d | 1 | | | 5 | | C")
    mistake(rule, row, "visits", "attribute", "signals_website_visit_8d")
    row = add(rule, f"{model} | strategic | brand | brand_tier | | | huge | 5 | | D")
    mistake(rule, row, "brand", "match_value", "huge")
    row = add(rule, f"{model} | fit | company_size | annual_revenue_usd | 400000000 | 600000000 | | 25 | | E")
    mistake(rule, row, "company_size", "overlap")
    row = add(rule, f"{model} | social | likes | employee_count | 1 | | | 5 | | F")
    mistake(rule, row, "social", "dimension", "social")
    row = add(rule, f"{model} | fit | both | employee_count | 1 | | | 5 | 2 | G")
    mistake(rule, row, "both", "points_per_unit")
    row = add(rule, f"{model} | fit | backwards | employee_count | 9 | 1 | | 5 | | H")
    mistake(rule, row, "backwards", "min_value")
    row = change(rule, {"points": "20", "attribute": "complementary_technologies"}, points="19,5")
    mistake(rule, row, "technology", "points", "19,5", "number")
    found[rule].append(dict(found[rule][5]))
    mistake(rule, found[rule][-1], "industry", "stands on line", "already")

    change("scoring_dimensions", {"dimension": "fit"}, weight="0.45")
    mistake("scoring_dimensions", None, model, "1.05")
    row = change("tiers", {"tier_number": "3"}, min_score="60")
    mistake("tiers", row, "3", "min_score", "60")
    row = change("signal_types", {"signal_type": "demo_request"}, half_life_days="0")
    mistake("signal_types", row, "demo_request", "half_life_days", "0")
    row = change("signal_types", {"signal_type": "website_visit"}, half_life_days="-3")
    mistake("signal_types", row, "website_visit", "half_life_days", "-3")
    row = change("signal_types", {"signal_type": "email_open"}, points="2 points")
    mistake("signal_types", row, "email_open", "points", "2 points")
    row = change("signal_types", {"signal_type": "form_fill"}, points="")
    mistake("signal_types", row, "form_fill", "points", "blank")
    found["signal_types"].append({**found["signal_types"][6], "signal_type": "Email_Click"})
    mistake("signal_types", found["signal_types"][-1], "email_click", "stands on line", "already")
    row = change("engagement_triggers", {"trigger": "demo_request"}, signal_type="demo_requests")
    mistake("engagement_triggers", row, "demo_request", "signal_type", "demo_requests")
    row = change("engagement_triggers", {"trigger": "webinar_attendance"}, status="lukewarm")
    mistake("engagement_triggers", row, "webinar_attendance", "status", "lukewarm")
    row = add("qualification_rules", "another_model | size | employee_count | 10")
    mistake("qualification_rules", row, "another_model", "scoring_model", "another_model")
    row = add("qualification_rules", f"{model} | size | head_count | 10")
    mistake("qualification_rules", row, "size", "attribute", "head_count")
    row = change("icp_industries", {"industry": "Media"}, industry_match="neighbouring")
    mistake("icp_industries", row, "Media", "industry_match", "neighbouring")
    found["icp_industries"].append({"industry": " saas", "industry_match": "adjacent"})
    mistake("icp_industries", found["icp_industries"][-1], "saas", "stands on line", "already")
    found["icp_markets"] = [{"country": r["country"], "market": r["market_match"]} for r in found["icp_markets"]]
    mistake("icp_markets", "header", "", "market_match", "missing")
    mistake("icp_markets", "header", "", '"market"')
    found["tier_treatments"] = [{c: v for c, v in r.items() if c != "program"} for r in found["tier_treatments"]]
    mistake("tier_treatments", "header", "", "program", "missing")
    row = change("scoring_models", {"scoring_model": model}, population="everybody")
    mistake("scoring_models", row, model, "population", "everybody")

    lines = [
        (file, 1 if row == "header" else row and line_of(file.removesuffix(".csv"), row), key, words)
        for file, row, key, words in expected
    ]
    return found, lines


SPOILED, MISTAKES = spoiled_rules()


@pytest.fixture(scope="module")
def rejected(demo, tmp_path_factory):
    """A build with all mistakes at once where the demo had been published, and what it said."""
    warehouse = Warehouse(tmp_path_factory.mktemp("rejected"), seeds=SPOILED)
    shutil.copy(demo.path, warehouse.path)
    return warehouse, warehouse.build("--exclude-resource-type", "unit_test")


def test_mistakes_stop_the_build(rejected):
    _, run = rejected
    assert run.returncode != 0
    assert run.output.count("RULES REJECTED") >= 1
    assert "Traceback" not in run.output


@pytest.mark.parametrize(("file", "line", "key", "words"), MISTAKES, ids=["-".join((m[0], *m[3])) for m in MISTAKES])
def test_each_mistake_is_named(rejected, file, line, key, words):
    _, run = rejected
    said = [text for text in run.output.splitlines() if re.search(rf"- (seeds/)?{re.escape(file)}\b", text)]
    assert said, f"no word on {file}:\n{run.complaint}"
    place = re.compile(rf"line {line}\b" if line else r"line \d+")
    told = [text for text in said if place.search(text) and key.lower() in text.lower()]
    assert any(all(word in text for word in words) for text in told), "\n".join(said)


def test_mistakes_leave_what_was_published(rejected, demo):
    warehouse, _ = rejected
    assert exactly(warehouse.marts()) == exactly(demo.marts())


def test_valid_rules_have_no_mistake(rejected):
    """The message names the mistakes that were made, and their consequences, but no file without one."""
    _, run = rejected
    files = set(re.findall(r"- (?:seeds/)?(\w+\.csv) line", run.output))
    assert files <= {file for file, *_ in MISTAKES}


# --- Files that dbt cannot read --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unreadable(demo, tmp_path_factory):
    """A build with files that are missing, not UTF-8 and ragged where the demo had been published, and what it said."""
    warehouse = Warehouse(tmp_path_factory.mktemp("unreadable"), seeds={"scoring_models": rules()["scoring_models"]})
    shutil.copy(demo.path, warehouse.path)
    seeds = warehouse.project() / "seeds"
    (seeds / "tiers.csv").unlink()
    (seeds / "icp_markets.csv").write_bytes("country,market_match\nPeru,priority\nMéxico,priority\n".encode("cp1252"))
    (seeds / "icp_industries.csv").write_text("industry,industry_match\nSaaS,primary\n", encoding="utf-16")
    (seeds / "signal_types.csv").write_text(
        (seeds / "signal_types.csv")
        .read_text()
        .replace("demo_request,hand_raiser,40,", "demo_request,hand_raiser,40,5,")
    )
    return warehouse, warehouse.build("--exclude-resource-type", "unit_test")


def test_files_that_dbt_cannot_read_are_told_like_other_mistakes(unreadable):
    _, run = unreadable
    assert run.returncode != 0
    assert "Traceback" not in run.output
    assert [line.strip() for line in run.output.splitlines() if line.strip().startswith("- ")] == [
        "- seeds/signal_types.csv line 3 [demo_request] has 8 cells, the header 7:"
        " put a cell with a comma into double quotes, write a number as 0.5, not 0,5",
        "- seeds/tiers.csv is missing:"
        " restore it (git checkout seeds/tiers.csv), with no more than its header if it holds no rule",
        '- seeds/icp_industries.csv line 1 is not UTF-8: save the file as "CSV UTF-8"',
        '- seeds/icp_markets.csv line 3 is not UTF-8: save the file as "CSV UTF-8"',
    ]


def test_files_that_dbt_cannot_read_leave_what_was_published(unreadable, demo):
    warehouse, _ = unreadable
    assert exactly(warehouse.marts()) == exactly(demo.marts())


# --- A change at a limit ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", CASES)
def test_a_change_at_a_limit(compiled, change):
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
