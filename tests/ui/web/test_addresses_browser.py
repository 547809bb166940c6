"""Addresses as a person uses them: pages, Back, a linked question, a copied link, citations."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote as percent_encoded

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ui.browsing import ask, faint, needs_chromium, visit
from tests.ui.conftest import HOSTILE_HEADING, HOSTILE_SENTENCE

pytestmark = needs_chromium

ENGINEERING = "Who introduced the term AI safety engineering?"
ZEBRA = "What is the zebra password?"
NO_PAGE = "the server responded with a status of 404"


@pytest.fixture
def chat(browser: Browser, address: str) -> Iterator[Page]:
    with visit(browser, address, accept_downloads=True) as page:
        yield page


def expect_page(page: Page, name: str) -> None:
    """That the page ``name`` is open, under its address."""
    expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
    expect(page).to_have_url(re.compile(rf"/{name.lower()}$"))


def link_of(page: Page, button: str) -> str:
    """The link that a button copies."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(button).get_by_role("button", name="Copy link to this quote").click()
    expect(page.locator(button).get_by_role("button", name="Copied")).to_be_visible()
    copied: str = page.evaluate("navigator.clipboard.readText()")
    return copied


@pytest.mark.parametrize("width", [360, 1440])
def test_each_page_has_an_address_and_back_and_forward_lead_between_them(
    browser: Browser, address: str, width: int
) -> None:
    size = {"width": width, "height": 800}
    with visit(browser, f"{address}library", viewport=size) as page:
        expect_page(page, "Library")
        expect(page.locator("#library-shelf .count")).to_be_visible()
        for name in ("Evaluate", "Ask"):
            page.get_by_role("tab", name=name).click()
            expect_page(page, name)
        page.go_back()
        expect_page(page, "Evaluate")
        page.go_back()
        expect_page(page, "Library")
        page.go_forward()
        expect_page(page, "Evaluate")
        page.reload()
        expect_page(page, "Evaluate")


def test_a_conversation_is_there_after_back(chat: Page) -> None:
    ask(chat, ENGINEERING)
    expect(chat.locator("#turn-1 .verdict")).to_be_visible()
    chat.get_by_role("tab", name="Library").click()
    expect_page(chat, "Library")
    chat.go_back()
    expect(chat.locator("#turn-1 .verdict")).to_be_visible()


def test_a_linked_question_is_asked_once(browser: Browser, address: str) -> None:
    linked = f"{address}ask?q={percent_encoded(ENGINEERING)}"
    with visit(browser, linked, tolerated=NO_PAGE) as page:
        expect(page.locator("#turn-1 .question")).to_have_text(ENGINEERING)
        expect(page.locator("#turn-1 blockquote").first).to_contain_text("Roman Yampolskiy")
        expect_page(page, "Ask")
        page.reload()
        expect(page.locator("#turn-1 .verdict")).to_be_visible()
        page.goto(f"{address}documents/nothing-here")
        expect(page.locator("main")).to_contain_text("The library has no such document.")
        page.go_back()
        expect(page.locator("#turn-1 .verdict")).to_be_visible()
        page.wait_for_timeout(2000)  # in which it would be asked again
        expect(page.locator(".turn")).to_have_count(1)

        page.goto(f"{address}ask?q={percent_encoded(ZEBRA)}")  # a conversation of its own
        expect(page.locator("#turn-1 .question")).to_have_text(ZEBRA)
        expect(page.locator(".turn .verdict")).to_be_visible()
        expect(page.locator(".searched-for")).to_have_count(0)
        page.locator(".conversations summary").click()
        expect(page.locator("#kept li")).to_have_count(2)


@pytest.mark.parametrize("path", ["library", "evaluate", ""])
def test_only_under_ask_an_address_asks(browser: Browser, address: str, path: str) -> None:
    with visit(browser, f"{address}{path}?q={percent_encoded(ENGINEERING)}") as page:
        page.get_by_role("tab", name="Ask").click()
        expect(page.locator(".example").first).to_be_visible()
        page.wait_for_timeout(2000)  # in which it would be asked
        expect(page.locator(".turn")).to_have_count(0)


def test_a_linked_question_that_comes_late_leaves_what_was_typed(chat: Page) -> None:
    expect(chat.locator(".example").first).to_be_visible()
    box = chat.get_by_label("Question", exact=True)
    box.fill(ENGINEERING)
    chat.evaluate(
        """(linked) => {
          history.replaceState(null, "", `/ask?q=${encodeURIComponent(linked)}`);
          pincite.start({});
        }""",
        ZEBRA,
    )
    chat.wait_for_timeout(500)  # in which it would be asked
    expect(chat.locator(".turn")).to_have_count(0)
    expect(box).to_have_value(ENGINEERING)
    box.press("Enter")
    expect(chat.locator("#turn-1 .question")).to_have_text(ENGINEERING)
    expect(chat.locator("#turn-1 .verdict")).to_be_visible()
    assert chat.evaluate("pincite.begin('', [])[0]") == ""


def test_a_question_that_was_typed_goes_before_a_linked_one(chat: Page) -> None:
    expect(chat.locator(".example").first).to_be_visible()
    begun = chat.evaluate(
        """([linked, typed]) => {
          document.querySelector("#ask").id = "not-yet";
          history.replaceState(null, "", `/ask?q=${encodeURIComponent(linked)}`);
          pincite.start({});
          return [pincite.begin(typed, [])[0], pincite.begin("", [])[0]];
        }""",
        [ZEBRA, ENGINEERING],
    )
    assert begun == [ENGINEERING, ""]


