"""Whatever a loader leaves: no build crashes, no row is lost, and each reject is found again with its reason."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import duckdb
import pytest

from builds.comparing import assert_agrees
from builds.warehouse import Run, Warehouse, fetch
from recomputation import recompute
from recomputation.reading import TABLES
from recomputation.values import Unreadable, as_text
from worlds.committed import RAW_COLUMNS, rules
from worlds.dirty import AS_OF, AS_OF_TEXT, Row, Tables
from worlds.spoiled import (
    KINDS,
    STRANGE_TEXTS,
    BadRows,
    TypedTables,
    bad_rows,
    entry,
    models_of_kinds,
    said_as_text,
    tables_of_kinds,
    typed_tables,
)

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("bad input")]
ROWS = 100_000
COMPARED = ("account_tiers", "rejected_records", "unranked_accounts", "unmatched_signals", "source_reconciliation")


@dataclass
class Built:
    """What went in, what came out, and what dbt and the oracle say about it."""

    rows: Tables
    marts: dict[str, list[Row]]
    expected: dict[str, list[Row]]
    run: Run


def oracle_of(rows: Tables, tables: tuple[str, ...] = COMPARED) -> dict[str, list[Row]]:
    """What the oracle makes of the rows."""
    return {table: found for table, found in recompute(rows, rules(), AS_OF).items() if table in tables}


def strict_json(text: str) -> Any:
    """A value of JSON as the standard has it, that is without NaN and infinities."""

    def refuse(constant: str) -> None:
        raise AssertionError(f"no JSON: {constant}")

    return json.loads(text, parse_constant=refuse)


def assert_nothing_lost(marts: dict[str, list[Row]], rows: dict[str, int]) -> None:
    """Rows in = standing + superseded + deleted + rejected, for every raw table, and as many went in."""
    found = {row["source_table"]: row for row in marts["source_reconciliation"]}
    assert {table: row["rows_in"] for table, row in found.items()} == rows
    for row in found.values():
        assert row["rows_in"] == row["standing"] + row["superseded"] + row["deleted"] + row["rejected"], row
        assert min(row[column] for column in ("standing", "superseded", "deleted", "rejected")) >= 0, row


def assert_quiet(run: Run) -> None:
    """The command succeeded and printed no stack trace."""
    run.check()
    assert not re.search(r"Traceback|\.py\", line|Exception|Unhandled|INTERNAL Error", run.output), run.complaint


# --- Text ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def generated() -> BadRows:
    """The bad rows and what must be said of them."""
    return bad_rows(seed=7, count=ROWS, accounts=1_200, signals=9_000)


@pytest.fixture(scope="module")
def text(generated, tmp_path_factory) -> Built:
    """The bad rows as text, built."""
    warehouse = Warehouse(tmp_path_factory.mktemp("bad_text"))
    warehouse.load(generated.tables)
    run = warehouse.build(raw_schema="raw", as_of=AS_OF_TEXT)
    marts = warehouse.marts() if run.returncode == 0 else {}
    return Built(generated.tables, marts, oracle_of(generated.tables), run)


def test_the_bad_rows_are_many_and_bad_in_every_table(generated):
    assert len(generated) == ROWS
    assert sum(generated.expected.values()) > ROWS
    for table, declared in TABLES.items():
        assert len(generated.tables[table]) > 3_000
        reasons = {reason for name, reason, _, _ in generated.expected if name == table}
        assert {f"missing_{column}" for column in declared.required} <= reasons
    written = {cell for rows in generated.tables.values() for row in rows for cell in row.values()}
    assert set(STRANGE_TEXTS) <= written


def test_bad_text_builds_without_a_stack_trace(text):
    assert_quiet(text.run)


def test_no_row_of_bad_text_is_lost(text):
    assert_nothing_lost(text.marts, {table: len(rows) for table, rows in text.rows.items()})


def test_every_spoiled_cell_is_found_again_with_its_reason_and_its_row(text, generated):
    found: Counter[tuple[str, str, str, str]] = Counter()
    for row in text.marts["rejected_records"]:
        record = strict_json(row["raw_record"])
        assert list(record) == RAW_COLUMNS[row["source_table"]]
        found[entry(row["source_table"], row["reason"], row["severity"], record)] += 1
    lost = generated.expected - found
    assert not lost, f"{lost.total()} of {generated.expected.total()} lost, such as {list(lost)[:5]}"


def test_bad_text_gives_what_the_oracle_says(text):
    assert len(text.marts["account_tiers"]) > 500
    assert_agrees(text.marts, text.expected)


def test_strange_names_are_published_as_they_came(text):
    names = {row["account_name"] for row in text.marts["account_tiers"]}
    assert sum(name in names for name in STRANGE_TEXTS) > len(STRANGE_TEXTS) / 4


# --- Typed -----------------------------------------------------------------------------------------------------------


@dataclass
class Typed:
    """Typed tables, what their cells say, and what was built of them."""

    warehouse: Warehouse
    tables: TypedTables
    kinds: TypedTables
    said: dict[str, list[Row]]
    run: Run


@pytest.fixture(scope="module")
def typed(tmp_path_factory) -> Typed:
    """All tables with typed columns, and every kind of column as every type, built."""
    warehouse = Warehouse(tmp_path_factory.mktemp("bad_types"), files=models_of_kinds())
    tables, kinds = typed_tables(), tables_of_kinds()
    with duckdb.connect(str(warehouse.path)) as connection:
        for statement in ("set TimeZone = 'UTC'", "create schema raw", *tables.statements, *kinds.statements):
            connection.execute(statement)
        said = {table: as_said(connection, table, types) for table, types in (tables.types | kinds.types).items()}
    return Typed(warehouse, tables, kinds, said, warehouse.build(raw_schema="raw", as_of=AS_OF_TEXT))


def as_said(connection: duckdb.DuckDBPyConnection, table: str, types: dict[str, str]) -> list[Row]:
    """The rows of a typed table, every cell as the text that says the same."""
    cells = ", ".join(f'cast("{column}" as varchar) as "{column}"' for column in types)
    return [
        {column: said_as_text(types[column], text) for column, text in row.items()}
        for row in fetch(connection, f"select {cells} from raw.{table} order by place")
    ]


def test_typed_columns_build_without_a_stack_trace(typed):
    assert_quiet(typed.run)


def test_no_typed_row_is_lost(typed):
    assert_nothing_lost(typed.warehouse.marts(), {table: len(typed.said[table]) for table in TABLES})


def test_typed_rejects_are_found_again_with_their_row(typed):
    found: Counter[tuple[str, str, str, int]] = Counter()
    for row in typed.warehouse.mart("rejected_records"):
        record = strict_json(row["raw_record"])
        said = typed.said[row["source_table"]][record["place"]]
        assert {column for column, cell in record.items() if cell is None} == {c for c, t in said.items() if t is None}
        found[row["source_table"], row["reason"], row["severity"], record["place"]] += 1
    expected = Counter(
        (table, row["reason"], row["severity"], place)
        for table in TABLES
        for place, said in enumerate(typed.said[table])
        for row in oracle_of({table: [said]}, ("rejected_records",))["rejected_records"]
    )
    assert expected.total() > 1_000
    of_several_rows = ("invalid_merged_into_account_id", "invalid_merged_into_contact_id")
    circles = {entry for entry in found | expected if entry[1] in of_several_rows}
    assert {entry: found[entry] for entry in found.keys() - circles} == {
        entry: expected[entry] for entry in expected.keys() - circles
    }


def test_typed_columns_give_what_the_oracle_says(typed):
    expected = oracle_of({table: typed.said[table] for table in TABLES})
    assert len(expected["account_tiers"]) > 5
    assert_agrees(typed.warehouse.marts(), expected, with_raw_records=False)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_column_may_come_as_any_type(typed, kind):
    table = f"kind_{kind}"
    built = typed.warehouse.query(f"select * from staging.stg_raw_tables__{table}")
    said = {int(row["id"]): row for row in typed.said[table]}
    assert {int(row["id"]) for row in built} == said.keys()
    wrong = []
    for row in built:
        problems = set(row["problems"].split("|")) - {""}
        if problems:
            assert strict_json(row["raw_record"])["id"] == int(row["id"])
        for column, data_type in typed.kinds.types[table].items():
            if column != "id":
                text = said[int(row["id"])][column]
                value, is_bad = read_as(kind, text)
                if is_bad != (f"value:invalid_{column}" in problems) or not alike(row[column], value):
                    wrong.append(f"{data_type} {text!r} read as {row[column]!r} instead of {value!r}")
    assert not wrong, "\n".join(wrong)


def read_as(kind: str, text: str | None) -> tuple[Any, bool]:
    """What a text is as a kind of column, and whether it is nothing of the kind."""
    nothing = False if kind == "flag" else None
    text = as_text(text)
    if text is None:
        return nothing, False
    try:
        return KINDS[kind][0](text), False
    except Unreadable:
        return nothing, True


def alike(value: Any, expected: Any) -> bool:
    """Whether a built value is the expected one; numbers may have been of single precision."""
    if isinstance(expected, Fraction):
        return value is not None and math.isclose(value, float(expected), rel_tol=1e-6, abs_tol=1e-40)
    return value == expected


# --- Small worlds ----------------------------------------------------------------------------------------------------


def account(account_id: str, **columns: str) -> Row:
    """An account row."""
    return {"account_id": account_id, "account_name": f"=Account {account_id}", **columns}


def signal(signal_id: str, account_id: str | None, **columns: str) -> Row:
    """A signal row."""
    moment = {"signal_type": "demo_request", "occurred_at": "2026-03-14T10:00:00Z"}
    return {"signal_id": signal_id, "account_id": account_id, **moment, **columns}


def circle(size: int) -> list[Row]:
    """Accounts merged one into the next and the last into the first."""
    return [account(f"m{n}", merged_into_account_id=f"m{(n + 1) % size}", domain="one.example") for n in range(size)]


NULLS = {table: [dict.fromkeys(columns)] * 3 for table, columns in RAW_COLUMNS.items()}
WORLDS: dict[str, Tables] = {
    "empty tables": {},
    "nulls everywhere": NULLS,
    "empty texts everywhere": {
        table: [dict.fromkeys(row, text) for row in rows for text in ("", " ", "\u3000")]
        for table, rows in NULLS.items()
    },
    "no account": {
        "signals": [signal("s", "gone"), signal("t", None, domain="x.example")],
        "contacts": [{"contact_id": "c", "account_id": "gone"}],
        "tier_overrides": [{"account_id": "gone", "tier_number": "1"}],
        "account_returns": [{"account_id": "gone", "returned_on": "2026-03-01"}],
        "customer_contracts": [{"account_id": "gone"}],
        "account_technologies": [{"account_id": "gone", "technology": "Slack"}],
        "sales_reps": [{"owner_id": "r", "role": "field", "is_active": "true"}],
    },
    "one account": {"accounts": [account("a")], "signals": [signal("s", "a")]},
    "one account, the same row often": {"accounts": [account("a")] * 9, "signals": [signal("s", "a")] * 9},
    "one account, rejected": {"accounts": [{"account_id": "a", "account_name": " "}], "signals": [signal("s", "a")]},
    "one account, deleted": {"accounts": [account("a", is_deleted="1")], "signals": [signal("s", "a")]},
    "only customers": {"accounts": [account(f"c{n}", is_customer="yes") for n in range(4)]},
    "all accounts tied": {"accounts": [account(f"t{n}") for n in range(60)]},
    "all accounts tied and hot": {
        "accounts": [account(f"t{n}") for n in range(30)],
        "signals": [signal(f"s{n}", f"t{n}") for n in range(30)],
    },
    "merged into itself": {"accounts": [account("a", merged_into_account_id="a")], "signals": [signal("s", "a")]},
    "a circle of two": {"accounts": circle(2), "signals": [signal("s", "m1"), signal("t", None, domain="one.example")]},
    "a circle of eleven": {"accounts": circle(11), "contacts": [{"contact_id": "c", "account_id": "m3"}]},
    "a circle of thirty and a way in": {
        "accounts": [*circle(30), account("in", merged_into_account_id="m7")],
        "signals": [signal("s", "in")],
    },
    "every strange text an account": {
        "accounts": [{"account_id": f"<{text}>", "account_name": f"<{text}>"} for text in STRANGE_TEXTS],
        "signals": [signal(f"<{text}>", f"<{text}>") for text in STRANGE_TEXTS],
    },
    "every strange text a domain": {
        "accounts": [account(f"{n}", domain=text) for n, text in enumerate(STRANGE_TEXTS)],
        "signals": [signal(f"{n}", None, domain=text) for n, text in enumerate(STRANGE_TEXTS)],
    },
}


@pytest.mark.parametrize("name", WORLDS)
def test_small_worlds_build_and_lose_nothing(compiled, name):
    marts = compiled.replay(WORLDS[name], AS_OF, tested=True)
    assert_nothing_lost(marts, {table: len(WORLDS[name].get(table, ())) for table in TABLES})
    assert_agrees(marts, oracle_of(WORLDS[name]))


def test_versions_that_only_a_bar_tells_apart_do_not_depend_on_the_order_of_rows(compiled):
    versions = [account("a", domain="x|y", country="z"), account("a", domain="x", industry="y", country="|z")]
    one, other = (compiled.replay({"accounts": rows}, AS_OF)["account_tiers"] for rows in (versions, versions[::-1]))
    assert one == other
