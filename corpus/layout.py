"""Where a paged document's words stand on their pages, so that a quote can be marked there."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.types import Span

WORD = np.dtype(
    [
        ("start", "<i4"),
        ("end", "<i4"),
        ("page", "<i4"),
        ("left", "<f4"),
        ("top", "<f4"),
        ("right", "<f4"),
        ("bottom", "<f4"),
    ]
)
_SAME_LINE = 0.5  # of the lower height: two words that overlap so far vertically are on one line


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on page ``page`` (from 1), in points from the page's upper left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Every word's span and box, by start: a structured array of ``WORD``, ``(words,)``.

    >>> words = [(Span(0, 2), Box(1, 10, 20, 30, 32)), (Span(3, 5), Box(1, 33, 20, 50, 32))]
    >>> Layout.of(words).boxes(Span(0, 4))
    [Box(page=1, left=10.0, top=20.0, right=50.0, bottom=32.0)]
    """

    words: NDArray[np.void]

    @classmethod
    def of(cls, words: Iterable[tuple[Span, Box]]) -> Layout:
        """The layout of these words, in any order."""
        rows = [(s.start, s.end, b.page, b.left, b.top, b.right, b.bottom) for s, b in words]
        return cls(np.sort(np.array(rows, WORD), order=["start", "page"]))

    def boxes(self, span: Span) -> list[Box]:
        """The boxes of the words in ``span``, one for each run of words on one line, in order."""
        inside = self.words[(self.words["start"] < span.end) & (self.words["end"] > span.start)]
        found: list[Box] = []
        for _, _, *values in inside.tolist():
            box = Box(*values)
            if found and _on_one_line(found[-1], box):
                found[-1] = _around(found[-1], box)
            else:
                found.append(box)
        return found

    def to_bytes(self) -> bytes:
        """The layout for storing."""
        return zlib.compress(self.words.tobytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> Layout:
        """Read what ``to_bytes`` wrote.

        Raises:
            ValueError: it did not write this.
        """
        try:
            return cls(np.frombuffer(zlib.decompress(data), WORD))
        except zlib.error as error:
            raise ValueError(f"a layout is damaged: {error}") from error


def _on_one_line(a: Box, b: Box) -> bool:
    shared = min(a.bottom, b.bottom) - max(a.top, b.top)
    lower = min(a.bottom - a.top, b.bottom - b.top)
    return a.page == b.page and b.left >= a.left and shared >= _SAME_LINE * lower


def _around(a: Box, b: Box) -> Box:
    return Box(
        a.page,
        min(a.left, b.left),
        min(a.top, b.top),
        max(a.right, b.right),
        max(a.bottom, b.bottom),
    )
