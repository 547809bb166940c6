"""Readings made by hand of documents that segmentation cut."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from pincite.corpus.store.rows import StoredPassage
from pincite.corpus.types import Document
from pincite.ingest.cutting.passages import segment
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.query import Query
from pincite.retrieval.reading.choose import choose
from pincite.retrieval.reading.quote import Quote, verify
from pincite.retrieval.reading.reader import Candidate, Reading
from pincite.retrieval.search.answer_type import Asked
from pincite.retrieval.search.search import Hit

LOW = 0.1


def reading_of(
    document: Document,
    scores: Mapping[str, float],
    ranks: Mapping[str, float] | None = None,
    tokens: int = 24,
    first: int = 1,
) -> Reading:
    """A reading of one document.

    Sentences that hold a key of ``scores`` get its value, and passages that hold a key of
    ``ranks`` get its; by default a passage ranks as its best sentence.
    """
    hits, candidates = [], []
    for id, passage in enumerate(segment(document, HashingEmbedder(), tokens), start=first):
        mine = []
        cuts = passage.sentences
        for place, span in enumerate(cuts):
            words = document.text[span.start : span.end]
            score = max((s for key, s in scores.items() if key and key in words), default=LOW)
            mine.append(score)
            candidates.append(
                Candidate(
                    document.id, id, span, score, *([0.0] * 5), before=tuple(cuts[:place][::-1])
                )
            )
        whole = document.text[passage.span.start : passage.span.end]
        rank = max((r for key, r in (ranks or {}).items() if key in whole), default=max(mine))
        hits.append(Hit(StoredPassage(id, document.id, passage), rank, None, None))
    spans = sorted(c.span for c in candidates)
    candidates = [
        Candidate(
            c.document,
            c.passage,
            c.span,
            c.score,
            *([0.0] * 5),
            before=tuple(reversed([s for s in spans if s.end <= c.span.start][-2:])),
        )
        for c in candidates
    ]
    return Reading(
        sorted(hits, key=lambda hit: -hit.score), sorted(candidates, key=lambda c: -c.score)
    )


def query(question: str) -> Query:
    """A question of which nothing is known but its words."""
    return Query(question, question, {}, np.zeros(1, np.float32), (), (), Asked.of(question))


def joined(*readings: Reading) -> Reading:
    """Readings of several documents as one."""
    hits = [hit for reading in readings for hit in reading.hits]
    candidates = [c for reading in readings for c in reading.candidates]
    return Reading(
        sorted(hits, key=lambda hit: -hit.score), sorted(candidates, key=lambda c: -c.score)
    )


def chosen(
    document: Document,
    best: str,
    limit: int = 3,
    question: str = "a question of other words",
    reading: Reading | None = None,
) -> list[Quote]:
    """The quotes where the sentence ``best`` is best, each verified."""
    reading = reading or reading_of(document, {best: 0.9})
    quotes = choose(query(question), reading, {document.id: document}.__getitem__, limit)
    for quote in quotes:
        verify(quote, document)
    return quotes
