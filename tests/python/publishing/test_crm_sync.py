"""`scripts/sync_to_crm.py` against a CRM that plays up: nothing is lost or sent without a reason, and after each sync
the CRM holds what `marts.crm_tier_sync` says. The table itself is held to its promises over some days of builds."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from runpy import run_path
from typing import Any

import duckdb
import pytest

from builds.recipes import Day
from publishing.crm import MOST_INPUTS, PATH, TOKEN, Crm, serve
from worlds.committed import PROJECT
from worlds.crm_days import LEFT, NEVER_RANKED, NEW, RANKED_LATE, WARMED
from worlds.dirty import Row

pytestmark = pytest.mark.long
SCRIPT = str(PROJECT / "scripts" / "sync_to_crm.py")
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
        command = [sys.executable, SCRIPT, str(day.marts), "--crm", self.address, "--ledger", str(self.ledger)]
        command += self.crm.arguments
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
        return subprocess.Popen([*command, *arguments], text=True, env=self.environment, **pipes)

    def sync(self, day: Day, *arguments: str, fails: int = False) -> str:
        """Syncs; gives what was said."""
        process = self.start(day, *arguments)
        said, _ = process.communicate(timeout=120)
        assert process.returncode == int(fails), said
        assert "nobody" not in said.lower(), "a part of the token"
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


@pytest.mark.parametrize("treatment", ["drop", "reset", (200, b"<html>")])
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


LOST_ANSWERS = {
    "dropped": "drop",
    "reset": "reset",
    "cut off": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
    "too late": "apply and hold",
    "nonsense": (200, b"<html>"),
    "null": (200, None),
    "failed": (500, {"message": "too late"}),
    "refused": (400, {"message": "too late"}),
    "no access": (403, {"message": "too late"}),
    "without the rows": (207, {"status": "COMPLETE", "results": []}),
    "not complete": "pending",
}
"""In all of them the batch was applied."""


@pytest.mark.parametrize("lost", LOST_ANSWERS.values(), ids=LOST_ANSWERS)
def test_values_that_come_back_are_sent_although_the_answer_between_was_lost(client, crm_days, lost):
    """A is acknowledged, B applied without the script knowing it, and then the table is A again."""
    first, following, *_ = crm_days
    client.sync(first)
    client.crm.plan, client.crm.headers = [lost, 403], {"Retry-After": "0"}
    client.sync(following, "--timeout", "1", fails=True)
    assert mapped(following.rows()) == client.crm.companies != mapped(first.rows())
    client.crm.plan = []
    client.sync(first)
    after = {account_id: client.crm.companies[account_id] for account_id in first.rows()}
    assert after == mapped(first.rows())


@pytest.mark.parametrize("treatment", ["hold", "apply and hold"])
def test_values_that_come_back_are_sent_although_the_client_was_killed_between(client, crm_days, treatment):
    """Only of the rows that were in flight nothing is known."""
    first, following, *_ = crm_days
    client.sync(first)
    acknowledged = client.acknowledged()
    client.crm.plan = [treatment]
    client.crm.forget_requests()
    client.kill(client.start(following))
    (in_flight,) = client.crm.requests
    assert client.acknowledged() == {a: row_hash for a, row_hash in acknowledged.items() if a not in in_flight}
    client.sync(first)
    after = {account_id: client.crm.companies[account_id] for account_id in first.rows()}
    assert after == mapped(first.rows())


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


NO_ANSWERS: list[list[Any]] = [
    [None, [], "COMPLETE", 1],
    [{}, {"status": None}, {"status": ["COMPLETE"]}, {"results": []}],
    [b"", b"\xff\xfe", b"[" * 100_000, b"9" * 5_000],
]


@pytest.mark.parametrize("bodies", NO_ANSWERS, ids=["no object", "no status", "no JSON"])
def test_an_answer_that_is_none_is_asked_for_again(client, first, bodies):
    client.crm.plan, client.crm.headers = [(200, body) for body in bodies], {"Retry-After": "0"}
    client.sync(first)
    assert client.crm.requests[0] == client.crm.requests[4]
    assert client.crm.companies == mapped(first.rows())


NOTHING_OF_A_ROW: list[dict[str, Any]] = [
    {"results": None, "errors": None},
    {"results": {"id": "acc-000"}, "errors": "all"},
    {"results": [None, 1, "acc-000", [], {}, {"id": "acc-000"}, {"id": None, "properties": None}]},
    {"results": [{"objectWriteTraceId": ["acc-000"], "properties": ["account_id"]}, {"objectWriteTraceId": {"a": 1}}]},
    {"errors": [None, 1, "x", [], {}, {"message": None}, {"message": ["x"], "context": []}]},
    {"errors": [{"message": "of another", "context": {"objectWriteTraceId": ["acc-999", None, {}]}}]},
]


@pytest.mark.parametrize("bodies", [NOTHING_OF_A_ROW[:3], NOTHING_OF_A_ROW[3:]], ids=["results", "errors"])
def test_what_an_answer_does_not_say_in_its_way_is_not_said(client, first, bodies):
    client.crm.plan = [(207, {"status": "COMPLETE", **body}) for body in bodies]
    said = client.sync(first, fails=True)
    for account_id in first.rows():
        assert f"not acknowledged {account_id}: not among the results of a batch that is COMPLETE\n" in said
    assert client.acknowledged() == {}
    client.sync(first)
    assert client.acknowledged().keys() == first.rows().keys()


def test_words_that_name_no_row_are_told_of_each_and_on_one_line(client, first):
    errors = [{"message": "so\nrefused acc-999: \x1b[31m\ud800", "context": {"objectWriteTraceId": None}}]
    client.crm.plan = [(207, {"status": "COMPLETE", "errors": errors})]
    said = client.sync(first, fails=True)
    assert said.splitlines()[1:] == [f"refused {a}: so refused acc-999:  [31m " for a in client.crm.requests[0]]


@pytest.mark.parametrize("status", [400, 409, 422])
def test_one_wrong_row_does_not_hold_up_its_batch(client, first, status):
    """A CRM that refuses whole batches is sent halves until the row is found."""
    client.crm.refused, client.crm.refusal = {"acc-003", "acc-150"}, status
    said = client.sync(first, fails=True)
    assert said.count("refused acc-") == 2
    for account_id in client.crm.refused:
        assert f"refused {account_id}: {status}: INVALID_OPTION for {account_id}" in said
    assert set(first.rows()) - set(client.crm.companies) == client.crm.refused
    assert len(client.crm.requests) < 40


def test_many_wrong_rows_do_not_hold_up_the_others(client, first):
    rows = first.rows()
    client.crm.refused, client.crm.refusal = set(list(rows)[::7]), 400
    said = client.sync(first, fails=True)
    assert said.count("refused acc-") == len(client.crm.refused) > 30
    assert set(rows) - set(client.acknowledged()) == set(rows) - set(client.crm.companies) == client.crm.refused


def test_a_crm_that_refuses_everything_is_asked_until_each_row_is_alone(client, first):
    rows = first.rows()
    client.crm.refused, client.crm.refusal = set(rows), 400
    said = client.sync(first, fails=True)
    assert said.count("refused acc-") == len(rows)
    batches = -(-len(rows) // MOST_INPUTS)
    assert len(client.crm.requests) == 2 * len(rows) - batches, "n rows are halved n - 1 times"
    assert client.acknowledged() == {}


def test_results_of_a_batch_that_is_not_complete_do_not_count(client, first):
    client.crm.plan = ["pending"] * 3
    assert "not acknowledged acc-000: not among the results of a batch that is PROCESSING" in client.sync(
        first, fails=True
    )
    assert client.acknowledged() == {}
    client.sync(first)
    assert client.acknowledged().keys() == first.rows().keys()


def test_a_busy_crm_is_asked_again_when_it_says(client, first):
    client.crm.plan, client.crm.headers = [429, 500, "answer", 503], {"Retry-After": "2"}
    client.sync(first)
    assert client.crm.companies == mapped(first.rows())
    gaps = [after - before for before, after in pairwise(client.crm.moments)]
    assert len(gaps) == 5
    assert [gap >= 2 for gap in gaps] == [True, True, False, True, False]


def test_a_crm_that_is_busy_in_any_way_is_asked_again(client, first):
    client.crm.plan, client.crm.headers = [408, 423, 502, 504], {"Retry-After": "0"}
    client.sync(first)
    assert client.crm.companies == mapped(first.rows())


@pytest.mark.parametrize("asked", ["\u00b2", "-1", "soon"])
def test_a_wait_that_is_no_number_is_that_of_the_script(client, first, asked):
    client.crm.plan, client.crm.headers = [503], {"Retry-After": asked}
    client.sync(first)
    assert client.crm.moments[1] - client.crm.moments[0] >= 1
    assert client.crm.companies == mapped(first.rows())


@pytest.mark.parametrize("asked", ["86400", "61", "9" * 5000])
def test_a_crm_that_asks_for_a_long_wait_is_left_to_the_next_sync(client, first, asked):
    client.crm.plan, client.crm.headers = ["answer", 429], {"Retry-After": asked}
    said = client.sync(first, fails=True)
    assert f"{len(first.rows()) - MOST_INPUTS} rows were not sent or not answered" in said
    assert f"it asks to wait {asked[:100]}" in said
    assert len(client.crm.moments) == 2
    client.sync(first)
    assert client.crm.companies == mapped(first.rows())


def test_a_crm_that_stays_down_leaves_the_rest_to_the_next_sync(client, first):
    crm, rows = client.crm, first.rows()
    crm.plan, crm.headers, crm.refused = ["answer", *[503] * 5], {"Retry-After": "0"}, {"acc-003"}
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
    client.environment["CRM_TOKEN"] = "wrong, and nobody may see it"
    assert "401: CRM_TOKEN is not accepted" in client.sync(first, fails=True)
    assert len(client.crm.moments) == 1
    del client.environment["CRM_TOKEN"]
    assert "CRM_TOKEN is not set" in client.sync(first, fails=True)
    assert len(client.crm.moments) == 1


@pytest.mark.parametrize("character", ["\n", "\r\nX-More: 1", "\t", "\x7f", "\u00e9", "\u2028", "\udcff"])
def test_a_token_that_no_header_can_hold_is_not_sent_nor_told(client, first, character):
    client.environment["CRM_TOKEN"] = TOKEN + character
    assert "CRM_TOKEN has a character that no header can hold" in client.sync(first, fails=True)
    assert client.crm.moments == []


@pytest.mark.parametrize(
    "answer",
    [
        (401, {"message": f"unknown: {TOKEN[:-4]}"}),
        (403, {"message": f"Bearer {TOKEN}"}),
        (403, {"message": "." * 480 + TOKEN}),
        (403, {"message": TOKEN.upper()}),
        (403, {"message": json.dumps({"sent": TOKEN}).replace("/", "\\/")}),
        (403, {"message": TOKEN.replace(" ", "\n")}),
        (403, f"Bearer {TOKEN}".encode()),
        (503, {"message": TOKEN}),
        (400, {"message": TOKEN}),
        (200, {"status": TOKEN}),
        (207, {"status": "COMPLETE", "errors": [{"message": TOKEN}]}),
        f"HTTP/1.1 403 {TOKEN}\r\n\r\n".encode(),
        f"{TOKEN}\r\n\r\n".encode(),
        f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{TOKEN}\r\n".encode(),
    ],
    ids=str,
)
def test_a_token_that_the_crm_tells_is_not_told(client, first, answer):
    client.crm.plan, client.crm.headers = [answer, (403, {"message": TOKEN})], {"Retry-After": "0"}
    assert "not acknowledged\n" in client.sync(first, fails=True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(client, first, status):
    """The token would go along."""
    other = Crm()
    with serve(other) as elsewhere:
        client.crm.plan, client.crm.headers = [status], {"Location": f"{elsewhere}{PATH}?{TOKEN}"}
        assert f"{status}: redirects are not followed" in client.sync(first, fails=True)
    assert other.moments == []
    assert len(client.crm.moments) == 1


def test_the_token_is_that_of_the_environment(client, first, tmp_path):
    """And not one that a user keeps for the same host."""
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    client.environment["NETRC"] = str(netrc)
    client.sync(first)


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


def test_an_address_has_one_ledger_however_it_is_spelled(client, first):
    _, port = client.address.rsplit(":", 1)
    spellings = ("localhost:{}", "LOCALHOST:{}/", "localhost:{}//")
    for count, spelling in zip((len(first.rows()), 0, 0), spellings, strict=True):
        client.address = f"HTTP://{spelling.format(port)}"
        assert f"rows, {count} changed" in client.sync(first)


def test_the_port_of_a_scheme_is_not_a_part_of_an_address():
    address = run_path(SCRIPT)["address"]
    assert address("https://api.hubapi.com:443/") == address("HTTPS://API.hubapi.com") == "https://api.hubapi.com"
    assert address("http://[::1]:80/x/") == "http://[::1]/x"
    assert address("http://crm:443") != address("http://crm")


@pytest.mark.parametrize(
    "wrong", ["api.hubapi.com", "ftp://crm", "http://", "http://a b", "http://nobody:x@crm", "http://crm?x"]
)
def test_what_is_no_address_is_refused(client, first, wrong):
    client.address = wrong
    assert "not an address such as https://" in client.sync(first, fails=2)


def break_pages(ledger: Path) -> None:
    """The first bytes stay those of a database."""
    ledger.write_bytes(ledger.read_bytes()[:100] + b"x" * 20_000)


def make_another(ledger: Path) -> None:
    """A database with a table of the same name."""
    ledger.unlink()
    with sqlite3.connect(ledger) as connection:
        connection.execute("create table acknowledged (crm, id, row_hash)")


@pytest.mark.parametrize(
    ("harm", "remedy"),
    [
        (lambda ledger: ledger.write_text("not a database" * 1_000), "move it away"),
        (break_pages, "move it away"),
        (make_another, "move it away"),
        (lambda ledger: ledger.unlink() or ledger.mkdir(), "or name another file with --ledger"),
    ],
    ids=["no database", "broken", "another table", "a folder"],
)
def test_a_ledger_that_cannot_be_used_is_told(client, first, harm, remedy):
    client.sync(first)
    client.crm.forget_requests()
    harm(client.ledger)
    (line,) = client.sync(first, fails=True).splitlines()
    assert line.startswith(f"the ledger {client.ledger} cannot be used: ")
    assert remedy in line
    assert client.crm.sent == []


@pytest.mark.parametrize(
    ("content", "remedy"),
    [
        (None, "name the readers' file"),
        ("create table t as select 1 as account_id", "name the readers' file"),
        ("create schema marts; create table marts.crm_tier_sync as select 1 as account_id", "name the readers' file"),
        ("no database", "name the readers' file"),
        ("open", "close what has it open"),
    ],
    ids=["missing", "no table", "no columns", "no database", "open"],
)
def test_a_readers_file_that_cannot_be_read_is_told(client, tmp_path, content, remedy):
    day = Day("wrong", datetime(2026, 3, 2), tmp_path / "wrong_marts.duckdb")
    if content == "no database":
        day.marts.write_text(content)
    elif content:
        connection = duckdb.connect(str(day.marts))
        if content != "open":
            connection.execute(content)
            connection.close()
    (line,) = client.sync(day, fails=True).splitlines()
    assert line.startswith(str(day.marts))
    assert remedy in line
    assert client.crm.moments == []


def test_rows_can_be_left_out_by_reason(client, crm_days):
    """An upsert would create accounts anew that were deleted in the CRM itself."""
    first, last = crm_days[0], crm_days[3]
    client.sync(first)
    client.crm.forget_requests()
    client.sync(last, "--leave-out", "deleted", "merged")
    gone = {account_id for account_id, reason in LEFT.items() if reason in ("deleted", "merged")}
    assert set(client.crm.sent) == differing(last.rows(), first.rows()) - gone
