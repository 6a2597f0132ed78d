"""Send `marts.crm_tier_sync` to a CRM: only the rows that it has not acknowledged yet, in batches.

    CRM_TOKEN=... uv run python scripts/sync_to_crm.py account_prioritization_marts.duckdb

HubSpot gets batches of companies, Salesforce collections of accounts; for another CRM add a class like theirs. A
ledger (a SQLite file) keeps the row_hash of each row that the CRM acknowledged. It forgets rows before they are sent
and learns them from the answer, each time on the disk. So a sync that stops anywhere is continued by the next one:
what may or may not have arrived is sent again, which changes nothing. Delete the ledger to send everything. Ends with
1, naming accounts and reasons, if a row was left unacknowledged. See docs/crm-sync.md.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sqlite3
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import duckdb
import requests
from urllib3.exceptions import HTTPError
from urllib3.util import Url, parse_url

KEY = "account_id"
RECORD = "id"  # the key, where account_id is the id of the CRM's own record
COLUMNS = ("tier", "tier_number", "priority_score", "tier_reason", "top_reason")
NUMBERS = ("tier_number", "priority_score")
PROPERTIES = {column: column for column in COLUMNS}  # column of the mart: property of HubSpot
FIELDS = {column: f"{column.title()}__c" for column in COLUMNS}  # column of the mart: custom field of Salesforce
TRIES = 5
LONGEST_WAIT = 60  # seconds between two tries

REFUSALS = {400, 409, 422}  # of rows: a smaller batch may be taken
BUSY = {408, 423, 429}  # as 5xx: the same batch may be taken later
OWN_WORDS = {
    **dict.fromkeys(range(200, 300), "the answer is not that of a batch"),
    **dict.fromkeys(range(300, 400), "redirects are not followed; name the address of the CRM itself with --crm"),
    401: "CRM_TOKEN is not accepted",  # the CRM's own words may show a part of it
}
PORTS = {"http": 80, "https": 443}
READERS_FILE = "name the readers' file, <name>_marts.duckdb, which `dbt build` writes"

Row = dict[str, str]


def rows_to_sync(path: Path) -> list[Row]:
    """The rows of the mart, every value as text."""
    columns = (KEY, "row_hash", *COLUMNS)
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(f"select {', '.join(columns)} from marts.crm_tier_sync order by {KEY}").fetchall()
    return [dict(zip(columns, map(str, row), strict=True)) for row in rows]


class Ledger:
    """What a CRM is known to have, in a file that a crash leaves whole. One sync at a time has it."""

    TABLE = "acknowledged (crm, id, row_hash, primary key (crm, id))"

    def __init__(self, path: Path, crm: str):
        self.crm, self.file = crm, sqlite3.connect(path, timeout=0)
        create = f"create table if not exists {self.TABLE}"
        self.file.executescript(f"pragma locking_mode = exclusive; begin exclusive; {create}; commit")
        made = self.file.execute("select sql from sqlite_schema where name = 'acknowledged'").fetchall()
        if made != [(f"CREATE TABLE {self.TABLE}",)]:
            raise sqlite3.DatabaseError("its table is not that of a ledger")

    def pending(self, rows: list[Row]) -> list[Row]:
        """The rows of which the CRM has not acknowledged the present values."""
        known = dict(self.file.execute("select id, row_hash from acknowledged where crm = ?", [self.crm]))
        return [row for row in rows if known.get(row[KEY]) != row["row_hash"]]

    def forget(self, rows: list[Row]) -> None:
        """Drops what the CRM had before: from now on it may have that or these rows."""
        with self.file:
            keys = [(self.crm, row[KEY]) for row in rows]
            self.file.executemany("delete from acknowledged where crm = ? and id = ?", keys)

    def add(self, rows: list[Row]) -> None:
        """Notes acknowledged rows; they are on the disk when this returns."""
        with self.file:
            values = [(self.crm, row[KEY], row["row_hash"]) for row in rows]
            self.file.executemany("insert or replace into acknowledged values (?, ?, ?)", values)


class RefusedError(Exception):
    """The CRM takes none of the rows of a batch."""


class UnansweredError(Exception):
    """The CRM does not say what became of a batch."""


@dataclass(frozen=True)
class Crm:
    """A CRM, the token for it, and the field that holds `account_id`: RECORD, or one with unique values."""

    address: str
    token: str = field(repr=False)
    timeout: int
    key: str
    most_inputs: ClassVar[int]
    default_address: ClassVar[str | None] = None
    default_key: ClassVar[str]

    def request(self, rows: list[Row]) -> tuple[str, str, Any]:
        """What sends rows: method, path and JSON."""
        raise NotImplementedError

    def is_answer(self, told: Any, rows: list[Row]) -> bool:
        """Whether this is the answer to a batch."""
        raise NotImplementedError

    def taken(self, told: Any, rows: list[Row]) -> list[Row]:
        """The rows that an answer acknowledges."""
        raise NotImplementedError

    def complaints(self, told: Any, rows: list[Row]) -> list[str]:
        """What an answer says of each row that it does not acknowledge."""
        raise NotImplementedError

    def words(self, told: Any) -> str:
        """What a refusal says."""
        raise NotImplementedError

    def authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Adds the token."""
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request

    def upsert(self, rows: list[Row]) -> requests.Response:
        """Sends one batch, to this address only."""
        method, path, body = self.request(rows)
        return requests.request(
            method,
            f"{self.address}{path}",
            json=body,
            auth=self.authorize,  # a header would give way to a .netrc
            timeout=self.timeout,
            allow_redirects=False,
        )

    def send(self, rows: list[Row]) -> Any:
        """Sends one batch until the CRM says what became of its rows."""
        wait = 0.0
        for attempt in range(TRIES):
            time.sleep(wait)
            wait = 2.0**attempt
            try:
                answer = self.upsert(rows)
            except (OSError, HTTPError, ValueError) as error:  # not reached, or the answer was lost
                trouble = repr(error)
                continue
            status, told = answer.status_code, content(answer)
            if 200 <= status < 300 and self.is_answer(told, rows):
                return told
            trouble = f"{status}: {OWN_WORDS.get(status) or self.words(told) or answer.reason}"
            if status in REFUSALS:
                raise RefusedError(trouble)
            if 300 <= status < 500 and status not in BUSY:
                break
            asked = answer.headers.get("Retry-After", "")
            if asked.isascii() and asked.isdigit():
                wait = float(asked)
            if wait > LONGEST_WAIT:
                trouble += f"; it asks to wait {asked} seconds, and {LONGEST_WAIT} is the longest wait"
                break
        raise UnansweredError(trouble)

    def shown(self, words: str) -> str:
        """Words of the CRM as they may be shown: without the token, however it is escaped, and not without end."""
        line = "".join(character if character.isprintable() else " " for character in words)
        return re.sub(r"\\*".join(map(re.escape, self.token)), "[CRM_TOKEN]", line, flags=re.IGNORECASE)[:500]


