"""Conversations that the server keeps, and ratings of answers, in a real browser."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from pincite.corpus.store.library import Library
from pincite.ui.access import Role
from pincite.ui.server.conversation_file import FILE_NAME
from pincite.ui.server.people import write_people
from tests.retrieval.conftest import fill, small_documents
from tests.ui.browsing import ask, faint, needs_chromium, visit
from tests.ui.server.started import Started, started
from tests.ui.visitors import PASSWORD, account

pytestmark = needs_chromium
WIDTHS = (360, pytest.param(768, marks=pytest.mark.slow), 1440)
GULL = "What does the herring gull eat?"
BREAD = "Who kneads the dough?"
KEPT_LOCALLY = "localStorage.getItem('pincite.conversations')"


def write(folder: Path, *tags: str) -> None:
    people: dict[str, tuple[Role, tuple[str, ...]]] = {"rita": ("read", tags), "ada": ("admin", ())}
    accounts = {name: account(name, role, *some) for name, (role, some) in people.items()}
    write_people(folder / "people", accounts)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, *small_documents())
        library.tag([library.find("birds.txt").id], ["sea"])
        library.tag([library.find("bread.md").id], ["kitchen"])
    write(tmp_path, "sea", "kitchen")
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[Started]:
    options = ("serve", "--auth", str(folder / "people"), "--keep-conversations")
    with started(folder / "log", "--library", str(folder / "library"), *options) as running:
        yield running
    assert "Traceback" not in (folder / "log").read_text()


@contextmanager
def page_of(browser: Browser, server: Started, name: str, width: int = 1440) -> Iterator[Page]:
    credentials = {"username": name, "password": PASSWORD}
    viewport = {"width": width, "height": 900}
    with visit(
        browser, server.address + "/ask", http_credentials=credentials, viewport=viewport
    ) as page:
        yield page


def answered(page: Page, question: str, turn: int) -> None:
    ask(page, question)
    expect(page.locator(f"#turn-{turn} .rate")).to_be_visible()


def open_menu(page: Page) -> None:
    page.locator("#bar summary").click()


def ratings(folder: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(folder / "library" / FILE_NAME)) as connection:
        return connection.execute(
            "SELECT person, verdict, question, history FROM feedback"
        ).fetchall()


def test_a_conversation_is_there_in_another_browser_and_for_nobody_else(
    browser: Browser, server: Started, folder: Path
) -> None:
    with page_of(browser, server, "rita") as page:
        answered(page, GULL, 1)
        answered(page, BREAD, 2)
        open_menu(page)
        expect(page.locator("#kept-where")).to_have_text("Kept on this server for rita.")
        expect(page.locator("#kept .title")).to_have_text([GULL])
        assert page.evaluate(KEPT_LOCALLY) is None
    with page_of(browser, server, "ada") as page:
        open_menu(page)
        expect(page.locator("#kept-where")).to_have_text("Kept on this server for ada.")
        expect(page.locator("#kept .title")).to_have_count(0)
    with page_of(browser, server, "rita") as page:
        open_menu(page)
        page.locator("#kept .title").click()
        expect(page.locator("#turn-1 blockquote").first).to_contain_text("herring gull")
        expect(page.locator("#turn-2 blockquote").first).to_be_visible()
        page.reload()
        expect(page.locator("#turn-2 blockquote").first).to_be_visible()
        write(folder, "kitchen")  # she sees the birds no more
        page.reload()
        expect(page.locator("#turn-1 blockquote").first).to_contain_text("Bake the loaf")
        expect(page.locator("#turn-2 blockquote").first).to_be_visible()
        expect(page.locator("#turns")).not_to_contain_text("mussels")
        open_menu(page)
        page.locator("#kept .remove").click()
        expect(page.locator("#kept .title")).to_have_count(0)
        expect(page.locator("#turn-1")).to_have_count(0)
        page.reload()
        open_menu(page)
        expect(page.locator("#kept-where")).to_have_text("Kept on this server for rita.")
        expect(page.locator("#kept .title")).to_have_count(0)


def test_a_rating_is_given_by_keyboard_and_changed(
    browser: Browser, server: Started, folder: Path
) -> None:
    with page_of(browser, server, "rita") as page:
        answered(page, GULL, 1)
        answered(page, BREAD, 2)
        group = page.locator("#turn-2").get_by_role("group", name="Did this answer help?")
        up = group.get_by_role("button", name="Helpful", exact=True)
        down = group.get_by_role("button", name="Not helpful", exact=True)
        up.focus()
        page.keyboard.press("Enter")
        expect(up).to_have_attribute("aria-pressed", "true")
        expect(group.get_by_role("status")).to_have_text("Thank you.")
        page.keyboard.press("Tab")
        expect(down).to_be_focused()
        page.keyboard.press("Space")
        expect(down).to_have_attribute("aria-pressed", "true")
        expect(up).to_have_attribute("aria-pressed", "false")
    first, second = ratings(folder)
    assert first[:3] == ("rita", "up", BREAD)
    assert second[:3] == ("rita", "down", BREAD)
    assert json.loads(second[3])[0] == {"role": "user", "text": GULL}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_ratings_and_sentences_fit_and_can_be_read(
    browser: Browser, server: Started, folder: Path, width: int, scheme: str
) -> None:
    with page_of(browser, server, "ada", width) as page:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.reload()
        answered(page, GULL, 1)
        page.get_by_role("button", name="Helpful", exact=True).click()
        expect(page.locator("#turn-1 .rate")).to_contain_text("Thank you.")
        answered(page, "Quokka zyzzyva marzipan?", 2)
        page.evaluate(
            "pinciteTurns.say('This conversation is not kept: the conversation has 1.9 MiB, and at "
            "most 1 MiB are kept; begin a new conversation.')"
        )
        expect(page.locator("#not-kept")).to_be_visible()
        assert faint(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        for button in page.locator(".rate button").all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= 24
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= width
        page.screenshot(path=folder / f"{scheme}-{width}.png", full_page=True)


def test_what_has_no_room_in_the_browser_is_said(browser: Browser, folder: Path) -> None:
    with (
        started(folder / "log", "--library", str(folder / "library"), "serve") as running,
        visit(browser, running.address + "/ask") as page,
    ):
        open_menu(page)
        expect(page.locator("#kept-where")).to_have_text(
            "Kept in this browser only, and nowhere else."
        )
        page.keyboard.press("Escape")
        page.evaluate("localStorage.setItem('other', 'x'.repeat(5 * 2 ** 20 - 600))")
        answered(page, GULL, 1)
        expect(page.locator("#not-kept")).to_contain_text("This conversation is not kept")
        page.evaluate("localStorage.removeItem('other')")
        answered(page, BREAD, 2)
        expect(page.locator("#not-kept")).to_be_empty()
        page.get_by_role("button", name="Not helpful").last.click()
        expect(page.locator("#turn-2 .rate")).to_contain_text("Thank you.")
    assert [row[:2] for row in ratings(folder)] == [("", "down")]


def test_a_read_only_server_has_no_ratings_on_its_page(browser: Browser, folder: Path) -> None:
    options = ("--library", str(folder / "library"), "serve", "--read-only")
    with (
        started(folder / "log", *options) as running,
        visit(browser, running.address + "/ask") as page,
    ):
        ask(page, GULL)
        expect(page.locator("#turn-1 blockquote").first).to_be_visible()
        expect(page.locator(".rate")).to_have_count(0)
