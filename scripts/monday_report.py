"""Writes the Monday report: headline figures against last week, who to answer, who moved, by rep; for e-mail and print.

    uv run python scripts/monday_report.py [account_prioritization_marts.duckdb] [--to monday.html]
    uv run python scripts/monday_report.py --dbt --target prod      # from the marts of any warehouse, by the profile

One HTML file with inline styles and no script. A list that is long ends with `and N more`. Every figure is a count of
rows of a mart, or stands in one; last week is the last build day at least 7 days before. Exits with 1 and says what to
do if there are no marts.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import date, datetime
from html import escape
from pathlib import Path
from typing import Any

import duckdb

from report import add_source, read

LONGEST = 25
INK, DIM, LINE, BAD, GOOD, BLUE = "#17202e", "#566173", "#dfe3e9", "#a8201a", "#17692f", "#2474ba"
TIER_COLOURS = {1: ("#0b4f8f", "#fff"), 2: (BLUE, "#fff"), 3: ("#8dbce6", INK)}
FONT = "font-family:Segoe UI,Roboto,Helvetica,Arial,sans-serif"

HEADLINE = """
    with primary_history as (
        from marts.account_tier_history where is_primary and tier_number is not null
    ),
    days as (
        select
            (select max(scored_at) from marts.account_tiers) as moment,
            (select max(scored_at)::date from marts.account_tiers) as day,
            (
                select max(tier_date) from primary_history
                where tier_date <= (select max(scored_at)::date - 7 from marts.account_tiers)
            ) as week_ago
    )
    select
        moment as scored_at,
        week_ago,
        (select count(*) from marts.account_tiers where tier_number = 1) as tier_1,
        (select count(*) from primary_history where tier_date = week_ago and tier_number = 1) as tier_1_then,
        (select count(*) from marts.account_tiers where engagement_status = 'hot') as hot,
        (select count(*) from marts.account_tiers where response_status = 'overdue') as overdue,
        (
            select count(*) from marts.hot_responses
            where hot_since > day - 7 and hot_since <= moment and response_status <> 'due'
        ) as to_answer,
        (
            select count(*) from marts.hot_responses
            where hot_since > day - 7 and hot_since <= moment and response_status = 'answered_in_time'
        ) as in_time,
        (
            select count(*) from marts.account_tier_changes
            where is_primary and direction in ('up', 'in') and changed_on > day - 7 and changed_on <= day
        ) as moved_up,
        (
            select count(*) from marts.account_tier_changes
            where is_primary and direction in ('down', 'out') and changed_on > day - 7 and changed_on <= day
        ) as moved_down,
        (select count(*) from marts.account_tiers where tier_number <= 2) as high,
        (select count(*) from marts.coverage_gaps where gap = 'untouched') as untouched,
        (select sum(open_opportunity_amount_usd) from marts.account_tiers where tier_number <= 2) as open_high,
        (select sum(open_opportunity_amount_usd) from marts.account_tiers) as open_all
    from days
"""
ANSWER = """
    select account_name, tier_number, tier, engagement_trigger, engaged_since, respond_by, response_status, owner_name,
        owner_id
    from marts.account_tiers where response_status in ('overdue', 'due') order by respond_by, priority_rank
"""
MOVED = """
    select coalesce(changes.account_name, changes.account_id) as account_name,
        changes.from_tier_number, changes.from_tier, changes.to_tier_number, changes.to_tier,
        changes.to_score, changes.score_change, changes.why,
        accounts.owner_name, coalesce(accounts.owner_id, changes.owner_id) as owner_id
    from marts.account_tier_changes as changes
    left join marts.accounts as accounts on changes.account_id = accounts.account_id
    where changes.is_primary and least(changes.from_tier_number, changes.to_tier_number) <= 2
        and changes.changed_on > (select max(scored_at)::date - 7 from marts.account_tiers)
        and changes.changed_on <= (select max(scored_at)::date from marts.account_tiers)
    order by coalesce(changes.to_tier_number, 99), changes.to_score desc nulls last, account_name
"""
REPS = """
    select owner_name, owner_id, tier_1_accounts, tier_2_accounts, untouched_accounts, overdue_accounts, accounts,
        account_capacity, free_capacity
    from marts.rep_coverage where is_active
    order by overdue_accounts desc, untouched_accounts desc, tier_1_accounts desc, owner_name
"""
WEEKS = """
    select tier_date, tier_number, count(*) as accounts
    from marts.account_tier_history
    where is_primary and tier_number is not null and tier_date in (
        select max(tier_date) from marts.account_tier_history
        where is_primary and tier_date <= (select max(scored_at)::date from marts.account_tiers)
        group by date_trunc('week', tier_date) order by 1 desc limit 6
    )
    group by tier_date, tier_number order by tier_date desc, tier_number
