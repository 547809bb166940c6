"""Blocks: what of a section is prose, an item of a list, a row of a table, or code.

The same shapes are known in Markdown, in what the readers of other formats build, and in the
looser layouts of plain text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Literal, NamedTuple

from pincite.corpus.line_patterns import BULLET, ITEM, LETTERED, NUMBERED
from pincite.corpus.types import Span
from pincite.ingest.cutting.tables import tables

Kind = Literal["prose", "item", "row", "code", "heading"]

_FENCE = re.compile(r"[ \t]*(?:(`{3,})([^`]*)|(~{3,})(.*))")
# A line that opens an item, a table row, a quotation, a note or a fence is a line of its own.
_OWN_LINE = re.compile(
    rf"{BULLET.pattern}|{NUMBERED.pattern}|[ \t]*(?:[>|]|```|~~~|\[\^[^\]\s]+\]:)"
)
_ENTRY = re.compile(r"[ \t]*\[\d{1,3}\][ \t]")
_INDENT = re.compile(r"[ \t]*")
_NARROWEST, _WIDEST = 60, 110  # columns to which people wrap text by hand
_NUMERALS = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII")
_ROMAN = {numeral: number for number, numeral in enumerate(_NUMERALS, 1)}
_CODE_INDENT = 4  # CommonMark's
# Media types of what is written for machines; "text/x-…" is, but for some markup.
_CODE = frozenset(
    {
        *("application/toml", "application/x-bibtex", "application/yaml"),
        *("text/css", "text/javascript"),
    }
)
_MARKUP = frozenset({"text/x-markdown", "text/x-org", "text/x-rst", "text/x-tex"})


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of a section that has a layout of its own; ``span`` is without the blanks around it.

    Attributes:
        span: where it stands.
        kind: how it is cut into sentences.
        header: of a row, where the row that names its columns stands, if there is one.
        apparatus: "References" or "Footnotes" for what only says where something comes from.
    """

    span: Span
    kind: Kind
    header: Span | None = None
    apparatus: str = ""


class _Line(NamedTuple):
    start: int
    text: str

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @property
    def indent(self) -> int:
        blanks = _INDENT.match(self.text)
        return len(blanks[0].expandtabs(_CODE_INDENT)) if blanks else 0


def blocks(text: str, within: Span, media_type: str = "text/plain") -> list[Block]:
    """The blocks in ``text[within]``, in order; what is between them is blank.

    >>> text = "Gulls eat:\\n- fish\\n- mussels"
    >>> [(text[b.span.start:b.span.end], b.kind) for b in blocks(text, Span(0, len(text)))]
    [('Gulls eat:', 'prose'), ('- fish', 'item'), ('- mussels', 'item')]
    """
    here = _lines(text, within)
    parts: Iterable[tuple[bool, Sequence[_Line]]]
    if media_type in _CODE or (media_type.startswith("text/x-") and media_type not in _MARKUP):
        parts = [(True, here)]
    else:
        parts = _parts(here, markdown=media_type == "text/markdown")
    lettered = _lettered(here)
    found = [
        block
        for code, some in parts
        for block in (_stanzas(some) if code else _laid_out(some, lettered))
    ]
    return [tight for block in found if (tight := _trimmed(text, block))]


def _lines(text: str, within: Span) -> list[_Line]:
    found, start = [], within.start
    for line in text[within.start : within.end].split("\n"):
        found.append(_Line(start, line))
        start += len(line) + 1
    return found


def _parts(lines: Sequence[_Line], *, markdown: bool) -> Iterator[tuple[bool, Sequence[_Line]]]:
    """Runs of lines that no blank line parts, and code whole; and which of both it is."""
    fenced = _fenced(lines, to_the_end=markdown)
    start = i = 0
    content = 0  # the column at which the text of the open list's last item stands
    while i < len(lines):
        blank = _is_blank(lines[i])
        end = fenced.get(i, 0)
        if not (blank or end) and i == start:
            content = content if lines[i].indent else 0
            if markdown and lines[i].indent >= content + _CODE_INDENT:
                end = _indented(lines, i, content + _CODE_INDENT)
        if not (blank or end):
            if item := ITEM.match(lines[i].text):
                content = len(item[0].expandtabs(_CODE_INDENT))
            i += 1
            continue
        if start < i:
            yield False, lines[start:i]
        if end:
            yield True, lines[i:end]
        start = i = end or i + 1
    if start < len(lines):
        yield False, lines[start:]


