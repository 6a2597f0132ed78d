"""The page that `scripts/report.py` writes, in a browser: it shows what the marts say, and runs none of it."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from worlds.committed import PROJECT

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
VIEWS = ("accounts", "team", "flow", "models", "validation", "what-if", "account/{account_id}")
HOSTILE = {
    1: "<img src=x onerror=\"document.title='run'\">",
    2: "</script><script>document.title='run'</script>",
    3: "=cmd|' /C calc'!A0",
    4: '"; document.title="run"; //',
    5: "Ünïcode \u2028 & <b>bold</b>",
}


def written(marts: Path, page: Path, *options: str) -> Path:
    """The page of a readers' file."""
    command = [sys.executable, str(PROJECT / "scripts" / "report.py"), str(marts), "--to", str(page), *options]
    subprocess.run(command, check=True, capture_output=True)
    return page


@pytest.fixture(scope="module")
def marts(demo, tmp_path_factory) -> Path:
    """The readers' file of the demo with a build day a week before, on which some accounts were in other tiers."""
    path = tmp_path_factory.mktemp("report") / "demo_marts.duckdb"
    shutil.copy(demo.readers_file, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            """
            insert into marts.account_tier_history
            select * replace (
                tier_date - 7 as tier_date, scored_at - interval 7 day as scored_at,
                tier_number - cast(priority_rank % 9 = 0 and tier_number > 1 as integer) as tier_number
            )
            from marts.account_tier_history where is_primary and priority_rank is distinct from 50
            """
        )
    return path


