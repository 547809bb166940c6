"""Blocks → units that fit the embedder: sentences, rows with their columns' names, code.

Each unit is counted as the embedder will see it. What exceeds the window is cut where it hurts
least: a row between cells, so that each piece keeps the names of its own columns.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice, tee
from typing import NamedTuple

from pincite.corpus.line_patterns import is_ruler, named_cells, row_shape
from pincite.corpus.types import Span
from pincite.ingest.cutting.blocks import Block, Kind, trimmed
from pincite.ingest.cutting.context import Context, contexts
from pincite.ingest.cutting.packing import Unit
from pincite.ingest.cutting.sentences import sentences
from pincite.ingest.cutting.tables import column_names
from pincite.retrieval.embedding.embedder import before_a_word, windows

Count = Callable[[Sequence[str]], list[int]]

_CLAUSE = re.compile(r"[;:,]\s+|[；：，、]|\n")
# Where a unit beyond the window is cut, if it can be: code between lines, prose between clauses,
# if that leaves the piece at least half full.
_AFTER: dict[Kind, re.Pattern[str]] = {"code": re.compile(r"\n")}
_LEAST_FULL: dict[Kind, float] = {"code": 0.0}
_DRAWN_CELL = re.compile(r"[-=:+\s]*(?:\||$)|\S+\s*")


_AT_ONCE = 1000  # sentences and rows whose tokens are counted at once; bounds memory


class _Piece(NamedTuple):
    """A sentence, a row or a stanza of code; what is up to ``end`` counts with it."""

    span: Span
    block: Block
    end: int
    header: Span | None
    above: Context


def units(
    text: str, blocks: Iterable[Block], spoken: str, count: Count, room: int, capacity: int
) -> Iterator[Unit]:
    """The blocks' sentences, rows and stanzas of code, cut where they exceed what they may have.

    Args:
        text: the document's.
        blocks: those of one section, in order.
        spoken: the document's language, BCP-47.
        count: the numbers of tokens in texts.
        room: tokens that a unit may have; ``capacity``, those that code may have.
    """
    pieces = _pieces_of(text, blocks, spoken)
    names: dict[Span, tuple[str, ...]] = {}  # of the columns under the last header
    while some := list(islice(pieces, _AT_ONCE)):
        whole: list[Unit] = []
        sizes = count([text[piece.span.start : piece.end] for piece in some])
        for (span, block, _, header, above), tokens in zip(some, sizes, strict=True):
            if header and header not in names:
                names = {header: column_names(text[header.start : header.end])}
            context = (*above.spans, block.header) if block.header else above.spans
            columns = names[header] if header else ()
            whole.append(Unit(span, tokens, block, columns, context, above.leads))
        for unit in _counted_with_names(text, whole, count):
            yield from _fitting(text, unit, count, capacity if unit.block.kind == "code" else room)


def _pieces_of(text: str, blocks: Iterable[Block], spoken: str) -> Iterator[_Piece]:
    """The blocks' sentences, rows and stanzas of code, in order."""
    cut = (
        (span, block)
        for block in blocks
        for span in (
            [block.span] if block.kind in ("row", "code") else sentences(text, block.span, spoken)
        )
    )
    one, following, other = tee(cut, 3)
    below_each = chain(islice(following, 1, None), [None])
    for (span, block), below, above in zip(one, below_each, contexts(text, other), strict=False):
        # What is between two units counts with the first: to some models a line end is a token.
        end = below[0].start if below else span.end
        header = block.header
        if block.kind == "row" and not header and below and below[1].header == span:
            header = span  # it is the header of what follows it
        yield _Piece(span, block, end, header, above)


def _counted_with_names(text: str, whole: Sequence[Unit], count: Count) -> Iterator[Unit]:
    """The units, a row at least as large as it is with the names of its columns."""
    named = [
        f"{named_cells(text[unit.span.start : unit.span.end], unit.columns)}\n"
        for unit in whole
        if unit.block.header
    ]
    sizes = iter(count(named))
    for unit in whole:
        yield _sized(unit, max(unit.tokens, next(sizes))) if unit.block.header else unit


def _sized(unit: Unit, tokens: int) -> Unit:
    return Unit(unit.span, tokens, unit.block, unit.columns, unit.context, unit.leads)


def _fitting(text: str, unit: Unit, count: Count, most: int) -> Iterator[Unit]:
    """The unit, in pieces where it has more than ``most`` tokens."""
    if unit.tokens <= most:
        yield unit
    elif unit.block.kind == "row":
        yield from _row_pieces(text, unit, count, most)
    else:
        for span, tokens in _pieces(text, unit.span, unit.block.kind, most, count):
            yield Unit(span, tokens, unit.block, (), unit.context)


def _row_pieces(text: str, unit: Unit, count: Count, most: int) -> Iterator[Unit]:
    """A wide row in runs of whole cells, each with the names of its own columns.

    A cell that alone is too long is cut like prose.
    """
    starts = _cell_starts(text, unit.span)
    columns = unit.columns if len(unit.columns) >= len(starts) and unit.block.header else ()
    ends = [*starts[1:], unit.span.end]
    drawn = [text[start:end] for start, end in zip(starts, ends, strict=True)]
    named = [f"{name}: {cell};" for name, cell in zip(columns, drawn, strict=False)]
    sizes = count(drawn)
    if named:
        sizes = [max(pair) for pair in zip(sizes, count(named), strict=True)]
    first, filled = 0, 0
    for i, size in enumerate([*sizes, most + 1]):
        if filled + size > most and first < i:
            span = trimmed(text, starts[first], ends[i - 1])
            if filled > most:  # one cell alone
                room = max(1, most - (filled - count([drawn[first]])[0] if columns else 0))
                cells = list(_pieces(text, span, "prose", room, count))
            else:
                cells = [(span, filled)] if len(span) else []
            for piece, tokens in cells:
                yield Unit(piece, tokens, unit.block, columns[first:i], unit.context)
            first, filled = i, 0
        filled += size


def _cell_starts(text: str, span: Span) -> list[int]:
    """Where the cells of the row's lines start, the marks before them included; the first is
    where the row starts."""
    starts: list[int] = []
    line_start = span.start
    for line in text[span.start : span.end].split("\n"):
        if is_ruler(line):
            cells = [match.start() for match in _DRAWN_CELL.finditer(line) if match[0]]
        else:
            shape = row_shape(line)
            cells = [start for start, _ in shape.cells] if shape else [0]
        starts += [line_start + start for start in ([0, *cells[1:]])]
        line_start += len(line) + 1
    return starts


def _pieces(
    text: str, span: Span, kind: Kind, most: int, count: Count
) -> Iterator[tuple[Span, int]]:
    """A unit of more than ``most`` tokens, cut where it hurts least, with the pieces' tokens."""
    after, least_full = _AFTER.get(kind, _CLAUSE), _LEAST_FULL.get(kind, 0.5)

    def last_cut(whole: str, start: int, end: int) -> int:
        earliest = start + int(least_full * (end - start))
        places = [m.end() for m in after.finditer(whole, earliest, end) if m.end() > start]
        return places[-1] if places else before_a_word(whole, start, end)

    whole = text[span.start : span.end]
    found = [
        trimmed(text, span.start + piece.start, span.start + piece.end)
        for piece in windows(whole, most, count, last_cut)
    ]
    found = [piece for piece in found if len(piece)]
    return zip(found, count([text[p.start : p.end] for p in found]), strict=True)
