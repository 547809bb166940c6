"""Vectors of words: a row for each word, and words alike where the embedder says so."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.types import Span
from pincite.retrieval.embedding.forward_pass import Vectors
from pincite.retrieval.writing.check import check
from pincite.retrieval.writing.evidence import Evidence
from pincite.retrieval.writing.likeness import WordVectors
from pincite.retrieval.writing.types import Draft
from pincite.retrieval.writing.words import words

ALIKE = {"gap": "lapse", "permit": "licence", "withdrawn": "suspended"}


class Toy:
    """Embeds each part as a word by itself; of two words that are alike, as the same."""

    fingerprint = "toy"

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Vectors]:
        self.texts += texts
        pieces = [
            [t, *(t[p.start : p.end] for p in some)] for t, some in zip(texts, parts, strict=True)
        ]
        return [np.vstack([self._one(piece.lower()) for piece in some]) for some in pieces]

    def _one(self, word: str) -> Vectors:
        row = np.random.default_rng(sum(ALIKE.get(word, word).encode())).normal(size=64)
        return np.asarray(row / np.linalg.norm(row), np.float32)


@given(st.text(alphabet="ab. \n", max_size=2000))
def test_each_word_of_a_text_of_any_length_has_a_row(text: str) -> None:
    vectors = WordVectors(Toy())
    if words(text):
        assert vectors.of(text).shape == (len(words(text)), 64)
        assert np.allclose(vectors.likeness(text, [text]), 1, atol=1e-5)


def test_a_text_is_embedded_once() -> None:
    toy = Toy()
    vectors = WordVectors(toy)
    vectors.likeness("a gap", ["the lapse"])
    vectors.likeness("a gap", ["the lapse", "a gap"])
    assert sorted(toy.texts) == ["a gap", "the lapse"]


def test_a_word_that_is_alike_is_said() -> None:
    near = WordVectors(Toy()).likeness("the gap", ["a lapse", "blue"])
    assert near[1] > 0.99 > 0.7 > near[0]


def test_vectors_that_no_model_was_fitted_for_are_not_asked() -> None:
    toy = Toy()
    quote = Evidence("The licence is suspended after a lapse.")
    check(
        Draft("The permit is withdrawn after a gap.", (1,)), [quote], "", vectors=WordVectors(toy)
    )
    assert toy.texts == []
