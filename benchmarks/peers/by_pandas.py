"""What a good analyst would write in pandas instead of the project: all rows in memory.

python by_pandas.py FOLDER AS_OF OUTPUT.parquet SIGNALS.parquet ...
"""

from __future__ import annotations

import sys

import numpy as np
import pandas as pd
from pandas import DataFrame as Frame
from pandas import Series

from rules import (
    CATEGORIES,
    FACTORS,
    INDUSTRIES,
    MARKETS,
    RENEWAL,
    SIGNAL_TYPES,
    TECHNOLOGIES,
    TREATMENTS,
    TRIGGERS,
    bare,
    in_words,
)

UNIT = 10**10  # points are whole numbers of these, so that sums do not depend on the order of rows


def text(column: Series) -> Series:
    """Text without white space at its ends; missing where nothing is left."""
    stripped = column.astype("str").str.strip()
    return stripped.where(stripped != "")


def host(domain: Series) -> Series:
    """The host of a domain or an address."""
    found = domain.str.lower().str.replace(r"^([a-z][a-z0-9+.-]*:)?//", "", regex=True)
    return found.str.replace(r"(?s)^www[.]|[:/?#].*$", "", regex=True).replace("", None)


def latest(frame: Frame, key: str, moments: list[str]) -> Frame:
    """The latest version of each record; only those that have several are sorted."""
    repeated = frame[key].duplicated(keep=False)
    versions = frame[repeated].sort_values(moments, ascending=False).drop_duplicates(key)
    return pd.concat([frame[~repeated], versions])


def units(number: Series) -> Series:
    """Points as whole units."""
    return (number * UNIT).round().astype("int64")


def published(points: Series) -> Series:
    """Units as a number with six decimals."""
    return (points + 5_000) // 10_000 / 1e6


def days_before(as_of: pd.Timestamp, moments: Series[pd.Timestamp]) -> Series:
    """Whole days from the day of a moment to that of as_of."""
    return (as_of.normalize() - moments.dt.normalize()).dt.days


def read_accounts(folder: str) -> Frame:
    """The latest version of each account."""
    accounts = pd.read_parquet(f"{folder}/accounts.parquet")
    for name in ("account_id", "account_name", "domain", "merged_into_account_id"):
        accounts[name] = text(accounts[name])
    for name in ("industry", "country", "growth_trend", "brand_tier", "competitive_position"):
        accounts[name] = text(accounts[name]).str.lower()
    accounts = accounts[accounts["account_id"].notna() & accounts["account_name"].notna()]
    return latest(accounts, "account_id", ["loaded_at"]).set_index("account_id", drop=False)


def survivors(accounts: Frame) -> Series:
    """Which account each was merged into in the end; a chain of more than ten steps runs in a circle."""
    target = accounts["merged_into_account_id"]
    pointers = target[target.isin(accounts.index)]
    last, following = pointers, pointers.map(pointers)
    for _ in range(9):
        last = following.where(following.notna(), last)
        following = following.map(pointers)
    return last[following.isna()].reindex(accounts.index)


def read_signals(files: list[str], accounts: Frame, as_of: pd.Timestamp) -> Frame:
    """The signals that count, each with the account it belongs to."""
    columns = ["signal_id", "account_id", "domain", "signal_type", "contact_id", "signal_value", "occurred_at"]
    raw = pd.concat(
        [pd.read_parquet(file, columns=[*columns, "updated_at", "is_deleted", "loaded_at"]) for file in files]
    )
    for name in ("signal_id", "account_id", "domain", "signal_type", "contact_id"):
        raw[name] = text(raw[name])
    raw["signal_type"] = raw["signal_type"].str.lower()
    raw["signal_value"] = raw["signal_value"].where(raw["signal_value"].between(0, 100))
    raw = raw[
        raw["signal_id"].notna()
        & (raw["occurred_at"] <= as_of + pd.Timedelta(days=1))
        & raw["signal_type"].isin(SIGNAL_TYPES)
        & (raw["account_id"].notna() | raw["domain"].notna())
    ]
    signals = latest(raw, "signal_id", ["updated_at", "loaded_at"])
    signals = signals[~signals["is_deleted"].fillna(False).astype(bool) & (signals["occurred_at"] <= as_of)]
    hosts = accounts.dropna(subset="host").groupby("host")["survivor"].agg(["nunique", "first"])
    by_host = hosts.loc[hosts["nunique"] == 1, "first"]
    found = signals["account_id"].map(accounts["survivor"])
    unknown = found.isna()
    found[unknown] = host(signals.loc[unknown, "domain"]).map(by_host)
    signals = signals.assign(account_id=found)[found.notna()]
    return signals.assign(days_ago=days_before(as_of, signals["occurred_at"]))


