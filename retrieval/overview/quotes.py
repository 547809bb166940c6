"""What a question about documents is answered with: their openings, or their list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from pincite.corpus.store.rows import Entry
from pincite.corpus.types import Document, Span
from pincite.retrieval.overview.documents import meant
from pincite.retrieval.overview.nouns import is_of_kind
from pincite.retrieval.overview.openings import opening, title
from pincite.retrieval.overview.question import Overview
from pincite.retrieval.reading.quote import Quote, overlap
from pincite.retrieval.reading.reader import Reading

# Documents of a list that are quoted; nobody reads more, and the library's page has all.
LISTED = 50


@dataclass(frozen=True, slots=True)
class OverviewQuotes:
    """The quotes that go first, and whether it is certain that they are what is asked for.

    ``listed`` is how many documents there are, where the quotes are the list of them.
    """

    quotes: tuple[Quote, ...] = ()
    sure: bool = False
    listed: int | None = None

    def before(self, others: Sequence[Quote], limit: int) -> list[Quote]:
        """These, then those of the others that say something else, ``limit`` in all.

        Where these are what is asked for, other documents have nothing to add.
        """
        if self.listed is not None:
            return list(self.quotes)
        named = {quote.document for quote in self.quotes}
        near = [quote for quote in others if not self.sure or quote.document in named]
        apart = [quote for quote in near if not any(overlap(quote, q) for q in self.quotes)]
        return [*self.quotes, *apart][:limit]


def overview_quotes(
    overview: Overview | None,
    entries: Callable[[], Iterable[Entry]],
    scope: Collection[str] | None,
    reading: Reading,
    document_of: Callable[[str], Document],
    limit: int,
) -> OverviewQuotes:
    """What the documents that the question means open with.

    Args:
        overview: what the question asks about documents; None for an ordinary question.
        entries: gives the library's documents, which an ordinary question does without.
        scope: the ids of the documents that are asked; None for all.
        reading: what ordinary search found.
        document_of: a document by its id.
        limit: how many openings at most.
    """
    if overview is None:
        return OverviewQuotes()
    there = [e for e in entries() if e.passages and (scope is None or e.id in scope)]
    if overview.kind == "list" and overview.subject:
        there = [e for e in there if is_of_kind(overview.subject, e.media_type)]
    everything = overview.kind == "about" and not overview.subject
    if not there:
        return OverviewQuotes()
    if overview.kind == "list" or (everything and len(there) > limit):
        lines = [_quote(document_of(e.id), title(document_of(e.id))) for e in there[:LISTED]]
        return OverviewQuotes(tuple(lines), sure=True, listed=len(there))
    if everything:
        return OverviewQuotes(_openings(there, document_of), sure=True)
    words: dict[str, set[str]] = {}
    for hit in reading.hits:  # best first, so the documents come in the order of search
        words.setdefault(hit.stored.document, set()).update(hit.stored.passage.path)
    for id in words:
        document = document_of(id)
        span = opening(document).span
        words[id].add(document.text[span.start : span.end])
    ranks = {id: rank for rank, id in enumerate(words)}
    best = meant(overview, there, words, ranks)
    quotes = _openings(best.entries[:limit], document_of)
    return OverviewQuotes(quotes, sure=best.sure and len(best.entries) <= limit)


def _openings(
    entries: Iterable[Entry], document_of: Callable[[str], Document]
) -> tuple[Quote, ...]:
    quotes = []
    for document in (document_of(entry.id) for entry in entries):
        first = opening(document)
        quote = _quote(document, first.span)
        quotes.append(replace(quote, highlights=tuple((m.start, m.end) for m in first.marks)))
    return tuple(quotes)


def _quote(document: Document, span: Span) -> Quote:
    return Quote(
        document=document.id,
        title=document.title,
        section=document.section_at(span.start).path,
        page=document.page_at(span.start),
        start=span.start,
        end=span.end,
        text=document.text[span.start : span.end],
        highlights=((span.start, span.end),),
        score=1.0,
    )
