"""The inverted index of one segment: which passages have a term, and how often.

Three fields of a passage are told apart: its body, what stands over it, and its document's title.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pincite.retrieval.search.analysis import terms
from pincite.retrieval.search.arrays import Array
from pincite.retrieval.search.rows import Mask
from pincite.retrieval.search.string_table import StringTable

FIELDS = ("body", "headings", "title")
_AT_ONCE = 1 << 18  # entries that are put in order at once


def _rounded_lengths() -> NDArray[np.int64]:
    """The 256 lengths to which BM25's are rounded down, exact up to 40: Lucene's ``SmallFloat``."""
    codes = np.arange(256 - 24, dtype=np.int64)
    shift = np.maximum(codes // 8 - 1, 0)
    rounded = np.where(codes < 8, codes, (codes % 8 + 8) << shift)
    return np.concatenate([np.arange(24), 24 + rounded])


LENGTHS = _rounded_lengths()


@dataclass(frozen=True, slots=True)
class Postings:
    """Terms of a segment with their passages.

    Attributes:
        table: the terms, each with the digit of its field before it.
        ends: where in ``rows`` and ``frequencies`` each term's passages end, ``(terms,)``.
        rows, frequencies: of each term in order, by row, ``(entries,)``.
        lengths: terms of each field of each passage, ``(fields, n)``.
        codes: the same as places in ``LENGTHS``.
    """

    table: StringTable
    ends: NDArray[np.int64]
    rows: NDArray[np.uint32]
    frequencies: NDArray[np.uint16]
    lengths: NDArray[np.uint32]
    codes: NDArray[np.uint8]

    def __len__(self) -> int:
        return int(self.lengths.shape[1])

    @classmethod
    def of(cls, passages: Sequence[tuple[str, str, str]]) -> Postings:
        """The postings of passages, each with its title, headings and body, by row."""
        builder = PostingsBuilder()
        for title, headings, body in passages:
            builder.add(title, headings, body)
        return builder.postings()

    @classmethod
    def _of(
        cls, table: StringTable, ends: Array, rows: Array, frequencies: Array, lengths: Array
    ) -> Postings:
        codes = np.searchsorted(LENGTHS, lengths, side="right") - 1
        return cls(
            table,
            ends.astype(np.int64),
            rows.astype(np.uint32, copy=False),
            _limited(frequencies),
            np.ascontiguousarray(lengths, np.uint32),
            codes.astype(np.uint8),
        )

    @classmethod
    def of_pairs(cls, table: StringTable, places: Array, rows: Array, lengths: Array) -> Postings:
        """The postings of terms, each time that one stands somewhere.

        Args:
            table: of the terms; those that stand nowhere are left out.
            places: of a term in the table, ``(times,)``.
            rows: of the passage that has it there, ``(times,)``.
            lengths: all terms of each field of each passage, ``(fields, n)``.
        """
        passages = max(1, lengths.shape[1])
        keys, times = np.unique(places * np.int64(passages) + rows, return_counts=True)
        term, row = np.divmod(keys, passages)
        table, ends = _without_unused(table, np.bincount(term, minlength=len(table)))
        return cls._of(table, ends, row, times, lengths)

    @classmethod
    def of_places(cls, table: StringTable, places: Array, lengths: Array) -> Postings:
        """The postings of passages' terms: of each its place in the table, passage by passage.

        They are put in order some terms at a time, for that takes several times their memory.
        """
        ends = np.cumsum(lengths.sum(axis=0, dtype=np.int64))
        passages = max(1, lengths.shape[1])
        total = np.zeros(len(table), np.int64)
        for some in _blocks(len(places)):
            total += np.bincount(places[some], minlength=len(table))
        total = np.cumsum(total)
        counts = np.zeros(len(table), np.int64)
        rows_of: list[Array] = []
        frequencies: list[Array] = []
        for a, b in _term_ranges(total):
            chosen = np.flatnonzero((places >= a) & (places < b))
            keys = (places[chosen] - np.uint32(a)) * np.int64(passages)
            keys += np.searchsorted(ends, chosen, side="right")
            keys.sort()
            is_first = np.ones(len(keys), bool)
            np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
            frequencies.append(_limited(np.diff(np.append(np.flatnonzero(is_first), len(keys)))))
            term, row = np.divmod(keys[is_first], passages)
            rows_of.append(row.astype(np.uint32))
            counts[a:b] = np.bincount(term, minlength=b - a)
        table, last = _without_unused(table, counts)
        return cls._of(table, last, _joined(rows_of), _joined(frequencies), lengths)

    def arrays(self) -> dict[str, Array]:
        """The postings for storing."""
        return {
            **self.table.arrays("terms"),
            "ends": self.ends,
            "rows": self.rows,
            "frequencies": self.frequencies,
            "lengths": self.lengths,
            "codes": self.codes,
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Postings:
        """Read what ``arrays`` gave."""
        names = ("ends", "rows", "frequencies", "lengths", "codes")
        table = StringTable.from_arrays(arrays, "terms")
        return cls(table, *(arrays[name] for name in names))

    def span(self, field: int, term: str) -> slice | None:
        """Where in ``rows`` and ``frequencies`` a term's entries are; None where it has none."""
        place = self.table.find(f"{field}{term}")
        if place is None:
            return None
        return slice(int(self.ends[place - 1]) if place else 0, int(self.ends[place]))

    @classmethod
    def merged(cls, parts: Sequence[tuple[Postings, Mask]]) -> Postings:
        """The postings of those passages of each part that its mask keeps, in order."""
        table, places = StringTable.merged([part.table for part, _ in parts])
        rows_of = _new_rows([kept for _, kept in parts])
        starts = [
            np.searchsorted(place, np.arange(len(table) + 1)) for place in places
        ]  # of each part's terms, by the terms of all
        firsts = [np.concatenate([[0], part.ends]) for part, _ in parts]
        each = [first[start] for first, start in zip(firsts, starts, strict=True)]
        total = np.sum(each, axis=0)  # entries before each term
        counts = np.zeros(len(table), np.int64)
        rows: list[Array] = []
        frequencies: list[Array] = []
        for a, b in _term_ranges(total[1:]):
            terms_ab, rows_ab, frequencies_ab = [], [], []
            for (part, _), place, start, first, new in zip(
                parts, places, starts, firsts, rows_of, strict=True
            ):
                own = slice(int(start[a]), int(start[b]))
                within = slice(int(first[own.start]), int(first[own.stop]))
                repeats = np.diff(first[own.start : own.stop + 1])
                row = new[part.rows[within]]
                kept = row >= 0
                terms_ab.append(np.repeat(place[own], repeats)[kept])
                rows_ab.append(row[kept])
                frequencies_ab.append(part.frequencies[within][kept])
            term = np.concatenate(terms_ab)
            order = np.argsort(term, kind="stable")
            rows.append(np.concatenate(rows_ab)[order].astype(np.uint32))
            frequencies.append(np.concatenate(frequencies_ab)[order])
            counts[a:b] = np.bincount(term - a, minlength=b - a)
        lengths = np.concatenate([part.lengths[:, kept] for part, kept in parts], axis=1)
        table, ends = _without_unused(table, counts)
        return cls._of(table, ends, _joined(rows), _joined(frequencies), lengths)


