"""``pincite ingest``: documents into the library."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from pincite.corpus.counts import counted
from pincite.corpus.errors import LibraryLockedError, UsageError
from pincite.corpus.store.library import Library
from pincite.ingest.files.originals import Originals
from pincite.ingest.files.read import LARGEST, MB
from pincite.ingest.files.walk import Source, Sources, find_sources
from pincite.ingest.pipeline import Options, Summary, ingest_sources
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.engine import open_embedder
from pincite.retrieval.libraries import open_library
from pincite.ui.commands.web_pages import apart, fetched, require_allowed
from pincite.ui.console import EXIT_FAILED, err, say, settings
from pincite.ui.text.progress import ingesting, show_summary

if TYPE_CHECKING:
    from pincite.ingest.cluster.address import Cluster
    from pincite.retrieval.settings import Settings

EXIT_STOPPED = 130
_AGAIN_SECONDS = 2.0  # after which a library that somebody else wrote to is tried again

Patterns = list[str] | None


def ingest(
    paths: Annotated[
        list[str], typer.Argument(help="Files, folders and, with --allow-network, URLs.")
    ],
    title: Annotated[str | None, typer.Option(help="The title, if a single file is named.")] = None,
    include: Annotated[
        Patterns, typer.Option(help="In folders, take only files like '*.md'. Repeatable.")
    ] = None,
    exclude: Annotated[
        Patterns, typer.Option(help="In folders, skip files like 'drafts/'. Repeatable.")
    ] = None,
    sync: Annotated[
        bool,
        typer.Option(
            "--sync", help="Remove documents whose files are gone; a named path may be gone, too."
        ),
    ] = False,
    watch: Annotated[
        bool,
        typer.Option("--watch", help="Keep watching the folders and ingest changes until Ctrl-C."),
    ] = False,
    hash: Annotated[
        bool,
        typer.Option("--hash", help="Compare the contents of every file, whatever its date."),
    ] = False,
    largest: Annotated[
        int, typer.Option(min=1, metavar="MB", help="Skip files larger than this.")
    ] = LARGEST // MB,
    keep_originals: Annotated[
        bool, typer.Option("--keep-originals", help="Also store the original files.")
    ] = False,
    allow_network: Annotated[
        bool, typer.Option("--allow-network", help="Fetch the named URLs, and only these.")
    ] = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="Use the workers of a Dask scheduler, as tls://HOST:8786, or start some here, as "
            "local:4. Needs a shared library.",
        ),
    ] = None,
) -> None:
    """Add documents to the library. Files that have not changed are not read again."""
    chosen = settings()
    files, urls = apart(paths)
    require_allowed(urls, allowed=allow_network, watch=watch)
    workers = None if cluster is None else _cluster(cluster, chosen, urls, watch=watch)

    def found(pages: Sequence[Source] = ()) -> Sources:
        return find_sources(
            files,
            title,
            include=include or (),
            exclude=exclude or (),
            may_be_empty=sync or watch,
            may_be_missing=sync and not watch,
            more=pages,
        )

    sources = found()
    if title is not None and (count := len(urls) + sum(1 for _ in sources)) != 1:
        raise UsageError(f"--title {title!r} needs exactly one file, and {count} are named")
    if watch and len(sources.folders) < len(files):
        raise UsageError("--watch needs folders, and a file is named; name the folder it is in")
    options = Options(
        originals=Originals.ALL if keep_originals else Originals.NONE,
        sync=sync or watch,
        largest=largest * MB,
        seconds=chosen.reading_seconds,
        hash=hash,
    )
    embedder = open_embedder(chosen, say)
    with fetched(urls, title, options.largest, options.seconds) as pages:
        # A library that is made now has no document of a path that is gone.
        opening = open_library(chosen.library, create=not sources.missing)
        with opening as library, _stoppable() as stopping:
            started = time.perf_counter()
            counted = found(pages.sources)
            with _told_where_it_stopped(library), ingesting(err(), files=counted) as listener:
                for event in pages.refused:
                    listener.on_event(event)
                take_in = ingest_sources if workers is None else _by(workers, chosen)
                summary = take_in(
                    found(pages.sources), library, embedder, listener, options, stopping.is_set
                )
            summary.events[:0] = pages.refused
            show_summary(err(), summary, time.perf_counter() - started)
            if watch:
                if not summary.stopped:
                    _keep(found, library, embedder, options, stopping)
                return
            if summary.stopped:
                _say_where_it_stopped(library)
                raise typer.Exit(EXIT_STOPPED)
    if summary.refused:
        raise typer.Exit(EXIT_FAILED)


def _cluster(text: str, chosen: Settings, urls: Sequence[str], *, watch: bool) -> Cluster:
    """The cluster that a person named.

    Raises:
        UsageError: it is none, or cannot be combined with what else they want.
        MissingExtraError: what it takes is not installed.
    """
    from pincite.ingest.cluster.address import Cluster, require_shared

    if urls:
        raise UsageError(
            f"--cluster is for files that every worker sees, and {urls[0]} is fetched to this "
            "machine; ingest it without --cluster"
        )
    if watch:
        raise UsageError("--watch and --cluster cannot be combined; choose one of them")
    found = Cluster.of(text)
    require_shared(chosen.library, found)
    return found


def _by(workers: Cluster, chosen: Settings) -> Callable[..., Summary]:
    """As `ingest_sources`, with these workers."""
    from pincite.ingest.cluster.job import ingest_on_cluster

    return partial(ingest_on_cluster, cluster=workers, settings=chosen)


def _keep(
    found: Callable[[], Sources],
    library: Library,
    embedder: Embedder,
    options: Options,
    stopping: threading.Event,
) -> None:
    """Ingest what changes, as it changes."""
    from pincite.ingest.files.watch import changes

    folders = found().folders
    say(f"watching {', '.join(map(str, folders))}; press Ctrl-C to end")
    with ingesting(err(), only_changes=True) as listener:
        for _ in changes(folders, library.folder, stopping):
            while not stopping.is_set():
                try:
                    ingest_sources(found(), library, embedder, listener, options, stopping.is_set)
                    break
                except LibraryLockedError as error:
                    say(f"{error}; trying again")
                    stopping.wait(_AGAIN_SECONDS)
    say("stopped watching; the library keeps its documents")


@contextmanager
def _stoppable() -> Iterator[threading.Event]:
    """Make the first Ctrl-C set the event, and the second one an interrupt like any other."""
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        if stopping.is_set():
            raise KeyboardInterrupt
        stopping.set()
        # Not by way of a stream that may be in the middle of a line.
        os.write(
            2, b"\npincite: stopping after the current batch; press Ctrl-C again to stop at once\n"
        )

    if threading.current_thread() is not threading.main_thread():
        yield stopping
        return
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopping
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _told_where_it_stopped(library: Library) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        _say_where_it_stopped(library)
        raise


def _say_where_it_stopped(library: Library) -> None:
    documents, _ = library.counts()
    has = counted(documents, "document")
    say(f"stopped: the library has {has}; run the command again to continue")
