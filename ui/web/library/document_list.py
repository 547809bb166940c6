"""The list of a library's documents as HTML: pure functions, and all from outside escaped."""

from __future__ import annotations

from collections.abc import Iterable

from pincite.corpus.counts import counted
from pincite.corpus.store.rows import DamagedDocument, Entry, Refusal
from pincite.ui.access import EVERYBODY, Person
from pincite.ui.web.controls import pager, select
from pincite.ui.web.html import Html, attribute, escaped, isolated, shortened
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
from pincite.ui.web.wording import day, sentence, size

_TITLE, _SOURCE = 160, 120  # characters that are shown of each
_WARNINGS = 3  # of a document that the list names
_HEAD = ("Document", "Size", "Passages", "Pages", "State", "Added")
_EMPTY = Html(
    '<div class="nothing"><h2>The library is empty</h2>'
    "<p>Drop files above. Each is read on this machine, and you can ask it at once."
    "</p></div>"
)
_NO_MATCH = Html(
    '<div class="nothing"><p>No document fits. Change the words, the tag or the state.</p></div>'
)


_NOTHING = Html(
    '<div class="nothing"><h2>There is no document for you yet</h2>'
    "<p>Whoever runs this server can put documents into your collections.</p></div>"
)


def document_list(
    holdings: Holdings, wanted: Filter, opened: str = "", person: Person = EVERYBODY
) -> Html:
    """The filter, and the page of the list that it leaves.

    Args:
        holdings: what the person sees.
        wanted: what is to be listed.
        opened: the id of the open document.
        person: whose list it is; what they may not do is not offered.
    """
    can_write = person.may("write")
    if not holdings.rows:
        return _EMPTY if can_write else _NOTHING
    found = list_page(holdings, wanted)
    rows = Html().join(_row(row, row_id(row) == opened, can_write) for row in found.rows)
    return (
        filters(holdings, wanted)
        + Html(
            '<p class="count" role="status" tabindex="-1" data-after="close page">{count}</p>'
        ).format(count=_count(found, holdings))
        + (_table(rows, can_write) if rows else _NO_MATCH)
        + _pager(found)
    )


def filters(holdings: Holdings, wanted: Filter) -> Html:
    """The form that narrows the list down. The browser keeps what is typed into it."""
    tags = {"": "All"} | {
        tag: f"{shortened(tag, 40)} ({count:,})" for tag, count in holdings.tags.items()
    }
    states = {"": "All"} | {name: name.capitalize() for name in STATES}
    orders = {name: label for name, (label, *_) in ORDERS.items()}
    return Html(
        '<form class="filter" role="search" aria-label="Filter the documents" data-verb="filter"'
        ' data-at="{at}">'
        '<label><span>Filter</span><input type="search" name="words" maxlength="200" '
        'placeholder="Title, source or tag" autocomplete="off" spellcheck="false"></label>'
        "{tags}{states}"
        "{orders}</form>"
    ).format(
        at=wanted.at,
        tags=select("Tag", "tag", tags, wanted.tag),
        states=select("State", "state", states, wanted.state),
        orders=select("Sort", "order", orders, wanted.order),
    )


def chips(tags: Iterable[str]) -> Html:
    """Tags, one beside the other."""
    items = Html().join(Html("<li>{tag}</li>").format(tag=isolated(tag)) for tag in tags)
    return (
        Html('<ul class="tags" aria-label="Tags">{items}</ul>').format(items=items)
        if items
        else Html()
    )


def row_id(row: Row) -> str:
    """What names the row to the server: a document's id, a refused file's source."""
    return row.id if isinstance(row, Entry) else row.source


def _count(found: ListPage, holdings: Holdings) -> str:
    of_all = "" if found.total == len(holdings.rows) else f" of {len(holdings.rows):,}"
    shown = ""
    if found.total > len(found.rows):
        shown = f", {found.first + 1:,}–{found.first + len(found.rows):,} shown"
    return f"{found.total:,}{of_all} {'document' if found.total == 1 else 'documents'}{shown}"


