"""Propose a scoring model learned from what happened: rows of the rule files, to be reviewed like any change of them.

    uv run python scripts/learn_rules.py account_prioritization.duckdb --outcome opportunity_won
    uv run python scripts/learn_rules.py warehouse.duckdb --outcome opportunity_won --hybrid weighted_composite --write

Reads the attributes that history keeps of the first build day of each month, and what became of the accounts since. It
splits attributes into bands, weighs the bands by a logistic regression (ridge), and makes whole points of the weights
that add up to 100. It learns on some accounts and days, and judges on others alone, beside the primary model. Where
there is nothing to be learned it says so, and ends with 1. `--write` puts the rows into seeds/. See docs/validation.md.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

SEEDS = Path(__file__).resolve().parent.parent / "seeds"
UNKNOWN = "(unknown)"
FEWEST_OF_EACH = 40  # accounts with the outcome, and without, below which only a hybrid is learned
FEWEST_AT_ALL = 20
LEAST_ROWS, LEAST_SHARE = 30, 0.05  # of a band
CANDIDATES = 50  # cuts of a number that are tried, by quantiles
MOST_BANDS = 5
LEAST_GAIN = 3.32  # in log likelihood: p = 0.01
LEAK = 0.95  # an attribute that alone sorts so well was written after the outcome
PRIOR_ROWS = 10
RIDGE, RIDGE_OF_HYBRID = 1.0, 5.0
JUDGED_SHARE = 0.3  # of accounts
Z = 1.959963984540054

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


class NothingLearned(Exception):
    """Why no model is proposed."""


@dataclass(frozen=True)
class Band:
    """A range of a number, a value, or what is unknown: what it is, and of which rows."""

    attribute: str
    rows: Flags
    min_value: float | None = None
    max_value: float | None = None
    values: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What a person reads."""
        name = self.attribute.replace("_", " ").capitalize()
        if self.values == (UNKNOWN,):
            return f"{name} unknown"
        if self.values:
            return f"{name}: {' or '.join(self.values[:3])}{' or others' if len(self.values) > 3 else ''}"
        if self.min_value is None or self.max_value is None:
            limit = self.max_value if self.min_value is None else self.min_value
            return (
                f"{name} known"
                if limit is None
                else f"{name} {'up to' if self.min_value is None else 'from'} {limit:g}"
            )
        return f"{name} {self.min_value:g} to {self.max_value:g}"


@dataclass
class Attribute:
    """An attribute of all rows: numbers (nan: unknown) or texts (none: unknown)."""

    name: str
    numbers: Numbers | None = None
    texts: NDArray[np.object_] | None = None

    @property
    def known_texts(self) -> NDArray[np.object_]:
        """The texts of one that has texts."""
        assert self.texts is not None
        return self.texts


@dataclass
class Market:
    """Rows to learn from: an account on a day, what it was like, its score, and whether the outcome happened."""

    accounts: NDArray[np.object_]
    days: NDArray[np.object_]
    ends: NDArray[np.object_]
    happened: Flags
    scores: Numbers
    attributes: list[Attribute] = field(default_factory=list)

    def only(self, rows: Flags) -> Market:
        """Some of the rows."""
        attributes = [
            Attribute(
                each.name,
                None if each.numbers is None else each.numbers[rows],
                None if each.texts is None else each.texts[rows],
            )
            for each in self.attributes
        ]
        return Market(
            self.accounts[rows], self.days[rows], self.ends[rows], self.happened[rows], self.scores[rows], attributes
        )


# --- Reading ---------------------------------------------------------------------------------------------------------


