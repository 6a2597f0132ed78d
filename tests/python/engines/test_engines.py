"""The same project on other engines: every mart holds the same rows as on DuckDB, to 1e-6 and to the letter."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import product

import pytest

from builds.comparing import assert_agrees, exactly
from builds.recipes import dirty_rows
from builds.test_incremental import assert_builds_one_after_another_agree
from builds.warehouse import MARTS, Warehouse
from engines.servers import NotInstalled, PostgresWarehouse, SparkWarehouse, postgres_server, spark_cluster
from sources.test_dirty_rows import assert_three_agree, three_sources
from worlds.committed import PROJECT, rules
from worlds.dirty import AS_OF_TEXT, as_text, facts
from worlds.rule_sets import changed, primary_only
from worlds.small import AS_OF

pytestmark = [
    pytest.mark.engines,
    pytest.mark.xdist_group("engines"),
    # drivers leave their sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"),
]

TYPES = {
    "accounts": {
        "annual_revenue_usd": "decimal(18, 2)",
        "employee_count": "integer",
        "estimated_deal_usd": "double precision",
        "is_customer": "boolean",
        "is_strategic": "smallint",
        "competitor_renewal_on": "date",
        "get_back_on": "timestamp",
        "updated_at": "timestamptz",
        "loaded_at": "timestamp",
    },
    "signals": {
        "occurred_at": "timestamptz",
        "signal_value": "double precision",
        "is_deleted": "boolean",
        "updated_at": "timestamp",
        "loaded_at": "timestamptz",
    },
}
"""Columns as a loader would type them."""

NUMBERS = (
    "1e308",
    "-1e308",
    "1.7976931348623158e308",
    "1e309",
    "1e-310",
    "-1e-310",
    "5e-324",
    "0e99999",
    "1e-99999",
    ".5",
    ".5e1",
    ".e5",
    "5.",
    "1_0",
    "1e00005",
    "3843231841.16",
    "12345678901234.56",
    "0." + "1" * 400,
    "9" * 400,
    "NaN",
)
MOMENTS = (
    "0000-12-31T23:59-23:59",
    "0001-01-01T00:00+01:00",
    "9999-12-31T23:59:59.9999999",
    "2026-02-29",
    "2024-02-29",
    "2026-01-31T12:34:56.1234567",
    "2026-01-31 12:34+0530",
    "2026-01-31T12:34-23:59",
    "2026-01-31t12:34z",
    "20260131",
)
"""Numbers and moments at and beyond what the types hold."""

DOMAINS = {
    "bücher.example": "https://www.XN--BCHER-KVA.example/x",
    "xn--strae-oqa.xn--fiqs8s": "shop.straße.中国",
    "xn--ls8h.example": "💩.example",
    "xn--mü-kva.example": "xn--mü-kva.example",
    "xn--999999999.example": "eu.xn--999999999.example",
}
"""Domains of accounts, and how signals write them: in letters or in punycode, which some only seem to be."""


SETTINGS = (PROJECT / "dbt_project.yml").read_text(encoding="utf-8")
FEW_TESTS = (
    "data_tests: {account_prioritization: {+group: prioritization, +enabled: false, cross_db: {+enabled: true}}}\n"
)
WITHOUT_TESTS = {"dbt_project.yml": re.sub(r"(?s)data_tests:.*", FEW_TESTS, SETTINGS)}
"""The project as it publishes with hardly a test, where all of them take minutes."""


def with_extremes(raw):
    """Raw rows and such numbers, moments and domains, each number with each where two of them are divided."""
    accounts = [
        {"account_id": f"number-{n}", "account_name": "Number", "annual_revenue_usd": number, "employee_count": number}
        for n, number in enumerate(NUMBERS)
    ] + [
        {"account_id": f"moment-{n}", "account_name": "Moment", "updated_at": moment, "competitor_renewal_on": moment}
        for n, moment in enumerate(MOMENTS)
    ]
    accounts += [{"account_id": domain, "account_name": "Domain", "domain": domain} for domain in DOMAINS]
    signals = [
        {"signal_id": written, "domain": written, "signal_type": "demo_request", "occurred_at": AS_OF_TEXT}
        for written in DOMAINS.values()
    ]
    pairs = [
        {"account_id": f"pair-{n}", "measured_on": "2026-01-01", "seats_used": part, "seats_licensed": whole}
        for n, (part, whole) in enumerate(product(NUMBERS, repeat=2))
    ]
    accounts += [{"account_id": row["account_id"], "account_name": "Pair", "is_customer": "true"} for row in pairs]
    further = {"accounts": accounts, "signals": signals, "product_usage": pairs}
    return {**raw, **{table: [*raw[table], *rows] for table, rows in further.items()}}


@contextmanager
def available(engine):
    """An engine that runs as long; skips where it is not installed, unless in CI."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(engine)
        except NotInstalled as missing:
            if os.environ.get("CI"):
                raise
            pytest.skip(str(missing))
        yield running


