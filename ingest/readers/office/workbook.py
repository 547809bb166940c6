"""What an Excel file says once for all its sheets: their names, texts, formats and day count."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pincite.ingest.readers.office.number_formats import BUILT_IN
from pincite.ingest.readers.zip import holds, parse_xml

Element = Any  # lxml has no types of its own

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_RELATION_ID = re.compile(r"\{.*[/:]relationships\}id")


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

    ``formats`` are the format codes of the cell styles, ``strings`` the shared texts; days are
    counted from 1904 instead of 1900 with ``from_1904``.
    """

    sheets: tuple[SheetPart, ...]
    formats: tuple[str, ...]
    strings: tuple[str, ...]
    from_1904: bool
    title: str | None


def open_workbook(archive: zipfile.ZipFile, name: str) -> Workbook:
    """Read the parts that all sheets share.

    Raises:
        UnsupportedSourceError: a part is missing or no sound XML.
    """
    path = next((p for kind, p in _targets(archive, "", name) if kind == "officeDocument"), "")
    path = path or "xl/workbook.xml"
    root = parse_xml(archive, path, name)
    parts = relations(archive, path, name)
    kinds = {target: kind for kind, target in _targets(archive, path, name)}
    sheets: dict[str, SheetPart] = {}
    for sheet in children(root, "sheet"):
        relation = next((v for k, v in sheet.attrib.items() if _RELATION_ID.fullmatch(k)), "")
        target = parts.get(relation)
        if target and target not in sheets:
            hidden = sheet.get("state", "visible") != "visible"
            is_chart = kinds[target] == "chartsheet"
            sheets[target] = SheetPart(sheet.get("name", ""), target, hidden, is_chart)
    paths = {kind: target for target, kind in kinds.items()}
    settings = next(children(root, "workbookPr"), None)
    return Workbook(
        tuple(sheets.values()),
        _formats(archive, paths.get("styles", ""), name),
        _strings(archive, paths.get("sharedStrings", "xl/sharedStrings.xml"), name),
        settings is not None and settings.get("date1904") in ("1", "true"),
        _title(archive, name),
    )


def children(root: Element, tag: str) -> Iterator[Element]:
    """The elements of a name below ``root``, whatever their namespace."""
    elements: Iterator[Element] = root.iter(f"{{*}}{tag}")
    return elements


def relations(archive: zipfile.ZipFile, path: str, name: str) -> dict[str, str]:
    """The parts that the part ``path`` refers to: their paths by the relation's id."""
    return {relation.get("Id", ""): target for relation, target in _relations(archive, path, name)}


def related(archive: zipfile.ZipFile, path: str, kind: str, name: str) -> list[str]:
    """The paths of the parts of a kind (``comments``, ``drawing``) that a part refers to."""
    targets = [target for own, target in _targets(archive, path, name) if own == kind]
    return list(dict.fromkeys(targets))


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


def _targets(archive: zipfile.ZipFile, path: str, name: str) -> list[tuple[str, str]]:
    return [
        (relation.get("Type", "").rpartition("/")[2], target)
        for relation, target in _relations(archive, path, name)
    ]


def _relations(archive: zipfile.ZipFile, path: str, name: str) -> list[tuple[Element, str]]:
    folder, _, file = path.rpartition("/")
    listing = posixpath.join(folder, "_rels", f"{file}.rels")
    if not holds(archive, listing):
        return []
    relations = []
    for relation in children(parse_xml(archive, listing, name), "Relationship"):
        target = posixpath.normpath(posixpath.join("/", folder, relation.get("Target", "")))
        if relation.get("TargetMode") != "External" and holds(archive, target[1:]):
            relations.append((relation, target[1:]))
    return relations


def _formats(archive: zipfile.ZipFile, path: str, name: str) -> tuple[str, ...]:
    if not path:
        return ()
    root = parse_xml(archive, path, name)
    codes = {f.get("numFmtId", ""): f.get("formatCode", "") for f in children(root, "numFmt")}
    codes = {str(number): code for number, code in BUILT_IN.items()} | codes
    styles = next(children(root, "cellXfs"), None)
    numbers = [] if styles is None else [x.get("numFmtId", "0") for x in children(styles, "xf")]
    return tuple(codes.get(number, "General") for number in numbers)


def _strings(archive: zipfile.ZipFile, path: str, name: str) -> tuple[str, ...]:
    if not holds(archive, path):
        return ()
    items = children(parse_xml(archive, path, name), "si")
    return tuple(" ".join(plain(rich_text(item)).split()) for item in items)


def _title(archive: zipfile.ZipFile, name: str) -> str | None:
    if not holds(archive, "docProps/core.xml"):
        return None
    titles = children(parse_xml(archive, "docProps/core.xml", name), "title")
    return next((" ".join(node.text.split()) for node in titles if node.text), None) or None
