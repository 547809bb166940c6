"""Both kinds of store that a library may be kept in, for tests of what is the same in both."""

from __future__ import annotations

from pathlib import Path

import pytest

from pincite.corpus.store.library import Library
from pincite.retrieval.libraries import open_library

STORES = ("folder", "shared")
# Of a test or a module with a fixture ``library`` that is made in the store it is asked for.
IN_BOTH = pytest.mark.parametrize("library", STORES, indirect=True)


def address_in(folder: Path, store: str) -> Path | str:
    """The address of a library in a folder, which is kept in this kind of store."""
    return f"lance://{folder}" if store == "shared" else folder


def new_library(folder: Path, store: str) -> Library:
    """A new library in a folder."""
    return open_library(address_in(folder, store), create=True)