class PostingsBuilder:
    """Takes passages one by one. Of their texts it keeps only which terms they have."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._terms, self._lengths = array("I"), array("I")
        self._before: dict[int, tuple[str, list[int]]] = {}

    def __len__(self) -> int:
        return len(self._lengths) // len(FIELDS)

    def add(self, title: str, headings: str, body: str) -> None:
        """Take the next row."""
        for field, text in enumerate((body, headings, title)):
            if field not in self._before or self._before[field][0] != text:
                found = [
                    self._numbers.setdefault(f"{field}{term}", len(self._numbers))
                    for term in terms(text)
                ]
                self._before[field] = (text, found)
            found = self._before[field][1]
            self._terms.extend(found)
            self._lengths.append(len(found))

    def drop_from(self, row: int) -> None:
        """Take rows back, from ``row`` on."""
        lengths = len(FIELDS) * row
        dropped = sum(self._lengths[lengths:])
        del self._lengths[lengths:], self._terms[len(self._terms) - dropped :]

    def postings(self) -> Postings:
        """The postings of all rows; nothing can be added any more."""
        lengths = np.array(self._lengths, np.uint32).reshape(-1, len(FIELDS))
        table = StringTable.of(self._numbers)
        place = np.zeros(len(self._numbers), np.uint32)
        place[[self._numbers[term] for term in table]] = np.arange(len(self._numbers))
        places = np.frombuffer(self._terms, np.uint32) if self._terms else place[:0]
        for some in _blocks(len(places)):  # what indexes an array is made twice as wide for it
            places[some] = place[places[some]]
        return Postings.of_places(table, places, lengths.T)


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, start + _AT_ONCE) for start in range(0, count, _AT_ONCE))


def _term_ranges(total: Array) -> Iterator[tuple[int, int]]:
    """Half-open ranges of terms with about `_AT_ONCE` entries; ``total`` counts up to each term."""
    a = 0
    while a < len(total):
        before = int(total[a - 1]) if a else 0
        b = max(a + 1, int(np.searchsorted(total, before + _AT_ONCE, side="right")))
        yield a, b
        a = b


def _limited(frequencies: Array) -> NDArray[np.uint16]:
    found: NDArray[np.uint16] = np.minimum(frequencies, np.iinfo(np.uint16).max).astype(np.uint16)
    return found


def _new_rows(masks: Sequence[Mask]) -> list[NDArray[np.int64]]:
    """For each mask the new row of each of its rows, counted through; -1 for what is dropped."""
    found, start = [], 0
    for kept in masks:
        numbers = np.cumsum(kept) - 1 + start
        found.append(np.where(kept, numbers, -1))
        start += int(np.count_nonzero(kept))
    return found


def _without_unused(table: StringTable, counts: Array) -> tuple[StringTable, Array]:
    used = counts > 0
    if not used.all():
        table = StringTable.of(s for s, has in zip(table, used, strict=True) if has)
    return table, np.cumsum(counts[used])


def _joined(parts: Sequence[Array]) -> Array:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)
