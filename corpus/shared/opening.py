"""Opens the store of a shared library."""

from __future__ import annotations

from pincite.corpus.errors import LibraryError, LibraryNotFoundError
from pincite.corpus.shared.analysis import Analysis
from pincite.corpus.shared.creation import create_library
from pincite.corpus.shared.head import Heads
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.probe import require_safe_commits
from pincite.corpus.shared.store import SharedStore
from pincite.corpus.store.database import FILE_NAME


def open_store(
    address: str, analysis: Analysis, *, create: bool, rebuilding: bool = False
) -> SharedStore:
    """The store at an address; with ``create``, made where there is none.

    Args:
        address: ``lance://FOLDER`` or ``s3://BUCKET/NAME``.
        analysis: what terms are made with.
        create: whether to make it.
        rebuilding: whether its terms may be of an older analysis, because they are made anew.

    Raises:
        UsageError: the address is none.
        LibraryError: it is a file, or the folder of a library that is not shared.
        LibraryNotFoundError: nothing is there and ``create`` is false.
        LibraryVersionError: another Pincite wrote it.
        LibraryError: the store cannot be reached or does not let us in; with ``create``, commits to
            it are not safe.
    """
    place = Place.of(address)
    _require_folder(place)
    try:
        heads = Heads(place)
    except LibraryNotFoundError:
        if not create:
            raise
        require_safe_commits(place)
        create_library(place, analysis.name)
        heads = Heads(place)
    return SharedStore(place, heads, analysis, rebuilding=rebuilding)


def _require_folder(place: Place) -> None:
    folder = place.local
    if folder is None or not folder.exists():
        return
    if not folder.is_dir():
        raise LibraryError(f"{folder} is a file; name a folder: lance://FOLDER")
    if (folder / FILE_NAME).exists():
        raise LibraryError(
            f"{folder} has a library that is not shared; name it without lance://, or another "
            "folder for a shared one"
        )
