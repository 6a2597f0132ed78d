"""Salesforce as it is found: the demo's market with everything that CRMs and their loaders do to rows."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import demo_sources
from demo_sources import Row, Tables, salesforce_id

AS_OF = datetime(2026, 6, 30, 9)
AS_OF_TEXT = "2026-06-30T09:00:00Z"
REFERENCES = (
    "OwnerId",
    "ParentId",
    "MasterRecordId",
    "AccountId",
    "WhoId",
    "UserRoleId",
    "CampaignId",
    "ContactId",
    "ActivityId",
)
CURRENCIES = ("USD", "usd", "EUR", "GBP", "JPY", "XXX", "", "")
RATES = [
    {"currency_code": "EUR", "usd_per_unit": "1.1", "valid_from": "2026-01-01"},
    {"currency_code": "EUR", "usd_per_unit": "1.05", "valid_from": "2025-01-01"},
    {"currency_code": "gbp", "usd_per_unit": "1.25", "valid_from": ""},
]
FIELDS = [
    {"source": "salesforce", "raw_table": "accounts", "column": "brand_tier", "source_field": "Brand_Tier__c"},
    {"source": "salesforce", "raw_table": "accounts", "column": "health", "source_field": "Health__c"},
]


def a_while_before(rng: random.Random, text: str) -> str:
    """A moment before another."""
    moment = demo_sources.moment(text) or datetime(2026, 1, 1, tzinfo=UTC)
    return (moment - timedelta(hours=rng.randint(1, 2000))).isoformat()


def salesforce_world(seed: int) -> Tables:
    """Salesforce's objects by the names of its API, spoiled by chance."""
    rng = random.Random(seed)
    market = demo_sources.renamed(demo_sources.standing(demo_sources.demo()), "salesforce")[0]
    objects = demo_sources.salesforce(market)
    for row in objects["Account"]:
        row["CurrencyIsoCode"] = rng.choice(CURRENCIES)
        row["Type"] = rng.choice(("Customer - Direct", "CUSTOMER", "client", "Prospect", "Partner", ""))
        row["Brand_Tier__c"] = rng.choice(("High", "moderate", "low", "none", ""))
        row["Health__c"] = rng.choice(("12", "green", ""))
        some(rng, row, 0.1, "BillingCountry", ("USA", "de", " Deutschland ", "Atlantis", ""))
        some(rng, row, 0.1, "BillingCountryCode", ("US", "GB"))
        some(rng, row, 0.1, "Industry", ("Banking", "Electronics", "Alchemy"))
        some(rng, row, 0.05, "NumberOfEmployees", ("many", "-5", "1e3"))
        some(rng, row, 0.04, "IsPersonAccount", ("true",))
        some(rng, row, 0.04, "IsDeleted", ("true",))
        some(rng, row, 0.03, "Name", ("", "  "))
        some(rng, row, 0.05, "CreatedDate", ("2026-08-01T00:00:00.000+0000", "2025-01-01", "soon"))
    accounts = [row["Id"] for row in objects["Account"]]
    for row in rng.sample(objects["Account"], 15):
        row |= {"MasterRecordId": rng.choice(accounts), "IsDeleted": rng.choice(("true", "true", "false"))}
    for row in objects["Contact"]:
        some(rng, row, 0.1, "AccountId", ("", "001nowhere"))
        some(rng, row, 0.1, "Department", ("", "mktg", "Information Technology"))
        some(rng, row, 0.1, "Title", ("VP of Sales", "Head of IT", "Buyer", "", "Chief Happiness Officer"))
        some(rng, row, 0.03, "IsDeleted", ("true",))
        some(rng, row, 0.05, "Email", ("", "someone@gmail.com", "no address"))
    contacts = [row["Id"] for row in objects["Contact"]]
    for row in rng.sample(objects["Contact"], 20):
        row |= {"MasterRecordId": rng.choice(contacts), "IsDeleted": rng.choice(("true", "false"))}
    objects["Lead"] = [lead(rng, number, objects) for number in range(1, 80)]
    for row in objects["OpportunityContactRole"]:
        row |= {
            "Role": rng.choice(("Champion", "Economic champion", "Decision Maker", "")),
            "IsDeleted": rng.choice(("true", "false")),
        }
    for row in objects["Opportunity"]:
        row["CurrencyIsoCode"] = rng.choice(CURRENCIES)
        some(rng, row, 0.1, "IsClosed", ("",))
        some(rng, row, 0.1, "IsWon", ("",))
        some(rng, row, 0.1, "Amount", ("", "lots", "-3"))
        some(rng, row, 0.03, "AccountId", ("",))
        some(rng, row, 0.03, "CreatedDate", ("", "once"))
    for row in objects["Task"]:
        some(rng, row, 0.1, "IsClosed", ("false", ""))
        some(rng, row, 0.1, "Status", ("Not Started", "Waiting"))
        some(rng, row, 0.05, "IsRecurrence", ("true",))
        some(rng, row, 0.1, "TaskSubtype", ("Task", "ListEmail", "Cadence"))
        some(rng, row, 0.2, "Type", ("Call", "Email", "Meeting", "Other"))
        some(rng, row, 0.1, "CallType", ("Inbound", "Outbound", "Internal", ""))
        some(rng, row, 0.05, "CompletedDateTime", ("",))
        some(rng, row, 0.05, "ActivityDate", ("2026-06-01", "2026-06-29"))
        some(rng, row, 0.05, "AccountId", ("",))
        some(rng, row, 0.05, "WhatId", tuple(rng.sample(accounts, 3)))
        some(rng, row, 0.05, "IsDeleted", ("true",))
    for row in objects["Event"]:
        some(rng, row, 0.1, "IsChild", ("true", "false", ""))
        some(rng, row, 0.05, "IsRecurrence", ("true",))
    for row in objects["User"]:
        some(rng, row, 0.1, "UserType", ("Guest", "", "standard"))
        some(rng, row, 0.1, "IsActive", ("false", ""))
    objects["UserRole"][0]["Name"] = "Wizards"
    objects["Campaign"].append(
        {"Id": salesforce_id("701", 99), "Type": "Sky writing", "Name": "Clouds", "IsDeleted": "false"}
    )
    for row in objects["CampaignMember"]:
        some(rng, row, 0.2, "HasResponded", ("false", ""))
        some(rng, row, 0.2, "Status", ("Sent", "Responded"))
        some(rng, row, 0.1, "CampaignId", (salesforce_id("701", 99), ""))
        some(rng, row, 0.05, "FirstRespondedDate", ("", "2026-06-28"))
        some(rng, row, 0.1, "CreatedDate", ("2026-06-27T10:00:00Z",))
        some(rng, row, 0.03, "IsDeleted", ("true",))
    objects["CurrencyType"] = [
        {"Id": "1", "IsoCode": "USD", "ConversionRate": "1", "IsCorporate": "true"},
        {"Id": "2", "IsoCode": "JPY", "ConversionRate": "150", "IsCorporate": "false"},
        {"Id": "3", "IsoCode": "EUR", "ConversionRate": "0.5", "IsCorporate": "false"},
    ]
    for rows in objects.values():
        for row in rows:
            for name in REFERENCES:
                if len(row.get(name, "")) == 18 and rng.random() < 0.3:
                    row[name] = row[name][:15]
    for name in ("Account", "Contact", "Opportunity"):
        for row in objects[name]:  # of two versions without one any may stand
            row["SystemModstamp"] = row.get("SystemModstamp") or "2026-01-01T00:00:00Z"
        objects[name] += [older(rng, row, objects[name]) for row in rng.sample(objects[name], 40)]
        rng.shuffle(objects[name])
    return objects


