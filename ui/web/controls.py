"""Choices and pagers as HTML."""

from __future__ import annotations

from collections.abc import Mapping

from pincite.ui.web.html import Html, attribute


def select(label: str, name: str, options: Mapping[str, str], value: str | None = None) -> Html:
    """A labelled choice. The script sets its ``value``, which a redrawn element would not take."""
    chosen = (
        Html() if value is None else Html(' data-value="{value}"').format(value=attribute(value))
    )
    drawn = Html().join(
        Html('<option value="{option}">{said}</option>').format(option=attribute(option), said=said)
        for option, said in options.items()
    )
    return Html(
        '<label><span>{label}</span><select name="{name}"{chosen}>{drawn}</select></label>'
    ).format(label=label, name=name, chosen=chosen, drawn=drawn)


def pager(label: str, verb: str, number: int, pages: int) -> Html:
    """Buttons to the page before and after ``number`` (from 0) of ``pages``."""

    def button(to: int, said: str) -> Html:
        off = "" if 0 <= to < pages else " disabled"
        return Html(
            '<button type="button" data-verb="{verb}" data-to="{to}"{off}>{said}</button>'
        ).format(verb=verb, to=to, off=off, said=said)

    return Html(
        '<nav class="pager" aria-label="{label}">{before}'
        "<span>{number:,} of {pages:,}</span>{after}</nav>"
    ).format(
        label=label,
        before=button(number - 1, "Previous"),
        number=number + 1,
        pages=pages,
        after=button(number + 1, "Next"),
    )
