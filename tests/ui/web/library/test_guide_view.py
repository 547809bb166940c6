"""The guide on the library's page, and what the empty chat says, without a browser."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pincite.corpus.errors import ModelError
from pincite.corpus.store.library import Library
from pincite.ingest.uploads import Intake, Limits
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.overview.guide import AnsweredQuestion, Excerpt, Guide
from pincite.ui.access import EVERYBODY
from pincite.ui.guides import SharedGuides
from pincite.ui.web import chrome
from pincite.ui.web.app import build
from pincite.ui.web.library import document_view
from pincite.ui.web.library.actions import LibraryActions, View, ViewState
from pincite.ui.web.library.guide_view import guide_view
from tests.retrieval.conftest import fill, hashing_settings, make_document
from tests.retrieval.overview.handbook import HANDBOOK
from tests.ui.markup import Drawn
from tests.ui.visitors import visit_of
from tests.ui.web.ask.test_answer_view import OVERRIDE, PAYLOADS, ZERO_WIDTH
from tests.ui.web.library.test_document_list import document, entry

NOW = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with Library.open(tmp_path / "library", create=True) as library:
        other = make_document("Owls hunt mice at night in the woods.\n", "owls.txt")
        fill(library, make_document(HANDBOOK, "handbook.md"), other, passage_tokens=60)
        yield Engine(library, HashingEmbedder(), hashing_settings())


@pytest.fixture
def actions(engine: Engine) -> LibraryActions:
    return LibraryActions(engine, Intake(engine, Limits()))


def open_handbook(engine: Engine, actions: LibraryActions) -> View:
    id = engine.library.find("handbook.md").id
    return actions.do(View(), {"verb": "open", "id": id})


def guide_of(payload: str) -> Guide:
    """A guide with the payload wherever something comes from outside."""
    excerpt = Excerpt(0, len(payload), payload, (payload,), 3)
    question = AnsweredQuestion(payload, excerpt)
    return Guide("0" * 64, payload, excerpt, (excerpt,), 7, (excerpt,), (question,))


@pytest.mark.parametrize("payload", [*PAYLOADS, '"><script>alert(1)</script>'])
def test_markup_in_a_guide_stays_text(payload: str) -> None:
    drawn = Drawn(guide_view(guide_of(payload)))
    assert not drawn.does_harm()
    assert drawn.text.count(payload) == 4
    assert drawn.values("data-ask") == [payload]


def test_hidden_characters_in_a_guide_are_shown() -> None:
    drawn = Drawn(guide_view(guide_of(f"pay{OVERRIDE}{ZERO_WIDTH}\x1bload")))
    assert not {OVERRIDE, ZERO_WIDTH, "\x1b"} & set(drawn.text)
    assert "U+202E" in drawn.text


def test_a_guide_names_pages_and_counts_the_headings_that_it_leaves_out() -> None:
    text = Drawn(guide_view(guide_of("Gulls nest."))).text
    assert "Gulls nest. page 3" in text
    assert "and 7 more" in text


def test_no_guide_and_one_of_an_empty_document_draw_nothing() -> None:
    assert guide_view(None) == ""
    assert guide_view(Guide("0" * 64, "T", None, (), 0, (), ())) == ""


def test_the_guide_stands_over_the_first_part_of_the_text_only() -> None:
    long = document("A line of words.\n" * 3000)
    guide = guide_of("A line of words.")
    assert 'class="guide"' in document_view.document_view(entry(), long, 0, guide)
    assert 'class="guide"' not in document_view.document_view(entry(), long, 1, guide)


def test_an_open_document_begins_with_its_guide_and_its_questions_follow(
    engine: Engine, actions: LibraryActions
) -> None:
    view = open_handbook(engine, actions)
    first = actions.show(view).document
    assert first.index('class="guide"') < first.index('class="facts"') < first.index('class="text"')
    assert "Looking for questions" in first
    asked = [one.question for one in engine.guide("handbook.md").questions or ()]
    found = actions.questions(view)
    assert found is not None
    assert Drawn(found).values("data-ask") == asked != []
    then = actions.show(view).document
    assert found in then
    assert "Looking for questions" not in then
    assert actions.questions(view) == found


def test_where_no_document_is_open_there_is_nothing_to_look_for(actions: LibraryActions) -> None:
    assert actions.questions(View()) is None


def test_after_a_change_of_the_library_the_guide_stays(
    engine: Engine, actions: LibraryActions
) -> None:
    view = open_handbook(engine, actions)
    actions.show(view)
    found = actions.questions(view)
    fill(engine.library, make_document("Terns dive for fish.\n", "terns.txt"))
    assert found
    assert found in actions.show(view).document


def test_the_page_looks_by_itself_for_questions_that_had_to_wait(engine: Engine) -> None:
    guides, intake, state = SharedGuides(engine), Intake(engine, Limits()), ViewState()
    ticks = [
        one.fn
        for one in build(engine, intake, guides=guides).fns.values()
        if (len(one.inputs), *(name for _, name in one.targets)) == (1, "tick") and one.fn
    ]
    state.view = open_handbook(engine, LibraryActions(engine, intake))
    guides.of(EVERYBODY).known(engine.library.find("handbook.md").id)
    found = "".join(str(tick(state, visit_of())) for tick in ticks)
    assert Drawn(found).values("data-ask")


def test_a_document_whose_guide_fails_is_shown_without_it(
    engine: Engine, actions: LibraryActions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(name: str, *, questions: bool = True) -> Guide:
        raise ModelError("the model is missing")

    monkeypatch.setattr(engine, "guide", fail)
    view = open_handbook(engine, actions)
    assert actions.questions(view) is None
    shown = actions.show(view).document
    assert 'class="guide"' not in shown
    assert "coil ropes" in shown


def test_an_empty_chat_leads_to_where_files_are_dropped_if_they_may_be_added() -> None:
    drawn = Drawn(chrome.welcome([], can_add=True))
    assert "The library is empty" in drawn.text
    assert "Drop files here" in drawn.text
    assert drawn.values("data-room") == ["library"]
    closed = Drawn(chrome.welcome([]))
    assert closed.values("data-room") == []
    assert "pincite ingest PATH" in closed.text


def test_the_greeting_counts_documents_passages_and_pages() -> None:
    entries = [entry(n, pages=40 * n, passages=600) for n in range(1, 4)]
    assert "holds 3 documents, 1,800 passages and 240 pages." in Drawn(chrome.welcome(entries)).text
    one = Drawn(chrome.welcome([entry(1)])).text
    assert "holds 1 document and 1 passage." in one


def test_the_greeting_names_the_five_newest_documents_and_when_they_came() -> None:
    moments = ["2026-11-26T07:00", "2026-11-25T23:59", "2026-11-21T09:00", "2026-11-18T09:00"]
    moments += ["2025-01-02T09:00", "2024-01-02T09:00"]
    entries = [entry(n, added_at=f"{when}:00+00:00") for n, when in enumerate(moments)]
    text = Drawn(chrome.welcome(entries[::-1], now=NOW)).text
    told = ["Title 0 today", "Title 1 yesterday", "Title 2 Saturday", "Title 3 18 Nov 2026"]
    places = [text.index(one) for one in [*told, "Title 4 2 Jan 2025"]]
    assert places == sorted(places)
    assert "Title 5" not in text


@pytest.mark.parametrize("payload", PAYLOADS)
def test_markup_in_a_title_stays_text_in_the_greeting(payload: str) -> None:
    drawn = Drawn(chrome.welcome([replace(entry(1), title=payload)]))
    assert not drawn.does_harm()
    assert payload in drawn.text
