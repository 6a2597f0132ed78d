"""What scores are held against, recomputed with numpy and scipy from what history keeps and what became of deals.

``history``, ``days`` and ``attributes`` are rows of account_tier_history, build_days and history.account_attributes;
``opportunities`` those that stand, after merges. Shares, rates and areas are fractions of 1, amounts US dollars.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from scipy import stats

from .reading import Record

Z = float(stats.norm.ppf(0.975))
SCORES = ("priority_score", "fit_score", "intent_score", "relationship_score", "strategic_score")
FEWEST = 20
NUMBER_OF_DAYS = 31
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Outcome:
    """A row of outcomes."""

    outcome: str
    event: str
    window_days: int
    min_amount_usd: float | None
    leave_out_open: bool


def account_outcomes(
    history: Iterable[Record],
    days: Iterable[Record],
    opportunities: Sequence[Record],
    outcomes: Iterable[Outcome],
    end_of: Mapping[str, str],
    as_of: datetime,
) -> list[Record]:
    """The rows of account_outcomes."""
    ranked: dict[date, dict[str, bool]] = {}
    for row in history:
        if row["tier_number"] is not None:
            those = ranked.setdefault(row["tier_date"], {})
            those[row["account_id"]] = those.get(row["account_id"], False) or bool(row["has_hindsight"])
    scored = {row["tier_date"]: (row["scored_at"], row["built_at"]) for row in days}
    of: dict[str, list[Record]] = {}
    for row in opportunities:
        if row["created_at"] <= as_of:
            of.setdefault(end_of.get(row["account_id"], row["account_id"]), []).append(row)
    rows = []
    for outcome in outcomes:
        window = timedelta(days=outcome.window_days)
        mature = {day for day, (scored_at, _) in scored.items() if scored_at + window <= as_of}
        for day in _looked_back_at(sorted(scored), mature):
            scored_at, built_at = scored[day]
            for account_id, has_hindsight in ranked.get(day, {}).items():
                mine = of.get(end_of.get(account_id, account_id), [])
                hits = [(at, row) for row in mine if (at := _happened_at(outcome, row, as_of))]
                hits = [(at, row) for at, row in hits if scored_at < at <= scored_at + window]
                amounts = [float(row["amount_usd"]) for _, row in hits if row["amount_usd"] is not None]
                had_open = any(
                    row["created_at"] <= scored_at and (row["closed_at"] is None or row["closed_at"] > scored_at)
                    for row in mine
                )
                rows.append(
                    {
                        "account_id": account_id,
                        "tier_date": day,
                        "outcome": outcome.outcome,
                        "scored_at": scored_at,
                        "window_ends_at": scored_at + window,
                        "is_mature": scored_at + window <= as_of,
                        "happened": bool(hits),
                        "happened_at": min((at for at, _ in hits), default=None),
                        "amount_usd": math.fsum(amounts) if amounts else None,
                        "had_open_opportunity": had_open,
                        "is_left_out": had_open and outcome.leave_out_open,
                        "is_backfilled": built_at is not None and built_at > scored_at + DAY,
                        "has_hindsight": has_hindsight,
                    }
                )
    return rows


def _looked_back_at(days: list[date], mature: set[date]) -> list[date]:
    """The last of both kinds, and the first of each month."""
    first = {min(other for other in days if (other.year, other.month) == (day.year, day.month)) for day in days}
    ripe, unripe = [day for day in days if day in mature], [day for day in days if day not in mature]
    return sorted({*ripe[-NUMBER_OF_DAYS:], *unripe[-NUMBER_OF_DAYS:], *first})


def _happened_at(outcome: Outcome, row: Record, as_of: datetime) -> datetime | None:
    """When an opportunity was what the outcome asks for; none if it never was by as_of."""
    if outcome.min_amount_usd is not None and (row["amount_usd"] is None or row["amount_usd"] < outcome.min_amount_usd):
        return None
    at: datetime | None = row["created_at"]
    if outcome.event == "opportunity_won":
        at = row["closed_at"] if row["is_won"] else None
    return at if at is not None and at <= as_of else None


# --- Scores ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """Rows of one score and outcome that are counted: of what day and account, how high, and whether it happened."""

    days: np.ndarray
    accounts: np.ndarray
    scores: np.ndarray
    happened: np.ndarray
    records: list[tuple[Record, Record]]

    def on(self, day: date | None) -> Judged:
        """Those of a day, or all."""
        if day is None:
            return self
        kept = self.days == day
        records = [record for record, keep in zip(self.records, kept, strict=True) if keep]
        return Judged(self.days[kept], self.accounts[kept], self.scores[kept], self.happened[kept], records)

    def first(self) -> np.ndarray:
        """The rows, those of each day from the highest score to the lowest, as indices by day."""
        return np.array(sorted(range(len(self.days)), key=lambda i: (self.days[i], -self.scores[i], self.accounts[i])))


def judged(history: Iterable[Record], outcomes: Iterable[Record], model: str, score: str, outcome: str) -> Judged:
    """The rows of a model, one of its scores and an outcome."""
    found = {
        (row["account_id"], row["tier_date"]): row
        for row in outcomes
        if row["outcome"] == outcome and row["is_mature"] and not row["is_left_out"]
    }
    records = [
        (row, found[row["account_id"], row["tier_date"]])
        for row in history
        if row["scoring_model"] == model
        and row["tier_number"] is not None
        and row[score] is not None
        and (row["account_id"], row["tier_date"]) in found
    ]
    return Judged(
        np.array([row["tier_date"] for row, _ in records], dtype=object),
        np.array([row["account_id"] for row, _ in records], dtype=object),
        np.array([row[score] for row, _ in records], dtype=float),
        np.array([of["happened"] for _, of in records], dtype=bool),
        records,
    )


def placements(scores: np.ndarray, happened: np.ndarray) -> np.ndarray:
    """Of each row the share of the other kind that it beats: above the others, or with those that are above it."""
    found = np.full(len(scores), np.nan)
    positives, others = scores[happened], scores[~happened]
    for index, (score, is_positive) in enumerate(zip(scores, happened, strict=True)):
        of = others if is_positive else positives
        if len(of):
            won = (score > of) if is_positive else (score < of)
            found[index] = (won.sum() + (score == of).sum() / 2) / len(of)
    return found


def clustered(apart: np.ndarray, happened: np.ndarray, accounts: np.ndarray) -> float | None:
    """The standard error of a mean placement whose rows are clustered by account (Obuchowski)."""
    names = np.unique(accounts)
    ones = {name: apart[(accounts == name) & happened].sum() for name in names}
    zeros = {name: apart[(accounts == name) & ~happened].sum() for name in names}
    n1, n0 = happened.sum(), (~happened).sum()
    i1, i0, i = len(np.unique(accounts[happened])), len(np.unique(accounts[~happened])), len(names)
    if i1 < 2 or i0 < 2:
        return None
    variance = (
        sum(value**2 for value in ones.values()) * i1 / ((i1 - 1) * n1**2)
        + sum(value**2 for value in zeros.values()) * i0 / ((i0 - 1) * n0**2)
        + 2 * sum(ones[name] * zeros[name] for name in names) * i / ((i - 1) * n1 * n0)
    )
    return math.sqrt(max(variance, 0))


def score_validation(rows: Judged, day: date | None, all_days: Sequence[date]) -> Record:
    """A row of score_validation, but for what names it."""
    of = rows.on(day)
    scores, happened = of.scores, of.happened
    placed = placements(scores, happened)
    has_both = bool(happened.any() and (~happened).any())
    auc = float(placed[happened].mean()) if has_both else None
    se = clustered(placed - (auc or 0), happened, of.accounts) if has_both else None
    low, high = limits(auc, se)
    base = float(happened.mean())
    earlier = [other for other in all_days if day is not None and other < day]
    winners = len(np.unique(of.accounts[happened]))
    return {
        "days": len(set(of.days)),
        "accounts": len(scores),
        "distinct_accounts": len(np.unique(of.accounts)),
        "positives": int(happened.sum()),
        "base_rate": base,
        "auc": auc,
        "auc_low": low,
        "auc_high": high,
        "auc_se": se,
        "ks": float(stats.ks_2samp(scores[happened], scores[~happened]).statistic) if has_both else None,
        **{f"{name}_top_{share}pct": top(of, share, name, base) for name in ("lift", "capture") for share in (10, 20)},
        "psi_previous": psi(rows.on(earlier[-1]), of) if earlier else None,
        "psi_first": psi(rows.on(all_days[0]), of) if day is not None else None,
        "backfilled_share": float(np.mean([mine["is_backfilled"] for _, mine in of.records])),
        "hindsight_share": float(np.mean([mine["has_hindsight"] for _, mine in of.records])),
        "verdict": "too_few"
        if winners < FEWEST or auc is None
        else "no_better_than_chance"
        if (auc if low is None else low) <= 0.5
        else "better",
    }


def limits(auc: float | None, se: float | None) -> tuple[float | None, float | None]:
    """Those of 95% on the logit scale."""
    if auc is None or se is None or not 0 < auc < 1:
        return None, None
    logit, step = math.log(auc / (1 - auc)), Z * se / (auc * (1 - auc))
    return 1 / (1 + math.exp(-(logit - step))), 1 / (1 + math.exp(-(logit + step)))


def top(of: Judged, percent: int, name: str, base: float) -> float | None:
    """Lift or capture of the first of each day."""
    order, chosen = of.first(), []
    for day in dict.fromkeys(of.days):
        mine = [index for index in order if of.days[index] == day]
        chosen += mine[: -(-len(mine) * percent // 100)]
    hits = int(of.happened[chosen].sum())
    if not base:
        return None
    return hits / len(chosen) / base if name == "lift" else hits / int(of.happened.sum())


def psi(earlier: Judged, later: Judged) -> float:
    """Population stability index over the tenths of the earlier day."""
    order = sorted(range(len(earlier.scores)), key=lambda i: (earlier.scores[i], earlier.accounts[i]))
    parts = np.array_split(np.array(order), 10)
    cuts = [max(earlier.scores[part]) for part in parts[:9] if len(part)]
    shares = []
    for of in (later, earlier):
        bins = np.array([sum(score > cut for cut in cuts) for score in of.scores])
        shares.append([max(float((bins == number).mean()), 0.0001) for number in range(10)])
    return math.fsum((a - b) * math.log(a / b) for a, b in zip(*shares, strict=True))


def bands(rows: Judged, day: date | None) -> list[Record]:
    """The rows of score_validation_bands, but for what names model and outcome."""
    of, order = rows.on(day), rows.on(day).first()
    found: dict[tuple[str, int, str], list[int]] = {}
    for each in dict.fromkeys(of.days):
        mine = np.array([index for index in order if of.days[index] == each])
        for number, part in enumerate(np.array_split(mine, 10), start=1):
            if len(part):
                found.setdefault(("decile", number, str(number)), []).extend(part)
    for index, (score, _) in enumerate(of.records):
        found.setdefault(("tier", score["tier_number"], score["tier"]), []).append(index)
    base, all_positives = of.happened.mean(), of.happened.sum()
    rows_of = []
    for (kind, number, band), places in found.items():
        hits = int(of.happened[places].sum())
        amounts = [of.records[place][1]["amount_usd"] for place in places if of.happened[place]]
        known = [amount for amount in amounts if amount is not None]
        won = math.fsum(known) if known else None
        low, high = wilson(hits, len(places))
        rows_of.append(
            {
                "tier_date": day,
                "band_kind": kind,
                "band_number": number,
                "band": band,
                "accounts": len(places),
                "positives": hits,
                "conversion_rate": hits / len(places),
                "rate_low": low,
                "rate_high": high,
                "lift": hits / len(places) / base if base else None,
                "capture": hits / all_positives if all_positives else None,
                "won_amount_usd": won,
                "average_won_amount_usd": won / hits if won is not None and hits else None,
            }
        )
    return rows_of


def wilson(hits: int, rows: int) -> tuple[float, float]:
    """The limits of 95% of a rate."""
    found = stats.binomtest(hits, rows).proportion_ci(0.95, "wilson")
    return float(found.low), float(found.high)


def comparison(champion: Judged, challenger: Judged, day: date | None) -> Record | None:
    """A row of model_comparison, but for what names it; none if they ranked nothing alike."""
    mine, other = champion.on(day), challenger.on(day)
    places = {key: n for n, key in enumerate(zip(other.days, other.accounts, strict=True))}
    pairs = [(n, places[key]) for n, key in enumerate(zip(mine.days, mine.accounts, strict=True)) if key in places]
    if not pairs:
        return None
    left, right = (np.array(side) for side in zip(*pairs, strict=True))
    happened, accounts, days = mine.happened[left], mine.accounts[left], mine.days[left]
    scores = mine.scores[left], other.scores[right]
    tiers = [[side.records[n][0]["tier_number"] for n in those] for side, those in ((mine, left), (other, right))]
    placed = [placements(score, happened) for score in scores]
    has_both = bool(happened.any() and (~happened).any())
    aucs = [float(each[happened].mean()) if has_both else None for each in placed]
    difference = aucs[1] - aucs[0] if has_both else None  # type: ignore[operator]
    se = clustered(placed[1] - placed[0] - (difference or 0), happened, accounts) if has_both else None
    known = difference is not None and se is not None
    low, high = (difference - Z * se, difference + Z * se) if known else (None, None)  # type: ignore[operator]
    hits = [0, 0]
    for each in dict.fromkeys(days):
        those = np.flatnonzero(days == each)
        room = sum(tiers[0][n] == 1 for n in those)
        for side in (0, 1):
            first = sorted(those, key=lambda n: (-scores[side][n], accounts[n]))[:room]
            hits[side] += int(happened[first].sum())
    moved = [b - a for a, b in zip(*tiers, strict=True)]
    return {
        "tier_date": day,
        "accounts": len(pairs),
        "positives": int(happened.sum()),
        "champion_auc": aucs[0],
        "challenger_auc": aucs[1],
        "auc_difference": difference,
        "difference_low": low,
        "difference_high": high,
        "tier_agreement": float(np.mean([step == 0 for step in moved])),
        "moved_up": sum(step < 0 for step in moved),
        "moved_down": sum(step > 0 for step in moved),
        "champion_positives_in_top": hits[0],
        "challenger_positives_in_top": hits[1],
        "verdict": "too_few"
        if len(np.unique(accounts[happened])) < FEWEST or low is None
        else "challenger"
        if low > 0
        else "champion"
        if high < 0  # type: ignore[operator]
        else "no_difference",
    }


# --- Attributes and rules --------------------------------------------------------------------------------------------


@dataclass
class Count:
    """Rows of a value: how many, how many with the outcome, and what those are worth."""

    rows: int = 0
    positives: int = 0
    amounts: list[float] | None = None

    def add(self, record: Record) -> None:
        self.rows += 1
        if record["happened"]:
            self.positives += 1
            if record["amount_usd"] is not None:
                self.amounts = [*(self.amounts or []), record["amount_usd"]]

    def __add__(self, other: Count) -> Count:
        both = [*(self.amounts or []), *(other.amounts or [])]
        return Count(self.rows + other.rows, self.positives + other.positives, both or None)


Value = float | str | None


def counts(
    rows: Judged, attributes: Mapping[tuple[str, date], Mapping[str, Value]], attribute: str
) -> dict[Value, Count]:
    """How many rows of days whose attributes are kept have each value."""
    kept = {day for _, day in attributes}
    nothing: Value = 0.0 if attribute.startswith("signals_") else "false" if attribute.startswith("uses_") else None
    found: dict[Value, Count] = {}
    for score, record in rows.records:
        if score["tier_date"] in kept:
            value = attributes.get((score["account_id"], score["tier_date"]), {}).get(attribute, nothing)
            found.setdefault(value, Count()).add(record)
    return found


def split(values: Mapping[float, Count]) -> list[tuple[float | None, float | None, Count]]:
    """The bands of a number: where it begins and ends, and what lies in it."""
    total, before = sum(count.rows for count in values.values()), 0
    bins: dict[int, list[tuple[float, Count]]] = {}
    for value in sorted(values):
        bins.setdefault(before * 50 // total, []).append((value, values[value]))
        before += values[value].rows
    segments = [list(bins.values())]
    least = max(30, 0.05 * total)
    for _ in range(4):
        best: tuple[float, int, int] | None = None
        for place, segment in enumerate(segments):
            for cut in range(1, len(segment)):
                left, right = _together(segment[:cut]), _together(segment[cut:])
                if min(left.rows, right.rows) < least:
                    continue
                gain = round(_likelihood(left) + _likelihood(right) - _likelihood(left + right), 9)
                if gain >= 3.32 and (best is None or gain > best[0]):
                    best = (gain, place, cut)
        if best is None:
            break
        _, place, cut = best
        segments[place : place + 1] = [segments[place][:cut], segments[place][cut:]]
    edges = [(segment[0][0][0], segment[-1][-1][0]) for segment in segments]
    return [
        (
            (edges[n - 1][1] + edges[n][0]) / 2 if n else None,
            (edges[n][1] + edges[n + 1][0]) / 2 if n + 1 < len(edges) else None,
            _together(segment),
        )
        for n, segment in enumerate(segments)
    ]


def _together(bins: Iterable[Iterable[tuple[float, Count]]]) -> Count:
    return sum((count for each in bins for _, count in each), Count())


def _likelihood(count: Count) -> float:
    hits, misses = count.positives, count.rows - count.positives
    return sum(part * math.log(part / count.rows) for part in (hits, misses) if part)


def attribute_outcomes(values: Mapping[Value, Count]) -> list[Record]:
    """The rows of attribute_outcomes of an attribute, but for what names it; texts of ranges apart."""
    numbers = {value: count for value, count in values.items() if isinstance(value, float)}
    found: list[tuple[str | None, float | None, float | None, Count]] = []
    if numbers:
        found += [(None, low, high, count) for low, high, count in split(numbers)]
    texts: dict[str, Count] = {}
    for value, count in values.items():
        if not isinstance(value, float):
            name = "(unknown)" if value is None else "other" if count.rows < 30 else value
            texts[name] = texts.get(name, Count()) + count
    found += [(name, None, None, count) for name, count in texts.items()]
    rows = sum(count.rows for *_, count in found)
    positives = sum(count.positives for *_, count in found)
    base = positives / rows
    more = [(count.positives + 10 * base, count.rows - count.positives + 10 * (1 - base)) for *_, count in found]
    ones, zeros = (sum(side) for side in zip(*more, strict=True))
    shares = [(one / ones if ones else 0, zero / zeros if zeros else 0) for one, zero in more]
    woes = [math.log(one / zero) if one and zero else None for one, zero in shares]
    terms = [(one - zero) * woe for (one, zero), woe in zip(shares, woes, strict=True) if woe is not None]
    information = math.fsum(terms) if terms else None
    noise = (len(found) - 1) * (1 / positives + 1 / (rows - positives)) if 0 < positives < rows else None
    result = []
    for (band, low, high, count), (one, zero), woe in zip(found, more, woes, strict=True):
        won = math.fsum(count.amounts) if count.amounts else None
        step = Z * math.sqrt(1 / one + 1 / zero) if woe is not None else None
        rate_low, rate_high = wilson(count.positives, count.rows)
        result.append(
            {
                "band": band,
                "min_value": low,
                "max_value": high,
                "accounts": count.rows,
                "share": count.rows / rows,
                "positives": count.positives,
                "conversion_rate": count.positives / count.rows,
                "rate_low": rate_low,
                "rate_high": rate_high,
                "average_won_amount_usd": won / count.positives if won is not None else None,
                "value_per_account_usd": (won or 0) / count.rows,
                "weight_of_evidence": woe,
                "woe_low": woe - step if woe is not None and step is not None else None,
                "woe_high": woe + step if woe is not None and step is not None else None,
                "information_value": information,
                "information_value_less_noise": information - noise
                if information is not None and noise is not None
                else None,
            }
        )
    return result


def matches(rule: Mapping[str, Any], value: Value) -> bool:
    """Whether a rule matches a value."""
    if rule["match_value"] == "(unknown)":
        return value is None
    if value is None:
        return False
    number = value if isinstance(value, float) else None
    low, high = rule["min_value"], rule["max_value"]
    if (low is not None or high is not None) and number is None:
        return False
    if number is not None and ((low is not None and number < low) or (high is not None and number > high)):
        return False
    return (
        rule["match_value"] is None
        or value == rule["match_value"]
        or (number is not None and number == rule["match_number"])
    )


def rule_outcomes(rules: Sequence[Mapping[str, Any]], found: Mapping[str, Mapping[Value, Count]]) -> list[Record]:
    """The rows of rule_outcomes of a factor, but for what names outcome and rule; `found` by attribute."""
    counted = []
    for rule in rules:
        values = found[rule["attribute"]]
        whole = sum(values.values(), Count())
        hit = sum((count for value, count in values.items() if matches(rule, value)), Count())
        counted.append((rule, hit, whole.positives / whole.rows))
    rates = [hit.positives / hit.rows for _, hit, _ in counted if hit.rows >= 30]
    best = max(rates, default=0)
    most = max((float(rule["points"]) for rule in rules if rule["points"] is not None), default=0)
    positives = sum(hit.positives for _, hit, _ in counted)
    result = []
    for rule, hit, base in counted:
        rate = hit.positives / hit.rows if hit.rows else None
        low, high = wilson(hit.positives, hit.rows) if hit.rows else (None, None)
        is_worth = rate is not None and rule["points_per_unit"] is None and best > 0 and most > 0
        suggested = most * rate / best if is_worth and rate is not None else None
        verdict = "unclear"
        if suggested is not None and low is not None and high is not None and hit.rows >= 30 and positives >= FEWEST:
            points = float(rule["points"])
            verdict = "earns"
            if not most * low / best <= points <= most * high / best:
                verdict = "too_many" if points > suggested else "too_few"
        result.append(
            {
                "rule_number": rule["rule_number"],
                "accounts": hit.rows,
                "positives": hit.positives,
                "conversion_rate": rate,
                "rate_low": low,
                "rate_high": high,
                "lift": rate / base if rate is not None and base else None,
                "points": float(rule["points"]) if rule["points"] is not None else None,
                "suggested_points": float(math.floor(suggested + 0.5)) if suggested is not None else None,
                "verdict": verdict,
            }
        )
    return result
