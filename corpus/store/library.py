"""The library: one SQLite file that is the one source of truth.

It holds documents, their passages and the vectors; everything else on disk is derived from it
and can be deleted. A transaction is the commit point, and each commit that could change an answer
raises the generation.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from pincite.corpus.errors import (
    DocumentNotFoundError,
    LibraryDamagedError,
    NameTakenError,
    TagNotFoundError,
)
from pincite.corpus.store import last_commit
from pincite.corpus.store.damage import damaged_document
from pincite.corpus.store.database import FILE_NAME, Database
from pincite.corpus.store.protocol import Store
from pincite.corpus.store.rename import checked_name, move_parts
from pincite.corpus.store.replace_vectors import replace_vectors
from pincite.corpus.store.rows import Entry
from pincite.corpus.store.seals import seal_document, seal_parts
from pincite.corpus.store.view import DatabaseView, view, without
from pincite.corpus.store.writing import WritableLibrary
from pincite.corpus.tags import checked_tag
from pincite.corpus.types import document_id


class Library(WritableLibrary):
    """The documents, passages and vectors in one folder. Safe to use from several threads.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Library.open(folder, create=True) as library:
    ...     library.generation, library.entries()
    (0, [])
    """

    _whole: Library | None = None  # what a view without damaged documents is a view of

    @classmethod
    def open(cls, folder: str | Path, *, create: bool = False) -> Self:
        """Open the library in ``folder``; with ``create``, make it where there is none.

        Raises:
            LibraryOlderError: it lacks commits that it once had.
            LibraryError: as ``Database.open`` says.
        """
        folder = Path(folder)
        is_new, before = not (folder / FILE_NAME).exists(), last_commit.noted(folder)
        library = cls(Database.open(folder, create=create))
        try:
            if is_new and before != last_commit.Commit():
                library._begin_after(before)
            last_commit.check(folder, library._commit(), before)
        except BaseException:
            library.close()
            raise
        return library

    @classmethod
    def accept(cls, folder: str | Path) -> int:
        """Go on with a library that lacks commits which it once had; how many.

        Its generation goes beyond all that there were, so that nothing made of them fits it.
        """
        folder = Path(folder)
        before = last_commit.noted(folder)
        with cls(Database.open(folder, create=False)) as library:
            there = library._commit()
            lost = 0 if there is None else last_commit.missing(there, before)
            if lost:
                library._begin_after(before)
        return lost

    def _commit(self) -> last_commit.Commit | None:
        try:
            return last_commit.stored(self._database.rows)
        except LibraryDamagedError:  # whoever reads it next says so
            return None

    def _begin_after(self, before: last_commit.Commit) -> None:
        least = {"generation": before.generation + 1, "commits": before.commits}
        with self._writing() as run:
            for key, value in least.items():
                run(_RAISE, [value, key])

    def close(self) -> None:
        """Give the file back. Closing twice is harmless."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def store(self) -> Store:
        """What it is kept in."""
        return self._database

    @property
    def is_shared(self) -> bool:
        """Whether several machines may have it open, with no file of it on this one."""
        return self._database.is_shared

    # Who may see what

    def limited_to(self, tags: Iterable[str]) -> LibraryView:
        """A view that has only the documents with any of these tags, as if no others existed.

        It can only be read, and lives as long as this library is open. It is cheap to make.

        Raises:
            UsageError: a tag is not well formed; see `pincite.corpus.tags`.
        """
        return LibraryView(view(self._database, frozenset(map(checked_tag, tags))))

    def without(self, ids: frozenset[str]) -> Library:
        """A view that lacks these documents, which are damaged; what it is for, it is like this.

        Rows of documents that are not there are left out as well.
        """
        found = type(self)(without(self._database, ids))
        found._whole = self
        return found

    def find(self, name: str) -> Entry:
        """As `ReadableDocuments.find`.

        Raises:
            LibraryDamagedError: the document is damaged.
        """
        try:
            return super().find(name)
        except DocumentNotFoundError:
            if self._whole is None:
                raise
            entry = self._whole.find(name)
            raise damaged_document(entry.source, entry.id, "a part of it") from None

    @property
    def limits(self) -> frozenset[str] | None:
        """The tags that this is a view of; None where it is the library itself."""
        return None

    def ids(self) -> frozenset[str]:
        """The ids of all documents."""
        return frozenset(row[0] for row in self._database.rows("SELECT id FROM documents"))

    def has(self, id: str) -> bool:
        """Whether a document has this id."""
        return bool(self._database.rows("SELECT 1 FROM documents WHERE id = ?", [id]))

    # Keeping

    def rename(self, id: str, source: str, title: str | None = None) -> str:
        """Give a document another source name, and with ``title`` another title.

        Its passages, vectors, tags and all else stay. The id changes, because it stands for the
        text under its name; a refusal of the new name is forgotten.

        Returns:
            The new id.

        Raises:
            UsageError: the name or the title is blank or not valid text.
            NameTakenError: another document has this name.
            DocumentNotFoundError: no document has this id.
        """
        source = checked_name(source, "name")
        title = None if title is None else checked_name(title, "title")
        with self._writing() as run:
            old = self.find(id)
            if (other := self.entry(source)) is not None and other.id != old.id:
                raise NameTakenError(
                    f"the library {self.name} already has a document {source!r}; remove it "
                    "first, or choose another name"
                )
            self.check(old.id)  # so that no damage to it is sealed
            new = document_id(source, old.text_sha256)
            self._database.stage(old.id)
            run("PRAGMA defer_foreign_keys = ON")  # until the commit
            run(
                "UPDATE documents SET id = ?, source = ?, title = ? WHERE id = ?",
                [new, source, old.title if title is None else title, old.id],
            )
            move_parts(run, old.id, new)
            seal_parts(run, new)
            seal_document(run, new)
            run("DELETE FROM refusals WHERE source = ?", [source])
            self._finish(run)
        return new

    def tag(self, ids: Sequence[str], add: Iterable[str] = (), remove: Iterable[str] = ()) -> None:
        """Add tags to documents and take tags from them, in one transaction.

        Tags are looked up when a question is asked and are in no index, so the generation stays.

        Raises:
            UsageError: a tag is not well formed; see `pincite.corpus.tags`.
            DocumentNotFoundError: no document has one of the ids.
        """
        added, removed = [checked_tag(tag) for tag in add], [checked_tag(tag) for tag in remove]
        with self._writing() as run:
            for id in ids:
                id = self.find(id).id
                for tag in added:
                    run("INSERT OR IGNORE INTO tags VALUES (?, ?)", [id, tag])
                for tag in removed:
                    run("DELETE FROM tags WHERE document = ? AND tag = ?", [id, tag])
                seal_document(run, id)

    def check(self, id: str) -> None:
        """Read all that there is of a document but its vectors.

        Raises:
            LibraryDamagedError: something of it is not what was stored.
        """
        self.document(id)
        self.passages(self.passage_ids([id]))
        self.layout(id)
        self.original(id)

    def compact(self) -> int:
        """Drop vectors that nothing uses, and give free space back to the disk.

        Returns:
            The number of bytes given back.

        Raises:
            LibraryLockedError: another process reads or writes for too long.
        """
        with self._writing() as run:
            run("DELETE FROM vectors WHERE key NOT IN (SELECT key FROM passages)")
        return self._database.shrink()

    def replace_vectors(self, other: Library, fingerprint: str) -> bool:
        """Replace all passages, vectors and warnings by those of ``other``, in one transaction.

        ``other`` holds the same documents, cut and embedded anew by the embedder ``fingerprint``.
        Returns False, and changes nothing, where it lacks one of ours as it is now: then put that
        one there and try again. What it has beyond ours is left out.

        Raises:
            UsageError: this library is shared.
        """
        self.require_sound()  # so that no damage is sealed
        with self._database.beside(other.folder), self._writing() as run:
            return replace_vectors(run, fingerprint)

    # Health

    def problems(self, *, deep: bool = True) -> list[str]:
        """What is wrong with the file, a sentence each; see `pincite.corpus.store.integrity`.

        With ``deep``, every text, offset and vector is read; without, only the tables' structure.
        """
        return self._database.problems(deep=deep)

    def notes(self) -> list[str]:
        """What a deep look at it shows that is worth to know and no damage, a sentence each.

        Raises:
            LibraryError: it cannot be read.
        """
        return self._database.notes()


