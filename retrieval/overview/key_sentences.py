"""The sentences of a document that say most of it, by the vectors that the library stores.

A sentence is central where its vector is near to the mean of all of them, the centroid (Radev,
Jing, Styś and Tam 2004, Centroid-based summarization of multiple documents). Maximal marginal
relevance keeps a second one of the same meaning out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np

from pincite.corpus.line_patterns import ITEM
from pincite.corpus.types import Document, Passage, Span
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.reading.context import points_back
from pincite.retrieval.reading.reference_sections import is_apparatus
from pincite.retrieval.search.diversity import diverse

FEWEST, MOST = 3, 5  # key sentences, where the document has so many that can be
_ONE_IN = 3  # a short document has fewer than MOST
# Set by hand, as is usual: data tells what answers a question, not what sums a text up.
_CENTRALITY = 0.8  # against unlikeness to those already chosen
_SHORTEST, _LONGEST = 20, 400  # code points of a sentence
_KINDS = frozenset({"prose", "list"})
_CITED = frozenset({"quoted", "note", "references"})
_WHOLE = re.compile(r"[.!。！．][\"'”’»)\]]*$")
_MARKS = re.compile(r"\W+")
_OPENING_MARKS = re.compile(r"(?:[*_#>]+\s+|\s+)*")
# What goes on from the sentence before, or begins in the middle of one.
_GOES_ON = re.compile(
    r"[\W_]*(?:However|Moreover|Furthermore|And|But|Or|So|Then|Thus|Hence|Therefore|Otherwise"
    r"|Also|Instead|Similarly|Likewise|Additionally|In addition|For example|For instance"
    r"|As a result|Finally|In contrast|On the other hand)\b"
)


@dataclass(frozen=True, slots=True)
class EmbeddedPassage:
    """A passage with its stored unit vectors ``(1 + sentences, dimension)``, its own first."""

    passage: Passage
    vectors: Vectors


def key_sentences(
    document: Document, passages: Sequence[EmbeddedPassage], lead: Span | None = None
) -> list[Span]:
    """Three to five sentences that differ, in the order of the document; none that the lead has.

    Fewer where there are fewer: what is cited, hidden, a note, a question, a row or a piece of a
    sentence is none.
    """
    spans, rows = [], []
    words: set[str] = set()
    for span, vector in _candidates(document, passages):
        said = _MARKS.sub(" ", document.text[span.start : span.end].casefold())
        if said not in words and not (lead and span.overlaps(lead)):
            words.add(said)
            spans.append(span)
            rows.append(vector)
    if not spans:
        return []
    mean = np.mean(rows, axis=0)
    centroid = mean / max(float(np.linalg.norm(mean)), 1e-9)
    k = min(max(len(spans) // _ONE_IN, FEWEST), MOST)
    return sorted(spans[i] for i in diverse(centroid, rows, k, _CENTRALITY))


class OwnText:
    """Tells which spans of a document have nothing quoted from elsewhere, no note, nothing hidden.

    >>> from pincite.corpus.types import Region, Section
    >>> note = Region(Span(4, 9), "note")
    >>> own = OwnText(Document("a", "a", "One. Two.", (Section(Span(0, 9)),), regions=(note,)))
    >>> own.has(Span(0, 4)), own.has(Span(2, 6))
    (True, False)
    """

    def __init__(self, document: Document) -> None:
        regions = sorted((r.span.start, r.span.end) for r in document.regions)
        self._starts = [start for start, _ in regions]
        self._ends = list(accumulate((end for _, end in regions), max))

    def has(self, span: Span) -> bool:
        """Whether all of the span is the document's own text."""
        before = bisect_left(self._starts, span.end)  # the regions that begin before its end
        return before == 0 or self._ends[before - 1] <= span.start


def own_sentences(
    document: Document, passages: Sequence[Passage]
) -> Iterator[tuple[Passage, Span, int]]:
    """The sentences of the document's own text, each with its passage and its number there."""
    own = OwnText(document)
    for passage in passages:
        cited = passage.kind in _CITED or is_apparatus(passage.path)
        if not passage.hidden and not cited:
            for number, span in enumerate(passage.sentences):
                if own.has(span):
                    yield passage, span, number


def _candidates(
    document: Document, passages: Sequence[EmbeddedPassage]
) -> Iterator[tuple[Span, Vectors]]:
    vectors = {one.passage.span: one.vectors for one in passages}
    for passage, span, number in own_sentences(document, [one.passage for one in passages]):
        words = _without_marks(document.text, span)
        if passage.kind in _KINDS and _stands_alone(document.text[words.start : words.end]):
            yield words, vectors[passage.span][1 + number]


def _without_marks(text: str, span: Span) -> Span:
    """A sentence without the mark of an item or of emphasis before it."""
    item = ITEM.match(text, span.start, span.end)
    start = _OPENING_MARKS.match(text, item.end() if item else span.start, span.end)
    return Span(start.end() if start else span.start, span.end)


def _stands_alone(said: str) -> bool:
    """Whether it is a whole sentence that needs none before it, and tells something."""
    whole = _SHORTEST <= len(said) <= _LONGEST and _WHOLE.search(said)
    letter = next(filter(str.isalpha, said), "")
    return bool(whole) and not (letter.islower() or points_back(said) or _GOES_ON.match(said))
