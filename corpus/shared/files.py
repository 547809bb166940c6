"""The files below the tables of a shared library, read and written as bytes, wherever they are."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from lance.file import LanceFileSession

from pincite.corpus.errors import LibraryChangedError
from pincite.corpus.shared.lance_errors import mapped
from pincite.corpus.shared.place import Place


class FileSum(NamedTuple):
    """What is noted of a file: how many bytes it has, and their SHA-256 in hexadecimal."""

    size: int
    sha256: str


def sum_of(place: Place, path: str) -> FileSum:
    """The sum of a file, which is read once; out of a bucket through a temporary file.

    Args:
        path: below the library's root.

    Raises:
        LibraryChangedError: it is not there.
        LibraryError: it cannot be read.
    """
    with mapped(place.name):
        if place.local is not None:
            return _sum(place.local / path)
        with tempfile.TemporaryDirectory() as folder:
            there = Path(folder) / "file"
            _bucket(place).download_file(path, there)
            return _sum(there)


def _sum(file: Path) -> FileSum:
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
        return FileSum(opened.tell(), digest)


def content(place: Place, path: str) -> bytes:
    """All bytes of a small file. Raises as `sum_of`."""
    with mapped(place.name):
        if place.local is not None:
            return (place.local / path).read_bytes()
        with tempfile.TemporaryDirectory() as folder:
            there = Path(folder) / "file"
            _bucket(place).download_file(path, there)
            return there.read_bytes()


def put(place: Place, path: str, data: bytes) -> None:
    """Write a small file.

    Raises:
        LibraryError: it cannot be written.
    """
    with mapped(place.name):
        if place.local is not None:
            (place.local / path).parent.mkdir(exist_ok=True)
            (place.local / path).write_bytes(data)
            return
        with tempfile.TemporaryDirectory() as folder:
            here = Path(folder) / "file"
            here.write_bytes(data)
            _bucket(place).upload_file(here, path)


def listed(place: Place, folder: str) -> list[str]:
    """The paths of all files in a folder; none where there is no such folder.

    Raises:
        LibraryError: the store cannot be reached.
    """
    with mapped(place.name):
        if place.local is None:
            return sorted(map(str, _bucket(place).list(folder)))
        files = (place.local / folder).glob("*")
        return sorted(file.relative_to(place.local).as_posix() for file in files)


def drop(place: Place, path: str) -> None:
    """Delete a file, if it is there.

    Raises:
        LibraryError: it cannot be deleted.
    """
    with suppress(LibraryChangedError), mapped(place.name):
        if place.local is not None:
            (place.local / path).unlink(missing_ok=True)
        else:
            _bucket(place).delete_file(path)


def folders(place: Place) -> list[str]:
    """The names of the folders right below the root.

    Raises:
        LibraryError: the store cannot be reached.
    """
    with mapped(place.name):
        if place.local is not None:
            return sorted(one.name for one in place.local.iterdir() if one.is_dir())
        found = _bucket(place).list_with_delimiter().common_prefixes
        return sorted(one.rstrip("/").rpartition("/")[2] for one in found)


def drop_folder(place: Place, folder: str) -> None:
    """Delete a folder with all that is in it, if it is there.

    Raises:
        LibraryError: it cannot be deleted.
    """
    with mapped(place.name):
        if place.local is not None:
            with suppress(FileNotFoundError):
                shutil.rmtree(place.local / folder)
            return
        files = list(map(str, _bucket(place).list(folder)))
    for path in files:
        drop(place, path)


def _bucket(place: Place) -> LanceFileSession:
    reached = tuple(sorted(one for one in os.environ.items() if one[0].startswith("AWS_")))
    return _session(place, reached)


@lru_cache(maxsize=4)
def _session(place: Place, reached: tuple[tuple[str, str], ...]) -> LanceFileSession:
    return LanceFileSession(place.root, storage_options=place.options)
