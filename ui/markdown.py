"""An answer as Markdown in which every quote is shown to the letter, and nothing of it acts."""

from __future__ import annotations

import re

from pincite.retrieval.answer import Answer
from pincite.retrieval.reading.quote import Quote
from pincite.ui.terminal import NOT_FOUND, UNSURE, harmless, place

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
            f"{quoted(_with_context(quote))}\n>\n> \\[{number}\\] {literal(place(quote))}"
            for number, quote in enumerate(answer.quotes, start=1)
        ]
        return "\n\n".join([UNSURE, *quotes] if answer.status == "UNSURE" else quotes)
    nearest = "\n".join(f"- {literal(place(passage))}" for passage in answer.nearest)
    closest = "They speak of other things; the nearest:\n\n" + nearest if nearest else ""
    return "\n\n".join(filter(None, [f"{NOT_FOUND}.", closest]))


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
        notes.append(f"{mark}: {literal(place(quote))}")
    head = [asked, UNSURE] if answer.status == "UNSURE" else [asked]
    return "\n\n".join([*head, *quotes, "\n".join(notes)])


def _with_context(quote: Quote) -> str:
    """The quote under the pieces of context that stand before it."""
    above = [piece.text for piece in quote.context if piece.end <= quote.start]
    return "\n".join([*above, quote.text])


def _without_link(found: re.Match[str]) -> str:
    return re.sub("[:.@]", lambda mark: f"&#{ord(mark[0])};", found[0])
