"""The list of a library's documents as HTML: pure functions, and all from outside escaped."""

from __future__ import annotations

from collections.abc import Iterable

from pincite.corpus.rows import Entry
from pincite.ui.web.controls import pager, select
from pincite.ui.web.html import attribute, escaped, isolated, shortened
from pincite.ui.web.library.filter import (
    ORDERS,
    PAGE,
    STATES,
    Filter,
    Holdings,
    ListPage,
    Row,
    added,
    list_page,
    state,
    title,
)
from pincite.ui.web.wording import counted, day, sentence, size

_TITLE, _SOURCE = 160, 120  # characters that are shown of each
_WARNINGS = 3  # of a document that the list names
_HEAD = ("Document", "Size", "Passages", "Pages", "State", "Added")
_EMPTY = (
    '<div class="nothing"><h2>The library is empty</h2>'
    "<p>Drop files above. Each is read here, on this machine, and its text can be asked at once."
    "</p></div>"
)
_NO_MATCH = (
    '<div class="nothing"><p>No document fits. Change the words, the tag or the state.</p></div>'
)


def document_list(holdings: Holdings, wanted: Filter, opened: str = "") -> str:
    """The filter, and the page of the list that it leaves; ``opened`` is the id of the open one."""
    if not holdings.rows:
        return _EMPTY
    found = list_page(holdings, wanted)
    rows = "".join(_row(row, row_id(row) == opened) for row in found.rows)
    return (
        filters(holdings, wanted)
        + f'<p class="count" role="status" tabindex="-1" data-after="close page">'
        f"{_count(found, holdings)}</p>" + (_table(rows) if rows else _NO_MATCH) + _pager(found)
    )


def filters(holdings: Holdings, wanted: Filter) -> str:
    """The form that narrows the list down. The browser keeps what is typed into it."""
    tags = {"": "All"} | {
        tag: f"{shortened(tag, 40)} ({count:,})" for tag, count in holdings.tags.items()
    }
    states = {"": "All"} | {name: name.capitalize() for name in STATES}
    orders = {name: label for name, (label, *_) in ORDERS.items()}
    return (
        '<form class="filter" role="search" aria-label="Filter the documents" data-verb="filter"'
        f' data-at="{wanted.at}">'
        '<label><span>Filter</span><input type="search" name="words" maxlength="200" '
        'placeholder="Title, source or tag" autocomplete="off" spellcheck="false"></label>'
        f"{select('Tag', 'tag', tags, wanted.tag)}{select('State', 'state', states, wanted.state)}"
        f"{select('Sort', 'order', orders, wanted.order)}</form>"
    )


def chips(tags: Iterable[str]) -> str:
    """Tags, one beside the other."""
    items = "".join(f"<li>{isolated(tag)}</li>" for tag in tags)
    return f'<ul class="tags" aria-label="Tags">{items}</ul>' if items else ""


def row_id(row: Row) -> str:
    """What names the row to the server: a document's id, a refused file's source."""
    return row.id if isinstance(row, Entry) else row.source


def _count(found: ListPage, holdings: Holdings) -> str:
    of_all = "" if found.total == len(holdings.rows) else f" of {len(holdings.rows):,}"
    shown = ""
    if found.total > len(found.rows):
        shown = f", {found.first + 1:,}–{found.first + len(found.rows):,} shown"
    return f"{found.total:,}{of_all} {'document' if found.total == 1 else 'documents'}{shown}"


def _table(rows: str) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in _HEAD)
    # The roles are said because a narrow page shows the rows as cards, which takes them away.
    return (
        '<table class="documents" role="table"><caption>Documents in the library</caption>'
        f'<thead><tr>{head}<th scope="col"><span class="unseen">Remove</span></th></tr></thead>'
        f'<tbody role="rowgroup">{rows}</tbody></table>'
    )


def _row(row: Row, is_open: bool) -> str:
    name = isolated(shortened(title(row), _TITLE))
    source = f'<span class="from">{isolated(_tail(row.source))}</span>'
    if isinstance(row, Entry):
        bytes_read = f'<span class="bytes">{size(row.origin.size)}</span>' if row.origin else ""
        described = (
            f'<button type="button" class="open" data-verb="open" data-id="{row.id}"'
            f' aria-expanded="{"true" if is_open else "false"}">{name}</button>{source}'
            f"{chips(row.tags)}{_warnings(row)}"
        )
        cells = (
            ("size", "Size", f"{counted(row.characters, 'character')}{bytes_read}"),
            ("number", "Passages", f"{row.passages:,}"),
            (
                "number" if row.pages else "number none",
                "Pages",
                f"{row.pages:,}" if row.pages else "–",
            ),
            ("state", "State", _state(row)),
            ("day", "Added", day(added(row))),
        )
        verb, does = "remove", "Remove"
    else:
        described = f'<b class="unread">{name}</b>{source}<p class="why">{sentence(row.reason)}</p>'
        cells = (
            (
                "size" if row.origin else "none",
                "Size",
                size(row.origin.size) if row.origin else "–",
            ),
            ("number none", "Passages", "–"),
            ("number none", "Pages", "–"),
            ("state", "State", _state(row)),
            ("day", "Looked at", day(added(row))),
        )
        verb, does = "forget", "Forget"
    drawn = "".join(
        f'<td class="{kind}" role="cell" data-label="{label}">{cell}</td>'
        for kind, label, cell in cells
    )
    of = escaped(shortened(title(row), 80))
    return (
        f'<tr class="{"is-open" if is_open else ""}" role="row">'
        f'<th scope="row" role="rowheader">{described}</th>{drawn}'
        f'<td class="do" role="cell"><button type="button" class="quiet" data-verb="{verb}"'
        f' data-id="{attribute(row_id(row))}"><span aria-hidden="true">{does}</span>'
        f'<span class="unseen">{does} {of}</span></button></td></tr>'
    )


def _state(row: Row) -> str:
    kind = state(row)
    if kind == "read with warnings" and isinstance(row, Entry):
        return f'<span class="warned">Read, {counted(len(row.warnings), "warning")}</span>'
    return f'<span class="{kind}">{kind.capitalize()}</span>'


def _warnings(row: Entry) -> str:
    """The first of what is odd about a document; all of it stands in the open one."""
    said = "".join(f'<p class="why">{sentence(one)}</p>' for one in row.warnings[:_WARNINGS])
    more = len(row.warnings) - _WARNINGS
    return said + (f'<p class="why">and {counted(more, "more warning")}</p>' if more > 0 else "")


def _tail(source: str) -> str:
    """The end of a long path, which tells more than its beginning."""
    return source if len(source) <= _SOURCE else "…" + source[-_SOURCE:]


def _pager(found: ListPage) -> str:
    if found.total <= PAGE:
        return ""
    number, pages = found.first // PAGE, (found.total - 1) // PAGE + 1
    return pager("Pages of the list", "page", number, pages)
