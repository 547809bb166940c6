"""The value types of the house: frozen, slotted, and free of any library but NumPy.

Offsets are Unicode code points (Python's ``str`` indexing) into a document's canonical text,
half-open: ``text[start:end]``.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.line_patterns import named_cells

WORD = np.dtype(
    [(name, "<i4") for name in ("start", "end", "page")]
    + [(name, "<f4") for name in ("left", "top", "right", "bottom")]
)
"""A word of a layout: its span, and its box on its page."""

_SAME_LINE = 0.5  # of the lower height: two words that overlap so far vertically are on one line


def sha256(text: str) -> str:
    """The SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def document_id(source: str, text_sha256: str) -> str:
    """64 hexadecimal digits that stand for the text with this hash under this name."""
    return sha256(json.dumps([source, text_sha256], ensure_ascii=False))


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points; ``0 <= start <= end``.

    >>> Span(2, 5).overlaps(Span(4, 9)), Span(2, 5).overlaps(Span(5, 9))
    (True, False)
    """

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span needs 0 <= start <= end, got [{self.start}, {self.end})")

    def __len__(self) -> int:
        return self.end - self.start

    def overlaps(self, other: Span) -> bool:
        """Whether at least one code point is in both."""
        return self.start < other.end and other.start < self.end

    def contains(self, other: Span) -> bool:
        """Whether every code point of ``other`` is in this span."""
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands under it up to the next heading.

    ``path`` holds the headings from the outermost to this one; the text before the first
    heading is a section with an empty path. Sections tile the document.
    """

    span: Span
    path: tuple[str, ...] = ()
    body: int = 0
    """Where the prose starts: the offset just after the heading's line."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a paged format; ``number`` counts from 1."""

    span: Span
    number: int


RegionKind = Literal["quoted", "note", "hidden"]


