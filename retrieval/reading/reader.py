"""The reader: which sentences of the best passages answer the question.

A sentence is scored by what it says and by what is said around it, each by meaning (cosine of
its vector with the question's) and by words (the share of the question's weight in rare words that
it covers; its headings and its document's title are around it), by the passage that it stands in,
and by whether it holds the kind of thing that is asked for. What the reader learns of a passage's
sentences also refines the passage's own rank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pincite.corpus.errors import LibraryChangedError
from pincite.corpus.line_patterns import names_columns
from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import StoredPassage
from pincite.corpus.types import Document, Passage, Span
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.query import Query
from pincite.retrieval.reading.reference_sections import APPARATUS_SHARE, is_apparatus
from pincite.retrieval.search.analysis import term_set
from pincite.retrieval.search.fusion import convex
from pincite.retrieval.search.lexical import Wanted
from pincite.retrieval.search.search import Hit

Rows = NDArray[np.float32]


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

    ``missing`` are the wanted terms that neither it nor its neighbours nor its headings have;
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
    missing: tuple[str, ...] = ()
    before: tuple[Span, ...] = ()
    after: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class PassageAnswer:
    """What a cross-encoder makes of a passage: the log-odds that it answers, and where."""

    logit: float
    span: Span | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What was made of the hits: the passages ranked anew, and the sentences, best first.

    ``answers`` has, by id, the passages that a cross-encoder read.
    """

    hits: list[Hit]
    candidates: list[Candidate]
    answers: Mapping[int, PassageAnswer] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Line:
    """A sentence where it stands; ``run`` numbers the stretch of one section that is at hand."""

    run: int
    stored: StoredPassage
    span: Span
    said: str
    over: str  # the document's title, the headings over it, the names of its columns
    counts: bool  # whether it is of a hit, not only beside one


@dataclass(frozen=True, slots=True)
class _Nearness:
    """How near each line is to the question, alone and with its neighbours, in [0, 1]."""

    dense: list[float]
    dense_around: list[float]
    lexical: list[float]
    lexical_around: list[float]
    around: Rows  # (lines, wanted terms): whether it, its neighbours or its headings have the term


def read(
    query: Query,
    hits: Sequence[Hit],
    library: Library,
    document_of: Callable[[str], Document],
    *,
    dense_weight: float,
    weights: Weights = WEIGHTS,
) -> Reading:
    """Read the hits' passages, sentence by sentence.

    Args:
        query: the question.
        hits: the passages to read.
        library: where passages and sentence vectors are kept.
        document_of: a document by its id.
        dense_weight: the share of meaning in a passage's refined score.

    Raises:
        LibraryChangedError: a passage is no longer in the library, or no longer under its name.
    """
    lines, rows, own = _lines(library, [hit.stored.id for hit in hits], document_of)
    place = {line.stored.id: line.stored.document for line in lines}
    if any(place.get(hit.stored.id) != hit.stored.document for hit in hits):  # gone, or renamed
        raise LibraryChangedError(
            f"another process changed the library {library.name} while it was read; ask again"
        )
    near = _nearness(lines, rows.reshape(len(lines), len(query.vector)), query)
    refined = _refine(hits, lines, near, own, query.vector, dense_weight)
    candidates = _candidates(lines, near, query, refined, weights)
    return Reading(refined, sorted(candidates, key=lambda c: (-c.score, c.passage, c.span)))


def _nearness(lines: Sequence[_Line], rows: Rows, query: Query) -> _Nearness:
    """How near each line is; the words of lines that do not count are looked at only beside others.

    Args:
        lines: in the order of the library.
        rows: their vectors, ``(lines, dimension)``.
        query: the question.
    """
    rarities = np.array([one.weight for one in query.wanted])
    total = float(rarities.sum()) or 1.0

    def covered(there: Rows) -> list[float]:
        return list(map(float, np.vecdot(there, rarities) / total))

    runs = np.array([line.run for line in lines])
    counts = np.array([line.counts for line in lines], bool)
    beside = counts.copy()
    beside[1:] |= counts[:-1]
    beside[:-1] |= counts[1:]

    def having(texts: Iterable[str], looked_at: NDArray[np.bool_]) -> Rows:
        chosen = [text for text, looks in zip(texts, looked_at, strict=True) if looks]
        there = np.zeros((len(lines), len(query.wanted)), np.float32)
        there[looked_at] = _rows(_covered(chosen, query.wanted), len(query.wanted))
        return there

    there = having((line.said for line in lines), beside)
    around = _with_neighbours(there, runs) + having((line.over for line in lines), counts)
    around = np.minimum(around, 1)
    return _Nearness(
        dense=_cosines(rows, query.vector),
        dense_around=_cosines(_with_neighbours(rows, runs), query.vector),
        lexical=covered(there),
        lexical_around=covered(around),
        around=around,
    )


def _covered(texts: Sequence[str], wanted: Sequence[Wanted]) -> list[list[bool]]:
    """Of each text, whether it has each wanted term."""
    places: dict[str, list[int]] = {}
    for i, one in enumerate(wanted):
        places.setdefault(one.term, []).append(i)
    others = [(i, other.terms) for i, one in enumerate(wanted) for other in one.others]
    known: dict[str, list[bool]] = {}  # many lines stand under one heading
    for text in texts:
        if text in known:
            continue
        there, row = term_set(text), [False] * len(wanted)
        for term in places.keys() & there:
            for i in places[term]:
                row[i] = True
        for i, terms_of_other in others:
            row[i] = row[i] or terms_of_other <= there
        known[text] = row
    return [known[text] for text in texts]


