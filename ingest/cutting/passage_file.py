"""The passages of one document in a temporary file, so that memory does not grow with them."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from typing import IO, Any
from weakref import finalize

from pincite.corpus import codec
from pincite.corpus.types import Passage
from pincite.ingest.temporary import temporary_space

_IN_MEMORY = 1 << 20  # bytes; a file on the disk is begun for more
_AT_ONCE = 1 << 18  # bytes that are read at once


class PassageFile(Collection[Passage]):
    """Passages that are written once, in order, and gone through as often as one likes.

    The file has no name, and is gone when nobody has this any more.
    """

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115
        self._number = 0
        finalize(self, _close, self._file)

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add passages at the end, each as `pincite.corpus.codec.passage_values` gives it.

        Raises:
            DiskFullError: there is no room for them.
            LibraryError: the folder for temporary files cannot be used.
        """
        with temporary_space("passages wait to be stored"):
            for row in rows:
                self._file.write(json.dumps(row).encode() + b"\n")
                self._number += 1
            self._file.flush()  # so that a full disk is told here, and not by whoever reads

    def __len__(self) -> int:
        return self._number

    def __iter__(self) -> Iterator[Passage]:
        self._file.seek(0)
        while lines := self._file.readlines(_AT_ONCE):
            place = self._file.tell()  # whoever takes the passages may go through them again
            for line in lines:
                yield codec.passage_from(json.loads(line))
            self._file.seek(place)

    def __contains__(self, passage: object) -> bool:
        return any(other == passage for other in self)


def _close(file: IO[bytes]) -> None:
    with suppress(OSError):  # what a full disk could not take is not wanted any more
        file.close()
