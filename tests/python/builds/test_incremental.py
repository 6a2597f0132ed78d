"""A build that reads only what was loaded since gives what a build that reads everything gives, to the last row.

A machine of hypothesis loads, corrects, deletes, repeats and removes rows, lists and unlists types, merges accounts,
moves as_of forwards and back, and kills builds between their steps, in any order; real builds tell a shorter story.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from builds.comparing import exactly, of_the_moment
from builds.compiled import CompiledProject, IncrementalWarehouse
from builds.warehouse import Warehouse
from worlds.committed import rules
from worlds.dirty import AS_OF_TEXT, as_text, facts
from worlds.rule_sets import primary_only, with_rows
from worlds.small import ACCOUNT, AS_OF, SIGNAL, TABLES, try_sequences, written

TYPES = {
    "committed": primary_only(),
    "one type more": with_rows(primary_only(), signal_types="x | web | 3 | 5"),
    "one type less": {
        **primary_only(),
        **{
            name: [row for row in rules()[name] if row["signal_type"] != "email_click"]
            for name in ("signal_types", "signal_mappings")
        },
    },
}


class Loads(RuleBasedStateMachine):
    """Raw rows that come and go; after each step, an incremental build and one from scratch."""

    compiled: CompiledProject

    @initialize(world=st.fixed_dictionaries(TABLES))
    def begin(self, world):
        self.raw = {table: list(rows) for table, rows in world.items()}
        self.as_of, self.rules, self.loaded_at = AS_OF, "committed", AS_OF - timedelta(days=40)
        self.warehouse = IncrementalWarehouse(self.compiled)

    @rule(rows=st.lists(SIGNAL, max_size=6), days=st.sampled_from([0, 0, 1, 1, 9]), stamped=st.booleans())
    def load(self, rows, days, stamped):
        """New rows, late ones among them, some of records that are known; with or without a moment of loading."""
        self.loaded_at += timedelta(days=days, hours=1)
        self.raw["signals"] += [{**row, "loaded_at": self.loaded_at if stamped else row["loaded_at"]} for row in rows]

    @rule(pick=st.integers(0, 99), change=SIGNAL, days=st.sampled_from([0, 1]))
    def correct(self, pick, change, days):
        """Another version of a record: other cells, deleted or not."""
        self.loaded_at += timedelta(days=days, hours=1)
        self.append(pick, {**change, "loaded_at": self.loaded_at})

    @rule(pick=st.integers(0, 99), again=st.booleans())
    def repeat(self, pick, again):
        """A row arrives twice, in the same load or in a later one."""
        self.append(pick, {"loaded_at": self.loaded_at} if again else {})

    @rule(pick=st.integers(0, 99))
    def remove(self, pick):
        """A row is no longer there."""
        if self.raw["signals"]:
            self.raw["signals"].pop(pick % len(self.raw["signals"]))

    @rule(pick=st.integers(0, 99), change=SIGNAL)
    def overwrite(self, pick, change):
        """A loader that keeps one row a record writes over it."""
        if self.raw["signals"]:
            self.loaded_at += timedelta(hours=1)
            row = self.raw["signals"][pick % len(self.raw["signals"])]
            row |= {**change, "signal_id": row["signal_id"], "loaded_at": self.loaded_at}

    @rule(pick=st.integers(0, 99), change=SIGNAL, whole=st.booleans())
    def swap(self, pick, change, whole):
        """A batch is rewritten with as many rows and the same stamps: a row is another record, or has other cells."""
        if self.raw["signals"]:
            row = self.raw["signals"][pick % len(self.raw["signals"])]
            kept = ("loaded_at",) if whole else ("loaded_at", "signal_id")
            row |= {**change, **{name: row[name] for name in kept}}

    @rule(name=st.sampled_from(sorted(TYPES)))
    def list_types(self, name):
        """A type of signal is listed, or no longer."""
        self.rules = name

    @rule(account=ACCOUNT)
    def change_accounts(self, account):
        """An account changes or is merged."""
        self.raw["accounts"].append(account)

    @rule(days=st.integers(-60, 60))
    def move(self, days):
        """Another as_of, forwards or back."""
        self.as_of += timedelta(days=days)

    @rule(
        step=st.sampled_from(
            ["stg_raw_tables__accounts", "stg_raw_tables__signal_loads", "stg_raw_tables__signals", "int_factors"]
        )
    )
    def kill(self, step):
        """A build ends between two steps."""
        self.warehouse.build(written(self.raw), self.as_of, TYPES[self.rules], stop_after=step)

    def append(self, pick, change):
        """A copy of a row with other cells."""
        rows = self.raw["signals"]
        if rows:
            row = rows[pick % len(rows)]
            rows.append({**row, **change, "signal_id": row["signal_id"]})

    @invariant()
    def as_from_scratch(self):
        raw, rule_rows = written(self.raw), TYPES[self.rules]
        found, expected = (
            exactly(of_the_moment(warehouse.build(raw, self.as_of, rule_rows)))
            for warehouse in (self.warehouse, IncrementalWarehouse(self.compiled))
        )
        assert found == expected, [table for table in expected if found[table] != expected[table]]


@pytest.mark.worlds
def test_any_sequence_of_loads(compiled_by_load):
    Loads.compiled = compiled_by_load
    try_sequences(Loads, 3)


@pytest.mark.worlds
def test_a_batch_that_is_rewritten_with_the_same_stamps_is_read_again(compiled_by_load):
    """As many rows, the same moments of loading: other records, other accounts, another cell, a row twice."""
    stamps = {"signal_type": "demo_request", "occurred_at": AS_OF, "loaded_at": AS_OF}
    accounts = [{"account_id": name, "account_name": name} for name in "ab"]

    def batch(*rows):
        signals = [dict(zip(("signal_id", "account_id", "channel"), row, strict=True)) | stamps for row in rows]
        return written({"accounts": accounts, "signals": signals})

    warehouse = IncrementalWarehouse(compiled_by_load)
    for raw in (
        batch(("1", "a", "web"), ("2", "a", "web")),
        batch(("3", "b", "web"), ("4", "a", "web")),
        batch(("3", "a", "web"), ("4", "b", "web")),
        batch(("3", "a", "web"), ("4", "b", "email")),
        batch(("3", "a", "web"), ("3", "a", "web")),
    ):
        found, expected = (
            exactly(of_the_moment(each.build(raw, AS_OF, TYPES["committed"])))
            for each in (warehouse, IncrementalWarehouse(compiled_by_load))
        )
        assert found == expected


@pytest.mark.long
def test_a_view_that_reads_something_else_is_read_again(tmp_path):
    """A table that the view joins changes, then the view gets a column; nothing is loaded anew."""
    raw = as_text(facts(32, rules(), 30, 300))
    for row in raw["signals"]:
        row["loaded_at"] = row["loaded_at"] or "2026-03-01T00:00:00Z"
    typed = "create or replace view raw.signals as select seen.* {} from raw.seen join raw.kinds using (signal_type)"
    warehouse, fresh = Warehouse(tmp_path / "again"), Warehouse(tmp_path / "fresh")
    kinds = [{"signal_type": name} for name in {row.get("signal_type") for row in raw["signals"]}]
    for each, steps in ((warehouse, (0, 1)), (fresh, (1,))):
        each.folder.mkdir()
        for step in steps:
            each.load({"seen" if table == "signals" else table: rows for table, rows in raw.items()})
            each.load({"kinds": kinds[step:]})
            with each.connect() as connection:
                connection.execute(typed.format(", 1 as extra" if step else ""))
            each.build(raw_schema="raw", as_of=AS_OF_TEXT).check()
    assert exactly(of_the_moment(warehouse.marts())) == exactly(of_the_moment(fresh.marts()))
    assert any("extra" in row["raw_record"] for row in warehouse.mart("rejected_records"))


@pytest.mark.beyond_ci
@pytest.mark.long
def test_real_builds_one_after_another(tmp_path):
    warehouse, fresh = Warehouse(tmp_path / "again"), Warehouse(tmp_path / "fresh")
    for each in (warehouse, fresh):
        each.folder.mkdir()
    assert_builds_one_after_another_agree(warehouse, fresh)


def assert_builds_one_after_another_agree(warehouse: Warehouse, fresh: Warehouse) -> None:
    """Three loads, the second with corrections and deletions of the first, and a change of as_of and of rules."""
    typed = facts(36, rules(), 60, 900)  # of which every day of loading has signals of the type that goes
    signals, days = typed["signals"], [AS_OF - timedelta(days=2), AS_OF - timedelta(days=1), AS_OF]
    for number, row in enumerate(signals):
        row["loaded_at"] = days[number % 3] if number % 50 else None
    fewer = {name: TYPES["one type less"][name] for name in ("signal_types", "signal_mappings")}
    builds = [(1, AS_OF_TEXT, {}), (2, AS_OF_TEXT, {}), (3, "2026-02-01", {}), (3, AS_OF_TEXT, fewer)]
    for each in (warehouse, fresh):
        each.files = {"tests/sql/holds.sql": "select 1 as one where 1 = 0"}  # a copy, of which rules may change
    for count, as_of, seeds in builds:
        loaded = [row for row in signals if row["loaded_at"] is None or row["loaded_at"] <= days[count - 1]]
        warehouse.seeds = seeds
        warehouse.load(as_text({**typed, "signals": loaded}))
        warehouse.build(raw_schema="raw", as_of=as_of).check()
    read = warehouse.query(
        "select is_stale, count(*) as days from staging.stg_raw_tables__signal_loads group by is_stale"
    )
    assert {row["is_stale"] for row in read} == {True}, "a type less: all days have signals of it"
    fresh.seeds = fewer
    fresh.load(as_text(typed))
    fresh.build(raw_schema="raw", as_of=AS_OF_TEXT).check()
    assert exactly(of_the_moment(warehouse.marts())) == exactly(of_the_moment(fresh.marts()))
    # not how they were read: the SQL names the database
    both = (
        exactly({"": each.query("select * from staging.stg_raw_tables__signals")}, ("reading",))
        for each in (warehouse, fresh)
    )
    assert next(both) == next(both)
    warehouse.build(raw_schema="raw", as_of=AS_OF_TEXT).check()
    assert not warehouse.query("select * from staging.stg_raw_tables__signal_loads where is_stale"), "nothing is new"
    assert exactly(of_the_moment(warehouse.marts())) == exactly(of_the_moment(fresh.marts()))
