"""Raw tables of any size, the same for the same seed: Parquet files with typed columns, or the same as text.

Signals come in the order in which they occurred, over 400 days up to as_of; few accounts have many and many have few.
Some arrive late, twice, corrected or deleted, and some know only the domain of their account.

    uv run python benchmarks/generate.py FOLDER [--accounts 10000] [--signals 1000000] [--days 400] [--text]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import duckdb

AS_OF = "2026-06-30T09:00:00Z"

# u(n, salt): a number from 0 to 1 that depends on the row and the salt only
MACROS = """
    create macro u(n, salt) as (hash(n * 1000003 + salt) >> 11) / 9007199254740992.0;
    create macro pick(list, n, salt) as list[1 + cast(floor(u(n, salt) * len(list)) as integer)];
    create macro account(n, salt, accounts) as cast(floor(accounts * pow(u(n, salt), 3)) as bigint);
"""

ACCOUNTS = """
    select
        'a' || n as account_id,
        'Account ' || n as account_name,
        'account' || n || '.example' as domain,
        pick(['SaaS', 'Software', 'Media', 'Mining', 'Retail', null], n, 1) as industry,
        pick(['United States', 'Canada', 'Germany', 'France', 'Peru', null], n, 2) as country,
        case when u(n, 3) < 0.9 then round(pow(10, 6 + 3.3 * u(n, 4))) end as annual_revenue_usd,
        cast(case when u(n, 5) < 0.9 then 10 + pow(10, 4 * u(n, 6)) end as integer) as employee_count,
        pick(['expanding', 'stable', 'contracting', null], n, 7) as growth_trend,
        case when u(n, 8) < 0.8 then round(5000 + 300000 * u(n, 9)) end as estimated_deal_usd,
        pick(['high', 'moderate', 'low', null], n, 10) as brand_tier,
        pick(['displacement', 'greenfield', null], n, 11) as competitive_position,
        u(n, 12) < 0.05 as is_customer,
        u(n, 13) < 0.001 as is_strategic,
        case when u(n, 14) < 0.01 then 'a' || account(n, 15, {accounts}) end as merged_into_account_id,
        cast(as_of + to_days(cast(400 * u(n, 16) as integer)) as date) as competitor_renewal_on,
        as_of - to_days(1) as loaded_at
    from range({accounts}) as r (n), moment
"""

CONTACTS = """
    select
        'c' || n as contact_id,
        'a' || n // 3 as account_id,
        'person' || n || '@account' || n // 3 || '.example' as email,
        pick(['executive', 'manager', 'practitioner', null], n, 21) as seniority,
        pick(['IT', 'Sales', 'Marketing', 'Finance', null], n, 22) as department,
        u(n, 23) < 0.05 as is_champion,
        as_of - to_days(1) as loaded_at
    from range(3 * {accounts}) as r (n), moment
"""

TECHNOLOGIES = """
    select distinct
        'a' || n // 2 as account_id,
        pick(['Salesforce', 'HubSpot', 'Marketo', 'Slack', 'Excel', 'SAP'], n, 31) as technology,
        cast(as_of - to_days(cast(900 * u(n, 32) as integer)) as date) as detected_on,
        cast(null as date) as removed_on
    from range(2 * {accounts}) as r (n), moment
"""

# the signals from number `first` on; the days before as_of hold signals / days each
SIGNALS = """
    with numbered as (
        select
            n,
            account(n, 41, {accounts}) as account_number,
            as_of - to_microseconds(cast(({first} + {rows} - n - u(n, 42)) * 86400e6 * {days} / {rows} as bigint))
                + to_days({later}) as occurred_at
        from range({first}, {first} + {rows}) as r (n), moment
    ),
    made as (
        select
            's' || n as signal_id,
            case when u(n, 43) < 0.95 then 'a' || account_number end as account_id,
            case when u(n, 43) >= 0.95 then 'www.account' || account_number || '.example' end as domain,
            pick(['website_visit', 'website_visit', 'website_visit', 'website_visit', 'email_open', 'email_open',
                'email_click', 'content_download', 'social_engagement', 'pricing_page_visit', 'case_study_download',
                'webinar_attendance', 'third_party_intent_surge', 'competitor_research', 'demo_request',
                'funding_round'], n, 44) as signal_type,
            occurred_at,
            case when u(n, 45) < 0.6 then 'c' || (3 * account_number + n % 3) end as contact_id,
            case when u(n, 46) < 0.1 then round(100 * u(n, 47), 1) end as signal_value,
            pick(['web', 'email', 'vendor'], n, 48) as channel,
            occurred_at as updated_at,
            false as is_deleted,
            occurred_at + to_minutes(cast(case when u(n, 49) < 0.02 then 60 * 24 * 5 else 60 end * u(n, 50) as integer))
                as loaded_at
        from numbered
    )
    select * from made
    union all
    select * replace (
        updated_at + to_hours(3) as updated_at,
        loaded_at + to_hours(3) as loaded_at,
        u(length(signal_id) + hash(signal_id) % 1000, 51) < 0.2 as is_deleted
    ) from made
    where hash(signal_id) % 1000 < 5
"""


def write(folder: Path, name: str, sql: str, connection: duckdb.DuckDBPyConnection, text: bool) -> None:
    """Writes the rows of a query as a Parquet file."""
    if text:
        sql = f"select columns(*)::varchar from ({sql})"
    connection.execute(f"copy ({sql}) to '{folder / name}.parquet' (row_group_size 122880)")


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory with what the queries use."""
    connection = duckdb.connect()
    connection.execute(f"set TimeZone = 'UTC'; set preserve_insertion_order = true; {MACROS}")
    connection.execute(f"create view moment as select timestamptz '{AS_OF}' at time zone 'UTC' as as_of")
    return connection


def generate(folder: Path, accounts: int, signals: int, days: int = 400, text: bool = False) -> None:
    """Writes the tables, and in `signals_of_a_day` what comes in the day after as_of."""
    folder.mkdir(parents=True, exist_ok=True)
    connection = connect()
    sizes = {"accounts": accounts}
    for name, sql in {"accounts": ACCOUNTS, "contacts": CONTACTS, "account_technologies": TECHNOLOGIES}.items():
        write(folder, name, sql.format(**sizes), connection, text)
    day = signals // days
    write(folder, "signals", SIGNALS.format(**sizes, first=0, rows=signals, days=days, later=0), connection, text)
    new = SIGNALS.format(**sizes, first=signals, rows=day, days=1, later=1)
    write(folder, "signals_of_a_day", new, connection, text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--signals", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=400)
    parser.add_argument("--text", action="store_true", help="all columns as text")
    options = parser.parse_args()
    generate(options.folder, options.accounts, options.signals, options.days, options.text)


if __name__ == "__main__":
    main()
