"""Questions of several parts: "what did we pay last year, and what do they want now".

Each part is looked for by itself, with what it is about, and what answers it is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from pincite.retrieval.reading.quote import Quote, overlap
from pincite.retrieval.search.analysis import stop_terms, terms

MOST = 4  # parts
_LONGEST = 300  # code points; a longer question is a text with a question in it
_LONGEST_SUBJECT = 8  # words before a colon
_BEGINS = (
    r"(?:(?:until|by|since|from|for|to|in|at|with|under|of|on) )?"
    r"(?:what|which|who|whom|whose|why|how|whats|whos|hows"
    # Not "when the ferry is late", which asks nothing.
    r"|(?:when|where)(?= (?:and|do|does|did|is|are|was|were|will|would|can|could|should|must|may"
    r"|has|have|had|to)\b|$))\b(?<!(?-i:\bWHO))"
)
_BETWEEN = re.compile(rf"[\s,;?]*\b(?:and|or)\s+(?={_BEGINS})|\s*[,;?]\s+(?={_BEGINS})", re.I)
_ASKS = re.compile(_BEGINS, re.I)
# Of a list: "1) … 2) …", "a. … b. …", "First, … Second, …", or a bullet at the start of each line.
_MARK = re.compile(
    r"(?:^|(?<=\s))(?:\(?(\d|[a-d]|i{1,3}|iv)[.)]|(first|second|third|fourth)(?:ly)?,)\s+", re.I
)
_MARKS = (
    ("1", "a", "i", "first"),
    ("2", "b", "ii", "second"),
    ("3", "c", "iii", "third"),
    ("4", "d", "iv", "fourth"),
)
_AND = re.compile(r"[\s,;?]+(?:and|or)$", re.I)
_BULLET = re.compile(r"^[ \t]*[-*•–][ \t]+", re.M)
_SUBJECT = re.compile(r"([^:?]{3,60}):\s+(.*)", re.DOTALL)
# What only the part before says which thing it is for.
_POINTS_BACK = re.compile(
    r"\b(?:it|its|they|them|their|theirs|there|that|those|these|this|he|she|his|her|him|ones?|now"
    r"|today|each|both)\b",
    re.I,
)
# When it was is what the parts differ in, so it is no part of what both are about.
_TIME = re.compile(
    r"\b(?:in |of )?(?:19|20)\d\d\b|\b(?:last|this|next|previous) (?:year|month|week|time)\b"
    r"|\b(?:now|today|currently|before|earlier|old|new)\b",
    re.I,
)
_WORD = re.compile(r"[\w&'-]+")
_OF_QUESTIONS = (
    "many much fast long often far big take get got really actually whats whos hows last year"
)


def parts(question: str) -> tuple[str, ...]:
    """The parts of a question, each a question of its own; none where it has one only.

    >>> parts("Lintel: when does it end, and who cancels it")
    ('Lintel: when does it end', 'Lintel: who cancels it')
    >>> parts("how much was the barn in 2024 and what do we take for it now")
    ('how much was the barn in 2024', 'barn: what do we take for it now')
    """
    if len(question) > _LONGEST:
        return ()
    named = _SUBJECT.fullmatch(question)
    subject, body = named.groups() if named else ("", question)
    items = _items(body)
    pieces = items or _pieces(body)
    too_long = len(subject.split()) > _LONGEST_SUBJECT
    if too_long or not pieces or not (subject or items or _ASKS.match(pieces[0])):
        return ()
    first = f"{subject}: {pieces[0]}" if subject else pieces[0]
    whole = [first, *(_part(piece, subject, pieces[0]) for piece in pieces[1:] if _has_own(piece))]
    return tuple(whole[:MOST]) if len(whole) > 1 else ()


def covering(quotes: Sequence[Quote], firsts: Iterable[Quote], limit: int) -> list[Quote]:
    """The best quote, then the first of each part that is not there yet, then the others.

    Where a passage is there already, what answers the part is highlighted in it as well.
    """
    chosen = list(quotes[:1])
    for first in firsts:
        chosen = [_marked_as_well(quote, first) for quote in chosen]
        _add(chosen, first)
    for quote in quotes[1:]:
        _add(chosen, quote)
    return chosen[:limit]


def _add(chosen: list[Quote], quote: Quote) -> None:
    if not any(overlap(quote, other) or quote.text == other.text for other in chosen):
        chosen.append(quote)


def _marked_as_well(quote: Quote, other: Quote) -> Quote:
    """The quote with the highlights of another of its passage, those that stand in it."""
    if quote.document != other.document:
        return quote
    further = [
        (start, end)
        for start, end in other.highlights
        if quote.start <= start < end <= quote.end
        and not any(start < e and s < end for s, e in quote.highlights)
    ]
    return replace(quote, highlights=tuple(sorted([*quote.highlights, *further])))


def _items(body: str) -> list[str]:
    """The items of a list of questions; none where it is no such list."""
    bullets = list(_BULLET.finditer(body))
    marks = bullets if len(bullets) > 1 else list(_MARK.finditer(body))
    ends = [mark.start() for mark in marks[1:]]
    items = [body[m.end() : end] for m, end in zip(marks, [*ends, len(body)], strict=False)]
    in_order = marks is bullets or all(
        (mark[1] or mark[2]).lower() in names for mark, names in zip(marks, _MARKS, strict=False)
    )
    ask = all("?" in item or _ASKS.match(item) for item in items)  # not "1. FC Köln"
    if len(marks) < 2 or not in_order or not ask or body[: marks[0].start()].strip():
        return []
    # The conjunction stands before the mark of the last: "…, and 2) who …".
    return [_AND.sub("", item.strip(" \n\t,;?.")).strip(" \n\t,;?.") for item in items]


def _pieces(body: str) -> list[str]:
    """What stands between one question word and the next; "when and where" is one of them."""
    pieces: list[str] = []
    start = 0
    for between in [*_BETWEEN.finditer(body), None]:
        piece = body[start : between.start() if between else len(body)].strip(" ,;?")
        if between is None or pieces or _own(piece):
            pieces.append(piece)
            start = between.end() if between else start
    return [piece for piece in pieces if piece]


def _part(piece: str, subject: str, first: str) -> str:
    """A further part with what it is about, where it does not say so itself."""
    if subject:
        return f"{subject}: {piece}"
    if len(_own(piece)) > 1 and not _POINTS_BACK.search(piece):
        return piece
    about = " ".join(word for word in _WORD.findall(_TIME.sub(" ", first)) if _own(word))
    return f"{about}: {piece}" if about else piece


def _has_own(piece: str) -> bool:
    """Not "and by when" or "and for how much", which the part before answers with it."""
    return bool(_own(piece)) or bool(_TIME.search(piece))


def _own(words: str) -> list[str]:
    """The terms that say what is looked for."""
    return [term for term in terms(_TIME.sub(" ", words)) if term not in _said_in_any()]


@cache
def _said_in_any() -> frozenset[str]:
    return stop_terms().union(terms(_OF_QUESTIONS))
