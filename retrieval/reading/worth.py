"""What a passage is worth to a question beside its own rank in search.

Search is blind to the form of a question: that it wants several things, an amount or a date, or
that something is *not* so. Each is a small surface pattern, and each was measured on its own.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pincite.corpus.types import Document, Passage
from pincite.retrieval.query import Query
from pincite.retrieval.reading.definitions import defined_term, defines
from pincite.retrieval.reading.lists import list_bonus
from pincite.retrieval.reading.reader import is_aside
from pincite.retrieval.reading.reference_sections import APPARATUS_SHARE
from pincite.retrieval.search.answer_type import Kind
from pincite.retrieval.search.search import Hit

# .1 to .4 gave the same within a question on each of five sets, so the least was taken
# (docs/decisions/lists-and-parts.md). Names and reasons gave nothing and are left to the sentence.
_HAS_THE_THING = 0.1
_IN_A_ROW = 0.05  # more breaks the order of prose: "raffle licence number"
_DEFINES = 0.2
_IS_NOT_SO = 0.1  # little: nearly every passage says "not" of something
_OF_PASSAGES: frozenset[Kind] = frozenset({"time", "amount"})
_NO = (
    r"no|not|never|without|none|neither|nothing|nobody|cannot|free|\w+n['’]t|isnt|dont|doesnt|cant|wont"
    r"|kein\w*|nicht|nie|ohne|pas|jamais|sans|sin|nunca"
)
_ASKS_NOT = re.compile(rf"^(?:list|name|what|which|who|is there|are there)\b.*\b(?:{_NO})\b", re.I)
_SAYS_NOT = re.compile(rf"\b(?:{_NO})\b|(?<=\| )[–-](?= \|)", re.I)


def worth(query: Query, hit: Hit, document: Document) -> float:
    """The hit's score, less for what is cited from elsewhere, more for what has the right form."""
    passage = hit.stored.passage
    score = hit.score * (APPARATUS_SHARE if is_aside(passage) else 1.0)
    if query.lists:
        score += list_bonus(passage, document, query.wanted)
    return (
        score
        + _thing(query, passage, document)
        + _definition(query, passage, document)
        + _negation(query, passage, document)
    )


def _thing(query: Query, passage: Passage, document: Document) -> float:
    """Whether it has a date or an amount, where one is asked for; a table has most amounts."""
    asked = query.asked.only(_OF_PASSAGES)
    if not asked.kinds:
        return 0.0
    said = asked.said_by(document.text[passage.span.start : passage.span.end])
    row = passage.kind == "row" and "amount" in asked.kinds
    return _HAS_THE_THING * said + (_IN_A_ROW if row else 0.0)


def _definition(query: Query, passage: Passage, document: Document) -> float:
    """Whether it says what a word means, where that is asked for."""
    term = defined_term(query.spelling)
    span = passage.span
    if term is None or not defines(term, document.text[span.start : span.end]):
        return 0.0
    return _DEFINES


def _negation(query: Query, passage: Passage, document: Document) -> float:
    """Whether it says of something that it is not so, where that is asked for."""
    if not _asks_not(query.spelling):
        return 0.0
    words = [*passage.path[-1:], document.text[passage.span.start : passage.span.end]]
    return _IS_NOT_SO * any(map(bool, map(_SAYS_NOT.search, words)))


@lru_cache(maxsize=16)  # the same for every passage of a question
def _asks_not(question: str) -> bool:
    return bool(_ASKS_NOT.search(question))
