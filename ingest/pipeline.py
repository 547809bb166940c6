"""Documents into the library: read → segment → embed → store → publish."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.ingest.cutting.passages import PASSAGE_TOKENS, segment
from pincite.ingest.events import Event, Listener, Outcome, Summary
from pincite.ingest.files.file_changes import Files
from pincite.ingest.files.originals import Originals
from pincite.ingest.files.read import LARGEST
from pincite.ingest.files.walk import Source, Sources
from pincite.ingest.processes.cutter import Cutter
from pincite.ingest.processes.reader_pool import READING, SECONDS, Readers
from pincite.ingest.run import Run
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
    run = Run(library, embedder, listener or Listener(), stopping=stopping)
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
        results = readers.read(run.awaited(run.to_open(sources, files)), cutter.ahead)
        documents = run.changed(run.documents(results, files))
        run.take(run.items(documents, cutter.cut))
    if isinstance(sources, Sources):
        run.pass_over(sources)
        if options.sync and not run.summary.stopped:
            run.forget(files.gone(sources), files, library)
    finish(run, library)
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
    run = Run(library, embedder, listener or Listener())
    cut = partial(segment, embedder=embedder, passage_tokens=passage_tokens)
    run.take(run.items(run.changed(documents), cut))
    finish(run, library)
    return run.summary


def finish(run: Run, library: Library) -> None:
    """Settle what is open, and bring the indexes up to date."""
    run.log.settle()
    if library.generation > 0 and not run.summary.stopped and not is_published(library):
        publish(library)
