"""Raw tables from what loaders leave of Salesforce and HubSpot: which field means what, and what is never a record."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from .reading import Record
from .values import as_text, read_timestamp

Tables = Mapping[str, list[Record]]

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def plain(name: str) -> str:
    """A name as loaders' spellings are compared."""
    return re.sub("^propert(y|ies)", "", name.lower().replace("_", "").replace(" ", ""))


def singular(name: str) -> str:
    """A table's name, so compared, in the singular."""
    name = name.lower().replace("_", "").replace(" ", "")
    name = re.sub("ies$", "y", name)
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else name


def long_id(text: str | None, everywhere: bool = True) -> str | None:
    """An id of a Salesforce record in 18 characters; of other sources those alone that begin like one."""
    if text is None or not re.fullmatch("[0-9A-Za-z]{15}", text) or not (everywhere or text.startswith("00")):
        return text
    thirds = (text[:5], text[5:10], text[10:])
    return text + "".join(
        LETTERS[sum(1 << n for n, letter in enumerate(third) if "A" <= letter <= "Z")] for third in thirds
    )


class Rows:
    """The rows of a source's table, their cells by plain names."""

    def __init__(self, tables: Tables, *names: str):
        self.rows: list[dict[str, str | None]] = []
        for name in names:
            found = sorted(each for each in tables if singular(each) == singular(name))
            if found:
                self.rows = [self.read(row) for row in tables[found[0]]]
                break

    @staticmethod
    def read(row: Record) -> dict[str, str | None]:
        cells: dict[str, str | None] = {}
        for name, value in row.items():
            if cells.get(plain(name)) is None:
                cells[plain(name)] = as_text(value)
        return cells

    def __iter__(self) -> Any:
        return iter(self.rows)

    def current(self, key: str, *updated: str) -> dict[str, dict[str, str | None]]:
        """Of each record the row written last."""
        found: dict[str, dict[str, str | None]] = {}
        for row in sorted(self.rows, key=lambda row: (moment(row, *updated) or "", loaded(row) or "")):
            found[get(row, key) or ""] = row
        return found


LOADED = ("_fivetran_synced", "_airbyte_extracted_at", "_airbyte_emitted_at")


def get(row: Mapping[str, str | None], *names: str) -> str | None:
    """The first of some fields that holds something."""
    return next((row[plain(name)] for name in names if row.get(plain(name)) is not None), None)


def moment(row: Mapping[str, str | None], *names: str) -> str | None:
    """The same of moments, which may be milliseconds since 1970."""
    text = get(row, *names)
    if text is not None and re.fullmatch("[0-9]{12,14}", text):
        return (datetime(1970, 1, 1) + timedelta(milliseconds=int(text))).isoformat(sep=" ")
    return text


def flag(row: Mapping[str, str | None], *names: str) -> bool | None:
    """The same of flags."""
    text = (get(row, *names) or "").lower()
    return True if text in ("true", "t", "yes", "y", "1") else False if text in ("false", "f", "no", "n", "0") else None


def envelope(row: Mapping[str, str | None], *updated: str) -> Record:
    """When a row was written and loaded, and whether it deletes."""
    return {
        "updated_at": moment(row, "_fivetran_start", *updated),
        "is_deleted": any(flag(row, name) for name in ("is_deleted", "_fivetran_deleted", "archived")),
        "loaded_at": loaded(row),
    }


def loaded(row: Mapping[str, str | None]) -> str | None:
    """When a row was loaded: dlt calls a load by the seconds since 1970."""
    if get(row, "_dlt_load_id"):
        return (datetime(1970, 1, 1) + timedelta(seconds=float(get(row, "_dlt_load_id") or 0))).isoformat(sep=" ")
    return moment(row, *LOADED)


def with_ends(rows: Rows, made: list[tuple[Mapping[str, str | None], Record]]) -> list[Record]:
    """The records of rows, and of a history a delete of each that is not active any more."""
    records = [record for _, record in made]
    histories: dict[str | None, list[tuple[Mapping[str, str | None], Record]]] = {}
    for row, record in made:
        if "fivetranactive" in row:
            histories.setdefault(get(row, "id"), []).append((row, record))
    for versions in histories.values():
        if not any(flag(row, "_fivetran_active") for row, _ in versions):
            row, last = max(versions, key=lambda pair: (pair[1]["updated_at"] or "", pair[1]["loaded_at"] or ""))
            records.append({**last, "is_deleted": True, "updated_at": moment(row, "_fivetran_end")})
    return records


