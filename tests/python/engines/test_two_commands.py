"""Two commands at once on one target of PostgreSQL: readers see one build, whole, and who is not published is told.

The first command stops before a statement; the second runs as far as it gets; then both go on.
"""

from __future__ import annotations

import pytest
import yaml

from engines.servers import postgres_server
from engines.test_engines import available
from engines.two_commands import TwoProcesses
from publishing.miniature import DAYS, Done, project_files
from publishing.test_ledger import assert_of_one_build

pytestmark = [
    pytest.mark.engines,
    pytest.mark.beyond_ci,
    pytest.mark.xdist_group("engines"),
    # drivers leave their sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"),
]
REMEDY = "Another command was at the same models meanwhile: run one at a time, and build again."
FIRST, SECOND = ({"as_of": day} for day in DAYS)
SIGNALS = "models/staging/raw_tables/stg_raw_tables__signals"


@pytest.fixture(scope="module")
def processes(tmp_path_factory):
    with available(postgres_server()) as server:
        made = TwoProcesses.on(server, tmp_path_factory.mktemp("two_commands"))
        yield made
        made.close()


@pytest.fixture
def two(processes) -> TwoProcesses:
    """Nothing was built yet."""
    processes.start_again(project_files())
    return processes


def interleave(two: TwoProcesses, place: int | str, second: dict) -> None:
    """Two builds: the first up to a statement, the second as far as it gets, both to their ends."""
    two.first.begin("build", variables=FIRST, pause_at=place)
    two.first.run_on()
    assert two.first.done.waits, f"there is no statement {place}"
    two.second.begin("build", variables=second)
    two.second.run_on()
    two.first.go_on()
    two.to_their_ends()


def refused(done: Done) -> bool:
    """Whether a command published nothing, and said what to do."""
    return any("NOT PUBLISHED" in line and REMEDY in line for line in done.said)


def shown(two: TwoProcesses) -> str:
    """Readers see one whole build, whose rows say what they are made of."""
    marts = two.marts()
    assert_of_one_build(marts)
    days = [row["tier_date"] for row in marts.pop("account_tier_history")]
    assert len(days) == len(set(days))
    assert {mart: len(rows) for mart, rows in marts.items()} == {
        "account_tiers": 1,
        "unranked_accounts": 1,
        "source_reconciliation": 2,
    }
    return marts["account_tiers"][0]["made"]


def check(two: TwoProcesses) -> None:
    """Each command published its own, which is remembered if no other did so for the same day, or was refused."""
    made, remembered = shown(two), two.rows("history", "account_tier_history")["account_tier_history"]
    assert len(remembered) == len({row["tier_date"] for row in remembered})
    runs = {process.done.invocation: process.done for process in (two.first, two.second)}
    for invocation, done in runs.items():
        is_remembered = any(f" by {invocation} " in row["made"] for row in remembered)
        if refused(done):
            assert not is_remembered
            assert invocation not in made
        else:
            assert done.succeeded, done.complaint
            assert done.about_publishing == ["Publishing 4 marts to the schema `marts`."]
            assert is_remembered or invocation not in made


def assert_a_lone_build_is_published(two: TwoProcesses) -> None:
    done = two.first.dbt("build", variables=FIRST)
    assert done.succeeded, done.complaint
    assert done.invocation in shown(two)


@pytest.mark.parametrize("differs", ["as_of", "rules"])
def test_two_builds(two, differs):
    """The second of another day, or by other rules."""
    second = SECOND if differs == "as_of" else FIRST
    if differs == "rules":
        two.second.write("seeds/tiers.csv", "tier\nsecond\n")
    statements = [two.first.dbt("build", variables=FIRST).statements for _ in range(2)][-1]
    outcomes = set()
    for place in range(25 if differs == "as_of" else 30, statements, 10):
        interleave(two, place, second)
        check(two)
        made = shown(two)
        assert two.second.done.invocation not in made or differs == "as_of" or "(second)" in made
        assert two.first.done.invocation not in made or "(first)" in made
        outcomes.add((refused(two.first.done), refused(two.second.done)))
        assert_a_lone_build_is_published(two)
    assert (True, False) in outcomes, "the second is published"


@pytest.mark.parametrize(
    "place",
    [
        'drop table if exists "{}"."staging"."stg_raw_tables__accounts__dbt_backup"',
        'delete from "{}"."history"."build_ledger"',
        'lock table "{}"."history"."build_ledger"',
    ],
    ids=["a table is replaced and its node not ended", "all is tested", "all was found whole"],
)
def test_a_build_that_another_overtakes(two, place):
    """It says so, and publishes neither its own nor the other's in its name."""
    for _ in range(2):
        two.first.dbt("build", variables=FIRST)
    interleave(two, place.format(two.warehouse.database), SECOND)
    check(two)
    assert refused(two.first.done)
    assert two.second.done.invocation in shown(two)
    assert_a_lone_build_is_published(two)


