"""Raw tables made up by a seed, dirty in every way the contract names and dense where it draws a line.

``facts`` gives typed rows: values exactly at, just below and just above every limit of the rule files, moments at both
edges of every window around as_of, versions, deletes, merges (chains, circles, dead ends), shared domains, signals of
nobody and of tomorrow. ``spelled`` writes them as text in the many ways loaders do and spoils some cells.
``as_text`` is the same text written plainly.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zlib import crc32

from recomputation.reading import TABLES
from recomputation.values import (
    Unreadable,
    read_date,
    read_flag,
    read_name,
    read_number,
    read_ordinal,
    read_percentage,
    read_signed_number,
    read_text,
    read_timestamp,
)
from recomputation.values import as_text as trimmed

AS_OF = datetime(2026, 3, 14, 21, 34, 56, 789000)
AS_OF_TEXT = "2026-03-15T02:34:56.789+05:00"  # the same moment, of which the local day is another
MICROSECOND = timedelta(microseconds=1)

Row = dict[str, Any]
Tables = dict[str, list[Row]]

SPACES = ("", "", "", " ", "  ", "\t", "\n", "\u00a0", "\u2003", "\u3000")
BAD_NUMBERS = ("n/a", "1,000", "0x1F", "1e999", "NaN", "-inf", "1_000", "12 000", "$5", "--1", "1e", "٣", ".", "-")
BAD_MOMENTS = (
    *(
        "2026-02-29",
        "2026-3-1",
        "14.03.2026",
        "03/14/2026",
        "20260314",
        "2026-13-01",
        "2026-00-10",
        "today",
        "infinity",
    ),
    *(
        "2026-03-01T25:00",
        "2026-03-01T10:61:00",
        "2026-03-01T10",
        "2026-03-01 10:00:00  UTC",
        "1773525296",
        "epoch",
        "-",
    ),
    *("2026-03-01T10:00:00+2:00", "2026-03-01T10:00:00 +02:00", "02026-03-01", "2026-03-01T10:00:00,5", "2026-W10-1"),
)
TEXTS = (read_text, read_name)
BAD_FLAGS = ("maybe", "2", "on", "oui", "-1", "truee")
BAD_WORDS = ("unheard of", "0", "n/a", "?")
BAD: dict[Callable, tuple[str, ...]] = {
    read_number: (*BAD_NUMBERS, "-5", "-0.01"),
    read_percentage: (*BAD_NUMBERS, "100.01", "-1", "101"),
    read_signed_number: BAD_NUMBERS,
    read_ordinal: (*BAD_NUMBERS, "0", "1.5", "-2"),
    read_flag: BAD_FLAGS,
    read_timestamp: BAD_MOMENTS,
    read_date: BAD_MOMENTS,
}
ANY_CASE = {"signal_type", "industry", "country", "technology", "department", "territory", "business_model"}
OLDER: Mapping[str, Row] = {
    "account_domains": {},
    "account_merges": {},
    "account_technologies": {"removed_on": date(2020, 1, 1)},
    "activities": {"direction": "outbound"},
    "sales_reps": {"role": "field", "is_active": True, "is_deleted": False},
    "tier_overrides": {"tier_number": 1},
    "account_returns": {"snooze_until": date(2030, 1, 1)},
    "product_usage": {"daily_active_users": 7},
    "customer_contracts": {"nps": 77},
}
"""What older versions of rows say, of tables that are no records of a CRM with versions of their own."""
REPS = (
    ("field", True, "North", 30),
    ("field", True, "South", "a share"),
    ("field", False, "North", 10_000),
    ("inside", True, "South", 10_000),
    ("sdr", True, "West", 20_000),
    ("csm", True, "East", 40),
    ("field", True, "East", None),
    (None, True, "North", Decimal("12.25")),
    ("inside", True, "North", Decimal("12.25")),
    ("field", True, "West", 0),
)
"""Role, whether active, territory and capacity of reps: over it, under it, at it, without one."""


def limits(rule_rows: Mapping[str, Sequence[Row]], attribute: str) -> list[Decimal]:
    """The numbers at which the rules on an attribute begin and end."""
    rows = [*rule_rows["scoring_rules"], *rule_rows["qualification_rules"]]
    cells = [row[name] for row in rows if row["attribute"] == attribute for name in ("min_value", "max_value")]
    return sorted({Decimal(cell) for cell in cells if cell})


def facts(
    seed: int,
    rule_rows: Mapping[str, Sequence[Row]],
    accounts: int = 60,
    signals: int = 400,
    as_of: datetime = AS_OF,
) -> Tables:
    """Typed raw rows; absent columns are null. No two versions of a record are of one moment."""
    tables = _World(random.Random(seed), rule_rows, as_of).tables(accounts, signals)
    return {table: without_ties(table, rows) for table, rows in tables.items()}


class _World:
    """Makes up the rows of each table."""

    def __init__(self, rng: random.Random, rule_rows: Mapping[str, Sequence[Row]], as_of: datetime):
        self.rng, self.rules, self.as_of, self.today = rng, rule_rows, as_of, as_of.date()
        self.ids: list[str] = []
        self.contact_ids: list[str] = []
        self.signalled: list[tuple[str, datetime]] = []
        self.types = [row["signal_type"] for row in rule_rows["signal_types"]]
        used = [row["signal_type"] for row in rule_rows["engagement_triggers"] if row["signal_type"]]
        self.likely_types = [*self.types, *used * 3]

    def tables(self, accounts: int, signals: int) -> Tables:
        """All tables."""
        made = {"accounts": self.accounts(accounts)}
        made["contacts"] = self.contacts(accounts * 3)
        made["signals"] = self.signals(signals)
        made["account_domains"] = [self.further_domain() for _ in range(accounts // 6)]
        made["account_merges"] = [self.merge(n) for n in range(accounts // 12)]
        made["account_technologies"] = [self.technology() for _ in range(accounts * 2)]
        made["activities"] = [self.activity(n) for n in range(accounts * 2)]
        made["opportunities"] = self.versions([self.opportunity(n) for n in range(accounts // 2)], {"amount_usd": 7})
        made["sales_reps"] = [self.rep(n) for n in range(len(REPS))]
        made["tier_overrides"] = [self.override() for _ in range(accounts // 8)]
        made["account_returns"] = [self.handed_back() for _ in range(accounts // 8)]
        made["product_usage"] = [self.usage() for _ in range(accounts)]
        made["customer_contracts"] = [self.contract(account_id) for account_id in self.ids if self.chance(0.4)]
        for table, older in OLDER.items():
            made[table] = self.versions(self.stamped(made[table]), older)
        return {table: self.corrected(table, rows) for table, rows in made.items()}

    def stamped(self, rows: list[Row]) -> list[Row]:
        """The rows with moments of writing and loading, some without."""
        for row in rows:
            row["updated_at"] = self.as_of - timedelta(days=self.rng.randint(1, 90)) if self.chance(0.5) else None
            row["loaded_at"] = self.as_of - timedelta(hours=self.rng.randint(1, 9)) if self.chance(0.8) else None
        return rows

    def corrected(self, table: str, rows: list[Row]) -> list[Row]:
        """The rows, deletes that carry no more than a key, and versions that come from the future."""
        extra = []
        for row in rows:
            loaded_at = row.get("loaded_at")
            if self.chance(0.015) and table != "sales_reps":  # they are few, and each is there for a reason
                moment = loaded_at + MICROSECOND * self.pick(-1, 0, 0, 1) if loaded_at else self.as_of
                key = {column: row.get(column) for column in TABLES[table].key}
                extra.append({**key, "is_deleted": True, "loaded_at": moment})
            if self.chance(0.015):
                ahead = timedelta(days=1) + MICROSECOND * self.pick(0, 1)
                extra.append({**row, "updated_at": loaded_at + ahead if loaded_at else self.as_of + ahead})
            if self.chance(0.015):
                extra.append({**row, "updated_at": self.as_of + MICROSECOND * self.pick(0, 1), "loaded_at": self.as_of})
        return rows + extra

    def chance(self, share: float) -> bool:
        """True so often."""
        return self.rng.random() < share

    def pick(self, *values: Any) -> Any:
        """One of the values."""
        return self.rng.choice(values)

    def number(self, attribute: str, other: Sequence[Any], step: str = "0.01") -> Any:
        """A number at or next to a limit of the rules on an attribute, or another one, or none."""
        near = [limit + Decimal(step) * side for limit in limits(self.rules, attribute) for side in (-1, 0, 0, 1)]
        chosen = self.rng.choice([*near, *other]) if not self.chance(0.1) else None
        return None if chosen is None or chosen < 0 else chosen

    def day(self, *distances: int) -> date:
        """A day so many days from as_of."""
        return self.today + timedelta(days=self.rng.choice(distances))

    def moment(self, signal_type: str | None = None) -> datetime:
        """A moment at the edge of a window, at the horizon of a type, around as_of, or any of the last 130 days."""
        midnight = datetime(self.today.year, self.today.month, self.today.day)
        edges = [self.as_of, self.as_of - timedelta(days=7), midnight]
        edges += [midnight - timedelta(days=days - 1) for days in (7, 30, 90, 14, 37)]
        edges.append(self.as_of - timedelta(hours=4))
        half_life = next(
            (r["half_life_days"] for r in self.rules["signal_types"] if r["signal_type"] == signal_type), 1
        )
        edges.append(self.as_of - timedelta(days=10 * float(half_life)))
        if self.chance(0.3):
            return self.rng.choice(edges) + MICROSECOND * self.pick(-1, 0, 0, 1)
        if self.chance(0.04):
            return self.as_of + timedelta(hours=self.rng.randint(1, 60))
        seconds = self.rng.choice((7, 30, 130)) * 86400 * self.rng.random()
        return self.as_of - timedelta(seconds=int(seconds), microseconds=self.pick(0, 0, 789000, 1))

    def account_id(self) -> str:
        """An account, some of them far more often than others; now and then nobody's."""
        if self.chance(0.03):
            return "nobody"
        return self.ids[min(int(self.rng.expovariate(4 / len(self.ids))), len(self.ids) - 1)]

    def accounts(self, count: int) -> list[Row]:
        """Accounts with their merges, versions and deletes."""
        odd = ("A|1", "Zoë's", "é", "a b", "100%", 'x"y', "B0001")
        self.ids = [odd[n] if n < len(odd) else f"a{n:04}" for n in range(count)]
        self.rng.shuffle(self.ids)
        rows = [self.account(account_id) for account_id in self.ids]
        for length in (9, 10, 11):  # chains that end just in time, and one that does not
            self.chain(rows, self.rng.sample(range(count), length + 1) if count > 40 else [])
        loop = self.rng.sample(rows, min(3, count))
        for row, target in zip(loop, [*loop[1:], loop[0]], strict=True):
            row["merged_into_account_id"] = target["account_id"]
        rows[0]["merged_into_account_id"] = rows[0]["account_id"]
        return self.versions(rows, {"annual_revenue_usd": 1, "is_strategic": True, "domain": "older.example"})

    def chain(self, rows: list[Row], places: Sequence[int]) -> None:
        """Merges accounts one into the next."""
        for place, following in pairwise(places):
            rows[place]["merged_into_account_id"] = rows[following]["account_id"]
        if places:
            rows[places[-1]]["merged_into_account_id"] = None

    def account(self, account_id: str) -> Row:
        """An account."""
        industries = [row["industry"] for row in self.rules["icp_industries"]]
        markets = [row["country"] for row in self.rules["icp_markets"]]
        host = f"{account_id.lower()}.example" if account_id.isalnum() else "odd.example"
        domain = self.pick(
            *(host, host, host, f"https://www.{host}/path?x=1", f"{host.upper()}:8080", "twin.example", None),
            *("family.example", "family.example", f"zo\u0308e@{host}.", "gmail.com", "zo\u00eb.example"),
        )
        renewals = [
            int(limit) + side for limit in limits(self.rules, "days_to_competitor_renewal") for side in (-1, 0, 1)
        ]
        returns = [int(limit) + side for limit in limits(self.rules, "days_to_get_back") for side in (-1, 0, 1)]
        return {
            "account_id": account_id,
            "account_name": f"Account {account_id}",
            "domain": domain,
            "industry": self.pick(
                *industries, *industries, "Mining", "Ärzte", "A\u0308rzte", "Financial  Services", None
            ),
            "country": self.pick(*markets, *markets, "Brazil", "Japan", None, "uk", "U.S.", "deutschland"),
            "annual_revenue_usd": self.number("annual_revenue_usd", [Decimal(0), Decimal("2.5e8"), Decimal("1e12")]),
            "employee_count": self.number("employee_count", [Decimal(0), Decimal(1), Decimal(850)], "1"),
            "growth_trend": self.pick("expanding", "stable", "contracting", None),
            "business_model": self.pick("B2B", "B2C", "B2B2C", None),
            "estimated_deal_usd": self.number("estimated_deal_usd", [Decimal(0), Decimal(400000)]),
            "brand_tier": self.pick("high", "moderate", "low", None),
            "competitive_position": self.pick("displacement", "greenfield", None),
            "is_customer": self.chance(0.25),
            "customer_since": self.pick(None, None, None, self.day(-400, -1, 0, 1)),
            "created_at": self.beginning(account_id, 25),
            "is_strategic": self.chance(0.04) or None,
            "owner_id": self.pick("r0", "r0", "r1", "r2", "r3", "r4", "r6", "gone", None, None),
            "territory": self.pick("North", "South", "East", "West", None),
            "parent_account_id": self.account_id() if self.chance(0.2) else None,
            "merged_into_account_id": self.account_id() if self.chance(0.06) else None,
            "competitor_renewal_on": self.day(*renewals, -400) if renewals and self.chance(0.4) else None,
            "get_back_on": self.day(*returns, 300) if returns and self.chance(0.3) else None,
            "sales_rep_count": self.number("sales_rep_count", [Decimal(0), Decimal(3), Decimal(400)], "1"),
            "sells_subscription": self.pick(True, False, None),
            "has_self_service": self.pick(True, False, None),
            "average_selling_price_usd": self.number("average_selling_price_usd", [Decimal(0), Decimal(5000)]),
            "funding_stage": self.pick("Series B", "Series  B", "Seed", "12.5", "3", "1e1", "-0.5", None),
            "updated_at": self.as_of - timedelta(days=self.rng.randint(1, 300)) if self.chance(0.9) else None,
            "is_deleted": self.chance(0.03),
            "loaded_at": self.as_of - timedelta(hours=1),
        }

    def beginning(self, record: str, one_in: int) -> datetime | None:
        """When a record was created: of few, now, or a moment later than as_of."""
        number = crc32(record.encode()) % one_in
        return self.as_of + number * MICROSECOND if number < 2 else None

    def versions(self, rows: list[Row], older: Row) -> list[Row]:
        """The rows and older versions of some of them, told apart by updated_at or only by loaded_at."""
        extra = []
        for row in rows:
            if self.chance(0.12):
                version = {**row, "is_deleted": self.chance(0.5), **older}
                if row.get("updated_at") and self.chance(0.6):
                    version["updated_at"] = self.pick(None, row["updated_at"] - MICROSECOND)
                elif row.get("loaded_at"):
                    version["loaded_at"] = self.pick(None, row["loaded_at"] - MICROSECOND)
                else:
                    continue
                extra.append(version)
        return rows + extra

    def contacts(self, count: int) -> list[Row]:
        """Contacts."""
        rows = []
        for n in range(count):
            account_id = self.account_id()
            place = f"{account_id.lower()}.example" if account_id.isalnum() else "odd.example"
            row = {
                "contact_id": f"c{n}",
                "account_id": self.pick(None, "gone") if self.chance(0.1) else account_id,
                "email": self.pick(f"c{n}@x.example", f"C{n}@mail.{place}", f"team@{place}", f"c{n}@gmail.com", None),
                "merged_into_contact_id": f"c{self.rng.randrange(count)}" if self.chance(0.06) else None,
                "job_title": self.pick(
                    "VP  Sales", "Assistant to the CEO", "head of IT", "Sr. Data Engineer", "?", None, None
                ),
                "seniority": self.pick("executive", "manager", "practitioner", "C-Level", "Director", None),
                "department": self.pick("IT", "Sales", "Finance", "Legal", "mktg", "Research &  Development", None),
                "is_champion": self.chance(0.2),
                "created_at": self.beginning(f"c{n}", 20),
                "updated_at": self.as_of - timedelta(days=self.rng.randint(0, 9)),
                "is_deleted": self.chance(0.05),
            }
            rows.append(row)
            self.contact_ids.append(row["contact_id"])
        return self.versions(rows, {"seniority": "executive", "department": "Ops"})

    def signals(self, count: int) -> list[Row]:
        """Signals, some of which only a domain places, or nothing."""
        rows = []
        for n in range(count):
            signal_type = self.rng.choice(self.likely_types)
            occurred_at = self.moment(signal_type)
            late = self.pick(timedelta(hours=1), timedelta(0), -timedelta(days=1), None, timedelta(minutes=3))
            loaded_at = None if late is None else occurred_at + late
            if self.chance(0.01):
                loaded_at = occurred_at - timedelta(days=1) - MICROSECOND  # from the future
            account_id, domain = self.account_id(), None
            words = self.pick(signal_type, signal_type.replace("_", " "))
            if self.chance(0.15):
                place = f"{account_id.lower()}.example" if account_id.isalnum() else "odd.example"
                domain = self.pick(place, f"http://{place}/a/b", f"WWW.{place}", "twin.example", "unknown.example")
                account_id = self.pick(None, None, "gone")
            contact_id, email = self.rng.choice(self.contact_ids) if self.chance(0.6) else None, None
            if self.chance(0.08):
                email = self.pick(f"c{self.rng.randrange(99)}@X.example", "team@a0009.example", "x@gmail.com")
                account_id = self.pick(None, "gone", account_id)
            if self.chance(0.05):
                account_id = None
            if self.chance(0.01):
                account_id = domain = contact_id = email = None
            rows.append(
                {
                    "signal_id": f"s{n}",
                    "account_id": account_id,
                    "domain": domain,
                    "signal_type": "no_such_type" if self.chance(0.01) else words,
                    "occurred_at": occurred_at,
                    "contact_id": contact_id,
                    "email": email,
                    "signal_value": self.pick(None, None, None, 0, 59.99, 60, 60.5, 89.99, 90, 100),
                    "channel": self.pick("web", "email", None),
                    "updated_at": occurred_at if self.chance(0.3) else None,
                    "is_deleted": self.chance(0.02),
                    "loaded_at": loaded_at,
                }
            )
        self.signalled = [(row["account_id"], row["occurred_at"]) for row in rows if row["account_id"]]
        return self.versions(rows, {"signal_type": "demo_request", "signal_value": 95})

    def further_domain(self) -> Row:
        """A further domain of an account."""
        domain = self.pick("further.example", "www.twin.example", f"more{self.rng.randrange(9)}.example", "GMAIL.com")
        return {"account_id": self.account_id(), "domain": domain}

    def merge(self, n: int) -> Row:
        """A merge that no row of an account tells."""
        return {
            "account_id": self.pick(f"former{n}", f"former{n}", self.account_id()),
            "merged_into_account_id": self.pick(self.account_id(), self.account_id(), f"former{n + 1}"),
        }

    def technology(self) -> Row:
        """A technology that an account has, had, or will have."""
        listed = [row["technology"] for row in self.rules["complementary_technologies"]]
        return {
            "account_id": self.account_id(),
            "technology": self.pick(*listed, "Excel", "Eloqua", "Google_Analytics"),
            "detected_on": self.pick(None, self.day(-100), self.day(-1, 0, 1)),
            "removed_on": self.pick(None, None, None, self.day(-1, 0, 1)),
        }

    def activity(self, n: int) -> Row:
        """An activity; every fifth at the moment of a signal, to which it may be the answer."""
        account_id, occurred_at = self.account_id(), self.moment()
        if n % 5 == 0 and self.signalled:
            account_id, moment = self.rng.choice(self.signalled)
            occurred_at = moment + MICROSECOND * self.pick(-1, 0, 1)
        return {
            "activity_id": f"v{n}",
            "account_id": account_id,
            "contact_id": self.rng.choice(self.contact_ids) if self.chance(0.7) else None,
            "owner_id": self.pick("r0", "r4", "gone", None),
            "activity_type": self.pick("call", "email", "meeting", "Phone Call", None),
            "direction": self.pick("inbound", "outbound", "outbound", "INCOMING_EMAIL", None),
            "outcome": self.pick("replied", "accepted", "declined", "no_response", "NO_SHOW", "completed", None),
            "occurred_at": occurred_at,
        }

    def opportunity(self, n: int) -> Row:
        """An opportunity: open, or closed before as_of, at it or later."""
        closed_at = (None, self.as_of, self.as_of - timedelta(days=n % 40), self.as_of + timedelta(hours=n))[n % 4]
        return {
            "opportunity_id": f"o{n}",
            "account_id": self.account_id(),
            "amount_usd": self.pick(None, 1000, Decimal("99.99")),
            "created_at": self.moment(),
            "closed_at": closed_at,
            "is_won": self.pick(True, False, None),
            "updated_at": self.as_of - timedelta(days=3),
            "is_deleted": self.chance(0.05),
        }

    def rep(self, n: int) -> Row:
        """A sales rep."""
        role, active, territory, capacity = REPS[n]
        if capacity == "a share":
            capacity = len(self.ids) // 12 + Decimal("0.5")
        return {
            "owner_id": f"r{n}",
            "owner_name": self.pick(f"Rep {n}", None),
            "role": role,
            "territory": territory,
            "is_active": active or self.pick(False, False, None),
            "account_capacity": capacity,
        }

    def override(self) -> Row:
        """An override that is in force, over, or to come."""
        return {
            "account_id": self.account_id(),
            "tier_number": self.pick(1, 2, 3, 4, 9, 1.5),
            "reason": self.pick("Board", None),
            "starts_on": self.pick(None, self.day(-30, -1, 0, 1)),
            "ends_on": self.pick(None, self.day(-1, 0, 1, 30)),
        }

    def handed_back(self) -> Row:
        """A return whose snooze is on, over, or to come."""
        return {
            "account_id": self.account_id(),
            "returned_on": self.day(-30, -1, 0, 1),
            "snooze_until": self.pick(None, self.day(-1, 0, 1, 30)),
        }

    def usage(self) -> Row:
        """A measurement of product usage whose ratios lie at the limits of the rules."""
        return {
            "account_id": self.account_id(),
            "measured_on": self.day(-61, -31, -1, 0, 1),
            "daily_active_users": self.pick(0, 20, 30, 40, 50, 60, None),
            "monthly_active_users": self.pick(0, 100, 100, 80, None),
            "seats_used": self.pick(0, 35, 40, 45, 50, 55, None),
            "seats_licensed": self.pick(0, 50, 50, 50, None),
            "features_used": self.pick(2, 5, 7, 8),
            "features_available": self.pick(10, 10, None),
            "integrations_installed": self.pick(0, 1, 2, 3, None),
            "power_users": self.pick(0, 10, 20, 25),
            "departments_using": self.pick(1, 2, 3, None),
            "headcount_growth_pct": self.pick(-12.5, 0, 9.9, 10, 20, 50, None),
            "cross_sell_page_views": self.pick(0, 1, 2, 3, 5, None),
        }

    def contract(self, account_id: str) -> Row:
        """A contract."""
        return {
            "account_id": account_id,
            "annual_contract_value_usd": self.pick(0, 5000, 20000, Decimal("19999.99"), 50000, None),
            "expansion_potential_usd": self.pick(0, 5000, 40000, 100000, None),
            "renewal_on": self.pick(None, self.day(-1, 0, 30, 60, 90, 91, 180)),
            "nps": self.pick(-100, -1, 0, 30, 50, 70, 100, None),
            "has_executive_sponsor": self.pick(True, False, None),
        }


