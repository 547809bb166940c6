"""The library's page as a person sees it, in a real browser."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.ui.browsing import PATIENCE_MS, faint, needs_chromium, visit
from tests.ui.conftest import HOSTILE_SENTENCE, HOSTILE_TITLE, serving

pytestmark = needs_chromium

File = dict[str, Any]
LONG = "a-very-long-name-without-any-blank-in-it-" * 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a hostile document, and enough others for several pages of the list."""
    folder = tmp_path_factory.mktemp("shelf")
    sources = []
    for name in [LONG, *(f"note-{number:02}" for number in range(60))]:
        file = folder / f"{name}.txt"
        file.write_text(f"This is what stands in {name}. It is short.\n")
        sources.append(Source(file))
    hostile = folder / "hostile.txt"
    hostile.write_text(f"It begins. {HOSTILE_SENTENCE}\n")
    sources.append(Source(hostile, HOSTILE_TITLE))
    with Library.open(folder / "library", create=True) as library:
        ingest_sources(sources, library, HashingEmbedder())
        library.tag([library.find(str(hostile)).id], add=["<b>bold</b>"])
    return folder / "library"


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with serving(folder, megabytes=1) as address:
        yield address


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    with visit(browser, url) as fresh:
        to_library(fresh)
        yield fresh


def to_library(page: Page) -> None:
    page.get_by_role("tab", name="Library").click()
    expect(page.locator("#library-shelf .count")).to_be_visible()


def text_file(name: str, text: str = "") -> File:
    text = text or f"This is what stands in {name}."
    return {"name": name, "mimeType": "text/plain", "buffer": text.encode()}


def zipped(name: str, *files: File) -> File:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for file in files:
            archive.writestr(file["name"], file["buffer"])
    return {"name": name, "mimeType": "application/zip", "buffer": data.getvalue()}


def upload(page: Page, *files: File) -> None:
    page.locator("#library-drop input[type=file]").set_input_files(list(files))


def summary(page: Page) -> Any:
    return page.locator("#library-arrivals .done")


def row(page: Page, name: str) -> Any:
    return page.locator("#library tbody tr").filter(has=page.get_by_role("button", name=name))


def find(page: Page, words: str) -> None:
    """Filter the list, and see it filtered."""
    page.get_by_label("Filter", exact=True).fill(words)
    expect(page.locator("#library .count")).to_contain_text(" of ")