@contextmanager
def warehouses(folder, engine, kind, runs_on):
    """Makes warehouses of a kind on an engine."""
    with available(engine) as running:

        def warehouse(name, **options):
            (folder / name).mkdir()
            return kind(folder / name, **{runs_on: running}, **options)

        yield warehouse


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    """Makes warehouses in a private cluster of PostgreSQL."""
    with warehouses(tmp_path_factory.mktemp("postgres"), postgres_server(), PostgresWarehouse, "server") as made:
        yield made


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    """Makes warehouses in a cluster of Spark, each in the place of the last."""
    with warehouses(tmp_path_factory.mktemp("spark"), spark_cluster(), SparkWarehouse, "cluster") as made:
        yield made


@pytest.fixture(scope="module", params=["postgres", "spark"])
def engine(request):
    """Makes warehouses on each of the engines."""
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def demo_on_engine(engine):
    """The demo, built and tested; on Spark without the unit tests and with few data tests."""
    warehouse = engine("demo")
    if isinstance(warehouse, SparkWarehouse):
        warehouse.files = WITHOUT_TESTS
        warehouse.build("--exclude-resource-type", "unit_test").check()
    else:
        warehouse.build().check()
    return warehouse


def built(warehouse, raw, types=None, **settings):
    """The marts as built from raw rows. That tests and the rule check hold on an engine is seen on the demo."""
    warehouse.load(raw, types=types)
    build(warehouse, "--exclude", "rules_check", **settings)
    return warehouse.built()


def build(warehouse, *selection, **settings):
    """Builds some models on raw rows, without tests."""
    models = ("build", *selection, "--exclude-resource-type", "unit_test", "test")
    variables = {"raw_schema": "raw", "as_of": AS_OF_TEXT, **settings}
    warehouse.dbt(*models, variables=variables, project=warehouse.project()).check()


def test_the_demo_is_the_same(demo, demo_on_engine):
    assert_agrees(demo_on_engine.marts(), demo.marts())


def test_bad_rules_publish_nothing(demo_on_engine):
    published = exactly(demo_on_engine.marts())
    demo_on_engine.seeds = {
        "signal_types": changed("signal_types", {"signal_type": "demo_request"}, half_life_days="0")["signal_types"]
    }
    run = demo_on_engine.build("--select", "+rules_checked", "--exclude-resource-type", "unit_test")
    demo_on_engine.seeds = {}
    assert run.returncode == 1
    assert "RULES REJECTED - nothing was published" in run.output
    assert '- seeds/signal_types.csv line 3 [demo_request] half_life_days: "0" must be greater than 0' in run.output
    assert exactly(demo_on_engine.marts()) == published


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_roles_may_read_what_is_granted(demo_on_engine):
    with demo_on_engine.server.connect().cursor() as cursor:
        cursor.execute('create role "bi-team"; create role steward')
    roles = {"grant_marts_to": "bi-team", "grant_raw_records_to": ["steward"]}
    demo_on_engine.build("--exclude-resource-type", "unit_test", **roles).check()
    listed = ", ".join(f"('{mart}')" for mart in MARTS)
    found = demo_on_engine.query(
        f"""
        select mart, role
        from (values {listed}) as marts (mart) cross join (values ('bi-team'), ('steward')) as roles (role)
        where has_schema_privilege(role, 'marts', 'usage') and has_table_privilege(role, 'marts.' || mart, 'select')
        """
    )
    assert {(row["mart"], row["role"]) for row in found} == {
        (mart, role)
        for mart in MARTS
        for role in ("bi-team", "steward")
        if (mart, role) != ("rejected_records", "bi-team")
    }


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_unknown_roles_are_told_before_a_build(engine):
    warehouse = engine("unknown_roles")
    run = warehouse.build(
        grant_marts_to=["postgres", "Nobody", "public"], grant_raw_records_to="o-ne", fit_threshold=-1
    )
    assert run.returncode != 0
    assert "SETTINGS REJECTED - nothing was built" in run.output
    assert [line.strip() for line in run.output.splitlines() if line.strip().startswith("- ")] == [
        "- fit_threshold: -1 is not a number from 0 to 1000; write for example 60",
        "- grant_marts_to: the warehouse has no role 'Nobody'; create it, or leave it out",
        "- grant_raw_records_to: the warehouse has no role 'o-ne'; create it, or leave it out",
    ]
    assert warehouse.query("select 1 from pg_tables where schemaname not in ('pg_catalog', 'information_schema')") == []


