"""What a Word file's styles and list definitions say of a paragraph: its level and its number.

By ECMA-376 part 1, 17.9 (numbering) and 17.7 (styles). Word keeps no number with a paragraph;
it is counted while the paragraphs are read in order.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from pincite.ingest.readers.numerals import numeral

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING = re.compile(r"heading ([1-9])", re.IGNORECASE)
_FORMATS = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}
_PLACE = re.compile(r"%([1-9])")
_LEVELS = 9
_ANCESTORS = 20  # styles that a style may be based on, one on the other


@dataclass(frozen=True, slots=True)
class Style:
    """A style: as far as it says it itself, its heading level and its list."""

    name: str
    base: str | None
    outline: int | None  # 1 for the highest
    number: str | None  # of the list
    depth: int | None  # in the list, from 0
    heads: bool  # whether, as a table's style, it sets off the first row
    hidden: bool | None  # whether its words are not shown


@dataclass(frozen=True, slots=True)
class _Level:
    style: str
    pattern: str  # "%1.%2" is the number of this level after that of the one above
    start: int


@dataclass(slots=True)
class Numbering:
    """Counts the paragraphs of lists and numbered headings."""

    styles: dict[str, Style]
    _lists: dict[str, str]  # by a list's number: its definition
    _levels: dict[str, dict[int, _Level]]  # by definition
    _anew: dict[str, dict[int, int]]  # by a list's number: levels that it starts anew
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)
    _begun: set[str] = field(default_factory=set)

    def heading(self, paragraph: Any, style: str | None) -> int | None:
        """The level of a heading, from 1; None if the paragraph is none."""
        own = paragraph.find(f"{W}pPr/{W}outlineLvl")
        if own is not None and (level := _whole(own.get(f"{W}val"), _LEVELS)) < _LEVELS:
            return level + 1
        for found in self._line(style):
            if found.name.lower() == "title":
                return 1
            if match := _HEADING.fullmatch(found.name):
                return int(match[1])
            if found.outline is not None:
                return found.outline if found.outline <= _LEVELS else None
        return None

    def titles(self, style: str | None) -> bool:
        """Whether a style is that of a document's title."""
        return any(found.name.lower() == "title" for found in self._line(style))

    def hides(self, style: str | None) -> bool:
        """Whether words in a style are not shown."""
        return next((s.hidden for s in self._line(style) if s.hidden is not None), False)

    def heads(self, table: Any) -> bool:
        """Whether a table's style sets off the first row, and the table uses that."""
        look = table.find(f"{W}tblPr/{W}tblLook")
        if look is None:
            return False
        bits = look.get(f"{W}val", "0")  # the older way to write it
        used = look.get(f"{W}firstRow") or str(
            int(re.fullmatch(r"[0-9A-Fa-f]{1,4}", bits) is not None and int(bits, 16) >> 5 & 1)
        )
        style = table.find(f"{W}tblPr/{W}tblStyle")
        line = self._line(None if style is None else style.get(f"{W}val"))
        return used in ("1", "true", "on") and any(found.heads for found in line)

    def mark(self, paragraph: Any, style: str | None) -> tuple[str, int] | None:
        """Count a paragraph, and say what stands before it and how deep its list lies.

        Returns:
            "2.1", "(b)" or "-", and the depth from 0; None for a paragraph in no list.
        """
        number, depth = _numbering(paragraph.find(f"{W}pPr/{W}numPr"))
        for found in self._line(style):
            number = found.number if number is None else number
            depth = found.depth if depth is None else depth
        if number is None or number not in self._lists:  # "0" takes a paragraph out of its list
            return None
        depth = min(depth or 0, _LEVELS - 1)
        levels = self._levels.get(self._lists[number], {})
        counts = self._counts.setdefault(self._lists[number], {})
        if number not in self._begun:
            self._begun.add(number)
            counts.update({anew: start - 1 for anew, start in self._anew[number].items()})
        level = levels.get(depth)
        if level is None or level.style == "bullet":
            return "-", depth
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in range(depth + 1, _LEVELS):
            counts.pop(deeper, None)
        pattern = level.pattern.strip()
        return _PLACE.sub(lambda at: self._written(levels, counts, int(at[1]) - 1), pattern), depth

    def _written(self, levels: dict[int, _Level], counts: dict[int, int], depth: int) -> str:
        level = levels.get(depth, _Level("decimal", "", 1))
        return numeral(counts.setdefault(depth, level.start), _FORMATS.get(level.style, "1"))

    def _line(self, style: str | None) -> list[Style]:
        """The style and those that it is based on."""
        line: list[Style] = []
        while style in self.styles and len(line) < _ANCESTORS:
            line.append(self.styles[style])
            style = line[-1].base
        return line


