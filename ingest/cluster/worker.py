"""What a worker does: read, cut and embed some files, and pack what came of them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TypedDict

from pincite.corpus.errors import ClusterError, PinciteError
from pincite.corpus.shared.parts import Part, write_part
from pincite.corpus.shared.store import SharedStore
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Taken
from pincite.ingest.cluster.connection import Broken
from pincite.ingest.cluster.parcel import Parcel, ParcelLibrary, Put
from pincite.ingest.events import Listener
from pincite.ingest.files.read import Request
from pincite.ingest.pipeline import Options
from pincite.ingest.processes.cutter import Cutter
from pincite.ingest.processes.reader_pool import Readers
from pincite.ingest.run import Run
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.engine import open_embedder
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search.columns import Columns
from pincite.retrieval.settings import Settings

_IDS = 1 << 20  # passage ids that a worker reserves at once, so that it asks seldom


@dataclass(frozen=True, slots=True)
class Job:
    """What all tasks of a job have in common.

    Attributes:
        settings: with the library's address, by which every worker reaches it, and the embedder.
        fingerprint: of the embedder.
        version: of Pincite, where the job was begun.
        topic: under which progress is told.
        began: when the documents count as taken in (ISO 8601, UTC).
        options: how files are taken in.
    """

    settings: Settings
    fingerprint: str
    version: str
    topic: str
    began: str
    options: Options


@dataclass(frozen=True, slots=True)
class Task:
    """Some files of a job, in order, and what the library knows of them, by name."""

    number: int
    job: Job
    requests: tuple[tuple[Request, int], ...]
    entries: Mapping[str, Taken]
    failures: frozenset[str]


class Progress(TypedDict, total=False):
    """What a worker tells while it works."""

    begun: str  # the name of a file
    embedded: int  # passages


def work(task: Task) -> tuple[int, Parcel] | Broken:
    """Do a task on a worker of Dask; what fails is given back, so that another worker may try."""
    from distributed import get_worker

    worker = get_worker()
    try:
        tools = _tools_for(task.job)
        parcel = tools.take(task, lambda said: worker.log_event(task.job.topic, said))
    except PinciteError as error:
        return Broken(worker.address, _of_worker(worker.address, error))
    except Exception as error:
        what = f"{type(error).__name__}: {error}"[:200]
        return Broken(worker.address, ClusterError(f"the worker {worker.address} failed ({what})"))
    return task.number, parcel


def _of_worker(address: str, error: PinciteError) -> PinciteError:
    return type(error)(f"{error} (on the worker {address})")


class Tools:
    """What a worker needs for the tasks of a job; kept from one task to the next.

    Raises:
        ClusterError: the worker is not what the job was begun with.
        PinciteError: the library or the embedder cannot be opened.
    """

    def __init__(self, job: Job) -> None:
        if job.version != (here := version("pincite")):
            raise ClusterError(
                f"a worker has Pincite {here}, and the job is of Pincite {job.version}; install "
                "the same version on every machine"
            )
        self.embedder: Embedder = open_embedder(job.settings)
        if self.embedder.fingerprint != job.fingerprint:
            raise ClusterError(
                f"a worker embeds with {self.embedder.fingerprint}, and the job with "
                f"{job.fingerprint}; install the same model on every machine"
            )
        self.library: Library = open_library(job.settings.library)
        self.job = job
        self._ids = range(0)
        self._lock = threading.Lock()
        options = job.options
        self.readers = Readers(options.seconds, options.workers or 1, options.reading)
        self.cutter = Cutter(self.embedder, options.seconds)

    def close(self) -> None:
        """End its processes, and give the library back."""
        self.readers.close()
        self.cutter.close()
        self.library.close()

    def take(self, task: Task, tell: Callable[[Progress], None]) -> Parcel:
        """Take the files of a task in, as an ingest on one machine does, but into a parcel."""
        for request, _ in task.requests:
            _require_folder(request)
        parcel = ParcelLibrary(self.library, self._write)
        listener = Listener(
            on_begun=lambda source: tell({"begun": source}),
            on_embedded=lambda passages: tell({"embedded": passages}),
        )
        run = Run(parcel, self.embedder, listener)
        results = self.readers.read(run.awaited(task.requests), self.cutter.ahead)
        run.take(run.items(run.changed(run.documents(results, task)), self.cutter.cut))
        run.log.settle()
        return parcel.parcel(run.summary.events, run.summary.embedded)

    def _write(self, put: Put) -> Part:
        return write_part(
            str(self.job.settings.library),
            Columns(),
            self._ids_for(put.passages),
            put.documents,
            put.vectors,
            self.job.fingerprint,
            put.originals,
            added_at={document.source: self.job.began for document, _ in put.documents},
        )

    def _ids_for(self, passages: int) -> range:
        """Passage ids that nobody else gets."""
        with self._lock:
            if passages > len(self._ids):
                store = self.library.store
                assert isinstance(store, SharedStore)
                self._ids = store.reserve(max(passages, _IDS))
            ids, self._ids = self._ids[:passages], self._ids[passages:]
        return ids


def _require_folder(request: Request) -> None:
    folder = request.source.path.parent
    if not folder.is_dir():
        raise ClusterError(
            f"a worker does not see the folder {folder}; make it available on every machine, under "
            "the same path"
        )


_lock = threading.Lock()
_tools: dict[Job, Tools] = {}


def _tools_for(job: Job) -> Tools:
    """The tools for a job, made once in a worker's process."""
    with _lock:
        if job not in _tools:
            for old in _tools.values():  # of a job that is over
                old.close()
            _tools.clear()
            _tools[job] = Tools(job)
        return _tools[job]