def some(rng: random.Random, row: Row, share: float, name: str, values: tuple[str, ...]) -> None:
    """Now and then another value."""
    if rng.random() < share:
        row[name] = rng.choice(values)


def older(rng: random.Random, row: Row, rows: list[Row]) -> Row:
    """A version of a record written before, which held what another does; or after as_of."""
    other = rng.choice(rows)
    written = a_while_before(rng, row.get("SystemModstamp", "")) if rng.random() < 0.7 else "2026-07-15T00:00:00Z"
    return {**other, "Id": row["Id"], "MasterRecordId": "", "SystemModstamp": written}


def lead(rng: random.Random, number: int, objects: Tables) -> Row:
    """Somebody whose company is known by the address alone, or who was converted."""
    account, contact = rng.choice(objects["Account"]), rng.choice(objects["Contact"])
    is_converted = rng.random() < 0.3
    domain = account.get("Website", "").lower() or "nowhere.example"
    return {
        "Id": salesforce_id("00Q", number),
        "Email": rng.choice((f"lead{number}@{domain}", f"lead{number}@gmail.com", "")),
        "Title": rng.choice(("CEO", "Analyst", "")),
        "LeadSource": rng.choice(("Web", "Webinar", "Demo Request", "Phone Inquiry", "Purchased List", "")),
        "ConvertedContactId": contact["Id"] if is_converted else "",
        "ConvertedAccountId": account["Id"] if is_converted and rng.random() < 0.7 else "",
        "CreatedDate": f"2026-06-{rng.randint(1, 29):02}T08:00:00.000Z",
        "SystemModstamp": "2026-06-29T00:00:00Z",
        "IsDeleted": rng.choice(("false", "false", "false", "true")),
    }


