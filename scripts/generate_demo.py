"""Write the demo's raw tables as CSV files: an invented market of about 300 accounts around 2026-06-30T09:00:00Z.

The files look like what a loader leaves behind: everything is text, spellings vary, and a few rows are wrong on
purpose, so that every reason for rejecting, superseding, merging or not matching a row can be seen. Companies, people
and addresses are invented; every domain ends in `.example`. The output depends on nothing but this file: the same bytes
on every run.

    python scripts/generate_demo.py [--output seeds/demo]
"""

from __future__ import annotations

import argparse
import csv
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from random import Random
from typing import TypeVar

AS_OF = datetime(2026, 6, 30, 9, tzinfo=UTC)
TODAY = AS_OF.date()
HISTORY_DAYS = 400
SEED = "account-prioritization"
LOADED_AT = "2026-06-30T04:00:00Z"
OUTPUT = Path(__file__).resolve().parents[1] / "seeds" / "demo"

Row = dict[str, str]
Tables = dict[str, list[Row]]
T = TypeVar("T")


def words(text: str) -> list[str]:
    return text.split()


def weights(text: str) -> dict[str, float]:
    """From "a 1, b 2.5"."""
    return {name: float(weight) for name, weight in (pair.strip().rsplit(" ", 1) for pair in text.split(","))}


def record(text: str) -> Row:
    """From "column=value|column=value"; what is not named is empty."""
    return dict(pair.split("=", 1) for pair in text.split("|"))


def span(text: str) -> tuple[int, int]:
    """From "3-5"."""
    least, most = text.split("-")
    return int(least), int(most)


def listing(text: str) -> dict[str, list[str]]:
    """From lines of "name: value, value"."""
    pairs = (line.split(":") for line in text.strip().splitlines())
    return {name.strip(): [value.strip() for value in values.split(",")] for name, values in pairs}


COLUMNS = {
    table: words(columns)
    for table, columns in {
        "accounts": "account_id account_name domain industry country annual_revenue_usd employee_count growth_trend"
        " business_model estimated_deal_usd brand_tier competitive_position is_customer is_strategic owner_id territory"
        " parent_account_id merged_into_account_id competitor_renewal_on get_back_on updated_at is_deleted loaded_at"
        " sales_rep_count sells_subscription has_self_service average_selling_price_usd funding_stage",
        "account_domains": "account_id domain",
        "account_merges": "account_id merged_into_account_id",
        "signals": "signal_id account_id domain signal_type occurred_at contact_id signal_value channel updated_at"
        " is_deleted loaded_at",
        "account_technologies": "account_id technology detected_on removed_on",
        "contacts": "contact_id account_id email job_title seniority department is_champion updated_at is_deleted"
        " loaded_at",
        "activities": "activity_id account_id contact_id owner_id activity_type direction outcome occurred_at",
        "opportunities": "opportunity_id account_id owner_id stage amount_usd created_at closed_at is_won updated_at"
        " is_deleted",
        "sales_reps": "owner_id owner_name role territory is_active account_capacity",
        "tier_overrides": "account_id tier_number reason set_by starts_on ends_on",
        "account_returns": "account_id owner_id returned_on reason snooze_until",
        "product_usage": "account_id measured_on daily_active_users monthly_active_users seats_used seats_licensed"
        " features_used features_available integrations_installed power_users departments_using headcount_growth_pct"
        " cross_sell_page_views",
        "customer_contracts": "account_id annual_contract_value_usd expansion_potential_usd renewal_on nps"
        " has_executive_sponsor",
    }.items()
}

# --- The invented market ----------------------------------------------------------------------------------------------

STEMS = words("""Alderquay Amberwick Arkenfell Ashcombe Auroral Bexley-Moor Birchlane Blaukante Bluefathom Bramblegate
Brightwater Calderstone Candlewick Cedarhollow Cinderpeak Clovermere Cobaltine Copperlane Corvane Crestfallow
Dapplewood Deepgrove Dovetrail Driftmark Duskfield Eastmarrow Elmspire Emberline Evenglade Fablestone Fairwharf
Fennelworth Fernhallow Flintrock Foxmantle Frostwell Galewind Gildermoor Glasswing Goldenfold Granitebay Greyheron
Halcyard Hartsbourne Hazelmont Hearthline Hollowbrook Honeyfell Indigrove Ironquill Ivorytide Jadewater Junipero
Kestrelway Kindlewood Kitehaven Lanternby Larchmere Lindenvale Lodestark Lumenfield Maplequist Marigale Meadowlark
Merrowind Mistralane Moorhatch Mosswick Nettlebridge Nightharbor Nimbleroot Norrvik Oakhelm Opalridge Orchardine
Ospreyton Palewater Pebblemark Pinequarry Plumwater Quailridge Quartzline Quillhaven Ravenmoor Redthistle Rimefrost
Rookstead Rowanlight Saltmarsh Sandpiper Silverfen Skylarken Slatemoor Sparrowgate Stonefinch Sunderlake Swiftwillow
Tallowmere Tamarind Tarnfield Thistledown Thornbeck Tidewell Umberline Valemark Velvetine Verdanta Wayfarrow
Wheatstead Whitlock-Bay Wildermere Willowtech Windlass Winterbourne Wrenfield Yarrowdale Yewbridge Zephyrine""")

TAILS = listing(
    """
SaaS: Cloud, Metrics, Apps, Workspace, Insights
Software: Software, Systems, Labs, Studio
Technology: Technologies, Networks, Robotics, Devices
Financial Services: Capital, Financial, Payments, Credit Partners
Professional Services: Consulting, Advisory, Associates, Legal
Marketing: Marketing, Creative, Growth Agency
Telecommunications: Telecom, Mobile, Fibre
E-commerce: Market, Commerce, Direct
Media: Media, Publishing, Broadcast
Healthcare: Health, Clinics, Diagnostics
Manufacturing: Industries, Manufacturing, Tooling
Retail: Stores, Outfitters, Home
Logistics: Freight, Logistics, Shipping
Education: Learning, Academy
Energy: Energy, Power, Renewables
Insurance: Insurance, Mutual
"""
)
PRIMARY = ["SaaS", "Software", "Technology", "Financial Services"]
ADJACENT = ["Professional Services", "Marketing", "Telecommunications", "E-commerce", "Media"]
OTHER_INDUSTRIES = ["Healthcare", "Manufacturing", "Retail", "Logistics", "Education", "Energy", "Insurance"]

PRIORITY_MARKETS = weights("United States 7, Canada 1.5, United Kingdom 2.5")
SECONDARY_MARKETS = weights("Germany 3, France 2, Netherlands 1.5, Ireland 1, Sweden 1.2, Australia 1.5")
EXPANSION_MARKETS = weights(
    "Spain 2, Italy 1.5, Switzerland 1, Poland 1, Denmark 1, Japan 1, Singapore 1, India 1, Brazil 1, Mexico 0.7"
)
COUNTRIES_OF = listing(
    """
Canada: Canada
UK & Ireland: United Kingdom, Ireland
DACH: Germany, Switzerland
Western Europe: France, Netherlands, Sweden, Denmark
APAC: Australia, Japan, Singapore, India
"""
)
TERRITORY_OF = {country: territory for territory, countries in COUNTRIES_OF.items() for country in countries}
US_TERRITORIES = ["US East", "US Central", "US West"]

COMPLEMENTARY = [
    *words("Salesforce HubSpot Slack Marketo ZoomInfo Outreach Snowflake Salesloft 6sense"),
    "Google Analytics",
]
OTHER_TECHNOLOGIES = words("Zendesk Jira Tableau Mixpanel Intercom Pipedrive Eloqua Mailchimp Zuora")

REPS = """rep-01;Juniper Quillfeather;field;US East;true;30
rep-02;Orrin Applethwick;field;US Central;Y;30
rep-03;Saffron Dunmarrow;field;US West;yes;30
rep-04;Tobiah Wrenlock;field;Canada;true;25
rep-05;Maelis Thornquist-Vane;field;UK & Ireland;1;25
rep-06;Ludo Birkenfels;field;DACH;true;25
rep-07;Coralie Vandermist;field;Western Europe;t;25
rep-08;Kiri Starling-Okapi;field;APAC;true;20
rep-09;Bram Hollowday;field;US East;false;30
rep-10;Pip Larkspurrow;inside;US East;true;60
rep-11;Isolde Fenwhistle;Inside;International;TRUE;60
rep-12;Ozzy Marblethorpe;sdr;US West;true;80
rep-13;Nell Candleford-Mint;SDR;UK & Ireland;true;80
rep-14;Ambrose Kettlewright;csm;;yes;45
rep-16;Wren Oatfield;inside;UK & Ireland;true;"""
FIELD_REP = {
    territory: owner_id
    for owner_id, _, role, territory, *_ in (line.split(";") for line in REPS.splitlines())
    if role == "field" and owner_id != "rep-09"
}
INSIDE_REPS = ["rep-10", "rep-11", "rep-12", "rep-13"]

