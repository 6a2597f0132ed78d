"""The builds that tests share, by the name of the fixture that gives them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb

from package.story import Step, story
from rules.spoiled import SPOILED
from worlds.committed import rules
from worlds.crm_days import days
from worlds.dirty import AS_OF_TEXT, Row, Tables, facts, spelled
from worlds.reports import AS_OF as REPORTED_AT
from worlds.reports import reports as report_rows
from worlds.reports import rules_of_reports

from .compiled import CompiledProject
from .kept import Kept
from .warehouse import Run, Warehouse, fetch

BARE_ROWS = {
    "accounts": [{"account_id": f"a{n}", "account_name": f"Account {n}"} for n in range(3)],
    "signals": [
        {"signal_id": "1", "account_id": "a1", "signal_type": "demo_request", "occurred_at": "2026-06-29T12:00:00Z"},
        {"signal_id": "2", "account_id": "a2", "signal_type": "demo_request", "occurred_at": "2026-06-30T00:00:01Z"},
        {"signal_id": "3", "account_id": "a9", "signal_type": "website_visit", "occurred_at": "2026-06-30"},
    ],
}
"""Raw tables with nothing but what is required."""


def dirty_rows() -> Tables:
    """Some 2,000 accounts and 20,000 signals with everything that can be wrong with them."""
    return spelled(facts(1, rules(), 2_000, 20_000), 1)


def demo(folder: Path, kept: Kept) -> Warehouse:
    """The demo, with nothing configured: with all unit tests and data tests, and all that dbt says of the files."""
    warehouse = Warehouse(folder)
    warehouse.build("--no-partial-parse").check()
    return warehouse


def compiled(folder: Path, kept: Kept) -> CompiledProject:
    """The project's compiled SQL, to replay in memory."""
    return CompiledProject.compile(folder)


def compiled_by_load(folder: Path, kept: Kept) -> CompiledProject:
    """The project compiled for an empty warehouse and for one that was built before."""
    return CompiledProject.compile(folder, by_load=True)


def dirty(folder: Path, kept: Kept) -> Warehouse:
    """The dirty rows, where the demo had been published before."""
    warehouse = Warehouse(folder)
    shutil.copy(kept["demo"].path, warehouse.path)
    warehouse.load(dirty_rows())
    warehouse.build(raw_schema="raw", as_of=AS_OF_TEXT, replace_published=True).check()
    return warehouse


def rejected(folder: Path, kept: Kept) -> tuple[Warehouse, Run]:
    """A build with one of every mistake in its rules where the demo had been published, and what it said."""
    warehouse = Warehouse(folder, seeds=SPOILED)
    shutil.copy(kept["demo"].path, warehouse.path)
    return warehouse, warehouse.build("--exclude-resource-type", "unit_test")


def unreadable(folder: Path, kept: Kept) -> tuple[Warehouse, Run]:
    """A build with files that are no rows of their columns where the demo had been published, and what it said."""
    warehouse = Warehouse(folder, seeds={"scoring_models": rules()["scoring_models"]})
    shutil.copy(kept["demo"].path, warehouse.path)
    seeds = warehouse.project() / "seeds"
    (seeds / "tiers.csv").unlink()
    (seeds / "icp_markets.csv").write_bytes("country,market_match\nPeru,priority\nMéxico,priority\n".encode("cp1252"))
    (seeds / "icp_industries.csv").write_text("industry,industry_match\nSaaS,primary\n", encoding="utf-16")
    for name, old, new in (
        ("signal_types", "demo_request,hand_raiser,40,", "demo_request,hand_raiser,40,5,"),
        ("tier_treatments", "SDR,,At once,Outreach on the signal,,", "SDR,,At once,Outreach on the signal"),
        ("engagement_triggers", "hot,intent_surge", '"hot\n",intent_surge'),
    ):
        text = (seeds / f"{name}.csv").read_text(encoding="utf-8")
        assert old in text
        (seeds / f"{name}.csv").write_text(text.replace(old, new), encoding="utf-8")
    return warehouse, warehouse.build("--exclude-resource-type", "unit_test")


def bare(folder: Path, kept: Kept) -> Warehouse:
    """The required columns of accounts and signals and nothing else, as of a date."""
    warehouse = Warehouse(folder)
    warehouse.load(BARE_ROWS)
    warehouse.build(raw_schema="raw", as_of="2026-06-30").check()
    return warehouse


def reports(folder: Path, kept: Kept) -> Warehouse:
    """What people reported of other tools; website visits count once an hour."""
    warehouse = Warehouse(folder, seeds={"engagement_triggers": rules_of_reports()["engagement_triggers"]})
    warehouse.load(report_rows())
    warehouse.build(raw_schema="raw", as_of=REPORTED_AT).check()
    return warehouse


def by_domain(folder: Path, kept: Kept) -> Warehouse:
    """A view and a table, names in upper case, signals with a domain only; without as_of."""
    warehouse = Warehouse(folder)
    with warehouse.connect() as connection:
        connection.execute(
            """
            create schema crm;
            create view crm.accounts as
            select 7 as "ACCOUNT_ID", 'Seven' as "ACCOUNT_NAME", 'WWW.Seven.example' as "Domain", [1, 2] as tags;
            create table crm.signals
            ("SIGNAL_ID" integer, "DOMAIN" text, "SIGNAL_TYPE" text, "OCCURRED_AT" timestamptz);
            insert into crm.signals
            values (1, 'http://seven.example/', 'demo_request', now()), (2, 'x.example', 'demo_request', now());
            """
        )
    warehouse.build(raw_schema="crm").check()
    return warehouse


@dataclass
class Day:
    """A build: what it was built at, and the file that a sync reads."""

    name: str
    as_of: datetime
    marts: Path

    def rows(self) -> dict[str, Row]:
        """The table that is synced, by account."""
        return {row["account_id"]: row for row in self.read("select * from marts.crm_tier_sync")}

    def read(self, sql: str) -> list[Row]:
        """The rows of a query on the readers' file."""
        with duckdb.connect(str(self.marts), read_only=True) as connection:
            return fetch(connection, sql)


def crm_days(folder: Path, kept: Kept) -> list[Day]:
    """Some days of a CRM, built one after another; the readers' file of each build."""
    warehouse, built = Warehouse(folder), []
    for name, raw, as_of in days():
        warehouse.load(raw)
        warehouse.build(raw_schema="raw", as_of=as_of).check()
        marts = shutil.copy(warehouse.readers_file, folder / f"{name}_marts.duckdb")
        built.append(Day(name, datetime.fromisoformat(as_of), Path(marts)))
    return built


def docs_page(folder: Path, kept: Kept) -> Path:
    """The page that `dbt docs generate --static` writes of the demo."""
    warehouse = Warehouse(folder)
    shutil.copy(kept["demo"].path, warehouse.path)
    warehouse.dbt("docs", "generate", "--static").check()
    return folder / "target" / "static_index.html"


def package(folder: Path, kept: Kept) -> dict[str, Step]:
    """The project as a package of another one, from its installation on: what each step did, and what it left."""
    return story(folder)


RECIPES: Mapping[str, Callable[[Path, Kept], Any]] = {
    recipe.__name__: recipe
    for recipe in (
        compiled,
        demo,
        dirty,
        rejected,
        unreadable,
        reports,
        compiled_by_load,
        bare,
        by_domain,
        crm_days,
        docs_page,
        package,
    )
}
"""In the order in which they are begun."""
