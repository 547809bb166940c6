"""The indexes of a library, whichever store it is kept in.

A library in a folder has `pincite.retrieval.search.indexes` beside it; a shared one has them in the
store, `pincite.retrieval.search.shared`, and they change with it in one commit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pincite.corpus.store.library import Library
from pincite.retrieval.search import indexes as local
from pincite.retrieval.search.indexes import Indexes


class _Upkeep(Protocol):
    """What `local` has, by the same names."""

    def open_indexes(self, library: Library, say: Callable[[str], None]) -> Indexes: ...
    def publish(self, library: Library, *, anew: bool = False) -> None: ...
    def compact(self, library: Library) -> None: ...
    def is_published(self, library: Library) -> bool: ...
    def index_problems(self, library: Library) -> list[str]: ...
    def index_differences(self, library: Library) -> list[str]: ...


def _of(library: Library) -> _Upkeep:
    if library.is_shared:
        from pincite.retrieval.search import shared  # which imports Lance

        return shared
    return local


def open_indexes(library: Library, say: Callable[[str], None]) -> Indexes:
    """The indexes of the library's present generation; ``say`` hears what had to be mended."""
    return _of(library).open_indexes(library, say)


def publish(library: Library, *, anew: bool = False) -> None:
    """Bring the indexes up to the present generation; with ``anew``, build all of them.

    Raises:
        LibraryError: they cannot be written. What was changed is in the library.
    """
    _of(library).publish(library, anew=anew)


def compact(library: Library) -> None:
    """Leave nothing in the indexes of documents that have left the library. Raises as `publish`."""
    _of(library).compact(library)


def is_published(library: Library) -> bool:
    """Whether indexes of the present generation are there; whether they are sound, not."""
    return _of(library).is_published(library)


def index_problems(library: Library) -> list[str]:
    """What is wrong with the indexes, a sentence each; empty when they are sound."""
    return _of(library).index_problems(library)


def index_differences(library: Library) -> list[str]:
    """Where the indexes do not hold what the library holds, each passage and vector.

    Raises:
        IndexDamagedError: they are not sound.
    """
    return _of(library).index_differences(library)
