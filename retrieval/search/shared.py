"""The indexes of a shared library, which stand in its tables and change with them in one commit.

Lance finds candidates: the nearest vectors, and the passages that rank best by its BM25. They are
scored here, by the same code and the same statistics as in a library's own folder, and ties go by
passage id, so that neither how a table came about nor which rows have an index yet moves an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.errors import LibraryChangedError
from pincite.corpus.shared.store import SharedStore
from pincite.corpus.shared.tables import TERMS
from pincite.corpus.shared.tableset import Tables, one_of
from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.search.columns import FORM, LENGTHS, PASSAGES, WORD
from pincite.retrieval.search.indexes import Indexes
from pincite.retrieval.search.lexical import FIELD_WEIGHTS, CandidateIndex, Statistics, Wanted
from pincite.retrieval.search.postings import FIELDS
from pincite.retrieval.search.rows import Allowed, Chosen, is_mask
from pincite.retrieval.search.short_forms import FormCounts, ShortForms
from pincite.retrieval.search.vocabulary import Vocabulary

_SPARE = 16  # candidates beyond the wanted ones, so that ties at the end are seen to be none
_ROUNDING = 2e-6  # by which a sum of 32-bit numbers and ours may differ
# Of BM25, for each passage that is wanted. Lance takes all fields as one and rounds no length, so
# its order is near ours and not ours: `pytest -m slow tests/retrieval/test_both_stores.py` counts
# what is missed.
_CANDIDATES, _LEAST_CANDIDATES = 6, 1000
_PROBES, _REFINED = 24, 4  # parts of a vector index that are looked at; times k that are rescored


def open_indexes(library: Library, say: Callable[[str], None]) -> Indexes:
    """The indexes of the library's present generation.

    Raises:
        LibraryChangedError: it moves on all the time.
    """
    store = _store(library)
    tables = store.tables()
    statistics = _statistics(tables)
    return Indexes(
        tables.head.generation,
        SharedDense(tables, statistics.count),
        SharedLexical(tables, statistics),
        SharedWords(tables),
        (),
        SharedDocuments(tables),
    )


def publish(library: Library, *, anew: bool = False) -> None:
    """Bring the indexes in order: they are merged, and large ones get one for near vectors.

    With ``anew`` that is done for all rows.
    """
    _store(library).merge(anew=anew)


def compact(library: Library) -> None:
    """Nothing is left to do: the library's own compaction is that of its indexes."""


def is_published(library: Library) -> bool:
    """Always, because they change with the library; how many parts they are in is no matter."""
    return not _store(library).has_many_parts()


def index_problems(library: Library) -> list[str]:
    """What is wrong with them, a sentence each: rows that no index has."""
    from pincite.corpus.shared.examination import index_problems

    return index_problems(_store(library))


def index_differences(library: Library) -> list[str]:
    """Where they do not hold what the library holds, each passage, vector and count."""
    from pincite.corpus.shared.examination import differences

    return differences(_store(library))


def _store(library: Library) -> SharedStore:
    store = library.store
    whole = getattr(store, "whole", store)
    assert isinstance(whole, SharedStore)
    return whole


def _statistics(tables: Tables) -> Statistics:
    found = counts_of(tables, [PASSAGES, *LENGTHS])
    return Statistics(found[PASSAGES], tuple(found[key] for key in LENGTHS))


def counts_of(tables: Tables, keys: Iterable[str]) -> Counter[str]:
    """What the rows of these keys add up to."""
    total: Counter[str] = Counter()
    for key, count in tables.rows("counts", ("key", "count"), "key", keys):
        total[key] += count
    return total


