"""Which number in a line may be its page's: "7", "Page 7 of 12", "Sea birds | 7", "vii".

A number that stands in the words, as in "Invoice 104", is content even where it goes with the
pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pincite.ingest.readers.pdf.lines import Line

_LONGEST = 6  # digits
_GAP = 0.8  # line heights: what sets a number apart from the words beside it
_ACROSS = 0.7  # of the text's width: so far a head goes whose number stands at the other end
_MARKS = r"[\W_]*"
_ROMAN = re.compile(r"(?=[ivxlc])(?:c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_PAGE = (  # "page" in the languages that use it before a number, and its short forms
    r"pages?|pag\.?|pg\.?|pp?\.|seiten?|s\.|página|pág\.?|pagina|página|sidan?|side|strana|str\.|"
    r"strona|стр\.?|страница|σελίδα|σελ\.?|sayfa|oldal|sivu|sheet|blatt|folio|feuille|hoja|صفحة|第"
)
_NAMED = re.compile(rf"(?<!\w)(?:{_PAGE})\s?([0-9]{{1,{_LONGEST}}}|[ivxlc]{{1,7}})(?!\w)(?!\.\d)")
_OF = re.compile(
    rf"(?<![\w.,])([0-9]{{1,{_LONGEST}}})\s?(?:/|of|von|de|di|sur|van|av|af|z|из|από)\s?[0-9]+"
    rf"(?![\w.,])"
)
_CJK = re.compile(rf"([0-9]{{1,{_LONGEST}}})\s?(?:页|頁|ページ|쪽|페이지)")
_ALONE = re.compile(rf"{_MARKS}([0-9]{{1,{_LONGEST}}}|[ivxlc]{{1,7}}){_MARKS}")
_APART = re.compile(rf"[(\[]?([0-9]{{1,{_LONGEST}}})[)\]]?")
_SEPARATOR = re.compile(r"[|·•–—‖/\\-]+")
_LABEL_END = (":", ".", "#", "№", "°", "º")  # behind them stands a value


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number that may be the page's, and the line's words with # in its place."""

    number: int
    words: str


def numbered(line: Line, width: float) -> Iterator[Numbered]:
    """The numbers of a line that may be its page's; the page's text is ``width`` points wide."""
    text = line.text.casefold()
    alone = _ALONE.fullmatch(text)
    if alone:
        number = _value(alone[1])
        if number is not None:
            yield Numbered(number, "#")
        return
    for pattern in (_NAMED, _OF, _CJK):
        for match in pattern.finditer(text):
            number = _value(match[1])
            if number is not None:
                yield Numbered(number, f"{text[: match.start(1)]}#{text[match.end(1) :]}")
    words = text.split(" ")
    for at, beside, others in ((0, 1, words[1:]), (-1, -2, words[:-1])):
        number_at_end = _APART.fullmatch(words[at])
        if number_at_end and others and _set_apart(line, words, at, beside, width):
            rest = " ".join(others)
            yield Numbered(int(number_at_end[1]), f"# {rest}" if at == 0 else f"{rest} #")


def _set_apart(line: Line, words: list[str], at: int, beside: int, width: float) -> bool:
    """Whether a number at an end of a line stands apart from the words in it."""
    if _SEPARATOR.fullmatch(words[beside]) and len(words) > 2:
        return True
    if at == -1 and words[beside].endswith(_LABEL_END):
        return False
    left, right = sorted((line.boxes[at], line.boxes[beside]), key=lambda box: float(box[0]))
    gap = float(right[0] - left[2])
    around = float(np.ptp(line.boxes[:, [0, 2]]))
    return gap >= _GAP * (line.bottom - line.top) and around >= _ACROSS * width


def _value(digits: str) -> int | None:
    """The number that digits or Roman numerals stand for."""
    if digits.isdecimal():
        return int(digits)
    if not _ROMAN.fullmatch(digits):
        return None
    values = [_VALUES[sign] for sign in digits]
    following = [*values[1:], 0]
    return sum(-a if a < b else a for a, b in zip(values, following, strict=True))