@dataclass(frozen=True, slots=True)
class Region:
    """A run of text that is something else than the document's own running text.

    ``quoted`` was cited from somewhere else (a mail that is answered), ``note`` stands beside the
    text (speaker notes, comments), ``hidden`` is in the file and cannot be seen by who opens it.
    """

    span: Span
    kind: RegionKind


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that a document was read from, as it was then.

    ``reader`` names the reader and its version, so that a better one reads the file anew.
    ``read_at_ns`` is when it was read, in nanoseconds since 1970: a file that was changed just
    before that may have been changed again without another ``mtime_ns``. ``inode`` and
    ``ctime_ns`` (when the system last changed the file's entry) tell a file that was put in its
    place under the same date and size; they are 0 where nobody noted them.
    """

    sha256: str
    size: int
    mtime_ns: int
    reader: str
    read_at_ns: int = 0
    inode: int = 0
    ctime_ns: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on page ``page`` (from 1), in points from the page's upper left corner."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Every word's span and box, by start: a structured array of ``WORD``, ``(words,)``.

    >>> words = [(Span(0, 2), Box(1, 10, 20, 30, 32)), (Span(3, 5), Box(1, 33, 20, 50, 32))]
    >>> Layout.of(words).boxes(Span(0, 4))
    [Box(page=1, left=10.0, top=20.0, right=50.0, bottom=32.0)]
    """

    words: NDArray[np.void]

    @classmethod
    def of(cls, words: Iterable[tuple[Span, Box]]) -> Layout:
        """The layout of these words, in any order."""
        rows = [(s.start, s.end, b.page, b.left, b.top, b.right, b.bottom) for s, b in words]
        return cls(np.sort(np.array(rows, WORD), order=["start", "page"]))

    def boxes(self, span: Span) -> list[Box]:
        """The boxes of the words in ``span``, one for each run of words on one line, in order."""
        inside = self.words[(self.words["start"] < span.end) & (self.words["end"] > span.start)]
        found: list[Box] = []
        for _, _, *values in inside.tolist():
            box = Box(*values)
            if found and _on_one_line(found[-1], box):
                found[-1] = _around(found[-1], box)
            else:
                found.append(box)
        return found

    def to_bytes(self) -> bytes:
        """The layout for storing."""
        return zlib.compress(self.words.tobytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> Layout:
        """Read what ``to_bytes`` wrote.

        Raises:
            ValueError: it did not write this.
        """
        try:
            return cls(np.frombuffer(zlib.decompress(data), WORD))
        except zlib.error as error:
            raise ValueError(f"a layout is damaged: {error}") from error


def _on_one_line(a: Box, b: Box) -> bool:
    shared = min(a.bottom, b.bottom) - max(a.top, b.top)
    lower = min(a.bottom - a.top, b.bottom - b.top)
    return a.page == b.page and b.left >= a.left and shared >= _SAME_LINE * lower


def _around(a: Box, b: Box) -> Box:
    left, top = min(a.left, b.left), min(a.top, b.top)
    return Box(a.page, left, top, max(a.right, b.right), max(a.bottom, b.bottom))


@dataclass(frozen=True, slots=True)
class Document:
    """A source's canonical text with its sections and pages.

    ``text`` must be canonical (see ``pincite.corpus.canonical``): every offset counts in it.
    Identity is the hash of the text together with the source's name, so the same text under two
    names is two documents. ``regions`` are in order, and two of a kind never
    overlap. ``warnings`` say what of the source could not be read, a sentence each;
    ``layout`` is where its words stand on their pages. A library gives the layout on demand only.
    """

    source: str
    title: str
    text: str
    sections: tuple[Section, ...]
    pages: tuple[Page, ...] = ()
    media_type: str = "text/plain"
    metadata: Mapping[str, Any] = field(default_factory=dict)
    text_sha256: str = ""
    origin: Origin | None = None
    warnings: tuple[str, ...] = ()
    regions: tuple[Region, ...] = ()
    layout: Layout | None = field(default=None, compare=False, repr=False)
    _is_pinned: bool | None = field(default=None, init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.text_sha256:
            object.__setattr__(self, "text_sha256", sha256(self.text))
            object.__setattr__(self, "_is_pinned", True)

    @property
    def id(self) -> str:
        """64 hexadecimal digits that stand for this text under this name."""
        return document_id(self.source, self.text_sha256)

    @property
    def is_pinned(self) -> bool:
        """Whether its hash is that of its text. A long text is hashed once, not for each quote."""
        if self._is_pinned is None:
            object.__setattr__(self, "_is_pinned", sha256(self.text) == self.text_sha256)
        return bool(self._is_pinned)

    def section_at(self, offset: int) -> Section:
        """The section that the code point at ``offset`` stands in."""
        after = bisect_right(self.sections, offset, key=lambda section: section.span.start)
        return self.sections[max(0, after - 1)]

    def page_at(self, offset: int) -> int | None:
        """The number of the page that ``offset`` stands on; None for a format without pages."""
        if not self.pages:
            return None
        after = bisect_right(self.pages, offset, key=lambda page: page.span.start)
        return self.pages[max(0, after - 1)].number


PassageKind = Literal["prose", "row", "list", "code", "quoted", "note", "references", "heading"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences inside one section: the unit that is embedded and indexed.

    ``sentences`` are spans in the document, in order, without the blanks around them.
    ``path`` is the heading path, and ``columns`` are the names of a table's columns over its rows,
    the first to the first cell and "" for one without a name; both go into what is embedded, never
    into what is quoted.
    ``kind`` says what the passage is made of; ``hidden``, that the file does not show it.
    ``context`` has, for each sentence, the spans before it that it needs to be understood, the
    outermost first: an item's lead-in and the items over it; a row's lead-in and, where it has
    ``columns``, its header row at the end. It is empty where no sentence needs any.
    """

    span: Span
    sentences: tuple[Span, ...]
    path: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    kind: PassageKind = "prose"
    hidden: bool = False
    context: tuple[tuple[Span, ...], ...] = ()

    def embedded(self, text: str) -> tuple[str, list[Span]]:
        """What the embedder sees of this passage of ``text``, and where in it each sentence stands.

        Headings and context come before the prose, and each row says which cell belongs to which
        column.
        """
        above = [*self._above(), *self.context_texts(text)]
        before = sum(len(line) + 1 for line in above)
        if not self.columns:
            body = text[self.span.start : self.span.end]
            shift = before - self.span.start
            spans = [Span(s.start + shift, s.end + shift) for s in self.sentences]
            return "\n".join([*above, body]), spans
        rows = [self._words(text, i) for i in range(len(self.sentences))]
        starts = accumulate((len(row) + 1 for row in rows), initial=before)
        spans = [Span(start, start + len(row)) for start, row in zip(starts, rows, strict=False)]
        return "\n".join([*above, *rows]), spans

    def embedded_text(self, text: str) -> str:
        """What the embedder sees of this passage of ``text``."""
        return self.embedded(text)[0]

    def context_texts(self, text: str) -> list[str]:
        """What stands before the passage and its first sentence needs, but for a header row."""
        return [text[s.start : s.end] for s in self._lead(0)]

    def sentence_texts(self, text: str) -> list[str]:
        """The passage's sentences as they stand in ``text``."""
        return [text[s.start : s.end] for s in self.sentences]

    def key(self, text: str) -> bytes:
        """32 bytes that name this passage's vectors: equal for equal text with equal headings
        and equal sentence cuts, wherever it stands, so that identical text is embedded once."""
        said, spans = self.embedded(text)
        cuts = [(span.start, span.end) for span in spans]
        return hashlib.sha256(json.dumps([said, cuts]).encode()).digest()

    def _above(self) -> list[str]:
        return [" > ".join(self.path)] if self.path else []

    def _lead(self, i: int) -> tuple[Span, ...]:
        """The context of sentence ``i`` without the header row, which its cells name."""
        spans = self.context[i] if self.context else ()
        return spans[:-1] if self.columns else spans

    def _words(self, text: str, i: int) -> str:
        words = text[self.sentences[i].start : self.sentences[i].end]
        return named_cells(words, self.columns) if self.context and self.context[i] else words
