"""Questions that ask for a list are answered with the whole of one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.types import Span
from pincite.retrieval.reading.choose import choose
from pincite.retrieval.reading.lists import is_list, run_on
from pincite.retrieval.reading.quote import Quote, verify
from pincite.retrieval.search.list_question import asks_for_list, without_form
from tests.retrieval.conftest import make_document
from tests.retrieval.reading.helpers import query, reading_of


@pytest.mark.parametrize(
    "question",
    [
        "what do I need to bring",
        "What am I not allowed to burn in the stove?",
        "who was at the meeting in May",
        "who are the first aiders",
        "which papers did we attach",
        "what signs should I watch for",
        "list everything that the ferry does not carry",
        "the pump stops: give me all the steps",
        "what's in the red box",
        "what is not covered by the policy",
    ],
)
def test_it_is_told_that_several_things_are_asked_for(question: str) -> None:
    assert asks_for_list(question)


@pytest.mark.parametrize(
    "question",
    [
        "what is the price of a berth",
        "who wrote the handbook",
        "when does the ferry leave",
        "which plan has no setup fee",
        "how many berths are there",
        "what is a berth",
        "why did we stop in order to rest",
    ],
)
def test_a_question_for_one_thing_asks_for_no_list(question: str) -> None:
    assert not asks_for_list(question)


@pytest.mark.parametrize(
    ("question", "core"),
    [
        ("the pump stops, all the steps please", "the pump stops"),
        ("when is a ticket done? full checklist", "when is a ticket done"),
        ("list everything we do not carry", "we do not carry"),
        ("what did Bo write, all of it", "what did Bo write"),
        ("in order", "in order"),
        ("who pays the bill", "who pays the bill"),
    ],
)
def test_words_that_ask_for_all_of_it_are_not_looked_for(question: str, core: str) -> None:
    assert without_form(question) == core


def test_a_long_run_of_marks_is_read_in_linear_time() -> None:
    assert without_form("?" * 200_000) == "?" * 200_000


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("Present\n  Ana Holm\n  Bo Lind\n  Cy Ross", True),
        ("Present: Ana, Bo, Cy, Di, Ed, Flo, Gus", True),
        ("The mast broke.\nThe crew prayed.\nA calm came.", False),
        ("Gulls nest on cliffs, and owls do not.", False),
    ],
)
def test_a_list_is_told_by_its_look(text: str, listed: bool) -> None:
    assert is_list(text) is listed


TRIP = make_document(
    "# Trip to the skerry\n\nThe trip to the skerry is in May. Whoever comes to the skerry "
    "should bring good cheer.\n\n## What to bring\n\n- a warm coat\n- a rope\n- two apples\n\n"
    "## Food\n\nSoup is cooked on the beach.\n",
    "trip.md",
)


def answers(question: str, *, lists: bool) -> list[Quote]:
    reading = reading_of(TRIP, {}, {"good cheer": 0.9, "warm coat": 0.75, "Soup": 0.6}, tokens=40)
    asked = replace(query(question), lists=lists)
    quotes = choose(asked, reading, {TRIP.id: TRIP}.__getitem__, 3)
    for quote in quotes:
        verify(quote, TRIP)
    return quotes


def test_a_list_goes_before_prose_that_has_more_of_the_words() -> None:
    assert answers("what to bring", lists=True)[0].text == "- a warm coat\n- a rope\n- two apples"


def test_a_question_for_one_thing_keeps_the_order_of_the_passages() -> None:
    assert "good cheer" in answers("where is the skerry", lists=False)[0].text


MINUTES = make_document(
    "MINUTES OF THE PIER COMMITTEE\n\nMeeting of 3 May in the hall\n\nPresent\n  Ana Holm\n"
    "  Bo Lind\n  Cy Ross\n\nThe crane is sold. It goes in June.\n",
    "minutes.txt",
)


def test_the_list_that_follows_at_once_is_quoted_with_what_leads_to_it() -> None:
    start = MINUTES.text.index("Meeting of")
    span = run_on(MINUTES, Span(start, start + len("Meeting of 3 May in the hall")), 2000)
    assert MINUTES.text[span.start : span.end].endswith("Cy Ross")


def test_prose_that_follows_is_not() -> None:
    start = MINUTES.text.index("Present")
    span = Span(start, MINUTES.text.index("Ross") + 4)
    assert run_on(MINUTES, span, 2000) == span


@given(st.text(alphabet="ab -\n1.,", max_size=300), st.integers(0, 300), st.integers(1, 200))
def test_a_quote_that_runs_on_stays_inside_its_document_and_its_length(
    text: str, start: int, longest: int
) -> None:
    document = make_document("x" + text)
    span = Span(min(start, len(document.text) - 1), len(document.text[: start + 1]))
    longer = run_on(document, span, longest)
    assert longer.start == span.start
    assert span.end <= longer.end <= len(document.text)
    assert len(longer) <= max(longest, len(span))
