"""The chat as a person sees it, in a real browser."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.ui.browsing import ask, faint, needs_chromium, visit
from tests.ui.conftest import HOSTILE_HEADING, HOSTILE_SENTENCE, HOSTILE_TITLE, free_port, serving

pytestmark = needs_chromium

ZEBRA = "What is the zebra password?"
ENGINEERING = "Who introduced the term AI safety engineering?"
NOWHERE = "Quokka zyzzyva marzipan?"
UNSURE = "When do trains leave the station?"
GOOD_SHIFT = 0.1  # of the cumulative layout shift, by web.dev/cls
STILL = "performance.now() - (shifts.at(-1)?.startTime ?? 0) > 1000"
SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => window.shifts.push(...list.getEntries()))
  .observe({ type: "layout-shift", buffered: true });
"""
NOTHING_LOST = "Nothing is lost; ask again."
GRADIO_NOTICED = "Attempting reconnection"


@pytest.fixture
def chat(browser: Browser, address: str) -> Iterator[Page]:
    with visit(browser, address, accept_downloads=True) as page:
        yield page


def test_a_person_asks_reads_quotes_and_is_told_when_there_are_none(chat: Page) -> None:
    chat.get_by_role("button", name=ENGINEERING).click()
    first = chat.locator("#turn-1")
    expect(first.locator("blockquote").first).to_contain_text("Roman Yampolskiy introduced")
    expect(chat.locator("#evidence mark b").first).to_contain_text("Roman Yampolskiy introduced")
    expect(chat.locator(".example").first).to_be_hidden()

    ask(chat, NOWHERE)
    second = chat.locator("#turn-2")
    expect(second.locator(".not-found")).to_contain_text("Not in these documents")
    expect(second.locator("blockquote")).to_have_count(0)
    expect(second.locator(".excerpt").first).to_be_visible()
    expect(second).to_contain_text("do not answer the question")
    expect(chat.locator("#evidence-2-a")).to_contain_text("Nearest passage")
    expect(chat.get_by_label("Question", exact=True)).to_have_value("")

    first.get_by_label("See quote 1 in its source").click()
    expect(chat.locator("#evidence-1-1")).to_be_focused()
    expect(chat.locator("#evidence-1-1 mark")).to_be_visible()


def test_a_person_is_told_which_quotes_nobody_vouches_for(chat: Page) -> None:
    ask(chat, UNSURE)
    first = chat.locator("#turn-1")
    expect(first.locator(".headline")).to_have_text("Not sure; these come closest:")
    expect(first.locator("blockquote").first).to_be_visible()
    expect(first.locator(".not-found")).to_have_count(0)
    expect(first.locator(".verdict")).to_contain_text("Unsure")
    expect(chat.locator("#evidence-1-1 mark").first).to_be_visible()
    chat.reload()
    expect(first.locator(".headline")).to_have_text("Not sure; these come closest:")


def test_a_follow_up_says_what_it_was_read_as_and_can_be_asked_as_typed(chat: Page) -> None:
    ask(chat, ENGINEERING)
    expect(chat.locator("#turn-1 blockquote").first).to_be_visible()
    ask(chat, "and in what year?")
    second = chat.locator("#turn-2")
    expect(second.locator(".searched-for")).to_contain_text(
        "Searched for: introduced · term AI safety engineering · year"
    )
    expect(second.locator("blockquote").first).to_contain_text("Roman Yampolskiy")

    second.get_by_role("button", name="Ask as typed").click()
    third = chat.locator("#turn-3")
    expect(third.locator(".question")).to_have_text("and in what year?")
    expect(third.locator(".verdict")).to_be_visible()
    expect(third.locator(".searched-for")).to_have_count(0)

    chat.reload()  # what a conversation was read as stays with it
    expect(second.locator(".searched-for")).to_be_visible()
    chat.get_by_role("button", name="New conversation").click()
    ask(chat, "and in what year?")
    expect(chat.locator(".turn .verdict")).to_be_visible()
    expect(chat.locator(".searched-for")).to_have_count(0)


