"""CRMs on loopback, strict about what they take, and unkind when told to be: HubSpot's batches of companies, by a
property or by the record's id, and Salesforce's collections of accounts."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from worlds.committed import rules

TOKEN = "a/token that nobody may see"
PATH = "/crm/v3/objects/companies/batch/upsert"
MOST_INPUTS = 100
NUMBERS = {"tier_number", "priority_score"}
TEXTS = {"account_id", "tier_reason", "top_reason"}

Record = dict[str, Any]


class Crm:
    """Companies by account_id, and how the coming requests are treated.

    `plan` has an entry a request, first come, first served; without one a request is answered.

    - a status: it is refused with that status, and `headers`;
    - a status and a body: it is applied, and answered with these, and `headers`;
    - bytes: it is applied, and they are all that comes back before the connection is closed;
    - `drop`, `reset`: it is applied, and the connection closed without an answer;
    - `pending`: it is applied, and the batch said to be at work;
    - `hold`, `apply and hold`: it is kept waiting (`held` says so) until it is `released`, and never answered.

    Accounts in `refused` get an error each in a 207; with `refusal` their batch is refused as a whole, so.
    """

    method, path, most_inputs = "POST", PATH, MOST_INPUTS
    arguments: tuple[str, ...] = ()

    def __init__(self) -> None:
        self.companies: dict[str, Record] = {}
        self.plan: list[str | int | bytes | tuple[int, Any]] = []
        self.headers: dict[str, str] = {}
        self.refused: set[str] = set()
        self.refusal: int | None = None
        self.held, self.released = threading.Event(), threading.Event()
        self.requests: list[list[str]] = []  # the accounts of each request that came in
        self.moments: list[float] = []
        self.changes: Counter[str] = Counter()  # how often the values of an account became others

    @property
    def sent(self) -> list[str]:
        """The accounts of all requests, as often as they came."""
        return [account_id for request in self.requests for account_id in request]

    def forget_requests(self) -> None:
        """Begins to count anew; the companies stay."""
        self.requests, self.moments, self.changes = [], [], Counter()
        self.held.clear()

    def account_ids(self, body: Any) -> list[str]:
        """The accounts of a request, as the script knows them."""
        return [one["id"] for one in body["inputs"]]

    def complaint(self, body: Any) -> str:
        """What is wrong with a request as a whole; nothing if it may be applied."""
        return complaint(body)

    def refuse(self, message: str) -> Any:
        """The body of a refusal."""
        return {"status": "error", "message": message}

    def answer(self, body: Any, pending: bool) -> tuple[int, Any]:
        """Applies a request; gives the status and body of the answer."""
        results, errors = self.apply(body["inputs"])
        status = 207 if errors else 201 if any(result["new"] for result in results) else 200
        answer = {"status": "PROCESSING" if pending else "COMPLETE", "results": results}
        return status, {**answer, "numErrors": len(errors), "errors": errors} if errors else answer

    def apply(self, inputs: list[Record]) -> tuple[list[Record], list[Record]]:
        """Creates or updates companies; gives results and errors."""
        results, errors = [], []
        for one in inputs:
            account_id, trace = one["id"], one.get("objectWriteTraceId")
            if account_id in self.refused:
                message = f"INVALID_OPTION for {account_id}"
                errors.append({"status": "error", "message": message, "context": {"objectWriteTraceId": [trace]}})
                continue
            values = {name: int(v) if name in NUMBERS else v for name, v in one["properties"].items()}
            new = {**self.companies.get(account_id, {}), "account_id": account_id, **values}
            is_new = account_id not in self.companies
            self.changes[account_id] += self.companies.get(account_id) != new
            self.companies[account_id] = new
            # the id of a result is the CRM's own; the account shows in its properties, or in the trace id
            result = {"id": str(9000 + list(self.companies).index(account_id)), "new": is_new}
            shown = {"properties": one["properties"]} if is_new else {"properties": {}, "objectWriteTraceId": trace}
            results.append({**result, **shown})
        return results, errors


class HubSpotRecords(Crm):
    """HubSpot's batch update: companies by their own id, of which none is made that is not there."""

    path = "/crm/v3/objects/companies/batch/update"
    arguments = ("--key", "id")

    def __init__(self, records: Iterable[str]) -> None:
        super().__init__()
        self.companies = {record: {"account_id": record} for record in records}

    def complaint(self, body: Any) -> str:
        if any({*one} != {"id", "objectWriteTraceId", "properties"} for one in body["inputs"]):
            return "not by the record's id"
        return complaint({"inputs": [one | {"idProperty": "account_id"} for one in body["inputs"]]})

    def apply(self, inputs: list[Record]) -> tuple[list[Record], list[Record]]:
        gone = [one for one in inputs if one["id"] not in self.companies]
        missing = {"message": "Could not get some COMPANY objects", "context": {"ids": [one["id"] for one in gone]}}
        results, errors = super().apply([one for one in inputs if one not in gone])
        shown = [one["id"] for one in inputs if one not in gone and one["id"] not in self.refused]
        own = [result | {"id": record, "properties": {}} for result, record in zip(results, shown, strict=True)]
        return own, errors + [missing] * bool(gone)


