"""What is said of a piece of a document that the file holds and does not show, or not all of it."""

from __future__ import annotations

from textwrap import shorten

from pincite.corpus.counts import counted
from pincite.corpus.types import Span
from pincite.retrieval.answer import FoundPassage
from pincite.retrieval.overview.guide import Excerpt
from pincite.retrieval.reading.quote import Quote

_LONGEST = 80  # characters of a stretch that is said; all of it stands in the quote above
_NAMED = 4  # different characters that are called by their numbers


def hidden_notice(item: Quote | FoundPassage | Excerpt) -> str:
    """The sentences that belong under it; empty where all of it can be seen.

    >>> from pincite.corpus.hidden import Hidden
    >>> hidden_notice(Excerpt(0, 4, "Psst", (), None, Hidden(words=((0, 4),))))
    'Hidden text: the file contains it and does not show it.'
    """
    return " ".join(filter(None, [_words(item), _characters(item)]))


def _words(item: Quote | FoundPassage | Excerpt) -> str:
    if not item.hidden.words:
        return ""
    own = Span(item.start, item.end)
    inside = [s for s in item.hidden.words if own.overlaps(Span(*s))]
    if not inside:
        return "Text above it is hidden: the file contains it and does not show it."
    first = inside[0]
    if first[0] <= own.start and own.end <= first[1]:
        return "Hidden text: the file contains it and does not show it."
    said = "; ".join(
        f"“{shorten(item.text[max(0, s - own.start) : e - own.start], _LONGEST, placeholder=' …')}”"
        for s, e in inside
    )
    return f"Partly hidden text: the file does not show {said}."


def _characters(item: Quote | FoundPassage | Excerpt) -> str:
    spans = item.hidden.characters
    if not spans:
        return ""
    signs = [
        sign
        for start, end in spans
        for sign in item.text[max(0, start - item.start) : max(0, end - item.start)]
    ]
    names = [f"U+{ord(sign):04X}" for sign in dict.fromkeys(signs)]
    more = ", …" if len(names) > _NAMED else ""
    called = f" ({', '.join(names[:_NAMED])}{more})" if names else ""
    total = sum(end - start for start, end in spans)
    return f"It has {counted(total, 'invisible character')}{called}."
