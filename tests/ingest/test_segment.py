"""Sentences and passages: nothing is lost, nothing is twice, and cuts are where people see them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import corpus
from corpus.canonical import canonical
from corpus.types import Document, Passage, Section, Span
from ingest.readers.markdown import MARKDOWN
from ingest.readers.text import TEXT
from ingest.segment import HEADING_TOKENS, PASSAGE_TOKENS, segment, sentences
from retrieval.hashing import HashingEmbedder

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
bounded = settings(max_examples=100, deadline=None)


class LetterEmbedder(HashingEmbedder):
    """Here a token is a letter, as in a model that knows no word: words exceed its window."""

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len("".join(text.split())) for text in texts]


WORDS, LETTERS = HashingEmbedder(window=60), LetterEmbedder(window=90)


def read(text: str) -> Document:
    """The document that a text file with this text is."""
    reading = TEXT.read(text.encode(), "a.txt")
    return Document("a.txt", "T", reading.text, reading.sections)


def read_markdown(text: str) -> Document:
    reading = MARKDOWN.read(text.encode(), "a.md")
    return Document("a.md", "T", reading.text, reading.sections)


def cut(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text, Span(0, len(text)))]


def check_covers(text: str, section: Section, spans: Sequence[Span]) -> None:
    """The spans are in order, apart, and hold every visible character of the section's body."""
    body = Span(section.body, section.span.end)
    bounds = [body.start, *(offset for s in spans for offset in (s.start, s.end)), body.end]
    assert bounds == sorted(bounds)
    for span in spans:
        assert text[span.start : span.end].strip() == text[span.start : span.end] != ""
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        assert not text[start:end].strip(), "between them is only what is blank"


def check_whole(document: Document, passages: Sequence[Passage]) -> None:
    """All that holds of every cut of every document."""
    rest = list(passages)
    for section in document.sections:
        here = [p for p in rest if section.span.contains(p.span)]
        assert here == rest[: len(here)], "in the order of the document"
        del rest[: len(here)]
        check_covers(document.text, section, [p.span for p in here])
        check_covers(document.text, section, [s for p in here for s in p.sentences])
        for passage in here:
            assert passage.span == Span(passage.sentences[0].start, passage.sentences[-1].end)
            assert passage.path == section.path[len(section.path) - len(passage.path) :]
    assert rest == [], "each passage is inside one section"


@bounded
@given(
    TEXTS,
    st.sampled_from([read, read_markdown]),
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


def test_sentences_of_the_article_end_where_sentences_end() -> None:
    document = read(ARTICLE.read_text("utf-8"))
    passages = segment(document, HashingEmbedder())
    found = [text for p in passages for text in p.sentence_texts(document.text)]
    assert found[0].startswith("AI safety is an interdisciplinary field")
    assert found[0].endswith("arising from artificial intelligence (AI) systems.")
    begun_small = [text for text in found if text[0].islower()]
    assert len(begun_small) < len(found) / 50


@pytest.mark.parametrize(
    "text",
    [
        "Smith et al. showed it.|It holds.",
        "Smith et al. (2019) showed it.|It holds.",
        "He lives in the U.S.|She left.",
        "The U.S. Navy sailed.|It won.",
        "J. R. R. Tolkien wrote it.|He was old.",
        "He met George W. Bush.|It was late.",
        "Pi is 3.14 here.|It is 2.5 there.",
        "Version 2.0.1 is out.|Get it.",
        "Use fruit, e.g. apples.|Eat.",
        "That is, i.e. never.|Go.",
        'He said "Stop."|She did.',
        "He said “Stop.”|She did.",
        "“Why?” he asked.|“So.”",
        "It rained (as it always does).|We left.",
        "Prof. Ada Berg spoke (cf. Berg et al. 2020).|All slept.",
        "Dr. Smith came.|He sat.",
        "Mr. and Mrs. Jones came.|They sat.",
        "St. Paul is old.|Yes.",
        "Then Capt. Smith came.|He sat.",
        "I saw Dr. No.|It was fun.",
        "At 5 p.m. he left.|She stayed.",
        "See Fig. 3 for it.|It is big.",
        "She has a Ph.D. in math.|Good.",
        "The company, Acme Inc., failed.|Sad.",
        "Visit www.example.com today.|Bye.",
        "Wait... what?|Fine.",
        "It ended.[3]|Then more.",
        "Is it?|Yes!|No.",
        "Hello world!|你好。|再见。",
    ],
)
def test_a_sentence_ends_where_a_person_sees_its_end(text: str) -> None:
    assert cut(text.replace("|", " ")) == text.split("|")


@pytest.mark.parametrize("mark", ["-", "*", "+", "•", "–"])
def test_each_list_item_is_a_sentence_of_its_own(mark: str) -> None:
    items = [f"{mark} One gull", f"{mark} Two owls", f"  {mark} Three geese"]
    assert cut("\n".join(items)) == [item.strip() for item in items]


def test_list_items_as_wide_as_wrapped_text_stay_apart() -> None:
    items = ["- " + "gulls and owls " * 5 + "nest", "- " + "geese and swans " * 4 + "nest"]
    assert cut("\n".join(items)) == items


def test_a_paragraph_wrapped_by_hand_is_whole_sentences() -> None:
    wrapped = (
        "The schooner left Bergen with forty sailors on a grey morning in the\n"
        "autumn of 1912, and no one on the quay believed that all of them would\n"
        "return. A storm broke the mainmast."
    )
    assert cut(wrapped) == [wrapped[: wrapped.index(" A storm")], "A storm broke the mainmast."]


def test_lines_that_are_not_wrapped_are_sentences_of_their_own() -> None:
    assert cut("Gulls\nOwls and geese\nSwans") == ["Gulls", "Owls and geese", "Swans"]


def test_a_blank_line_ends_a_sentence_that_has_no_full_stop() -> None:
    assert cut("A title\n\nThe text begins\n \t\nhere") == ["A title", "The text begins", "here"]


def test_only_the_given_part_of_the_text_is_cut() -> None:
    assert sentences("Not this. One. Two. Nor this.", Span(10, 19)) == [Span(10, 14), Span(15, 19)]


@pytest.mark.parametrize("text", ["", " ", "\n\n \t\n", "== Only a heading =="])
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


def test_the_passages_of_a_section_are_of_about_equal_size() -> None:
    document = read("The gull sat there. " * 26)  # 104 words, which is a few more than fit
    sizes = [len(p.sentences) for p in segment(document, HashingEmbedder(), 96)]
    assert sizes == [13, 13]


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
    assert [p.path for p in segment(document, HashingEmbedder())] == [("Inner",), ()]


def test_passages_are_told_apart_by_place_where_their_text_is_the_same() -> None:
    document = read("Same.\n== A ==\nSame.\n== A ==\nSame.")
    first, second, third = segment(document, HashingEmbedder())
    keys = [p.key(document.text) for p in (first, second, third)]
    assert keys[0] != keys[1] == keys[2]
    assert all(a.span.end < b.span.start for a, b in pairwise([first, second, third]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1. First thing.\n2. Second thing.", ["1. First thing.", "2. Second thing."]),
        ("It rained. (It always does.) We left.", ["It rained.", "(It always does.)", "We left."]),
        ("She lives at 5 St. We left.", ["She lives at 5 St.", "We left."]),
    ],
)
def test_what_the_segmenter_alone_gets_wrong(text: str, expected: list[str]) -> None:
    found = sentences(text, Span(0, len(text)))
    assert [text[s.start : s.end] for s in found] == expected
