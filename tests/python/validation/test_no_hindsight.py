"""A past day is scored as it was known then, whatever was loaded since: no score, rank or tier differs."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from builds.comparing import Marts, exactly
from worlds.committed import rules
from worlds.dirty import AS_OF, MICROSECOND, Row, Tables, as_text, facts

pytestmark = pytest.mark.worlds
OF_THE_DAY = ("account_tiers", "account_scores", "account_score_contributions", "coverage_gaps", "rep_coverage")


@pytest.mark.parametrize("seed", [41, 42, 43])
def test_what_came_later_changes_nothing(compiled, seed):
    """Versions, deletes, merges, wins, champions, new accounts that share domains, signals, activities, usage."""
    known = facts(seed, rules(), 150, 1_500)
    before = compiled.replay(as_text(known), AS_OF)
    ids = {row["account_id"] for table in ("account_scores", "unranked_accounts") for row in before[table]}
    standing = ids - not_yet(before)
    since = later(known, facts(seed + 100, rules(), 150, 1_500), standing, random.Random(seed))
    everything = {table: [*rows, *since.get(table, [])] for table, rows in known.items()}
    after = compiled.replay(as_text(everything), AS_OF)
    for table in OF_THE_DAY:
        assert exactly({table: after[table]}) == exactly({table: before[table]}), table
    assert not_yet(before) <= not_yet(after)
    assert all(name.startswith("later") for name in not_yet(after) - not_yet(before))
    assert len(not_yet(after)) > 50
    unranked = [
        {"unranked": [row for row in marts["unranked_accounts"] if row["reason"] != "not_yet_created"]}
        for marts in (before, after)
    ]
    assert exactly(unranked[0]) == exactly(unranked[1])


def not_yet(marts: Marts) -> set[str]:
    """The accounts that are not there yet."""
    return {row["account_id"] for row in marts["unranked_accounts"] if row["reason"] == "not_yet_created"}


def later(known: Tables, others: Tables, standing: set[str], rng: random.Random) -> Tables:
    """What is loaded after as_of: of records that were known a version, and new ones."""
    contacts, deals = ({row[key] for row in known[table]} for table, key in (("contacts", "contact_id"), DEALS))
    domains = [row["domain"] for row in known["accounts"] if row.get("domain")]
    since: Tables = {}
    for row in others["accounts"]:
        is_known = row["account_id"] in standing and rng.random() < 0.5
        name = row["account_id"] if is_known else f"later {row['account_id']}"
        domain = row.get("domain") if is_known else rng.choice(domains)
        since.setdefault("accounts", []).append({**row, **stamps(rng), "account_id": name, "domain": domain})
    for row in others["contacts"]:
        name = row["contact_id"] if row["contact_id"] in contacts else f"later {row['contact_id']}"
        cells = {"contact_id": name, "is_champion": True, "seniority": "executive"}
        since.setdefault("contacts", []).append({**row, **stamps(rng), **cells})
    for row in others["opportunities"]:
        name = row["opportunity_id"] if row["opportunity_id"] in deals else f"later {row['opportunity_id']}"
        cells = {"opportunity_id": name, "is_won": True, "closed_at": AS_OF + timedelta(days=9), "is_deleted": False}
        since.setdefault("opportunities", []).append({**row, **stamps(rng), **cells})
    for table, key in (("signals", "signal_id"), ("activities", "activity_id")):
        for row in others[table]:
            cells = {key: f"later {row[key]}", "occurred_at": moment(rng), "loaded_at": AS_OF + timedelta(days=99)}
            since.setdefault(table, []).append({**row, **cells, "updated_at": None})
    for table, column in (
        ("product_usage", "measured_on"),
        ("tier_overrides", "starts_on"),
        ("account_returns", "returned_on"),
        ("account_technologies", "detected_on"),
    ):
        for n, row in enumerate(others[table]):
            cells: dict[str, Any] = {column: AS_OF.date() + timedelta(days=2 + n), "is_deleted": False}
            if table == "account_technologies":
                cells |= {"technology": f"{row['technology']} {n}", "removed_on": None}
            since.setdefault(table, []).append({**row, **cells})
    return since


DEALS = ("opportunities", "opportunity_id")


def stamps(rng: random.Random) -> Row:
    """When a record was created and written: later than as_of."""
    return {"created_at": moment(rng), "updated_at": moment(rng), "loaded_at": AS_OF + timedelta(days=99)}


def moment(rng: random.Random) -> datetime:
    """Just after as_of, or weeks later."""
    return AS_OF + rng.choice((MICROSECOND, timedelta(days=rng.uniform(0.1, 60))))
