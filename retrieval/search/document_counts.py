"""How often strings stand in each document of a segment, so that a document can leave again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from pincite.retrieval.search.arrays import Array
from pincite.retrieval.search.string_table import StringTable


@dataclass(frozen=True, slots=True)
class DocumentCounts:
    """Strings with their counts, by document.

    Attributes:
        table: every string of the segment.
        ends: where in ``strings`` and ``counts`` each document's end, ``(documents,)``.
        strings, counts: places in ``table`` and how often, ``(entries,)``.
        totals: over all documents, ``(strings,)``.
    """

    table: StringTable
    ends: NDArray[np.int64]
    strings: NDArray[np.uint32]
    counts: NDArray[np.uint32]
    totals: NDArray[np.int64]

    @classmethod
    def of(cls, documents: Sequence[Mapping[str, int]]) -> DocumentCounts:
        """The counts of these documents, in order."""
        table = StringTable.of(chain.from_iterable(documents))
        place = {string: i for i, string in enumerate(table)}
        strings = [place[string] for counts in documents for string in counts]
        counts = [count for counts in documents for count in counts.values()]
        ends = np.cumsum([len(counts) for counts in documents], dtype=np.int64)
        return cls._of(table, ends, np.array(strings, np.uint32), np.array(counts, np.uint32))

    @classmethod
    def _of(cls, table: StringTable, ends: Array, strings: Array, counts: Array) -> DocumentCounts:
        return cls(table, ends, strings, counts, _summed(strings, counts, len(table)))

    def arrays(self, name: str) -> dict[str, Array]:
        """The counts for storing."""
        return {
            **self.table.arrays(f"{name}.strings"),
            f"{name}.ends": self.ends,
            f"{name}.places": self.strings,
            f"{name}.counts": self.counts,
            f"{name}.totals": self.totals,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array], name: str) -> DocumentCounts:
        """Read what ``arrays`` gave under this name."""
        table = StringTable.from_arrays(arrays, f"{name}.strings")
        parts = ("ends", "places", "counts", "totals")
        return cls(table, *(arrays[f"{name}.{part}"] for part in parts))

    def without(self, gone: Sequence[int]) -> dict[str, int]:
        """How often each string stands in all documents but these."""
        totals = self.totals
        if len(gone):
            entries = np.concatenate([np.arange(*self._range(document)) for document in gone])
            totals = totals - _summed(self.strings[entries], self.counts[entries], len(self.table))
        return {
            string: count
            for string, count in zip(self.table, totals.tolist(), strict=True)
            if count
        }

    def _range(self, document: int) -> tuple[int, int]:
        return int(self.ends[document - 1]) if document else 0, int(self.ends[document])

    @classmethod
    def merged(cls, parts: Sequence[tuple[DocumentCounts, Sequence[int]]]) -> DocumentCounts:
        """The counts of all documents of the parts but those that are gone, in order."""
        table, places = StringTable.merged([part.table for part, _ in parts])
        strings, counts, sizes = [], [], []
        for (part, gone), place in zip(parts, places, strict=True):
            size = np.diff(part.ends, prepend=0)
            stays = np.ones(len(size), bool)
            stays[list(gone)] = False
            kept = np.repeat(stays, size)
            strings.append(place[part.strings[kept]])
            counts.append(part.counts[kept])
            sizes.append(size[stays])
        joined, ends = np.concatenate(strings), np.cumsum(np.concatenate(sizes))
        used = np.zeros(len(table), bool)
        used[joined] = True
        table = StringTable.of(s for s, has in zip(table, used, strict=True) if has)
        joined = (np.cumsum(used) - 1)[joined]
        return cls._of(table, ends, joined.astype(np.uint32), np.concatenate(counts))


def _summed(strings: Array, counts: Array, length: int) -> NDArray[np.int64]:
    sums = np.zeros(length, np.int64)
    np.add.at(sums, strings, counts.astype(np.int64))
    return sums
