"""The demo's market as Salesforce, HubSpot and Segment hold it, in the tables that their loaders leave.

    uv run python scripts/demo_sources.py salesforce --loader airbyte

makes the schema `salesforce` in the DuckDB file of the project (DUCKDB_PATH), in place of what a loader would bring; a
build with `--vars '{sources: [salesforce], as_of: 2026-06-30T09:00:00Z}'` then reads it. `--source-schema`: another.

What a source cannot know is not there: `as_source` says what it holds, `known_to` the same as raw tables.
"""

from __future__ import annotations

import argparse
import csv
import os
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

Row = dict[str, str]
Tables = dict[str, list[Row]]

DEMO = Path(__file__).resolve().parents[1] / "seeds" / "demo"
LOADERS = {
    "salesforce": ("fivetran", "airbyte", "dlt"),
    "hubspot": ("fivetran", "airbyte", "dlt"),
    "segment": ("segment",),
}
LOADED_AT = "2026-06-30T04:00:00+00:00"
KEYS = {
    "accounts": ("account_id",),
    "contacts": ("contact_id",),
    "activities": ("activity_id",),
    "opportunities": ("opportunity_id",),
    "sales_reps": ("owner_id",),
    "signals": ("signal_id",),
    "account_domains": ("account_id", "domain"),
    "account_merges": ("account_id", "merged_into_account_id"),
    "account_technologies": ("account_id", "technology"),
}
COLUMNS = {
    "accounts": (
        *("account_id", "account_name", "domain", "industry", "country", "annual_revenue_usd", "employee_count"),
        *("is_customer", "owner_id", "parent_account_id", "merged_into_account_id", "updated_at", "is_deleted"),
    ),
    "contacts": (
        "contact_id",
        "account_id",
        "email",
        "job_title",
        "department",
        "is_champion",
        "updated_at",
        "is_deleted",
    ),
    "activities": (
        *(
            "activity_id",
            "account_id",
            "contact_id",
            "owner_id",
            "activity_type",
            "direction",
            "outcome",
            "occurred_at",
        ),
    ),
    "opportunities": (
        *("opportunity_id", "account_id", "owner_id", "stage", "amount_usd", "created_at", "closed_at", "is_won"),
        *("updated_at", "is_deleted"),
    ),
    "sales_reps": ("owner_id", "owner_name", "role", "is_active"),
    "signals": ("signal_id", "contact_id", "email", "signal_type", "occurred_at"),
    "account_domains": ("account_id", "domain"),
    "account_merges": ("account_id", "merged_into_account_id"),
    "account_technologies": ("account_id", "technology"),
}
"""What any CRM knows of each raw table without a field of one's own."""


# What both ways begin with: one row a record, under ids as the source has them.


def demo() -> Tables:
    """The raw tables that the demo ships."""
    tables = {}
    for table in KEYS:
        with (DEMO / f"demo_{table}.csv").open(encoding="utf-8", newline="") as file:
            tables[table] = list(csv.DictReader(file))
    return tables


