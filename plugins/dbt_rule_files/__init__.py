"""Looks at the rule files before dbt does, so that a file that dbt cannot read is told like any other mistake.

dbt imports installed modules named dbt_* as plugins when it starts. Without this one, dbt itself stops at most of these
files, in its own words. What stands in the cells is checked by models/rules_check. It counts rows to name a line, so
that a row that is no line is told here, too.
"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from dbt.clients.yaml_helper import safe_load
from dbt.flags import get_flags
from dbt.plugins.manager import dbtPlugin
from dbt_common.exceptions import DbtRuntimeError


class RuleFiles(dbtPlugin):
    """Stops each dbt command while a rule file is missing, is no UTF-8 or has rows that are no lines of its columns."""

    def initialize(self) -> None:
        """Raises one DbtRuntimeError that tells all mistakes."""
        seeds = Path(get_flags().PROJECT_DIR) / "seeds"
        declared = seeds / "_rules__seeds.yml"
        if not declared.exists():
            return
        told = [
            f"  - seeds/{file['name']}.csv {mistake}"
            for file in (safe_load(declared.read_text(encoding="utf-8")) or {})["seeds"]
            for mistake in mistakes(
                seeds / f"{file['name']}.csv",
                [column["name"] for column in file.get("columns", [])],
                file["config"]["meta"].get("key", []),
            )
        ]
        if told:
            raise DbtRuntimeError("\n".join(["RULES REJECTED - nothing was published", *told]))


def mistakes(path: Path, columns: list[str], key: list[str]) -> list[str]:
    """What keeps a file from being read as rows of `columns`; the cells in those of `key` name a row."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return [
            f"is missing: restore it (git checkout seeds/{path.name}), with no more than its header if it holds no rule"
        ]
    except OSError as error:
        return [f"cannot be read: {error.strerror}"]
    strange = raw.find(b"\0")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        strange = error.start
    if strange >= 0:
        line = len(raw[: strange + 1].splitlines())
        return [f'line {line} is not UTF-8: save the file as "CSV UTF-8"']
    return [f"line {line} {mistake}" for line, mistake in _mistakes_of_rows(text, columns, key)]


def _mistakes_of_rows(text: str, columns: list[str], key: list[str]) -> Iterator[tuple[int, str]]:
    """The lines of rows that are not a line with a cell for each column, and what is wrong with them."""
    rows = _rows(text)
    _, _, header = next(rows, (1, 1, []))
    if not header:
        yield 1, f"[header] is blank: the file needs at least its header, {','.join(columns)}"
        return
    if len(header) == 1 < len(columns):
        names = ", ".join(columns)
        yield 1, f'[header] column "{header[0]}" is not known; the columns are {names}, separated by commas'
        return
    for name in header:
        if name not in columns and (meant := name.strip().lower()) in columns:
            yield 1, f'[header] column "{name}" must be written {meant}'
    for first, last, row in rows:
        cells = [" ".join(cell.split())[:60] for column, cell in zip(header, row, strict=False) if column in key]
        name = ", ".join(filter(None, cells))
        if first < last:
            yield first, f"[{name}] goes on to line {last}: take the line break out of the cell, or close its quotes"
        elif len(row) > len(header):
            yield (
                first,
                f"[{name}] has {len(row)} cells, the header {len(header)}:"
                " put a cell with a comma into double quotes, write a number as 0.5, not 0,5",
            )
        elif len(row) < len(header) and any(cell.strip() for cell in row):
            yield first, f"[{name}] has {len(row)} of {len(header)} cells: a blank cell needs its comma, too"


def _rows(text: str) -> Iterator[tuple[int, int, list[str]]]:
    """The rows of a CSV with the first and the last line of each."""
    csv.field_size_limit(max(csv.field_size_limit(), len(text)))  # dbt reads with it, too: the check tells long cells
    reader, first = csv.reader(io.StringIO(text, newline="")), 1
    for row in reader:
        yield first, reader.line_num, row
        first = reader.line_num + 1


plugins = [RuleFiles]
