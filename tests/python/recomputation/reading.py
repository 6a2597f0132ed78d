"""Rows: which are rejected and why, which version of a record stands, and the count that shows that nothing is lost."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from .rules import FieldMapping
from .values import (
    Unreadable,
    as_text,
    one_of,
    read_date,
    read_flag,
    read_name,
    read_number,
    read_ordinal,
    read_percentage,
    read_signed_number,
    read_text,
    read_timestamp,
)

Record = dict[str, Any]


@dataclass(frozen=True)
class Table:
    """The columns of a raw table with their readers, the required ones, the key, and the decisive ones: optional, but a
    row in which one cannot be read would say something else without it, and is rejected. Of a table that is
    ``as_known`` versions that were written after as_of wait."""

    columns: dict[str, Callable[[str], object]]
    required: tuple[str, ...]
    key: tuple[str, ...]
    decisive: tuple[str, ...] = ()
    as_known: bool = False


def _columns(**readers_of_names: Callable[[str], object]) -> dict[str, Callable[[str], object]]:
    return readers_of_names


_VERSIONED = {"updated_at": read_timestamp, "is_deleted": read_flag, "loaded_at": read_timestamp}

_OVERRIDE_COLUMNS = _columns(
    account_id=read_text,
    tier_number=read_ordinal,
    reason=read_text,
    set_by=read_text,
    starts_on=read_date,
    ends_on=read_date,
    **_VERSIONED,
)

_RETURN_COLUMNS = _columns(
    account_id=read_text,
    owner_id=read_text,
    returned_on=read_date,
    reason=read_text,
    snooze_until=read_date,
    **_VERSIONED,
)

TABLES: dict[str, Table] = {
    "accounts": Table(
        _columns(
            account_id=read_text,
            account_name=read_text,
            domain=read_text,
            industry=read_name,
            country=read_name,
            annual_revenue_usd=read_number,
            employee_count=read_number,
            growth_trend=one_of("expanding", "stable", "contracting"),
            business_model=read_name,
            estimated_deal_usd=read_number,
            brand_tier=one_of("high", "moderate", "low"),
            competitive_position=one_of("displacement", "greenfield"),
            is_customer=read_flag,
            is_strategic=read_flag,
            owner_id=read_text,
            territory=read_name,
            parent_account_id=read_text,
            merged_into_account_id=read_text,
            competitor_renewal_on=read_date,
            get_back_on=read_date,
            sales_rep_count=read_number,
            sells_subscription=read_flag,
            has_self_service=read_flag,
            average_selling_price_usd=read_number,
            customer_since=read_date,
            created_at=read_timestamp,
            **_VERSIONED,
        ),
        required=("account_id", "account_name"),
        key=("account_id",),
        as_known=True,
    ),
    "account_domains": Table(
        _columns(account_id=read_text, domain=read_text, **_VERSIONED),
        required=("account_id", "domain"),
        key=("account_id", "domain"),
    ),
    "account_merges": Table(
        _columns(account_id=read_text, merged_into_account_id=read_text, **_VERSIONED),
        required=("account_id", "merged_into_account_id"),
        key=("account_id", "merged_into_account_id"),
    ),
    "signals": Table(
        _columns(
            signal_id=read_text,
            account_id=read_text,
            email=read_text,
            domain=read_text,
            signal_type=read_name,
            occurred_at=read_timestamp,
            contact_id=read_text,
            signal_value=read_percentage,
            channel=read_name,
            **_VERSIONED,
        ),
        required=("signal_id", "signal_type", "occurred_at"),
        key=("signal_id",),
    ),
    "account_technologies": Table(
        _columns(account_id=read_text, technology=read_name, detected_on=read_date, removed_on=read_date, **_VERSIONED),
        required=("account_id", "technology"),
        key=("account_id", "technology"),
    ),
    "contacts": Table(
        _columns(
            contact_id=read_text,
            account_id=read_text,
            email=read_text,
            job_title=read_text,
            seniority=one_of("executive", "manager", "practitioner"),
            department=read_name,
            is_champion=read_flag,
            merged_into_contact_id=read_text,
            created_at=read_timestamp,
            **_VERSIONED,
        ),
        required=("contact_id",),
        key=("contact_id",),
        as_known=True,
    ),
    "activities": Table(
        _columns(
            activity_id=read_text,
            account_id=read_text,
            contact_id=read_text,
            owner_id=read_text,
            activity_type=one_of("call", "email", "meeting"),
            direction=one_of("inbound", "outbound"),
            outcome=one_of("replied", "accepted", "declined", "no_response"),
            occurred_at=read_timestamp,
            **_VERSIONED,
        ),
        required=("activity_id", "occurred_at"),
        key=("activity_id",),
    ),
    "opportunities": Table(
        _columns(
            opportunity_id=read_text,
            account_id=read_text,
            owner_id=read_text,
            stage=read_name,
            amount_usd=read_number,
            created_at=read_timestamp,
            closed_at=read_timestamp,
            is_won=read_flag,
            **_VERSIONED,
        ),
        required=("opportunity_id", "account_id", "created_at"),
        key=("opportunity_id",),
        as_known=True,
    ),
    "sales_reps": Table(
        _columns(
            owner_id=read_text,
            owner_name=read_text,
            role=one_of("field", "inside", "sdr", "csm"),
            territory=read_name,
            is_active=read_flag,
            account_capacity=read_number,
            **_VERSIONED,
        ),
        required=("owner_id",),
        key=("owner_id",),
    ),
    "tier_overrides": Table(
        _OVERRIDE_COLUMNS,
        required=("account_id", "tier_number"),
        key=("account_id", "starts_on"),
        decisive=("starts_on", "ends_on"),
    ),
    "account_returns": Table(
        _RETURN_COLUMNS, required=("account_id", "returned_on"), key=("account_id", "returned_on")
    ),
    "product_usage": Table(
        _columns(
            account_id=read_text,
            measured_on=read_date,
            daily_active_users=read_number,
            monthly_active_users=read_number,
            seats_used=read_number,
            seats_licensed=read_number,
            features_used=read_number,
            features_available=read_number,
            integrations_installed=read_number,
            power_users=read_number,
            departments_using=read_number,
            headcount_growth_pct=read_signed_number,
            cross_sell_page_views=read_number,
            **_VERSIONED,
        ),
        required=("account_id", "measured_on"),
        key=("account_id", "measured_on"),
    ),
    "customer_contracts": Table(
        _columns(
            account_id=read_text,
            annual_contract_value_usd=read_number,
            expansion_potential_usd=read_number,
            renewal_on=read_date,
            nps=read_signed_number,
            has_executive_sponsor=read_flag,
            **_VERSIONED,
        ),
        required=("account_id",),
        key=("account_id",),
    ),
}


@dataclass
class Reading:
    """What came of the raw rows: the standing records of each table, every reject, and the counts."""

    standing: dict[str, list[Record]] = field(default_factory=dict)
    later: dict[str, list[Record]] = field(default_factory=dict)
    """Accounts and contacts that stand, and were created after as_of."""
    deleted: dict[str, list[Record]] = field(default_factory=dict)
    raw_of: dict[tuple[str, object], Record] = field(default_factory=dict)
    rejected_records: list[Record] = field(default_factory=list)
    source_reconciliation: list[Record] = field(default_factory=list)
    unread: list[tuple[str, str, str, str]] = field(default_factory=list)
    """Table, column, text in lower case and key of each category, of standing and rejected rows, that is none."""


def read_all(
    raw: dict[str, list[Record]],
    known_signal_types: Iterable[str],
    as_of: datetime,
    mappings: Iterable[FieldMapping] = (),
) -> Reading:
    """Read every raw table as it is known at as_of. A table that is absent counts as empty."""
    known, reading, mappings = frozenset(known_signal_types), Reading(), tuple(mappings)
    tables = by_name(raw, TABLES)
    for name, table in TABLES.items():
        lines = [line for line in mappings if line.raw_table == name]
        _read_table(reading, name, table, tables[name] or [], known, as_of, lines)
    return reading


def by_name(found: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """What is found under each of the names, however it is spelled."""
    spelled = _spelled(tuple(found), tuple(names))
    return {name: None if spelling is None else found[spelling] for name, spelling in spelled.items()}


@lru_cache(maxsize=1000)
def _spelled(found: tuple[str, ...], names: tuple[str, ...]) -> dict[str, str | None]:
    """How each name is spelled: as it is, else in another case, else without underscores and the like."""
    chosen: dict[str, str | None] = {}
    for name in names:
        alike = [each for each in found if _plain(each) == _plain(name)]
        nearest = [each for each in alike if each == name] or [each for each in alike if each.lower() == name] or alike
        assert len(nearest) < 2, f"{name} may be any of {nearest}"
        chosen[name] = nearest[0] if nearest else None
    return chosen


def _plain(name: str) -> str:
    bare = re.sub(r"[\s_]", "", name.replace("\ufeff", "").lower())
    return re.sub("^propert(y|ies)", "", bare)


def reject(table: str, raw: Record, reason: str, severity: str) -> Record:
    """An entry for a rejected row (severity record) or a value that was dropped (severity value)."""
    return {
        "source_table": table,
        "record_key": key_as_text(TABLES[table], raw),
        "reason": reason,
        "severity": severity,
        "raw_record": raw,
    }


def key_as_text(table: Table, row: Record) -> str:
    """The cells of a row's key as one text."""
    return "|".join(as_text(row.get(column)) or "" for column in table.key)


