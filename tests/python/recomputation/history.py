"""What builds leave behind: the tiers of each build day, what changed between two, and what a CRM is told.

``before`` is what an earlier recomputation of the same raw tables published (none: the first build).
"""

from datetime import date, datetime
from fractions import Fraction
from itertools import pairwise

from .reading import Record
from .values import round_half_up

Tables = dict[str, list[Record]]


def tiers_before(before: Tables, today: date) -> dict[tuple[str, str], int]:
    """The tiers of the last build of a day before, by account and model: of each model its own last build."""
    past = [row for row in before.get("account_tier_history", []) if row["tier_date"] < today]
    last: dict[str, date] = {}
    for row in past:
        last[row["scoring_model"]] = max(row["tier_date"], last.get(row["scoring_model"], row["tier_date"]))
    return {
        (row["account_id"], row["scoring_model"]): row["tier_number"]
        for row in past
        if row["tier_date"] == last[row["scoring_model"]] and row["tier_number"] is not None
    }


def account_tier_history(tables: Tables, before: Tables, as_of: datetime, today: date) -> list[Record]:
    """The rows of all build days; of as_of's own those of the latest build."""
    kept = before.get("account_tier_history", [])
    of_the_day = [row for row in kept if row["tier_date"] == today]
    if any(row["scored_at"] > as_of for row in of_the_day):
        return kept
    contributions: dict[tuple[str, str], list[Record]] = {}
    for row in tables["account_score_contributions"]:
        contributions.setdefault((row["account_id"], row["scoring_model"]), []).append(row)
    stamp = {"tier_date": today, "scored_at": as_of}
    rows = [
        {
            **{name: row[name] for name in ("account_id", "scoring_model", "priority_score", "priority_rank")},
            **{name: row[name] for name in ("tier_number", "tier", "tier_reason")},
            **_contributed(contributions[row["account_id"], row["scoring_model"]]),
            **stamp,
        }
        for row in tables["account_scores"]
    ]
    nothing = ("priority_score", "priority_rank", "tier_number", "top_reason", "contributions")
    rows += [
        {
            "account_id": row["account_id"],
            "scoring_model": row["scoring_model"],
            "tier": "Unranked",
            "tier_reason": row["reason"],
            **dict.fromkeys(nothing),
            **stamp,
        }
        for row in tables["unranked_accounts"]
    ]
    return [row for row in kept if row["tier_date"] != today] + rows


def _contributed(rows: list[Record]) -> Record:
    """The label of the largest contribution, and each that is not nothing."""
    rows = [row for row in rows if round_half_up(row["exact_contribution"], 10) != 0]
    first = min(
        rows,
        key=lambda row: (-round_half_up(row["exact_contribution"], 10), row["dimension"], row["factor"]),
        default=None,
    )
    named = {f"{row['dimension']}: {row['factor']}": round_half_up(row["exact_contribution"], 6) for row in rows}
    listed = {name.replace("|", "/").replace("=", "-"): points for name, points in named.items()}
    return {
        "top_reason": first["label"] if first and first["exact_contribution"] > 0 else None,
        "contributions": listed or None,
    }


def account_tier_changes(history: list[Record]) -> list[Record]:
    """A row for each account and model whose tier on a build day is another than on the build day before."""
    changes = []
    for model in {row["scoring_model"] for row in history}:
        by_day: dict[date, dict[str, Record]] = {}
        for row in history:
            if row["scoring_model"] == model:
                by_day.setdefault(row["tier_date"], {})[row["account_id"]] = row
        days = sorted(by_day)
        for previous, day in pairwise(days):
            changed_at = max(row["scored_at"] for row in by_day[day].values())
            for account_id in by_day[previous].keys() | by_day[day].keys():
                old = by_day[previous].get(account_id) or _absent("new")
                new = by_day[day].get(account_id) or _absent("deleted")
                if old["tier_number"] != new["tier_number"]:
                    changes.append(
                        {
                            "account_id": account_id,
                            "scoring_model": model,
                            "changed_on": day,
                            "changed_at": changed_at,
                            "previous_date": previous,
                            "from_tier_number": old["tier_number"],
                            "from_tier": old["tier"],
                            "from_score": old["priority_score"],
                            "from_reason": old["tier_reason"],
                            "to_tier_number": new["tier_number"],
                            "to_tier": new["tier"],
                            "to_score": new["priority_score"],
                            "to_reason": new["tier_reason"],
                            "why": _why(old, new),
                        }
                    )
    return changes


def _absent(reason: str) -> Record:
    """How an account without a row on a build day counts."""
    return {"tier_number": None, "tier": "Unranked", "priority_score": None, "tier_reason": reason}


def _why(old: Record, new: Record) -> str:
    """The three contributions that moved most, by at least a tenth of a point, and the step that gave the tier."""
    if old["tier_number"] is None:
        return f"Now ranked; before: {old['tier_reason']}"
    if new["tier_number"] is None:
        return f"No longer ranked: {new['tier_reason']}"
    earlier, later = old["contributions"] or {}, new["contributions"] or {}
    moved = {
        name: round_half_up(later.get(name, Fraction(0)) - earlier.get(name, Fraction(0)), 1)
        for name in earlier.keys() | later.keys()
    }
    largest = sorted((-abs(points), name) for name, points in moved.items() if points)[:3]
    words = [f"{name[0].upper()}{name[1:].replace('_', ' ')} {float(moved[name]):+g}" for _, name in largest]
    return f"{'; '.join(words) or 'No contribution moved'} ({new['tier_reason']})"


def crm_tier_sync(history: list[Record], before: Tables, primary: str, as_of: datetime, day: date) -> list[Record]:
    """What the CRM is told: every account that it was ever told of or that is ranked on the latest build day."""
    of_model = [row for row in history if row["scoring_model"] == primary]
    latest = max([day, *(row["tier_date"] for row in of_model)])
    built_at = max([as_of, *(row["scored_at"] for row in of_model)])
    today = {row["account_id"]: row for row in of_model if row["tier_date"] == latest}
    told = {row["account_id"]: row for row in before.get("crm_tier_sync", [])}
    rows = []
    for account_id in told.keys() | {name for name, row in today.items() if row["tier_number"] is not None}:
        row = _mapped(account_id, today.get(account_id) or _absent("deleted"))
        known = told.get(account_id)
        same = known is not None and all(known[name] == value for name, value in row.items())
        rows.append({**row, "changed_at": known["changed_at"] if known and same else built_at})
    return rows


def _mapped(account_id: str, row: Record) -> Record:
    """The values that are mapped: texts and whole numbers."""
    ranked = row["tier_number"] is not None
    reason = row["top_reason"] or "Nothing in its favour yet" if ranked else f"Not ranked: {row['tier_reason']}"
    return {
        "account_id": account_id,
        "tier": row["tier"],
        "tier_number": row["tier_number"] or 0,
        "priority_score": int(round_half_up(Fraction(str(row["priority_score"])), 0)) if ranked else 0,
        "tier_reason": row["tier_reason"],
        "top_reason": reason,
    }
