"""The page around the answers: welcome, conversation and evidence, as HTML."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from corpus.rows import Entry
from ui.web import render
from ui.web.escape import escaped, isolated, shortened

_NAMED = 3  # documents that the welcome names
HEADER = (
    "<header><h1>Pincite</h1>"
    "<p>Answers are quotes, each checked letter by letter against its source.</p>"
    '<p id="announcer" role="status"></p></header>'
)
NO_EVIDENCE = (
    '<div class="no-evidence source"><p>The source of every quote appears here, with the text '
    "around it. <mark>A quote is marked, and <b>what answers the question in it</b> more strongly."
    "</mark></p></div>"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what was answered, drawn. ``evidence`` is empty where there is none."""

    number: int
    question: str
    reply: str
    evidence: str = ""


def welcome(entries: Sequence[Entry]) -> str:
    """What the chat says before the first question."""
    if not entries:
        return (
            '<div class="greeting"><h2>The library is empty</h2><p>Add documents with '
            "<code>pincite ingest PATH</code>, then ask.</p></div>"
        )
    named = ", ".join(
        f"<cite>{isolated(shortened(entry.title, 60))}</cite>" for entry in entries[:_NAMED]
    )
    more = f" and {len(entries) - _NAMED:,} more" if len(entries) > _NAMED else ""
    count = "one document" if len(entries) == 1 else f"{len(entries):,} documents"
    return (
        '<div class="greeting"><h2>Ask a question. Read the very words.</h2>'
        f'<p class="holdings">This library holds {count}: {named}{more}.</p></div>'
    )


def conversation(turns: Sequence[Turn]) -> str:
    """The turns in the order in which they were taken."""
    return "".join(
        f'<section class="turn" id="turn-{turn.number}">'
        f"{render.question(turn.question)}{turn.reply}</section>"
        for turn in turns
    )


def evidence(turns: Sequence[Turn]) -> str:
    """The evidence of the newest answer, and that of the earlier ones folded below it."""
    if not turns:
        return NO_EVIDENCE
    *earlier, newest = turns
    folded = "".join(
        f'<details class="earlier"><summary dir="auto">{escaped(shortened(turn.question, 120))}'
        f"</summary>{turn.evidence}</details>"
        for turn in reversed(earlier)
        if turn.evidence
    )
    title = '<h2 class="earlier-title">Earlier questions</h2>' if folded else ""
    return (newest.evidence or NO_EVIDENCE) + title + folded
