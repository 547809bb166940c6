"""What a document opens with: its title and the first words that say what it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.types import Page, Region, Span
from pincite.retrieval.overview.openings import LONGEST, opening, title
from tests.retrieval.conftest import make_document


def opens(text: str, source: str = "notes.md") -> str:
    document = make_document(text, source)
    span = opening(document).span
    return document.text[span.start : span.end]


def marked(text: str, source: str = "notes.md") -> list[str]:
    document = make_document(text, source)
    return [document.text[m.start : m.end] for m in opening(document).marks]


GUIDE = (
    "# Harbour Guide\n\nVersion 3, valid from May. It replaces version 2 of last year.\n\n"
    "## 1 Welcome\n\nYou have come to work at a small harbour. "
    "This guide tells you what to do in the first weeks.\n\n"
    "## 2 Ropes\n\nRopes are coiled clockwise and hung on the third hook.\n"
)


def test_it_ends_with_the_paragraph_that_says_what_the_document_is_for() -> None:
    assert opens(GUIDE).startswith("# Harbour Guide")
    assert opens(GUIDE).endswith("This guide tells you what to do in the first weeks.")


def test_the_title_and_the_sentence_that_says_most_are_marked() -> None:
    assert marked(GUIDE) == [
        "# Harbour Guide",
        "This guide tells you what to do in the first weeks.",
    ]


def test_without_such_a_paragraph_it_ends_with_the_first_prose() -> None:
    text = "# Gulls\n\nSouth Pier\n\nGulls nest on the cliffs in spring. They eat.\n\nOwls do.\n"
    assert opens(text) == "# Gulls\n\nSouth Pier\n\nGulls nest on the cliffs in spring. They eat."


def test_a_table_opens_with_the_names_of_its_columns() -> None:
    rows = "".join(f"{n},rope,{n * 3}\n" for n in range(200))
    assert opens("Number,Thing,Price\n" + rows, "stock.csv") == "| Number | Thing | Price |"


def test_a_mail_opens_with_its_subject_and_its_own_first_words() -> None:
    mail = (
        "From: Ana <ana@pier.example>\nTo: Bo <bo@pier.example>\nSubject: The boiler\n"
        "Content-Type: text/plain\n\nDear Bo,\n\nthe boiler in the ferry house is leaking again. "
        "Please send somebody.\n\n> On Monday Bo wrote:\n> All is well with the boiler, I think.\n"
    )
    said = opens(mail, "boiler.eml")
    assert said.startswith("The boiler")
    assert said.endswith("Please send somebody.")


def test_slides_open_with_the_first_of_them_and_without_its_notes() -> None:
    text = "The new pier\n\nFor its friends\n\nSay hello.\n\nWhat it costs\n\nNine thousand.\n"
    note = text.index("Say hello.")
    second = text.index("What it costs")
    slides = replace(
        make_document(text, "pier.txt"),
        media_type="application/vnd.openxmlformats-officedocument.presentationml.presentation",
        pages=(Page(Span(0, second), 1), Page(Span(second, len(text)), 2)),
        regions=(Region(Span(note, note + 10), "note"),),
    )
    span = opening(slides).span
    assert slides.text[span.start : span.end] == "The new pier\n\nFor its friends"


def test_a_paragraph_too_long_to_quote_opens_with_its_first_sentence() -> None:
    text = "# Log\n\nThe year was long and wet. " + "Rain fell on the old pier again. " * 60 + "\n"
    assert opens(text).endswith("The year was long and wet.")


@pytest.mark.parametrize("text", ["one", "\n\n# Only a title\n", "x" * 5000, "a b c\n" * 900])
def test_the_title_of_any_document_is_short_and_not_empty(text: str) -> None:
    document = make_document(text)
    assert 0 < len(title(document)) <= 200


BLOCKS = [
    *("# A", "This page explains it all.", "| a | b |", "x" * 400, "1. B", ""),
    "Version 2 of a very long day in May. Yes.",
]


@given(st.lists(st.sampled_from(BLOCKS), max_size=30))
def test_an_opening_is_a_span_of_its_document_and_never_too_long(blocks: list[str]) -> None:
    document = make_document("\n\n".join(["Start", *blocks]))
    first = opening(document)
    assert 0 < len(first.span) <= LONGEST
    assert all(first.span.contains(mark) for mark in first.marks)
