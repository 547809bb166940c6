"""The chat as a person sees it, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.ui.conftest import HOSTILE_HEADING, HOSTILE_SENTENCE, HOSTILE_TITLE

CHROMIUM = Path("/usr/bin/chromium")
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"there is no {CHROMIUM}"),
]


@pytest.fixture
def chat(address: str) -> Iterator[Page]:
    """The open page; afterwards, that it asked nobody but its server and raised nothing."""
    troubles: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(_FLAGS))
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", lambda dialog: troubles.append(dialog.message))
        page.on(
            "request",
            lambda request: (
                troubles.append(request.url)
                if urlsplit(request.url).hostname not in ("127.0.0.1", None)
                else None
            ),
        )
        page.on(
            "console",
            lambda message: troubles.append(message.text) if message.type == "error" else None,
        )
        page.goto(address)
        yield page
        browser.close()
    assert troubles == []


def ask(page: Page, question: str) -> None:
    box = page.get_by_label("Question")
    box.fill(question)
    box.press("Enter")


def test_a_person_asks_reads_quotes_and_is_told_when_there_are_none(chat: Page) -> None:
    chat.get_by_role("button", name="Who introduced the term AI safety engineering?").click()
    first = chat.locator("#turn-1")
    expect(first.locator("blockquote").first).to_contain_text("Roman Yampolskiy introduced")
    expect(chat.locator("#evidence mark b").first).to_contain_text("Roman Yampolskiy introduced")
    expect(chat.locator(".example").first).to_be_hidden()

    ask(chat, "Quokka zyzzyva marzipan?")
    second = chat.locator("#turn-2")
    expect(second.locator(".not-found")).to_contain_text("Not in these documents")
    expect(second.locator("blockquote")).to_have_count(0)
    expect(chat.locator("#evidence-2-a")).to_contain_text("not an answer")
    expect(chat.get_by_label("Question")).to_have_value("")

    first.get_by_label("See quote 1 in its source").click()
    expect(chat.locator("#evidence-1-1")).to_be_focused()
    expect(chat.locator("#evidence-1-1 mark")).to_be_visible()


def test_a_hostile_document_and_question_stay_text(chat: Page) -> None:
    question = "What is the zebra password <img src=x onerror=window.hacked=1> **bold** `x`?"
    ask(chat, question)
    expect(chat.locator("#turn-1 .question")).to_have_text(question)
    expect(chat.locator("#turn-1 blockquote").first).to_have_text(HOSTILE_SENTENCE)
    card = chat.locator("#evidence-1-1")
    expect(card.locator("mark")).to_have_text(HOSTILE_SENTENCE)
    expect(card.locator("header")).to_contain_text(HOSTILE_TITLE)
    expect(card.locator("header")).to_contain_text(HOSTILE_HEADING)
    made = chat.locator("#desk").locator("img, iframe, script, strong, [onerror], a[href^=java]")
    expect(made).to_have_count(0)
    assert chat.evaluate("window.hacked") is None


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_page_is_never_wider_than_the_window(chat: Page, width: int) -> None:
    chat.set_viewport_size({"width": width, "height": 800})
    ask(chat, "What is the zebra password?")
    expect(chat.locator("#evidence mark").first).to_be_attached()
    assert chat.evaluate("document.documentElement.scrollWidth") <= width
    expect(chat.get_by_role("button", name="Ask", exact=True)).to_be_in_viewport()
