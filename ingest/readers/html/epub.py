"""E-books (EPUB 2 and 3): the pages of the book in its reading order."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from urllib.parse import unquote

from pincite.corpus.errors import EmptySourceError, SourceError, UnsupportedSourceError
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.html.parse import page_text, parse
from pincite.ingest.readers.html.walk import Element, walk
from pincite.ingest.readers.zip import (
    holds,
    member,
    open_archive,
    parse_xml,
    refuse_entities_in,
)
from pincite.ingest.readers.zip_listing import lists

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document"})
_WARNINGS = 5  # pages that are named one by one
_BESIDE = re.compile(r"(?:cover(?:-?page)?|toc|nav|contents)(?:[-_.]|$)", re.IGNORECASE)
_BESIDE_TYPES = frozenset({"toc", "cover", "landmarks", "page-list", "loi", "lot"})


class EpubReader:
    """Reads ``.epub``: each chapter's headings open sections."""

    media_type = "application/epub+zip"
    suffixes = frozenset({".epub"})
    version = 1

    def recognises(self, data: bytes) -> bool:
        """Whether it is a zip file with an e-book's container."""
        return lists(data, _CONTAINER)

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; a page that is missing or damaged is left out with a warning."""
        with open_archive(data, name) as archive:
            package_path = _package_path(archive, name)
            package = parse_xml(archive, package_path, name)
            _refuse_locked(archive, package, package_path, name)
            built, warnings = Builder(), []
            for path in _spine(package, package_path):
                try:
                    body = _page(archive, path, name)
                except SourceError as error:
                    warnings.append(f"a page of the book was left out: {error}")
                    continue
                if body is not None:
                    walk(body, built)
        if (more := len(warnings) - _WARNINGS) > 0:
            warnings[_WARNINGS:] = [f"{more:,} more pages of the book were left out"]
        title = next((" ".join("".join(t.itertext()).split()) for t in _all(package, "title")), "")
        reading = built.reading(title or None, warnings)
        if not reading.text:
            raise EmptySourceError(
                f"{name} has no text in its pages; perhaps they are pictures, which are not read"
            )
        return reading


def _package_path(archive: zipfile.ZipFile, name: str) -> str:
    for rootfile in _all(parse_xml(archive, _CONTAINER, name), "rootfile"):
        if path := rootfile.get("full-path"):
            return unquote(path)
    raise UnsupportedSourceError(
        f"{name} does not say where its book is ({_CONTAINER!r} names none); get a whole copy and "
        "ingest it again"
    )


def _spine(package: Element, package_path: str) -> Iterator[str]:
    """The paths of the book's pages in reading order, without covers and tables of contents."""
    folder = posixpath.dirname(package_path)
    items = {item.get("id"): item for item in _all(package, "item")}
    beside = {
        _path(folder, reference.get("href", ""))
        for reference in _all(package, "reference")
        if reference.get("type") in _BESIDE_TYPES and "#" not in reference.get("href", "")
    }
    seen: set[str] = set()
    for reference in _all(package, "itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _PAGES:
            continue
        path = _path(folder, item.get("href", ""))
        left_out = path in beside or "nav" in item.get("properties", "").split()
        if not left_out and path not in seen and not _BESIDE.match(posixpath.basename(path)):
            yield path
        seen.add(path)


def _page(archive: zipfile.ZipFile, path: str, name: str) -> Element:
    """The body of a page, or None if there is nothing in it to read."""
    data = member(archive, path, name)
    refuse_entities_in(data, path, name, doctype=True)
    text, _ = page_text(data, path)
    page = parse(text, path, xml=True)
    body = page.find("body") if page is not None else None
    if body is None:
        return None
    types = {kind for part in [body, *body[:1]] for kind in part.get("epub:type", "").split()}
    return None if types & _BESIDE_TYPES else body


def _refuse_locked(
    archive: zipfile.ZipFile, package: Element, package_path: str, name: str
) -> None:
    """Fonts may be scrambled; pages may not."""
    if not holds(archive, _ENCRYPTION):
        return
    locked = {
        unquote(reference.get("URI", ""))
        for reference in _all(parse_xml(archive, _ENCRYPTION, name), "CipherReference")
    }
    if not locked.isdisjoint(_spine(package, package_path)):
        raise UnsupportedSourceError(
            f"{name} is locked by copy protection (DRM), so its text cannot be read; ingest a copy "
            "without it if you have one"
        )


def _path(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


def _all(root: Element, tag: str) -> Iterator[Element]:
    return iter(root.iter(f"{{*}}{tag}", tag))


EPUB = EpubReader()
