"""The benchmark's raw tables as Salesforce and Segment hold them: the same rows, and rules that read them alike."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb

SETTINGS: dict[str, object] = {"sources": ["tables", "salesforce", "segment"], "raw_schema": "rest"}
"""What no CRM knows, technologies with their days, stands beside them as a raw table."""

VIEWS = {
    "rest.account_technologies": "select * from read_parquet('{files}/account_technologies.parquet')",
    "salesforce.account": """
        select
            account_id as id, account_name as name, domain as website, industry, country as billing_country,
            annual_revenue_usd as annual_revenue, employee_count as number_of_employees,
            case when is_customer then 'Customer - Direct' else 'Prospect' end as type,
            merged_into_account_id as master_record_id, loaded_at as _fivetran_synced,
            columns(['growth_trend', 'estimated_deal_usd', 'brand_tier', 'competitive_position', 'is_strategic',
                'competitor_renewal_on'])
        from read_parquet('{files}/accounts.parquet')
    """,
    "salesforce.contact": """
        select
            contact_id as id, account_id, email, department, loaded_at as _fivetran_synced, seniority, is_champion
        from read_parquet('{files}/contacts.parquet')
    """,
    # a visitor is a contact, or somebody of an account or of a domain
    "segment.tracks": """
        select
            signal_id as id, coalesce(contact_id || coalesce(account_id, ''), account_id, domain) as user_id,
            signal_type as event, occurred_at as "timestamp", loaded_at as received_at, is_deleted, signal_value,
            channel
        from read_parquet('{files}/signals.parquet')
    """,
    "segment.groups": """
        select 'g' || row_number() over (order by user_id) as id, *
        from (
            select
                coalesce(contact_id || coalesce(account_id, ''), account_id, domain) as user_id,
                any_value(account_id) as group_id, any_value(domain) as domain, min(occurred_at) as "timestamp"
            from read_parquet('{files}/signals.parquet') group by 1
        ) as visitors
    """,
    "segment.identifies": """
        select distinct
            contact_id || coalesce(account_id, '') as user_id, contact_id || coalesce(account_id, '') as id, email,
            loaded_on as "timestamp"
        from (select distinct contact_id, account_id from read_parquet('{files}/signals.parquet'))
        inner join (select contact_id, email, loaded_at as loaded_on from read_parquet('{files}/contacts.parquet'))
            using (contact_id)
    """,
}
OWN_FIELDS: dict[str, dict[str, tuple[str, ...]]] = {
    "salesforce": {
        "accounts": (
            *("growth_trend", "estimated_deal_usd", "brand_tier", "competitive_position", "is_strategic"),
            "competitor_renewal_on",
        ),
        "contacts": ("seniority", "is_champion"),
    },
    "segment": {"signals": ("signal_value", "channel")},
}


def make_views(connection: duckdb.DuckDBPyConnection, files: Path, folder: Path) -> None:
    """Makes the sources' tables: views of files in a folder, as the raw tables are."""
    for name, sql in VIEWS.items():
        connection.execute(f"create schema if not exists {name.partition('.')[0]}")
        file = folder / f"{name}.parquet"
        connection.execute(f"copy ({sql.format(files=files)}) to '{file}'")
        connection.execute(f"create or replace view {name} as select * from read_parquet('{file}')")


def write_rules(seeds: Path) -> None:
    """Names the fields, and has each event be the signal that it is called by."""
    with (seeds / "signal_types.csv").open(newline="", encoding="utf-8") as file:
        types = [row["signal_type"] for row in csv.DictReader(file)]
    fields = [
        (source, table, column, column)
        for source, tables in OWN_FIELDS.items()
        for table, columns in tables.items()
        for column in columns
    ]
    for name, rows in (
        ("signal_mappings", [("segment.tracks", each, "", "", each) for each in types]),
        ("source_fields", fields),
    ):
        path = seeds / f"{name}.csv"
        header = path.read_text(encoding="utf-8").splitlines()[0].split(",")
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *rows])
