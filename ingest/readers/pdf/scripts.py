"""Raised and lowered figures, written as such: 10⁶ and not 106, H₂O and not H2O.

A run of letters is raised or lowered by its size and its baseline, next to those of the run that
it touches.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pincite.ingest.readers.numerals import raised
from pincite.ingest.readers.pdf.glyphs import PageGlyphs

_SMALLEST, _SMALLER = 0.45, 0.85  # of the size beside it: below is text beside a large initial
_RAISED, _LOWERED = (0.15, 0.8), (-0.5, -0.08)  # of that size: how far the baseline is shifted
_SAME_SIZE_RAISED = (0.25, 0.6)  # the same, of a figure that is not smaller and touches
_TOUCHING = 0.1  # of that size: a gap that is none
_NEAR = 0.5  # of that size: the widest gap before a note's mark
_BEFORE = 1.0  # of that size: the widest gap behind the mark that a note begins with
_OVERLAP = 0.6  # of that size: so far back goes what stands below a raised figure
_ALIKE = 0.01  # points
_LONGEST = 12  # characters: the marks "12, 13, 14"

_UP = {ord(sign): ord(raised(sign)) for sign in "0123456789n()+=-−"} | dict(
    zip(map(ord, "abcdefghijklmoprstuvwxyz"), map(ord, "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"), strict=True)
)
_DOWN = dict(
    zip(
        map(ord, "0123456789+-−=()aehijklmnoprstuvx"),
        map(ord, "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"),
        strict=True,
    )
)
_WORD = re.compile(r"[^\W\d_]{2}")
_FIGURES = re.compile(r"[0-9*†‡§a-z,()\[\]]{1,6}")
_FRACTION = re.compile(r"(?<![0-9])[⁰¹²³⁴-⁹]+(?:⁄[₀-₉0-9]|/[₀-₉])[₀-₉]*")


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Glyphs of one size and baseline that stand one after the other.

    ``low`` and ``high`` are where they begin and end along their baseline, ``base`` is where that
    runs, all in points; ``text`` is without blanks.
    """

    start: int
    end: int
    text: str
    size: float
    low: float
    high: float
    base: float
    direction: tuple[float, float]


def with_scripts(glyphs: PageGlyphs) -> NDArray[np.uint32]:
    """The characters of a page, with raised and lowered figures as Unicode has them.

    Ordinals ("1st") and other words stay as they are, and so do fractions.
    """
    shift = np.zeros(len(glyphs.codes), np.int8)
    host: _Stretch | None = None  # what stands on the line itself
    end = 0.0  # of what stands at the host so far
    for stretch in _stretches(glyphs):
        place = _place(stretch, host, end) if host else 0
        if host and place:
            end = max(end, stretch.high)
            _mark(shift, stretch, place)
            continue
        if host and _begins(host, stretch):
            _mark(shift, host, 1)
        host, end = stretch, stretch.high
    codes = glyphs.codes.copy()
    for table, direction in ((_UP, 1), (_DOWN, -1)):
        at = np.flatnonzero(shift == direction)
        codes[at] = [table.get(code, code) for code in codes[at].tolist()]
    if shift.any():
        _restore_fractions(codes, glyphs)
    return codes


