"""Many strings in two arrays: sorted, found by bisection, merged by order."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pincite.retrieval.search.arrays import Array

_REMEMBERED = 10_000  # look-ups


class StringTable:
    """Distinct strings, each with its place in the order of their UTF-8 bytes.

    >>> table = StringTable.of(["whale", "gull"])
    >>> table.find("whale"), table.find("lamp"), list(table)
    (1, None, ['gull', 'whale'])
    """

    def __init__(self, data: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self._data, self._ends = data.data, ends.data
        self._found: dict[str, int | None] = {}

    @classmethod
    def of(cls, strings: Iterable[str]) -> StringTable:
        """The table of these strings."""
        return cls._of_sorted(sorted({string.encode() for string in strings}))

    @classmethod
    def _of_sorted(cls, strings: Sequence[bytes]) -> StringTable:
        ends = np.cumsum([len(string) for string in strings], dtype=np.int64)
        return cls(np.frombuffer(b"".join(strings), np.uint8), ends)

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], name: str) -> StringTable:
        """Read what ``arrays`` gave under this name."""
        return cls(arrays[f"{name}.data"], arrays[f"{name}.ends"])

    def arrays(self, name: str) -> dict[str, Array]:
        """The table for storing."""
        return {
            f"{name}.data": np.asarray(self._data, np.uint8),
            f"{name}.ends": np.asarray(self._ends, np.int64),
        }

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[str]:
        return (string.decode() for string in self._strings())

    def find(self, string: str) -> int | None:
        """Where the string stands; None where it does not."""
        try:
            return self._found[string]
        except KeyError:
            pass
        wanted = string.encode()
        place = bisect_left(range(len(self)), wanted, key=self._at)
        there = place < len(self) and self._at(place) == wanted
        if len(self._found) >= _REMEMBERED:
            self._found.clear()
        self._found[string] = found = place if there else None
        return found

    @staticmethod
    def merged(
        tables: Sequence[StringTable],
    ) -> tuple[StringTable, list[NDArray[np.int64]]]:
        """The table of all their strings, and for each table where its strings stand there."""
        each = [table._strings() for table in tables]
        union = sorted(set().union(*each))
        place = {string: i for i, string in enumerate(union)}
        maps = [np.array([place[string] for string in strings], np.int64) for strings in each]
        return StringTable._of_sorted(union), maps

    def _strings(self) -> list[bytes]:
        data, starts = self._data.tobytes(), [0, *self._ends.tolist()]
        return [data[a:b] for a, b in pairwise(starts)]

    def _at(self, place: int) -> bytes:
        start = self._ends[place - 1] if place else 0
        return self._data[start : self._ends[place]].tobytes()
