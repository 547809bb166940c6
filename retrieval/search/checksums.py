"""Files of the indexes: written with their sums, and read against them."""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pincite.corpus.errors import IndexDamagedError

_MAPPED_FROM = 1_000_000  # bytes; what is smaller is simply read


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a file was when it was written: its size in bytes and its SHA-256."""

    size: int
    sha256: str


def write(file: Path, parts: Iterable[Any]) -> Checksum:
    """Write a new file of these bytes, and see to it that they are on the disk.

    Raises:
        OSError: it cannot be written.
    """
    digest, size = hashlib.sha256(), 0
    with file.open("xb") as stream:
        for part in parts:
            digest.update(part)
            size += stream.write(part)
        stream.flush()
        os.fsync(stream.fileno())
    return Checksum(size, digest.hexdigest())


def read(file: Path, checksum: Checksum) -> memoryview:
    """The bytes of ``file``: in memory where they are few, else mapped.

    Raises:
        IndexDamagedError: they are not those that were written, or there are none.
    """
    try:
        with file.open("rb") as stream:
            if os.fstat(stream.fileno()).st_size != checksum.size:
                raise IndexDamagedError(f"the index file {file} is damaged")
            data: Any = b""
            if checksum.size < _MAPPED_FROM:
                data = stream.read()
            else:
                data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError as error:
        raise IndexDamagedError(f"the index file {file} is missing") from error
    except OSError as error:
        raise IndexDamagedError(
            f"the index file {file} cannot be read: {error.strerror}"
        ) from error
    if hashlib.sha256(data).hexdigest() != checksum.sha256:
        raise IndexDamagedError(f"the index file {file} is damaged")
    return memoryview(data)


def sync_folder(folder: Path) -> None:
    """See to it that the names in a folder are on the disk, where the system can do that."""
    with contextlib.suppress(OSError):  # Windows opens no folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
