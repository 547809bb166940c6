"""Documents into the library: read → segment → embed → store → publish."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial

from pincite.corpus.errors import LibraryDamagedError
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Entry, Refusal
from pincite.corpus.types import Document, Origin, Passage
from pincite.ingest.cutting.passages import PASSAGE_TOKENS, segment
from pincite.ingest.events import Event, Listener, Outcome, Summary
from pincite.ingest.files.copies import Copies
from pincite.ingest.files.file_changes import Files, Gone, is_same
from pincite.ingest.files.missing import unmounted
from pincite.ingest.files.originals import Originals
from pincite.ingest.files.read import LARGEST, Failed, Read, ReadResult, Request, Unchanged
from pincite.ingest.files.walk import Source, Sources
from pincite.ingest.processes.cutter import Cutter
from pincite.ingest.processes.reader_pool import READING, SECONDS, Readers
from pincite.ingest.run_log import RunLog
from pincite.ingest.storing import Item, Stopped, Storing, batches, with_warnings
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.search.upkeep import is_published, publish

__all__ = [
    "Event",
    "Listener",
    "Options",
    "Outcome",
    "Summary",
    "ingest_documents",
    "ingest_sources",
]

Cut = Callable[[Document], Collection[Passage] | Failed]


@dataclass(frozen=True, slots=True)
class Options:
    """How files are taken in.

    Args:
        originals: the files whose own bytes are stored as well.
        sync: forget documents whose files were at the named paths, and are gone.
        largest: bytes that a file may have; a larger one is refused.
        seconds: that reading one file may take, and that cutting its text into passages may.
        workers: processes that read at once; by default one for each processor, up to four.
        reading: the function that they read with, as ``module:function``.
        hash: open every file and compare its contents, whatever its dates say.
    """

    originals: Originals = Originals.NONE
    sync: bool = False
    largest: int = LARGEST
    seconds: float = SECONDS
    workers: int | None = None
    reading: str = READING
    hash: bool = False


def ingest_sources(
    sources: Iterable[Source],
    library: Library,
    embedder: Embedder,
    listener: Listener | None = None,
    options: Options | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> Summary:
    """Read each source and take it in. One that cannot be read is reported and stops nothing.

    A file that is what it was when it was read last is not opened; one whose bytes are the same is
    not read. What has been reported is committed. When ``stopping`` says so, the batch that is in
    hand is finished, and the summary says that there was more to do.

    Raises:
        SourceNotFoundError: a path of the sources is missing, and the library knows nothing of it.
        LibraryError: the library cannot be written to, or belongs to another embedder.
    """
    options = options or Options()
    run = _Run(library, embedder, listener or Listener(), stopping=stopping)
    with (
        Readers(options.seconds, options.workers, options.reading, stopping) as readers,
        Cutter(embedder, options.seconds, stopping) as cutter,
    ):
        files = Files(
            library,
            options.originals,
            options.largest,
            readers.timeout_key,
            hash=options.hash,
        )
        if isinstance(sources, Sources):
            files.check_missing(sources)
        results = readers.read(run.to_open(sources, files), cutter.ahead)
        documents = run.changed(run.documents(results, files))
        run.take(run.items(documents, cutter.cut))
    if isinstance(sources, Sources):
        run.pass_over(sources)
        if options.sync and not run.summary.stopped:
            run.forget(files.gone(sources), files)
    run.finish()
    return run.summary


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
    run = _Run(library, embedder, listener or Listener())
    cut = partial(segment, embedder=embedder, passage_tokens=passage_tokens)
    run.take(run.items(run.changed(documents), cut))
    run.finish()
    return run.summary


class _Run:
    """One run's way from files to a published library, and what it has to say of it."""

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        listener: Listener,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self.summary = Summary()
        self._begun = listener.on_begun
        self._log = RunLog(library, listener, self.summary)
        self._storing = Storing(library, embedder, self._log.embedded, stopping)
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
                    self._log.tell(event)
                case Unchanged(origin):
                    self._unchanged(source.name, origin, files)
                case Failed() as failure:
                    self._record_failure(source, failure)
                case request:
                    self._copies.forget(source.name)
                    self._awaited += 1
                    self._begun(source.name)
                    yield request

    def documents(
        self, results: Iterable[tuple[Request, ReadResult]], files: Files
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
            self._log.settle_if_many()

    def changed(self, documents: Iterable[Document]) -> Iterator[Document]:
        """Those documents that the library has not already just so, with the bytes to be kept."""
        for document in documents:
            entry = self._sound_entry(document.source)
            if entry is None or document.source in self._originals or not is_same(document, entry):
                yield document
                continue
            self._cut_ahead.pop(document.source, None)
            if document.origin is not None and document.origin != entry.origin:
                self._log.touch(document.source, document.origin)
                self._log.clear_failures([document.source])
            same_as = self._copies.other(document.source, document.origin)
            event = Event(document.source, "unchanged", entry.passages, same_as=same_as)
            self._log.tell(event)

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
                self._log.record_failure(refusal)
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
                self._log.settle()
                for event in events:
                    self._log.tell(event)
        except Stopped:
            self.summary.stopped = True
        if self._awaited:  # they were given up
            self.summary.stopped = True

    def pass_over(self, sources: Sources) -> None:
        """Say what the folders had that could not be taken."""
        self.summary.passed_over = sources.passed_over
        for folder, why in sources.unread.items():
            reason = f"the folder {folder} cannot be read: {why}; check its permissions"
            self._log.tell(Event(folder, "refused", reason=reason))

    def forget(self, gone: Gone, files: Files) -> None:
        """Remove documents whose files are gone."""
        removed = {name: files.entries[name] for name in gone.names if name in files.entries}
        self._log.clear_failures(gone.names)
        if removed:
            self._library.remove([entry.id for entry in removed.values()])
        for name, entry in removed.items():
            self._log.tell(Event(name, "removed", entry.passages))
        for path in gone.unmounted:
            self._log.tell(Event(path, "refused", reason=unmounted(path)))

    def finish(self) -> None:
        """Settle what is open, and bring the indexes up to date."""
        self._log.settle()
        to_publish = self._library.generation > 0 and not self.summary.stopped
        if to_publish and not is_published(self._library):
            publish(self._library)

    def _record_failure(self, source: Source, failure: Failed) -> None:
        self._log.record_failure(Refusal(source.name, failure.reason, failure.origin))

    def _unchanged(self, source: str, origin: Origin, files: Files) -> None:
        """A file is what the library has; ``origin`` is noted if it tells more than before."""
        entry = files.entries[source]
        if origin != entry.origin:
            self._log.touch(source, origin)
        same_as = self._copies.other(source, origin)
        self._log.tell(Event(source, "unchanged", entry.passages, same_as=same_as))
        if source in files.failures:
            self._log.clear_failures([source])
        self._log.settle_if_many()
