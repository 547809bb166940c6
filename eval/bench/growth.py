"""How the time and space of indexes and questions grow with the library."""

from __future__ import annotations

import multiprocessing
import os
import random
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from pincite.corpus.errors import UsageError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document, Passage, Section, Span
from pincite.eval.memory import peak_rss_mb
from pincite.retrieval.embedding.embedder import Embedder, Vectors
from pincite.retrieval.engine import Engine, open_embedder
from pincite.retrieval.query import Query
from pincite.retrieval.search.indexes import open_indexes, publish
from pincite.retrieval.search.search import search
from pincite.retrieval.settings import Settings

_SEED = 11
_PASSAGES = 20  # of a document
_AT_ONCE = 50  # documents in one transaction
_SPACE = 6000  # bytes on the disk for a passage: library, its log, indexes
_NOISE = 0.6  # of a vector's length: cosines of the same sentence's copies are near 0.74
_ADDITIONS = 5
_HALF = "half"  # the tag of every other document


@dataclass(frozen=True, slots=True)
class Time:
    """Of one piece of work, in seconds: by the clock, and of the processor."""

    wall: float
    cpu: float


@dataclass(frozen=True, slots=True)
class Asked:
    """Of warm questions put to everything, or to half of it.

    ``answers`` are seconds of whole questions, by the clock and of the processor each; ``searches``
    those of the processor for the search alone.
    """

    answers: tuple[Time, ...]
    searches: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """A process that opens the indexes and asks."""

    opening: Time
    everything: Asked
    half: Asked
    memory_mb: float


@dataclass(frozen=True, slots=True)
class Growth:
    """What a library of so many passages takes."""

    passages: int
    build: Time
    addition: Time
    opened: Opened
    indexes_mb: float
    library_mb: float


def bench_growth(
    passages: int, questions: Sequence[str], settings: Settings, embedder: Embedder
) -> Growth:
    """Make a library of so many passages, publish, add to it, open it and ask it.

    A passage is two sentences of the bundled article, with some words of its own; its vector is
    that of a sentence, moved at random.

    Raises:
        UsageError: there is no room on the disk for it.
    """
    with tempfile.TemporaryDirectory() as folder:
        free = shutil.disk_usage(folder).free
        if free < passages * _SPACE:
            raise UsageError(
                f"{passages} passages need {passages * _SPACE / 1e9:.1f} GB in {folder}, which has "
                f"{free / 1e9:.1f} GB left; set TMPDIR to a larger disk, or ask for fewer"
            )
        place = Path(folder) / "library"
        with Library.open(place, create=True) as library:
            source = _Source(embedder)
            _fill(library, source, passages)
            build = _timed(lambda: publish(library))
            additions = []
            for number in range(_ADDITIONS):
                source.put(library, [f"added/{number}.txt"])
                additions.append(_timed(lambda: publish(library)))
        addition = Time(
            statistics.median(one.wall for one in additions),
            statistics.median(one.cpu for one in additions),
        )
        # In a process of its own, so that its memory is what opening and asking take. One that is
        # spawned would count what this one has as its own peak.
        context = multiprocessing.get_context("forkserver")
        with ProcessPoolExecutor(1, context) as pool:
            opened = pool.submit(_open, place, list(questions), settings).result()
        return Growth(
            passages, build, addition, opened, _size(place / "indexes"), _size(place, "library*")
        )


def _open(folder: Path, questions: Sequence[str], settings: Settings) -> Opened:
    embedder = open_embedder(settings)
    embedder.embed_query("warm")
    with Library.open(folder) as library:
        opening = _timed(lambda: open_indexes(library, print))
    with Engine.open(folder, settings=settings, embedder=embedder) as engine:
        engine.warm_up()
        everything = _ask(engine, questions, None)
        half = _ask(engine, questions, [_HALF])
    return Opened(opening, everything, half, peak_rss_mb())


def _ask(engine: Engine, questions: Sequence[str], tags: list[str] | None) -> Asked:
    engine.ask(questions[0], tags=tags)
    answers = [_timed(partial(engine.ask, question, tags=tags)) for question in questions]
    library, settings = engine.library, engine.settings
    indexes = open_indexes(library, print)
    allowed = None
    if tags is not None:
        allowed = indexes.documents.select(library.tagged(tags), library).rows
    searches = []
    for question in questions:
        query = Query.of(question, indexes, engine.embedder)
        work = partial(
            search,
            query.vector,
            query.wanted,
            indexes,
            library,
            k=settings.read_passages,
            candidates=settings.candidates,
            dense_weight=settings.dense_weight,
            allowed=allowed,
        )
        searches.append(_timed(work).cpu)
    return Asked(tuple(answers), tuple(searches))