def until_any(page: Page, held: list[Any]) -> None:
    """Wait until something is held back."""
    for _ in range(PATIENCE_MS // 50):
        if held:
            return
        page.wait_for_timeout(50)
    raise AssertionError("nothing came to be held back")


def test_an_upload_says_what_was_read_what_was_not_and_why(page: Page) -> None:
    page.get_by_label("Tags for them").fill("fresh, from a test")
    upload(
        page,
        text_file("emu.txt", "The emu runs at fifty kilometres an hour."),
        zipped(
            "folder.zip", text_file("deep/kiwi.txt"), text_file("deep/owl.md", "# Owl\n\nIt flies.")
        ),
        {"name": "photo.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n" + bytes(50)},
        text_file("large.txt", "x" * 1_200_000),
    )
    told = summary(page)
    expect(told).to_contain_text("3 added, 2 not read")
    expect(told.locator("li").filter(has_text="photo.png")).to_contain_text("is a picture")
    expect(told.locator("li").filter(has_text="large.txt")).to_contain_text(
        "It has 1.2 MB, and a file may have 1 MB; split it."
    )
    expect(told.locator("li").filter(has_text="emu.txt")).to_contain_text("Added, 1 passage")
    find(page, "deep")
    expect(page.locator("#library .count")).to_contain_text("2 of")
    expect(row(page, "Owl").locator(".tags")).to_contain_text("from a test")
    told.get_by_role("button", name="Dismiss").click()
    expect(told).to_have_count(0)

    page.get_by_role("tab", name="Ask").click()
    page.get_by_label("Question").fill("How fast does the emu run?")
    page.get_by_label("Question").press("Enter")
    expect(page.locator("#conversation")).to_contain_text("fifty kilometres an hour")


def test_files_can_be_dropped_but_not_too_many(page: Page) -> None:
    page.locator("#library .drop").evaluate(
        """zone => {
          const data = new DataTransfer();
          data.items.add(new File(["The dodo was dropped here."], "dodo.txt"));
          zone.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true }));
        }"""
    )
    expect(summary(page)).to_contain_text("1 added")
    expect(row(page, "dodo")).to_be_visible()
    upload(page, *(text_file(f"{number}.txt") for number in range(21)))
    expect(page.locator("#library .sending")).to_contain_text("An upload may have 20 files.")
    expect(summary(page)).to_contain_text("1 added")


def test_a_document_is_tagged_renamed_removed_and_brought_back_by_keyboard(
    page: Page, folder: Path
) -> None:
    find(page, "note-07")
    opener = row(page, "note-07").get_by_role("button", name="note-07", exact=True)
    opener.focus()
    opener.press("Enter")
    document = page.locator("article.document")
    expect(document.locator("h2")).to_be_focused()
    expect(document).to_contain_text("This is what stands in note-07.")

    page.get_by_label("New tag").fill("blue, very blue")
    page.get_by_label("New tag").press("Enter")
    expect(document.get_by_role("list", name="Tags")).to_contain_text("very blue")
    expect(page.get_by_label("New tag")).to_be_focused()
    expect(page.get_by_label("New tag")).to_have_value("")
    page.get_by_role("button", name="Take the tag blue away").press("Enter")
    expect(document.locator(".tags li")).to_have_count(1)

    document.get_by_text("Rename or remove").press("Enter")
    page.get_by_label("Title", exact=True).fill("A note on blue")
    page.get_by_label("Source", exact=True).fill("blue/note.txt")
    page.get_by_label("Source", exact=True).press("Enter")
    expect(document.locator("h2")).to_have_text("A note on blue")

    find(page, "blue/")
    with Library.open(folder) as library:
        before = library.find("blue/note.txt")
    row(page, "A note on blue").get_by_role("button", name="Remove A note on blue").press("Enter")
    expect(page.locator("#library .notice")).to_contain_text("Removed A note on blue")
    expect(page.locator("#library .notice")).to_be_focused()
    expect(page.locator("#library")).to_contain_text("No document fits")
    expect(document).to_have_count(0)
    page.get_by_role("button", name="Undo the removal of A note on blue").press("Enter")
    expect(row(page, "A note on blue").locator(".tags")).to_contain_text("very blue")
    with Library.open(folder) as library:
        assert library.find("blue/note.txt") == before


def test_what_one_browser_does_the_other_sees(page: Page, browser: Browser, url: str) -> None:
    with visit(browser, url) as other:
        to_library(other)
        find(other, "heron")
        expect(other.locator("#library")).to_contain_text("No document fits")
        upload(page, text_file("heron.txt", "The heron stands still."))
        row(other, "heron").get_by_role("button", name="heron", exact=True).click()
        expect(other.locator("article.document")).to_contain_text("The heron stands still.")
        find(page, "heron")
        row(page, "heron").get_by_role("button", name="Remove heron").click()
        expect(other.locator("article.document")).to_contain_text("was removed meanwhile")
        other.get_by_role("button", name="Close").click()
        expect(other.locator("article.document")).to_have_count(0)
        page.get_by_role("button", name="Undo the removal of heron").click()
        expect(row(other, "heron")).to_be_visible()

        # Two that are removed in quick succession are both removed.
        find(page, "note-2")
        expect(page.locator("#library .count")).to_contain_text("10 of")
        page.locator("#library tbody tr .do button").evaluate_all(
            "buttons => buttons.slice(0, 2).forEach((button) => button.click())"
        )
        expect(page.locator("#library .count")).to_contain_text("8 of")
        for name, there in (("note-20", 9), ("note-21", 10)):
            page.get_by_role("button", name=f"Undo the removal of {name}").click()
            expect(page.locator("#library .count")).to_contain_text(f"{there} of")

        # The same file from both at once is one document.
        for each in (page, other):
            upload(each, text_file("twin.txt", "The twin has a twin."))
        for each in (page, other):
            expect(summary(each)).to_contain_text(re.compile("1 (added|unchanged)"))
            find(each, "twin")
            expect(each.locator("#library .count")).to_contain_text("1 of")


def test_who_never_opened_the_list_sees_what_is_added(
    page: Page, browser: Browser, url: str
) -> None:
    with visit(browser, url) as other:
        said = other.locator("#greeting .holdings")
        expect(said).to_contain_text("documents")
        before = said.inner_text()
        upload(page, text_file("stork.txt", "The stork stands on one leg."))
        expect(summary(page)).to_contain_text("1 added")
        expect(said).not_to_have_text(before)


def test_what_is_pressed_counts_though_the_page_is_redrawn_before_the_release(page: Page) -> None:
    find(page, "note-3")
    count = page.locator("#library .count")
    expect(count).to_contain_text("10 of")
    for name, left in (("note-30", 9), ("note-31", 8)):
        row(page, name).get_by_role("button", name=f"Remove {name}").click()
        expect(count).to_contain_text(f"{left} of")  # or the next row moves under the pointer

    page.get_by_role("button", name="Undo the removal of note-30").hover()
    page.mouse.down()
    other = page.get_by_role("button", name="Undo the removal of note-31")
    other.evaluate("button => button.click()")
    expect(other).to_have_count(0)
    page.mouse.up()
    expect(count).to_contain_text("10 of")

    # Here the redrawn row under the pointer is another document's.
    remove = page.get_by_role("button", name="Remove note-31")
    remove.hover()
    page.mouse.down()
    page.get_by_role("button", name="Remove note-30").evaluate("button => button.click()")
    expect(count).to_contain_text("9 of")
    page.mouse.up()
    expect(count).to_contain_text("8 of")
    expect(row(page, "note-32")).to_be_visible()
    for name, there in (("note-30", 9), ("note-31", 10)):
        page.get_by_role("button", name=f"Undo the removal of {name}").click()
        expect(count).to_contain_text(f"{there} of")


def test_what_arrives_late_does_not_undo_what_was_done_since(page: Page) -> None:
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if '"filter"' in (route.request.post_data or ""):
            held.append((route, route.fetch()))
        else:
            route.continue_()

    page.route("**/run/predict*", hold)
    page.get_by_label("Filter", exact=True).fill("note-5")
    until_any(page, held)
    row(page, "note-00").get_by_role("button", name="note-00", exact=True).click()
    document = page.locator("article.document")
    expect(document).to_contain_text("This is what stands in note-00.")
    expect(page.locator("#library .count")).to_contain_text("10 of")
    (late, answer) = held.pop()
    with page.expect_request_finished():
        late.fulfill(response=answer)
    page.wait_for_timeout(500)  # in which it would be drawn
    expect(document).to_contain_text("This is what stands in note-00.")
    expect(page.locator("#library .count")).to_contain_text("10 of")


def test_what_was_typed_and_chosen_last_counts_in_whichever_order_it_arrives(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if not held and '"filter"' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/run/predict*", hold)
    words = page.get_by_label("Filter", exact=True)
    order = page.get_by_role("combobox", name="Sort")
    words.fill("note-5")
    until_any(page, held)
    order.select_option("title")
    words.fill("note-42")
    expect(page.locator("#library .count")).to_contain_text("1 of")
    with page.expect_response("**/run/predict*") as late:
        held[0].continue_()
    late.value.finished()
    page.wait_for_timeout(500)  # in which it would be drawn
    expect(page.locator("#library .count")).to_contain_text("1 of")
    expect(order).to_have_value("title")


def test_a_choice_that_is_on_its_way_is_not_undone_by_what_is_drawn_meanwhile(page: Page) -> None:
    held: list[Route] = []

    def hold(route: Route) -> None:
        if '"filter"' in (route.request.post_data or ""):
            held.append(route)
        else:
            route.continue_()

    page.route("**/run/predict*", hold)
    order = page.get_by_role("combobox", name="Sort")
    order.select_option("size")
    until_any(page, held)
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#library .pager")).to_contain_text("2 of 2")
    expect(order).to_have_value("size")
    held[0].continue_()
    expect(page.locator("#library .pager")).to_contain_text("1 of 2")
    expect(order).to_have_value("size")


def test_a_press_that_is_dragged_away_does_nothing(page: Page) -> None:
    find(page, "note-4")
    expect(page.locator("#library .count")).to_contain_text("10 of")
    page.get_by_role("button", name="Remove note-40").hover()
    page.mouse.down()
    page.mouse.move(5, 5)
    page.mouse.up()
    page.get_by_role("button", name="Remove note-41").click()
    expect(page.locator("#library .count")).to_contain_text("9 of")
    expect(row(page, "note-40")).to_be_visible()
    page.get_by_role("button", name="Undo the removal of note-41").click()
    expect(page.locator("#library .count")).to_contain_text("10 of")


def test_the_list_is_turned_filtered_and_sorted_and_the_library_checked(page: Page) -> None:
    page.get_by_role("combobox", name="Sort").select_option("title")
    following = page.get_by_role("button", name="Next")
    following.click()
    expect(page.locator("#library .pager")).to_contain_text("2 of 2")
    expect(following).to_be_disabled()
    page.get_by_role("combobox", name="Tag", exact=True).select_option("<b>bold</b>")
    expect(page.locator("#library .count")).to_contain_text("1 of")
    expect(page.get_by_role("combobox", name="Tag", exact=True)).to_have_value("<b>bold</b>")
    expect(page.locator("#library tbody tr")).to_have_count(1)

    page.get_by_role("button", name="Check the library").click()
    expect(page.locator("#library .notice")).to_contain_text(re.compile("documents, .* passages"))
    page.get_by_role("button", name="Check every text").click()
    expect(page.locator("#library .notice")).to_contain_text("Every text, offset and vector")


def test_a_hostile_document_stays_text(page: Page) -> None:
    find(page, "hostile")
    row(page, HOSTILE_TITLE).get_by_role("button", name=HOSTILE_TITLE, exact=True).click()
    document = page.locator("article.document")
    expect(document.locator("h2")).to_have_text(HOSTILE_TITLE)
    expect(document.locator(".text")).to_contain_text(HOSTILE_SENTENCE)
    expect(document.locator(".tags")).to_contain_text("<b>bold</b>")
    upload(page, text_file("<img src=x onerror=window.hacked=1>.txt"))
    expect(summary(page)).to_contain_text("<img src=x onerror=window.hacked=1>.txt")
    made = page.locator("#library").locator("img, iframe, script, [onerror], a, .tags b")
    expect(made).to_have_count(0)
    assert page.evaluate("window.hacked") is None


def test_the_page_is_never_wider_than_the_window(page: Page) -> None:
    find(page, "very-long")
    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        row(page, LONG).get_by_role("button", name=LONG, exact=True).click()
        expect(page.locator("article.document h2")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.get_by_role("button", name="Close").click()
        expect(page.locator("article.document")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_all_text_stands_out_from_its_ground(browser: Browser, url: str, scheme: str) -> None:
    with visit(browser, url, color_scheme=scheme) as page:
        to_library(page)
        upload(page, text_file(f"{scheme}.txt"), text_file("nothing.txt", " "))
        expect(summary(page)).to_contain_text("1 not read")
        row(page, HOSTILE_TITLE).get_by_role("button", name=HOSTILE_TITLE, exact=True).click()
        expect(page.locator("article.document h2")).to_be_focused()
        page.get_by_role("button", name="Check the library").click()
        expect(page.locator("#library .notice")).to_contain_text("generation")
        assert faint(page) == []


def test_every_control_is_reached_by_tab(page: Page) -> None:
    find(page, "note-1")
    expect(page.locator("#library .count")).to_contain_text("10 of")
    row(page, "note-11").get_by_role("button", name="note-11", exact=True).click()
    expect(page.locator("article.document h2")).to_be_focused()
    controls = page.locator(
        "#library :is(button, input, select, summary):not(:disabled):visible"
    ).filter(visible=True)
    wanted = (
        controls.count()
        - page.locator("#library details:not([open]) form *").filter(visible=True).count()
    )
    page.locator("#library input[type=file]").focus()
    reached = page.evaluate("() => (window.reached = new Set([document.activeElement]), 1)")
    for _ in range(wanted + 1):
        page.keyboard.press("Tab")
        reached = page.evaluate(
            """() => {
              if (document.activeElement.closest("#library")) reached.add(document.activeElement);
              return reached.size;
            }"""
        )
    assert reached >= wanted
