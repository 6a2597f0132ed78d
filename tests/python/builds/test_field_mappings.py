"""What the words of a CRM mean: real builds with lines made up at random, against the recomputation."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any

import pytest

from recomputation import recompute
from recomputation.values import as_text
from worlds.committed import rules
from worlds.dirty import AS_OF, AS_OF_TEXT, Tables, facts, spelled

from .comparing import assert_agrees

GIVEN = {
    ("accounts", "country"): ("Germany", "united  states", "Perú", ""),
    ("accounts", "industry"): ("SaaS", "O'Neill's 100% \\ _trade_!", ""),
    ("accounts", "is_customer"): ("true", "No", "1"),
    ("accounts", "employee_count"): ("850", "1e3", ""),
    ("accounts", "get_back_on"): ("2026-03-20", ""),
    ("accounts", "merged_into_account_id"): ("a0007", ""),
    ("contacts", "account_id"): ("a0008", "gone"),
    ("contacts", "seniority"): ("executive", "Manager", "practitioner", ""),
    ("contacts", "department"): ("IT", "Sales", ""),
    ("contacts", "is_champion"): ("t", "f"),
    ("contacts", "is_deleted"): ("yes", "0"),
    ("signals", "signal_type"): ("demo_request", "Website_Visit", ""),
    ("signals", "signal_value"): ("89.99", "100"),
    ("signals", "channel"): ("web",),
    ("activities", "direction"): ("inbound", "outbound"),
    ("activities", "outcome"): ("replied", ""),
    ("account_technologies", "technology"): ("Slack",),
    ("sales_reps", "role"): ("field", "sdr"),
    ("tier_overrides", "tier_number"): ("1", "2"),
}
"""What columns of each kind may be given."""
OF_THEIR_OWN = {"accounts": "Life Cycle", "contacts": "persona"}
"""Columns that this project does not know, as the tables have them."""
WORDS = (
    "Live | paused",
    "live_1",
    "100%",
    "50% off!",
    "it's",
    "C:\\dir",
    "Zoe\u0308",
    "ZO\u00cb",
    "two  words",
    "1",
    "",
)


def world(seed: int) -> Tables:
    """Dirty raw tables with columns of one's own."""
    rng = random.Random(seed)
    raw = spelled(facts(seed, rules(), 120, 900), seed)
    for table, column in OF_THEIR_OWN.items():
        for row in raw[table]:
            row[column] = rng.choice(WORDS)
    return raw


def lines(raw: Tables, seed: int) -> list[dict[str, str]]:
    """Lines of field_mappings on what stands in the tables, narrow and wide patterns in any order."""
    rng = random.Random(seed)
    made: dict[tuple[str, ...], dict[str, str]] = {}
    for (table, column), values in GIVEN.items():
        own = OF_THEIR_OWN.get(table)
        others = sorted({c for row in raw[table] for c in row} - {own})
        for _ in range(rng.randint(1, 6)):
            source = rng.choice([column, column, *others, *([own, "life_cycle", "no such column"] if own else [])])
            cells = [row.get(source, row.get(own or "")) for row in raw[table]]
            pattern = "|".join(as_pattern(rng, rng.choice(cells)) for _ in range(rng.randint(1, 3)))
            named = "" if source == column and rng.random() < 0.5 else source
            line = {"raw_table": table, "column": column, "source_column": named, "pattern": pattern}
            made[(table, column, named.lower(), pattern.lower())] = line | {"value": rng.choice(values)}
    return list(made.values())


