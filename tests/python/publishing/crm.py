"""A CRM on loopback: HubSpot's batch upsert of companies, strict about what it takes, and unkind when told to be."""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Iterator
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
            if self.path != PATH:
                return self.reply(404, {"message": "no such endpoint"})
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                return self.reply(401, {"message": f"no such token: {self.headers['Authorization']}"})
            crm.requests.append([one["id"] for one in body["inputs"]])
            treatment = crm.plan.pop(0) if crm.plan else "answer"
            if isinstance(treatment, int):
                return self.reply(treatment, {"message": "not now"}, crm.headers)
            if treatment == "hold":
                return self.hold()
            wrong = complaint(body)
            refused = sorted(crm.refused & {one["id"] for one in body["inputs"]}) if crm.refusal else []
            if wrong or refused:
                message = wrong or f"INVALID_OPTION for {refused[0]}"
                return self.reply(crm.refusal or 400, {"status": "error", "message": message})
            results, errors = crm.apply(body["inputs"])
            if isinstance(treatment, tuple):
                return self.reply(*treatment, crm.headers)
            if isinstance(treatment, bytes):
                self.wfile.write(treatment)
            if isinstance(treatment, bytes) or treatment in ("drop", "reset"):
                return self.close(treatment)
            if treatment == "apply and hold":
                return self.hold()
            status = 207 if errors else 201 if any(result["new"] for result in results) else 200
            answer = {"status": "PROCESSING" if treatment == "pending" else "COMPLETE", "results": results}
            self.reply(status, {**answer, "numErrors": len(errors), "errors": errors} if errors else answer)
            return None

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