def _read_table(
    reading: Reading,
    name: str,
    table: Table,
    rows: list[Record],
    known: frozenset[str],
    as_of: datetime,
    mappings: Sequence[FieldMapping],
) -> None:
    """Reject, group the rest by key, and let one version of each record stand."""
    versions: dict[tuple[object, ...], list[tuple[Record, Record]]] = {}
    rejected = 0
    unread_of: dict[int, list[tuple[str, str, str, str]]] = {}
    for row in rows:
        further = _further(row, table)
        raw = by_name(row, table.columns) | further
        given = raw | mapped(raw, mappings)
        record, fatal, harmless = _read_row(name, table, given, known)
        if name == "accounts":
            record["further"] = {column.lower(): _number_or_text(as_text(cell)) for column, cell in further.items()}
        for severity, reasons in (("record", fatal), ("value", harmless)):
            entries = [reject(name, given, reason, severity) for reason in reasons]
            reading.rejected_records += [entry | {"raw_record": raw} for entry in entries]
        unlisted = "unknown_signal_type" in fatal
        texts = {"signal_type": record["signal_type"]} if unlisted else _unread(table, given, record)
        unread = [(name, column, text, key_as_text(table, record)) for column, text in texts.items()]
        if fatal:
            rejected += 1
            reading.unread += unread
        else:
            versions.setdefault(_key(name, table, record), []).append((record, raw))
            unread_of[id(record)] = unread

    chosen = [_choose(table, candidates, as_of) for candidates in versions.values()]
    standing = [(record, raw) for record, raw in chosen if not record["is_deleted"]]
    reading.standing[name] = [record for record, _ in standing]
    reading.unread += [entry for record, _ in standing for entry in unread_of[id(record)]]
    reading.deleted[name] = [record for record, _ in chosen if record["is_deleted"]]
    reading.raw_of |= {(name, _key(name, table, record)): raw for record, raw in standing}
    reading.source_reconciliation.append(
        {
            "source_table": name,
            "rows_in": len(rows),
            "standing": len(standing),
            "superseded": len(rows) - rejected - len(chosen),
            "deleted": len(chosen) - len(standing),
            "rejected": rejected,
        }
    )


