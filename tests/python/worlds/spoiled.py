"""Rows that a loader should never leave and one day will: every cell may be spoiled, and of each it is known how.

``bad_rows`` gives text rows of all raw tables and, with them, the entries that `rejected_records` must hold for the
cells that were spoiled on purpose. ``typed_tables`` gives SQL that creates all raw tables with typed columns;
``tables_of_kinds`` and ``models_of_kinds`` give a table for every kind of column, in which it comes as every type.
"""

from __future__ import annotations

import json
import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from recomputation.reading import TABLES
from recomputation.values import (
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
from worlds.committed import RAW_COLUMNS, rules
from worlds.dirty import AS_OF, BAD, BAD_WORDS, TEXTS, Row, Tables, facts, spell_moment, spelled, version_of

# --- Cells -----------------------------------------------------------------------------------------------------------

LONG = "very long " * 700
STRANGE_TEXTS = (
    *("\x00", "a\x00b", "\x01\x02\x07\x08\x1b[31mred\x1b[0m", "\x1cfile\x1f", "\x7f", "\x80\x9f", "\r\nHost: x"),
    "a\nb\tc",
    *("\ufeffBOM", "zero\u200bwidth", "\u200b", "\u200d\u2060", "soft\u00adhyphen", "\u202eevil\u202c"),
    "\u2066x\u2069",
    *("שלום", "مرحبا بالعالم", "日本語", "हिन्दी", "Ελλάδα", "Zoë", "Zoe\u0308", "\u0301"),
    "Z" + "\u0310\u0333\u0489" * 60,
    *(
        "👩‍👩‍👧‍👦",
        "🇺🇦",
        "👍🏽",
        "\U0001f4a9" * 300,
        "\U0010ffff",
        "\uffff",
        "\ufdd0",
        "\ue000",
        "ﬁ",
        "\uff21\uff22\uff23",
        "½",
    ),
    *("\\", "\\\\", "\\x00", "\\u0000", "\\ud800", "\\N", "\\'", "%00", "%s%n", "&#0;", "&lt;b&gt;", "<script>"),
    "\\r\\n",
    *("'", "''", '"', '""', "`", "O'Brien", 'x"y', "'; drop table accounts; --", "/*", "*/", "--", "$$", "$1"),
    *("?", ":x"),
    *("{{ 1 / 0 }}", "{% raise %}", "{# x", "${jndi:ldap://x}", "{'a': 1}", '{"a":1}', '{"a"', "[", "[1,2]"),
    *("](x)", "0"),
    *("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1+1)", "=1+1", '=HYPERLINK("//x")', "+", "-", "@", "="),
    *("\t=1", ";=1"),
    *("|", "||", "a|b", "|b", "b|", "|record:invalid_domain", "value:invalid_x", ":", "record", "a:b|c:d", ","),
    *("a,b", ";"),
    *("null", "NULL", "None", "nil", "undefined", "NaN", "nan", "Infinity", "true", "1e5", "-1", "2026-02-30"),
    *("#N/A", "N/A"),
    *(
        "a " * 3,
        "a\u00a0b",
        "\u3000wide\u3000",
        "x" * 3000,
        LONG,
        "\n".join("lines"),
        "é" * 999,
        "9" * 500,
        "a/b?c#d",
        "://",
    ),
)
EMPTY = (None, "", " ", "\t\n", "\u00a0", "\u2003\u3000", "\u2028\x85", " \r\n \v\f ")
BAD_NUMBERS = (
    *("NaN", "nan", "-NaN", "inf", "-inf", "Infinity", "-Infinity", "+inf", "1e309", "-1e309"),
    "1e99999999999999999999",
    *("9" * 400, "1.8e308", "0x1F", "0b1", "1_000", "1,000", "1.000,00", "1 000", "1\u00a0000", "1'000", "$1"),
    *("1%", "5k"),
    *("1.", ".", "-.", "e5", "1e", "1e+", "1e1.5", "--1", "+-1", "-", "+", "1-", "(1)", "1/2", "=1+1", "\uff11\uff12"),
    *("\u0663", "½", "∞"),
    *("1\x00", "\x001", "1\u200b", "\ufeff1", "1\n2", "true", "one", "2026-03-01", "null", "[1]", '"1"', "'1'"),
    *("1d", "1f"),
)
NEGATIVE_NUMBERS = ("-1", "-0.0000001", "-1e-300", "-1e308", "-9223372036854775808", "-00005", "-.5")
EDGE_NUMBERS = (
    *("0", "-0", "+0", "-0.0", "0e999999999", "-1e-400", "1e-400", "5e-324", "1e-308", "1e308"),
    "1.7976931348623157e308",
    *("1e+0000000000000000000000007", "00000000000000000000001", "0." + "0" * 400 + "1", "1" + "0" * 300, ".5", "1E2"),
    *("18446744073709551615", "170141183460469231731687303715884105727", "0.1" + "1" * 900, "1" + "0" * 400 + "e-400"),
)
BAD_MOMENTS = (
    *("0000-01-01", "0000-00-00", "0000-00-00 00:00:00", "2026-00-10", "2026-13-01", "2026-01-00", "2026-02-29"),
    *("2026-02-30", "2026-04-31", "1900-02-29", "2100-02-29", "1500-02-29", "-0001-01-01", "-2026-01-01"),
    "+2026-01-01",
    *("12026-01-01", "99999-12-31", "226-01-01", "0044-03-15 (BC)", "infinity", "-infinity", "epoch", "now", "today"),
    *("2026-01-01T24:00", "2026-01-01T24:00:00", "2026-01-01T23:59:60", "2026-01-01T23:60", "2026-01-01T25:00:00"),
    *("2026-01-01T10:00:00+24:00", "2026-01-01T10:00:00+25", "2026-01-01T10:00:00-99:99", "2026-01-01T10:00+10:60"),
    *("9999-12-31T23:59:59-00:01", "9999-12-31T23:00-0200", "0001-01-01T00:00+00:01", "0001-01-01T23:59:59+23:59:59"),
    *("2026-01-01T10:00:00+2", "2026-01-01T10:00:00+02:0", "2026-01-01T10:00:00 +02:00"),
    "2026-01-01T10:00:00\u221205:00",
    *("2026-01-01Z", "2026-01-01+02:00", "2026-01-01T", "2026-01-01T10", "2026-01-01T1:00", "2026-01-01T10:00:"),
    "T10:00",
    *("2026-01-01T10:00:00.", "2026-01-01T10:00:00,5", "2026-01-01T10:00.5", "2026-01-01  10:00", "2026-01-01\n10:00"),
    *("2026-01-01t10:00:00", "2026-01-01T10:00:00z", "2026-01-01 10:00:00 utc", "2026-01-01 10:00 Europe/Berlin"),
    *("2026-01-01 10:00:00 PST", "2026-01-01 10:00 AM", "2026-W01-1", "2026-001", "20260101", "20260101T100000Z"),
    *("01/02/2026", "1.2.2026", "2026/01/01", "2026-1-1", "Jan 1, 2026", "1767225600", "1.7e9", "46023", "10:00:00"),
    *(
        "\uff12\uff10\uff12\uff16-01-01",
        "2026\u201001\u201001",
        "2026-01-01\x00",
        "2026-01-01\u200b",
        "\ufeff2026-01-01",
    ),
    "'2026-01-01'",
    *("=TODAY()", "2026-01-01|2026-01-02", "true", "nan", "null", "9" * 300, LONG),
)
EDGE_MOMENTS = (
    *("0001-01-01", "9999-12-31", "9999-12-31T23:59:59.999999", "9999-12-31T23:59:59.9999999999", "1582-10-10"),
    *("0001-01-01T14:00:00+14:00", "1970-01-01T00:00:00+23:59", "1969-12-31T23:59:59.999999999Z", "2024-02-29"),
    *("2026-03-14 21:34:56." + "7" * 200, "2026-03-29T02:30:00+01", "2026-03-08T02:30-0800"),
    "2026-03-14T00:00:00-00:00",
)
BAD_FLAGS = (
    *("maybe", "2", "-1", "on", "off", "oui", "1.1", "0.5", "1e1", "truee", "tru", "ye", "ja", "x", "nan", "null"),
    *("tru\u0435", "\uff59", "✓", "✅", "t\x00", "y\u200b", "\ufefftrue", "t|f", "=TRUE()", "'true'", '"1"'),
    *("true,", "\u0660"),
)
BAD_CATEGORIES = (
    *("unheard of", "0", "1", "?", "n/a", "null", "nan", "high|low", "high,low", "'high'", "high\u200b", "high\x00"),
    *(
        "\uff48igh",
        "h1gh",
        "\ufeffhigh",
        "gr\u0435enfield",
        "em ail",
        "e\u0301mail",
        "call;",
        "=call",
        "-",
        "true",
        LONG,
        "👍",
    ),
)
BAD_CELLS = {
    read_number: (*BAD_NUMBERS, *NEGATIVE_NUMBERS),
    read_percentage: (*BAD_NUMBERS, *NEGATIVE_NUMBERS, "100.0000001", "101", "1e308"),
    read_signed_number: BAD_NUMBERS,
    read_ordinal: (*BAD_NUMBERS, *NEGATIVE_NUMBERS, "0", "0.5", "1.5", "1e-400"),
    read_flag: BAD_FLAGS,
    read_timestamp: BAD_MOMENTS,
    read_date: BAD_MOMENTS,
}
EDGE_CELLS = {
    read_number: EDGE_NUMBERS,
    read_signed_number: (*EDGE_NUMBERS, *NEGATIVE_NUMBERS),
    read_percentage: ("0", "-0", "100", "1e2", "99.9999999", "5e-324", "1e-400"),
    read_flag: ("1.0", "+1", "0.0", "0.000", "0.000000000", "-0", "+0", "00", ".0", "0e5", "1e-400"),
    read_ordinal: ("1", "1.0", "+2", "3e0", "0004", "999999", "10e-1"),
    read_timestamp: EDGE_MOMENTS,
    read_date: EDGE_MOMENTS,
}


def is_text(table: str, column: str) -> bool:
    """Whether a column holds any text."""
    return TABLES[table].columns[column] in TEXTS


# --- Text rows -------------------------------------------------------------------------------------------------------


@dataclass
class BadRows:
    """Raw rows and the entries that must be found again, as (table, reason, severity, row as JSON text)."""

    tables: Tables
    expected: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)

    def __len__(self) -> int:
        return sum(map(len, self.tables.values()))


