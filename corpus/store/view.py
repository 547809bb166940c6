"""A view of the library: some of its documents, as if no others existed.

Every statement that reads names the tables by their names. In front of each, a view defines common
table expressions of the same names, which have only the rows that belong to its documents; so no
method that reads can meet a row of the others. Writing has one door, and in a view it is shut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Never

from pincite.corpus.errors import LibraryDamagedError, LibraryError
from pincite.corpus.store.integrity import deep_problems, problems
from pincite.corpus.store.last_commit import Commit
from pincite.corpus.store.protocol import LargeRows, Rows, Store

# Of these, a view has the rows of its documents. EXISTS, because a question looks up a few rows at
# a time; IN would list all documents of the view for each statement.
_OF_DOCUMENTS = ("contents", "passages", "layouts", "originals", "tags")
_COUNTED = ("documents", "layouts", "originals", "refusals")  # rows, where ``meta`` counts them


class DatabaseView:
    """``whole`` as those see it who may see the documents with any of ``tags``; None: all.

    It has all tags of these documents; a library leaves those out that are not of the view. Where
    ``left_out`` is given, it lacks these documents, and rows of documents that are not there.
    Making one costs next to nothing; it has the connection of ``whole``.
    """

    def __init__(
        self,
        whole: Store,
        tags: frozenset[str] | None,
        left_out: frozenset[str] | None = None,
    ) -> None:
        self.folder = whole.folder
        self.name = whole.name
        self.is_shared = whole.is_shared
        self.whole = whole
        self._tables = _tables(tags, left_out)
        self.large = whole.large_of(self.rows)
        self.limits = tags
        self.left_out = left_out
        self.is_read_only = True

    @property
    def reopened(self) -> int:
        """As of the whole."""
        return self.whole.reopened

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of the view that the statement gives.

        Raises:
            LibraryError: the statement does more than to read rows.
        """
        if not statement.startswith("SELECT "):
            self._refuse()
        return self.whole.rows(self._tables + statement, values)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """As of the whole: until it ends, all that is read here is of one moment."""
        with self.whole.reading():
            yield

    def close(self) -> None:
        """Nothing: the file is given back by the library that this is a view of."""

    def writing(self) -> Never:
        """Refuse: there is no writing through a view.

        Raises:
            LibraryError: always.
        """
        self._refuse()

    def large_of(self, rows: Rows) -> LargeRows:
        """As of the whole."""
        return self.whole.large_of(rows)

    def damage(self, why: object) -> LibraryDamagedError:
        """As of the whole."""
        return self.whole.damage(why)

    def stage(self, id: str) -> Never:
        """Refuse, as ``writing`` does."""
        self._refuse()

    def note(self, commit: Commit | None) -> Never:
        """Refuse, as ``writing`` does."""
        self._refuse()

    def problems(self, *, deep: bool) -> list[str]:
        """What is wrong with the rows of the view; the whole is examined for all the rest."""
        return (deep_problems if deep else problems)(self)

    def notes(self) -> list[str]:
        """Nothing: those are of the whole."""
        return []

    def beside(self, folder: Path) -> Never:
        """Refuse, as ``writing`` does."""
        self._refuse()

    def shrink(self) -> Never:
        """Refuse, as ``writing`` does."""
        self._refuse()

    def _refuse(self) -> Never:
        raise LibraryError(
            f"a view of the library {self.name} can only be read; write to the library itself"
        )


def view(database: Store, tags: frozenset[str]) -> DatabaseView:
    """The view with any of these tags, well formed; of a view, with those that it has itself."""
    if isinstance(database, DatabaseView):
        both = tags if database.limits is None else database.limits & tags
        return DatabaseView(database.whole, both, database.left_out)
    return DatabaseView(database, tags)


def without(database: Store, ids: frozenset[str]) -> DatabaseView:
    """The view, or what there is of a view, without these documents and without rows of none."""
    if isinstance(database, DatabaseView):
        return DatabaseView(database.whole, database.limits, ids | (database.left_out or ids))
    return DatabaseView(database, None, ids)


def _tables(tags: frozenset[str] | None, left_out: frozenset[str] | None) -> str:
    """The beginning of a statement that reads: what a view has of each table."""
    rows = {
        "documents": f"documents WHERE {_is_seen('documents.id', tags, left_out)}",
        **{
            name: f"{name} WHERE {_is_seen(f'{name}.document', tags, left_out)}"
            for name in _OF_DOCUMENTS
        },
        # A vector is keyed by what was embedded, so documents share them.
        "vectors": "vectors WHERE EXISTS (SELECT 1 FROM main.passages AS p"
        f" WHERE p.key = vectors.key AND {_is_seen('p.document', tags, left_out)})",
        # What could not be read carries no tag.
        "refusals": f"refusals WHERE {int(tags is None)}",
    }
    parts = [f"{name} AS NOT MATERIALIZED (SELECT * FROM main.{of})" for name, of in rows.items()]
    others = ", ".join(map(repr, _COUNTED))
    counts = "".join(
        f" UNION ALL SELECT key, (SELECT CAST(count(*) AS TEXT) FROM {name}) FROM main.meta"
        f" WHERE key = '{name}'"
        for name in _COUNTED
    )
    meta = f"SELECT key, value FROM main.meta WHERE key NOT IN ({others}){counts}"
    return f"WITH {', '.join(parts)}, meta AS NOT MATERIALIZED ({meta}) "


def _is_seen(id: str, tags: frozenset[str] | None, left_out: frozenset[str] | None) -> str:
    """The condition that a view has the document whose id stands in a column."""
    conditions = []
    if tags is not None:
        listed = ", ".join(map(_literal, sorted(tags)))
        wanted = f"SELECT 1 FROM main.tags AS t WHERE t.tag IN ({listed}) AND t.document"
        conditions.append(f"EXISTS ({wanted} = {id})")
    if left_out is not None:
        listed = ", ".join(map(_literal, sorted(left_out)))
        conditions.append(f"{id} NOT IN ({listed})")
        conditions.append(f"EXISTS (SELECT 1 FROM main.documents AS d WHERE d.id = {id})")
    return " AND ".join(conditions)


def _literal(text: str) -> str:
    return f"CAST(x'{text.encode().hex()}' AS TEXT)"