@pytest.mark.parametrize(
    ("question", "said"), [("", "has no words"), ("why " * 600, "a question may have 2,000")]
)
def test_a_linked_question_that_cannot_be_asked_is_a_calm_sentence(
    browser: Browser, address: str, question: str, said: str
) -> None:
    with visit(browser, f"{address}ask?q={percent_encoded(question)}") as page:
        expect(page.locator("#turn-1 .problem")).to_contain_text(said)
        expect(page.locator(".turn")).to_have_count(1)


def test_a_copied_link_shows_the_quote_in_another_browser(
    browser: Browser, chat: Page, address: str
) -> None:
    ask(chat, ENGINEERING)
    expect(chat.locator("#turn-1 .verdict")).to_be_visible()
    link = link_of(chat, "#evidence-1-1")
    assert link == link_of(chat, "#turn-1 .quotes li:first-child")
    assert link.startswith(f"{address}documents/")
    assert link.endswith("#3211-3843")
    with visit(browser, link) as other:
        mark = other.locator("mark").first
        expect(mark).to_contain_text("Roman Yampolskiy introduced")
        expect(mark).to_be_in_viewport()
        expect(other.get_by_role("heading", name="AI safety").first).to_be_attached()
        assert other.evaluate("scrollY") > 0
        other.get_by_role("link", name="Pincite").click()
        expect(other.locator(".example").first).to_be_visible()
        other.go_back()
        expect(mark).to_contain_text("Roman Yampolskiy introduced")


def test_a_place_written_by_hand_is_marked_and_a_wrong_one_is_a_page_with_a_way_back(
    browser: Browser, chat: Page
) -> None:
    ask(chat, ENGINEERING)
    expect(chat.locator("#turn-1 .verdict")).to_be_visible()
    bare = link_of(chat, "#evidence-1-1").partition("?")[0]
    with visit(browser, f"{bare}#3211-3218", tolerated=NO_PAGE) as other:
        expect(other.locator("mark")).to_have_text("In 2011")
        expect(other.locator("mark")).to_be_in_viewport()
        other.evaluate("location.hash = '3220-3225'")
        expect(other.locator("mark")).to_have_text("Roman")
        other.goto(f"{bare}#here")
        expect(other.locator("main")).to_contain_text("end the link with two numbers")
        other.get_by_role("link", name="Ask the documents").click()
        expect(other.locator(".example").first).to_be_visible()


def test_where_the_clipboard_is_not_allowed_the_link_is_shown_selected(
    browser: Browser, address: str
) -> None:
    with visit(browser, address) as page:
        page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
        page.reload()
        ask(page, ENGINEERING)
        expect(page.locator("#turn-1 .verdict")).to_be_visible()
        card = page.locator("#evidence-1-1")
        card.get_by_role("button", name="Copy link to this quote").click()
        field = card.get_by_role("textbox", name="Link to this quote")
        expect(field).to_be_focused()
        expect(field).to_have_value(re.compile(r"/documents/.*#3211-3843$"))
        assert page.evaluate("getSelection().toString()") == field.input_value()
        card.get_by_role("button", name="Copy link to this quote").click()
        expect(card.get_by_role("textbox")).to_have_count(1)


def test_an_answer_is_copied_as_citations_and_saved_where_there_is_no_clipboard(
    chat: Page,
) -> None:
    chat.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(chat, ENGINEERING)
    foot = chat.locator("#turn-1 .foot")
    for form, start in [
        ("BibTeX", "@misc{pincite-"),
        ("RIS", "TY  - GEN\n"),
        ("APA", "“In 2011, Roman Yampolskiy introduced"),
        ("Markdown", f"**{ENGINEERING}**"),
    ]:
        foot.get_by_role("button", name=f"Copy as {form}").click()
        expect(foot.get_by_role("button", name="Copied")).to_be_visible()
        assert chat.evaluate("navigator.clipboard.readText()").startswith(start)
        expect(foot.get_by_role("button", name=f"Copy as {form}")).to_be_visible()

    chat.evaluate(
        "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }"
    )
    with chat.expect_download() as download:
        foot.get_by_role("button", name="Copy as BibTeX").click()
    assert download.value.suggested_filename == "quotes.bib"
    assert Path(download.value.path()).read_text("utf-8").startswith("@misc{pincite-")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_hostile_document_stays_text_and_is_easy_to_read(
    browser: Browser, address: str, scheme: str
) -> None:
    with visit(browser, address, color_scheme=scheme) as page:
        ask(page, ZEBRA)
        expect(page.locator("#turn-1 .verdict")).to_be_visible()
        assert faint(page) == []
        page.goto(link_of(page, "#evidence-1-1"))
        expect(page.locator("mark").first).to_have_text(HOSTILE_SENTENCE)
        expect(page.locator("h2")).to_contain_text(HOSTILE_HEADING)
        expect(page.locator("main").locator("img, iframe, script, [onerror]")).to_have_count(0)
        assert page.evaluate("window.hacked") is None
        assert faint(page) == []


@pytest.mark.parametrize("width", [360, 1440])
def test_a_page_that_is_not_there_is_ours_and_fits_the_window(
    browser: Browser, address: str, width: int
) -> None:
    size = {"width": width, "height": 800}
    with visit(browser, f"{address}nothing", tolerated=NO_PAGE, viewport=size) as page:
        expect(page.locator("main")).to_contain_text("There is no page at this address.")
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert faint(page) == []
        page.get_by_role("link", name="Ask the documents").click()
        expect_page(page, "Ask")
