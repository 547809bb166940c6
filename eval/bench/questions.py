"""The time and memory of warm questions, on stated input."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from rich.console import Console
from rich.table import Table

from pincite.corpus.store.library import Library
from pincite.eval.memory import peak_rss_mb
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.settings import Settings

ARTICLE = "ai_safety.txt"


@dataclass(frozen=True, slots=True)
class Timing:
    """Milliseconds of one stage over all questions, and its share of the whole at the median."""

    stage: str
    p50_ms: float
    p95_ms: float
    share: float


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What was measured, on what."""

    passages: int
    questions: int
    rounds: int
    timings: tuple[Timing, ...]  # the whole first, then each stage
    ingest_seconds: float
    peak_rss_mb: float


def bench(
    questions: Sequence[str], settings: Settings, embedder: Embedder, rounds: int = 3
) -> Benchmark:
    """Ask every question ``rounds`` times of a throw-away library of the bundled article.

    The model and the indexes are loaded first: what is timed is a warm question through
    ``Engine.ask``, in the same process. Each run reports its own ratios, so that two machines, or
    a machine under load, can still be compared.
    """
    with tempfile.TemporaryDirectory() as folder:
        with Library.open(folder, create=True) as library:
            article = Path(str(files("pincite.corpus"))) / "documents" / ARTICLE
            embedder.embed_documents(["warm"])
            started = time.perf_counter()
            ingest_sources([Source(article, "AI safety")], library, embedder)
            ingest_seconds = time.perf_counter() - started
        with Engine.open(folder, settings=settings, embedder=embedder) as engine:
            passages = sum(entry.passages for entry in engine.library.entries())
            engine.warm_up()
            whole: list[float] = []
            stages: dict[str, list[float]] = {}
            for question in list(questions) * rounds:
                started = time.perf_counter()
                answer = engine.ask(question)
                whole.append((time.perf_counter() - started) * 1000)
                for stage, milliseconds in answer.trace.milliseconds.items():
                    stages.setdefault(stage, []).append(milliseconds)
    median = statistics.median(whole)
    timings = [_timing("whole question", whole, median)]
    timings += [_timing(stage, values, median) for stage, values in stages.items()]
    return Benchmark(
        passages, len(questions), rounds, tuple(timings), ingest_seconds, peak_rss_mb()
    )


def _timing(stage: str, values: Sequence[float], whole: float) -> Timing:
    p95 = statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]
    p50 = statistics.median(values)
    return Timing(stage, p50, p95, p50 / whole if whole else 0.0)


def show(console: Console, found: Benchmark) -> None:
    """What was measured, as a table."""
    console.print(
        f"{found.questions} questions, each asked {found.rounds} times, of the bundled article "
        f"in {found.passages} passages; {os.cpu_count()} processors"
    )
    table = Table(box=None, pad_edge=False)
    for name in ("stage", "median ms", "95 % ms", "share of the whole"):
        table.add_column(name, justify="left" if name == "stage" else "right")
    for timing in found.timings:
        share = f"{timing.share:.0%}"
        table.add_row(timing.stage, f"{timing.p50_ms:.2f}", f"{timing.p95_ms:.2f}", share)
    console.print(table)
    console.print(
        f"ingesting the article took {found.ingest_seconds:.1f} s, with the model loaded; peak "
        f"memory {found.peak_rss_mb:.0f} MiB"
    )
