"""An answer that a model writes, in a real browser on a phone, a tablet and a desk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.retrieval.writing.liar import Liar, Script, liar
from tests.ui.browsing import ask, faint, needs_chromium, visit
from tests.ui.conftest import serving

pytestmark = needs_chromium

ASKED = "Who introduced the term AI safety engineering?"
TRUE = "In 2011, Roman Yampolskiy introduced the term [1]. "
LIE = "In 1999, Roman Yampolskiy introduced the term [1]. "
MIXED = Script((TRUE, LIE, "So it goes. ", TRUE), pause_s=0.4)
SLOW = Script((TRUE,) * 12, pause_s=1.0)
WIDTHS = (360, pytest.param(768, marks=pytest.mark.slow), 1440)


@pytest.fixture(scope="module")
def server() -> Iterator[Liar]:
    with liar(model=MIXED) as running:
        yield running


@pytest.fixture(scope="module")
def written(server: Liar, library_folder: Path) -> Iterator[str]:
    """The address of a chat with a model that writes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PINCITE_WRITER", "openai:model")
        patch.setenv("PINCITE_WRITER_URL", server.url)
        with serving(library_folder) as url:
            yield url


@pytest.mark.parametrize("width", WIDTHS)
def test_the_quotes_stand_there_while_sentences_come_over_them(
    browser: Browser, written: str, server: Liar, width: int
) -> None:
    server.scripts["model"] = MIXED
    with visit(browser, written, viewport={"width": width, "height": 800}) as page:
        ask(page, ASKED)
        part = page.locator(".reply .written")
        expect(part.locator(".writing")).to_be_visible()
        expect(page.locator(".quotes li").first).to_contain_text("In 2011, Roman Yampolskiy")
        expect(part.locator(".by")).to_contain_text("Written by openai:model, which got the quotes")
        expect(part.locator(".writing")).to_have_count(0)
        expect(part.locator("s")).to_have_text("In 1999, Roman Yampolskiy introduced the term.")
        expect(part.locator(".missing")).to_have_text("(not in the quotes: 1999)")
        expect(part.locator(".sentences .cite")).to_have_text(["[1]", "[1]"])
        part.locator("summary").click()
        expect(part.get_by_text("So it goes.")).to_be_visible()
        part.locator(".cite").first.click()
        expect(page.locator("#evidence-1-1")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.locator("#cards > .newest")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert faint(page) == []
        shown = part.locator(".sentences").inner_text()
        page.reload()
        expect(page.locator(".reply .written .sentences")).to_have_text(shown)


@pytest.mark.parametrize("width", WIDTHS)
def test_what_fails_is_a_notice_and_the_quotes_stay(
    browser: Browser, written: str, server: Liar, width: int
) -> None:
    server.scripts["model"] = Script(status=429)
    with visit(browser, written, viewport={"width": width, "height": 800}) as page:
        ask(page, ASKED)
        expect(page.locator(".written .notice")).to_contain_text("takes no more questions now")
        expect(page.locator(".quotes li").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert faint(page) == []


def test_who_stops_it_keeps_the_quotes_and_ends_the_call(
    browser: Browser, written: str, server: Liar
) -> None:
    server.scripts["model"] = SLOW
    server.hung_up.clear()
    with visit(browser, written) as page:
        ask(page, ASKED)
        expect(page.locator(".written .sentences")).to_be_visible()
        page.get_by_role("button", name="Stop").click()
        expect(page.locator(".written .writing")).to_have_text("Stopped.")
        expect(page.locator(".quotes li").first).to_be_visible()
        assert server.hung_up.wait(20)
        page.reload()
        expect(page.locator(".quotes li").first).to_be_visible()


def test_nothing_is_written_where_the_box_is_off(
    browser: Browser, written: str, server: Liar
) -> None:
    calls = len(server.requests)
    with visit(browser, written) as page:
        page.get_by_label("Write an answer from the quotes (openai:model at 127.0.0.1").uncheck()
        ask(page, ASKED)
        expect(page.locator(".quotes li").first).to_be_visible()
        expect(page.locator(".written")).to_have_count(0)
    assert len(server.requests) == calls
