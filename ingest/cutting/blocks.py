"""Blocks: what of a section is prose, an item of a list, a row of a table, or code.

The same shapes are known in Markdown, in what the readers of other formats build, and in the
looser layouts of plain text. Blocks are found one after the other: of a long section, no more lines
are held than its longest run without a blank line has.
"""

from __future__ import annotations

import re
import sys
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice, pairwise
from typing import Literal, NamedTuple, TypeVar

from pincite.corpus.line_patterns import BULLET, ITEM, LETTERED, NUMBERED
from pincite.corpus.types import Span
from pincite.ingest.cutting.tables import tables

Kind = Literal["prose", "item", "row", "code", "heading"]
_T = TypeVar("_T")

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


def blocks(text: str, within: Span, media_type: str = "text/plain") -> Iterator[Block]:
    """The blocks in ``text[within]``, in order; what is between them is blank.

    >>> text = "Gulls eat:\\n- fish\\n- mussels"
    >>> [(text[b.span.start:b.span.end], b.kind) for b in blocks(text, Span(0, len(text)))]
    [('Gulls eat:', 'prose'), ('- fish', 'item'), ('- mussels', 'item')]
    """
    for block in _loose(text, within, media_type):
        if tight := _trimmed(text, block):
            yield tight


def _loose(text: str, within: Span, media_type: str) -> Iterator[Block]:
    """The blocks with the blanks around them."""
    if media_type in _CODE or (media_type.startswith("text/x-") and media_type not in _MARKUP):
        yield from _stanzas(_lines(text, within))
        return
    # The lines are gone through once for each question, so that they need not be held.
    markdown = media_type == "text/markdown"
    fenced: dict[int, int] = {}
    if any(text.find(fence, within.start, within.end) >= 0 for fence in ("```", "~~~")):
        fenced = _fenced(_lines(text, within), to_the_end=markdown)
    lettered = _lettered(_lines(text, within))
    for code, some in _parts(_lines(text, within), fenced, markdown=markdown):
        yield from _stanzas(some) if code else _laid_out(some, lettered)


def _lines(text: str, within: Span) -> Iterator[_Line]:
    start = within.start
    while (end := text.find("\n", start, within.end)) >= 0:
        yield _Line(start, text[start:end])
        start = end + 1
    yield _Line(start, text[start : within.end])


def _parts(
    lines: Iterator[_Line], fenced: Mapping[int, int], *, markdown: bool
) -> Iterator[tuple[bool, list[_Line]]]:
    """Runs of lines that no blank line parts, and code whole; and which of both it is."""
    run: list[_Line] = []
    read_ahead: deque[tuple[int, _Line]] = deque()
    numbered = enumerate(lines)
    content = 0  # the column at which the text of the open list's last item stands
    while (following := read_ahead.popleft() if read_ahead else next(numbered, None)) is not None:
        i, line = following
        code: list[_Line] = []
        if i in fenced:
            rest = islice(_again(read_ahead, numbered), fenced[i] - i - 1)
            code = [line, *(other for _, other in rest)]
        elif not run and not _is_blank(line):
            content = content if line.indent else 0
            if markdown and line.indent >= content + _CODE_INDENT:
                code = _indented(following, numbered, content + _CODE_INDENT, read_ahead)
        if not code and not _is_blank(line):
            if item := ITEM.match(line.text):
                content = len(item[0].expandtabs(_CODE_INDENT))
            run.append(line)
            continue
        if run:
            yield False, run
            run = []
        if code:
            yield True, code
    if run:
        yield False, run


def _again(read_ahead: deque[_T], rest: Iterator[_T]) -> Iterator[_T]:
    """What was read ahead, then the rest."""
    while read_ahead:
        yield read_ahead.popleft()
    yield from rest


def _fenced(lines: Iterable[_Line], *, to_the_end: bool) -> dict[int, int]:
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
            found[i] = sys.maxsize
            break
        else:
            unclosed[fence[0]] = len(fence)
        k += 1
    return found


def _indented(
    first: tuple[int, _Line],
    rest: Iterator[tuple[int, _Line]],
    least: int,
    read_ahead: deque[tuple[int, _Line]],
) -> list[_Line]:
    """The code from ``first`` on that is indented by ``least`` columns or more.

    What had to be read of ``rest`` to see that it ends is left in ``read_ahead``.
    """
    code = [first[1]]
    blanks: list[tuple[int, _Line]] = []
    for i, line in _again(read_ahead, rest):
        if _is_blank(line):
            blanks.append((i, line))
        elif line.indent >= least:
            code += [*(blank for _, blank in blanks), line]
            blanks = []
        else:
            blanks.append((i, line))
            break
    read_ahead.extendleft(reversed(blanks))
    return code


def _stanzas(lines: Iterable[_Line]) -> Iterator[Block]:
    """Code between blank lines; a fence that stands alone belongs to the code beside it."""
    runs = (list(run) for blank, run in groupby(lines, _is_blank) if not blank)
    run = next(runs, [])
    if _is_fence(run):
        run += next(runs, [])
    below = next(runs, [])
    while below:
        after = next(runs, [])
        if not after and _is_fence(below):
            run += below
            break
        yield _code(run)
        run, below = below, after
    if run:
        yield _code(run)


def _is_fence(run: Sequence[_Line]) -> bool:
    return len(run) == 1 and bool(_FENCE.fullmatch(run[0].text))


def _code(run: Sequence[_Line]) -> Block:
    return Block(Span(run[0].start, run[-1].end), "code")


def _lettered(lines: Iterable[_Line]) -> set[int]:
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