@pytest.mark.parametrize("engine", ["postgres"], indirect=True)
def test_nobodys_data_is_overwritten(engine, demo_on_engine):
    """Neither a table that bears no mark, nor marts that were made of other raw tables."""
    others = engine("of_others")
    with others.server.connect(others.database).cursor() as cursor:
        cursor.execute("create schema marts; create view marts.account_scores as select 'mine' as score")
    before = exactly(demo_on_engine.marts())
    demo_on_engine.load({"accounts": [{"account_id": "a", "account_name": "A"}]}, schema="crm")
    for warehouse, raw_schema, words in (
        (others, None, "marts.account_scores would be replaced and is not of this project: move it"),
        (demo_on_engine, "crm", "holds what was made of the raw tables in 'demo', this run reads those in 'crm'"),
    ):
        run = warehouse.build("--exclude-resource-type", "unit_test", raw_schema=raw_schema)
        assert run.returncode != 0
        assert "NOT PUBLISHED, and nothing was built" in run.output
        assert words in run.output
    assert others.query("select * from marts.account_scores") == [{"score": "mine"}]
    assert exactly(demo_on_engine.marts()) == before


def test_history_goes_on(demo, demo_on_engine, tmp_path):
    """Five days later, and on PostgreSQL a day before that: what was, what changed and what a CRM is told."""
    on_duckdb = Warehouse(tmp_path)
    shutil.copy(demo.path, on_duckdb.path)
    for warehouse in (demo_on_engine, on_duckdb):
        warehouse.seeds = {"signal_types": rules()["signal_types"]}
        warehouse.files = WITHOUT_TESTS
    days = [5] if isinstance(demo_on_engine, SparkWarehouse) else [5, 4]
    if isinstance(demo_on_engine, PostgresWarehouse):  # a view of others stays, and shows what is new
        with demo_on_engine.server.connect(demo_on_engine.database).cursor() as cursor:
            cursor.execute("create view report as select scored_at from marts.account_tiers")
    for day in days:
        for warehouse in (demo_on_engine, on_duckdb):
            warehouse.build("--exclude-resource-type", "unit_test", as_of=f"2026-07-0{day}T09:00:00Z").check()
    marts = demo_on_engine.marts()
    assert_agrees(marts, on_duckdb.marts())
    if isinstance(demo_on_engine, PostgresWarehouse):
        assert {row["scored_at"].day for row in demo_on_engine.query("select scored_at from report")} == {days[-1]}
    assert {row["tier_date"].day for row in marts["account_tier_history"]} == {30, *days}
    assert {row["changed_on"].day for row in marts["account_tier_changes"]} == {*days}


def test_dirty_rows_are_the_same(engine, tmp_path):
    """Everything that can be wrong with text, and every account ranked, customers too."""
    raw = with_extremes(dirty_rows())
    seeds = changed("scoring_models", {}, primary_only(), population="all")
    on_engine, on_duckdb = (built(each, raw) for each in (engine("dirty", seeds=seeds), Warehouse(tmp_path, seeds)))
    assert_agrees(on_engine, on_duckdb)
    assert not {*DOMAINS.values()} & {row["signal_id"] for row in on_engine["unmatched_signals"]}