def test_a_mark_shows_its_passage_while_it_is_pointed_at_or_focused(chat: Page) -> None:
    ask(chat, ENGINEERING)
    mark = chat.get_by_label("See quote 1 in its source")
    mark.hover()
    preview = chat.get_by_role("tooltip")
    expect(preview).to_contain_text("AI safety › History")
    expect(preview).not_to_contain_text("characters")
    expect(preview.get_by_title("characters 3211–3843")).to_be_visible()
    expect(preview.locator("mark")).to_contain_text("Roman Yampolskiy introduced")
    chat.mouse.move(5, 400)
    expect(preview).to_have_count(0)
    while not mark.evaluate("mark => mark === document.activeElement"):
        chat.keyboard.press("Tab")
    expect(preview).to_be_visible()
    chat.keyboard.press("Escape")
    expect(preview).to_have_count(0)
    chat.keyboard.press("Enter")
    expect(chat.locator("#evidence-1-1")).to_be_focused()


def test_what_the_number_means_and_how_it_was_found_are_there_on_demand(chat: Page) -> None:
    ask(chat, ENGINEERING)
    meaning = chat.locator("#turn-1 .meaning")
    expect(meaning.locator(".hint")).to_be_hidden()
    meaning.hover()
    expect(meaning.locator(".hint")).to_contain_text("the answer is shown as unsure")
    chat.locator("#turn-1 .how > summary").click()
    expect(chat.locator("#turn-1 .how")).to_contain_text("I searched all 2 documents")
    expect(chat.locator("#turn-1 .how table").first).to_be_hidden()
    chat.locator("#turn-1 .figures > summary").click()
    expect(chat.locator("#turn-1 .how table").first).to_be_visible()


def test_a_conversation_stays_in_the_browser_until_it_is_deleted(chat: Page) -> None:
    ask(chat, ENGINEERING)
    expect(chat.locator("#turn-1 .verdict")).to_be_visible()
    ask(chat, NOWHERE)
    expect(chat.locator("#turn-2 .verdict")).to_be_visible()
    chat.reload()
    expect(chat.locator("#turn-2 .not-found")).to_be_visible()
    expect(chat.locator("#turn-1 blockquote").first).to_contain_text("Roman Yampolskiy")
    expect(chat.locator("#evidence-2-a")).to_be_visible()

    chat.get_by_role("button", name="New conversation").click()
    expect(chat.get_by_role("heading", name="Ask a question")).to_be_visible()
    ask(chat, ZEBRA)
    expect(chat.locator(".turn")).to_have_count(1)
    chat.locator(".conversations summary").click()
    expect(chat.locator("#kept li")).to_have_count(2)
    chat.get_by_role("button", name=ENGINEERING, exact=True).click()
    expect(chat.locator(".turn")).to_have_count(2)

    chat.locator(".conversations summary").click()
    chat.get_by_label(f"Delete the conversation “{ENGINEERING}”").click()
    expect(chat.get_by_role("heading", name="Ask a question")).to_be_visible()
    chat.get_by_role("button", name="Delete all").click()
    assert chat.evaluate("JSON.parse(localStorage['pincite.conversations']).conversations") == []
    chat.reload()
    expect(chat.get_by_role("heading", name="Ask a question")).to_be_visible()


def test_answers_are_copied_and_conversations_saved(chat: Page) -> None:
    chat.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(chat, ENGINEERING)
    chat.get_by_role("button", name="Copy as Markdown").click()
    expect(chat.get_by_role("button", name="Copied")).to_be_visible()
    copied = chat.evaluate("navigator.clipboard.readText()")
    assert copied.startswith(f"**{ENGINEERING}**\n\n> In 2011, Roman Yampolskiy introduced")
    assert (
        copied.endswith("[^1-1]: AI safety › History") or "[^1-1]: AI safety › History\n" in copied
    )

    saved = {}
    for form in ("Markdown", "JSON"):
        chat.locator(".conversations summary").click()
        with chat.expect_download() as download:
            chat.get_by_role("button", name=f"Save as {form}").click()
        saved[form] = Path(download.value.path()).read_text("utf-8")
        chat.keyboard.press("Escape")
    assert saved["Markdown"] == copied
    [turn] = json.loads(saved["JSON"])["turns"]
    best = turn["answer"]["quotes"][0]
    assert (best["start"], best["highlights"]) == (3211, [[3211, 3500]])