FIRST_NAMES = words("""Aveline Balthus Calla Dorrick Elowen Fitch Garnet Hesper Ilario Jessamy Kestrel Linnet Marlow
Nerys Osric Peregrine Quilla Rosamund Severin Tamsin Ulric Verity Wilder Xanthe Yarrow Zephyr Bryony Corin Delphine
Emrys Fenella Gideon Hollis Idony Jocasta Lazlo Mirabel Niall Ottoline Piers""")
LAST_STARTS = words("Alder Bracken Copper Dapple Ember Feather Gorse Hazel Ivy Juniper Kelp Lantern Moss Nettle Otter")
LAST_ENDS = words("wick thorpe quill mere low sby fold beck ley strand mont gale ridge worth holt")
TITLES = {
    department: dict(zip(("executive", "manager", "practitioner"), (titles[:2], titles[2:4], titles[4:]), strict=True))
    for department, titles in listing(
        """
Marketing: CMO, VP Marketing, Marketing Director, Demand Generation Manager, Marketing Specialist, Content Strategist
Sales: CRO, VP Sales, Sales Director, Sales Manager, Account Executive, Sales Development Rep
Operations: COO, VP Operations, Operations Director, Operations Manager, Revenue Operations Analyst, CRM Administrator
IT: CIO, VP Engineering, IT Director, Data Platform Lead, Systems Engineer, Data Engineer
Finance: CFO, VP Finance, Finance Director, Procurement Manager, Financial Analyst, Buyer
"""
    ).items()
}

MIXES = {
    "buying": weights(
        "website_visit 8, pricing_page_visit 3, email_open 3, email_click 3, case_study_download 1.5, "
        "webinar_attendance 1.5, third_party_intent_surge 1.2, competitor_research 1.5, comparison_page_view 1.5, "
        "product_tour 1, demo_video_view 0.8, demo_request 0.4, trial_request 0.3, meeting_request 0.5, "
        "content_download 1, event_attendance 0.5"
    ),
    "research": weights(
        "website_visit 6, email_open 5, email_click 4, case_study_download 0.9, webinar_attendance 0.9, "
        "third_party_intent_surge 0.8, competitor_research 1.2, topic_spike 0.8, content_download 0.9, "
        "social_engagement 2, job_posting 0.6, event_attendance 0.4, funding_round 0.2, technology_install 0.3, "
        "competitor_technology_removed 0.15, marketing_score_threshold 0.4, form_fill 0.4"
    ),
    "awareness": weights(
        "website_visit 6, email_open 9, email_click 2, social_engagement 3, content_download 0.3, "
        "third_party_intent_surge 0.3, topic_spike 0.2, job_posting 0.5, new_office 0.15, executive_hire 0.2, "
        "leadership_change 0.2, merger_or_acquisition 0.1"
    ),
    "customer": weights(
        "website_visit 4, plan_page_visit 1.5, email_open 5, email_click 2, webinar_attendance 0.7, "
        "event_attendance 0.4, cancellation_page_visit 0.3, competitor_research 0.2, job_posting 0.5, "
        "funding_round 0.15"
    ),
}
SURGE_VALUES = {"buying": (66, 97), "research": (60, 88), "awareness": (31, 62), "customer": (30, 70)}
TYPES_OF = listing(
    """
email: email_click, email_open
event: webinar_attendance, event_attendance
social: social_engagement
intent_data: third_party_intent_surge, topic_spike, competitor_research
news: job_posting, funding_round, executive_hire, leadership_change, merger_or_acquisition, new_office
technographic: technology_install, competitor_technology_removed
marketing_automation: marketing_score_threshold
"""
)
CHANNELS = {signal_type: channel for channel, types in TYPES_OF.items() for signal_type in types}
THIRD_PARTY = {"intent_data", "news", "technographic"}
ALWAYS_IDENTIFIED = words(
    "email_click email_open webinar_attendance demo_request trial_request meeting_request form_fill "
    "content_download case_study_download event_attendance marketing_score_threshold"
)


@dataclass(frozen=True)
class Profile:
    """How a kind of account looks and behaves. Pairs are the least and the most of a range."""

    name: str
    accounts: int
    ideal: float  # how likely each fit attribute takes its best value
    contacts: tuple[int, int]
    engaged: tuple[int, int]
    executive: float  # how likely an executive is among the engaged contacts
    recent: tuple[int, int]  # signals of the current interest, most of them within weeks
    mean_age: float  # of those, in days
    background: tuple[int, int]  # signals spread over the time before
    mix: str
    activities: tuple[int, int]
    certain: tuple[str, ...] = ()  # signals of the last days that are there in any case


def read_profile(line: str) -> Profile:
    name, accounts, ideal, contacts, engaged, executive, recent, mean_age, background, mix, activities, certain = (
        value.strip() for value in line.split("|")
    )
    return Profile(
        name,
        int(accounts),
        float(ideal),
        span(contacts),
        span(engaged),
        float(executive),
        span(recent),
        float(mean_age),
        span(background),
        mix,
        span(activities),
        tuple(words(certain)),
    )


# In the order of the columns of Profile.
PROFILES = [
    read_profile(line)
    for line in """
surging  | 10 | 0.86 | 4-7 | 3-5 | 0.70 |  9-15 | 12 |  8-24 | buying    | 8-14 | pricing_page_visit demo_request
engaged  | 44 | 0.68 | 4-7 | 2-4 | 0.25 |  7-12 | 16 |  4-12 | research  | 5-10 | case_study_download
warming  | 82 | 0.52 | 2-5 | 1-3 | 0.15 |   3-9 | 18 |   1-6 | research  | 2-6  |
quiet    | 72 | 0.32 | 1-3 | 0-1 | 0.05 |   0-4 | 25 |   0-5 | awareness | 0-3  |
dormant  | 29 | 0.20 | 0-2 | 0-0 | 0.00 |   0-0 | 25 |   0-5 | awareness | 0-1  |
looker   |  7 | 0.20 | 1-2 | 0-1 | 0.00 |   3-6 | 12 |   0-4 | awareness | 0-1  | pricing_page_visit demo_request
customer | 40 | 0.60 | 3-5 | 2-4 | 0.50 |  3-10 | 20 |  4-12 | customer  | 3-7  |
""".strip().splitlines()
]


@dataclass
class Company:
    account_id: str
    name: str
    domain: str
    profile: Profile
    row: Row
    contacts: list[Row] = field(default_factory=list)
    active: list[Row] = field(default_factory=list)
    opportunities: list[Row] = field(default_factory=list)
    bursts: list[tuple[datetime, str]] = field(default_factory=list)  # earlier times of interest: (end, mix)


# --- Small helpers ----------------------------------------------------------------------------------------------------


def stream(*parts: object) -> Random:
    """A random stream of its own for each account and purpose, so that one change does not reshuffle the rest."""
    return Random(":".join([SEED, *map(str, parts)]))


def between(rng: Random, bounds: tuple[int, int]) -> int:
    return bounds[0] + int(rng.random() * (bounds[1] - bounds[0] + 1))


def pick(rng: Random, options: list[T]) -> T:
    return options[int(rng.random() * len(options))]


def weighted(rng: Random, shares: dict[str, float]) -> str:
    point = rng.random() * sum(shares.values())
    for option, weight in shares.items():
        point -= weight
        if point < 0:
            return option
    return next(iter(shares))


def shuffled(rng: Random, items: Iterable[T]) -> list[T]:
    return [item for _, item in sorted(((rng.random(), item) for item in items), key=lambda pair: pair[0])]


def graded(rng: Random, ideal: float, best: T, second: T, rest: T) -> T:
    draw = rng.random()
    return best if draw < ideal else second if draw < ideal + (1 - ideal) * 0.6 else rest


def log_uniform(rng: Random, low: float, high: float) -> float:
    return low * math.exp(rng.random() * math.log(high / low))