class _Source:
    """Makes documents of sentences of the bundled article, the same ones each time."""

    def __init__(self, embedder: Embedder) -> None:
        text = (Path(str(files("pincite.corpus"))) / "documents" / "ai_safety.txt").read_text()
        lines = [line for line in text.replace(". ", ".\n").splitlines() if len(line) > 40]
        self._sentences = lines[:400]
        self._vectors = embedder.embed_documents(self._sentences)
        self._fingerprint = embedder.fingerprint
        self._chance = random.Random(_SEED)
        self._noise = np.random.default_rng(_SEED)
        self._words = 0

    def put(self, library: Library, names: Sequence[str], passages: int = _PASSAGES) -> None:
        """Put documents of so many passages into the library, every other one with the tag."""
        made = [self._document(name, passages) for name in names]
        vectors = {key: rows for _, _, found in made for key, rows in found.items()}
        tags = {name: [_HALF] for name in names[::2]}
        library.put([(d, p) for d, p, _ in made], vectors, self._fingerprint, tags=tags)

    def _document(
        self, name: str, passages: int
    ) -> tuple[Document, list[Passage], dict[bytes, Vectors]]:
        text, cut, rows = "", [], []
        for _ in range(passages):
            chosen = self._chance.sample(range(len(self._sentences)), 2)
            spans = []
            for place in chosen:
                self._words += 1
                said = f"{self._sentences[place]} See w{self._words // 3:x}q."
                spans.append(Span(len(text), len(text) + len(said)))
                text += said + "\n"
            cut.append(Passage(Span(spans[0].start, spans[-1].end), tuple(spans)))
            rows.append(self._moved(chosen))
        document = Document(name, name, text, (Section(Span(0, len(text))),))
        return document, cut, {p.key(text): r for p, r in zip(cut, rows, strict=True)}

    def _moved(self, places: Sequence[int]) -> Vectors:
        """The vectors of a passage and its sentences, each moved at random."""
        base = self._vectors[[places[0], *places]]
        noise = self._noise.normal(size=base.shape) * _NOISE / base.shape[1] ** 0.5
        moved = base + noise.astype(np.float32)
        found: Vectors = moved / np.linalg.norm(moved, axis=1, keepdims=True)
        return found


def _fill(library: Library, source: _Source, passages: int) -> None:
    names = (f"{number // 1000}/{number}.txt" for number in range(-(-passages // _PASSAGES)))
    for batch in _batches(names):
        source.put(library, batch)


def _batches(names: Iterator[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    for name in names:
        batch.append(name)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


def _timed(work: Callable[[], object]) -> Time:
    wall, cpu = time.perf_counter(), time.process_time()
    kept = work()  # so that what it gives is not torn down inside the time
    found = Time(time.perf_counter() - wall, time.process_time() - cpu)
    del kept
    return found


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def _size(folder: Path, pattern: str = "**/*") -> float:
    """Of the files in it, in MB."""
    return sum(file.stat().st_size for file in folder.glob(pattern) if file.is_file()) / 1e6


def show(console: Console, found: Sequence[Growth], questions: int) -> None:
    """What was measured, as a table; a column a size."""
    console.print(
        f"generated documents of {_PASSAGES} passages, {questions} questions; seconds by the clock "
        f"(of the processor); {os.cpu_count()} processors"
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("passages")
    for one in found:
        table.add_column(f"{one.passages:,}", justify="right")

    def row(name: str, value: Callable[[Growth], str]) -> None:
        table.add_row(name, *map(value, found))

    row("build the indexes, s", lambda one: _said(one.build))
    row(f"add one document, s, median of {_ADDITIONS}", lambda one: _said(one.addition))
    row("open the indexes, s", lambda one: _said(one.opened.opening))
    for name, of in (("", attrgetter("everything")), (" half of it", attrgetter("half"))):

        def asked(one: Growth, at: Callable[[Sequence[float]], float], of: Any = of) -> str:
            answers = of(one.opened).answers
            return _said(Time(at([a.wall for a in answers]), at([a.cpu for a in answers])))

        def searched(one: Growth, at: Callable[[Sequence[float]], float], of: Any = of) -> str:
            return f"({at(of(one.opened).searches):.3g})"

        row(f"ask{name}, s: median", partial(asked, at=statistics.median))
        row(f"ask{name}, s: 95 %", partial(asked, at=_p95))
        row(f"search{name}, s: median", partial(searched, at=statistics.median))
        row(f"search{name}, s: 95 %", partial(searched, at=_p95))
    row("peak memory of opening and asking, MiB", lambda one: f"{one.opened.memory_mb:.0f}")
    row("indexes on the disk, MB", lambda one: f"{one.indexes_mb:.0f}")
    row("library file, MB", lambda one: f"{one.library_mb:.0f}")
    console.print(table)


def _said(one: Time) -> str:
    return f"{one.wall:.3g} ({one.cpu:.3g})"
