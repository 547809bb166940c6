"""Which runs of a Word file nobody can read: as small as a point, or white on white paper.

A run's look is its own, else that of its style, of its paragraph's style, or of the file (ECMA-376
part 1, 17.7.2). What stands behind it may be set for the words, the paragraph, the cell, the table
or the page. Where the layout alone tells it, as in a text box, it is taken to be coloured.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pincite.ingest.readers.office.docx_numbering import W

Element = Any

_SMALLEST = 2  # half points: letters of that size cannot be read
_WHITE = 0xFA  # of 255: a colour with no less in each part cannot be told from white
_NO_PATTERN = (None, "clear", "nil")
_CLEAR = 95_000  # of 100,000: ink that lets so much through cannot be seen
_PAPER = {"background1": "FFFFFF", "light1": "FFFFFF"}  # in the themes that people use
_HIGHLIGHTS = {
    **{"black": "000000", "blue": "0000FF", "cyan": "00FFFF", "green": "00FF00"},
    **{"magenta": "FF00FF", "red": "FF0000", "yellow": "FFFF00", "darkBlue": "000080"},
    **{"darkGray": "808080", "lightGray": "C0C0C0", "darkRed": "800000", "darkGreen": "008000"},
}
_ANCESTORS = 20  # styles that a style may be based on, one on the other


@dataclass(frozen=True, slots=True)
class _Look:
    """How words look, as far as it is said; sizes are half points, as written."""

    colour: str = ""
    size: str = ""
    has_colour_behind: bool = False
    behind: str = ""  # its colour, where it is one

    def over(self, base: _Look) -> _Look:
        """This look, where it says nothing that of ``base``."""
        return _Look(
            self.colour or base.colour,
            self.size or base.size,
            self.has_colour_behind or base.has_colour_behind,
            self.behind or base.behind,
        )


class Visibility:
    """Tells it by the root of ``styles.xml``, which may be None."""

    def __init__(self, styles: Element | None) -> None:
        by_id = {} if styles is None else {_id(style): style for style in styles.iter(f"{W}style")}
        self._paragraphs = _default(by_id, "paragraph")
        self._tables = _default(by_id, "table")
        self._looks: dict[str | None, _Look] = {}
        self._shaded: set[str | None] = set()  # styles of tables, some of whose cells are coloured
        preset = None if styles is None else styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._preset = _look(preset)
        for name, style in by_id.items():
            look = _Look()
            for one in _line(style, by_id):
                look = look.over(_look(one.find(f"{W}rPr"), one.find(f"{W}pPr")))
                if any(map(_is_coloured, one.iter(f"{W}shd"))):
                    self._shaded.add(name)
            self._looks[name] = look

    def is_unreadable(self, run: Element) -> bool:
        """Whether the words of a run cannot be read, though they are printed."""
        properties = run.find(f"{W}rPr")
        paragraph = next(run.iterancestors(f"{W}p"), None)
        own = None if paragraph is None else paragraph.find(f"{W}pPr")
        look = (
            _look(properties, own)
            .over(self._looks.get(_value(properties, "rStyle"), _Look()))
            .over(self._looks.get(_value(own, "pStyle") or self._paragraphs, _Look()))
            .over(self._preset)
        )
        if look.size.isdecimal() and int(look.size) <= _SMALLEST:
            return True
        if _is_see_through(properties) or (look.behind and _is_alike(look.colour, look.behind)):
            return True
        return _is_white(look.colour) and not (look.has_colour_behind or self._is_on_colour(run))

    def _is_on_colour(self, run: Element) -> bool:
        for above in run.iterancestors():
            if above.tag == f"{W}txbxContent" or above.find(f"{W}background") is not None:
                return True
            if above.tag == f"{W}tc" and _is_coloured(above.find(f"{W}tcPr/{W}shd")):
                return True
            if above.tag == f"{W}tbl" and self._is_shaded(above):
                return True
        return False

    def _is_shaded(self, table: Element) -> bool:
        properties = table.find(f"{W}tblPr")
        style = _value(properties, "tblStyle") or self._tables
        return style in self._shaded or any(
            _is_coloured(table.find(f"{W}{path}/{W}shd")) for path in ("tblPr", f"tr/{W}tblPrEx")
        )


def _look(properties: Element | None, paragraph: Element | None = None) -> _Look:
    """By the properties of words, and of their paragraph."""
    around = None if paragraph is None else paragraph.find(f"{W}shd")
    behind = _is_coloured(around)
    if properties is None:
        return _Look(has_colour_behind=behind, behind=_fill(around))
    own = properties.find(f"{W}shd")
    behind |= _is_coloured(own)
    marked = _value(properties, "highlight")
    behind |= marked not in ("", "none", "white")
    colour = properties.find(f"{W}color")
    by_theme = "" if colour is None else _PAPER.get(colour.get(f"{W}themeColor", ""), "")
    if by_theme and any(colour.get(f"{W}theme{way}") for way in ("Shade", "Tint")):
        by_theme = ""
    return _Look(
        by_theme or _value(properties, "color"),
        _value(properties, "sz"),
        behind,
        _HIGHLIGHTS.get(marked, "") or _fill(own) or _fill(around),
    )


def _fill(shade: Element | None) -> str:
    """The one colour of a shade, if it has one."""
    if shade is None or shade.get(f"{W}val") not in _NO_PATTERN:
        return ""
    return str(shade.get(f"{W}fill", "").replace("auto", ""))


def _is_alike(colour: str, other: str) -> bool:
    try:
        pairs = zip(bytes.fromhex(colour), bytes.fromhex(other), strict=True)
    except ValueError:
        return False
    return bool(colour) and all(abs(a - b) < 256 - _WHITE for a, b in pairs)


def _is_see_through(properties: Element | None) -> bool:
    """Whether letters are filled with nothing, as Word 2010 and later can do."""
    fill = None if properties is None else next(properties.iterchildren("{*}textFill"), None)
    if fill is None:
        return False
    alphas = [value for one in fill.iter("{*}alpha") for value in one.values()]
    clear = any(value.isdecimal() and int(value) >= _CLEAR for value in alphas)
    return clear or next(fill.iterchildren("{*}noFill"), None) is not None


def _line(style: Element, by_id: dict[str, Element]) -> Iterator[Element]:
    """A style and those that it is based on."""
    for _ in range(_ANCESTORS):
        yield style
        if (base := by_id.get(_value(style, "basedOn"))) is None:
            return
        style = base


def _default(by_id: dict[str, Element], kind: str) -> str | None:
    """The style of whatever of a kind names none."""
    return next(
        (
            name
            for name, style in by_id.items()
            if style.get(f"{W}type") == kind and style.get(f"{W}default") in ("1", "true", "on")
        ),
        None,
    )


def _id(style: Element) -> str:
    return str(style.get(f"{W}styleId", ""))


def _is_coloured(shade: Element | None) -> bool:
    """Whether a shade can be told from white paper."""
    if shade is None:
        return False
    fill = shade.get(f"{W}fill", "auto")
    has_pattern = shade.get(f"{W}val") not in _NO_PATTERN
    return has_pattern or not (fill == "auto" or _is_white(fill))


def _is_white(colour: str) -> bool:
    try:
        parts = bytes.fromhex(colour)
    except ValueError:
        return False
    return len(parts) == 3 and min(parts) >= _WHITE


def _value(properties: Element | None, name: str) -> str:
    found = None if properties is None else properties.find(f"{W}{name}")
    return "" if found is None else str(found.get(f"{W}val", ""))
