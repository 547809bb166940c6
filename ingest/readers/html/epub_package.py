"""The package of an e-book: which pages it has, in which order, and what they are called."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from pincite.corpus.errors import SourceError, UnsupportedSourceError
from pincite.ingest.readers.html.elements import words
from pincite.ingest.readers.html.parse import page_text, parse
from pincite.ingest.readers.html.visibility import Element
from pincite.ingest.readers.xml import refuse_entities_in
from pincite.ingest.readers.zip import holds, member, parse_xml

CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_PAGES = frozenset({"application/xhtml+xml", "text/html", "text/x-oeb1-document"})
_TITLES = 3  # of one page that are looked for on it
_NCX = "application/x-dtbncx+xml"


@dataclass(frozen=True, slots=True)
class Package:
    """What a book says of itself.

    Attributes:
        title: the book's.
        pages: paths of its pages in reading order; those outside it (notes, say) last.
        titles: path to titles, as its table of contents has them; first that of the whole page,
            if it has one, then of places on the page.
        listed: the paths that it has a page at.
    """

    title: str
    pages: tuple[str, ...]
    titles: dict[str, tuple[str, ...]]
    listed: frozenset[str]

    def target(self, page: str, href: str) -> str:
        """The path that a link on ``page`` leads to."""
        return _path(posixpath.dirname(page), href) if href.partition("#")[0] else page


def open_package(archive: zipfile.ZipFile, name: str) -> Package:
    """Read the package of an opened book; ``name`` is for messages.

    Raises:
        UnsupportedSourceError: it does not say where its pages are, or they are locked.
    """
    path = _package_path(archive, name)
    package = parse_xml(archive, path, name)
    folder = posixpath.dirname(path)
    items = [
        (item.get("id"), _path(folder, item.get("href", "")), item)
        for item in _all(package, "item")
    ]
    navigation = [where for _, where, item in items if "nav" in item.get("properties", "").split()]
    pages = _pages(package, items, navigation)
    _refuse_locked(archive, pages, name)
    ncx = [where for _, where, item in items if item.get("media-type") == _NCX]
    title = next((" ".join("".join(t.itertext()).split()) for t in _all(package, "title")), "")
    entries = [entry for where in navigation for entry in _nav_titles(archive, where, name)]
    entries = entries or [entry for where in ncx for entry in _ncx_titles(archive, where, name)]
    titles: dict[str, tuple[str, ...]] = {}
    for where, entry in sorted(entries, key=lambda entry: "#" in entry[0]):
        target = where.partition("#")[0]
        if len(titles.get(target, ())) < _TITLES:
            titles[target] = (*titles.get(target, ()), entry)
    return Package(title, pages, titles, frozenset(pages))


def _pages(
    package: Element, items: list[tuple[str | None, str, Element]], navigation: list[str]
) -> tuple[str, ...]:
    """The spine, then what is in the book and not in the spine, its navigation aside."""
    by_id = {
        identifier: path for identifier, path, item in items if item.get("media-type") in _PAGES
    }
    spine = [by_id.get(reference.get("idref")) for reference in _all(package, "itemref")]
    beside = [path for path in by_id.values() if path not in set(navigation)]
    ordered = [path for path in spine if path is not None]
    return tuple(dict.fromkeys([*ordered, *beside] if ordered else by_id.values()))


def _nav_titles(archive: zipfile.ZipFile, path: str, name: str) -> Iterator[tuple[str, str]]:
    """The titles in an EPUB 3 table of contents."""
    for link in _all_in(archive, path, name, "a"):
        yield from _entry(path, link.get("href", ""), words(link))


def _ncx_titles(archive: zipfile.ZipFile, path: str, name: str) -> Iterator[tuple[str, str]]:
    """The same of an EPUB 2 table of contents."""
    for point in _all_in(archive, path, name, "navpoint"):
        label, content = point.find("navlabel"), point.find("content")
        if label is not None and content is not None:
            yield from _entry(path, content.get("src", ""), words(label))


def _all_in(archive: zipfile.ZipFile, path: str, name: str, tag: str) -> Iterator[Element]:
    """The elements of a name in a part; none if it is damaged, for titles are only a help."""
    try:
        data = member(archive, path, name)
        refuse_entities_in(data, path, name, doctype=True)
        root = parse(page_text(data, path)[0], path, xml=True)
    except SourceError:
        return
    if root is not None:
        yield from root.iter(tag)


def _entry(path: str, href: str, title: str) -> Iterator[tuple[str, str]]:
    if href and title:
        mark = "#" if "#" in href else ""
        yield _path(posixpath.dirname(path), href) + mark, title


def _package_path(archive: zipfile.ZipFile, name: str) -> str:
    for rootfile in _all(parse_xml(archive, CONTAINER, name), "rootfile"):
        if path := rootfile.get("full-path"):
            return unquote(path)
    raise UnsupportedSourceError(
        f"{name} does not say where its book is ({CONTAINER!r} names none); get a complete copy "
        "and ingest it again"
    )


def _refuse_locked(archive: zipfile.ZipFile, pages: tuple[str, ...], name: str) -> None:
    """Fonts may be scrambled; pages may not."""
    if not holds(archive, _ENCRYPTION):
        return
    locked = {
        unquote(reference.get("URI", ""))
        for reference in _all(parse_xml(archive, _ENCRYPTION, name), "CipherReference")
    }
    if not locked.isdisjoint(pages):
        raise UnsupportedSourceError(
            f"{name} is locked by copy protection (DRM), so its text cannot be read; ingest a copy "
            "without it if you have one"
        )


def _path(folder: str, href: str) -> str:
    return posixpath.normpath(posixpath.join(folder, unquote(href.partition("#")[0])))


def _all(root: Element, tag: str) -> Iterator[Element]:
    return iter(root.iter(f"{{*}}{tag}", tag))