def slug(name: str) -> str:
    return "-".join(name.lower().replace("&", "and").replace(".", "").split())


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def varied_stamp(rng: Random, moment: datetime) -> str:
    """The same moment as one of several sources would write it."""
    draw = rng.random()
    if draw < 0.86:
        return stamp(moment)
    if draw < 0.91:
        return moment.astimezone(timezone(timedelta(hours=2))).strftime("%Y-%m-%dT%H:%M:%S+02:00")
    if draw < 0.94:
        return moment.astimezone(timezone(timedelta(hours=-5))).strftime("%Y-%m-%dT%H:%M:%S-0500")
    if draw < 0.97:
        return moment.strftime("%Y-%m-%d %H:%M:%S")
    return moment.strftime("%Y-%m-%dT%H:%M:%S.250Z")


def day(days_ago: float) -> str:
    return (TODAY - timedelta(days=round(days_ago))).isoformat()


def ago(days: float) -> datetime:
    return (AS_OF - timedelta(days=days)).replace(microsecond=0)


def flag(rng: Random, value: bool) -> str:
    return pick(rng, ["true", "true", "TRUE", "t", "yes", "Y", "1"] if value else ["false", "", "no", "0", "", "f"])


def messy(rng: Random, value: str, share: float = 0.05) -> str:
    """Now and then upper case, lower case or stray spaces."""
    if not value or rng.random() >= share:
        return value
    return pick(rng, [value.upper(), value.lower(), f" {value}", f"{value} ", f"  {value.upper()} "])


def unless(rng: Random, share: float, value: str) -> str:
    """The value, unless it is unknown."""
    return "" if rng.random() < share else value


# --- Accounts, technologies, contacts ---------------------------------------------------------------------------------


def company_names() -> Iterator[tuple[str, Random]]:
    for round_number in range(4):
        for stem in shuffled(stream("stems", round_number), STEMS):
            yield stem, stream("company", stem, round_number)


def companies() -> list[Company]:
    profiles = shuffled(stream("profiles"), [profile for profile in PROFILES for _ in range(profile.accounts)])
    taken: set[str] = set()
    result = []
    names = company_names()
    for number, profile in enumerate(profiles, start=1):
        stem, rng = next(names)
        industry = pick(rng, graded(rng, profile.ideal, PRIMARY, ADJACENT, OTHER_INDUSTRIES))
        name = next(n for n in (f"{stem} {tail}" for tail in shuffled(rng, TAILS[industry])) if n not in taken)
        taken.add(name)
        result.append(new_company(f"acc-{number:04d}", name, industry, profile, rng))
    return result


def new_company(account_id: str, name: str, industry: str, profile: Profile, rng: Random) -> Company:
    country = weighted(rng, graded(rng, profile.ideal, PRIORITY_MARKETS, SECONDARY_MARKETS, EXPANSION_MARKETS))
    territory = pick(rng, US_TERRITORIES) if country == "United States" else TERRITORY_OF.get(country, "International")
    domain = f"{slug(name)}.example"
    row = {
        "account_id": account_id,
        "account_name": messy(rng, name, 0.02),
        "domain": pick(rng, [domain] * 8 + [f"https://www.{domain}/", f"www.{domain}", domain.upper()]),
        "industry": messy(rng, unless(rng, 0.03 * (1 - profile.ideal), industry)),
        "country": messy(rng, country, 0.03),
        "business_model": weighted(rng, {"B2B": 8, "B2B2C": 1, "B2C": 1.5 * (1 - profile.ideal), "": 0.4}),
        "territory": territory,
        "is_customer": flag(rng, profile.name == "customer"),
        "updated_at": stamp(ago(2 + rng.random() * 200)),
        "loaded_at": LOADED_AT,
    }
    row |= size_and_value(rng, profile)
    row |= timing_dates(rng, profile)
    row |= way_of_selling(account_id, profile)
    row |= funding(account_id, profile)
    row["owner_id"] = owner_of(rng, profile, row)
    return Company(account_id, name, domain, profile, row)


def size_and_value(rng: Random, profile: Profile) -> Row:
    low, high = graded(
        rng, profile.ideal, (50, 500), pick(rng, [(20, 50), (500, 1000)]), pick(rng, [(2, 20), (1000, 4000)])
    )
    revenue = round(log_uniform(rng, low, high), 1) * 1_000_000
    employees = max(8, round(revenue / (150_000 + rng.random() * 250_000)))
    deal = min(420_000, max(8_000, revenue * 0.0008 * (0.6 + rng.random())))
    revenue_text = pick(rng, [f"{revenue:.0f}"] * 20 + [f"{revenue:.2f}", f"{revenue / 1e6:.1f}e6"])
    return {
        "annual_revenue_usd": unless(rng, 0.12 * (1 - profile.ideal), revenue_text),
        "employee_count": unless(rng, 0.10 * (1 - profile.ideal), str(employees)),
        "growth_trend": messy(
            rng,
            unless(
                rng, 0.2 * (1 - profile.ideal), graded(rng, profile.ideal - 0.25, "expanding", "stable", "contracting")
            ),
        ),
        "estimated_deal_usd": unless(rng, 0.25 * (1 - profile.ideal), f"{round(deal, -3):.0f}"),
        "brand_tier": messy(
            rng, unless(rng, 0.3 * (1 - profile.ideal), graded(rng, profile.ideal - 0.4, "high", "moderate", "low"))
        ),
        "competitive_position": messy(
            rng,
            unless(
                rng,
                0.3 * (1 - profile.ideal),
                "displacement" if rng.random() < 0.15 + profile.ideal / 2 else "greenfield",
            ),
        ),
    }


def way_of_selling(account_id: str, profile: Profile) -> Row:
    """How the company sells what it makes."""
    rng = stream("way of selling", account_id)
    reps = between(rng, graded(rng, profile.ideal, (25, 220), (8, 24), (0, 7)))
    low, high = graded(rng, profile.ideal, (1_000, 100_000), (100, 1_000), (100_000, 600_000))
    return {
        "sales_rep_count": unless(rng, 0.2 * (1 - profile.ideal), str(reps)),
        "sells_subscription": flag(rng, rng.random() < profile.ideal),
        "has_self_service": flag(rng, rng.random() < profile.ideal - 0.1),
        "average_selling_price_usd": unless(
            rng, 0.3 * (1 - profile.ideal), f"{round(log_uniform(rng, low, high), -2):.0f}"
        ),
    }


def funding(account_id: str, profile: Profile) -> Row:
    """A column of somebody's own, which the contract does not know."""
    rng = stream("funding", account_id)
    stage = graded(rng, profile.ideal, "Series B", "Series C", pick(rng, ["Seed", "Bootstrapped", "Public"]))
    return {"funding_stage": messy(rng, unless(rng, 0.3 * (1 - profile.ideal), stage))}


def timing_dates(rng: Random, profile: Profile) -> Row:
    known = {"surging": 0.1, "engaged": 0.14, "warming": 0.12, "quiet": 0.12, "dormant": 0.05}.get(profile.name, 0)
    row = {}
    if rng.random() < known:
        row["competitor_renewal_on"] = day(100 - rng.random() * 400)
    if rng.random() < known / 2:
        row["get_back_on"] = day(60 - rng.random() * 150)
    return row


def owner_of(rng: Random, profile: Profile, row: Row) -> str:
    if profile.name == "customer":
        return "rep-14"
    draw = rng.random()
    if draw < (0.02 if profile.ideal > 0.6 else 0.2):
        return ""
    if row["territory"] == "US East" and draw > 0.88:
        return "rep-09"
    if (profile.ideal < 0.5 and draw > 0.5) or row["territory"] not in FIELD_REP:
        return pick(rng, INSIDE_REPS)
    return FIELD_REP[row["territory"]]


def technologies(company: Company) -> list[Row]:
    rng = stream("technologies", company.account_id)
    known = between(rng, graded(rng, company.profile.ideal, (3, 5), (1, 2), (0, 0)))
    names = shuffled(rng, COMPLEMENTARY[:5] + COMPLEMENTARY)[: known + 2]
    names = list(dict.fromkeys(names))[:known] + shuffled(rng, OTHER_TECHNOLOGIES)[: between(rng, (0, 2))]
    rows = []
    for name in names:
        detected = unless(rng, 0.2, day(30 + rng.random() * 900))
        removed = day(rng.random() * 25) if detected and rng.random() < 0.03 else ""
        rows.append(
            {
                "account_id": company.account_id,
                "technology": messy(rng, name, 0.04),
                "detected_on": detected,
                "removed_on": removed,
            }
        )
    return rows


