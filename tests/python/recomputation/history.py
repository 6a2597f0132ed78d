"""What builds leave behind: the tiers of each build day, what changed between two, and what a CRM is told.

``before`` is what an earlier recomputation of the same raw tables published (none: the first build).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from .attributes import Account
from .reading import Record
from .rules import Model
from .values import round_half_up

Tables = dict[str, list[Record]]
Accounts = Mapping[str, Account]
STATE = ("engagement_status", "owner_id")
"""What history keeps of an account beside its tiers."""
DAYS_OF_CONTRIBUTIONS = 35
DIMENSION_SCORES = ("fit_score", "intent_score", "relationship_score", "strategic_score")


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


def is_built(before: Tables, as_of: datetime, today: date) -> bool:
    """Whether as_of's day is built: not if a later build of it was published."""
    return not any(row["tier_date"] == today and row["scored_at"] > as_of for row in before.get("build_days", []))


def account_tier_history(
    tables: Tables, before: Tables, as_of: datetime, today: date, states: Mapping[str, Record]
) -> list[Record]:
    """The rows of all build days; of as_of's own those of the latest build."""
    kept = before.get("account_tier_history", [])
    if not is_built(before, as_of, today):
        return kept
    contributions: dict[tuple[str, str], list[Record]] = {}
    for row in tables["account_score_contributions"]:
        contributions.setdefault((row["account_id"], row["scoring_model"]), []).append(row)
    stamp = {"tier_date": today, "scored_at": as_of}
    rows = [
        {
            **{name: row[name] for name in ("account_id", "scoring_model", "priority_score", "priority_rank")},
            **{name: row[name] for name in ("is_primary", "tier_number", "tier", "tier_reason", *DIMENSION_SCORES)},
            **{name: states[row["account_id"]][name] for name in STATE},
            "top_reason": _top_reason(contributions[row["account_id"], row["scoring_model"]]),
            **stamp,
        }
        for row in tables["account_scores"]
    ]
    nothing = ("priority_score", "priority_rank", "tier_number", "top_reason", *DIMENSION_SCORES)
    rows += [
        {
            "account_id": row["account_id"],
            "scoring_model": row["scoring_model"],
            "is_primary": row["is_primary"],
            **states.get(row["account_id"], dict.fromkeys(STATE)),
            "tier": "Unranked",
            "tier_reason": row["reason"],
            **dict.fromkeys(nothing),
            **stamp,
        }
        for row in tables["unranked_accounts"]
    ]
    return [row for row in kept if row["tier_date"] != today] + rows


def _top_reason(rows: list[Record]) -> str | None:
    """The label of the largest contribution, of equal ones of the first by name."""
    first = min(
        rows,
        key=lambda row: (-round_half_up(row["exact_contribution"], 10), row["dimension"], row["factor"]),
    )
    return first["label"] if round_half_up(first["exact_contribution"], 10) > 0 else None


def build_days(history: list[Record], before: Tables, today: date) -> list[Record]:
    """The days of history by model, each with the one before it and whether its contributions are kept."""
    kept = {(row["scoring_model"], row["tier_date"]): row["has_contributions"] for row in before.get("build_days", [])}
    of_model: dict[str, dict[date, datetime]] = {}
    for row in history:
        of_model.setdefault(row["scoring_model"], {})[row["tier_date"]] = row["scored_at"]
    rows = []
    for model, days in of_model.items():
        for previous, day in pairwise([None, *sorted(days)]):
            assert day is not None
            first_of_month = min(other for other in days if (other.year, other.month) == (day.year, day.month))
            is_wanted = day in (today, first_of_month) or (max(days) - day).days < DAYS_OF_CONTRIBUTIONS
            rows.append(
                {
                    "scoring_model": model,
                    "tier_date": day,
                    "scored_at": days[day],
                    "previous_date": previous,
                    "has_contributions": is_wanted and (day == today or kept[model, day]),
                }
            )
    return rows


def calendar_days(builds: list[Record], today: date) -> list[Record]:
    """Every day from the first that history or the timeline may tell of to the last."""
    built = {row["tier_date"] for row in builds}
    first, last = min(built | {today - timedelta(days=180)}), max(built | {today})
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return [
        {
            "day": day,
            "week_begins_on": day - timedelta(days=day.weekday()),
            "month_begins_on": day.replace(day=1),
            "is_build_day": day in built,
        }
        for day in days
    ]