@pytest.mark.beyond_ci
def test_sources_are_read_the_same(engine):
    """What loaders left of two CRMs and web events gives what it gives by the recomputation."""
    warehouse, (tables, raw) = engine("sources"), three_sources(5)
    for schema, those in tables.items():
        warehouse.load({name: rows for name, rows in those.items() if rows}, schema=schema)
    assert_three_agree(warehouse, raw, "--exclude-resource-type", "test")


def test_typed_columns_are_read_the_same(engine, tmp_path):
    """Also what the types hold beyond the calendar and the numbers; days and hours are those of Auckland."""
    raw = as_text(facts(7, rules(), 60, 600))
    warehouse = engine("typed")
    strange = [("NaN", "2026-01-01"), ("Infinity", "2026-01-01"), ("1e-320", None)]
    if isinstance(warehouse, PostgresWarehouse):  # no other has such moments
        strange += [("50", "infinity"), ("50", "-infinity")]
    raw["signals"] += [
        {**raw["signals"][0], "signal_id": f"strange-{n}", "signal_value": value, "occurred_at": moment}
        for n, (value, moment) in enumerate(strange)
    ]
    for row in raw["accounts"]:
        row["is_strategic"] = {"true": "1", "false": "0"}.get(row["is_strategic"])
    local = {"reporting_timezone": "Pacific/Auckland", "working_hours": "09:00-17:00 Mon-Fri"}
    on_engine, on_duckdb = (built(each, raw, TYPES, **local) for each in (warehouse, Warehouse(tmp_path)))
    assert_agrees(on_engine, on_duckdb, with_raw_records=False)


def test_numerics_beyond_a_double_are_read_on_postgres(postgres):
    """What a double cannot hold is unreadable or 0, and stops nothing."""
    warehouse = postgres("numeric")
    numbers = ("1e400", "1e-400", "5e7", "NaN")
    least = {"sales_reps": [{"owner_id": "r", "account_capacity": str(-(2**63))}]}
    rows = [
        {"account_id": str(n), "account_name": "A", "annual_revenue_usd": number, "is_customer": number}
        for n, number in enumerate(numbers)
    ]
    types = {"accounts": dict.fromkeys(list(rows[0])[2:], "numeric"), "sales_reps": {"account_capacity": "bigint"}}
    warehouse.load({"accounts": rows, "signals": [], **least}, types=types)
    build(warehouse, "--select", "+stg_raw_tables__accounts", "+stg_raw_tables__sales_reps", "--exclude", "rules_check")
    reps = warehouse.query("select problems from staging.stg_raw_tables__sales_reps")
    assert [row["problems"] for row in reps] == ["|value:invalid_account_capacity"]
    found = warehouse.query("select * from staging.stg_raw_tables__accounts order by account_id")
    bad = "|value:invalid_annual_revenue_usd|value:invalid_is_customer"
    assert [(row["annual_revenue_usd"], row["is_customer"], row["problems"]) for row in found] == [
        (None, False, bad),
        (0, False, "|value:invalid_is_customer"),
        (5e7, False, "|value:invalid_is_customer"),
        (None, False, bad),
    ]


