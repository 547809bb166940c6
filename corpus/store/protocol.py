"""The seam: what a `pincite.corpus.store.library.Library` asks of what it is kept in.

A store has two halves. The catalogue is small and is asked in SQL: the tables ``documents``,
``tags``, ``refusals`` and ``meta`` of `pincite.corpus.store.schema`. The large rows, which are
texts, passages and vectors, are asked for by id. Rows come with their sums, and whoever asks checks
them, so that no store has to be trusted.

There are two: `pincite.corpus.store.database.Database`, one SQLite file, and
`pincite.corpus.shared.store.SharedStore`, tables of Lance in a folder or bucket that many share.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Literal, Protocol

from pincite.corpus.errors import LibraryDamagedError
from pincite.corpus.store.document_state import DocumentState
from pincite.corpus.store.last_commit import Commit
from pincite.corpus.store.rows import Row
from pincite.corpus.store.seals import Execute

Part = Literal["layouts", "originals"]
Rows = Callable[..., list[Row]]
"""All rows that a statement gives, which it takes with the values that are bound to it."""


class Catalogue(Protocol):
    """The list of documents, their tags, the files that could not be read, and the generation."""

    @property
    def name(self) -> str:
        """The library's folder or address, for messages."""

    @property
    def is_shared(self) -> bool:
        """Whether several machines may have it open, with no file of it on this one."""

    @property
    def folder(self) -> Path:
        """The folder on this machine for what stands beside a library."""

    @property
    def reopened(self) -> int:
        """Times that what is read here was exchanged for what another has written."""

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """All rows that a statement gives."""

    def reading(self) -> AbstractContextManager[None]:
        """Until it ends, all that is read here is of one moment. May stand inside another."""

    def damage(self, why: object) -> LibraryDamagedError:
        """The error for a library that is not what Pincite wrote."""

    def close(self) -> None:
        """Give it back. Closing twice is harmless."""


class LargeRows(Protocol):
    """Texts, passages and vectors by id; see `pincite.corpus.store.large_rows` for each."""

    def document_rows(self, ids: Iterable[str]) -> Iterator[Row]:
        """Of each of these documents one row: its entry, its text, its contents."""

    def part_rows(self, part: Part, id: str) -> list[Row]:
        """A document's layout or original, with its sum."""

    def documents_with(self, words: str, most: int) -> list[str]:
        """The ids of the first documents, by source name, that have just these words."""

    def passage_rows(self, ids: Iterable[int]) -> Iterator[Row]:
        """The rows of these passages."""

    def passage_text_rows(self, ids: Iterable[int]) -> Iterator[Row]:
        """The same, each with its own text."""

    def passage_vector_rows(self, ids: Iterable[int]) -> Iterator[Row]:
        """The same, each with its vectors and their sum."""

    def passage_rows_after(self, id: int, most: int) -> list[Row]:
        """The next rows of passages, by id."""

    def passage_ids_after(self, id: int, most: int) -> list[int]:
        """The next ids of passages."""

    def passage_lists(self, documents: Iterable[str]) -> Iterator[tuple[str, bytes, list[int]]]:
        """Of each document the sum of its passages' ids, and these."""

    def passage_count(self) -> int:
        """How many passages there are."""

    def states(self) -> list[DocumentState]:
        """Every document that has passages, by its first passage."""

    def sound_keys(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the passage keys whose vectors are there, and sound."""


class Store(Catalogue, Protocol):
    """What a library is kept in."""

    @property
    def large(self) -> LargeRows:
        """Its texts, passages and vectors."""

    def writing(self) -> AbstractContextManager[Execute]:
        """One transaction over the tables of both halves: all of it happens, or nothing.

        Statements see the catalogue, and of the large rows only those that they put there.

        Raises:
            LibraryLockedError: others write for too long.
            LibraryChangedError: others have changed a document that this changes.
        """

    def stage(self, id: str) -> None:
        """Show the large rows of a document to the statements of the transaction that is open."""

    def note(self, commit: Commit | None) -> None:
        """Note a commit where its loss is noticed."""

    def large_of(self, rows: Rows) -> LargeRows:
        """The texts, passages and vectors of the documents that ``rows`` lists: all, or a view."""

    def beside(self, folder: Path) -> AbstractContextManager[None]:
        """While it lasts, statements see the library in a folder as ``beside``."""

    def shrink(self) -> int:
        """Give the space that nothing uses back; the number of bytes given back."""

    def problems(self, *, deep: bool) -> list[str]:
        """What is wrong with it, a sentence each."""

    def notes(self) -> list[str]:
        """What a deep look at it shows that is worth to know and no damage, a sentence each."""
