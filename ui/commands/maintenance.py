"""What keeps a library in order: copies, indexes, other embedders, space and health."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pincite.corpus.counts import counted
from pincite.corpus.errors import UsageError
from pincite.corpus.exporting import export as export_library
from pincite.corpus.store.address import is_shared
from pincite.corpus.store.library import Library
from pincite.ingest.events import Listener
from pincite.ingest.importing import import_library
from pincite.ingest.reembedding import reembed as reembed_library
from pincite.ingest.reembedding import repair as repair_library
from pincite.retrieval.engine import open_embedder
from pincite.retrieval.health import examine
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search.upkeep import compact as compact_indexes
from pincite.retrieval.search.upkeep import publish
from pincite.retrieval.settings import Settings
from pincite.ui import terminal
from pincite.ui.console import EXIT_FAILED, JsonOption, err, out, print_json, say, settings
from pincite.ui.text.control_characters import one_line
from pincite.ui.text.progress import ingesting, show_summary

_LACKS_NONE = "the library lacks no commit, so there is nothing to accept"


def export(
    file: Annotated[Path, typer.Argument(help="The new file, in JSON Lines.")],
    vectors: Annotated[
        bool,
        typer.Option("--vectors", help="Include the vectors, so that an import embeds nothing."),
    ] = False,
) -> None:
    """Export the whole library to a file, one line per document."""
    with open_library(settings().library) as library:
        count = export_library(library, file, vectors=vectors)
    _say(f"exported: {counted(count, 'document')} to {file}")


def import_(
    file: Annotated[Path, typer.Argument(help="A file written by pincite export.")],
    trust_vectors: Annotated[
        bool,
        typer.Option(
            "--trust-vectors",
            help="Use the vectors in the file instead of embedding its texts again.",
        ),
    ] = False,
) -> None:
    """Import an exported library. Documents of the same name are replaced."""
    chosen = settings()
    embedder = open_embedder(chosen, say)
    started = time.perf_counter()
    with open_library(chosen.library, create=True) as library, ingesting(err()) as listener:
        summary = import_library(file, library, embedder, listener, trust_vectors=trust_vectors)
    show_summary(err(), summary, time.perf_counter() - started)
    if summary.untrusted:
        _say(
            f"the vectors of {counted(summary.untrusted, 'document')} in {file} were made again, "
            "because nothing can show that they are those of the texts; if you trust who made the "
            "file, --trust-vectors takes them over"
        )


def rebuild() -> None:
    """Rebuild the indexes from the library."""
    with open_library(settings().library, rebuilding=True) as library:
        publish(library, anew=True)
        _, passages = library.counts()
    _say(f"rebuilt: the indexes of {counted(passages, 'passage')}")


def reembed() -> None:
    """Embed all documents again, with the model that PINCITE_EMBEDDER names.

    The library does not change until all is embedded. If it is stopped, run it again to continue.
    """
    chosen = settings()
    embedder = open_embedder(chosen, say)
    with open_library(chosen.library) as library:
        documents, _ = library.counts()
        with _embedding(err(), documents) as listener:
            summary = reembed_library(library, embedder, listener)
        documents, passages = library.counts()
    _say(
        f"embedded again with {embedder.fingerprint}: {counted(documents, 'document')}, "
        f"{counted(passages, 'passage')}; {summary.embedded} embedded now"
    )


def compact() -> None:
    """Delete unused data and free its disk space."""
    with open_library(settings().library) as library:
        freed = library.compact()
        compact_indexes(library)
    _say(f"freed: {freed:,} bytes")


def doctor(
    deep: Annotated[
        bool, typer.Option("--deep", help="Read and check every text, offset, vector and index.")
    ] = False,
    repair: Annotated[
        bool,
        typer.Option(
            "--repair",
            help="First make damaged vectors anew, and let the next ingest read the files of "
            "damaged documents again.",
        ),
    ] = False,
    accept: Annotated[
        bool,
        typer.Option(
            "--accept",
            help="First go on with a library that is older than its indexes, without what it lost.",
        ),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check versions, the model's hash, the library and its indexes."""
    chosen = settings()
    if accept:
        if is_shared(chosen.library):
            raise UsageError(f"{chosen.library} is a shared library, which loses no commit")
        lost = Library.accept(chosen.library)
        commits = counted(lost, "commit")
        _say(f"accepted: the library as it is, without {commits}" if lost else _LACKS_NONE)
    if repair:
        _repair(chosen)
    health = examine(chosen, deep=deep)
    if as_json:
        print_json(health.to_json())
    else:
        terminal.show_health(out(), health)
    if health.problems:
        raise typer.Exit(EXIT_FAILED)


def _repair(chosen: Settings) -> None:
    with open_library(chosen.library) as library:
        done = repair_library(library, open_embedder(chosen))
    _say(f"repaired: the vectors of {counted(done.passages, 'passage')}")
    for source in done.documents:
        _say(
            f"damaged: {source}; read its file again with: pincite ingest, or forget it with: "
            "pincite remove"
        )


@contextmanager
def _embedding(console: Console, documents: int) -> Iterator[Listener]:
    """A progress bar on a terminal, and nothing where there is none."""
    columns = (TextColumn("embedding"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as progress:
        task = progress.add_task("embedding", total=documents)
        yield Listener(on_event=lambda event: progress.advance(task))


def _say(line: str) -> None:
    err().print(one_line(line), markup=False, soft_wrap=True)
