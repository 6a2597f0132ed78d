"""Compares published tables: exactly for texts, whole numbers, flags and timestamps, to 1e-6 for other numbers."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from builds.warehouse import REMEMBERING

TOLERANCE = 1e-6 * (1 + 1e-6)  # numbers are published to six decimals; the rest is what a double adds to that
KEYS = {
    "account_tiers": ("account_id",),
    "accounts": ("account_id",),
    "account_scores": ("account_id", "scoring_model"),
    "account_score_contributions": ("account_id", "scoring_model", "dimension", "factor"),
    "unranked_accounts": ("account_id", "scoring_model"),
    "unmatched_signals": ("signal_id",),
    "unmatched_records": ("source_table", "record_key"),
    "unmapped_values": ("source", "raw_table", "column_name", "value"),
    "source_reconciliation": ("source_table",),
    "calendar_days": ("day",),
    "build_days": ("scoring_model", "tier_date"),
    "account_tier_history": ("account_id", "scoring_model", "tier_date"),
    "account_tier_changes": ("account_id", "scoring_model", "changed_on"),
    "crm_tier_sync": ("account_id",),
    "rep_coverage": ("owner_id",),
    "coverage_gaps": ("account_id", "gap"),
    "hot_responses": ("account_id", "hot_since"),
    "account_signals": ("account_id", "signal_type"),
    "account_timeline": ("account_id", "day", "kind"),
    "scoring_model_tiers": ("scoring_model", "tier_number"),
    "account_families": ("parent_account_id",),
    "account_outcomes": ("account_id", "tier_date", "outcome"),
    "score_validation": ("scoring_model", "score_name", "outcome", "tier_date"),
    "score_validation_bands": ("scoring_model", "outcome", "tier_date", "band_kind", "band"),
    "model_comparison": ("outcome", "challenger", "tier_date"),
    "attribute_outcomes": ("outcome", "attribute", "band"),
    "rule_outcomes": ("outcome", "rule_number"),
}
ROUNDED = ("account_tiers", "account_scores", "account_tier_history")
AS_LOADED = ("annual_revenue_usd", "employee_count")
"""Numbers that are published as the CRM has them."""
BY_THE_CLOCK = ("built_at",)
SINCE_EARLIER_BUILDS = (
    *("previous_tier_number", "tier_since", "days_in_tier", "priority_rank_7d_ago", "priority_score_7d_ago"),
    *("next_step", "next_step_code"),
)
"""Columns of account_tiers that tell of earlier builds, or rest on such."""
TEXT_ONLY = ("top_reasons", "top_gaps")

Row = Mapping[str, Any]
Marts = Mapping[str, Sequence[Row]]


def assert_agrees(actual: Marts, expected: Marts, with_raw_records: bool = True) -> None:
    """The marts hold what the oracle says, row by row, in every column that the oracle has."""
    marts = expected.keys() - {"account_contributions"}  # which readers do not see
    found = {table: differences(table, actual[table], expected[table], with_raw_records) for table in marts}
    assert not any(found.values()), "\n".join(
        f"{table}: {len(lines)} differences (built, expected)\n  " + "\n  ".join(lines[:8])
        for table, lines in found.items()
        if lines
    )


def differences(table: str, actual: Sequence[Row], expected: Sequence[Row], with_raw_records: bool = True) -> list[str]:
    """What differs between the rows of a mart and those of the oracle, in words."""
    if table == "rejected_records":
        built, said = (Counter(_entry(row, with_raw_records) for row in rows) for rows in (actual, expected))
        return [f"only built: {entry}" for entry in built - said] + [
            f"only expected: {entry}" for entry in said - built
        ]
    rows, others = (by_key(table, side) for side in (actual, expected))
    lines = [f"only built: {key}" for key in rows.keys() - others.keys()]
    lines += [f"only expected: {key}" for key in others.keys() - rows.keys()]
    for key in sorted(rows.keys() & others.keys()):
        for column, value in others[key].items():
            built = rows[key][column]
            if column in BY_THE_CLOCK:
                continue
            is_rounded = table in ROUNDED and column not in AS_LOADED
            if not same(built, value) or (is_rounded and has_more_than_six_decimals(built)):
                lines.append(f"{'/'.join(key)} {column}: {built!r}, {value!r}")
    return lines


def by_key(table: str, rows: Iterable[Row]) -> dict[tuple[str, ...], Row]:
    """The rows of a mart by their key, of which there is one each."""
    rows = list(rows)
    found = {tuple(str(row[column]) for column in KEYS[table]): row for row in rows}
    assert len(found) == len(rows), f"{table} has several rows of one key"
    return found


def has_more_than_six_decimals(value: Any) -> bool:
    """Whether a number was published without rounding."""
    return isinstance(value, float) and value != round(value, 6)


def same(value: Any, other: Any) -> bool:
    """Whether two values agree."""
    if isinstance(other, Mapping) and isinstance(value, str):  # dimension_scores: a text such as 'fit 35, intent 4.5'
        parts = dict(part.rsplit(" ", 1) for part in value.split(", "))
        return parts.keys() == other.keys() and all(
            abs(float(parts[name]) - score) <= 0.005 + TOLERANCE for name, score in other.items()
        )
    if isinstance(value, float) and isinstance(other, int | float):
        return abs(value - other) <= TOLERANCE * max(1, abs(other) * 1e-9)
    return value == other or _is_large_number(value, other)


def _is_large_number(value: Any, other: Any) -> bool:
    """Whether two texts show the same number from 1e15 on: how many digits that takes is left open."""
    try:
        shown, meant = float(value), float(other)
    except (TypeError, ValueError):
        return False
    return isinstance(value, str) and abs(meant) >= 1e15 and abs(shown - meant) <= 1e-12 * abs(meant)


def _entry(row: Row, with_raw_record: bool) -> tuple:
    """An entry of rejected_records, its raw record as the cells that hold something."""
    entry = tuple(row[column] for column in ("source_table", "reason", "severity"))
    if not with_raw_record:
        return entry
    record = row["raw_record"]
    cells = json.loads(record) if isinstance(record, str) else record
    return (*entry, row["record_key"], *sorted((name, str(cell)) for name, cell in cells.items() if cell is not None))


def of_the_moment(marts: Marts) -> Marts:
    """The marts that depend on the raw rows, the rules and as_of alone, not on earlier builds."""
    return {
        table: [{name: cell for name, cell in row.items() if name not in SINCE_EARLIER_BUILDS} for row in rows]
        if table == "account_tiers"
        else rows
        for table, rows in marts.items()
        if table not in REMEMBERING
    }


def exactly(marts: Marts, without: Collection[str] = ()) -> dict[str, list[str]]:
    """The marts in a form in which the order of rows does not count and every digit does."""
    return {
        table: sorted(repr(sorted((name, cell) for name, cell in row.items() if name not in without)) for row in rows)
        for table, rows in marts.items()
    }
