"""What is uploaded, through whatever face it comes, on its way into the library."""

from __future__ import annotations

import copy
import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

from pincite.corpus.errors import (
    DocumentNotFoundError,
    NameTakenError,
    SourceError,
    UploadError,
    UsageError,
)
from pincite.corpus.tags import checked_tag
from pincite.ingest.collections import Collections
from pincite.ingest.events import Event, Listener, Summary
from pincite.ingest.files.originals import Originals
from pincite.ingest.files.read import LARGEST, MB
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import Options, ingest_sources
from pincite.ingest.temporary import temporary_space
from pincite.ingest.upload_zip import Folder, is_folder, source_name
from pincite.retrieval.engine import Engine
from pincite.retrieval.search.upkeep import publish

FILES = 500
WAIT = "uploads wait to be read"  # in the folder for temporary files


@dataclass(frozen=True, slots=True)
class Limits:
    """What one upload may hold.

    Args:
        files: how many, those in zipped folders counted one by one.
        file_bytes: of one file, as it is and as it is unpacked.
        upload_bytes: of all files together, as they are uploaded.
        unpacked_bytes: of all files in zipped folders together, unpacked.
    """

    files: int = FILES
    file_bytes: int = LARGEST
    upload_bytes: int = LARGEST
    unpacked_bytes: int = 4 * LARGEST

    @classmethod
    def of(cls, megabytes: int, files: int) -> Limits:
        """The limits of an upload of so many megabytes; one file may have all of them."""
        size = megabytes * MB
        return cls(files, size, size, 4 * size)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was uploaded: the name that it has where it comes from, and where it lies now."""

    name: str
    path: Path


class Intake:
    """Takes uploads into an engine's library, one after the other, whichever thread they come from.

    Args:
        engine: whose library it is.
        limits: what one upload may hold.
        originals: the files that are stored themselves as well; by default, those whose pages can
            be drawn, because an upload is nowhere else afterwards.
        on_taken: hears what became of the files of each upload.
    """

    def __init__(
        self,
        engine: Engine,
        limits: Limits,
        originals: Originals = Originals.DRAWABLE,
        on_taken: Callable[[Summary], None] = lambda summary: None,
    ) -> None:
        self.limits = limits
        self._on_taken = on_taken
        self._engine = engine
        self._options = Options(
            originals, largest=limits.file_bytes, seconds=engine.settings.reading_seconds
        )
        self._lock = threading.Lock()
        self._collections: Collections | None = None  # all

    def limited_to(self, tags: frozenset[str]) -> Self:
        """The same intake for somebody who sees only the documents with any of these tags.

        What they upload gets one of the tags at least, and replaces nothing that they do not see.
        """
        limited = copy.copy(self)
        limited._collections = Collections(self._engine.library, tags)
        return limited

    def take(
        self,
        uploads: Sequence[Upload],
        tags: Iterable[str] = (),
        listener: Listener | None = None,
    ) -> Summary:
        """Take the files of one upload in, and those in zipped folders; what became of each.

        A file's name is that of its document, and replaces the document that has the name. What
        cannot be read is refused, and the rest is taken. The files are left where they are.

        Args:
            uploads: the files.
            tags: for each document among them.
            listener: hears of each file when its fate is sealed.

        Raises:
            UploadError: it is over a limit; nothing was taken.
            UsageError: there is no file, or a tag is not well formed; nothing was taken.
            AccessDeniedError: a tag is none of the collections; nothing was taken.
            LibraryError: the library cannot be written to, or belongs to another embedder.
            DiskFullError: there is no room for it.
        """
        collections, listener = self._collections, listener or Listener()
        tags = collections.of_upload(tags) if collections else [checked_tag(tag) for tag in tags]
        self._check(uploads)
        with self._lock, upload_folder() as folder:
            check_name = collections.check_name if collections else lambda name: None
            offered = _Offered(self.limits, folder, check_name)
            for upload in uploads:
                offered.add(upload)
            if collections:
                listener = _discreet(listener, collections, offered.names)
            for event in offered.refused:
                listener.on_event(event)
            library = self._engine.library
            summary = ingest_sources(
                offered.sources(), library, self._engine.embedder, listener, self._options
            )
            if collections:
                summary.events[:] = [collections.known(e, offered.names) for e in summary.events]
            summary.events[:0] = offered.refused
            summary.passed_over += offered.passed_over
            if tags:
                self._tag(summary, tags)
        self._on_taken(summary)
        return summary

    def remove(self, ids: Sequence[str]) -> None:
        """Forget documents, in turn with the uploads.

        Raises:
            LibraryError: the library cannot be written to.
        """
        with self._lock:
            self._engine.library.remove(ids)
            publish(self._engine.library)

    def _check(self, uploads: Sequence[Upload]) -> None:
        if not uploads:
            raise UsageError("there is no file in the upload; choose at least one")
        _check_files(len(uploads), self.limits)
        sizes = [upload.path.stat().st_size for upload in uploads]
        for upload, size in zip(uploads, sizes, strict=True):
            if size > self.limits.file_bytes:
                raise UploadError(
                    f"{upload.name} has {size / MB:,.1f} MB, and a file may have "
                    f"{self.limits.file_bytes / MB:,g} MB; split it"
                )
        if sum(sizes) > self.limits.upload_bytes:
            raise UploadError(
                f"the upload has {sum(sizes) / MB:,.1f} MB, and an upload may have "
                f"{self.limits.upload_bytes / MB:,g} MB; upload the files in several uploads"
            )

    def _tag(self, summary: Summary, tags: Sequence[str]) -> None:
        library = self._engine.library
        for event in summary.events:
            entry = None if event.outcome == "refused" else library.entry(event.source)
            if entry is not None:
                with suppress(DocumentNotFoundError):  # somebody has just removed it
                    library.tag([entry.id], tags)


@contextmanager
def upload_folder() -> Iterator[Path]:
    """A folder for files on their way in, which is gone afterwards.

    Raises:
        DiskFullError, LibraryError: there is no place for it.
    """
    with temporary_space(WAIT):
        folder = TemporaryDirectory(prefix="pincite-upload-", ignore_cleanup_errors=True)
    with folder as name:
        yield Path(name)


def _discreet(listener: Listener, collections: Collections, names: Container[str]) -> Listener:
    """The listener, which hears nothing of documents that are in none of the collections."""
    return replace(
        listener, on_event=lambda event: listener.on_event(collections.known(event, names))
    )


class _Offered:
    """The files of one upload by the names that their documents shall have.

    ``check_name`` raises NameTakenError for a name that none of them may have.
    """

    def __init__(self, limits: Limits, folder: Path, check_name: Callable[[str], None]) -> None:
        self.refused: list[Event] = []
        self.passed_over: Counter[str] = Counter()
        self._limits = limits
        self._folder = folder
        self._check_name = check_name
        self._unpacked = 0  # bytes
        self._files: dict[str, tuple[Path, bytes]] = {}  # with a digest of what is in it

    @property
    def names(self) -> Container[str]:
        """The names of the documents."""
        return self._files.keys()

    def sources(self) -> list[Source]:
        """What is to be read."""
        return [Source(path, called=name) for name, (path, _) in self._files.items()]

    def add(self, upload: Upload) -> None:
        """Add a file, or the files in a zipped folder."""
        try:
            data = upload.path.read_bytes() if upload.name.lower().endswith(".zip") else b""
            if is_folder(data):
                for inner in self._unzipped(data, upload.name):
                    self._file(inner)
            else:
                self._file(upload)
        except SourceError as error:
            self._refuse(upload.name, error)

    def _unzipped(self, data: bytes, name: str) -> Iterator[Upload]:
        with Folder(data, name) as folder:
            self.passed_over["hidden files"] += folder.hidden
            self._unpacked += folder.size
            _check_files(len(self._files) + len(folder.members), self._limits)
            if self._unpacked > self._limits.unpacked_bytes:
                raise UploadError(
                    f"the upload unpacks to {self._unpacked / MB:,.1f} MB, and it may unpack to "
                    f"{self._limits.unpacked_bytes / MB:,g} MB; upload the files in several uploads"
                )
            for number, member in enumerate(folder.members):
                path = self._folder / f"{len(self._files)}-{number}"
                try:
                    data = folder.read(member, self._limits.file_bytes)
                except SourceError as error:
                    self._refuse(member.filename, error)
                else:
                    with temporary_space(WAIT):
                        path.write_bytes(data)
                    yield Upload(member.filename, path)

    def _file(self, upload: Upload) -> None:
        try:
            name = source_name(upload.name)
            self._check_name(name)
            with upload.path.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").digest()
            if name not in self._files:
                self._files[name] = upload.path, digest
            elif self._files[name][1] != digest:
                raise UsageError(
                    f"the upload has another file called {name!r}, which is taken; give this one "
                    "another name, or upload it by itself to replace that"
                )
        except (UsageError, NameTakenError) as error:
            self._refuse(upload.name, error)

    def _refuse(self, name: str, error: Exception) -> None:
        shown = name.encode("utf-8", "replace").decode()
        self.refused.append(Event(shown, "refused", reason=str(error)))


def _check_files(count: int, limits: Limits) -> None:
    if count > limits.files:
        raise UploadError(
            f"the upload has {count:,} files, and an upload may have {limits.files:,}; upload them "
            "in several uploads"
        )
