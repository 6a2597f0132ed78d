"""Writes a page to look at: accounts, each account, the team, tier flow, models, validation, and what if.

    uv run python scripts/report.py [account_prioritization_marts.duckdb] [--to account_priorities.html]
    uv run python scripts/report.py --dbt --target prod      # from the marts of any warehouse, by the profile

Reads the readers' file, or with `--dbt` the published marts through dbt. Up to `--inline` accounts (2,000) all is one
file that can be sent by e-mail; of more, the page lies beside a folder of the same name with a part for every 250
accounts, which it reads as they are looked at. It asks for nothing from anywhere, and computes nothing that a mart
tells. Exits with 1 and says what to do if there are no marts.
"""

from __future__ import annotations

import argparse
import base64
import gzip
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import yaml

HERE = Path(__file__).parent / "report"
READERS_FILE = "the readers' file, <name>_marts.duckdb"
PART = 250
TABLES = (
    *("account_tiers", "account_scores", "account_score_contributions", "account_signals", "account_timeline"),
    *("account_tier_history", "account_tier_changes", "coverage_gaps", "rep_coverage", "scoring_model_tiers"),
    *("unranked_accounts", "score_validation", "score_validation_bands", "accounts", "hot_responses"),
)
LISTED = (
    *("account_id", "account_name", "domain", "industry", "territory", "owner_id", "owner_name", "owner_is_active"),
    *("tier_number", "tier", "priority_rank", "priority_score", "priority_rank_7d_ago", "previous_tier_number"),
    *("days_in_tier", "fit_score", "intent_score", "relationship_score", "strategic_score", "engagement_status"),
    *("response_status", "respond_by", "next_step", "next_step_code", "why_now", "last_outbound_at"),
    *("open_opportunities", "open_opportunity_amount_usd", "open_opportunity_stage", "is_strategic"),
    "override_tier_number",
)
"""What the page knows of every account before one is opened."""
TOLD = (
    *("country", "annual_revenue_usd", "employee_count", "crm_url", "priority_score_7d_ago", "why_fit"),
    *("gaps_to_act_on", "gaps_in_data", "last_outbound_type", "last_inbound_at", "next_touch_due_on"),
    *("engaged_contacts", "highest_engaged_seniority", "engaged_departments"),
)
"""What it learns of one when that is opened, beside the lists of `DETAILS`."""


def add_source(parser: argparse.ArgumentParser) -> None:
    """The options that say where the marts are."""
    database = Path(os.environ.get("DUCKDB_PATH", "account_prioritization.duckdb"))
    default = database.with_name(f"{database.stem}_marts{database.suffix}")
    parser.add_argument("marts", type=Path, nargs="?", default=default, help=READERS_FILE)
    parser.add_argument("--dbt", action="store_true", help="read the published marts through dbt instead")
    parser.add_argument("--target", help="of dbt's profile, with --dbt")


def read(options: argparse.Namespace) -> duckdb.DuckDBPyConnection:
    """The marts that the options name, in the schema `marts`."""
    if options.dbt:
        return load(["--target", options.target] if options.target else [])
    return attach(options.marts)


def attach(path: Path) -> duckdb.DuckDBPyConnection:
    """The readers' file, as the schema `marts`."""
    if not path.exists():
        raise SystemExit(f"There is no file {path}: run `dbt build` first, or name {READERS_FILE}.")
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    try:
        connection.execute(f"attach {quoted(str(path))} as file (read_only)")
    except duckdb.Error as error:
        raise SystemExit(f"{path} cannot be read: {str(error).splitlines()[0]}") from error
    found = connection.execute(
        "select schema_name from duckdb_tables() where database_name = 'file' and table_name = 'account_tiers'"
    ).fetchall()
    schemas = [name for (name,) in found if name == "marts" or name.endswith("_marts")]
    if not schemas:
        raise SystemExit(f"{path} holds no marts: name {READERS_FILE}, which `dbt build` writes.")
    connection.execute("create schema marts")
    for table in TABLES:
        connection.execute(f'create view marts.{table} as from file."{schemas[0]}".{table}')
    return connection


