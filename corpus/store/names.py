"""What people call a document, and which document they mean by it.

The one place that decides this, for the command line, the interfaces for programs and Python:

1. the source, as it is;
2. the whole id;
3. a path, from where the program runs;
4. the first digits of the id (6 or more), how the source ends (``report.pdf`` or
   ``2024/report.pdf``), or the title. Here a name may fit several documents, and nobody guesses.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from heapq import nlargest
from itertools import pairwise

from pincite.corpus.errors import AmbiguousIdError, DocumentNotFoundError
from pincite.corpus.store.protocol import Catalogue
from pincite.corpus.store.rows import SELECT_ENTRY, Entry, entry_from

SHORT_ID = 12  # digits of an id that people are shown
_LISTED = 5  # documents that a name may mean, listed one by one
_NEAREST = 3
_LIKE = 0.5  # likeness from which on a name is near another
_COMPARED = 20_000  # documents whose names are compared with one that is not there
_WHOLE_ID = re.compile("[0-9a-f]{64}")
_ENDS = "substr(replace({source}, '\\', '/'), -length(?1) - 1) = '/' || ?1"
_FITS = (
    "(length(?1) >= 6 AND substr(d.id, 1, length(?1)) = ?1)"
    f" OR {_ENDS.format(source='d.source')} OR d.title = ?1"
)


def find(database: Catalogue, name: str) -> Entry:
    """The document that a person calls ``name``.

    Raises:
        DocumentNotFoundError: there is none.
        AmbiguousIdError: it may mean several.
    """
    for exact in _as_paths(name):
        if rows := database.rows(
            f"{SELECT_ENTRY} WHERE d.source = ?1 OR d.id = ?1 ORDER BY d.source = ?1 DESC", [exact]
        ):
            return entry_from(rows[0])
    rows = []
    if ending := _ending(name):
        rows = database.rows(f"{SELECT_ENTRY} WHERE {_FITS} ORDER BY d.source", [ending])
    if len(rows) == 1:
        return entry_from(rows[0])
    if rows:
        raise AmbiguousIdError(_several(name, [entry_from(row) for row in rows]))
    raise DocumentNotFoundError(
        f"the library {database.name} has no document {name!r}; "
        f"{_near(database, name)}see: pincite documents"
    )


def find_refused(database: Catalogue, name: str) -> str | None:
    """The source of the one file that could not be read and that ``name`` means, if there is one.

    Raises:
        DocumentNotFoundError: it may mean several.
    """
    for exact in _as_paths(name):
        if database.rows("SELECT 1 FROM refusals WHERE source = ?", [exact]):
            return exact
    ending = _ending(name)
    where = _ENDS.format(source="source")
    statement = f"SELECT source FROM refusals WHERE {where} ORDER BY source"
    sources = [row[0] for row in database.rows(statement, [ending])] if ending else []
    if len(sources) > 1:
        raise AmbiguousIdError(
            f"{name!r} matches {len(sources)} files that could not be read: "
            f"{_listed(sources)}; type more of the path"
        )
    return sources[0] if sources else None


def _as_paths(name: str) -> tuple[str, ...]:
    """The name as it is, and as a path from where the program runs, where it can be one."""
    return (name, os.path.abspath(name)) if name.strip() and "\0" not in name else (name,)


def _ending(name: str) -> str:
    return name.strip().replace("\\", "/").removeprefix("./")


def _several(name: str, entries: Sequence[Entry]) -> str:
    named = _listed([f"{entry.source} ({entry.id[:SHORT_ID]})" for entry in entries])
    return (
        f"{name!r} matches {len(entries)} documents: {named}; type more of the path, or the "
        "digits in the brackets"
    )


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f", and {more} more" if more > 0 else "")


def _near(database: Catalogue, name: str) -> str:
    """The names that are most like one that is not there, as a clause for a message."""
    if _WHOLE_ID.fullmatch(name):  # nobody misspells it
        return ""
    rows = database.rows(f"SELECT source, title FROM documents LIMIT {_COMPARED}")
    found = nearest(name, rows)
    return f"the nearest are {', '.join(found)}; " if len(found) > 1 else _only(found)


def _only(found: Sequence[str]) -> str:
    return f"the nearest is {found[0]}; " if found else ""


def nearest(name: str, documents: Iterable[tuple[str, str]]) -> list[str]:
    """The sources of those documents, given as source and title, whose names are most like a name.

    Each is compared once, in time that grows with its length alone.

    >>> nearest("reprot.pdf", [("/a/report.pdf", "Gulls"), ("/a/owls.txt", "Owls")])
    ['/a/report.pdf']
    """
    wanted = _pairs(_base(name))
    likeness = {
        source: max(_like(wanted, _pairs(_base(source))), _like(wanted, _pairs(title)))
        for source, title in documents
    }
    best = nlargest(_NEAREST, likeness, key=lambda source: likeness[source])
    return [source for source in best if likeness[source] >= _LIKE]


def _base(name: str) -> str:
    """The last part of a path, without its suffix, which many files share."""
    return os.path.splitext(name.replace("\\", "/").rstrip("/").rpartition("/")[2])[0]


def _pairs(name: str) -> set[str]:
    """The pairs of neighbouring characters, by which misspelt names are still alike."""
    folded = f" {name[:200].casefold()} "
    return set(map("".join, pairwise(folded)))


def _like(a: set[str], b: set[str]) -> float:
    return 2 * len(a & b) / ((len(a) + len(b)) or 1)
