"""The reader: which sentences of the best passages answer the question.

A sentence is scored by what it says and by what is said around it, each by meaning (cosine of
its vector with the question's) and by words (the share of the question's weight in rare words
that it covers), by the passage that it stands in, and by whether it holds the kind of thing that
is asked for. What the reader learns of a passage's
sentences also refines the passage's own rank.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np

from corpus.errors import LibraryChangedError
from corpus.library import Library
from corpus.rows import StoredPassage
from corpus.types import Span
from retrieval.apparatus import APPARATUS_SHARE, is_apparatus
from retrieval.asked import Asked
from retrieval.embedder import Vectors
from retrieval.fusion import convex
from retrieval.lexical import content_terms, terms
from retrieval.search import Hit


@dataclass(frozen=True, slots=True)
class Weights:
    """The shares of a sentence's score; they sum to 1."""

    dense: float = 0.24
    dense_around: float = 0.14
    lexical: float = 0.16
    lexical_around: float = 0.17
    passage: float = 0.19
    asked: float = 0.10


WEIGHTS = Weights()
PARTS = ("dense", "dense_around", "lexical", "lexical_around", "asked")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer, with its score and the parts of it, each in [0, 1].

    ``before`` and ``after`` are the sentences around it in its section, nearest first.
    """

    document: str
    passage: int
    span: Span
    score: float
    dense: float
    dense_around: float
    lexical: float
    lexical_around: float
    asked: float
    before: tuple[Span, ...] = ()
    after: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader made of the hits: the passages ranked anew, and the sentences, best first."""

    hits: list[Hit]
    candidates: list[Candidate]


@dataclass(frozen=True, slots=True)
class _Line:
    stored: StoredPassage
    span: Span
    vector: Vectors
    terms: frozenset[str]
    asked: float


def read(
    question: str,
    vector: Vectors,
    hits: Sequence[Hit],
    library: Library,
    text_of: Callable[[str], str],
    rarity: Callable[[str], float],
    *,
    dense_weight: float,
    weights: Weights = WEIGHTS,
) -> Reading:
    """Read the hits' passages, sentence by sentence.

    Args:
        question: its words.
        vector: its unit vector ``(dimension,)``.
        hits: the passages to read.
        library: where passages and sentence vectors are kept.
        text_of: a document's text by its id.
        rarity: a term's weight.
        dense_weight: the share of meaning in a passage's refined score.

    Raises:
        LibraryChangedError: a passage is no longer in the library, or no longer under its name.
    """
    wanted = {term: rarity(term) for term in content_terms(question)}
    vectors, runs = _runs(library, [hit.stored.id for hit in hits], text_of, Asked.of(question))
    read_ids = {hit.stored.id for hit in hits}
    place = {line.stored.id: line.stored.document for run in runs for line in run}
    if any(place.get(hit.stored.id) != hit.stored.document for hit in hits):  # gone, or renamed
        raise LibraryChangedError(
            f"another process changed the library {library.folder} while it was read; ask again"
        )
    found = [c for run in runs for c in _score(run, vector, wanted, read_ids, weights)]
    refined = _refine(hits, found, vectors, vector, dense_weight)
    passage_score = {hit.stored.id: hit.score for hit in refined}
    aside = {hit.stored.id for hit in hits if is_apparatus(hit.stored.passage.path)}
    scored = [
        replace(
            c,
            score=(c.score + weights.passage * passage_score[c.passage])
            * (APPARATUS_SHARE if c.passage in aside else 1.0),
        )
        for c in found
    ]
    return Reading(refined, sorted(scored, key=lambda c: (-c.score, c.passage, c.span)))


def _score(
    run: Sequence[_Line],
    vector: Vectors,
    wanted: Mapping[str, float],
    read_ids: set[int],
    weights: Weights,
) -> list[Candidate]:
    total = sum(wanted.values()) or 1.0

    def covered(lines: Sequence[_Line]) -> float:
        there = frozenset().union(*(line.terms for line in lines))
        return sum(weight for term, weight in wanted.items() if term in there) / total

    candidates = []
    for i, line in enumerate(run):
        if line.stored.id not in read_ids:
            continue  # it is here only as somebody's neighbour
        near = run[max(0, i - 1) : i + 2]
        around = np.sum([other.vector for other in near], axis=0)
        dense = _cosine(line.vector, vector)
        dense_around = _cosine(around, vector)
        lexical = covered([line])
        lexical_around = covered(near)
        candidates.append(
            Candidate(
                document=line.stored.document,
                passage=line.stored.id,
                span=line.span,
                score=weights.dense * dense
                + weights.dense_around * dense_around
                + weights.lexical * lexical
                + weights.lexical_around * lexical_around
                + weights.asked * line.asked,
                dense=dense,
                dense_around=dense_around,
                lexical=lexical,
                lexical_around=lexical_around,
                asked=line.asked,
                before=tuple(other.span for other in reversed(run[max(0, i - 2) : i])),
                after=tuple(other.span for other in run[i + 1 : i + 2]),
            )
        )
    return candidates


def _refine(
    hits: Sequence[Hit],
    candidates: Sequence[Candidate],
    vectors: Mapping[int, Vectors],
    vector: Vectors,
    dense_weight: float,
) -> list[Hit]:
    """Rank passages by their own meaning and that of their best sentence with its neighbours."""
    best = {hit.stored.id: 0.0 for hit in hits}
    for c in candidates:
        best[c.passage] = max(best[c.passage], c.dense_around)
    dense = {id: (_cosine(vectors[id][0], vector) + top) / 2 for id, top in best.items()}
    lexical = {hit.stored.id: hit.lexical or 0.0 for hit in hits}
    fused = convex(dense, lexical, dense_weight)
    by_id = {hit.stored.id: hit for hit in hits}
    return [replace(by_id[id], score=score) for id, score in fused.items()]


def _runs(
    library: Library, ids: Sequence[int], text_of: Callable[[str], str], asked: Asked
) -> tuple[dict[int, Vectors], list[list[_Line]]]:
    """The sentences of the passages and of their neighbours, in runs of one section each."""
    # A document's passages are stored in one go, so neighbours have neighbouring ids.
    stored = library.passages({near for id in ids for near in (id - 1, id, id + 1)})
    vectors = library.vectors(stored)
    ordered = sorted((s for s in stored.values() if s.id in vectors), key=lambda s: s.id)
    runs = []
    for _, group in groupby(
        enumerate(ordered),
        lambda pair: (pair[1].id - pair[0], pair[1].document, _headings(pair[1].passage.path)),
    ):
        run = []
        for _, passage in group:
            text = text_of(passage.document)
            cuts = passage.passage.sentences
            for span, row in zip(cuts, vectors[passage.id][1:], strict=True):
                said = text[span.start : span.end]
                words = frozenset(terms(said))
                run.append(_Line(passage, span, row, words, asked.said_by(said)))
        runs.append(run)
    return vectors, runs


def _headings(path: tuple[str, ...]) -> tuple[str, ...]:
    """A passage's path without the names of columns (``| a | b |``), which are no section."""
    return path[:-1] if path and path[-1].startswith("| ") and path[-1].endswith(" |") else path


def _cosine(a: Vectors, unit: Vectors) -> float:
    """The cosine with a unit vector; what points away counts as nothing."""
    return max(0.0, float(a @ unit) / max(float(np.linalg.norm(a)), 1e-9))