class Rates:
    """What units of currencies are worth in US dollars."""

    def __init__(self, rows: Iterable[Record], as_of: datetime, own: Iterable[tuple[str, str, str | None]] = ()):
        self.as_of, self.rates = as_of.date(), dict[str, list[tuple[date, Fraction]]]()
        for row in rows:
            first = date.fromisoformat(row["valid_from"]) if row["valid_from"] else date.min
            self.rates.setdefault(row["currency_code"].upper(), []).append((first, Fraction(row["usd_per_unit"])))
        shipped = set(self.rates)
        for code, rate, start in own:
            if code.upper() not in shipped:
                first = date.fromisoformat(start[:10]) if start else date.min
                self.rates.setdefault(code.upper(), []).append((first, 1 / Fraction(rate)))

    def usd(self, amount: str | None, code: str | None, day: date | None = None) -> str | None:
        """An amount in US dollars as text; with its code where no rate is known."""
        if amount is None or code is None or code.upper() == "USD":
            return amount
        try:
            number = Fraction(amount)
        except ValueError:
            return amount
        for on in (day, self.as_of):
            known = [rate for rate in self.rates.get(code.upper(), []) if on and rate[0] <= on]
            if known:
                return repr(math.floor(number * max(known)[1] * 100 + Fraction(1, 2)) / 100)
        return f"{amount} {code.upper()}"