def test_the_keyboard_is_enough(chat: Page) -> None:
    ask(chat, ENGINEERING)
    expect(chat.locator("#turn-1 .verdict")).to_be_visible()
    ask(chat, ZEBRA)
    expect(chat.locator("#turn-2 .verdict")).to_be_visible()
    box = chat.get_by_label("Question", exact=True)
    for key, recalled in [("ArrowUp", ZEBRA), ("ArrowUp", ENGINEERING), ("ArrowDown", ZEBRA)]:
        box.press(key)
        expect(box).to_have_value(recalled)
    reached = set()
    chat.locator("body").press("Tab")
    for _ in range(60):
        reached.add(
            chat.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")
        )
        chat.keyboard.press("Tab")
    assert {"New conversation", "Conversations", "[1]", "Copy as Markdown", "ask"} <= reached


def test_a_question_is_put_to_the_chosen_document_only(chat: Page) -> None:
    chat.get_by_label("Ask only these documents and tags").click()
    chat.get_by_role("option", name="img src=x").click()
    ask(chat, ENGINEERING)
    expect(chat.locator("#turn-1 .not-found")).to_contain_text("img src=x")
    expect(chat.locator("#turn-1")).not_to_contain_text("Yampolskiy")


def test_a_question_that_waits_can_be_stopped(chat: Page) -> None:
    chat.route("**/gradio_api/queue/data*", lambda route: None)  # no answer comes back
    with chat.expect_response("**/gradio_api/queue/join*") as joined:
        ask(chat, ENGINEERING)
    joined.value.finished()  # it has the number under which the server is told to stop
    expect(chat.locator("#turn-1 .pending")).to_be_visible()
    expect(chat.get_by_role("button", name="Ask", exact=True)).to_be_hidden()
    chat.get_by_role("button", name="Stop").click()
    expect(chat.locator("#turn-1")).to_contain_text("Stopped.")
    expect(chat.get_by_role("button", name="Ask", exact=True)).to_be_visible()


def test_a_question_asked_while_the_stop_is_on_its_way_is_not_dropped(chat: Page) -> None:
    held: list[Route] = []
    for address in ("**/gradio_api/queue/data*", "**/gradio_api/cancel*"):
        chat.route(address, lambda route: held.append(route), times=1)
    with chat.expect_response("**/gradio_api/queue/join*") as joined:
        ask(chat, ENGINEERING)
    joined.value.finished()
    with chat.expect_request("**/gradio_api/cancel*"):
        chat.get_by_role("button", name="Stop").click()
    expect(chat.locator("#turn-1")).to_contain_text("Stopped.")
    ask(chat, NOWHERE)
    chat.wait_for_timeout(500)  # in which it would be asked
    expect(chat.locator("#turn-2")).to_have_count(0)
    for route in held:
        route.continue_()
    expect(chat.locator("#turn-2 .verdict")).to_be_visible()


def test_a_question_that_did_not_begin_leaves_the_next_one_what_was_said(chat: Page) -> None:
    ask(chat, ENGINEERING)
    expect(chat.locator("#turn-1 .verdict")).to_be_visible()
    held: list[Route] = []
    for address in ("**/gradio_api/queue/data*", "**/gradio_api/cancel*"):
        chat.route(address, lambda route: held.append(route), times=1)
    with chat.expect_response("**/gradio_api/queue/join*") as joined:
        ask(chat, NOWHERE)
    joined.value.finished()
    with chat.expect_request("**/gradio_api/cancel*"):
        chat.get_by_role("button", name="Stop").click()
    expect(chat.locator("#turn-2")).to_contain_text("Stopped.")
    chat.evaluate("(question) => pincite.ask(question)", ZEBRA)
    chat.wait_for_timeout(500)  # in which it is dropped
    box = chat.get_by_label("Question", exact=True)
    box.fill("and in what year?")
    chat.wait_for_timeout(2000)  # in which it would be asked again
    for route in held:
        route.continue_()
    expect(chat.locator("#turn-3")).to_have_count(0)
    box.press("Enter")
    expect(chat.locator("#turn-3 .question")).to_have_text("and in what year?")
    expect(chat.locator("#turn-3 .searched-for")).to_be_visible()


