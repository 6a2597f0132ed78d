"""`scripts/sync_to_crm.py` by the record's own id: companies of HubSpot, accounts of Salesforce. What every CRM has in
common is tried in `test_crm_sync`."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builds.warehouse import load_table
from publishing.crm import Crm, HubSpotRecords, Salesforce, serve
from publishing.test_crm_sync import MAPPED, SCRIPT, Client, mapped
from worlds.dirty import Row

pytestmark = pytest.mark.long
COLUMNS = (*MAPPED, "row_hash")
SHORT = "001D000000IqhSL"
"""An id of 15 characters as it is in reports and addresses, and so in many spreadsheets."""
LONG = "001D000000IqhSLIAZ"


@dataclass(frozen=True)
class Table:
    """A readers' file with nothing but the table that is synced."""

    marts: Path

    def rows(self) -> dict[str, Row]:
        """Its rows, by account."""
        with duckdb.connect(str(self.marts), read_only=True) as connection:
            found = connection.execute(f"select {', '.join(COLUMNS)} from marts.crm_tier_sync").fetchall()
        return {row[0]: dict(zip(COLUMNS, row, strict=True)) for row in found}


def table(folder: Path, account_ids: list[str], score: int = 50) -> Table:
    """A readers' file."""
    path = folder / f"{score}_marts.duckdb"
    rows = [
        {
            "account_id": account_id,
            "tier": "Tier 2",
            "tier_number": 2,
            "priority_score": score,
            "tier_reason": "score",
            "top_reason": 'A "reason", \u00e9',
            "row_hash": f"{account_id}{score}",
        }
        for account_id in account_ids
    ]
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        types = {"tier_number": "integer", "priority_score": "integer"}
        load_table(connection, "marts.crm_tier_sync", rows, COLUMNS, types)
    return Table(path)


def salesforce(account_ids: list[str], external_id: str | None = None) -> Salesforce:
    """A Salesforce that has these accounts, or keeps them by an external id."""
    return Salesforce({} if external_id else {LONG if a == SHORT else a: a for a in account_ids}, external_id)


HUBSPOT_IDS = [str(8_000_000_000 + n) for n in range(450)]
SALESFORCE_IDS = [SHORT, *(f"001D0000{n:07}AAA" for n in range(449))]
KINDS: dict[str, tuple[Callable[[], Crm], list[str]]] = {
    "hubspot": (lambda: HubSpotRecords(HUBSPOT_IDS), HUBSPOT_IDS),
    "salesforce": (lambda: salesforce(SALESFORCE_IDS), SALESFORCE_IDS),
    "external id": (lambda: salesforce([], "Account_Id__c"), [f"acc {n}" for n in range(450)]),
}


@pytest.fixture(params=KINDS)
def kind(request) -> str:
    """Each way to find the record."""
    return request.param


@pytest.fixture
def client(kind, tmp_path) -> Iterator[Client]:
    """A client and a CRM."""
    crm = KINDS[kind][0]()
    with serve(crm) as address:
        yield Client(crm, address, tmp_path / "ledger.sqlite")


@pytest.fixture
def first(kind, tmp_path) -> Table:
    """The first day."""
    return table(tmp_path, KINDS[kind][1])


@pytest.fixture
def second(kind, tmp_path) -> Table:
    """The next, with other values."""
    return table(tmp_path, KINDS[kind][1], score=51)


def sizes(crm: Crm) -> list[int]:
    """How many records each request had."""
    return [len(request) for request in crm.requests]


def test_each_sync_leaves_the_crm_equal_in_full_batches(client, first, second):
    for day in (first, second):
        client.crm.forget_requests()
        client.sync(day)
        assert client.crm.companies == mapped(day.rows())
        assert sizes(client.crm) == ([100] * 4 + [50] if client.crm.most_inputs == 100 else [200, 200, 50])
    client.crm.forget_requests()
    assert "450 rows, 0 changed" in client.sync(second)
    assert client.crm.requests == []


def test_who_was_refused_is_named_and_sent_again(client, first):
    """All others are acknowledged."""
    crm, (one, *_, other) = client.crm, list(first.rows())
    crm.refused = {one, other}
    said = client.sync(first, fails=True)
    for account_id in crm.refused:
        assert f"refused {account_id}: INVALID_OPTION" in said
    assert set(first.rows()) - set(client.acknowledged()) == crm.refused
    crm.forget_requests()
    crm.refused = set()
    client.sync(first)
    assert sorted(crm.sent) == sorted([one, other])
    assert crm.companies == mapped(first.rows())


