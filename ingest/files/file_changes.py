"""Which files have to be opened: those that are not known to be what they were."""

from __future__ import annotations

import stat
from dataclasses import dataclass

from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Entry, Taken
from pincite.corpus.types import Document
from pincite.ingest.events import Event
from pincite.ingest.files.missing import is_gone, may_be_unmounted, not_there
from pincite.ingest.files.originals import Originals
from pincite.ingest.files.read import (
    Failed,
    Request,
    Unchanged,
    is_as_it_was,
    origin_of,
    too_large,
)
from pincite.ingest.files.walk import Source, Sources, lies_in


@dataclass(frozen=True, slots=True)
class Gone:
    """What can be forgotten, by name, and the paths of which it cannot be told.

    A path in ``unmounted`` may be on a disk that is not mounted.
    """

    names: tuple[str, ...]
    unmounted: tuple[str, ...]


class Files:
    """What a library knows of files, read once for a whole run.

    Args:
        library: whose documents and refusals they are.
        keep: the files whose own bytes are to be kept.
        largest: bytes that a file may have.
        timeout_key: that of `Readers`.
        hash: whether every file is opened and its contents compared, whatever its dates say.
    """

    def __init__(
        self,
        library: Library,
        keep: Originals,
        largest: int,
        timeout_key: str,
        *,
        hash: bool = False,
    ) -> None:
        self.entries = library.taken()
        self.failures = {refusal.source: refusal for refusal in library.refusals()}
        self._names = {*self.entries, *self.failures}
        self._keep = keep
        self._largest = largest
        self._timeout_key = timeout_key
        self._hash = hash
        self._misspelt: set[str] = set()  # names that are no paths, their bytes being no text

    def look_at(self, source: Source) -> Event | Unchanged | Failed | tuple[Request, int]:
        """What has become of a file, as far as that is known; else the request and its size.

        An event is that of a file that was refused before, and is as it was.
        """
        name = source.name
        if "\ufffd" in name:
            self._misspelt.add(name)
        try:
            status = source.path.stat()
        except OSError:
            return Request(source), 0  # and trying to read it says why
        if not stat.S_ISREG(status.st_mode):
            return Request(source), 0
        if status.st_size > self._largest:
            return Failed(too_large(source, status.st_size, self._largest))
        refusal, entry = self.failures.get(name), self.entries.get(name)
        if refusal and not self._hash and is_as_it_was(status, refusal.origin, self._timeout_key):
            return Event(name, "refused", reason=refusal.reason)
        known = None
        if entry and source.title in (None, entry.title) and not self._is_wanted(entry):
            known = entry.origin
            if known and not self._hash and is_as_it_was(status, known):
                # What an old library did not note is noted now.
                origin = origin_of(source, status, known.sha256, known.reader, known.read_at_ns)
                return Unchanged(origin)
        return Request(source, known, self._keep, self._largest), status.st_size

    def _is_wanted(self, entry: Taken) -> bool:
        """Whether the bytes of the document's file are to be kept, and are not yet."""
        origin = entry.origin
        if entry.original or origin is None:
            return False
        return self._keep.keeps(origin.reader.rpartition("/")[0], origin.size)

    def check_missing(self, sources: Sources) -> None:
        """Check that the library knows something of each path that is missing.

        Raises:
            SourceNotFoundError: it knows nothing of one.
        """
        for path in sources.missing:
            if not any(lies_in(name, Source(path).name) for name in self._names):
                raise not_there(str(path))

    def gone(self, sources: Sources) -> Gone:
        """The documents and refusals whose files were at the sources' paths, and are no more."""
        folders = [folder for folder in sources.folders if folder.is_dir()]
        names: set[str] = set()
        unmounted: list[str] = []
        for folder in [*folders, *sources.missing]:
            path = Source(folder).name
            here = [name for name in self._names if lies_in(name, path) and self._is_gone(name)]
            if here and may_be_unmounted(str(folder)):
                unmounted.append(path)
            else:
                names.update(here)
        return Gone(tuple(sorted(names)), tuple(unmounted))

    def _is_gone(self, name: str) -> bool:
        return name not in self._misspelt and is_gone(name)


def is_same(document: Document, entry: Entry) -> bool:
    """Whether the library has the document already, just so, and read by the same reader."""
    readers = {origin.reader for origin in (document.origin, entry.origin) if origin is not None}
    return len(readers) <= 1 and (
        (entry.text_sha256, entry.title, entry.metadata)
        == (document.text_sha256, document.title, document.metadata)
    )
