"""Which documents carry which tag, taken from rows whose sums are checked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping

from pincite.corpus.store.chunks import chunks, marks
from pincite.corpus.store.protocol import Store
from pincite.corpus.store.rows import SELECT_ENTRY, Entry, listed_from

Counter = tuple[int, int]

_UNKNOWN: tuple[None, tuple[()]] = (None, ())


class TagIndex:
    """The ids of documents by tag; after a change only rows with another sum are looked at."""

    def __init__(
        self, database: Store, require_all: Callable[[str, Collection[str]], None]
    ) -> None:
        """
        Args:
            database: has the documents.
            require_all: raises where fewer rows of a table are found than were stored.
        """
        self._database = database
        self._require_all = require_all
        self._tags: Mapping[str, tuple[bytes, tuple[str, ...]]] = {}  # by id, with the row's sum
        self._found: tuple[Counter, Mapping[str, list[str]]] | None = None

    def ids(self, counter: Counter) -> Mapping[str, list[str]]:
        """The ids by tag, without damaged documents.

        Args:
            counter: the library's change counter; as long as it is the same, nothing is read again.

        Raises:
            LibraryDamagedError: the library has lost a document.
        """
        if self._found is None or self._found[0] != counter:
            self._tags = self._read()
            found: dict[str, list[str]] = defaultdict(list)
            for id, (_, tags) in self._tags.items():
                for tag in tags:
                    found[tag].append(id)
            self._found = counter, dict(found)
        return self._found[1]

    def _read(self) -> dict[str, tuple[bytes, tuple[str, ...]]]:
        with self._database.reading():
            sums: dict[str, bytes] = dict(self._database.rows("SELECT id, sum FROM documents"))
            self._require_all("documents", sums)
            old = self._tags
            known = {id: old[id] for id, kept in sums.items() if old.get(id, _UNKNOWN)[0] == kept}
            for chunk in chunks(sums.keys() - known.keys()):
                where = f"WHERE d.id IN ({marks(chunk)})"
                for row in self._database.rows(f"{SELECT_ENTRY} {where}", chunk):
                    if isinstance(entry := listed_from(row), Entry):
                        known[entry.id] = sums[entry.id], entry.tags
        return known
