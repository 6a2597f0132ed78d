"""The published tables, recomputed from raw rows, rules and a moment."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from .accounts import (
    Merges,
    account_pointers,
    belongings,
    directory,
    follow_merges,
    match_signals,
    people,
    place_activities,
)
from .attributes import Account
from .clock import Clock, read_working_hours
from .coverage import Market
from .engagement import Engagement, engagement
from .history import (
    account_contributions,
    account_tier_changes,
    account_tier_history,
    build_days,
    calendar_days,
    crm_tier_sync,
    tiers_before,
)
from .reading import TABLES, Reading, Record, key_as_text, read_all, reject
from .reports import account_signals, account_timeline, hot_responses, scoring_model_tiers
from .rules import Model, Rules, read_rules
from .scoring import disqualified_by, score
from .standing import ACTIONABLE, deals, next_step_code, tenures, touches
from .tiers import Placing, place, snooze
from .values import published, utc

DEFAULT_SETTINGS = {
    "engagement_window_days": 90,
    "fit_threshold": 60,
    "timing_threshold": 50,
    "decay_horizon_half_lives": 10,
    "intent_trend_threshold": 5,
    "touch_window_days": 14,
}
"""The settings that are numbers; `reporting_timezone` and `working_hours` are texts."""

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
    given = dict(settings or {})
    clock = _clock(as_of, str(given.pop("reporting_timezone", "UTC")), given.pop("working_hours", None), given)
    options = {name: Fraction(str(value)) for name, value in {**DEFAULT_SETTINGS, **given}.items()}
    ruleset = read_rules(rules)
    reading = read_all(raw, ruleset.signal_types, clock.as_of, ruleset.field_mappings)

    for name in ("accounts", "contacts"):
        reading.later[name] = [record for record in reading.standing[name] if _is_later(record, clock)]
        reading.standing[name] = [record for record in reading.standing[name] if not _is_later(record, clock)]
        reading.deleted[name] = [record for record in reading.deleted[name] if not _is_later(record, clock)]
    records = {record["account_id"]: record for record in reading.standing["accounts"]}
    merges = follow_merges(
        records,
        account_pointers(
            [*reading.standing["accounts"], *reading.deleted["accounts"]], reading.standing["account_merges"]
        ),
    )
    contact_merges = follow_merges(
        [row["contact_id"] for row in reading.standing["contacts"]],
        {
            row["contact_id"]: row["merged_into_contact_id"]
            for row in (*reading.standing["contacts"], *reading.deleted["contacts"])
        },
    )
    _reject_circles(reading, records, merges, contact_merges)
    end_of = merges.end_of

    accounts, unmatched, orphans = _assemble(reading, records, merges, contact_merges, ruleset, clock)
    engagements = {
        account_id: engagement(
            account.signals, ruleset.triggers, clock, [row["occurred_at"] for row in account.touches("outbound")]
        )
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
        "unmatched_records": orphans,
        "unmapped_values": _unmapped_values(reading, ruleset),
        "source_reconciliation": [
            {**row, "unmatched": sum(orphan["source_table"] == row["source_table"] for orphan in orphans)}
            for row in reading.source_reconciliation
        ],
    }
    held = tiers_before(before or {}, clock.today)
    factors = {}
    for model in ruleset.models:
        tables["unranked_accounts"] += [
            _unranked_row(model, account_id, "not_yet_created")
            for account_id in (record["account_id"] for record in reading.later["accounts"])
        ]
        placings = []
        for account_id in records:
            reason = "merged" if end_of[account_id] != account_id else _unranked(model, accounts[account_id])
            if reason is None:
                account = accounts[account_id]
                is_hot = engagements[account_id].status == "hot"
                tier_before = held.get((account_id, model.scoring_model))
                placings.append(Placing(account, score(model, account), is_hot, tier_before))
            else:
                tables["unranked_accounts"].append(_unranked_row(model, account_id, reason))
        for placing in place(model, placings, field_reps, clock.today):
            tables["account_scores"].append(_score_row(model, placing))
            tables["account_score_contributions"] += _contribution_rows(model, placing)
            if model.is_primary:
                factors[placing.account_id] = placing.score.factors
                tables["account_tiers"].append(_tier_row(model, placing, engagements[placing.account_id], options))
    primary = next(model.scoring_model for model in ruleset.models if model.is_primary)
    moment = (before or {}, clock.as_of, clock.today)
    states: dict[str, Record] = {
        account_id: {
            "owner_id": record["owner_id"],
            "engagement_status": engagements[account_id].status if account_id in engagements else None,
        }
        for account_id, record in records.items()
    }
    tables["account_tier_history"] = account_tier_history(tables, *moment, states)
    tables["build_days"] = build_days(tables["account_tier_history"], before or {}, clock.today)
    tables["calendar_days"] = calendar_days(tables["build_days"], clock.today)
    tables["account_contributions"] = account_contributions(tables, *moment)
    models = {model.scoring_model: model for model in ruleset.models}
    tables["account_tier_changes"] = account_tier_changes(tables, *moment, models, accounts)
    tables["crm_tier_sync"] = crm_tier_sync(
        tables["account_tier_history"], before or {}, primary, clock.as_of, clock.today
    )
    for row in tables["account_score_contributions"]:
        del row["exact_contribution"]
    reps = {rep["owner_id"]: rep for rep in reading.standing["sales_reps"]}
    tables["accounts"] = [_account_row(record, end_of, accounts, reps) for record in records.values()]
    described = {row["account_id"]: row for row in tables["accounts"]}
    for name, columns in (("account_scores", _NAMED), ("account_tiers", _DESCRIBED)):
        for row in tables[name]:
            row |= {column: described[row["account_id"]][column] for column in columns}
    stood = tenures(tables, primary, clock.today)
    for row in tables["account_tiers"]:
        account_id = row["account_id"]
        step = next_step_code(accounts[account_id], engagements[account_id], factors[account_id], stood[account_id])
        row |= {**stood[account_id], "next_step_code": step}
        del row["has_come_up"]
    market = Market(
        accounts=accounts,
        end_of=end_of,
        reps=reps,
        ranked={row["account_id"]: row for row in tables["account_tiers"]},
        engagements=engagements,
        triggers=ruleset.triggers,
        snoozed={
            row["account_id"]
            for row in tables["unranked_accounts"]
            if row["scoring_model"] == primary and row["reason"] == "snoozed"
        },
        clock=clock,
        touch_window_days=int(options["touch_window_days"]),
    )
    tables |= {
        "account_signals": account_signals(accounts),
        "account_timeline": account_timeline(accounts, tables["account_tier_changes"], primary, clock),
        "scoring_model_tiers": scoring_model_tiers(ruleset.models),
        "hot_responses": hot_responses(before or {}, engagements, accounts, clock.as_of),
    }
    return tables | market.tables()


_NAMED = ("account_name", "owner_id")
_DESCRIBED = (
    *(*_NAMED, "domain", "territory", "industry", "country", "annual_revenue_usd", "employee_count", "is_strategic"),
    *("owner_name", "owner_is_active", "crm_url"),
)


def _account_row(
    record: Record, end_of: Mapping[str, str], accounts: Mapping[str, Account], reps: Mapping[str, Record]
) -> Record:
    """A row of accounts; crm_url without the setting."""
    account_id, owner = record["account_id"], reps.get(record["owner_id"], {})
    is_merged = end_of[account_id] != account_id
    names = ("account_id", "account_name", "domain", "industry", "country", "territory", "owner_id", "is_strategic")
    return {
        **{name: record[name] for name in names},
        **{name: _number(record[name]) for name in ("annual_revenue_usd", "employee_count")},
        "owner_name": owner.get("owner_name"),
        "owner_is_active": owner.get("is_active"),
        "parent_account_id": record["parent_account_id"],
        "merged_into_account_id": end_of[account_id] if is_merged else None,
        "crm_url": None,
        # of what was merged away its own deals are another's
        **({} if is_merged else {"is_customer": accounts[account_id].is_customer}),
    }


def _reject_circles(reading: Reading, accounts: dict[str, Record], merges: Merges, contact_merges: Merges) -> None:
    """An entry for each row of what stands that begins a chain of merges without an end."""
    circles: list[tuple[str, tuple[str, ...], str]] = [
        ("contacts", (name,), "contact") for name in contact_merges.endless
    ]
    for name in merges.endless:
        if name in accounts and accounts[name]["merged_into_account_id"] is not None:
            circles.append(("accounts", (name,), "account"))
        elif name in accounts:
            told = [row for row in reading.standing["account_merges"] if row["account_id"] == name]
            circles += [("account_merges", (name, row["merged_into_account_id"]), "account") for row in told]
    for table, key, kind in circles:
        if (table, key) in reading.raw_of:
            raw = reading.raw_of[table, key]
            reading.rejected_records.append(reject(table, raw, f"invalid_merged_into_{kind}_id", "value"))


def _is_later(record: Record, clock: Clock) -> bool:
    """Whether a record is not there yet."""
    return record["created_at"] is not None and record["created_at"] > clock.as_of


def _clock(as_of: datetime, zone: str, working_hours: object, settings: Mapping[str, Any]) -> Clock:
    """The moment of the build and the settings that days and hours depend on."""
    numbers = {**DEFAULT_SETTINGS, **settings}
    return Clock(
        as_of=utc(as_of),
        engagement_window_days=int(numbers["engagement_window_days"]),
        horizon_half_lives=Fraction(str(numbers["decay_horizon_half_lives"])),
        zone=ZoneInfo(zone),
        working_hours=read_working_hours(None if working_hours is None else str(working_hours)),
    )


def _assemble(
    reading: Reading, records: dict[str, Record], merges: Merges, contact_merges: Merges, rules: Rules, clock: Clock
) -> tuple[dict[str, Account], list[Record], list[Record]]:
    """Every account that is not merged away, with what belongs to it; the signals, and all records, of no account."""
    standing, end_of = reading.standing, merges.end_of
    domains = directory(
        records,
        [*standing["accounts"], *reading.deleted["accounts"], *standing["account_domains"]],
        end_of,
        rules.free_email_domains,
    )
    persons = people(standing["contacts"], contact_merges, end_of, domains)
    matched, unmatched = match_signals(standing["signals"], end_of, persons, domains)
    placed = {
        "contacts": list(persons.contacts.values()),
        "activities": place_activities(standing["activities"], end_of, persons, standing["sales_reps"]),
    }
    of = {name: belongings(standing[name], end_of) for name in _OF_ONE_ACCOUNT}
    of |= {name: belongings(rows, {end: end for end in end_of.values()}) for name, rows in placed.items()}
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
        )
        for account_id, record in records.items()
        if end_of[account_id] == account_id
    }
    return accounts, unmatched, _orphans(standing, placed, unmatched, end_of)


_OF_ONE_ACCOUNT = (
    "account_domains",
    "account_technologies",
    "opportunities",
    "tier_overrides",
    "account_returns",
    "product_usage",
    "customer_contracts",
)


def _orphans(
    standing: Mapping[str, list[Record]],
    placed: Mapping[str, list[Record]],
    signals: list[Record],
    end_of: Mapping[str, str],
) -> list[Record]:
    """The rows of unmatched_records."""
    found = [
        {
            "source_table": "signals",
            "record_key": row["signal_id"],
            **{name: row[name] for name in ("account_id", "reason")},
        }
        for row in signals
    ]
    lost = [(name, row, row["account_id"]) for name in (*_OF_ONE_ACCOUNT, "account_merges") for row in standing[name]]
    lost = [(name, row, account_id) for name, row, account_id in lost if account_id not in end_of]
    for name, rows in placed.items():
        lost += [(name, row, row["raw_account_id"]) for row in rows if row["account_id"] is None]
    found += [
        {
            "source_table": name,
            "record_key": key_as_text(TABLES[name], row),
            "account_id": account_id,
            "reason": "unknown_account",
        }
        for name, row, account_id in lost
    ]
    return found


def _unranked(model: Model, account: Account) -> str | None:
    """The first reason for which an account that is not merged away is not ranked in a model."""
    wanted = {"prospects": (False,), "customers": (True,), "all": (False, True)}[model.population]
    if account.is_customer not in wanted:
        return "outside_population"
    failed = disqualified_by(model, account)
    if failed is not None:
        return f"disqualified:{failed}"
    resting = snooze(account.returns, account.record["account_id"], account.clock.today)
    return "snoozed" if resting is not None else None


def _unranked_row(model: Model, account_id: str, reason: str) -> Record:
    """A row of unranked_accounts."""
    kind, _, rule = reason.partition(":")
    return {
        "account_id": account_id,
        "scoring_model": model.scoring_model,
        "is_primary": model.is_primary,
        "reason": reason,
        "rule": rule if kind == "disqualified" else None,
    }


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
        "capacity_tier_number": placing.capacity_tier_number,
        "override_tier_number": placing.override_tier_number,
        "is_primary": model.is_primary,
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
            "missing_points": _number(factor.missing),
            "priority_gap": _number(factor.priority_gap),
            "is_primary": model.is_primary,
            "is_actionable": factor.attribute in ACTIONABLE,
            "priority_contribution": _number(factor.contribution),
            "exact_contribution": factor.contribution,
        }
        for factor in placing.score.factors
    ]


def _tier_row(model: Model, placing: Placing, engaged: Engagement, options: dict[str, Fraction]) -> Record:
    """A row of account_tiers, but for its texts."""
    account, result, treatment = placing.account, placing.score, _treatment(model, placing)
    as_of = account.clock.as_of
    now = published(account.decayed_points_at(as_of))
    week_ago = published(account.decayed_points_at(as_of - WEEK))
    return {
        "account_id": placing.account_id,
        "scoring_model": model.scoring_model,
        "scored_at": as_of,
        **{f"{name}_score": _number(result.dimension_score(name)) for name in SCORE_COLUMNS},
        "priority_score": _number(result.priority),
        "priority_rank": placing.rank,
        "tier_number": placing.tier_number,
        "tier": _tier_name(model, placing),
        "tier_reason": placing.tier_reason,
        "score_tier_number": placing.score_tier_number,
        "capacity_tier_number": placing.capacity_tier_number,
        "override_tier_number": placing.override_tier_number,
        "quadrant": _quadrant(placing, options),
        "engagement_status": engaged.status,
        "engagement_trigger": engaged.trigger,
        "engaged_since": engaged.since,
        "respond_by": engaged.respond_by,
        "answered_at": engaged.answered_at,
        "response_status": engaged.response_status,
        "decayed_intent_points": _number(now),
        "decayed_intent_points_7d_ago": _number(week_ago),
        "intent_trend": _trend(now - week_ago, options["intent_trend_threshold"]),
        "data_completeness": _number(result.completeness),
        **touches(account, treatment["touch_cadence"]),
        **deals(account),
        **{name: account.attribute(name) for name in _ENGAGED},
        **treatment,
    }


_ENGAGED = ("engaged_contacts", "highest_engaged_seniority", "engaged_departments")


def _treatment(model: Model, placing: Placing) -> Record:
    """What the account's tier gets."""
    treatment = model.treatments.get(placing.tier_number, {})
    columns = ("accounts_per_rep", "touch_cadence", "program", "budget_min_usd", "budget_max_usd")
    return {"covered_by": treatment.get("coverage"), **{name: _number(treatment.get(name)) for name in columns}}