def by_type(signals: Frame, as_of: pd.Timestamp) -> Frame:
    """Decayed points now and a week ago of each account and type."""
    types = Frame.from_dict(SIGNAL_TYPES, orient="index", columns=["points", "half_life"])
    points, half_life = (signals["signal_type"].map(types[name]) for name in types)
    occurred_at: Series[pd.Timestamp] = signals["occurred_at"]
    age = (as_of - occurred_at) / pd.Timedelta(days=1)

    def decayed(age: Series) -> Series:
        half_lives = age / half_life
        return units((points * np.exp2(-half_lives)).where((age >= 0) & (half_lives <= 10), 0))

    signals = signals.assign(now=decayed(age), then=decayed(age - 7))
    return (
        signals.groupby(["account_id", "signal_type"], observed=True)
        .agg(days_ago=("days_ago", "min"), now=("now", "sum"), then=("then", "sum"))
        .reset_index()
    )


def triggered(signals: Frame) -> Frame:
    """Who is hot or warm, and, as nobody answers here, the first of 90 days to complete a trigger of that."""
    found: list[Frame] = []
    recent = signals[signals["days_ago"] < 90].sort_values(["account_id", "occurred_at"])
    for status, trigger, signal_type, days, needed, value in TRIGGERS:
        counts = Series(True, index=recent.index)
        if signal_type:
            counts &= recent["signal_type"] == signal_type
        if value:
            counts &= recent["signal_value"] >= value
        matching = recent.loc[counts, ["account_id", "occurred_at", "days_ago"]]
        begun = matching.groupby("account_id")["days_ago"].shift(needed - 1)
        first = matching[begun - matching["days_ago"] < days].groupby("account_id")["occurred_at"].min()
        held = matching[matching["days_ago"] < days].groupby("account_id").size() >= needed
        completed = Frame({"occurred_at": first}).assign(status=status, trigger=trigger)
        found.append(completed.assign(holds=held.reindex(completed.index, fill_value=False)).reset_index())
    triggers = pd.concat(found)
    statuses = triggers[triggers["holds"]].groupby("account_id")["status"].min()
    ordered = triggers[triggers["status"] == triggers["account_id"].map(statuses)].sort_values(
        ["occurred_at", "trigger"]
    )
    return ordered.drop_duplicates("account_id").set_index("account_id").drop(columns="holds")


def relationships(folder: str, signals: Frame, accounts: Frame) -> Frame:
    """Engaged contacts, their departments and highest seniority."""
    contacts = pd.read_parquet(f"{folder}/contacts.parquet")
    for name in ("contact_id", "account_id"):
        contacts[name] = text(contacts[name])
    for name in ("seniority", "department"):
        contacts[name] = text(contacts[name]).str.lower()
    contacts = latest(contacts.dropna(subset=["contact_id", "account_id"]), "contact_id", ["loaded_at"])
    contacts = contacts.assign(
        survivor=contacts["account_id"].map(accounts["survivor"]),
        seniority=contacts["seniority"].map(CATEGORIES["seniority"]),
    )
    engaged = signals.loc[signals["days_ago"] < 90, ["contact_id", "account_id"]].dropna().drop_duplicates()
    contacts = contacts.merge(engaged.rename(columns={"account_id": "survivor"}), on=["contact_id", "survivor"])
    return contacts.groupby("survivor").agg(
        contacts=("contact_id", "size"), contact_departments=("department", "nunique"), seniority=("seniority", "max")
    )