def test_a_record_that_is_not_there_holds_up_no_other(client, first, tmp_path, kind):
    """By the record's id nothing is made anew."""
    known = list(first.rows())
    day = table(tmp_path, [*known[:99], "12345", *known[99:]], score=52)
    if kind == "external id":
        client.sync(day)
        assert "12345" in client.crm.companies
        return
    said = client.sync(day, fails=True)
    words = "Could not get some COMPANY objects" if kind == "hubspot" else "MALFORMED_ID: MALFORMED_ID for 12345"
    assert said.splitlines()[1:] == [f"refused 12345: {words}"]
    assert set(client.acknowledged()) == set(known)
    assert "12345" not in client.crm.companies


def test_a_batch_that_is_refused_as_a_whole_is_halved(client, first):
    client.crm.refused, client.crm.refusal = {list(first.rows())[7]}, 400
    said = client.sync(first, fails=True)
    (refused,) = client.crm.refused
    code = "" if isinstance(client.crm, HubSpotRecords) else "REFUSED: "
    assert f"refused {refused}: 400: {code}INVALID_OPTION" in said
    assert set(first.rows()) - set(client.acknowledged()) == client.crm.refused


LOST: list[Any] = ["drop", "reset", (200, b"<html>"), (200, None), (200, {}), (200, [None] * 3), (500, b"not now"), 429]


@pytest.mark.parametrize("lost", LOST, ids=str)
def test_an_answer_that_is_lost_is_asked_for_again(client, first, lost):
    client.crm.plan, client.crm.headers = [lost], {"Retry-After": "1"}
    client.sync(first)
    assert client.crm.requests[0] == client.crm.requests[1]
    gaps = [after - before for before, after in pairwise(client.crm.moments)]
    assert gaps[0] >= 1 > gaps[1]
    assert client.crm.companies == mapped(first.rows())
    assert set(client.crm.changes.values()) == {1}


def test_a_client_that_is_killed_loses_nothing(client, first):
    client.crm.plan = ["answer", "apply and hold"]
    client.kill(client.start(first))
    assert set(client.acknowledged()) == set(client.crm.requests[0])
    client.crm.forget_requests()
    client.sync(first)
    assert len(client.crm.sent) == len(first.rows()) - client.crm.most_inputs
    assert client.crm.companies == mapped(first.rows())


NOT_ALLOWED = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((401, [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired"}]), "401: CRM_TOKEN is not accepted"),
        ((403, NOT_ALLOWED), "403: REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded."),
        ((403, b"<html>"), "403: Forbidden"),
        ((404, b""), "404: Not Found"),
        ((429, []), "it asks to wait 3600 seconds"),
    ],
    ids=["401", "403", "403 of no JSON", "404", "429"],
)
def test_who_may_not_is_told_in_a_line(tmp_path, answer, said):
    crm = salesforce(SALESFORCE_IDS)
    crm.plan, crm.headers = ["answer", answer], {"Retry-After": "3600"}
    with serve(crm) as address:
        client = Client(crm, address, tmp_path / "ledger.sqlite")
        lines = client.sync(table(tmp_path, SALESFORCE_IDS), fails=True).splitlines()
        assert lines[0] == "450 rows, 450 changed, 250 of them not acknowledged"
        assert len(lines) == 2
        assert lines[1].startswith("250 rows were not sent or not answered, the next sync will send them: ")
        assert said in lines[1]
        assert len(client.acknowledged()) == 200


def test_a_collection_with_too_few_results_counts_for_none(tmp_path):
    """Which is whose shows by their order alone."""
    crm = salesforce(SALESFORCE_IDS)
    crm.plan, crm.headers = ["pending"] * 5, {"Retry-After": "0"}
    with serve(crm) as address:
        client = Client(crm, address, tmp_path / "ledger.sqlite")
        assert "the answer is not that of a batch" in client.sync(table(tmp_path, SALESFORCE_IDS), fails=True)
        assert client.acknowledged() == {}


def test_an_id_of_15_characters_is_sent_with_18(tmp_path):
    """Examples from Salesforce's own documentation and from a table of capitals."""
    ids = {SHORT: LONG, "aaaaaaaaaaaaaaa": "aaaaaaaaaaaaaaaAAA", "AAAAAAAAAAAAAAA": "AAAAAAAAAAAAAAA555"}
    crm = Salesforce({long: short for short, long in ids.items()})
    with serve(crm) as address:
        day = table(tmp_path, list(ids))
        Client(crm, address, tmp_path / "ledger.sqlite").sync(day)
        assert crm.companies == mapped(day.rows())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--to", "salesforce"), "name the address of the instance, such as --crm https://example.my.salesforce.com"),
        (("--key", "../Account"), "not the name of a field such as account_id or Account_Id__c"),
        (("--to", "pipedrive"), "invalid choice: 'pipedrive'"),
    ],
)
def test_what_cannot_be_sent_is_told_before_it_is_tried(tmp_path, monkeypatch, arguments, said):
    monkeypatch.setenv("CRM_TOKEN", "token")
    command = [sys.executable, SCRIPT, str(table(tmp_path, ["a"]).marts), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert said in run.stderr
    assert "Traceback" not in run.stderr
