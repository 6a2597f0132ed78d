"""A history that was made up, in a warehouse of its own."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

import pytest

from builds.warehouse import Warehouse, load_table
from validation.world import ATTRIBUTES, DAYS, MICROSECOND, MODELS


@pytest.fixture
def judged_world(published: Warehouse) -> Warehouse:
    """The demo with days of history, attributes and opportunities that follow from the scores in part."""
    rng = random.Random(5)
    accounts = [
        row["account_id"]
        for row in published.query("select account_id from intermediate.int_accounts_merged order by account_id")
    ]
    accounts += [f"gone-{n}" for n in range(12)]
    pulls = {account_id: rng.random() for account_id in accounts}
    history, opportunities, attributes, kept_days = [], [], [], []
    first = {day for day in DAYS if day == min(d for d in DAYS if (d.year, d.month) == (day.year, day.month))}
    for day in DAYS:
        scored_at = datetime(day.year, day.month, day.day, 9)
        for model in MODELS:
            kept_days.append(
                {
                    "raw_source": "demo",
                    "scoring_model": model,
                    "tier_date": day,
                    "scored_at": scored_at,
                    "built_at": scored_at + timedelta(days=1, microseconds=int(day.month == 1)),
                    "has_contributions": "false",
                    "has_attributes": str(day in first),
                }
            )
        for account_id in accounts:
            pull = pulls[account_id]
            for model in MODELS:
                if rng.random() < 0.2 or (model == "customer_expansion") != (account_id < "acc-0060"):
                    continue
                score = 100 * pull * rng.random() if model != "smb" else 100 * rng.random()
                score = round(score, rng.choice((0, 6)))
                tier_number = 1 + int(score < 60) + int(score < 30)
                history.append(
                    {
                        "raw_source": "demo",
                        "account_id": account_id,
                        "scoring_model": model,
                        "tier_date": day,
                        "scored_at": scored_at,
                        "priority_score": score,
                        "tier_number": tier_number,
                        "tier": f"Tier {tier_number}",
                        "tier_reason": "score",
                        "fit_score": rng.choice((0.0, 25.0, 50.0)),
                        "intent_score": round(100 * rng.random(), 1),
                        "has_hindsight": str(rng.random() < 0.3),
                    }
                )
            if rng.random() < 0.05 + 0.6 * pull:
                begun = scored_at + rng.choice(
                    (
                        *(timedelta(0), MICROSECOND, timedelta(days=90), timedelta(days=90) + MICROSECOND),
                        *(timedelta(days=rng.uniform(-30, 120)) for _ in range(8)),
                    )
                )
                ended = begun + timedelta(days=rng.choice((-1, 0, 20, 91, 180)))
                opportunities.append(
                    {
                        "opportunity_id": f"o-{day}-{account_id}",
                        "account_id": account_id,
                        "created_at": begun,
                        "closed_at": rng.choice((ended, ended, None)),
                        "is_won": str(rng.random() < 0.4 + 0.4 * pull),
                        "amount_usd": rng.choice((None, "1000", "2500.50", "120000")),
                        "record_status": rng.choice(("standing", "standing", "standing", "deleted")),
                    }
                )
            if day in first:
                for attribute, draw in ATTRIBUTES.items():
                    value = draw(rng, pull)
                    if value is not None:
                        kind = "value_text" if isinstance(value, str) else "value_number"
                        attributes.append(
                            {
                                "raw_source": "demo",
                                "account_id": account_id,
                                "scoring_model": "weighted_composite",
                                "tier_date": day,
                                "attribute": attribute,
                                kind: value,
                            }
                        )
    with published.connect() as connection:
        for table, rows in (
            ("history.build_days", kept_days),
            ("history.account_tier_history", history),
            ("history.account_attributes", attributes),
            ("staging.stg_raw_tables__opportunities", opportunities),
        ):
            columns = list(dict.fromkeys(column for row in rows for column in row))
            load_table(connection, "made_up", rows, columns)
            if table.startswith("history"):
                connection.execute(f"delete from {table}")
            connection.execute(f"insert into {table} by name select * from made_up; drop table made_up")
    chosen = (
        "path:models/intermediate/validation",
        "path:models/marts/validation",
        "build_days",
        "account_tier_history",
    )
    published.dbt("run", "--select", *chosen, "int_tiers_of_the_day", "int_days_built").check()
    return published
