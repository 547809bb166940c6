"""BM25 in a shared library: Lance finds candidates, and they are scored here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pincite.corpus.shared.tables import TERMS
from pincite.corpus.shared.tableset import Tables
from pincite.retrieval.search.lexical import FIELD_WEIGHTS, CandidateIndex, Statistics, Wanted
from pincite.retrieval.search.postings import FIELDS
from pincite.retrieval.search.rows import Allowed
from pincite.retrieval.search.shared_counts import counts_of
from pincite.retrieval.search.shared_documents import condition

# For each passage that is wanted. Lance takes all fields as one and rounds no length, so its order
# is near ours and not ours: `pytest -m slow tests/retrieval/test_both_stores.py` counts what is
# missed.
_CANDIDATES, _LEAST_CANDIDATES = 6, 1000


class SharedLexical:
    """Passage ids by BM25 over body, headings and title."""

    def __init__(self, tables: Tables, statistics: Statistics) -> None:
        self._tables = tables
        self._statistics = statistics
        self._holders: dict[str, int] = {}

    def __len__(self) -> int:
        return self._statistics.count

    def ids(self) -> list[int]:
        """The ids of all passages, in order."""
        return sorted(self._tables.read("passages", ["id"])["id"].to_pylist())

    def knows(self, term: str) -> bool:
        """Whether any passage, heading or title has the term."""
        return any(self._held([term])[f"{field}{term}"] for field in range(len(FIELDS)))

    def rarity(self, term: str) -> float:
        """As `pincite.retrieval.search.lexical.LexicalIndex.rarity`."""
        return self._statistics.rarity(self._held([term])[f"0{term}"])

    def search(self, wanted: Iterable[Wanted], k: int, allowed: Allowed = None) -> dict[int, float]:
        """As `pincite.retrieval.search.lexical.LexicalIndex.search`."""
        wanted = list(wanted)
        if not wanted or not len(self) or k < 1 or (allowed is not None and not len(allowed)):
            return {}
        terms = sorted({term for one in wanted for term in _terms(one)})
        found = self._candidates(wanted, max(_CANDIDATES * k, _LEAST_CANDIDATES), allowed)
        held = self._held(terms)
        index = CandidateIndex.of(
            found["id"].to_numpy(),
            found[TERMS].to_pylist(),
            self._statistics,
            {key: held[key] for key in _keys(terms)},
        )
        return index.search(wanted, k)

    def _held(self, terms: Iterable[str]) -> Mapping[str, int]:
        """How many passages have each of these terms, by field and term; kept once counted."""
        if missing := _keys(terms) - self._holders.keys():
            found = counts_of(self._tables, sorted(missing))
            self._holders.update({key: found[key] for key in missing})
        return self._holders

    def _candidates(self, wanted: Sequence[Wanted], most: int, allowed: Allowed) -> Any:
        from lance.query import BooleanQuery, MatchQuery, Occur

        clauses = [
            (Occur.SHOULD, MatchQuery(f"{field}{term}", TERMS, boost=weight * one.boost))
            for field, weight in enumerate(FIELD_WEIGHTS)
            for one in wanted
            for term in _terms(one)
        ]
        return self._tables.read(
            "passages",
            ["id", TERMS],
            condition(allowed),
            full_text_query=BooleanQuery(clauses),
            limit=most,
            prefilter=True,
        )


def _keys(terms: Iterable[str]) -> set[str]:
    """These terms in each field."""
    return {f"{field}{term}" for term in terms for field in range(len(FIELDS))}


def _terms(wanted: Wanted) -> set[str]:
    return {wanted.term}.union(*(other.terms for other in wanted.others if other.share))