def account_contributions(tables: Tables, before: Tables, as_of: datetime, today: date) -> list[Record]:
    """What each factor added to the scores of the days of which that is kept, by the name of the factor."""
    wanted = {(row["scoring_model"], row["tier_date"]) for row in tables["build_days"] if row["has_contributions"]}
    rows = before.get("account_contributions", [])
    if is_built(before, as_of, today):
        of_account: dict[tuple[str, str], dict[str, Fraction]] = {}
        for row in tables["account_score_contributions"]:
            points = of_account.setdefault((row["account_id"], row["scoring_model"]), {})
            if round_half_up(row["exact_contribution"], 10):
                points[f"{row['dimension']}: {row['factor']}"] = round_half_up(row["exact_contribution"], 6)
        rows = [row for row in rows if row["tier_date"] != today] + [
            {"account_id": account_id, "scoring_model": model, "tier_date": today, "contributions": points}
            for (account_id, model), points in of_account.items()
        ]
    return [row for row in rows if (row["scoring_model"], row["tier_date"]) in wanted]


def account_tier_changes(
    tables: Tables, before: Tables, as_of: datetime, today: date, models: Mapping[str, Model], accounts: Accounts
) -> list[Record]:
    """A row for each account and model whose tier on a build day is another than on the build day before."""
    by_day: dict[tuple[str, date], dict[str, Record]] = {}
    for row in tables["account_tier_history"]:
        by_day.setdefault((row["scoring_model"], row["tier_date"]), {})[row["account_id"]] = row
    told = {_of(row): row for row in before.get("account_tier_changes", [])}
    contributions = _contributions_at_hand(tables, before, today)
    rewritten = today if is_built(before, as_of, today) else None
    days = {(row["scoring_model"], row["tier_date"]): row["scored_at"] for row in tables["build_days"]}
    changes = []
    for day in tables["build_days"]:
        model, changed_on, previous = day["scoring_model"], day["tier_date"], day["previous_date"]
        if previous is None:
            continue
        earlier, later = by_day[model, previous], by_day[model, changed_on]
        for account_id in earlier.keys() | later.keys():
            old = earlier.get(account_id) or _absent("new")
            new = later.get(account_id) or _absent("deleted")
            if old["tier_number"] == new["tier_number"]:
                continue
            change = {
                "account_id": account_id,
                "scoring_model": model,
                "changed_on": changed_on,
                "changed_at": day["scored_at"],
                "previous_date": previous,
                "from_tier_number": old["tier_number"],
                "from_tier": old["tier"],
                "from_score": old["priority_score"],
                "from_reason": old["tier_reason"],
                "to_tier_number": new["tier_number"],
                "to_tier": new["tier"],
                "to_score": new["priority_score"],
                "to_reason": new["tier_reason"],
                "direction": _direction(old["tier_number"], new["tier_number"]),
                "score_change": _score_change(old["priority_score"], new["priority_score"]),
                "is_primary": new["is_primary"] if "is_primary" in new else old["is_primary"],
                "owner_id": new.get("owner_id") or old.get("owner_id"),
            }
            sides = [contributions.get((model, date_of_side)) for date_of_side in (previous, changed_on)]
            same = told.get(_of(change))
            if same and rewritten not in (previous, changed_on):
                change = {**change, **{name: same[name] for name in ("why", "is_primary", "owner_id")}}
            elif None in (old["tier_number"], new["tier_number"]) or None not in sides:
                known = accounts.get(account_id)
                came = _signals_told(known, days[model, previous], day["scored_at"]) if known else None
                moved = [(side or {}).get(account_id, {}) for side in sides]
                change["why"] = _why(old, new, (moved[0], moved[1]), models.get(model), came)
            elif same and all(same[name] == change[name] for name in ("from_score", "to_score")):
                change["why"] = same["why"]
            else:
                forgotten = previous if sides[0] is None else changed_on
                change["why"] = f"contributions of {forgotten} are no longer kept"
            changes.append(change)
    return changes


def _of(change: Record) -> tuple[object, ...]:
    """What a change is of."""
    return tuple(change[name] for name in ("account_id", "scoring_model", "changed_on", "previous_date"))


def _contributions_at_hand(
    tables: Tables, before: Tables, today: date
) -> dict[tuple[str, date], dict[str, dict[str, Fraction]]]:
    """By model and day those of all accounts: of the days that were kept, and of the one that is built."""
    kept_days = [row for row in before.get("build_days", []) if row["has_contributions"]]
    built = [row for row in tables["build_days"] if row["tier_date"] == today]
    days: dict[tuple[str, date], dict[str, dict[str, Fraction]]] = {
        (row["scoring_model"], row["tier_date"]): {} for row in kept_days + built
    }
    kept = [row for row in before.get("account_contributions", []) if row["tier_date"] != today]
    for row in kept + [row for row in tables["account_contributions"] if row["tier_date"] == today]:
        days[row["scoring_model"], row["tier_date"]][row["account_id"]] = row["contributions"]
    return days