def _tier_name(model: Model, placing: Placing) -> str | None:
    return next((tier.tier for tier in model.tiers if tier.tier_number == placing.tier_number), None)


def _quadrant(placing: Placing, options: dict[str, Fraction]) -> str | None:
    """Fit and timing against their thresholds; none in a model without either."""
    fit, intent = placing.score.dimension_score("fit"), placing.score.dimension_score("intent")
    if fit is None or intent is None:
        return None
    fits, timely = fit >= options["fit_threshold"], intent >= options["timing_threshold"]
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


def _unmapped_values(reading: Reading, rules: Rules) -> list[Record]:
    """The rows of unmapped_values: what was unreadable, and countries and industries that no rule file lists."""
    found = list(reading.unread)
    for column, known in (("country", rules.markets), ("industry", rules.industries)):
        those = [*reading.standing["accounts"], *reading.later["accounts"]]
        values = [(row[column].lower(), row["account_id"]) for row in those if row[column]]
        found += [("accounts", column, value, key) for value, key in values if value not in known]
    keys: dict[tuple[str, str, str], list[str]] = {}
    for table, column, value, key in found:
        keys.setdefault((table, column, value), []).append(key)
    rows_in = {row["source_table"]: row["rows_in"] for row in reading.source_reconciliation}
    return [
        {
            "source": "tables",
            "raw_table": table,
            "column_name": column,
            "value": value,
            "row_count": len(those),
            "share": len(those) / rows_in[table],
            "example_key": min(filter(None, those), default=""),
        }
        for (table, column, value), those in keys.items()
    ]
