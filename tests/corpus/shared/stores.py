"""What tests look at inside a shared library."""

from __future__ import annotations

from pincite.corpus.shared.store import SharedStore
from pincite.corpus.store.library import Library


def shared(library: Library) -> SharedStore:
    """The store of a shared library."""
    assert isinstance(library.store, SharedStore)
    return library.store


def rows(library: Library) -> dict[str, int]:
    """How many rows its tables have."""
    tables = shared(library).tables()
    names = ("documents", "contents", "passages")
    return {name: tables.table(name).count_rows() for name in names}