def read(path: Path, outcome: str, marts: str = "marts") -> tuple[Market, str]:
    """What history keeps of accounts that the primary model ranked, and the name of that model."""
    with duckdb.connect(str(path), read_only=True) as connection:
        known = [
            row[0] for row in connection.execute(f"select distinct outcome from {marts}.account_outcomes").fetchall()
        ]
        if outcome not in known:
            raise NothingLearned(
                f"no outcome {outcome!r} in marts.account_outcomes; known: {', '.join(known) or 'none'}"
            )
        ((champion,),) = connection.execute(f"select distinct scoring_model from {marts}.account_tiers").fetchall() or [
            ("",)
        ]
        connection.execute(
            "create temp table judged as"
            " select row_number() over (order by outcomes.tier_date, outcomes.account_id) - 1 as n,"
            " outcomes.account_id, outcomes.tier_date, cast(outcomes.window_ends_at as date) as ended_on,"
            " outcomes.happened, history.priority_score"
            f" from {marts}.account_outcomes as outcomes inner join {marts}.account_tier_history as history"
            " using (account_id, tier_date) where outcomes.outcome = ? and history.scoring_model = ?"
            " and history.tier_number is not null and outcomes.is_mature and not outcomes.is_left_out"
            " and outcomes.tier_date in (select kept.tier_date from history.account_attributes as kept)",
            [outcome, champion],
        )
        rows = connection.execute("select * from judged order by n").fetchnumpy()
        if not len(rows["n"]):
            raise NothingLearned(
                "no scored day whose attributes are kept and whose window has passed;"
                " scripts/backfill.py fills in past days"
            )
        market = Market(
            np.asarray(rows["account_id"], dtype=object),
            np.asarray(rows["tier_date"]).astype("datetime64[D]").astype(object),
            np.asarray(rows["ended_on"]).astype("datetime64[D]").astype(object),
            np.asarray(rows["happened"], dtype=bool),
            np.asarray(rows["priority_score"], dtype=float),
        )
        names = connection.execute(
            "select attribute, count(value_text) > 0 from history.account_attributes group by attribute order by all"
        ).fetchall()
        for name, is_text in names:
            column = "value_text" if is_text else "value_number"
            found = connection.execute(
                f"select judged.n, kept.{column} as value from judged inner join history.account_attributes as kept"
                f" using (account_id, tier_date) where kept.attribute = ? and kept.{column} is not null",
                [name],
            ).fetchnumpy()
            market.attributes.append(column_of(name, len(market.happened), found["n"], found["value"], is_text))
    return market, champion


def column_of(name: str, rows: int, places: Any, values: Any, is_text: bool) -> Attribute:
    """An attribute of all rows; of counts of signals 0, of technologies false where nothing is kept."""
    if is_text:
        texts = np.full(rows, "false" if name.startswith("uses_") else None, dtype=object)
        texts[np.asarray(places, dtype=int)] = np.asarray(values, dtype=object)
        return Attribute(name, texts=texts)
    numbers = np.full(rows, 0.0 if name.startswith("signals_") else np.nan)
    numbers[np.asarray(places, dtype=int)] = np.asarray(values, dtype=float)
    return Attribute(name, numbers=numbers)


# --- Bands -----------------------------------------------------------------------------------------------------------


def bands_of(attribute: Attribute, happened: Flags) -> list[Band]:
    """The bands of an attribute: ranges by best splits, values, and what is unknown."""
    if attribute.numbers is not None:
        numbers = attribute.numbers
        known = ~np.isnan(numbers)
        cuts = cuts_of(numbers[known], happened[known])
        edges: list[float | None] = [None, *cuts, None]
        found = []
        for low, high in pairwise(edges):
            rows = known.copy()
            if low is not None:
                rows &= numbers > low
            if high is not None:
                rows &= numbers <= high
            found.append(Band(attribute.name, rows, low, high))
    else:
        texts = attribute.known_texts
        known = np.array([text is not None for text in texts])
        names, places = np.unique(texts[known].astype(str), return_inverse=True)
        sizes = np.bincount(places, minlength=len(names))
        rare = tuple(str(name) for name, size in zip(names, sizes, strict=True) if size < LEAST_ROWS)
        found = []
        for number, (name, size) in enumerate(zip(names, sizes, strict=True)):
            if size >= LEAST_ROWS:
                rows = np.zeros(len(texts), dtype=bool)
                rows[np.flatnonzero(known)[places == number]] = True
                found.append(Band(attribute.name, rows, values=(str(name),)))
        if rare:
            rows = known.copy()
            for band in found:
                rows &= ~band.rows
            found.append(Band(attribute.name, rows, values=rare))
    if not known.all():
        found.append(Band(attribute.name, ~known, values=(UNKNOWN,)))
    return [band for band in found if band.rows.any()]


