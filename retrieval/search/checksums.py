"""Files of the indexes: written with their sums, and read against them.

Each file has two. The one of sectors is as fast as memory, so every file is checked whenever it is
opened: one changed byte, and any other damage that a disk does, changes it. SHA-256 is taken
when a file is written, and checked when the health of a library is.
"""

from __future__ import annotations

import contextlib
import hashlib
import mmap
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pincite.corpus.errors import IndexDamagedError

Put = Callable[[Any], None]  # takes the next bytes of a file

_MAPPED_FROM = 1_000_000  # bytes; what is smaller is simply read
_SECTOR = 4096  # bytes


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a file was when it was written: its size in bytes, and its sums."""

    size: int
    sectors: str
    sha256: str


class _Sectors:
    """The SHA-256 of the sums of a file's sectors, each the sum of its 64-bit words.

    >>> one, two = _Sectors(), _Sectors()
    >>> one.update(b"a" * 5000), two.update(b"a" * 4000), two.update(b"a" * 1000)
    (None, None, None)
    >>> one.hexdigest() == two.hexdigest()
    True
    """

    def __init__(self) -> None:
        self._digest = hashlib.sha256()
        self._rest = b""

    def update(self, part: Any) -> None:
        data = memoryview(part).cast("B")
        if self._rest:
            missing = _SECTOR - len(self._rest)
            self._rest += bytes(data[:missing])
            data = data[missing:]
            if len(self._rest) < _SECTOR:
                return
            self._sum(memoryview(self._rest))
        whole = len(data) // _SECTOR * _SECTOR
        self._sum(data[:whole])
        self._rest = bytes(data[whole:])

    def _sum(self, sectors: memoryview) -> None:
        words = np.frombuffer(sectors, "<u8").reshape(-1, _SECTOR // 8)
        self._digest.update(words.sum(axis=1, dtype=np.uint64).astype("<u8").data)

    def hexdigest(self) -> str:
        last = self._digest.copy()
        last.update(self._rest)
        return last.hexdigest()


def write(file: Path, parts: Iterable[Any]) -> Checksum:
    """Write a new file of these bytes, and see to it that they are on the disk.

    Raises:
        OSError: it cannot be written.
    """

    def put_all(put: Put) -> None:
        for part in parts:
            put(part)

    return write_by(file, put_all)


def write_by(file: Path, give: Callable[[Put], None]) -> Checksum:
    """Write a new file of the bytes that ``give`` puts, one part after the other.

    Raises:
        OSError: it cannot be written.
    """
    digest, sectors, size = hashlib.sha256(), _Sectors(), 0

    def put(part: Any) -> None:
        nonlocal size
        digest.update(part)
        sectors.update(part)
        size += stream.write(part)

    with file.open("xb") as stream:
        give(put)
        stream.flush()
        os.fsync(stream.fileno())
    return Checksum(size, sectors.hexdigest(), digest.hexdigest())


def read(file: Path, checksum: Checksum, *, deep: bool = False) -> memoryview:
    """The bytes of ``file``: in memory where they are few, else mapped.

    With ``deep`` its SHA-256 is checked as well.

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
    sectors = _Sectors()
    sectors.update(data)
    is_sound = sectors.hexdigest() == checksum.sectors
    if deep and is_sound:
        is_sound = hashlib.sha256(data).hexdigest() == checksum.sha256
    if not is_sound:
        raise IndexDamagedError(f"the index file {file} is damaged")
    if isinstance(data, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        data.madvise(mmap.MADV_DONTNEED)  # only what is read again counts as this process's memory
    return memoryview(data)


def sync_folder(folder: Path) -> None:
    """See to it that the names in a folder are on the disk, where the system can do that."""
    with contextlib.suppress(OSError):  # Windows opens no folder
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
