"""Send `marts.crm_tier_sync` to a CRM: only the rows that it has not acknowledged yet, a hundred at a time.

    CRM_TOKEN=... uv run python scripts/sync_to_crm.py account_prioritization_marts.duckdb

The endpoint is HubSpot's batch upsert of companies; for another CRM change PROPERTIES and `upsert`. A ledger (a SQLite
file) keeps the row_hash of each row that the CRM acknowledged, written after each answer. So a sync that stops anywhere
is continued by the next one: what was sent but not acknowledged is sent again, which changes nothing. Delete the ledger
to send everything. Ends with 1, naming accounts and reasons, if a row was left unacknowledged. See docs/crm-sync.md.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import sys
import time
from http.client import HTTPException
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import duckdb

KEY = "account_id"  # a property of the CRM with unique values
COLUMNS = ("tier", "tier_number", "priority_score", "tier_reason", "top_reason")
PROPERTIES = {column: column for column in COLUMNS}  # column of the mart: property of the CRM
MOST_INPUTS = 100  # of a batch
TRIES = 5

Row = dict[str, str]


def rows_to_sync(path: Path) -> list[Row]:
    """The rows of the mart, every value as text."""
    columns = (KEY, "row_hash", *COLUMNS)
    with duckdb.connect(str(path), read_only=True) as connection:
        rows = connection.execute(f"select {', '.join(columns)} from marts.crm_tier_sync order by {KEY}").fetchall()
    return [dict(zip(columns, map(str, row), strict=True)) for row in rows]


class Ledger:
    """What a CRM acknowledged, in a file that a crash leaves whole. One sync at a time has it."""

    def __init__(self, path: Path, crm: str):
        self.crm, self.file = crm, sqlite3.connect(path, timeout=0)
        table = "create table if not exists acknowledged (crm, id, row_hash, primary key (crm, id))"
        self.file.executescript(f"pragma locking_mode = exclusive; begin exclusive; {table}; commit")

    def pending(self, rows: list[Row]) -> list[Row]:
        """The rows of which the CRM has not acknowledged the present values."""
        known = dict(self.file.execute("select id, row_hash from acknowledged where crm = ?", [self.crm]))
        return [row for row in rows if known.get(row[KEY]) != row["row_hash"]]

    def add(self, rows: list[Row]) -> None:
        """Notes acknowledged rows; they are on the disk when this returns."""
        with self.file:
            values = [(self.crm, row[KEY], row["row_hash"]) for row in rows]
            self.file.executemany("insert or replace into acknowledged values (?, ?, ?)", values)


def upsert(crm: str, rows: list[Row], token: str) -> tuple[set[str], str]:
    """Sends one batch. Gives the ids that the CRM says it has, and what it said of the others."""
    inputs = [
        # the trace id asks for a result or an error of each input
        {"idProperty": KEY, "id": row[KEY], "objectWriteTraceId": row[KEY], "properties": {KEY: row[KEY], **values}}
        for row in rows
        for values in [{name: row[column] for column, name in PROPERTIES.items()}]
    ]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    url = f"{crm}/crm/v3/objects/companies/batch/upsert"
    with urlopen(Request(url, json.dumps({"inputs": inputs}).encode(), headers, method="POST"), timeout=60) as answer:
        told = json.load(answer)
    results = told["results"] if told["status"] == "COMPLETE" else []
    ids = {result.get("objectWriteTraceId") or result.get("properties", {}).get(KEY) for result in results}
    return ids, "; ".join(sorted({error.get("message", "?") for error in told.get("errors", [])}))


def send(crm: str, rows: list[Row], token: str) -> tuple[set[str], str]:
    """Sends one batch until the CRM answers. What it refuses as a whole (400) has no ids."""
    for attempt in range(TRIES):
        wait = 2**attempt
        try:
            return upsert(crm, rows, token)
        except HTTPError as error:
            trouble = f"{error.code}: {error.read().decode(errors='replace')[:500]}"
            if error.code == 400:
                return set(), trouble
            if error.code != 429 and error.code < 500:
                break
            asked = error.headers.get("Retry-After", "")
            wait = int(asked) if asked.isdigit() else wait
        except (OSError, HTTPException, ValueError, KeyError) as error:  # not reached, or the answer was lost
            trouble = repr(error)
        time.sleep(wait if attempt + 1 < TRIES else 0)
    raise ConnectionError(trouble)


def sync(changed: list[Row], ledger: Ledger, crm: str, token: str) -> list[str]:
    """Sends rows; gives a complaint for each account that was refused, and for a CRM that did not answer."""
    batches = [changed[start : start + MOST_INPUTS] for start in range(0, len(changed), MOST_INPUTS)]
    complaints: list[str] = []
    while batches:
        batch = batches.pop(0)
        try:
            ids, said = send(crm, batch, token)
        except ConnectionError as error:
            left = len(batch) + sum(map(len, batches))
            return [*complaints, f"{left} rows were not sent or not answered, the next sync will send them: {error}"]
        if not ids and len(batch) > 1 and len(complaints) < 10:  # one wrong row must not hold up the others
            batches[:0] = [batch[: len(batch) // 2], batch[len(batch) // 2 :]]
            continue
        ledger.add([row for row in batch if row[KEY] in ids])
        complaints += [f"refused {row[KEY]}: {said}" for row in batch if row[KEY] not in ids]
    return complaints


def main() -> None:
    """Sends what differs from the ledger."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("marts", type=Path, help="the readers' file, <name>_marts.duckdb")
    parser.add_argument("--crm", default="https://api.hubapi.com", help="address of the CRM")
    parser.add_argument("--ledger", type=Path, help="default: <name>_marts.crm_sync.sqlite beside the readers' file")
    parser.add_argument("--leave-out", nargs="+", default=[], metavar="REASON", help="tier_reasons that are not sent")
    options = parser.parse_args()
    token = os.environ.get("CRM_TOKEN") or sys.exit("the environment variable CRM_TOKEN is not set")
    try:
        ledger = Ledger(options.ledger or options.marts.with_suffix(".crm_sync.sqlite"), options.crm)
    except sqlite3.OperationalError as error:
        sys.exit(f"the ledger cannot be used; another sync may have it: {error}")
    rows = [row for row in rows_to_sync(options.marts) if row["tier_reason"] not in options.leave_out]
    changed = ledger.pending(rows)
    complaints = sync(changed, ledger, options.crm, token)
    print(f"{len(rows)} rows, {len(changed)} changed, {len(ledger.pending(changed))} of them not acknowledged")
    sys.exit("\n".join(complaints) or None)


if __name__ == "__main__":
    main()