def entry(table: str, reason: str, severity: str, row: Row) -> tuple[str, str, str, str]:
    """An entry of rejected_records in a form that can be counted."""
    return table, reason, severity, json.dumps({column: row.get(column) for column in RAW_COLUMNS[table]})


def bad_rows(seed: int, count: int, accounts: int, signals: int) -> BadRows:
    """So many rows: those of a plausible world with spoiled cells, filled up with rows that are garbage throughout."""
    rng = random.Random(seed)
    made = BadRows({table: [] for table in TABLES})
    world = spelled(facts(seed, rules(), accounts, signals), seed, bad=False)
    ids = sorted({as_text(row["account_id"]) for row in world["accounts"]})
    ids += [f"{text} " * 2 for text in STRANGE_TEXTS if len(text) < 99] + ["Æ|1", "=1", "-1", "1", "1.0", "01", "nan"]
    taken: dict[tuple, Row] = {}
    for table, rows in world.items():
        for row in rows:
            spoiled, reasons = _spoiled(rng, table, row, rng.choice((1, 1, 2, 3)), required=0.25)
            _add(made, taken, table, spoiled, reasons)
    garbage = _garbage(rng, [text.strip() for text in ids])
    while len(made) < count:
        table, row = next(garbage)
        spoiled, reasons = _spoiled(rng, table, row, rng.choice((0, 1, 2, 4, 9)), required=0.1)
        _add(made, taken, table, spoiled, reasons)
        if rng.random() < 0.03 and len(made) < count:  # the same row twice
            _add(made, taken, table, dict(spoiled), reasons)
    for rows in made.tables.values():
        rng.shuffle(rows)
    return made


