"""An answer as HTML: pure functions, and every word from outside escaped.

Everything is drawn for one turn of a conversation; its number makes the anchors unique.
"""

from __future__ import annotations

from pincite.retrieval.answer import Answer
from pincite.ui.terminal import NOT_FOUND, UNSURE
from pincite.ui.web.escape import escaped, shortened
from pincite.ui.web.evidence import also, context, highlighted, lettered, place
from pincite.ui.web.how import how
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
    """How sure the answer is: a bar, words, the number that it is, and what that means."""
    value, threshold = answer.confidence, answer.trace.threshold
    answered = answer.status == "ANSWERED"
    unanswered = "Not about it" if answer.status == "NOT_FOUND" else "Unsure"
    bands = _bands(answer) if answered else ((0.0, unanswered),)
    said = "" if answered else f", and an answer needs {threshold:.2f}"
    if answer.trace.confidence_kind == "probability":
        name = "probability"
        meaning = (
            f"Of 100 answers with this number, about {100 * value:.0f} should hold what was asked, "
            f"judged by the questions that it was fitted on. Below {threshold:.2f} nobody "
            "vouches for them."
        )
    else:
        name = "match score"
        meaning = (
            "How strong the best match is: a score and not a probability, because there is no "
            "calibration for this embedding model, or for texts in this language. Below "
            f"{threshold:.2f} nobody vouches for them."
        )
    word = next(word for least, word in bands if value >= least)
    return (
        '<p class="verdict"><span class="meter" aria-hidden="true">'
        f'<span style="width:{value:.1%}"></span><i style="left:{threshold:.1%}"></i></span>'
        f'<span class="meaning" tabindex="0"><b>{word}</b> · {name} {value:.2f}{said}'
        f'<span class="hint" role="note">{meaning}</span></span></p>'
    )


def _bands(answer: Answer) -> tuple[tuple[float, str], ...]:
    if answer.trace.confidence_kind == "probability":
        return ((0.8, "Very likely"), (0.6, "Likely"), (0.0, "Uncertain"))
    # A score promises nothing but its order, so the words say only how strong a match it is.
    step = (1 - answer.trace.threshold) / 3
    return ((1 - step, "Strong match"), (1 - 2 * step, "Fair match"), (0.0, "Weak match"))


def _quotes(answer: Answer, turn: int) -> str:
    items = "".join(
        f'<li><a class="cite" href="#evidence-{turn}-{number}"'
        f' aria-label="See quote {number} in its source">[{number}]</a>'
        f'{context(quote)}<blockquote dir="auto">{highlighted(quote)}</blockquote>'
        f'<p class="place">{place(quote)}{also(quote)}</p></li>'
        for number, quote in enumerate(answer.quotes, start=1)
    )
    return (
        f'<div class="reply {answer.status.lower()}">'
        f"{f'<p class=headline>{UNSURE}</p>' if answer.status == 'UNSURE' else ''}"
        f'<ol class="quotes">{items}</ol>'
        f"{confidence(answer)}{_foot(answer, turn)}</div>"
    )


def _not_found(answer: Answer, turn: int) -> str:
    items = "".join(
        f'<li><a class="cite" href="#evidence-{turn}-{sign}"'
        f' aria-label="See closest passage {sign}">[{sign}]</a>'
        f'<p class="place">{place(passage)}</p></li>'
        for sign, passage in lettered(answer.nearest)
    )
    nearest = f'<p class="nearest-title">Nearest:</p><ol class="nearest">{items}</ol>'
    return (
        f'<div class="reply not-found"><p class="headline">{NOT_FOUND}</p>'
        "<p>They speak of other things.</p>"
        f"{nearest if items else ''}{confidence(answer)}{_foot(answer, turn)}</div>"
    )


def _foot(answer: Answer, turn: int) -> str:
    """What can be done with an answer: copy it, and see how it was found."""
    copy = f'<button type="button" class="plain" data-copy="{turn}">Copy as Markdown</button>'
    return f'<div class="foot">{how(answer)}{copy}</div>'
