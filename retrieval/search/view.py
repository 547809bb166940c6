"""Indexes and words limited to some of the documents, as if there were no others.

How rare a word is stays that of the whole library: it weighs words and names none.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.search.analysis import plain_terms
from pincite.retrieval.search.dense import DenseIndex
from pincite.retrieval.search.indexes import Indexes
from pincite.retrieval.search.lexical import LexicalIndex, Wanted
from pincite.retrieval.search.protocol import Dense, Lexical, Selected
from pincite.retrieval.search.rows import Allowed, Chosen, is_mask
from pincite.retrieval.search.short_forms import ShortForms, defined_terms
from pincite.retrieval.search.vocabulary import Vocabulary, words_of
from pincite.retrieval.search.words import Words

_LOOKED_AT = 50  # passages in which a word, a term, or the definition of a short form is looked for
_REMEMBERED = 4096  # terms, words and short forms, each


def limited(
    indexes: Indexes,
    documents: Selected,
    library: Library,
    document_of: Callable[[str], Document],
) -> Indexes:
    """The indexes as they are for these documents alone.

    Args:
        indexes: those of the whole library.
        documents: those that may be seen.
        library: has these and no others.
        document_of: a document by its id.
    """
    lexical = LexicalView(indexes.lexical, documents)
    said = _Said(lexical, library, document_of)
    words = WordsView(
        VocabularyView(indexes, lru_cache(_REMEMBERED)(said.has_word)),
        indexes.short_forms.where(lru_cache(_REMEMBERED)(said.defines)),
    )
    return replace(indexes, dense=DenseView(indexes.dense, documents), lexical=lexical, words=words)


class DenseView(DenseIndex):
    """A dense index that has only some documents."""

    def __init__(self, whole: Dense, documents: Selected) -> None:
        self._whole = whole
        self._documents = documents

    def __len__(self) -> int:
        return self._documents.passages

    def search(self, vector: Vectors, k: int, allowed: Allowed = None) -> dict[int, float]:
        """As of the whole index, among those of ``allowed`` that this one has."""
        return self._whole.search(vector, k, _both(self._documents, allowed))


class LexicalView(LexicalIndex):
    """A lexical index that has only some documents."""

    def __init__(self, whole: Lexical, documents: Selected) -> None:
        self._whole = whole
        self._documents = documents
        self.knows = lru_cache(_REMEMBERED)(self._knows)  # type: ignore[method-assign]

    def __len__(self) -> int:
        return self._documents.passages

    def ids(self) -> list[int]:
        """The ids of its passages, in order."""
        return [id for id in self._whole.ids() if self._documents.has(id)]

    def search(self, wanted: Iterable[Wanted], k: int, allowed: Allowed = None) -> dict[int, float]:
        """As of the whole index, among those of ``allowed`` that this one has."""
        return self._whole.search(wanted, k, _both(self._documents, allowed))

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
        if any(map(self._documents.has, best)):
            return True
        return len(best) == _LOOKED_AT and bool(self.search([Wanted(term, 1.0)], 1))


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


def _both(documents: Selected, allowed: Allowed) -> Allowed:
    if allowed is None:
        return documents.rows
    rows = documents.rows
    if isinstance(allowed, Chosen) and isinstance(rows, Chosen):
        return rows & allowed
    if is_mask(allowed) and is_mask(rows):
        return rows & allowed
    assert not isinstance(allowed, Chosen)
    return [int(id) for id in allowed if documents.has(int(id))]
