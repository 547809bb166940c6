"""A library under another embedder: segment and embed everything beside it, then take it over.

    LIBRARY/reembedding/    a library of the same documents, filled batch by batch

The library itself stays whole and usable until one transaction replaces all its passages and
vectors. What was embedded before a kill is found again by the next run. A shared library has a way
of its own to the same end: `pincite.ingest.shared_reembedding`.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pincite.corpus.errors import (
    DocumentNotFoundError,
    LibraryChangedError,
    LibraryDamagedError,
    LibraryError,
)
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.ingest.events import Listener, Summary
from pincite.ingest.pipeline import ingest_documents
from pincite.ingest.storing import embed
from pincite.retrieval.embedding.embedder import Embedder, Vectors
from pincite.retrieval.search.upkeep import publish

FOLDER = "reembedding"
_TRIES = 5  # while somebody else puts documents into the library


def reembed(library: Library, embedder: Embedder, listener: Listener | None = None) -> Summary:
    """Segment and embed all documents anew with ``embedder``, which may be the present one.

    Returns:
        What became of each document in the last round, and how many passages were embedded in all.

    Raises:
        LibraryChangedError: the library changed faster than it could be embedded.
        LibraryError: it cannot be read or written.
    """
    if library.is_shared:
        from pincite.ingest.shared_reembedding import reembed as reembed_shared  # imports Lance

        return reembed_shared(library, embedder, listener)
    folder = library.folder / FOLDER
    embedded = 0
    with _beside(folder, embedder.fingerprint) as beside:
        for _ in range(_TRIES):
            summary = ingest_documents(_documents(library), beside, embedder, listener)
            embedded += summary.embedded
            if library.replace_vectors(beside, embedder.fingerprint):
                break
        else:
            raise LibraryChangedError(
                f"documents were put into {library.name} while it was embedded again; run it "
                "again when the program that writes to it has finished"
            )
    summary.embedded = embedded
    shutil.rmtree(folder, ignore_errors=True)
    publish(library)
    return summary


@dataclass(frozen=True, slots=True)
class Repair:
    """What `repair` did.

    Attributes:
        passages: how many were embedded anew.
        documents: the source names of those that only their files, or a copy, can mend.
    """

    passages: int
    documents: tuple[str, ...]


def repair(library: Library, embedder: Embedder) -> Repair:
    """Embed passages anew whose vectors are damaged or lost, and mark damaged documents.

    A marked document is read anew by the next ingest of its file; until then it is refused.

    Raises:
        EmbedderMismatchError: the library belongs to another embedder.
        LibraryError: it cannot be read or written.
    """
    library.require(embedder.fingerprint)
    embedded = 0
    damaged: dict[str, str] = {}
    for id, source in library.sources().items():
        try:
            library.check(id)
        except LibraryDamagedError:
            damaged[id] = source
            continue
        text = library.document(id).text
        stored = library.passages(library.passage_ids([id])).values()
        missing = {s.passage.key(text): (s.passage, text) for s in stored}
        for key in library.embedded(missing):
            del missing[key]
        if missing:
            rows = embed(missing, embedder, lambda passages: None)
            if library.is_shared:
                _put_again(library, id, rows, embedder.fingerprint)
            else:
                library.store_vectors(rows, embedder.fingerprint)
            embedded += len(missing)
    if damaged or embedded:
        library.mark_damaged(damaged)
        publish(library)
    return Repair(embedded, tuple(damaged.values()))


def _put_again(library: Library, id: str, rows: Mapping[bytes, Vectors], fingerprint: str) -> None:
    """Put a document as it is, with these vectors: a shared library keeps them in its rows."""
    document, original = library.document(id), library.original(id)
    source = document.source
    passages = [stored.passage for stored in library.passages(library.passage_ids([id])).values()]
    library.put(
        [(replace(document, layout=library.layout(id)), passages)],
        rows,
        fingerprint,
        originals={} if original is None else {source: original},
        added_at={source: library.find(source).added_at},
    )


def _beside(folder: Path, fingerprint: str) -> Library:
    """The library beside ours: what an interrupted run has left, if it is of this embedder."""
    with contextlib.suppress(LibraryError):
        left = Library.open(folder)
        if left.fingerprint in (None, fingerprint):
            return left
        left.close()
    shutil.rmtree(folder, ignore_errors=True)
    return Library.open(folder, create=True)


def _documents(library: Library) -> Iterator[Document]:
    library.require_sound()
    for entry in library.entries():
        with contextlib.suppress(DocumentNotFoundError):  # removed meanwhile
            yield library.document(entry.id)
