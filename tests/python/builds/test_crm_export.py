"""A public export of a CRM, as it is: 85 accounts, 8,800 opportunities, 35 sales agents.

The sample (`crm_sales_opportunities`) is read from CRM_EXPORT_DIR or from `shared/data` next to the repository, and
mapped without cleaning it:

accounts.csv -> accounts
    account -> account_id and account_name; sector -> industry; revenue, in millions -> annual_revenue_usd;
    employees -> employee_count; office_location -> country; subsidiary_of -> parent_account_id
sales_pipeline.csv -> opportunities
    opportunity_id; account -> account_id, empty where it is empty; sales_agent -> owner_id; deal_stage -> stage, and
    is_won if it is Won; close_value -> amount_usd; engage_date, day-month-year -> created_at; close_date -> closed_at
sales_pipeline.csv -> activities
    an inbound call on the engage_date of each opportunity that has one
sales_teams.csv -> sales_reps
    sales_agent -> owner_id and owner_name; regional_office -> territory; all are active field reps

Spelling mistakes stay: 'technolgy' and 'Philipines' are what the export says. There are no signals. Opportunities
without an account (they are prospecting) or without an engage_date are rejected and say so.
"""

import csv
import os
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from builds.comparing import assert_agrees
from builds.warehouse import Warehouse
from recomputation import recompute
from worlds.committed import PROJECT, RAW_COLUMNS, rules

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("crm export")]
AS_OF = datetime(2017, 12, 31)
FOLDER = Path(os.environ.get("CRM_EXPORT_DIR") or PROJECT.parent / "shared" / "data" / "crm_sales_opportunities")


def export(name: str) -> list[dict[str, str]]:
    """The rows of a file of the export."""
    path = FOLDER / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"no CRM export at {FOLDER} (set CRM_EXPORT_DIR)")
    with path.open(newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def iso(day: str) -> str | None:
    """A day-month-year date as ISO 8601; none where there is none."""
    return "-".join(reversed(day.split("-"))) if day else None


@pytest.fixture(scope="module")
def raw():
    """The export as raw tables of text."""
    pipeline = export("sales_pipeline")
    return {
        "accounts": [
            {
                "account_id": row["account"],
                "account_name": row["account"],
                "industry": row["sector"],
                "country": row["office_location"],
                "annual_revenue_usd": str(Decimal(row["revenue"]) * 1_000_000),
                "employee_count": row["employees"],
                "parent_account_id": row["subsidiary_of"],
            }
            for row in export("accounts")
        ],
        "signals": [],
        "opportunities": [
            {
                "opportunity_id": row["opportunity_id"],
                "account_id": row["account"],
                "owner_id": row["sales_agent"],
                "stage": row["deal_stage"],
                "amount_usd": row["close_value"],
                "created_at": iso(row["engage_date"]),
                "closed_at": iso(row["close_date"]),
                "is_won": str(row["deal_stage"] == "Won"),
            }
            for row in pipeline
        ],
        "activities": [
            {
                "activity_id": row["opportunity_id"],
                "account_id": row["account"],
                "owner_id": row["sales_agent"],
                "activity_type": "call",
                "direction": "inbound",
                "occurred_at": iso(row["engage_date"]),
            }
            for row in pipeline
            if row["engage_date"]
        ],
        "sales_reps": [
            {
                "owner_id": row["sales_agent"],
                "owner_name": row["sales_agent"],
                "territory": row["regional_office"],
                "role": "field",
                "is_active": "yes",
            }
            for row in export("sales_teams")
        ],
    }


@pytest.fixture(scope="module")
def crm(raw, tmp_path_factory) -> Warehouse:
    """The export, built."""
    warehouse = Warehouse(tmp_path_factory.mktemp("crm"))
    warehouse.load(raw)
    warehouse.build(raw_schema="raw", as_of="2017-12-31").check()
    return warehouse


def test_the_export_agrees_with_the_oracle(crm, raw):
    assert_agrees(crm.marts(), recompute(raw, rules(), AS_OF))


def test_every_opportunity_is_accounted_for(crm, raw):
    counts = {row["source_table"]: row for row in crm.mart("source_reconciliation")}
    assert counts.keys() == RAW_COLUMNS.keys()
    opportunities = counts["opportunities"]
    assert opportunities["rows_in"] == 8_800
    homeless = [row for row in raw["opportunities"] if not row["account_id"] or not row["created_at"]]
    assert (opportunities["standing"], opportunities["rejected"]) == (8_800 - len(homeless), len(homeless))
    assert (opportunities["superseded"], opportunities["deleted"]) == (0, 0)


def test_opportunities_without_an_account_are_rejected_and_say_so(crm, raw):
    entries = [row for row in crm.mart("rejected_records") if row["source_table"] == "opportunities"]
    reasons = Counter(row["reason"] for row in entries)
    assert reasons["missing_account_id"] == sum(not row["account_id"] for row in raw["opportunities"]) > 0
    assert reasons["missing_created_at"] == sum(not row["created_at"] for row in raw["opportunities"])
    assert set(reasons) <= {"missing_account_id", "missing_created_at"}
    assert {row["severity"] for row in entries} == {"record"}


def test_all_accounts_are_ranked_and_spelling_mistakes_cost_points_not_rows(crm, raw):
    rows = crm.mart("account_tiers")
    assert len(rows) == len(raw["accounts"]) == 85
    matches = {
        row["account_id"]: row["attribute_value"]
        for row in crm.mart("account_score_contributions")
        if (row["scoring_model"], row["factor"]) == ("weighted_composite", "industry")
    }
    misspelt = {row["account_id"] for row in raw["accounts"] if row["industry"] == "technolgy"}
    assert {matches[account_id] for account_id in misspelt} == {"non_target"}
    assert {matches[row["account_id"]] for row in raw["accounts"] if row["industry"] == "software"} == {"primary"}
