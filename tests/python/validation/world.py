"""What happens in the history that was made up: days, models, attributes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from recomputation.validation import Outcome

AS_OF = datetime(2026, 6, 30, 9)  # of the demo
MICROSECOND = timedelta(microseconds=1)
OUTCOMES = [
    Outcome("opportunity_created", "opportunity_created", 90, None, True),
    Outcome("opportunity_won", "opportunity_won", 180, None, False),
]
DAYS = [
    *(date(2025, 11, 3), date(2025, 11, 17), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 2), date(2026, 3, 2)),
    *(date(2026, 4, 1), date(2026, 4, 2)),  # 90 days before as_of, and a day less
]
MODELS = ("weighted_composite", "points_calculator", "smb", "customer_expansion", "retired_model")
ATTRIBUTES = {
    "annual_revenue_usd": lambda rng, pull: rng.choice(
        (None, 5e7, *[round(1e9 * pull * rng.uniform(0.8, 1.2), 2)] * 6)
    ),
    "industry_match": lambda rng, pull: rng.choice((None, "primary" if pull > 0.5 else "adjacent", "non_target")),
    "territory": lambda rng, pull: rng.choice(("emea", "apac", f"t{rng.randrange(40)}")),
    "signals_demo_request_30d": lambda rng, pull: rng.choice((None, 1.0 + (pull > 0.5), 2.0)),
    "uses_slack": lambda rng, pull: rng.choice((None, "true")),
    "complementary_technologies": lambda rng, pull: float(rng.randrange(6)),
    "mood": lambda rng, pull: rng.choice(("good", "bad", None)),
}
