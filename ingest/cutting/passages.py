"""Segmentation: blocks → sentences → units that fit the embedder → passages, with exact offsets.

Every visible character of a section's prose stands in exactly one sentence and in exactly one
passage; what is between them is blank. Nothing is copied, trimmed or reflowed: all are spans.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import groupby

from pincite.corpus.types import Document, Passage, Span
from pincite.ingest.cutting.blocks import Block, Kind, blocks, trimmed
from pincite.ingest.cutting.language import language
from pincite.ingest.cutting.packing import Unit, pack
from pincite.ingest.cutting.references import set_apart
from pincite.ingest.cutting.sentences import sentences
from pincite.ingest.cutting.tables import cells, column_names
from pincite.retrieval.embedding.embedder import Embedder, before_a_word, windows

PASSAGE_TOKENS = 96
HEADING_TOKENS = 48

_CLAUSE = re.compile(r"[;:,]\s+|[；：，、]|\n")
# Where a unit beyond the window is cut, if it can be: a row between cells, code between lines,
# prose between clauses, if that leaves the piece at least half full.
_AFTER: dict[Kind, re.Pattern[str]] = {
    "row": re.compile(r"(?<!\\)\|\s*|\t+| {2,}"),
    "code": re.compile(r"\n"),
    "item": _CLAUSE,
    "prose": _CLAUSE,
}
_LEAST_FULL: dict[Kind, float] = {"row": 0.0, "code": 0.0, "item": 0.5, "prose": 0.5}


def segment(
    document: Document, embedder: Embedder, passage_tokens: int = PASSAGE_TOKENS
) -> list[Passage]:
    """Cut a document into passages of whole sentences, each inside one section.

    A row of a table is a sentence here, and so are the lines of code between two blank ones. A
    passage has at most ``passage_tokens`` tokens, or is one sentence of at most the embedder's
    window; a sentence beyond the window is cut there, never truncated. The passages of a section,
    or of a part of a long one, are of about equal size.

    The headings over a passage are its path; the names of columns are with it where it has rows
    without the row that names them.
    """
    text, spoken = document.text, language(document.text)
    room = embedder.window - HEADING_TOKENS
    capacity = min(passage_tokens, room)
    passages = []
    for section in document.sections:
        body = Span(section.body, section.span.end)
        found = set_apart(text, blocks(text, body, document.media_type))
        units = _units(text, found, spoken, embedder, room, capacity)
        for apparatus, some in groupby(units, lambda unit: unit.block.apparatus):
            full = (*section.path, apparatus) if apparatus else section.path
            path = _fitting(full, embedder)
            for group in pack(text, list(some), capacity):
                span = Span(group[0].span.start, group[-1].span.end)
                cuts = tuple(unit.span for unit in group)
                columns = _columns(text, group, embedder)
                passages.append(Passage(span, cuts, path, columns))
    return passages


def _units(
    text: str, found: Sequence[Block], spoken: str, embedder: Embedder, room: int, capacity: int
) -> list[Unit]:
    """The blocks' sentences, rows and stanzas of code, cut where they exceed what they may have."""
    cut = [
        (span, block)
        for block in found
        for span in (
            sentences(text, block.span, spoken) if block.kind in ("prose", "item") else [block.span]
        )
    ]
    # What is between two units counts with the first: to some models a line end is a token.
    ends = [*(span.start for span, _ in cut[1:]), cut[-1][0].end] if cut else []
    sizes = embedder.count([text[s.start : end] for (s, _), end in zip(cut, ends, strict=True)])
    units = []
    for (span, block), tokens in zip(cut, sizes, strict=True):
        most = capacity if block.kind == "code" else room
        if tokens <= most:
            units.append(Unit(span, tokens, block))
        else:
            pieces = _pieces(text, span, block.kind, most, embedder.count)
            counts = embedder.count([text[p.start : p.end] for p in pieces])
            units += [Unit(p, n, block) for p, n in zip(pieces, counts, strict=True)]
    return units


def _pieces(
    text: str, span: Span, kind: Kind, most: int, count: Callable[[Sequence[str]], list[int]]
) -> list[Span]:
    """A unit of more than ``most`` tokens, cut where it hurts least."""

    def last_cut(whole: str, start: int, end: int) -> int:
        earliest = start + int(_LEAST_FULL[kind] * (end - start))
        places = [m.end() for m in _AFTER[kind].finditer(whole, earliest, end) if m.end() > start]
        return places[-1] if places else before_a_word(whole, start, end)

    whole = text[span.start : span.end]
    found = [
        trimmed(text, span.start + piece.start, span.start + piece.end)
        for piece in windows(whole, most, count, last_cut)
    ]
    return [piece for piece in found if len(piece)]


def _columns(text: str, group: Sequence[Unit], embedder: Embedder) -> tuple[str, ...]:
    """The names of the columns over a passage's rows, if it does not hold them itself.

    Of many columns, as many of the first as half of the room for headings holds.
    """
    start = group[0].span.start
    headers = (unit.block.header for unit in group)
    header = next((span for span in headers if span and span.end <= start), None)
    if not header:
        return ()
    names = cells(column_names(text[header.start : header.end]))
    while names and embedder.count([" | ".join(names)])[0] > HEADING_TOKENS // 2 - 2:
        names.pop()
    return tuple(names)


def _fitting(path: tuple[str, ...], embedder: Embedder) -> tuple[str, ...]:
    """As many of the innermost headings as the room for headings holds."""
    kept: tuple[str, ...] = path
    while kept and embedder.count([" > ".join(kept) + "\n"])[0] > HEADING_TOKENS:
        kept = kept[1:]
    return kept