def person(rng: Random, taken: set[str]) -> str:
    while True:
        name = f"{pick(rng, FIRST_NAMES)}.{pick(rng, LAST_STARTS)}{pick(rng, LAST_ENDS)}".lower()
        if name not in taken:
            taken.add(name)
            return name


def add_contacts(company: Company, first_number: int) -> None:
    """Contacts of the company; those in `active` show engagement within the last weeks."""
    rng = stream("contacts", company.account_id)
    profile = company.profile
    count = between(rng, profile.contacts)
    engaged = min(count, between(rng, profile.engaged))
    executive = rng.random() < profile.executive
    departments = shuffled(rng, TITLES)
    taken: set[str] = set()
    for index in range(count):
        top = index == 0 and executive and engaged > 0
        others = weights("manager 4, practitioner 5" + ("" if index < engaged else ", executive 1"))
        seniority = "executive" if top else weighted(rng, others)
        department = departments[index % 3] if rng.random() < profile.ideal else departments[0]
        company.contacts.append(
            {
                "contact_id": f"c-{first_number + index:04d}",
                "account_id": company.account_id,
                "email": messy(rng, f"{person(rng, taken)}@{company.domain}", 0.03),
                "job_title": pick(rng, TITLES[department][seniority]),
                "seniority": messy(rng, seniority, 0.06),
                "department": messy(rng, department, 0.04),
                "is_champion": flag(rng, index < engaged and rng.random() < 0.12),
                "updated_at": stamp(ago(1 + rng.random() * 300)),
                "loaded_at": LOADED_AT,
            }
        )
    company.active = company.contacts[:engaged]


# --- Opportunities, signals, activities -------------------------------------------------------------------------------


def add_opportunities(company: Company) -> None:
    """Deals of the company, and the interest that preceded each of them."""
    rng = stream("opportunities", company.account_id)
    name = company.profile.name
    if name == "customer" and rng.random() < 0.75:
        created = ago(120 + rng.random() * 240)
        add_deal(company, rng, created, created + timedelta(days=25 + rng.random() * 55), "Closed Won")
    lost = {"engaged": 0.3, "warming": 0.3, "quiet": 0.2, "dormant": 0.1}.get(name, 0)
    if rng.random() < lost:
        created = ago(110 + rng.random() * 250)
        add_deal(company, rng, created, created + timedelta(days=20 + rng.random() * 90), "Closed Lost")
    if rng.random() < {"surging": 0.7, "engaged": 0.3, "warming": 0.06, "customer": 0.2}.get(name, 0):
        stage = pick(rng, ["Discovery", "Qualified", "Proposal", "Negotiation"])
        add_deal(company, rng, ago(3 + rng.random() * 60), None, stage)


def add_deal(company: Company, rng: Random, created: datetime, closed: datetime | None, stage: str) -> None:
    deal = {
        "opportunity_id": f"opp-{company.account_id.removeprefix('acc-')}-{'B' if company.opportunities else 'A'}",
        "account_id": company.account_id,
        "owner_id": FIELD_REP.get(company.row["territory"], "rep-11"),
        "stage": stage,
        "amount_usd": company.row["estimated_deal_usd"] or "25000",
        "created_at": varied_stamp(rng, created),
        "closed_at": stamp(closed) if closed else "",
        "is_won": flag(rng, stage == "Closed Won"),
        "updated_at": stamp(closed or min(AS_OF, created + timedelta(days=2 + rng.random() * 20))),
    }
    if stage != "Discovery" and rng.random() < 0.2:
        older = {"stage": "Discovery", "closed_at": "", "is_won": "", "updated_at": stamp(created + timedelta(days=1))}
        company.opportunities.append(deal | older)
    company.opportunities.append(deal)
    if closed:
        company.bursts.append((created, "buying" if stage == "Closed Won" or rng.random() < 0.25 else "research"))


Event = tuple[datetime, str, str, str]  # moment, signal type, contact_id, signal value


def event(company: Company, rng: Random, moment: datetime, signal_type: str, mix: str, turn: int) -> Event:
    channel = CHANNELS.get(signal_type, "web")
    recent = moment > ago(100)
    people = company.active if recent else company.contacts
    identified = channel not in THIRD_PARTY and (signal_type in ALWAYS_IDENTIFIED or rng.random() < 0.45)
    contact_id = ""
    if people and identified:
        contact_id = (people[turn % len(people)] if recent else pick(rng, people))["contact_id"]
    value = str(between(rng, SURGE_VALUES[mix])) if signal_type in ("third_party_intent_surge", "topic_spike") else ""
    return moment, signal_type, contact_id, value


def earlier_interest(rng: Random, profile: Profile) -> list[tuple[datetime, str]]:
    """When an account was interested before without buying: intent comes and goes."""
    mixes = ["research", "research", "buying"] if profile.mix != "customer" else ["customer"]
    waves = between(rng, (0, 3)) if profile.name != "dormant" else between(rng, (0, 1))
    return [(ago(70 + rng.random() * 295), pick(rng, mixes)) for _ in range(waves)]


def events(company: Company) -> list[Event]:
    rng = stream("signals", company.account_id)
    profile = company.profile
    planned: list[tuple[float, str, str]] = []  # age in days, signal type, mix
    cooled = 0.0 if profile.name == "surging" or rng.random() < 0.4 else rng.random() * 14
    for signal_type in profile.certain:
        planned.append((0.3 + rng.random() * 15, signal_type, profile.mix))
    for _ in range(between(rng, profile.recent)):
        age = cooled + min(60.0, -profile.mean_age * math.log(1 - rng.random()))
        planned.append((age, weighted(rng, MIXES[profile.mix]), profile.mix))
    calm = "customer" if profile.mix == "customer" else "awareness"
    for _ in range(between(rng, profile.background)):
        planned.append((40 + rng.random() * (HISTORY_DAYS - 41), weighted(rng, MIXES[calm]), calm))
    for end, mix in company.bursts + earlier_interest(rng, profile):
        start = (AS_OF - end) / timedelta(days=1)
        for _ in range(between(rng, (3, 8))):
            planned.append((start + rng.random() ** 2 * 30, weighted(rng, MIXES[mix]), mix))
    return [
        event(company, rng, office_hours(rng, ago(age)), signal_type, mix, turn)
        for turn, (age, signal_type, mix) in enumerate(planned)
        if company.active or company.contacts or signal_type not in ALWAYS_IDENTIFIED
    ]


def office_hours(rng: Random, moment: datetime) -> datetime:
    """Most signals come by day, and none after the demo's as_of."""
    by_day = moment + timedelta(hours=7)
    return by_day if moment.hour < 6 and rng.random() < 0.8 and by_day < AS_OF else moment


def signal_rows(all_companies: list[Company]) -> list[Row]:
    found = [(occurrence, company) for company in all_companies for occurrence in events(company)]
    found.sort(key=lambda pair: (pair[0], pair[1].account_id))
    rng = stream("signal rows")
    return [
        signal_row(rng, f"s-{n:05d}", company, occurrence) for n, (occurrence, company) in enumerate(found, start=1)
    ]


def signal_row(rng: Random, signal_id: str, company: Company, occurrence: Event) -> Row:
    moment, signal_type, contact_id, value = occurrence
    channel = CHANNELS.get(signal_type, "web")
    anonymous = channel == "web" and not contact_id and rng.random() < 0.35
    domain = company.domain
    spellings = [domain] * 4 + [f"www.{domain}", f"https://{domain}/pricing", domain.upper()]
    return {
        "signal_id": signal_id,
        "account_id": "" if anonymous else company.account_id,
        "domain": pick(rng, spellings) if anonymous else "",
        "signal_type": messy(rng, signal_type, 0.01),
        "occurred_at": varied_stamp(rng, moment),
        "contact_id": contact_id,
        "signal_value": value,
        "channel": channel,
        "loaded_at": stamp(loaded(rng, moment, channel)),
    }


def loaded(rng: Random, moment: datetime, channel: str) -> datetime:
    """First-party signals arrive hourly, bought ones overnight, and a few come days late."""
    if channel in THIRD_PARTY:
        arrival = moment.replace(hour=2, minute=30, second=0) + timedelta(days=1)
    else:
        arrival = moment.replace(minute=0, second=0) + timedelta(hours=1)
    if rng.random() < 0.02:
        arrival += timedelta(days=between(rng, (2, 9)))
    return min(arrival, AS_OF - timedelta(minutes=1)) if moment < AS_OF else arrival


