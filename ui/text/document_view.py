"""One document on the terminal: what is known of it, and its text with its sections and pages."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import takewhile

from rich.console import Console
from rich.text import Text

from pincite.corpus.counts import counted
from pincite.corpus.hidden import Hidden, Spans
from pincite.corpus.store.rows import Entry
from pincite.corpus.types import Document, Origin, Span
from pincite.ui.text.control_characters import harmless, one_line
from pincite.ui.text.pieces import Piece, marked, pieces


def show_document(console: Console, entry: Entry, document: Document, *, kept: bool) -> None:
    """All of a document; ``kept`` says whether its file's own bytes are in the library."""
    for name, value in _facts(entry, document, kept):
        console.print(Text(f"{name:<8} {one_line(value)}"), soft_wrap=True)
    console.print()
    hidden = Hidden.of(document, Span(0, len(document.text))).words
    for said, style in (_shown(piece, hidden) for piece in pieces(document)):
        if console.is_terminal:
            console.print(Text(harmless(said), style), soft_wrap=True)
        else:  # a text may be long, and rich takes its time
            console.file.write(f"{harmless(said)}\n")


def _facts(entry: Entry, document: Document, kept: bool) -> Iterator[tuple[str, str]]:
    yield "source", entry.source
    yield "title", entry.title
    yield "id", entry.id
    pages = f"{counted(entry.pages, 'page')}, " if entry.pages else ""
    size = f"{pages}{counted(entry.characters, 'character')}, {counted(entry.passages, 'passage')}"
    yield "text", f"{entry.media_type}, {size}"
    if parts := marked(document):
        yield "marked", parts
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


def _shown(piece: Piece, hidden: Spans) -> tuple[str, str]:
    """A piece as it is printed, with a style."""
    match piece.kind:
        case "heading":
            return f"§ {one_line(piece.said)}", "bold cyan"
        case "page":
            return f"— page {piece.said} —", "dim"
        case "text":
            return _with_hidden(piece, hidden), ""


def _with_hidden(piece: Piece, hidden: Spans) -> str:
    """The text of a piece, with a word at what of it the file does not show."""
    text, here, said = piece.said, 0, []
    first = bisect_right(hidden, piece.start, key=lambda span: span[1])
    for span in takewhile(lambda span: span[0] < piece.start + len(text), hidden[first:]):
        start, end = max(span[0] - piece.start, 0), span[1] - piece.start
        said += [text[here:start], f"[hidden: {text[start:end]}]"]
        here = end
    return "".join([*said, text[here:]])
