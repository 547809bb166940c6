"""Are the files of a shared library those that were written? Each is read and compared."""

from __future__ import annotations

from collections.abc import Iterator

from pincite.corpus.errors import LibraryChangedError, LibraryError
from pincite.corpus.shared.file_sums import FOLDER, indexes, manifest, noted, table_files
from pincite.corpus.shared.files import FileSum, sum_of
from pincite.corpus.shared.head import Head, Heads, Version
from pincite.corpus.shared.lance_errors import mapped
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.tableset import open_table

_INDEX = "mend it with: pincite rebuild"
_DATA = (
    "restore it from a copy; without one, pincite doctor --repair says which documents to ingest "
    "again"
)


def file_problems(place: Place, head: Head) -> Iterator[str]:
    """The files that are missing, of another size, or of other bytes, a sentence each.

    Args:
        place: of the library.
        head: whose files are looked at.

    Raises:
        LibraryChangedError: others have merged its files meanwhile.
        LibraryError: the store cannot be reached.
    """
    known, unread = noted(place, head.sums)
    if unread is not None:
        if Heads(place).latest().sums != head.sums:
            raise LibraryChangedError(
                f"another process merged the files of {place.name} while they were looked at; run "
                "it again"
            )
        yield (
            f"the list of sums {FOLDER}/{unread} of {place.name} is missing or damaged, so files "
            "go unchecked; note their sums anew with: pincite compact"
        )
    for name, version in sorted(head.tables.items()):
        yield from _of_table(place, name, version, known)


def unchecked(place: Place, head: Head) -> tuple[int, int]:
    """How many of the files that a head uses have no sum, and how many it uses in all.

    Raises:
        LibraryError: they cannot be listed.
    """
    known, _ = noted(place, head.sums)
    files: set[str] = set()
    with mapped(place.name):
        for version in head.tables.values():
            files |= table_files(place, open_table(place, version), version.path)
    return len(files - known.keys()), len(files)


def _of_table(
    place: Place, name: str, version: Version, known: dict[str, FileSum]
) -> Iterator[str]:
    first = manifest(version.path, version.number)
    if problem := _problem(place, name, first, known.get(first)):
        yield problem
        return  # without it nobody can tell what else the table is made of
    try:
        with mapped(place.name):
            table = open_table(place, version)
            files = table_files(place, table, version.path) - {first}
            folders = {f"{version.path}/_indices/{one}" for one in indexes(table)}
    except LibraryError as error:
        yield str(error)
        return
    files |= {path for path in known if path.rpartition("/")[0] in folders}
    for path in sorted(files):
        if problem := _problem(place, name, path, known.get(path)):
            yield problem


def _problem(place: Place, name: str, path: str, written: FileSum | None) -> str | None:
    """What is wrong with a file, as far as it is known what was written."""
    if written is None:
        return None
    mend = _INDEX if "/_indices/" in path else _DATA
    try:
        there = sum_of(place, path)
    except LibraryChangedError:
        if not _is_used(place, name, path):
            return None
        return f"the file {path} of {place.name} is missing; {mend}"
    if there == written:
        return None
    if there.size != written.size:
        what = f"has {there.size:,} bytes, and {written.size:,} were written"
    else:
        what = "is not what was written: bytes in it have turned"
    return f"the file {path} of {place.name} {what}; {mend}"


def _is_used(place: Place, name: str, path: str) -> bool:
    """Whether the library uses a file still: others may have compacted it meanwhile."""
    version = Heads(place).latest().tables[name]
    if path.startswith(f"{version.path}/_versions/"):
        return path == manifest(version.path, version.number)
    try:
        with mapped(place.name):
            table = open_table(place, version)
            folders = {f"{version.path}/_indices/{one}" for one in indexes(table)}
            return path in table_files(place, table, version.path) or (
                path.rpartition("/")[0] in folders
            )
    except LibraryError:
        return True
