"""A view of the library: only the documents that carry any of some tags, as if no others existed.

Every statement that reads names the tables by their names. In front of each, a view defines common
table expressions of the same names, which have only the rows that belong to its documents; so no
method that reads can meet a row of the others. Writing has one door, and in a view it is shut.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Never

from pincite.corpus.errors import LibraryError
from pincite.corpus.store.database import Database

# Of these, a view has the rows of its documents. EXISTS, because a question looks up a few rows at
# a time; IN would list all documents of the view for each statement.
_OF_DOCUMENTS = ("contents", "passages", "layouts", "originals", "tags")
_COUNTED = ("documents", "layouts", "originals", "refusals")  # rows, where ``meta`` counts them


class DatabaseView(Database):
    """``whole`` as those see it who may see the documents with any of ``tags``.

    It has all tags of these documents; a library leaves those out that are not of the view. Making
    one costs next to nothing; it has the connection of ``whole``.
    """

    limits: frozenset[str]

    def __init__(self, whole: Database, tags: frozenset[str]) -> None:
        self.folder = whole.folder
        self.whole = whole
        self.limits = tags
        self._tables = _tables(tags)

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

    def beside(self, folder: Path) -> Never:
        """Refuse, as ``writing`` does."""
        self._refuse()

    def shrink(self) -> Never:
        """Refuse, as ``writing`` does."""
        self._refuse()

    def _refuse(self) -> Never:
        raise LibraryError(
            f"a view of the library {self.folder} can only be read; write to the library itself"
        )


def view(database: Database, tags: frozenset[str]) -> DatabaseView:
    """The view with any of these tags, well formed; of a view, with those that it has itself."""
    if isinstance(database, DatabaseView):
        return DatabaseView(database.whole, database.limits & tags)
    return DatabaseView(database, tags)


def _tables(tags: frozenset[str]) -> str:
    """The beginning of a statement that reads: what a view has of each table."""
    listed = ", ".join(f"'{tag.replace(chr(39), chr(39) * 2)}'" for tag in sorted(tags))
    wanted = f"SELECT 1 FROM main.tags AS t WHERE t.tag IN ({listed}) AND t.document"
    rows = {
        "documents": f"documents WHERE EXISTS ({wanted} = documents.id)",
        **{name: f"{name} WHERE EXISTS ({wanted} = {name}.document)" for name in _OF_DOCUMENTS},
        # A vector is keyed by what was embedded, so documents share them.
        "vectors": "vectors WHERE EXISTS (SELECT 1 FROM main.passages AS p"
        f" WHERE p.key = vectors.key AND EXISTS ({wanted} = p.document))",
        "refusals": "refusals WHERE 0",  # what could not be read carries no tag
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
