"""How like a word of a sentence is to the words of its quotes, by the embedder's vectors.

A word's vector has seen the text around it, so that "gap" is near "lapse" where both are about
insurance. It tells other words for the same from words about something else; it does not tell
"sold" from "bought".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

import numpy as np

from pincite.corpus.types import Span
from pincite.retrieval.embedding.forward_pass import Vectors
from pincite.retrieval.writing.clauses import LINE
from pincite.retrieval.writing.words import words

_LONGEST = 600  # characters of a quote that are embedded at once, so that they fit the window


class PartsEmbedder(Protocol):
    """What `WordVectors` needs of a `pincite.retrieval.embedding.embedder.Embedder`."""

    @property
    def fingerprint(self) -> str: ...

    def embed_parts(
        self, texts: Sequence[str], parts: Sequence[Sequence[Span]]
    ) -> list[Vectors]: ...


class WordVectors:
    """The vector of each word of a text, where it stands. Texts are remembered.

    Attributes:
        fingerprint: the embedder's.
    """

    def __init__(self, embedder: PartsEmbedder) -> None:
        self.fingerprint = embedder.fingerprint
        self._embedder = embedder
        self._of: dict[str, Vectors] = {}

    def of(self, text: str) -> Vectors:
        """Unit rows ``(words, dimension)``, a row for each of ``words(text)``."""
        if text not in self._of:
            places = [(word.start, word.end) for word in words(text)]
            pieces = list(_pieces(text))
            parts = [
                [Span(a - start, b - start) for a, b in places if start <= a < end]
                for start, end in pieces
            ]
            rows = self._embedder.embed_parts([text[start:end] for start, end in pieces], parts)
            self._of[text] = np.vstack([row[1:] for row in rows])
        return self._of[text]

    def likeness(self, sentence: str, texts: Sequence[str]) -> Vectors:
        """For each word of ``sentence``, the cosine with the nearest word of ``texts``."""
        there = [self.of(text) for text in texts if words(text)]
        if not there:
            return np.zeros(len(words(sentence)), np.float32)
        cosines: Vectors = self.of(sentence) @ np.vstack(there).T
        return np.asarray(cosines.max(axis=1), np.float32)


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Half-open ranges that tile the text, each of whole lines or sentences."""
    start = end = 0
    for match in LINE.finditer(text):
        if match.end() - start > _LONGEST and end > start:
            yield start, end
            start = end
        end = match.end()
    if len(text) - start > _LONGEST and end > start:
        yield start, end
        start = end
    yield start, len(text)
