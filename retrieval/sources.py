"""What questions are answered from: one generation of a library, and the models that read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.retrieval.confidence.features import is_english
from pincite.retrieval.cross_encoder.types import CrossEncoder
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.query import Query
from pincite.retrieval.reading.reader import Reading
from pincite.retrieval.search.indexes import Indexes


@dataclass(frozen=True, slots=True)
class Sources:
    """What an answer is made from, all of one generation of one library.

    ``document`` gives a document by its id; ``load`` has several at hand before it is called.
    """

    library: Library
    indexes: Indexes
    embedder: Embedder
    cross_encoder: CrossEncoder | None
    document: Callable[[str], Document]
    load: Callable[[Iterable[str]], None]

    @property
    def whole_indexes(self) -> Indexes:
        """Those of the whole library."""
        return self.indexes

    def still_visible(self) -> bool:
        """Whether whoever asks may still see all of it. Here it is asked by who may see all."""
        return True

    def is_english(self, query: Query, reading: Reading) -> bool:
        """Whether question and best sentence are in the language that the models were taught."""
        languages = self.embedder.languages
        if languages is None or "en" not in languages or not reading.candidates:
            return True
        best = reading.candidates[0]
        text = self.document(best.document).text
        spans = sorted([best.span, *best.before[:1], *best.after])
        return is_english(query.text, " ".join(text[span.start : span.end] for span in spans))
