"""``pincite ingest``: documents into the library."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from corpus.errors import UsageError
from corpus.library import Library
from ingest.pipeline import ingest_sources
from ingest.sources import find_sources
from retrieval.engine import open_embedder
from ui import terminal
from ui.console import EXIT_FAILED, err, say, settings


def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, and folders of files.")],
    title: Annotated[str | None, typer.Option(help="A title for the one file named.")] = None,
) -> None:
    """Take documents into the library. What is there already is not embedded again."""
    chosen = settings()
    sources = find_sources(paths, title)
    if title is not None and len(sources) != 1:
        raise UsageError(f"--title {title!r} is for one file, and {len(sources)} were named")
    embedder = open_embedder(chosen)
    started = time.perf_counter()
    with (
        Library.open(chosen.library, create=True) as library,
        terminal.ingesting(err(), len(sources)) as listener,
    ):
        try:
            summary = ingest_sources(sources, library, embedder, listener)
        except KeyboardInterrupt:
            say("stopped; what is in the library stays, and running it again goes on from there")
            raise
    terminal.show_summary(err(), summary, time.perf_counter() - started)
    if summary.refused:
        raise typer.Exit(EXIT_FAILED)
