"""Where a quote stands: a title that is also the first heading is shown once, in every face."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.types import Document, Section, Span
from pincite.retrieval.answer import Answer
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.trace import Trace
from pincite.ui import markdown, terminal
from pincite.ui.text.citations import Citation, apa, bibtex, ris
from pincite.ui.text.place_path import headings_below, place_path
from pincite.ui.web.ask import evidence

TITLE, TEXT = "Minutes of 3 March", "The budget is 900 euros."
WORDS = st.text(st.sampled_from("aB ß\n"), max_size=5)


def quote(*section: str) -> Quote:
    return Quote("0" * 64, TITLE, section, None, 0, len(TEXT), TEXT, (), 0.9)


def cited(form: Callable[[list[Citation]], str]) -> Callable[[Quote], str]:
    def shown(one: Quote) -> str:
        sections = (Section(Span(0, len(TEXT)), one.section),)
        return form([Citation.of(one, Document("minutes.md", TITLE, TEXT, sections))])

    return shown


FACES: dict[str, Callable[[Quote], str]] = {
    "terminal": terminal.place,
    "web": lambda one: str(evidence.place(one)),
    "markdown": lambda one: markdown.message(
        Answer("Q?", "ANSWERED", 0.9, (one,), (), Trace(1, "hashing", "score", 0.5, {}, {}))
    ),
    "bibtex": cited(bibtex),
    "ris": cited(ris),
}


@pytest.mark.parametrize("face", FACES)
def test_a_first_heading_that_repeats_the_title_is_shown_once(face: str) -> None:
    shown = FACES[face](quote(TITLE, "Budget"))
    assert shown.count(TITLE) == 1
    assert "Budget" in shown
    assert FACES[face](quote("MINUTES  of 3 March")).lower().count(TITLE.lower()) == 1


@pytest.mark.parametrize("face", FACES)
def test_other_headings_stay_also_below_one_of_the_same_words(face: str) -> None:
    assert FACES[face](quote("Budget", TITLE)).count(TITLE) == 2


def test_a_reference_without_another_heading_names_no_section() -> None:
    assert "section" not in cited(apa)(quote(TITLE))


@given(WORDS, st.lists(WORDS, max_size=3))
def test_only_a_repeated_title_is_left_out(title: str, section: list[str]) -> None:
    path = place_path(title, section)
    assert path[0] == title
    assert path[1:] == headings_below(title, section)
    assert tuple(section) in (path[1:], (*section[:1], *path[1:]))
    assert path[1:2] != (title,) or section[1:2] == [title]