def _read_row(name: str, table: Table, raw: Record, known: frozenset[str]) -> tuple[Record, list[str], list[str]]:
    """The row as read, the reasons that reject it whole, and those that only drop a value."""
    record: Record = {}
    missing: list[str] = []
    invalid: list[str] = []
    for column, read in table.columns.items():
        text, value = as_text(raw[column]), None
        if text is None:
            missing += [column] * (column in table.required)
        else:
            try:
                value = read(text)
            except Unreadable:
                invalid.append(column)
        record[column] = _empty_flag(name, column) if value is None and read is read_flag else value
    harmless = []
    if _is_written_after_loading(record):
        record["updated_at"] = None
        harmless.append("invalid_updated_at")

    decides = {*table.required, *table.decisive}
    if record["is_deleted"] and not {*missing, *(decides & {*invalid})} & {*table.key}:
        decides = set()  # a delete needs no more than its key
        missing = []
    fatal = [f"missing_{column}" for column in missing]
    fatal += [f"invalid_{column}" for column in invalid if column in decides]
    harmless += [f"invalid_{column}" for column in invalid if column not in decides]
    if name == "signals":
        reasons = _signal_reasons(record, known)
        fatal += reasons if decides else []
    return record, fatal, harmless


def mapped(raw: Record, mappings: Iterable[FieldMapping]) -> Record:
    """The cells of a row that get another value: that of the first line whose pattern their source column matches."""
    given: Record = {}
    cells = {_plain(column): cell for column, cell in raw.items()}
    for line in mappings:
        text = as_text(cells.get(_plain(line.source_column)))
        if text is None or line.column in given:
            continue
        word = read_name(text).lower()
        if any(re.fullmatch(".*".join(map(re.escape, each.split("*"))), word, re.DOTALL) for each in line.patterns):
            given[line.column] = line.value
    return given


