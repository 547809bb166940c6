"""Choices and pagers as HTML."""

from __future__ import annotations

from collections.abc import Mapping

from pincite.ui.web.html import attribute, escaped


def select(label: str, name: str, options: Mapping[str, str], value: str | None = None) -> str:
    """A labelled choice. The script sets its ``value``, which a redrawn element would not take."""
    chosen = "" if value is None else f' data-value="{attribute(value)}"'
    drawn = "".join(
        f'<option value="{attribute(option)}">{escaped(said)}</option>'
        for option, said in options.items()
    )
    return (
        f"<label><span>{escaped(label)}</span>"
        f'<select name="{name}"{chosen}>{drawn}</select></label>'
    )


def pager(label: str, verb: str, number: int, pages: int) -> str:
    """Buttons to the page before and after ``number`` (from 0) of ``pages``."""

    def button(to: int, said: str) -> str:
        off = "" if 0 <= to < pages else " disabled"
        return f'<button type="button" data-verb="{verb}" data-to="{to}"{off}>{said}</button>'

    return (
        f'<nav class="pager" aria-label="{label}">{button(number - 1, "Previous")}'
        f"<span>{number + 1:,} of {pages:,}</span>{button(number + 1, 'Next')}</nav>"
    )
