"""Which files have to be opened: those that are not known to be what they were."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import replace

from pincite.corpus.library import Library
from pincite.corpus.rows import Entry
from pincite.corpus.types import Document
from pincite.ingest.events import Event
from pincite.ingest.files.read import Refused, Request, Same, is_as_it_was, too_large
from pincite.ingest.files.walk import Source, Sources, lies_in


class Files:
    """What a library knows of files, read once for a whole run.

    Args:
        library: whose documents and refusals they are.
        keep: whether the files' own bytes are to be kept.
        largest: bytes that a file may have.
        patience: what `Readers.patience` says.
        hash: whether every file is opened and its contents compared, whatever its dates say.
    """

    def __init__(
        self, library: Library, keep: bool, largest: int, patience: str, *, hash: bool = False
    ) -> None:
        self.taken = library.taken()
        self.refused = {refusal.source: refusal for refusal in library.refusals()}
        self._keep = keep
        self._largest = largest
        self._patience = patience
        self._hash = hash
        self._misspelt: set[str] = set()  # names that are no paths, their bytes being no text

    def look_at(self, source: Source) -> Event | Same | Refused | tuple[Request, int]:
        """What has become of a file, as far as that is known; else the request and its size."""
        name = source.name
        if "\ufffd" in name:
            self._misspelt.add(name)
        try:
            found = source.path.stat()
        except OSError:
            return Request(source), 0  # and trying to read it says why
        if not stat.S_ISREG(found.st_mode):
            return Request(source), 0
        if found.st_size > self._largest:
            return Refused(too_large(source, found.st_size, self._largest))
        refusal, taken = self.refused.get(name), self.taken.get(name)
        if refusal and not self._hash and is_as_it_was(found, refusal.origin, self._patience):
            return Event(name, "refused", reason=refusal.reason)
        known = None
        if taken and source.title in (None, taken.title) and (taken.original or not self._keep):
            known = taken.origin
            if known and not self._hash and is_as_it_was(found, known):
                if known.ctime_ns:
                    return Event(name, "unchanged", taken.passages)
                return Same(replace(known, inode=found.st_ino, ctime_ns=found.st_ctime_ns))
        return Request(source, known, self._keep, self._largest), found.st_size

    def gone(self, sources: Sources) -> Iterator[str]:
        """The documents and refusals whose files were in the sources' folders, and are no more."""
        folders = [Source(folder).name for folder in sources.folders if folder.is_dir()]
        for name in sorted({*self.taken, *self.refused}):
            if any(lies_in(name, folder) for folder in folders) and self._is_gone(name):
                yield name

    def _is_gone(self, name: str) -> bool:
        if name in self._misspelt:
            return False
        try:
            os.stat(name)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return True
        except OSError:  # there, but withheld
            return False
        return False


def is_same(document: Document, entry: Entry) -> bool:
    """Whether the library has the document already, just so, and read by the same reader."""
    readers = {found.reader for found in (document.origin, entry.origin) if found is not None}
    return len(readers) <= 1 and (
        (entry.text_sha256, entry.title, entry.metadata)
        == (document.text_sha256, document.title, document.metadata)
    )
