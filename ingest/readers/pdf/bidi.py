"""Arabic, Hebrew and other writing from right to left: from drawn order to reading order.

PDFium turns such lines round, but keeps the letters of a ligature as they were, puts marks and
punctuation beside numbers on the wrong side, and loses blanks where the direction changes. So the
characters of such a line are put in order by where they stand: from right to left, with numbers and
Latin words in it from left to right, as the bidirectional algorithm of Unicode (UAX 9) shows them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

_Boxes = NDArray[np.float32]

_FIRST = 0x590  # the first code point of the scripts that run from right to left
_ALEFS, _LAM = frozenset("اأإآٱ"), "ل"
_ATTACHED = frozenset("%‰$€£¥°#@+-−/\\&_~=")  # go with the number or word that they touch
_MIRRORED = {"(": ")", "[": "]", "{": "}", "<": ">", "«": "»"}
_BRACKETS = _MIRRORED | {close: opening for opening, close in _MIRRORED.items()}
_AFTER = frozenset(".,:;!?،؛؟۔…") | frozenset(_MIRRORED.values())  # stand behind a closing bracket
_BLANK = 0.12  # line heights: the least gap that a blank of PDFium's own making stands for
_GAP = 0.2  # line heights: a gap without a blank that parts two words
_CELL = 1.5  # line heights: a gap over which a run of Latin words does not go

_Character = tuple[int, str]  # with its index in PDFium's order


def right_to_left(texts: Iterable[str]) -> bool:
    """Whether most of the letters are of scripts that run from right to left.

    >>> right_to_left(["שלום", "to all"]), right_to_left(["שלום לכולם", "to all"])
    (False, True)
    """
    letters = rtl = 0
    for text in texts:
        if text.isascii():
            letters += sum(map(str.isalpha, text))
            continue
        for character in text:
            kind = _kind(character)
            letters += kind in "LR"
            rtl += kind == "R"
    return 2 * rtl > letters


def reading_order(
    codes: NDArray[np.uint32], boxes: _Boxes
) -> tuple[NDArray[np.uint32], _Boxes, NDArray[np.int64]] | None:
    """A page's characters with those of lines from right to left in reading order.

    Args:
        codes: code points in PDFium's order ``(n,)``, lines ending with a line feed.
        boxes: left, top, right, bottom of each ``(n, 4)``.

    Returns:
        Code points ``(m,)``, boxes ``(m, 4)`` and for each the index ``(m,)`` that it, or for a
        new blank the character beside it, has in ``codes``. None if no line is of that kind.
    """
    if not (codes >= _FIRST).any():
        return None
    text = [chr(code) if code <= 0x10FFFF else "\ufffd" for code in codes.tolist()]
    if not any(map(_is_rtl, text)):
        return None
    bounds = [0, *(np.flatnonzero(codes == ord("\n")) + 1).tolist(), len(text)]
    drawn, page = _drawn_ligatures(text, boxes), right_to_left(text)
    found: list[_Character] = []
    brackets: list[int] = []  # of lines from right to left, by their place in what is found
    for start, end in pairwise(bounds):
        line = [(i, text[i]) for i in range(start, end)]
        if drawn:
            line = _ligatures(line, boxes)
        if right_to_left(text[start:end]) or (page and any(map(_is_rtl, text[start:end]))):
            line = _line(line, boxes)
            places = range(len(found), len(found) + len(line))
            brackets += [k for k in places if line[k - len(found)][1] in _BRACKETS]
        found += line
    characters = [character for _, character in found]
    _mirror(characters, brackets)
    at = np.array([i for i, _ in found], np.int64)
    return np.array([ord(c) for c in characters], np.uint32), boxes[at], at


@lru_cache(4096)
def _kind(character: str) -> str:
    """R or L for letters by their direction, E for digits, M for marks, N for all else."""
    kind = unicodedata.bidirectional(character)
    if kind in ("R", "AL"):
        return "R"
    if kind in ("EN", "AN"):
        return "E"
    return {"NSM": "M", "L": "L"}.get(kind, "N")


def _is_rtl(character: str) -> bool:
    return character >= chr(_FIRST) and _kind(character) == "R"


def _same_box(boxes: _Boxes, i: int, j: int) -> bool:
    return bool((np.abs(boxes[i] - boxes[j]) < 0.01).all())


def _drawn_ligatures(text: Sequence[str], boxes: _Boxes) -> bool:
    """Whether ligatures have their letters in drawn order; lam before alef shows that not."""
    wrong = right = 0
    for i, (a, b) in enumerate(pairwise(text)):
        pair = (a in _ALEFS and b == _LAM) or (a == _LAM and b in _ALEFS)
        if pair and _same_box(boxes, i, i + 1):
            wrong, right = wrong + (b == _LAM), right + (a == _LAM)
    return wrong >= right


def _ligatures(line: list[_Character], boxes: _Boxes) -> list[_Character]:
    """A line with the letters of each ligature, which share a box, turned round."""
    turned, start = list(line), 0
    for end in range(1, len(line) + 1):
        one = end < len(line) and all(_is_rtl(c) for _, c in line[end - 1 : end + 1])
        if one and _same_box(boxes, line[end - 1][0], line[end][0]):
            continue
        letters = [c for _, c in line[start : start + 2]]
        if end - start > 1 and not (letters[0] == _LAM and letters[1] in _ALEFS):
            turned[start:end] = line[start:end][::-1]
        start = end
    return turned


def _line(line: list[_Character], boxes: _Boxes) -> list[_Character]:
    """The characters of a line from right to left in reading order."""
    ends = [(i, c) for i, c in line if c in "\r\n"]
    inside = [(i, c) for i, c in line if c not in "\r\n"]
    placed = boxes[[i for i, _ in inside]]
    height = float(np.median(placed[:, 3] - placed[:, 1]))
    if height <= 0 or np.ptp(placed[:, 1]) > 2 * height:
        return line  # it runs downwards, or over several lines
    marks = [(i, c) for i, c in inside if _kind(c) == "M"]
    bases = [(i, c) for i, c in inside if _kind(c) != "M"]
    at = [i for i, _ in bases]
    # Letters of a ligature share a box, and stay in their order.
    centres = np.round((boxes[at, 0] + boxes[at, 2]) / 2, 1)
    visual = [bases[k] for k in np.argsort(-centres, kind="stable").tolist()]
    visual = _parted(_without_false_blanks(visual, boxes, height), boxes, height)
    return _with_marks(_scripts_parted(_runs_turned(visual, boxes, height)), marks, boxes) + ends


def _without_false_blanks(
    order: list[_Character], boxes: _Boxes, height: float
) -> list[_Character]:
    """Without the blanks of no width where no gap is."""
    kept: list[_Character] = []
    for k, (i, character) in enumerate(order):
        blank = character == " " and boxes[i, 2] - boxes[i, 0] < 0.01
        inside = blank and kept and k + 1 < len(order)
        if inside and boxes[kept[-1][0], 0] - boxes[order[k + 1][0], 2] < _BLANK * height:
            continue
        kept.append((i, character))
    return kept


def _parted(order: list[_Character], boxes: _Boxes, height: float) -> list[_Character]:
    """With a blank where a gap without one parts two characters."""
    line = order[:1]
    for (i, a), (j, b) in pairwise(order):
        if " " not in (a, b) and boxes[i, 0] - boxes[j, 2] > _GAP * height:
            line.append((j, " "))
        line.append((j, b))
    return line


def _scripts_parted(order: list[_Character]) -> list[_Character]:
    """With a blank where letters of a script in the other direction follow."""
    line = order[:1]
    for (_, a), (j, b) in pairwise(order):
        if {_kind(a), _kind(b)} == {"L", "R"}:
            line.append((j, " "))
        line.append((j, b))
    return line


def _runs_turned(order: list[_Character], boxes: _Boxes, height: float) -> list[_Character]:
    """With what runs from left to right turned round."""
    turned = list(order)
    for start, end in _segments(order, boxes, height):
        kinds = [_kind(c) for _, c in order[start:end]]
        strong = [k for k, kind in enumerate(kinds) if kind in "LE"]
        runs = list(_numbers(order[start:end]))
        if "L" in kinds:
            runs = [(strong[0], strong[-1] + 1)]
        for a, b in runs:
            a, b = a + start, b + start
            while a > start and order[a - 1][1] in _ATTACHED:
                a -= 1
            while b < end and order[b][1] in _ATTACHED:
                b += 1
            turned[a:b] = order[a:b][::-1]
    return turned


def _segments(
    order: Sequence[_Character], boxes: _Boxes, height: float
) -> Iterator[tuple[int, int]]:
    """The runs without a letter from right to left, and without a gap between cells."""
    start = 0
    for k, (i, character) in enumerate(order):
        if _kind(character) == "R":
            yield start, k
            start = k + 1
        elif k > start and boxes[order[k - 1][0], 0] - boxes[i, 2] > _CELL * height:
            yield start, k
            start = k
    yield start, len(order)


def _numbers(order: Sequence[_Character]) -> Iterator[tuple[int, int]]:
    """The runs of digits, with separators between two of them."""
    digits = [_kind(character) == "E" for _, character in order]
    start: int | None = None
    for k in range(len(order) + 1):
        inner = k + 1 < len(order) and order[k][1] in ".,:/-٫٬" and digits[k + 1]
        if (k < len(order) and digits[k]) or (inner and start is not None):
            start = k if start is None else start
        elif start is not None:
            yield start, k
            start = None


def _with_marks(
    order: list[_Character], marks: Sequence[_Character], boxes: _Boxes
) -> list[_Character]:
    """With each mark behind the letter that it stands over or under."""
    letters = [k for k, (_, character) in enumerate(order) if _kind(character) == "R"]
    if not marks or not letters:
        return [*order, *marks]
    at = [order[k][0] for k in letters]
    centres = (boxes[at, 0] + boxes[at, 2]) / 2
    ranked = np.argsort(centres, kind="stable")
    behind: dict[int, list[_Character]] = {}
    for i, mark in marks:
        middle = float(boxes[i, 0] + boxes[i, 2]) / 2
        place = int(np.searchsorted(centres[ranked], middle))
        near = [int(ranked[k]) for k in (place - 1, place) if 0 <= k < len(ranked)]
        host = letters[min(near, key=lambda k: abs(float(centres[k]) - middle))]
        behind.setdefault(host, []).append((i, mark))
    return [item for k, one in enumerate(order) for item in (one, *behind.get(k, ()))]


def _mirror(characters: list[str], brackets: Sequence[int]) -> None:
    """Turn round the brackets that open where they should close, and the other way round.

    A bracket opens what follows it without a blank, and closes what stands just before it. One
    that touches both sides is as most of the others are.
    """
    turn, open_question = [], []
    for k in brackets:
        before = characters[k - 1] if k else " "
        after = characters[k + 1] if k + 1 < len(characters) else " "
        opens = not after.isspace() and after not in _AFTER
        closes = not before.isspace() and before not in _MIRRORED
        if opens == closes:
            open_question.append(k)
        elif opens != (characters[k] in _MIRRORED):
            turn.append(k)
    if 2 * len(turn) > len(brackets) - len(open_question):
        turn += open_question
    for k in turn:
        characters[k] = _BRACKETS[characters[k]]
