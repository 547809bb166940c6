"""Which rows of the indexes belong to which document, so that a choice of documents is a mask."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.store.library import Library
from pincite.retrieval.search.rows import Mask


@dataclass(frozen=True, slots=True)
class Selection:
    """Some documents of an index.

    Attributes:
        rows: ``(rows,)``, True for the live passages of these documents.
        passages: how many these are.
        firsts: the first passage's id of each document of the index, in order, ``(documents,)``.
        documents: ``(documents,)``, True for those selected.
    """

    rows: Mask
    passages: int
    firsts: NDArray[np.int64]
    documents: Mask

    def has(self, passage: int) -> bool:
        """Whether the document with this passage is one of them."""
        # A document's passages are stored in one go, so no other's ids are among theirs.
        place = int(np.searchsorted(self.firsts, passage, side="right")) - 1
        return place >= 0 and bool(self.documents[place])


class DocumentRows:
    """The documents of an index by row. What is looked up in the library is kept."""

    def __init__(
        self, parts: Sequence[tuple[NDArray[np.int64], NDArray[np.int64], Sequence[int]]]
    ) -> None:
        """
        Args:
            parts: of each segment, where in its rows each document's end, the passages' ids by
                row, and which of its documents are gone.
        """
        firsts: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
        sizes: list[NDArray[np.int64]] = [np.zeros(0, np.int64)]
        live: list[Mask] = [np.zeros(0, bool)]
        for ends, ids, gone in parts:
            size = np.diff(ends, prepend=0)
            firsts.append(ids[ends - size])
            sizes.append(size)
            there = np.ones(len(ends), bool)
            there[list(gone)] = False
            live.append(there)
        self._firsts, self._sizes = np.concatenate(firsts), np.concatenate(sizes)
        self._live = np.concatenate(live)
        self._places: dict[str, int] = {}  # in ``_order``, by id; -1 for what the index lacks

    def select(self, ids: Set[str], library: Library) -> Selection:
        """The rows of the documents with these ids; those that the index lacks are left out.

        Args:
            ids: of documents.
            library: has them, in the generation that the index is of.
        """
        if not ids <= self._places.keys():
            self._look_up(ids, library)
        places = np.array([self._places[id] for id in ids], np.int64)
        chosen = np.zeros(len(self._order), bool)
        chosen[places[places >= 0]] = True
        by_entry = np.zeros(len(self._firsts), bool)
        by_entry[self._order] = chosen
        rows = np.repeat(by_entry, self._sizes)
        return Selection(rows, int(np.count_nonzero(rows)), self._first_passages, chosen)

    @cached_property
    def _order(self) -> NDArray[np.int64]:
        """The live documents, by their first passage."""
        live = np.flatnonzero(self._live)
        return live[np.argsort(self._firsts[live], kind="stable")]

    @cached_property
    def _first_passages(self) -> NDArray[np.int64]:
        """Of each of them, shared by all selections."""
        return self._firsts[self._order]

    def _look_up(self, ids: Set[str], library: Library) -> None:
        states = library.document_states()
        firsts = np.array([state.first_passage for state in states], np.int64)
        ours = self._first_passages
        places = np.searchsorted(ours, firsts)
        there = np.append(ours, -1)[places] == firsts
        found = dict.fromkeys(ids, -1)
        for state, place in zip(states, np.where(there, places, -1).tolist(), strict=True):
            found[state.id] = place
        self._places.update(found)
