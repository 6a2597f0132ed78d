"""The demo's raw tables: reproducible byte for byte, small, and dirty in each of the ways the project handles."""

import csv
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
DEMO = PROJECT / "seeds" / "demo"
GENERATOR = PROJECT / "scripts" / "generate_demo.py"
TABLES = {
    "account_domains",
    "account_merges",
    "accounts",
    "signals",
    "account_technologies",
    "contacts",
    "activities",
    "opportunities",
    "sales_reps",
    "tier_overrides",
    "account_returns",
    "product_usage",
    "customer_contracts",
}
STORIES = {
    "acme-software": "Acme Software Corporation",
    "acme-marketing": "Acme Marketing Inc.",
    "account-601": "Account 601 Ltd",
    "techcorp": "TechCorp Inc.",
    "global-financial": "Global Financial Services Corp",
}
KEYS = {"accounts": "account_id", "signals": "signal_id", "contacts": "contact_id", "opportunities": "opportunity_id"}
NUMBER = re.compile(r"[+-]?(\d+(\.\d+)?|\.\d+)(e[+-]?\d+)?", re.IGNORECASE)
TRUE = {"true", "t", "yes", "y", "1"}


def rows(table: str) -> list[dict[str, str]]:
    with (DEMO / f"demo_{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values(table: str, column: str) -> list[str]:
    return [row[column] for row in rows(table)]


def normal_domain(text: str) -> str:
    return re.sub(r"^([a-z]+://)?(www\.)?|[/:?#].*$", "", text.strip().lower().replace("://www.", "://"))


def test_the_generator_reproduces_the_committed_files(tmp_path):
    subprocess.run([sys.executable, str(GENERATOR), "--output", str(tmp_path)], check=True)
    committed = {path.name: path.read_bytes() for path in DEMO.glob("demo_*.csv")}
    assert set(committed) == {f"demo_{table}.csv" for table in TABLES}
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == committed


def test_size():
    assert sum(path.stat().st_size for path in DEMO.glob("*.csv")) < 1_200_000
    assert 280 <= len(set(values("accounts", "account_id"))) <= 320
    assert 4_000 <= len(rows("signals")) <= 6_000


def test_named_accounts():
    names = {row["account_id"]: row["account_name"] for row in rows("accounts")}
    assert STORIES.items() <= names.items()


def test_addresses_and_domains_cannot_exist():
    domains = [*values("accounts", "domain"), *values("signals", "domain")]
    assert all(normal_domain(domain).endswith(".example") for domain in domains if domain.strip())
    emails = [email.strip() for email in values("contacts", "email")]
    assert all(re.fullmatch(r"[a-z]+\.[a-z]+@[a-z-]+\.example", email.lower()) for email in emails)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("accounts", "account_id"),
        ("accounts", "account_name"),
        ("signals", "signal_id"),
        ("signals", "signal_type"),
        ("signals", "occurred_at"),
        ("account_technologies", "technology"),
        ("contacts", "contact_id"),
        ("contacts", "account_id"),
        ("activities", "activity_id"),
        ("activities", "occurred_at"),
        ("opportunities", "created_at"),
        ("sales_reps", "owner_id"),
        ("tier_overrides", "tier_number"),
        ("account_returns", "returned_on"),
        ("product_usage", "measured_on"),
        ("customer_contracts", "account_id"),
    ],
)
def test_missing_required_value(table, column):
    assert 1 <= values(table, column).count("") <= 2


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("signals", "occurred_at"),
        ("activities", "occurred_at"),
        ("opportunities", "created_at"),
        ("account_returns", "returned_on"),
        ("product_usage", "measured_on"),
        ("accounts", "competitor_renewal_on"),
        ("accounts", "updated_at"),
    ],
)
def test_unreadable_moment(table, column):
    assert any(text and not re.match(r"\d{4}-\d\d-\d\d", text.strip()) for text in values(table, column))


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("accounts", "annual_revenue_usd"),
        ("accounts", "employee_count"),
        ("signals", "signal_value"),
        ("opportunities", "amount_usd"),
        ("tier_overrides", "tier_number"),
        ("product_usage", "features_used"),
        ("customer_contracts", "annual_contract_value_usd"),
    ],
)
def test_unreadable_number(table, column):
    bad = [text for text in values(table, column) if text.strip() and not NUMBER.fullmatch(text.strip())]
    assert 1 <= len(bad) <= 2


