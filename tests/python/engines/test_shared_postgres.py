"""A PostgreSQL that many share: other people's targets, views, rights and schemas stay theirs."""

from __future__ import annotations

import json

import pytest

from builds.comparing import assert_agrees, exactly
from builds.warehouse import MARTS, REMEMBERING
from engines.servers import PostgresWarehouse, postgres_server
from engines.test_engines import WITHOUT_TESTS, warehouses
from engines.test_two_commands import REMEDY
from package.environments import (
    BAD_TIERS,
    FEW,
    OUR_TIERS,
    OURS,
    at_once,
    contents,
    days_remembered,
    profile_of,
    schemas,
    scored_at,
)
from package.root import OUR_RULES, PostgresRootProject, tables_by_schema, warnings, world
from recomputation import recompute
from worlds.committed import rules
from worlds.dirty import AS_OF

pytestmark = [
    pytest.mark.engines,
    pytest.mark.beyond_ci,
    pytest.mark.xdist_group("engines"),
    # drivers leave their sockets to the garbage collector
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """A private cluster of PostgreSQL."""
    folder = tmp_path_factory.mktemp("shared_postgres")
    with warehouses(folder, postgres_server(), PostgresWarehouse, "server") as made:
        yield made("nothing").server


@pytest.fixture
def warehouse(server, tmp_path):
    """Makes a warehouse in a new database, or in that of another; a schema and a user of its profile may be given."""

    def made(name, beside=None, kind=PostgresWarehouse, **profile):
        (tmp_path / name).mkdir()
        found = kind(tmp_path / name, server=server)
        found.database = beside.database if beside else found.database
        if profile:
            found.files = {**WITHOUT_TESTS, "profiles.yml": profile_of("postgres", **profile)}
        return found

    return made


def execute(warehouse, *statements):
    """Does what a user might do in the database."""
    with warehouse.server.connect(warehouse.database).cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def days_of(*days):
    """Arguments of builds, each as of a day of July."""
    return [("build", *FEW, "--vars", json.dumps({"as_of": f"2026-07-0{day}T09:00:00Z"})) for day in days]


def test_two_targets_in_one_database_share_nothing(warehouse):
    """Production, and Anna in CI at the same moment; what others hung on production's marts stays."""
    production, anna = warehouse("production", schema="public"), None
    anna = warehouse("anna", beside=production, schema="dbt_anna")
    production.seeds, anna.seeds = {"tiers": rules()["tiers"]}, OUR_TIERS
    production.build(*FEW).check()
    execute(
        production,
        "create role bi; grant usage on schema marts to bi; grant select on marts.account_tiers to bi",
        "create view report as select scored_at from marts.account_tiers",
        "comment on column marts.account_tiers.tier is 'Ours'",
    )
    assert set(contents(production)) == {"production"}

    # at once
    for run in at_once(*zip((production, anna), days_of(2, 1), strict=True)):
        run.check()
    both = contents(production)
    assert schemas(both["production"]) - {"public"} == OURS
    assert schemas(both["anna"]) == {f"dbt_anna_{schema}" for schema in OURS}
    assert set(both) == {"production", "anna"}
    assert {f"dbt_anna_marts.{mart}" for mart in MARTS} <= set(both["anna"])
    assert both["anna"]["dbt_anna_marts.account_tiers"] != both["production"]["marts.account_tiers"]
    assert (scored_at(production, "marts"), scored_at(production, "dbt_anna_marts")) == (
        {"2026-07-02 09:00:00"},
        {"2026-07-01 09:00:00"},
    )
    assert days_remembered(production, "history") == ["2026-06-30", "2026-07-02"]
    assert days_remembered(production, "dbt_anna_history") == ["2026-07-01"]

    # what others hung on them
    (found,) = production.query(
        """
        select
            min(scored_at)::date::text as reported,
            has_table_privilege('bi', 'marts.account_tiers', 'select') as granted,
            (
                select col_description(attrelid, attnum) from pg_attribute
                where attrelid = 'marts.account_tiers'::regclass and attname = 'tier'
            ) as comment
        from report
        """
    )
    assert found == {"reported": "2026-07-02", "granted": True, "comment": "Ours"}

    # rejected
    anna.seeds = BAD_TIERS
    (command,) = days_of(3)
    run = anna.dbt(*command, project=anna.project())
    assert run.returncode == 1
    assert "RULES REJECTED - nothing was published" in run.output
    after = contents(production)
    assert after["production"] == both["production"]
    kept = [name for name in both["anna"] if name.startswith(("dbt_anna_marts.", "dbt_anna_history."))]
    assert [name for name in kept if after["anna"][name] != both["anna"][name]] in (
        [],
        ["dbt_anna_history.build_ledger"],
    )

    # a mart with other columns cannot be replaced under a view: it is named
    execute(production, "alter table marts.account_tiers add column extra text")
    run = production.dbt("run-operation", "publish", project=production.project())
    assert "report" in run.output
    assert "account_tiers" in run.output
    assert scored_at(production, "marts") == {"2026-07-02 09:00:00"}


def test_two_builds_of_one_target(warehouse):
    """Of two days, at once: readers see one of them, or what they saw, as if it had been alone."""
    one = warehouse("one", schema="public")
    other = warehouse("other", beside=one, schema="public")
    one.build(*FEW).check()
    runs = at_once(*zip((one, other), days_of(1, 2), strict=True))
    for run in runs:
        assert REMEDY in run.output or (run.returncode == 0 and "NOT PUBLISHED" not in run.output), run.complaint
    assert any(REMEDY in run.output for run in runs), "they were not at the same models at once"
    (moment,), seen = scored_at(one, "marts"), exactly(one.marts())
    assert any(REMEDY not in run.output for run in runs) == (moment != "2026-06-30 09:00:00")

    alone = ("build", *FEW, "--vars", json.dumps({"as_of": moment}))
    one.dbt(*alone, project=one.project()).check()
    assert scored_at(one, "marts") == {moment}
    again = exactly(one.marts())
    assert [mart for mart in MARTS if mart not in REMEMBERING and seen[mart] != again[mart]] == []


def test_as_a_package(warehouse):
    """With unit tests; some raw tables are models of the root, others loaded; the root names schemas its own way."""
    root = warehouse("root", kind=PostgresRootProject)
    root.load(world(), schema="landing")
    root.variables = {"raw_schema": "landing"}
    root.files = {
        "macros/generate_schema_name.sql": """
            {% macro generate_schema_name(custom_schema_name, node) %}
                {{- (custom_schema_name or 'acme') | trim -}}
            {% endmacro %}
        """
    }
    root.dbt("deps").check()
    run = root.build().check()
    assert warnings(run) == []
    assert_agrees(root.marts(), recompute(world(), OUR_RULES, AS_OF))
    tables = tables_by_schema(root)
    assert tables["dbt_anna_marts"] == set(MARTS)
    ours = {f"dbt_anna_{schema}" for schema in OURS - {"demo"}}
    assert set(tables) == {"landing", "acme", *ours}


def test_schemas_that_an_administrator_made(warehouse):
    """The role that builds may create nothing but tables in them."""
    owner = warehouse("owner")
    named = [f"dbt_ben_{schema}" for schema in sorted(OURS)]
    execute(
        owner,
        "drop role if exists builder; create role builder login",
        *(f"create schema {schema}; grant usage, create on schema {schema} to builder" for schema in named),
    )
    ben = warehouse("ben", beside=owner, schema="dbt_ben", user="builder")
    ben.build(*FEW).check()
    assert scored_at(ben, "dbt_ben_marts") == {"2026-06-30 09:00:00"}
    assert not ben.query("select 1 from pg_namespace where pg_get_userbyid(nspowner) = 'builder'")
