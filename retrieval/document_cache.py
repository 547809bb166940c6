"""Documents that were read of late, so that questions need not read them again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable

from pincite.corpus.store.library import Library
from pincite.corpus.types import Document

_MOST = 256  # documents
_CHARACTERS = 64_000_000  # of their texts together, at one to four bytes each
_AHEAD = 16_000_000  # characters that are read at once


class DocumentCache:
    """The latest documents of a library, each read and hashed once. Safe for several threads."""

    def __init__(self, library: Library, characters: int = _CHARACTERS) -> None:
        self._library = library
        self._most = characters
        self._kept: OrderedDict[str, tuple[bytes, Document]] = OrderedDict()
        self._characters = 0
        self._renewals = 0
        self._lock = threading.Lock()

    def document(self, id: str) -> Document:
        """The document with this id, of those that are kept or read now.

        Raises:
            DocumentNotFoundError: no document has this id.
            LibraryDamagedError: it is not the document that was taken in.
        """
        with self._lock:
            if id in self._kept:
                self._kept.move_to_end(id)
                return self._kept[id][1]
            renewals = self._renewals
        document, kept = self._library.document_and_sum(id)
        with self._lock:
            if renewals == self._renewals:  # else it may have been read before it changed
                self._keep(id, kept, document)
        return document

    def load(self, ids: Iterable[str]) -> None:
        """Read what is not kept of these, all at once, before they are asked for one by one.

        In a shared library that takes hardly more time than to read one. What is very long, or is
        not there, is left to ``document``.

        Raises:
            LibraryDamagedError: one of them is not the document that was taken in.
        """
        with self._lock:
            missing = [id for id in ids if id not in self._kept]
            renewals = self._renewals
        if len(missing) < 2:
            return
        found = self._library.documents_and_sums(missing, min(_AHEAD, self._most))
        with self._lock:
            if renewals == self._renewals:
                for id, (document, kept) in found.items():
                    self._keep(id, kept, document)

    def renew(self) -> None:
        """Drop those that the library has no longer, or not as they were."""
        with self._lock:
            self._renewals += 1
            kept = list(self._kept)
        present = self._library.document_sums(kept)
        with self._lock:
            for id in kept:
                if id in self._kept and self._kept[id][0] != present.get(id):
                    self._drop(id)

    def _keep(self, id: str, kept: bytes, document: Document) -> None:
        if id in self._kept:  # another thread has read it meanwhile
            self._drop(id)
        self._kept[id] = kept, document
        self._characters += len(document.text)
        while len(self._kept) > 1 and (len(self._kept) > _MOST or self._characters > self._most):
            self._drop(next(iter(self._kept)))

    def _drop(self, id: str) -> None:
        self._characters -= len(self._kept.pop(id)[1].text)
