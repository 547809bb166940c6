"""The guide to a document as HTML: pure functions, and all from outside escaped."""

from __future__ import annotations

from collections.abc import Iterable

from pincite.retrieval.overview.guide import Excerpt, Guide
from pincite.ui.web.html import attribute, escaped, isolated, shortened

_LEAD, _HEADING = 600, 120  # characters that are shown of each
_DEEPEST = 3  # levels of headings that are told apart
_WAITING = '<p class="waiting">Looking for questions that it answers…</p>'


def guide_view(guide: Guide | None) -> str:
    """How a document opens, its headings and key sentences, and questions as buttons.

    Without a guide, or where it is empty, nothing.
    """
    if guide is None or guide.lead is None:
        return ""
    return (
        '<section class="guide" aria-label="Guide">'
        f'<p class="lead" dir="auto">{escaped(shortened(guide.lead.text, _LEAD))}</p>'
        f"{questions(guide)}{_sentences(guide.key_sentences)}{_headings(guide)}"
        "</section>"
    )


def questions(guide: Guide) -> str:
    """Questions as buttons that ask them in the chat, or that they are being looked for."""
    drawn = _WAITING
    if guide.questions is not None:
        drawn = _list(
            "Questions that it answers",
            "questions",
            (
                f'<li><button type="button" data-ask="{attribute(one.question)}">'
                f"{escaped(one.question)}</button></li>"
                for one in guide.questions
            ),
        )
    return f'<div class="asked" data-document="{attribute(guide.document)}">{drawn}</div>'


def _sentences(sentences: Iterable[Excerpt]) -> str:
    return _list(
        "Key sentences",
        "sentences",
        (
            f'<li dir="auto">{escaped(one.text)}'
            + (f' <span class="place">page {one.page}</span>' if one.page is not None else "")
            + "</li>"
            for one in sentences
        ),
    )


def _headings(guide: Guide) -> str:
    least = min((len(heading.section) for heading in guide.headings), default=0)
    lines = [
        f'<li class="level-{min(len(heading.section) - least, _DEEPEST)}">'
        f"{isolated(shortened(heading.text, _HEADING))}</li>"
        for heading in guide.headings
    ]
    more = [f"<li>and {guide.more_headings:,} more</li>"] if guide.more_headings else []
    return _list("Headings", "outline", [*lines, *more])


def _list(name: str, kind: str, items: Iterable[str]) -> str:
    drawn = "".join(items)
    return f'<h3>{name}</h3><ul class="{kind}">{drawn}</ul>' if drawn else ""
