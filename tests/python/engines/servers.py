"""Other engines than DuckDB, started for the tests and gone after them: the project builds in them like a user's."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from builds.warehouse import Warehouse, as_written
from worlds.committed import RAW_COLUMNS, Rows


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


class SparkCluster:
    """A standalone cluster on loopback: a master, two workers, and a Thrift server to send SQL to."""

    def __init__(self, folder: Path):
        import pyspark

        self.folder, self.home = folder, Path(pyspark.__file__).parent
        self.port, self.processes = free_port(), []

    def start(self) -> None:
        """Starts the processes and waits until SQL is answered."""
        master, place = free_port(), "org.apache.spark.deploy"
        address = f"spark://127.0.0.1:{master}"
        local = ("--host", "127.0.0.1", "--webui-port", "0")
        self.run("master", "spark-class", f"{place}.master.Master", *local, "--port", str(master))
        for name in ("worker-1", "worker-2"):
            each = ("--cores", "1", "--memory", "1g", "--work-dir", str(self.folder / name))
            self.run(name, "spark-class", f"{place}.worker.Worker", *local, *each, address)
        settings = {
            # not by --jars alone: the server closes what loads those with the first session
            "spark.driver.extraClassPath": iceberg_jar(),
            "spark.driver.host": "127.0.0.1",
            "spark.ui.enabled": "false",
            "spark.sql.warehouse.dir": self.folder / "warehouse",
            "spark.hadoop.javax.jdo.option.ConnectionURL": "jdbc:derby:memory:metastore;create=true",
            "spark.hadoop.hive.server2.thrift.port": self.port,
            "spark.hadoop.hive.server2.thrift.bind.host": "127.0.0.1",
            "spark.sql.extensions": "org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
            "spark.sql.catalog.spark_catalog": "org.apache.iceberg.spark.SparkSessionCatalog",
            "spark.sql.catalog.spark_catalog.type": "hive",
            "spark.sql.catalog.spark_catalog.cache-enabled": "false",  # else a session sees what another replaced
            "spark.hadoop.iceberg.engine.hive.lock-enabled": "false",
            # few rows: to plan a statement and to start a task costs more than what they do
            "spark.sql.constraintPropagation.enabled": "false",
            "spark.sql.optimizer.dynamicPartitionPruning.enabled": "false",
            "spark.sql.optimizer.runtime.bloomFilter.enabled": "false",
            "spark.sql.shuffle.partitions": 2,
            "spark.default.parallelism": 2,
            "spark.sql.adaptive.enabled": "false",
            "spark.sql.codegen.wholeStage": "false",
            "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        }
        conf = [part for name, value in settings.items() for part in ("--conf", f"{name}={value}")]
        server = "org.apache.spark.sql.hive.thriftserver.HiveThriftServer2"
        memory = ("--executor-memory", "700m")
        self.run(
            *("server", "spark-submit", "--class", server, "--master", address, "--jars", str(iceberg_jar())),
            *(*memory, *conf, "spark-internal"),
        )
        self.wait()

    def run(self, name: str, program: str, *arguments: str) -> None:
        """Starts one of Spark's programs, its output in a file of its name."""
        environment = {
            **os.environ,
            "SPARK_HOME": str(self.home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_DIRS": str(self.folder / "local"),
            "SPARK_DAEMON_MEMORY": "1500m" if name == "server" else "256m",
            # planning is what takes long, in the server: its code is worth compiling well
            "JAVA_TOOL_OPTIONS": "-XX:+UseSerialGC" + (" -XX:TieredStopAtLevel=1" if name != "server" else ""),
        }
        with (self.folder / f"{name}.log").open("w") as log:
            command = [str(self.home / "bin" / program), *arguments]
            self.processes.append(
                subprocess.Popen(
                    command, stdout=log, stderr=log, env=environment, cwd=self.folder, start_new_session=True
                )
            )

    def wait(self, seconds: int = 180) -> None:
        """Waits for the first answer."""
        for _ in range(seconds):
            assert all(process.poll() is None for process in self.processes), f"see the logs in {self.folder}"
            try:
                self.query("select 1")
                return
            except Exception:
                time.sleep(1)
        raise AssertionError(f"Spark did not answer within {seconds} seconds: see the logs in {self.folder}")

    def execute(self, *statements: str) -> Any:
        """Some statements in a session; the cursor of the last."""
        from pyhive import hive

        in_utc = {"set:hiveconf:spark.sql.session.timeZone": "UTC"}
        cursor = hive.connect("127.0.0.1", self.port, username="tests", configuration=in_utc).cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor

    def query(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query."""
        cursor = self.execute(sql)
        names = [column[0].split(".")[-1] for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
        for name in (name for name, column in zip(names, cursor.description, strict=True) if column[1] == "DATE_TYPE"):
            for row in rows:  # the driver leaves dates as text
                row[name] = row[name] and date.fromisoformat(row[name])
        return rows

    def stop(self) -> None:
        """Ends the processes, and those that they started."""
        for process in reversed(self.processes):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def iceberg_jar() -> Path:
    """The table format of which rows can be deleted, for pyspark's Scala."""
    package = find_spec("snowpark_connect_deps_iceberg")
    (jar,) = Path(package.origin).parent.rglob("iceberg-spark-runtime-3.5_2.12-*.jar")
    return jar


@contextmanager
def spark_cluster() -> Iterator[SparkCluster]:
    """Starts a cluster, and ends it. Raises NotInstalled if a piece of it is missing."""
    for module in ("dbt.adapters.spark", "pyhive", "pyspark", "snowpark_connect_deps_iceberg"):
        if find_spec(module) is None:
            raise NotInstalled(f"{module} is not installed: uv sync --extra spark --group spark-cluster")
    if shutil.which("java") is None:
        raise NotInstalled("Java is not installed: apt-get install openjdk-17-jre-headless")
    folder = Path(mkdtemp(prefix="spark-"))
    cluster = SparkCluster(folder)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class SparkWarehouse(Warehouse):
    """All schemas of a cluster: there is one warehouse at a time."""

    cluster: SparkCluster | None = None

    def __post_init__(self) -> None:
        for row in self.cluster.query("show schemas"):
            if row["namespace"] != "default":
                self.cluster.execute(f"drop schema {row['namespace']} cascade")

    def command(self, *arguments: str, **options: Any) -> dict[str, Any]:
        """What runs a dbt command on the cluster."""
        command = super().command(*arguments, **options)
        command["args"] += ["--target", "spark"]
        command["env"] |= {"SPARK_HOST": "127.0.0.1", "SPARK_PORT": str(self.cluster.port)}
        return command

    def load(
        self, raw: Mapping[str, Rows], schema: str = "raw", types: Mapping[str, Mapping[str, str]] | None = None
    ) -> None:
        """Loads raw tables, as text or as the given types (in the words of PostgreSQL)."""
        self.cluster.execute(f"create schema if not exists {schema}")
        words = {"text": "string", "double precision": "double", "timestamptz": "timestamp"}
        for table, rows in raw.items():
            columns = list(dict.fromkeys(c for row in rows for c in row)) or RAW_COLUMNS[table]
            declared = {column: (types or {}).get(table, {}).get(column, "text") for column in columns}
            file = self.folder / f"{table}.json"
            file.write_text("\n".join(json.dumps({c: as_written(row.get(c)) for c in columns}) for row in rows))
            as_text = ", ".join(f"`{column}` string" for column in columns)
            cells = ", ".join(f"cast(`{c}` as {words.get(kind, kind)}) as `{c}`" for c, kind in declared.items())
            self.cluster.execute(
                f"create or replace temporary view loaded ({as_text}) using json options (path '{file}')",
                f"create or replace table {schema}.{table} using iceberg as select {cells} from loaded",
            )

    def query(self, sql: str) -> list[dict[str, Any]]:
        """The rows of a query."""
        return self.cluster.query(sql)
