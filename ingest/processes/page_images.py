"""Pages of PDFs and pictures, drawn, and where a quote's words stand on them."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from pincite.corpus.errors import PageNotDrawnError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Box, Document, Span
from pincite.ingest.files.originals import DRAWABLE, LARGEST_DRAWABLE
from pincite.ingest.processes.child import Child
from pincite.ingest.processes.messages import receive, send

SECONDS = 15.0
_KEPT_PICTURES = 64
_MB = 1_000_000
_NOT_KEPT = (
    "its file was not kept; add it again, and if that does not help, start the server without "
    "--no-originals"
)
_MOVED = "its file was moved or deleted; put it back, or add it again"
_CHANGED = "its file has changed since it was read; add it again"

Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Boxes:
    """Where words stand: boxes in fractions of their page, from its upper left corner.

    ``sizes`` are the width and height of those pages as they are shown, in points.
    """

    boxes: tuple[Box, ...]
    sizes: dict[int, Size]


@dataclass(frozen=True, slots=True)
class PagePictures:
    """Whether a document's pages can be drawn.

    ``why_not`` says why pages are missing; it is empty for a format that has none.
    """

    available: bool
    why_not: str = ""


NO_PICTURES = PagePictures(False)


def page_pictures(library: Library, document: Document) -> PagePictures:
    """Whether the document's pages can be drawn, as far as is known without reading its file."""
    if document.media_type not in DRAWABLE or document.origin is None:
        return NO_PICTURES
    why = (
        ""
        if library.has_original(document.id)
        else _why_missing(document.source, document.origin.size)
    )
    return PagePictures(not why, why)


def _why_missing(source: str, size: int) -> str:
    """Why a file that was not kept cannot be read now; empty where it can, by its size."""
    if not os.path.isabs(source):  # it was uploaded
        return _too_large(size) if size > LARGEST_DRAWABLE else _NOT_KEPT
    try:
        return "" if os.stat(source).st_size == size else _CHANGED
    except (OSError, ValueError):
        return _MOVED


def _too_large(size: int) -> str:
    return (
        f"its file has {size / _MB:,.1f} MB, and one over {LARGEST_DRAWABLE / _MB:,g} MB is not "
        "kept; ingest it from a folder in which it stays"
    )


class Drawings:
    """Draws pages in a process of its own, and keeps the last ones. Safe to use from threads.

    Args:
        library: whose documents they are.
        seconds: that drawing one page may take.
    """

    def __init__(self, library: Library, seconds: float = SECONDS) -> None:
        self._library = library
        self._seconds = seconds
        self._lock = threading.Lock()
        self._child: Child | None = None
        self._at_hand = ""  # the hash of the file that the process has
        self._sizes: list[Size] = []  # of its pages
        self._pictures: OrderedDict[tuple[str, int], bytes] = OrderedDict()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process; the next page starts another."""
        with self._lock:
            self._end()

    def page(self, document: Document, number: int) -> bytes:
        """The page ``number``, from 1, as a PNG.

        Raises:
            PageNotDrawnError: there is no such page, or its file is gone, or it cannot be drawn.
        """
        digest, pages = self._digest(document), len(document.pages)
        if not 1 <= number <= pages:
            raise PageNotDrawnError(
                f"{document.source} has no page {number}; its pages are 1 to {pages}"
            )
        with self._lock:
            picture = self._pictures.get((digest, number)) or self._ask(document, digest, number)
            self._pictures[digest, number] = picture
            self._pictures.move_to_end((digest, number))
            while len(self._pictures) > _KEPT_PICTURES:
                self._pictures.popitem(last=False)
        return picture

    def boxes(self, document: Document, span: Span) -> Boxes:
        """Where the words of ``span`` stand, one box for each run of words on one line.

        Raises:
            PageNotDrawnError: as for `page`.
        """
        digest, layout = self._digest(document), self._library.layout(document.id)
        boxes = [] if layout is None else layout.boxes(span)
        with self._lock:
            if self._at_hand != digest:
                self._ask(document, digest, None)
            # Without a layout there are no boxes, but there is a page.
            pages = {box.page for box in boxes} or {document.page_at(span.start) or 1}
            sizes = {p: self._sizes[p - 1] for p in sorted(pages) if p <= len(self._sizes)}
        return Boxes(tuple(_fraction(b, sizes[b.page]) for b in boxes if b.page in sizes), sizes)

    def _digest(self, document: Document) -> str:
        if document.media_type not in DRAWABLE or document.origin is None:
            raise PageNotDrawnError(
                f"{document.source} is neither a PDF nor a picture, so it has no pages to draw; "
                "read its text"
            )
        return document.origin.sha256

    def _ask(self, document: Document, digest: str, number: int | None) -> bytes:
        data = None if self._at_hand == digest else self._file(document)
        self._child = self._child or Child("pincite.ingest.processes.page_worker")
        self._at_hand = ""
        try:
            with self._child.working(self._seconds) as (requests, answers):
                send(requests, {"number": number, "media_type": document.media_type}, [data])
                value, (picture,) = receive(answers)
        except (TimeoutError, EOFError, OSError) as error:
            late = isinstance(error, TimeoutError)
            how = f"it took over {self._seconds:g} s" if late else "what draws it crashed"
            self._end()
            raise _undrawn(document, number, how) from error
        if "error" in value:
            raise _undrawn(document, number, value["error"])
        if data is not None:
            self._sizes = [(width, height) for width, height in value["sizes"]]
        self._at_hand = digest
        return picture or b""

    def _file(self, document: Document) -> bytes:
        """The bytes that the document was read from.

        Raises:
            PageNotDrawnError: they were not kept, and the file is not there as it was.
        """
        if (kept := self._library.original(document.id)) is not None:
            return kept
        assert document.origin is not None
        data = _same_file(Path(document.source), document.origin.size)
        if data is None or hashlib.sha256(data).hexdigest() != document.origin.sha256:
            why = _why_missing(document.source, document.origin.size) or _CHANGED
            raise PageNotDrawnError(f"the pages of {document.source} cannot be drawn: {why}")
        return data

    def _end(self) -> None:
        if self._child is not None:
            self._child.end()
        self._child, self._at_hand = None, ""


def _same_file(path: Path, size: int) -> bytes | None:
    """A file's bytes, if it has so many; a source that is no path, as of an upload, has none."""
    with suppress(OSError, ValueError):
        if path.is_absolute() and path.stat().st_size == size:
            with path.open("rb") as stream:
                return stream.read(size + 1)
    return None


def _undrawn(document: Document, number: int | None, how: str) -> PageNotDrawnError:
    what = "the pages" if number is None else f"page {number}"
    return PageNotDrawnError(
        f"{what} of {document.source} cannot be drawn: {how}; read the text, or open the file in "
        "another program"
    )


def _fraction(box: Box, size: Size) -> Box:
    def part(value: float, whole: float) -> float:
        return min(1.0, max(0.0, value / whole)) if whole else 0.0

    width, height = size
    return Box(
        box.page,
        part(box.left, width),
        part(box.top, height),
        part(box.right, width),
        part(box.bottom, height),
    )