def cuts_of(numbers: Numbers, happened: Flags) -> list[float]:
    """Up to four cuts, each where it tells most, midway between values that were seen."""
    if not len(numbers):
        return []
    values, places = np.unique(numbers, return_inverse=True)
    rows = np.bincount(places, minlength=len(values)).astype(float)
    hits = np.bincount(places, weights=happened, minlength=len(values))
    bins = np.floor((np.cumsum(rows) - rows) * CANDIDATES / rows.sum()).astype(int)
    starts = np.flatnonzero(np.r_[True, bins[1:] != bins[:-1]])
    rows, hits = np.add.reduceat(rows, starts), np.add.reduceat(hits, starts)
    lowest, highest = values[starts], values[np.r_[starts[1:] - 1, len(values) - 1]]
    least, edges = max(LEAST_ROWS, LEAST_SHARE * rows.sum()), [0, len(rows)]
    while len(edges) <= MOST_BANDS:
        best: tuple[float, int] | None = None
        for first, last in pairwise(edges):
            for cut in range(first + 1, last):
                sides = [(rows[a:b].sum(), hits[a:b].sum()) for a, b in ((first, cut), (cut, last))]
                if min(side[0] for side in sides) < least:
                    continue
                gain = sum(likelihood(*side) for side in sides) - likelihood(
                    rows[first:last].sum(), hits[first:last].sum()
                )
                if gain >= LEAST_GAIN and (best is None or gain > best[0] + 1e-9):
                    best = (gain, cut)
        if best is None:
            break
        edges = sorted([*edges, best[1]])
    return [float((highest[cut - 1] + lowest[cut]) / 2) for cut in edges[1:-1]]


def likelihood(rows: float, hits: float) -> float:
    """How likely outcomes are at their own rate, as a logarithm."""
    return math.fsum(part * math.log(part / rows) for part in (hits, rows - hits) if part > 0)


def information(bands: Sequence[Band], happened: Flags) -> float:
    """Information value of an attribute, less what bands of nothing would have."""
    base, positives, others = happened.mean(), happened.sum(), (~happened).sum()
    ones = np.array([happened[band.rows].sum() + PRIOR_ROWS * base for band in bands])
    zeros = np.array([(~happened[band.rows]).sum() + PRIOR_ROWS * (1 - base) for band in bands])
    ones, zeros = ones / ones.sum(), zeros / zeros.sum()
    value = float(((ones - zeros) * np.log(ones / zeros)).sum())
    return float(value - (len(bands) - 1) * (1 / positives + 1 / others))


# --- Learning --------------------------------------------------------------------------------------------------------


def weights_of(features: Numbers, happened: Flags, ridge: float, offset: Numbers) -> tuple[float, Numbers]:
    """Intercept and weights of a logistic regression on an offset, by Newton's steps; the intercept is not shrunk."""
    design = np.column_stack([np.ones(len(features)), features])
    penalty = np.full(design.shape[1], ridge)
    penalty[0] = 1e-9
    weights = np.zeros(design.shape[1])
    for _ in range(50):
        rate = 1 / (1 + np.exp(-np.clip(design @ weights + offset, -30, 30)))
        curve = np.maximum(rate * (1 - rate), 1e-9)
        step = np.linalg.solve(
            (design * curve[:, None]).T @ design + np.diag(penalty), design.T @ (happened - rate) - penalty * weights
        )
        weights += step
        if np.abs(step).max() < 1e-8:
            break
    return float(weights[0]), weights[1:]


