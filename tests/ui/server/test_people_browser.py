"""What people of each role find on the pages, in a real browser, at the widths that people have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pincite.corpus.store.library import Library
from pincite.ui.access import Role
from pincite.ui.server.people import write_people
from tests.retrieval.conftest import fill, small_documents
from tests.ui.browsing import ask, faint, needs_chromium, visit
from tests.ui.server.started import Started, started
from tests.ui.visitors import PASSWORD, account

pytestmark = needs_chromium
WIDTHS = (360, pytest.param(768, marks=pytest.mark.slow), 1440)
PEOPLE: dict[str, tuple[Role, tuple[str, ...]]] = {
    "rita": ("read", ("sea",)),
    "walt": ("write", ("sea", "harbour")),
    "ada": ("admin", ()),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    folder = tmp_path_factory.mktemp("people")
    with Library.open(folder / "library", create=True) as library:
        fill(library, *small_documents())
        library.tag([library.find("birds.txt").id], ["sea"])
        library.tag([library.find("bread.md").id], ["kitchen"])
    people = {name: account(name, role, *tags) for name, (role, tags) in PEOPLE.items()}
    write_people(folder / "people", people)
    options = ("--library", str(folder / "library"), "serve", "--auth", str(folder / "people"))
    with started(folder / "log", *options) as running:
        yield running
    log = (folder / "log").read_text()
    assert "walt has the collection 'harbour', and no document carries this tag" in log
    assert "the tags are kitchen, sea" in log
    assert "Traceback" not in log


@contextmanager
def page_of(browser: Browser, server: Started, name: str, path: str, width: int) -> Iterator[Page]:
    credentials = {"username": name, "password": PASSWORD}
    viewport = {"width": width, "height": 900}
    with visit(
        browser, server.address + path, http_credentials=credentials, viewport=viewport
    ) as page:
        yield page


def rooms(page: Page) -> list[str]:
    tabs = page.locator('#rooms > .tab-wrapper [role="tab"]')
    expect(tabs.first).to_be_visible()
    return [text.strip() for text in tabs.all_inner_texts()]


@pytest.mark.parametrize("width", WIDTHS)
def test_a_reader_finds_no_uploads_and_no_evaluations(
    browser: Browser, server: Started, tmp_path: Path, width: int
) -> None:
    with page_of(browser, server, "rita", "/library", width) as page:
        expect(page.locator("#library-shelf .count")).to_have_text("1 document")
        assert rooms(page) == ["Ask", "Library"]
        page.get_by_role("button", name="birds.txt").click()
        expect(page.locator("#library-document article")).to_contain_text("herring gull")
        for name in ("Remove", "Rename", "Add tag", "Check the library", "Undo"):
            assert page.get_by_role("button", name=name).count() == 0, name
        assert page.locator(".drop, input[type=file], .tagging").count() == 0
        assert "bread" not in page.content()
        assert "kitchen" not in page.content()
        assert faint(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for question in page.locator("#library-document .questions button").all():
            box = question.bounding_box()
            assert box is not None
            assert box["x"] + box["width"] <= width - 16
        page.screenshot(path=tmp_path / f"reader-library-{width}.png")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_reader_asks_their_own_documents(
    browser: Browser, server: Started, tmp_path: Path, width: int
) -> None:
    with page_of(browser, server, "rita", "/ask", width) as page:
        expect(page.locator("#greeting")).to_contain_text("This library holds 1 document")
        page.screenshot(path=tmp_path / f"reader-greeting-{width}.png")
        ask(page, "What does the herring gull eat?")
        expect(page.locator("blockquote").first).to_contain_text("fish and mussels")
        ask(page, "At how many degrees is the loaf baked?")
        expect(page.locator("#turn-2 .reply:not(.pending)")).to_be_visible()
        assert "220" not in page.locator("#turns").inner_html()
        assert "bread" not in page.content()
        page.screenshot(path=tmp_path / f"reader-ask-{width}.png")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_writer_is_told_their_collections_and_adds_to_one(
    browser: Browser, server: Started, tmp_path: Path, width: int
) -> None:
    with page_of(browser, server, "walt", "/library", width) as page:
        assert rooms(page) == ["Ask", "Library"]
        expect(page.locator("#library-collections")).to_contain_text(
            "Your collections: harbour, sea"
        )
        file = {"name": f"crab{width}.txt", "mimeType": "text/plain", "buffer": b"Crabs walk.\n"}
        page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
        expect(page.locator("#library-arrivals")).to_contain_text("say with a tag into which")
        page.get_by_label("Tags for them").fill("harbour")
        page.locator("input[type=file]").set_input_files([file])  # type: ignore[list-item]
        expect(page.locator("#library-arrivals")).to_contain_text("1 added")
        expect(page.locator("#library-shelf")).to_contain_text(f"crab{width}.txt")
        assert faint(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.screenshot(path=tmp_path / f"writer-library-{width}.png")
    with page_of(browser, server, "rita", "/library", width) as page:
        expect(page.locator("#library-shelf .count")).to_have_text("1 document")


def test_an_admin_finds_everything(browser: Browser, server: Started, tmp_path: Path) -> None:
    with page_of(browser, server, "ada", "/library", 1440) as page:
        expect(page.locator("#library-shelf")).to_contain_text("bread.md")
        assert rooms(page) == ["Ask", "Library", "Evaluate"]
        expect(page.get_by_role("button", name="Check the library")).to_be_visible()
        assert page.locator("input[type=file]").count() == 1
        assert page.locator("#library-collections .collections").count() == 0
        page.screenshot(path=tmp_path / "admin-library.png")
