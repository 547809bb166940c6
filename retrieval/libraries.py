"""Opens a library by its address."""

from __future__ import annotations

from pathlib import Path

from pincite.corpus.store.library import Library


def open_library(address: Path | str, *, create: bool = False) -> Library:
    """The library."""
    return Library.open(address, create=create)
