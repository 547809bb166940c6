"""Which passages become quotes, made whole, and which of their sentences are marked.

A passage holds an answer where a lone sentence misses it: it is ranked by what it says as a whole
and by its best sentence, and shown with that sentence marked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pincite.corpus.types import Document
from pincite.retrieval.query import Query
from pincite.retrieval.reading.context import context
from pincite.retrieval.reading.quote import Place, Quote
from pincite.retrieval.reading.reader import Candidate, Reading
from pincite.retrieval.reading.whole import below, whole
from pincite.retrieval.search.analysis import content_terms, terms
from pincite.retrieval.search.search import Hit

# The share of a passage's own rank beside its best sentence's score. On dev_daily and the article's
# dev questions 0.7 is best for the first quote, 0.3 for three; all from 0.3 to 1 are within the
# noise: pincite eval with --config passage_share=….
PASSAGE_SHARE = 0.7


def choose(
    query: Query,
    reading: Reading,
    document_of: Callable[[str], Document],
    limit: int,
    share: float = PASSAGE_SHARE,
) -> list[Quote]:
    """The best one to ``limit`` quotes, best first, never two that overlap or say the same words.

    A passage in a better quote gives it another highlight, the same words elsewhere another place.
    A passage that only repeats the question leads to what stands under it.

    Args:
        query: the question.
        reading: the passages and their sentences.
        document_of: a document by its id.
        limit: how many quotes at most.
        share: of a passage's own rank beside its best sentence, in [0, 1].
    """
    asked = query.terms
    quotes: list[Quote] = []
    for hit, best, score in ranked(reading, share):
        document = document_of(hit.stored.document)
        quote = _quote(hit, best, round(score, 4), document, asked)
        mine = next((i for i, q in enumerate(quotes) if _overlap(q, quote)), None)
        twin = next((i for i, q in enumerate(quotes) if _same_words(q, quote)), None)
        if mine is not None:
            quotes[mine] = _highlighted(quotes[mine], quote)
        elif twin is not None:
            quotes[twin] = replace(quotes[twin], places=(*quotes[twin].places, _place(quote)))
        elif len(quotes) < limit:
            quotes.append(quote)
    return quotes


def ranked(reading: Reading, share: float = PASSAGE_SHARE) -> list[tuple[Hit, Candidate, float]]:
    """The passages with their best sentence and their score in [0, 1], best first."""
    best: dict[int, Candidate] = {}
    for candidate in reading.candidates:
        best.setdefault(candidate.passage, candidate)
    scored = [
        (hit, best[id], share * hit.score + (1 - share) * best[id].score)
        for hit in reading.hits
        if (id := hit.stored.id) in best
    ]
    return sorted(scored, key=lambda item: (-item[2], item[0].stored.id))


def _quote(
    hit: Hit, best: Candidate, score: float, document: Document, asked: frozenset[str]
) -> Quote:
    """The passage as a quote, or what stands under it where it only repeats the question."""
    passage = hit.stored.passage
    span, marked, heading = whole(document, passage), best.span, None
    if _adds_nothing(document.text[span.start : span.end], asked):
        under = below(document, span)
        if under is not None:
            span, marked, heading = under, under, span
    return Quote(
        document=document.id,
        title=document.title,
        section=document.section_at(span.start).path,
        page=document.page_at(span.start),
        start=span.start,
        end=span.end,
        text=document.text[span.start : span.end],
        highlights=((marked.start, marked.end),),
        score=score,
        context=context(document, passage, span, best, heading),
    )


def _adds_nothing(text: str, asked: frozenset[str]) -> bool:
    """Whether a text has no word of meaning that the question has not."""
    return asked.issuperset(content_terms(text)) if len(text) <= _LONGEST_HEADING else False


_LONGEST_HEADING = 200  # code points; what is longer says more than a heading or a question


def _overlap(one: Quote, other: Quote) -> bool:
    return one.document == other.document and one.span.overlaps(other.span)


def _same_words(one: Quote, other: Quote) -> bool:
    return one.text == other.text or terms(one.text) == terms(other.text)


def _highlighted(quote: Quote, other: Quote) -> Quote:
    inside = {(s, e) for s, e in other.highlights if quote.start <= s and e <= quote.end}
    return replace(quote, highlights=tuple(sorted({*quote.highlights, *inside})))


def _place(quote: Quote) -> Place:
    return Place(quote.document, quote.title, quote.section, quote.page, quote.start, quote.end)