def load(options: list[str]) -> duckdb.DuckDBPyConnection:
    """The published marts of a warehouse, as dbt's profile reaches it."""
    from dbt.cli.main import dbtRunner

    connection, runner = duckdb.connect(), dbtRunner()
    connection.execute("set TimeZone = 'UTC'; create schema marts")
    types = declared_types()
    with tempfile.TemporaryDirectory() as folder:
        for table in TABLES:
            query = f"select * from {{{{ source('published', '{table}') }}}}"
            done = runner.invoke(["--quiet", "show", "--inline", query, "--limit", "-1", *options])
            if not done.success:
                raise SystemExit(
                    f"dbt cannot read {table}: {done.exception or 'see its message'}. Publish a build first."
                )
            found = done.result.results[0].agate_table  # type: ignore[union-attr]
            assert found is not None
            rows = Path(folder) / f"{table}.json"
            lines = (
                json.dumps(dict(zip(found.column_names, row.values(), strict=True)), default=str) for row in found.rows
            )
            rows.write_text("\n".join(lines), encoding="utf-8")
            columns = ", ".join(f"{quoted(name)}: {quoted(kind)}" for name, kind in types[table].items())
            typed = f"read_json({quoted(str(rows))}, columns = {{{columns}}}, format = 'nd')"
            connection.execute(f"create table marts.{table} as from {typed}")
    return connection


def declared_types() -> dict[str, dict[str, str]]:
    """The columns of each mart and their types."""
    files = (HERE.parent.parent / "models" / "marts").rglob("*.yml")
    found = [model for file in files for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])]
    return {m["name"]: {c["name"]: c["data_type"] for c in m["columns"] if "data_type" in c} for m in found}


def quoted(text: str) -> str:
    """A text literal."""
    return "'" + text.replace("'", "''") + "'"


# --- What the page is made of -----------------------------------------------------------------------------------------

FACTORS = "select distinct dimension, factor_label, label from marts.account_score_contributions where is_primary"
SIGNAL_TYPES = "select distinct signal_type from marts.account_signals"
DAYS = "select distinct tier_date from marts.account_tier_history where is_primary order by tier_date desc limit"
NUMBERED = "select row_number() over () - 1 as number, * from (select * from ({}) order by all)"
"""What many accounts have in common is written once, and known by its number."""

TIERS_IN_ORDER = "string_agg(chr(48 + coalesce({}.tier_number, 0)), '' order by tiers.priority_rank)"
"""A letter for the tier of each account, in the order of their ranks; `0` where it was in none."""

EVENTS = "['signal', 'touch', 'reply', 'opportunity_created', 'tier_change']"
"""Of the timeline, those that are drawn, in the order of page.js."""

