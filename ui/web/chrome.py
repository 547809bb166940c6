"""What stands around the answers: the masthead, the welcome, and where the browser draws turns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from heapq import nlargest

from pincite.corpus.counts import counted
from pincite.corpus.store.rows import Entry
from pincite.ui.web.html import NO_HTML, Html, isolated, shortened
from pincite.ui.web.wording import day

_NEWEST = 5  # documents that the welcome names
_TITLE = 80  # characters of their titles
_DROP_HERE = Html(
    '<button type="button" class="drop-here" data-room="library">Drop files here</button>'
    " or choose them on the page Library"
)
_ELSEWHERE = Html("Have documents put into your collections by whoever runs this server")
_IN_BROWSER = "Kept in this browser only, and nowhere else."
_ON_SERVER = "Kept on this server for you."
MASTHEAD = Html(
    "<header><h1>Pincite</h1>"
    "<p>Answers are quotes, each checked letter by letter against its source.</p>"
    '<p id="announcer" role="status"></p></header>'
)


def bar(*, on_server: bool = False, rates: bool = False) -> Html:
    """What stands over the conversation: a new one, those that are kept, and what to do with them.

    Args:
        on_server: the server keeps them, and not the browser (``data-keeps``).
        rates: people may say whether an answer helped (``data-rates``).
    """
    return Html(
        '<div class="conversations"{on_server}{rates}>'
        '<button type="button" class="plain" data-do="fresh" data-needs="turns">New conversation'
        "</button>"
        '<details><summary class="plain">Conversations</summary><div class="menu">'
        '<p class="place" id="kept-where">{where}</p><ul id="kept"></ul>'
        '<div class="deeds">'
        '<button type="button" class="plain" data-do="markdown" data-needs="turns">Save as Markdown'
        '</button><button type="button" class="plain" data-do="json" data-needs="turns">Save as '
        'JSON</button><button type="button" class="plain" data-do="purge" data-needs="kept">'
        "Delete all</button></div></div></details></div>"
    ).format(
        on_server=Html(' data-keeps="server"') if on_server else NO_HTML,
        rates=Html(" data-rates") if rates else NO_HTML,
        where=_ON_SERVER if on_server else _IN_BROWSER,
    )


BAR = bar()
CONVERSATION = Html('<div id="turns"></div>')
NOT_KEPT = Html('<p id="not-kept" role="status"></p>')
EVIDENCE = Html(
    '<h2 class="unseen">Evidence</h2><div id="cards" class="bare"></div>'
    '<div class="no-evidence source"><p>The source of every quote appears here, with the text '
    "around it. <mark>A quote is marked, and <b>what answers the question in it</b> more strongly."
    "</mark></p></div>"
)


def welcome(
    entries: Sequence[Entry],
    *,
    can_add: bool = False,
    is_all: bool = True,
    now: datetime | None = None,
) -> Html:
    """What the chat says before the first question.

    Args:
        entries: the library's documents that the person sees.
        can_add: there is a page on which the person can add documents.
        is_all: they see all that there are.
        now: by default, the present moment.
    """
    if not entries:
        how = Html("Add documents with <code>pincite ingest PATH</code>") if is_all else _ELSEWHERE
        return Html('<div class="greeting"><h2>{what}</h2><p>{how}, then ask.</p></div>').format(
            what="The library is empty" if is_all else "There is no document for you yet",
            how=_DROP_HERE if can_add else how,
        )
    return Html(
        '<div class="greeting"><h2>Ask a question. Read the very words.</h2>'
        '<p class="holdings">This library holds {holdings}.</p>'
        '<h3>Newest</h3><ul class="latest">{latest}</ul></div>'
    ).format(holdings=_holdings(entries), latest=_latest(entries, now or datetime.now(UTC)))


def _holdings(entries: Sequence[Entry]) -> str:
    """How many documents, passages and pages there are; formats without pages have none."""
    pages = sum(entry.pages for entry in entries)
    counts = [
        counted(len(entries), "document"),
        counted(sum(entry.passages for entry in entries), "passage"),
        *([counted(pages, "page")] if pages else []),
    ]
    return f"{', '.join(counts[:-1])} and {counts[-1]}"


def _latest(entries: Sequence[Entry], now: datetime) -> Html:
    newest = nlargest(_NEWEST, entries, key=lambda entry: entry.added_at)
    return Html().join(
        Html("<li><cite>{title}</cite> {day}</li>").format(
            title=isolated(shortened(entry.title, _TITLE)), day=day(entry.added_at, now)
        )
        for entry in newest
    )