def _fenced(lines: Sequence[_Line], *, to_the_end: bool) -> dict[int, int]:
    """The line that opens each fenced code, and the one after its end.

    A fence that nothing closes opens code ``to_the_end`` (CommonMark) or none.
    """
    fences = [
        (i, match[1] or match[3], not (match[2] or match[4] or "").strip())
        for i, line in enumerate(lines)
        if (match := _FENCE.fullmatch(line.text))
    ]
    found: dict[int, int] = {}
    unclosed: dict[str, int] = {}  # the length from which on nothing further down closes a fence
    k = 0
    while k < len(fences):
        i, fence, _ = fences[k]
        closing = None
        if len(fence) < unclosed.get(fence[0], len(fence) + 1):
            later = range(k + 1, len(fences))
            closing = next(
                (n for n in later if fences[n][2] and fences[n][1].startswith(fence)), None
            )
        if closing is not None:
            found[i] = fences[closing][0] + 1
            k = closing
        elif to_the_end:
            found[i] = len(lines)
            break
        else:
            unclosed[fence[0]] = len(fence)
        k += 1
    return found


def _indented(lines: Sequence[_Line], start: int, least: int) -> int:
    """The line after the code that is indented by ``least`` columns or more from ``start`` on."""
    end = start
    for i in range(start, len(lines)):
        if not _is_blank(lines[i]):
            if lines[i].indent < least:
                break
            end = i + 1
    return end


def _stanzas(lines: Sequence[_Line]) -> list[Block]:
    """Code between blank lines; a fence that stands alone belongs to the code beside it."""
    runs = [list(run) for blank, run in groupby(lines, _is_blank) if not blank]
    for fence, beside in ((0, 1), (-1, -2)):
        if len(runs) > 1 and len(runs[fence]) == 1 and _FENCE.fullmatch(runs[fence][0].text):
            alone = runs.pop(fence)
            runs[fence] = alone + runs[fence] if beside == 1 else runs[fence] + alone
    return [Block(Span(run[0].start, run[-1].end), "code") for run in runs]


def _lettered(lines: Sequence[_Line]) -> set[int]:
    """Where lines start that begin with "A." or "IV." beside one that goes before or after it."""
    marks = [
        (line.start, ord(match[1] or "@"), _ROMAN.get(match[1] or match[2], 0))
        for line in lines
        if (match := LETTERED.match(line.text))
    ]
    return {
        start
        for (a, letter, roman), (b, next_letter, next_roman) in pairwise(marks)
        if letter + 1 == next_letter or 0 < roman == next_roman - 1
        for start in (a, b)
    }


def _laid_out(lines: Sequence[_Line], lettered: set[int]) -> list[Block]:
    """Tables row by row; other lines joined where a line end is just wrapping."""
    width = max(len(line.text) for line in lines)
    entries = bool(_ENTRY.match(lines[0].text))  # then "[12]" opens a line: a list of references
    found: list[Block] = []
    i = 0
    for table in [*tables([line.text for line in lines]), None]:
        while i < (table.start if table else len(lines)):
            first = i
            i += 1
            while i < (table.start if table else len(lines)) and _continues(
                lines[first], lines[i - 1], lines[i], width, entries, lettered
            ):
                i += 1
            kind: Kind = "item" if _is_item(lines[first], lettered) else "prose"
            found.append(Block(Span(lines[first].start, lines[i - 1].end), kind))
        if table:
            rows = [
                Block(Span(lines[start].start, lines[end - 1].end), "row")
                for start, end in table.rows
            ]
            header = rows[0].span if table.header else None
            found += [rows[0], *(replace(row, header=header) for row in rows[1:])]
            i = table.end
    return found


def _continues(
    first: _Line, above: _Line, line: _Line, width: int, entries: bool, lettered: set[int]
) -> bool:
    """Whether a line goes on with what ``first`` opened."""
    if _OWN_LINE.match(line.text) or (entries and _ENTRY.match(line.text)):
        return False
    if line.start in lettered:
        return False
    if _is_item(first, lettered):
        # "a)" and "1.1" open an item only beside another: "section 3 (a)" is wrapped anywhere.
        if ITEM.match(line.text):
            return False
        if line.indent > first.indent:
            return True
    return _wraps(above.text, line.text, width)


def _is_item(line: _Line, lettered: set[int]) -> bool:
    return bool(ITEM.match(line.text)) or line.start in lettered


def _wraps(row: str, following: str, width: int) -> bool:
    """Whether a line end only wraps: the next word would not have fitted into the width."""
    next_word = following.split(maxsplit=1)[:1]
    return (
        _NARROWEST <= width <= _WIDEST
        and bool(next_word)
        and len(row) + 1 + len(next_word[0]) > width
    )


def _is_blank(line: _Line) -> bool:
    return not line.text.strip(" \t")


def _trimmed(text: str, block: Block) -> Block | None:
    span = trimmed(text, block.span.start, block.span.end)
    return replace(block, span=span) if len(span) else None


def trimmed(text: str, start: int, end: int) -> Span:
    """``text[start:end]`` without the blanks around it.

    >>> trimmed(" a b ", 0, 5)
    Span(start=1, end=4)
    """
    piece = text[start:end]
    if not piece.strip():
        return Span(start, start)
    return Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))
