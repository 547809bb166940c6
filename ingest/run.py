"""One run's way from files to a stored library, and what it has to say of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Protocol

from pincite.corpus.errors import LibraryDamagedError
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Entry, Refusal, Taken
from pincite.corpus.types import Document, Origin, Passage
from pincite.ingest.destination import Destination
from pincite.ingest.events import Event, Listener, Summary
from pincite.ingest.files.copies import Copies
from pincite.ingest.files.file_changes import Files, Gone, is_same
from pincite.ingest.files.missing import unmounted
from pincite.ingest.files.read import Failed, Read, ReadResult, Request, Unchanged
from pincite.ingest.files.walk import Source, Sources
from pincite.ingest.run_log import RunLog
from pincite.ingest.storing import Item, Stopped, Storing, batches, with_warnings
from pincite.retrieval.embedding.embedder import Embedder

Cut = Callable[[Document], Collection[Passage] | Failed]


class KnownFiles(Protocol):
    """What a library knows of the files of a run, by name."""

    @property
    def entries(self) -> Mapping[str, Taken]:
        """Those that it has as documents."""

    @property
    def failures(self) -> Collection[str]:
        """Those that could not be read."""


class Run:
    """One run's way from files to a stored library, and what it has to say of it.

    Args:
        library: what documents are stored in.
        embedder: of the library.
        listener: hears of each file.
        stopping: whether to give up.
        began: when documents count as taken in (ISO 8601, UTC); by default now.
    """

    def __init__(
        self,
        library: Destination,
        embedder: Embedder,
        listener: Listener,
        stopping: Callable[[], bool] = lambda: False,
        began: str | None = None,
    ) -> None:
        self.summary = Summary()
        self.log = RunLog(library, listener, self.summary)
        self._begun = listener.on_begun
        self._storing = Storing(library, embedder, self.log.embedded, stopping, began)
        self._library = library
        self._embedder = embedder
        self._stopping = stopping
        self._copies = Copies({})
        self._awaited = 0  # files that are being read
        self._originals: dict[str, bytes] = {}
        self._cut_ahead: dict[str, Collection[Passage] | Failed] = {}

    def to_open(self, sources: Iterable[Source], files: Files) -> Iterator[tuple[Request, int]]:
        """Those files of which it is not known that they are as they were, with their sizes."""
        self._copies = Copies({name: entry.origin for name, entry in files.entries.items()})
        for source in sources:
            if self._stopping():
                self.summary.stopped = True
                return
            match files.look_at(source):
                case Event() as event:
                    self.log.tell(event)
                case Unchanged(origin):
                    self._unchanged(source.name, origin, files)
                case Failed() as failure:
                    self._record_failure(source, failure)
                case request:
                    self._copies.forget(source.name)
                    self._begun(source.name)
                    yield request

    def awaited(self, requests: Iterable[tuple[Request, int]]) -> Iterator[tuple[Request, int]]:
        """The requests; each is missed at the end if `documents` does not get its result."""
        for request in requests:
            self._awaited += 1
            yield request

    def documents(
        self, results: Iterable[tuple[Request, ReadResult]], files: KnownFiles
    ) -> Iterator[Document]:
        """The documents among the results."""
        for request, result in results:
            self._awaited -= 1
            source = request.source
            match result:
                case Failed():
                    self._record_failure(source, result)
                case Unchanged(origin):
                    self._unchanged(source.name, origin, files)
                case Read(document, original, passages):
                    if original is not None:
                        self._originals[source.name] = original
                    if passages is not None:
                        self._cut_ahead[source.name] = passages
                    yield document
            self.log.settle_if_many()

    def changed(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Those documents that the library has not already just so, with the bytes to be kept."""
        for document in documents:
            entry = self._sound_entry(document.source)
            if entry is None or document.source in self._originals or not is_same(document, entry):
                yield document
                continue
            self._cut_ahead.pop(document.source, None)
            if document.origin is not None and document.origin != entry.origin:
                self.log.touch(document.source, document.origin)
                self.log.clear_failures([document.source])
            same_as = self._copies.other(document.source, document.origin)
            event = Event(document.source, "unchanged", entry.passages, same_as=same_as)
            self.log.tell(event)

    def _sound_entry(self, source: str) -> Entry | None:
        try:
            return self._library.entry(source)
        except LibraryDamagedError:  # so that it is replaced
            return None

    def items(self, documents: Iterable[Document], cut: Cut) -> Iterator[Item]:
        """The documents in their passages; one that cannot be cut is reported."""
        for document in documents:
            passages = self._cut_ahead.pop(document.source, None)
            try:
                passages = cut(document) if passages is None else passages
            except Stopped:
                self.summary.stopped = True
                return
            original = self._originals.pop(document.source, None)
            if isinstance(passages, Failed):
                refusal = Refusal(document.source, passages.reason, passages.origin)
                self.log.record_failure(refusal)
                continue
            same_as = self._copies.other(document.source, document.origin)
            complete = with_warnings(document, passages, self._embedder)
            yield Item(complete, passages, original, same_as=same_as)

    def take(self, items: Iterable[Item]) -> None:
        """Embed and store documents, batch by batch; each is told of when it is stored."""
        try:
            for batch in batches(items):
                self._begun(batch[0].document.source)
                events = self._storing.store(batch)
                batch.clear()  # before the next one is gathered
                self.log.settle()
                for event in events:
                    self.log.tell(event)
        except Stopped:
            self.summary.stopped = True
        if self._awaited:  # they were given up
            self.summary.stopped = True

    def copy_of(self, source: str, origin: Origin | None) -> str:
        """The name of another document whose file has the same contents; empty without one."""
        return self._copies.other(source, origin)

    def pass_over(self, sources: Sources) -> None:
        """Say what the folders had that could not be taken."""
        self.summary.passed_over = sources.passed_over
        for folder, why in sources.unread.items():
            reason = f"the folder {folder} cannot be read: {why}; check its permissions"
            self.log.tell(Event(folder, "refused", reason=reason))

    def forget(self, gone: Gone, files: Files, library: Library) -> None:
        """Remove documents whose files are gone from the library."""
        removed = {name: files.entries[name] for name in gone.names if name in files.entries}
        self.log.clear_failures(gone.names)
        if removed:
            library.remove([entry.id for entry in removed.values()])
        for name, entry in removed.items():
            self.log.tell(Event(name, "removed", entry.passages))
        for path in gone.unmounted:
            self.log.tell(Event(path, "refused", reason=unmounted(path)))

    def _record_failure(self, source: Source, failure: Failed) -> None:
        self.log.record_failure(Refusal(source.name, failure.reason, failure.origin))

    def _unchanged(self, source: str, origin: Origin, files: KnownFiles) -> None:
        """A file is what the library has; ``origin`` is noted if it tells more than before."""
        entry = files.entries[source]
        if origin != entry.origin:
            self.log.touch(source, origin)
        same_as = self._copies.other(source, origin)
        self.log.tell(Event(source, "unchanged", entry.passages, same_as=same_as))
        if source in files.failures:
            self.log.clear_failures([source])
        self.log.settle_if_many()
