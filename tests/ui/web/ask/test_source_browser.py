"""The source of a quote as a person reads it: beside the answer, or over it in a narrow window."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.ui.web.ask.examples import ARTICLE
from tests.ingest.readers.pdf.pdf_maker import Leaf, column, pdf
from tests.ui.browsing import ask, faint, needs_chromium, visit
from tests.ui.conftest import serving

pytestmark = needs_chromium

TERN = "How far does the arctic tern fly?"
ENGINEERING = "Who introduced the term AI safety engineering?"
LINES = ["The arctic tern flies 70,000 kilometres a year.", "", "It nests near the pole."]
BIRDS = pdf([Leaf(column(LINES))])
NARROW = pytest.mark.parametrize("width", [360, 768])


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A chat over the bundled article and a PDF."""
    folder = tmp_path_factory.mktemp("source")
    birds = folder / "birds.pdf"
    birds.write_bytes(BIRDS)
    with Library.open(folder / "library", create=True) as library:
        ingest_sources([Source(ARTICLE, "AI safety"), Source(birds)], library, HashingEmbedder())
    with serving(folder / "library") as address:
        yield address


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Chats that files are added to, by the originals that they keep."""
    with ExitStack() as stack:
        made = {}
        for originals in ("drawable", "none"):
            library = tmp_path_factory.mktemp(originals) / "library"
            with Library.open(library, create=True) as filled:
                ingest_sources([Source(ARTICLE, "AI safety")], filled, HashingEmbedder())
            made[originals] = stack.enter_context(serving(library, originals=originals))
        yield made


@contextmanager
def answered(browser: Browser, url: str, width: int, question: str = TERN) -> Iterator[Page]:
    """A page of this width, with an answer."""
    with visit(browser, url, viewport={"width": width, "height": 800}) as page:
        ask(page, question)
        expect(page.locator("#turn-1 .verdict")).to_be_visible()
        yield page


def mark(page: Page, turn: int = 1) -> Locator:
    return page.locator(f"#turn-{turn}").get_by_label("See quote 1 in its source")


def sheet(page: Page) -> Locator:
    return page.get_by_role("dialog", name="See quote 1 in its source")


def expect_closed(page: Page) -> None:
    """That the answer is on top again, with the mark in focus and the card in its place."""
    expect(sheet(page)).to_be_hidden()
    expect(mark(page)).to_be_focused()
    expect(page.get_by_role("tooltip")).to_have_count(0)
    expect(page.locator("#cards #evidence-1-1")).to_be_attached()
    assert page.evaluate("history.state?.source") is None


@NARROW
def test_a_mark_opens_its_passage_and_its_page_over_the_answer(
    browser: Browser, url: str, width: int
) -> None:
    with answered(browser, url, width) as page:
        before = page.evaluate("scrollY")
        mark(page).click()
        shown = sheet(page)
        expect(shown.locator(".source mark")).to_contain_text("70,000 kilometres")
        picture = shown.get_by_alt_text("Page 1, with the quote marked")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
        expect(shown.locator(".sheet .box").first).to_be_visible()
        expect(shown.get_by_role("button", name="Close")).to_be_focused()
        expect(page).to_have_url(re.compile(r"/$"))
        assert page.evaluate("scrollY") == before
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@NARROW
@pytest.mark.parametrize("way", ["button", "escape", "backdrop", "back"])
def test_each_way_back_from_the_source_leads_to_the_mark(
    browser: Browser, url: str, width: int, way: str
) -> None:
    with answered(browser, url, width) as page:
        for _ in range(2):  # it can be opened again
            mark(page).click()
            expect(sheet(page)).to_be_visible()
            if way == "button":
                sheet(page).get_by_role("button", name="Close").click()
            elif way == "escape":
                page.keyboard.press("Escape")
            elif way == "backdrop":
                page.mouse.click(width / 2, 20)
            else:
                page.go_back()
            page.wait_for_function("history.state?.source === undefined")
            expect_closed(page)


def test_back_closes_the_source_first_and_then_leads_to_the_page_before(
    browser: Browser, url: str
) -> None:
    with visit(browser, f"{url}library", viewport={"width": 360, "height": 800}) as page:
        page.get_by_role("tab", name="Ask").click()
        ask(page, TERN)
        mark(page).click()
        expect(sheet(page)).to_be_visible()
        page.go_back()
        expect_closed(page)
        expect(page).to_have_url(re.compile(r"/ask$"))
        page.go_forward()
        expect(sheet(page)).to_be_visible()
        page.go_back()
        expect_closed(page)
        page.go_back()
        expect(page).to_have_url(re.compile(r"/library$"))


def test_a_page_that_is_loaded_again_has_no_source_open_and_needs_no_second_back(
    browser: Browser, url: str
) -> None:
    with visit(browser, f"{url}library", viewport={"width": 360, "height": 800}) as page:
        page.get_by_role("tab", name="Ask").click()
        ask(page, TERN)
        mark(page).click()
        expect(sheet(page)).to_be_visible()
        page.reload()
        page.wait_for_function("history.state?.source === undefined")
        expect(mark(page)).to_be_visible()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.go_back()
        expect(page).to_have_url(re.compile(r"/library$"))


def test_a_tap_on_a_phone_opens_the_source_of_an_earlier_turn_too(
    browser: Browser, url: str
) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    with visit(browser, url, **phone) as page:
        ask(page, TERN)
        expect(page.locator("#turn-1 .verdict")).to_be_visible()
        ask(page, ENGINEERING)
        expect(page.locator("#turn-2 .verdict")).to_be_visible()
        mark(page).tap()
        expect(sheet(page).locator(".source mark")).to_contain_text("70,000 kilometres")
        sheet(page).get_by_role("button", name="Close").tap()
        expect_closed(page)
        expect(page.locator("#cards .earlier #evidence-1-1")).to_be_attached()


def test_an_answer_that_comes_while_a_source_is_open_leaves_the_card_its_place(
    browser: Browser, url: str
) -> None:
    with answered(browser, url, 360) as page:
        held: list[Route] = []
        page.route("**/gradio_api/queue/data*", lambda route: held.append(route), times=1)
        ask(page, ENGINEERING)
        expect(page.locator("#turn-2 .pending")).to_be_visible()
        mark(page).click()
        expect(sheet(page)).to_be_visible()
        for route in held:
            route.continue_()
        expect(page.locator("#turn-2 .verdict")).to_be_attached()
        page.keyboard.press("Escape")
        expect(page.locator("#cards .earlier #evidence-1-1")).to_be_attached()
        expect(page.locator("#cards .newest #evidence-2-1")).to_be_attached()


def test_in_a_wide_window_a_mark_leads_to_the_card_beside_the_answer(
    browser: Browser, url: str
) -> None:
    with answered(browser, url, 1440) as page:
        mark(page).click()
        expect(page.locator("#evidence #evidence-1-1")).to_be_focused()
        expect(page.get_by_role("dialog")).to_have_count(0)
        assert page.evaluate("history.state?.source") is None


@pytest.mark.parametrize("width", [768, 1440])
def test_the_preview_of_a_mark_does_not_cover_it(browser: Browser, url: str, width: int) -> None:
    with answered(browser, url, width, ENGINEERING) as page:
        mark(page).hover()
        preview = page.get_by_role("tooltip")
        expect(preview).to_be_visible()
        over, under = preview.bounding_box(), mark(page).bounding_box()
        assert over is not None
        assert under is not None
        assert over["y"] >= under["y"] + under["height"] or over["y"] + over["height"] <= under["y"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_of_an_open_source_keeps_to_the_contrast_of_wcag_aa(
    browser: Browser, url: str, scheme: str
) -> None:
    narrow = {"width": 360, "height": 800}
    with visit(browser, url, viewport=narrow, color_scheme=scheme) as page:
        ask(page, TERN)
        mark(page).click()
        expect(sheet(page).locator(".source mark")).to_be_visible()
        page.wait_for_function("!document.getAnimations().length")
        assert faint(page) == []


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize(("originals", "shown"), [("drawable", True), ("none", False)])
def test_a_pdf_added_in_the_browser_shows_its_page_or_says_why_not(
    browser: Browser, servers: dict[str, str], width: int, originals: str, shown: bool
) -> None:
    address = servers[originals]
    with visit(browser, f"{address}library", viewport={"width": width, "height": 800}) as page:
        file = {"name": "birds.pdf", "mimeType": "application/pdf", "buffer": BIRDS}
        page.locator("#library-drop input[type=file]").set_input_files([file])  # type: ignore[list-item]
        expect(page.locator("#library-arrivals .done")).to_be_visible()
        page.get_by_role("tab", name="Ask").click()
        ask(page, TERN)
        expect(page.locator("#turn-1 .verdict")).to_be_visible()
        mark(page).click()
        card = page.locator("#evidence-1-1")
        expect(card).to_be_visible()
        if shown:
            expect(card.get_by_alt_text("Page 1, with the quote marked")).to_be_visible()
        else:
            expect(card).to_contain_text("The page is not shown: its file was not kept; add it")
        expect(card.locator(".no-page")).to_have_count(0 if shown else 1)


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_evidence_of_the_turn_before_is_folded_when_a_turn_is_stopped(
    browser: Browser, url: str, width: int
) -> None:
    with answered(browser, url, width) as page:
        page.route("**/gradio_api/queue/data*", lambda route: None)  # no answer comes back
        with page.expect_response("**/gradio_api/queue/join*") as joined:
            ask(page, ENGINEERING)
        joined.value.finished()
        page.get_by_role("button", name="Stop").click()
        expect(page.locator("#turn-2")).to_contain_text("Stopped.")
        expect_folded(page)


def test_evidence_of_the_turn_before_is_folded_when_the_connection_is_lost(
    browser: Browser, url: str
) -> None:
    with visit(browser, url, tolerated="net::ERR_INTERNET_DISCONNECTED") as page:
        ask(page, TERN)
        expect(page.locator("#turn-1 .verdict")).to_be_visible()
        page.context.set_offline(True)
        ask(page, ENGINEERING)
        expect(page.locator("#turn-2")).to_contain_text("Nothing is lost; ask again.")
        expect_folded(page)


def test_evidence_of_the_turn_before_is_folded_when_an_error_takes_the_answers_place(
    browser: Browser, url: str
) -> None:
    with answered(browser, url, 1440) as page:
        ask(page, "?")
        expect(page.locator("#turn-2 .problem")).to_be_visible()
        expect_folded(page)
        page.reload()  # and so it is when the conversation is drawn again
        expect(page.locator("#turn-2 .problem")).to_be_visible()
        expect_folded(page)


def expect_folded(page: Page) -> None:
    """That the first turn's evidence is there, and not as that of the newest turn."""
    expect(page.locator("#cards > .newest")).to_have_count(0)
    earlier = page.locator("#cards > details.earlier")
    expect(earlier.locator("summary")).to_have_text(TERN)
    expect(earlier.locator("#evidence-1-1")).to_be_hidden()