@pytest.mark.parametrize(
    ("table", "column", "allowed"),
    [
        ("accounts", "growth_trend", {"expanding", "stable", "contracting"}),
        ("accounts", "brand_tier", {"high", "moderate", "low"}),
        ("contacts", "seniority", {"executive", "manager", "practitioner"}),
        ("activities", "outcome", {"replied", "accepted", "declined", "no_response"}),
        ("sales_reps", "role", {"field", "inside", "sdr", "csm"}),
    ],
)
def test_unknown_category_value(table, column, allowed):
    assert {text.strip().lower() for text in values(table, column)} - allowed - {""}


def test_unknown_signal_type():
    with (PROJECT / "seeds" / "signal_types.csv").open(encoding="utf-8", newline="") as file:
        known = {row["signal_type"] for row in csv.DictReader(file)}
    found = {text.strip().lower() for text in values("signals", "signal_type")} - {""}
    assert found - known == {"page_scroll", "pricing page"}
    assert known <= found


def test_signals_without_account_and_domain():
    assert any(not (row["account_id"].strip() or row["domain"].strip()) for row in rows("signals"))


def test_signal_that_occurred_after_it_was_loaded():
    late = [row for row in rows("signals") if row["occurred_at"] >= "2027"]
    assert [(row["signal_id"], row["loaded_at"][:4]) for row in late] == [("x-sig-09", "2026")]


@pytest.mark.parametrize("table", sorted(TABLES - {"account_domains", "account_merges"}))
def test_rows_that_arrived_twice(table):
    assert max(Counter(tuple(row.values()) for row in rows(table)).values()) == 2


@pytest.mark.parametrize("table", sorted(KEYS))
def test_superseded_and_deleted_records(table):
    versions = defaultdict(list)
    for row in rows(table):
        versions[row[KEYS[table]]].append((row["updated_at"], row["is_deleted"].strip().lower() in TRUE))
    assert any(len({updated_at for updated_at, _ in found}) > 1 for key, found in versions.items() if key)
    assert any(max(found)[1] for key, found in versions.items() if key)


def test_merges():
    target = {row["account_id"]: row["merged_into_account_id"] for row in rows("accounts")}
    assert target["larkmoor-emea"] == "larkmoor-ltd"
    assert target["larkmoor-ltd"] == "larkmoor"
    assert not target["larkmoor"]
    assert target[target["pinecrest-east"]] == "pinecrest-east"


def test_signals_that_only_a_domain_places():
    owners = defaultdict(set)
    for row in rows("accounts"):
        owners[normal_domain(row["domain"])].add(row["account_id"])
    counts = Counter(
        min(2, len(owners.get(normal_domain(row["domain"]), ())))
        for row in rows("signals")
        if row["domain"].strip() and not row["account_id"].strip()
    )
    assert counts[0]
    assert counts[1] > 50
    assert counts[2]
    assert not {"acc-9998", "acc-9999"} & set(values("accounts", "account_id"))


def test_spellings():
    industries = values("accounts", "industry")
    assert any(text != text.strip() for text in industries)
    assert any(text.strip().isupper() and text.strip() != "SaaS" for text in industries)
    assert {text.lower() for text in values("accounts", "is_customer")} >= {
        "true",
        "t",
        "yes",
        "y",
        "1",
        "false",
        "no",
        "0",
    }
    moments = values("signals", "occurred_at")
    for ending in ("Z", "+02:00", "-0500"):
        assert any(text.endswith(ending) for text in moments)
    assert any(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", text) for text in moments)


def test_sales_reps():
    reps = [row for row in rows("sales_reps") if row["role"].lower() == "field" and row["owner_id"]]
    active = {row["owner_id"] for row in reps if row["is_active"].lower() in TRUE}
    assert len(active) == 8
    assert len({row["owner_id"] for row in reps}) == 9
