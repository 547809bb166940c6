"""An answer as Markdown in which every quote is shown to the letter, and nothing of it acts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby

from pincite.retrieval.answer import Answer, FoundPassage
from pincite.retrieval.reading.quote import Place, Quote
from pincite.retrieval.writing.types import Sentence
from pincite.ui.terminal import places
from pincite.ui.text import written as wording
from pincite.ui.text.closest import closest
from pincite.ui.text.control_characters import harmless
from pincite.ui.text.levels import ELSEWHERE, NOT_FOUND, UNSURE, note, searched_for
from pincite.ui.text.table_rows import cells, is_row, is_rule

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
    r"""The text as a block quote, literally; rows of a table as a table.

    >>> print(quoted("Fees:\n| Class | Late |\n| --- | --- |\n| *Oak* | 3 |"))
    > Fees:
    >
    > | Class | Late |
    > | --- | --- |
    > | \*Oak\* | 3 |
    """
    blocks = [
        _table(list(lines)) if in_table else literal("\n".join(lines).strip("\n"))
        for in_table, lines in groupby(text.split("\n"), key=is_row)
    ]
    return _indented(_joined(*blocks), "> ")


def message(answer: Answer) -> str:
    """The answer: what was written, then each quote as a block quote with its number and place."""
    sentences = " ".join(sentence(one) for one in _supported(answer))
    return _joined(sentences, quotes_message(answer))


def sentence(written: Sentence) -> str:
    r"""A written sentence with the numbers of its quotes.

    >>> print(sentence(Sentence("It *rained*.", (1,), "supported")))
    It \*rained\*. \[1\]
    """
    return f"{literal(written.text)} {literal(wording.numbers(written))}"


def quotes_message(answer: Answer) -> str:
    """What follows the written sentences: who wrote them, and the quotes."""
    by = _written_by(answer)
    if answer.status != "NOT_FOUND":
        quotes = [
            f"{quoted(_with_context(quote))}\n>\n> \\[{count}\\] {_places(quote, quote.places)}"
            for count, quote in enumerate(answer.quotes, start=1)
        ]
        return _joined(by, _carried(answer), _lead(answer), *quotes, note(answer))
    return _joined(_carried(answer), f"{NOT_FOUND}.", _closest(answer), note(answer))


def footnoted(answer: Answer, turn: int) -> str:
    """The question and its answer, each quote with its place as a footnote.

    ``turn`` keeps the marks apart where several answers stand in one text.
    """
    asked = f"**{literal(answer.question)}**"
    if answer.status == "NOT_FOUND":
        return f"{asked}\n\n{message(answer)}"
    quotes, notes = [], []
    for count, quote in enumerate(answer.quotes, start=1):
        mark = f"[^{turn}-{count}]"
        ends_in_row = is_row(quote.text.rpartition("\n")[2])
        quotes.append(
            quoted(_with_context(quote)) + (f"\n>\n> {mark}" if ends_in_row else f" {mark}")
        )
        notes.append(f"{mark}: {_places(quote, quote.places)}")
    marked = " ".join(
        literal(one.text) + " " + "".join(f"[^{turn}-{number}]" for number in one.quotes)
        for one in _supported(answer)
    )
    return _joined(
        asked,
        marked,
        _written_by(answer),
        _carried(answer),
        _lead(answer),
        *quotes,
        note(answer),
        "\n".join(notes),
    )


def _supported(answer: Answer) -> list[Sentence]:
    return wording.supported(answer.written) if answer.written else []


def _written_by(answer: Answer) -> str:
    if answer.written is None:
        return ""
    by = "" if answer.written.is_empty else f"{wording.written_by(answer.written)}."
    return literal(" ".join(filter(None, [by, wording.problem(answer.written)])))


def _carried(answer: Answer) -> str:
    return literal(searched_for(answer))


def _lead(answer: Answer) -> str:
    return UNSURE if answer.status == "UNSURE" else ""


def _closest(answer: Answer) -> str:
    """What comes closest, as a list in which no item looks like a numbered quote."""
    items = [
        f"- {_places(near.passage, near.places)}\n\n{_indented(quoted(near.excerpt), '  ')}"
        for near in closest(answer.nearest)
    ]
    return _joined(ELSEWHERE, *items) if items else ""


def _with_context(quote: Quote) -> str:
    """The quote under its context; names of columns as a table has them."""
    above = [
        _with_rule(piece.text) if piece.role == "columns" else piece.text for piece in quote.context
    ]
    return "\n".join([*above, quote.text])


def _with_rule(columns: str) -> str:
    last = columns.rpartition("\n")[2]
    return f"{columns}\n{_rule(len(list(cells(last))))}" if _is_names(last) else columns


def _is_names(line: str) -> bool:
    return is_row(line) and not is_rule(line)


def _table(rows: Sequence[str]) -> str:
    """Rows as a table; a reader of Markdown leaves out cells for which there is no column."""
    drawn = [[literal(cell) for _, cell in cells(row)] for row in rows if not is_rule(row)]
    width = max((len(row) for row in drawn), default=1)
    if not (len(rows) > 1 and is_rule(rows[1])):
        drawn.insert(0, [])  # nobody says what its columns are called
    names, *others = [_row([*row, *[""] * (width - len(row))]) for row in drawn or [[]]]
    return "\n".join([names, _rule(width), *others])


def _row(drawn: Sequence[str]) -> str:
    return f"| {' | '.join(drawn)} |"


def _rule(width: int) -> str:
    return _row(["---"] * width)


def _indented(text: str, by: str) -> str:
    return "\n".join(f"{by}{line}" if line else by.rstrip() for line in text.split("\n"))


def _places(item: Quote | FoundPassage, others: Sequence[Place | FoundPassage]) -> str:
    return literal("; ".join(places(item, others)))


def _joined(*paragraphs: str) -> str:
    return "\n\n".join(filter(None, paragraphs))


def _without_link(found: re.Match[str]) -> str:
    return re.sub("[:.@]", lambda mark: f"&#{ord(mark[0])};", found[0])
