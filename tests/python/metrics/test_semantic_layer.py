"""Every metric and saved query of models/semantic_layer.yml, asked by `mf` of a readers' file, against plain SQL."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from worlds.committed import PROJECT

pytestmark = pytest.mark.long
pytest.importorskip("dbt_metricflow", reason="`uv run --group metrics pytest -m long` installs it")
LAYER = yaml.safe_load((PROJECT / "models" / "semantic_layer.yml").read_text(encoding="utf-8"))

TIERS = "from marts.account_tiers"
QUERIES = {
    "monday_headline": (
        [],
        f"""
        select
            (select count(*) {TIERS}) as accounts,
            (select count(*) filter (tier_number = 1) / count(*) {TIERS}) as tier_1_share,
            (select avg(priority_score) {TIERS}) as average_priority_score,
            (select avg(data_completeness) {TIERS}) as data_completeness,
            (select count(*) {TIERS} where engagement_status = 'hot') as hot_accounts,
            (select count(*) {TIERS} where response_status = 'overdue') as overdue_accounts,
            (select count(*) {TIERS} where tier_reason = 'capacity') as capacity_bound_accounts,
            (select count(*) {TIERS} where tier_number in (1, 2) and owner_id is null) as unowned_tier_1_2,
            (
                select sum(open_opportunity_amount_usd) filter (tier_number in (1, 2))
                    / sum(open_opportunity_amount_usd)
                {TIERS}
            ) as open_amount_in_tier_1_2_share,
            (select sum(tier_1_touched) / sum(tier_1_accounts) from marts.rep_coverage) as tier_1_touched_share,
            (
                select sum(accounts) / sum(account_capacity) from marts.rep_coverage
                where is_active and account_capacity is not null
            ) as book_utilization,
            (select count(distinct account_id) from marts.coverage_gaps) as coverage_gap_accounts
        """,
    ),
    "tiers_by_owner": (
        [],
        f"""
        select reps.owner_name as rep__owner_name, tiers.tier as account__tier_name, count(*) as accounts
        {TIERS} as tiers left join marts.rep_coverage as reps using (owner_id) group by all
        """,
    ),
    "tier_flow_week": (
        [],
        """
        select date_trunc('week', changed_on) as metric_time__week,
            count(*) filter (is_primary and direction = 'up') as tier_up_moves,
            count(*) filter (is_primary and direction = 'down') as tier_down_moves
        from marts.account_tier_changes group by all
        """,
    ),
    "gaps_by_rep": (
        [],
        """
        select reps.owner_name as rep__owner_name, gaps.gap as coverage_gap__gap,
            count(distinct gaps.account_id) as coverage_gap_accounts
        from marts.coverage_gaps as gaps left join marts.rep_coverage as reps using (owner_id) group by all
        """,
    ),
    "response_by_rep": (
        [],
        """
        select reps.owner_name as rep__owner_name,
            count(*) filter (response_status = 'answered_in_time')
                / nullif(count(*) filter (response_status <> 'due'), 0) as hot_answered_in_time_share,
            median(hours_to_answer) as median_hours_to_answer
        from marts.hot_responses as responses left join marts.rep_coverage as reps using (owner_id) group by all
        """,
    ),
    "model_agreement": (
        [],
        f"""
        select scores.scoring_model, scores.tier as account_in_model__tier_name, tiers.tier as account__tier_name,
            count(*) as accounts_scored
        from marts.account_scores as scores left join (select account_id, tier {TIERS}) as tiers using (account_id)
        group by all
        """,
    ),
    "the last day of history": (
        ["--metrics", "accounts_in_tier", "--group-by", "account_on_a_day__tier_name"],
        """
        select tier as account_on_a_day__tier_name,
            count(*) filter (is_primary and tier_number is not null) as accounts_in_tier
        from marts.account_tier_history
        where tier_date = (select max(tier_date) from marts.account_tier_history) group by all
        """,
    ),
    "each day of history": (
        ["--metrics", "accounts_in_tier", "--group-by", "metric_time__day"],
        """
        select tier_date as metric_time__day,
            count(*) filter (is_primary and tier_number is not null) as accounts_in_tier
        from marts.account_tier_history group by all
        """,
    ),
    "wins of the primary model": (
        ["--metrics", "win_rate_by_tier", "--group-by", "outcome_tier__tier_name"],
        """
        select band as outcome_tier__tier_name, sum(positives) / sum(accounts) as win_rate_by_tier
        from marts.score_validation_bands
        where band_kind = 'tier' and outcome = 'opportunity_won' and tier_date is not null group by all
        """,
    ),
    "signals": (
        ["--metrics", "signals_30d", "--group-by", "signal_type"],
        "select signal_type, sum(signals_30d) as signals_30d from marts.account_signals group by all",
    ),
}
"""What is asked, beside the name of a saved query, and what plain SQL says."""


@pytest.fixture(scope="module")
def marts(demo, tmp_path_factory) -> Path:
    """The readers' file of the demo with an earlier day, moves and wins."""
    path = tmp_path_factory.mktemp("metrics") / "account_prioritization_marts.duckdb"
    shutil.copy(demo.readers_file, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            insert into marts.account_tier_history
            select * replace (tier_date - 7 as tier_date, scored_at - interval 7 day as scored_at)
            from marts.account_tier_history where priority_rank is distinct from 50;
            insert into marts.account_tier_changes (account_id, scoring_model, is_primary, changed_on, direction)
            select account_id, scoring_model, is_primary, tier_date - cast(priority_rank % 21 as integer),
                ['up', 'down', 'in', 'out'][1 + priority_rank % 4]
            from marts.account_tier_history where priority_rank < 60;
            insert into marts.score_validation_bands
                (scoring_model, outcome, tier_date, band_kind, band_number, band, accounts, positives)
            select 'weighted_composite', outcome, tier_date, band_kind, n, 'Tier ' || n, 100 * n, 9 - n
            from (values ('opportunity_won'), ('opportunity_created')) as outcomes (outcome),
                (values (date '2026-01-05'), (date '2026-01-12'), (null)) as days (tier_date),
                (values ('tier'), ('decile')) as kinds (band_kind), range(1, 5) as numbers (n);
            """
        )
    return path


@pytest.fixture(scope="module")
def mf(marts, tmp_path_factory) -> Callable[..., str]:
    """Runs `mf` in a copy of the project that was parsed for it."""
    folder = tmp_path_factory.mktemp("project") / "project"
    left_out = shutil.ignore_patterns(".*", "target", "logs", "tests", "benchmarks", "*.duckdb*")
    shutil.copytree(PROJECT, folder, ignore=left_out)
    asking = {"MARTS_SCHEMA": "marts", "DBT_TARGET": "readers", "READERS_FILE": str(marts)}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")} | asking

    def run(*command: str) -> str:
        done = subprocess.run(
            [Path(sys.executable).with_name(command[0]), *command[1:]],
            cwd=folder,
            env=environment | {"PYTHONPATH": str(folder / "plugins")},
            text=True,
            capture_output=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    run("dbt", "parse")
    return run


def told(rows: list[dict[str, Any]]) -> list[tuple[tuple[str, str], ...]]:
    """Rows that can be compared, in whatever order: numbers to nine decimals, moments as days."""

    def text(value: Any) -> str:
        try:
            return f"{float(value):.9f}"
        except (TypeError, ValueError):
            return "" if value is None else str(value)[:10] if str(value)[4:5] == "-" else str(value)

    return sorted(tuple(sorted((name, text(value)) for name, value in row.items())) for row in rows)


def test_every_metric_is_asked_here():
    asked = {metric for query in LAYER["saved_queries"] for metric in query["query_params"]["metrics"]}
    asked |= {arguments[1] for arguments, _ in QUERIES.values() if arguments}
    declared = {metric["name"] for metric in LAYER["metrics"]}
    measures = [measure for model in LAYER["semantic_models"] for measure in model.get("measures", [])]
    parts = {part for metric in LAYER["metrics"] for part in metric["type_params"].values()}
    assert asked | parts == declared | {measure["name"] for measure in measures}
    assert {query["name"] for query in LAYER["saved_queries"]} <= QUERIES.keys()


def test_all_is_valid_and_to_be_had(mf):
    said = mf("mf", "validate-configs", "--show-all")
    assert said.count("ERRORS: 0, FUTURE_ERRORS: 0") == 6, said


@pytest.mark.parametrize("name", QUERIES)
def test_metrics_say_what_plain_sql_says(mf, marts, name, tmp_path):
    asked, sql = QUERIES[name]
    mf("mf", "query", *(asked or ["--saved-query", name]), "--csv", str(tmp_path / "found.csv"))
    with duckdb.connect(str(marts), read_only=True) as connection:
        cursor = connection.execute(sql)
        names = [column for column, *_ in cursor.description]
        expected = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    with (tmp_path / "found.csv").open(newline="", encoding="utf-8") as file:
        assert told(list(csv.DictReader(file))) == told(expected)
    assert expected


def test_a_build_refuses_to_make_its_tables_where_readers_look(mf):
    with pytest.raises(AssertionError, match="MARTS_SCHEMA: for metrics alone"):
        mf("dbt", "build", "--target", "duckdb", "--select", "accounts", "--target-path", "refused")
