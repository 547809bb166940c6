"""Questions about documents, asked of a library."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from tests.retrieval.conftest import fill, hashing_settings, make_document

FILES = {
    "house/Harbour Handbook v2.md": (
        "# Harbour Handbook\n\nThis handbook tells you how the harbour is run.\n\n"
        "## Ropes\n\nRopes are coiled clockwise. A policy covers stolen ropes up to 90 euro.\n"
    ),
    "house/old/Harbour Handbook v1.md": (
        "# Harbour Handbook 2011\n\nThis handbook told people what to do long ago.\n"
    ),
    "letters/scan0031.txt": (
        "Pier Bank\n\nDear Ms Holm,\n\nthe loan for the crane ends in June. Please call us.\n"
    ),
    "letters/scan0032.txt": "Rope Works\n\nYour order of nine ropes is ready to be fetched.\n",
    "stock.csv": "Thing,Price\nrope,9\noar,12\n",
}


@pytest.fixture
def harbour(tmp_path: Path) -> Iterator[Engine]:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, *(make_document(text, source) for source, text in FILES.items()))
        yield Engine(library, HashingEmbedder(), hashing_settings(threshold=None))


def sources(engine: Engine, question: str, **scope: object) -> list[str]:
    quotes = engine.ask(question, **scope).quotes  # type: ignore[arg-type]
    return [engine.document(quote.document).source for quote in quotes]


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("what does the handbook cover", "house/Harbour Handbook v2.md"),
        ("what does the harbuor handbok cover", "house/Harbour Handbook v2.md"),
        ("what does the old handbook say", "house/old/Harbour Handbook v1.md"),
        ("what is scan0031", "letters/scan0031.txt"),
        ("what is the spreadsheet about", "stock.csv"),
        ("what is the letter from the pier bank about", "letters/scan0031.txt"),
    ],
)
def test_the_document_that_is_named_opens_the_answer(
    harbour: Engine, question: str, source: str
) -> None:
    assert sources(harbour, question)[0] == source


def test_an_opening_is_answered_and_quoted_with_its_title(harbour: Engine) -> None:
    answer = harbour.ask("what does the handbook cover")
    assert answer.status == "ANSWERED"
    assert answer.quotes[0].text == (
        "# Harbour Handbook\n\nThis handbook tells you how the harbour is run."
    )


def test_other_documents_add_nothing_to_the_opening_of_the_one_that_is_named(
    harbour: Engine,
) -> None:
    assert set(sources(harbour, "what does the handbook cover")) == {"house/Harbour Handbook v2.md"}


def test_a_document_that_is_not_there_is_not_vouched_for(harbour: Engine) -> None:
    answer = harbour.ask("what does the kitchen handbook cover")
    assert "overview" not in answer.trace.scores["features"]


def test_the_list_has_a_line_of_every_document_in_the_order_of_their_names(
    harbour: Engine,
) -> None:
    answer = harbour.ask("which documents do you have")
    assert sources(harbour, "which documents do you have") == sorted(FILES)
    assert (answer.status, answer.trace.listed) == ("ANSWERED", len(FILES))
    assert answer.quotes[0].text == "# Harbour Handbook"


def test_of_too_many_documents_to_open_the_list_is_given(harbour: Engine) -> None:
    assert sources(harbour, "what is this about") == sorted(FILES)


def test_a_limited_question_opens_the_only_document_in_scope(harbour: Engine) -> None:
    answer = harbour.ask("what is this about", documents=["letters/scan0032.txt"])
    assert len(answer.quotes) == 1
    assert "nine ropes" in answer.quotes[0].text


def test_a_limited_list_lists_those_in_scope(harbour: Engine) -> None:
    there = ["letters/scan0031.txt", "letters/scan0032.txt"]
    assert sources(harbour, "list the files", documents=there) == there


@pytest.mark.parametrize(
    "question",
    [
        "what does the policy cover on stolen ropes",
        "what is in the harbour",
        "what is the loan about",
        "what is the crane for",
        "what is the rope",
    ],
)
def test_an_ordinary_question_is_answered_by_search(harbour: Engine, question: str) -> None:
    trace = harbour.ask(question).trace
    assert "overview" not in trace.scores["features"]
    assert trace.listed is None