DETAILS = f"""
    with today as (select max(scored_at)::date as last_day from marts.account_tiers),
    contributions as (
        select account_id, to_json(list(
            [factors.number, (attribute_value is null)::int, round(priority_contribution, 2), round(priority_gap, 2)]
        )) as listed
        from marts.account_score_contributions as contributions semi join chosen using (account_id)
        inner join factors on contributions.dimension = factors.dimension
            and contributions.factor_label = factors.factor_label
            and contributions.label is not distinct from factors.label
        where is_primary group by account_id
    ),
    signals as (
        select account_id, to_json(list(
            [
                types.number, last_day - last_occurred_at::date, signals_30d, round(decayed_points, 2),
                round(decayed_points_7d_ago, 2)
            ]
        )) as listed
        from marts.account_signals as signals semi join chosen using (account_id)
        inner join types on signals.signal_type = types.signal_type
        cross join today
        group by account_id
    ),
    timeline as (
        select account_id,
            to_json(list([last_day - day, list_position({EVENTS}, kind) - 1, count])) as listed
        from marts.account_timeline semi join chosen using (account_id) cross join today
        where kind in {EVENTS} and day > last_day - 90
        group by account_id
    ),
    history as (
        select account_id, to_json(list([days.number, round(priority_score, 2), tier_number])) as listed
        from marts.account_tier_history as history semi join chosen using (account_id)
        inner join days on history.tier_date = days.tier_date
        where is_primary and tier_number is not null group by account_id
    ),
    changes as (
        select account_id, to_json(list(
            json_array(changed_on, from_tier_number, from_tier, to_tier_number, to_tier, why) order by changed_on desc
        )) as listed
        from marts.account_tier_changes semi join chosen using (account_id)
        where is_primary and changed_on in (select tier_date from days) group by account_id
    ),
    gaps as (
        select account_id, to_json(list(what_to_do order by gap_order)) as listed
        from marts.coverage_gaps semi join chosen using (account_id) group by account_id
    ),
    others as (
        select account_id,
            to_json(list(json_array(scoring_model, round(priority_score, 2), tier) order by scoring_model)) as listed
        from marts.account_scores semi join chosen using (account_id) where not is_primary group by account_id
    )
    select
        tiers.priority_rank - 1 as number,
        json_array(
            json_array({", ".join(f"tiers.{name}" for name in TOLD)}),
            contributions.listed, signals.listed, timeline.listed, history.listed, changes.listed, gaps.listed,
            others.listed
        )::varchar as told
    from marts.account_tiers as tiers semi join chosen using (account_id)
    left join contributions using (account_id)
    left join signals using (account_id)
    left join timeline using (account_id)
    left join history using (account_id)
    left join changes using (account_id)
    left join gaps using (account_id)
    left join others using (account_id)
"""
"""What is told of each account of `chosen` once it is opened. The page sorts the lists: in SQL that takes long."""
QUERIES = {
    "tiers": "select * from marts.scoring_model_tiers order by is_primary desc, scoring_model, tier_number",
    "team": "select * from marts.rep_coverage order by tier_1_accounts desc, tier_2_accounts desc, owner_name",
    "unranked": """
        select reason, count(*) as accounts from marts.unranked_accounts
        where is_primary group by reason order by reason
    """,
    "models": f"""
        select models.scoring_model, {TIERS_IN_ORDER.format("others")} as tiers
        from (select distinct scoring_model from marts.account_scores where not is_primary) as models
        cross join marts.account_tiers as tiers
        left join marts.account_scores as others
            on others.account_id = tiers.account_id and others.scoring_model = models.scoring_model
        group by models.scoring_model order by models.scoring_model
    """,
    "gaps": """
        select tiers.priority_rank - 1 as place
        from marts.coverage_gaps as gaps inner join marts.account_tiers as tiers using (account_id)
        where gaps.is_first_gap order by place
    """,
    "days": f"""
        select days.tier_date, {TIERS_IN_ORDER.format("history")} as tiers
        from days cross join marts.account_tiers as tiers
        left join marts.account_tier_history as history
            on history.account_id = tiers.account_id and history.tier_date = days.tier_date and history.is_primary
        group by days.tier_date order by days.tier_date
    """,
    "gone": """
        select history.tier_date, history.account_id, history.tier_number
        from marts.account_tier_history as history
        semi join days on history.tier_date = days.tier_date
        anti join marts.account_tiers as tiers on history.account_id = tiers.account_id
        where history.is_primary and history.tier_number is not null order by all
    """,
    "factors": "select dimension, factor_label, label from factors order by number",
    "signalTypes": "select signal_type from types order by number",
    "validation": """
        select * from marts.score_validation where tier_date is null order by scoring_model, outcome, score_name
    """,
    "bands": """
        select * from marts.score_validation_bands where tier_date is null
        order by scoring_model, outcome, band_kind, band_number
    """,
}
"""What each view shows, by its name in the page."""


def as_json(connection: duckdb.DuckDBPyConnection, query: str) -> str:
    """The rows of a query as JSON, written by DuckDB itself: `[[names], [rows], {column: [texts]}]`.

    Of a column of texts, each of which occurs in four rows or more, a row has the number.
    """
    connection.execute(f"create or replace temp table shown as {query}")
    columns = connection.execute(
        "select column_name, data_type from duckdb_columns() where table_name = 'shown'"
    ).fetchall()
    texts = {}
    for name in (name for name, kind in columns if kind == "VARCHAR"):
        ((several, all_rows),) = connection.execute(f'select count(distinct "{name}"), count(*) from shown').fetchall()
        if several and 4 * several <= all_rows:
            connection.execute("drop type if exists texts")
            connection.execute(
                f'create type texts as enum (select distinct "{name}" from shown where "{name}" is not null)'
            )
            texts[name] = connection.execute("select enum_range(null::texts)").fetchall()[0][0]
            connection.execute(f'alter table shown alter "{name}" type integer using enum_code("{name}"::texts)')
    listed = ", ".join(f'"{name}"' for name, _ in columns)
    ((rows,),) = connection.execute(
        f"select to_json(list(json_array({listed}) order by rowid))::varchar from shown"
    ).fetchall()
    return f"[{json.dumps([name for name, _ in columns])}, {rows or '[]'}, {json.dumps(texts)}]"