def numbering(styles: Any, lists: Any) -> Numbering:
    """From the roots of ``styles.xml`` and ``numbering.xml``; either may be None."""
    known = {
        style.get(f"{W}styleId", ""): _style(style)
        for style in ([] if styles is None else styles.iter(f"{W}style"))
    }
    levels: dict[str, dict[int, _Level]] = {}
    linked: dict[str, str] = {}  # definitions that are those of a style's list
    for definition in [] if lists is None else lists.iter(f"{W}abstractNum"):
        name = definition.get(f"{W}abstractNumId", "")
        levels[name] = {
            _whole(level.get(f"{W}ilvl"), 0): _level(level) for level in definition.iter(f"{W}lvl")
        }
        if style := _value(definition, "numStyleLink"):
            linked[name] = style
    definitions: dict[str, str] = {}
    anew: dict[str, dict[int, int]] = {}
    for one in [] if lists is None else lists.iter(f"{W}num"):
        number = one.get(f"{W}numId", "")
        definitions[number] = _value(one, "abstractNumId") or ""
        anew[number] = {
            _whole(override.get(f"{W}ilvl"), 0): _whole(_value(override, "startOverride"), 1)
            for override in one.iter(f"{W}lvlOverride")
            if override.find(f"{W}startOverride") is not None
        }
    for number, name in list(definitions.items()):
        through = known.get(linked.get(name, ""))
        if through and through.number in definitions:
            definitions[number] = definitions[through.number]
    return Numbering(known, definitions, levels, anew)


def on(switch: Any) -> bool:
    """Whether a property is there and not switched off."""
    return switch is not None and switch.get(f"{W}val") not in ("0", "false", "off", "none")


def _style(style: Any) -> Style:
    number, depth = _numbering(style.find(f"{W}pPr/{W}numPr"))
    outline = style.find(f"{W}pPr/{W}outlineLvl")
    vanish = style.find(f"{W}rPr/{W}vanish")
    return Style(
        name=_value(style, "name") or "",
        base=_value(style, "basedOn"),
        outline=None if outline is None else _whole(outline.get(f"{W}val"), _LEVELS) + 1,
        number=number,
        depth=depth,
        heads=any(part.get(f"{W}type") == "firstRow" for part in style.iter(f"{W}tblStylePr")),
        hidden=None if vanish is None else on(vanish),
    )


def _level(level: Any) -> _Level:
    style = _value(level, "numFmt") or "decimal"
    pattern = _value(level, "lvlText") or ""
    return _Level(style, "" if style == "none" else pattern, _whole(_value(level, "start"), 1))


def _numbering(properties: Any) -> tuple[str | None, int | None]:
    if properties is None:
        return None, None
    depth = _value(properties, "ilvl")
    return _value(properties, "numId"), None if depth is None else _whole(depth, 0)


def _value(node: Any, tag: str) -> str | None:
    found = node.find(f"{W}{tag}")
    return None if found is None else found.get(f"{W}val")


def _whole(written: str | None, otherwise: int) -> int:
    return int(written) if written and re.fullmatch(r"[0-9]{1,6}", written) else otherwise
