"""Raw tables from what loaders leave of HubSpot."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from .reading import Record, mapped
from .rules import FieldMapping, read_rules
from .sources import Rates, Rows, Tables, envelope, flag, get, moment, of_own, signal_of, with_ends
from .values import read_timestamp

Cells = Mapping[str, str | None]
TO_INDUSTRY = ("accounts", "industry", "industry")


def listed(text: str | None) -> list[str]:
    """The values of a list between ; or of a JSON array, each once."""
    parts = re.sub(r'[\[\]"]', "", text or "").replace(",", ";").split(";")
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def industry(row: Cells, mappings: Iterable[FieldMapping], options: Iterable[Cells]) -> str | None:
    """What a company's industry is called: by its value if a line of field_mappings names that, else by its label."""
    told = get(row, "industry")
    lines = [line for line in mappings if (line.raw_table, line.column, line.source_column) == TO_INDUSTRY]
    if told is None or "industry" in mapped({"industry": told}, lines):
        return told
    labels = [
        get(option, "label") or ""
        for option in options
        if (get(option, "hubspot_object") or "").lower() == "company"
        and (get(option, "name"), get(option, "value")) == ("industry", told)
        and not envelope(option)["is_deleted"]
    ]
    return max(labels, default="") or told


def hubspot(tables: Tables, rules: Tables, as_of: datetime, with_salesforce: bool = False) -> dict[str, list[Record]]:
    """The raw tables that are made of HubSpot's; beside Salesforce what names its record is merged into that."""
    written = ("hs_lastmodifieddate", "lastmodifieddate", "updatedAt")
    rates = Rates(rules["currency_rates"], as_of)
    mappings = read_rules({"field_mappings": rules["field_mappings"]}).field_mappings
    options = list(Rows(tables, "property_option"))
    companies = Rows(tables, "company")
    accounts = [
        (
            row,
            {
                "account_id": get(row, "id"),
                "account_name": get(row, "name", "domain", "website"),
                "domain": get(row, "domain", "website"),
                "industry": industry(row, mappings, options),
                "country": get(row, "country", "hs_country_code"),
                "annual_revenue_usd": rates.usd(get(row, "annualrevenue"), get(row, "hs_annual_revenue_currency_code")),
                "employee_count": get(row, "numberofemployees"),
                "owner_id": get(row, "hubspot_owner_id"),
                "parent_account_id": get(row, "hs_parent_company_id"),
                "merged_into_account_id": get(row, "salesforceaccountid") if with_salesforce else None,
                "created_at": moment(row, "createdate", "createdAt"),
                "lifecyclestage": get(row, "lifecyclestage"),
                **of_own(rules, "hubspot", "accounts", row),
                **envelope(row, *written),
            },
        )
        for row in companies
    ]
    standing = companies.current("id", *written).values()
    return {
        "accounts": with_ends(companies, accounts),
        "account_domains": [
            {"account_id": get(row, "id"), "domain": domain, **deletion(row)}
            for row in standing
            for domain in listed(get(row, "hs_additional_domains"))
        ],
        "account_technologies": [
            {"account_id": get(row, "id"), "technology": technology.replace("_", " "), **deletion(row)}
            for row in standing
            for technology in listed(get(row, "web_technologies"))
        ],
        "account_merges": [
            {"account_id": loser, "merged_into_account_id": get(row, "id"), "loaded_at": envelope(row)["loaded_at"]}
            for row in standing
            for loser in listed(get(row, "hs_merged_object_ids"))
        ],
        "contacts": contacts(tables, written, with_salesforce),
        "opportunities": opportunities(tables, rates, written),
        "activities": activities(tables, written),
        "sales_reps": sales_reps(tables, written),
        "signals": signals(tables, rules, written),
    }


def deletion(row: Cells) -> Record:
    """Whether a row deletes, and when it was loaded."""
    return {name: value for name, value in envelope(row).items() if name != "updated_at"}


