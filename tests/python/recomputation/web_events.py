"""Raw signals from the tables that Segment or RudderStack write."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from .reading import Record
from .sources import Rows, Tables, flag, get, moment, signal_of
from .values import read_timestamp

TIMES = ("timestamp", "original_timestamp", "sent_at", "received_at")


def segment(tables: Tables, rules: Tables) -> dict[str, list[Record]]:
    """The signals of visitors of whom something is known."""
    emails: dict[str, tuple[str, str]] = {}
    users: dict[str, tuple[str, str]] = {}
    told = [(get(row, "user_id"), get(row, "anonymous_id"), row) for row in Rows(tables, "identifies")]
    for user, visitor, row in told + [(get(row, "id"), None, row) for row in Rows(tables, "users")]:
        said_at = moment(row, *TIMES) or ""
        email = get(row, "email", "context_traits_email", "traits_email") or (user if user and "@" in user else None)
        for who, what, known in (("user", email, user), ("visitor", email, visitor)):
            if what and known:
                note(emails, f"{who} {known}", said_at, what)
        if user and visitor:
            note(users, visitor, said_at, user)
    groups: dict[str, tuple[str, str, Any]] = {}
    for row in Rows(tables, "groups"):
        user, grouped_at = get(row, "user_id"), moment(row, *TIMES) or ""
        # the last counts, of two at once the first by id
        place = (grouped_at, get(row, "id") or "")
        if user and (user not in groups or is_later(place, groups[user])):
            groups[user] = (*place, row)
    pages = [("segment.pages", row) for row in Rows(tables, "pages")]
    made: list[Record] = []
    last: dict[str | None, datetime] = {}
    happened = [(read_timestamp(moment(row, *TIMES) or ""), get(row, "id") or "", kind, row) for kind, row in pages]
    happened.sort(key=lambda each: (str(each[0]), each[1]))
    happened += [
        (read_timestamp(moment(row, *TIMES) or ""), get(row, "id") or "", "segment.tracks", row)
        for row in Rows(tables, "tracks")
    ]
    for at, number, kind, row in happened:
        assert isinstance(at, datetime)
        names = [get(row, "name")] if kind == "segment.pages" else [get(row, "event_text"), get(row, "event")]
        signal = signal_of(rules, kind, names, row)
        visitor, user = get(row, "anonymous_id"), get(row, "user_id")
        if kind == "segment.pages":
            before, last[visitor or user] = last.get(visitor or user), at
            if signal == "website_visit" and before is not None and at - before < timedelta(minutes=30):
                continue
        known = user or users.get(visitor or "", (None, None))[1]
        email = (
            get(row, "context_traits_email")
            or emails.get(f"user {known}", (None, None))[1]
            or emails.get(f"visitor {visitor}", (None, None))[1]
            or (user if user and "@" in user else None)
        )
        group: dict[str, str | None] = groups[known][2] if known in groups else {}
        account = get(group, "account_id", "salesforce_account_id", "crm_id", "group_id")
        domain = get(group, "domain", "website", "company_domain")
        if signal and (email or account or domain):
            made.append(
                {
                    "signal_id": number,
                    "signal_type": signal,
                    "account_id": account,
                    "email": email,
                    "domain": domain,
                    "occurred_at": at.isoformat(sep=" "),
                    "channel": "web",
                    "is_deleted": bool(flag(row, "is_deleted")),
                    "loaded_at": moment(row, "received_at"),
                }
            )
    return {"signals": made}


def is_later(place: tuple[str, str], other: tuple[str, str, Any]) -> bool:
    """Whether a moment and an id count before another."""
    return place[0] > other[0] or (place[0] == other[0] and place[1] < other[1])


def note(found: dict[str, tuple[str, str]], key: str, at: str, value: str) -> None:
    """The value told last; of two told at once the first in the order of letters."""
    if key not in found or at > found[key][0] or (at == found[key][0] and value < found[key][1]):
        found[key] = (at, value)