def salesforce_tables(loader: str, seed: int) -> Tables:
    """The same as a loader leaves it; `history` is Fivetran's history mode."""
    objects = salesforce_world(seed)
    if loader == "history":
        return with_history(demo_sources.fivetran("salesforce", objects), seed)
    return demo_sources.WRITERS[loader]("salesforce", objects)


def with_history(tables: Tables, seed: int) -> Tables:
    """Fivetran's tables in history mode: of each record the last row is active, or none."""
    rng = random.Random(seed)
    for rows in (tables["account"], tables["contact"]):
        last: dict[str, Row] = {}
        for row in rows:
            row["_fivetran_start"] = row.get("system_modstamp") or "2020-01-01T00:00:00Z"
            moment = demo_sources.moment(row["_fivetran_start"])
            if row["id"] not in last or moment > demo_sources.moment(last[row["id"]]["_fivetran_start"]):  # type: ignore[operator]
                last[row["id"]] = row
        for row in rows:
            is_last = last[row["id"]] is row
            is_gone = is_last and rng.random() < 0.05
            row["_fivetran_active"] = "true" if is_last and not is_gone else "false"
            row["_fivetran_end"] = (
                "2026-06-20T00:00:00Z" if is_gone else "9999-12-31T23:59:59.999Z" if is_last else "2026-06-01T00:00:00Z"
            )
    return tables


def hubspot_world(seed: int) -> Tables:
    """HubSpot's objects by the names of their properties, spoiled by chance; stages, forms and merges beside them."""
    rng = random.Random(seed)
    market = demo_sources.renamed(demo_sources.standing(demo_sources.demo()), "hubspot")[0]
    objects = demo_sources.hubspot(market)
    companies, contacts = ([row["Id"] for row in objects[name]] for name in ("company", "contact"))
    for row in objects["company"]:
        row["hs_annual_revenue_currency_code"] = rng.choice(CURRENCIES)
        some(rng, row, 0.05, "name", ("", " "))
        some(rng, row, 0.3, "lifecyclestage", ("customer", "Evangelist", "lead", "86547", ""))
        some(rng, row, 0.2, "industry", ("BANKING", "ALCHEMY", "Consumer_Electronics", "17", "18", ""))
        some(rng, row, 0.1, "country", ("", "DE", "United Kingdom", "Atlantis"))
        some(rng, row, 0.1, "hs_country_code", ("US", "CA"))
        some(rng, row, 0.05, "numberofemployees", ("many", "-5", "1e3"))
        some(rng, row, 0.03, "Deleted", ("true",))
        some(rng, row, 0.05, "hs_merged_object_ids", ("77;78;", ";".join(rng.sample(companies, 2))))
        some(rng, row, 0.1, "hs_additional_domains", ("a.example; b.example", "gmail.com"))
        some(rng, row, 0.1, "createdate", ("2026-08-01T00:00:00.000Z", "1767225600000", "soon"))
        some(rng, row, 0.1, "hs_is_target_account", ("true", "perhaps"))
    objects["property_option"] = [
        {"HubspotObject": kind, "Name": "industry", "Value": value, "Label": label, "Deleted": deleted}
        for kind, value, label, deleted in (
            ("company", "BANKING", "Alchemy", "false"),
            ("company", "17", "Banking", "false"),
            ("COMPANY", "18", "Wizardry", "false"),
            ("company", "18", "Zeppelins", "true"),
            ("contact", "ALCHEMY", "Software", "false"),
        )
    ]
    for row in objects["contact"]:
        some(rng, row, 0.1, "associatedcompanyid", ("", "12345", rng.choice(companies)))
        some(rng, row, 0.1, "jobtitle", ("VP of Sales", "Head of IT", "Buyer", ""))
        some(rng, row, 0.1, "hs_seniority", ("vp", "entry", "wizard"))
        some(rng, row, 0.1, "job_function", ("", "information_technology", "Legal"))
        some(rng, row, 0.03, "hs_merged_object_ids", ("91;92", ";".join(rng.sample(contacts, 2))))
        some(rng, row, 0.03, "Deleted", ("true",))
        some(rng, row, 0.05, "email", ("", "someone@gmail.com"))
    stages = sorted({row["dealstage"] for row in objects["deal"]})
    objects["deal_pipeline_stage"] = [
        {"StageId": stage, "Label": stage.title(), "Probability": rng.choice(("0.0", "1.0", "0.5"))}
        for stage in stages[1:]
    ]
    for row in objects["deal"]:
        row["deal_currency_code"] = rng.choice(CURRENCIES)
        some(rng, row, 0.2, "hs_is_closed", ("",))
        some(rng, row, 0.2, "hs_is_closed_won", ("",))
        some(rng, row, 0.1, "dealstage", ("closedwon", "closedlost"))
        some(rng, row, 0.1, "amount", ("", "lots"))
        some(rng, row, 0.1, "amount_in_home_currency", ("1000", "2000.5"))
        some(rng, row, 0.1, "createdate", ("1767225600000", ""))
        some(rng, row, 0.05, "hs_primary_associated_company", ("", "12345"))
    objects["merged_deal"] = [
        {"DealId": objects["deal"][0]["Id"], "MergedDealId": row["Id"]} for row in rng.sample(objects["deal"][1:], 5)
    ]
    for row in objects["owner"]:
        some(rng, row, 0.2, "Archived", ("true", "false"))
    for kind in demo_sources.CHANNELS:
        for row in objects[f"engagement_{kind}"]:
            some(rng, row, 0.1, "Contact", ("", rng.choice(contacts)))
            some(rng, row, 0.1, "Company", ("", rng.choice(companies)))
            some(rng, row, 0.05, "hs_timestamp", ("1780272000000", ""))
            some(rng, row, 0.1, "hs_meeting_outcome", ("SCHEDULED", "NO_SHOW", "abducted"))
            some(rng, row, 0.1, "hs_call_direction", ("INBOUND", "sideways", ""))
    for row in objects["email_event"]:
        some(rng, row, 0.1, "FilteredEvent", ("true", ""))
        some(rng, row, 0.1, "Type", ("BOUNCE", "click"))
        some(rng, row, 0.05, "Recipient", ("nobody@nowhere.example", ""))
        some(rng, row, 0.05, "Created", ("1780272000000",))
    objects["form"] = [{"Guid": "f1", "Name": "Book a demo"}, {"Guid": "f2", "Name": ""}]
    for row in objects["contact_form_submission"]:
        some(rng, row, 0.2, "FormId", ("f1", "f2", "f3"))
        some(rng, row, 0.1, "Title", ("", "Something else"))
    return objects