def activity_rows(all_companies: list[Company]) -> list[Row]:
    rows = []
    for company in all_companies:
        rng = stream("activities", company.account_id)
        rows += [activity_row(rng, company) for _ in range(between(rng, company.profile.activities))]
    rows.sort(key=lambda row: (row["occurred_at"], row["account_id"]))
    return [{"activity_id": f"a-{number:05d}"} | row for number, row in enumerate(rows, start=1)]


OUTCOMES: dict[str, dict[str, float]] = {
    "call": weights("no_response 5, replied 2, declined 0.6"),
    "email": {"no_response": 5, "replied": 2, "": 1},
    "meeting": weights("accepted 3, declined 1, no_response 1"),
}


def activity_row(rng: Random, company: Company) -> Row:
    age = min(HISTORY_DAYS - 1.0, -45 * math.log(1 - rng.random()) + 0.5)
    people = company.active if age < 100 else company.contacts
    inbound = bool(people) and rng.random() < 0.15
    kind = weighted(rng, {"email": 5, "call": 3, "meeting": 1.5})
    outcome = weighted(rng, OUTCOMES[kind])
    return {
        "account_id": company.account_id,
        "contact_id": pick(rng, people)["contact_id"] if people else "",
        "owner_id": company.row["owner_id"] or pick(rng, INSIDE_REPS),
        "activity_type": messy(rng, kind, 0.02),
        "direction": "inbound" if inbound else "outbound",
        "outcome": "" if inbound else messy(rng, outcome, 0.02),
        "occurred_at": stamp(office_hours(rng, ago(age))),
    }


# --- Customers --------------------------------------------------------------------------------------------------------