def _unread(table: Table, given: Record, record: Record) -> dict[str, str]:
    """The texts of a row's categories that are none of their values, in lower case."""
    texts = {
        column: as_text(given.get(column))
        for column, read in table.columns.items()
        if read.__name__ == "read_category" and record[column] is None
    }
    return {column: text.lower() for column, text in texts.items() if text}


def _further(row: Record, table: Table) -> Record:
    """The cells of columns that are not the table's."""
    found = _spelled(tuple(row), tuple(table.columns)).values()
    return {column: cell for column, cell in row.items() if column not in found}


def _number_or_text(text: str | None) -> object:
    """What stands in a cell of which nothing is known: a number, else text."""
    if text is None:
        return None
    try:
        return read_signed_number(text)
    except Unreadable:
        return read_name(text)


def _empty_flag(table: str, column: str) -> bool:
    """What a flag means that is empty: no, but a rep without is_active is active."""
    return (table, column) == ("sales_reps", "is_active")


def _is_written_after_loading(record: Record) -> bool:
    """Whether a version says that it was written more than a day after it was loaded."""
    written, loaded = record["updated_at"], record["loaded_at"]
    return written is not None and loaded is not None and written - loaded > timedelta(days=1)


def _signal_reasons(record: Record, known: frozenset[str]) -> list[str]:
    """What rejects a signal beyond its required columns. The type is kept in lower case on the way."""
    reasons = []
    if record["signal_type"] is not None:
        record["signal_type"] = record["signal_type"].lower()
        if record["signal_type"] not in known:
            reasons.append("unknown_signal_type")
    if all(record[column] is None for column in ("account_id", "contact_id", "email", "domain")):
        reasons.append("missing_account_id")
    occurred_at, loaded_at = record["occurred_at"], record["loaded_at"]
    if occurred_at is not None and loaded_at is not None and occurred_at - loaded_at > timedelta(days=1):
        reasons.append("occurred_in_future")
    return reasons


def _key(name: str, table: Table, record: Record) -> tuple[Any, ...]:
    """What makes rows versions of one record; technologies compare without regard to case."""
    return tuple(
        record[column].lower() if name == "account_technologies" and column == "technology" else record[column]
        for column in table.key
    )


def _choose(table: Table, versions: list[tuple[Record, Record]], as_of: datetime) -> tuple[Record, Record]:
    """The version that stands: the latest that is known at as_of, else the earliest."""
    if table.as_known:
        later = {id(version): written_at(version[0]) for version in versions}
        known = [version for version in versions if (later[id(version)] or as_of) <= as_of]
        if not known:
            first = min(moment for moment in later.values() if moment is not None)
            known = [version for version in versions if later[id(version)] == first]
        versions = known
    return max(versions, key=_recency)


def written_at(record: Record) -> datetime | None:
    """When a version was written; a delete that does not tell, when it was loaded."""
    moment: datetime | None = record["updated_at"]
    return record["loaded_at"] if moment is None and record["is_deleted"] else moment


def _recency(version: tuple[Record, Record]) -> tuple[Any, ...]:
    """The order of versions: when written, then loaded_at, nulls lowest; then a delete that tells no moment of its own;
    then anything that does not depend on order."""
    record = version[0]
    moments = [written_at(record), record["loaded_at"]]
    is_undated_delete = record["is_deleted"] and record["updated_at"] is None
    return (
        *((moment is not None, moment) for moment in moments),
        is_undated_delete,
        repr(sorted(record.items(), key=lambda cell: cell[0])),
    )
