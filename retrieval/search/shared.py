"""The indexes of a shared library, which stand in its tables and change with them in one commit.

Lance finds candidates: the nearest vectors, and the passages that rank best by its BM25. They are
scored here, by the same code and the same statistics as in a library's own folder, and ties go by
passage id, so that neither how a table came about nor which rows have an index yet moves an answer.
"""

from __future__ import annotations

from collections.abc import Callable

from pincite.corpus.shared.store import SharedStore
from pincite.corpus.store.library import Library
from pincite.retrieval.search import shared_counts
from pincite.retrieval.search.indexes import Indexes
from pincite.retrieval.search.shared_counts import SharedWords
from pincite.retrieval.search.shared_dense import SharedDense
from pincite.retrieval.search.shared_documents import SharedDocuments
from pincite.retrieval.search.shared_lexical import SharedLexical


def open_indexes(library: Library, say: Callable[[str], None]) -> Indexes:
    """The indexes of the library's present generation.

    Raises:
        LibraryChangedError: it moves on all the time.
    """
    store = _store(library)
    tables = store.tables()
    statistics = shared_counts.statistics(tables)
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
