"""What a model wrote from the quotes, as HTML: all from outside is escaped, no link but ours."""

from __future__ import annotations

from pincite.retrieval.writing.types import Sentence, Written
from pincite.ui.text import written as wording
from pincite.ui.web.html import NO_HTML, Html, isolated

_WRITING = Html('<p class="writing">Writing…</p>')


def written_view(written: Written, turn: int, *, is_done: bool = True) -> Html:
    """The written part of an answer, above its quotes.

    Args:
        written: what is written so far.
        turn: the number of the turn, which the anchors of its quotes have.
        is_done: nothing more will come. Where no sentence is left then, one line says so.
    """
    return Html('<div class="written">{sentences}{left_out}{notice}{foot}</div>').format(
        sentences=NO_HTML if is_done and written.is_empty else _sentences(written, turn),
        left_out=_left_out(written) if is_done else NO_HTML,
        notice=_notice(written) if is_done else NO_HTML,
        foot=_written_by(written) if is_done else _WRITING,
    )


def _sentences(written: Written, turn: int) -> Html:
    shown = [one for one in written.sentences if one.verdict != "uncited"]
    if not shown:
        return NO_HTML
    return Html('<p class="sentences" dir="auto">{shown}</p>').format(
        shown=Html(" ").join(_sentence(one, turn) for one in shown)
    )


def _sentence(sentence: Sentence, turn: int) -> Html:
    if sentence.verdict == "unsupported":
        return Html('<s>{text}</s> <span class="missing">({missing})</span>').format(
            text=isolated(sentence.text), missing=wording.missing(sentence)
        )
    cites = Html(" ").join(
        Html(
            '<a class="cite" href="#evidence-{turn}-{number}"'
            ' aria-label="See quote {number} in its source">[{number}]</a>'
        ).format(turn=turn, number=number)
        for number in sentence.quotes
    )
    moved = Html(' <span class="moved">({moved})</span>').format(moved=wording.MOVED)
    return Html("<span>{text} {cites}{moved}</span>").format(
        text=isolated(sentence.text), cites=cites, moved=moved if sentence.moved else NO_HTML
    )


def _left_out(written: Written) -> Html:
    if not written.left_out:
        return NO_HTML
    sentences = Html().join(
        Html('<p dir="auto">{text}</p>').format(text=one.text)
        for one in wording.left_out_sentences(written)
    )
    return Html("<details><summary>{count}</summary>{sentences}</details>").format(
        count=wording.left_out(written), sentences=sentences
    )


def _notice(written: Written) -> Html:
    said = wording.problem(written)
    if not said and written.is_empty:
        said = wording.nothing_left(written)
    return Html('<p class="notice">{said}</p>').format(said=said) if said else NO_HTML


def _written_by(written: Written) -> Html:
    return Html('<p class="by">{by}</p>').format(by=wording.written_by(written))