def write(connection: duckdb.DuckDBPyConnection, page: Path, inline: int) -> list[Path]:
    """Writes the page, and its parts where it has many accounts; gives what was written."""
    ((accounts, as_of),) = connection.execute("select count(*), max(scored_at) from marts.account_tiers").fetchall()
    # of a large book the last days alone: the page has to be read
    days = f"{DAYS} {60 if accounts <= inline else 13}"
    for name, query in (("factors", FACTORS), ("types", SIGNAL_TYPES), ("days", days)):
        connection.execute(f"create temp table {name} as {NUMBERED.format(query)}")
    listed = f"select {', '.join(LISTED)} from marts.account_tiers order by priority_rank"
    parts = {
        "asOf": json.dumps(as_of.strftime("%Y-%m-%d %H:%M") if as_of else ""),
        "told": json.dumps(TOLD),
        **{name: as_json(connection, query) for name, query in {"accounts": listed, **QUERIES}.items()},
    }
    written = [page]
    page.parent.mkdir(parents=True, exist_ok=True)
    if accounts <= inline:
        parts["details"] = next(details(connection, accounts, size=max(accounts, 1)), "[]")
    else:
        folder = page.with_suffix("")
        folder.mkdir(exist_ok=True)
        for number, told in enumerate(details(connection, accounts, PART)):
            part = folder / f"{number}.js"
            part.write_text(f"partRead({number}, '{packed(told)}')", encoding="utf-8")
            written.append(part)
        parts["parts"] = json.dumps({"folder": folder.name, "size": PART})
    data = ", ".join(f"{json.dumps(name)}: {value}" for name, value in parts.items())
    text = (HERE / "page.html").read_text(encoding="utf-8")
    for mark, put in (
        ("/*CSS*/", (HERE / "page.css").read_text(encoding="utf-8")),
        ("/*JS*/", (HERE / "page.js").read_text(encoding="utf-8")),
        ("/*DATA*/", packed(f"{{{data}}}")),
    ):
        text = text.replace(mark, put)
    page.write_text(text, encoding="utf-8")
    return written


def details(connection: duckdb.DuckDBPyConnection, accounts: int, size: int) -> Iterator[str]:
    """What is told of each account, in the order of their ranks, in parts of a size, as JSON.

    Made for some thousands at a time, so that memory does not grow with the book.
    """
    at_once = size * max(1, 25_000 // size)
    for first in range(0, accounts, at_once):
        ranks = f"priority_rank between {first + 1} and {first + at_once}"
        connection.execute(f"create or replace temp table chosen as from marts.account_tiers where {ranks}")
        for (told,) in connection.execute(
            f"select '[' || string_agg(told, ',' order by number) || ']' from ({DETAILS})"
            f" group by number // {size} order by min(number)"
        ).fetchall():
            yield told


def packed(data: str) -> str:
    """JSON, gzipped and in base64: a quarter of its size, and no letter that ends a script."""
    return base64.b64encode(gzip.compress(data.encode(), compresslevel=6, mtime=0)).decode()


def main() -> None:
    """Reads the marts and writes the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_source(parser)
    parser.add_argument("--to", type=Path, default=Path("account_priorities.html"))
    parser.add_argument("--inline", type=int, default=2000, help="up to how many accounts all is one file")
    options = parser.parse_args()
    written = write(read(options), options.to, options.inline)
    size = sum(file.stat().st_size for file in written)
    print(f"{options.to} ({size / 1e6:.2f} MB in {len(written)} {'file' if len(written) == 1 else 'files'})")


if __name__ == "__main__":
    main()
