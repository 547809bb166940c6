"""The order in which passages become quotes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pincite.corpus.types import Document
from pincite.retrieval.query import Query
from pincite.retrieval.reading.reader import Candidate, Reading
from pincite.retrieval.reading.worth import worth
from pincite.retrieval.search.search import Hit

# The share of a passage's own rank in its place among the quotes; the rest is its best sentence's.
# On five sets of development 1 gave .719/.869 (hits at 1 and 3 on average), .85 .722/.870, .75
# .721/.870, .5 .721/.867; keywords and typos win with less (docs/decisions/passages-as-quotes.md).
_OWN_RANK = 0.75


def best_sentences(reading: Reading) -> dict[int, Candidate]:
    """The best sentence of each passage that has one, by the passage's id, best first."""
    best: dict[int, Candidate] = {}
    for candidate in reading.candidates:
        best.setdefault(candidate.passage, candidate)
    return best


def rank(query: Query, reading: Reading, document_of: Callable[[str], Document]) -> list[Hit]:
    """The passages that have a sentence, best first: by their own rank, their best sentence, and
    what they are worth to a question of this form."""
    best = best_sentences(reading)

    def place(hit: Hit) -> float:
        sentence = best[hit.stored.id].score
        score = _OWN_RANK * hit.score + (1 - _OWN_RANK) * sentence
        return worth(query, replace(hit, score=score), document_of(hit.stored.document))

    hits = {hit.stored.id: hit for hit in reading.hits if hit.stored.id in best}
    return sorted(hits.values(), key=place, reverse=True)
