"""Single changes of the committed rules (`rule_cases.txt`), each at or just beyond a limit, and what must be said.

`test_rules` tries them; `scripts/mutation_test.py` asks which changes of the check they would notice.
"""

from __future__ import annotations

import re
from pathlib import Path

from rule_sets import RuleRows, primary_only, rows_of

ADDED = {
    "scoring_rules": "weighted_composite | fit | added | | | | | 5 | | Added",
    "qualification_rules": "weighted_composite | added | | | |",
    "scoring_models": "added | prospects | false | Added",
    "scoring_dimensions": "weighted_composite | added | 0 | 5",
    "tiers": "weighted_composite | 5 | Tier 5 |",
}


def case(change: str) -> tuple[RuleRows, list[tuple[str, int, str]]]:
    """The changed rules, and the file, line and words of each mistake."""
    where, _, said = change.partition("->")
    name, number, cells = re.fullmatch(r"(\w+): (\d+) \| (.*)", where).groups()
    found = {file: [dict(row) for row in rows] for file, rows in primary_only().items()}
    if number == "0":
        found[name] += rows_of(name, ADDED[name])
        number = len(found[name])
    found[name][int(number) - 1].update(cell.split("=", 1) for cell in re.split(r", (?=\w+=)", cells[:-1]))
    mistakes = []
    for words in filter(None, said.strip().split(" // ")):
        other = re.match(r"(\w+):(\d+) ", words)
        file, line = (other[1], int(other[2])) if other else (name, int(number) + 1)
        mistakes.append((f"{file}.csv", line, words[other.end() :] if other else words))
    return found, mistakes


TABLE = Path(__file__).with_suffix(".txt").read_text(encoding="utf-8")
CASES = [line for line in TABLE.splitlines() if not line.startswith("#")]


def unlike(said: str, mistakes: list[tuple[str, int, str]]) -> list[str]:
    """The lines that a message has too much, and what it lacks."""
    lines = said.splitlines()[1:]
    lacking = []
    for file, line, words in mistakes:
        told = [
            text for text in lines if text.startswith(f"  - seeds/{file} line {line} [") and text.endswith(f"] {words}")
        ]
        if told:
            lines.remove(told[0])
        else:
            lacking.append(f"lacking: {file} line {line}: {words}")
    return lines + lacking