def _stretches(glyphs: PageGlyphs) -> list[_Stretch]:
    """The page's letters in reading order, parted where the size or the baseline changes."""
    codes = np.where(glyphs.codes > 0x10FFFF, 0xFFFD, glyphs.codes).astype("<u4")
    text = codes.tobytes().decode("utf-32-le", "surrogatepass")
    seen = ~glyphs.generated & ~glyphs.runs.flat[glyphs.run] if len(codes) else glyphs.generated
    seen &= np.isfinite(glyphs.drawn).all(axis=1)
    seen &= np.array([not letter.isspace() for letter in text], np.bool_)
    at = np.flatnonzero(seen)
    if not len(at):
        return []
    run = glyphs.run[at]
    direction, size = glyphs.runs.directions[run], glyphs.runs.sizes[run]
    corners = glyphs.drawn[at].astype(np.float64)
    along = np.stack(
        [
            corners[:, i] * direction[:, 0] + corners[:, j] * direction[:, 1]
            for i, j in ((0, 1), (2, 3))
        ],
        axis=1,
    )
    origin = glyphs.runs.origins[run]
    base = origin[:, 1] * direction[:, 0] - origin[:, 0] * direction[:, 1]
    # Some files draw each letter by itself: what is alike is one stretch.
    style = np.column_stack([size, base, direction])
    new = np.flatnonzero((np.abs(np.diff(style, axis=0)) > _ALIKE).any(axis=1)) + 1
    new = np.concatenate([[0], new])
    low = np.minimum.reduceat(along.min(axis=1), new)
    high = np.maximum.reduceat(along.max(axis=1), new)
    return [
        _Stretch(
            start := int(at[a]),
            end := int(at[b - 1]) + 1,
            "".join(text[start:end].split()),
            float(size[a]),
            float(low[i]),
            float(high[i]),
            float(base[a]),
            (float(direction[a, 0]), float(direction[a, 1])),
        )
        for i, (a, b) in enumerate(zip(new.tolist(), [*new[1:].tolist(), len(at)], strict=True))
    ]


def _place(stretch: _Stretch, host: _Stretch, end: float) -> int:
    """1 where a stretch is raised at its host, which ends at ``end``; -1 lowered; 0 neither."""
    if not _comparable(stretch, host):
        return 0
    ratio = stretch.size / host.size
    shift = (stretch.base - host.base) / host.size
    gap = (stretch.low - end) / host.size
    if not -_OVERLAP <= gap <= _NEAR:
        return 0
    if _SMALLEST <= ratio <= _SMALLER:
        if _RAISED[0] <= shift <= _RAISED[1]:
            return 1
        if _LOWERED[0] <= shift <= _LOWERED[1] and gap <= _TOUCHING:
            return -1
    low, high = _SAME_SIZE_RAISED
    figure = stretch.text.isdecimal() and _SMALLER < ratio <= 1 and abs(gap) <= _TOUCHING
    return int(figure and low <= shift <= high)


def _begins(mark: _Stretch, line: _Stretch) -> bool:
    """Whether a line begins with a raised mark."""
    if not _comparable(mark, line) or not _FIGURES.fullmatch(mark.text):
        return False
    shift = (mark.base - line.base) / line.size
    gap = (line.low - mark.high) / line.size
    smaller = _SMALLEST <= mark.size / line.size <= _SMALLER
    return smaller and _RAISED[0] <= shift <= _RAISED[1] and -_TOUCHING <= gap <= _BEFORE


def _comparable(a: _Stretch, b: _Stretch) -> bool:
    same = a.direction[0] * b.direction[0] + a.direction[1] * b.direction[1] > 0.99
    return same and a.size > 0 and b.size > 0


def _mark(shift: NDArray[np.int8], stretch: _Stretch, place: int) -> None:
    if len(stretch.text) <= _LONGEST and not _WORD.search(stretch.text):
        shift[stretch.start : stretch.end] = place


def _restore_fractions(codes: NDArray[np.uint32], glyphs: PageGlyphs) -> None:
    """Write a fraction of small figures as it is typed, unless a whole number touches it."""
    at = np.flatnonzero(~glyphs.generated)
    text = np.where(codes[at] > 0x10FFFF, 0xFFFD, codes[at]).astype("<u4").tobytes()
    plain = {v: k for table in (_UP, _DOWN) for k, v in table.items() if chr(k).isdecimal()}
    for match in _FRACTION.finditer(text.decode("utf-32-le", "surrogatepass")):
        inside = at[match.start() : match.end()]
        codes[inside] = [plain.get(code, code) for code in codes[inside].tolist()]
