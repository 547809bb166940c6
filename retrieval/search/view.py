"""Indexes and words limited to some of the passages, as if there were no others.

How rare a word is stays that of the whole library: it weighs words and names none.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.search.analysis import plain_terms
from pincite.retrieval.search.dense import DenseIndex
from pincite.retrieval.search.indexes import Indexes
from pincite.retrieval.search.lexical import LexicalIndex, Wanted
from pincite.retrieval.search.short_forms import ShortForms, defined_terms
from pincite.retrieval.search.vocabulary import Vocabulary, words_of
from pincite.retrieval.search.words import Words

_LOOKED_AT = 50  # passages in which a word, a term, or the definition of a short form is looked for
_REMEMBERED = 4096  # terms, words and short forms, each

Allowed = Sequence[int] | NDArray[np.int64] | None


def limited(
    indexes: Indexes,
    passages: Sequence[int],
    library: Library,
    document_of: Callable[[str], Document],
) -> Indexes:
    """The indexes as they are for these passages alone.

    Args:
        indexes: those of the whole library.
        passages: the ids of those that may be seen, in order.
        library: has these and no others.
        document_of: a document by its id.
    """
    lexical = LexicalView(indexes.lexical, passages)
    said = _Said(lexical, library, document_of)
    words = WordsView(
        VocabularyView(indexes, lru_cache(_REMEMBERED)(said.has_word)),
        indexes.short_forms.where(lru_cache(_REMEMBERED)(said.defines)),
    )
    return replace(indexes, dense=DenseView(indexes.dense, passages), lexical=lexical, words=words)


class DenseView(DenseIndex):
    """A dense index that has only some passages."""

    def __init__(self, whole: DenseIndex, passages: Sequence[int]) -> None:
        self._whole = whole
        self._passages = passages

    def __len__(self) -> int:
        return len(self._passages)

    def search(self, vector: Vectors, k: int, allowed: Allowed = None) -> dict[int, float]:
        """As of the whole index, among those of ``allowed`` that this one has."""
        return self._whole.search(vector, k, _both(self._passages, allowed))


class LexicalView(LexicalIndex):
    """A lexical index that has only some passages."""

    def __init__(self, whole: LexicalIndex, passages: Sequence[int]) -> None:
        self._whole = whole
        self._passages = passages
        self.knows = lru_cache(_REMEMBERED)(self._knows)  # type: ignore[method-assign]

    def __len__(self) -> int:
        return len(self._passages)

    def ids(self) -> list[int]:
        """The ids of its passages, in order."""
        return list(self._passages)

    def search(self, wanted: Iterable[Wanted], k: int, allowed: Allowed = None) -> dict[int, float]:
        """As of the whole index, among those of ``allowed`` that this one has."""
        return self._whole.search(wanted, k, _both(self._passages, allowed))

    def rarity(self, term: str) -> float:
        """The term's inverse document frequency in the whole library: a weight, which says little.

        Counted anew for each view it would cost a search a word, and small views count badly.
        """
        return self._whole.rarity(term)

    def _knows(self, term: str) -> bool:
        """Whether any of its passages, their headings or titles has the term."""
        if not self._whole.knows(term):
            return False
        # A search among many passages costs more than one of all, which tells of most terms: a rare
        # one has no other passages, and of a frequent one some of the best are seen here.
        best = self._whole.search([Wanted(term, 1.0)], _LOOKED_AT)
        if any(map(self._has, best)):
            return True
        return len(best) == _LOOKED_AT and bool(self.search([Wanted(term, 1.0)], 1))

    def _has(self, passage: int) -> bool:
        place = bisect_left(self._passages, passage)
        return place < len(self._passages) and self._passages[place] == passage


class WordsView(Words):
    """Words that were worked out elsewhere."""

    def __init__(self, vocabulary: Vocabulary, short_forms: ShortForms) -> None:
        object.__setattr__(self, "vocabulary", vocabulary)
        object.__setattr__(self, "short_forms", short_forms)


class VocabularyView(Vocabulary):
    """The vocabulary of ``whole`` with only those words for which ``stands`` is true."""

    _whole: Indexes
    _stands: Callable[[str], bool]

    def __init__(self, whole: Indexes, stands: Callable[[str], bool]) -> None:
        super().__init__("")
        object.__setattr__(self, "_whole", whole)
        object.__setattr__(self, "_stands", stands)

    def nearest(
        self,
        word: str,
        *,
        careful: bool = False,
        stands: Callable[[str], bool] = lambda word: True,
    ) -> str | None:
        """As of the whole vocabulary, among the words that this one has."""
        return self._whole.vocabulary.nearest(
            word, careful=careful, stands=lambda near: self._stands(near) and stands(near)
        )


class _Said:
    """Looks words up in the passages of a view, as they stand there.

    A term is not enough: "engineer" has that of "engineering", and is another word.
    """

    def __init__(
        self, lexical: LexicalView, library: Library, document_of: Callable[[str], Document]
    ) -> None:
        self._lexical = lexical
        self._library = library
        self._document_of = document_of

    def has_word(self, word: str) -> bool:
        """Whether the word, in small letters, stands in a passage, a heading or a title."""
        return any(word in words_of(text) for text in self._texts(plain_terms(word)))

    def defines(self, short: str, long: tuple[str, ...]) -> bool:
        """Whether a passage, a heading or a title says that ``short`` stands for ``long``."""
        return any((short, long) in defined_terms(text) for text in self._texts([short, *long]))

    def _texts(self, terms: Sequence[str]) -> Iterator[str]:
        """The texts of the passages that have most of these terms, with what stands over them."""
        if not all(map(self._lexical.knows, terms)):
            return
        best = self._lexical.search([Wanted(term, 1.0) for term in terms], _LOOKED_AT)
        stored = self._library.passages(best)
        for one in (stored[id] for id in best if id in stored):
            document, passage = self._document_of(one.document), one.passage
            context = passage.context_texts(document.text)
            yield from (document.text[passage.span.start : passage.span.end], document.title)
            yield " ".join((*passage.path, *passage.columns, *context))


def _both(passages: Sequence[int], allowed: Allowed) -> Sequence[int]:
    if allowed is None:
        return passages
    both = np.intersect1d(np.asarray(passages, np.int64), np.asarray(allowed, np.int64))
    return list(map(int, both))