def _refine(
    hits: Sequence[Hit],
    lines: Sequence[_Line],
    near: _Nearness,
    own_vectors: Mapping[int, Vectors],
    vector: Vectors,
    dense_weight: float,
) -> list[Hit]:
    """Rank passages by their own meaning and that of their best sentence with its neighbours."""
    by_id = {hit.stored.id: hit for hit in hits}
    best = dict.fromkeys(by_id, 0.0)
    for line, around in zip(lines, near.dense_around, strict=True):
        if line.stored.id in best:
            best[line.stored.id] = max(best[line.stored.id], around)
    own = _cosines(_rows([own_vectors[id] for id in best], len(vector)), vector)
    dense = {id: (mine + top) / 2 for (id, top), mine in zip(best.items(), own, strict=True)}
    lexical = {id: hit.lexical or 0.0 for id, hit in by_id.items()}
    fused = convex(dense, lexical, dense_weight)
    return [replace(by_id[id], score=score) for id, score in fused.items()]


def _candidates(
    lines: Sequence[_Line], near: _Nearness, query: Query, hits: Sequence[Hit], weights: Weights
) -> list[Candidate]:
    """The lines of the hits, scored; the others are here only as somebody's neighbours.

    A row that only names the columns of its table has the words of most questions and no answer.
    """
    passage_score = {hit.stored.id: hit.score for hit in hits}
    aside = {hit.stored.id for hit in hits if is_aside(hit.stored.passage)}
    candidates = []
    for i, line in enumerate(lines):
        id = line.stored.id
        if id not in passage_score:
            continue
        fits = query.asked.said_by(line.said)
        little = id in aside or names_columns(line.said, line.stored.passage.columns)
        score = (
            weights.dense * near.dense[i]
            + weights.dense_around * near.dense_around[i]
            + weights.lexical * near.lexical[i]
            + weights.lexical_around * near.lexical_around[i]
            + weights.asked * fits
            + weights.passage * passage_score[id]
        )
        before = [other.span for other in lines[max(0, i - 2) : i] if other.run == line.run]
        after = [other.span for other in lines[i + 1 : i + 2] if other.run == line.run]
        candidates.append(
            Candidate(
                document=line.stored.document,
                passage=id,
                span=line.span,
                score=score * (APPARATUS_SHARE if little else 1.0),
                dense=near.dense[i],
                dense_around=near.dense_around[i],
                lexical=near.lexical[i],
                lexical_around=near.lexical_around[i],
                asked=fits,
                missing=tuple(
                    one.term
                    for one, there in zip(query.wanted, near.around[i], strict=True)
                    if not there
                ),
                before=tuple(reversed(before)),
                after=tuple(after),
            )
        )
    return candidates


def is_aside(passage: Passage) -> bool:
    """Whether a passage is cited from elsewhere, or says where something comes from.

    Such a one counts `APPARATUS_SHARE` of another: it names much and says little.
    """
    return passage.kind == "quoted" or is_apparatus(passage.path)


def _lines(
    library: Library, ids: Sequence[int], document_of: Callable[[str], Document]
) -> tuple[list[_Line], Rows, dict[int, Vectors]]:
    """The sentences of the passages and of their neighbours, in runs of one section each.

    With them their vectors ``(lines, dimension)``, and each passage's own ``(dimension,)`` by id.
    """
    # A document's passages are stored in one go, so neighbours have neighbouring ids.
    found = library.passages_vectors({near for id in ids for near in (id - 1, id, id + 1)})
    ordered = [found[id] for id in sorted(found)]
    groups = groupby(
        enumerate(ordered),
        lambda pair: (pair[1][0].id - pair[0], pair[1][0].document, pair[1][0].passage.path),
    )
    lines, rows, counts = [], [np.zeros((0, 0), np.float32)], set(ids)
    for run, (_, members) in enumerate(groups):
        group = list(members)
        if counts.isdisjoint(stored.id for _, (stored, _) in group):
            continue  # another document's or section's passage, which is nobody's neighbour
        for _, (stored, vectors) in group:
            document, passage = document_of(stored.document), stored.passage
            text, cuts = document.text, passage.sentences
            over = "\n".join((document.title, *passage.path, *passage.columns))
            for span in cuts:
                said = text[span.start : span.end]
                lines.append(_Line(run, stored, span, said, over, stored.id in counts))
            rows.append(vectors[1:])
    return (
        lines,
        np.concatenate(rows[1:] or rows),
        {stored.id: vectors[0] for stored, vectors in ordered},
    )


def _rows(values: Sequence[ArrayLike], width: int) -> Rows:
    """The values as rows ``(n, width)``, be there none or be they empty."""
    return np.array(values, np.float32).reshape(len(values), width)


def _with_neighbours(rows: Rows, runs: NDArray[np.int_]) -> Rows:
    """Each row of ``(n, width)``, plus the one before it and the one after it in its run."""
    same = (runs[1:] == runs[:-1])[:, np.newaxis]
    sums = rows.copy()
    sums[1:] += np.where(same, rows[:-1], 0)
    sums[:-1] += np.where(same, rows[1:], 0)
    return sums


def _cosines(rows: Vectors, unit: Vectors) -> list[float]:
    """Each row's cosine with a unit vector; what points away counts as nothing."""
    # Not ``rows @ unit``, which rounds a row by its place among the others: equal sentences must
    # score the same.
    along = np.vecdot(rows, unit).astype(float)
    lengths = np.sqrt(np.vecdot(rows, rows)).astype(float)
    return list(map(float, np.maximum(0.0, along / np.maximum(lengths, 1e-9))))
