"""Score past days as they were known then, so that scores can be held against what happened since.

    uv run python scripts/backfill.py --from 2025-07 --every month
    uv run python scripts/backfill.py --from 2025-07 --every month -- --target prod --vars '{raw_schema: crm}'

Runs one `dbt build` a day, the oldest first, and ends with today's. What stands behind `--` goes to each. A day that
was built live is never replaced; one that was backfilled is built again. A build that fails ends it, with dbt's own
words: mend what they say and give the same command again. See docs/validation.md.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import yaml

DBT = Path(sys.executable).with_name("dbt")
BUILD = ("build", "--exclude-resource-type", "unit_test")
SHRINKING = {"max_shrink_share": 1}  # there were fewer accounts
LIVE = """select distinct tier_date from {{ source('prioritization_history', 'build_days') }}
where raw_source = {{ raw_source_name() }} and not coalesce(built_at > {{ add_days('scored_at', '1') }}, false)"""


def days_from(first: date, until: date, every: str) -> Iterator[date]:
    """The days to build before `until`: each day, each seventh, or the first of each month."""
    day = first
    while day < until:
        yield day
        if every == "month":
            day = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        else:
            day += timedelta(days=7 if every == "week" else 1)


def first_day(text: str) -> date:
    """A day, or the first of a month."""
    if not re.fullmatch(r"\d{4}-\d\d(-\d\d)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is neither a month such as 2025-07 nor a day such as 2025-07-01")
    try:
        return date.fromisoformat(text if len(text) > 7 else f"{text}-01")
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r}: {error}") from error


def with_vars(arguments: list[str], further: dict[str, int]) -> list[str]:
    """dbt's arguments with some vars more, which those that are given go before."""
    rest = list(arguments)
    given: dict[str, Any] = {}
    if "--vars" in rest:
        place = rest.index("--vars")
        given = yaml.safe_load(rest[place + 1]) or {}
        rest[place : place + 2] = []
    return [*rest, "--vars", json.dumps({**further, **given})]


def dbt(arguments: list[str], as_of: str = "") -> subprocess.CompletedProcess[str]:
    """Runs a dbt command for a moment; of today's without one."""
    environment = {name: value for name, value in os.environ.items() if name != "AS_OF"}
    environment |= {"AS_OF": as_of} if as_of else {}
    return subprocess.run([str(DBT), *arguments], env=environment, text=True, capture_output=True, check=False)


def live_days(arguments: list[str]) -> set[date]:
    """The days that were built no later than a day after their as_of, by history; none where there is none yet."""
    shown = dbt(["show", "--quiet", "--output", "json", "--limit", "-1", "--inline", LIVE, *arguments])
    if shown.returncode:
        return set()
    rows = json.loads(shown.stdout[shown.stdout.index("{") :])["show"]
    return {date.fromisoformat(str(row["tier_date"])[:10]) for row in rows}


def refused(run: subprocess.CompletedProcess[str], day: str) -> int:
    """Tells what dbt said of a build that failed."""
    print(run.stdout[-4000:], run.stderr[-2000:], sep="\n", file=sys.stderr)
    print(
        f"Stopped at {day}: nothing of it was published. Mend this, and give the same command again.", file=sys.stderr
    )
    return 1


def main() -> int:
    parser = argparse.ArgumentParser(description="Score past days, the oldest first, and end with today.")
    parser.add_argument("--from", dest="first", type=first_day, required=True, help="2025-07 or 2025-07-01")
    parser.add_argument("--until", type=first_day, help="the last day that is not built any more; else today")
    parser.add_argument("--every", choices=["day", "week", "month"], default="month")
    parser.add_argument("dbt", nargs="*", help="behind --: what each dbt build gets besides")
    given = parser.parse_args()
    arguments = [argument for argument in given.dbt if argument != "--"]
    until = given.until or datetime.now(UTC).date()
    if given.first >= until:
        parser.error(f"--from {given.first} does not lie before {until}")

    live = live_days(arguments)
    days = [day for day in days_from(given.first, until, given.every) if day not in live]
    kept = len(live & set(days_from(given.first, until, given.every)))
    if kept:
        print(f"{kept} days were built live and stay as they are.")
    with click.progressbar(days, show_pos=True, item_show_func=lambda day: str(day or "")) as progress:
        for day in progress:
            run = dbt([*BUILD, *with_vars(arguments, SHRINKING)], f"{day}T12:00:00Z")
            if run.returncode:
                return refused(run, str(day))
    run = dbt([*BUILD, *arguments])
    if run.returncode:
        return refused(run, "today")
    print(f"{len(days)} days were scored as they were known then, and today.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
