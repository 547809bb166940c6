"""What a sentence needs from before it: an item its lead-in and the items over it, a row its own.

"- mussels" says nothing without "Gulls eat:", and neither does a row without the sentence that
announces its table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain, pairwise, takewhile, tee
from typing import NamedTuple

from pincite.corpus.line_patterns import ITEM, LETTERED
from pincite.corpus.types import Span
from pincite.ingest.cutting.blocks import Block

_ANNOUNCES = re.compile(r"[:：][*_]*$")
_ENDS = frozenset(".!?…。！？,;")
_LONGEST_CAPTION = 120  # characters; what is longer says something by itself
_MOST_PARENTS = 2  # items over an item; more would say more than the item itself
_NUMBER, _LETTERS = re.compile(r"\d+"), re.compile(r"[^\W\d_]+")


class _Open(NamedTuple):
    """An item that others may stand under."""

    indent: int
    style: str
    span: Span
    announces: bool


class Context(NamedTuple):
    """What stands over a sentence, the outermost first, and whether it leads what follows in."""

    spans: tuple[Span, ...] = ()
    leads: bool = False


def contexts(text: str, sentences: Iterable[tuple[Span, Block]]) -> Iterator[Context]:
    """The context of each sentence, in order; ``sentences`` come with the block they stand in."""
    one, other = tee(sentences)
    opens = (_opens_group(text, above, here) for above, here in pairwise(other))
    return map(Context, _over(text, one), chain(opens, [False]))


def announces(text: str, span: Span) -> bool:
    """Whether ``text[span]`` ends with a colon, be it in bold."""
    return bool(_ANNOUNCES.search(text, max(span.start, span.end - 4), span.end))


def _over(text: str, sentences: Iterable[tuple[Span, Block]]) -> Iterator[tuple[Span, ...]]:
    lead: tuple[Span, ...] = ()  # what announces the open list or table
    items: list[_Open] = []
    above: tuple[Span, Block] | None = None
    for span, block in sentences:
        first = span.start == block.span.start
        new = first and not (above and above[1].kind == block.kind)
        if new and (block.kind == "row" or (block.kind == "item" and not items)):
            lead = (above[0],) if above and _opens_group(text, above, (span, block)) else ()
        if block.kind == "item":
            if first:
                _close(text, items, span, block)
            parents = tuple(item.span for item in items if item.span != span)
            yield (*lead, *parents[-_MOST_PARENTS:])
        else:
            indented = block.kind == "code" or (block.kind == "prose" and _indent(text, span))
            if not (items and indented):
                items.clear()
            yield lead if block.kind == "row" else ()
        above = (span, block)


def _close(text: str, items: list[_Open], span: Span, block: Block) -> None:
    """Take from ``items`` those that the item at ``span`` does not stand under, and add it."""
    here = _Open(_indent(text, span), _style(text, block.span), span, announces(text, span))
    while items and items[-1].indent > here.indent:
        items.pop()
    beside = list(takewhile(lambda item: item.indent == here.indent, reversed(items)))
    if here.style in (item.style for item in beside):
        while items.pop().style != here.style:
            pass
    elif beside and not (beside[0].announces or here.style.startswith(beside[0].style)):
        items.pop()
    items.append(here)


def _opens_group(text: str, above: tuple[Span, Block], here: tuple[Span, Block]) -> bool:
    """Whether the sentence above leads in the list, table or code that ``here`` opens.

    It does so with a colon. Over a table or a list, it also does directly above it, and as a
    caption: a short paragraph that is no sentence.
    """
    (before, block), (span, opened) = above, here
    if block.kind != "prose" or opened.kind not in ("item", "row", "code"):
        return False
    if block.apparatus != opened.apparatus:
        return False
    if opened.kind == "code" or announces(text, before):
        return announces(text, before)
    caption = before == block.span and len(before) <= _LONGEST_CAPTION
    is_sentence = text[before.end - 1] in _ENDS
    return (caption and not is_sentence) or text.count("\n", before.end, span.start) <= 1


def _indent(text: str, span: Span) -> int:
    """How many blanks stand before ``span`` in its line."""
    start = span.start
    while start and text[start - 1] in " \t":
        start -= 1
    return span.start - start


def _style(text: str, span: Span) -> str:
    """The item's mark with "1" for numbers and "a" for letters."""
    end = min(span.end, span.start + 40)
    mark = ITEM.match(text, span.start, end) or LETTERED.match(text, span.start, end)
    return _LETTERS.sub("a", _NUMBER.sub("1", mark[0].strip())) if mark else ""
