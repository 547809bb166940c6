"""What stands around the answers: the masthead, the welcome, and where the browser draws turns."""

from __future__ import annotations

from collections.abc import Sequence

from pincite.corpus.rows import Entry
from pincite.ui.web.escape import isolated, shortened

_NAMED = 3  # documents that the welcome names
MASTHEAD = (
    "<header><h1>Pincite</h1>"
    "<p>Answers are quotes, each checked letter by letter against its source.</p>"
    '<p id="announcer" role="status"></p></header>'
)
BAR = (
    '<div class="conversations">'
    '<button type="button" class="plain" data-do="fresh" data-needs="turns">New conversation'
    "</button>"
    '<details><summary class="plain">Conversations</summary><div class="menu">'
    '<p class="place">Kept in this browser only, and nowhere else.</p><ul id="kept"></ul>'
    '<div class="deeds">'
    '<button type="button" class="plain" data-do="markdown" data-needs="turns">Save as Markdown'
    '</button><button type="button" class="plain" data-do="json" data-needs="turns">Save as JSON'
    '</button><button type="button" class="plain" data-do="purge" data-needs="kept">Delete all'
    "</button></div></div></details></div>"
)
CONVERSATION = '<div id="turns"></div>'
EVIDENCE = (
    '<h2 class="unseen">Evidence</h2><div id="cards" class="bare"></div>'
    '<div class="no-evidence source"><p>The source of every quote appears here, with the text '
    "around it. <mark>A quote is marked, and <b>what answers the question in it</b> more strongly."
    "</mark></p></div>"
)


def welcome(entries: Sequence[Entry], *, can_add: bool = False) -> str:
    """What the chat says before the first question.

    Args:
        entries: the library's documents.
        can_add: there is a page on which documents can be added.
    """
    if not entries:
        how = "on the page Library" if can_add else "with <code>pincite ingest PATH</code>"
        return (
            '<div class="greeting"><h2>The library is empty</h2>'
            f"<p>Add documents {how}, then ask.</p></div>"
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