def _add(made: BadRows, taken: dict[tuple, Row], table: str, row: Row, reasons: dict[str, str]) -> None:
    """Adds a row unless only a hash would tell which of it and another of the same key and age stands."""
    row = {column: row.get(column) for column in RAW_COLUMNS[table]}
    if _is_delete(table, row):  # nothing rejects it
        reasons = dict.fromkeys((reason for reason in reasons if reason.startswith("invalid_")), "value")
    if "record" not in reasons.values() and taken.setdefault((table, *version_of(table, row)), row) != row:
        return
    made.tables[table].append(row)
    made.expected.update(entry(table, reason, severity, row) for reason, severity in reasons.items())


def _is_delete(table: str, row: Row) -> bool:
    """Whether a row deletes a record: it says so, and has the key."""
    declared = TABLES[table]
    has_key = all(
        _read(table, column, row) is not None or (column not in declared.required and as_text(row.get(column)) is None)
        for column in declared.key
    )
    return has_key and _read(table, "is_deleted", row) is True


def _read(table: str, column: str, row: Row) -> object:
    """A cell as it is read, if it can be."""
    read, text = TABLES[table].columns.get(column), as_text(row.get(column))
    try:
        return None if read is None or text is None else read(text)
    except Unreadable:
        return None


def _spoiled(rng: random.Random, table: str, row: Row, cells: int, required: float) -> tuple[Row, dict[str, str]]:
    """The row with so many cells made strange or unreadable, and the reasons (with severity) that this gives."""
    row, reasons = dict(row), {}
    declared = TABLES[table]
    optional = [column for column in declared.columns if column not in declared.required]
    chosen = set(rng.sample(optional, min(cells, len(optional))))
    if rng.random() < required:
        chosen.add(rng.choice(declared.required))
    for column in sorted(chosen):
        read, is_required = declared.columns[column], column in declared.required
        choice = rng.random()
        if is_required and (choice < 0.4 or read in TEXTS):
            row[column] = rng.choice(EMPTY)
            reasons[f"missing_{column}"] = "record"
            if column == "signal_type" and rng.random() < 0.7:
                row[column] = rng.choice([text for text in STRANGE_TEXTS if text.strip()])
                reasons = {reason: kind for reason, kind in reasons.items() if reason != "missing_signal_type"}
                reasons["unknown_signal_type"] = "record"
        elif read in TEXTS:
            keys = "account_id" in column or "contact_id" in column or "owner_id" in column
            row[column] = rng.choice((row.get(column), "nobody", None)) if keys else _strange(rng)
        elif choice < 0.15:
            row[column] = rng.choice(EMPTY)
        elif choice < 0.35 and not is_required:
            row[column] = rng.choice(EDGE_CELLS.get(read, (None,)))
        else:
            more = BAD.get(read, BAD_WORDS)
            row[column] = rng.choice((*BAD_CELLS.get(read, BAD_CATEGORIES), *more))
            reasons[f"invalid_{column}"] = "record" if is_required or column in declared.decisive else "value"
    if "invalid_seniority" in reasons:
        row["job_title"] = None  # field_mappings may read one in it
    return row, reasons


