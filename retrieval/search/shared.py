"""The indexes of a shared library, which stand in its store."""

from __future__ import annotations

from collections.abc import Callable

from pincite.corpus.store.library import Library
from pincite.retrieval.search.indexes import Indexes


def open_indexes(library: Library, say: Callable[[str], None]) -> Indexes:
    """The indexes of the present generation."""
    raise NotImplementedError


def publish(library: Library, *, anew: bool = False) -> None:
    """Nothing to do: they change with the library."""


def compact(library: Library) -> None:
    """Nothing to do: the library's own compaction does it."""


def is_published(library: Library) -> bool:
    """Always."""
    return True


def index_problems(library: Library) -> list[str]:
    """What is wrong with them."""
    return []


def index_differences(library: Library) -> list[str]:
    """Where they do not hold what the library holds."""
    return []
