"""The values of a page's form fields among its letters, each beside or below its label."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from pincite.ingest.readers.pdf.annotations import TICKED, UNTICKED, Field
from pincite.ingest.readers.pdf.glyphs import PageGlyphs
from pincite.ingest.readers.pdf.lines import Boxes

Flags = NDArray[np.bool_]

_EMPTY_BOXES = frozenset("☐□❏❑○◯")  # drawn by the page under a box to tick
_LINE = 16.0  # points: how much of a field's height its first line takes
_ONE_LINE = 40.0  # points: a lower field of one line has it in its middle
_SLACK = 2.0  # points: by which labels reach into fields
_ABOVE = 20.0  # points: from the middle of a label down to its field
_APART = 40.0  # points: what stands further to the left is no label where one stands above
_BLANK = 0.3  # of a letter's width
_LETTER, _STEP = 0.5, 1.2  # of the size: the width of a typed letter, the step to the next line


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a value goes: before glyph ``at``; behind its label, before it, or on a new line.

    ``label`` is a glyph of the label, None where there is none.
    """

    at: int
    how: str  # "behind", "line", "before"
    label: int | None


@dataclass(frozen=True, slots=True, eq=False)
class _Typed:
    """A field in its place; ``follows`` says that the one before it stands on the same line."""

    field: Field
    place: _Place
    follows: bool


def with_fields(
    glyphs: PageGlyphs, hidden: Flags, fields: Sequence[Field]
) -> tuple[PageGlyphs, Flags]:
    """The letters of a page and of its fields, and which of them cannot be seen, ``(n,)``.

    A value that the page has drawn itself is not repeated.
    """
    if not fields:
        return glyphs, hidden
    labels = _Labels(glyphs, hidden)
    codes = glyphs.codes.copy()
    typed: list[_Typed] = []
    for row in _rows(fields):
        before: _Typed | None = None
        for field in row:
            if _is_drawn(field, codes, labels.inside(field.box)):
                continue
            place, follows = labels.place(field, before)
            before = _Typed(field, place, follows)
            typed.append(before)
    glyphs = replace(glyphs, codes=codes)
    return _inserted(glyphs, hidden, typed) if typed else (glyphs, hidden)


def _rows(fields: Sequence[Field]) -> Iterator[list[Field]]:
    """The fields of each row from left to right, row by row."""
    row: list[Field] = []
    for field in sorted(fields, key=lambda field: float(field.box[1] + field.box[3])):
        if row and field.box[1] >= (row[0].box[1] + row[0].box[3]) / 2:
            yield sorted(row, key=lambda field: float(field.box[0]))
            row = []
        row.append(field)
    if row:
        yield sorted(row, key=lambda field: float(field.box[0]))


def _is_drawn(field: Field, codes: NDArray[np.uint32], inside: NDArray[np.int64]) -> bool:
    """Whether the page has drawn what stands in the field; ticks a box that it has drawn."""
    drawn = "".join(chr(code) for code in codes[inside].tolist() if code <= 0x10FFFF)
    if field.value not in (TICKED, UNTICKED):
        return "".join(field.value.split()) in drawn
    if field.hidden:
        return True
    if len(drawn) == 1 and drawn in _EMPTY_BOXES:
        codes[inside] = ord(field.value)
        return True
    return bool(drawn) and field.value == UNTICKED