def test_a_question_of_a_guide_leaves_a_draft_while_another_is_answered(chat: Page) -> None:
    chat.route("**/gradio_api/queue/data*", lambda route: None)  # no answer comes back
    ask(chat, ENGINEERING)
    expect(chat.locator("#turn-1 .pending")).to_be_visible()
    box = chat.get_by_label("Question", exact=True)
    box.fill("half typ")
    chat.evaluate("(question) => pincite.ask(question)", ZEBRA)
    expect(box).to_have_value("half typ")
    box.fill("")
    chat.evaluate("(question) => pincite.ask(question)", ZEBRA)
    expect(box).to_have_value(ZEBRA)  # it waits there


def test_what_was_said_is_cut_between_characters(chat: Page) -> None:
    expect(chat.locator(".example").first).to_be_visible()
    words = "x" * 599 + "🦉🦉"
    quote = {"text": words, "start": 0, "end": 601, "highlights": [[0, 601]]}
    turn = {"number": 1, "question": ZEBRA, "answer": {"quotes": [quote]}}
    history = chat.evaluate(
        """(turn) => {
          pincite.begin(turn.question, []);
          pincite.receive(JSON.stringify({ ...turn, question_html: "", reply: "" }));
          return pincite.begin("And?", [])[3];
        }""",
        turn,
    )
    assert json.loads(history)[1]["text"] == "x" * 599 + "🦉"


def test_a_lost_connection_is_a_calm_sentence(browser: Browser, address: str) -> None:
    with visit(browser, address, tolerated="net::ERR_INTERNET_DISCONNECTED") as page:
        expect(page.locator(".example").first).to_be_visible()
        page.context.set_offline(True)
        ask(page, ENGINEERING)
        expect(page.locator("#turn-1")).to_contain_text(NOTHING_LOST)
        page.context.set_offline(False)
        page.reload()
        ask(page, ENGINEERING)
        expect(page.locator("#turn-1 blockquote").first).to_contain_text("Roman Yampolskiy")


def test_a_question_is_not_dropped_in_silence_once_gradio_has_noticed_the_loss(
    browser: Browser, address: str
) -> None:
    with visit(browser, address, tolerated="net::ERR_INTERNET_DISCONNECTED") as page:
        page.get_by_role("tab", name="Library").click()  # it asks after the library all the time
        expect(page.locator("#library-shelf .count")).to_be_visible()
        page.get_by_role("tab", name="Ask").click()
        page.context.set_offline(True)
        expect(page.get_by_text(GRADIO_NOTICED)).to_be_visible()
        page.get_by_role("button", name=ENGINEERING).click()
        expect(page.locator("#turn-1 .question")).to_have_text(ENGINEERING)
        expect(page.locator("#turn-1")).to_contain_text(NOTHING_LOST)
        ask(page, NOWHERE)
        expect(page.locator("#turn-2 .question")).to_have_text(NOWHERE)
        expect(page.locator("#turn-2")).to_contain_text(NOTHING_LOST)
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.locator("#turn-3")).to_contain_text(NOTHING_LOST)


def test_a_server_may_be_restarted_in_the_middle_of_a_conversation(
    browser: Browser, library_folder: Path
) -> None:
    port = free_port()
    with ExitStack() as visitor:
        with serving(library_folder, port=port) as url:
            page = visitor.enter_context(visit(browser, url, tolerated="net::ERR_"))
            ask(page, ENGINEERING)
            expect(page.locator("#turn-1 .verdict")).to_be_visible()
        ask(page, NOWHERE)
        expect(page.locator("#turn-2")).to_contain_text(NOTHING_LOST)
        with serving(library_folder, port=port):
            expect(page.locator("#turn-2")).to_have_count(0)  # the page comes back by itself
            expect(page.locator("#turn-1 blockquote").first).to_contain_text("Roman Yampolskiy")
            ask(page, NOWHERE)
            expect(page.locator("#turn-2 .not-found")).to_be_visible()
            visitor.close()


