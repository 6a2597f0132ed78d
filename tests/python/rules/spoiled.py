"""The rule files with one of every mistake, and what must be said of each."""

from __future__ import annotations

from worlds.rule_sets import primary_only, rows_of


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