class _Labels:
    """The letters of a page that can be seen, by their height on it."""

    def __init__(self, glyphs: PageGlyphs, hidden: Flags) -> None:
        codes = glyphs.codes
        at = np.flatnonzero(~hidden & ~glyphs.generated & (codes > ord(" ")))
        middle = (glyphs.boxes[at, 1] + glyphs.boxes[at, 3]) / 2
        order = np.argsort(middle, kind="stable")
        self._at, self._middle = at[order], middle[order]
        self._left, self._right = glyphs.boxes[self._at, 0], glyphs.boxes[self._at, 2]
        self._blanks = np.flatnonzero(codes <= ord(" "))
        self._line_ends = np.flatnonzero((codes == ord("\n")) | (codes == ord("\r")))
        self._count = len(codes)

    def inside(self, box: Boxes) -> NDArray[np.int64]:
        """The letters inside a box, in their order."""
        rows = self._between(box[1], box[3])
        middle = (self._left[rows] + self._right[rows]) / 2
        return np.sort(self._at[rows][(middle >= box[0]) & (middle <= box[2])])

    def place(self, field: Field, before: _Typed | None) -> tuple[_Place, bool]:
        """Where a field goes, and whether it stands on the line of the field ``before`` it."""
        left, top, right, bottom = field.box.tolist()
        one_line = "\n" not in field.value and bottom - top <= _ONE_LINE
        rows = self._between(top, bottom if one_line else top + _LINE)
        behind = _nearest(left - self._right[rows])
        ahead = _nearest(self._left[rows] - right)
        from_left = left - float(self._right[rows][behind]) if behind is not None else np.inf
        from_right = float(self._left[rows][ahead]) - right if ahead is not None else np.inf
        at = self._at[rows]
        if field.value in (TICKED, UNTICKED) and ahead is not None and from_right < from_left:
            return self._before(int(at[ahead])), False
        if before and left - float(before.field.box[2]) <= from_left:
            return before.place, True
        above = self._above(left, top, right)
        if behind is not None and (from_left <= _APART or above is None):
            return self._behind(int(at[behind])), False
        if above is not None:
            return self._below(above), False
        if ahead is not None:
            return self._before(int(at[ahead])), False
        higher = int(np.searchsorted(self._middle, top))
        return self._below(int(self._at[higher - 1]) if higher else None), False

    def _between(self, top: float, bottom: float) -> slice:
        return slice(*np.searchsorted(self._middle, [top, bottom]).tolist())

    def _above(self, left: float, top: float, right: float) -> int | None:
        """A letter of what stands right above a field."""
        rows = self._between(top - _ABOVE, top)
        over = (self._right[rows] > left - _SLACK) & (self._left[rows] < right)
        return int(self._at[rows][over][-1]) if over.any() else None

    def _behind(self, letter: int) -> _Place:
        return _Place(self._next(self._blanks, letter), "behind", letter)

    def _before(self, letter: int) -> _Place:
        i = int(np.searchsorted(self._blanks, letter))
        return _Place(int(self._blanks[i - 1]) + 1 if i else 0, "before", letter)

    def _below(self, letter: int | None) -> _Place:
        at = 0 if letter is None else self._next(self._line_ends, letter)
        return _Place(at, "line", letter)

    def _next(self, places: NDArray[np.int64], letter: int) -> int:
        i = int(np.searchsorted(places, letter))
        return int(places[i]) if i < len(places) else self._count


def _nearest(gaps: Boxes) -> int | None:
    """The index of the narrowest gap."""
    apart = np.flatnonzero(gaps >= -_SLACK)
    return int(apart[np.argmin(gaps[apart])]) if len(apart) else None


def _inserted(
    glyphs: PageGlyphs, hidden: Flags, typed: Sequence[_Typed]
) -> tuple[PageGlyphs, Flags]:
    order = {"behind": 0, "line": 1, "before": 2}
    at: list[int] = []
    codes: list[int] = []
    boxes: list[tuple[float, float, float, float]] = []
    run: list[int] = []
    unseen: list[bool] = []
    for one in sorted(typed, key=lambda one: (one.place.at, order[one.place.how])):
        text, places = _letters(one, glyphs)
        at += [one.place.at] * len(text)
        codes += map(ord, text)
        boxes += places
        label = one.place.label
        run += [int(glyphs.run[label]) if label is not None else 0] * len(text)
        unseen += [one.field.hidden] * len(text)
    added = np.array(boxes, np.float32).reshape(-1, 4)
    generated = np.array([chr(code).isspace() for code in codes], np.bool_)
    return (
        replace(
            glyphs,
            codes=np.insert(glyphs.codes, at, codes),
            boxes=np.insert(glyphs.boxes, at, added, axis=0),
            drawn=np.insert(glyphs.drawn, at, added, axis=0),
            run=np.insert(glyphs.run, at, run),
            generated=np.insert(glyphs.generated, at, generated),
        ),
        np.insert(hidden, at, np.array(unseen, np.bool_)),
    )


def _letters(
    one: _Typed, glyphs: PageGlyphs
) -> tuple[str, list[tuple[float, float, float, float]]]:
    """The letters that a field adds to the page, and the box of each."""
    value, label = one.field.value, one.place.label
    left, top, right, bottom = one.field.box.tolist()
    size = glyphs.style(label)[0] if label is not None else glyphs.styles(0)[0]
    size = max(min(size, bottom - top), 1.0)
    rows = value.split("\n")
    width = min(_LETTER * size, (right - left) / max(max(map(len, rows)), 1))
    if len(rows) == 1:
        top = (top + bottom - _STEP * size) / 2
    if label is not None and one.place.how != "line":
        top = float(glyphs.boxes[label, 1])
    boxes = []
    for i, row in enumerate(rows):
        y = top + i * _STEP * size
        # Blanks are narrow, so that no words below each other look like columns of a table.
        wide = [width * (_BLANK if letter == " " else 1) for letter in row]
        starts = list(accumulate(wide, initial=left))
        boxes += [(x, y, x + w, y + size) for x, w in zip(starts, wide, strict=False)]
        boxes.append((0.0, 0.0, 0.0, 0.0))  # the line end, or a blank
    if one.place.how == "before":
        return f"{value} ", boxes
    if one.place.how == "line" and label is None:
        return f"{value}\n", boxes
    between = "\n" if one.place.how == "line" and not one.follows else " "
    return f"{between}{value}", [boxes[-1], *boxes[:-1]]
