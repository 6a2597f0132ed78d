"""What the log says of raw tables at the end of a build: a line each, and a warning where too much does not count."""

import re

import pytest

from worlds.committed import RAW_COLUMNS

RAW = {
    "accounts": [{"account_id": "a1", "account_name": "Account 1"}],
    "signals": [
        {"signal_id": signal_id, "account_id": account_id, "signal_type": signal_type, "occurred_at": "2026-06-29"}
        for signal_id, account_id, signal_type in (
            ("1", "a1", "demo_request"),
            ("2", "a9", "demo_request"),
            ("3", "a1", "Demo, please"),
            ("4", "a1", "ask for a demo"),
            ("5", "a1", ""),
        )
    ],
    "contacts": [],
}
"""Two of five signals and an account stand; of the signals that stand one of two finds no account."""

COUNTS = {"rows_in": "rows in", "standing": "standing", "rejected": "rejected", "unmatched": "unmatched"}
"""What is told of a row of source_reconciliation, in which words."""


def told(output: str) -> list[str]:
    """The lines on raw tables, and the warnings, without the time before them."""
    lines = (re.sub(r"^\d\d:\d\d:\d\d\s+", "", line) for line in output.splitlines())
    return [line for line in lines if ": rows in " in line or line.startswith("WARNING")]


def test_the_demo_tells_of_each_table_and_warns_of_nothing(demo):
    log = (demo.folder / "logs" / "dbt.log").read_text(encoding="utf-8")
    for row in demo.mart("source_reconciliation"):
        counts = ", ".join(f"{words} {row[name]:,}" for name, words in COUNTS.items())
        assert f"{row['source_table']}: {counts}\n" in log
    assert "WARNING" not in log


@pytest.mark.long
def test_too_much_that_does_not_count_is_warned_of(warehouse):
    warehouse.load(RAW)
    run = warehouse.build(raw_schema="raw", as_of="2026-06-30").check()
    *lines, warning = told(run.output)
    assert len(lines) == len(RAW_COLUMNS)
    assert lines[0] == "accounts: rows in 1, standing 1, rejected 0, unmatched 0"
    assert "signals: rows in 5, standing 2, rejected 3, unmatched 1" in lines
    assert "contacts: rows in 0, standing 0, rejected 0, unmatched 0" in lines
    assert warning == (
        "WARNING: 3 of 5 rows of signals were rejected (max_rejected_share is 0.2),"
        " most of them for unknown_signal_type, as '3': see rejected_records."
    )
    assert run.output.index("Publishing") < run.output.index("accounts: rows in")

    # at the one limit and above the other; only what this command built is told
    marts = ["--select", "source_reconciliation", "unmatched_signals"]
    limits = {"raw_schema": "raw", "max_rejected_share": 0.6, "max_unmatched_share": 0.499}
    run = warehouse.dbt("run", *marts, variables=limits, as_of="2026-06-30").check()
    assert told(run.output)[-1] == (
        "WARNING: 1 of 2 standing signals find no account (max_unmatched_share is 0.499),"
        " most of them for unknown_account, as '2': see unmatched_signals."
    )
    assert "were rejected" not in run.output
    run = warehouse.dbt("run", "--select", "unmatched_signals", variables=limits, as_of="2026-06-30").check()
    assert told(run.output) == []