def _strange(rng: random.Random) -> str | None:
    if rng.random() < 0.1:
        return rng.choice(EMPTY)
    text = rng.choice(STRANGE_TEXTS)
    return text if len(text) < 400 or rng.random() < 0.1 else f"{text[:9]}…"  # one long text tells as much as many


def _garbage(rng: random.Random, ids: list[str]) -> Iterator[tuple[str, Row]]:
    """Rows of nowhere in all tables in turn: strange texts, orphans, merges in circles, any key."""
    types = [row["signal_type"] for row in rules()["signal_types"]]
    seconds = [rng.randrange(-(10**5), 10**8) for _ in range(10_000)]
    moments = [spell_moment(rng, AS_OF - timedelta(seconds=n, microseconds=n % 10**6)) for n in seconds]
    number = 0
    while True:
        for table, declared in TABLES.items():
            number += 1
            row: Row = {}
            for column, read in declared.columns.items():
                if read in TEXTS:
                    row[column] = _strange(rng)
                elif read in (read_timestamp, read_date):
                    row[column] = rng.choice(moments)
                else:
                    row[column] = rng.choice(
                        EDGE_CELLS.get(read, ("true", "n", None, "high", "email", "HIGH", "Field"))
                    )
                    if read not in BAD_CELLS:  # a category of another column is none of this one
                        row[column] = None
            for column in row:
                if column in ("account_id", "merged_into_account_id", "parent_account_id"):
                    row[column] = rng.choice(ids) if rng.random() < 0.8 else f"orphan {rng.choice(STRANGE_TEXTS)}"
                elif column in declared.key and is_text(table, column):
                    row[column] = f"{_strange(rng) or ''}{number if rng.random() < 0.9 else ''}"
            if table == "accounts" and rng.random() < 0.7:
                row["merged_into_account_id"] = None
            if table == "account_merges" and rng.random() < 0.9:
                row["account_id"] = f"old {number}"
            if table == "customer_contracts":
                row["account_id"] = f"{row['account_id']}{number}" if rng.random() < 0.9 else row["account_id"]
            if table == "signals":
                row["signal_type"], row["loaded_at"] = rng.choice(types), None
            yield table, row


