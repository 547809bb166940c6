"""Sentences of prose end where people see their end."""

from __future__ import annotations

from pathlib import Path

import pytest

from pincite import corpus
from pincite.corpus.types import Span
from pincite.ingest.cutting.passages import segment
from pincite.ingest.cutting.sentences import sentences
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.ingest.cutting.helpers import cut, read, sentences_of

ARTICLE = Path(corpus.__file__).parent / "documents" / "ai_safety.txt"


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


def test_sentences_of_the_article_end_where_sentences_end() -> None:
    document = read(ARTICLE.read_text("utf-8"))
    passages = segment(document, HashingEmbedder())
    found = [text for p in passages for text in p.sentence_texts(document.text)]
    assert found[0].startswith("AI safety is an interdisciplinary field")
    assert found[0].endswith("arising from artificial intelligence (AI) systems.")
    begun_small = [text for text in found if text[0].islower()]
    assert len(begun_small) < len(found) / 50


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


def test_a_mark_that_points_at_a_note_belongs_to_the_sentence_before_it() -> None:
    text = "It ended.[^1] Then more.[^a][^b] The end."
    assert cut(text) == ["It ended.[^1]", "Then more.[^a][^b]", "The end."]


@pytest.mark.parametrize("mark", ["¹", "¹²", "³,⁴", "⁵⁻⁷", "¹⁾", "†"])
def test_a_raised_figure_right_behind_a_sentence_belongs_to_it(mark: str) -> None:
    text = f"They nest on cliffs.{mark} They fly.”{mark} They swim."
    assert cut(text) == [f"They nest on cliffs.{mark}", f"They fly.”{mark}", "They swim."]


def test_a_raised_figure_behind_a_blank_begins_a_note() -> None:
    assert cut("They nest on cliffs. ¹ As Darwin says.") == [
        "They nest on cliffs.",
        "¹ As Darwin says.",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "这是一个句子。|这是另一个！|真的吗？|好。",
        "これは文です。|カモメは眠る。|はい！",
        "안녕하세요. |이것은 문장입니다. |정말?",
        "Он жил на ул. Ленина в г. Москва. |Потом уехал. |Это был его дом.",
        "यह एक वाक्य है। |यह दूसरा है। |क्या?",
        "مرحبا. |كيف حالك؟ |أنا بخير.",
        "នេះជាប្រយោគ។ |នេះជាទីពីរ។",
        "Τι κάνεις; |Είμαι καλά. |Εσύ;",
    ],
)
def test_a_sentence_ends_as_its_language_has_it(text: str) -> None:
    assert cut(text.replace("|", "")) == [sentence.strip() for sentence in text.split("|")]


def test_thai_is_cut_at_blanks_into_pieces_that_are_more_than_a_phrase() -> None:
    text = " ".join(["นกนางนวลนอนหลับอยู่บนโขดหินริมทะเล"] * 30)
    found = sentences_of(read(text))
    assert " ".join(found) == text
    assert len(found) == 10
    assert all(len(piece) >= 80 for piece in found)