@pytest.fixture(scope="module")
def query(marts) -> Callable[[str], list[tuple[Any, ...]]]:
    """Asks the marts."""

    def ask(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(marts), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    return ask


@pytest.fixture
def opened(browser) -> Iterator[Callable[..., Any]]:
    """Opens a page, which must stay quiet and ask for nothing elsewhere."""
    complaints: list[str] = []
    asked: list[str] = []

    def open_page(path: Path, view: str = "accounts", **options: Any) -> Any:
        page = browser.new_page(**({"viewport": {"width": 1440, "height": 900}} | options))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{path.as_uri()}#{view}")
        return page

    yield open_page
    assert complaints == []
    assert {url.split(":")[0] for url in asked} <= {"file", "data", "blob"}


@pytest.fixture(scope="module")
def site(marts, tmp_path_factory) -> Path:
    """The page of the demo."""
    return written(marts, tmp_path_factory.mktemp("site") / "page.html")


def test_every_account_is_shown_as_the_mart_has_it(opened, site, query):
    page = opened(site)
    columns = ("account_id", "account_name", "tier_number", "priority_rank", "priority_score", "next_step", "why_now")
    shown = page.evaluate(f"ACCOUNTS.map(a => {list(columns)}.map(name => a[name]))")
    assert [tuple(row) for row in shown] == query(
        f"select {', '.join(columns)} from marts.account_tiers order by priority_rank"
    )
    first = query("select account_name, next_step, owner_name from marts.account_tiers where priority_rank = 1")[0]
    row = page.inner_text("table.accounts tbody tr:first-child")
    assert all(text in row for text in first)


def test_the_list_is_searched_filtered_and_sorted_and_the_address_says_how(opened, site, query):
    page = opened(site)
    page.fill("#q", "labs")
    ((labs,),) = query(
        "select count(*) from marts.account_tiers where lower(account_name || coalesce(domain, '')) like '%labs%'"
    )
    assert f"{labs} of 252 accounts" in page.inner_text("main")
    assert page.evaluate("document.activeElement.id") == "q"
    page.click("#tier-1")
    page.click("#show-answer")
    assert page.url.endswith("?q=labs&tier=1&show=answer")
    again = opened(site, "accounts?show=answer&sort=account")
    names = query(
        """
        select account_name from marts.account_tiers
        where response_status in ('due', 'overdue') order by lower(account_name)
        """
    )
    assert [(link.inner_text(),) for link in again.query_selector_all("table.accounts tbody strong a")] == names


def test_an_account_is_told_with_what_its_score_is_the_sum_of(opened, site, query):
    ((account_id, name, score, fit),) = query(
        """
        select account_id, account_name, priority_score, why_fit from marts.account_tiers
        where gaps_to_act_on is not null and why_fit is not null and response_status = 'overdue'
        order by priority_rank limit 1
        """
    )
    page = opened(site, f"account/{account_id}")
    said = page.inner_text("main")
    assert all(text in said for text in (name, fit, "overdue"))
    sums = [float(cell.inner_text()) for cell in page.query_selector_all(".waterfall tr.head td.number")]
    assert abs(sum(sums) - score) < 0.05 * len(sums) + 1e-9
    labels = query(
        f"""
        select label from marts.account_score_contributions
        where is_primary and account_id = '{account_id}' and label is not null
        """
    )
    assert all(label in said for (label,) in labels)


def test_tiers_flow_between_two_days(opened, site, query):
    page = opened(site, "flow")
    ((moved,),) = query(
        """
        select count(*) from (from marts.account_tier_history where is_primary and tier_number is not null) as later
        full join (from marts.account_tier_history where is_primary and tier_number is not null) as earlier
            on later.account_id = earlier.account_id and earlier.tier_date = later.tier_date - 7
        where later.tier_date = (select max(tier_date) from marts.account_tier_history)
            and later.tier_number is distinct from earlier.tier_number
        """
    )
    assert f"{moved} of 252 accounts moved" in page.inner_text("main")
    assert page.query_selector("svg[role=img] path")


def test_what_if_gives_todays_tiers_with_todays_rules_and_others_with_others(opened, site, query):
    page = opened(site, "what-if")
    assert "With today's rules this gives today's tier for every account." in page.inner_text("#proof")
    assert "0 accounts would move" in page.inner_text("main")
    ((best,),) = query("select max(priority_score) from marts.account_tiers where score_tier_number = 2")
    page = opened(site, f"what-if?from-1={int(best)}")
    assert "0 accounts would move" not in page.inner_text("main")
    page.click("#as-today")
    assert "0 accounts would move" in page.inner_text("main")


def test_a_large_book_is_read_part_by_part(opened, marts, tmp_path, query):
    page = opened(written(marts, tmp_path / "large.html", "--inline", "10"), "accounts")
    assert sorted(path.name for path in (tmp_path / "large").iterdir()) == ["0.js", "1.js"]
    ((account_id, told),) = query(
        "select account_id, gaps_to_act_on from marts.account_tiers where priority_rank = 251"
    )
    page.evaluate(f"location.hash = 'account/{account_id}'")
    page.wait_for_selector(".waterfall")
    assert told.partition(";")[0] in page.inner_text("main")


def test_whatever_an_account_is_called_is_text(opened, marts, tmp_path):
    hostile = tmp_path / "hostile_marts.duckdb"
    shutil.copy(marts, hostile)
    with duckdb.connect(str(hostile)) as connection:
        for rank, name in HOSTILE.items():
            connection.execute(
                "update marts.account_tiers set account_name = ?, why_now = ?, next_step = ? where priority_rank = ?",
                [name, name, name, rank],
            )
    site = written(hostile, tmp_path / "page.html")
    page = opened(site)
    shown = [link.inner_text() for link in page.query_selector_all("table.accounts tbody strong a")][: len(HOSTILE)]
    assert shown == [*HOSTILE.values()]
    for rank in HOSTILE:
        page.evaluate(f"location.hash = 'account/' + encodeURIComponent(ACCOUNTS[{rank - 1}].account_id)")
        page.wait_for_selector(".waterfall")
    assert page.title() != "run"
    assert page.query_selector("img, main script") is None
    rows = list(csv.DictReader(io.StringIO(page.evaluate("csv(ACCOUNTS)"))))
    assert len(rows) == 252
    assert rows[2]["account_name"] == "'" + HOSTILE[3]
    assert {rows[rank - 1]["account_name"] for rank in (1, 2, 4, 5)} == {HOSTILE[rank] for rank in (1, 2, 4, 5)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_it_can_be_read_by_everybody(opened, site, query, scheme, width):
    """Nothing that axe-core calls serious, by colour scheme and size of the screen; nothing wider than a phone."""
    from axe_playwright_python.sync_playwright import Axe

    ((account_id,),) = query("select account_id from marts.account_tiers where priority_rank = 2")
    page = opened(site, viewport={"width": width, "height": 800}, color_scheme=scheme)
    for view in VIEWS:
        page.evaluate(f"location.hash = '{view.format(account_id=account_id)}'")
        page.wait_for_timeout(100)
        found = Axe().run(page).response["violations"]
        serious = [
            (each["id"], [node["html"][:120] for node in each["nodes"][:3]])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        assert not serious, f"{view}: {serious}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width + 1, view


def test_it_can_be_used_by_the_keyboard(opened, site, query):
    """From the first key: over the link to the content and the views to the search, and from there to an account."""
    page = opened(site)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "q":
            break
    ((name,),) = query("select account_name from marts.account_tiers where priority_rank = 1")
    page.keyboard.type(name.lower())
    for _ in range(100):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('tbody a')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector(".waterfall")
    assert page.inner_text("h2") == name


def test_it_can_be_printed(opened, site, query):
    """What is pressed and chosen is left out, what is told stays."""
    ((account_id, next_step),) = query("select account_id, next_step from marts.account_tiers where priority_rank = 2")
    page = opened(site, f"account/{account_id}", color_scheme="dark")
    page.emulate_media(media="print")
    assert not page.is_visible("nav")
    assert next_step in page.inner_text("main")
    for part in ("body", ".card:not(.next)"):
        background = page.evaluate(f"getComputedStyle(document.querySelector('{part}')).backgroundColor")
        assert background == "rgb(255, 255, 255)", "ink is not wasted on a dark ground"


def test_who_has_no_marts_is_told_what_to_do(tmp_path):
    command = [sys.executable, str(PROJECT / "scripts" / "report.py"), str(tmp_path / "none.duckdb")]
    said = subprocess.run(command, capture_output=True, text=True)
    assert said.returncode == 1
    assert said.stderr.strip() == (
        f"There is no file {tmp_path / 'none.duckdb'}: run `dbt build` first,"
        " or name the readers' file, <name>_marts.duckdb."
    )