def content(answer: requests.Response) -> Any:
    """The JSON of an answer; nothing if it is something else."""
    try:
        return json.loads(answer.content)
    except (ValueError, RecursionError):
        return None


def get(kind: type, value: Any, *names: str) -> Any:
    """What an answer has under names within names; an empty one of its kind if it has something else there."""
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, kind) else kind()


class HubSpot(Crm):
    """Batches of companies: https://developers.hubspot.com/docs/api-reference/crm-companies-v3."""

    most_inputs, default_address, default_key = 100, "https://api.hubapi.com", KEY

    def request(self, rows: list[Row]) -> tuple[str, str, Any]:
        by_record = self.key == RECORD
        inputs: list[dict[str, Any]] = []
        for row in rows:
            properties = {name: row[column] for column, name in PROPERTIES.items()}
            # the trace id asks for a result or an error of each input
            one = {"id": row[KEY], "objectWriteTraceId": row[KEY], "properties": properties}
            if not by_record:
                one |= {"idProperty": self.key, "properties": {self.key: row[KEY], **properties}}
            inputs.append(one)
        return "POST", f"/crm/v3/objects/companies/batch/{'update' if by_record else 'upsert'}", {"inputs": inputs}

    def is_answer(self, told: Any, rows: list[Row]) -> bool:
        return bool(get(str, told, "status"))

    def taken(self, told: Any, rows: list[Row]) -> list[Row]:
        """The rows that are among the results of a complete batch."""
        own = ("id",) if self.key == RECORD else ("properties", self.key)
        results = get(list, told, "results") if get(str, told, "status") == "COMPLETE" else []
        ids = {get(str, result, "objectWriteTraceId") or get(str, result, *own) for result in results}
        return [row for row in rows if row[KEY] in ids]

    def complaints(self, told: Any, rows: list[Row]) -> list[str]:
        names = ("objectWriteTraceId", "ids") if self.key == RECORD else ("objectWriteTraceId",)
        errors = [
            ([one for name in names for one in get(list, error, "context", name)], error)
            for error in get(list, told, "errors")
        ]
        taken, complaints = self.taken(told, rows), []
        missing = f"not among the results of a batch that is {get(str, told, 'status')}"
        for row in (row for row in rows if row not in taken):
            messages = {get(str, error, "message") for ids, error in errors if not ids or row[KEY] in ids} - {""}
            said = f"refused {row[KEY]}: {'; '.join(sorted(messages))}"
            complaints.append(said if messages else f"not acknowledged {row[KEY]}: {missing}")
        return complaints

    def words(self, told: Any) -> str:
        return str(get(str, told, "message"))


