"""Opens a library by its address: a folder, or what several machines share."""

from __future__ import annotations

from pathlib import Path

from pincite.corpus.errors import LibraryError
from pincite.corpus.extras import require
from pincite.corpus.store.address import Address, is_shared
from pincite.corpus.store.database import FILE_NAME
from pincite.corpus.store.library import Library


def open_library(address: Address, *, create: bool = False, rebuilding: bool = False) -> Library:
    """Open the library at ``address``; with ``create``, make it where there is none.

    Args:
        address: a folder, ``lance://FOLDER`` or ``s3://BUCKET/NAME``.
        create: whether to make it.
        rebuilding: whether a shared one may have terms of an older Pincite, which are made anew.

    Raises:
        MissingExtraError: it is a shared one, and the extra for these is not installed.
        LibraryError: as `Library.open` says; a shared one cannot be reached, say.
    """
    if not is_shared(address):
        _require_own(Path(address))
        return Library.open(address, create=create)
    require("shared", f"the library {address}")
    from pincite.corpus.shared.opening import open_store  # which imports Lance
    from pincite.retrieval.search.columns import Columns

    return Library(open_store(str(address), Columns(), create=create, rebuilding=rebuilding))


def _require_own(folder: Path) -> None:
    """Check that it is not the folder of a shared library."""
    if (folder / "head" / "_versions").is_dir() and not (folder / FILE_NAME).exists():
        raise LibraryError(f"{folder} has a shared library; name it lance://{folder.absolute()}")


def has_library(address: Address) -> bool:
    """Whether there is a library; of a shared one that is only known when it is opened."""
    return is_shared(address) or (Path(address) / FILE_NAME).exists()


def file_problems(address: Address) -> list[str]:
    """What is wrong with the files of a shared library that cannot be opened, a sentence each.

    Nothing is told of a library in a folder: it is one file.

    Raises:
        LibraryError: the store cannot be reached.
    """
    if not is_shared(address):
        return []
    from pincite.corpus.shared.file_check import file_problems as of_head
    from pincite.corpus.shared.head import Heads
    from pincite.corpus.shared.place import Place

    place = Place.of(str(address))
    return list(of_head(place, Heads(place).latest()))
