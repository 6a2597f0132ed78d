"""What a good analyst would write in polars instead of the project: lazy frames over the same files, streamed.

python by_polars.py FOLDER AS_OF OUTPUT.parquet SIGNALS.parquet ...
"""

import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import polars as pl

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


def text(column: str) -> pl.Expr:
    """A text column without white space at its ends; null where nothing is left."""
    stripped = pl.col(column).str.strip_chars()
    return pl.when(stripped != "").then(stripped).alias(column)


def host(domain: pl.Expr) -> pl.Expr:
    """The host of a domain or an address."""
    bare_host = domain.str.to_lowercase().str.replace(r"^([a-z][a-z0-9+.-]*:)?//", "")
    bare_host = bare_host.str.replace_all(r"(?s)^www[.]|[:/?#].*$", "")
    return pl.when(bare_host != "").then(bare_host)


def latest(frame: pl.LazyFrame, key: str, *moments: str) -> pl.LazyFrame:
    """The latest version of each record; only those that have several are sorted."""
    repeated = frame.group_by(key).len().filter(pl.col("len") > 1).select(key)
    versions = frame.join(repeated, on=key, how="semi").sort(moments, descending=True, nulls_last=True)
    return pl.concat(
        [frame.join(repeated, on=key, how="anti"), versions.unique(key, keep="first", maintain_order=True)]
    )


def units(number: pl.Expr) -> pl.Expr:
    """Points as whole units."""
    return (number * UNIT).round().cast(pl.Int64)


