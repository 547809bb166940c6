"""The order of passages after a cross-encoder read them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import strategies as st

from pincite.retrieval.cross_encoder.rerank import rerank
from pincite.retrieval.cross_encoder.types import PassageScore
from pincite.retrieval.reading.choose import choose
from pincite.retrieval.reading.reader import Reading
from tests.retrieval.conftest import make_document
from tests.retrieval.reading.helpers import query, reading_of

STORY = make_document(
    "# Storm\n\nThe mast broke near Iceland and fell on the ship. A calm came at dawn.\n\n"
    "# Oil\n\nThe cook counted the barrels of oil that lay in the hold. Nine of them were left.\n\n"
    "# Home\n\nThe ship reached Bergen in May, with the spring. Forty sailors went ashore.\n",
    "storm.md",
)
RANKS = {"mast": 0.8, "barrels": 0.7, "Bergen": 0.65}


class Words:
    """Says that a passage answers which has the words, and that they are the answer."""

    calibrated = True

    def __init__(self, words: str, logit: float = 4.0) -> None:
        self.words, self.logit = words, logit
        self.texts: list[str] = []

    def read(self, question: str, texts: Sequence[str]) -> list[PassageScore]:
        self.texts += texts
        found = []
        for text in texts:
            at = text.find(self.words)
            span = (at, at + len(self.words)) if at >= 0 else (0, 1)
            found.append(PassageScore(self.logit if at >= 0 else -4.0, span))
        return found


def reranked(words: str, passages: int = 10, logit: float = 4.0) -> tuple[Reading, Words]:
    reading = reading_of(STORY, {"Nine of them": 0.15}, RANKS)
    model = Words(words, logit)
    return rerank(query(""), reading, lambda id: STORY, model, passages), model


def text(reading: Reading, rank: int) -> str:
    span = reading.hits[rank].stored.passage.span
    return STORY.text[span.start : span.end]


def test_the_passage_that_answers_comes_first_with_the_sentence_that_does() -> None:
    reading, _ = reranked("Forty sailors")
    assert "Bergen" in text(reading, 0)
    best = reading.candidates[0]
    assert "Forty sailors" in STORY.text[best.span.start : best.span.end]


def test_passages_that_answer_alike_stay_in_their_order() -> None:
    reading, _ = reranked("no such words")
    assert [words in text(reading, i) for i, words in enumerate(RANKS)] == [True, True, True]


def test_only_the_best_passages_are_read_with_title_and_headings() -> None:
    reading, model = reranked("Forty sailors", passages=2)
    assert len(model.texts) == len(reading.answers) == 2
    assert all(one.startswith(STORY.title) for one in model.texts)
    assert "mast" in text(reading, 0)  # the third one answers, and nobody read it


def test_scores_stay_between_zero_and_one() -> None:
    for logit in (-1000.0, 0.0, 1000.0):
        reading, _ = reranked("Bergen", logit=logit)
        scores = [x.score for x in (*reading.hits, *reading.candidates)]
        assert all(0 <= score <= 1 for score in scores)


def test_nothing_to_read_is_given_back_as_it_is() -> None:
    empty = Reading([], [])
    model = Words("x")
    assert rerank(query(""), empty, lambda id: STORY, model, 10) is empty
    assert not model.texts


def test_words_are_not_named_where_they_hardly_answer() -> None:
    reading, _ = reranked("Forty sailors", logit=-0.1)
    assert all(quote.answer is None for quote in choose(query(""), reading, lambda id: STORY, 3))


def test_passages_that_nobody_read_keep_their_order() -> None:
    reading, _ = reranked("Forty sailors", passages=1)
    scores = {text(reading, i)[:8]: reading.hits[i].score for i in range(3)}
    assert list(scores.values())[1:] == pytest.approx([0.7 * 0.8, 0.65 * 0.8])


@pytest.mark.parametrize("words", ["Forty sailors", "Nine", "broke near Iceland"])
def test_the_words_that_answer_are_named_inside_the_marked_sentence(words: str) -> None:
    reading, _ = reranked(words)
    quote = choose(query(""), reading, lambda id: STORY, 3)[0]
    assert quote.answer is not None
    start, end = quote.answer
    assert STORY.text[start:end] == words
    assert any(s <= start and end <= e for s, e in quote.highlights)


TOWNS = ["Bergen", "Narvik", "Hamar", "Molde", "Voss", "Florø", "Skien", "Horten", "Larvik", "Moss"]
TOUR = make_document(
    "".join(
        f"# {town}\n\nThe ship was in {town} for days, and sailors went ashore.\n\n"
        for town in TOWNS
    ),
    "tour.md",
)
RANK, LOGIT = st.floats(0, 1), st.floats(-8, 8)


class Believes:
    """Gives each passage the log-odds of its town, and counts what it reads."""

    calibrated = True

    def __init__(self, logits: Sequence[float]) -> None:
        self.logits = dict(zip(TOWNS, logits, strict=True))
        self.read_texts = 0

    def read(self, question: str, texts: Sequence[str]) -> list[PassageScore]:
        self.read_texts += len(texts)
        towns = (next(town for town in TOWNS if f" {town} " in text) for text in texts)
        return [PassageScore(self.logits[town], None) for town in towns]


def test_a_late_passage_that_answers_still_comes_first() -> None:
    ranks = dict(zip(TOWNS, [0.5 - 0.01 * i for i in range(10)], strict=True))
    model = Believes([-8.0] * 9 + [8.0])
    found = rerank(query(""), reading_of(TOUR, {}, ranks), lambda id: TOUR, model, 10)
    span = found.hits[0].stored.passage.span
    assert "Moss" in TOUR.text[span.start : span.end]
    assert model.read_texts == 10