class SharedDense:
    """Passage ids by the inner product of their vectors with a question's."""

    def __init__(self, tables: Tables, count: int) -> None:
        self._tables = tables
        self._count = count

    def __len__(self) -> int:
        return self._count

    def contents(self) -> tuple[NDArray[np.int64], Vectors]:
        """The passage ids ``(n,)`` and their vectors ``(n, dimension)``, by id."""
        found = self._tables.read("passages", ["id", "vector"])
        ids, rows = found["id"].to_numpy(), _vectors(found["vector"])
        order = np.argsort(ids)
        return ids[order], rows[order]

    def search(self, vector: Vectors, k: int, allowed: Allowed = None) -> dict[int, float]:
        """As `pincite.retrieval.search.dense.DenseIndex.search`.

        Raises:
            ValueError: the vector's dimension is not the table's.
        """
        if not self._count or k < 1 or (allowed is not None and not len(allowed)):
            return {}
        if vector.shape != (self._tables.dimension,):
            raise ValueError(
                f"the question's vector has shape {vector.shape}, the library holds vectors of "
                f"dimension {self._tables.dimension}"
            )
        query = np.ascontiguousarray(vector, np.float32)
        wanted = k + _SPARE
        while True:
            found = self._nearest(query, wanted, allowed)
            ids = found["id"].to_numpy()
            scores = (_vectors(found["vector"]) * query).sum(axis=1, dtype=np.float64)
            order = np.lexsort((ids, -scores))[:k]
            complete = len(ids) < wanted or len(order) < k
            if complete or scores[order[-1]] > scores.min() + _ROUNDING:
                return dict(zip(ids[order].tolist(), scores[order].tolist(), strict=True))
            wanted *= 2  # many are as near as the last one: the smallest ids among them count

    def _nearest(self, query: Vectors, k: int, allowed: Allowed) -> Any:
        near = {
            "column": "vector",
            "q": query,
            "k": k,
            "metric": "dot",
            "nprobes": _PROBES,
            "refine_factor": _REFINED,
        }
        columns, where = ["id", "vector"], _where(allowed)
        return self._tables.read("passages", columns, where, nearest=near, prefilter=True)


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
            _where(allowed),
            full_text_query=BooleanQuery(clauses),
            limit=most,
            prefilter=True,
        )


class SharedWords:
    """What stands in a library, word for word; read when it is first asked for."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words that stand in the library."""
        return Vocabulary.of_counts(self._counts(WORD))

    @cached_property
    def short_forms(self) -> ShortForms:
        """The short forms that its documents define."""
        counts: Counter[tuple[str, tuple[str, ...]]] = Counter()
        for key, count in self._counts(FORM).items():
            short, *long = key.split(" ")
            counts[short, tuple(long)] = count
        return FormCounts(counts).short_forms()

    def _counts(self, kind: str) -> Mapping[str, int]:
        where = f"starts_with(key, '{kind}')"
        found = self._tables.read("counts", ["key", "count"], where)
        if not found.num_rows:
            return {}
        total = found.group_by("key").aggregate([("count", "sum")])
        keys, counts = total["key"].to_pylist(), total["count_sum"].to_pylist()
        return {key[len(kind) :]: n for key, n in zip(keys, counts, strict=True) if n > 0}


class SharedDocuments:
    """Chooses documents by the ids of their first passages."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def select(self, ids: Set[str], library: Library) -> SharedSelection:
        """The passages of the documents with these ids; those that have none are left out."""
        found = [self._spans[id] for id in ids if id in self._spans]
        firsts = np.array(sorted(first for first, _ in found), np.int64)
        return SharedSelection(Chosen(firsts), sum(count for _, count in found), self._firsts)

    @cached_property
    def _spans(self) -> dict[str, tuple[int, int]]:
        names = ["id", "first", "passages"]
        found = self._tables.read("documents", names, "first IS NOT NULL")
        ids, firsts, counts = (found[name].to_pylist() for name in names)
        return dict(zip(ids, zip(firsts, counts, strict=True), strict=True))

    @cached_property
    def _firsts(self) -> NDArray[np.int64]:
        return np.array(sorted(first for first, _ in self._spans.values()), np.int64)


class SharedSelection:
    """Some documents of a library."""

    def __init__(self, rows: Chosen, passages: int, firsts: NDArray[np.int64]) -> None:
        self.rows = rows
        self.passages = passages
        self._firsts = firsts

    def has(self, passage: int) -> bool:
        """Whether the document with this passage is one of them."""
        # A document's passages are stored in one go, so no other's ids are among theirs.
        place = int(np.searchsorted(self._firsts, passage, side="right")) - 1
        return place >= 0 and self.rows.has(int(self._firsts[place]))


def _keys(terms: Iterable[str]) -> set[str]:
    """These terms in each field."""
    return {f"{field}{term}" for term in terms for field in range(len(FIELDS))}


def _terms(wanted: Wanted) -> set[str]:
    return {wanted.term}.union(*(other.terms for other in wanted.others if other.share))


def _where(allowed: Allowed) -> str | None:
    """The condition that a passage may be found."""
    if allowed is None:
        return None
    if isinstance(allowed, Chosen):
        return one_of("first", allowed.firsts.tolist())
    if is_mask(allowed):
        raise LibraryChangedError("the documents were chosen from other indexes; ask again")
    return one_of("id", [int(id) for id in allowed])


def _vectors(column: Any) -> Vectors:
    every = column.combine_chunks()
    size = column.type.list_size
    rows: Vectors = np.asarray(every.flatten().to_numpy(zero_copy_only=False), np.float32)
    return rows.reshape(-1, size)
