"""Which passages become quotes, made whole, and which of their sentences are marked.

A passage holds an answer where a lone sentence misses it, so passages are shown by their own rank,
with their best sentence marked. Where one sentence stands out in a passage of a low rank, it is
that sentence's passage that the last quote shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

from pincite.corpus.types import Document, Passage, Span
from pincite.retrieval.query import Query
from pincite.retrieval.reading.context import context
from pincite.retrieval.reading.lists import run_on
from pincite.retrieval.reading.quote import Place, Quote, overlap
from pincite.retrieval.reading.ranking import best_sentences, rank
from pincite.retrieval.reading.reader import Reading
from pincite.retrieval.reading.repeats import QUESTION_MARKS, Repeats, under
from pincite.retrieval.reading.whole import LONGEST_LIST, tight, whole, with_edges
from pincite.retrieval.search.analysis import content_terms
from pincite.retrieval.search.search import Hit

_WORD = re.compile(r"\w+")
# A sentence is marked that scores at least this share of the best one; a passage beside the first
# without such a sentence is shown and nothing in it marked. Fitted for sentences as quotes, where
# less brought wrong ones (pincite eval eval/gold/ai_safety --split dev: quote_precision).
_LEAST_MARKED = 0.7
# Code points of passages of one paragraph that are quoted as one: to 900 they gave .712/.868, to
# 1,200 .721/.870; apart .704/.863 (the same).
LONGEST_JOINED = 1200
_STATEMENT = 5  # words of a heading that may say something: "The dock is closed in May"
_LONGEST_HEADING = 200  # code points; what is longer says more than a heading or a question


def choose(
    query: Query, reading: Reading, document_of: Callable[[str], Document], limit: int
) -> list[Quote]:
    """The best one to ``limit`` quotes, best first, never two that overlap or say the same words.

    A passage inside a better quote gives it another highlight, the same words elsewhere another
    place. A passage that only repeats the question leads to what stands under it.

    Args:
        query: the question.
        reading: the passages, best first, and their sentences, best first.
        document_of: a document by its id.
        limit: how many quotes at most.
    """
    choice = _Choice(query, reading, document_of)
    choice.take(choice.by_rank, max(1, limit - 1))
    choice.take(choice.by_sentence, limit)
    choice.take(choice.by_rank, limit)
    return choice.quotes


class _Choice:
    """The quotes so far, and the passages that they are chosen from."""

    def __init__(
        self, query: Query, reading: Reading, document_of: Callable[[str], Document]
    ) -> None:
        self.quotes: list[Quote] = []
        self._asked = query.terms
        self._repeats = Repeats.of(query)
        self._content = frozenset(content_terms(query.spelling))
        self._document_of = document_of
        self._best = best_sentences(reading)
        self._answers = reading.answers
        self._lists = query.lists
        self.by_rank = rank(query, reading, document_of)
        hits = {hit.stored.id: hit for hit in self.by_rank}
        self.by_sentence = [hits[id] for id in self._best if id in hits]
        self._least = _LEAST_MARKED * max((c.score for c in reading.candidates), default=0.0)
        self._seen: set[int] = set()
        self._made: dict[tuple[int, bool, tuple[Span, ...]], Quote] = {}

    def take(self, hits: Iterable[Hit], limit: int) -> None:
        """Quote passages that were not looked at yet, up to ``limit`` quotes in all.

        Once there are as many, the others can only add highlights and places to them.
        """
        for hit in map(self._under, hits):
            if hit.stored.id in self._seen:
                continue
            if self._add(self._quote(hit), limit):
                self._seen.add(hit.stored.id)

    def _add(self, quote: Quote, limit: int) -> bool:
        """Make it part of the quotes; False where it is one too many, and may come in later."""
        words = _words(quote.text)
        if (same := self._index(lambda other: overlap(other, quote))) is not None:
            self.quotes[same] = _highlighted(self.quotes[same], quote)
        elif (beside := self._index(lambda other: self._joins(other, quote))) is not None:
            self.quotes[beside] = self._joined(self.quotes[beside], quote)
        elif (twin := self._index(lambda other: _words(other.text) == words)) is not None:
            self.quotes[twin] = _also_at(self.quotes[twin], quote)
        elif len(self.quotes) < limit:
            self.quotes.append(quote)
        else:
            return False
        return True

    def _index(self, fits: Callable[[Quote], bool]) -> int | None:
        return next((i for i, quote in enumerate(self.quotes) if fits(quote)), None)

    def _joins(self, quote: Quote, other: Quote) -> bool:
        """Whether nothing but a blank is between two quotes of one paragraph."""
        first, second = sorted([quote, other], key=lambda q: q.start)
        if quote.document != other.document or second.end - first.start > LONGEST_JOINED:
            return False
        between = self._document_of(quote.document).text[first.end : second.start]
        return not between.strip() and "\n" not in between

    def _joined(self, quote: Quote, other: Quote) -> Quote:
        """The better quote, with what stands beside it."""
        start, end = min(quote.start, other.start), max(quote.end, other.end)
        first = min(quote, other, key=lambda q: q.start)
        return replace(
            quote,
            start=start,
            end=end,
            text=self._document_of(quote.document).text[start:end],
            highlights=tuple(sorted({*quote.highlights, *other.highlights})),
            answer=quote.answer or other.answer,
            context=first.context,
        )

    def _under(self, hit: Hit) -> Hit:
        """The best passage under a heading that is not quoted yet, in place of the heading."""
        passage = hit.stored.passage
        document = self._document_of(hit.stored.document)
        text = document.text[passage.span.start : passage.span.end]
        if passage.kind != "heading" or self._states(text):
            return hit
        path = document.section_at(passage.span.start).path
        inside = (
            other
            for other in self.by_rank
            if other.stored.document == hit.stored.document
            and other.stored.id not in self._seen
            and other.stored.passage.kind != "heading"
            and other.stored.passage.path[: len(path)] == path
        )
        return next(inside, hit)

    def _quote(self, hit: Hit) -> Quote:
        """The passage as a quote. A passage is looked at several times, and made a quote once."""
        beside = tuple(q.span for q in self.quotes if q.document == hit.stored.document)
        key = hit.stored.id, bool(self.quotes), beside
        if key not in self._made:
            self._made[key] = self._new_quote(hit)
        return self._made[key]

    def _new_quote(self, hit: Hit) -> Quote:
        """The passage as a quote, or what stands under it where it only repeats the question."""
        document = self._document_of(hit.stored.document)
        passage, best = hit.stored.passage, self._best[hit.stored.id]
        span, marked, heading = whole(document, passage), best.span, None
        if passage.kind == "prose":
            span = with_edges(document, span, best)
        if self._lists:
            span = run_on(document, span, LONGEST_LIST)
        span = self._beside(document, hit.stored.document, span, marked)
        is_marked = not self.quotes or best.score >= self._least
        answer = self._answer(hit, span, marked) if is_marked else None
        marks = [marked]
        if answer is not None:
            marks = [s for s in passage.sentences if s.overlaps(answer)]
        if self._only_asks(document.text[span.start : span.end], passage):
            block = under(document, span, self._repeats)
            if block is not None:
                span, marks, heading = block, [block], span
                answer = None
        elif self._repeats(document.text[marked.start : marked.end]):
            rest = tight(document.text, marked.end, span.end)
            if rest:  # what stands under the question in its own paragraph
                marks, answer = [rest], None
        return Quote(
            document=hit.stored.document,
            title=document.title,
            section=document.section_at(span.start).path,
            page=document.page_at(marks[0].start if is_marked else span.start),
            start=span.start,
            end=span.end,
            text=document.text[span.start : span.end],
            highlights=tuple((s.start, s.end) for s in marks) if is_marked else (),
            answer=None if answer is None else (answer.start, answer.end),
            score=round(hit.score, 4),
            context=context(document, passage, span, best, heading),
        )

    def _answer(self, hit: Hit, span: Span, marked: Span) -> Span | None:
        """The words of the marked sentence that answer, where a cross-encoder believes so."""
        answer = self._answers.get(hit.stored.id)
        if self._lists or answer is None or answer.span is None or answer.logit <= 0:
            return None
        fits = span.contains(answer.span) and marked.overlaps(answer.span)
        return answer.span if fits else None

    def _beside(self, document: Document, id: str, span: Span, marked: Span) -> Span:
        """``span`` without what better quotes show already, if its marked words are beside it."""
        for quote in self.quotes:
            if quote.document != id or not quote.span.overlaps(span):
                continue
            if quote.end <= marked.start:
                span = tight(document.text, quote.end, span.end)
            elif marked.end <= quote.start:
                span = tight(document.text, span.start, quote.start)
        return span

    def _only_asks(self, text: str, passage: Passage) -> bool:
        """Whether it is a heading, or a question without a word of meaning of its own."""
        if len(text) > _LONGEST_HEADING:
            return False
        if passage.kind == "heading":
            return not self._states(text)
        if self._repeats(text):
            return True
        return text.endswith(QUESTION_MARKS) and self._asked.issuperset(content_terms(text))

    def _states(self, heading: str) -> bool:
        """Whether a heading is a sentence that says something of all that is asked."""
        words = frozenset(content_terms(heading))
        own = not self._asked >= words
        return own and self._content <= words and len(heading.split()) >= _STATEMENT


@lru_cache(maxsize=256)  # each quote is held against every passage that was read
def _words(text: str) -> list[str]:
    """What is the same where a mail is cited with marks before its lines."""
    return _WORD.findall(text.casefold()) or [text]


def _highlighted(quote: Quote, other: Quote) -> Quote:
    inside = {(s, e) for s, e in other.highlights if quote.start <= s and e <= quote.end}
    return replace(quote, highlights=tuple(sorted({*quote.highlights, *inside})))


def _also_at(quote: Quote, other: Quote) -> Quote:
    place = Place(other.document, other.title, other.section, other.page, other.start, other.end)
    known = any(
        place.document == p.document and place.start < p.end and p.start < place.end
        for p in quote.places
    )
    return quote if known else replace(quote, places=(*quote.places, place))