def technologies(folder: str, accounts: Frame, as_of: pd.Timestamp) -> Series:
    """Complementary technologies in use."""
    found = pd.read_parquet(f"{folder}/account_technologies.parquet")
    detected, removed = (pd.to_datetime(found[name]) for name in ("detected_on", "removed_on"))
    found["technology"] = text(found["technology"]).str.lower()
    found = found[
        found["technology"].isin(TECHNOLOGIES)
        & ~(detected > as_of.normalize())
        & (removed.isna() | (removed > as_of.normalize()))
    ]
    return found.groupby(text(found["account_id"]).map(accounts["survivor"]))["technology"].nunique()


def factors(accounts: Frame, as_of: pd.Timestamp) -> Frame:
    """The points of each factor, and the scores."""
    revenue, deal = accounts["annual_revenue_usd"], accounts["estimated_deal_usd"]
    days = (pd.to_datetime(accounts["competitor_renewal_on"]) - as_of.normalize()).dt.days
    points = Frame(index=accounts.index)
    points["size"] = np.select(
        [
            revenue.isna(),
            revenue.between(50e6, 500e6),
            revenue.between(20e6, 50e6),
            revenue.between(500e6, 1e9),
            revenue < 20e6,
        ],
        [0, 30, 20, 21, 10],
        11,
    )
    for name, column, values in (("industry", "industry", INDUSTRIES), ("market", "country", MARKETS)):
        points[name] = accounts[column].map(values).fillna(5).where(accounts[column].notna(), 0).astype(int)
    used = accounts["technologies"].fillna(0)
    points["technology"] = np.select([used >= 3, used >= 1], [20, 12], 5)
    for name, column in (("growth", "growth_trend"), ("brand", "brand_tier"), ("competition", "competitive_position")):
        points[name] = accounts[column].map(CATEGORIES[name]).fillna(0).astype(int)
    points["renewal"] = np.select([days.between(0, 90), days.between(91, 180)], [20, 10], 0)
    engaged, departments = accounts["contacts"].fillna(0), accounts["contact_departments"].fillna(0)
    points["engaged"] = np.select([engaged >= 5, engaged >= 3, engaged >= 1], [8, 5, 2], 0)
    points["departments"] = np.select([departments >= 3, departments >= 2, departments >= 1], [5, 3, 1], 0)
    points["seniority"] = accounts["seniority"].fillna(0).astype(int)
    points["deal"] = np.select([deal.isna(), deal >= 150e3, deal >= 75e3], [0, 4, 3], 2)
    points["now"], points["then"] = (accounts[name].fillna(0).astype("int64") for name in ("now", "then"))
    size = points["size"].replace({21: 20, 11: 10})
    points["fit"] = size + points[["industry", "technology", "market", "growth"]].sum(axis=1)
    intent = points["now"] + points["renewal"] * UNIT
    points["relationship"] = points[["engaged", "seniority", "departments"]].sum(axis=1)
    points["strategic"] = points[["deal", "brand", "competition"]].sum(axis=1)
    cut = (100.0 * UNIT / intent).where(intent > 100 * UNIT, 1.0)
    points["signals_share"] = ((points["now"] * cut).round() * 0.3).round().astype("int64")
    points["renewal_share"] = ((points["renewal"] * UNIT * cut).round() * 0.3).round().astype("int64")
    whole = points["fit"] * (4 * UNIT // 10) + (points["relationship"] + points["strategic"]) * UNIT
    points["priority_score"] = published(whole + points["signals_share"] + points["renewal_share"])
    points["intent_score"] = published(intent.clip(upper=100 * UNIT))
    return points


def largest(parts: list[Frame], start: str, end: str) -> Series:
    """The three largest of each account, in words."""
    told = pd.concat(parts)
    told["tenths"] = (told["units"] + UNIT // 20) // (UNIT // 10)
    told = told[told["tenths"] > 0].sort_values(["account_id", "tenths", "reason"], ascending=[True, False, True])
    told = told.groupby("account_id").head(3)
    whole = (told["tenths"] // 10).astype("str")
    number = whole.where(told["tenths"] % 10 == 0, whole + "." + (told["tenths"] % 10).astype("str"))
    return (told["reason"] + start + number + end).groupby(told["account_id"]).agg("; ".join)


def explained(points: Frame, types: Frame) -> tuple[Series, Series]:
    """Top reasons and gaps."""
    reasons, gaps, ids = [], [], points.index.to_series()
    for factor, (worth, most, labels, unknown) in FACTORS.items():
        value = points[factor].replace({21: 20, 11: 10}) if factor == "size" else points[factor]
        unit = int(worth * UNIT)
        lacks = np.where((points[factor] == 0) & bool(unknown), unknown, "No " + bare(labels[most]))
        reasons.append(Frame({"account_id": ids, "units": value * unit, "reason": points[factor].map(labels)}))
        gaps.append(Frame({"account_id": ids, "units": (most - value) * unit, "reason": lacks}))
    reasons.append(
        Frame({"account_id": ids, "units": points["renewal_share"], "reason": points["renewal"].map(RENEWAL)})
    )
    types = types[(types["now"] > 0) & types["account_id"].isin(points.index)]
    share, now = (types["account_id"].map(points[name]) for name in ("signals_share", "now"))
    days = types["days_ago"]
    ago = np.select([days == 0, days == 1], ["today", "yesterday"], days.astype("str") + " days ago")
    words = types["signal_type"].map({name: in_words(name) for name in SIGNAL_TYPES})
    of_type = (share * (types["now"] / now)).round().astype("int64")
    reasons.append(Frame({"account_id": types["account_id"], "units": of_type, "reason": words + " " + ago}))
    room = 30 * UNIT - points["signals_share"] - points["renewal_share"]
    for gap, reason in (
        (((100 * UNIT - points["now"]) * 0.3).round().astype("int64"), "Further buying signals"),
        ((20 - points["renewal"]) * (3 * UNIT // 10), "No " + bare(RENEWAL[20])),
        (75 * UNIT // 10, "No get-back date within two weeks"),
    ):
        gaps.append(Frame({"account_id": ids, "units": np.minimum(gap, room), "reason": reason}))
    return largest(reasons, " +", ""), largest(gaps, ": up to +", " more")


def tiers(points: Frame, accounts: Frame) -> Frame:
    """The rank and tier of each account."""
    order = ["priority_score", "fit", "intent_score", "account_id"]
    points = points.rename_axis(None).assign(account_id=points.index).sort_values(order, ascending=[False] * 3 + [True])
    points["priority_rank"] = np.arange(1, len(points) + 1)
    accounts, score = accounts.loc[points.index], points["priority_score"]
    hot, placed = accounts["status"] == "hot", accounts["is_strategic"].fillna(False).astype(bool)
    points["score_tier_number"] = by_score = np.select([score >= 80, score >= 60, score >= 40], [1, 2, 3], 4)
    # strategic accounts stand in no line, hot ones for the first two tiers only
    waits, waits_below = ~placed & (~hot | (by_score <= 2)), ~placed & ~hot
    place, place_below = waits.cumsum(), waits_below.cumsum()
    room = [-(-percent * len(points) // 100) for percent in (10, 20, 30)]
    ends = [0]
    for tier, line in ((1, waits), (2, waits), (3, waits_below)):
        begun = int((waits_below & (place <= ends[-1])).sum()) if tier == 3 else ends[-1]
        ends.append(min(int((line & (by_score <= tier)).sum()), begun + room[tier - 1]))
    by_capacity = np.select(
        [
            placed | (hot & (by_score > 2)),
            waits & (place <= ends[1]),
            waits & (place <= ends[2]),
            hot | (place_below <= ends[3]),
        ],
        [by_score, 1, 2, 3],
        4,
    )
    by_heat = np.where(hot, np.minimum(by_capacity, 2), by_capacity)
    points["tier_number"] = np.where(placed, 1, by_heat)
    points["tier_reason"] = np.select(
        [points["tier_number"] != by_heat, by_heat != by_capacity, by_capacity != points["score_tier_number"]],
        ["strategic", "hot_promotion", "capacity"],
        "score",
    )
    return points


def completeness(points: Frame, accounts: Frame) -> Series:
    """How much of the score rests on attributes that are known."""
    known = Series(0.08 + 0.3 + 0.13, index=points.index)
    for worth, most in (
        (0.004, {"size": 30, "industry": 25, "market": 15, "growth": 10}),
        (0.01, {"seniority": 7, "deal": 4, "brand": 3, "competition": 3}),
    ):
        for name, number in most.items():
            known += (points[name] > 0) * number * worth
    return published(units((known + accounts["competitor_renewal_on"].notna() * 0.06) / 1.135))


def account_tiers(folder: str, as_of: pd.Timestamp, files: list[str]) -> Frame:
    """The mart."""
    accounts = read_accounts(folder)
    into = survivors(accounts)
    accounts["survivor"] = into.where(into.notna(), accounts["account_id"])
    accounts["host"] = host(accounts["domain"])
    signals = read_signals(files, accounts, as_of)
    types = by_type(signals, as_of)
    ranked = (
        accounts[into.isna() & ~accounts["is_customer"].fillna(False).astype(bool)]
        .join(technologies(folder, accounts, as_of).rename("technologies"))
        .join(types.groupby("account_id")[["now", "then"]].sum())
        .join(relationships(folder, signals, accounts))
        .join(triggered(signals))
    )
    points = tiers(factors(ranked, as_of), ranked)
    ranked = ranked.loc[points.index]
    reasons, gaps = explained(points, types)
    now, then = published(points["now"]), published(points["then"])
    moved = (now - then).round(6)
    fits, timely = points["fit"] >= 60, points["intent_score"] >= 50
    treatments = Frame.from_dict(
        TREATMENTS,
        orient="index",
        columns=["covered_by", "accounts_per_rep", "touch_cadence", "program", "budget_min_usd", "budget_max_usd"],
    )
    mart = Frame(
        {
            **ranked[["account_id", "account_name", "domain"]],
            "owner_id": None,
            "territory": None,
            "scoring_model": "weighted_composite",
            "scored_at": as_of,
            "fit_score": points["fit"].astype(float),
            "intent_score": points["intent_score"],
            "relationship_score": points["relationship"] * 5.0,
            "strategic_score": points["strategic"] * 10.0,
            "priority_score": points["priority_score"],
            "priority_rank": points["priority_rank"],
            "tier_number": points["tier_number"],
            "tier": "Tier " + points["tier_number"].astype("str"),
            "tier_reason": points["tier_reason"],
            "score_tier_number": points["score_tier_number"],
            "quadrant": np.select(
                [fits & timely, fits, timely], ["good_place", "get_back_to_me", "false_hope"], "bad_place"
            ),
            "engagement_status": ranked["status"].fillna("cold"),
            "engagement_trigger": ranked["trigger"],
            "engaged_since": ranked["occurred_at"],
            "respond_by": (ranked["occurred_at"] + pd.Timedelta(hours=4)).where(ranked["status"] == "hot"),
            "decayed_intent_points": now,
            "decayed_intent_points_7d_ago": then,
            "intent_trend": np.select([moved >= 5, moved <= -5], ["rising", "falling"], "steady"),
            "data_completeness": completeness(points, ranked),
            "top_reasons": reasons.reindex(points.index),
            "top_gaps": gaps.reindex(points.index),
        }
    )
    return mart.join(treatments, on="tier_number")


if __name__ == "__main__":
    folder, as_of, output, *files = sys.argv[1:]
    account_tiers(folder, pd.Timestamp(as_of), files).to_parquet(output, index=False)
