"""What reps do with the tiers: their books, the accounts that fall through, and the families they belong to."""

import math
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from functools import cached_property

from .accounts import parents
from .attributes import Account
from .clock import Clock
from .engagement import Engagement, completion
from .reading import Record
from .rules import Trigger
from .tiers import snooze
from .values import as_amount, published, sum_of_amounts

GAPS = ("response_overdue", "snoozed_but_hot", "no_active_owner", "untouched", "retrieve")
"""What to see to first comes first."""


@dataclass
class Market:
    """All accounts that are not merged away, with their rows of account_tiers where they are ranked, and all reps."""

    accounts: dict[str, Account]
    end_of: dict[str, str]
    reps: dict[str, Record]
    ranked: dict[str, Record]
    engagements: dict[str, Engagement]
    triggers: tuple[Trigger, ...]
    snoozed: set[str]
    clock: Clock
    touch_window_days: int

    def tables(self) -> dict[str, list[Record]]:
        """The three tables."""
        retrieved = {account_id for owner_id in self.reps for account_id in self.to_retrieve(owner_id)}
        found = {
            account_id: self.gaps(account_id) + ["retrieve"] * (account_id in retrieved) for account_id in self.ranked
        }
        found |= {account_id: ["snoozed_but_hot"] for account_id in self.snoozed if self.is_hot_again(account_id)}
        return {
            "rep_coverage": [self.rep_row(owner_id) for owner_id in self.reps],
            "coverage_gaps": [
                {**self.gap_row(account_id, gap), "gap_order": number, "is_first_gap": number == 1}
                for account_id, gaps in found.items()
                for number, gap in enumerate(sorted(gaps, key=GAPS.index), start=1)
            ],
            "account_families": [self.family_row(parent, ids) for parent, ids in self.families().items()],
        }

    # Outbound activities.

    def outbound(self, account_id: str) -> list[datetime]:
        """When any rep turned to the account, up to as_of."""
        return sorted(row["occurred_at"] for row in self.accounts[account_id].touches("outbound"))

    def is_touched(self, account_id: str) -> bool:
        """Whether somebody did in the last days."""
        moments = self.outbound(account_id)
        return any(self.clock.in_last_days(moment, self.touch_window_days) for moment in moments)

    # Reps.

    @cached_property
    def books(self) -> dict[str, list[str]]:
        """The accounts that each rep owns."""
        books: dict[str, list[str]] = {owner_id: [] for owner_id in self.reps}
        for account_id, account in self.accounts.items():
            books.setdefault(account.record["owner_id"], []).append(account_id)
        return books

    def free_capacity(self, owner_id: str) -> Fraction | None:
        """How many accounts a rep could take on; None without a capacity."""
        capacity = as_amount(self.reps[owner_id]["account_capacity"])
        return None if capacity is None else capacity - len(self.books[owner_id])

    def is_active(self, owner_id: str | None) -> bool:
        """Whether this is a standing rep who works accounts."""
        return owner_id in self.reps and self.reps[owner_id]["is_active"]

    def rep_row(self, owner_id: str) -> Record:
        """A row of rep_coverage."""
        rep, book, free = self.reps[owner_id], self.books[owner_id], self.free_capacity(owner_id)
        tiers = {
            n: [key for key in book if key in self.ranked and self.ranked[key]["tier_number"] == n] for n in range(1, 5)
        }
        touched = sum(self.is_touched(key) for key in tiers[1])
        ranked = [self.ranked[key] for key in book if key in self.ranked]
        deals = [self.accounts[key].attribute("open_opportunity_amount_usd") for key in book]
        kinds = {None: "unknown", True: "under", False: "over"}
        status = "full" if free == 0 else kinds[free if free is None else free > 0]
        return {
            **{name: rep[name] for name in ("owner_id", "owner_name", "role", "territory", "is_active")},
            "account_capacity": _float(rep["account_capacity"]),
            "accounts": len(book),
            **{f"tier_{n}_accounts": len(keys) for n, keys in tiers.items()},
            "other_accounts": len(set(book).difference(*tiers.values())),
            "free_capacity": _float(free) if rep["is_active"] else None,
            "capacity_status": status if rep["is_active"] else "inactive",
            "hot_accounts": sum(row["engagement_status"] == "hot" for row in ranked),
            "overdue_accounts": sum(row["response_status"] == "overdue" for row in ranked),
            "untouched_accounts": sum(
                row["tier_number"] <= 2 and not self.is_touched(row["account_id"]) for row in ranked
            ),
            "open_opportunity_amount_usd": _float(sum_of_amounts(deals)),
            "tier_1_touched": touched,
            "scored_at": self.clock.as_of,
            "tier_1_touched_share": float(published(Fraction(touched, len(tiers[1])))) if tiers[1] else None,
        }

    def to_retrieve(self, owner_id: str) -> list[str]:
        """The low-tier accounts of a rep over capacity, as many as he is over, the least important first."""
        low = [key for key in self.books[owner_id] if key in self.ranked and self.ranked[key]["tier_number"] > 2]
        low.sort(key=lambda key: self.ranked[key]["priority_rank"], reverse=True)
        return low[: max(0, math.ceil(-(self.free_capacity(owner_id) or 0)))]

    def with_most_room(self, territory: str | None, but: str | None) -> str | None:
        """The rep of a territory, other than one, who could best take on an account."""
        found = []
        for owner_id, rep in self.reps.items():
            free = self.free_capacity(owner_id)
            here = (
                territory is not None and rep["territory"] is not None and rep["territory"].lower() == territory.lower()
            )
            fit = rep["is_active"] and rep["role"] not in ("sdr", "csm") and owner_id != but
            if here and fit and (free is None or free > 0):
                found.append((free is None, -(free or 0), owner_id.encode(), owner_id))
        return min(found)[-1] if found else None

    # Gaps.

    def gaps(self, account_id: str) -> list[str]:
        """What is missing in the coverage of a ranked account, but for what its owner has too much of."""
        row, found = self.ranked[account_id], []
        if row["tier_number"] in (1, 2):
            is_nobody_loaded = row["owner_id"] is not None and not self.reps
            if not self.is_active(row["owner_id"]) and not is_nobody_loaded:
                found.append("no_active_owner")
            if not self.is_touched(account_id):
                found.append("untouched")
        respond_by = row["respond_by"]
        if row["engagement_status"] == "hot" and respond_by is not None and respond_by < self.clock.as_of:
            found.append("response_overdue")
        return found

    def is_hot_again(self, account_id: str) -> bool:
        """Whether what a snoozed account did since its return alone makes it hot."""
        account = self.accounts[account_id]
        resting = snooze(account.returns, account_id, self.clock.today)
        assert resting is not None
        since = [row for row in account.signals if self.clock.day(row["occurred_at"]) >= resting["returned_on"]]
        return any(completion(trigger, since, self.clock) for trigger in self.triggers if trigger.status == "hot")

    def gap_row(self, account_id: str, gap: str) -> Record:
        """A row of coverage_gaps."""
        account, row, moments = self.accounts[account_id], self.ranked.get(account_id, {}), self.outbound(account_id)
        last = moments[-1] if moments else None
        days = None if last is None else self.clock.days_ago(last)
        territory, owner_id = account.record["territory"], account.record["owner_id"]
        if gap in ("untouched", "response_overdue", "snoozed_but_hot") and self.is_active(owner_id):
            recommended = owner_id
        else:
            recommended = self.with_most_room(territory, owner_id)
        resting = snooze(account.returns, account_id, self.clock.today)
        return {
            "account_id": account_id,
            **{name: account.record[name] for name in ("account_name", "territory", "owner_id")},
            "owner_name": self.reps.get(owner_id, {}).get("owner_name"),
            **{name: row.get(name) for name in ("tier_number", "tier", "priority_rank")},
            "engagement_status": self.engagements[account_id].status,
            "respond_by": self.engagements[account_id].respond_by,
            "gap": gap,
            "last_outbound_at": last,
            "days_since_last_outbound": days,
            "recommended_owner_id": recommended,
            "recommended_owner_name": self.reps.get(recommended, {}).get("owner_name"),
            "scored_at": self.clock.as_of,
            "what_to_do": _what_to_do(gap, days, self._name(recommended), row.get("tier"), resting),
        }

    def _name(self, owner_id: str | None) -> str | None:
        return None if owner_id is None else self.reps[owner_id]["owner_name"] or owner_id

    # Families.

    def families(self) -> dict[str, list[str]]:
        """The children of each parent account."""
        found: dict[str, list[str]] = {}
        records = {account_id: account.record for account_id, account in self.accounts.items()}
        for account_id, parent in parents(records, self.end_of).items():
            found.setdefault(parent, []).append(account_id)
        return found

    def family_row(self, parent: str, children: list[str]) -> Record:
        """A row of account_families."""
        ranked = [self.ranked[key] for key in children if key in self.ranked]
        best = min(ranked, key=lambda row: (row["tier_number"], row["priority_rank"]), default={})
        hot = sum(self.engagements[key].status == "hot" for key in children)
        deals = [self.accounts[key].record["estimated_deal_usd"] for key in children]
        potentials = [self.accounts[key].attribute("expansion_potential_usd") for key in children]
        return {
            "parent_account_id": parent,
            "parent_account_name": self.accounts[parent].record["account_name"] if parent in self.accounts else None,
            "parent_tier_number": self.ranked.get(parent, {}).get("tier_number"),
            "children": len(children),
            "ranked_children": len(ranked),
            "best_tier_number": best.get("tier_number"),
            "best_tier": best.get("tier"),
            "best_child_account_id": best.get("account_id"),
            "estimated_deal_usd": _float(sum_of_amounts(deals)),
            "expansion_potential_usd": _float(sum_of_amounts(potentials)),
            "hot_children": hot,
            "has_hot_child": hot > 0,
        }


def _what_to_do(gap: str, days: int | None, rep: str | None, tier: str | None, resting: Record | None) -> str:
    """What is wrong and what to do, in a sentence."""
    nobody = "choose a rep, as none of its territory has room"
    if gap == "snoozed_but_hot":
        assert resting is not None
        todo = f"have {rep} look at it" if rep else nobody
        return f"Snoozed until {resting['snooze_until']} and hot again: {todo}."
    ago = {None: "never touched", 0: "last touched today", 1: "last touched yesterday"}
    touched = ago.get(days, f"last touched {days} days ago")
    wrong, todo = {
        "no_active_owner": (" without an active owner", f"assign it to {rep}" if rep else nobody),
        "untouched": (f", {touched}", f"have {rep} reach out" if rep else nobody),
        "response_overdue": (", hot and not answered in time", f"have {rep} respond now" if rep else nobody),
        "retrieve": (
            " of a rep over capacity",
            f"hand it to {rep}" if rep else "take it back, though no rep of its territory has room",
        ),
    }[gap]
    return f"{tier} account{wrong}: {todo}."


def _float(number: Fraction | None) -> float | None:
    return None if number is None else float(number)
