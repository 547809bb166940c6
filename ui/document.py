"""One document on the terminal: what is known of it, and its text with its sections and pages."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from corpus.rows import Entry
from corpus.types import Document, Origin, Page
from ui.terminal import harmless, one_line


def show_document(console: Console, entry: Entry, document: Document, *, kept: bool) -> None:
    """All of a document; ``kept`` says whether its file's own bytes are in the library."""
    for name, value in _facts(entry, kept):
        console.print(Text(f"{name:<8} {one_line(value)}"), soft_wrap=True)
    console.print()
    for said, style in _pieces(document):
        if console.is_terminal:
            console.print(Text(harmless(said), style), soft_wrap=True)
        else:  # a text may be long, and rich takes its time
            console.file.write(f"{harmless(said)}\n")


def _facts(entry: Entry, kept: bool) -> Iterator[tuple[str, str]]:
    yield "source", entry.source
    yield "title", entry.title
    yield "id", entry.id
    pages = f"{entry.pages:,} pages, " if entry.pages else ""
    size = f"{pages}{entry.characters:,} characters, {entry.passages:,} passages"
    yield "text", f"{entry.media_type}, {size}"
    yield "added", entry.added_at
    if entry.tags:
        yield "tags", ", ".join(entry.tags)
    if entry.origin is not None:
        yield "file", _told(entry.origin)
        yield "original", "kept; write it out with --original FILE" if kept else "not kept"
    for warning in entry.warnings:
        yield "warning", warning


def _told(origin: Origin) -> str:
    changed = datetime.fromtimestamp(origin.mtime_ns / 1e9, UTC).isoformat(timespec="seconds")
    return f"{origin.size:,} bytes of {changed}, SHA-256 {origin.sha256}, read as {origin.reader}"


def _pieces(document: Document) -> Iterator[tuple[str, str]]:
    """The text in order, each piece with a style; headings and the begin of pages are marked."""
    pages, text = document.pages, document.text
    starts = [page.span.start for page in pages]
    for section in document.sections:
        first, inner, after = (
            bisect_left(starts, offset)
            for offset in (section.span.start, section.body + 1, section.span.end)
        )
        yield from map(_page, pages[first:inner])
        if section.path:
            yield f"§ {one_line(' › '.join(section.path))}", "bold cyan"
        begin = section.body
        for page in pages[inner:after]:
            yield from _body(text[begin : page.span.start])
            yield _page(page)
            begin = page.span.start
        yield from _body(text[begin : section.span.end])


def _page(page: Page) -> tuple[str, str]:
    return f"— page {page.number} —", "dim"


def _body(text: str) -> Iterator[tuple[str, str]]:
    if text.strip():
        yield text.strip("\n"), ""
