"""An exported library back into a library: check → segment and embed, if need be → store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from pincite.corpus.errors import LibraryDamagedError, RecordError, SourceNotFoundError
from pincite.corpus.export_format import Record, from_line, record_of, to_line
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from pincite.ingest.cutting.language import warned
from pincite.ingest.cutting.passages import segment
from pincite.ingest.events import Event, Listener, Summary
from pincite.ingest.storing import Item, Storing, batches, with_warnings
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.search.upkeep import is_published, publish


def import_library(
    file: Path,
    library: Library,
    embedder: Embedder,
    listener: Listener | None = None,
    *,
    trust_vectors: bool = False,
) -> Summary:
    """Take in all that `pincite.corpus.exporting.export` wrote, each document as it was.

    A document of a name that the library has is replaced, tags and all; one that is there already
    just so is left alone. The whole file is checked first, so one that is not sound changes
    nothing; then each batch is one transaction.

    A text, an offset or a place can be checked; that a vector is that of its passage cannot. So the
    text is segmented and embedded, unless ``trust_vectors`` says that whoever made the file is to
    be trusted: then passages and vectors of the same embedder are taken over.

    Raises:
        SourceNotFoundError: there is no such file.
        RecordError: a line is not what was written; the message has its number.
        LibraryError: the library cannot be written to, or belongs to another embedder.
    """
    library.require(embedder.fingerprint)
    trusted = embedder.fingerprint if trust_vectors else None
    _check(file, library, trusted)
    run = _Import(library, embedder, listener or Listener(), trusted)
    for batch in batches(run.items(file)):
        run.store(batch)
        batch.clear()  # before the next one is gathered
    if run.refusals:
        library.record_failures(run.refusals)
    if library.generation and not is_published(library):
        publish(library)
    return run.summary


class _Import:
    """One import's way into the library, and what it has to say of it."""

    def __init__(
        self, library: Library, embedder: Embedder, listener: Listener, trusted: str | None
    ) -> None:
        self.summary = Summary()
        self.refusals: list[Refusal] = []
        self._library = library
        self._embedder = embedder
        self._trusted = trusted  # the embedder whose vectors are taken over
        self._listener = listener
        self._storing = Storing(library, embedder, self._embedded)

    def items(self, file: Path) -> Iterator[Item]:
        """What is to be stored; refusals are gathered, and what is there just so is told."""
        for _, record in _lines(file):
            if isinstance(record, Refusal):
                self.refusals.append(record)
                continue
            record = replace(record, document=warned(record.document, self._embedder))
            if not self._is_there(record):
                yield self._item(record)

    def store(self, batch: Sequence[Item]) -> None:
        """Store a batch in one transaction, and tell of it."""
        for event in self._storing.store(batch):
            self._tell(event)

    def _is_there(self, record: Record) -> bool:
        """Whether the library has the document just so; then it is said to be unchanged."""
        try:
            entry = self._library.entry(record.document.source)
            if entry is None or entry.id != record.document.id:
                return False
            there = to_line(record_of(self._library, entry))
        except LibraryDamagedError:  # and so it is replaced
            return False
        if there != to_line(replace(record, cut=None)):
            return False
        self._tell(Event(entry.source, "unchanged", entry.passages))
        return True

    def _item(self, record: Record) -> Item:
        """The record in its passages, with the vectors that it brings."""
        document, cut = record.document, record.cut
        if cut is not None and cut.fingerprint == self._trusted:
            passages = cut.passages
            keys = (passage.key(document.text) for passage in passages)
            vectors = dict(zip(keys, cut.vectors, strict=True))
        else:
            passages, vectors = segment(document, self._embedder), {}
            fits = cut is not None and cut.fingerprint == self._embedder.fingerprint
            self.summary.untrusted += fits
        return Item(
            with_warnings(document, passages, self._embedder),
            passages,
            record.original,
            record.tags,
            record.added_at,
            vectors,
        )

    def _embedded(self, passages: int) -> None:
        self.summary.embedded += passages
        self._listener.on_embedded(passages)

    def _tell(self, event: Event) -> None:
        self.summary.events.append(event)
        self._listener.on_event(event)


def _check(file: Path, library: Library, trusted: str | None) -> None:
    """Go through the whole file once, so that a line that is not sound stops all of it."""
    line_of: dict[str, int] = {}
    first = next(library.passage_vectors(), None)
    dimension = None if first is None else len(first[1])
    for number, record in _lines(file):
        if isinstance(record, Refusal):
            continue
        source = record.document.source
        if source in line_of:
            raise RecordError(
                f"{file}, line {number}: the document {source!r} stands in line {line_of[source]} "
                "already; leave one of them out"
            )
        line_of[source] = number
        if record.cut is None or record.cut.fingerprint != trusted:
            continue
        for rows in record.cut.vectors:
            dimension = dimension or rows.shape[1]
            if rows.shape[1] != dimension:
                raise RecordError(
                    f"{file}, line {number}: its vectors have {rows.shape[1]} numbers, and others "
                    f"of the same embedder {dimension}; export without --vectors"
                )


def _lines(file: Path) -> Iterator[tuple[int, Record | Refusal]]:
    if not file.is_file():
        raise SourceNotFoundError(f"the file {file} does not exist; check the path")
    with file.open("rb") as stream:
        for number, line in enumerate(stream, start=1):
            try:
                yield number, from_line(line)
            except RecordError as error:
                raise RecordError(
                    f"{file}, line {number}: {error}; nothing was imported, so export it again"
                ) from error
