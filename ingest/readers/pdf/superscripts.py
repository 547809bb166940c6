"""Superscripts that a page draws after all its text, put back behind the words they belong to.

Some programs write a page's trademark signs and note numbers last; in reading order they would
stand at its end, by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

_NOTE = re.compile(r"[®©™℠*†‡§¶]+|(?:\(\d{1,2}\))+|\d{1,2}|[⁰¹²³⁴-⁹⁽⁾]+")
_SMALLER = 0.8  # of the word's size: a superscript's, at the most
_NEAR = 0.35  # word heights, between a word and its superscript


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
    strays = _strays(texts, broken)
    places = np.arange(len(texts), dtype=np.float64)
    hosts = np.ones(len(texts), np.bool_)
    hosts[strays] = False
    notes = set()
    for stray in strays:
        host = _host(boxes, hosts, stray)
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


def _host(boxes: NDArray[np.float32], hosts: NDArray[np.bool_], stray: int) -> int | None:
    """The word that ends just before the superscript, and reaches as high as half of it."""
    left, top, _, bottom = boxes[stray]
    height = boxes[:, 3] - boxes[:, 1]
    gap = np.abs(left - boxes[:, 2]) / np.maximum(height, 0.01)
    level = np.minimum(bottom, boxes[:, 3]) - np.maximum(top, boxes[:, 1]) >= 0.5 * (bottom - top)
    near = np.flatnonzero(hosts & level & (gap <= _NEAR) & (bottom < boxes[:, 3]))
    return int(near[np.argmin(gap[near])]) if len(near) else None