def ranges_of(chosen: Mapping[str, list[Band]], weights: Numbers) -> dict[str, Numbers]:
    """How far the weight of each band of an attribute is above its least."""
    ranges, place = {}, 0
    for name, bands in chosen.items():
        mine = weights[place : place + len(bands)]
        ranges[name] = mine - mine.min()
        place += len(bands)
    return ranges


def whole_points(chosen: Mapping[str, list[Band]], weights: Numbers) -> dict[str, list[int]]:
    """Points of each band, at least 0; the most of each attribute add up to 100."""
    ranges = ranges_of(chosen, weights)
    total = sum(mine.max() for mine in ranges.values())
    if total <= 0:
        raise NothingLearned("no better than chance: no band weighs more than another")
    exact = {name: mine.max() * 100 / total for name, mine in ranges.items()}
    most = {name: math.floor(points) for name, points in exact.items()}
    for name in sorted(exact, key=lambda each: most[each] - exact[each])[: 100 - sum(most.values())]:
        most[name] += 1
    return {
        name: [round(float(weight / mine.max() * most[name])) if mine.max() > 0 else 0 for weight in mine]
        for name, mine in ranges.items()
    }


def points_of(market: Market, points: Mapping[str, list[int]], bands: Mapping[str, list[Band]]) -> Numbers:
    """The points of each row, by what the rules say: of a value that no rule names 0."""
    total = np.zeros(len(market.happened))
    by_name = {attribute.name: attribute for attribute in market.attributes}
    for name, mine in bands.items():
        attribute, best = by_name[name], np.zeros(len(market.happened))
        for band, worth in zip(mine, points[name], strict=True):
            best = np.where(matched(band, attribute), np.maximum(best, worth), best)
        total += best
    return total


def matched(band: Band, attribute: Attribute) -> Flags:
    """The rows that a band's rules match."""
    if band.values == (UNKNOWN,):
        if attribute.numbers is not None:
            return np.isnan(attribute.numbers)
        return np.array([text is None for text in attribute.known_texts])
    if attribute.numbers is None:
        return np.array([text in band.values for text in attribute.known_texts])
    rows = ~np.isnan(attribute.numbers)
    if band.min_value is not None:
        rows &= attribute.numbers >= band.min_value
    if band.max_value is not None:
        rows &= attribute.numbers <= band.max_value
    return rows


# --- Judging ---------------------------------------------------------------------------------------------------------


def judged(scores: Numbers, happened: Flags, accounts: NDArray[np.object_]) -> tuple[float, float, float]:
    """AUC and its limits of 95%, clustered by account."""
    ones, zeros = np.sort(scores[happened]), np.sort(scores[~happened])
    if not len(ones) or not len(zeros):
        return math.nan, math.nan, math.nan
    of = np.where(happened, place_among(zeros, scores), 1 - place_among(ones, scores))
    auc = float(of[happened].mean())
    names, places = np.unique(accounts.astype(str), return_inverse=True)
    apart = of - auc
    d1 = np.bincount(places, weights=apart * happened, minlength=len(names))
    d0 = np.bincount(places, weights=apart * ~happened, minlength=len(names))
    i1, i0 = len(np.unique(places[happened])), len(np.unique(places[~happened]))
    if min(i1, i0) < 2 or not 0 < auc < 1:
        return auc, math.nan, math.nan
    n1, n0, i = happened.sum(), (~happened).sum(), len(names)
    variance = (
        (d1**2).sum() * i1 / ((i1 - 1) * n1**2)
        + (d0**2).sum() * i0 / ((i0 - 1) * n0**2)
        + 2 * (d1 * d0).sum() * i / ((i - 1) * n1 * n0)
    )
    logit, step = math.log(auc / (1 - auc)), Z * math.sqrt(max(variance, 0)) / (auc * (1 - auc))
    return auc, 1 / (1 + math.exp(step - logit)), 1 / (1 + math.exp(-step - logit))