def usage_rows(company: Company) -> list[Row]:
    rng = stream("usage", company.account_id)
    licensed = between(rng, (10, 240))
    used, stickiness, growth = 0.45 + rng.random() * 0.45, 0.2 + rng.random() * 0.65, -0.01 + rng.random() * 0.02
    features, departments = between(rng, (3, 9)), between(rng, (1, 5))
    rows = []
    for months_ago in range(11, -1, -1):
        month = TODAY.month - 1 - months_ago
        seats = min(licensed, round(licensed * (used - growth * months_ago)))
        monthly = round(seats * (0.8 + rng.random() * 0.2))
        rows.append(
            {
                "account_id": company.account_id,
                "measured_on": date(TODAY.year + month // 12, month % 12 + 1, 1).isoformat(),
                "daily_active_users": str(round(monthly * stickiness)),
                "monthly_active_users": str(monthly),
                "seats_used": str(seats),
                "seats_licensed": str(licensed),
                "features_used": str(min(10, features + (months_ago < 4 and rng.random() < 0.5))),
                "features_available": "10",
                "integrations_installed": str(min(4, departments - 1 + (months_ago < 6))),
                "power_users": str(round(monthly * stickiness * 0.3)),
                "departments_using": str(departments),
                "headcount_growth_pct": f"{-8 + rng.random() * 38:.1f}",
                "cross_sell_page_views": str(between(rng, (0, 4))),
            }
        )
    return rows


def contract_row(company: Company) -> Row:
    rng = stream("contract", company.account_id)
    value = round(log_uniform(rng, 2_000, 180_000), -2)
    return {
        "account_id": company.account_id,
        "annual_contract_value_usd": f"{value:.0f}",
        "expansion_potential_usd": unless(rng, 0.1, f"{round(value * (1 + rng.random() * 2.5), -2):.0f}"),
        "renewal_on": day(-10 - rng.random() * 355),
        "nps": unless(rng, 0.15, str(between(rng, (-30, 85)))),
        "has_executive_sponsor": flag(rng, rng.random() < 0.4),
    }


# --- The named accounts -----------------------------------------------------------------------------------------------


def story(tables: Tables, account: Row, contacts: Iterable[str] = (), technologies: Iterable[str] = ()) -> None:
    """An account with its contacts ("number;email;title;seniority;department;is_champion") and technologies."""
    account_id = account["account_id"]
    tables["accounts"].append(
        {"domain": f"{account_id}.example", "updated_at": stamp(ago(20)), "loaded_at": LOADED_AT} | account
    )
    for line in contacts:
        number, name, title, seniority, department, champion = line.split(";")
        tables["contacts"].append(
            {
                "contact_id": f"{account_id}-c{number}",
                "account_id": account_id,
                "email": f"{name}@{account_id}.example",
                "job_title": title,
                "seniority": seniority,
                "department": department,
                "is_champion": champion,
                "updated_at": stamp(ago(30)),
                "loaded_at": LOADED_AT,
            }
        )
    for name in technologies:
        tables["account_technologies"].append({"account_id": account_id, "technology": name, "detected_on": day(400)})


def story_signals(tables: Tables, account_id: str, lines: Iterable[str]) -> None:
    """Signals of an account: "moment;signal_type;contact number or empty;value or empty"."""
    for number, line in enumerate(lines, start=1):
        moment_text, signal_type, contact, value = line.split(";")
        moment = datetime.fromisoformat(moment_text + "+00:00")
        tables["signals"].append(
            {
                "signal_id": f"{account_id}-s{number:02d}",
                "account_id": account_id,
                "signal_type": signal_type,
                "occurred_at": stamp(moment),
                "contact_id": contact and f"{account_id}-c{contact}",
                "signal_value": value,
                "channel": CHANNELS.get(signal_type, "web"),
                "loaded_at": stamp(moment + timedelta(minutes=4)),
            }
        )


def add_acme_software(tables: Tables) -> None:
    account = record(
        "account_id=acme-software|account_name=Acme Software Corporation|industry=SaaS|country=United States"
        "|annual_revenue_usd=240000000|employee_count=850|growth_trend=stable|business_model=B2B"
        "|estimated_deal_usd=120000|brand_tier=high|competitive_position=displacement|owner_id=rep-01"
        "|territory=US East|sales_rep_count=60|sells_subscription=true|has_self_service=false"
        "|average_selling_price_usd=40000"
    )
    contacts = [
        "1;elowen.brackenfold;Director of Marketing;manager;Marketing;false",
        "2;corin.hazelgale;Director of Demand Generation;manager;Marketing;false",
    ]
    story(tables, account, contacts, ["Salesforce", "HubSpot"])
    signals = [
        "2026-06-09T14:20:00;website_visit;1;",
        "2026-06-16T10:05:00;website_visit;2;",
        "2026-06-19T15:40:00;pricing_page_visit;1;",
        "2026-06-22T09:15:00;website_visit;1;",
        "2026-06-24T03:00:00;third_party_intent_surge;;74",
        "2026-06-26T13:30:00;pricing_page_visit;2;",
        "2026-06-27T11:10:00;website_visit;2;",
    ]
    story_signals(tables, "acme-software", signals)


def add_acme_marketing(tables: Tables) -> None:
    """From the cold pool to hot in eight days, the eighth being the day of as_of."""
    account = record(
        "account_id=acme-marketing|account_name=Acme Marketing Inc.|industry=Marketing|country=United States"
        "|annual_revenue_usd=18000000|employee_count=210|growth_trend=expanding|business_model=B2B"
        "|estimated_deal_usd=28000|brand_tier=low|competitive_position=greenfield|owner_id=rep-12"
        "|territory=US West|sales_rep_count=18|sells_subscription=false|has_self_service=false"
        "|average_selling_price_usd=9000"
    )
    contacts = ["1;tamsin.lanternbeck;Marketing Director;manager;Marketing;false"]
    story(tables, account, contacts, ["Salesforce", "Google Analytics"])
    signals = [
        "2026-06-23T08:12:00;website_visit;;",
        "2026-06-25T08:18:00;form_fill;1;",
        "2026-06-25T08:20:00;content_download;1;",
        "2026-06-27T08:02:00;website_visit;1;",
        "2026-06-27T08:05:00;pricing_page_visit;1;",
        "2026-06-29T06:00:00;third_party_intent_surge;;75",
        "2026-06-30T08:50:00;pricing_page_visit;1;",
    ]
    story_signals(tables, "acme-marketing", signals)
    first = next(row for row in tables["signals"] if row["signal_id"] == "acme-marketing-s01")
    first |= {"account_id": "", "domain": "https://www.acme-marketing.example/blog/marketing-attribution"}


def add_account_601(tables: Tables) -> None:
    """Below the cutoff by firmographics, and poking around the pricing page."""
    account = record(
        "account_id=account-601|account_name=Account 601 Ltd|industry=Logistics|country=Ireland"
        "|annual_revenue_usd=9000000|employee_count=60|growth_trend=stable|business_model=B2B"
        "|estimated_deal_usd=15000|brand_tier=low|competitive_position=greenfield|territory=UK & Ireland"
        "|sales_rep_count=6|sells_subscription=false|has_self_service=false"
    )
    story(tables, account, (), ["Salesforce"])
    signals = [
        "2026-06-27T16:30:00;website_visit;;",
        "2026-06-27T16:34:00;pricing_page_visit;;",
        "2026-06-29T14:10:00;pricing_page_visit;;",
    ]
    story_signals(tables, "account-601", signals)


def add_techcorp(tables: Tables) -> None:
    """A customer that outgrows its plan."""
    account = record(
        "account_id=techcorp|account_name=TechCorp Inc.|industry=Technology|country=United States"
        "|annual_revenue_usd=32000000|employee_count=180|growth_trend=expanding|business_model=B2B"
        "|estimated_deal_usd=60000|brand_tier=moderate|is_customer=true|owner_id=rep-14|territory=US West"
        "|sales_rep_count=35|sells_subscription=true|has_self_service=true|average_selling_price_usd=12000"
    )
    contacts = [
        "1;verity.emberholt;VP Operations;executive;Operations;true",
        "2;fitch.mossley;Marketing Manager;manager;Marketing;false",
        "3;nerys.otterfold;Sales Manager;manager;Sales;false",
        "4;hollis.gorsemere;Head of Customer Success;manager;Customer Success;false",
    ]
    story(tables, account, contacts, ["Slack", "Salesforce"])
    signals = [
        "2026-05-28T07:00:00;funding_round;;",
        "2026-06-11T10:00:00;plan_page_visit;1;",
        "2026-06-18T13:20:00;plan_page_visit;1;",
        "2026-06-25T09:45:00;plan_page_visit;2;",
        "2026-06-26T15:00:00;webinar_attendance;4;",
    ]
    story_signals(tables, "techcorp", signals)
    for months_ago, (seats, features, growth) in enumerate(
        [(45, 8, 50), (43, 8, 42), (41, 7, 33), (38, 7, 25), (34, 6, 17), (31, 6, 8)]
    ):
        monthly, daily = (40, 34) if months_ago == 0 else (seats - 3, round((seats - 3) * 0.8))
        departments, cross_sell_views = 3 if months_ago < 4 else 2, max(0, 3 - months_ago)
        measured_on = date(2026, 6 - months_ago, 1).isoformat()
        counts = [daily, monthly, seats, 50, features, 10, 1, 10 - months_ago, departments, growth, cross_sell_views]
        values = ["techcorp", measured_on, *map(str, counts)]
        tables["product_usage"].append(dict(zip(COLUMNS["product_usage"], values, strict=True)))
    tables["customer_contracts"].append(
        record(
            "account_id=techcorp|annual_contract_value_usd=18000|expansion_potential_usd=60000|renewal_on=2026-11-15"
            "|nps=70|has_executive_sponsor=true"
        )
    )


def add_global_financial(tables: Tables) -> None:
    account = record(
        "account_id=global-financial|account_name=Global Financial Services Corp|industry=Financial Services"
        "|country=United States|annual_revenue_usd=850000000|employee_count=2400|growth_trend=expanding"
        "|business_model=B2B|estimated_deal_usd=240000|brand_tier=high|competitive_position=displacement"
        "|owner_id=rep-01|territory=US East|sales_rep_count=400|sells_subscription=false|has_self_service=false"
        "|average_selling_price_usd=250000"
    )
    contacts = [
        "1;osric.copperstrand;Senior Manager, Marketing Operations;manager;Marketing;false",
        "2;ottoline.featherworth;CMO;executive;Marketing;false",
    ]
    story(tables, account, contacts, ["Salesforce", "Marketo", "Snowflake"])
    visits = ["06-03T13", "06-08T15", "06-12T10", "06-17T14", "06-20T11", "06-22T16", "06-25T09", "06-28T17"]
    signals = [f"2026-{visit}:25:00;website_visit;{'1' if number % 2 else ''};" for number, visit in enumerate(visits)]
    signals += [
        "2026-06-26T03:00:00;third_party_intent_surge;;86",
        "2026-06-19T03:00:00;competitor_research;;",
        "2026-06-27T03:00:00;competitor_research;;",
    ]
    story_signals(tables, "global-financial", signals)
    tables["opportunities"].append(
        record(
            "opportunity_id=opp-global-financial-1|account_id=global-financial|owner_id=rep-09|stage=Closed Lost"
            "|amount_usd=180000|created_at=2025-07-14T13:00:00Z|closed_at=2025-09-30T16:00:00Z|is_won=no"
            "|updated_at=2025-09-30T16:00:00Z"
        )
    )


# --- Rules of the organization ----------------------------------------------------------------------------------------


def nth(all_companies: list[Company], profile: str, number: int) -> Company:
    return [company for company in all_companies if company.profile.name == profile][number]


def add_sales_reps(tables: Tables) -> None:
    tables["sales_reps"] = [
        dict(zip(COLUMNS["sales_reps"], line.split(";"), strict=True)) for line in REPS.splitlines()
    ]


def mark_accounts(all_companies: list[Company]) -> None:
    """Strategic accounts, and two groups of companies."""
    for profile, number, spelling in [("engaged", 6, "Yes"), ("warming", 10, "true"), ("quiet", 12, "1")]:
        nth(all_companies, profile, number).row["is_strategic"] = spelling
    groups = {1: [("warming", 1), ("quiet", 1), ("quiet", 2)], 2: [("surging", 2), ("customer", 3), ("warming", 5)]}
    for number_of_parent, children in groups.items():
        parent = nth(all_companies, "engaged", number_of_parent)
        for profile, number in children:
            nth(all_companies, profile, number).row["parent_account_id"] = parent.account_id


def add_other_names(tables: Tables, all_companies: list[Company]) -> None:
    """Brands that three companies took over keep their domains, and one account was merged away with its row."""
    for company, brand in zip(all_companies[10:40:10], words("quillfox lanternia maplesworth"), strict=True):
        row = {"account_id": company.row["account_id"], "domain": f"https://www.{brand}.example/"}
        tables["account_domains"].append(row)
    tables["account_merges"].append(
        {"account_id": "acc-legacy-17", "merged_into_account_id": all_companies[10].row["account_id"]}
    )


def add_tier_overrides(tables: Tables, all_companies: list[Company]) -> None:
    """profile;number;tier;reason;set_by;starts_on;ends_on"""
    lines = """engaged;3;1;Put in Tier 1 by the VP after a board introduction;VP Sales;2026-06-01;
quiet;0;2;Sponsor of our user conference;Head of Marketing;2026-05-15;2026-08-15
warming;5;1;Pilot with the product team;VP Sales;2026-01-01;2026-03-31
quiet;4;1;New plant opens in August;Regional Director;2026-08-01;2026-12-31
warming;6;2;Referred by a customer;Regional Director;2026-04-01;
warming;6;4;Legal hold: do not pursue;Legal;2026-06-15;2026-07-31
quiet;1;2;Sponsor of last year's user conference;Head of Marketing;2025-05-15;2025-08-15
warming;0;1;Pilot of the first release;VP Sales;2025-07-01;2025-09-30
quiet;2;1;New plant opened in September;Regional Director;2025-09-01;2026-01-31
engaged;0;2;Referred by a partner;Regional Director;2025-10-01;2025-12-31
warming;1;3;Waits for the new budget;Regional Director;2025-11-01;2026-01-15"""
    for line in lines.splitlines():
        profile, number, *values = line.split(";")
        account_id = nth(all_companies, profile, int(number)).account_id
        tables["tier_overrides"].append(dict(zip(COLUMNS["tier_overrides"], [account_id, *values], strict=True)))


def add_account_returns(tables: Tables, all_companies: list[Company]) -> None:
    """profile;number;returned_on;reason;snooze_until"""
    lines = """engaged;9;2026-06-12;No budget before the next fiscal year;2026-10-01
warming;20;2026-06-25;Under contract with another vendor;2026-12-15
warming;21;2026-05-30;Reorganization under way;2026-07-31
quiet;20;2026-06-29;Asked to be left alone until autumn;2026-09-15
warming;22;2026-01-15;Bad timing;2026-04-15
quiet;21;2025-11-03;No project this year;2026-01-31
engaged;10;2026-03-02;Champion on leave;2026-06-30
dormant;3;2026-04-20;Wrong industry;
quiet;22;2026-02-11;Could not reach anybody;
warming;23;2026-08-01;Planned hand-back;2026-11-01"""
    for line in lines.splitlines():
        profile, number, returned_on, reason, snooze_until = line.split(";")
        company = nth(all_companies, profile, int(number))
        tables["account_returns"].append(
            {
                "account_id": company.account_id,
                "owner_id": company.row["owner_id"],
                "returned_on": returned_on,
                "reason": reason,
                "snooze_until": snooze_until,
            }
        )


# --- What is wrong on purpose -----------------------------------------------------------------------------------------

DIRTY: dict[str, list[str]] = {
    "accounts": [
        # rejected
        "account_name=Nameless Import Row|domain=import.example|industry=Retail",
        "account_id=x-acc-1|domain=no-name.example|industry=Software|updated_at=2026-05-02T10:00:00Z",
        # rows with unreadable values
        (
            "account_id=x-acc-2|account_name=Gorsefield Payments|domain=gorsefield.example|industry=Financial Services"
            "|country=Germany|annual_revenue_usd=12,5M|employee_count=approx. 90|growth_trend=booming|is_customer=maybe"
            "|competitor_renewal_on=31/12/2025"
        ),
        (
            "account_id=x-acc-3|account_name=Kelpstrand Media|domain=kelpstrand.example|industry= MEDIA |country=france"
            "|annual_revenue_usd=-4000000|estimated_deal_usd=$40K|brand_tier=Famous|get_back_on=next quarter"
            "|competitive_position=unknown|updated_at=yesterday"
        ),
        # a chain of merges
        (
            "account_id=larkmoor-emea|account_name=Larkmoor Systems EMEA|domain=larkmoor-emea.example|industry=Software"
            "|country=Netherlands|merged_into_account_id=larkmoor-ltd"
        ),
        (
            "account_id=larkmoor-ltd|account_name=Larkmoor Systems Ltd|domain=larkmoor.example|industry=Software"
            "|country=United Kingdom|merged_into_account_id=larkmoor"
        ),
        (
            "account_id=larkmoor|account_name=Larkmoor Systems|domain=larkmoor.example|industry=Software"
            "|country=United Kingdom|annual_revenue_usd=88000000|employee_count=410|growth_trend=stable"
            "|business_model=B2B|estimated_deal_usd=70000|brand_tier=moderate|owner_id=rep-05|territory=UK & Ireland"
        ),
        # two accounts merged into each other
        (
            "account_id=pinecrest-east|account_name=Pinecrest Energy East|domain=pinecrest-east.example|industry=Energy"
            "|country=United States|merged_into_account_id=pinecrest-west"
        ),
        (
            "account_id=pinecrest-west|account_name=Pinecrest Energy West|domain=pinecrest-west.example|industry=Energy"
            "|country=United States|merged_into_account_id=pinecrest-east"
        ),
        # one domain, two accounts
        (
            "account_id=harborline-uk|account_name=Harborline Freight UK|domain=harborline.example|industry=Logistics"
            "|country=United Kingdom|annual_revenue_usd=41000000|owner_id=rep-13"
        ),
        (
            "account_id=harborline-us|account_name=Harborline Freight US|domain=www.Harborline.example"
            "|industry=Logistics|country=United States|annual_revenue_usd=66000000|owner_id=rep-10"
        ),
        # deleted
        (
            "account_id=sablewick|account_name=Sablewick Apps|domain=sablewick.example|industry=SaaS|country=Canada"
            "|is_deleted=false|updated_at=2026-02-01T08:00:00Z"
        ),
        (
            "account_id=sablewick|account_name=Sablewick Apps|domain=sablewick.example|industry=SaaS|country=Canada"
            "|is_deleted=Yes|updated_at=2026-06-02T08:00:00+02:00"
        ),
        # points to an account that is not there: merges nothing
        (
            "account_id=mosscroft|account_name=Mosscroft Learning|domain=mosscroft.example|industry=Education"
            "|country=Spain|merged_into_account_id=sablewick"
        ),
    ],
    "signals": [
        # rejected
        "account_id=acme-software|signal_type=email_open|occurred_at=2026-03-02T10:00:00Z|channel=email",
        "signal_id=x-sig-01|account_id=acc-0004|occurred_at=2026-06-01T10:00:00Z|channel=web",
        "signal_id=x-sig-02|account_id=acc-0004|signal_type=website_visit|channel=web",
        "signal_id=x-sig-03|account_id=acc-0005|signal_type=website_visit|occurred_at=15/06/2026 10:30|channel=web",
        "signal_id=x-sig-04|account_id=acc-0005|signal_type=website_visit|occurred_at=2026-06-31T10:30:00Z|channel=web",
        "signal_id=x-sig-05|account_id=acc-0006|signal_type=page_scroll|occurred_at=2026-06-11T07:45:00Z|channel=web",
        "signal_id=x-sig-06|account_id=acc-0006|signal_type=Pricing Page|occurred_at=2026-06-12T07:45:00Z|channel=web",
        "signal_id=x-sig-07|signal_type=website_visit|occurred_at=2026-06-14T16:00:00Z|channel=web",
        "signal_id=x-sig-08|signal_type=email_click|occurred_at=2026-06-15T16:00:00Z",
        (
            "signal_id=x-sig-09|account_id=acc-0007|signal_type=demo_request|occurred_at=2027-06-12T09:00:00Z|channel=web"
            "|loaded_at=2026-06-12T10:00:00Z"
        ),
        # rows with unreadable values
        (
            "signal_id=x-sig-10|account_id=acc-0008|signal_type=third_party_intent_surge|occurred_at=2026-05-20T03:00:00Z"
            "|signal_value=high|channel=intent_data"
        ),
        (
            "signal_id=x-sig-11|account_id=acc-0009|signal_type=topic_spike|occurred_at=2026-05-21T03:00:00Z"
            "|signal_value=130|channel=intent_data|is_deleted=tbd"
        ),
        # unmatched
        (
            "signal_id=x-sig-12|domain=nobody-knows-us.example|signal_type=website_visit|occurred_at=2026-06-20T11:00:00Z"
            "|channel=web"
        ),
        "signal_id=x-sig-13|account_id=acc-9999|signal_type=email_click|occurred_at=2026-06-21T11:00:00Z|channel=email",
        (
            "signal_id=x-sig-14|domain=https://www.harborline.example/pricing|signal_type=pricing_page_visit"
            "|occurred_at=2026-06-22T11:00:00Z|channel=web"
        ),
        "signal_id=x-sig-15|account_id=sablewick|signal_type=website_visit|occurred_at=2026-06-05T11:00:00Z|channel=web",
        # an account that is not there, but a domain that is; merged accounts by id and by domain
        (
            "signal_id=x-sig-16|account_id=acc-9998|domain=larkmoor-emea.example|signal_type=content_download"
            "|occurred_at=2026-06-23T09:30:00+02:00|channel=web"
        ),
        (
            "signal_id=x-sig-17|account_id=larkmoor-emea|signal_type=website_visit|occurred_at=2026-06-24T09:30:00Z"
            "|contact_id=larkmoor-c1|channel=web"
        ),
        (
            "signal_id=x-sig-18|domain=WWW.LARKMOOR.EXAMPLE|signal_type=website_visit|occurred_at=2026-06-25 09:30:00"
            "|channel=web"
        ),
        # corrected: the page was the pricing page; withdrawn: it was a bot
        (
            "signal_id=x-sig-19|account_id=acc-0010|signal_type=website_visit|occurred_at=2026-06-18T09:00:00Z|channel=web"
            "|updated_at=2026-06-18T09:05:00Z|loaded_at=2026-06-18T10:00:00Z"
        ),
        (
            "signal_id=x-sig-19|account_id=acc-0010|signal_type=pricing_page_visit|occurred_at=2026-06-18T09:00:00Z"
            "|channel=web|updated_at=2026-06-19T12:00:00Z|loaded_at=2026-06-19T13:00:00Z"
        ),
        (
            "signal_id=x-sig-20|account_id=acc-0011|signal_type=demo_request|occurred_at=2026-06-21T02:13:00Z|channel=web"
            "|updated_at=2026-06-21T02:13:00Z|loaded_at=2026-06-21T03:00:00Z"
        ),
        (
            "signal_id=x-sig-20|account_id=acc-0011|signal_type=demo_request|occurred_at=2026-06-21T02:13:00Z|channel=web"
            "|updated_at=2026-06-22T08:00:00Z|is_deleted=1|loaded_at=2026-06-22T09:00:00Z"
        ),
        # capitals, stray spaces and a date without a time change nothing
        "signal_id=x-sig-21|account_id= acc-0012|signal_type= Website_Visit |occurred_at=2026-06-02|channel=Web",
    ],
    "account_technologies": [
        "account_id=acc-0013",
        "technology=Salesforce|detected_on=2025-01-01",
        "account_id=acc-0014|technology=Tableau|detected_on=Q3 2025",
        "account_id=acme-software|technology= salesforce |detected_on=2025-05-26",
        "account_id=larkmoor|technology=Snowflake|detected_on=2026-09-01",
    ],
    "contacts": [
        "account_id=acc-0015|email=idony.kelpmont@unknown.example|job_title=CMO|seniority=executive",
        "contact_id=x-con-1|email=piers.ivywick@unknown.example|job_title=CFO|seniority=executive",
        (
            "contact_id=x-con-2|account_id=acc-0016|email=lazlo.gorsequill@unknown.example|job_title=Wizard"
            "|seniority=wizard|is_champion=perhaps|updated_at=01.02.2026"
        ),
        (
            "contact_id=larkmoor-c1|account_id=larkmoor-ltd|email=xanthe.nettleridge@larkmoor.example"
            "|job_title=VP Sales|seniority=Executive|department=Sales|is_champion=y|updated_at=2026-04-01T09:00:00Z"
        ),
        (
            "contact_id=larkmoor-c1|account_id=larkmoor-ltd|email=xanthe.nettleridge@larkmoor.example"
            "|job_title=Sales Director|seniority=manager|department=Sales|updated_at=2025-10-01T09:00:00Z"
        ),
        (
            "contact_id=x-con-3|account_id=acc-0017|email=mirabel.alderley@gone.example|job_title=Buyer"
            "|seniority=practitioner|department=Finance|updated_at=2026-05-05T09:00:00Z|is_deleted=true"
        ),
    ],
    "activities": [
        "account_id=acc-0018|activity_type=call|direction=outbound|occurred_at=2026-06-01T09:00:00Z",
        "activity_id=x-act-1|account_id=acc-0018|activity_type=email|direction=outbound|occurred_at=last Tuesday",
        "activity_id=x-act-2|account_id=acc-0018|activity_type=email|direction=outbound",
        (
            "activity_id=x-act-3|account_id=acc-0019|owner_id=rep-02|activity_type=fax|direction=sideways"
            "|outcome=maybe later|occurred_at=2026-05-18T14:00:00+02:00"
        ),
    ],
    "opportunities": [
        "opportunity_id=x-opp-1|account_id=acc-0020|stage=Discovery|amount_usd=20000",
        "opportunity_id=x-opp-2|account_id=acc-0020|stage=Discovery|amount_usd=20000|created_at=03/04/2026",
        (
            "opportunity_id=x-opp-3|account_id=acc-0021|owner_id=rep-03|stage=Discovery|amount_usd=20k"
            "|created_at=2026-04-03T09:00:00Z|is_won=not yet"
        ),
        (
            "opportunity_id=x-opp-4|account_id=acc-0022|owner_id=rep-01|stage=Discovery|amount_usd=30000"
            "|created_at=2026-02-03T09:00:00Z|updated_at=2026-02-03T09:00:00Z"
        ),
        (
            "opportunity_id=x-opp-4|account_id=acc-0022|owner_id=rep-01|stage=Discovery|amount_usd=30000"
            "|created_at=2026-02-03T09:00:00Z|updated_at=2026-02-10T09:00:00Z|is_deleted=T"
        ),
    ],
    "sales_reps": [
        "owner_name=Vacant seat|role=field|territory=US West|is_active=false",
        "owner_id=rep-15|owner_name=Partner desk|role=partner|is_active=soon|account_capacity=a few",
    ],
    "tier_overrides": [
        "account_id=acc-0023|tier_number=one|reason=Wrong on purpose|set_by=Import|starts_on=2026-06-01",
        "account_id=acc-0023|reason=No tier given|set_by=Import|starts_on=2026-06-01",
        (
            "account_id=acc-0036|tier_number= 3 |reason=Cooling off|set_by=Regional Director|starts_on=2026-05-01"
            "|ends_on=end of year"
        ),
    ],
    "account_returns": [
        "account_id=acc-0025|owner_id=rep-10|reason=Date forgotten",
        "account_id=acc-0025|owner_id=rep-10|returned_on=soon|reason=Date not a date",
        "account_id=acc-0026|owner_id=rep-10|returned_on=2026-05-04|reason=Call back later|snooze_until=indefinitely",
    ],
    "product_usage": [
        "account_id=techcorp|measured_on=May 2026|daily_active_users=30",
        "account_id=techcorp|daily_active_users=30",
        (
            "account_id=techcorp|measured_on=2025-12-01|daily_active_users=-4|monthly_active_users=20|seats_used=24"
            "|seats_licensed=50|features_used=five|headcount_growth_pct=-2.5"
        ),
    ],
    "customer_contracts": [
        "annual_contract_value_usd=5000|renewal_on=2026-12-01",
        "account_id=x-acc-2|annual_contract_value_usd=9.500,00|renewal_on=30.09.2026|nps=n/a|has_executive_sponsor=?",
    ],
}
LOADED_WITH_EACH_BATCH = {"accounts", "signals", "contacts"}


def add_dirty_rows(tables: Tables) -> None:
    for table, lines in DIRTY.items():
        for line in lines:
            row = record(line)
            if table in LOADED_WITH_EACH_BATCH:
                row.setdefault("loaded_at", LOADED_AT)
            tables[table].append(row)


def add_older_versions(tables: Tables, all_companies: list[Company]) -> None:
    """What some records were before their latest change."""
    for number, company in enumerate(all_companies[30:42]):
        before = {"updated_at": stamp(ago(230 + 5 * number)), "loaded_at": "2026-01-05T04:00:00Z"}
        tables["accounts"].append(company.row | before | {"employee_count": "120", "growth_trend": "stable"})
        if company.contacts:
            tables["contacts"].append(company.contacts[0] | before | {"job_title": "Marketing Assistant"})


def load_twice(tables: Tables) -> None:
    """Rows that arrived twice, byte for byte."""
    for table, numbers in {
        "accounts": (45, 90),
        "signals": (100, 900, 901, 2400, 4000),
        "account_technologies": (12,),
        "contacts": (60, 500),
        "activities": (33, 34),
        "opportunities": (7,),
        "tier_overrides": (1,),
        "account_returns": (2,),
        "product_usage": (40,),
        "customer_contracts": (3,),
        "sales_reps": (4,),
    }.items():
        tables[table] += [tables[table][number] for number in numbers]


# --- All of it --------------------------------------------------------------------------------------------------------


def build() -> Tables:
    tables: Tables = {table: [] for table in COLUMNS}
    all_companies = companies()
    mark_accounts(all_companies)
    for company in all_companies:
        add_contacts(company, len(tables["contacts"]) + 1)
        add_opportunities(company)
        tables["accounts"].append(company.row)
        tables["contacts"] += company.contacts
        tables["opportunities"] += company.opportunities
        tables["account_technologies"] += technologies(company)
        if company.profile.name == "customer":
            tables["product_usage"] += usage_rows(company)
            tables["customer_contracts"].append(contract_row(company))
    tables["signals"] = signal_rows(all_companies)
    tables["activities"] = activity_rows(all_companies)
    add_sales_reps(tables)
    for add_story in (add_acme_software, add_acme_marketing, add_account_601, add_techcorp, add_global_financial):
        add_story(tables)
    add_other_names(tables, all_companies)
    add_tier_overrides(tables, all_companies)
    add_account_returns(tables, all_companies)
    add_older_versions(tables, all_companies)
    load_twice(tables)
    add_dirty_rows(tables)
    return tables


def write(tables: Tables, output: Path) -> None:
    output.mkdir(parents=True, exist_ok=True)
    for table, columns in COLUMNS.items():
        with (output / f"demo_{table}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
            writer.writeheader()
            writer.writerows(tables[table])


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the demo's raw tables as CSV files.")
    parser.add_argument("--output", type=Path, default=OUTPUT, help="directory of the CSV files (seeds/demo)")
    write(build(), parser.parse_args().output)


if __name__ == "__main__":
    main()
