"""Opens the store of a shared library."""

from __future__ import annotations

from pincite.corpus.errors import LibraryError
from pincite.corpus.store.protocol import Store


def open_store(address: str, columns: object, *, create: bool) -> Store:
    """The store at an address; with ``create``, made where there is none."""
    raise LibraryError(f"the library {address} cannot be opened yet")
