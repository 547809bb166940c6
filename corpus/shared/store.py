"""The store of a library that several machines share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Never

from pincite.corpus.shared.analysis import require_same
from pincite.corpus.shared.compaction import compact, has_many_parts, merge
from pincite.corpus.shared.lance_errors import ConflictError
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.replacement import address_beside, put_in_place, set_apart
from pincite.corpus.shared.writing import WritableStore
from pincite.corpus.store.replace_vectors import refused_in_place


class SharedStore(WritableStore):
    """Tables of Lance in a folder or bucket, and the catalogue of them on this machine.

    Safe to use from several threads. What is read is of one head; it moves on between two
    transactions, never inside one.
    """

    def beside(self, folder: Path) -> Never:
        """Refuse: vectors are replaced by those of another shared library; see `replace_by`."""
        raise refused_in_place(self.name)

    def address_beside(self, fingerprint: str) -> str:
        """Where a library for vectors of another embedder is filled, to take this one's place."""
        self._follow(at_once=True)
        return address_beside(self.place, self._head, fingerprint)

    def set_apart(self, beside: SharedStore) -> None:
        """Let a new library beside use no passage id that this one uses."""
        set_apart(self._heads, beside._heads)

    def replace_by(self, beside: Place, fingerprint: str, copied: Mapping[str, bytes]) -> bool:
        """Make the tables of the library beside those of this one; False where it is another now.

        Args:
            beside: where it is.
            fingerprint: of the embedder that made its vectors.
            copied: by id, the sums of the rows of this library's documents that it has.

        Raises:
            LibraryChangedError: others have dropped what was beside.
        """
        with self._lock:
            self.require_writable()
            self._follow(at_once=True)
            require_same(self.name, self._head.analysis, self.analysis)
            if dict(self._connection.execute("SELECT id, sum FROM documents")) != copied:
                return False
            try:
                put_in_place(self.place, self._heads, self._head, beside, fingerprint)
            except ConflictError:
                return False
            self._follow(at_once=True)
            return True

    def has_many_parts(self) -> bool:
        """Whether it is time to merge fragments and parts of indexes."""
        return has_many_parts(self.place, self.tables().head)

    def merge(self, *, anew: bool = False, index_from: int | None = None) -> None:
        """Merge fragments and parts of indexes; see `pincite.corpus.shared.compaction.merge`.

        With ``anew``, terms of an older analysis are made anew too.

        Raises:
            LibraryVersionError: they are of a newer one.
        """
        with self._lock:
            self.require_writable()
            self._follow(at_once=True)
            has, other = self._head.analysis, None
            if has != self.analysis.name:
                if not (anew and self.analysis.follows(has)):
                    require_same(self.name, has, self.analysis)
                other = self.analysis
            merge(self.place, self._heads, anew=anew, analysis=other, index_from=index_from)
            self._follow(at_once=True)

    def shrink(self) -> int:
        """Leave nothing of what is gone; the number of bytes given back."""
        with self._lock:
            self.require_writable()
            freed = compact(self.place, self._heads)
            self._follow(at_once=True)
            return freed

    def problems(self, *, deep: bool) -> list[str]:
        """What is wrong with it, a sentence each."""
        from pincite.corpus.shared.examination import problems

        return problems(self, deep=deep)

    def notes(self) -> list[str]:
        """What is worth to know of it and is no damage, a sentence each."""
        from pincite.corpus.shared.examination import notes

        return notes(self)