def place_among(others: Numbers, scores: Numbers) -> Numbers:
    """Of each score the share of others that it is above; ties count half."""
    below = np.searchsorted(others, scores, "left")
    return (below + np.searchsorted(others, scores, "right")) / 2 / len(others)


def is_judged(account_id: str) -> bool:
    """Whether an account is one to judge on: three in ten, by its id."""
    return int(hashlib.md5(str(account_id).encode()).hexdigest()[:8], 16) / 16**8 < JUDGED_SHARE


# --- The proposal ----------------------------------------------------------------------------------------------------


@dataclass
class Proposal:
    """A model that was learned, with what was left out, and how it did on rows that it never saw."""

    bands: dict[str, list[Band]]
    points: dict[str, list[int]]
    information: dict[str, float]
    left_out: dict[str, str]
    auc: tuple[float, float, float]
    champion_auc: tuple[float, float, float]
    judged_rows: int
    cut_scores: list[int]
    champion_share: float = 0.0


def learn(market: Market, until: date | None = None, attributes: int = 10, hybrid: bool = False) -> Proposal:
    """Learns on seven in ten accounts and the earlier days, and judges on the other accounts and the later days."""
    enough_or_refuse(market, hybrid)
    later = np.array([is_judged(account) for account in market.accounts])
    trains, judges = ~later, later
    if until is not None:
        trains &= np.array([end < until for end in market.ends])
        judges &= np.array([day >= until for day in market.days])
    train, test = market.only(trains), market.only(judges)
    for side, name in ((train, "learn from"), (test, "judge on")):
        if side.happened.all() or not side.happened.any():
            raise NothingLearned(f"too few: none of the {len(side.happened)} rows to {name} differs in the outcome")

    left_out: dict[str, str] = {}
    bands: dict[str, list[Band]] = {}
    worth: dict[str, float] = {}
    for attribute in train.attributes:
        reason, mine = usable(attribute, train.happened)
        if reason:
            left_out[attribute.name] = reason
        else:
            bands[attribute.name], worth[attribute.name] = mine, information(mine, train.happened)
    for name in sorted(worth, key=lambda each: -worth[each])[attributes:]:
        left_out[name] = f"not among the {attributes} of the highest information value"
    chosen = sorted((name for name in worth if name not in left_out), key=lambda each: -worth[each])
    if not chosen:
        told = "\n".join(grouped(left_out))
        raise NothingLearned(f"no better than chance: no attribute tells accounts with the outcome from others\n{told}")
    of_chosen = {name: bands[name] for name in chosen}
    features = np.column_stack([band.rows for name in chosen for band in of_chosen[name]]).astype(float)
    slope, offset = 0.0, np.zeros(len(train.happened))
    if hybrid:
        intercept, (slope,) = weights_of(train.scores[:, None] / 100, train.happened, 1e-6, offset)
        slope = max(slope, 0.0)
        offset = intercept + slope * train.scores / 100
    _, weights = weights_of(features, train.happened, RIDGE_OF_HYBRID if hybrid else RIDGE, offset)
    points = whole_points(of_chosen, weights)
    share = 0.0
    if hybrid:
        learned = math.fsum(mine.max() for mine in ranges_of(of_chosen, weights).values())
        share = round(slope / (slope + learned), 4)
    scores = share * test.scores + (1 - share) * points_of(test, points, of_chosen)
    auc = judged(scores, test.happened, test.accounts)
    if not (auc[1] if not math.isnan(auc[1]) else auc[0]) > 0.5:
        raise NothingLearned(
            f"no better than chance: on the {len(scores)} rows that it did not learn from its auc is {shown(auc)}"
        )
    of_train = share * train.scores + (1 - share) * points_of(train, points, of_chosen)
    cuts = sorted({max(1, math.ceil(np.quantile(of_train, at))) for at in (0.9, 0.7, 0.4)}, reverse=True)
    champion = judged(test.scores, test.happened, test.accounts)
    return Proposal(of_chosen, points, worth, left_out, auc, champion, len(scores), cuts, share)


