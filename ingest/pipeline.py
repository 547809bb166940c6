"""Documents into the library: read → segment → embed → store → publish."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from corpus.errors import SourceError
from corpus.library import Library
from corpus.types import Document, Passage
from ingest.segment import PASSAGE_TOKENS, segment
from ingest.sources import Source, read_source
from retrieval.embedder import Embedder, Vectors
from retrieval.indexes import publish

_BATCH_PASSAGES = 256  # about what is embedded and stored at once; bounds memory
_BATCH_TEXTS = 64  # between two signs of life

Outcome = Literal["added", "replaced", "unchanged", "refused"]


@dataclass(frozen=True, slots=True)
class Event:
    """What became of one source; ``reason`` says why one was refused."""

    source: str
    outcome: Outcome
    passages: int = 0
    reason: str = ""


@dataclass(slots=True)
class Summary:
    """What became of all sources, and how many texts were really embedded."""

    events: list[Event] = field(default_factory=list)
    embedded: int = 0

    def count(self, outcome: Outcome) -> int:
        """How many sources came out so."""
        return sum(event.outcome == outcome for event in self.events)

    @property
    def refused(self) -> list[Event]:
        """The sources that were not taken, with their reasons."""
        return [event for event in self.events if event.outcome == "refused"]


@dataclass(frozen=True, slots=True)
class Listener:
    """Hears of each source when its fate is sealed, and of each batch of embedded texts."""

    on_event: Callable[[Event], None] = lambda event: None
    on_embedded: Callable[[int], None] = lambda texts: None


def ingest_sources(
    sources: Iterable[Source],
    library: Library,
    embedder: Embedder,
    listener: Listener | None = None,
) -> Summary:
    """Read each source and take it in. One that cannot be read is reported and stops nothing.

    Raises:
        LibraryError: the library cannot be written to, or belongs to another embedder.
    """
    listener = listener or Listener()
    refused: list[Event] = []

    def documents() -> Iterator[Document]:
        for source in sources:
            try:
                yield read_source(source)
            except SourceError as error:
                event = Event(source.name, "refused", reason=str(error))
                refused.append(event)
                listener.on_event(event)

    summary = ingest_documents(documents(), library, embedder, listener)
    summary.events.extend(refused)
    return summary


def ingest_documents(
    documents: Iterable[Document],
    library: Library,
    embedder: Embedder,
    listener: Listener | None = None,
    passage_tokens: int = PASSAGE_TOKENS,
) -> Summary:
    """Take documents in: segment → embed → store → publish.

    A document that the library has already is left alone; one whose text changed replaces its old
    self; passages whose text and headings are in the library are not embedded again. What has
    been reported is committed.
    """
    listener = listener or Listener()
    summary = Summary()
    library.require(embedder.fingerprint)
    before = library.generation
    for batch in _batches(
        _changed(documents, library, summary, listener), embedder, passage_tokens
    ):
        vectors = _embed(batch, library, embedder, listener)
        summary.embedded += sum(len(rows) for rows in vectors.values())
        outcomes = [
            Event(d.source, "replaced" if library.entry(d.source) else "added", len(passages))
            for d, passages in batch
        ]
        library.put(batch, vectors, embedder.fingerprint)
        for event in outcomes:
            summary.events.append(event)
            listener.on_event(event)
    if library.generation != before:
        publish(library)
    return summary


def _changed(
    documents: Iterable[Document], library: Library, summary: Summary, listener: Listener
) -> Iterator[Document]:
    for document in documents:
        entry = library.entry(document.source)
        same = entry and (entry.text_sha256, entry.title) == (document.text_sha256, document.title)
        if entry and same and entry.metadata == document.metadata:
            event = Event(document.source, "unchanged", entry.passages)
            summary.events.append(event)
            listener.on_event(event)
        else:
            yield document


def _batches(
    documents: Iterable[Document], embedder: Embedder, passage_tokens: int
) -> Iterator[list[tuple[Document, list[Passage]]]]:
    """Documents with their passages, gathered until there is enough to embed at once."""
    batch: dict[str, tuple[Document, list[Passage]]] = {}
    for document in documents:
        batch[document.source] = (document, segment(document, embedder, passage_tokens))
        if sum(len(passages) for _, passages in batch.values()) >= _BATCH_PASSAGES:
            yield list(batch.values())
            batch = {}
    if batch:
        yield list(batch.values())


def _embed(
    batch: Sequence[tuple[Document, Sequence[Passage]]],
    library: Library,
    embedder: Embedder,
    listener: Listener,
) -> dict[bytes, Vectors]:
    """Vectors by passage key, for those keys that the library does not have yet."""
    wanted = {p.key(d.text): (p, d.text) for d, passages in batch for p in passages}
    for key in library.embedded(wanted):
        del wanted[key]
    texts = [
        text
        for passage, whole in wanted.values()
        for text in [passage.embedded_text(whole), *passage.sentence_texts(whole)]
    ]
    distinct = list(dict.fromkeys(texts))
    rows: list[Vectors] = []
    for start in range(0, len(distinct), _BATCH_TEXTS):
        some = distinct[start : start + _BATCH_TEXTS]
        rows.extend(embedder.embed_documents(some))
        listener.on_embedded(len(some))
    row_of = dict(zip(distinct, rows, strict=True))
    return {
        key: np.stack([row_of[t] for t in [p.embedded_text(whole), *p.sentence_texts(whole)]])
        for key, (p, whole) in wanted.items()
    }
