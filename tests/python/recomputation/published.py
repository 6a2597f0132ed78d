"""The published tables, recomputed from raw rows, rules and a moment."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from .accounts import belongings, follow_merges, match_signals
from .attributes import Account, Clock, engaged_contact_ids
from .coverage import Market
from .engagement import Engagement, engagement
from .history import account_tier_changes, account_tier_history, crm_tier_sync, tiers_before
from .reading import Reading, Record, read_all, reject
from .rules import Model, Rules, read_rules
from .scoring import disqualified_by, score
from .tiers import Placing, is_snoozed, place
from .values import published, utc

DEFAULT_SETTINGS = {
    "engagement_window_days": 90,
    "fit_threshold": 60,
    "timing_threshold": 50,
    "decay_horizon_half_lives": 10,
    "intent_trend_threshold": 5,
    "touch_window_days": 14,
}

SCORE_COLUMNS = ("fit", "intent", "relationship", "strategic")

WEEK = timedelta(days=7)


def recompute(
    raw: dict[str, list[Record]],
    rules: dict[str, list[Record]],
    as_of: datetime,
    settings: Mapping[str, Any] | None = None,
    before: dict[str, list[Record]] | None = None,
) -> dict[str, list[Record]]:
    """All published tables for the raw rows, the rules and the moment.

    ``raw`` maps a raw table to its rows (column to text or typed value; absent tables and columns are empty), ``rules``
    a rule file to its rows, ``settings`` overrides ``DEFAULT_SETTINGS``, ``before`` is what the build before published.
    Published numbers are floats of six decimals.
    """
    options = {name: Fraction(str(value)) for name, value in {**DEFAULT_SETTINGS, **(settings or {})}.items()}
    ruleset = read_rules(rules)
    clock = Clock(utc(as_of), int(options["engagement_window_days"]), options["decay_horizon_half_lives"])
    reading = read_all(raw, ruleset.signal_types)

    records = {record["account_id"]: record for record in reading.standing["accounts"]}
    end_of, endless = follow_merges(records)
    for account_id in endless:
        row = reading.raw_of["accounts", (account_id,)]
        reading.rejected_records.append(reject("accounts", row, "invalid_merged_into_account_id", "value"))

    accounts, unmatched = _assemble(reading, records, end_of, ruleset, clock)
    engagements = {
        account_id: engagement(account.signals, ruleset.triggers, clock.as_of)
        for account_id, account in accounts.items()
    }
    field_reps = sum(rep["role"] == "field" and rep["is_active"] for rep in reading.standing["sales_reps"])

    tables: dict[str, list[Record]] = {
        "account_tiers": [],
        "account_scores": [],
        "account_score_contributions": [],
        "unranked_accounts": [],
        "rejected_records": reading.rejected_records,
        "unmatched_signals": unmatched,
        "source_reconciliation": reading.source_reconciliation,
    }
    held = tiers_before(before or {}, clock.as_of)
    for model in ruleset.models:
        placings = []
        for account_id in records:
            reason = "merged" if end_of[account_id] != account_id else _unranked(model, accounts[account_id])
            if reason is None:
                account = accounts[account_id]
                is_hot = engagements[account_id].status == "hot"
                tier_before = held.get((account_id, model.scoring_model))
                placings.append(Placing(account, score(model, account), is_hot, tier_before))
            else:
                row = {"account_id": account_id, "scoring_model": model.scoring_model, "reason": reason}
                tables["unranked_accounts"].append(row)
        for placing in place(model, placings, field_reps, clock.today):
            tables["account_scores"].append(_score_row(model, placing))
            tables["account_score_contributions"] += _contribution_rows(model, placing)
            if model.is_primary:
                tables["account_tiers"].append(_tier_row(model, placing, engagements[placing.account_id], options))
    primary = next(model.scoring_model for model in ruleset.models if model.is_primary)
    tables["account_tier_history"] = account_tier_history(tables, before or {}, clock.as_of)
    tables["account_tier_changes"] = account_tier_changes(tables["account_tier_history"])
    tables["crm_tier_sync"] = crm_tier_sync(tables["account_tier_history"], before or {}, primary, clock.as_of)
    for row in tables["account_score_contributions"]:
        del row["exact_contribution"]
    market = Market(
        accounts=accounts,
        end_of=end_of,
        reps={rep["owner_id"]: rep for rep in reading.standing["sales_reps"]},
        ranked={row["account_id"]: row for row in tables["account_tiers"]},
        engagements=engagements,
        as_of=clock.as_of,
        touch_window_days=int(options["touch_window_days"]),
    )
    return tables | market.tables()


def _assemble(
    reading: Reading, records: dict[str, Record], end_of: dict[str, str], rules: Rules, clock: Clock
) -> tuple[dict[str, Account], list[Record]]:
    """Every account that is not merged away, with what belongs to it; and the signals that belong to none."""
    standing = reading.standing
    matched, unmatched = match_signals(standing["signals"], records, end_of)
    engaged = engaged_contact_ids(matched, standing["activities"], clock)
    of = {name: belongings(rows, end_of) for name, rows in standing.items() if name not in _NOT_OF_ONE_ACCOUNT}
    accounts = {
        account_id: Account(
            record=record,
            clock=clock,
            rules=rules,
            signals=matched.get(account_id, []),
            technologies=of["account_technologies"].get(account_id, []),
            contacts=of["contacts"].get(account_id, []),
            activities=of["activities"].get(account_id, []),
            opportunities=of["opportunities"].get(account_id, []),
            overrides=of["tier_overrides"].get(account_id, []),
            returns=of["account_returns"].get(account_id, []),
            usage=of["product_usage"].get(account_id, []),
            contracts=of["customer_contracts"].get(account_id, []),
            engaged_contact_ids=engaged,
        )
        for account_id, record in records.items()
        if end_of[account_id] == account_id
    }
    return accounts, unmatched


_NOT_OF_ONE_ACCOUNT = frozenset({"accounts", "signals", "sales_reps"})


def _unranked(model: Model, account: Account) -> str | None:
    """The first reason for which an account that is not merged away is not ranked in a model."""
    wanted = {"prospects": (False,), "customers": (True,), "all": (False, True)}[model.population]
    if account.record["is_customer"] not in wanted:
        return "outside_population"
    failed = disqualified_by(model, account)
    if failed is not None:
        return f"disqualified:{failed}"
    return "snoozed" if is_snoozed(account.returns, account.clock.today) else None


def _score_row(model: Model, placing: Placing) -> Record:
    """A row of account_scores."""
    result = placing.score
    return {
        "account_id": placing.account_id,
        "scoring_model": model.scoring_model,
        **{f"{name}_score": _number(result.dimension_score(name)) for name in SCORE_COLUMNS},
        "dimension_scores": {name: _number(value) for name, value in result.dimension_scores.items()},
        "priority_score": _number(result.priority),
        "priority_rank": placing.rank,
        "tier_number": placing.tier_number,
        "tier": _tier_name(model, placing),
        "tier_reason": placing.tier_reason,
        "score_tier_number": placing.score_tier_number,
        "data_completeness": _number(result.completeness),
        **_treatment(model, placing),
    }


def _contribution_rows(model: Model, placing: Placing) -> list[Record]:
    """The rows of account_score_contributions of an account in a model."""
    return [
        {
            "account_id": placing.account_id,
            "scoring_model": model.scoring_model,
            "dimension": factor.dimension,
            "factor": factor.factor,
            "attribute": factor.attribute,
            "attribute_value": _shown(factor.value),
            "label": factor.label,
            "points": _number(factor.points),
            "max_points": _number(factor.max_points),
            "priority_contribution": _number(factor.contribution),
            "exact_contribution": factor.contribution,
        }
        for factor in placing.score.factors
    ]


def _tier_row(model: Model, placing: Placing, engaged: Engagement, options: dict[str, Fraction]) -> Record:
    """A row of account_tiers, but for its texts."""
    account, result = placing.account, placing.score
    as_of = account.clock.as_of
    now = published(account.decayed_points_at(as_of))
    week_ago = published(account.decayed_points_at(as_of - WEEK))
    return {
        **{name: account.record[name] for name in ("account_id", "account_name", "domain", "owner_id", "territory")},
        "scoring_model": model.scoring_model,
        "scored_at": as_of,
        **{f"{name}_score": _number(result.dimension_score(name)) for name in SCORE_COLUMNS},
        "priority_score": _number(result.priority),
        "priority_rank": placing.rank,
        "tier_number": placing.tier_number,
        "tier": _tier_name(model, placing),
        "tier_reason": placing.tier_reason,
        "score_tier_number": placing.score_tier_number,
        "quadrant": _quadrant(placing, options),
        "engagement_status": engaged.status,
        "engagement_trigger": engaged.trigger,
        "engaged_since": engaged.since,
        "respond_by": engaged.respond_by,
        "decayed_intent_points": _number(now),
        "decayed_intent_points_7d_ago": _number(week_ago),
        "intent_trend": _trend(now - week_ago, options["intent_trend_threshold"]),
        "data_completeness": _number(result.completeness),
        **_treatment(model, placing),
    }


def _treatment(model: Model, placing: Placing) -> Record:
    """What the account's tier gets."""
    treatment = model.treatments.get(placing.tier_number, {})
    columns = ("coverage", "accounts_per_rep", "touch_cadence", "program", "budget_min_usd", "budget_max_usd")
    return {name: _number(treatment.get(name)) for name in columns}


def _tier_name(model: Model, placing: Placing) -> str | None:
    return next((tier.tier for tier in model.tiers if tier.tier_number == placing.tier_number), None)


def _quadrant(placing: Placing, options: dict[str, Fraction]) -> str:
    """Fit and timing against their thresholds; a model without such a dimension reaches neither."""
    fit, intent = placing.score.dimension_score("fit"), placing.score.dimension_score("intent")
    fits = fit is not None and fit >= options["fit_threshold"]
    timely = intent is not None and intent >= options["timing_threshold"]
    if fits:
        return "good_place" if timely else "get_back_to_me"
    return "false_hope" if timely else "bad_place"


def _trend(change: Fraction, threshold: Fraction) -> str:
    if change >= threshold:
        return "rising"
    return "falling" if change <= -threshold else "steady"


def _number(value: object) -> object:
    """A fraction as a float of six decimals; anything else as it is."""
    return float(published(value)) if isinstance(value, Fraction) else value


def _shown(value: object) -> str | None:
    """An attribute's value as text."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Fraction):
        return str(int(value)) if value.denominator == 1 else f"{float(published(value)):.6f}".rstrip("0").rstrip(".")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