def enough_or_refuse(market: Market, hybrid: bool) -> None:
    """Refuses to learn from too few accounts."""
    with_it = len(set(market.accounts[market.happened]))
    without = len(set(market.accounts[~market.happened]))
    fewest = min(with_it, without)
    told = f"too few: {with_it} accounts with the outcome, {without} without"
    if fewest < FEWEST_AT_ALL:
        raise NothingLearned(f"{told}; nothing is learned from fewer than {FEWEST_AT_ALL} of each")
    if fewest < FEWEST_OF_EACH and not hybrid:
        raise NothingLearned(f"{told}; from fewer than {FEWEST_OF_EACH} of each only --hybrid learns")


def usable(attribute: Attribute, happened: Flags) -> tuple[str, list[Band]]:
    """Why an attribute is left out, or nothing; and its bands."""
    bands = bands_of(attribute, happened)
    if len(bands) < 2:
        return "all rows are alike, or no split tells enough", bands
    rare = [band for band in bands if len(band.values) > 1]
    if rare and rare[0].rows.mean() > 0.5:
        return f"band too small: most of its values have under {LEAST_ROWS} rows", bands
    rates = np.array([happened[band.rows].mean() for band in bands])
    scores = sum(np.where(band.rows, rate, 0.0) for band, rate in zip(bands, rates, strict=True))
    auc, _, _ = judged(np.asarray(scores), happened, np.arange(len(happened)).astype(object))
    if auc > LEAK:
        return (
            f"leak suspected: alone it sorts with an auc of {auc:.3f}, as what is written after the outcome does",
            bands,
        )
    value = information(bands, happened)
    return ("it tells no more than bands of nothing would" if value <= 0 else ""), bands


# --- Rows of the rule files ------------------------------------------------------------------------------------------


def number(value: float | None) -> str:
    """A limit as it is written in a rule file."""
    return "" if value is None else f"{value:.10f}".rstrip("0").rstrip(".")


def rule_rows(proposal: Proposal, name: str, champion: str, hybrid: bool) -> dict[str, list[list[str]]]:
    """The rows of each rule file that make the model."""
    auc = f"auc {proposal.auc[0]:.3f} on rows that it did not learn from"
    population = next((row["population"] for row in seed("scoring_models") if row["scoring_model"] == champion), "all")
    found = {
        "scoring_models": [[name, population, "false", f"Learned from outcomes; {auc}"]],
        "scoring_dimensions": [[name, "learned", f"{1 - proposal.champion_share:.4f}", "100"]],
        "scoring_rules": [
            [
                *(name, "learned", attribute, attribute, number(band.min_value), number(band.max_value), value),
                *(str(points), "", band.label),
            ]
            for attribute, bands in proposal.bands.items()
            for band, points in zip(bands, proposal.points[attribute], strict=True)
            for value in band.values or ("",)
        ],
        "tiers": [
            [name, str(tier), f"Tier {tier}", "" if score is None else str(score), "", "", "", "false", ""]
            for tier, score in enumerate([*proposal.cut_scores, None], start=1)
        ],
    }
    if hybrid:
        rest = proposal.champion_share
        theirs = [row for row in seed("scoring_dimensions") if row["scoring_model"] == champion]
        shares = [round(float(row["weight"]) * rest, 4) for row in theirs]
        if shares:
            shares[0] = round(rest - sum(shares[1:]), 4)
        found["scoring_dimensions"] += [
            [name, row["dimension"], f"{share:.4f}", row["max_points"]]
            for row, share in zip(theirs, shares, strict=True)
        ]
        found["scoring_rules"] += [
            [name, *list(row.values())[1:]] for row in seed("scoring_rules") if row["scoring_model"] == champion
        ]
    return found


