"""Somebody's own dbt project, with this one as a package: written to a folder, and run as its owner would."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import yaml

from builds.warehouse import MARTS, Run, Warehouse, fetch, write_rules
from engines.servers import PostgresWarehouse
from worlds.committed import PROJECT, Rows, rules
from worlds.dirty import AS_OF_TEXT, Tables, as_text, facts
from worlds.rule_sets import RuleRows, changed

RAW_MODELS = {
    "accounts": "accounts",
    "contacts": "contacts",
    "signals": "signals",
    **{
        table: f"crm_{table}"
        for table in ("account_technologies", "activities", "opportunities", "sales_reps", "tier_overrides")
    },
}
"""The root's models that stand for raw tables, some called as those are."""
ELSEWHERE = ("account_returns", "product_usage", "customer_contracts", "account_domains", "account_merges")
"""Raw tables that no model of the root stands for."""

OUR_TIERS: RuleRows = {}
for number, min_score in {"1": "45", "2": "30", "3": "15"}.items():
    OUR_TIERS = changed(
        "tiers",
        {"scoring_model": "weighted_composite", "tier_number": number},
        OUR_TIERS,
        min_score=min_score,
        max_share="",
    )
OUR_TECHNOLOGIES = [{"technology": "Slack"}, {"technology": "google analytics"}]
OUR_RULES = {**rules(), "tiers": OUR_TIERS["tiers"], "complementary_technologies": OUR_TECHNOLOGIES}
"""The rules of the root: those of the package, but for two files of its own."""

FIRST_ACCOUNTS = "account_id < 'a006'"
"""Some three quarters of the accounts."""

NEVER = '{{{{ exceptions.raise_compiler_error("the macro {} of the root was called by the package") }}}}'
MACROS_CALLED_LIKE_OURS = ("settings", "publish", "is_demo", "as_of", "rule_rows", "history_of", "default__grants_on")

FILES = {
    "packages.yml": f"packages:\n  - local: {json.dumps(str(PROJECT))}\n",
    "profiles.yml": yaml.safe_dump(
        {
            "acme": {
                "target": "duckdb",
                "outputs": {
                    "duckdb": {
                        "type": "duckdb",
                        "path": "{{ env_var('DUCKDB_PATH') }}",
                        "schema": "dbt_anna",
                        "threads": 1,
                        "settings": {"TimeZone": "UTC"},
                        "config_options": {"storage_compatibility_version": "v1.4.0"},
                    },
                    "postgres": {
                        "type": "postgres",
                        "host": "{{ env_var('PGHOST', 'localhost') }}",
                        "port": "{{ env_var('PGPORT', '5432') | as_number }}",
                        "user": "{{ env_var('PGUSER', 'postgres') }}",
                        "password": "",
                        "dbname": "{{ env_var('PGDATABASE', 'postgres') }}",
                        "schema": "dbt_anna",
                        "threads": 1,
                    },
                },
            }
        }
    ),
    # --- what stands for raw tables: models on the root's source, which is called as our source once was
    "models/crm/sources.yml": yaml.safe_dump(
        {"sources": [{"name": "raw", "schema": "landing", "tables": [{"name": table} for table in (*RAW_MODELS,)]}]}
    ),
    **{
        f"models/crm/{model}.sql": f"select * from {{{{ source('raw', '{table}') }}}}\n"
        for table, model in RAW_MODELS.items()
    },
    "models/crm/signals.sql": "{{ config(materialized='table') }}\nselect * from {{ source('raw', 'signals') }}\n",
    # --- rules
    "models/rules/our_technologies.sql": "select 'Slack' as technology union all select 'google analytics'\n",
    # --- what is called as something of ours, and is something else
    "seeds/tiers.csv": "tier,colour\nGold,yellow\nSilver,grey\n",
    "models/marts/account_scores.sql": "select 'Ferris wheel' as ride, cast(null as integer) as score\n",
    "models/marts/rep_coverage.sql": "select tier, colour from {{ ref('tiers') }}\n",
    "models/staging/stg_raw__accounts.sql": "select count(*) as accounts from {{ ref('accounts') }}\n",
    "tests/accounts_are_ranked_or_not.sql": "select ride from {{ ref('account_scores') }} where ride is null\n",
    "tests/generic/within.sql": """
        {% test within(model, column_name, words) %}
            select * from {{ model }} where {{ column_name }} not in ('{{ words | join("', '") }}')
        {% endtest %}
    """,
    "models/marts/models.yml": """
        models:
          - name: rep_coverage
            columns:
              - name: colour
                data_tests: [within: {arguments: {words: [yellow, grey]}}]
    """,
    "macros/called_like_ours.sql": "\n".join(
        f"{{% macro {name}() %}} {NEVER.format(name)} {{% endmacro %}}" for name in MACROS_CALLED_LIKE_OURS
    ),
    "macros/run_query.sql": """
        {% macro run_query(sql) %} {{ return(dbt.run_query("/* of acme */ " ~ sql)) }} {% endmacro %}
        {% macro tell_the_end() %} {{ log("The root's hook ran.", info=true) if execute }} {% endmacro %}
    """,
    # --- a model on the marts
    "models/marts/sales_board.sql": """
        select tiers.account_id, tiers.tier, scores.scoring_model
        from {{ ref('account_tiers') }} as tiers
        inner join {{ ref('account_prioritization', 'account_scores') }} as scores
            on tiers.account_id = scores.account_id and tiers.scoring_model = scores.scoring_model
    """,
}
"""A project whose resources are called as ours are, as half the world's are."""

