"""Ingest with the workers of a cluster; one process commits what they have made."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from operator import itemgetter

from pincite.corpus.errors import PinciteError
from pincite.corpus.shared.parts import commit_parts
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Refusal
from pincite.ingest.cluster.address import Cluster, require_shared
from pincite.ingest.cluster.connection import Killed, Workers, connected
from pincite.ingest.cluster.parcel import Parcel
from pincite.ingest.cluster.worker import Job, Progress, Task, work
from pincite.ingest.events import Listener, Summary
from pincite.ingest.files.file_changes import Files
from pincite.ingest.files.read import MB, Request, timeout_key
from pincite.ingest.files.walk import Sources
from pincite.ingest.pipeline import Options, finish
from pincite.ingest.run import Run
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.settings import Settings

# What a task holds at most: what is lost when its worker is, and waits in memory when it is done.
_MOST_FILES = 64
_MOST_BYTES = 32 * MB
_FIRST = 8  # tasks of one file, of two, and so on: all workers have something to do from the start
# In one commit: what waits in memory, a kilobyte a document, and is lost with this process.
_ROUND_DOCUMENTS = 20_000


def ingest_on_cluster(
    sources: Sources,
    library: Library,
    embedder: Embedder,
    listener: Listener | None = None,
    options: Options | None = None,
    stopping: Callable[[], bool] = lambda: False,
    *,
    cluster: Cluster,
    settings: Settings,
) -> Summary:
    """Take files in as `pincite.ingest.pipeline.ingest_sources` does, with a cluster's workers.

    A worker that is lost loses nothing: what it had in hand is done by another. What was done is
    committed when the job breaks off, too, so that running it again goes on; and as each document
    replaces its old self, nothing is doubled. A file whose reading ends several workers is refused.

    Args:
        sources: the files; each worker has to see them under the same paths.
        library: a shared one, which each worker reaches by its address.
        embedder: of the library.
        listener: hears of each file when it is committed, and of the work as it goes on.
        options: how files are taken in.
        stopping: whether to stop; what is done is committed, and the summary says that there is
            more.
        cluster: whose workers.
        settings: by which the workers open the same library and embedder.

    Raises:
        UsageError: the library is not a shared one.
        MissingExtraError: Dask is not installed.
        ClusterError: the cluster cannot be reached, or broke off.
        SourceNotFoundError: as `ingest_sources`.
        LibraryError: as `ingest_sources`.
    """
    require_shared(settings.library, cluster)
    options, listener = options or Options(), listener or Listener()
    # Workers tell of files when they begin with them, and not when they are listed here.
    run = Run(library, embedder, replace(listener, on_begun=lambda source: None), stopping)
    files = Files(
        library, options.originals, options.largest, timeout_key(options.seconds), hash=options.hash
    )
    files.check_missing(sources)
    job = Job(
        settings=settings,
        fingerprint=embedder.fingerprint,
        version=version("pincite"),
        began=datetime.now(UTC).isoformat(timespec="seconds"),
        topic=f"pincite-{secrets.token_hex(8)}",
        options=options,
    )

    def on_progress(said: Progress) -> None:
        if "begun" in said:
            listener.on_begun(said["begun"])
        listener.on_embedded(said.get("embedded", 0))

    tasks = _tasks(job, run.to_open(sources, files), files)
    round = _Round(run, library)
    with connected(cluster, work, job.topic, on_progress) as workers:
        try:
            for number, parcel in _parcels(workers, tasks, stopping):
                for event in parcel.events:
                    listener.on_ready(event.source)
                round.add(number, parcel)
        except PinciteError:
            round.commit()
            raise
        round.commit()
    run.summary.stopped |= stopping()
    run.pass_over(sources)
    if options.sync and not run.summary.stopped:
        run.forget(files.gone(sources), files, library)
    finish(run, library)
    return run.summary


def _tasks(job: Job, requests: Iterable[tuple[Request, int]], files: Files) -> Iterator[Task]:
    """The files in tasks, the first ones small."""
    waiting = iter(requests)
    number, held = 0, next(waiting, None)
    while held is not None:
        most = min(_MOST_FILES, 2 ** (number // _FIRST))
        some, size = [held], held[1]
        while (held := next(waiting, None)) is not None:
            if len(some) == most or size + held[1] > _MOST_BYTES:
                break
            some.append(held)
            size += held[1]
        yield _task(job, number, some, files)
        number += 1


def _task(job: Job, number: int, some: Iterable[tuple[Request, int]], files: Files) -> Task:
    requests = tuple(some)
    names = [request.source.name for request, _ in requests]
    entries = {name: files.entries[name] for name in names if name in files.entries}
    return Task(number, job, requests, entries, frozenset(files.failures.keys() & names))


def _parcels(
    workers: Workers[Task, tuple[int, Parcel]],
    tasks: Iterable[Task],
    stopping: Callable[[], bool],
) -> Iterator[tuple[int, Parcel]]:
    """What becomes of each task; the files of one that ends workers are tried alone at last."""
    suspects: list[Task] = []
    for result in workers.do(tasks, stopping):
        if isinstance(result, Killed):
            suspects.append(result.task)
        else:
            yield result
    for task in suspects:
        for request in task.requests:
            alone = replace(task, requests=(request,))
            for result in workers.do([alone], stopping):
                if isinstance(result, Killed):
                    yield task.number, _refused(request[0].source.name)
                else:
                    yield result


def _refused(source: str) -> Parcel:
    reason = (
        f"{source} cannot be taken in: each worker that tried it ended, as where memory is short; "
        "split it, or ingest it without --cluster to see why"
    )
    return Parcel(refusals=(Refusal(source, reason),))


class _Round:
    """The parcels that are committed together, and then told of in the order of their files.

    Args:
        run: tells of them.
        library: what they go into.
    """

    def __init__(self, run: Run, library: Library) -> None:
        self._run = run
        self._library = library
        self._parcels: list[tuple[int, Parcel]] = []
        self._documents = 0

    def add(self, number: int, parcel: Parcel) -> None:
        """Take a parcel; with it, all that are there may be committed."""
        self._parcels.append((number, parcel))
        self._documents += len(parcel.part.documents) if parcel.part else 0
        if self._documents >= _ROUND_DOCUMENTS:
            self.commit()

    def commit(self) -> None:
        """Make all parcels visible in one commit.

        Raises:
            LibraryError: that cannot be done. They are let go of all the same.
        """
        parcels = [parcel for _, parcel in sorted(self._parcels, key=itemgetter(0))]
        self._parcels, self._documents = [], 0
        if parts := [parcel.part for parcel in parcels if parcel.part]:
            commit_parts(self._library, parts)
        log = self._run.log
        for parcel in parcels:
            for source, origin in parcel.origins.items():
                log.touch(source, origin)
            log.clear_failures(parcel.cleared)
            for refusal in parcel.refusals:
                log.record_failure(refusal)
        log.settle()  # which tells of the refusals
        for parcel in parcels:
            self._run.summary.embedded += parcel.embedded
            told = {refusal.source for refusal in parcel.refusals}
            for event in parcel.events:
                if event.source not in told:
                    same_as = self._run.copy_of(event.source, parcel.seen.get(event.source))
                    log.tell(replace(event, same_as=same_as))