def salesforce(tables: Tables, rules: Tables, as_of: datetime) -> dict[str, list[Record]]:
    """The raw tables that are made of Salesforce's."""
    written = ("SystemModstamp", "LastModifiedDate")
    types = Rows(tables, "currency_type")
    dollars = any(flag(row, "IsCorporate") and get(row, "IsoCode") == "USD" for row in types)
    own = [(get(row, "IsoCode"), get(row, "ConversionRate"), None) for row in types] if dollars else []
    rates = Rates(rules["currency_rates"], as_of, own)  # type: ignore[arg-type]

    accounts = Rows(tables, "account")
    made_accounts = [
        (
            row,
            {
                "account_id": long_id(get(row, "Id")),
                "account_name": get(row, "Name"),
                "domain": get(row, "Website"),
                "industry": get(row, "Industry"),
                "country": get(row, "BillingCountry", "BillingCountryCode", "ShippingCountry", "ShippingCountryCode"),
                "annual_revenue_usd": rates.usd(get(row, "AnnualRevenue"), get(row, "CurrencyIsoCode")),
                "employee_count": get(row, "NumberOfEmployees"),
                "owner_id": long_id(get(row, "OwnerId")),
                "parent_account_id": long_id(get(row, "ParentId")),
                "merged_into_account_id": long_id(get(row, "MasterRecordId")),
                "created_at": moment(row, "CreatedDate"),
                "type": get(row, "Type"),
                **of_own(rules, "salesforce", "accounts", row),
                **envelope(row, *written),
            },
        )
        for row in accounts
        if not flag(row, "IsPersonAccount")
    ]
    roles: dict[str | None, set[str]] = {}
    for row in Rows(tables, "opportunity_contact_role"):
        if not envelope(row)["is_deleted"] and get(row, "Role"):
            roles.setdefault(long_id(get(row, "ContactId")), set()).add(get(row, "Role") or "")
    contacts = Rows(tables, "contact")
    made_contacts = [
        (
            row,
            {
                "contact_id": long_id(get(row, "Id")),
                "account_id": long_id(get(row, "AccountId")),
                "email": get(row, "Email"),
                "job_title": get(row, "Title"),
                "department": get(row, "Department"),
                "buying_roles": ";".join(sorted(roles.get(long_id(get(row, "Id")), ()))) or None,
                "merged_into_contact_id": long_id(get(row, "MasterRecordId")),
                "created_at": moment(row, "CreatedDate"),
                **envelope(row, *written),
            },
        )
        for row in contacts
    ]
    leads = Rows(tables, "lead")
    made_leads = [
        (
            row,
            {
                "contact_id": long_id(get(row, "Id")),
                "account_id": long_id(get(row, "ConvertedAccountId")),
                "email": get(row, "Email"),
                "job_title": get(row, "Title"),
                "merged_into_contact_id": long_id(get(row, "MasterRecordId", "ConvertedContactId")),
                "created_at": moment(row, "CreatedDate"),
                **envelope(row, *written),
            },
        )
        for row in leads
    ]
    opportunities = Rows(tables, "opportunity")
    made_opportunities = []
    for row in opportunities:
        stage = (get(row, "StageName") or "").lower()
        closed = flag(row, "IsClosed")
        closed = stage.startswith("closed") if closed is None else closed
        day = read_timestamp(moment(row, "CloseDate") or "") if closed and moment(row, "CloseDate") else None
        record = {
            "opportunity_id": long_id(get(row, "Id")),
            "account_id": long_id(get(row, "AccountId")),
            "owner_id": long_id(get(row, "OwnerId")),
            "stage": get(row, "StageName"),
            "amount_usd": rates.usd(
                get(row, "Amount"), get(row, "CurrencyIsoCode"), day.date() if isinstance(day, datetime) else None
            ),
            "created_at": moment(row, "CreatedDate"),
            "closed_at": moment(row, "CloseDate") if closed else None,
            "is_won": stage == "closed won" if flag(row, "IsWon") is None else flag(row, "IsWon"),
            **envelope(row, *written),
        }
        made_opportunities.append((row, record))
    incoming = {
        long_id(get(row, "ActivityId"))
        for row in Rows(tables, "email_message")
        if flag(row, "Incoming") and not envelope(row)["is_deleted"]
    }
    tasks = Rows(tables, "task")
    made_tasks = []
    for row in tasks:
        done = flag(row, "IsClosed")
        done = (get(row, "Status") or "").lower() == "completed" if done is None else done
        if flag(row, "IsRecurrence") or not (done or envelope(row)["is_deleted"]):
            continue
        subtype = get(row, "TaskSubtype")
        what = get(row, "WhatId")
        is_inbound = long_id(get(row, "Id")) in incoming or (get(row, "CallType") or "").lower() == "inbound"
        record = {
            "activity_id": long_id(get(row, "Id")),
            "account_id": long_id(get(row, "AccountId") or (what if what and what.startswith("001") else None)),
            "contact_id": long_id(get(row, "WhoId")),
            "owner_id": long_id(get(row, "OwnerId")),
            "activity_type": subtype
            if subtype and subtype.lower() != "task"
            else "call"
            if get(row, "CallType")
            else get(row, "Type"),
            "direction": "inbound" if is_inbound else "outbound",
            "outcome": get(row, "CallDisposition"),
            "occurred_at": moment(row, "CompletedDateTime", "ActivityDate", "CreatedDate"),
            **envelope(row, *written),
        }
        made_tasks.append((row, record))
    meetings = Rows(tables, "event")
    made_meetings = [
        (
            row,
            {
                "activity_id": long_id(get(row, "Id")),
                "account_id": long_id(get(row, "AccountId")),
                "contact_id": long_id(get(row, "WhoId")),
                "owner_id": long_id(get(row, "OwnerId")),
                "activity_type": "meeting",
                "direction": "outbound",
                "occurred_at": moment(row, "StartDateTime", "ActivityDateTime", "ActivityDate", "CreatedDate"),
                **envelope(row, *written),
            },
        )
        for row in meetings
        if not flag(row, "IsChild") and not flag(row, "IsRecurrence")
    ]
    named = {long_id(key): row for key, row in Rows(tables, "user_role").current("Id").items()}
    users = Rows(tables, "user", "sf_user")
    made_users = [
        (
            row,
            {
                "owner_id": long_id(get(row, "Id")),
                "owner_name": get(row, "Name"),
                "role": get(named.get(long_id(get(row, "UserRoleId")), {}), "Name"),
                "is_active": flag(row, "IsActive"),
                **envelope(row, *written),
            },
        )
        for row in users
        if (get(row, "UserType") or "Standard").lower() == "standard"
    ]
    campaigns = {long_id(key): row for key, row in Rows(tables, "campaign").current("Id").items()}
    made_events = []
    for row in Rows(tables, "campaign_member"):
        campaign = campaigns.get(long_id(get(row, "CampaignId")), {})
        answered = flag(row, "HasResponded")
        answered = (get(row, "Status") or "").lower() == "responded" if answered is None else answered
        signal = signal_of(rules, "salesforce.campaign_member", [get(campaign, "Type")], {**campaign, **row})
        if signal and (answered or envelope(row)["is_deleted"]):
            event = {
                "signal_id": long_id(get(row, "Id")),
                "signal_type": signal,
                "contact_id": long_id(get(row, "ContactId", "LeadId")),
                "occurred_at": moment(row, "FirstRespondedDate", "CreatedDate"),
                "channel": get(campaign, "Name"),
            }
            made_events.append({**event, **envelope(row, *written)})
    for row in leads:
        signal = signal_of(rules, "salesforce.lead", [get(row, "LeadSource")], row)
        if signal and get(row, "LeadSource"):
            event = {
                "signal_id": long_id(get(row, "Id")),
                "signal_type": signal,
                "contact_id": long_id(get(row, "Id")),
                "email": get(row, "Email"),
                "occurred_at": moment(row, "CreatedDate"),
            }
            made_events.append({**event, **envelope(row, *written)})
    return {
        "accounts": with_ends(accounts, made_accounts),
        "contacts": with_ends(contacts, made_contacts) + with_ends(leads, made_leads),
        "opportunities": with_ends(opportunities, made_opportunities),
        "activities": with_ends(tasks, made_tasks) + with_ends(meetings, made_meetings),
        "sales_reps": with_ends(users, made_users),
        "signals": made_events,
    }


def of_own(rules: Tables, source: str, table: str, row: Mapping[str, str | None]) -> Record:
    """Columns that come from fields of the company's own."""
    return {
        line["column"]: get(row, line["source_field"])
        for line in rules["source_fields"]
        if line["source"] == source and line["raw_table"] == table
    }


def signal_of(rules: Tables, source: str, names: list[str | None], row: Mapping[str, str | None]) -> str | None:
    """The signal that an event is, by the first line that matches."""
    for line in rules["signal_mappings"]:
        if line["source"] != source:
            continue
        if line["event"] and not any(matches(line["event"], name) for name in names):
            continue
        if line["field"] and not matches(line["pattern"], get(row, line["field"])):
            continue
        return str(line["signal_type"])
    return None


def matches(pattern: str, text: str | None) -> bool:
    """Whether a text matches one of the alternatives of a pattern."""
    parts = [re.escape(part.strip().lower()).replace(r"\*", ".*") for part in pattern.split("|")]
    return text is not None and any(re.fullmatch(part, text.lower(), re.DOTALL) for part in parts)
