"""Opens the store of a shared library."""

from __future__ import annotations

from pincite.corpus.errors import LibraryNotFoundError, LibraryVersionError
from pincite.corpus.shared.analysis import Analysis
from pincite.corpus.shared.commit import create_library
from pincite.corpus.shared.head import Heads
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.probe import require_safe_commits
from pincite.corpus.shared.store import SharedStore


def open_store(address: str, analysis: Analysis, *, create: bool) -> SharedStore:
    """The store at an address; with ``create``, made where there is none.

    Args:
        address: ``lance://FOLDER`` or ``s3://BUCKET/NAME``.
        analysis: what terms are made with.

    Raises:
        UsageError: the address is none.
        LibraryNotFoundError: nothing is there and ``create`` is false.
        LibraryVersionError: another Pincite wrote it.
        LibraryError: the store cannot be reached or does not let us in; with ``create``, commits to
            it are not safe.
    """
    place = Place.of(address)
    try:
        heads = Heads(place)
    except LibraryNotFoundError:
        if not create:
            raise
        require_safe_commits(place)
        create_library(place, analysis.name)
        heads = Heads(place)
    head = heads.latest()
    if head.analysis != analysis.name:
        raise LibraryVersionError(
            f"the library {address} has terms of another Pincite; make them anew with the one that "
            "all who use the library have: pincite rebuild"
        )
    return SharedStore(place, heads, analysis)
