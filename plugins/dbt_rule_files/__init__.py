"""Looks at the rule files before dbt does, so that a file that dbt cannot read is told like any other mistake.

dbt imports installed modules named dbt_* as plugins when it starts. Without this one, dbt itself stops at the same
files, in its own words. What stands in the cells is checked by models/rules_check.
"""

import csv
import io
from pathlib import Path

import yaml
from dbt.flags import get_flags
from dbt.plugins.manager import dbtPlugin
from dbt_common.exceptions import DbtRuntimeError


class RuleFiles(dbtPlugin):
    """Stops each dbt command while a rule file is missing, is not UTF-8 or has a row with too many cells."""

    def initialize(self) -> None:
        """Raises one DbtRuntimeError that tells all mistakes."""
        seeds = Path(get_flags().PROJECT_DIR) / "seeds"
        declared = seeds / "_rules__seeds.yml"
        if self.project_name != "account_prioritization" or not declared.exists():
            return
        told = [
            f"  - seeds/{file['name']}.csv {mistake}"
            for file in yaml.safe_load(declared.read_text(encoding="utf-8"))["seeds"]
            for mistake in mistakes(seeds / f"{file['name']}.csv", file["config"]["meta"].get("key", []))
        ]
        if told:
            raise DbtRuntimeError("\n".join(["RULES REJECTED - nothing was published", *told]))


def mistakes(path: Path, key: list[str]) -> list[str]:
    """What keeps dbt from reading a file; the cells in the columns of `key` name the row."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return [
            f"is missing: restore it (git checkout seeds/{path.name}), with no more than its header if it holds no rule"
        ]
    except OSError as error:
        return [f"cannot be read: {error.strerror}"]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return [f'line {line} is not UTF-8: save the file as "CSV UTF-8"']
    rows = csv.reader(io.StringIO(text, newline=""))
    header = [name.strip().lower() for name in next(rows, [])]
    return [
        f"line {rows.line_num} [{', '.join(cell for name, cell in zip(header, row, strict=False) if name in key)}]"
        f" has {len(row)} cells, the header {len(header)}:"
        " put a cell with a comma into double quotes, write a number as 0.5, not 0,5"
        for row in rows
        if len(row) > len(header)
    ]


plugins = [RuleFiles]
