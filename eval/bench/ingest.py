"""How fast documents are taken in, and how much memory that takes, on stated input."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from pincite.corpus.errors import UsageError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Span
from pincite.eval.memory import descendants, peak_rss_mb
from pincite.ingest.files.walk import find_sources
from pincite.ingest.pipeline import Options, ingest_sources
from pincite.retrieval.embedding.embedder import Embedder, Vectors, embed_alone

_GB = 1_000_000_000
_SPACE = 5  # times the text, on the disk: the text, the library, its indexes
_SEED = 4
_SENTENCES = 50_000  # different ones in generated text
_WORDS = (
    "the of and river mountain engine letter winter harbour council record measure light copper "
    "garden signal method number carries follows reaches divides opens under between after"
)
_LOOK_SECONDS = 0.05


class CheapEmbedder:
    """Vectors from hashes, at hardly any cost, so that reading and storing are what is timed."""

    window = 200
    languages: frozenset[str] | None = None

    def __init__(self, dimension: int = 16) -> None:
        self.dimension = dimension
        self.fingerprint = f"cheap@{dimension}"

    def count(self, texts: Sequence[str]) -> list[int]:
        """See `Embedder`: a token is what stands between blanks."""
        return [len(text.split()) for text in texts]

    def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder`."""
        digests = b"".join(
            hashlib.shake_128(text.encode()).digest(2 * self.dimension) for text in texts
        )
        rows = np.frombuffer(digests, np.int16).reshape(-1, self.dimension).astype(np.float32)
        found: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1)
        return found

    def embed_parts(self, texts: Sequence[str], parts: Sequence[Sequence[Span]]) -> list[Vectors]:
        """See `Embedder`."""
        return embed_alone(self.embed_documents, texts, parts)

    def embed_query(self, text: str) -> Vectors:
        """See `Embedder`."""
        row: Vectors = self.embed_documents([text])[0]
        return row


@dataclass(frozen=True, slots=True)
class Taken:
    """What one run of the pipeline came to. Memory is the highest resident size, in MiB."""

    seconds: float
    outcomes: dict[str, int]
    embedded: int
    passages: int
    pages: int
    peak_mb: float
    worker_mb: float


def ingest_folder(folder: Path, library_folder: Path, embedder: Embedder) -> Taken:
    """Take a folder in as ``pincite ingest FOLDER`` does, indexes included."""
    with Library.open(library_folder, create=True) as library, _workers_watched() as workers:
        started = time.perf_counter()
        summary = ingest_sources(find_sources([folder]), library, embedder, options=Options())
        seconds = time.perf_counter() - started
        entries = library.entries()
    return Taken(
        seconds=seconds,
        outcomes=dict(Counter(event.outcome for event in summary.events)),
        embedded=summary.embedded,
        passages=sum(entry.passages for entry in entries),
        pages=sum(entry.pages for entry in entries),
        peak_mb=peak_rss_mb(),
        worker_mb=max(workers.values(), default=0.0),
    )


def write_files(folder: Path, files: int, size: int) -> None:
    """Write text files of ``size`` bytes and a few, no two alike, the same ones each time."""
    chance = random.Random(_SEED)
    pool = [_sentence(chance) for _ in range(_SENTENCES)]
    for number in range(files):
        parent = folder / f"{number // 1000:03}"
        parent.mkdir(parents=True, exist_ok=True)
        with (parent / f"{number:06}.txt").open("w", encoding="utf-8") as stream:
            written = 0
            while written < size:
                said = " ".join(chance.choices(pool, k=4))
                written += stream.write(f"Entry {number}-{written} stands here. {said}\n\n")


def _sentence(chance: random.Random) -> str:
    words = chance.choices(_WORDS.split(), k=chance.randint(8, 20))
    return " ".join(words).capitalize() + "."


def bench_files(console: Console, files: int, embedder: Embedder, size: int = 1500) -> None:
    """Take many small files in, and then again with nothing changed."""
    with tempfile.TemporaryDirectory(prefix="pincite-bench-") as name:
        folder = Path(name)
        write_files(folder / "files", files, size)
        runs = [ingest_folder(folder / "files", folder / "library", embedder) for _ in "12"]
    console.print(
        f"{files:,} generated text files of about {size:,} bytes, embedder {embedder.fingerprint}; "
        f"{os.cpu_count()} processors"
    )
    _show(console, {"first run": runs[0], "second run": runs[1]})
    console.print(f"second run / first run: {runs[1].seconds / runs[0].seconds:.3f}")


def bench_bytes(console: Console, gigabytes: float, embedder: Embedder, size: int) -> None:
    """Take much text in, in files of about ``size`` bytes."""
    total = round(gigabytes * _GB)
    free = shutil.disk_usage(tempfile.gettempdir()).free
    if free < _SPACE * total:
        raise UsageError(
            f"{gigabytes:g} GB of text need about {_SPACE * gigabytes:g} GB in "
            f"{tempfile.gettempdir()}, which has {free / _GB:.1f} GB; free some, or name another "
            "folder in TMPDIR"
        )
    with tempfile.TemporaryDirectory(prefix="pincite-bench-") as name:
        folder = Path(name)
        files = max(1, round(total / size))
        write_files(folder / "files", files, size)
        taken = ingest_folder(folder / "files", folder / "library", embedder)
        stored = sum(f.stat().st_size for f in (folder / "library").rglob("*") if f.is_file())
    console.print(
        f"{total / _GB:g} GB of generated text in {files:,} files, embedder "
        f"{embedder.fingerprint}; {os.cpu_count()} processors"
    )
    _show(console, {"the only run": taken})
    console.print(
        f"{total / 1e6 / taken.seconds:.1f} MB of text a second; the library and its indexes have "
        f"{stored / _GB:.2f} GB"
    )


def bench_pages(console: Console, folder: Path, embedder: Embedder) -> None:
    """Take a folder of paged documents in, and say how many pages a second that is."""
    with tempfile.TemporaryDirectory(prefix="pincite-bench-") as name:
        taken = ingest_folder(folder, Path(name), embedder)
    console.print(
        f"{sum(taken.outcomes.values())} files in {folder}, embedder {embedder.fingerprint}; "
        f"{os.cpu_count()} processors"
    )
    _show(console, {"the only run": taken})
    console.print(f"{taken.pages / taken.seconds:.1f} pages a second, of {taken.pages:,} pages")


def _show(console: Console, runs: dict[str, Taken]) -> None:
    table = Table(box=None, pad_edge=False)
    columns = ("", "seconds", "outcomes", "embedded", "passages", "peak MiB", "worker MiB")
    for name in columns:
        table.add_column(name, justify="left" if name in ("", "outcomes") else "right")
    for name, run in runs.items():
        outcomes = ", ".join(f"{count:,} {outcome}" for outcome, count in run.outcomes.items())
        table.add_row(
            name,
            f"{run.seconds:.2f}",
            outcomes,
            f"{run.embedded:,}",
            f"{run.passages:,}",
            f"{run.peak_mb:,.0f}",
            f"{run.worker_mb:,.0f}" if run.worker_mb else "none",
        )
    console.print(table)


@contextmanager
def _workers_watched() -> Iterator[dict[int, float]]:
    """The highest resident size of each child process, in MiB, where the system tells (Linux)."""
    peaks: dict[int, float] = {}
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_LOOK_SECONDS):
            for child in descendants(os.getpid()):
                if (peak := _peak_mb(child)) is not None:
                    peaks[child] = peak

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield peaks
    finally:
        ended.set()
        watching.join()


def _peak_mb(process: int) -> float | None:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return None
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) / 1024 if lines else None