class Salesforce(Crm):
    """Salesforce's collections of accounts, by record id or external id: a result for each record, in their order."""

    method, most_inputs = "PATCH", 200

    def __init__(self, records: Mapping[str, str], external_id: str | None = None) -> None:
        """Which account stands by which id of 18 characters; by an external id, accounts are made."""
        super().__init__()
        self.external_id = external_id
        self.account_of = dict(records)
        self.path = "/services/data/v60.0/composite/sobjects" + (f"/Account/{external_id}" if external_id else "")
        self.arguments = ("--to", "salesforce", *(("--key", external_id) if external_id else ()))

    def account_ids(self, body: Any) -> list[str]:
        key = self.external_id or "id"
        return [self.account_of.get(one[key], one[key]) for one in body["records"]]

    def complaint(self, body: Any) -> str:
        fields = {f"{name.title()}__c" for name in NUMBERS | TEXTS - {"account_id"} | {"tier"}}
        if body["allOrNone"] is not False or not 0 < len(body["records"]) <= self.most_inputs:
            return f"{len(body['records'])} records"
        for one in body["records"]:
            if {*one} != {"attributes", self.external_id or "id", *fields} or one["attributes"] != {"type": "Account"}:
                return f"INVALID_FIELD: {sorted(one)}"
            for name in fields:
                kind = int if name.lower().removesuffix("__c") in NUMBERS else str
                if type(one[name]) is not kind or one[name] == "":
                    return f"{name} is {one[name]!r}"
        return ""

    def refuse(self, message: str) -> Any:
        return [{"errorCode": "REFUSED", "message": message}]

    def answer(self, body: Any, pending: bool) -> tuple[int, Any]:
        results = []
        for one, account_id in zip(body["records"], self.account_ids(body), strict=True):
            known = self.external_id or one["id"] in self.account_of
            if account_id in self.refused or not known:
                code = "MALFORMED_ID" if not known else "INVALID_OPTION"
                error = {"statusCode": code, "message": f"{code} for {account_id}", "fields": []}
                results.append({"success": False, "errors": [error]})
                continue
            fields = {name: v for name, v in one.items() if name not in ("attributes", "id", self.external_id)}
            new = {name.lower().removesuffix("__c"): v for name, v in fields.items()} | {"account_id": account_id}
            self.changes[account_id] += self.companies.get(account_id) != new
            self.companies[account_id] = new
            results.append({"id": one.get("id", "001000000000000AAA"), "success": True, "errors": []})
        return 200, results[:-1] if pending else results


def complaint(body: Any) -> str:
    """What is wrong with a request as a whole; nothing if it may be applied."""
    inputs = body["inputs"]
    if not 0 < len(inputs) <= MOST_INPUTS:
        return f"{len(inputs)} inputs"
    if len({one["id"] for one in inputs}) < len(inputs):
        return "the same id twice"
    options = {row["tier"] for row in rules()["tiers"]} | {"Unranked"}
    for one in inputs:
        if one["idProperty"] != "account_id" or one["properties"].get("account_id", one["id"]) != one["id"]:
            return "not by account_id"
        for name, value in one["properties"].items():
            if name not in NUMBERS | TEXTS | {"tier"}:
                return f"no property {name}"
            if not isinstance(value, str) or not value:
                return f"{name} is {value!r}, not a text"
            if name in NUMBERS and not re.fullmatch(r"\d+", value):
                return f"{name} is no whole number: {value}"
            if name == "tier" and value not in options:
                return f"{value} is no option of tier"
    return ""


def handler(crm: Crm) -> type[BaseHTTPRequestHandler]:
    """What answers requests to a CRM."""

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Says nothing."""

        def reply(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
            """Answers with JSON, or with bytes."""
            text = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(text))}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # a client that was killed
                self.wfile.write(text)

        def hold(self) -> None:
            """Waits until the test lets go."""
            crm.held.set()
            crm.released.wait(60)

        def close(self, how: str | bytes) -> None:
            """Hangs up."""
            linger = struct.pack("ii", int(how == "reset"), 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.connection.close()

        def do_GET(self) -> None:
            crm.moments.append(time.monotonic())
            self.reply(405, {"message": "only POST"})

        def do_POST(self) -> None:
            crm.moments.append(time.monotonic())
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if (self.command, self.path) != (crm.method, crm.path):
                return self.reply(404, {"message": "no such endpoint"})
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                return self.reply(401, {"message": f"no such token: {self.headers['Authorization']}"})
            account_ids = crm.account_ids(body)
            crm.requests.append(account_ids)
            treatment = crm.plan.pop(0) if crm.plan else "answer"
            if isinstance(treatment, int):
                return self.reply(treatment, crm.refuse("not now"), crm.headers)
            if treatment == "hold":
                return self.hold()
            wrong = crm.complaint(body)
            refused = sorted(crm.refused & set(account_ids)) if crm.refusal else []
            if wrong or refused:
                return self.reply(crm.refusal or 400, crm.refuse(wrong or f"INVALID_OPTION for {refused[0]}"))
            status, answer = crm.answer(body, treatment == "pending")
            if isinstance(treatment, tuple):
                return self.reply(*treatment, crm.headers)
            if isinstance(treatment, bytes):
                self.wfile.write(treatment)
            if isinstance(treatment, bytes) or treatment in ("drop", "reset"):
                return self.close(treatment)
            if treatment == "apply and hold":
                return self.hold()
            self.reply(status, answer)
            return None

        do_PATCH = do_POST

    return Handler


@contextmanager
def serve(crm: Crm) -> Iterator[str]:
    """Puts a CRM on loopback; gives its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(crm))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        crm.released.set()
        server.shutdown()
        server.server_close()