def hubspot_tables(loader: str, seed: int) -> Tables:
    """The same as a loader leaves it; Fivetran's with engagements of several contacts and companies."""
    rng = random.Random(seed)
    tables = demo_sources.WRITERS[loader]("hubspot", hubspot_world(seed))
    if loader == "fivetran":
        for kind in ("contact", "company"):
            rows = tables[f"engagement_{kind}"]
            others = [row[f"{kind}_id"] for row in rows]
            rows += [{**row, f"{kind}_id": rng.choice(others)} for row in rng.sample(rows, 60)]
    return tables


def segment_tables(seed: int) -> Tables:
    """Pages and events of visitors known and unknown, at once and again, with whom they said they were."""
    rng = random.Random(seed)
    market = demo_sources.renamed(demo_sources.standing(demo_sources.demo()), "salesforce")[0]
    tables = demo_sources.segment(market)
    accounts = [row["account_id"] for row in market["accounts"]]
    for row in tables["pages"] + tables["tracks"]:
        some(rng, row, 0.05, "anonymous_id", ("", "anon-nobody"))
        some(rng, row, 0.05, "user_id", ("someone@quillfox.example", "u-nobody"))
        some(rng, row, 0.05, "context_traits_email", ("trait@gmail.com", "who@lanternia.example"))
        some(rng, row, 0.05, "path", ("/pricing?plan=pro&email=a@b.example", "/PRICING/", "/blog/why-us-vs-them", ""))
        some(rng, row, 0.05, "event_text", ("Whatever", ""))
    minutes = (0, 1, 29, 30, 31)
    for number, row in enumerate(rng.sample(tables["pages"], 150)):
        moment = demo_sources.moment(row["timestamp"])
        assert moment is not None
        later = (moment + timedelta(minutes=rng.choice(minutes))).isoformat()
        tables["pages"].append(
            {**row, "id": f"again-{number}", "timestamp": later, "path": rng.choice(("/", "/pricing"))}
        )
    for row in tables["identifies"]:
        some(rng, row, 0.1, "email", ("", "moved@elsewhere.example"))
    tables["groups"] = [
        {
            "id": f"g{number}",
            "user_id": row["user_id"],
            "group_id": rng.choice((*rng.sample(accounts, 2), "workspace-1", "")),
            "domain": rng.choice(("", "quillfox.example")),
            "timestamp": f"2026-06-{rng.randint(1, 3):02}T00:00:00Z",
        }
        for number, row in enumerate(rng.sample(tables["identifies"], 120))
    ]
    return {name: [{"received_at": row["timestamp"], **row} for row in rows] for name, rows in tables.items()}