def _absent(reason: str) -> Record:
    """How an account without a row on a build day counts."""
    return {"tier_number": None, "tier": "Unranked", "priority_score": None, "tier_reason": reason}


def _direction(old: int | None, new: int | None) -> str:
    if old is None or new is None:
        return "in" if old is None else "out"
    return "up" if new < old else "down"


def _score_change(old: float | None, new: float | None) -> float | None:
    return None if old is None or new is None else float(Fraction(str(new)) - Fraction(str(old)))


def _why(
    old: Record,
    new: Record,
    contributions: tuple[dict[str, Fraction], dict[str, Fraction]],
    model: Model | None,
    came: str | None,
) -> str:
    """The contributions that moved most, three of at least a tenth of a point, and what other steps did.

    ``contributions`` are those of both days, ``came`` are the signals since the day before, in words.
    """
    if old["tier_number"] is None:
        was = old["tier_reason"]
        return "New account" if was == "new" else f"Now ranked; before: {_unranked(was)}"
    if new["tier_number"] is None:
        return f"No longer ranked: {_unranked(new['tier_reason'])}"
    earlier, later = contributions
    moved = {
        name: round_half_up(later.get(name, Fraction(0)) - earlier.get(name, Fraction(0)), 1)
        for name in earlier.keys() | later.keys()
    }
    largest = sorted((-abs(points), name.split(": "), name) for name, points in moved.items() if points)[:3]
    of_signals = _factors_of_signals(model)
    words = []
    for _, _, name in largest:
        told = in_words(name.partition(": ")[2])
        told = told[:1].upper() + told[1:]
        if name in of_signals:
            told = "Signals fading," if moved[name] < 0 else f"{came}," if came else "Signals"
        words.append(f"{told} {float(moved[name]):+g}")
    above = [tier.tier for tier in model.tiers if tier.tier_number == new["tier_number"] - 1] if model else []
    step = {
        "capacity": f"; {above[0] if above else 'the tier above'} was full",
        "held": "; held by the demotion margin",
        "hot_promotion": "; moved up because it is hot",
        "strategic": "; placed as a strategic account",
        "override": "; placed by an override",
    }
    return ("; ".join(words) or "No contribution moved") + step.get(new["tier_reason"], "")


def _unranked(reason: str) -> str:
    """Why an account was not ranked, in words."""
    kind, _, rule = reason.partition(":")
    return {
        "merged": "merged into another account",
        "outside_population": "outside the population of the model",
        "not_yet_created": "not yet created",
        "disqualified": f"disqualified by {in_words(rule)}",
    }.get(kind, reason)


def _factors_of_signals(model: Model | None) -> set[str]:
    """The factors that decayed signals give points for, as `dimension: factor`."""
    return {
        f"{dimension.dimension}: {factor.factor}"
        for dimension in (model.dimensions if model else ())
        for factor in dimension.factors
        if any(rule.condition.attribute == "decayed_intent_points" for rule in factor.rules)
    }


def _signals_told(account: Account, after: datetime, until: datetime) -> str | None:
    """The three types of signals that came since, and count most, with how many there were."""
    types = account.rules.signal_types
    came = Counter(row["signal_type"] for row in account.signals if after < row["occurred_at"] <= until)
    largest = sorted(
        (-types[name].points * n, name.encode(), name, n) for name, n in came.items() if types[name].points > 0
    )
    words = [counted(n, in_words(name)) for _, _, name, n in largest[:3]]
    if not words:
        return None
    told = " and ".join(words) if len(words) < 3 else f"{words[0]}, {words[1]} and {words[2]}"
    return told[:1].upper() + told[1:]


def in_words(name: str) -> str:
    """A name within a sentence."""
    words = name.replace("_", " ")
    return words.replace("third party", "third-party").replace("multi threading", "multi-threading")


def counted(number: int, name: str) -> str:
    """How many of something there were."""
    if number == 1:
        return name
    if name.endswith("research"):
        return f"{name} {number} times"
    if name.endswith(("s", "ch", "x")):
        return f"{number} {name}es"
    if name.endswith("y") and name[-2:] not in ("ay", "ey", "oy"):
        return f"{number} {name[:-1]}ies"
    return f"{number} {name}s"


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