def test_typed_ids_are_one_value_on_postgres_however_tables_are_named(postgres):
    """Two schemas and two tables differ in case alone: the exact ones are read."""
    warehouse = postgres("spelled")
    with warehouse.server.connect(warehouse.database).cursor() as cursor:
        cursor.execute(
            """
            create schema "Crm"; create schema crm;
            create table crm."Signals" (nothing text); create table crm.signals (nothing text);
            create table "Crm"."Accounts" (
                "AccountId" numeric, "ACCOUNT_NAME" jsonb, "account_name" json, "\ufeffis_customer " text,
                "OwnerID" float8, "MergedIntoAccountId" json, "parent account id" json
            );
            insert into "Crm"."Accounts" values
            (1.000, '"Wrong"', '"One \\"1\\""', '1.0', 12345678901234568, 'null', ' 3.50 '),
            (3.50, null, '"a\\u0000b"', '0.0', 0.5, '"1"', '1.2345678901234568e+16'),
            (4, null, '1e999999', '0', null, null, '[1.0]');
            create view "Crm"."SIGNALS" as
            select cast('6F9619FF-8B86-D011-B42D-00C04FC964FF' as uuid) as "SignalId", cast(1 as float8) as "accountid",
                'demo_request' as "SignalType", cast('2026-03-14' as date) as occurred_at;
            create table "Crm"."AccountTechnologies" (account_id jsonb, technology text);
            insert into "Crm"."AccountTechnologies" values
            ('"1"', 'Slack'), ('1', 'HubSpot'), ('1.00', 'Marketo'), ('1e0', 'Segment'), ('"1.0"', 'Slack');
            """
        )
    staging = (
        "build",
        "--select",
        "+stg_raw_tables__accounts",
        "+stg_raw_tables__signals",
        "+stg_raw_tables__account_technologies",
    )
    variables = {"as_of": AS_OF_TEXT, "raw_database": warehouse.database.upper()}
    without = ("--exclude-resource-type", "unit_test", "test")
    warehouse.dbt(*staging, *without, variables={**variables, "raw_schema": "Crm"}).check()
    columns = "account_id, account_name, is_customer, owner_id, merged_into_account_id, parent_account_id"
    found = warehouse.query(f"select {columns} from staging.stg_raw_tables__accounts order by account_id")
    assert [tuple(row.values()) for row in found] == [
        ("1", 'One "1"', True, "12345678901234568", None, "3.5"),
        ("3.5", '"a\\u0000b"', False, "0.5", "1", "12345678901234568"),
        ("4", "1e999999", False, None, None, "[1.0]"),
    ]
    (signal,) = warehouse.query("select signal_id, account_id from staging.stg_raw_tables__signals")
    assert signal == {"signal_id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "account_id": "1"}
    found = warehouse.query("select account_id from staging.stg_raw_tables__account_technologies order by account_id")
    assert [row["account_id"] for row in found] == ["1"] * 4 + ["1.0"]  # the last is a text
    run = warehouse.dbt(*staging, *without, variables={**variables, "raw_schema": "CRM"})
    assert "'crm' and 'Crm' may each be meant by schema CRM" in run.output or "'Crm' and 'crm' may each" in run.output


def test_missing_tables_are_told(engine):
    run = engine("empty").build(raw_schema="crm")
    assert run.returncode == 2
    assert "table accounts (with at least account_id, account_name)" in run.output


def test_builds_one_after_another_on_postgres(postgres):
    assert_builds_one_after_another_agree(postgres("again"), postgres("fresh"))


def test_signals_are_read_by_load_on_spark(spark, tmp_path):
    """Three loads, the second with corrections and deletions of the first: as if all had come at once."""
    typed = facts(31, rules(), 60, 900)
    days = [AS_OF - timedelta(days=2), AS_OF - timedelta(days=1), AS_OF]
    for number, row in enumerate(typed["signals"]):
        row["loaded_at"] = days[number % 3] if number % 50 else None
    loads = [[row for row in typed["signals"] if row["loaded_at"] is None or row["loaded_at"] <= day] for day in days]

    def staged(warehouse, loads):
        selection = ("+stg_raw_tables__signals", "--exclude", "rules_check")
        for signals in loads:
            warehouse.load(as_text({**typed, "signals": signals}))
            build(warehouse, "--select", *selection)
            selection = ("stg_raw_tables__signal_loads", "stg_raw_tables__signals")
        return exactly(
            {"": warehouse.query("select * from staging.stg_raw_tables__signals")},
            ("reading", "fingerprint", "raw_record"),
        )

    by_load = spark("by_load")
    assert staged(by_load, loads) == staged(Warehouse(tmp_path), loads[-1:])
    read = by_load.query(
        "select is_stale, count(*) as days from staging.stg_raw_tables__signal_loads group by is_stale"
    )
    assert {row["is_stale"]: row["days"] for row in read} == {True: 1, False: 2}


def test_another_order_of_texts_is_warned_of_on_postgres(postgres):
    warehouse = postgres("by_language")
    seeds_only = ("build", "--select", "tiers")
    assert "orders text by a language" not in warehouse.dbt(*seeds_only).check().output
    warehouse.database = warehouse.server.new_database("template template0 locale_provider icu icu_locale 'en'")
    assert "orders text by a language" in warehouse.dbt(*seeds_only).check().output
