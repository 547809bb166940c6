"""Canonical text built block by block, for formats whose own bytes nobody would want to read.

What is built reads as plain text with a few marks of Markdown, so that segmentation knows the same
shapes whatever they came from: a heading is a line of its own, an item begins with ``- `` or its
number, a row of a table is ``| cell | cell |`` with ``| --- | --- |`` under its header, code stands
between ```` ``` ````, and blocks are set apart by a blank line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pincite.corpus.canonical import canonical
from pincite.corpus.types import Page, Region, RegionKind, Span
from pincite.ingest.readers.base import Heading, Reading, sections

_TICKS = re.compile("`+")


class Builder:
    """Takes blocks in reading order and gives the reading.

    >>> built = Builder()
    >>> built.heading(1, "Gulls")
    >>> built.paragraph("They nest  on\\ncliffs.")
    >>> built.reading().text, built.reading().sections[0].path
    ('Gulls\\n\\nThey nest on cliffs.\\n', ('Gulls',))
    """

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._headings: list[Heading] = []
        self._pages: list[tuple[int, int]] = []  # where each starts, and its number
        self._regions: list[Region] = []
        self._run: str | None = None  # blocks of the same run stand on lines without a blank

    @property
    def length(self) -> int:
        """Code points of the text so far."""
        return self._length

    def heading(self, level: int, words: str) -> None:
        """A heading of ``level``, from 1; one without words is passed over."""
        if words := _flat(words):
            start = self._append(words, None)
            self._headings.append(Heading(Span(start, self._length), level, words))

    def paragraph(self, text: str) -> None:
        """Prose; its line ends and repeated blanks become one blank."""
        if text := _flat(text):
            self._append(text, None)

    def item(self, text: str, mark: str = "-", depth: int = 0) -> None:
        """An item of a list, ``depth`` lists deep."""
        if text := _flat(text):
            self._append(f"{'  ' * depth}{mark} {text}", "list")

    def row(self, cells: Sequence[str], *, header: bool = False, hidden: bool = False) -> None:
        """A row of a table; with ``header``, the one that names its columns and opens it.

        A ``hidden`` row stays in its table and is a region of its own.
        """
        flat = [_flat(cell).replace("|", "\\|") for cell in cells]
        if not any(flat):
            return
        if header:
            self._run = None
        start = self._append(f"| {' | '.join(flat)} |", "table")
        if hidden:
            self._regions.append(Region(Span(start, self._length), "hidden"))
        if header:
            self._append(f"| {' | '.join('---' for _ in flat)} |", "table")

    def end_table(self) -> None:
        """What follows, be it a row, belongs to another block."""
        self._run = None

    def lines(self, text: str) -> None:
        """A block whose lines stay as they are: the fields of a record, the text of a mail."""
        kept = [line.rstrip() for line in canonical(text).split("\n")]
        if block := "\n".join(kept).strip("\n"):
            self._append(block, None)

    def code(self, text: str) -> None:
        """Code, line by line as it is."""
        if text.strip():
            text = canonical(text).strip("\n")
            longest = max(map(len, _TICKS.findall(text)), default=0)
            fence = "`" * max(3, longest + 1)
            self._append(f"{fence}\n{text}\n{fence}", None)

    def page(self, number: int) -> None:
        """From here on it is page, slide or sheet ``number`` (from 1)."""
        self._run = None
        self._pages.append((self._length, number))

    @contextmanager
    def region(self, kind: RegionKind) -> Iterator[None]:
        """What is added inside is a region of this kind; two of one kind do not nest."""
        self._run = None
        before = self._length
        yield
        self._run = None
        start = before + (before > 0)  # without the blank line that sets it apart
        if start < self._length:
            self._regions.append(Region(Span(start, self._length), kind))

    def reading(self, title: str | None = None, warnings: Sequence[str] = ()) -> Reading:
        """What has been built so far."""
        text = "".join(self._parts)
        starts = [start for start, _ in self._pages]
        if starts:
            starts[0] = 0
        ends = [*starts[1:], len(text)]
        pages = (
            tuple(
                Page(Span(start, end), number)
                for start, end, (_, number) in zip(starts, ends, self._pages, strict=True)
            )
            if starts
            else ()
        )
        return Reading(
            text,
            sections(text, self._headings),
            pages,
            title=title,
            warnings=tuple(warnings),
            regions=tuple(sorted(self._regions, key=lambda region: region.span)),
        )

    def _append(self, block: str, run: str | None) -> int:
        """Add a block, and say where it starts."""
        if self._parts and not (run and run == self._run):
            self._parts.append("\n")
            self._length += 1
        self._run = run
        start = self._length
        self._parts.append(f"{block}\n")
        self._length += len(block) + 1
        return start


def _flat(text: str) -> str:
    return " ".join(canonical(text).split())