def as_pattern(rng: random.Random, cell: Any) -> str:
    """A pattern that a cell matches, and others may: with some of its text, or its case, left open."""
    text = (as_text(cell) or "nothing").replace("|", "*")
    if rng.random() < 0.5:
        start, end = sorted(rng.choices(range(len(text) + 1), k=2))
        text = f"{text[:start]}*{text[end:]}"
    return rng.choice((text, text.upper(), f" {text} "))


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_any_lines_give_what_they_say(warehouse, seed):
    """In a first build; and with other lines, in a build that has read the same signals before."""
    raw = world(seed)
    warehouse.load(raw)
    for change in (0, 100):
        warehouse.seeds["field_mappings"] = lines(raw, seed + change)
        warehouse.build(raw_schema="raw", as_of=AS_OF_TEXT, max_shrink_share=1).check()
        found = warehouse.built()
        expected = recompute(raw, {**rules(), "field_mappings": warehouse.seeds["field_mappings"]}, AS_OF)
        assert_agrees({name: found[name] for name in PLAIN}, {name: expected[name] for name in PLAIN})
        unmapped = recompute(raw, {**rules(), "field_mappings": []}, AS_OF)
        assert all(expected[name] != unmapped[name] for name in PLAIN[:4]), "the lines change nothing"


PLAIN: Sequence[str] = (
    *("account_scores", "account_score_contributions", "unranked_accounts", "rejected_records"),
    *("unmatched_signals", "unmatched_records", "source_reconciliation"),
)
"""What no earlier build bears on."""


def test_the_words_that_ship_mean_what_they_say(compiled):
    """Countries, titles, types and outcomes as CRMs have them, in one small world."""
    contacts = {
        "vp": ("VP  of Sales", None, None, "executive", "Sales"),
        "assistant": ("Executive Assistant", None, None, "practitioner", None),
        "cto": ("Co-Founder & CTO", None, "R&D", "executive", "Engineering"),
        "stated": ("Chief of Staff", "Manager", "Data", "manager", "Data"),
        "hubspot": (None, "director", "information_technology", "manager", "IT"),
        "buyer": ("Senior Buyer", None, "", "practitioner", "Finance"),
        "unknown": ("Jedi", None, None, None, None),
    }
    raw = {
        "accounts": [
            {"account_id": "a", "account_name": "A", "country": "usa", "industry": "COMPUTER_SOFTWARE"},
            {"account_id": "b", "account_name": "B", "country": "Deutschland", "industry": "Banking"},
            {"account_id": "c", "account_name": "C", "country": "Cameroon", "industry": "Mining"},
        ],
        "contacts": [
            {
                "contact_id": name,
                "account_id": "a",
                "job_title": title,
                "seniority": seniority,
                "department": department,
            }
            for name, (title, seniority, department, _, _) in contacts.items()
        ],
        "signals": [
            {"signal_id": "1", "account_id": "a", "signal_type": "Demo Request", "occurred_at": "2026-03-14"},
            {"signal_id": "2", "account_id": "a", "signal_type": "pricing-page-visit", "occurred_at": "2026-03-14"},
        ],
        "activities": [
            {
                "activity_id": "1",
                "account_id": "a",
                "activity_type": "Phone",
                "direction": "INCOMING",
                "outcome": "Held",
            }
            | {"occurred_at": "2026-03-14"}
        ],
    }
    compiled.replay(raw, AS_OF)
    connection = compiled.with_rules(rules(), 1)

    def column(query: str) -> list[tuple[Any, ...]]:
        return connection.execute(query).fetchall()

    assert column("select country, industry from staging.stg_raw_tables__accounts order by account_id") == [
        ("United States", "Software"),
        ("Germany", "Financial Services"),
        ("Cameroon", "Mining"),
    ]
    found = column("select contact_id, seniority, department from staging.stg_raw_tables__contacts")
    assert {name: (seniority, department) for name, seniority, department in found} == {
        name: (seniority, department) for name, (*_, seniority, department) in contacts.items()
    }
    assert column("select signal_type from staging.stg_raw_tables__signals order by signal_id") == [
        ("demo_request",),
        ("pricing_page_visit",),
    ]
    assert column("select activity_type, direction, outcome from staging.stg_raw_tables__activities") == [
        ("call", "inbound", "accepted")
    ]
