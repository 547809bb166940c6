"""What can be copied of an answer, as HTML: the link to a quote or passage, the answer as text."""

from __future__ import annotations

from pincite.retrieval.answer import FoundPassage
from pincite.retrieval.reading.quote import Quote
from pincite.ui.web.addresses import place_address
from pincite.ui.web.html import Html, attribute

_FORMS = {"markdown": "Markdown", "bibtex": "BibTeX", "ris": "RIS", "apa": "APA"}


def copy_link(item: Quote | FoundPassage) -> Html:
    """The button that copies the address of the item's place (``copy_links.js``)."""
    name = "quote" if isinstance(item, Quote) else "passage"
    return Html(
        '<p class="link"><button type="button" class="plain" data-link="{address}">'
        "Copy link to this {name}</button></p>"
    ).format(address=attribute(place_address(item)), name=name)


def copy_answer(turn: int, *, has_quotes: bool) -> Html:
    """The buttons that copy the answer of a turn: as Markdown, its quotes as citations too."""
    if not has_quotes:
        return Html(
            '<button type="button" class="plain" data-copy="{turn}">Copy as Markdown</button>'
        ).format(turn=turn)
    forms = Html(" · ").join(
        Html(
            '<button type="button" class="plain" data-copy="{turn}" data-as="{form}">'
            '<span class="unseen">Copy as </span>{name}</button>'
        ).format(turn=turn, form=form, name=name)
        for form, name in _FORMS.items()
    )
    return Html('<span class="cite-as" role="group" aria-label="Cite">Cite: {forms}</span>').format(
        forms=forms
    )
