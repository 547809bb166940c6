"""E-books (EPUB 2 and 3): the pages of the book in its reading order.

A page is left out as a table of contents only if it is one: links to other pages of the book and
nothing else, with a list of contents in the book that says the same.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace

from pincite.corpus.errors import EmptySourceError, SourceError
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.html.elements import HEADINGS, words
from pincite.ingest.readers.html.epub_package import CONTAINER, Package, open_package
from pincite.ingest.readers.html.parse import page_text, parse
from pincite.ingest.readers.html.visibility import Element, Visibility
from pincite.ingest.readers.html.walk import unseen_warning, walk
from pincite.ingest.readers.warnings import listed
from pincite.ingest.readers.xml import refuse_entities_in
from pincite.ingest.readers.zip import member, open_archive
from pincite.ingest.readers.zip_listing import lists

_WARNINGS = 5  # pages that are named one by one
_LINKED = 0.8  # of a page's characters: so many in links to other pages make it a list of contents
_FEWEST_LINKS = 3  # on a list of contents; a page with fewer may be a note that leads on
_LONGEST_TITLE = 400  # characters
_LETTERS = re.compile(r"\W+")
_WORD = re.compile(r"\w+")


class EpubReader:
    """Reads ``.epub``: each chapter's headings open sections."""

    media_type = "application/epub+zip"
    suffixes = frozenset({".epub"})
    version = 3

    def recognises(self, data: bytes) -> bool:
        """Whether it is a zip file with an e-book's container."""
        return lists(data, CONTAINER)

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; a page that is missing or damaged is left out with a warning."""
        with open_archive(data, name) as archive:
            package = open_package(archive, name)
            book = _Book(package)
            for path in package.pages:
                book.add(archive, path, name)
            reading = book.reading()
        if not reading.text:
            raise EmptySourceError(
                f"{name} has no text in its pages; perhaps they are pictures, which are not read"
            )
        return reading


class _Book:
    """The pages of a book, one after another, as a reading."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._built = Builder()
        self._warnings: list[str] = []
        self._contents: list[tuple[str, Element]] = []  # pages that are lists of contents
        self._pictures = 0  # pages that are nothing but a picture

    def add(self, archive: zipfile.ZipFile, path: str, name: str) -> None:
        try:
            page = _page(archive, path, name)
        except SourceError as error:
            self._warnings.append(f"a page of the book is left out: {error}")
            return
        body = page.find("body") if page is not None else None
        if body is None:
            return
        if _is_contents(body, path, self._package):
            self._contents.append((path, body))
        else:
            self._add(path, page, body)

    def reading(self) -> Reading:
        if not self._built.length:  # a book of lists: they are what there is to read
            for path, body in self._contents:
                self._add(path, body, body)
            self._contents = []
        if (more := len(self._warnings) - _WARNINGS) > 0:
            self._warnings[_WARNINGS:] = [f"{more:,} more pages of the book are left out"]
        if self._pictures > 1:  # one is the cover
            self._warnings.append(
                f"{self._pictures:,} pages of the book are pictures without text, and not read"
            )
        reading = self._built.reading(self._package.title or None, self._warnings)
        lost = self._only_in_contents(reading.text)
        warnings = (*reading.warnings, *lost, *unseen_warning(reading))
        return replace(reading, warnings=warnings)

    def _only_in_contents(self, text: str) -> tuple[str, ...]:
        """What a list of contents has that no page has, as a warning."""
        book = set(_WORD.findall(text))
        links = (link for _, body in self._contents for link in body.iter("a"))
        lost = [link for link in links if not book.issuperset(_WORD.findall(words(link)))]
        if not lost:
            return ()
        named = listed((f"“{words(link)}”" for link in lost), _WARNINGS)
        return (f"its table of contents is not read, and {named} stands only there",)

    def _add(self, path: str, page: Element, body: Element) -> None:
        before = self._built.length
        titles = self._package.titles.get(path, ())
        if titles and next(body.iter(*HEADINGS), None) is None:
            first = _beginning(body)
            if not any(_promoted(body, title) for title in titles) and first:
                self._built.heading(1, titles[0])
        walk(body, self._built, Visibility(page))
        if self._built.length == before and next(body.iter("img", "image"), None) is not None:
            self._pictures += 1


def _page(archive: zipfile.ZipFile, path: str, name: str) -> Element:
    """The tree of a page, or None if there is nothing in it."""
    data = member(archive, path, name)
    refuse_entities_in(data, path, name, doctype=True)
    text, _ = page_text(data, path)
    return parse(text, path, xml=True)


def _is_contents(body: Element, path: str, package: Package) -> bool:
    """Whether a page is mostly links to other pages of the book that its own lists name, too."""
    size = _length(body)
    linked = count = 0
    for link in body.iter("a"):
        target = package.target(path, link.get("href", ""))
        if target != path and target in package.listed:
            linked += _length(link)
            count += 1
    for heading in body.iter(*HEADINGS):  # "Contents"
        size -= _length(heading) if next(heading.iter("a"), None) is None else 0
    return count >= _FEWEST_LINKS and linked >= _LINKED * size


def _length(element: Element) -> int:
    return sum(len(_LETTERS.sub("", text)) for text in element.itertext())


def _promoted(body: Element, title: str) -> bool:
    """Make a heading of the first block of a page if it is the page's title and no more."""
    wanted = _squeezed(title)
    for element in body.iter("p", "div"):
        start = _beginning(element)
        if start == wanted and next(element.iterchildren("p", "div", "table"), None) is None:
            element.tag = "h1"
            return True
        if not start.startswith(wanted):
            return False
    return False


def _beginning(element: Element) -> str:
    """The first letters in an element, more than a title has."""
    texts: list[str] = []
    length = 0
    for text in element.itertext():
        texts.append(text)
        length += len(text.strip()) + 1
        if length > _LONGEST_TITLE:
            break
    return _squeezed("".join(texts))


def _squeezed(text: str) -> str:
    return _LETTERS.sub("", text).casefold()


EPUB = EpubReader()