# --- Writing facts as text -------------------------------------------------------------------------------------------


def as_text(tables: Mapping[str, Sequence[Row]]) -> Tables:
    """The same rows with every value written plainly as text."""
    return {
        table: [{column: _plain(value) for column, value in row.items()} for row in rows]
        for table, rows in tables.items()
    }


def _plain(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        value = value if value.tzinfo is None else value.astimezone(UTC).replace(tzinfo=None)
        return value.isoformat(" ")
    return value if value is None else str(value)


def spelled(tables: Mapping[str, Sequence[Row]], seed: int, bad: bool = True) -> Tables:
    """The same rows as text in any of the accepted spellings and in another order; with `bad`, some cells spoiled.

    Some rows arrive twice. Of versions that nothing but the hash of their text could tell apart, one is kept.
    """
    rng = random.Random(seed)
    written: Tables = {}
    for table, rows in tables.items():
        texts = [{c: _spell(rng, table, c, value) for c, value in row.items()} for row in rows]
        if bad:
            for row in texts:
                if rng.random() < 0.04:
                    _spoil(rng, table, row)
        texts = without_ties(table, texts)
        texts += [row for row in texts if rng.random() < 0.02]
        rng.shuffle(texts)
        written[table] = texts
    return written


def _spoil(rng: random.Random, table: str, row: Row) -> None:
    """Makes a cell of the row unreadable or empty."""
    spared = ("account_name", "owner_id") if table in ("accounts", "sales_reps") else ()
    declared = [column for column in row if column in TABLES[table].columns]
    column = rng.choice([column for column in declared if column not in spared or rng.random() < 0.2])
    read = TABLES[table].columns[column]
    if read in TEXTS or rng.random() < 0.2:
        row[column] = rng.choice((None, "", " ", "\u00a0\t")) if column != "is_deleted" else rng.choice(BAD_FLAGS)
    else:
        row[column] = rng.choice(BAD.get(read, BAD_WORDS))


def _spell(rng: random.Random, table: str, column: str, value: Any) -> str | None:
    """A value in one of the ways in which people and programs write it."""
    if value is None:
        return rng.choice((None, None, None, "", " "))
    if isinstance(value, bool):
        words = ("true", "t", "yes", "y", "1", "TRUE", "Yes") if value else ("false", "f", "no", "n", "0", "False", "N")
        text = rng.choice(words)
    elif isinstance(value, datetime):
        text = spell_moment(rng, value)
    elif isinstance(value, date):
        at_noon = datetime(value.year, value.month, value.day, 12)
        text = value.isoformat() if rng.random() < 0.8 else spell_moment(rng, at_noon)
    elif isinstance(value, str):
        any_case = column in ANY_CASE or (TABLES[table].columns.get(column) not in BAD and column not in _AS_IS)
        text = rng.choice((value, value, value.upper(), value.lower(), value.title())) if any_case else value
    else:
        text = _spell_number(rng, Decimal(str(value)))
    return rng.choice(SPACES) + text + rng.choice(SPACES)


_AS_IS = {
    name for table in TABLES.values() for name, read in table.columns.items() if read in TEXTS and name not in ANY_CASE
}


def _spell_number(rng: random.Random, number: Decimal) -> str:
    """A number, plain or scientific, exactly."""
    plain = f"{number:f}"
    ways = [plain, plain, f"{number:E}", f"{number:e}", plain + ("0" if "." in plain else ".00")]
    if number >= 0:
        ways += ["+" + plain, "00" + plain]
    if plain.startswith("0."):
        ways.append(plain[1:])
    return rng.choice(ways)


def spell_moment(rng: random.Random, moment: datetime) -> str:
    """A UTC moment with or without offset, to as many places as it needs or more."""
    offset = timedelta(minutes=rng.choice((0, 0, 0, 120, -300, 330, -210, 840, 345, -720)))
    local = (moment + offset).replace(tzinfo=timezone(offset))
    day, clock = f"{local:%Y-%m-%d}", f"{local:%H:%M}"
    if local.second or local.microsecond or rng.random() < 0.8:
        clock += f":{local.second:02}"
    if local.microsecond:
        clock += f".{local.microsecond:06}".rstrip("0") + rng.choice(("", "", "0"))
        if len(clock.rpartition(".")[2]) == 6:
            clock += rng.choice(("", "9"))  # past the microsecond
    sign, minutes = "-" if offset < timedelta(0) else "+", abs(int(offset.total_seconds())) // 60
    hours, rest = f"{minutes // 60:02}", f"{minutes % 60:02}"
    zones = [f"{sign}{hours}:{rest}", f"{sign}{hours}{rest}"]
    if rest == "00":
        zones.append(f"{sign}{hours}")
    if not offset:
        zones += ["Z", "Z", "", " UTC"]
        if clock in ("00:00", "00:00:00") and rng.random() < 0.5:
            return day
    return day + rng.choice("T ") + clock + rng.choice(zones)


def without_ties(table: str, rows: Sequence[Row]) -> list[Row]:
    """The rows without those that only the hash of their text would tell from another version of the same record."""
    kept: dict[tuple, Row] = {}
    for row in rows:
        kept.setdefault(version_of(table, row), row)
    return list(kept.values())


def version_of(table: str, row: Row) -> tuple[Any, ...]:
    """The key of a row and what tells versions of a record apart but for their hash."""
    key = tuple(str(_read(table, column, row)).lower() for column in TABLES[table].key)
    updated_at, loaded_at, is_deleted = (_read(table, name, row) for name in ("updated_at", "loaded_at", "is_deleted"))
    if updated_at and loaded_at and updated_at - loaded_at > timedelta(days=1):
        updated_at = None
    is_undated_delete = bool(is_deleted) and updated_at is None
    return *key, loaded_at if is_undated_delete else updated_at, loaded_at, is_undated_delete


def _read(table: str, column: str, row: Row) -> Any:
    """A cell as it is read; None where it is empty, unreadable or absent."""
    read, text = TABLES[table].columns.get(column), trimmed(row.get(column))
    if read is None or text is None:
        return None
    try:
        return read(text)
    except Unreadable:
        return None
