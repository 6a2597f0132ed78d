"""Other rule files than the committed ones: every kind of rule, limit and population side by side, at other numbers."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from worlds.committed import PROJECT, header, rules

YES, NO = ("true", "T", "Yes", "y", "1"), ("false", "F", "no", "N", "0", "")
RuleRows = dict[str, list[dict[str, Any]]]


def rows_of(name: str, text: str) -> list[dict[str, str]]:
    """Rows of a rule file from lines of cells divided by |, in the order of its header; missing cells are blank."""
    columns = header(name)
    lines = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    return [dict(zip(columns, [*cells, *[""] * (len(columns) - len(cells))], strict=True)) for cells in lines]


def with_rows(rule_rows: Mapping[str, Sequence[Any]], **more: str) -> RuleRows:
    """The rules and further rows."""
    return {
        name: [*rows, *rows_of(name, more.get(name, "").strip())] if name in more else [*rows]
        for name, rows in rule_rows.items()
    }


def changed(file: str, where: Mapping[str, str], rule_rows: RuleRows | None = None, **cells: str) -> RuleRows:
    """The rules with some cells of the matching rows of a file replaced."""
    copy = {name: [dict(row) for row in rows] for name, rows in (rule_rows or rules()).items()}
    hits = [row for row in copy[file] if all(row[column] == value for column, value in where.items())]
    assert hits, f"{file} has no row {where}"
    for row in hits:
        row.update(cells)
    return copy


def primary_only() -> RuleRows:
    """The committed rules of the primary model only."""
    committed = rules()
    primary = next(row["scoring_model"] for row in committed["scoring_models"] if row["is_primary"] == "true")
    return {
        name: [row for row in rows if row.get("scoring_model", primary) == primary] for name, rows in committed.items()
    }


def side_by_side() -> RuleRows:
    """The primary model next to one of customers and one of everybody, with rules of every kind."""
    return with_rows(
        primary_only(),
        scoring_models="""
            test_expansion | customers | false | Customers by usage and contract
            test_everyone | all | false | Everybody, by what others leave out
        """,
        scoring_dimensions="""
            test_expansion | usage | 0.35 | 35
            test_expansion | signals | 0.30 | 30
            test_expansion | account | 0.25 | 25
            test_expansion | fit | 0.10 | 10
            test_everyone | reach | 0.5 | 12.5
            test_everyone | intent | 0.25 | 40
            test_everyone | risk | 0.25 | 20
        """,
        scoring_rules="""
            test_expansion | usage | stickiness | dau_mau_ratio | 0.5 | | | 15 | | Half of the users daily
            test_expansion | usage | stickiness | dau_mau_ratio | 0.3 | 0.5 | | 8 | | A third of the users daily
            test_expansion | usage | breadth | feature_adoption | 0.7 | | | 10 | | Most features in use
            test_expansion | usage | integrations | integrations_installed | | | | | 2.5 | Integrations
            test_expansion | usage | counts | daily_active_users | | | | | 0.01 | Users a day
            test_expansion | usage | counts | monthly_active_users | 20 | | | 0.3 | | 20 users a month
            test_expansion | usage | seats | seats_used | | | | | 0.02 | Seats in use
            test_expansion | usage | seats | seats_licensed | | 10 | | 0.4 | | Up to 10 seats
            test_expansion | usage | features | features_used | 5 | | | 0.7 | | 5 features
            test_expansion | usage | features | features_available | | | | | 0.03 | Features
            test_expansion | usage | power | power_user_share | 0.25 | | | 5 | | Power users
            test_expansion | usage | power | power_users | 20 | | | 4 | | 20 power users
            test_expansion | signals | growth | headcount_growth_pct | 10 | 20 | | 6 | | Growing
            test_expansion | signals | growth | headcount_growth_pct | 20 | | | 12 | | Growing fast
            test_expansion | signals | growth | headcount_growth_pct | | -1 | | -4 | | Shrinking
            test_expansion | signals | growth | headcount_growth_pct | -1 | 10 | | 0 | | As it was
            test_expansion | signals | limit | seat_utilization | 0.8 | 0.9 | | 7 | | Seats running out
            test_expansion | signals | limit | seat_utilization | 0.9 | | | 10 | | Seats gone
            test_expansion | signals | cross_sell | cross_sell_page_views | 3 | | | 8 | | Views of other products
            test_expansion | account | room | expansion_ratio | 2 | | | 8.5 | | Room to double
            test_expansion | account | contract | annual_contract_value_usd | | 20000 | | 3 | | Small contract
            test_expansion | account | contract | annual_contract_value_usd | 20000 | | | 7 | | Large contract
            test_expansion | account | renewal | days_to_renewal | 0 | 90 | | 5 | | Renewal soon
            test_expansion | account | room | expansion_potential_usd | 5000 | | | 2.5 | | Room for 5,000
            test_expansion | account | departments | departments_using | | | | | 1.25 | Departments
            test_expansion | fit | promoter | nps | 50 | | | 4 | | Promoter
            test_expansion | fit | promoter | nps | | 0 | | 1 | | Detractor
            test_expansion | fit | sponsor | has_executive_sponsor | | | TRUE | 6 | | Sponsor
            test_expansion | fit | sponsor | has_executive_sponsor | | | false | 2 | | No sponsor
            test_everyone | reach | size | annual_revenue_usd | 5e7 | | | 3 | | Revenue
            test_everyone | reach | size | employee_count | 850 | | | 2 | | Employees
            test_everyone | reach | size | annual_revenue_usd | | | (Unknown) | 1.7 | | Nobody knows the revenue
            test_everyone | reach | headcount | employee_count | | | | | 0.001 | Heads
            test_everyone | reach | place | country | | | Germany | 1.5 | | Germany
            test_everyone | reach | place | territory | | | NORTH | 2.5 | | The north
            test_everyone | reach | kind | business_model | | | b2b | 1 | | B2B
            test_everyone | reach | kind | industry | | | | 0.5 | | Any known industry
            test_everyone | reach | stack | uses_google_analytics | | | true | 0.75 | | Google Analytics in use
            test_everyone | reach | stack | uses_slack | | | FALSE | 0.5 | | No Slack
            test_everyone | reach | selling | sales_rep_count | 25 | | | 0.8 | | Sales team
            test_everyone | reach | selling | sells_subscription | | | true | 0.6 | | Subscription
            test_everyone | reach | selling | has_self_service | | | false | 0.4 | | No self-service
            test_everyone | reach | selling | average_selling_price_usd | | 1000 | | 0.2 | | Low price
            test_everyone | reach | funding | funding_stage | | | series b | 0.9 | | Series B
            test_everyone | reach | funding | funding_stage | 3 | 12.5 | | 0.35 | | 3 to 12.5
            test_everyone | reach | funding | funding_stage | | | (unknown) | 0.15 | | Unknown funding
            test_everyone | reach | champions | champions | 1 | | | 1 | | Champion
            test_everyone | reach | history | previous_opportunities | 1 | 1 | | 1 | | One opportunity
            test_everyone | reach | history | previous_opportunities | 2 | | | 2 | | Opportunities
            test_everyone | reach | deals | open_opportunities | 1 | 1 | | 1.2 | | An open deal
            test_everyone | reach | deals | won_opportunities | 1 | | | 1.3 | | Won before
            test_everyone | reach | deals | lost_opportunities | 1 | | | 0.3 | | Lost before
            test_everyone | reach | amount | open_opportunity_amount_usd | | | | | 0.001 | Open amount
            test_everyone | intent | visits | signals_website_visit_7d | 1 | | | 3 | | A visit this week
            test_everyone | intent | visits | signals_website_visit_30d | | | | | 0.77 | Visits this month
            test_everyone | intent | demo | signals_demo_request_30d | | | 1.0 | 9 | | Exactly one demo request
            test_everyone | intent | surge | third_party_intent_score | 60 | 90 | | 5 | | Surge
            test_everyone | intent | surge | third_party_intent_score | 90 | | | 10 | | Strong surge
            test_everyone | intent | points | decayed_intent_points | | | | | 0.3 | Signals
            test_everyone | risk | replies | email_reply_rate | 0.5 | | | 6 | | Replies
            test_everyone | risk | replies | email_reply_rate | | 0 | | -3.5 | | Silence
            test_everyone | risk | meetings | meeting_acceptance_rate | 0.3333 | | | 7 | | Meetings
            test_everyone | risk | silence | days_since_last_activity | 0 | 30 | | 5 | | In touch
            test_everyone | risk | silence | days_since_last_activity | 91 | | | -20 | | Out of touch
            test_everyone | risk | opens | signals_email_open_30d | | | | | -0.9 | Opens without more
            test_everyone | risk | place | country | | | Brazil | -3 | | Brazil
            test_everyone | risk | place | country | | | (unknown) | -1.5 | | Unknown country
            test_everyone | risk | base | engaged_contacts | 0 | | | 4.25 | | A start
        """,
        tiers="""
            test_expansion | 1 | Expand | 60 | 0.07 | | | true
            test_expansion | 2 | Watch | 22.5 | | 9 | | false
            test_expansion | 3 | Leave | | | | | false
            test_everyone | 1 | A | 45 | 1 | 4 | 0.75 | false
            test_everyone | 2 | B | 30 | 0.15 | | 3 | false
            test_everyone | 3 | C | 10 | 0.5 | 0 | | true
            test_everyone | 4 | D | 0 | | | | false
        """,
        qualification_rules="""
            test_everyone | alive | days_since_last_activity | | 60 |
            test_everyone | alive | engaged_contacts | 1 | |
            test_everyone | alive | decayed_intent_points | 0.000001 | |
            test_everyone | market | market_match | | | priority
            test_everyone | market | market_match | | | Secondary
            test_everyone | market | employee_count | 1 | |
            test_expansion | contract | annual_contract_value_usd | 5000 | |
            test_expansion | contract | nps | | | 5e1
            test_expansion | stack | uses_salesforce | | | false
            test_expansion | stack | uses_google_analytics | | | true
        """,
    )


def other_numbers(seed: int) -> RuleRows:
    """The rules of `side_by_side` at other points, weights, half-lives, caps, limits a day, tiers and triggers."""
    rng = random.Random(seed)
    rule_rows = side_by_side()
    for row in rule_rows["signal_types"]:
        row["points"] = str(rng.choice((0, 0.1, 3, 12.5, 40, 100)))
        row["half_life_days"] = str(rng.choice((0.25, 0.7, 3, 7, 14, 30.5, 365)))
        row["max_points"] = str(rng.choice(("", "", "", 0, 7.25, 50)))
        row["daily_limit_per_contact"] = str(rng.choice(("", "", 1, 2, 3)))
    for row in rule_rows["scoring_rules"]:
        if row["points"] and row["scoring_model"] != "test_everyone":
            # points that differ within each factor, so that the best rule is one
            row["points"] = str(round(float(row["points"]) * rng.choice((0.5, 1, 1.5)) + rng.random() / 8, 4))
    for model in {row["scoring_model"] for row in rule_rows["scoring_dimensions"]}:
        dimensions = [row for row in rule_rows["scoring_dimensions"] if row["scoring_model"] == model]
        cuts = sorted(rng.sample(range(0, 101), len(dimensions) - 1))
        for row, low, high in zip(dimensions, [0, *cuts], [*cuts, 100], strict=True):
            row["weight"] = str((high - low) / 100)
            row["max_points"] = str(round(float(row["max_points"]) * rng.choice((0.5, 1, 1.7)), 3))
    for row in rule_rows["tiers"]:
        row["max_share"] = str(rng.choice(("", 0, 0.07, 0.2, 0.333)))
        row["max_accounts"] = str(rng.choice(("", "", 0, 3, 8)))
        row["max_accounts_per_rep"] = str(rng.choice(("", "", 0.3, 2)))
        if row["min_score"]:
            row["min_score"] = str(round(float(row["min_score"]) * rng.choice((0.6, 0.7)), 2))
    for model in {row["scoring_model"] for row in rule_rows["tiers"]}:
        tiers = [row for row in rule_rows["tiers"] if row["scoring_model"] == model]
        promoted = rng.choice([*tiers, None])
        for row in tiers:
            row["promote_hot"] = rng.choice(YES if row is promoted else NO)
    for row in rule_rows["scoring_models"]:
        row["is_primary"] = rng.choice(YES if row["is_primary"] == "true" else NO[:-1])
    for row in rule_rows["engagement_triggers"]:
        row["window_days"] = str(rng.choice((1, 7, 30, 45)))
        if row["metric"] == "signals":
            row["min_value"] = str(rng.randint(1, 4))
        row["respond_within_hours"] = str(rng.choice(("", 4, 0.5, 24, 0)))
        row["count_once_per"] = rng.choice(("", "signal", "Minute", "hour", "day"))
    return rule_rows


def every_attribute() -> RuleRows:
    """Rules that name each attribute: by a value that it can have and, if it is a number, by a band and by units."""
    documented = yaml.safe_load((PROJECT / "models/intermediate/attributes/_attributes__models.yml").read_text("utf-8"))
    (model,) = (model for model in documented["models"] if model["name"] == "int_account_attributes")
    conditions = []
    for column in model["columns"][1:]:
        name, kind = column["name"], column["data_type"]
        values = column.get("config", {}).get("meta", {}).get("values", [])
        conditions += [f"{name} | | | {value}" for value in values or ["1" if kind == "number" else "true"]]
        conditions += [f"{name} | 5 | 7 |"] * (kind == "number")
    conditions += [f"signals_website_visit_{days}d | | | 1" for days in (7, 30)]
    conditions += ["uses_google_analytics | | | true", "uses_anything | | | false"]
    lines = [f"weighted_composite | fit | f{n} | {condition} | 1 | | Any" for n, condition in enumerate(conditions)]
    lines += [
        f"weighted_composite | fit | u{n} | {column['name']} | | | | | 1 | Any"
        for n, column in enumerate(model["columns"][1:])
        if column["data_type"] == "number"
    ]
    return with_rows(primary_only(), scoring_rules="\n".join(lines))
