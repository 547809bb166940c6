"""A question of several parts is looked for part by part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.reading.parts import MOST, covering, parts
from pincite.retrieval.reading.quote import Quote, verify
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
        (
            "1) What is the notice period? 2) Who approves leave?",
            ("What is the notice period", "Who approves leave"),
        ),
        (
            "(a) is the crane sold? (b) do gulls bite? and (c) what do ropes cost?",
            ("is the crane sold", "do gulls bite", "what do ropes cost"),
        ),
        (
            "i. When was the tower finished ii. who designed it",
            ("When was the tower finished", "tower finished: who designed it"),
        ),
        ("- Is the crane sold?\n- Do gulls bite?", ("Is the crane sold", "Do gulls bite")),
        (
            "First, what do ropes cost? Second, who sells oars?",
            ("what do ropes cost", "who sells oars"),
        ),
        (
            "Pier: 1. what do ropes cost 2. who sells oars",
            ("Pier: what do ropes cost", "Pier: who sells oars"),
        ),
        (
            "What do ropes cost, who sells oars, where is the green crane, and when do gulls eat?",
            (
                "What do ropes cost",
                "who sells oars",
                "where is the green crane",
                "when do gulls eat",
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
        "the capital of France and its population",
        "What is the capital of France and its population?",
        "research and development budget",
        "Which of the terms and conditions apply?",
        "1. FC Köln 2. Bundesliga table?",
        "Which applies, 1) or 2) of the rules?",
        "What is in section 1. of the lease and section 2. of it?",
        "1) What is the notice period?",
        "- What is the notice period?",
    ],
)
def test_a_question_of_one_part_is_not_split(question: str) -> None:
    assert parts(question) == ()


@given(
    st.lists(
        st.sampled_from(
            ["what is", "and", "when", ":", ",", "rope", "it", "?", "2024", "1)", "2)", "- "]
        )
    )
)
def test_there_are_two_to_four_parts_or_none(words: list[str]) -> None:
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


def test_a_passage_that_answers_two_parts_has_the_words_for_both_highlighted() -> None:
    [crane] = [quote("crane")]
    start, end = crane.highlights[0]
    one = replace(crane, highlights=((start, start + 5),), answer=None)
    other = replace(crane, highlights=((start + 6, end),), answer=None)
    elsewhere = replace(other, document="another")
    outside = replace(crane, highlights=((crane.end + 1, crane.end + 3),))
    [both] = covering([one], [other, outside], 3)
    assert both.highlights == (*one.highlights, *other.highlights)
    assert covering([one], [one], 3) == [one]
    assert covering([one], [elsewhere], 3)[0] == one
    verify(both, STORY)


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
