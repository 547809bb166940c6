"""Passages that are a list, for questions that ask for one (`search/list_question.py`).

"What do I have to bring" is answered by the list under "What to bring", and not by the paragraph
before it, which has more of the question's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from pincite.corpus.types import Document, Passage, Span
from pincite.retrieval.search.analysis import terms
from pincite.retrieval.search.lexical import Wanted

# Of dev_daily's 24 list questions, with passages ranked by their scores alone, 10 first quotes are
# right; with .2 for a list and .3 for one whose heading has all words of the question 13, with .2
# and .5 16, and no question of another kind is worse off (docs/decisions/lists-and-parts.md).
_IS_LIST, _BY_HEADING = 0.2, 0.5
_FEWEST = 3  # lines, or words between commas, that make a list
_SHORT_ITEM = 5  # words of what stands between two commas of one
_MANY_COMMAS = 5
_UNPUNCTUATED = 0.6  # of a list's lines
_LINES = re.compile(r"\n+")
_SENTENCE_END = (".", "!", "?", ":")
_BREAK = "\n\n"
_ITEM = re.compile(r"\s*(?:[-*•·–]|\d+[.)]|[a-z][.)])\s")
_LONGEST_HEADING = 12  # words


def list_bonus(passage: Passage, document: Document, wanted: Sequence[Wanted]) -> float:
    """What a passage is worth more to a question that asks for a list, in [0, 0.7].

    A list is the more worth the more of the question stands over it, in its heading or lead-in.
    """
    text = document.text
    span = passage.span
    listed = passage.kind == "list" or (
        passage.kind == "prose" and is_list(text[span.start : span.end])
    )
    if not listed:
        return 0.0
    leads = [text[s.start : s.end] for s in passage.context[0]] if passage.context else []
    over = frozenset(terms("\n".join([*passage.path[-1:], *leads])))
    total = sum(one.weight for one in wanted) or 1.0
    return _IS_LIST + _BY_HEADING * sum(w.weight for w in wanted if w.covered_by(over)) / total


def is_list(text: str) -> bool:
    """Whether prose is a list by its look: lines without an end, or many short things in a row."""
    lines = [line for line in map(str.rstrip, _LINES.split(text)) if line.strip()]
    open_ended = sum(not line.endswith(_SENTENCE_END) for line in lines)
    if len(lines) >= _FEWEST and open_ended >= _UNPUNCTUATED * len(lines):
        return True
    commas = text.count(", ")
    return commas >= _MANY_COMMAS and len(text.split()) < _SHORT_ITEM * (commas + 1)


def run_on(document: Document, span: Span, longest: int) -> Span:
    """``span`` with the list that follows it at once, below one heading at most.

    It stops before a note, or what is cited from elsewhere.
    """
    text = document.text
    apart = [region.span.start for region in document.regions if region.span.start >= span.end]
    end = min([len(text), span.start + longest, *apart])
    for block in islice(_blocks(text, span.end, end), 2):
        words = text[block.start : block.end]
        if _ITEM.match(words) or is_list(words):
            return Span(span.start, block.end)
        if len(words.split()) > _LONGEST_HEADING:
            break
    return span


def _blocks(text: str, start: int, end: int) -> Iterator[Span]:
    """What stands between blank lines and ends by ``end``; not what is cut off there."""
    while start < end:
        stop = text.find(_BREAK, start, end)
        if stop < 0 and text[end : end + 1].strip():
            return
        stop = end if stop < 0 else stop
        if text[start:stop].strip():
            yield Span(start, start + len(text[start:stop].rstrip()))
        start = stop + len(_BREAK)
