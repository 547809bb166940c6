"""Which documents of a library are listed: those that fit the words and the tag, page by page."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import DamagedDocument, Entry, Refusal

Row = Entry | DamagedDocument | Refusal
_SETS = 32  # of tags, whose holdings are kept
PAGE = 50  # rows; a library may have many thousands

# What the list can be sorted by, and whether backwards; of rows that are level, by name.
ORDERS: Mapping[str, tuple[str, Callable[[Row], Any], bool]] = {
    "newest": ("Newest", lambda row: added(row), True),
    "title": ("Title", lambda row: title(row).casefold(), False),
    "source": ("Source", lambda row: row.source.casefold(), False),
    "size": ("Largest", lambda row: getattr(row, "characters", 0), True),
    "passages": ("Most passages", lambda row: getattr(row, "passages", 0), True),
}
STATES = ("read", "read with warnings", "damaged", "refused")


@dataclass(frozen=True, slots=True)
class Holdings:
    """All that a library has, at one moment."""

    entries: Sequence[Entry]
    refusals: Sequence[Refusal]
    tags: Mapping[str, int]
    damaged: Sequence[DamagedDocument] = ()

    @property
    def rows(self) -> list[Row]:
        """The documents, and the files that could not be read."""
        return [*self.entries, *self.damaged, *self.refusals]


@dataclass(frozen=True, slots=True)
class Filter:
    """What is to be listed. An empty ``words``, ``tag`` or ``state`` leaves everything.

    ``at`` is when the browser sent it, by the browser's own count.
    """

    words: str = ""
    tag: str = ""
    state: str = ""
    order: str = "newest"
    page: int = 0
    at: int = 0


@dataclass(frozen=True, slots=True)
class ListPage:
    """One page of a list: its rows, the number of the first (from 0), and of all that fit."""

    rows: Sequence[Row]
    first: int
    total: int


class Catalogue:
    """A library's holdings, read again only when it has changed. Safe to use from several threads.

    A page that is redrawn at every key must not read ten thousand rows each time.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._lock = threading.Lock()
        self._known: OrderedDict[frozenset[str] | None, tuple[Any, Holdings]] = OrderedDict()

    def holdings(self, tags: frozenset[str] | None = None) -> Holdings:
        """What the library has now; with ``tags``, of what carries any of them."""
        with self._lock:
            pulse = self._library.change_counter
            if tags not in self._known or self._known[tags][0] != pulse:
                library = self._library if tags is None else self._library.limited_to(tags)
                with library.snapshot():
                    found = Holdings(
                        library.entries(), library.refusals(), library.tags(), library.damaged()
                    )
                self._known[tags] = pulse, found
            self._known.move_to_end(tags)
            while len(self._known) > _SETS:
                self._known.popitem(last=False)
            return self._known[tags][1]


def list_page(holdings: Holdings, wanted: Filter) -> ListPage:
    """The page of the list; the last one where the list is shorter than that."""
    words = wanted.words.casefold().split()
    rows = [
        row
        for row in holdings.rows
        if (not wanted.tag or wanted.tag in tags(row))
        and (not wanted.state or wanted.state == state(row))
        and (not words or _has(row, words))
    ]
    _, key, backwards = ORDERS.get(wanted.order, ORDERS["newest"])
    rows.sort(key=key, reverse=backwards)
    last = max(0, (len(rows) - 1) // PAGE)
    first = min(max(wanted.page, 0), last) * PAGE
    return ListPage(rows[first : first + PAGE], first, len(rows))


def title(row: Row) -> str:
    """What the row is called."""
    return row.title if isinstance(row, Entry) else row.source.rpartition("/")[2]


def tags(row: Row) -> tuple[str, ...]:
    """The row's tags; a file that could not be read has none."""
    return row.tags if isinstance(row, Entry) else ()


def state(row: Row) -> str:
    """One of ``STATES``."""
    if isinstance(row, Entry):
        return row.state
    return "refused" if isinstance(row, Refusal) else "damaged"


def added(row: Row) -> str:
    """When the document was taken in, or the file looked at: ISO 8601, UTC; "" if damaged."""
    if isinstance(row, Entry):
        return row.added_at
    return row.seen_at if isinstance(row, Refusal) else ""


def _has(row: Row, words: Sequence[str]) -> bool:
    said = "\n".join((title(row), row.source, *tags(row))).casefold()
    return all(word in said for word in words)
