"""Superscripts that a page draws after all its text, put back behind the words they belong to.

Some programs write a page's trademark signs and note numbers last; in reading order they would
stand at its end, by themselves.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

_NOTE = re.compile(r"[®©™℠*†‡§¶]+|(?:\(\d{1,2}\))+|\d{1,2}|[⁰¹²³⁴-⁹⁽⁾]+")
_SMALLER = 0.8  # of the word's size: a superscript's, at the most
_NEAR = 0.35  # word heights, between a word and its superscript

_Cell = tuple[float, int, int]  # its side in points, how many from the left and from the top


def in_place(
    texts: Sequence[str],
    boxes: NDArray[np.float32],
    broken: NDArray[np.bool_],
    size: Callable[[int], float],
) -> tuple[list[int], set[int]]:
    """The order of a page's words in which each stray superscript follows its word, and the strays.

    Args:
        texts: the words in the page's own order.
        boxes: left, top, right, bottom of each, ``(n, 4)``.
        broken: whether a line ends before it, ``(n,)``.
        size: of the letters of a word, in points.
    """
    places = np.arange(len(texts), dtype=np.float64)
    strays = _strays(texts, broken)
    hosts = _hosts(boxes, _beside(boxes, strays))
    sides = {side for side, _, _ in hosts}
    notes = set()
    for stray in strays:
        host = _host(boxes, hosts, sides, stray)
        if host is not None and size(stray) <= _SMALLER * size(host):
            places[stray] = host + 0.5
            notes.add(stray)
    order: list[int] = np.argsort(places, kind="stable").tolist()
    return order, notes


def _strays(texts: Sequence[str], broken: NDArray[np.bool_]) -> list[int]:
    """The words of those lines in which there is nothing but what may be superscripts."""
    starts = [0, *np.flatnonzero(broken[1:] if len(broken) else broken).tolist()]
    starts[1:] = [start + 1 for start in starts[1:]]
    found: list[int] = []
    for start, end in zip(starts, [*starts[1:], len(texts)], strict=True):
        if all(_NOTE.fullmatch(text) for text in texts[start:end]):
            found += range(start, end)
    return found


def _beside(boxes: NDArray[np.float32], strays: Sequence[int]) -> list[int]:
    """The words as high up as one of the strays, which are not among them."""
    middles = np.sort((boxes[strays, 1] + boxes[strays, 3]) / 2)
    above = np.searchsorted(middles, boxes[:, 1])
    beside = np.searchsorted(middles, boxes[:, 3], side="right") > above
    beside[strays] = False
    return np.flatnonzero(beside).tolist()


def _hosts(boxes: NDArray[np.float32], words: Iterable[int]) -> dict[_Cell, list[int]]:
    """The words by the squares in which a superscript of theirs can begin.

    A square is about as high as the word, so that each word lies in a few, whatever its size.
    """
    hosts: defaultdict[_Cell, list[int]] = defaultdict(list)
    for word in words:
        _, top, right, bottom = boxes[word].tolist()
        height = bottom - top
        if not (0 < height < math.inf and math.isfinite(right)):
            continue
        side = 2.0 ** math.ceil(math.log2(height))
        reach = _NEAR * height
        for x in range(_at(right - reach, side), _at(right + reach, side) + 1):
            for y in range(_at(top, side), _at(bottom, side) + 1):
                hosts[side, x, y].append(word)
    return hosts


def _host(
    boxes: NDArray[np.float32],
    hosts: Mapping[_Cell, Sequence[int]],
    sides: Iterable[float],
    stray: int,
) -> int | None:
    """The word that ends just before the superscript, and reaches as high as half of it."""
    left, top, _, bottom = boxes[stray].tolist()
    middle = (top + bottom) / 2
    near = []
    for side in sides:
        for word in hosts.get((side, _at(left, side), _at(middle, side)), ()):
            _, above, right, below = boxes[word].tolist()
            gap = abs(left - right) / (below - above)
            if gap <= _NEAR and above <= middle and bottom < below:
                near.append((gap, word))
    return min(near)[1] if near else None


def _at(place: float, side: float) -> int:
    return math.floor(place / side)
