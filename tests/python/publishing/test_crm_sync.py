"""`scripts/sync_to_crm.py` against a CRM that plays up: nothing is lost or sent without a reason, and after each sync
the CRM holds what `marts.crm_tier_sync` says. The table itself is held to its promises over some days of builds."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from builds.recipes import Day
from publishing.crm import MOST_INPUTS, TOKEN, Crm, serve
from worlds.committed import PROJECT
from worlds.crm_days import LEFT, NEVER_RANKED, NEW, RANKED_LATE, WARMED
from worlds.dirty import Row

pytestmark = pytest.mark.long
MAPPED = ("account_id", "tier", "tier_number", "priority_score", "tier_reason", "top_reason")


def mapped(rows: dict[str, Row]) -> dict[str, Row]:
    """What a CRM gets of the rows."""
    return {account_id: {column: row[column] for column in MAPPED} for account_id, row in rows.items()}


def differing(new: dict[str, Row], old: dict[str, Row]) -> set[str]:
    """The accounts of which a mapped value differs, by the values themselves."""
    before = mapped(old)
    return {account_id for account_id, row in mapped(new).items() if before.get(account_id) != row}


@dataclass
class Client:
    """The script with a ledger of its own, run as users run it."""

    crm: Crm
    address: str
    ledger: Path
    environment: dict[str, str] = field(default_factory=lambda: {**os.environ, "CRM_TOKEN": TOKEN})

    def start(self, day: Day, *arguments: str) -> subprocess.Popen:
        """Begins a sync."""
        script = str(PROJECT / "scripts" / "sync_to_crm.py")
        command = [sys.executable, script, str(day.marts), "--crm", self.address, "--ledger", str(self.ledger)]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen([*command, *arguments], text=True, env=self.environment, **pipes)

    def sync(self, day: Day, *arguments: str, fails: bool = False) -> str:
        """Syncs; gives what was said."""
        process = self.start(day, *arguments)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == int(fails), said
        assert TOKEN not in said
        assert "Traceback" not in said
        return said

    def kill(self, process: subprocess.Popen) -> None:
        """Kills a sync once the CRM keeps it waiting."""
        assert self.crm.held.wait(60), "the client did not come that far"
        process.kill()
        process.communicate()
        self.crm.released.set()

    def acknowledged(self) -> dict[str, str]:
        """The ledger."""
        with sqlite3.connect(self.ledger) as connection:
            return dict(connection.execute("select id, row_hash from acknowledged where crm = ?", [self.address]))


@pytest.fixture
def client(tmp_path) -> Iterator[Client]:
    """A client and an empty CRM."""
    crm = Crm()
    with serve(crm) as address:
        yield Client(crm, address, tmp_path / "ledger.sqlite")


@pytest.fixture
def first(crm_days) -> Day:
    """The first day."""
    return crm_days[0]


# --- The table -------------------------------------------------------------------------------------------------------


def test_the_table_is_what_a_reverse_etl_tool_needs(crm_days):
    for day in crm_days:
        rows = day.read("select * from marts.crm_tier_sync")
        assert len({row["account_id"] for row in rows}) == len(rows) > 2 * MOST_INPUTS, day.name
        assert {type(value) for row in rows for value in row.values()} == {str, int, datetime}, "a null or a float"
        assert not any(value == "" for row in rows for value in row.values())
        assert {column for row in rows for column in row} == {*MAPPED, "row_hash", "changed_at"}


def test_a_row_moves_only_with_meaning(crm_days):
    """row_hash and changed_at move when a mapped value does, and only then; no account is ever dropped."""
    assert {row["changed_at"] for row in crm_days[0].rows().values()} == {crm_days[0].as_of}
    for before, after in pairwise(crm_days):
        old, new = before.rows(), after.rows()
        assert set(old) <= set(new), after.name
        changed = differing(new, old)
        assert {a for a in new if a not in old or new[a]["row_hash"] != old[a]["row_hash"]} == changed, after.name
        assert {a for a in new if a not in old or new[a]["changed_at"] != old[a]["changed_at"]} == changed, after.name
        assert all(new[account_id]["changed_at"] == after.as_of for account_id in changed), after.name


def test_the_same_values_have_the_same_hash_and_others_another(crm_days):
    pairs = {
        (row["row_hash"], tuple(row[column] for column in MAPPED[1:]))
        for day in crm_days
        for row in day.rows().values()
    }
    assert len({row_hash for row_hash, _ in pairs}) == len({values for _, values in pairs}) == len(pairs) > 20


def test_who_is_no_longer_ranked_stays_with_the_reason(crm_days):
    first, following, _, last, filled_in = (day.rows() for day in crm_days)
    ranked = {row["account_id"] for row in crm_days[0].read("select account_id from marts.account_tiers")}
    assert set(first) == ranked
    assert set(following) - set(first) == {NEW, RANKED_LATE}
    assert all(first[account_id]["tier_number"] > 0 for account_id in LEFT)
    unranked = {account_id: row for account_id, row in last.items() if row["tier_number"] == 0}
    assert {account_id: row["tier_reason"] for account_id, row in unranked.items()} == LEFT
    assert {(row["tier"], row["priority_score"]) for row in unranked.values()} == {("Unranked", 0)}
    assert all(row["top_reason"] == f"Not ranked: {row['tier_reason']}" for row in unranked.values())
    assert not any(NEVER_RANKED in rows for rows in (first, following, last))
    assert filled_in == last, "an older day that is filled in is not news"


# --- The sync --------------------------------------------------------------------------------------------------------


def test_each_sync_sends_what_differs_and_leaves_the_crm_equal(client, crm_days):
    """Day by day, in batches, each account once."""
    crm, synced, counts = client.crm, {}, []
    for day in crm_days:
        crm.forget_requests()
        client.sync(day)
        rows = day.rows()
        assert sorted(crm.sent) == sorted(differing(rows, synced)), day.name
        assert all(len(request) <= MOST_INPUTS for request in crm.requests)
        assert crm.companies == mapped(rows), day.name
        assert client.acknowledged() == {account_id: row["row_hash"] for account_id, row in rows.items()}
        if day.name == "next":
            assert {*WARMED, NEW, RANKED_LATE} <= set(crm.sent)
        if day.name == "last":
            assert set(LEFT) <= set(crm.sent)
        counts.append(len(crm.sent))
        synced = rows
    everybody, some, nobody, others, still_nobody = counts
    assert everybody > 2 * MOST_INPUTS
    assert 0 < some < everybody / 2
    assert 0 < others < everybody / 2
    assert nobody == still_nobody == 0


def test_a_day_that_was_not_synced_is_caught_up_with(client, crm_days):
    first, *_, last, _ = crm_days
    client.sync(first)
    client.crm.forget_requests()
    client.sync(last)
    assert sorted(client.crm.sent) == sorted(differing(last.rows(), first.rows()))
    assert client.crm.companies == mapped(last.rows())


@pytest.mark.parametrize("treatment", ["hold", "apply and hold"])
@pytest.mark.parametrize("batch", [0, 1, 2])
def test_a_client_that_is_killed_loses_nothing(client, first, batch, treatment):
    """Killed before a batch is applied, or after, without having read the answer."""
    crm, rows = client.crm, first.rows()
    crm.plan = ["answer"] * batch + [treatment]
    client.kill(client.start(first))
    answered = {account_id for request in crm.requests[:batch] for account_id in request}
    in_flight = set(crm.requests[batch])
    assert client.acknowledged() == {account_id: rows[account_id]["row_hash"] for account_id in answered}
    assert set(crm.companies) == answered | (in_flight if treatment == "apply and hold" else set())

    crm.forget_requests()
    crm.released.clear()
    client.sync(first)
    assert sorted(crm.sent) == sorted(set(rows) - answered), "what was acknowledged is not sent again, all else is"
    assert crm.companies == mapped(rows)
    applied_before = answered | (in_flight if treatment == "apply and hold" else set())
    assert set(+crm.changes) == set(rows) - applied_before, "what came twice changes nothing"


def test_a_client_that_is_killed_again_and_again_while_the_table_moves_on(client, crm_days):
    first, last = crm_days[0], crm_days[3]
    for plan in (["apply and hold"], ["answer", "hold"], ["apply and hold"]):
        client.crm.plan = plan
        client.crm.forget_requests()
        client.crm.released.clear()
        client.kill(client.start(first))
    assert len(client.acknowledged()) == MOST_INPUTS
    client.sync(last)
    assert client.crm.companies == mapped(last.rows())


@pytest.mark.parametrize("treatment", ["drop", "reset", "nonsense"])
def test_an_answer_that_is_lost_is_asked_for_again(client, first, treatment):
    """The CRM has applied the batch."""
    client.crm.plan = ["answer", treatment]
    client.sync(first)
    rows = first.rows()
    assert client.crm.requests[1] == client.crm.requests[2]
    assert client.crm.moments[2] - client.crm.moments[1] >= 1, "not at once"
    assert len(client.crm.sent) == len(rows) + len(client.crm.requests[1])
    assert client.crm.changes == dict.fromkeys(rows, 1), "the second time it changes nothing"
    assert client.crm.companies == mapped(rows)


def test_of_a_partial_answer_only_the_results_count(client, first):
    """A 207: the accounts without a result are named, and sent again by each sync until the CRM has them."""
    crm, rows = client.crm, first.rows()
    crm.refused = {"acc-003", "acc-150"}
    said = client.sync(first, fails=True)
    for account_id in crm.refused:
        assert f"refused {account_id}: INVALID_OPTION for {account_id}" in said
    assert said.count("refused acc-") == 2
    assert "2 of them not acknowledged" in said
    assert set(rows) - set(client.acknowledged()) == set(rows) - set(crm.companies) == crm.refused

    crm.forget_requests()
    client.sync(first, fails=True)
    assert set(crm.sent) == crm.refused

    crm.forget_requests()
    crm.refused = set()
    client.sync(first)
    assert sorted(crm.sent) == ["acc-003", "acc-150"]
    assert crm.companies == mapped(rows)


def test_one_wrong_row_does_not_hold_up_its_batch(client, first):
    """A CRM that refuses whole batches is sent halves until the row is found."""
    client.crm.refused, client.crm.all_or_nothing = {"acc-003", "acc-150"}, True
    said = client.sync(first, fails=True)
    assert said.count("refused acc-") == 2
    assert set(first.rows()) - set(client.crm.companies) == client.crm.refused
    assert len(client.crm.requests) < 40


def test_a_crm_that_refuses_everything_is_not_asked_row_by_row(client, first):
    client.crm.refused, client.crm.all_or_nothing = set(first.rows()), True
    said = client.sync(first, fails=True)
    assert said.count("refused acc-") == len(first.rows())
    assert len(client.crm.requests) < 60
    assert client.acknowledged() == {}


def test_results_of_a_batch_that_is_not_complete_do_not_count(client, first):
    client.crm.status = "PROCESSING"
    client.sync(first, fails=True)
    assert client.acknowledged() == {}
    client.crm.status = "COMPLETE"
    client.sync(first)
    assert client.acknowledged().keys() == first.rows().keys()


def test_a_busy_crm_is_asked_again_when_it_says(client, first):
    client.crm.plan, client.crm.retry_after = [429, 500, "answer", 503], "1"
    client.sync(first)
    assert client.crm.companies == mapped(first.rows())
    gaps = [after - before for before, after in pairwise(client.crm.moments)]
    assert len(gaps) == 5
    assert [gap >= 1 for gap in gaps] == [True, True, False, True, False]


def test_a_crm_that_stays_down_leaves_the_rest_to_the_next_sync(client, first):
    crm, rows = client.crm, first.rows()
    crm.plan, crm.retry_after, crm.refused = ["answer", *[503] * 5], "0", {"acc-003"}
    said = client.sync(first, fails=True)
    assert f"{len(rows) - MOST_INPUTS} rows were not sent or not answered" in said
    assert "503" in said
    assert "refused acc-003" in said, "what was refused before is told, too"
    assert len(client.acknowledged()) == MOST_INPUTS - 1

    crm.forget_requests()
    crm.refused = set()
    client.sync(first)
    assert len(crm.sent) == len(rows) - MOST_INPUTS + 1
    assert crm.companies == mapped(rows)


def test_a_wrong_token_stops_at_once_and_none_is_told(client, first):
    client.environment = {**os.environ, "CRM_TOKEN": "wrong"}
    assert "401" in client.sync(first, fails=True)
    assert len(client.crm.moments) == 1
    del client.environment["CRM_TOKEN"]
    assert "CRM_TOKEN is not set" in client.sync(first, fails=True)
    assert len(client.crm.moments) == 1


def test_one_sync_at_a_time_has_a_ledger(client, first, crm_days):
    """Two at once could leave the older of two values in the CRM and the newer in the ledger."""
    client.crm.plan = ["hold"]
    process = client.start(first)
    assert client.crm.held.wait(60)
    assert "another sync may have it" in client.sync(crm_days[3], fails=True)
    client.kill(process)


def test_each_crm_has_its_part_of_the_ledger(client, first):
    client.sync(first)
    with serve(Crm()) as client.address:
        client.crm.forget_requests()
        assert f"{len(first.rows())} changed, 0 of them not" in client.sync(first)
    assert client.crm.sent == []


def test_rows_can_be_left_out_by_reason(client, crm_days):
    """An upsert would create accounts anew that were deleted in the CRM itself."""
    first, last = crm_days[0], crm_days[3]
    client.sync(first)
    client.crm.forget_requests()
    client.sync(last, "--leave-out", "deleted", "merged")
    gone = {account_id for account_id, reason in LEFT.items() if reason in ("deleted", "merged")}
    assert set(client.crm.sent) == differing(last.rows(), first.rows()) - gone