# --- Typed tables ----------------------------------------------------------------------------------------------------


NOT_NUMBERS = ("'nan'", "'inf'", "'-inf'")
TYPED_CELLS: dict[str, tuple[str, ...]] = {
    "varchar": ("'high'", "'12.5'", "'2026-03-01T10:00+02'", "'yes'", "'NaN'", "'=1+1'", "'\u202e'", "' '", "''"),
    "integer": ("1", "0", "-1", "2147483647", "-2147483648", "20260301"),
    "double": ("1", "0", "-0.0", "0.5", "1e308", "1.7976931348623157e308", "5e-324", "1e16", "-2.5", *NOT_NUMBERS),
    "date": (
        *("'2026-03-01'", "'0001-01-01'", "'9999-12-31'", "'infinity'", "'-infinity'", "'10000-01-01'"),
        *("'0044-03-15 (BC)'", "'5881580-07-10'", "'5877642-06-25 (BC)'", "'2024-02-29'"),
    ),
    "timestamp": (
        *("'2026-03-01 10:00:00.123456'", "'0001-01-01'", "'9999-12-31 23:59:59.999999'", "'infinity'", "'-infinity'"),
        *("'10000-01-01'", "'0001-12-31 (BC) 23:59:59'", "'294247-01-10 04:00:54.775806'"),
        "'290309-12-22 (BC) 00:00:00'",
    ),
    "boolean": ("true", "false"),
    "bigint": ("1", "0", "-9223372036854775808", "9223372036854775807", "1773525296000"),
    "decimal(18,3)": ("1", "0", "0.999", "-0.001", "999999999999999.999", "-999999999999999.999", "50.125"),
    "timestamptz": (
        *("'2026-03-01 10:00:00+05'", "'infinity'", "'-infinity'", "'0001-01-01 00:00:00+00'"),
        *("'10000-01-01 00:00:00+00'",),
        *(
            "'0001-12-31 (BC) 23:59:59+00'",
            "'9999-12-31 23:59:59.999999+00'",
            "make_timestamptz(294247, 1, 10, 4, 0, 54.0)",
        ),
        "make_timestamp(-9223372022400000000)::timestamptz",
    ),
    "float": ("1", "0", "0.1", "3.4028235e38", "1e-45", "-0.0", "-1", *NOT_NUMBERS),
    "tinyint": ("1", "0", "-128", "127"),
    "smallint": ("1", "0", "-32768", "32767"),
    "hugeint": (
        *("1", "0", "'-170141183460469231731687303715884105728'", "'170141183460469231731687303715884105727'"),
        "100000000000000000000",
    ),
    "ubigint": ("1", "0", "18446744073709551615"),
    "uhugeint": ("1", "0", "'340282366920938463463374607431768211455'"),
    "utinyint": ("1", "0", "255"),
    "usmallint": ("1", "0", "65535"),
    "uinteger": ("1", "0", "4294967295"),
    "bignum": ("1", "0", "-1", "'" + "9" * 400 + "'", "'1" + "0" * 200 + "'"),
    "decimal(38,0)": ("1", "0", "'" + "9" * 38 + "'", "'-" + "9" * 38 + "'"),
    "decimal(38,37)": ("1", "0", "0.5", "-9.9", "'0." + "0" * 36 + "1'"),
    "timestamp_ns": (
        "'2026-03-01 10:00:00.123456789'",
        "'1677-09-22'",
        "'2262-04-11 23:47:16.854775806'",
        "'infinity'",
    ),
    "timestamp_ms": (
        "'2026-03-01 10:00:00.123'",
        "'infinity'",
        "'-infinity'",
        "'0044-03-15 (BC) 00:00:00'",
        "'20000-01-01'",
    ),
    "timestamp_s": (
        "'2026-03-01 10:00:00'",
        "'infinity'",
        "'-infinity'",
        "'290000-01-01'",
        "'0044-03-15 (BC) 00:00:00'",
    ),
    "time": ("'10:00:00'", "'24:00:00'", "'00:00:00'"),
    "timetz": ("'10:00:00+02:00'", "'23:59:59-15:00'"),
    "interval": ("'1 day'", "'-3 months'", "'1 year 2 days 00:00:01'"),
    "uuid": ("'ce2c63a8-251d-4141-8ba7-aa5e69f6b783'", "'00000000-0000-0000-0000-000000000000'"),
    "blob": ("'\\xAA\\x00\\xFF'", "'high'", "'1'", "''"),
    "bit": ("'1'", "'0'", "'10101'"),
    "json": (
        *("'{\"a\": [1, null]}'", "'[]'", "'1'", "'-2.5'", "'true'", "'null'", "'\"HIGH\"'", "'\" \"'"),
        *('\'"a \\" b"\'', "'\"12.5\"'", "'\"2026-03-01\"'", "'\"1.0\"'"),
        *("'1.0'", "'0.500'", "'-0.0'", "'1.2345678901234568e+16'", "'12345678901234567'", "'1e400'", "'[1.0]'"),
    ),
    "enum('high', 'field', '1', '2026-03-01', 'sad \u200b', 'replied')": (
        "'high'",
        "'field'",
        "'1'",
        "'2026-03-01'",
        "'replied'",
    ),
    "integer[]": ("[1]", "[]", "[null, -1]"),
    "double[]": ("[1.5]", "[0]", "['inf'::double]"),
    "varchar[]": ("['high']", "['a', null, 'b|c']"),
    "date[]": ("['2026-03-01']", "[null]"),
    "timestamp[]": ("['2026-03-01'::timestamp]",),
    "timestamptz[]": ("['2026-03-01 00:00:00+00'::timestamptz]",),
    "boolean[]": ("[true]", "[false, null]"),
    "decimal(9,2)[]": ("[1.25]",),
    "bigint[2]": ("[1, 2]",),
    "struct(a integer, b varchar)": ("{'a': 1, 'b': 'x'}", "{'a': null, 'b': '\"'}"),
    "struct(a double)[]": ("[{'a': 1.5}]",),
    "map(varchar, integer)": ("map {'a': 1}", "map {}"),
    "union(n integer, t varchar)": ("union_value(n := 1)", "union_value(t := 'high')"),
    "time_ns": ("'10:00:00.123456789'",),
}
Values = tuple[str, tuple[str, ...]]  # a type and values of it, as SQL
KEY_TYPES = (
    *("integer", "varchar", "blob", "bigint", "json", "hugeint", "decimal(20,0)", "ubigint", "bignum"),
    *("double", "decimal(18,3)"),
)
TYPED_ROWS = 36
READABLE_TYPES: dict[str, Values] = {  # what must be readable for rows to stand
    "account_name": ("varchar", ("'Zoë \u202e'", "'=1+1'", "' '", "'x\\y\"'")),
    "signal_type": (
        "enum('demo_request', 'website_visit', 'nothing')",
        ("'demo_request'", "'website_visit'", "'nothing'"),
    ),
    "occurred_at": ("timestamptz", ("'2026-03-14 10:00:00+05'", "'2026-03-01 23:00:00-05'", "'infinity'")),
    "created_at": ("timestamp_ns", ("'2026-03-01 10:00:00.123456789'", "'infinity'")),
    "returned_on": ("date", ("'2026-03-01'", "'2027-03-01'", "'-infinity'")),
    "measured_on": ("timestamp_s", ("'2026-03-01 10:00:00'", "'290000-01-01'")),
    "tier_number": ("tinyint", ("1", "2", "-128", "0")),
    "is_customer": ("boolean", ("true", "false", "false")),
    "is_deleted": ("decimal(18,3)", ("0", "0", "0", "0.999", "1")),
}


