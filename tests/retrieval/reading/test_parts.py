"""A question of several parts is looked for part by part."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.reading.parts import MOST, covering, parts
from pincite.retrieval.reading.quote import Quote
from tests.retrieval.conftest import fill, hashing_settings, make_document
from tests.retrieval.reading.helpers import chosen, reading_of


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (
            "Rope & Oar: what did we pay last year and what do they want now",
            ("Rope & Oar: what did we pay last year", "Rope & Oar: what do they want now"),
        ),
        (
            "gloves from Holm: price per box, and how many boxes came",
            ("gloves from Holm: price per box", "gloves from Holm: how many boxes came"),
        ),
        (
            "which batches were held back and until when can the good doses be used",
            ("which batches were held back", "until when can the good doses be used"),
        ),
        (
            "how many bottles were on the lorry, and how many of them can we use?",
            ("how many bottles were on the lorry", "bottles lorry: how many of them can we use"),
        ),
        (
            "who sells ropes and who sells oars",
            ("who sells ropes", "who sells oars"),
        ),
        (
            "When and where did the summit meet, and which dangers was it about?",
            (
                "When and where did the summit meet",
                "summit meet: which dangers was it about",
            ),
        ),
    ],
)
def test_each_part_keeps_what_it_is_about(question: str, expected: tuple[str, ...]) -> None:
    assert parts(question) == expected


@pytest.mark.parametrize(
    "question",
    [
        "what does a berth cost",
        "my son was ill last night, when is he allowed back",
        "who plays the music and for how much",
        "who has to rewrite it and by when",
        "bed and breakfast price",
        "the ferry is late and the shop is shut, what now",
        "note: the crane is sold",
        "When the ferry is late, what do we do",
        "What did the pier and WHO ask for",
    ],
)
def test_a_question_of_one_part_is_not_split(question: str) -> None:
    assert parts(question) == ()


@given(st.lists(st.sampled_from(["what is", "and", "when", ":", ",", "rope", "it", "?", "2024"])))
def test_there_are_two_to_three_parts_or_none(words: list[str]) -> None:
    split = parts(" ".join(words))
    assert split == () or 2 <= len(split) <= MOST
    assert all(part.strip() for part in split)


STORY = make_document(
    "# Ropes\n\nRopes cost nine euro.\n\n# Crane\n\nThe crane came in May.\n\n# Gulls\n\n"
    "Gulls eat all day.\n",
    "story.md",
)


def quote(word: str) -> Quote:
    return chosen(STORY, word, limit=1, reading=reading_of(STORY, {word: 0.9}, tokens=8))[0]


def test_the_first_quote_of_each_part_stands_before_the_others() -> None:
    ropes, crane, gulls = (quote(word) for word in ("Ropes", "crane", "Gulls"))
    assert covering([ropes, gulls], [ropes, crane], 2) == [ropes, crane]
    assert covering([ropes, gulls], [], 3) == [ropes, gulls]


def test_an_answer_covers_both_parts(tmp_path: Path) -> None:
    ropes = "".join(f"The green rope number {n} lies in the shed.\n\n" for n in range(6))
    document = make_document(
        f"{ropes}A green rope costs nine euro.\n\nThe crane was sold to Bo Lind.\n", "pier.txt"
    )
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, document)
        engine = Engine(library, HashingEmbedder(), hashing_settings())
        answer = engine.ask("how much does a green rope cost and who was the crane sold to")
    said = " ".join(quote.text for quote in answer.quotes)
    assert "nine euro" in said
    assert "Bo Lind" in said
