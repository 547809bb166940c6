"""BM25 in a shared library: Lance finds candidates, and they are scored here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pincite.corpus.shared.tables import TERMS
from pincite.corpus.shared.tableset import Tables
from pincite.retrieval.search.lexical import CandidateIndex, Statistics, Wanted
from pincite.retrieval.search.postings import FIELDS, Postings
from pincite.retrieval.search.rows import Allowed
from pincite.retrieval.search.shared_counts import counts_of
from pincite.retrieval.search.shared_documents import condition
from pincite.retrieval.search.string_table import StringTable

_BODY = FIELDS.index("body")
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
        found = self._candidates(terms, k, allowed)
        held = self._held(terms)
        holders = {key: held[key] for key in _keys(terms)}
        postings = postings_of(found[TERMS], holders)
        index = CandidateIndex.of(found["id"].to_numpy(), postings, self._statistics, holders)
        return index.search(wanted, k)

    def _held(self, terms: Iterable[str]) -> Mapping[str, int]:
        """How many passages have each of these terms, by field and term; kept once counted."""
        if missing := _keys(terms) - self._holders.keys():
            found = counts_of(self._tables, sorted(missing))
            self._holders.update({key: found[key] for key in missing})
        return self._holders

    def _candidates(self, terms: Sequence[str], k: int, allowed: Allowed) -> pa.Table:
        """The best by all that stands in them and over them, and the best by their bodies alone.

        Lance takes the terms of one query as equal, so that a title of many passages could keep
        better ones out. With a weight for each it would go through all passages of every term.
        """
        from lance.query import MatchQuery

        most = max(_CANDIDATES * k, _LEAST_CANDIDATES)
        ways = (sorted(_keys(terms)), most), ([f"{_BODY}{term}" for term in terms], k)
        found = [
            self._tables.read(
                "passages",
                ["id", TERMS],
                condition(allowed),
                full_text_query=MatchQuery(" ".join(keys), TERMS),
                limit=limit,
                prefilter=True,
            )
            for keys, limit in ways
        ]
        every = pa.concat_tables(found)
        _, first = np.unique(every["id"].to_numpy(), return_index=True)
        return every.take(np.sort(first))


def postings_of(column: pa.ChunkedArray, wanted: Iterable[str]) -> Postings:
    """The postings of only the terms that are wanted, in passages whose terms are known.

    Args:
        column: of each passage its terms with blanks between them, each after the digit of its
            field.
        wanted: terms with these digits.
    """
    table = StringTable.of(wanted)
    texts = column.cast(pa.large_string()).combine_chunks()
    # Each of Arrow's steps goes through all texts at once: in Python it takes a question's time.
    split = pc.split_pattern(texts, " ")
    terms, rows = split.flatten(), pc.list_parent_indices(split).to_numpy()
    place = pc.index_in(terms, value_set=pa.array(table, pa.large_string()))
    is_wanted = place.is_valid().to_numpy(zero_copy_only=False)
    return Postings.of_pairs(
        table,
        place.drop_null().to_numpy().astype(np.int64),
        rows[is_wanted],
        _lengths(terms, rows, len(texts)),
    )


def _lengths(terms: pa.LargeStringArray, rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """How many of these terms each of so many rows has in each field, ``(fields, count)``."""
    _, ends, data = terms.buffers()
    every = np.frombuffer(ends, np.int64)[terms.offset :][: len(terms) + 1]
    is_term = every[1:] > every[:-1]  # an empty text gives one that is none
    digits = np.frombuffer(data, np.uint8)[every[:-1][is_term]] - ord("0")
    places = digits * np.int64(count) + rows[is_term]
    return np.bincount(places, minlength=len(FIELDS) * count).reshape(len(FIELDS), count)


def _keys(terms: Iterable[str]) -> set[str]:
    """These terms in each field."""
    return {f"{field}{term}" for term in terms for field in range(len(FIELDS))}


def _terms(wanted: Wanted) -> set[str]:
    return {wanted.term}.union(*(other.terms for other in wanted.others if other.share))
