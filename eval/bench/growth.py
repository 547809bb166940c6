"""How the time and space of indexes and questions grow with the library."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

import numpy as np

from pincite.corpus.errors import UsageError
from pincite.corpus.store.library import Library
from pincite.eval.bench.growth_library import ADDED, HALF, Source, Time, grow, timed
from pincite.eval.memory import peak_rss_mb
from pincite.eval.run import Progress
from pincite.retrieval.embedding.embedder import Embedder, Vectors
from pincite.retrieval.engine import Engine, open_embedder
from pincite.retrieval.query import Query
from pincite.retrieval.search.indexes import Indexes, open_indexes, publish
from pincite.retrieval.search.search import search
from pincite.retrieval.settings import Settings

_SPACE = 6000  # bytes on the disk for a passage: library, its log, indexes
_ADDITIONS = 5
_RECALLED = 300  # candidates of the dense index that are held against the exact ones
_AT_ONCE = 16_384  # vectors that are compared with the questions at once
_MEASURED = "measured.json"


@dataclass(frozen=True, slots=True)
class Growth:
    """What a library of so many passages takes; flat, as it stands in the JSON file.

    Names end in their unit. ``_s`` and ``_ms`` are by the clock, ``_cpu_s`` and ``_cpu_ms`` of the
    processor, over all threads. ``half`` is a question to the documents with a tag that half of
    them have; ``search`` is dense and lexical search alone.

    Attributes:
        passages: of the library.
        build_s, build_cpu_s: of all publishes that its indexes came from.
        add_s, add_cpu_s: of publishing one more document of 20 passages, median.
        open_s, open_cpu_s: of opening the indexes.
        ask_p50_ms and so on: of whole warm questions.
        memory_mib: the most that a process took that opened the library and asked.
        indexes_mb, library_mb: on the disk.
        recall_at_300: the share of the 300 nearest passages that the dense index gives.
        questions: how many were asked.
        processors: of the machine.
    """

    passages: int
    build_s: float
    build_cpu_s: float
    add_s: float
    add_cpu_s: float
    open_s: float
    open_cpu_s: float
    ask_p50_ms: float
    ask_p95_ms: float
    ask_p50_cpu_ms: float
    ask_p95_cpu_ms: float
    ask_half_p50_ms: float
    ask_half_p95_ms: float
    ask_half_p50_cpu_ms: float
    ask_half_p95_cpu_ms: float
    search_p50_cpu_ms: float
    search_p95_cpu_ms: float
    search_half_p50_cpu_ms: float
    search_half_p95_cpu_ms: float
    memory_mib: float
    indexes_mb: float
    library_mb: float
    recall_at_300: float
    questions: int
    processors: int


@dataclass(frozen=True, slots=True)
class QuestionTimes:
    """Of warm questions: of each whole one, and of its search alone."""

    answers: tuple[Time, ...]
    searches: tuple[Time, ...]


@dataclass(frozen=True, slots=True)
class OpenTimes:
    """Of a process that opens the library and asks."""

    opening: Time
    everything: QuestionTimes
    half: QuestionTimes
    memory_mib: float


def bench_growth(
    sizes: Sequence[int],
    questions: Sequence[str],
    settings: Settings,
    embedder: Embedder,
    folder: Path | None = None,
    progress: Progress = lambda doing, done, total: None,
) -> list[Growth]:
    """Make a library that grows from size to size; at each, add to it, open it and ask it.

    Args:
        sizes: numbers of passages.
        questions: what is asked, each once.
        settings: of the engine that is asked.
        embedder: of the settings.
        folder: where the library is kept, with what was measured; if it was stopped there, it
            goes on. By default a temporary one.
        progress: hears what is being done.

    Raises:
        UsageError: there is no room on the disk for it, the library there is larger already than
            a size that was not measured, or what was measured there cannot be read.
    """
    with _place(folder) as place:
        measured = {one.passages: one for one in _noted(place)}
        _require_space(place, max(sizes))
        source = Source(embedder)
        for passages in sorted(sizes):
            if passages in measured:
                continue
            build = grow(place / "library", source, passages, progress)
            progress(f"asking {passages:,} passages", 0, len(questions))
            found = _measure(place / "library", source, passages, build, questions, settings)
            measured[passages] = found
            _note(place, list(measured.values()))
        return [measured[passages] for passages in sorted(sizes)]


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory() as temporary:
        yield Path(temporary)


def _require_space(place: Path, passages: int) -> None:
    free = shutil.disk_usage(place).free + sum(_sizes(place, "**/*")) * 1_000_000
    if free < passages * _SPACE:
        raise UsageError(
            f"{passages} passages need {passages * _SPACE / 1e9:.1f} GB in {place}, which has "
            f"{free / 1e9:.1f} GB left; set TMPDIR to a larger disk, or ask for fewer"
        )


def _measure(
    library: Path,
    source: Source,
    passages: int,
    build: Time,
    questions: Sequence[str],
    settings: Settings,
) -> Growth:
    # In a process of its own, so that its memory is what opening and asking take. One that is
    # spawned would count what this one has as its own peak.
    context = multiprocessing.get_context("forkserver")
    with ProcessPoolExecutor(1, context) as pool:
        opened = pool.submit(_open, library, list(questions), settings).result()
        recalled = pool.submit(_recall, library, list(questions), settings).result()
    addition = _add(library, source, passages)
    return Growth(
        passages=passages,
        build_s=build.wall,
        build_cpu_s=build.cpu,
        add_s=addition.wall,
        add_cpu_s=addition.cpu,
        open_s=opened.opening.wall,
        open_cpu_s=opened.opening.cpu,
        **_spread("ask", opened.everything.answers, wall=True),
        **_spread("ask_half", opened.half.answers, wall=True),
        **_spread("search", opened.everything.searches),
        **_spread("search_half", opened.half.searches),
        memory_mib=opened.memory_mib,
        indexes_mb=sum(_sizes(library / "indexes", "**/*")),
        library_mb=sum(_sizes(library, "library*")),
        recall_at_300=recalled,
        questions=len(questions),
        processors=os.cpu_count() or 1,
    )


def _add(folder: Path, source: Source, passages: int) -> Time:
    """The median time of publishing one more document."""
    found, names = [], [f"{ADDED}{number}.txt" for number in range(_ADDITIONS)]
    with Library.open(folder) as library:
        for name in names:
            source.put(library, [name])
            found.append(timed(lambda: publish(library)))
        library.remove([library.find(name).id for name in names])
        publish(library)
    return Time(
        statistics.median(one.wall for one in found), statistics.median(one.cpu for one in found)
    )


def _open(folder: Path, questions: Sequence[str], settings: Settings) -> OpenTimes:
    embedder = open_embedder(settings)
    embedder.embed_query("warm")
    with Library.open(folder) as library:
        opening = timed(lambda: open_indexes(library, print))
    with Engine.open(folder, settings=settings, embedder=embedder) as engine:
        engine.warm_up()
        everything = _ask(engine, questions, None)
        half = _ask(engine, questions, [HALF])
    return OpenTimes(opening, everything, half, peak_rss_mb())


def _ask(engine: Engine, questions: Sequence[str], tags: list[str] | None) -> QuestionTimes:
    engine.ask(questions[0], tags=tags)
    answers = [timed(partial(engine.ask, question, tags=tags)) for question in questions]
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
        searches.append(timed(work))
    return QuestionTimes(tuple(answers), tuple(searches))


def _recall(folder: Path, questions: Sequence[str], settings: Settings) -> float:
    """The mean share of the nearest passages, by an exact search, that the dense index gives."""
    embedder = open_embedder(settings)
    vectors = np.stack([embedder.embed_query(question) for question in questions])
    with Library.open(folder) as library:
        indexes = open_indexes(library, print)
        exact = _exact(indexes, vectors)
        shares = [
            len(near & indexes.dense.search(vector, _RECALLED).keys()) / max(1, len(near))
            for vector, near in zip(vectors, exact, strict=True)
        ]
    return statistics.fmean(shares)


def _exact(indexes: Indexes, vectors: Vectors) -> list[set[int]]:
    """The ids of the passages nearest to each vector: every vector is compared."""
    live = np.array(indexes.lexical.ids())
    ids = np.zeros((len(vectors), 0), np.int64)
    scores = np.zeros((len(vectors), 0), np.float32)
    for segment in indexes.segments:
        there = np.flatnonzero(np.isin(segment.documents.ids, live))
        for start in range(0, len(there), _AT_ONCE):
            rows = there[start : start + _AT_ONCE]
            new = np.broadcast_to(segment.documents.ids[rows], (len(vectors), len(rows)))
            ids = np.concatenate([ids, new], axis=1)
            scores = np.concatenate([scores, vectors @ segment.dense.vectors(rows).T], axis=1)
            if ids.shape[1] > _RECALLED:
                best = np.argpartition(-scores, _RECALLED, axis=1)[:, :_RECALLED]
                ids = np.take_along_axis(ids, best, axis=1)
                scores = np.take_along_axis(scores, best, axis=1)
    return [set(row) for row in ids.tolist()]


def _spread(name: str, times: Sequence[Time], *, wall: bool = False) -> dict[str, float]:
    """The median and the 95th percentile, in milliseconds."""
    clocks = [("cpu_ms", [one.cpu for one in times])]
    clocks += [("ms", [one.wall for one in times])] if wall else []
    return {
        f"{name}_{percentile}_{unit}": at(values) * 1000
        for unit, values in clocks
        for percentile, at in (("p50", statistics.median), ("p95", _p95))
    }


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else values[0]


def _sizes(folder: Path, pattern: str) -> Iterator[float]:
    """Of the files in it, in MB."""
    return (file.stat().st_size / 1e6 for file in folder.glob(pattern) if file.is_file())


def _noted(place: Path) -> list[Growth]:
    file = place / _MEASURED
    if not file.exists():
        return []
    try:
        return [Growth(**one) for one in json.loads(file.read_text())]
    except (ValueError, TypeError) as error:
        raise UsageError(
            f"{file} cannot be read ({error}): another Pincite wrote it, or it is damaged; delete "
            "it, or name another folder"
        ) from error


def _note(place: Path, measured: Sequence[Growth]) -> None:
    (place / _MEASURED).write_text(json.dumps([asdict(one) for one in measured], indent=1))
