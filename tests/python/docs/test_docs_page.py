"""The page of `dbt docs` as people see it, in a browser: it says what a model is, and fetches nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def page(browser, docs_page) -> Iterator[Any]:
    """The page, opened as a file; it must stay quiet and ask for nothing elsewhere."""
    page = browser.new_page()
    complaints, asked = [], []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(docs_page.as_uri())
    yield page
    assert complaints == []
    assert {url.split(":")[0] for url in asked} <= {"file", "data", "blob"}


def test_a_mart_is_described_with_its_columns(page):
    page.goto(page.url.split("#")[0] + "#!/model/model.account_prioritization.account_tiers.v1")
    page.wait_for_selector("h1:has-text('account_tiers')")
    said = page.inner_text("body")
    for words in ("One row per ranked account", "top_reasons", "priority_score", "Depends On"):
        assert words in said, words
