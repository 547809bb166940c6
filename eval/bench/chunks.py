"""Ingest against the usual default: chunks of 1,000 characters, 200 of them twice, embedded whole.

Those are the numbers of LangChain's ``RecursiveCharacterTextSplitter``, embedded by
sentence-transformers in float32 as its ``HuggingFaceEmbeddings`` does.
"""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.ingest.pipeline import ingest_documents
from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder

SIZE, OVERLAP = 1000, 200  # characters
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Comparison:
    """Characters a CPU-second, ours and in chunks, each at the median of the rounds."""

    characters: int
    passages: int
    chunks: int
    ours: float
    theirs: float


def chunks(
    text: str,
    size: int = SIZE,
    overlap: int = OVERLAP,
    separators: tuple[str, ...] = ("\n\n", "\n", " "),
) -> list[str]:
    """The text in chunks of at most ``size`` characters, by LangChain's recursive rule.

    It is split at the first separator that it has; pieces that are still too long, at the next.
    Pieces are joined to chunks, and the last ones of a chunk, up to ``overlap`` characters, begin
    the next one too.

    >>> chunks("one two three four", 9, 4)
    ['one two', 'three', 'four']
    """
    place = next((i for i, one in enumerate(separators) if one in text), len(separators))
    finer = separators[place + 1 :]
    if place < len(separators):
        first, *others = text.split(separators[place])
        pieces = [first, *(separators[place] + other for other in others)]
    else:
        pieces = list(text)
    made: list[str] = []
    short: list[str] = []
    for piece in pieces:
        if len(piece) < size or len(piece) == 1:
            short.append(piece)
            continue
        made += _joined(short, size, overlap)
        short = []
        made += chunks(piece, size, overlap, finer)
    return made + _joined(short, size, overlap)


def _joined(pieces: Sequence[str], size: int, overlap: int) -> list[str]:
    made: list[str] = []
    current: deque[str] = deque()
    length = 0
    for piece in pieces:
        if length + len(piece) > size and current:
            made.append("".join(current).strip())
            while length > overlap or (length and length + len(piece) > size):
                length -= len(current.popleft())
        current.append(piece)
        length += len(piece)
    return [one for one in [*made, "".join(current).strip()] if one]


def compare(document: Document, embedder: SentenceTransformerEmbedder) -> Comparison:
    """Take the document in and embed its chunks, in turns, each ``ROUNDS`` times after a first."""
    plain = SentenceTransformerEmbedder(embedder.name, "float32").model
    pieces = chunks(document.text)
    passages = 0

    def ours() -> None:
        nonlocal passages
        with tempfile.TemporaryDirectory() as folder, Library.open(folder, create=True) as library:
            summary = ingest_documents([document], library, embedder)
            passages = summary.events[0].passages

    def theirs() -> None:
        plain.encode(pieces, batch_size=32, show_progress_bar=False)

    times: dict[Callable[[], None], list[float]] = {ours: [], theirs: []}
    for _ in range(1 + ROUNDS):
        for run, seconds in times.items():
            started = time.process_time()
            run()
            seconds.append(time.process_time() - started)
    rate = [len(document.text) / statistics.median(seconds[1:]) for seconds in times.values()]
    return Comparison(len(document.text), passages, len(pieces), *rate)


def show(console: Console, found: Comparison) -> None:
    """What was measured, as a table."""
    console.print(
        f"{found.characters:,} characters, in {found.passages} passages with their sentences and "
        f"in {found.chunks} chunks; {os.cpu_count()} processors"
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("")
    table.add_column("characters a CPU-second", justify="right")
    table.add_row("Pincite, from text to published indexes", f"{found.ours:,.0f}")
    table.add_row(f"chunks of {SIZE:,}, embedded only", f"{found.theirs:,.0f}")
    console.print(table)
    console.print(f"ratio: {found.ours / found.theirs:.2f}")
