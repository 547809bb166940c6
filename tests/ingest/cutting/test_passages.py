"""Sentences and passages: nothing is lost, nothing is twice, and all of it fits the embedder."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite import corpus
from pincite.corpus.canonical import canonical
from pincite.corpus.types import Document
from pincite.ingest.cutting.passages import HEADING_TOKENS, PASSAGE_TOKENS, segment
from pincite.retrieval.embedding.embedder import Embedder, SentenceTransformerEmbedder
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.ingest.cutting.helpers import (
    LetterEmbedder,
    check_whole,
    read,
    read_code,
    read_markdown,
    sentences_of,
)

ARTICLE = Path(corpus.__file__).parent / "documents" / "ai_safety.txt"
PIECES = st.sampled_from(
    [
        *(
            "gull",
            "Whale",
            "the",
            "It",
            "U.S.",
            "e.g.",
            "et al.",
            "Dr.",
            "J.",
            "3.14",
            "1912.",
            ".",
        ),
        *("?!", "...", "“So.”", '"No."', "(It was.)", "[3]", "—", "é", "e\u0301", "😀.", "你好。"),
        *(
            "\n",
            "\n\n",
            "\n \t\n",
            "\r\n",
            "\u2028",
            "\x85",
            "\x1c",
            "\u00a0",
            "\u200b",
            "\t",
            "  ",
        ),
        *("\n== Nests ==\n", "\n=== Deep ===\n", "\n# Mast\n", "\n## Sub\n", "\nTitle\n===\n"),
        *(
            "\n- ",
            "\n* ",
            "\n1. ",
            "\n> ",
            "\n| a | b |\n",
            "\n```\n",
            "x" * 300,
            "a-" * 90,
            "." * 40,
        ),
        *(
            "\n| --- | --- |\n",
            "\na | 2\n",
            "\nEgg\t3",
            "\nEgg    3",
            "\n---- --",
            "\n~~~ py\n",
            "\n    x = 1;",
            "\n  (a) ",
        ),
        *("\n[1] ", "\n[^1]: ", "[^1]", "。", "ไป", "カモメ", "; "),
        *(
            "the ship left the harbour in fog and",
            "a row as wide as people wrap their text by hand",
        ),
    ]
)
TEXTS = (
    st.lists(PIECES, max_size=70).map(" ".join)
    | st.lists(PIECES, max_size=70).map("".join)
    | st.text(max_size=120).map(canonical)
)
bounded = settings(max_examples=100)
WORDS, LETTERS = HashingEmbedder(window=60), LetterEmbedder(window=90)


@bounded
@given(
    TEXTS,
    st.sampled_from([read, read_markdown, read_code]),
    st.sampled_from([WORDS, LETTERS]),
    st.sampled_from([1, 7, 12, 96]),
)
def test_every_visible_character_is_in_one_sentence_and_one_passage(
    text: str, reader: Callable[[str], Document], embedder: HashingEmbedder, tokens: int
) -> None:
    document = reader(text)
    check_whole(document, segment(document, embedder, tokens))


@bounded
@given(TEXTS, st.sampled_from([WORDS, LETTERS]), st.sampled_from([1, 7, 12, 96]))
def test_a_passage_has_no_more_tokens_than_asked_for_or_is_one_sentence_that_fits(
    text: str, embedder: HashingEmbedder, tokens: int
) -> None:
    document = read(text)
    for passage in segment(document, embedder, tokens):
        prose = document.text[passage.span.start : passage.span.end]
        allowed = tokens if len(passage.sentences) > 1 else embedder.window - HEADING_TOKENS
        assert embedder.count([prose])[0] <= allowed
        assert embedder.count([passage.embedded_text(document.text)])[0] <= embedder.window


@pytest.mark.parametrize("tokens", [8, PASSAGE_TOKENS, 500])
def test_the_bundled_article_is_cut_whole_and_its_headings_are_not_prose(tokens: int) -> None:
    document = read(ARTICLE.read_text("utf-8"))
    passages = segment(document, HashingEmbedder(), tokens)
    check_whole(document, passages)
    found = [text for p in passages for text in p.sentence_texts(document.text)]
    assert len(found) > 150
    assert not [text for text in found if "==" in text]
    assert ("Motivations",) in {p.path for p in passages}
    assert ("Motivations", "Existential safety") in {p.path for p in passages}


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\n"])
def test_without_prose_there_is_no_passage(text: str) -> None:
    assert segment(read(text), WORDS) == []


def test_a_sentence_beyond_the_window_is_cut_there_and_nothing_is_lost() -> None:
    document = read(" ".join(f"word{n}" for n in range(50)))
    passages = segment(document, WORDS)  # its window leaves twelve words of prose
    pieces = [text for p in passages for text in p.sentence_texts(document.text)]
    assert [len(piece.split()) for piece in pieces] == [12, 12, 12, 12, 2]
    assert " ".join(pieces) == document.text


@pytest.mark.parametrize(("words", "pieces"), [(12, 1), (13, 2)])
def test_a_sentence_is_cut_only_from_the_first_word_beyond_the_window(
    words: int, pieces: int
) -> None:
    passages = segment(read(" ".join(["word"] * words)), WORDS)
    assert sum(len(p.sentences) for p in passages) == pieces


def test_a_passage_ends_where_its_section_does() -> None:
    document = read("One.\n== A ==\nTwo.\n== B ==\nThree.\n=== C ===\nFour.")
    passages = segment(document, HashingEmbedder())
    assert [(p.path, p.sentence_texts(document.text)) for p in passages] == [
        ((), ["One."]),
        (("A",), ["Two."]),
        (("B",), ["Three."]),
        (("B", "C"), ["Four."]),
    ]


def test_of_headings_too_long_to_embed_the_innermost_are_kept() -> None:
    long = " ".join(["word"] * HEADING_TOKENS)
    document = read(f"== {long} ==\n=== Inner ===\nProse.\n=== {long} more ===\nOther prose.")
    found = segment(document, HashingEmbedder())
    assert [p.path for p in found if p.kind != "heading"] == [("Inner",), ()]


def test_passages_are_told_apart_by_place_where_their_text_is_the_same() -> None:
    document = read("Same.\n== A ==\nSame.\n== A ==\nSame.")
    first, second, third = segment(document, HashingEmbedder())
    keys = [p.key(document.text) for p in (first, second, third)]
    assert keys[0] != keys[1] == keys[2]
    assert all(a.span.end < b.span.start for a, b in pairwise([first, second, third]))


PACKED = {  # the number of passages, and the SHA-256 of where they and their sentences stand
    HashingEmbedder: (62, "728836d81b897e71699951a218f092f45a82986b83f2d2efd21f9472a8537357"),
    SentenceTransformerEmbedder: (
        73,
        "d65d9a5a1cd1f11effe7fde09a2b28a25ca61177cdc36a5858107ab201c8f7bf",
    ),
}


@pytest.mark.parametrize(
    "made", [HashingEmbedder, pytest.param(SentenceTransformerEmbedder, marks=pytest.mark.model)]
)
def test_the_bundled_article_is_cut_as_it_was_when_its_quality_was_measured(
    made: Callable[[], Embedder],
) -> None:
    passages = segment(read(ARTICLE.read_text("utf-8")), made())
    places = [
        [p.span.start, p.span.end, p.path, [[s.start, s.end] for s in p.sentences]]
        for p in passages
        if p.kind != "heading"
    ]
    digest = hashlib.sha256(json.dumps(places).encode()).hexdigest()
    assert (len(places), digest) == PACKED[made]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        (
            "One two three four five six seven; eight nine ten eleven twelve thirteen.",
            ["One two three four five six seven;", "eight nine ten eleven twelve thirteen."],
        ),
        (
            "One two three four five six seven eight, nine ten eleven twelve thirteen.",
            ["One two three four five six seven eight,", "nine ten eleven twelve thirteen."],
        ),
        (  # a piece that is less than half full is not worth it
            "One, two three four five six seven eight nine ten eleven twelve thirteen.",
            ["One, two three four five six seven eight nine ten eleven twelve", "thirteen."],
        ),
        (
            "| one two three four five six | seven | eight nine ten eleven twelve thirteen |",
            [
                "| one two three four five six | seven |",
                "eight nine ten eleven twelve thirteen |",
            ],
        ),
    ],
)
def test_what_exceeds_the_window_is_cut_where_it_hurts_least(text: str, pieces: list[str]) -> None:
    document = read(text)
    found = [s for p in segment(document, WORDS) for s in p.sentence_texts(document.text)]
    assert found == pieces


def test_chinese_without_a_blank_is_cut_after_its_marks() -> None:
    document = read("海鸥在岩石上睡觉，" * 40)
    embedder = LetterEmbedder(window=48 + 100)
    found = [s for p in segment(document, embedder) for s in p.sentence_texts(document.text)]
    assert "".join(found) == document.text
    assert all(piece.endswith("，") and len(piece) <= 100 for piece in found)


def test_the_sentence_after_a_cut_one_is_not_touched() -> None:
    text = " ".join(["word"] * 30) + ". The gull sat."
    assert sentences_of(read(text), 12)[-1] == "The gull sat."
