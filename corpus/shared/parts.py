"""Documents that other machines have written, and that one commit makes visible.

A part is what a worker made of some documents: fragments that are in no version of a table yet, and
the few rows that list them. A worker that dies leaves fragments that nobody refers to, and a part
that is made again has fragments of its own, so nothing is lost and nothing doubled.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.shared.analysis import Analysis, require_same
from pincite.corpus.shared.change import Change, Values
from pincite.corpus.shared.fragments import Fragments, together
from pincite.corpus.shared.head import Head, Heads
from pincite.corpus.shared.large_rows import SharedLargeRows
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.store import SharedStore
from pincite.corpus.shared.tableset import Tables
from pincite.corpus.store.library import Library
from pincite.corpus.store.protocol import LargeRows, Rows
from pincite.corpus.types import Document, Passage


@dataclass(frozen=True, slots=True)
class Part:
    """Some documents, written and in no library yet. Can be pickled.

    Attributes:
        documents: the rows that list them.
        fragments: by table, what was written.
        counts: what they add to the table ``counts``.
        embedder: what made their vectors.
    """

    documents: Sequence[Values]
    fragments: Mapping[str, Fragments]
    counts: Mapping[str, int]
    embedder: str

    @property
    def passages(self) -> int:
        """How many passages they have."""
        return sum(int(row["passages"]) for row in self.documents)


class _AllRows(SharedLargeRows):
    """The large rows of a whole library, for a store that lists none of its documents."""

    def _visible(self, ids: Iterable[str]) -> list[str]:
        return list(ids)


class PartStore(SharedStore):
    """Takes documents on a worker, and writes them without a commit.

    It lists no document of the library, so what is put replaces nothing yet. The vectors that the
    library has are used again.
    """

    def __init__(self, address: str, analysis: Analysis, ids: range) -> None:
        """
        Args:
            address: of the library, which is there.
            analysis: what terms are made with.
            ids: passage ids that `SharedStore.reserve` gave for these documents alone.
        """
        place = Place.of(address)
        self._part: Part | None = None
        super().__init__(place, Heads(place), analysis)
        self._ids = ids
        self._is_safe = True  # whoever commits looks

    def large_of(self, rows: Rows) -> LargeRows:
        """Those of the library, whose vectors are used again."""
        return _AllRows(rows, self.tables)

    def _stored_vectors(self, keys: Iterable[bytes]) -> Mapping[bytes, bytes]:
        return _AllRows(self.rows, lambda: self._tables).vectors(keys)

    def _follow(self, *, at_once: bool = False) -> None:
        if not self._head.number:
            self._head = self._heads.latest()
            require_same(self.name, self._head.analysis, self.analysis)
            self._tables = Tables(self.place, self._head)

    def _reserve(self) -> None:
        pass

    def _commit(self, change: Change) -> Head:
        embedder = self.rows("SELECT value FROM meta WHERE key = 'embedder'")
        self._part = Part(change.documents, change.fragments, dict(change.counts), embedder[0][0])
        return self._head

    def part(self) -> Part:
        """What the last transaction has written."""
        assert self._part is not None
        return self._part


def write_part(
    address: str,
    analysis: Analysis,
    ids: range,
    documents: Sequence[tuple[Document, Collection[Passage]]],
    vectors: Mapping[bytes, NDArray[np.floating[Any]]],
    fingerprint: str,
    originals: Mapping[str, bytes] | None = None,
    tags: Mapping[str, Iterable[str]] | None = None,
    added_at: Mapping[str, str] | None = None,
) -> Part:
    """Write documents into the store of a library, visible to nobody; see `Library.put`.

    Args:
        ids: at least as many passage ids as there are passages.

    Raises:
        EmbedderMismatchError: the library belongs to another embedder.
        LibraryError: the store cannot be written.
    """
    store = PartStore(address, analysis, ids)
    with Library(store) as library:
        if (embedder := store.tables().head.embedder) is not None:
            store.remember_embedder(embedder)
        library.put(documents, vectors, fingerprint, originals, tags, added_at)
        return store.part()


def commit_parts(library: Library, parts: Sequence[Part]) -> int:
    """Make parts visible, all in one commit; the generation after it.

    A document replaces the one of the same source, whose tags it keeps unless its part has some.

    Raises:
        UsageError: a source stands in two parts.
        EmbedderMismatchError: the library belongs to another embedder.
        LibraryChangedError: others have changed the same documents meanwhile, or have made the
            library anew; try again.
        LibraryLockedError: others write all the time; try again.
    """
    store = library.store
    assert isinstance(store, SharedStore)
    counts: Counter[str] = Counter()
    fragments: dict[str, list[Fragments]] = {}
    for part in parts:
        library.require(part.embedder)
        counts.update(part.counts)
        for name, some in part.fragments.items():
            fragments.setdefault(name, []).append(some)
    rows = [row for part in parts for row in part.documents]
    if rows:
        every = {name: together(some) for name, some in fragments.items()}
        store.put_written(rows, every, counts, parts[0].embedder)
    return library.generation
