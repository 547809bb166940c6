"""An answer as HTML: pure functions, and every word from outside escaped.

Everything is drawn for one turn of a conversation; its number makes the anchors unique.
"""

from __future__ import annotations

from pincite.retrieval.answer import Answer
from pincite.ui.text.levels import (
    ELSEWHERE,
    NOT_FOUND,
    UNSURE,
    how_sure,
    left_out,
    listed,
    searched_for,
)
from pincite.ui.web.ask.copy_links import copy_answer, copy_link
from pincite.ui.web.ask.evidence import lettered, places
from pincite.ui.web.ask.passage import passage
from pincite.ui.web.ask.quote_view import quoted
from pincite.ui.web.ask.trace_view import trace_view
from pincite.ui.web.html import escaped, shortened
from pincite.ui.web.wording import sentence

_LONGEST_QUESTION = 600  # characters of a question in its bubble


def question(text: str) -> str:
    """What was asked, to the letter."""
    shown = escaped(shortened(text.strip(), _LONGEST_QUESTION))
    return f'<div class="question" dir="auto">{shown or "…"}</div>'


def problem(said: str) -> str:
    """Why there is no answer, as one calm sentence."""
    return f'<div class="reply problem"><p>{sentence(said)}</p></div>'


def reply(answer: Answer, turn: int) -> str:
    """The answer in the chat: its numbered quotes, or that there is none."""
    return _not_found(answer, turn) if answer.status == "NOT_FOUND" else _quotes(answer, turn)


def confidence(answer: Answer) -> str:
    """How sure the answer is: a bar and words, and on demand the number and what it means."""
    value, threshold = answer.confidence, answer.trace.threshold
    return (
        '<p class="verdict"><span class="meter" aria-hidden="true">'
        f'<span style="width:{value:.1%}"></span><i style="left:{threshold:.1%}"></i></span>'
        f'<span class="meaning" tabindex="0"><b>{how_sure(answer)}</b>'
        f'<span class="hint" role="note">{_meaning(answer)}</span></span></p>'
    )


def _meaning(answer: Answer) -> str:
    value, threshold = answer.confidence, answer.trace.threshold
    if answer.trace.confidence_kind == "probability":
        return (
            f"Probability {value:.2f}: of 100 answers with this number, about {100 * value:.0f} "
            "should hold what was asked, judged by the questions that it was fitted on. Below "
            f"{threshold:.2f} I do not vouch for it."
        )
    return (
        f"Match score {value:.2f}: how strong the best match is. It is no probability, because "
        "there is no calibration for this embedding model, or for texts in this language. Below "
        f"{threshold:.2f} I do not vouch for it."
    )


def _quotes(answer: Answer, turn: int) -> str:
    items = "".join(
        f'<li><a class="cite" href="#evidence-{turn}-{number}"'
        f' aria-label="See quote {number} in its source">[{number}]</a>'
        f'<div class="said">{quoted(quote)}{places(quote, quote.places)}{copy_link(quote)}'
        "</div></li>"
        for number, quote in enumerate(answer.quotes, start=1)
    )
    unsure = answer.status == "UNSURE"
    return (
        f'<div class="reply {"unsure" if unsure else "answered"}">'
        f"{_searched_for(answer)}{f'<p class=headline>{UNSURE}</p>' if unsure else ''}"
        f'<ol class="quotes">{items}</ol>'
        f"{_left_out(answer)}{confidence(answer)}{_foot(answer, turn)}</div>"
    )


def _not_found(answer: Answer, turn: int) -> str:
    items = "".join(
        f'<li><a class="cite" href="#evidence-{turn}-{sign}"'
        f' aria-label="See nearest passage {sign}">[{sign}]</a>'
        f'<div class="said"><div class="excerpt" dir="auto">'
        f"{passage(near.excerpt, near.passage.start, few=0)}</div>"
        f"{places(near.passage, near.places)}</div></li>"
        for sign, near in lettered(answer.nearest)
    )
    return (
        f'<div class="reply not-found">{_searched_for(answer)}'
        f'<p class="headline">{NOT_FOUND}</p>'
        f"{f'<p>{ELSEWHERE}</p><ol class=nearest>{items}</ol>' if items else ''}"
        f"{_left_out(answer)}{confidence(answer)}{_foot(answer, turn)}</div>"
    )


def _searched_for(answer: Answer) -> str:
    """What a follow-up was read as, and the way back to what was typed."""
    said = searched_for(answer)
    if not said:
        return ""
    again = '<button type="button" class="plain" data-typed>Ask as typed</button>'
    return f'<p class="searched-for" dir="auto">{escaped(said)} {again}</p>'


def _left_out(answer: Answer) -> str:
    if some := listed(answer):
        return f'<p class="left-out">{some}</p>'
    others = left_out(answer)
    return f'<p class="left-out">{others} Clear the choice below to ask all.</p>' if others else ""


def _foot(answer: Answer, turn: int) -> str:
    """What can be done with an answer: copy it, and see how it was found."""
    copy = copy_answer(turn, has_quotes=answer.status != "NOT_FOUND")
    return f'<div class="foot">{trace_view(answer)}{copy}</div>'