def contacts(tables: Tables, written: tuple[str, ...], with_salesforce: bool) -> list[Record]:
    """People; who was merged is named by the contact he went into, and may have no row of his own."""
    found = Rows(tables, "contact")
    merges: dict[str, str] = {}
    pairs: list[tuple[str | None, str | None]] = []
    for row in found:
        pairs += [(loser, get(row, "id", "vid")) for loser in listed(get(row, "hs_merged_object_ids"))]
    pairs += [(get(row, "vid_to_merge"), get(row, "canonical_vid")) for row in Rows(tables, "contact_merge_audit")]
    for loser, winner in pairs:
        if loser and winner and loser != winner:
            merges[loser] = max(winner, merges.get(loser, ""))
    rows: list[Record] = []
    for row in found:
        number = get(row, "id", "vid") or ""
        rows.append(
            {
                "contact_id": number,
                "account_id": get(row, "associatedcompanyid"),
                "email": get(row, "email"),
                "job_title": get(row, "jobtitle"),
                "seniority": get(row, "hs_seniority", "seniority"),
                "department": get(row, "job_function", "department", "hs_role"),
                "buying_roles": get(row, "hs_buying_role"),
                "merged_into_contact_id": merges.get(number)
                or (get(row, "salesforcecontactid") if with_salesforce else None),
                "created_at": moment(row, "createdate", "createdAt"),
                **envelope(row, *written),
            }
        )
    present = {row["contact_id"] for row in rows}
    return rows + [
        {"contact_id": loser, "merged_into_contact_id": winner, "is_deleted": False}
        for loser, winner in merges.items()
        if loser not in present
    ]


def opportunities(tables: Tables, rates: Rates, written: tuple[str, ...]) -> list[Record]:
    """Deals but losers of merges, of their primary company."""
    losers = {get(row, "merged_deal_id") for row in Rows(tables, "merged_deal")}
    companies: dict[str | None, list[tuple[int, str]]] = {}
    for row in Rows(tables, "deal_company"):
        if not envelope(row)["is_deleted"] and get(row, "company_id"):
            rank = 1 if get(row, "type_id") == "5" else 2
            companies.setdefault(get(row, "deal_id"), []).append((rank, get(row, "company_id") or ""))
    stages = Rows(tables, "deal_pipeline_stage", "pipelines_deals__stages", "deal_stage")
    named = {get(row, "stage_id", "id"): row for row in stages}
    made = []
    for row in Rows(tables, "deal"):
        number, stage = get(row, "deal_id", "id"), get(row, "deal_pipeline_stage_id", "dealstage")
        if number in losers:
            continue
        probability = get(named.get(stage, {}), "probability", "metadata__probability")
        likely = None if probability is None else float(probability)
        closed, won = flag(row, "hs_is_closed"), flag(row, "hs_is_closed_won")
        if closed is None:
            closed = likely in (0, 1) if likely is not None else stage in ("closedwon", "closedlost")
        if won is None:
            won = likely == 1 if likely is not None else stage == "closedwon"
        day = read_timestamp(moment(row, "closedate") or "") if closed and moment(row, "closedate") else None
        code = get(row, "deal_currency_code")
        amount = get(row, "amount") if code else get(row, "amount_in_home_currency", "amount")
        with_arrays = [(2, company) for company in listed(get(row, "companies"))]
        primary = min(companies.get(number, []) + with_arrays, default=(0, None))[1]
        made.append(
            {
                "opportunity_id": number,
                "account_id": get(row, "hs_primary_associated_company") or primary,
                "owner_id": get(row, "owner_id", "hubspot_owner_id"),
                "stage": get(named.get(stage, {}), "label") or stage,
                "amount_usd": rates.usd(amount, code, day.date() if isinstance(day, datetime) else None),
                "created_at": moment(row, "createdate", "createdAt"),
                "closed_at": moment(row, "closedate") if closed else None,
                "is_won": won,
                **envelope(row, *written),
            }
        )
    return made


