"""Rule files: each mistake is named by file, row and kind before anything is published; a valid change takes effect."""

import re
import shutil
from datetime import datetime

import pytest
from comparing import assert_agrees, by_key, exactly
from dbt_rule_files import mistakes
from generating import as_text, facts
from oracle import recompute
from rule_cases import CASES, DECLARED, LIMITS, case, unlike
from rule_sets import changed, every_attribute, primary_only, rows_of, side_by_side
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


# --- Files as text ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unreadable(demo, tmp_path_factory):
    """A build with files that are no rows of their columns where the demo had been published, and what it said."""
    warehouse = Warehouse(tmp_path_factory.mktemp("unreadable"), seeds={"scoring_models": rules()["scoring_models"]})
    shutil.copy(demo.path, warehouse.path)
    seeds = warehouse.project() / "seeds"
    (seeds / "tiers.csv").unlink()
    (seeds / "icp_markets.csv").write_bytes("country,market_match\nPeru,priority\nMéxico,priority\n".encode("cp1252"))
    (seeds / "icp_industries.csv").write_text("industry,industry_match\nSaaS,primary\n", encoding="utf-16")
    for name, old, new in (
        ("signal_types", "demo_request,hand_raiser,40,", "demo_request,hand_raiser,40,5,"),
        ("tier_treatments", "SDR,,At once,Outreach on the signal,,", "SDR,,At once,Outreach on the signal"),
        ("engagement_triggers", "hot,intent_surge", '"hot\n",intent_surge'),
    ):
        text = (seeds / f"{name}.csv").read_text(encoding="utf-8")
        assert old in text
        (seeds / f"{name}.csv").write_text(text.replace(old, new), encoding="utf-8")
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
        "- seeds/tier_treatments.csv line 17 [smb, 1] has 6 of 8 cells: a blank cell needs its comma, too",
        "- seeds/engagement_triggers.csv line 5 [hot, intent_surge, third_party_intent_surge] goes on to line 6:"
        " take the line break out of the cell, or close its quotes",
        '- seeds/icp_industries.csv line 1 is not UTF-8: save the file as "CSV UTF-8"',
        '- seeds/icp_markets.csv line 3 is not UTF-8: save the file as "CSV UTF-8"',
    ]


def test_files_that_dbt_cannot_read_leave_what_was_published(unreadable, demo):
    warehouse, _ = unreadable
    assert exactly(warehouse.marts()) == exactly(demo.marts())


TOO_FEW = "has 2 of 3 cells: a blank cell needs its comma, too"
TOO_MANY = "has 4 cells, the header 3: put a cell with a comma into double quotes, write a number as 0.5, not 0,5"
GOES_ON = "take the line break out of the cell, or close its quotes"
NOT_UTF_8 = 'is not UTF-8: save the file as "CSV UTF-8"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b,c\n1,2,3\n", []),
        ("a,b,c", []),
        ("\ufeffa,b,c\r\n1,2,3\r\n", []),
        ("a,b,c\n1,2,3\r\n4,5,6\r7,8,9", []),
        ("a,b,c\n\n1,2,3\n \n,,\n,\n\n", []),
        ("c,a,b\n1,2,3\n", []),
        (f"a,b,c\n1,2,{'x' * 140_000}\n", []),
        ("a,b,c\n1,2\n\n3,4,5\r6,7\r\n", [f"line 2 [1] {TOO_FEW}", f"line 5 [6] {TOO_FEW}"]),
        ("c,b,a\n1,2,3,4\n,,,\n", [f"line 2 [3] {TOO_MANY}", f"line 3 [] {TOO_MANY}"]),
        ('a,b,c\n"1\r\n2",3,4\n5,6\n', [f"line 2 [1 2] goes on to line 3: {GOES_ON}", f"line 4 [5] {TOO_FEW}"]),
        ('a,b,c\n1,"2,3\n4,5,6\n7,8,9\n', [f"line 2 [1] goes on to line 4: {GOES_ON}"]),
        (f"a,b,c\n{'x' * 140_000},2\n", [f"line 2 [{'x' * 60}] {TOO_FEW}"]),
        ("", ["line 1 [header] is blank: the file needs at least its header, a,b,c"]),
        ("\n1,2,3\n", ["line 1 [header] is blank: the file needs at least its header, a,b,c"]),
        (
            "a;b;c\n1;0,5;2\n",
            ['line 1 [header] column "a;b;c" is not known; the columns are a, b, c, separated by commas'],
        ),
        (
            "A,b , c,D\n",
            [f'line 1 [header] column "{name}" must be written {name.strip().lower()}' for name in ("A", "b ", " c")],
        ),
        ("a,b,c\r1,2,é\r".encode("cp1252"), [f"line 2 {NOT_UTF_8}"]),
        ("a,b,c\n1,2,3\n".encode("utf-16-le"), [f"line 1 {NOT_UTF_8}"]),
    ],
    ids=lambda part: repr(part)[:40],
)
def test_rows_that_are_no_lines_are_told(tmp_path, text, said):
    file = tmp_path / "rules.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert mistakes(file, ["a", "b", "c"], ["a"]) == said


def test_files_may_be_written_as_spreadsheets_do(tmp_path):
    """Line ends of each kind and mixed, blank lines, a byte order mark, long cells: all is read, lines are counted."""
    warehouse = Warehouse(tmp_path, seeds={"tiers": rules()["tiers"]})
    seeds = warehouse.project() / "seeds"

    def rewrite(name, line_ends, more, encoding="utf-8"):
        lines = [*(seeds / f"{name}.csv").read_text(encoding="utf-8").splitlines(), *more]
        text = "".join(line + line_ends[n % len(line_ends)] for n, line in enumerate(lines))
        (seeds / f"{name}.csv").write_bytes(text.encode(encoding))

    rewrite("complementary_technologies", ["\n", "\r", "\r\n"], ["", "  ", "SLACK", ""])
    rewrite("icp_markets", ["\r"], ["", ",", '" peru ",PRIORITY', "Chile,first"])
    rewrite("icp_industries", ["\r\n"], ["", '"Iron, ""steel""",adjacent', "", "Software,primary", ""], "utf-8-sig")
    rewrite("scoring_models", ["\n\n"], [f"m,all,no,{'x' * 140_000}"])
    run = warehouse.build("--select", "+rules_checked", "--exclude", "test_type:singular", "test_type:unit")
    assert [line.strip() for line in run.output.splitlines() if line.strip().startswith("- seeds/")] == [
        "- seeds/complementary_technologies.csv line 14 [SLACK] stands on line 11 already: delete one of the two",
        "- seeds/icp_industries.csv line 14 [Software] stands on line 3 already: delete one of the two",
        '- seeds/icp_markets.csv line 14 [Chile] market_match: "first" is not one of priority, secondary',
        "- seeds/scoring_models.csv line 15 [m] description: 140000 characters are more than 1000",
        "- seeds/scoring_models.csv line 15 [m] the model has no row in scoring_dimensions.csv",
        "- seeds/scoring_models.csv line 15 [m] the model has no row in tiers.csv",
    ]


# --- A change at a limit ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", CASES)
def test_a_change_at_a_limit(compiled, change):
    rule_rows, mistakes = case(change)
    said = compiled.rule_mistakes(rule_rows)
    assert said.startswith("Invalid Input Error: RULES REJECTED - nothing was published") or not mistakes
    assert not unlike(said, mistakes), said


def test_every_attribute_may_be_named(compiled):
    assert not compiled.rule_mistakes(every_attribute())


# --- Limits ----------------------------------------------------------------------------------------------------------


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
