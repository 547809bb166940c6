"""A library's documents as a vector store searches them: whole, by their best passage."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from langchain_core.documents import Document

from pincite.corpus.errors import DocumentNotFoundError
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Entry, StoredPassage
from pincite.ingest.langchain.documents import Filter, matches, public, restored, wanted_tags
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.search.dense import DenseIndex

REMEDY = (
    "open it with the embeddings that made it, or keep the documents of these in another folder"
)


class DocumentIndex:
    """A dense index in memory, built anew when anyone has written to the library.

    Not safe to use from several threads at once; the store takes care of that.
    """

    def __init__(self, library: Library, fingerprint: str) -> None:
        self._library = library
        self._fingerprint = fingerprint
        self._dense = DenseIndex()
        self._entries: list[Entry] | None = None  # read when a filter wants them
        self._generation = -1  # that both are of; no library has this one

    def nearest(
        self, vector: Vectors, k: int, filter: Filter | None
    ) -> list[tuple[StoredPassage, float]]:
        """The best passage of each of the ``k`` nearest documents, best first, with its cosine.

        Args:
            vector: a unit vector ``(dimension,)``.
            k: how many documents at most.
            filter: only among the documents that it passes; inside the search, so that ``k``
                come back whenever ``k`` pass.

        Raises:
            ValueError: the vector's dimension is not the index's.
            EmbedderMismatchError: somebody has embedded the library anew with another embedder.
            TagNotFoundError: no document carries a tag that the filter names.
        """
        self._catch_up()
        allowed = None if filter is None else self._allowed(filter)
        fetch = k
        while True:
            hits = self._dense.search(vector, fetch, allowed)
            passages = self._library.passages(hits)
            best: dict[str, tuple[StoredPassage, float]] = {}
            for passage in (passages[id] for id in hits if id in passages):
                cosine = min(1.0, max(-1.0, hits[passage.id]))  # what is stored is rounded
                best.setdefault(passage.document, (passage, cosine))
            if len(best) >= k or len(hits) < fetch:
                return list(best.values())[:k]
            fetch *= 2  # some documents had several passages among the hits

    def read(self, ids: Iterable[str]) -> dict[str, Document]:
        """The documents by library id, without those that another process has just replaced."""
        documents = {}
        for id in ids:
            with contextlib.suppress(DocumentNotFoundError):
                documents[id] = restored(self._library.document(id))
        return documents

    def _catch_up(self) -> None:
        generation = self._library.generation
        if generation != self._generation:
            self._library.require(self._fingerprint, REMEDY)
            self._dense = DenseIndex.build(self._library.passage_vectors())
            self._entries = None
            self._generation = generation

    def _allowed(self, filter: Filter) -> list[int]:
        if self._entries is None:
            self._entries = self._library.entries()
        tags = wanted_tags(filter)
        # Looked up each time: tagging is no new generation.
        tagged = None if tags is None else self._library.tagged(tags)
        return self._library.passage_ids(
            entry.id
            for entry in self._entries
            if (tagged is None or entry.id in tagged) and matches(public(entry.metadata), filter)
        )
