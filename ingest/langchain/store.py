"""A LangChain vector store over a library: what is added is in the SQLite file, or not at all."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.vectorstores import VectorStore, VectorStoreRetriever

from pincite.corpus import types
from pincite.corpus.errors import UsageError
from pincite.corpus.store.library import Library
from pincite.ingest.langchain.documents import Filter, passages, stored
from pincite.ingest.langchain.index import REMEDY, DocumentIndex
from pincite.ingest.storing import Item, Storing, with_warnings
from pincite.retrieval.embedding.embedder import Embedder, Vectors
from pincite.retrieval.langchain.embeddings import as_embedder, unit
from pincite.retrieval.langchain.tracing import UntracedVectorStoreRetriever
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search.diversity import diverse


class PinciteVectorStore(VectorStore):
    """Documents in a library's folder, found by the cosine of their best passage's vector.

    What is added is cut into passages of whole sentences as every other document of the library,
    so that an `Engine` on the folder quotes sentences, not whole texts. A search gives each
    document once, by the best of its passages.

    A LangChain document is a document of the library whose source is its id. It comes back with
    its ``page_content`` exactly as given and its metadata as JSON keeps them (a tuple becomes a
    list). Nothing is truncated. A blank text has no passage: it is kept, and found by its id only.

    Every search takes a ``filter``: a mapping of metadata values that must be equal, or a function
    of the metadata. In a mapping, the key ``_pincite_tags`` names one or several of the library's
    tags: only documents that carry any of them. The filter is applied inside the search: ``k``
    documents come back whenever ``k`` match.

    Safe to use from several threads, and beside other processes that write to the library.

    Args:
        library: closed by ``close``.
        embedding: `PinciteEmbeddings`, or any other.

    Raises:
        EmbedderMismatchError: another embedder made the library's vectors.
    """

    def __init__(self, library: Library, embedding: Embeddings) -> None:
        self._embedding = embedding
        self._embedder: Embedder = as_embedder(embedding)
        library.require(self._embedder.fingerprint, REMEDY)
        self._library = library
        self._index = DocumentIndex(library, self._embedder.fingerprint)
        # Writers wait for each other while they embed; searches wait for the commit only.
        self._writing = threading.Lock()
        self._lock = threading.RLock()

    @classmethod
    def open(cls, path: str | Path, embedding: Embeddings) -> Self:
        """Open the store in the folder ``path``, made where there is none.

        Raises:
            LibraryError: the folder or its library cannot be used.
            EmbedderMismatchError: another embedder made its vectors.
        """
        library = open_library(path, create=True)
        try:
            return cls(library, embedding)
        except BaseException:
            library.close()
            raise

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        path: str | Path | None = None,
        **kwargs: Any,
    ) -> Self:
        """Open the store in the folder ``path`` and add the texts. Errors as for both.

        Raises:
            UsageError: no folder is named.
        """
        if path is None:
            raise UsageError("the store is kept in a folder; name it with path=...")
        store = cls.open(path, embedding)
        try:
            store.add_texts(texts, metadatas, ids=ids)
        except BaseException:
            store.close()
            raise
        return store

    def close(self) -> None:
        """Give the library back. Closing twice is harmless."""
        self._library.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def embeddings(self) -> Embeddings:
        """The embeddings that the store was opened with."""
        return self._embedding

    def as_retriever(self, **kwargs: Any) -> VectorStoreRetriever:
        """As of `VectorStore`; no tracer of LangSmith hears of its runs unless that is allowed."""
        plain = super().as_retriever(**kwargs)
        return UntracedVectorStoreRetriever(**{**kwargs, "vectorstore": self, "tags": plain.tags})

    # Writing

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: Sequence[str | None] | None = None,
        **kwargs: Any,
    ) -> list[str]:
        """Add all of the texts, or none. An id that is there already gets the new text.

        Args:
            texts: any number.
            metadatas: one for each text, of JSON values; by default empty.
            ids: one for each text; a new UUID where it is None.

        Returns:
            The id of each text.

        Raises:
            ValueError: the numbers of texts, metadatas and ids differ.
            UsageError: an id or a metadata value cannot be stored as JSON.
            LibraryError: the library cannot be written to.
        """
        texts = list(texts)
        metadatas = [{} for _ in texts] if metadatas is None else metadatas
        given = [None for _ in texts] if ids is None else ids
        if not len(texts) == len(metadatas) == len(given):
            raise ValueError(
                f"{len(texts)} texts came with {len(metadatas)} metadatas and {len(given)} ids; "
                "give one of each for every text"
            )
        named = [str(uuid.uuid4()) if id is None else str(id) for id in given]
        # By id, because an id that is given twice means its last text.
        documents = {
            id: stored(id, text, metadata)
            for id, text, metadata in zip(named, texts, metadatas, strict=True)
        }
        if documents:
            self._put(list(documents.values()))
        return named

    def _put(self, documents: Sequence[types.Document]) -> None:
        storing = Storing(self._library, self._embedder)
        items = []
        for document in documents:
            cut = passages(document, self._embedder)
            items.append(Item(with_warnings(document, cut, self._embedder), cut))
        with self._writing:
            vectors = storing.embed(items)
            with self._lock:
                storing.put(items, vectors)

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool:
        """Delete the documents with these ids; those that are not there are passed over.

        With None, every document of the library goes, however it came there.
        """
        with self._writing, self._lock:
            entries = self._library.entries() if ids is None else map(self._library.entry, ids)
            doomed = {entry.id for entry in entries if entry is not None}
            if doomed:
                self._library.remove(sorted(doomed))
        return True

    # Reading

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """The documents with these ids, in their order; those that are not there are left out."""
        with self._lock, self._library.snapshot():
            entries = map(self._library.entry, dict.fromkeys(ids))
            return list(self._index.read(e.id for e in entries if e is not None).values())

    def similarity_search(
        self, query: str, k: int = 4, filter: Filter | None = None, **kwargs: Any
    ) -> list[Document]:
        """The ``k`` documents nearest to the query, best first."""
        scored = self.similarity_search_with_score(query, k, filter, **kwargs)
        return [document for document, _ in scored]

    def similarity_search_with_score(
        self, query: str, k: int = 4, filter: Filter | None = None, **kwargs: Any
    ) -> list[tuple[Document, float]]:
        """The same, each with its cosine in [-1, 1]: higher is nearer."""
        _refuse(kwargs)
        return self._search(self._embedder.embed_query(query), k, filter)

    def similarity_search_by_vector(
        self, embedding: list[float], k: int = 4, filter: Filter | None = None, **kwargs: Any
    ) -> list[Document]:
        """The ``k`` documents nearest to a vector of any length.

        Raises:
            ValueError: its dimension is not the store's, or it has a number that is not finite.
        """
        _refuse(kwargs)
        return [document for document, _ in self._search(_vector(embedding), k, filter)]

    def max_marginal_relevance_search(
        self,
        query: str,
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        filter: Filter | None = None,
        **kwargs: Any,
    ) -> list[Document]:
        """The same as by vector, for the query's."""
        vector = self._embedder.embed_query(query).tolist()
        return self.max_marginal_relevance_search_by_vector(
            vector, k, fetch_k, lambda_mult, filter, **kwargs
        )

    def max_marginal_relevance_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        fetch_k: int = 20,
        lambda_mult: float = 0.5,
        filter: Filter | None = None,
        **kwargs: Any,
    ) -> list[Document]:
        """``k`` documents near to a vector and unlike each other.

        Args:
            embedding: a vector of any length.
            k: how many at most.
            fetch_k: how many of the nearest to choose from; never fewer than ``k``.
            lambda_mult: in [0, 1]: 1 weighs nearness only, 0 unlikeness only.
            filter: as everywhere.

        Raises:
            ValueError: as for a search by vector, or ``lambda_mult`` is out of range.
        """
        _refuse(kwargs)
        vector = _vector(embedding)
        with self._lock, self._library.snapshot():
            near = [passage for passage, _ in self._index.nearest(vector, max(k, fetch_k), filter)]
            rows = self._library.vectors(passage.id for passage in near)
            near = [passage for passage in near if passage.id in rows]
            chosen = diverse(vector, [rows[passage.id][0] for passage in near], k, lambda_mult)
            return list(self._index.read(near[i].document for i in chosen).values())

    def _select_relevance_score_fn(self) -> Callable[[float], float]:
        return lambda cosine: (1 + cosine) / 2

    def _search(
        self, vector: Vectors, k: int, filter: Filter | None
    ) -> list[tuple[Document, float]]:
        with self._lock, self._library.snapshot():
            scores = {p.document: score for p, score in self._index.nearest(vector, k, filter)}
            return [(document, scores[id]) for id, document in self._index.read(scores).items()]


def _vector(embedding: Sequence[float]) -> Vectors:
    values = np.asarray(embedding, np.float64)
    if not np.isfinite(values).all():
        raise ValueError("the vector has a number that is not finite")
    return unit(values)


def _refuse(unknown: Mapping[str, Any]) -> None:
    if unknown:
        raise TypeError(f"the search has no argument {', '.join(unknown)}; did you mean filter?")