class LibraryView(Library):
    """A view of a library, which tells no tags but those that it is limited to.

    The others on its documents are names of other people's collections.
    """

    def __init__(self, database: DatabaseView) -> None:
        super().__init__(database)
        self._limits = database.limits or frozenset()

    @property
    def limits(self) -> frozenset[str]:
        """The tags that this is a view of."""
        return self._limits

    def entries(self) -> list[Entry]:
        """As of the library."""
        return [self._seen(entry) for entry in super().entries()]

    def entry(self, name: str) -> Entry | None:
        """As of the library."""
        found = super().entry(name)
        return None if found is None else self._seen(found)

    def find(self, name: str) -> Entry:
        """As of the library."""
        return self._seen(super().find(name))

    def tags(self) -> dict[str, int]:
        """As of the library."""
        return {tag: count for tag, count in super().tags().items() if tag in self._limits}

    def tagged(self, tags: Iterable[str]) -> set[str]:
        """As of the library."""
        wanted = list(tags)
        for tag in wanted:
            if tag not in self._limits:
                raise TagNotFoundError(
                    f"no document in {self.name} has the tag {tag!r}; {self.known_tags()}"
                )
        return super().tagged(wanted)

    def _seen(self, entry: Entry) -> Entry:
        return replace(entry, tags=tuple(tag for tag in entry.tags if tag in self._limits))


_RAISE = "UPDATE meta SET value = max(CAST(value AS INTEGER), ?) WHERE key = ?"