def published(points: pl.Expr) -> pl.Expr:
    """Units as a number with six decimals."""
    return ((points + 5_000) // 10_000).cast(pl.Float64) / 1e6


def mapped(column: str, values: Mapping[Any, Any], kind: type[pl.DataType] = pl.Int64) -> pl.Expr:
    """What a column's values stand for; null for others."""
    return pl.col(column).replace_strict(values, default=None, return_dtype=kind)


def survivors(accounts: pl.DataFrame) -> pl.DataFrame:
    """Which account each was merged into in the end; a chain of more than ten steps runs in a circle."""
    target = pl.col("merged_into_account_id").alias("target")
    pointers = accounts.select("account_id", target).filter(pl.col("target").is_in(accounts["account_id"].implode()))
    step = pointers.select("account_id", survivor="target", next="target")
    for _ in range(10):
        step = step.join(pointers.rename({"account_id": "next"}), on="next", how="left").select(
            "account_id", survivor=pl.coalesce("target", "survivor"), next="target"
        )
    step = step.filter(pl.col("next").is_null())
    return (
        accounts.select("account_id", host=host(pl.col("domain")))
        .join(step.select("account_id", "survivor", is_merged=True), on="account_id", how="left")
        .with_columns(pl.col("survivor").fill_null(pl.col("account_id")), pl.col("is_merged").fill_null(False))
    )


def read_signals(files: list[str], merged: pl.DataFrame, as_of: datetime) -> pl.LazyFrame:
    """The signals that count, each with the account it belongs to."""
    raw = (
        pl.scan_parquet(files)
        .with_columns(*(text(name) for name in ("signal_id", "account_id", "domain", "signal_type", "contact_id")))
        .with_columns(
            pl.col("signal_type").str.to_lowercase(),
            pl.when(pl.col("signal_value").is_between(0, 100)).then(pl.col("signal_value")).alias("signal_value"),
        )
        .filter(
            pl.col("signal_id").is_not_null()
            & (pl.col("occurred_at") <= as_of + timedelta(days=1))
            & pl.col("signal_type").is_in(list(SIGNAL_TYPES))
            & (pl.col("account_id").is_not_null() | pl.col("domain").is_not_null())
        )
    )
    hosts = (
        merged.filter(pl.col("host").is_not_null())
        .group_by("host")
        .agg(pl.col("survivor").unique())
        .filter(pl.col("survivor").list.len() == 1)
        .select("host", by_host=pl.col("survivor").list.first())
    )
    return (
        latest(raw, "signal_id", "updated_at", "loaded_at")
        .filter(~pl.col("is_deleted").fill_null(False) & (pl.col("occurred_at") <= as_of))
        .join(merged.lazy().select("account_id", "survivor"), on="account_id", how="left")
        .with_columns(host=pl.when(pl.col("survivor").is_null()).then(host(pl.col("domain"))))
        .join(hosts.lazy(), on="host", how="left")
        .select(
            pl.coalesce("survivor", "by_host").alias("account_id"),
            "signal_id",
            "signal_type",
            "contact_id",
            "signal_value",
            "occurred_at",
            days_ago=(pl.lit(as_of.date()) - pl.col("occurred_at").dt.date()).dt.total_days(),
        )
        .filter(pl.col("account_id").is_not_null())
    )


def by_type(signals: pl.LazyFrame, as_of: datetime) -> pl.LazyFrame:
    """Decayed points now and a week ago of each account and type."""
    half_life = pl.col("signal_type").replace_strict({name: days for name, (_, days) in SIGNAL_TYPES.items()})
    points = pl.col("signal_type").replace_strict({name: points for name, (points, _) in SIGNAL_TYPES.items()})
    age = (pl.lit(as_of) - pl.col("occurred_at")).dt.total_microseconds() / 86400e6

    def decayed(age: pl.Expr) -> pl.Expr:
        half_lives = age / half_life
        worth = points.cast(pl.Float64) * pl.lit(2.0).pow(-half_lives)
        return units(pl.when((age >= 0) & (half_lives <= 10)).then(worth).otherwise(0.0)).sum()

    return signals.group_by("account_id", "signal_type").agg(
        pl.col("occurred_at").max(), pl.col("days_ago").min(), now=decayed(age), then=decayed(age - 7)
    )


def triggered(signals: pl.LazyFrame) -> pl.LazyFrame:
    """Who is hot or warm, and, as nobody answers here, the first of 90 days to complete a trigger of that."""
    found = []
    recent = signals.filter(pl.col("days_ago") < 90).sort("account_id", "occurred_at")
    for status, trigger, signal_type, days, needed, value in TRIGGERS:
        counts = pl.lit(True)
        if signal_type:
            counts &= pl.col("signal_type") == signal_type
        if value:
            counts &= pl.col("signal_value") >= value
        begun = pl.col("days_ago").shift(needed - 1)
        is_in_window = pl.col("account_id").shift(needed - 1) == pl.col("account_id")
        completed = (
            recent.filter(counts)
            .with_columns(is_completed=is_in_window & (begun - pl.col("days_ago") < days))
            .group_by("account_id")
            .agg(
                occurred_at=pl.col("occurred_at").filter("is_completed").min(),
                holds=(pl.col("days_ago") < days).sum() >= needed,
            )
        )
        found.append(completed.with_columns(status=pl.lit(status), trigger=pl.lit(trigger)))
    triggers = pl.concat(found)
    statuses = triggers.filter("holds").group_by("account_id").agg(pl.col("status").min())
    return (
        triggers.filter(pl.col("occurred_at").is_not_null())
        .join(statuses, on=["account_id", "status"], how="semi")
        .sort("occurred_at", "trigger")
        .unique("account_id", keep="first", maintain_order=True)
    )


def relationships(folder: str, engaged: pl.DataFrame, merged: pl.DataFrame) -> pl.DataFrame:
    """Engaged contacts, their departments and highest seniority."""
    contacts = pl.scan_parquet(f"{folder}/contacts.parquet").with_columns(
        text("contact_id"),
        text("account_id"),
        text("seniority").str.to_lowercase(),
        text("department").str.to_lowercase(),
    )
    contacts = contacts.filter(pl.col("contact_id").is_not_null() & pl.col("account_id").is_not_null())
    return (
        latest(contacts, "contact_id", "loaded_at")
        .join(merged.lazy().select("account_id", "survivor"), on="account_id")
        .join(engaged.lazy(), left_on=["contact_id", "survivor"], right_on=["contact_id", "account_id"], how="semi")
        .group_by(account_id="survivor")
        .agg(
            contacts=pl.len(),
            contact_departments=pl.col("department").drop_nulls().n_unique(),
            seniority=mapped("seniority", CATEGORIES["seniority"]).max(),
        )
        .collect()
    )


def technologies(folder: str, merged: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """Complementary technologies in use."""
    today = pl.lit(as_of.date())
    return (
        pl.scan_parquet(f"{folder}/account_technologies.parquet")
        .with_columns(text("account_id"), text("technology").str.to_lowercase())
        .filter(
            pl.col("technology").is_in(list(TECHNOLOGIES))
            & (pl.col("detected_on").fill_null(today) <= today)
            & (pl.col("removed_on").is_null() | (pl.col("removed_on") > today))
        )
        .join(merged.lazy().select("account_id", "survivor"), on="account_id")
        .group_by(account_id="survivor")
        .agg(technologies=pl.col("technology").n_unique())
        .collect()
    )


def banded(number: pl.Expr, *bands: tuple[float, int], last: int = 0) -> pl.Expr:
    """Points of the first band that a number reaches."""
    expression = pl.lit(last)
    for minimum, points in reversed(bands):
        expression = pl.when(number >= minimum).then(points).otherwise(expression)
    return expression.cast(pl.Int64)


def factors(accounts: pl.DataFrame, as_of: datetime) -> pl.DataFrame:
    """The points of each factor."""
    revenue, deal = pl.col("annual_revenue_usd"), pl.col("estimated_deal_usd")
    days = (pl.col("competitor_renewal_on") - pl.lit(as_of.date())).dt.total_days()
    size = pl.when(revenue.is_null()).then(0).when(revenue.is_between(50e6, 500e6)).then(30)
    size = size.when(revenue.is_between(20e6, 50e6)).then(20).when(revenue.is_between(500e6, 1e9)).then(21)
    return accounts.with_columns(
        size=size.when(revenue < 20e6).then(10).otherwise(11).cast(pl.Int64),
        industry=pl.when(pl.col("industry").is_null()).then(0).otherwise(mapped("industry", INDUSTRIES).fill_null(5)),
        market=pl.when(pl.col("country").is_null()).then(0).otherwise(mapped("country", MARKETS).fill_null(5)),
        technology=banded(pl.col("technologies").fill_null(0), (3, 20), (1, 12), last=5),
        growth=mapped("growth_trend", CATEGORIES["growth"]).fill_null(0),
        brand=mapped("brand_tier", CATEGORIES["brand"]).fill_null(0),
        competition=mapped("competitive_position", CATEGORIES["competition"]).fill_null(0),
        renewal=pl.when(days.is_between(0, 90))
        .then(20)
        .when(days.is_between(91, 180))
        .then(10)
        .otherwise(0)
        .cast(pl.Int64),
        engaged=banded(pl.col("contacts").fill_null(0), (5, 8), (3, 5), (1, 2)),
        departments=banded(pl.col("contact_departments").fill_null(0), (3, 5), (2, 3), (1, 1)),
        seniority=pl.col("seniority").fill_null(0),
        deal=pl.when(deal.is_null()).then(0).otherwise(banded(deal, (150e3, 4), (75e3, 3), last=2)),
        now=pl.col("now").fill_null(0),
        then=pl.col("then").fill_null(0),
    )


def points_of(factor: str) -> pl.Expr:
    """The points of a factor; of those with two labels, the number that both have."""
    return pl.col(factor).replace({21: 20, 11: 10}) if factor == "size" else pl.col(factor)


def scored(accounts: pl.DataFrame) -> pl.DataFrame:
    """Scores and ranks."""
    summed = accounts.with_columns(
        fit=sum(points_of(name) for name in ("size", "industry", "technology", "market", "growth")),
        intent=pl.col("now") + pl.col("renewal") * UNIT,
        relationship=pl.col("engaged") + pl.col("seniority") + pl.col("departments"),
        strategic=pl.col("deal") + pl.col("brand") + pl.col("competition"),
    )
    cut = pl.when(pl.col("intent") > 100 * UNIT).then(100.0 * UNIT / pl.col("intent")).otherwise(1.0)
    shares = summed.with_columns(
        signals_share=((pl.col("now") * cut).round() * 0.3).round().cast(pl.Int64),
        renewal_share=((pl.col("renewal") * UNIT * cut).round() * 0.3).round().cast(pl.Int64),
    )
    whole = pl.col("fit") * (4 * UNIT // 10) + (pl.col("relationship") + pl.col("strategic")) * UNIT
    return (
        shares.with_columns(
            priority_score=published(whole + pl.col("signals_share") + pl.col("renewal_share")),
            intent_score=published(pl.min_horizontal(pl.col("intent"), 100 * UNIT)),
        )
        .sort("priority_score", "fit", "intent_score", "account_id", descending=[True, True, True, False])
        .with_row_index("priority_rank", offset=1)
    )


def sentences(parts: list[pl.LazyFrame], name: str, start: str, end: str) -> pl.DataFrame:
    """The three largest of each account, in words."""
    tenths = pl.col("tenths")
    number = (
        pl.when(tenths % 10 == 0)
        .then((tenths // 10).cast(pl.String))
        .otherwise((tenths // 10).cast(pl.String) + "." + (tenths % 10).cast(pl.String))
    )
    return (
        pl.concat(parts)
        .with_columns(tenths=(pl.col("units") + UNIT // 20) // (UNIT // 10))
        .filter(tenths > 0)
        .sort("account_id", "tenths", "reason", descending=[False, True, False])
        .group_by("account_id", maintain_order=True)
        .head(3)
        .group_by("account_id", maintain_order=True)
        .agg((pl.col("reason") + start + number + end).str.join("; ").alias(name))
        .collect()
    )


def explained(scores: pl.LazyFrame, types: pl.LazyFrame) -> pl.DataFrame:
    """Top reasons and gaps."""
    reasons, gaps = [], []
    for factor, (worth, most, labels, unknown) in FACTORS.items():
        points = points_of(factor)
        reasons.append(
            scores.select("account_id", units=points * int(worth * UNIT), reason=mapped(factor, labels, pl.String))
        )
        lacks = pl.lit("No " + bare(labels[most]))
        if unknown:
            lacks = pl.when(pl.col(factor) == 0).then(pl.lit(unknown)).otherwise(lacks)
        gaps.append(scores.select("account_id", units=(most - points) * int(worth * UNIT), reason=lacks))
    reasons.append(scores.select("account_id", units="renewal_share", reason=mapped("renewal", RENEWAL, pl.String)))
    days = pl.col("days_ago")
    lately = pl.when(days == 0).then(pl.lit("today")).when(days == 1).then(pl.lit("yesterday"))
    ago = lately.otherwise(days.cast(pl.String) + " days ago")
    words = {name: in_words(name) for name in SIGNAL_TYPES}
    share = pl.col("signals_share") * (pl.col("now_of_type") / pl.col("now"))
    reasons.append(
        types.filter(pl.col("now") > 0)
        .rename({"now": "now_of_type"})
        .join(scores.select("account_id", "signals_share", "now"), on="account_id")
        .select(
            "account_id",
            units=share.round().cast(pl.Int64),
            reason=pl.col("signal_type").replace(words) + " " + ago,
        )
    )
    room = 30 * UNIT - pl.col("signals_share") - pl.col("renewal_share")
    for gap, reason in (
        (((100 * UNIT - pl.col("now")) * 0.3).round().cast(pl.Int64), "Further buying signals"),
        ((20 - pl.col("renewal")) * (3 * UNIT // 10), "No " + bare(RENEWAL[20])),
        (pl.lit(75 * UNIT // 10), "No get-back date within two weeks"),
    ):
        gaps.append(scores.select("account_id", units=pl.min_horizontal(gap, room), reason=pl.lit(reason)))
    told = sentences(reasons, "top_reasons", " +", ""), sentences(gaps, "top_gaps", ": up to +", " more")
    return told[0].join(told[1], on="account_id", how="full", coalesce=True)


def tiered(scores: pl.DataFrame) -> pl.DataFrame:
    """The tier of each account, and why. Strategic accounts stand in no line, hot ones for the first two tiers only."""
    ranked, score = scores.height, pl.col("priority_score")
    hot, placed = pl.col("is_hot"), pl.col("is_strategic").fill_null(False)
    scores = scores.with_columns(
        by_score=pl.when(score >= 80).then(1).when(score >= 60).then(2).when(score >= 40).then(3).otherwise(4),
        engagement_status=pl.col("status").fill_null("cold"),
        is_hot=(pl.col("status") == "hot").fill_null(False),
    )
    waits, waits_below = ~placed & (~hot | (pl.col("by_score") <= 2)), ~placed & ~hot
    scores = scores.with_columns(place=waits.cum_sum(), place_below=waits_below.cum_sum())
    room = [-(-percent * ranked // 100) for percent in (10, 20, 30)]
    ends = [0]
    for tier, line in ((1, waits), (2, waits), (3, waits_below)):
        begun = scores.filter(waits_below & (pl.col("place") <= ends[-1])).height if tier == 3 else ends[-1]
        in_line = scores.filter(line & (pl.col("by_score") <= tier)).height
        ends.append(min(in_line, begun + room[tier - 1]))
    scores = scores.with_columns(
        by_capacity=pl.when(placed | (hot & (pl.col("by_score") > 2)))
        .then(pl.col("by_score"))
        .when(pl.col("place") <= ends[1])
        .then(1)
        .when(pl.col("place") <= ends[2])
        .then(2)
        .when(hot | (pl.col("place_below") <= ends[3]))
        .then(3)
        .otherwise(4)
    )
    scores = scores.with_columns(
        by_heat=pl.when(hot).then(pl.min_horizontal("by_capacity", 2)).otherwise(pl.col("by_capacity"))
    )
    return scores.with_columns(tier_number=pl.when(placed).then(1).otherwise(pl.col("by_heat")).cast(pl.Int64))


def completeness() -> pl.Expr:
    """How much of the score rests on attributes that are known."""

    def known(worth: float, **most: int) -> pl.Expr:
        return sum(
            (pl.when(pl.col(name) > 0).then(points * worth).otherwise(0.0) for name, points in most.items()),
            pl.lit(0.0),
        )

    weight = (
        known(0.004, size=30, industry=25, market=15, growth=10)
        + (0.08 + 0.3 + 0.13)
        + pl.when(pl.col("competitor_renewal_on").is_not_null()).then(0.06).otherwise(0.0)
        + known(0.01, seniority=7, deal=4, brand=3, competition=3)
    )
    return published(units(weight / 1.135))


def account_tiers(folder: str, as_of: datetime, files: list[str]) -> pl.DataFrame:
    """The mart."""
    names = ("account_id", "account_name", "domain", "merged_into_account_id")
    lowered = ("industry", "country", "growth_trend", "brand_tier", "competitive_position")
    raw = pl.scan_parquet(f"{folder}/accounts.parquet").with_columns(
        *(text(name) for name in names), *(text(name).str.to_lowercase() for name in lowered)
    )
    raw = raw.filter(pl.col("account_id").is_not_null() & pl.col("account_name").is_not_null())
    accounts = latest(raw, "account_id", "loaded_at").collect(engine="streaming")
    merged = survivors(accounts)
    signals = read_signals(files, merged, as_of)
    types, hot, engaged = pl.collect_all(
        [
            by_type(signals, as_of),
            triggered(signals),
            signals.filter((pl.col("days_ago") < 90) & pl.col("contact_id").is_not_null())
            .select("contact_id", "account_id")
            .unique(),
        ],
        engine="streaming",
    )
    intent = types.group_by("account_id").agg(pl.col("now", "then").sum())
    ranked = (
        accounts.filter(~pl.col("is_customer").fill_null(False))
        .join(merged.filter(~pl.col("is_merged")).select("account_id"), on="account_id", how="semi")
        .join(technologies(folder, merged, as_of), on="account_id", how="left")
        .join(intent, on="account_id", how="left")
        .join(relationships(folder, engaged, merged), on="account_id", how="left")
        .join(hot.select("account_id", "status", "trigger", "occurred_at"), on="account_id", how="left")
    )
    scores = tiered(scored(factors(ranked, as_of)))
    treatments = pl.DataFrame(
        [(tier, *cells) for tier, cells in TREATMENTS.items()],
        orient="row",
        schema={
            "tier_number": pl.Int64,
            "covered_by": pl.String,
            "accounts_per_rep": pl.Float64,
            "touch_cadence": pl.String,
            "program": pl.String,
            "budget_min_usd": pl.Float64,
            "budget_max_usd": pl.Float64,
        },
    )
    moved = published(pl.col("now")) - published(pl.col("then"))
    fits, timely = pl.col("fit") >= 60, pl.col("intent_score") >= 50
    none = pl.lit(None, dtype=pl.String)
    return (
        scores.join(explained(scores.lazy(), types.lazy()), on="account_id", how="left")
        .join(treatments, on="tier_number")
        .select(
            "account_id",
            "account_name",
            "domain",
            owner_id=none,
            territory=none,
            scoring_model=pl.lit("weighted_composite"),
            scored_at=pl.lit(as_of),
            fit_score=pl.col("fit").cast(pl.Float64),
            intent_score=pl.col("intent_score"),
            relationship_score=pl.col("relationship") * 5.0,
            strategic_score=pl.col("strategic") * 10.0,
            priority_score=pl.col("priority_score"),
            priority_rank=pl.col("priority_rank"),
            tier_number=pl.col("tier_number"),
            tier=pl.format("Tier {}", "tier_number"),
            tier_reason=pl.when(pl.col("tier_number") != pl.col("by_heat"))
            .then(pl.lit("strategic"))
            .when(pl.col("by_heat") != pl.col("by_capacity"))
            .then(pl.lit("hot_promotion"))
            .when(pl.col("by_capacity") != pl.col("by_score"))
            .then(pl.lit("capacity"))
            .otherwise(pl.lit("score")),
            score_tier_number=pl.col("by_score"),
            quadrant=pl.when(fits & timely)
            .then(pl.lit("good_place"))
            .when(fits)
            .then(pl.lit("get_back_to_me"))
            .when(timely)
            .then(pl.lit("false_hope"))
            .otherwise(pl.lit("bad_place")),
            engagement_status=pl.col("engagement_status"),
            engagement_trigger=pl.col("trigger"),
            engaged_since=pl.col("occurred_at"),
            respond_by=pl.when(pl.col("status") == "hot").then(pl.col("occurred_at") + timedelta(hours=4)),
            decayed_intent_points=published(pl.col("now")),
            decayed_intent_points_7d_ago=published(pl.col("then")),
            intent_trend=pl.when(moved.round(6) >= 5)
            .then(pl.lit("rising"))
            .when((-moved).round(6) >= 5)
            .then(pl.lit("falling"))
            .otherwise(pl.lit("steady")),
            data_completeness=completeness(),
            top_reasons=pl.col("top_reasons"),
            top_gaps=pl.col("top_gaps"),
            covered_by=pl.col("covered_by"),
            accounts_per_rep=pl.col("accounts_per_rep"),
            touch_cadence=pl.col("touch_cadence"),
            program=pl.col("program"),
            budget_min_usd=pl.col("budget_min_usd"),
            budget_max_usd=pl.col("budget_max_usd"),
        )
    )


if __name__ == "__main__":
    folder, as_of, output, *files = sys.argv[1:]
    account_tiers(folder, datetime.fromisoformat(as_of), files).write_parquet(output)