"""


def rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    """The rows of a query."""
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


# --- Words and figures; all text of the marts passes through `text` ---------------------------------------------------


def text(value: object) -> str:
    """A value as it stands in HTML."""
    return escape("" if value is None else str(value))


def money(amount: float | None) -> str:
    """$900, $140K, $3.8M."""
    if amount is None:
        return "$0"
    if amount >= 999_500:
        return f"${amount / 1e6:.1f}M"
    return f"${amount / 1e3:,.0f}K" if amount >= 1000 else f"${amount:,.0f}"


def short(day: date) -> str:
    """Jun 30."""
    return f"{day:%b} {day.day}"


def change(now: int, then: int | None) -> str:
    """How much a count changed in the week."""
    return "no build a week ago" if then is None else f"{now - then:+d} in a week" if now != then else "as a week ago"


def owner(row: dict[str, Any]) -> str:
    """Who owns an account."""
    return text(row["owner_name"] or row["owner_id"] or "nobody")


def tier(number: int | None, name: str | None) -> str:
    """A tier's mark."""
    ground, ink = TIER_COLOURS.get(number or 0, ("#cfd7e0", INK))
    style = f"background:{ground};color:{ink};border-radius:3px;padding:1px 6px;font-size:12px;white-space:nowrap"
    return f'<span style="{style}">{text(name or "Unranked")}</span>'


def bar(share: float, colour: str = BLUE) -> str:
    """A bar of a share of 90 pixels."""
    width = round(90 * min(max(share, 0), 1))
    style = f"display:inline-block;vertical-align:middle;height:9px;width:{width}px;background:{colour}"
    return f'<span style="{style}">&nbsp;</span>'


def coloured(words: str, colour: str) -> str:
    """Words in a colour."""
    return f'<span style="color:{colour}">{words}</span>'


def listed(title: str, note: str, columns: Sequence[str], lines: Sequence[Sequence[str]], nothing: str) -> str:
    """A list with its heading, of the longest allowed length; a column that begins with `>` is of numbers."""
    aside = f'<small style="color:{DIM};font-weight:400">{text(note)}</small>'
    heading = f'<h2 style="font-size:16px;margin:28px 0 6px">{text(title)} {aside}</h2>'
    if not lines:
        return f'{heading}<p style="color:{DIM}">{text(nothing)}</p>'
    sides = ["right" if column.startswith(">") else "left" for column in columns]
    cell = f"padding:5px 8px;border-bottom:1px solid {LINE};vertical-align:top"
    head = "".join(
        f'<th scope="col" style="{cell};text-align:{side};color:{DIM};font-size:12px">{text(name.lstrip(">"))}</th>'
        for name, side in zip(columns, sides, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f'<td style="{cell};text-align:{side}">{value}</td>' for value, side in zip(line, sides, strict=True))
        + "</tr>"
        for line in lines[:LONGEST]
    )
    more = f'<p style="color:{DIM}">and {len(lines) - LONGEST:,} more</p>' if len(lines) > LONGEST else ""
    table = f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
    return f'{heading}<table style="border-collapse:collapse;width:100%">{table}</table>{more}'


# --- The parts --------------------------------------------------------------------------------------------------------


def figures(told: dict[str, Any]) -> str:
    """The headline."""
    then = told["tier_1_then"] if told["week_ago"] else None
    touched = told["high"] - told["untouched"]
    cells = [
        ("Tier 1", f"{told['tier_1']:,}", change(told["tier_1"], then)),
        ("Hot accounts", f"{told['hot']:,}", coloured(f"{told['overdue']:,} overdue", BAD if told["overdue"] else DIM)),
        ("Answered in time", f"{told['in_time']:,} of {told['to_answer']:,}", "hot in the last week"),
        ("Moved up / down", f"{told['moved_up']:,} / {told['moved_down']:,}", "in the last week"),
        ("Tier 1 and 2 touched", f"{touched / told['high']:.0%}" if told["high"] else "none", f"of {told['high']:,}"),
        ("Open deals in Tier 1 and 2", money(told["open_high"]), f"of {money(told['open_all'])}"),
    ]
    style = f"border:1px solid {LINE};padding:10px;vertical-align:top;width:16%"
    return (
        '<table role="presentation" style="border-collapse:collapse;width:100%;margin:14px 0"><tr>'
        + "".join(
            f'<td style="{style}"><div style="color:{DIM};font-size:12px">{name}</div>'
            f'<div style="font-size:22px;font-weight:700">{figure}</div>'
            f'<div style="color:{DIM};font-size:12px">{note}</div></td>'
            for name, figure, note in cells
        )
        + "</tr></table>"
    )


