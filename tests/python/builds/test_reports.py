"""What people reported of other tools, each as a few rows: all of them in one build."""

from __future__ import annotations

from datetime import datetime

import pytest

from builds.comparing import assert_agrees
from recomputation import recompute
from worlds.reports import AS_OF, DOMAINS, rules_of_reports, signals
from worlds.reports import reports as report_rows

pytestmark = pytest.mark.long


def by_account(warehouse, mart: str = "account_tiers"):
    """The rows of a mart by account."""
    return {row["account_id"]: row for row in warehouse.mart(mart)}


def account_of_signals(warehouse):
    """The account of each signal, by its id."""
    return {row["signal_id"]: row["account_id"] for row in warehouse.query("from intermediate.int_signals_matched")}


@pytest.mark.parametrize(
    ("account_id", "since", "due"),
    [
        ("asked again", "2026-06-29 22:00:00", "2026-06-30 02:00:00"),
        ("asked twice", "2026-06-05 08:00:00", "2026-06-05 12:00:00"),
        ("visits daily", "2026-06-13 08:00:00", "2026-06-13 12:00:00"),
        ("answered", "2026-06-20 08:00:00", None),
        ("called by us", "2026-06-20 08:00:00", None),
        ("called by nobody", "2026-06-20 08:00:00", "2026-06-20 12:00:00"),
    ],
)
def test_an_account_is_hot_since_what_nobody_answered(reports, account_id, since, due):
    row = by_account(reports)[account_id]
    assert row["engagement_status"] == "hot"
    assert str(row["engaged_since"]) == since
    assert row["respond_by"] is None if due is None else str(row["respond_by"]) == due


COLD = ("cold", None, None)


@pytest.mark.parametrize(
    ("moments", "alarms"),
    [
        (
            ("06-05T09", "06-06T12", "06-29T23", "06-30T12", "07-01T12", "07-04T12"),
            {"asked twice": ("hot", "2026-06-05 08:00:00", "2026-06-05 12:00:00")},
        ),
        (
            ("06-13T09", "06-14T12", "06-21T12", "06-30T23", "07-01T12", "07-04T12"),
            {"visits daily": ("hot", "2026-06-13 08:00:00", "2026-06-13 12:00:00")},
        ),
        (("06-21T12", "06-29T21"), {"asked again": ("hot", "2026-06-10 08:00:00", None)}),
        (
            ("06-29T22", "06-30T12", "07-09T12", "07-10T12", "07-28T12"),
            {"asked again": ("hot", "2026-06-29 22:00:00", "2026-06-30 02:00:00")},
        ),
        (("07-29T12",), {"asked again": COLD, "asked twice": COLD, "visits daily": COLD}),
    ],
    ids=lambda part: next(iter(part)) if isinstance(part, dict) else part[0],
)
def test_an_alarm_is_the_same_in_every_build(compiled, moments, alarms):
    """It does not slide with the window; not even when what was answered has left it."""
    for moment in moments:
        as_of = datetime.fromisoformat(f"2026-{moment}:00:00")
        rows = compiled.replay(report_rows(), as_of, rules_of_reports(), tables=("account_tiers",))["account_tiers"]
        found = {row["account_id"]: row for row in rows}
        for account_id, alarm in alarms.items():
            told = tuple(
                None if cell is None else str(cell)
                for cell in (found[account_id][name] for name in ("engagement_status", "engaged_since", "respond_by"))
            )
            assert told == alarm, (moment, account_id)


def test_an_answer_in_time_is_no_gap_and_a_late_one_is(reports):
    overdue = {row["account_id"] for row in reports.mart("coverage_gaps") if row["gap"] == "response_overdue"}
    assert {"asked again", "asked twice", "visits daily", "called by nobody"} <= overdue
    assert not {"answered", "called by us"} & overdue


def test_a_burst_counts_once(reports):
    """Five clicks of a mail scanner, where the trigger counts hours."""
    assert by_account(reports)["scanned"]["engagement_status"] == "cold"


def test_signals_find_the_account_that_their_domain_means(reports):
    found, numbers = account_of_signals(reports), {row.get("domain"): row["signal_id"] for row in signals()}
    assert {domain: found[numbers[domain]] for domain in DOMAINS} == DOMAINS
    reasons = {row["domain"]: row["reason"] for row in reports.mart("unmatched_signals")}
    assert reasons["twins.example"] == "ambiguous_domain"
    assert reasons["mail.gmail.com"] == reasons["gmail.com"] == "free_email_domain"
    assert reasons["xn--mnchen-3ya!.example"] == "unknown_account"


def test_signals_find_the_account_of_their_contact_or_address(reports):
    found = account_of_signals(reports)
    by_address = {row["email"]: found[row["signal_id"]] for row in signals() if row.get("email")}
    assert by_address == {
        "Zoe@New.example": "new employer",
        "unheard@sub.new.example": "new employer",
        "max@gmail.com": None,
    }
    moved = [found[row["signal_id"]] for row in signals() if row.get("contact_id") == "mover"]
    assert moved == ["new employer", "old employer"]


