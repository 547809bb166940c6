"""An answer as Markdown in which every quote is shown to the letter, and nothing of it acts."""

from __future__ import annotations

import re

from pincite.retrieval.answer import Answer
from pincite.retrieval.reading.quote import Quote
from pincite.ui.levels import ELSEWHERE, NOT_FOUND, UNSURE, note, searched_for
from pincite.ui.terminal import harmless, place, places

# What Markdown would take for markup anywhere in a line, and what it does at a line's start.
_ACTS = re.compile(r"[\\`*_\[\]<>~|&$]")
_OPENS = re.compile(r"^(\s*)([#+=-]|\d+[.)])")
# Clients make links of bare addresses; without the colon's neighbour they are words.
_ADDRESS = re.compile(r"(?<=[a-z])://|\bwww\.|(?<=\w)@(?=\w)", re.IGNORECASE)


def literal(text: str) -> str:
    r"""Text as Markdown that shows just this text: no image is fetched, no link made of it.

    >>> literal("![x](http://a.example) *b*\n# c")
    '!\\[x\\](http&#58;//a.example) \\*b\\*\n\\# c'
    """
    lines = []
    for line in harmless(text).split("\n"):
        line = _ACTS.sub(lambda found: "&amp;" if found[0] == "&" else f"\\{found[0]}", line)
        line = _ADDRESS.sub(_without_link, line)
        opening = _OPENS.match(line)
        if opening:
            mark = opening[2]
            line = f"{opening[1]}{mark[:-1]}\\{mark[-1]}{line[opening.end() :]}"
        lines.append(line)
    return "\n".join(lines)


def quoted(text: str) -> str:
    """The text as a block quote, literally."""
    return "\n".join(f"> {line}" for line in literal(text).split("\n"))


def message(answer: Answer) -> str:
    """The answer: each quote as a block quote with its number and its place."""
    if answer.status != "NOT_FOUND":
        quotes = [
            f"{quoted(_with_context(quote))}\n>\n> \\[{number}\\] {_places(quote)}"
            for number, quote in enumerate(answer.quotes, start=1)
        ]
        return _joined(_carried(answer), _lead(answer), *quotes, note(answer))
    nearest = "\n".join(f"- {literal(place(passage))}" for passage in answer.nearest)
    closest = f"{ELSEWHERE}; the nearest:\n\n{nearest}" if nearest else ""
    return _joined(_carried(answer), f"{NOT_FOUND}.", closest, note(answer))


def footnoted(answer: Answer, turn: int) -> str:
    """The question and its answer, each quote with its place as a footnote.

    ``turn`` keeps the marks apart where several answers stand in one text.
    """
    asked = f"**{literal(answer.question)}**"
    if answer.status == "NOT_FOUND":
        return f"{asked}\n\n{message(answer)}"
    quotes, notes = [], []
    for number, quote in enumerate(answer.quotes, start=1):
        mark = f"[^{turn}-{number}]"
        quotes.append(f"{quoted(_with_context(quote))} {mark}")
        notes.append(f"{mark}: {_places(quote)}")
    return _joined(asked, _carried(answer), _lead(answer), *quotes, note(answer), "\n".join(notes))


def _carried(answer: Answer) -> str:
    return literal(searched_for(answer))


def _lead(answer: Answer) -> str:
    return UNSURE if answer.status == "UNSURE" else ""


def _with_context(quote: Quote) -> str:
    """The quote under its context."""
    return "\n".join([*(piece.text for piece in quote.context), quote.text])


def _places(quote: Quote) -> str:
    return literal("; ".join(places(quote)))


def _joined(*paragraphs: str) -> str:
    return "\n\n".join(filter(None, paragraphs))


def _without_link(found: re.Match[str]) -> str:
    return re.sub("[:.@]", lambda mark: f"&#{ord(mark[0])};", found[0])
