"""An answer as HTML: pure functions, and every word from outside escaped.

Everything is drawn for one turn of a conversation; its number makes the anchors unique.
"""

from __future__ import annotations

from pincite.retrieval.answer import Answer
from pincite.ui.text.levels import (
    ELSEWHERE,
    NOT_FOUND,
    UNSURE,
    agreement,
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
from pincite.ui.web.ask.written_view import written_view
from pincite.ui.web.html import Html, escaped, shortened
from pincite.ui.web.wording import sentence

_LONGEST_QUESTION = 600  # characters of a question in its bubble


def question(text: str) -> Html:
    """What was asked, to the letter."""
    shown = escaped(shortened(text.strip(), _LONGEST_QUESTION))
    return Html('<div class="question" dir="auto">{shown}</div>').format(shown=shown or "…")


def problem(said: str) -> Html:
    """Why there is no answer, as one calm sentence."""
    return Html('<div class="reply problem"><p>{said}</p></div>').format(said=sentence(said))


def reply(answer: Answer, turn: int, *, is_done: bool = True) -> Html:
    """The answer in the chat: its numbered quotes, or that there is none.

    Above the quotes stands what a model wrote; with ``is_done`` false, more of that is to come.
    """
    if answer.status == "NOT_FOUND":
        return _not_found(answer, turn)
    return _quotes(answer, turn, is_done)


def confidence(answer: Answer) -> Html:
    """How sure the answer is: a bar and words, and on demand the number and what it means."""
    value, threshold = answer.confidence, answer.trace.threshold
    return Html(
        '<p class="verdict"><span class="meter" aria-hidden="true">'
        '<span style="width:{value:.1%}"></span><i style="left:{threshold:.1%}"></i></span>'
        '<span class="meaning" tabindex="0"><b>{how_sure}</b>'
        '<span class="hint" role="note">{meaning}</span></span></p>'
    ).format(value=value, threshold=threshold, how_sure=how_sure(answer), meaning=_meaning(answer))


def _meaning(answer: Answer) -> str:
    value, threshold = answer.confidence, answer.trace.threshold
    if answer.trace.confidence_kind == "probability":
        return (
            f"Probability {value:.2f}: of 100 answers with this number, about {100 * value:.0f} "
            "should hold what was asked, judged by the questions that it was fitted on. Below "
            f"{threshold:.2f} the answer is shown as unsure."
        )
    return (
        f"Match score {value:.2f}: how strong the best match is. It is not a probability, because "
        "there is no calibration for this embedding model, or for texts in this language. Below "
        f"{threshold:.2f} the answer is shown as unsure."
    )


def _quotes(answer: Answer, turn: int, is_done: bool) -> Html:
    items = Html().join(
        Html(
            '<li><a class="cite" href="#evidence-{turn}-{number}"'
            ' aria-label="See quote {number} in its source">[{number}]</a>'
            '<div class="said">{quoted}{places}{copy_link}'
            "</div></li>"
        ).format(
            turn=turn,
            number=number,
            quoted=quoted(quote),
            places=places(quote, quote.places),
            copy_link=copy_link(quote),
        )
        for number, quote in enumerate(answer.quotes, start=1)
    )
    unsure = answer.status == "UNSURE"
    return Html(
        '<div class="reply {kind}">'
        "{searched_for}{written}{headline}"
        '<ol class="quotes">{items}</ol>'
        "{agreement}{left_out}{confidence}{foot}</div>"
    ).format(
        kind="unsure" if unsure else "answered",
        searched_for=_searched_for(answer),
        written=written_view(answer.written, turn, is_done=is_done) if answer.written else Html(),
        headline=Html("<p class=headline>{unsure}</p>").format(unsure=UNSURE) if unsure else Html(),
        items=items,
        agreement=_agreement(answer),
        left_out=_left_out(answer),
        confidence=confidence(answer),
        foot=_foot(answer, turn),
    )


def _agreement(answer: Answer) -> Html:
    said = agreement(answer)
    return Html('<p class="agreement">{said}</p>').format(said=said) if said else Html()


def _not_found(answer: Answer, turn: int) -> Html:
    items = Html().join(
        Html(
            '<li><a class="cite" href="#evidence-{turn}-{sign}"'
            ' aria-label="See nearest passage {sign}">[{sign}]</a>'
            '<div class="said"><div class="excerpt" dir="auto">'
            "{passage}</div>"
            "{places}{copy_link}</div></li>"
        ).format(
            turn=turn,
            sign=sign,
            passage=passage(near.excerpt, near.passage.start, few=0),
            places=places(near.passage, near.places),
            copy_link=copy_link(near.passage),
        )
        for sign, near in lettered(answer.nearest)
    )
    return Html(
        '<div class="reply not-found">{searched_for}'
        '<p class="headline">{not_found}</p>'
        "{items}"
        "{left_out}{confidence}{foot}</div>"
    ).format(
        searched_for=_searched_for(answer),
        not_found=NOT_FOUND,
        items=Html("<p>{elsewhere}</p><ol class=nearest>{items}</ol>").format(
            elsewhere=ELSEWHERE, items=items
        )
        if items
        else Html(),
        left_out=_left_out(answer),
        confidence=confidence(answer),
        foot=_foot(answer, turn),
    )


def _searched_for(answer: Answer) -> Html:
    """What a follow-up was read as, and the way back to what was typed."""
    said = searched_for(answer)
    if not said:
        return Html()
    again = Html('<button type="button" class="plain" data-typed>Ask as typed</button>')
    return Html('<p class="searched-for" dir="auto">{said} {again}</p>').format(
        said=said, again=again
    )


def _left_out(answer: Answer) -> Html:
    if some := listed(answer):
        return Html('<p class="left-out">{some}</p>').format(some=some)
    others = left_out(answer)
    return (
        Html('<p class="left-out">{others} Clear the choice below to ask all.</p>').format(
            others=others
        )
        if others
        else Html()
    )


def _foot(answer: Answer, turn: int) -> Html:
    """What can be done with an answer: copy it, and see how it was found."""
    copy = copy_answer(turn, has_quotes=answer.status != "NOT_FOUND")
    return Html('<div class="foot">{trace_view}{copy}</div>').format(
        trace_view=trace_view(answer), copy=copy
    )