def activities(tables: Tables, written: tuple[str, ...]) -> list[Record]:
    """Calls, e-mails and meetings: one a contact, or a company where there is no contact."""
    old = {get(row, "id"): row for row in Rows(tables, "engagement")}
    people, firms = (
        [(get(row, "engagement_id"), get(row, f"{kind}_id")) for row in Rows(tables, f"engagement_{kind}")]
        for kind in ("contact", "company")
    )
    made = []
    for kind, direction, outcome in (
        ("call", ("hs_call_direction", "direction"), ("hs_call_disposition", "disposition")),
        ("email", ("hs_email_direction", "direction"), ("email_outcome",)),
        ("meeting", ("meeting_direction",), ("hs_meeting_outcome", "meeting_outcome")),
    ):
        for row in Rows(tables, f"engagement_{kind}", f"engagements_{kind}s"):
            number = get(row, "engagement_id", "id")
            contacts_of = {c for e, c in people if e == number and c} | set(listed(get(row, "contacts")))
            companies_of = {c for e, c in firms if e == number and c} | set(listed(get(row, "companies")))
            first = old.get(number, {})
            nobody: list[str | None] = [None]
            for contact in [*sorted(contacts_of)] or nobody:
                wanted = [*sorted(companies_of)] if contact is None or len(companies_of) == 1 else []
                for company in wanted or nobody:
                    several = (contact, len(contacts_of)), (company, len(companies_of))
                    name = "-".join([number or "", *(each for each, count in several if each and count > 1)])
                    incoming = "inbound" if (get(first, "type") or "").lower() == "incoming_email" else "outbound"
                    made.append(
                        {
                            "activity_id": name,
                            "account_id": company,
                            "contact_id": contact,
                            "owner_id": get(row, "hubspot_owner_id") or get(first, "owner_id"),
                            "activity_type": kind,
                            "direction": get(row, *direction) or incoming,
                            "outcome": get(row, *outcome),
                            "occurred_at": moment(first, "timestamp")
                            or moment(row, "hs_timestamp", "start_time", "timestamp", "createdAt"),
                            **envelope(row, *written),
                        }
                    )
    return made


def sales_reps(tables: Tables, written: tuple[str, ...]) -> list[Record]:
    """Owners; who is in the archive, or has no user, has left."""
    owners = Rows(tables, "owner")
    tells = any("activeuserid" in row for row in owners)
    made = []
    for row in owners:
        active = flag(row, "is_active")
        if active is None and flag(row, "archived") is not None:
            active = not flag(row, "archived")
        if active is None:
            active = get(row, "active_user_id", "user_id") is not None if tells else True
        name = f"{get(row, 'first_name') or ''} {get(row, 'last_name') or ''}".strip() or get(row, "email")
        told = envelope(row, *written)
        told["is_deleted"] = told["is_deleted"] and not flag(row, "archived")
        made.append({"owner_id": get(row, "owner_id", "id"), "owner_name": name, "is_active": active, **told})
    return made


def signals(tables: Tables, rules: Tables, written: tuple[str, ...]) -> list[Record]:
    """E-mails opened and clicked, and forms."""
    made = []
    for row in Rows(tables, "email_event"):
        signal = signal_of(rules, "hubspot.email_event", [get(row, "type")], row)
        if signal and not flag(row, "filtered_event"):
            made.append(
                {
                    "signal_id": get(row, "id"),
                    "signal_type": signal,
                    "email": get(row, "recipient"),
                    "occurred_at": moment(row, "created"),
                    "channel": "email",
                    **envelope(row, *written),
                }
            )
    forms = {get(row, "guid", "id"): row for row in Rows(tables, "form")}
    for row in Rows(tables, "contact_form_submission", "form_submission"):
        form = forms.get(get(row, "form_id"), {})
        signal = signal_of(rules, "hubspot.form_submission", [get(form, "name"), get(row, "title")], {**form, **row})
        if signal:
            made.append(
                {
                    "signal_id": get(row, "conversion_id"),
                    "signal_type": signal,
                    "contact_id": get(row, "contact_id"),
                    "occurred_at": moment(row, "timestamp", "submittedAt"),
                    "channel": "web",
                    **envelope(row, *written),
                }
            )
    return made
