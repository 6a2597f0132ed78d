"""The project's own files: the rule files as they are committed, and the demo's raw tables."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PROJECT = Path(__file__).parents[3]
RULE_FILES = sorted(path.stem for path in (PROJECT / "seeds").glob("*.csv"))
DEFAULT_SETTINGS = {
    "engagement_window_days": 90,
    "fit_threshold": 60,
    "timing_threshold": 50,
    "decay_horizon_half_lives": 10,
    "intent_trend_threshold": 5,
    "touch_window_days": 14,
}

Rows = Sequence[Mapping[str, Any]]


def raw_columns() -> dict[str, list[str]]:
    """The columns of each raw table: those of the demo's files in their order, then others that are declared."""
    declared = yaml.safe_load(
        (PROJECT / "models/staging/raw_tables/_raw_tables__sources_and_models.yml").read_text(encoding="utf-8")
    )
    columns = {}
    for table in declared["sources"][0]["tables"]:
        with (PROJECT / f"seeds/demo/demo_{table['name']}.csv").open(newline="", encoding="utf-8") as file:
            of_demo = next(csv.reader(file))
        columns[table["name"]] = list(dict.fromkeys([*of_demo, *(column["name"] for column in table["columns"])]))
    return columns


RAW_COLUMNS = raw_columns()


def read_csv(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file as text."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rules() -> dict[str, list[dict[str, str]]]:
    """The rule files as they are committed (a copy that may be changed)."""
    return deepcopy(_committed_rules())


@cache
def _committed_rules() -> dict[str, list[dict[str, str]]]:
    return {name: read_csv(PROJECT / "seeds" / f"{name}.csv") for name in RULE_FILES}


@cache
def demo_rows() -> dict[str, list[dict[str, str | None]]]:
    """The demo's raw tables, an empty cell as null, as a loader leaves it."""
    return {
        table: [
            {column: value or None for column, value in row.items()}
            for row in read_csv(PROJECT / "seeds" / "demo" / f"demo_{table}.csv")
        ]
        for table in RAW_COLUMNS
    }


@cache
def header(name: str) -> list[str]:
    """The header of a rule file."""
    with (PROJECT / "seeds" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return next(csv.reader(file))
