"""Which files have to be opened: those that are not known to be what they were."""

from __future__ import annotations

import stat
from dataclasses import dataclass

from pincite.corpus.library import Library
from pincite.corpus.rows import Entry
from pincite.corpus.types import Document
from pincite.ingest.events import Event
from pincite.ingest.files.missing import is_gone, may_be_unmounted, not_there
from pincite.ingest.files.read import (
    Refused,
    Request,
    Same,
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
        """What has become of a file, as far as that is known; else the request and its size.

        An event is that of a file that was refused before, and is as it was.
        """
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
                # What an old library did not note is noted now.
                origin = origin_of(source, found, known.sha256, known.reader, known.read_at_ns)
                return Same(origin)
        return Request(source, known, self._keep, self._largest), found.st_size

    def check_missing(self, sources: Sources) -> None:
        """Check that the library knows something of each path that is missing.

        Raises:
            SourceNotFoundError: it knows nothing of one.
        """
        for path in sources.missing:
            if not any(lies_in(name, Source(path).name) for name in (*self.taken, *self.refused)):
                raise not_there(str(path))

    def gone(self, sources: Sources) -> Gone:
        """The documents and refusals whose files were at the sources' paths, and are no more."""
        folders = [folder for folder in sources.folders if folder.is_dir()]
        known = {*self.taken, *self.refused}
        names: set[str] = set()
        unmounted: list[str] = []
        for folder in [*folders, *sources.missing]:
            path = Source(folder).name
            here = [name for name in known if lies_in(name, path) and self._is_gone(name)]
            if here and may_be_unmounted(str(folder)):
                unmounted.append(path)
            else:
                names.update(here)
        return Gone(tuple(sorted(names)), tuple(unmounted))

    def _is_gone(self, name: str) -> bool:
        return name not in self._misspelt and is_gone(name)


def is_same(document: Document, entry: Entry) -> bool:
    """Whether the library has the document already, just so, and read by the same reader."""
    readers = {found.reader for found in (document.origin, entry.origin) if found is not None}
    return len(readers) <= 1 and (
        (entry.text_sha256, entry.title, entry.metadata)
        == (document.text_sha256, document.title, document.metadata)
    )
