"""The guide and the empty chat as a person sees them, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.retrieval.overview.handbook import HANDBOOK
from tests.ui.browsing import needs_chromium, visit
from tests.ui.conftest import HOSTILE_HEADING, HOSTILE_SENTENCE, HOSTILE_TITLE, serving

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("guide")
    with Library.open(folder / "library", create=True) as library:
        ingest_sources([], library, HashingEmbedder())
    with serving(folder / "library") as address:
        yield address


@pytest.fixture
def empty_page(browser: Browser, url: str) -> Iterator[Page]:
    with visit(browser, url) as fresh:
        yield fresh


def add(folder: Path, name: str, text: str, title: str | None = None) -> Source:
    file = folder / name
    file.write_text(text, "utf-8")
    return Source(file, title) if title else Source(file)


def test_from_the_empty_chat_to_a_question_of_a_guide(empty_page: Page, tmp_path: Path) -> None:
    page = empty_page
    page.get_by_role("button", name="Drop files here").click()
    chooser = page.locator("#library-drop input[type=file]")
    expect(chooser).to_be_focused()
    handbook = add(tmp_path, "handbook.md", HANDBOOK)
    hostile = f"It begins.\n\n\n== {HOSTILE_HEADING} ==\n{HOSTILE_SENTENCE}\n"
    chooser.set_input_files([str(handbook.path), str(add(tmp_path, "bad.txt", hostile).path)])
    expect(page.locator("#library-arrivals .done")).to_contain_text("2 added")

    page.get_by_role("button", name="bad", exact=True).first.click()
    expect(page.locator("article.document .guide .lead")).to_be_visible()
    expect(page.locator("article.document .guide .waiting")).to_have_count(0)

    page.get_by_role("button", name="Harbour Handbook", exact=True).first.click()
    document = page.locator("article.document")
    expect(document.locator("h2")).to_contain_text("Harbour Handbook")
    expect(document.locator("h2")).to_be_focused()  # what comes later takes no focus away
    page.get_by_label("New tag").fill("half typ")
    guide = document.locator(".guide")
    expect(guide).to_contain_text("This handbook tells you how the small harbour is run")
    expect(guide.locator(".outline")).to_contain_text("Mooring fees")
    expect(guide.locator(".waiting")).to_have_count(0)
    expect(page.get_by_label("New tag")).to_have_value("half typ")
    question = guide.locator(".questions button").first
    asked = question.inner_text()
    question.click()
    expect(page.locator("#conversation .question").first).to_have_text(asked)
    expect(page.locator("#conversation .reply").first).to_contain_text("Harbour Handbook")

    page.get_by_role("button", name="New conversation").click()
    expect(page.locator("#greeting .holdings")).to_contain_text("2 documents")
    expect(page.locator("#greeting .latest")).to_contain_text("today")
    assert page.evaluate("window.hacked") is None


def test_the_hostile_document_of_the_other_tests_has_a_harmless_guide(
    browser: Browser, address: str
) -> None:
    with visit(browser, address) as page:
        page.get_by_role("tab", name="Library").click()
        page.get_by_role("button", name=HOSTILE_TITLE, exact=True).first.click()
        expect(page.locator("article.document .guide .lead")).to_be_visible()
        expect(page.locator("article.document .guide .waiting")).to_have_count(0)
        assert page.evaluate("window.hacked") is None