def moment(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def standing(tables: Tables) -> Tables:
    """Of each record the version written last, without rows that no CRM would hold."""
    kept: Tables = {}
    for table, key in KEYS.items():
        versions: dict[tuple[str, ...], tuple[tuple[datetime, datetime], Row]] = {}
        for row in tables[table]:
            name = tuple(row[column].strip() for column in key)
            written = [
                moment(row.get(column) or "") or datetime.min.replace(tzinfo=UTC)
                for column in ("updated_at", "loaded_at")
            ]
            if all(name) and (name not in versions or (written[0], written[1]) > versions[name][0]):
                versions[name] = ((written[0], written[1]), row)
        kept[table] = [{c: row.get(c, "").strip() for c in COLUMNS[table]} for _, row in versions.values()]
    kept["accounts"] = [a for a in kept["accounts"] if a["account_name"]]
    for row in kept["accounts"]:
        row["industry"] = {name.lower(): name for name in INDUSTRIES}.get(row["industry"].lower(), row["industry"])
    for row in kept["sales_reps"]:
        row["is_active"] = "false" if row["is_active"].lower() in ("false", "f", "no", "n", "0") else "true"
    kept["activities"] = [
        a for a in kept["activities"] if moment(a["occurred_at"]) and a["activity_type"].lower() in CHANNELS
    ]
    kept["opportunities"] = [o for o in kept["opportunities"] if moment(o["created_at"])]
    kept["signals"] = [s for s in kept["signals"] if moment(s["occurred_at"]) and s["contact_id"]]
    return kept


CHANNELS = ("call", "email", "meeting")


def is_true(text: str) -> bool:
    return text.strip().lower() in ("true", "t", "yes", "y", "1")


def salesforce_id(prefix: str, number: int) -> str:
    """An id of 18 characters: a key of its object, a number, and what tells its capitals."""
    digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    text = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        text = digits[digit] + text
    text = f"{prefix}Dm0000{text}"[:15].ljust(15, "0")
    return text + "".join(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"[sum(2**place for place in range(5) if text[start + place].isupper())]
        for start in (0, 5, 10)
    )


PREFIXES = {
    "account_id": "001",
    "contact_id": "003",
    "opportunity_id": "006",
    "owner_id": "005",
    "activity_id": "00T",
    "signal_id": "00v",
}


def renamed(tables: Tables, source: str) -> tuple[Tables, dict[str, str]]:
    """The tables under the source's own ids, and those of the demo by them."""
    names: dict[tuple[str, str], str] = {}

    def name(kind: str, old: str) -> str:
        if not old:
            return ""
        number = len(names) + 101
        new = salesforce_id(PREFIXES[kind], number * 7919) if source == "salesforce" else str(9_000_000_000 + number)
        return names.setdefault((kind, old), new)

    kinds = {
        "parent_account_id": "account_id",
        "merged_into_account_id": "account_id",
        **{kind: kind for kind in PREFIXES},
    }
    made = {
        table: [{c: name(kinds[c], v) if c in kinds else v for c, v in row.items()} for row in rows]
        for table, rows in tables.items()
    }
    return made, {new: old for (_, old), new in names.items()}


# Salesforce

CAMPAIGNS = {
    "webinar_attendance": "Webinar",
    "event_attendance": "Trade Show",
    "content_download": "White Paper",
    "case_study_download": "Case Study",
    "demo_request": "Demo Request",
    "trial_request": "Free Trial",
    "form_fill": "Web Form",
    "social_engagement": "Social Media",
}
OUTCOMES = {"replied": "Connected", "accepted": "Completed", "declined": "Rejected", "no_response": "No Answer"}
ROLES = {"field": "Field Sales", "inside": "Inside Sales", "sdr": "SDR", "csm": "Customer Success Manager"}


def champions(tables: Tables) -> dict[str, str]:
    """The opportunity by which Salesforce knows of a champion."""
    deals: dict[str, str] = {}
    for row in tables["opportunities"]:
        deals.setdefault(row["account_id"], row["opportunity_id"])
    return {
        row["contact_id"]: deals[row["account_id"]]
        for row in tables["contacts"]
        if is_true(row["is_champion"]) and row["account_id"] in deals
    }


def salesforce(tables: Tables) -> Tables:
    """Salesforce's objects, by the names of its API."""
    numbers = {name: salesforce_id("701", place + 1) for place, name in enumerate(CAMPAIGNS.values())}
    roles = {role: salesforce_id("00E", place + 1) for place, role in enumerate(ROLES)}

    def deleted(row: Row) -> str:
        return "true" if is_true(row.get("is_deleted", "")) else "false"

    return {
        "Account": [
            {
                "Id": row["account_id"],
                "Name": row["account_name"],
                "Website": row["domain"],
                "Industry": row["industry"],
                "BillingCountry": row["country"],
                "AnnualRevenue": row["annual_revenue_usd"],
                "NumberOfEmployees": row["employee_count"],
                "Type": "Customer - Direct" if is_true(row["is_customer"]) else "Prospect",
                "OwnerId": row["owner_id"],
                "ParentId": row["parent_account_id"],
                "MasterRecordId": row["merged_into_account_id"],
                "IsPersonAccount": "false",
                "IsDeleted": deleted(row),
                "SystemModstamp": row["updated_at"],
            }
            for row in tables["accounts"]
        ]
        + [
            {
                "Id": salesforce_id("001", 990_001),
                "Name": "Perdita Private",
                "Type": "Customer - Direct",
                "IsPersonAccount": "true",
                "IsDeleted": "false",
            }
        ],
        "Contact": [
            {
                "Id": row["contact_id"],
                "AccountId": row["account_id"],
                "Email": row["email"],
                "Title": row["job_title"],
                "Department": row["department"],
                "IsDeleted": deleted(row),
                "SystemModstamp": row["updated_at"],
            }
            for row in tables["contacts"]
        ],
        "Opportunity": [
            {
                "Id": row["opportunity_id"],
                "AccountId": row["account_id"],
                "OwnerId": row["owner_id"],
                "StageName": row["stage"],
                "Amount": row["amount_usd"],
                "CreatedDate": row["created_at"],
                # an open one has a day on which it is hoped to close
                "CloseDate": row["closed_at"] or "2026-09-30",
                "IsClosed": "true" if row["closed_at"] else "false",
                "IsWon": "true" if is_true(row["is_won"]) else "false",
                "IsDeleted": deleted(row),
                "SystemModstamp": row["updated_at"],
            }
            for row in tables["opportunities"]
        ],
        "OpportunityContactRole": [
            {
                "Id": salesforce_id("00K", place + 1),
                "OpportunityId": deal,
                "ContactId": contact,
                "Role": "Champion",
                "IsDeleted": "false",
            }
            for place, (contact, deal) in enumerate(champions(tables).items())
        ],
        "Task": [
            {
                "Id": row["activity_id"],
                "AccountId": row["account_id"],
                "WhoId": row["contact_id"],
                "OwnerId": row["owner_id"],
                "TaskSubtype": row["activity_type"].capitalize(),
                "CallType": row["direction"].capitalize() if row["activity_type"].lower() == "call" else "",
                "CallDisposition": OUTCOMES.get(row["outcome"].lower(), ""),
                "Status": "Completed",
                "IsClosed": "true",
                "CompletedDateTime": row["occurred_at"],
                "IsRecurrence": "false",
                "IsDeleted": "false",
            }
            for row in tables["activities"]
            if row["activity_type"].lower() != "meeting"
        ]
        + [
            {
                "Id": salesforce_id("00T", 990_001),
                "AccountId": tables["accounts"][0]["account_id"],
                "OwnerId": tables["accounts"][0]["owner_id"],
                "TaskSubtype": "Call",
                "Status": "Not Started",
                "IsClosed": "false",
                "IsRecurrence": "false",
                "IsDeleted": "false",
            }
        ],
        "EmailMessage": [
            {
                "Id": salesforce_id("02s", place + 1),
                "ActivityId": row["activity_id"],
                "Incoming": "true",
                "IsDeleted": "false",
            }
            for place, row in enumerate(tables["activities"])
            if row["activity_type"].lower() == "email" and row["direction"].lower() == "inbound"
        ],
        "Event": [
            {
                "Id": row["activity_id"] if copy == "false" else salesforce_id("00U", 990_001 + place),
                "AccountId": row["account_id"],
                "WhoId": row["contact_id"],
                "OwnerId": row["owner_id"],
                "StartDateTime": row["occurred_at"],
                "IsChild": copy,
                "IsRecurrence": "false",
                "IsDeleted": "false",
            }
            for place, row in enumerate(tables["activities"])
            if row["activity_type"].lower() == "meeting"
            for copy in ("false", "true")
        ],
        "User": [
            {
                "Id": row["owner_id"],
                "Name": row["owner_name"],
                "UserRoleId": roles.get(row["role"].lower(), ""),
                "UserType": "Standard",
                "IsActive": row["is_active"],
            }
            for row in tables["sales_reps"]
        ],
        "UserRole": [{"Id": number, "Name": ROLES[role]} for role, number in roles.items()],
        "Campaign": [
            {"Id": number, "Type": name, "Name": f"{name} 2026", "IsDeleted": "false"}
            for name, number in numbers.items()
        ],
        "CampaignMember": [
            {
                "Id": row["signal_id"],
                "CampaignId": numbers[CAMPAIGNS[row["signal_type"].lower()]],
                "ContactId": row["contact_id"],
                "Status": "Responded",
                "HasResponded": "true",
                "FirstRespondedDate": row["occurred_at"],
                "IsDeleted": "false",
            }
            for row in tables["signals"]
            if row["signal_type"].lower() in CAMPAIGNS
        ],
    }


def known_to_salesforce(tables: Tables) -> Tables:
    """What of the raw tables Salesforce can know, as raw tables."""
    named = champions(tables)
    return {
        "accounts": tables["accounts"],
        "contacts": [
            {**row, "is_champion": "true" if row["contact_id"] in named else ""} for row in tables["contacts"]
        ],
        "activities": [
            {**row, "direction": "outbound", "outcome": ""}
            if row["activity_type"].lower() == "meeting"
            else {**row, "direction": "inbound" if row["direction"].lower() == "inbound" else "outbound"}
            for row in tables["activities"]
        ],
        "opportunities": tables["opportunities"],
        "sales_reps": [
            {**row, "role": row["role"] if row["role"].lower() in ROLES else ""} for row in tables["sales_reps"]
        ],
        "signals": [row for row in tables["signals"] if row["signal_type"].lower() in CAMPAIGNS],
    }


# HubSpot

INDUSTRIES = {
    "Software": "COMPUTER_SOFTWARE",
    "Technology": "INFORMATION_TECHNOLOGY_AND_SERVICES",
    "Financial Services": "FINANCIAL_SERVICES",
    "Marketing": "MARKETING_AND_ADVERTISING",
    "Telecommunications": "TELECOMMUNICATIONS",
}
FORMS = {
    "demo_request": "Request a demo",
    "trial_request": "Start your free trial",
    "meeting_request": "Contact sales",
    "webinar_attendance": "Webinar: register",
    "case_study_download": "Case study",
    "content_download": "Download the guide",
    "form_fill": "Newsletter",
}
MAILS = {"email_open": "OPEN", "email_click": "CLICK"}


def hubspot(tables: Tables) -> Tables:
    """HubSpot's objects, by the names of their properties; what is no property is written with a capital."""
    merged: dict[str, list[str]] = {}
    for row in tables["accounts"]:
        if row["merged_into_account_id"]:
            merged.setdefault(row["merged_into_account_id"], []).append(row["account_id"])
    for row in tables["account_merges"]:
        merged.setdefault(row["merged_into_account_id"], []).append(row["account_id"])
    domains, technologies = (
        lists(tables["account_domains"], "domain"),
        lists(tables["account_technologies"], "technology"),
    )
    emails = {row["contact_id"]: row["email"] for row in tables["contacts"]}
    return {
        "company": [
            {
                "Id": row["account_id"],
                "name": row["account_name"],
                "domain": row["domain"],
                "industry": INDUSTRIES.get(row["industry"], row["industry"]),
                "country": row["country"],
                "annualrevenue": row["annual_revenue_usd"],
                "numberofemployees": row["employee_count"],
                "lifecyclestage": "customer" if is_true(row["is_customer"]) else "lead",
                "hubspot_owner_id": row["owner_id"],
                "hs_parent_company_id": row["parent_account_id"],
                "hs_merged_object_ids": ";".join(merged.get(row["account_id"], [])),
                "hs_additional_domains": ";".join(domains.get(row["account_id"], [])),
                "web_technologies": ";".join(t.replace(" ", "_") for t in technologies.get(row["account_id"], [])),
                "hs_lastmodifieddate": row["updated_at"],
                "Deleted": "true" if is_true(row["is_deleted"]) else "false",
            }
            for row in tables["accounts"]
        ],
        "contact": [
            {
                "Id": row["contact_id"],
                "email": row["email"],
                "jobtitle": row["job_title"],
                "job_function": row["department"],
                "associatedcompanyid": row["account_id"],
                "hs_buying_role": "CHAMPION;BUDGET_HOLDER" if is_true(row["is_champion"]) else "",
                "lastmodifieddate": row["updated_at"],
                "Deleted": "true" if is_true(row["is_deleted"]) else "false",
            }
            for row in tables["contacts"]
        ],
        "deal": [
            {
                "Id": row["opportunity_id"],
                "amount": row["amount_usd"],
                "createdate": row["created_at"],
                "closedate": row["closed_at"] or "2026-09-30T00:00:00Z",
                "dealstage": f"stage-{row['stage'].lower().replace(' ', '-')}",
                "hs_is_closed": "true" if row["closed_at"] else "false",
                "hs_is_closed_won": "true" if is_true(row["is_won"]) else "false",
                "hubspot_owner_id": row["owner_id"],
                "hs_primary_associated_company": row["account_id"],
                "hs_lastmodifieddate": row["updated_at"],
                "Deleted": "true" if is_true(row["is_deleted"]) else "false",
            }
            for row in tables["opportunities"]
        ],
        "owner": [
            {
                "Id": row["owner_id"],
                "FirstName": row["owner_name"].split(" ")[0],
                "LastName": " ".join(row["owner_name"].split(" ")[1:]),
                "Archived": "false" if row["is_active"] == "true" else "true",
            }
            for row in tables["sales_reps"]
        ],
        **{
            f"engagement_{kind}": [
                {
                    "Id": row["activity_id"],
                    "hs_timestamp": row["occurred_at"],
                    "hubspot_owner_id": row["owner_id"],
                    **hubspot_outcome(kind, row),
                    "Contact": row["contact_id"],
                    "Company": row["account_id"],
                }
                for row in tables["activities"]
                if row["activity_type"].lower() == kind
            ]
            for kind in CHANNELS
        },
        "email_event": [
            {
                "Id": row["signal_id"],
                "Type": MAILS[row["signal_type"].lower()],
                "Recipient": emails[row["contact_id"]],
                "Created": row["occurred_at"],
                "FilteredEvent": "false",
            }
            for row in tables["signals"]
            if row["signal_type"].lower() in MAILS and emails.get(row["contact_id"])
        ],
        "contact_form_submission": [
            {
                "ConversionId": row["signal_id"],
                "ContactId": row["contact_id"],
                "Title": FORMS[row["signal_type"].lower()],
                "Timestamp": row["occurred_at"],
            }
            for row in tables["signals"]
            if row["signal_type"].lower() in FORMS
        ],
    }


def lists(rows: Iterable[Row], column: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["account_id"], []).append(row[column])
    return found


def hubspot_outcome(kind: str, row: Row) -> Row:
    direction, outcome = row["direction"].lower(), row["outcome"].lower()
    if kind == "call":
        guids = {
            "replied": "f240bbac-87c9-4f6e-bf70-924b57d47db7",
            "no_response": "73a0d17f-1163-4015-bdd5-ec830791da20",
        }
        return {"hs_call_direction": direction.upper(), "hs_call_disposition": guids.get(outcome, "")}
    if kind == "email":
        return {"hs_email_direction": "INCOMING_EMAIL" if direction == "inbound" else "EMAIL"}
    return {
        "hs_meeting_outcome": {"accepted": "COMPLETED", "declined": "CANCELED", "no_response": "NO_SHOW"}.get(
            outcome, ""
        )
    }


def known_to_hubspot(tables: Tables) -> Tables:
    """What of the raw tables HubSpot can know, as raw tables."""
    emails = {row["contact_id"] for row in tables["contacts"] if row["email"]}
    kept = {
        "call": ("replied", "no_response"),
        "email": (),
        "meeting": ("accepted", "declined", "no_response"),
    }
    return {
        "accounts": tables["accounts"],
        "account_domains": tables["account_domains"],
        "account_merges": tables["account_merges"],
        "account_technologies": tables["account_technologies"],
        "contacts": [
            {**row, "is_champion": "true" if is_true(row["is_champion"]) else ""} for row in tables["contacts"]
        ],
        "activities": [
            {
                **row,
                "direction": "inbound"
                if row["direction"].lower() == "inbound" and row["activity_type"].lower() != "meeting"
                else "outbound",
                "outcome": row["outcome"] if row["outcome"].lower() in kept[row["activity_type"].lower()] else "",
            }
            for row in tables["activities"]
        ],
        "opportunities": tables["opportunities"],
        "sales_reps": [{**row, "role": ""} for row in tables["sales_reps"]],
        "signals": [
            row
            for row in tables["signals"]
            if row["signal_type"].lower() in FORMS
            or (row["signal_type"].lower() in MAILS and row["contact_id"] in emails)
        ],
    }


# Segment

PAGES = {
    "website_visit": "/",
    "pricing_page_visit": "/pricing",
    "comparison_page_view": "/compare/us-and-them",
    "product_tour": "/product-tour",
    "cancellation_page_visit": "/account/cancel",
}
TRACKS = {
    "demo_request": "Demo Requested",
    "trial_request": "Trial Started",
    "case_study_download": "Case Study Downloaded",
    "content_download": "Content Downloaded",
    "webinar_attendance": "Webinar Attended",
    "demo_video_view": "Demo Video Viewed",
    "plan_page_visit": "Plan Page Viewed",
}


def segment(tables: Tables) -> Tables:
    """Segment's tables: a visitor a contact, who said once who he is."""
    emails = {row["contact_id"]: row["email"] for row in tables["contacts"]}
    seen = [row for row in tables["signals"] if emails.get(row["contact_id"])]
    return {
        "pages": [
            {
                "id": row["signal_id"],
                "anonymous_id": f"anon-{row['contact_id']}",
                "path": PAGES[row["signal_type"].lower()],
                "url": f"https://www.example.com{PAGES[row['signal_type'].lower()]}?utm_source=x&email={emails[row['contact_id']]}",
                "timestamp": row["occurred_at"],
            }
            for row in seen
            if row["signal_type"].lower() in PAGES
        ],
        "tracks": [
            {
                "id": row["signal_id"],
                "user_id": f"u-{row['contact_id']}",
                "anonymous_id": f"anon-{row['contact_id']}",
                "event": TRACKS[row["signal_type"].lower()].lower().replace(" ", "_"),
                "event_text": TRACKS[row["signal_type"].lower()],
                "timestamp": row["occurred_at"],
            }
            for row in seen
            if row["signal_type"].lower() in TRACKS
        ],
        "identifies": [
            {
                "id": f"i-{contact}",
                "user_id": f"u-{contact}",
                "anonymous_id": f"anon-{contact}",
                "email": email,
                "timestamp": "2025-01-01T00:00:00Z",
            }
            for contact, email in emails.items()
            if email
        ],
    }


# Loaders


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def fivetran(source: str, objects: Tables) -> Tables:
    """snake_case; HubSpot's properties with a prefix, its associations in tables of their own."""
    tables: Tables = {}
    for name, rows in objects.items():
        made = []
        for row in rows:
            cells = {"_fivetran_synced": LOADED_AT}
            for field, value in row.items():
                if source == "hubspot" and field[:1].islower():
                    field = (
                        {"hubspot_owner_id": "owner_id", "dealstage": "deal_pipeline_stage_id"}.get(field, field)
                        if name == "deal"
                        else field
                    )
                    cells[field if field in ("owner_id", "deal_pipeline_stage_id") else f"property_{field}"] = value
                elif field == "Deleted":
                    cells["_fivetran_deleted" if name == "contact" else "is_deleted"] = value
                elif field == "Id" and source == "hubspot":
                    cells[
                        {"deal": "deal_id", "owner": "owner_id"}.get(
                            name, "engagement_id" if name.startswith("engagement_") else "id"
                        )
                    ] = value
                elif field not in ("Contact", "Company"):
                    cells[snake(field)] = value
            made.append(cells)
        tables[snake(name)] = made
    if source == "hubspot":
        for row in tables["deal"]:
            company = row.pop("property_hs_primary_associated_company")
            if company:
                for category in ("HUBSPOT_DEFINED", "USER_DEFINED"):
                    tables.setdefault("deal_company", []).append(
                        {
                            "deal_id": row["deal_id"],
                            "company_id": company,
                            "type_id": "5" if category == "HUBSPOT_DEFINED" else "77",
                            "category": category,
                        }
                    )
        for field in ("Contact", "Company"):
            tables[f"engagement_{field.lower()}"] = [
                {"engagement_id": row["Id"], f"{field.lower()}_id": row[field], "type_id": type_id}
                for kind in CHANNELS
                for row in objects[f"engagement_{kind}"]
                if row[field]
                for type_id in ("194", "200")
            ]
        for row in tables["owner"]:
            row["active_user_id"] = "" if row.pop("archived") == "true" else row["owner_id"]
    return tables


def airbyte(source: str, objects: Tables) -> Tables:
    """The API's own names; HubSpot's objects in the plural, with associations as lists."""
    plural = {"company": "companies", "contact_form_submission": "contact_form_submission"}
    tables: Tables = {}
    for name, rows in objects.items():
        made = []
        for row in rows:
            cells = {"_airbyte_extracted_at": LOADED_AT}
            for field, value in row.items():
                if source == "salesforce":
                    cells[field] = value
                elif field[:1].islower():
                    cells[f"properties_{field}"] = value
                elif field in ("Contact", "Company"):
                    cells[{"Contact": "contacts", "Company": "companies"}[field]] = (
                        f'["{value}","{value}"]' if value else "[]"
                    )
                else:
                    cells["archived" if field == "Deleted" else field[:1].lower() + field[1:]] = value
            made.append(cells)
        if source == "hubspot":
            name = name.replace("engagement_", "engagements_") + "s" if name not in plural else plural[name]
        tables[name] = made
    return tables


def dlt(source: str, objects: Tables) -> Tables:
    """snake_case, the user apart; HubSpot's properties without a prefix, and neither engagements nor events."""
    tables: Tables = {}
    for name, rows in objects.items():
        if source == "hubspot" and name not in ("company", "contact", "deal", "owner"):
            continue
        called = (
            {"User": "sf_user"}.get(name, snake(name))
            if source == "salesforce"
            else {"company": "companies"}.get(name, f"{name}s")
        )
        tables[called] = [
            {
                "_dlt_load_id": str(datetime.fromisoformat(LOADED_AT).timestamp()),
                **{"is_deleted" if field == "Deleted" else snake(field): value for field, value in row.items()},
            }
            for row in rows
        ]
    return tables


def plainly(source: str, objects: Tables) -> Tables:
    """As Segment and RudderStack write to a warehouse themselves."""
    return {name: [{"received_at": row["timestamp"], **row} for row in rows] for name, rows in objects.items()}


SOURCES: dict[str, tuple[Callable[[Tables], Tables], Callable[[Tables], Tables] | None]] = {
    "salesforce": (salesforce, known_to_salesforce),
    "hubspot": (hubspot, known_to_hubspot),
    "segment": (segment, None),
}
WRITERS = {"fivetran": fivetran, "airbyte": airbyte, "dlt": dlt, "segment": plainly}


def as_source(tables: Tables, source: str, loader: str) -> Tables:
    """The tables that a loader leaves of what a source holds of raw tables; see `renamed` for their ids."""
    return WRITERS[loader](source, SOURCES[source][0](tables))


def write(tables: Tables, database: Path, schema: str) -> None:
    """The tables as text in a schema of a DuckDB file; empty cells are null."""
    import duckdb

    with duckdb.connect(str(database)) as connection:
        connection.execute(f'drop schema if exists "{schema}" cascade; create schema "{schema}"')
        for name, rows in tables.items():
            columns = list(dict.fromkeys(column for row in rows for column in row)) or ["id"]
            cells = ", ".join(f'"{column}" varchar' for column in columns)
            connection.execute(f'create table "{schema}"."{name}" ({cells})')
            values = ", ".join("unnest(cast(? as varchar[]))" for _ in columns)
            connection.execute(
                f'insert into "{schema}"."{name}" select {values}',
                [[row.get(column) or None for row in rows] for column in columns],
            )


def main() -> None:
    parser = argparse.ArgumentParser(description="Load the demo's market as a source holds it.")
    parser.add_argument("source", choices=LOADERS)
    parser.add_argument("--loader", choices=sorted(WRITERS))
    parser.add_argument("--source-schema", help="where to, if not in the source's own name")
    parser.add_argument(
        "--database", type=Path, default=Path(os.environ.get("DUCKDB_PATH", "account_prioritization.duckdb"))
    )
    given = parser.parse_args()
    loader = given.loader or LOADERS[given.source][0]
    if loader not in LOADERS[given.source]:
        parser.error(f"{given.source} is loaded by {' or '.join(LOADERS[given.source])}")
    tables, _ = renamed(standing(demo()), given.source)
    schema = given.source_schema or given.source
    write(as_source(tables, given.source, loader), given.database, schema)
    print(f"Wrote what {loader} leaves of {given.source} to the schema {schema} of {given.database}.")


if __name__ == "__main__":
    main()