@dataclass
class TypedTables:
    """SQL that creates the raw tables, and the type of each of their columns."""

    statements: list[str] = field(default_factory=list)
    types: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, table: str, columns: dict[str, Values], numbers: Iterable[int | None]) -> None:
        """A table with a row a number, which is its key, and an extra column with the place of each row."""
        self.types[table] = {column: data_type for column, (data_type, _) in columns.items()}
        listed = ", ".join(f'"{column}" {data_type}' for column, data_type in self.types[table].items())
        self.statements.append(f"create table raw.{table} ({listed}, place integer)")
        rows = [[_typed_cell(n, *values) for values in columns.values()] for n in numbers]
        values = ", ".join(f"({', '.join(cells)}, {place})" for place, cells in enumerate(rows))
        self.statements.append(f"insert into raw.{table} values {values}")


def typed_tables() -> TypedTables:
    """All raw tables, columns of a kind as the types in turn, with rows in which every value of every type occurs.

    Keys are unique but for a row that occurs twice and one without.
    """
    made = TypedTables()
    turns: Counter[object] = Counter()
    for table, declared in TABLES.items():
        columns: dict[str, Values] = {}
        for column, read in declared.columns.items():
            if is_text(table, column) and (column == "account_id" or column in declared.key[:1]):
                columns[column] = (KEY_TYPES[len(made.types) % len(KEY_TYPES)], ())
            elif column in READABLE_TYPES:
                columns[column] = READABLE_TYPES[column]
            else:
                kind = read if read in BAD_CELLS or read in TEXTS else "category"
                columns[column] = list(TYPED_CELLS.items())[turns[kind] % len(TYPED_CELLS)]
                turns[kind] += 1
        made.add(table, columns, (*range(TYPED_ROWS), 0, None))
    return made


