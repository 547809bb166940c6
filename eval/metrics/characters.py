"""Places in documents, compared by the characters that they share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pincite.corpus.types import Span

Place = tuple[str, Span]  # a document and a span in it


def union(places: Iterable[Place]) -> list[Place]:
    """The same characters as disjoint places, in order.

    >>> union([("a", Span(4, 9)), ("a", Span(0, 5)), ("b", Span(1, 2))])
    [('a', Span(start=0, end=9)), ('b', Span(start=1, end=2))]
    """
    merged: list[Place] = []
    for doc, span in sorted(places):
        if merged and merged[-1][0] == doc and span.start <= merged[-1][1].end:
            last = merged[-1][1]
            merged[-1] = (doc, Span(last.start, max(last.end, span.end)))
        else:
            merged.append((doc, span))
    return merged


def size(places: Iterable[Place]) -> int:
    """How many characters there are in the union."""
    return sum(len(span) for _, span in union(places))


def shared(left: Iterable[Place], right: Iterable[Place]) -> int:
    """How many characters stand in both unions."""
    others = union(right)
    return sum(
        max(0, min(a.end, b.end) - max(a.start, b.start))
        for doc, a in union(left)
        for other, b in others
        if doc == other
    )


def first(places: Sequence[Place], budget: int) -> list[Place]:
    """The first ``budget`` characters of the places in their order, the last one cut.

    >>> first([("a", Span(0, 5)), ("a", Span(7, 12))], 6)
    [('a', Span(start=0, end=5)), ('a', Span(start=7, end=8))]
    """
    kept: list[Place] = []
    for doc, span in places:
        if budget <= 0:
            break
        kept.append((doc, Span(span.start, min(span.end, span.start + budget))))
        budget -= len(span)
    return kept
