"""Chooses documents of a shared library, for a search among them."""

from __future__ import annotations

from collections.abc import Set
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.errors import LibraryChangedError
from pincite.corpus.shared.tableset import Tables, one_of
from pincite.corpus.store.library import Library
from pincite.retrieval.search.rows import Allowed, Chosen, is_mask


class SharedDocuments:
    """Chooses documents by the ids of their first passages."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    def select(self, ids: Set[str], library: Library) -> SharedSelection:
        """The passages of the documents with these ids; those that have none are left out."""
        found = [self._spans[id] for id in ids if id in self._spans]
        firsts = np.array(sorted(first for first, _ in found), np.int64)
        return SharedSelection(Chosen(firsts), sum(count for _, count in found), self._firsts)

    @cached_property
    def _spans(self) -> dict[str, tuple[int, int]]:
        names = ["id", "first", "passages"]
        found = self._tables.read("documents", names, "first IS NOT NULL")
        ids, firsts, counts = (found[name].to_pylist() for name in names)
        return dict(zip(ids, zip(firsts, counts, strict=True), strict=True))

    @cached_property
    def _firsts(self) -> NDArray[np.int64]:
        return np.array(sorted(first for first, _ in self._spans.values()), np.int64)


class SharedSelection:
    """Some documents of a library."""

    def __init__(self, rows: Chosen, passages: int, firsts: NDArray[np.int64]) -> None:
        self.rows = rows
        self.passages = passages
        self._firsts = firsts

    def has(self, passage: int) -> bool:
        """Whether the document with this passage is one of them."""
        # A document's passages are stored in one go, so no other's ids are among theirs.
        place = int(np.searchsorted(self._firsts, passage, side="right")) - 1
        return place >= 0 and self.rows.has(int(self._firsts[place]))


def condition(allowed: Allowed) -> str | None:
    """The condition that a passage may be found."""
    if allowed is None:
        return None
    if isinstance(allowed, Chosen):
        return one_of("first", allowed.firsts.tolist())
    if is_mask(allowed):
        raise LibraryChangedError("the documents were chosen from other indexes; ask again")
    return one_of("id", [int(id) for id in allowed])