class Salesforce(Crm):
    """Collections of accounts: https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm."""

    most_inputs, default_key = 200, RECORD

    def request(self, rows: list[Row]) -> tuple[str, str, Any]:
        records = [
            {"attributes": {"type": "Account"}, self.key: salesforce_id(row[KEY]) if self.key == RECORD else row[KEY]}
            | {name: int(row[column]) if column in NUMBERS else row[column] for column, name in FIELDS.items()}
            for row in rows
        ]
        by = "" if self.key == RECORD else f"/Account/{self.key}"
        return "PATCH", f"/services/data/v60.0/composite/sobjects{by}", {"allOrNone": False, "records": records}

    def is_answer(self, told: Any, rows: list[Row]) -> bool:
        """A result for each record, in their order: which is whose shows nowhere else."""
        results = told if isinstance(told, list) else []
        return len(results) == len(rows) and all(isinstance(get(object, one, "success"), bool) for one in results)

    def taken(self, told: Any, rows: list[Row]) -> list[Row]:
        return [row for row, result in zip(rows, told, strict=True) if result["success"]]

    def complaints(self, told: Any, rows: list[Row]) -> list[str]:
        return [
            f"refused {row[KEY]}: {self.words(get(list, result, 'errors')) or 'without a reason'}"
            for row, result in zip(rows, told, strict=True)
            if not result["success"]
        ]

    def words(self, told: Any) -> str:
        """The code and message of each error in a list of them."""
        errors = told if isinstance(told, list) else [told]
        said = [[get(str, error, name) for name in ("errorCode", "statusCode", "message")] for error in errors]
        return "; ".join(": ".join(filter(None, parts)) for parts in said if any(parts))


CRMS: dict[str, type[Crm]] = {"hubspot": HubSpot, "salesforce": Salesforce}


