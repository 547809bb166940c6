"""The guide to a document on the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from pincite.retrieval.overview.guide import Excerpt, Guide
from pincite.ui.text.control_characters import harmless, one_line
from pincite.ui.text.hidden_notice import hidden_notice

NO_TEXT = "There is no text in it."


def show_guide(console: Console, guide: Guide) -> None:
    """How a document opens, its headings and key sentences, and what to ask it."""
    console.print(Text(one_line(guide.title), "bold"), soft_wrap=True)
    if guide.lead is None:
        console.print(f"\n{NO_TEXT}")
        return
    console.print()
    console.print(Text(harmless(guide.lead.text)), soft_wrap=True)
    if said := hidden_notice(guide.lead):
        console.print(Text(harmless(said), "dim"), soft_wrap=True)
    _show(console, "Headings", outline(guide))
    _show(console, "Key sentences", [_said(sentence) for sentence in guide.key_sentences])
    _show(console, "Questions that it answers", [q.question for q in guide.questions or ()])


def outline(guide: Guide) -> list[str]:
    """The headings in lines, each as far in as it is deep, and how many others there are."""
    least = min((len(heading.section) for heading in guide.headings), default=0)
    lines = ["  " * (len(h.section) - least) + h.text + hidden_mark(h) for h in guide.headings]
    return [*lines, f"and {guide.more_headings:,} more"] if guide.more_headings else lines


def _show(console: Console, name: str, lines: Sequence[str]) -> None:
    if lines:
        console.print(Text(f"\n{name}", "bold cyan"))
    for line in lines:
        console.print(Text(f"  {one_line(line)}"), soft_wrap=True)


def _said(sentence: Excerpt) -> str:
    """A sentence on one line, with its page."""
    page = f" (page {sentence.page})" if sentence.page is not None else ""
    return " ".join(sentence.text.split()) + page + hidden_mark(sentence)


def hidden_mark(piece: Excerpt) -> str:
    """What stands after a short piece of a document that is hidden, or some of it."""
    return " (hidden text)" if piece.hidden else ""
