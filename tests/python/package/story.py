"""What happens in somebody's own project from the day the package is installed, step by step."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builds.warehouse import MARTS, Run
from worlds.committed import Rows

from .root import (
    FILES,
    FIRST_ACCOUNTS,
    ON_WHAT_IS_PUBLISHED,
    UNRELATED_FAILURE,
    RootProject,
    of_readers,
    tables_by_schema,
    world,
)

NEXT_DAY = "2026-03-15T21:34:56.789Z"
COMMANDS = {
    "ls": ["ls"],
    "parse": ["parse", "--no-partial-parse"],
    "compile": ["compile"],
    "docs": ["docs", "generate"],
    "test": ["test", "--exclude-resource-type", "unit_test"],
    "freshness": ["source", "freshness"],
    "publish": ["run-operation", "account_prioritization.publish"],
}
"""What people and schedulers run in a project, beside `dbt build`."""
DISABLED = "account_families"


@dataclass
class Step:
    """A command, and what there was after it."""

    run: Run
    marts: dict[str, Rows] = field(default_factory=dict)
    tables: dict[str, set[str]] = field(default_factory=dict)
    readers: dict[str, Rows] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def after(cls, run: Run, root: RootProject, **queries: str) -> Step:
        """What is there now."""
        tables = tables_by_schema(root)
        marts = {name: root.mart(name) for name in MARTS if name in tables.get(f"{root.schema}_marts", ())}
        readers = of_readers(root.readers_file) if root.readers_file.exists() else {}
        more = {name: root.query(sql) for name, sql in queries.items()} if run.returncode in (0, 1) and marts else {}
        return cls(run, marts, tables, readers, more)


def story(folder: Path) -> dict[str, Step]:
    """The steps, by name, of a project on DuckDB."""
    root, steps = RootProject(folder), {}
    raw = world()
    root.load(raw, schema="landing")
    steps["deps"] = Step(root.dbt("deps"))

    # from nothing, with a failure that has nothing to do with the marts
    some = f"select * from {{{{ source('raw', 'accounts') }}}} where {FIRST_ACCOUNTS}\n"
    root.files = {**UNRELATED_FAILURE, "models/crm/accounts.sql": some}
    board = "select * from dbt_anna.sales_board"
    steps["from nothing"] = Step.after(root.build(), root, board=board)

    # the root's accounts change, what failed is mended, and dbt looks for a package's own resources first
    root.files = {
        **ON_WHAT_IS_PUBLISHED,
        **dict.fromkeys(UNRELATED_FAILURE, "select 1 as one where 1 = 0\n"),
        "models/crm/accounts.sql": FILES["models/crm/accounts.sql"],
    }
    root.flags = {"require_ref_searches_node_package_before_root": True}
    few = ("--exclude-resource-type", "unit_test")
    yesterday = "select * from dbt_anna.board_of_yesterday"
    steps["more accounts"] = Step.after(root.build(*few), root, board=board, yesterday=yesterday)

    for name, command in COMMANDS.items():
        steps[name] = Step(root.dbt(*command))
    steps["commands"] = Step.after(steps["publish"].run, root)

    # the package alone, as a job of its own, without a mart that nobody wants
    root.models = {"marts": {"managers": {DISABLED: {"+enabled": False}}}}
    alone = ("--select", "package:account_prioritization", *few)
    steps["alone"] = Step.after(root.build(*alone, as_of=NEXT_DAY, require_publish=True), root)
    return steps
