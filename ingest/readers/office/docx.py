"""Word files (Office 2007 and later)."""

from __future__ import annotations

import posixpath
import zipfile
from typing import Any

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.office.docx_body import Body
from pincite.ingest.readers.office.docx_numbering import W, numbering
from pincite.ingest.readers.zip import holds, open_archive, parse_xml
from pincite.ingest.readers.zip_listing import lists

_LARGEST = 48 << 20  # bytes of a part; as a tree it takes about twenty times that at the most
_TITLE = "{http://purl.org/dc/elements/1.1/}title"


class DocxReader:
    """Reads ``.docx``: headings as sections, the notes at the end under "Footnotes"."""

    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    suffixes = frozenset({".docx", ".docm", ".dotx"})
    version = 1

    def recognises(self, data: bytes) -> bool:
        """Whether it is a zip file with the parts of a Word file."""
        return lists(data, "word/document")

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; the title is that of the file's properties, or else of its first page."""
        with open_archive(data, name) as archive:
            path, parts = _parts(archive, name)
            document = _part(archive, path, name)
            styles = _part(archive, parts.get("styles"), name)
            numbered = _part(archive, parts.get("numbering"), name)
            built = Builder()
            body = Body(built, numbering(styles, numbered))
            for container in document.iter(f"{W}body"):
                body.add(container)
            notes = {
                kind: _part(archive, parts.get(f"{kind}s"), name)
                for kind in ("footnote", "endnote")
            }
            _add_notes(built, body, notes)
            title = _title(archive, name) or body.title
        return built.reading(title)


def _parts(archive: zipfile.ZipFile, name: str) -> tuple[str, dict[str, str]]:
    """The path of the document itself, and those of its parts by their kind."""
    document = _targets(archive, "", "_rels/.rels", name).get("officeDocument", "word/document.xml")
    if not holds(archive, document):
        raise UnsupportedSourceError(
            f"{name} is no whole Word file: the part {document!r} with its text is missing; get a "
            "whole copy and ingest it again"
        )
    folder, file = posixpath.split(document)
    return document, _targets(archive, folder, f"{folder}/_rels/{file}.rels", name)


def _targets(archive: zipfile.ZipFile, folder: str, path: str, name: str) -> dict[str, str]:
    """The paths that a part refers to, by the kind of what is there."""
    if not holds(archive, path):
        return {}
    return {
        one.get("Type", "").rpartition("/")[2]: posixpath.normpath(
            posixpath.join("/", folder, one.get("Target", ""))
        ).lstrip("/")
        for one in parse_xml(archive, path, name, _LARGEST)
        if one.get("TargetMode") != "External"
    }


def _part(archive: zipfile.ZipFile, path: str | None, name: str) -> Any:
    """The root of a part, or None where the file has none."""
    if path is None or not holds(archive, path):
        return None
    return parse_xml(archive, path, name, _LARGEST)


def _add_notes(built: Builder, body: Body, parts: dict[str, Any]) -> None:
    """The notes that the text refers to, as a section of its own."""
    written = {
        (kind, note.get(f"{W}id")): note
        for kind, part in parts.items()
        if part is not None
        for note in part.iter(f"{W}{kind}")
    }
    texts = [
        (number, body.text(written[note]))
        for number, note in enumerate(list(body.notes), 1)
        if note in written
    ]
    if any(text for _, text in texts):
        built.heading(1, "Footnotes")
        for number, text in texts:
            built.item(text, f"[{number}]")


def _title(archive: zipfile.ZipFile, name: str) -> str | None:
    properties = _targets(archive, "", "_rels/.rels", name).get(
        "core-properties", "docProps/core.xml"
    )
    root = _part(archive, properties, name)
    if root is None:
        return None
    titles = (" ".join((title.text or "").split()) for title in root.iter(_TITLE))
    return next(filter(None, titles), None)


DOCX = DocxReader()
