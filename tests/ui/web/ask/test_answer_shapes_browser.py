"""What an answer looks like in a browser, in windows of three widths."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.ui.browsing import ask, needs_chromium, visit
from tests.ui.conftest import serving

WIDTHS = pytest.mark.parametrize("width", [360, 768, 1440])
pytestmark = [*needs_chromium, WIDTHS]

ALLOWANCES = """City,Lunch allowance,Approved by
Zurich,28 CHF,Ines Vogel
Berlin,19 EUR,Omar Haddad
Lisbon,14 EUR,Rui Prado
"""
PACKING = """# Field trip

## What to bring

- rubber boots, for the marsh is wet
- binoculars, which the ranger lends too
- a sandwich
"""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A chat over a sheet and a list."""
    folder = tmp_path_factory.mktemp("shapes")
    (folder / "allowances.csv").write_text(ALLOWANCES)
    (folder / "trip.md").write_text(PACKING)
    with Library.open(folder / "library", create=True) as library:
        sources = [Source(folder / "allowances.csv"), Source(folder / "trip.md")]
        ingest_sources(sources, library, HashingEmbedder())
    with serving(folder / "library") as address:
        yield address


@contextmanager
def turns(
    browser: Browser, url: str, width: int, *questions: str
) -> Iterator[tuple[Page, Locator]]:
    """A page of this width on which questions were asked, and its last turn."""
    with visit(browser, url, viewport={"width": width, "height": 800}) as page:
        for number, question in enumerate(questions, start=1):
            ask(page, question)
            turn = page.locator(f"#turn-{number}")
            expect(turn.locator(".verdict")).to_be_visible()
        yield page, turn
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_cell_is_marked_in_a_row_that_is_drawn_with_its_column_names(
    browser: Browser, url: str, width: int
) -> None:
    with turns(browser, url, width, "What is the lunch allowance in Zurich?") as (page, turn):
        row = turn.locator("blockquote .rows").first
        expect(row.locator("td b").first).to_be_visible()
        expect(row).to_contain_text("28 CHF")
        assert "|" not in turn.locator("blockquote").first.inner_text()
        name = row.locator("td", has_text="28 CHF").first
        assert name.get_attribute("data-name") == "Lunch allowance"
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_in_viewport()


def test_an_item_of_a_list_is_quoted_under_its_heading(
    browser: Browser, url: str, width: int
) -> None:
    with turns(browser, url, width, "Are binoculars lent by the ranger?") as (_, turn):
        expect(turn.locator("blockquote").first).to_contain_text("binoculars")
        expect(turn.locator(".said").first).to_contain_text("What to bring")


def test_a_refusal_shows_the_closest_passages_with_links_to_copy(
    browser: Browser, url: str, width: int
) -> None:
    with turns(browser, url, width, "Quokka zyzzyva marzipan?") as (_, turn):
        expect(turn.locator(".headline")).to_have_text("Not in these documents")
        expect(turn.locator(".excerpt").first).to_be_visible()
        link = turn.get_by_role("button", name="Copy link to this passage").first
        expect(link).to_be_visible()


def test_a_follow_up_says_what_was_searched_for_and_offers_the_way_back(
    browser: Browser, url: str, width: int
) -> None:
    asked = ("What is the lunch allowance in Zurich?", "and in Berlin?")
    with turns(browser, url, width, *asked) as (_, turn):
        expect(turn.locator(".searched-for")).to_contain_text("lunch allowance")
        expect(turn.locator(".searched-for")).to_contain_text("Berlin")
        expect(turn.locator("blockquote").first).to_contain_text("19 EUR")
        expect(turn.get_by_role("button", name="Ask as typed")).to_be_visible()
