"""A passage made whole: the paragraph, the list or the short table that it was cut from."""

from __future__ import annotations

from bisect import bisect_right
from itertools import islice

from pincite.corpus.types import Document, Passage, Span
from pincite.retrieval.reading.reader import Candidate

LONGEST = 900  # code points; shown outside the product on dev_daily, where 600 and 1,200 gave less
LONGEST_LIST = 2000  # a list is an answer only as a whole
_BREAK = "\n\n"


def whole(document: Document, passage: Passage) -> Span:
    """The passage's own block between blank lines, or the passage where that would be too long.

    It never leaves the passage's section.
    """
    longest = LONGEST_LIST if passage.kind == "list" else LONGEST
    span = block(document, passage.span, longest)
    return passage.span if span is None or len(span) > longest else span


def with_edges(document: Document, span: Span, best: Candidate) -> Span:
    """``span`` with the sentences beside ``best``, where it stands at an edge of the span.

    A passage that was cut from a long paragraph may end before what its last sentence announces.
    None is taken from another paragraph.
    """
    for near in (*best.before[:1], *best.after[:1]):
        start, end = min(span.start, near.start), max(span.end, near.end)
        between = document.text[near.end : span.start] or document.text[span.end : near.start]
        if end - start <= LONGEST and _BREAK not in between:
            span = Span(start, end)
    return span


def block(document: Document, span: Span, longest: int) -> Span | None:
    """From the blank line before ``span`` to the one after it, inside its section's prose.

    No more than some ``longest`` code points on either side are looked at: None where it is longer.
    """
    text, section = document.text, document.section_at(span.start)
    first = section.body if section.body <= span.start else section.span.start
    last = section.span.end
    # A limit at a word, because a block is longer than that only if it has words beyond it.
    low, high = max(first, span.start - longest), min(last, span.end + longest)
    while first < low and text[low].isspace():
        low -= 1
    while high < last and text[high - 1].isspace():
        high += 1
    before = text.rfind(_BREAK, low, span.start)
    after = text.find(_BREAK, span.end, high)
    if (before < 0 and first < low) or (after < 0 and high < last):
        return None
    start = first if before < 0 else before
    end = last if after < 0 else after
    return tight(text, min(start, span.start), max(end, span.end))


def below(document: Document, span: Span) -> Span | None:
    """The first block of text under ``span``, which is a heading or a question, if there is one.

    What stands under a heading may be a section of its own, so this one may leave the section.
    """
    text = document.text
    sections = document.sections
    first = bisect_right(sections, span.end, key=lambda section: section.span.end)
    for section in islice(sections, first, None):
        start = max(section.body, span.end)
        end = min(section.span.end, start + LONGEST)
        rest = text[start:end]
        if rest.strip():
            blank = len(rest) - len(rest.lstrip())
            cut = text.find(_BREAK, start + blank, end)
            return tight(text, start, end if cut < 0 else cut)
    return None


def tight(text: str, start: int, end: int) -> Span:
    """``text[start:end]`` without the blanks around it."""
    piece = text[start:end]
    return Span(start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip()))
