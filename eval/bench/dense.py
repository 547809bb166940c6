"""How fast dense search is among very many passages, and how much of the best it has."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from pincite.corpus.types import Span
from pincite.eval.gold_types import GoldSet
from pincite.ingest.cutting.sentences import sentences
from pincite.retrieval.embedding.embedder import Embedder, Vectors
from pincite.retrieval.search.dense import DenseIndex, DenseSegment
from pincite.retrieval.search.rows import Rows
from pincite.retrieval.search.segments import LARGEST

_SEED = 11
_SENTENCES = 3000
_QUESTIONS = 100
_EXACT = 20  # questions for which each vector is looked at
_SECOND = 0.5  # of the length of a passage's first sentence: its second one's
_NOISE = 0.6  # of a passage's length: what is moved at random, as `pincite eval bench-growth` does


@dataclass(frozen=True, slots=True)
class SearchTimes:
    """Searches among some of the passages: of each, CPU seconds and recall of the best."""

    seconds: tuple[float, ...]
    recall: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class DenseBench:
    """What dense search takes and finds among so many passages.

    ``kept`` are the numbers of a short code, by segment, and ``expected`` the recall that was
    measured when it was written. ``exact`` are CPU seconds of searches that look at each vector.
    """

    passages: int
    dimension: int
    building: float
    kept: tuple[int, ...]
    expected: tuple[float, ...]
    everything: SearchTimes
    half: SearchTimes
    exact: tuple[float, ...]


def bench_dense(gold: GoldSet, passages: int, embedder: Embedder, candidates: int) -> DenseBench:
    """Search among so many vectors, in segments as a library has them, with real questions.

    A passage's vector is that of two of the gold set's sentences, moved at random.
    """
    vectors = embedder.embed_documents(_sentences(gold))
    asked = [question.question for question in gold.questions]
    step = max(1, len(asked) // _QUESTIONS)
    questions = np.stack([embedder.embed_query(one) for one in asked[::step][:_QUESTIONS]])
    return measured(vectors, questions, passages, candidates)


def measured(sentences: Vectors, questions: Vectors, passages: int, candidates: int) -> DenseBench:
    """As `bench_dense`, with vectors of sentences and questions, ``(…, dimension)`` each."""
    segments: list[DenseSegment] = []
    scores: list[Vectors] = []
    building = 0.0
    for rows in _passages(sentences, passages):
        began = time.process_time()
        segments.append(DenseSegment.of(rows))
        building += time.process_time() - began
        scores.append(questions @ segments[-1].vectors().T)
    ids = np.arange(passages)
    index = DenseIndex(segments, Rows(ids))
    exact = np.concatenate(scores, axis=1)
    del scores
    everything = _searched(index, questions, exact, candidates, None)
    exact[:, 1::2] = -np.inf
    half = _searched(index, questions, exact, candidates, ids[::2])
    looking = []
    for question in questions[:_EXACT]:
        began = time.process_time()
        index.exact(question, candidates)
        looking.append(time.process_time() - began)
    codes = [segment.short for segment in segments if segment.short is not None]
    return DenseBench(
        passages,
        sentences.shape[1],
        building,
        tuple(one.codes.shape[1] for one in codes),
        tuple(one.recall for one in codes),
        everything,
        half,
        tuple(looking),
    )


def _sentences(gold: GoldSet) -> list[str]:
    every = [
        document.text[span.start : span.end]
        for document in gold.documents.values()
        for span in sentences(document.text, Span(0, len(document.text)))
    ]
    return every[:: max(1, len(every) // _SENTENCES)][:_SENTENCES]


def _passages(sentences: Vectors, passages: int) -> Iterator[Vectors]:
    """The vectors of passages, a segment at a time."""
    chance = np.random.default_rng(_SEED)
    for start in range(0, passages, LARGEST):
        count = min(LARGEST, passages - start)
        one, other = (sentences[chance.integers(0, len(sentences), count)] for _ in range(2))
        moved = _unit(one + np.float32(_SECOND) * other)
        noise = chance.standard_normal(moved.shape, np.float32)
        yield _unit(moved + noise * np.float32(_NOISE / moved.shape[1] ** 0.5))


def _unit(vectors: Vectors) -> Vectors:
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)  # type: ignore[no-any-return]


def _searched(
    index: DenseIndex,
    questions: Vectors,
    exact: Vectors,
    candidates: int,
    allowed: NDArray[np.int64] | None,
) -> SearchTimes:
    index.search(questions[0], candidates, allowed)
    seconds, recall = [], []
    for question, scores in zip(questions, exact, strict=True):
        began = time.process_time()
        found = index.search(question, candidates, allowed)
        seconds.append(time.process_time() - began)
        best = np.argpartition(-scores, candidates - 1)[:candidates]
        recall.append(len(found.keys() & set(best.tolist())) / candidates)
    return SearchTimes(tuple(seconds), tuple(recall))


def show(console: Console, found: Sequence[DenseBench], candidates: int) -> None:
    """What was measured, as a table; a column a size."""
    questions = len(found[0].everything.seconds)
    console.print(
        f"vectors of {found[0].dimension} numbers, {questions} questions; seconds of the processor"
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("passages")
    for one in found:
        table.add_column(f"{one.passages:,}", justify="right")
    table.add_row("build, s", *(f"{one.building:.3g}" for one in found))
    table.add_row(
        "numbers of a short code, most", *(str(max(one.kept, default=0)) for one in found)
    )
    table.add_row(
        "its recall when written, least", *(f"{min(one.expected, default=1):.4f}" for one in found)
    )
    table.add_row(
        "look at each vector, ms: median", *(f"{_ms(one.exact, 0.5):.1f}" for one in found)
    )
    for name, of in (
        ("search", [one.everything for one in found]),
        ("search half of it", [one.half for one in found]),
    ):
        table.add_row(f"{name}, ms: median", *(f"{_ms(one.seconds, 0.5):.1f}" for one in of))
        table.add_row(f"{name}, ms: 95 %", *(f"{_ms(one.seconds, 0.95):.1f}" for one in of))
        table.add_row(
            f"{name}, recall@{candidates}: mean",
            *(f"{statistics.mean(one.recall):.4f}" for one in of),
        )
        table.add_row(
            f"{name}, recall@{candidates}: least", *(f"{min(one.recall):.3f}" for one in of)
        )
    console.print(table)


def _ms(seconds: Sequence[float], share: float) -> float:
    return float(np.quantile(seconds, share)) * 1e3