def test_what_belongs_to_merged_accounts_is_the_survivor_s(reports):
    merged = [row["signal_id"] for row in signals() if row.get("account_id") in ("merged and deleted", "between")]
    merged += [row["signal_id"] for row in signals() if row.get("account_id") == "no row of its own"]
    assert {account_of_signals(reports)[signal_id] for signal_id in merged} == {"survivor"}
    assert len(merged) == 3
    reasons = {(row["account_id"], row["reason"]) for row in reports.mart("unranked_accounts")}
    assert ("duplicate", "merged") in reasons
    assert not {account_id for account_id, _ in reasons} & {"merged and deleted", "between", "no row of its own"}


def test_a_contact_is_engaged_by_what_it_did_at_its_account_and_a_person_once(reports):
    engaged = {
        row["account_id"]: row["attribute_value"]
        for row in reports.mart("account_score_contributions")
        if row["factor"] == "engaged_contacts" and row["scoring_model"] == "weighted_composite"
    }
    assert engaged["old employer"] == "0"
    assert engaged["new employer"] == "2"  # zoe by her address, the mover by a signal and an activity
    assert engaged["one person twice"] == "1"
    assert engaged["merged contacts"] == "1"


def test_orphans_are_told(reports):
    told = {(row["source_table"], row["record_key"]): row["reason"] for row in reports.mart("unmatched_records")}
    orphans = {
        ("account_domains", "gone|three.example"),
        ("account_merges", "nobody's circle|back"),
        ("account_merges", "back|nobody's circle"),
        ("contacts", "orphan"),
        ("activities", "v7"),
        ("opportunities", "o"),
        ("account_technologies", "gone|Slack"),
        ("product_usage", "gone|2026-06-01"),
        ("customer_contracts", "gone"),
        ("account_returns", "gone|2026-06-10"),
        ("tier_overrides", "gone|2026-06-01"),
    }
    assert {key for key in told if key[0] != "signals"} == orphans
    assert {told[key] for key in orphans} == {"unknown_account"}
    unmatched = {(row["signal_id"], row["reason"]) for row in reports.mart("unmatched_signals")}
    assert {(key[1], reason) for key, reason in told.items() if key[0] == "signals"} == unmatched
    counts = {row["source_table"]: row["unmatched"] for row in reports.mart("source_reconciliation")}
    assert counts == {table: sum(key[0] == table for key in told) for table in counts}


def test_the_latest_version_stands_in_every_table(reports):
    (rep,) = reports.mart("rep_coverage")
    assert (rep["owner_name"], rep["is_active"]) == ("Newer", True)
    assert by_account(reports)["kept"]["tier_number"] == 3
    assert by_account(reports)["kept"]["tier_reason"] == "override"
    installed = reports.query(
        "select technology from intermediate.int_technologies_installed where account_id = 'kept'"
    )
    assert installed == []
    assert "asked again" in by_account(reports)  # its return was taken back


def test_a_version_from_the_future_is_told_and_a_delete_is_not_rejected(reports):
    told = {(row["source_table"], row["reason"], row["severity"]) for row in reports.mart("rejected_records")}
    assert told == {
        ("sales_reps", "invalid_updated_at", "value"),
        ("contacts", "invalid_merged_into_contact_id", "value"),
    }
    counts = {row["source_table"]: row for row in reports.mart("source_reconciliation")}
    assert (counts["signals"]["deleted"], counts["account_returns"]["deleted"]) == (1, 1)


def test_customers_and_snoozes_hold_on_the_day(reports):
    reasons = {
        row["account_id"]: row["reason"]
        for row in reports.mart("unranked_accounts")
        if row["scoring_model"] == "weighted_composite"
    }
    assert reasons["customer"] == "outside_population"
    assert reasons["snoozed"] == reasons["snoozed and silent"] == "snoozed"
    assert "not yet customer" in by_account(reports)
    assert "kept" in by_account(reports)
    hot = [row for row in reports.mart("coverage_gaps") if row["gap"] == "snoozed_but_hot"]
    assert [(row["account_id"], row["tier_number"], row["recommended_owner_id"]) for row in hot] == [
        ("snoozed", None, "rep")
    ]
    assert hot[0]["what_to_do"] == "Snoozed until 2026-12-01 and hot again: have Newer look at it."


def test_text_is_compared_as_people_see_it(reports):
    matches = {
        (row["account_id"], row["factor"]): row["attribute_value"]
        for row in reports.mart("account_score_contributions")
        if row["scoring_model"] == "weighted_composite"
    }
    assert matches["spaced", "industry"] == "primary"
    assert matches["spaced", "geography"] == "priority"
    rows = by_account(reports)
    assert rows["decomposed"]["territory"] == rows["composed"]["territory"]


def test_the_recomputation_tells_the_same_stories(reports):
    assert_agrees(reports.marts(), recompute(report_rows(), rules_of_reports(), datetime.fromisoformat(AS_OF)))