def test_a_hostile_document_and_question_stay_text(chat: Page) -> None:
    question = f"{ZEBRA[:-1]} <img src=x onerror=window.hacked=1> **bold** `x`?"
    ask(chat, question)
    expect(chat.locator("#turn-1 .question")).to_have_text(question)
    expect(chat.locator("#turn-1 blockquote").first).to_have_text(HOSTILE_SENTENCE)
    card = chat.locator("#evidence-1-1")
    expect(card.locator("mark")).to_have_text(HOSTILE_SENTENCE)
    expect(card.locator("header")).to_contain_text(HOSTILE_TITLE)
    expect(card.locator("header")).to_contain_text(HOSTILE_HEADING)
    chat.get_by_label("See quote 1 in its source").hover()
    expect(chat.get_by_role("tooltip")).to_contain_text(HOSTILE_HEADING)
    made = chat.locator("#desk, #preview").locator(
        "img, iframe, script, strong, [onerror], a[href^=java]"
    )
    expect(made).to_have_count(0)
    assert chat.evaluate("window.hacked") is None


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_page_fits_the_window_and_stays_still_while_an_answer_comes(
    browser: Browser, address: str, width: int
) -> None:
    with visit(browser, address, viewport={"width": width, "height": 800}) as page:
        page.add_init_script(SHIFTS)
        page.reload()
        expect(page.get_by_role("button", name=ENGINEERING)).to_be_visible()
        page.wait_for_function(STILL)
        page.evaluate("window.shifts.length = 0")
        ask(page, ENGINEERING)
        expect(page.locator("#turn-1 .verdict")).to_be_attached()
        expect(page.locator("#evidence mark").first).to_be_attached()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        expect(page.get_by_role("button", name="Ask", exact=True)).to_be_in_viewport()
        shifts = "shifts.filter((s) => !s.hadRecentInput).reduce((sum, s) => sum + s.value, 0)"
        assert page.evaluate(shifts) < GOOD_SHIFT


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_keeps_to_the_contrast_of_wcag_aa(
    browser: Browser, address: str, scheme: str
) -> None:
    with visit(browser, address, color_scheme=scheme) as page:
        expect(page.locator(".example").first).to_be_visible()
        assert faint(page) == []
        ask(page, ENGINEERING)
        expect(page.locator("#turn-1 .verdict")).to_be_visible()
        ask(page, NOWHERE)
        expect(page.locator("#turn-2 .verdict")).to_be_visible()
        page.locator("#turn-2 .how > summary").click()
        page.locator("#turn-2 .figures > summary").click()
        ask(page, UNSURE)
        expect(page.locator("#turn-3 .verdict")).to_be_visible()
        page.locator(".conversations summary").click()
        assert faint(page) == []
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert (background == "rgb(255, 255, 255)") == (scheme == "light")


def test_the_page_says_its_language_and_every_control_its_name(chat: Page) -> None:
    assert chat.locator("html").get_attribute("lang") == "en"
    ask(chat, ENGINEERING)
    expect(chat.locator("#turn-1 .verdict")).to_be_visible()
    for role in ("button", "tab", "textbox", "combobox", "link"):
        for control in chat.get_by_role(role).all():
            name = control.evaluate(
                "e => (e.ariaLabel || e.textContent || e.closest('label')?.textContent).trim()"
            )
            assert name, control.evaluate("e => e.outerHTML")


def test_how_soon_the_page_and_a_warm_answer_are_there(
    chat: Page, capsys: pytest.CaptureFixture[str]
) -> None:
    ask(chat, ENGINEERING)
    expect(chat.locator("#turn-1 .verdict")).to_be_visible()
    box = chat.get_by_label("Question", exact=True)
    box.fill(ZEBRA)
    chat.evaluate(
        """() => {
          const turns = document.getElementById("turns");
          window.asked = performance.now();
          new MutationObserver((_, observer) => {
            if (!document.querySelector("#turn-2 .verdict")) return;
            observer.disconnect();
            requestAnimationFrame(() => { window.took = performance.now() - window.asked; });
          }).observe(turns, { childList: true, subtree: true });
        }"""
    )
    box.press("Enter")
    chat.wait_for_function("window.took")
    paint = chat.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    answer = chat.evaluate("window.took")
    with capsys.disabled():
        sys.stdout.write(f"\nfirst paint {paint:.0f} ms, a warm answer {answer:.0f} ms\n")
