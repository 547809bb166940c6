"""The page for evaluations as a person sees it, in a real browser, on the bundled gold set."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Browser, Page, Route, expect

from tests.ui.browsing import faint, needs_chromium, visit
from tests.ui.conftest import serving

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def url(library_folder: Path, endless: Path) -> Iterator[str]:
    with serving(library_folder, gold=[endless]) as address:
        yield address


@pytest.fixture(scope="module")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A gold set that no machine is done with before a person has found the button."""
    folder = tmp_path_factory.mktemp("gold") / "endless"
    folder.mkdir()
    document = {"id": "gulls", "title": "Gulls", "text": "The gull eats fish. The tern does not."}
    (folder / "corpus.jsonl").write_text(json.dumps(document) + "\n", "utf-8")
    evidence = {"doc": "gulls", "start": 0, "end": 19, "text": "The gull eats fish."}
    asked = {"question": "What does the gull eat?", "answers": ["fish"], "answerable": True}
    with (folder / "questions.jsonl").open("w", encoding="utf-8") as questions:
        for number in range(30_000):
            line = {"id": f"{number}", **asked, "evidence": [evidence]}
            questions.write(json.dumps(line) + "\n")
    return folder


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    with visit(browser, url) as fresh:
        to_evaluate(fresh)
        yield fresh


def to_evaluate(page: Page) -> None:
    page.get_by_role("tab", name="Evaluate").click()
    expect(page.get_by_role("button", name="Run", exact=True)).to_be_enabled()


def start(page: Page, gold: str, split: str, limit: str) -> None:
    page.get_by_role("combobox", name="Questions").select_option(label=f"{gold}: {split}")
    page.get_by_label("At most").fill(limit)
    page.get_by_label("At most").press("Enter")


def report(page: Page) -> Any:
    return page.frame_locator("#evaluate iframe")


def test_runs_are_measured_shown_compared_and_saved(
    page: Page, browser: Browser, url: str, tmp_path: Path
) -> None:
    start(page, "ai_safety", "dev", "8")
    runs = page.locator("#evaluate .runs li")
    expect(runs).to_have_count(1)
    start(page, "ai_safety", "dev", "9")
    expect(runs).to_have_count(2)
    expect(runs.first).to_contain_text("2. ai_safety, dev, first 9")

    page.get_by_role("button", name="Show 1.").click()
    expect(page.locator("#evaluate .report h2")).to_be_focused()
    expect(report(page).locator("body")).to_contain_text("quote_hit@1")
    expect(report(page).locator("svg").first).to_be_visible()
    expect(report(page).get_by_role("heading", name="Compared")).to_have_count(0)
    height = page.locator("#evaluate iframe").evaluate("frame => frame.clientHeight")
    inside = report(page).locator("body").evaluate("body => body.scrollHeight")
    assert height >= inside

    page.get_by_role("button", name="Compare").click()
    expect(report(page).get_by_role("heading", name="Compared")).to_be_visible()
    with page.expect_download() as saving:
        page.get_by_role("button", name="Save JSON").click()
    saving.value.save_as(tmp_path / "report.json")
    saved = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert saved["questions"] == 9
    assert "quote_hit@1" in saved["compared"]

    # Another browser sees the same runs.
    with visit(browser, url, color_scheme="dark") as other:
        to_evaluate(other)
        expect(other.locator("#evaluate .runs li")).to_have_count(2)
        other.get_by_role("button", name="Show 2.").click()
        expect(other.locator("#evaluate .report h2")).to_be_focused()
        assert faint(other) == []

    for width in (360, 768, 1440):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert faint(page) == []


def test_an_answer_that_comes_late_is_put_right_by_the_next_look(page: Page) -> None:
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if '"stop"' in (route.request.post_data or ""):
            held.append((route, route.fetch()))
        else:
            route.continue_()

    page.route("**/run/predict*", hold)
    start(page, "endless", "all questions", "")
    expect(page.locator("#evaluate .going")).to_contain_text("endless")
    page.get_by_role("button", name="Stop").press("Enter")
    expect(page.locator("#evaluate .ended")).to_contain_text("was stopped")
    ((late, answer),) = held
    late.fulfill(response=answer)
    expect(page.locator("#evaluate .going")).to_contain_text("stopping")
    expect(page.locator("#evaluate .ended")).to_contain_text("was stopped")


def test_a_run_is_stopped_and_no_other_starts_beside_it(
    page: Page, browser: Browser, url: str
) -> None:
    with visit(browser, url) as other:
        to_evaluate(other)
        start(page, "endless", "all questions", "")
        expect(page.locator("#evaluate .going")).to_contain_text("endless")
        expect(other.get_by_role("button", name="Run", exact=True)).to_be_disabled()
        other.get_by_role("button", name="Stop").press("Enter")
        for each in (page, other):
            expect(each.locator("#evaluate .ended")).to_contain_text("was stopped")
            expect(each.get_by_role("button", name="Run", exact=True)).to_be_enabled()
