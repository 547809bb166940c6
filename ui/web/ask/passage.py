"""A passage as HTML: its rows as a table, its other lines as they are, parts of it marked.

Pure functions, and every word from outside escaped.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate, groupby

from pincite.corpus.hidden import Hidden
from pincite.corpus.types import Document, Span
from pincite.ui.text.control_characters import harmless
from pincite.ui.text.table_rows import cells, is_row, is_rule
from pincite.ui.web.html import Html, attribute, escaped

_SHORT = 12  # characters of a cell that is never broken: a date, a code, an amount
_FEW = 3  # rows that a narrow window shows value by value


class Layer:
    """An element's name, and the spans of the document that it goes around."""

    def __init__(self, tag: str, spans: Iterable[tuple[int, int]]) -> None:
        self.tag = tag
        self._spans = sorted(spans)
        # How far they go up to each. A long table has many spans and many cells: none is to be
        # looked for among all.
        self._furthest = list(accumulate((end for _, end in self._spans), max))

    def near(self, start: int, end: int) -> Sequence[tuple[int, int]]:
        """The spans that may overlap this one, all that do among them, by where they begin."""
        first = bisect_right(self._furthest, start)
        return self._spans[first : bisect_left(self._spans, (end,))]


def passage(text: str, at: int, *layers: Layer, columns: str = "", few: int = _FEW) -> Html:
    """The passage, each row of a table in a row.

    Args:
        text: what stands in the document from offset ``at`` on.
        at: a code point offset; the layers count from the same beginning.
        layers: what is marked, the outermost element first.
        columns: the row that names the columns of the table that ``text`` begins in.
        few: how many rows a narrow window shows value by value.
    """
    pieces: list[Html] = []
    for in_table, lines in groupby(_lines(text), key=lambda line: is_row(line[1])):
        block = list(lines)
        if in_table:
            pieces.append(_table(block, at, layers, "" if pieces else columns, few))
        else:
            start, last = block[0][0], block[-1]
            words = text[start : last[0] + len(last[1])]
            if words.strip():
                pieces.append(marked(words, at + start, *layers))
    return Html().join(pieces)


def hidden_layer(document: Document, shown: Span) -> Layer:
    """Marks what of ``shown`` the file holds and does not show, in an element of our own."""
    return Layer("hidden-words", Hidden.of(document, shown).words)


def marked(text: str, at: int, *layers: Layer) -> Html:
    """The words with the layers' elements around their spans; overlapping ones lose no word."""
    if not layers:
        return escaped(text)
    layer, *inner = layers
    pieces, here = [], 0
    for start, end in layer.near(at, at + len(text)):
        start, end = max(start - at, here), min(end - at, len(text))
        if start < end:
            pieces.append(marked(text[here:start], at + here, *inner))
            words = marked(text[start:end], at + start, *inner)
            pieces.append(Html("<{tag}>{words}</{tag}>").format(tag=layer.tag, words=words))
            here = end
    pieces.append(marked(text[here:], at + here, *inner))
    return Html().join(pieces)


def _lines(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for line in text.split("\n"):
        yield at, line
        at += len(line) + 1


def _table(
    lines: Sequence[tuple[int, str]], at: int, layers: Sequence[Layer], columns: str, few: int
) -> Html:
    above = [row for row in columns.split("\n") if is_row(row) and not is_rule(row)]
    names = [cell for _, cell in cells(above[-1])] if above else []
    rows = [
        Html().join(_cell("th", cell, escaped(cell)) for _, cell in cells(row)) for row in above
    ]
    ruled = {number - 1 for number, (_, line) in enumerate(lines) if is_rule(line)}
    bodies = 0
    for number, (start, line) in enumerate(lines):
        if is_rule(line):
            continue
        drawn = [(cell, marked(cell, at + start + inside, *layers)) for inside, cell in cells(line)]
        if number in ruled:
            names = [text for text, _ in drawn]
            rows.append(Html().join(_cell("th", text, html) for text, html in drawn))
        else:
            named = zip(drawn, [*names, *[""] * len(drawn)], strict=False)
            rows.append(Html().join(_cell("td", text, html, name) for (text, html), name in named))
            bodies += 1
    kind = "rows few" if names and bodies <= few else "rows"
    body = Html().join(Html("<tr>{row}</tr>").format(row=row) for row in rows)
    return Html('<div class="{kind}" tabindex="0"><table>{body}</table></div>').format(
        kind=kind, body=body
    )


def _cell(tag: str, text: str, html: Html, name: str = "") -> Html:
    short = Html(' class="short"') if len(text) <= _SHORT else Html()
    named = Html(' data-name="{name}"').format(name=attribute(harmless(name))) if name else Html()
    return Html('<{tag}{short}{named} dir="auto">{html}</{tag}>').format(
        tag=tag, short=short, named=named, html=html
    )
