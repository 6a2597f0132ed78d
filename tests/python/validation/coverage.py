"""How often the 95% limits of the validation marts hold the truth, in worlds whose truth is known.

    PYTHONPATH=tests/python uv run python -m validation.coverage [--worlds 500] [--seed 1]

A world is an outcome of its own: accounts, each with a pull that lasts, are scored by a champion and a challenger on
some days, and an outcome follows from the pull in part. The project judges all worlds in one build. Prints a table in
Markdown: a row a design, the share of worlds whose limits hold what a million accounts of that design give. It takes
some minutes, so it is no test; the figures are in docs/validation.md.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.metrics import roc_auc_score

from builds.warehouse import Warehouse

CHAMPION, CHALLENGER = "weighted_composite", "smb"
JUDGES = (
    *("int_score_placements", "int_score_aucs", "int_score_shifts", "int_models_paired"),
    *("score_validation", "score_validation_bands", "model_comparison"),
)


@dataclass(frozen=True)
class Design:
    """How many accounts are scored on how many days, and what share of them has the outcome."""

    accounts: int
    days: int
    rate: float


DESIGNS = [
    *(Design(300, 1, 0.2), Design(300, 1, 0.35), Design(1000, 1, 0.05), Design(1000, 1, 0.2)),
    *(Design(300, 12, 0.2), Design(1000, 12, 0.05)),
]


def draw(rng: np.random.Generator, accounts: int, days: int) -> dict[str, np.ndarray]:
    """Scores of both models, and how near to the outcome an account was: accounts by days."""
    pull = rng.standard_normal((accounts, 1))
    noise = {
        name: (rng.standard_normal((accounts, 1)) + rng.standard_normal((accounts, days))) / np.sqrt(2)
        for name in (CHAMPION, CHALLENGER, "luck")
    }
    return {
        CHAMPION: np.round(50 + 10 * (pull + noise[CHAMPION]), 1),
        CHALLENGER: np.round(50 + 10 * (pull + 1.5 * noise[CHALLENGER]), 1),
        "nearness": pull + 1.5 * noise["luck"],
    }


def truth(market: dict[str, np.ndarray], rate: float) -> dict[str, float]:
    """What all accounts of a market give: aucs, their difference, each tier's rate, and how near the outcome is."""
    nearness = float(np.quantile(market["nearness"], 1 - rate))
    happened = (market["nearness"] > nearness).ravel()
    scores = {model: market[model].ravel() for model in (CHAMPION, CHALLENGER)}
    aucs = {model: float(roc_auc_score(happened, score)) for model, score in scores.items()}
    tier = tier_of(scores[CHAMPION])
    rates = {f"Tier {n}": float(happened[tier == n].mean()) for n in (1, 2, 3)}
    return {**aucs, "difference": aucs[CHALLENGER] - aucs[CHAMPION], "nearness": nearness, **rates}


def tier_of(score: np.ndarray) -> np.ndarray:
    """The tier of a score: 1, 2 or 3."""
    return 1 + (score < 60).astype(int) + (score < 45).astype(int)


def simulate(warehouse: Warehouse, worlds: int, seed: int) -> list[dict[str, float]]:
    """Has worlds of all designs judged in place of the scores that are; gives what is true in each design."""
    market = draw(np.random.default_rng(0), 1_000_000, 1)
    truths = [truth(market, design.rate) for design in DESIGNS]
    with warehouse.connect() as connection:
        connection.execute("create or replace temp table worlds as from intermediate.int_scores_judged limit 0")
        for number, (design, known) in enumerate(zip(DESIGNS, truths, strict=True)):
            for world in range(worlds):
                drawn = draw(np.random.default_rng([seed, number, world]), design.accounts, design.days)
                rows = {  # noqa: F841 - the query below reads it
                    "account": np.repeat(np.arange(design.accounts), design.days),
                    "day": np.tile(np.arange(design.days), design.accounts),
                    "happened": (drawn["nearness"] > known["nearness"]).ravel().astype(np.int32),
                    **{model: drawn[model].ravel() for model in (CHAMPION, CHALLENGER)},
                    "tier": tier_of(drawn[CHAMPION].ravel()),
                }
                connection.execute(
                    f"""
                    insert into worlds by name
                    with named as (unpivot rows on {CHAMPION}, {CHALLENGER} into name scoring_model value score)
                    select
                        scoring_model,
                        'priority_score' as score_name,
                        '{number}:{world}' as outcome,
                        date '2026-01-01' + cast(30 * day as integer) as tier_date,
                        'a' || account as account_id,
                        tier as tier_number,
                        'Tier ' || tier as tier,
                        score,
                        happened,
                        0 as is_backfilled,
                        0 as has_hindsight,
                        row_number() over (partition by scoring_model, day order by score desc, account) as place,
                        {design.accounts} as places
                    from named
                    """
                )
        connection.execute("create or replace table intermediate.int_scores_judged as from worlds")
    warehouse.dbt("run", "--select", *JUDGES).check()
    return truths


def held(warehouse: Warehouse, truths: list[dict[str, float]], worlds: int) -> list[str]:
    """The table of all designs."""
    lines = [
        "| accounts | days | base rate | with the outcome, median | auc | difference of two models "
        "| rate of a tier, of a day |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    with warehouse.connect() as connection:
        for number, (design, known) in enumerate(zip(DESIGNS, truths, strict=True)):
            of_design = f"outcome like '{number}:%'"
            period = f"tier_date is {'null' if design.days > 1 else 'not null'}"
            ((positives, aucs),) = connection.execute(
                f"""
                select median(positives), count(case when {known[CHAMPION]} between auc_low and auc_high then 1 end)
                from audit.score_validation
                where {of_design} and {period} and scoring_model = '{CHAMPION}'
                """
            ).fetchall()
            ((differences,),) = connection.execute(
                f"""
                select count(case when {known["difference"]} between difference_low and difference_high then 1 end)
                from audit.model_comparison
                where {of_design} and {period}
                """
            ).fetchall()
            true_rate = " ".join(f"when 'Tier {n}' then {known[f'Tier {n}']}" for n in (1, 2, 3))
            ((rates,),) = connection.execute(
                f"""
                select avg(case when case band {true_rate} end between rate_low and rate_high then 1 else 0 end)
                from audit.score_validation_bands
                where {of_design} and tier_date is not null and scoring_model = '{CHAMPION}' and band_kind = 'tier'
                """
            ).fetchall()
            lines.append(
                f"| {design.accounts:,} | {design.days} | {design.rate:.0%} | {positives:,.0f} "
                f"| {aucs / worlds:.1%} | {differences / worlds:.1%} | {rates:.1%} |"
            )
    return lines


def main() -> None:
    """Builds the demo, has made-up worlds judged in its place, and prints how often limits held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        warehouse = Warehouse(Path(folder))
        warehouse.dbt("build", "--exclude-resource-type", "test", "unit_test").check()
        truths = simulate(warehouse, options.worlds, options.seed)
        print("\n".join(held(warehouse, truths, options.worlds)))


if __name__ == "__main__":
    main()