UNRELATED_FAILURE = {
    "tests/rides_have_scores.sql": "select ride from {{ ref('account_scores') }} where score is null\n"
}
"""A test of the root that fails, on a model that no mart depends on."""

ON_WHAT_IS_PUBLISHED = {
    "models/marts/board_of_yesterday.sql": "select account_id, tier from {{ source('published', 'account_tiers') }}\n"
}
"""A model on what was published by the last build."""


def world() -> Tables:
    """The rows that a loader left in the schema `landing`."""
    tables = facts(7, rules(), 80, 800)
    # of deals that closed before they began a build warns
    for deal in tables["opportunities"]:
        if deal["created_at"] and deal["closed_at"] and deal["closed_at"] < deal["created_at"]:
            deal["created_at"], deal["closed_at"] = deal["closed_at"], deal["created_at"]
    return as_text(tables)


@dataclass
class RootProject(Warehouse):
    """A warehouse and a project of somebody's own, `acme`, that has this one as a package."""

    schema: str = "dbt_anna"
    variables: dict[str, Any] = field(default_factory=dict)
    """Settings in dbt_project.yml, beside those without which it would be the wrong day."""
    flags: dict[str, Any] = field(default_factory=dict)
    models: dict[str, Any] = field(default_factory=dict)
    """What the root configures of the package's models."""

    def project(self) -> Path:
        """The root project, written anew."""
        folder = self.folder / "acme"
        settings = {
            "as_of": AS_OF_TEXT,
            "raw_refs": RAW_MODELS,
            "rule_refs": {"tiers": "our_tiers", "complementary_technologies": "our_technologies"},
            **self.variables,
        }
        config = {
            "name": "acme",
            "version": "1.0.0",
            "profile": "acme",
            "flags": {"send_anonymous_usage_stats": False, **self.flags},
            "on-run-end": ["{{ tell_the_end() }}"],
            "vars": {"account_prioritization": settings},
            "models": {"account_prioritization": self.models} if self.models else {},
        }
        for name, text in {**FILES, "dbt_project.yml": yaml.safe_dump(config), **self.files}.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        # as a spreadsheet leaves it, for dbt to guess the types of
        write_rules(folder / "seeds" / "our_tiers.csv", OUR_RULES["tiers"])
        return folder

    def command(self, *arguments: str, **options: Any) -> dict[str, Any]:
        """What runs a dbt command in the root project."""
        command = super().command(*arguments, **options)
        if arguments[0] == "deps":  # builds nothing, and knows no such option
            place = command["args"].index("--target-path")
            del command["args"][place : place + 2]
        return command

    def dbt(
        self,
        *arguments: str,
        variables: Mapping[str, Any] | None = None,
        project: Path | None = None,
        as_of: str = "",
    ) -> Run:
        """Runs a dbt command in the root project, for another day than that of its settings if one is given."""
        given = {**(variables or {}), "as_of": as_of} if as_of else variables
        return super().dbt(*arguments, variables=given, project=project or self.project())

    def mart(self, name: str) -> list[dict[str, Any]]:
        """The rows of a published mart."""
        return self.query(f"select * from {self.schema}_marts.{name}")

    def built(self) -> dict[str, list[dict[str, Any]]]:
        """All marts as they were built, published or not."""
        return {name: self.query(f"select * from {self.schema}_audit.{name}") for name in MARTS}

    @property
    def readers_file(self) -> Path:
        """The file that BI tools open."""
        return self.path.with_name(f"{self.path.stem}_{self.schema}_marts{self.path.suffix}")


@dataclass
class PostgresRootProject(RootProject, PostgresWarehouse):
    """The same on PostgreSQL."""


def tables_by_schema(warehouse: Warehouse) -> dict[str, set[str]]:
    """The names of all tables and views, by schema."""
    found: dict[str, set[str]] = {}
    for row in warehouse.query(
        "select table_schema, table_name from information_schema.tables"
        " where table_schema not in ('information_schema', 'pg_catalog')"
    ):
        found.setdefault(row["table_schema"], set()).add(row["table_name"])
    return found


def of_readers(file: Path) -> dict[str, Rows]:
    """All tables of a readers' file, by schema and name."""
    with duckdb.connect(str(file), read_only=True) as connection:
        names = fetch(connection, "select schema_name || '.' || table_name as name from duckdb_tables()")
        return {row["name"]: fetch(connection, f"select * from {row['name']}") for row in names}


def warnings(run: Run) -> list[str]:
    """The lines of a command that warn of something, but those that count."""
    counts = re.compile(r"WARN=0|0 warnings| (START|PASS|OK) ")
    return [line for line in run.output.splitlines() if "warn" in line.lower() and not counts.search(line)]
