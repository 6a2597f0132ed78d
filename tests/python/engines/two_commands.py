"""Two commands at once on one target of PostgreSQL: the miniature, in two processes that stop where they are told."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, ClassVar

from engines.servers import PostgresServer, PostgresWarehouse
from publishing.miniature import MARTS, Miniature

SCHEMAS = ("rules", "staging", "intermediate", "audit", "marts", "history")


@dataclass
class PostgresMiniature(Miniature):
    """The miniature, and one of the processes that run commands on its warehouse."""

    warehouse: PostgresWarehouse | None = None
    engine: ClassVar[str] = "postgres"

    @property
    def environment(self) -> dict[str, str]:
        return self.warehouse.command()["env"]

    def load(self, accounts: str = "1", signals: str = "1", spoiled: str = "") -> None:
        self.warehouse.load(
            {
                "accounts": [{"account_id": "a", "spoiled": spoiled, "version": f"accounts {accounts}"}],
                "signals": [{"signal_id": "s", "version": f"signals {signals}"}],
            }
        )

    def run_on(self, others_wait: int = 0) -> None:
        """Hears the command until it has ended, or waits: to be told to go on, or for a lock, as so many others do."""
        waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
        while not self.done.ended and not self.done.waits:
            if self.pipe.poll(0.2):
                self.hear()
            elif len(self.warehouse.query(waiting)) > others_wait:
                break


@dataclass
class TwoProcesses:
    """One warehouse, and two processes that run commands on it."""

    first: PostgresMiniature
    second: PostgresMiniature

    @classmethod
    def on(cls, server: PostgresServer, folder: Path) -> TwoProcesses:
        """Both on a new database."""
        warehouse = PostgresWarehouse(folder, server=server)
        for name in ("first", "second"):
            (folder / name).mkdir()
        made = cls(*(PostgresMiniature(folder / name, warehouse) for name in ("first", "second")))
        made.execute(
            "create function error(message text) returns text language plpgsql"
            " as $$ begin raise exception '%', message; end $$"
        )
        return made

    @property
    def warehouse(self) -> PostgresWarehouse:
        return self.first.warehouse

    def close(self) -> None:
        self.first.close()
        self.second.close()

    def execute(self, *statements: str) -> None:
        """Does what a user might do in the database."""
        with closing(self.warehouse.server.connect(self.warehouse.database)) as connection:
            for statement in statements:
                connection.cursor().execute(statement)

    def start_again(self, files: Mapping[str, str]) -> None:
        """Nothing was built, and both have these files."""
        self.execute(*(f"drop schema if exists {schema} cascade" for schema in SCHEMAS))
        for process in (self.first, self.second):
            process.begin_with(files)
        self.first.load()

    def to_their_ends(self) -> None:
        """Hears both commands, whichever speaks."""
        while going := {each.pipe: each for each in (self.first, self.second) if not each.done.ended}:
            for pipe in wait(list(going)):
                going[pipe].hear()

    def rows(self, schema: str, *tables: str) -> dict[str, list[dict[str, Any]]]:
        """The rows of tables."""
        return {table: self.warehouse.query(f"select * from {schema}.{table}") for table in tables}

    def marts(self) -> dict[str, list[dict[str, Any]]]:
        """What readers see."""
        return self.rows("marts", *MARTS)
