"""What a person sees on the terminal. Everything from a document is made harmless first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pincite.corpus.counts import counted
from pincite.corpus.store.rows import DamagedDocument, Entry, Refusal
from pincite.retrieval.answer import Answer, FoundPassage
from pincite.retrieval.reading.quote import Place, Quote
from pincite.ui.text.closest import closest
from pincite.ui.text.control_characters import harmless, one_line
from pincite.ui.text.hidden_notice import hidden_notice
from pincite.ui.text.levels import (
    ELSEWHERE,
    NOT_FOUND,
    UNSURE,
    agreement,
    how_sure,
    left_out,
    listed,
    number,
    searched_for,
)
from pincite.ui.text.place_path import place_path

if TYPE_CHECKING:
    from pincite.retrieval.health import Health

MOST_PLACES = 3  # of the same words, shown with a quote

_NUMBERS = ("pages", "passages", "characters")
_COLUMNS = ("id", "title", *_NUMBERS, "state", "tags", "added", "source")


def place(item: Quote | FoundPassage | Place, *, details: bool = False) -> str:
    """Where a quote or passage stands: ``Title › Heading, page 3``, and with details its offsets.

    >>> place(Place("0" * 64, "AI safety", ("History",), 3, 120, 180), details=True)
    'AI safety › History, page 3 · characters 120–180'
    """
    path = one_line(" › ".join(place_path(item.title, item.section)))
    page = f", page {item.page}" if item.page is not None else ""
    return f"{path}{page}{f' · {offsets(item)}' if details else ''}"


def offsets(item: Quote | FoundPassage | Place) -> str:
    """Which characters of its document a quote or passage is."""
    return f"characters {item.start}–{item.end}"


def places(
    item: Quote | FoundPassage,
    others: Sequence[Place | FoundPassage],
    *,
    details: bool = False,
) -> list[str]:
    """Where something stands, what of it is hidden, and where else its words stand: a few of the
    places, and a count."""
    also = [f"also in {place(other, details=details)}" for other in others[:MOST_PLACES]]
    more = len(others) - len(also)
    lines = [place(item, details=details), *filter(None, [hidden_notice(item)]), *also]
    return [*map(harmless, lines), *([f"and in {more:,} more"] if more else [])]


def show_answer(console: Console, answer: Answer, *, details: bool = False) -> None:
    """An answer: its numbered quotes with what they need, or that there is none.

    With ``details`` come offsets, and the number that says how sure it is.
    """
    if carried := searched_for(answer):
        console.print(Text(one_line(carried), "dim"), soft_wrap=True)
    others = listed(answer)
    if not others and (others := left_out(answer)):
        others += " Ask again without --document and --tag for all."
    if answer.status == "NOT_FOUND":
        _show_closest(console, answer, details)
    else:
        _show_quotes(console, answer, details)
    if others:
        console.print(others, soft_wrap=True)


def _show_closest(console: Console, answer: Answer, details: bool) -> None:
    sure = [Text(f"({number(answer)})", "dim")] if details else []
    console.print(Text(NOT_FOUND, "bold yellow"), *sure)
    if answer.nearest:
        console.print(f"{ELSEWHERE}\n", soft_wrap=True)
    for near in closest(answer.nearest):
        where = places(near.passage, near.places, details=details)
        _entry(console, Text("–", "dim"), Text(harmless(near.excerpt)), where)


def _show_quotes(console: Console, answer: Answer, details: bool) -> None:
    unsure = answer.status == "UNSURE"
    if unsure:
        console.print(Text(UNSURE, "bold yellow"))
        console.print()
    for count, quote in enumerate(answer.quotes, start=1):
        show_quote(console, count, quote, details=details)
    sure = "" if unsure else how_sure(answer)
    if details:
        bound = f", sure from {answer.trace.threshold:.2f} on" if unsure else ""
        sure = f"{sure} ({number(answer)}{bound})".strip()
    if sure:
        console.print(Text(sure, "dim"))
    if behind := agreement(answer):
        console.print(Text(behind, "dim"), soft_wrap=True)


def show_quote(console: Console, count: int, quote: Quote, *, details: bool = False) -> None:
    """A quote with its number, its place and what it needs."""
    above = [harmless(piece.text) for piece in quote.context]
    where = places(quote, quote.places, details=details)
    _entry(console, _mark(count), _emphasised(quote), where, above)


def _emphasised(quote: Quote) -> Text:
    """The quote with what answers in it in bold, where that is not all of it."""
    text = Text(harmless(quote.text))
    if quote.emphasis != ((quote.start, quote.end),):
        for start, end in quote.emphasis:
            text.stylize("bold", start - quote.start, end - quote.start)
    return text


def show_passages(
    console: Console, passages: Sequence[FoundPassage], *, details: bool = False
) -> None:
    """Ranked passages, and with details their offsets and scores."""
    for count, passage in enumerate(passages, start=1):
        score = f" · score {passage.score:.2f}" if details else ""
        where = [f"{place(passage, details=details)}{score}"]
        where += filter(None, [harmless(hidden_notice(passage))])
        _entry(console, _mark(count), Text(harmless(passage.text)), where)


def _mark(count: int) -> Text:
    return Text(f"[{count}]", "bold cyan")


def _entry(
    console: Console, mark: Text, text: Text, where: Sequence[str], above: Sequence[str] = ()
) -> None:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(overflow="fold")
    if console.is_terminal:
        for piece in above:
            grid.add_row("", Text(piece, "dim"))
        grid.add_row(mark, text)
        grid.add_row("", Text("\n".join(where), "dim"))
        console.print(grid)
    else:  # into a file or a pipe: a quote stays on the lines that it has
        lead = "".join(f"    {line}\n" for piece in above for line in piece.split("\n"))
        below = "".join(f"\n    {line}" for line in where)
        console.print(Text(f"{lead}{mark.plain} {text.plain}{below}"), soft_wrap=True)
    console.print()


def show_documents(
    console: Console,
    entries: Sequence[Entry],
    refusals: Sequence[Refusal] = (),
    same_as: Mapping[str, str] | None = None,
    damaged: Sequence[DamagedDocument] = (),
) -> None:
    """The library's list, and below it what was not read, or not in full, or is damaged.

    ``same_as`` has, by source, another document whose file has the same contents.
    """
    if entries:
        console.print(_listed(entries))
    elif not refusals and not damaged:
        console.print("The library is empty; add documents with: pincite ingest PATH")
    warned = [entry for entry in entries if entry.warnings]
    if warned:
        console.print("\nRead with warnings:")
    for entry in warned:
        for warning in entry.warnings:
            console.print(Text(f"  {one_line(entry.source)}: {one_line(warning)}"), soft_wrap=True)
    if same_as:
        console.print("\nThe same contents under another name:")
    for source, other in (same_as or {}).items():
        console.print(Text(f"  {one_line(source)}: as {one_line(other)}"), soft_wrap=True)
    if damaged:
        console.print("\nDamaged:")
    for one in damaged:
        console.print(Text(f"  {one_line(one.reason)}"), soft_wrap=True)
    if refusals:
        console.print("\nCould not be read:")
    for refusal in refusals:
        named = "" if refusal.source in refusal.reason else f"{refusal.source}: "
        console.print(Text(f"  {one_line(named + refusal.reason)}"), soft_wrap=True)


def _listed(entries: Sequence[Entry]) -> Table:
    table = Table(box=None, pad_edge=False)
    for name in _COLUMNS:
        table.add_column(name, justify="right" if name in _NUMBERS else "left")
    for entry in entries:
        table.add_row(
            entry.id[:12],
            Text(one_line(entry.title)),
            f"{entry.pages:,}" if entry.pages else "",
            str(entry.passages),
            f"{entry.characters:,}",
            entry.state,
            Text(one_line(", ".join(entry.tags))),
            entry.added_at[:10],
            Text(one_line(entry.source), overflow="fold"),
        )
    return table


def show_health(console: Console, health: Health) -> None:
    """What ``pincite doctor`` found."""
    versions = ", ".join(f"{name} {number}" for name, number in health.versions.items())
    console.print(Text(f"versions   {versions}"), soft_wrap=True)
    console.print(Text(f"embedder   {one_line(health.embedder or 'not usable')}"), soft_wrap=True)
    state = (
        f"{counted(health.documents, 'document')}, {counted(health.passages, 'passage')}, "
        f"generation {health.generation}"
        if health.exists
        else "none yet; make one with: pincite ingest PATH"
    )
    console.print(Text(f"library    {one_line(health.library)}: {state}"), soft_wrap=True)
    if health.writer:
        where = "on this machine" if health.writer_is_local else "beyond this machine"
        writer = f"{health.writer} at {health.writer_host}, {where}"
        console.print(Text(f"writer     {one_line(writer)}"), soft_wrap=True)
    for problem in health.problems:
        console.print(Text(f"problem    {one_line(problem)}", "red"), soft_wrap=True)
    for note in health.notes:
        console.print(Text(f"note       {one_line(note)}"), soft_wrap=True)
    if not health.problems:
        console.print(Text("all sound", "green"))
