"""What only repeats the question is no answer; what answers under it goes on to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.store.library import Library
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.cross_encoder.rerank import rerank
from pincite.retrieval.cross_encoder.types import PassageScore
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.reading.repeats import Repeats, is_question_list
from tests.retrieval.conftest import fill, hashing_settings, make_document, query_for

ASKED = "When does the barn owl hunt mice?"
ANSWER = "The barn owl hunts mice at night."
BIRDS = f"The herring gull eats fish. It nests on cliffs.\n\n{ANSWER} Its face is a heart.\n"


@pytest.fixture
def poisoned(tmp_path: Path) -> Engine:
    """A library with an answer and, in short texts, five copies of the question."""
    copies = [
        ASKED,
        f"{ASKED} {ASKED}",
        f"You may ask: {ASKED}",
        "Hunt mice, when the barn owl does.",
        f"This is about when the barn owl hunts mice.\n\n{ASKED}",
        "When. Does the barn. Owl hunt. Mice?",
        ASKED.replace("n", "n\u200b"),
        ASKED.replace("n", "\u00adn"),
        ASKED.replace("o", "\u043e").replace("e", "\u0435"),
    ]
    library = Library.open(tmp_path / "library", create=True)
    texts = {"birds.txt": BIRDS, **{f"copy{i}.txt": text for i, text in enumerate(copies)}}
    fill(library, *(make_document(text, name) for name, text in texts.items()))
    return Engine(library, HashingEmbedder(), hashing_settings())


def test_copies_of_the_question_are_never_quoted(poisoned: Engine) -> None:
    answer = poisoned.ask(ASKED)
    assert ANSWER in answer.quotes[0].text
    assert all(poisoned.document(q.document).source == "birds.txt" for q in answer.quotes)


def test_search_still_finds_copies(poisoned: Engine) -> None:
    found = poisoned.search(ASKED, k=20)
    assert {poisoned.document(p.document).source for p in found} > {"copy0.txt", "copy1.txt"}


def test_where_there_is_nothing_but_copies_nothing_is_answered(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, make_document(ASKED, "copy.txt"), make_document(ASKED * 2, "copies.txt"))
        engine = Engine(library, HashingEmbedder(), hashing_settings())
        answer = engine.ask(ASKED)
    assert (answer.status, answer.quotes) == ("NOT_FOUND", ())


@pytest.mark.parametrize(
    "text",
    [
        f"# Birds\n\n## {ASKED}\n\nOnly when it is dark.\n",
        f"{ASKED}\n\nOnly when it is dark.\n",
        f"Q: {ASKED}\nA: Only when it is dark.\n",
        f"{ASKED} Only when it is dark.",
        f"Reporter: {ASKED}\n\nKeeper: Only when it is dark.\n",
    ],
)
def test_an_answer_under_the_question_is_quoted_and_marked(text: str, tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, make_document(text, "faq.md"), make_document("Gulls eat fish.", "gulls.txt"))
        first = Engine(library, HashingEmbedder(), hashing_settings()).ask(ASKED).quotes[0]
    assert "Only when it is dark." in first.text
    marked = " ".join(first.text[s - first.start : e - first.start] for s, e in first.highlights)
    assert "dark" in marked
    assert ASKED not in marked


class OwnWords:
    """A cross-encoder that takes the question's words for an answer, as real ones do."""

    calibrated = False

    def read(self, question: str, texts: Sequence[str]) -> list[PassageScore]:
        return [
            PassageScore(3.0 if ASKED in p else 1.0 if "night" in p else -2.0, None) for p in texts
        ]


@pytest.mark.parametrize("lie", ["It is the Zorblatt treaty.", "Zorblatt. " * 3])
def test_a_false_answer_under_a_copy_goes_behind_what_answers_in_its_own_words(
    lie: str, tmp_path: Path
) -> None:
    with Library.open(tmp_path / "library", create=True) as library:
        copies = [make_document(f"{ASKED} {lie}", f"lie{i}.txt") for i in range(5)]
        fill(library, make_document(BIRDS, "birds.txt"), *copies, passage_tokens=40)
        engine = Engine(library, HashingEmbedder(), hashing_settings())
        query, reading = query_for(library, ASKED), engine.read(ASKED)
        read = rerank(query, reading, library.document, OwnWords(), 10)
        best = library.document(read.hits[0].stored.document)
    assert best.source == "birds.txt"


def test_many_copies_do_not_crowd_out_what_answers_in_its_own_words(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", create=True) as library:
        copies = [make_document(f"{ASKED} The {word}.", f"{word}.txt") for word in LIES]
        fill(library, make_document(BIRDS, "birds.txt"), *copies, passage_tokens=40)
        engine = Engine(library, HashingEmbedder(), hashing_settings())
        query, reading = query_for(library, ASKED), engine.read(ASKED)
        read = rerank(query, reading, library.document, OwnWords(), 3)
        best = library.document(read.hits[0].stored.document)
    assert best.source == "birds.txt"
    assert len(read.answers) <= 2 * 3


LIES = ("moon", "king", "pope", "mayor", "snow", "rain", "hail", "fog", "frost", "thaw", "tide")
words = st.lists(
    st.sampled_from(["owl", "mice", "night", "when", "the", "does", "hunt", "barn", "no", "two"]),
    max_size=8,
)


@given(words)
def test_a_statement_with_a_word_of_its_own_is_no_copy(said: list[str]) -> None:
    asked, meaning = frozenset(["when", "do", "the", "owl", "hunt"]), frozenset(["owl", "hunt"])
    copy = Repeats.copy_of("when does the owl hunt")
    repeats = Repeats(asked, asked, meaning, is_open=True, copy=copy)
    assert not repeats(" ".join([*said, "zorblatt"]) + ".")
    assert True not in repeats.in_run([f"{word} zorblatt." for word in said])


def test_what_was_said_before_a_question_is_an_answer_to_it(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, make_document("Barn owls nest in barns. They hunt voles.", "owls.txt"))
        engine = Engine(library, HashingEmbedder(), hashing_settings())
        said = [Turn("user", "Which birds?"), Turn("assistant", "Barn owls nest in barns.")]
        assert engine.ask("And where do they nest?", history=said).quotes


def test_a_closed_question_is_answered_by_its_own_words(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, make_document(ANSWER, "owls.txt"))
        answer = Engine(library, HashingEmbedder(), hashing_settings()).ask(
            "Does the barn owl hunt mice at night?"
        )
    assert answer.quotes[0].text == ANSWER


def test_one_question_again_and_again_is_no_list_of_questions() -> None:
    assert not is_question_list(f"{ASKED} Never. " * 9)
    assert is_question_list("Who was it? He.\nWhere did it end? Here.\n\nHow did it go? Well.")


@given(st.lists(st.sampled_from(["a question here", "short", "?", "!", "\n", "\nwhat now"])))
def test_a_list_of_questions_is_told_as_by_a_plain_search(pieces: list[str]) -> None:
    text = "".join(pieces)
    plain = {tuple(re.findall(r"\w+", one)) for one in re.findall(r"[^\n.!?]{8,}\?", text)}
    assert is_question_list(text) == (len(plain) >= 3)


def test_a_long_text_without_marks_is_looked_at_once() -> None:
    assert not is_question_list("word " * 200_000)  # anew from each letter it would take hours