def _table(rows: Html, can_write: bool) -> Html:
    head = Html().join(Html('<th scope="col">{name}</th>').format(name=name) for name in _HEAD)
    if can_write:
        head += Html('<th scope="col"><span class="unseen">Remove</span></th>')
    # The roles are said because a narrow page shows the rows as cards, which takes them away.
    return Html(
        '<table class="documents" role="table"><caption>Documents in the library</caption>'
        "<thead><tr>{head}</tr></thead>"
        '<tbody role="rowgroup">{rows}</tbody></table>'
    ).format(head=head, rows=rows)


def _row(row: Row, is_open: bool, can_write: bool) -> Html:
    name = isolated(shortened(title(row), _TITLE))
    source = Html('<span class="from">{tail}</span>').format(tail=isolated(_tail(row.source)))
    cells: tuple[tuple[str, str, str], ...]
    if isinstance(row, Entry):
        bytes_read = (
            Html('<span class="bytes">{size}</span>').format(size=size(row.origin.size))
            if row.origin
            else Html()
        )
        described = Html(
            '<button type="button" class="open" data-verb="open" data-id="{id}"'
            ' aria-expanded="{is_open}">{name}</button>{source}'
            "{chips}{warnings}"
        ).format(
            id=row.id,
            is_open="true" if is_open else "false",
            name=name,
            source=source,
            chips=chips(row.tags),
            warnings=_warnings(row),
        )
        cells = (
            ("size", "Size", counted(row.characters, "character") + bytes_read),
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
        described = Html('<b class="unread">{name}</b>{source}<p class="why">{reason}</p>').format(
            name=name, source=source, reason=sentence(row.reason)
        )
        origin = row.origin if isinstance(row, Refusal) else None
        cells = (
            ("size" if origin else "none", "Size", size(origin.size) if origin else "–"),
            ("number none", "Passages", "–"),
            ("number none", "Pages", "–"),
            ("state", "State", _state(row)),
            ("day", "Looked at", day(added(row)) if added(row) else "–"),
        )
        verb, does = "forget", "Forget"
    drawn = Html().join(
        Html('<td class="{kind}" role="cell" data-label="{label}">{cell}</td>').format(
            kind=kind, label=label, cell=cell
        )
        for kind, label, cell in cells
    )
    return Html(
        '<tr class="{is_open}" role="row">'
        '<th scope="row" role="rowheader">{described}</th>{drawn}{deed}</tr>'
    ).format(
        is_open="is-open" if is_open else "",
        described=described,
        drawn=drawn,
        deed=_deed(row, verb, does) if can_write else Html(),
    )


def _deed(row: Row, verb: str, does: str) -> Html:
    """The button that takes a row away; a damaged document goes by the command line."""
    if isinstance(row, DamagedDocument):
        return Html('<td class="do" role="cell"></td>')
    return Html(
        '<td class="do" role="cell"><button type="button" class="quiet" data-verb="{verb}"'
        ' data-id="{row_id}"><span aria-hidden="true">{does}</span>'
        '<span class="unseen">{does} {of}</span></button></td>'
    ).format(
        verb=verb,
        row_id=attribute(row_id(row)),
        does=does,
        of=escaped(shortened(title(row), 80)),
    )


def _state(row: Row) -> Html:
    kind = state(row)
    if kind == "read with warnings" and isinstance(row, Entry):
        return Html('<span class="warned">Read, {warnings}</span>').format(
            warnings=counted(len(row.warnings), "warning")
        )
    return Html('<span class="{kind}">{name}</span>').format(kind=kind, name=kind.capitalize())


def _warnings(row: Entry) -> Html:
    """The first of what is odd about a document; all of it stands in the open one."""
    said = Html().join(
        Html('<p class="why">{one}</p>').format(one=sentence(one))
        for one in row.warnings[:_WARNINGS]
    )
    more = len(row.warnings) - _WARNINGS
    return said + (
        Html('<p class="why">and {more_warnings}</p>').format(
            more_warnings=counted(more, "more warning")
        )
        if more > 0
        else Html()
    )


def _tail(source: str) -> str:
    """The end of a long path, which tells more than its beginning."""
    return source if len(source) <= _SOURCE else "…" + source[-_SOURCE:]


def _pager(found: ListPage) -> Html:
    if found.total <= PAGE:
        return Html()
    number, pages = found.first // PAGE, (found.total - 1) // PAGE + 1
    return pager("Pages of the list", "page", number, pages)
