"""The guide to a document as HTML: pure functions, and all from outside escaped."""

from __future__ import annotations

from collections.abc import Iterable

from pincite.retrieval.overview.guide import Excerpt, Guide
from pincite.ui.text.guide_view import hidden_mark
from pincite.ui.text.hidden_notice import hidden_notice
from pincite.ui.web.html import NO_HTML, Html, attribute, isolated, shortened

_LEAD, _HEADING = 600, 120  # characters that are shown of each
_DEEPEST = 3  # levels of headings that are told apart
_WAITING = Html('<p class="waiting">Looking for questions that it answers…</p>')


def guide_view(guide: Guide | None) -> Html:
    """How a document opens, its headings and key sentences, and questions as buttons.

    Without a guide, or where it is empty, nothing.
    """
    if guide is None or guide.lead is None:
        return Html()
    return Html(
        '<section class="guide" aria-label="Guide">'
        '<p class="lead" dir="auto">{text}</p>{hidden}'
        "{questions}{sentences}{headings}"
        "</section>"
    ).format(
        text=shortened(guide.lead.text, _LEAD),
        hidden=Html('<p class="hidden-text">{said}</p>').format(said=hidden_notice(guide.lead))
        if guide.lead.hidden
        else NO_HTML,
        questions=questions(guide),
        sentences=_sentences(guide.key_sentences),
        headings=_headings(guide),
    )


def questions(guide: Guide) -> Html:
    """Questions as buttons that ask them in the chat, or that they are being looked for."""
    drawn = _WAITING
    if guide.questions is not None:
        drawn = _list(
            "Questions that it answers",
            "questions",
            (
                Html(
                    '<li><button type="button" data-ask="{asked}">{question}</button></li>'
                ).format(asked=attribute(one.question), question=one.question)
                for one in guide.questions
            ),
        )
    return Html('<div class="asked" data-document="{document}">{drawn}</div>').format(
        document=attribute(guide.document), drawn=drawn
    )


def _sentences(sentences: Iterable[Excerpt]) -> Html:
    return _list(
        "Key sentences",
        "sentences",
        (
            Html('<li dir="auto">{text}').format(text=one.text + hidden_mark(one))
            + (
                Html(' <span class="place">page {page}</span>').format(page=one.page)
                if one.page is not None
                else Html()
            )
            + Html("</li>")
            for one in sentences
        ),
    )


def _headings(guide: Guide) -> Html:
    least = min((len(heading.section) for heading in guide.headings), default=0)
    lines = [
        Html('<li class="level-{level}">{text}</li>').format(
            level=min(len(heading.section) - least, _DEEPEST),
            text=isolated(shortened(heading.text, _HEADING) + hidden_mark(heading)),
        )
        for heading in guide.headings
    ]
    more = (
        [Html("<li>and {count:,} more</li>").format(count=guide.more_headings)]
        if guide.more_headings
        else []
    )
    return _list("Headings", "outline", [*lines, *more])


def _list(name: str, kind: str, items: Iterable[str]) -> Html:
    drawn = Html().join(items)
    return (
        Html('<h3>{name}</h3><ul class="{kind}">{drawn}</ul>').format(
            name=name, kind=kind, drawn=drawn
        )
        if drawn
        else Html()
    )
