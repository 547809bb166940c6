"""What an Excel file says once for all its sheets: their names, texts, formats and day count."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from pincite.corpus.errors import SourceError
from pincite.ingest.readers.office.number_formats import BUILT_IN
from pincite.ingest.readers.office.package import Package
from pincite.ingest.readers.zip import holds, parse_xml

Element = Any  # lxml has no types of its own

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RELATION_ID = re.compile(r"\{.*[/:]relationships\}id")

_WHITE = ("1", "9")  # colours of the indexed palette
_SMALLEST = 1.0  # points: letters of that size cannot be read


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A sheet: its name, the path of its part, and whether it is shown as a tab."""

    name: str
    path: str
    hidden: bool
    is_chart: bool


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets in the order of their tabs, and what their cells refer to by number.

    ``formats`` are the format codes of the cell styles, ``white`` the numbers of those with white
    letters on no colour; ``strings`` are the shared texts, ``people``
    the names of who comments, by their ids; days are counted from 1904 instead of 1900 with
    ``from_1904``.
    """

    sheets: tuple[SheetPart, ...]
    formats: tuple[str, ...]
    strings: tuple[str, ...]
    from_1904: bool
    title: str | None
    people: Mapping[str, str]
    white: frozenset[int] = frozenset()


def open_workbook(archive: zipfile.ZipFile, name: str) -> Workbook:
    """Read the parts that all sheets share.

    Raises:
        UnsupportedSourceError: a part is missing or no sound XML.
    """
    package = Package(archive, name)
    path = next((t.path for t in package.of_kind("officeDocument")), "xl/workbook.xml")
    root = parse_xml(archive, path, name)
    parts = {id: t for id, t in package.targets(path).items() if package.holds(t.path)}
    sheets: dict[str, SheetPart] = {}
    for sheet in children(root, "sheet"):
        relation = next((v for k, v in sheet.attrib.items() if _RELATION_ID.fullmatch(k)), "")
        target = parts.get(relation)
        if target and target.path not in sheets:
            hidden = sheet.get("state", "visible") != "visible"
            is_chart = target.kind == "chartsheet"
            sheets[target.path] = SheetPart(sheet.get("name", ""), target.path, hidden, is_chart)
    paths = {target.kind: target.path for target in parts.values()}
    settings = next(children(root, "workbookPr"), None)
    return Workbook(
        tuple(sheets.values()),
        _formats(archive, paths.get("styles", ""), name),
        _strings(archive, paths.get("sharedStrings", "xl/sharedStrings.xml"), name),
        settings is not None and settings.get("date1904") in ("1", "true"),
        package.title(),
        _people(archive, name),
        _white(archive, paths.get("styles", ""), name),
    )


def children(root: Element, tag: str) -> Iterator[Element]:
    """The elements of a name below ``root``, whatever their namespace."""
    elements: Iterator[Element] = root.iter(f"{{*}}{tag}")
    return elements


def related(archive: zipfile.ZipFile, path: str, kind: str, name: str) -> list[str]:
    """The paths of the parts of a kind (``comments``, ``drawing``) that a part refers to."""
    return [target.path for target in Package(archive, name).of_kind(kind, path)]


def plain(text: str) -> str:
    """A text of a cell without the escapes for signs that XML does not allow."""
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def rich_text(element: Element) -> str:
    """The words of a text with runs of its own formats, without the reading aids beside them."""
    return "".join(
        node.text or ""
        for node in children(element, "t")
        if not node.getparent().tag.endswith("rPh")
    )


def _formats(archive: zipfile.ZipFile, path: str, name: str) -> tuple[str, ...]:
    if not path:
        return ()
    root = parse_xml(archive, path, name)
    codes = {f.get("numFmtId", ""): f.get("formatCode", "") for f in children(root, "numFmt")}
    codes = {str(number): code for number, code in BUILT_IN.items()} | codes
    styles = next(children(root, "cellXfs"), None)
    numbers = [] if styles is None else [x.get("numFmtId", "0") for x in children(styles, "xf")]
    return tuple(codes.get(number, "General") for number in numbers)


def _white(archive: zipfile.ZipFile, path: str, name: str) -> frozenset[int]:
    """The cell styles that write white on white, or in the colour behind, or of a point, as far as
    a style knows."""
    if not path:
        return frozenset()
    root = parse_xml(archive, path, name)
    fonts = _inside(root, "fonts", "font")
    white = [_is_white(font) for font in fonts]
    tiny = [_is_tiny(font) for font in fonts]
    inks = [_colour(font) for font in fonts]
    fills = [next(children(f, "patternFill"), None) for f in _inside(root, "fills", "fill")]
    bare = [
        fill is not None
        and (fill.get("patternType", "none") == "none" or _is_white(fill, "fgColor"))
        for fill in fills
    ]
    behind = [
        None if fill is None or fill.get("patternType") != "solid" else _colour(fill, "fgColor")
        for fill in fills
    ]
    return frozenset(
        number
        for number, style in enumerate(_inside(root, "cellXfs", "xf"))
        if (_at(white, style.get("fontId")) and _at(bare, style.get("fillId")))
        or _at(tiny, style.get("fontId"))
        or _same(inks, style.get("fontId"), behind, style.get("fillId"))
    )


def _inside(root: Element, group: str, tag: str) -> list[Element]:
    found = next(children(root, group), None)
    return [] if found is None else [child for child in found if child.tag.endswith(f"}}{tag}")]


def _is_white(element: Element, tag: str = "color") -> bool:
    colour = next(children(element, tag), None)
    if colour is None:
        return False
    # The first colour of a theme is that of its paper.
    paper = colour.get("theme") == "0" and colour.get("tint", "0").strip("0.") == ""
    numbered = colour.get("indexed") in _WHITE  # in the palette that every file has
    return bool(paper or numbered or colour.get("rgb", "").upper()[-6:] == "FFFFFF")


def _colour(element: Element, tag: str = "color") -> tuple[str, str] | None:
    """A colour as it is written: what by, and which; None where it is not said."""
    colour = next(children(element, tag), None)
    if colour is None:
        return None
    if rgb := colour.get("rgb", "").upper()[-6:]:
        return "rgb", rgb
    if theme := colour.get("theme"):
        return f"theme {theme}", colour.get("tint", "0").strip("0.")
    return ("indexed", colour.get("indexed", "")) if colour.get("indexed") else None


def _is_tiny(font: Element) -> bool:
    size = next(children(font, "sz"), None)
    try:
        return size is not None and float(size.get("val", "11")) <= _SMALLEST
    except ValueError:
        return False


def _same(
    inks: list[tuple[str, str] | None],
    font: str | None,
    behind: list[tuple[str, str] | None],
    fill: str | None,
) -> bool:
    """Whether the colour of a font is that of a fill, by their numbers."""
    ink, paper = _of(inks, font), _of(behind, fill)
    return ink is not None and ink == paper


def _of(colours: list[tuple[str, str] | None], number: str | None) -> tuple[str, str] | None:
    known = bool(number and number.isdecimal() and int(number) < len(colours))
    return colours[int(number or 0)] if known else None


def _at(flags: list[bool], number: str | None) -> bool:
    return bool(number and number.isdecimal() and int(number) < len(flags) and flags[int(number)])


def _strings(archive: zipfile.ZipFile, path: str, name: str) -> tuple[str, ...]:
    if not holds(archive, path):
        return ()
    items = children(parse_xml(archive, path, name), "si")
    return tuple(" ".join(plain(rich_text(item)).split()) for item in items)


def _people(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    people = {}
    for path in archive.namelist():
        if path.startswith("xl/persons/") and path.endswith(".xml"):
            with suppress(SourceError):  # a comment without its author is a comment
                for person in children(parse_xml(archive, path, name), "person"):
                    people[person.get("id", "")] = person.get("displayName", "")
    return people
