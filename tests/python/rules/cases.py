"""Single changes of the committed rules (`cases.txt`), each at or just beyond a limit, and what must be said.

`test_rule_files` tries them; `scripts/mutation_test.py` asks which changes of the check they would notice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import zip_longest
from pathlib import Path

import yaml

from worlds.committed import PROJECT
from worlds.rule_sets import RuleRows, primary_only, rows_of

DECLARED = {
    (file["name"], column["name"]): column
    for file in yaml.safe_load((PROJECT / "seeds" / "_rules__seeds.yml").read_text(encoding="utf-8"))["seeds"]
    for column in file["columns"]
}
LIMITS = {
    cell: column["config"]["meta"] for cell, column in DECLARED.items() if column["data_type"] in ("number", "integer")
}
"""What the cells of rule files are, and what each number may be."""

ADDED = {
    "scoring_rules": "weighted_composite | fit | added | | | | | 5 | | Added",
    "qualification_rules": "weighted_composite | added | | | |",
    "scoring_models": "added | prospects | false | Added",
    "scoring_dimensions": "weighted_composite | added | 0 | 5",
    "tiers": "weighted_composite | 5 | Tier 5 |",
    "field_mappings": "contacts | seniority | job_title | *whisperer* | practitioner",
    "source_fields": "salesforce | contacts | seniority | Level__c",
    "signal_mappings": "segment.tracks | plan chosen | plan | pro* | plan_page_visit",
    "currency_rates": "EUR | 1.1 | 2026-01-01",
    "outcomes": "large_deal | opportunity_won | 365 | 100000 | yes",
}


NAMED_BY = {
    "scoring_models": 1,
    "scoring_dimensions": 2,
    "scoring_rules": 7,
    "signal_types": 1,
    "tiers": 2,
    "tier_treatments": 2,
    "qualification_rules": 6,
    "icp_industries": 1,
    "icp_markets": 1,
    "complementary_technologies": 1,
    "field_mappings": 4,
    "source_fields": 3,
    "signal_mappings": 4,
    "outcomes": 1,
}  # how many columns, from the first, name a row
NAMED_APART = {
    "engagement_triggers": ["status", "trigger", "signal_type"],
    "currency_rates": ["currency_code", "valid_from"],
}
"""Those that are not the first."""


def case(*changes: str) -> tuple[RuleRows, list[str]]:
    """The rules after some changes, no two in one file, and the lines that must be said; x*3 is xxx."""
    found = {file: [dict(row) for row in rows] for file, rows in primary_only().items()}
    mistakes = []
    for change in changes:
        where, _, said = change.partition("->")
        name, place, cells = re.fullmatch(r"(\w+): (\d+) \| (.*)", where).groups()
        if place == "0":
            found[name] += rows_of(name, ADDED[name])
        number = int(place) or len(found[name])
        for cell in re.split(r", (?=\w+=)", cells[:-1]):
            column, _, value = cell.partition("=")
            repeated = re.fullmatch(r"(.+)\*(\d+)", value)
            found[name][number - 1][column] = repeated[1] * int(repeated[2]) if repeated else value
        for words in filter(None, said.strip().split(" // ")):
            other = re.match(r"(\w+):(\d+) ", words)
            file, line = (other[1], int(other[2])) if other else (name, number + 1)
            words = words[other.end() :] if other else words
            mistakes.append(
                f"  - seeds/{file}.csv line {line} [{row_name(file, found[file][line - 2], words)}] {words}"
            )
    return found, mistakes


def row_name(file: str, row: Mapping[str, str], words: str) -> str:
    """What a message calls a row: the cells of its key that are not blank; or the model or column that it is about."""
    if words.startswith("exactly one model must be primary"):
        return "is_primary"
    if words.startswith(("the weights of the model", "promote_hot: only one")):
        return row["scoring_model"]
    key = list(row)[: NAMED_BY[file]] if file in NAMED_BY else NAMED_APART[file]
    return ", ".join(row[column].strip()[:60] for column in key if row[column].strip())


TABLE = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
CASES = [line for line in TABLE.splitlines() if not line.startswith("#")]
BY_FILE: dict[str, list[str]] = {}
for change in CASES:
    BY_FILE.setdefault(change.partition(":")[0], []).append(change)
BATCHES = [[change for change in batch if change] for batch in zip_longest(*BY_FILE.values())]
"""The n-th change of each file: they can be tried together."""


def unlike(said: str, mistakes: list[str]) -> list[str]:
    """The lines that a message has too much, and what it lacks."""
    lines = Counter(said.splitlines()[1:])
    lacking = Counter(mistakes) - lines
    return [f"too much: {line}" for line in lines - Counter(mistakes)] + [f"lacking: {line}" for line in lacking]