# Every kind of column as every type: raw tables of the tests' own, one a kind, with a column a type.
KINDS: dict[str, tuple[Callable[[str], object], str, dict[str, object]]] = {
    "text": (read_text, "text", {}),
    "name": (read_name, "name", {}),
    "category": (one_of("high", "field", "replied"), "category", {"values": ["high", "field", "replied"]}),
    "number": (read_number, "number", {"minimum": 0}),
    "signed": (read_signed_number, "number", {}),
    "percentage": (read_percentage, "number", {"minimum": 0, "maximum": 100}),
    "flag": (read_flag, "boolean", {}),
    "moment": (read_timestamp, "timestamp", {}),
    "day": (read_date, "date", {}),
}


def tables_of_kinds() -> TypedTables:
    """A table a kind of column, with all values of all types."""
    made = TypedTables()
    for kind in KINDS:
        columns = {"id": ("integer", ()), **{f"c{n}": item for n, item in enumerate(TYPED_CELLS.items())}}
        made.add(f"kind_{kind}", columns, range(max(len(literals) for literals in TYPED_CELLS.values()) + 1))
    return made


def models_of_kinds() -> dict[str, str]:
    """The declaration of these tables and the models that stage them, as files of a project."""
    tables = []
    files = {}
    for kind, (_, data_type, meta) in KINDS.items():
        columns = [{"name": f"c{n}", "data_type": data_type, "config": {"meta": meta}} for n in range(len(TYPED_CELLS))]
        columns.insert(0, {"name": "id", "data_type": "text", "config": {"meta": {"required": True}}})
        tables.append({"name": f"kind_{kind}", "config": {"meta": {"key": ["id"]}}, "columns": columns})
        files[f"models/staging/raw_tables/stg_raw_tables__kind_{kind}.sql"] = f'{{{{ stage_raw("kind_{kind}") }}}}\n'
    place = {"database": "{{ target.database }}", "schema": "{{ var('raw_schema') }}"}
    sources = [{"name": "raw_tables", **place, "tables": tables}]
    files["models/staging/raw_tables/_kinds.yml"] = json.dumps({"version": 2, "sources": sources})
    return files


def _typed_cell(n: int | None, data_type: str, literals: tuple[str, ...]) -> str:
    """The n-th of the values of a type; of a key, n itself."""
    choices = (*literals, "null")
    literal = choices[(n or 0) % len(choices)] if literals else f"'{n}'" if n is not None else "null"
    return f"({literal})::{data_type}"


def said_as_text(data_type: str, text: str | None) -> str | None:
    """What a typed cell says, as text: JSON's text without quotes, a number without the zeros that its type adds."""
    if text is None or data_type.endswith("]"):
        return text
    if data_type == "json":
        value = json.loads(text)
        if isinstance(value, float) and math.isfinite(value):
            return as_text(value)
        if isinstance(value, dict | list):
            return json.dumps(value, separators=(",", ":"))
        return value if value is None or isinstance(value, str) else text
    if data_type.startswith("decimal"):
        return as_text(Decimal(text))
    if data_type in ("float", "double") and float(text).is_integer():
        return as_text(float(text))
    return text