def answer_now(found: list[dict[str, Any]], as_of: datetime) -> str:
    """Hot accounts that nobody has turned to since."""
    lines = []
    for row in found:
        days = (as_of - row["respond_by"]).days
        late = "today" if days == 0 else f"{days} day{'s' if days > 1 else ''}"
        due = coloured(late, BAD) if row["response_status"] == "overdue" else f"due {row['respond_by']:%H:%M}"
        happened = f"{text(row['engagement_trigger'].replace('_', ' '))} on {short(row['engaged_since'])}"
        lines.append(
            [f"<b>{text(row['account_name'])}</b>", tier(row["tier_number"], row["tier"]), happened, due, owner(row)]
        )
    note = f"{len(found):,} hot accounts that nobody has turned to since"
    return listed(
        "Answer now", note, ("Account", "Tier", "What happened", ">Overdue", "Owner"), lines, "Everybody is answered."
    )


def moved(found: list[dict[str, Any]]) -> str:
    """Who came into Tier 1 and 2, and who left them."""
    lines = []
    for row in found:
        by = row["score_change"]
        score = "" if row["to_score"] is None else f"{row['to_score']:.0f}"
        if by is not None:
            score += " " + coloured(f"{by:+.0f}", GOOD if by > 0 else BAD)
        move = f"{tier(row['from_tier_number'], row['from_tier'])} → {tier(row['to_tier_number'], row['to_tier'])}"
        lines.append([f"<b>{text(row['account_name'])}</b>", move, score, text(row["why"]), owner(row)])
    columns = ("Account", "From → to", ">Score", "Why", "Owner")
    return listed("Into and out of Tier 1 and 2", f"{len(found):,} in the last week", columns, lines, "Nobody moved.")


def by_rep(found: list[dict[str, Any]]) -> str:
    """What each rep has, and what lies."""
    lines = []
    for row in found:
        room = row["free_capacity"]
        capacity = row["account_capacity"]
        book = (
            f"{row['accounts']:,}"
            if capacity is None
            else f"{bar(row['accounts'] / max(capacity, 1))} {row['accounts']:,} of {capacity:,.0f}"
        )
        left = "" if room is None else coloured(f"{room:,.0f}", BAD if room < 0 else INK)
        counts = [str(row[name] or "") for name in ("tier_1_accounts", "tier_2_accounts", "untouched_accounts")]
        overdue = coloured(str(row["overdue_accounts"]), BAD) if row["overdue_accounts"] else ""
        lines.append([text(row["owner_name"] or row["owner_id"]), *counts, overdue, book, left])
    columns = ("Rep", ">Tier 1", ">Tier 2", ">Untouched", ">Overdue", "Book", ">Room")
    return listed("By rep", "Tier 1 and 2, and what lies", columns, lines, "No rep was loaded.")


def by_week(found: list[dict[str, Any]]) -> str:
    """Accounts in each tier, on the last build day of each week."""
    days = list(dict.fromkeys(row["tier_date"] for row in found))
    numbers = sorted({row["tier_number"] for row in found})
    counts = {(row["tier_date"], row["tier_number"]): row["accounts"] for row in found}
    most = max(counts.values(), default=1)
    lines = []
    for day in days:
        lines.append([short(day)])
        for number in numbers:
            count, (colour, _) = counts.get((day, number), 0), TIER_COLOURS.get(number, ("#cfd7e0", INK))
            lines[-1].append(f"{bar(count / most, colour)} {count:,}")
    columns = ("Day", *(f"Tier {n}" for n in numbers))
    return listed("Accounts in each tier", "last build day of a week", columns, lines, "Nothing was built yet.")


def written(connection: duckdb.DuckDBPyConnection) -> str:
    """The report."""
    (told,) = rows(connection, HEADLINE)
    if told["scored_at"] is None:
        raise SystemExit("No account is ranked: there is nothing to report.")
    as_of = told["scored_at"]
    compared = (
        f"compared with {told['week_ago']:%B} {told['week_ago'].day}" if told["week_ago"] else "no build a week before"
    )
    parts = [
        figures(told),
        answer_now(rows(connection, ANSWER), as_of),
        moved(rows(connection, MOVED)),
        by_rep(rows(connection, REPS)),
        by_week(rows(connection, WEEKS)),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Account priorities</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f'<body style="margin:0;background:#fff;color:{INK};{FONT};font-size:14px;line-height:1.4">'
        '<div style="max-width:820px;margin:auto;padding:20px">'
        f'<h1 style="font-size:22px;margin:0">Account priorities</h1>'
        f'<p style="color:{DIM};margin:4px 0">as of {as_of:%A, %B} {as_of.day}, {as_of:%Y, %H:%M} UTC; {compared}</p>'
        f"{''.join(parts)}"
        f'<p style="color:{DIM};margin-top:24px">Made from the published marts. Every score is a sum of rules.</p>'
        "</div></body></html>\n"
    )


def main() -> None:
    """Reads the marts and writes the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_source(parser)
    parser.add_argument("--to", type=Path, default=Path("monday.html"))
    options = parser.parse_args()
    report = written(read(options))
    options.to.parent.mkdir(parents=True, exist_ok=True)
    options.to.write_text(report, encoding="utf-8")
    print(f"{options.to} ({len(report.encode()) / 1e3:.0f} kB)")


if __name__ == "__main__":
    main()
