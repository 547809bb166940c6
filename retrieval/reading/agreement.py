"""How many documents stand behind an answer, which is what makes one of them worth less."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pincite.corpus.types import Document, Span
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.reading.reader import PassageAnswer, Reading
from pincite.retrieval.search.analysis import content_terms

_WORD = re.compile(r"\w+")
_NO = re.compile(
    r"\b(?:no|not|never|none|neither|nor|nobody|nothing|without|cannot|\w+n['’]t)\b", re.I
)
_LEAST = 0.5  # of the longer answer's terms: "Bostrom" and "Nick Bostrom" are one answer


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who stands behind an answer. It counts documents, and says nothing of whether they are right.

    Attributes:
        documents: how many documents have one of the quotes, or the same words at another place.
        agreeing: how many documents give the first quote's answer, each in words of its own: copies
            count once. It is the least there are, because only passages count that the
            cross-encoder read (`rerank`). None where it names no words that answer.
        together: whether all documents with a quote came into the library at once, in one upload or
            one run of ingest, and others did not. One document alone came so.
    """

    documents: int
    agreeing: int | None
    together: bool


def agreement(
    quotes: Sequence[Quote],
    reading: Reading,
    document_of: Callable[[str], Document],
    added_together: Callable[[frozenset[str]], bool],
) -> Agreement | None:
    """What the quotes and the passages that were read say of it; None without quotes.

    Args:
        quotes: those of the answer, best first.
        reading: the passages, with the words of each that answer.
        document_of: a document by its id.
        added_together: whether documents with these ids came in together, and others did not.
    """
    if not quotes:
        return None
    sources = frozenset(quote.document for quote in quotes)
    places = {place.document for quote in quotes for place in quote.places}
    return Agreement(
        documents=len(sources | places),
        agreeing=_agreeing(quotes[0], reading, document_of),
        together=added_together(sources),
    )


def same_answer(one: str, other: str) -> bool:
    """Whether two answers have the same words of meaning, or one some more of them; figures and
    negations must be the same.

    >>> same_answer("Nick Bostrom", "by Bostrom"), same_answer("in 1997", "in May 1998")
    (True, False)
    >>> same_answer("it is safe", "it is not safe")
    False
    """
    a, b = frozenset(content_terms(one)), frozenset(content_terms(other))
    short, long = sorted([a, b], key=len)
    figures = [{term for term in terms if any(map(str.isdigit, term))} for terms in (a, b)]
    return (
        bool(short)
        and short <= long
        and len(short) >= _LEAST * len(long)
        and figures[0] == figures[1]
        and bool(_NO.search(one)) == bool(_NO.search(other))
    )


def _agreeing(first: Quote, reading: Reading, document_of: Callable[[str], Document]) -> int | None:
    if first.answer is None:
        return None
    said = first.text[first.answer[0] - first.start : first.answer[1] - first.start]
    wordings = [(first.document, _words(first.text))]
    for id, span in _answers(reading.answers):
        stored = next(hit.stored for hit in reading.hits if hit.stored.id == id)
        text = document_of(stored.document).text
        if stored.document != first.document and same_answer(said, text[span.start : span.end]):
            whole = stored.passage.span
            wordings.append((stored.document, _words(text[whole.start : whole.end])))
    return _groups(wordings)


def _answers(answers: Mapping[int, PassageAnswer]) -> Iterable[tuple[int, Span]]:
    return ((id, one.span) for id, one in answers.items() if one.span and one.logit > 0)


def _groups(wordings: Sequence[tuple[str, tuple[str, ...]]]) -> int:
    """How many documents there are, where those that share a wording count once."""
    groups: list[tuple[set[str], set[tuple[str, ...]]]] = []
    for document, words in wordings:
        mine = ({document}, {words})
        apart = []
        for group in groups:
            if group[0].isdisjoint(mine[0]) and group[1].isdisjoint(mine[1]):
                apart.append(group)
            else:
                mine = (mine[0] | group[0], mine[1] | group[1])
        groups = [*apart, mine]
    return len(groups)


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold()))
