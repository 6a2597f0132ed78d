"""Other engines than DuckDB, started for the tests and gone after them: the project builds in them like a user's."""

from __future__ import annotations

import io
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from warehouse import RAW_COLUMNS, Rows, Warehouse, as_written


class NotInstalled(Exception):
    """An engine that is not on this machine, with how to get it."""


@dataclass
class PostgresServer:
    """A private cluster on loopback."""

    port: int
    databases: int = 0

    def connect(self, database: str = "postgres") -> Any:
        """A connection on which each statement is committed."""
        import psycopg2

        connection = psycopg2.connect(host="127.0.0.1", port=self.port, user="postgres", dbname=database)
        connection.autocommit = True
        return connection

    def new_database(self, options: str = "") -> str:
        """An empty database."""
        self.databases += 1
        name = f"warehouse_{self.databases}"
        with self.connect().cursor() as cursor:
            cursor.execute(f"create database {name} {options}")
        return name


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Starts a cluster, and ends it. Raises NotInstalled if a piece of it is missing."""
    if find_spec("dbt.adapters.postgres") is None:
        raise NotInstalled("dbt-postgres is not installed: uv sync --extra postgres")
    programs, port = postgres_programs(), free_port()
    data = Path(mkdtemp(prefix="postgres-"))
    user = ()
    if os.getuid() == 0:  # PostgreSQL refuses to run as root
        user = ("runuser", "-u", "postgres", "--")
        shutil.chown(data, "postgres")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off"

    def call(program: str, *arguments: str) -> None:
        command = [*user, str(programs / program), "--pgdata", str(data), *arguments]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd="/")
        assert done.returncode == 0, done.stdout

    call(
        "initdb", "--auth", "trust", "--username", "postgres", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"
    )
    call("pg_ctl", "--wait", "--options", options, "--log", str(data / "log"), "start")
    try:
        yield PostgresServer(port)
    finally:
        call("pg_ctl", "--mode", "immediate", "stop")
        shutil.rmtree(data, ignore_errors=True)


def postgres_programs() -> Path:
    """Where PostgreSQL's programs are."""
    on_path = shutil.which("initdb")
    found = [Path(on_path).parent] if on_path else sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in found:
        if (folder / "initdb").exists():
            return folder
    raise NotInstalled("PostgreSQL is not installed: apt-get install postgresql")


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


@dataclass
class PostgresWarehouse(Warehouse):
    """A database of its own in a cluster."""

    server: PostgresServer | None = None
    database: str = ""

    def __post_init__(self) -> None:
        self.database = self.server.new_database()

    def command(self, *arguments: str, **options: Any) -> dict[str, Any]:
        """What runs a dbt command on the database."""
        command = super().command(*arguments, **options)
        command["args"] += ["--target", "postgres"]
        command["env"] |= {
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.server.port),
            "PGUSER": "postgres",
            "PGDATABASE": self.database,
        }
        return command

    def load(
        self, raw: Mapping[str, Rows], schema: str = "raw", types: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """Loads raw tables, as text or as the given types."""
        with self.server.connect(self.database).cursor() as cursor:
            cursor.execute(f"create schema if not exists {schema}")
            for table, rows in raw.items():
                columns = list(dict.fromkeys(c for row in rows for c in row)) or RAW_COLUMNS[table]
                declared = (types or {}).get(table, {})
                listed = ", ".join(f'"{column}" {declared.get(column, "text")}' for column in columns)
                cursor.execute(f"drop table if exists {schema}.{table}; create table {schema}.{table} ({listed})")
                cells = ([as_written(row.get(column)) for column in columns] for row in rows)
                lines = (
                    ",".join('"' + c.replace('"', '""') + '"' if c is not None else "" for c in row) for row in cells
                )
                file = io.StringIO("\n".join(lines))
                cursor.copy_expert(f"copy {schema}.{table} from stdin (format csv)", file)

    def query(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query."""
        with self.server.connect(self.database).cursor() as cursor:
            cursor.execute(sql)
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
