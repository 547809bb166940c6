"""The sums of a shared library's files: Lance keeps none, and reads a turned byte as it is.

    sums/SHA256    the sums of the files that a commit has added, and the name of the list before

A list is named by its own SHA-256, and the head names the last one, so that the head answers for
every file that its tables use, and a commit writes only what it adds. A merge, which goes through
everything, leaves one list, of the files that are used then.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor

import lance
from lance import FragmentMetadata

from pincite.corpus.errors import LibraryChangedError, LibraryDamagedError
from pincite.corpus.shared.files import FileSum, content, drop, listed, put, sum_of
from pincite.corpus.shared.place import Place

FOLDER = "sums"
_FORMAT = 1
_NEWEST = (1 << 64) - 1  # Lance counts the names of versions down from it
_AT_ONCE = 8  # files of a bucket

Sums = Mapping[str, FileSum]
"""By path below the library's root."""


def sums_of(place: Place, paths: Iterable[str]) -> dict[str, FileSum]:
    """The sums of files, each of which is read once.

    Raises:
        LibraryError: one cannot be read.
    """
    paths = list(paths)
    if place.local is not None or len(paths) < 2:
        return {path: sum_of(place, path) for path in paths}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return dict(zip(paths, pool.map(lambda path: sum_of(place, path), paths), strict=True))


# Which files there are


def table_files(place: Place, table: lance.LanceDataset, path: str) -> set[str]:
    """The files that a version of the table at ``path`` uses."""
    found = {manifest(path, table.version), *index_files(place, path, indexes(table))}
    for fragment in table.get_fragments():
        found |= fragment_files(path, fragment.metadata)
    return found


def fragment_files(path: str, fragment: FragmentMetadata) -> set[str]:
    """The files of a fragment: its rows, and which of them are deleted."""
    return {f"{path}/data/{file.path}" for file in fragment.files} | deletion_files(path, fragment)


def deletion_files(path: str, fragment: FragmentMetadata) -> set[str]:
    """The file that says which rows of a fragment are deleted, if any are."""
    deleted = fragment.deletion_file
    return set() if deleted is None else {f"{path}/{deleted.path(fragment.id)}"}


def indexes(table: lance.LanceDataset) -> set[str]:
    """The names of the folders that the parts of a table's indexes have."""
    return {str(part.uuid) for index in table.describe_indices() for part in index.segments}


def index_files(place: Place, path: str, indexes: Iterable[str]) -> set[str]:
    """The files in the folders of these indexes."""
    return {file for one in indexes for file in listed(place, _folder(path, one))}


def manifest(path: str, version: int) -> str:
    """The file that lists what a version of a table is made of."""
    return f"{path}/_versions/{_NEWEST - version:020}.manifest"


def _folder(path: str, index: str) -> str:
    return f"{path}/_indices/{index}"


# Lists


def write(place: Place, before: str | None, sums: Sums) -> str | None:
    """Write the list of what was added after the list ``before``; its name.

    Raises:
        LibraryError: it cannot be written.
    """
    if not sums:
        return before
    values = {"format": _FORMAT, "before": before, "files": {p: sums[p] for p in sorted(sums)}}
    data = json.dumps(values).encode()
    name = hashlib.sha256(data).hexdigest()
    put(place, f"{FOLDER}/{name}", data)
    return name


def noted(place: Place, last: str | None) -> tuple[dict[str, FileSum], str | None]:
    """All sums up to the list ``last``, and the name of the list that cannot be read, if any.

    What stood in that one and in those before it is not known.
    """
    found: dict[str, FileSum] = {}
    while last is not None:
        try:
            before, sums = _read(place, last)
        except LibraryDamagedError:
            return found, last
        found |= sums
        last = before
    return found, None


def _read(place: Place, name: str) -> tuple[str | None, dict[str, FileSum]]:
    try:
        data = content(place, f"{FOLDER}/{name}")
        if hashlib.sha256(data).hexdigest() == name:
            values = json.loads(data)
            return values["before"], {path: FileSum(*one) for path, one in values["files"].items()}
    except (LibraryChangedError, ValueError, KeyError, TypeError) as error:
        raise LibraryDamagedError(f"the list of sums {name} cannot be read") from error
    raise LibraryDamagedError(f"the list of sums {name} is not what was written")


def lists(place: Place) -> list[str]:
    """The paths of all lists that there are, be they named by a head or not."""
    return listed(place, FOLDER)


def forget(place: Place, paths: Iterable[str], keep: str | None) -> None:
    """Drop lists that no head names any more: all of these but the one of this name."""
    for path in paths:
        if path != f"{FOLDER}/{keep}":
            drop(place, path)