def seed(name: str) -> list[dict[str, str]]:
    """The rows of a rule file."""
    with (SEEDS / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write(rows: Mapping[str, list[list[str]]], name: str, folder: Path = SEEDS) -> None:
    """Puts a model's rows at the end of the rule files, in place of those that it had."""
    for file, lines in rows.items():
        path = folder / f"{file}.csv"
        with path.open(newline="", encoding="utf-8") as source:
            header, *kept = list(csv.reader(source))
        place = header.index("scoring_model")
        with path.open("w", newline="", encoding="utf-8") as target:
            writer = csv.writer(target, lineterminator="\n")
            writer.writerows([header, *(row for row in kept if not row or row[place] != name), *lines])


def shown(auc: tuple[float, float, float]) -> str:
    """An auc with its limits."""
    return f"{auc[0]:.3f}" + ("" if math.isnan(auc[1]) else f" ({auc[1]:.3f} to {auc[2]:.3f})")


def report(proposal: Proposal, champion: str) -> Iterable[str]:
    """What a review wants to know."""
    yield f"On {proposal.judged_rows} rows that it did not learn from (limits of 95%):"
    yield f"  learned            auc {shown(proposal.auc)}"
    yield f"  {champion:<18} auc {shown(proposal.champion_auc)}"
    if proposal.champion_share:
        yield f"  {champion} keeps {proposal.champion_share:.0%} of the score."
    yield "Attributes by information value:"
    for name, bands in proposal.bands.items():
        most = max(proposal.points[name])
        yield f"  {proposal.information[name]:8.4f}  {name}: {len(bands)} bands, up to {most} points"
    if proposal.left_out:
        yield "Left out:"
    yield from grouped(proposal.left_out)


def grouped(left_out: Mapping[str, str]) -> Iterable[str]:
    """Why attributes were left out, a line a reason."""
    for reason in sorted(set(left_out.values())):
        yield f"  {reason}: {', '.join(sorted(name for name, why in left_out.items() if why == reason))}"


def main() -> int:
    parser = argparse.ArgumentParser(description="Propose a scoring model learned from what happened.")
    path = Path(os.environ.get("DUCKDB_PATH", "account_prioritization.duckdb"))
    parser.add_argument("database", type=Path, nargs="?", default=path, help="the warehouse, not the readers' file")
    parser.add_argument("--outcome", required=True, help="a row of outcomes.csv")
    parser.add_argument(
        "--until", type=date.fromisoformat, help="learn of windows that ended before, judge on days since"
    )
    parser.add_argument("--attributes", type=int, default=10, help="how many at most")
    parser.add_argument("--hybrid", metavar="MODEL", help="on top of this model's hand-made points; the primary one")
    parser.add_argument("--name", default="learned", help="of the model that is proposed")
    parser.add_argument("--write", action="store_true", help="into seeds/, in place of a model of that name")
    given = parser.parse_args()
    if not given.database.exists():
        parser.error(f"{given.database} does not exist; name the DuckDB file of the warehouse")
    try:
        market, champion = read(given.database, given.outcome)
        if given.hybrid not in (None, champion):
            raise NothingLearned(f"--hybrid {given.hybrid}: only the primary model, {champion}, can be built upon")
        proposal = learn(market, given.until, given.attributes, bool(given.hybrid))
    except NothingLearned as reason:
        print(f"NOTHING LEARNED - {reason}", file=sys.stderr)
        return 1
    print(*report(proposal, champion), sep="\n")
    rows = rule_rows(proposal, given.name, champion, bool(given.hybrid))
    if given.write:
        write(rows, given.name)
        print(f"Written into seeds/ as {given.name}, which is not primary. Build, and look at model_comparison.")
    else:
        for file, lines in rows.items():
            print(f"\nseeds/{file}.csv")
            csv.writer(sys.stdout, lineterminator="\n").writerows(lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