def salesforce_id(text: str) -> str:
    """An id of Salesforce in the form of 18 characters, which does not depend on their case."""
    if not re.fullmatch(r"[0-9A-Za-z]{15}", text):
        return text
    capitals = [sum(text[start + n].isupper() << n for n in range(5)) for start in (0, 5, 10)]
    return text + "".join("ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[bits] for bits in capitals)


def sync(changed: list[Row], ledger: Ledger, crm: Crm) -> list[str]:
    """Sends rows; gives a complaint for each that the CRM did not take, and for a CRM that did not answer."""
    batches = [changed[start : start + crm.most_inputs] for start in range(0, len(changed), crm.most_inputs)]
    complaints: list[str] = []
    while batches:
        batch = batches.pop(0)
        ledger.forget(batch)
        try:
            told = crm.send(batch)
        except UnansweredError as error:
            left = len(batch) + sum(map(len, batches))
            return [*complaints, f"{left} rows were not sent or not answered, the next sync will send them: {error}"]
        except RefusedError as error:
            middle = len(batch) // 2
            if middle:  # one wrong row must not hold up the others
                batches[:0] = [batch[:middle], batch[middle:]]
            else:
                complaints.append(f"refused {batch[0][KEY]}: {error}")
            continue
        ledger.add(crm.taken(told, batch))
        complaints += crm.complaints(told, batch)
    return complaints


def address(text: str) -> str:
    """An address in the one spelling that the ledger knows it by."""
    try:
        url = parse_url(text)
    except HTTPError:
        url = Url()
    if url.scheme not in PORTS or not url.host or url.auth or url.query or url.fragment:
        raise argparse.ArgumentTypeError("not an address such as https://api.hubapi.com")
    port = url.port if url.port != PORTS[url.scheme] else None
    return Url(url.scheme, host=url.host, port=port, path=(url.path or "").rstrip("/")).url


def field_name(text: str) -> str:
    """The name of a field, which becomes a part of an address."""
    if not re.fullmatch(r"[A-Za-z]\w*", text, re.ASCII):
        raise argparse.ArgumentTypeError("not the name of a field such as account_id or Account_Id__c")
    return text


def remedy(error: sqlite3.Error | duckdb.Error) -> str:
    """What helps a file that cannot be used."""
    if isinstance(error, duckdb.Error):
        return "close what has it open" if "Could not set lock" in str(error) else READERS_FILE
    name = getattr(error, "sqlite_errorname", "SQLITE_NOTADB")
    if name.startswith("SQLITE_BUSY"):
        return "another sync may have it: let it end"
    if name.startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
        return "move it away, and the next sync sends everything"
    return "let the sync write there, or name another file with --ledger"


def main() -> None:
    """Sends what differs from the ledger."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("marts", type=Path, help="the readers' file, <name>_marts.duckdb")
    parser.add_argument("--to", choices=CRMS, default="hubspot", help="which CRM it is; default: hubspot")
    parser.add_argument("--crm", type=address, help="address of the CRM, of Salesforce that of one's own instance")
    parser.add_argument(
        "--key",
        metavar="FIELD",
        type=field_name,
        help="the property or external id that holds account_id; id: it is the record's own;"
        " default: account_id of HubSpot, id of Salesforce",
    )
    parser.add_argument("--ledger", type=Path, help="default: <name>_marts.crm_sync.sqlite beside the readers' file")
    parser.add_argument("--leave-out", nargs="+", default=[], metavar="REASON", help="tier_reasons that are not sent")
    parser.add_argument("--timeout", type=int, default=60, help="seconds that an answer may take; default: 60")
    options = parser.parse_args()
    token = os.environ.get("CRM_TOKEN") or sys.exit("the environment variable CRM_TOKEN is not set")
    if not (token.isascii() and token.isprintable()):
        sys.exit("CRM_TOKEN has a character that no header can hold, such as a line break")
    if not options.marts.is_file():
        sys.exit(f"{options.marts} does not exist: {READERS_FILE}")
    path = options.ledger or options.marts.with_suffix(".crm_sync.sqlite")
    kind = CRMS[options.to]
    place = options.crm or kind.default_address
    if place is None:
        sys.exit("name the address of the instance, such as --crm https://example.my.salesforce.com")
    crm = kind(place, token, options.timeout, options.key or kind.default_key)
    try:
        ledger = Ledger(path, crm.address)
        rows = [row for row in rows_to_sync(options.marts) if row["tier_reason"] not in options.leave_out]
        changed = ledger.pending(rows)
        complaints = sync(changed, ledger, crm)
        left = ledger.pending(changed)
    except sqlite3.Error as error:
        sys.exit(f"the ledger {path} cannot be used: {error}; {remedy(error)}")
    except duckdb.Error as error:
        sys.exit(f"{options.marts} cannot be read: {str(error).splitlines()[0]}; {remedy(error)}")
    print(f"{len(rows)} rows, {len(changed)} changed, {len(left)} of them not acknowledged")
    sys.exit("\n".join(map(crm.shown, complaints)) or None)


if __name__ == "__main__":
    main()
