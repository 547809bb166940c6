"""What a person sees on the terminal. Everything from a document is made harmless first."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pincite.corpus.rows import Entry, Refusal
from pincite.retrieval.answer import Answer, FoundPassage
from pincite.retrieval.health import Health
from pincite.retrieval.reading.quote import Place, Quote
from pincite.ui.levels import ELSEWHERE, NOT_FOUND, UNSURE, left_out, listed, searched_for

# Control characters could move the cursor or recolour the screen, bidirectional ones reorder it.
_HARMFUL = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]"
)

MOST_PLACES = 3  # of the same words, shown with a quote

_NUMBERS = ("pages", "passages", "characters")
_COLUMNS = ("id", "title", *_NUMBERS, "state", "tags", "added", "source")


def harmless(text: str) -> str:
    """The text with every character that would act on the terminal shown as U+FFFD."""
    return _HARMFUL.sub("\ufffd", text)


def one_line(text: str) -> str:
    """A name made harmless, so that it cannot pass for a line of ours either."""
    return harmless(text).replace("\n", "\ufffd")


def place(item: Quote | FoundPassage | Place) -> str:
    """Where a quote or passage stands: ``Title › Heading › … · characters 120–180``."""
    path = one_line(" › ".join([item.title, *item.section]))
    page = f" · page {item.page}" if item.page is not None else ""
    return f"{path}{page} · characters {item.start}–{item.end}"


def show_answer(console: Console, answer: Answer) -> None:
    """An answer: its numbered quotes with what they need, or that there is none."""
    sure = f"{answer.trace.confidence_kind} {answer.confidence:.2f}"
    if carried := searched_for(answer):
        console.print(Text(one_line(carried), "dim"), soft_wrap=True)
    others = listed(answer)
    if not others and (others := left_out(answer)):
        others += " Ask again without --document and --tag for all."
    if answer.status == "NOT_FOUND":
        console.print(Text(NOT_FOUND, "bold yellow"), Text(f"({sure})", "dim"))
        if answer.nearest:
            console.print(f"{ELSEWHERE}; the nearest:\n")
        for passage in answer.nearest:
            console.print(Text(f"    {place(passage)}"), soft_wrap=True)
        if others:
            console.print(f"\n{others}" if answer.nearest else others, soft_wrap=True)
        return
    if answer.status == "UNSURE":
        console.print(Text(UNSURE, "bold yellow"))
        console.print()
        sure += f", and I vouch from {answer.trace.threshold:.2f} on"
    for number, quote in enumerate(answer.quotes, start=1):
        above = [harmless(piece.text) for piece in quote.context]
        _numbered(console, number, _emphasised(quote), places(quote), above)
    console.print(Text(sure, "dim"))
    if others:
        console.print(others, soft_wrap=True)


def places(quote: Quote) -> list[str]:
    """Where a quote stands, and where else its words do: a few of the places, and a count."""
    also = [f"also in {place(other)}" for other in quote.places[:MOST_PLACES]]
    more = len(quote.places) - len(also)
    return [place(quote), *also, *([f"and in {more:,} more"] if more else [])]


def _emphasised(quote: Quote) -> Text:
    """The quote with what answers in it in bold, where that is not all of it."""
    text = Text(harmless(quote.text))
    if quote.emphasis != ((quote.start, quote.end),):
        for start, end in quote.emphasis:
            text.stylize("bold", start - quote.start, end - quote.start)
    return text


def show_passages(console: Console, passages: Sequence[FoundPassage]) -> None:
    """Ranked passages with their scores."""
    for number, passage in enumerate(passages, start=1):
        _numbered(
            console,
            number,
            Text(harmless(passage.text)),
            [f"{place(passage)} · score {passage.score:.2f}"],
        )


def _numbered(
    console: Console, number: int, text: Text, where: Sequence[str], above: Sequence[str] = ()
) -> None:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(justify="right", no_wrap=True)
    grid.add_column(overflow="fold")
    if console.is_terminal:
        for piece in above:
            grid.add_row("", Text(piece, "dim"))
        grid.add_row(Text(f"[{number}]", "bold cyan"), text)
        grid.add_row("", Text("\n".join(where), "dim"))
        console.print(grid)
    else:  # into a file or a pipe: a quote stays on the lines that it has
        lead = "".join(f"    {line}\n" for piece in above for line in piece.split("\n"))
        below = "".join(f"\n    {line}" for line in where)
        console.print(Text(f"{lead}[{number}] {text.plain}{below}"), soft_wrap=True)
    console.print()


def show_documents(
    console: Console,
    entries: Sequence[Entry],
    refusals: Sequence[Refusal] = (),
    same_as: Mapping[str, str] | None = None,
) -> None:
    """The library's list, and below it what was not read, or not in full.

    ``same_as`` has, by source, another document whose file has the same contents.
    """
    if entries:
        console.print(_listed(entries))
    elif not refusals:
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
        f"{health.documents} documents, {health.passages} passages, generation {health.generation}"
        if health.exists
        else "none yet; make one with: pincite ingest PATH"
    )
    console.print(Text(f"library    {one_line(health.library)}: {state}"), soft_wrap=True)
    for problem in health.problems:
        console.print(Text(f"problem    {one_line(problem)}", "red"), soft_wrap=True)
    if not health.problems:
        console.print(Text("all sound", "green"))
