"""The stream of a model's words: sentences with their markers, whatever the chunks."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pincite.retrieval.writing.stream import SentenceStream, draft_of
from pincite.retrieval.writing.types import Draft

PIECES = st.sampled_from(
    [
        *("It rained", " on 3.5 days", " in the U.S.", " e.g. here", ".", "!", "? ", " ", "\n"),
        *(
            "[1]",
            "[1,2]",
            "[1-3]",
            "[[1]]",
            "【1】",
            "【1†source】",
            "[",
            "]",
            "[x]",
            "[1](http://a.b)",
            "(",
        ),
        *(
            "<think>",
            "</think>",
            "<think",
            "hm.",
            "[THINK]",
            "[/THINK]",
            "<|channel|>final<|message|>",
        ),
        *("Yes", "**no**", "- ", "1. ", "\x00", "<b>", "’", "”", "\u200b", "你好。", "x" * 300),
    ]
)
TEXTS = st.lists(PIECES, max_size=14).map("".join)


def sentences(chunks: list[str]) -> list[Draft]:
    stream = SentenceStream()
    drafts = [draft for chunk in chunks for draft in stream.feed(chunk)]
    return [*drafts, *stream.finish()]


@given(text=TEXTS, cuts=st.lists(st.integers(0, 400), max_size=12))
@example(text="A.</think>B. [1] C", cuts=[3])
@example(text="It rained. [1](http://a.b) [2]x", cuts=[12, 15, 16])
def test_any_chunks_of_a_text_give_the_same_sentences(text: str, cuts: list[int]) -> None:
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    chunks = [text[a:b] for a, b in itertools.pairwise(places)]
    assert sentences(chunks) == sentences([text]) == sentences(list(text))


@given(text=TEXTS)
def test_no_marker_tag_or_invisible_character_is_left_in_a_sentence(text: str) -> None:
    for draft in sentences([text]):
        assert draft_of(draft.text).quotes == ()
        assert not any(c in draft.text for c in "\x00\n\u200b")
        assert draft.text == draft.text.strip() != ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One [1]. Two.[2] Three. [3]", [("One.", (1,)), ("Two.", (2,)), ("Three.", (3,))]),
        (
            "One [1,2]. Two [1-3]! Three [[4]]",
            [("One.", (1, 2)), ("Two!", (1, 2, 3)), ("Three", (4,))],
        ),
        ("One【1】. Two 【2†source】.", [("One.", (1,)), ("Two.", (2,))]),
        ("One [1][2].\nTwo", [("One.", (1, 2)), ("Two", ())]),
        ("Dr. Lee met e.g. Ann at 3.5 km. [1]", [("Dr. Lee met e.g. Ann at 3.5 km.", (1,))]),
        ("- One [1]\n2. Two [2]\n", [("One", (1,)), ("Two", (2,))]),
        ("<think>One. [1]</think>Two. [2]", [("Two.", (2,))]),
        ("One. [1]</think>Two. [2]", [("Two.", (2,))]),
        ("<think>never ends. [1]", []),
        ("See [1](https://a.b/c) now. [2]", [("See now.", (1, 2))]),
        ("![x](http://a.b/c.png)One <script>alert(1)</script>[1].", [("One alert(1).", (1,))]),
        ("It was [sic] so. [1]", [("It was [sic] so.", (1,))]),
        ("", []),
        ("[1]", []),
    ],
)
def test_a_text_is_cut_into_sentences_with_the_quotes_they_cite(
    text: str, expected: list[tuple[str, tuple[int, ...]]]
) -> None:
    assert sentences([text]) == [Draft(words, quotes) for words, quotes in expected]


def test_a_sentence_is_given_out_only_when_no_marker_can_follow() -> None:
    stream = SentenceStream()
    given_out = [stream.feed(chunk) for chunk in ("It rained.", " ", "[", "1", "]", " ", "N")]
    assert given_out == [[]] * 6 + [[Draft("It rained.", (1,))]]


def test_a_sentence_that_never_ends_is_cut() -> None:
    assert [len(one.text) for one in sentences(["x" * 2500])] == [1000, 1000, 500]
