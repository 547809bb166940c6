"""Documents that were removed, kept for a while so that it can be undone."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pincite.corpus.errors import LibraryError, NameTakenError, UsageError
from pincite.corpus.export_format import record_of, to_line
from pincite.corpus.store.library import Library
from pincite.ingest.importing import import_library
from pincite.ingest.temporary import temporary_space
from pincite.retrieval.embedding.embedder import Embedder

_MOST = 100  # removals
_MOST_BYTES = 512 * 2**20  # of all of them; the newest is kept whatever it has


@dataclass(frozen=True, slots=True)
class Removed:
    """A removal that can be undone with its ``token``, which nobody guesses.

    ``problem`` says why the indexes could not follow the library, which has changed all the same.
    """

    token: str
    source: str
    title: str
    tags: tuple[str, ...] = ()
    problem: str = ""


class Wastebin:
    """Removes documents, and puts them back as they were: id, tags, vectors and all.

    They wait in files of a folder that nobody else reads, in the form of an export, and are gone
    when the process ends. Safe to use from several threads.

    Args:
        library: whose documents they are.
        embedder: of the library.
        forget: removes documents from it, by their ids.
        most: removals that are kept.
        most_bytes: that they may have together.
    """

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        forget: Callable[[Sequence[str]], None],
        most: int = _MOST,
        most_bytes: int = _MOST_BYTES,
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._forget = forget
        self._most = most
        self._most_bytes = most_bytes
        with temporary_space("removed documents wait for an undo"):
            self._folder = TemporaryDirectory(prefix="pincite-removed-")
        self._kept: dict[str, Removed] = {}  # oldest first
        self._lock = threading.Lock()

    def remove(self, id: str) -> Removed:
        """Forget a document, for the time being.

        Raises:
            DocumentNotFoundError: no document has this id.
            LibraryError: it is still in the library: there is no room to keep it in, or the library
                cannot be written to.
        """
        with self._lock:
            with self._library.snapshot():
                entry = self._library.find(id)
                kept = [to_line(record_of(self._library, entry, vectors=True))]
                if (refusal := self._library.refusal(entry.source)) is not None:
                    kept.append(to_line(refusal))
            removed = Removed(secrets.token_hex(16), entry.source, entry.title, entry.tags)
            try:
                self._file(removed.token).write_text("\n".join(kept) + "\n", "ascii")
            except OSError as error:
                self._file(removed.token).unlink(missing_ok=True)
                raise LibraryError(
                    f"{entry.title!r} was not removed, because it cannot be kept for an undo: "
                    f"{error.strerror or error}; make room in {self._folder.name}"
                ) from error
            self._kept[removed.token] = removed  # first: whatever fails from here on can be undone
            problem = ""
            try:
                self._forget([entry.id])
            except LibraryError as error:
                if self._library.holds(entry.source):
                    self._drop(removed.token)
                    raise
                problem = str(error)
            self._bound()
        return replace(removed, problem=problem)

    def undo(self, token: str) -> Removed:
        """Put the document of a removal back. Nothing is embedded anew.

        Raises:
            UsageError: it has been put back, or is kept no longer.
            NameTakenError: the library has a document of this name by now.
            LibraryError: it is not back: the library cannot be written to, or belongs to another
                embedder by now.
        """
        with self._lock:
            removed = self._kept.get(token)
            if removed is None:
                raise UsageError(
                    "this removal can no longer be undone: the document was restored already, "
                    "or others were removed since; upload its file again if it is missing"
                )
            if self._library.entry(removed.source) is not None:
                raise NameTakenError(
                    f"there is a document {removed.source!r} again by now, so the removed one "
                    "was not restored; rename or remove the present one first"
                )
            problem = ""
            try:
                import_library(self._file(token), self._library, self._embedder, trust_vectors=True)
            except LibraryError as error:
                if not self._library.holds(removed.source):
                    raise
                problem = str(error)
            self._drop(token)
        return replace(removed, problem=problem)

    def _bound(self) -> None:
        """Let go of the oldest beyond what may be kept."""
        sizes = {token: self._file(token).stat().st_size for token in self._kept}
        for token in list(self._kept)[:-1]:
            if len(self._kept) <= self._most and sum(sizes.values()) <= self._most_bytes:
                return
            self._drop(token)
            del sizes[token]

    def _drop(self, token: str) -> None:
        del self._kept[token]
        self._file(token).unlink()

    def _file(self, token: str) -> Path:
        return Path(self._folder.name) / token
