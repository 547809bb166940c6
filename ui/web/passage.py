"""A passage as HTML: its rows as a table, its other lines as they are, parts of it marked.

Pure functions, and every word from outside escaped.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from pincite.ui.terminal import harmless
from pincite.ui.web.escape import attribute, escaped

Layer = tuple[str, Sequence[tuple[int, int]]]
"""An element's name, and the spans of the document that it goes around."""

_ROW = re.compile(r"\|.*\|\s*")
_RULE = re.compile(r"\|(?:\s*:?-+:?\s*\|)+\s*")  # below the row that names the columns
_SHORT = 12  # characters of a cell that is never broken: a date, a code, an amount
_FEW = 3  # rows that a narrow window shows value by value
_CELL_END = re.compile(r"(?<!\\)\|")


def passage(text: str, at: int, *layers: Layer, columns: str = "") -> str:
    """The passage, each row of a table in a row.

    Args:
        text: what stands in the document from offset ``at`` on.
        at: a code point offset; the layers count from the same beginning.
        layers: what is marked, the outermost element first.
        columns: the row that names the columns of the table that ``text`` begins in.
    """
    pieces: list[str] = []
    for in_table, lines in groupby(_lines(text), key=lambda line: is_row(line[1])):
        block = list(lines)
        if in_table:
            pieces.append(_table(block, at, layers, "" if pieces else columns))
        else:
            start, last = block[0][0], block[-1]
            words = text[start : last[0] + len(last[1])]
            if words.strip():
                pieces.append(marked(words, at + start, *layers))
    return "".join(pieces)


def marked(text: str, at: int, *layers: Layer) -> str:
    """The words with the layers' elements around their spans; overlapping ones lose no word."""
    if not layers:
        return escaped(text)
    (tag, spans), *inner = layers
    pieces, here = [], 0
    for start, end in sorted(spans):
        start, end = max(start - at, here), min(end - at, len(text))
        if start < end:
            pieces.append(marked(text[here:start], at + here, *inner))
            pieces.append(f"<{tag}>{marked(text[start:end], at + start, *inner)}</{tag}>")
            here = end
    pieces.append(marked(text[here:], at + here, *inner))
    return "".join(pieces)


def is_row(line: str) -> bool:
    """Whether a line is a row of a table, as readers write them.

    >>> is_row("| Hazel | 93.9 % |"), is_row("a | b")
    (True, False)
    """
    return bool(_ROW.fullmatch(line))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.split("\n"):
        yield at, line
        at += len(line) + 1


def _table(lines: Sequence[tuple[int, str]], at: int, layers: Sequence[Layer], columns: str) -> str:
    above = [row for row in columns.split("\n") if is_row(row) and not _RULE.fullmatch(row)]
    names = [cell for _, cell in _cells(above[-1])] if above else []
    rows = ["".join(_cell("th", cell, escaped(cell)) for _, cell in _cells(row)) for row in above]
    ruled = {number - 1 for number, (_, line) in enumerate(lines) if _RULE.fullmatch(line)}
    bodies = 0
    for number, (start, line) in enumerate(lines):
        if _RULE.fullmatch(line):
            continue
        cells = [
            (cell, marked(cell, at + start + inside, *layers)) for inside, cell in _cells(line)
        ]
        if number in ruled:
            names = [text for text, _ in cells]
            rows.append("".join(_cell("th", text, html) for text, html in cells))
        else:
            named = zip(cells, [*names, *[""] * len(cells)], strict=False)
            rows.append("".join(_cell("td", text, html, name) for (text, html), name in named))
            bodies += 1
    few = " few" if names and bodies <= _FEW else ""
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f'<div class="rows{few}" tabindex="0"><table>{body}</table></div>'


def _cell(tag: str, text: str, html: str, name: str = "") -> str:
    short = ' class="short"' if len(text) <= _SHORT else ""
    named = f' data-name="{attribute(harmless(name))}"' if name else ""
    return f'<{tag}{short}{named} dir="auto">{html}</{tag}>'


def _cells(row: str) -> Iterator[tuple[int, str]]:
    """The cells of a row without blanks around them, and where in it each begins."""
    start = 1
    for end in _CELL_END.finditer(row, 1):
        cell = row[start : end.start()]
        yield start + len(cell) - len(cell.lstrip()), cell.strip()
        start = end.end()
