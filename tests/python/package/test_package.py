"""The project as a package of somebody's own: one `dbt build` makes the raw tables, ranks and publishes.

The root has models, seeds, sources, tests and macros that are called as ours are, and are something else.
"""

from __future__ import annotations

import re
from datetime import datetime

import pytest

from builds.comparing import assert_agrees, exactly
from builds.warehouse import MARTS
from package.root import ELSEWHERE, FIRST_ACCOUNTS, MACROS_CALLED_LIKE_OURS, OUR_RULES, warnings, world
from package.story import COMMANDS, DISABLED, NEXT_DAY
from recomputation import recompute
from worlds.dirty import AS_OF

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def recomputed():
    """What must be published: of the first accounts, of all of them, of all of them a day later."""
    raw = {table: rows for table, rows in world().items() if table not in ELSEWHERE}
    (last,) = re.findall("'(.*)'", FIRST_ACCOUNTS)
    first = {**raw, "accounts": [row for row in raw["accounts"] if (row.get("account_id") or last) < last]}
    few = recompute(first, OUR_RULES, AS_OF)
    all_of_them = recompute(raw, OUR_RULES, AS_OF, before=few)
    next_day = datetime.fromisoformat(NEXT_DAY.rstrip("Z"))
    return few, all_of_them, recompute(raw, OUR_RULES, next_day, before=all_of_them)


# --- From nothing, in one go -----------------------------------------------------------------------------------------


def test_one_build_from_nothing_publishes(package, recomputed):
    """Of the root's models as raw tables, by the root's rules."""
    few, *_ = recomputed
    assert_agrees(package["from nothing"].marts, few)
    assert {row["tier_number"] for row in few["account_tiers"]} >= {1, 2, 4}, (
        "by the shipped tiers nobody is in the first"
    )


def test_a_failure_of_the_root_holds_nothing_back(package):
    run = package["from nothing"].run
    assert run.returncode == 1
    assert re.search(r"\d+ FAIL|FAIL \d+ rides_have_scores", run.output)
    assert "ERROR=1 " in run.output, run.complaint
    assert "NOT PUBLISHED" not in run.output


def test_nothing_of_the_root_is_published(package):
    for step in ("from nothing", "more accounts"):
        tables, readers = package[step].tables, package[step].readers
        assert tables["dbt_anna_marts"] == set(MARTS)
        assert set(readers) == {f"dbt_anna_marts.{mart}" for mart in set(MARTS) - {"rejected_records"}}
        told = {name.partition(".")[2]: rows for name, rows in readers.items()}
        assert exactly(told) == exactly({name: package[step].marts[name] for name in told})


def test_only_schemas_of_the_target_are_written(package):
    schemas = set(package["commands"].tables)
    ours = {"audit", "history", "intermediate", "marts", "rules", "staging"}
    assert schemas == {"landing", "dbt_anna", *(f"dbt_anna_{schema}" for schema in ours)}


def test_the_demo_stays_at_home(package):
    for step in package.values():
        assert not {name for names in step.tables.values() for name in names if name.startswith("demo_")}
    listed = package["ls"].run.output
    assert "account_prioritization.marts.reps.account_tiers" in listed
    assert "demo" not in listed.lower()


def test_what_the_root_calls_as_ours_stays_what_it_is(package):
    """Its models are built, its tests and its hook run; of its macros only that is called which overrides dbt's."""
    step = package["more accounts"]
    assert {"account_scores", "rep_coverage", "stg_raw__accounts", "tiers", "our_tiers"} <= step.tables["dbt_anna"]
    for test in ("accounts_are_ranked_or_not", "within_rep_coverage_colour__yellow__grey"):
        assert len(re.findall(rf"PASS {test} ", step.run.output)) == (1 if "within" in test else 2), test
    for name in ("from nothing", "more accounts", "alone"):
        output = package[name].run.output
        assert output.count("The root's hook ran.") == 1
        assert not [macro for macro in MACROS_CALLED_LIKE_OURS if f"the macro {macro} of the root" in output]


def test_models_on_the_marts(package):
    """One reads what this build makes, one what the last one published."""
    step = package["more accounts"]
    tiers = {row["account_id"]: row["tier"] for row in step.marts["account_tiers"]}
    assert {row["account_id"]: row["tier"] for row in step.more["board"]} == tiers
    before = {row["account_id"]: row["tier"] for row in package["from nothing"].marts["account_tiers"]}
    found = {row["account_id"]: row["tier"] for row in step.more["yesterday"]}
    assert found in (before, tiers)  # a view: it shows what is published by now
    assert before != tiers


# --- Day by day ------------------------------------------------------------------------------------------------------


def test_raw_models_are_built_before_they_are_read(package, recomputed):
    """The root's model has some accounts more: so have the marts of the same build."""
    _, all_of_them, _ = recomputed
    step = package["more accounts"]
    assert step.run.returncode == 0, step.run.complaint
    assert len(step.marts["account_tiers"]) > len(package["from nothing"].marts["account_tiers"])
    assert_agrees(step.marts, all_of_them)


@pytest.mark.parametrize("step", ["deps", "more accounts", *COMMANDS])
def test_commands_end_well_and_without_a_warning(package, step):
    run = package[step].run
    assert run.returncode == 0, run.complaint
    assert warnings(run) == []


def test_a_build_with_a_failure_warns_of_nothing_else(package):
    assert warnings(package["from nothing"].run) == []


def test_commands_that_build_nothing_change_nothing(package):
    assert exactly(package["commands"].marts) == exactly(package["more accounts"].marts)


def test_the_package_alone_publishes(package, recomputed):
    """Without a mart that the root disabled, which is not shown any more."""
    *_, next_day = recomputed
    step = package["alone"]
    assert step.run.returncode == 0, step.run.complaint
    # dbt looks for a disabled version by the name of a file, and warns when that is another
    assert all(DISABLED in warning for warning in warnings(step.run))
    assert DISABLED not in step.marts, "of another build than the tables beside it"
    assert_agrees(step.marts, {mart: rows for mart, rows in next_day.items() if mart != DISABLED})
    assert f"dbt_anna_marts.{DISABLED}" not in step.readers
