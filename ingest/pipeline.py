"""Documents into the library: read → segment → embed → store → publish."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pincite.corpus.library import Library
from pincite.corpus.rows import Refusal
from pincite.corpus.types import Document, Origin, Passage
from pincite.ingest.cutting.language import warned
from pincite.ingest.cutting.passages import PASSAGE_TOKENS, segment
from pincite.ingest.events import Event, Listener, Outcome, Summary
from pincite.ingest.files.file_changes import Files, Gone, is_same
from pincite.ingest.files.missing import unmounted
from pincite.ingest.files.read import LARGEST, Finding, Read, Refused, Request, Same
from pincite.ingest.files.walk import Source, Sources
from pincite.ingest.processes.reader_pool import READING, SECONDS, Readers
from pincite.ingest.run_log import Notes
from pincite.ingest.storing import embed
from pincite.retrieval.embedder import Embedder, Vectors
from pincite.retrieval.indexes import is_published, publish

__all__ = [
    "Event",
    "Listener",
    "Options",
    "Outcome",
    "Summary",
    "ingest_documents",
    "ingest_sources",
]

# About what is embedded and stored at once; bounds memory.
_BATCH_PASSAGES = 256
_BATCH_CHARACTERS = 4_000_000
_PART_PASSAGES = 2048  # of a long document, whose vectors are stored part by part

Batch = list[tuple[Document, list[Passage]]]


@dataclass(frozen=True, slots=True)
class Options:
    """How files are taken in.

    Args:
        keep_originals: store the files' own bytes as well.
        sync: forget documents whose files were at the named paths, and are gone.
        largest: bytes that a file may have; a larger one is refused.
        seconds: that reading one file may take.
        workers: processes that read at once; by default one for each processor, up to four.
        reading: the function that they read with, as ``module:function``.
        hash: open every file and compare its contents, whatever its dates say.
    """

    keep_originals: bool = False
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
    with Readers(options.seconds, options.workers, options.reading, stopping) as readers:
        files = Files(
            library,
            options.keep_originals,
            options.largest,
            readers.patience,
            hash=options.hash,
        )
        if isinstance(sources, Sources):
            files.check_missing(sources)
        findings = readers.read(run.to_open(sources, files))
        run.take(run.changed(run.documents(findings, files), options.keep_originals))
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
    run = _Run(library, embedder, listener or Listener(), passage_tokens)
    run.take(run.changed(documents))
    run.finish()
    return run.summary


class _Stopped(Exception):
    """In the middle of a document, which is left out."""


class _Run:
    """One run's way from files to a published library, and what it has to say of it."""

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        listener: Listener,
        passage_tokens: int = PASSAGE_TOKENS,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        library.require(embedder.fingerprint)
        self.summary = Summary()
        self._notes = Notes(library, listener, self.summary)
        self._library = library
        self._embedder = embedder
        self._passage_tokens = passage_tokens
        self._stopping = stopping
        self._awaited = 0  # files that are being read
        self._originals: dict[str, bytes] = {}

    def to_open(self, sources: Iterable[Source], files: Files) -> Iterator[tuple[Request, int]]:
        """Those files of which it is not known that they are as they were, with their sizes."""
        for source in sources:
            if self._stopping():
                self.summary.stopped = True
                return
            match files.look_at(source):
                case Event() as event:
                    self._found_again(event, files)
                case Same(origin):
                    self._found_same(source.name, origin, files)
                case Refused() as refused:
                    self._refuse(source, refused)
                case request:
                    self._awaited += 1
                    yield request

    def documents(
        self, findings: Iterable[tuple[Request, Finding]], files: Files
    ) -> Iterator[Document]:
        """The documents among the findings."""
        for request, finding in findings:
            self._awaited -= 1
            source = request.source
            match finding:
                case Refused():
                    self._refuse(source, finding)
                case Same(origin):
                    self._found_same(source.name, origin, files)
                case Read(document, original):
                    if original is not None:
                        self._originals[source.name] = original
                    yield document
            self._notes.settle_if_many()

    def changed(self, documents: Iterable[Document], keep: bool = False) -> Iterator[Document]:
        """Those documents that the library has not already just so."""
        for document in documents:
            entry = self._library.entry(document.source)
            if entry is None or keep or not is_same(document, entry):
                yield document
                continue
            if document.origin is not None and document.origin != entry.origin:
                self._notes.looked_at(document.source, document.origin)
                self._notes.forgive([document.source])
            self._notes.tell(Event(document.source, "unchanged", entry.passages))

    def take(self, documents: Iterable[Document]) -> None:
        """Segment, embed and store documents, batch by batch."""
        try:
            for batch in self._batches(documents):
                self._commit(batch, self._embed(batch))
                batch.clear()  # before the next one is gathered
        except _Stopped:
            self.summary.stopped = True
        if self._awaited:  # they were given up
            self.summary.stopped = True

    def pass_over(self, sources: Sources) -> None:
        """Say what the folders had that could not be taken."""
        self.summary.passed_over = sources.passed_over
        for folder, why in sources.unread.items():
            reason = f"the folder {folder} cannot be read: {why}; check its permissions"
            self._notes.tell(Event(folder, "refused", reason=reason))

    def forget(self, gone: Gone, files: Files) -> None:
        """Remove documents whose files are gone."""
        removed = {name: files.taken[name] for name in gone.names if name in files.taken}
        self._notes.forgive(gone.names)
        if removed:
            self._library.remove([taken.id for taken in removed.values()])
        for name, taken in removed.items():
            self._notes.tell(Event(name, "removed", taken.passages))
        for path in gone.unmounted:
            self._notes.tell(Event(path, "refused", reason=unmounted(path)))

    def finish(self) -> None:
        """Settle what is open, and bring the indexes up to date."""
        self._notes.settle()
        wanted = self._library.generation > 0 and not self.summary.stopped
        if wanted and not is_published(self._library):
            publish(self._library)

    def _batches(self, documents: Iterable[Document]) -> Iterator[Batch]:
        """Documents with their passages, gathered until there is enough to embed at once."""
        batch: dict[str, tuple[Document, list[Passage]]] = {}
        passages = characters = 0
        for document in documents:
            document = warned(document, self._embedder)
            cut = segment(document, self._embedder, self._passage_tokens)
            batch[document.source] = (document, cut)
            passages += len(cut)
            characters += len(document.text)
            del document, cut
            if passages >= _BATCH_PASSAGES or characters >= _BATCH_CHARACTERS:
                full, batch, passages, characters = list(batch.values()), {}, 0, 0
                yield full
                del full
        if batch:
            yield list(batch.values())

    def _embed(self, batch: Batch) -> dict[bytes, Vectors]:
        """Vectors by passage key, for those keys that the library does not have yet."""
        wanted = {p.key(d.text): (p, d.text) for d, passages in batch for p in passages}
        for key in self._library.embedded(wanted):
            del wanted[key]
        keys = list(wanted)
        while len(keys) > _PART_PASSAGES:
            part = {key: wanted.pop(key) for key in keys[:_PART_PASSAGES]}
            del keys[:_PART_PASSAGES]
            self._library.hold(self._vectors(part), self._embedder.fingerprint)
            if self._stopping():
                raise _Stopped
        return self._vectors(wanted)

    def _vectors(self, wanted: dict[bytes, tuple[Passage, str]]) -> dict[bytes, Vectors]:
        """By passage key, rows ``(1 + sentences, dimension)``."""
        return embed(wanted, self._embedder, self._notes.embedded)

    def _commit(self, batch: Batch, vectors: dict[bytes, Vectors]) -> None:
        events = [
            Event(
                document.source,
                "replaced" if self._library.entry(document.source) else "added",
                len(passages),
                warnings=document.warnings,
            )
            for document, passages in batch
        ]
        self._library.put(batch, vectors, self._embedder.fingerprint, self._originals)
        self._originals = {}
        self._notes.settle()
        for event in events:
            self._notes.tell(event)

    def _refuse(self, source: Source, refused: Refused) -> None:
        self._notes.refuse(Refusal(source.name, refused.reason, refused.origin))

    def _found_same(self, source: str, origin: Origin, files: Files) -> None:
        self._notes.looked_at(source, origin)
        self._notes.settle_if_many()
        self._found_again(Event(source, "unchanged", files.taken[source].passages), files)

    def _found_again(self, event: Event, files: Files) -> None:
        self._notes.tell(event)
        if event.outcome == "unchanged" and event.source in files.refused:
            self._notes.forgive([event.source])