def test_two_that_publish_at_once(two):
    """The same build: neither adds its rows to the other's, nor waits for who reads."""
    for process in (two.first, two.second):
        process.dbt("build", variables=FIRST)
    with two.warehouse.server.connect(two.warehouse.database) as connection, connection.cursor() as cursor:
        connection.autocommit = False
        cursor.execute("select * from marts.account_tiers")
        two.first.begin("run-operation", "publish", variables=FIRST)
        two.first.run_on()
        assert two.first.done.succeeded, "a reader holds it up"
    with two.warehouse.server.connect(two.warehouse.database) as connection, connection.cursor() as cursor:
        connection.autocommit = False
        cursor.execute("lock table history.account_tier_history in exclusive mode")  # the marts are replaced by then
        for others_wait, process in enumerate((two.first, two.second)):
            process.begin("run-operation", "publish", variables=FIRST)
            process.run_on(others_wait)
            assert not process.done.ended, process.done.complaint
    two.to_their_ends()
    assert [process.done.succeeded for process in (two.first, two.second)] == [True, True]
    shown(two)


def test_rules_that_another_command_has_just_loaded(two):
    """Scores by its rules are not published as those of a command with others, though it began before and goes on."""
    two.first.dbt("build", variables=FIRST)
    two.second.write("seeds/tiers.csv", "tier\nsecond\n")
    two.second.begin("seed", variables=FIRST, pause_at="seed.account_prioritization.tiers")
    two.second.run_on()
    two.first.begin("build", variables=FIRST, pause_at="create view")
    two.first.run_on()
    two.second.go_on(f'delete from "{two.warehouse.database}"."history"."build_ledger"')
    two.second.run_on()
    assert two.second.done.waits
    two.first.go_on()
    while not two.first.done.ended:
        two.first.hear()
    assert refused(two.first.done), two.first.done.complaint
    assert "(second)" not in shown(two)
    two.second.go_on()
    two.to_their_ends()
    assert_a_lone_build_is_published(two)


def test_rows_that_are_replaced_by_load(two):
    """Two commands at a table that neither makes anew: its rows are those of one."""
    for process in (two.first, two.second):
        process.write(f"{SIGNALS}.sql", BY_LOAD)
        process.write(f"{SIGNALS[:-1]}_loads.sql", "select cast('2026-03-09' as date) as loaded_on, true as is_stale")
    two.first.dbt("build", variables=FIRST)
    for process in (two.first, two.second):
        process.begin("build", variables=FIRST, pause_at='create temporary table "stg_raw_tables__signals')
        process.run_on()
        assert process.done.waits
    two.first.go_on("stg_raw_tables__signals: COMMIT")
    two.first.run_on()
    two.second.go_on()
    two.second.run_on()
    two.first.go_on()
    two.to_their_ends()
    (row,) = two.rows("staging", "stg_raw_tables__signals")["stg_raw_tables__signals"]
    assert f" by {two.second.done.invocation} " in row["made"]
    check(two)
    assert_a_lone_build_is_published(two)


BY_LOAD = f"""
{{{{ config(
    materialized="incremental", incremental_strategy="replace_loads", unique_key="signal_id",
    meta={{"loads": "stg_raw_tables__signal_loads"}}
) }}}}
-- depends_on: {{{{ ref("stg_raw_tables__signal_loads") }}}}
select read.*, cast(null as timestamp) as loaded_at, 'read' as fingerprint, 'standing' as record_status
from ({project_files()[f"{SIGNALS}.sql"]}) as read
"""


def test_a_mart_that_is_disabled_under_a_view(two):
    """It stays, and the view is named; all else is published. Without the view it is dropped."""
    two.first.dbt("build", variables=FIRST)
    two.execute("create view report as select made from marts.unranked_accounts")
    before = two.warehouse.query("select * from report")
    settings = yaml.safe_load(project_files()["dbt_project.yml"])
    settings["models"]["account_prioritization"]["marts"]["unranked_accounts"] = {"+enabled": False}
    two.first.write("dbt_project.yml", yaml.safe_dump(settings))
    done = two.first.dbt("build", variables=SECOND)
    assert done.succeeded, done.complaint
    (line,) = (line for line in done.said if line.startswith("NOT DROPPED"))
    assert line.startswith(
        "NOT DROPPED: marts.unranked_accounts is no mart any more and keeps its last rows, as view report"
    )
    assert two.warehouse.query("select * from report") == before
    (row,) = two.rows("marts", "account_tiers")["account_tiers"]
    assert done.invocation in row["made"]

    two.execute("drop view report")
    done = two.first.dbt("build", variables=SECOND)
    assert not [line for line in done.said if line.startswith("NOT DROPPED")]
    assert "unranked_accounts" not in {row["table_name"] for row in two.warehouse.query(TABLES)}


TABLES = "select table_name from information_schema.tables where table_schema = 'marts'"
