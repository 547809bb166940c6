"""One file: is it what it was, and if not, what is in it."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import cache

from pincite.corpus.errors import (
    SourceError,
    SourceNotFoundError,
    UnreadableSourceError,
    UnsupportedSourceError,
)
from pincite.corpus.types import Document, Origin, Passage
from pincite.ingest.files.originals import Originals
from pincite.ingest.files.walk import Source
from pincite.ingest.readers import READERS, Reader, Reading, read, reader_for
from pincite.ingest.readers.base import title_from

MB = 1_000_000
LARGEST = 200 * MB
_TRIES = 3  # of a file that changes while it is read
# Some file systems date changes to two seconds: a file read so soon after its last change may be
# changed once more without another date.
_FRESH_NS = 2_000_000_000

# What a person can do when the system does not give a file.
_REMEDIES = {
    errno.EACCES: "check its permissions",
    errno.EPERM: "check its permissions",
    errno.EIO: "its disk may be failing, so copy what it still gives, or take the file from a copy",
    errno.ELOOP: "its links lead in a circle, so name the file itself",
    errno.ENAMETOOLONG: "give it a shorter name",
    errno.EMFILE: "close other programs, and ingest it again",
    errno.ENFILE: "close other programs, and ingest it again",
    errno.ESTALE: "the disk that it is on was taken away, so connect it and ingest it again",
}

ReadingFunction = Callable[..., tuple[Reader, Reading]]


@dataclass(frozen=True, slots=True)
class Request:
    """A file to be read.

    ``known`` is how the library has it, if it does; ``keep`` says whether the bytes are wanted as
    well; a file of more than ``largest`` bytes is refused.
    """

    source: Source
    known: Origin | None = None
    keep: Originals = Originals.NONE
    largest: int = LARGEST


@dataclass(frozen=True, slots=True)
class Read:
    """A file that was read.

    ``original`` is its bytes, where they were asked for; ``passages`` are those of its text, or why
    it cannot be cut, where that was done already.
    """

    document: Document
    original: bytes | None = None
    passages: Collection[Passage] | Failed | None = None


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A file whose bytes are those that the library knows; ``origin`` is to be noted."""

    origin: Origin


@dataclass(frozen=True, slots=True)
class Failed:
    """A file that could not be read, and why.

    ``origin`` is None where the reason may be another one next time though the file is the same.
    """

    reason: str
    origin: Origin | None = None


ReadResult = Read | Unchanged | Failed


def identity(reader: Reader) -> str:
    """The reader with its version, as origins have it."""
    return f"{reader.media_type}/{reader.version}"


@cache
def identities() -> frozenset[str]:
    """The present readers with their versions, and all of them together as one."""
    return frozenset([*map(identity, READERS), all_readers()])


@cache
def all_readers() -> str:
    """What stands for all readers at their versions: a file that none could read, another might."""
    return hashlib.sha256("\n".join(map(identity, READERS)).encode()).hexdigest()[:16]


def timeout_key(seconds: float) -> str:
    """What files that took longer than that are noted under: with another limit they are read."""
    return f"{all_readers()} in {seconds:g} s"


def is_as_it_was(status: os.stat_result, origin: Origin | None, *readers: str) -> bool:
    """Whether a file need not be opened to know that it is the one that ``origin`` tells of.

    ``readers`` are further names of what would read it the same way.
    """
    return (
        origin is not None
        and (status.st_size, status.st_mtime_ns) == (origin.size, origin.mtime_ns)
        and _is_equal(status.st_ino, origin.inode)
        and _is_equal(status.st_ctime_ns, origin.ctime_ns)
        and origin.mtime_ns + _FRESH_NS < origin.read_at_ns
        and (origin.reader in identities() or origin.reader in readers)
    )


def origin_of(
    source: Source, status: os.stat_result, sha256: str, reader: str, read_at_ns: int
) -> Origin:
    """The origin of a file with this status and these contents."""
    # A file with another name lies there only while it is read: its inode will be another file's.
    lasts = source.called is None
    return Origin(
        sha256=sha256,
        size=status.st_size,
        mtime_ns=status.st_mtime_ns,
        reader=reader,
        read_at_ns=read_at_ns,
        inode=status.st_ino if lasts else 0,
        ctime_ns=status.st_ctime_ns if lasts else 0,
    )


def _is_equal(number: int, noted: int) -> bool:
    """Whether a file's number is the one noted; 0 is none: of a system without, or an old library.

    A file is trusted then as it was before such numbers were noted.
    """
    return number == noted or 0 in (number, noted)


def read_file(request: Request, reading: ReadingFunction = read) -> ReadResult:
    """Read a file. Whatever goes wrong with it is a result, too.

    Raises:
        MemoryError: it takes more memory than there is.
    """
    opened = open_file(request)
    return opened if isinstance(opened, Failed) else read_bytes(request, *opened, reading)


def open_file(request: Request) -> tuple[bytes, Origin] | Failed:
    """A file's bytes, all of one moment, and what tells them from others."""
    try:
        return _steady_bytes(request.source, request.largest)
    except SourceError as error:
        return Failed(str(error))


def read_bytes(
    request: Request, data: bytes, origin: Origin, reading: ReadingFunction = read
) -> ReadResult:
    """Read what `open_file` gave; raises as `read_file`."""
    source, known = request.source, request.known
    try:
        if known and known.sha256 == origin.sha256 and known.reader == _reader(data, source):
            return Unchanged(replace(origin, reader=known.reader))
        document = _document(source, data, origin, reading)
    except SourceError as error:
        return Failed(str(error), origin)
    except MemoryError:
        raise
    except Exception as error:  # whatever a library underneath stumbles over
        what = f"{type(error).__name__}: {error}"[:200]
        return Failed(
            f"{source.name} cannot be read: its reader failed ({what}); see whether another "
            "program opens it, and save it again",
            origin,
        )
    wanted = request.keep.keeps(document.media_type, len(data))
    return Read(document, data if wanted else None)


def read_source(source: Source) -> Document:
    """Read a source into a document, in this process and however long it takes.

    Raises:
        SourceError: it cannot be read, and the message says why.
    """
    data, origin = _steady_bytes(source, LARGEST)
    return _document(source, data, origin, read)


def _steady_bytes(source: Source, largest: int) -> tuple[bytes, Origin]:
    try:
        for _ in range(_TRIES):
            before = source.path.stat()
            if not stat.S_ISREG(before.st_mode):  # reading a pipe would never end
                raise UnsupportedSourceError(f"{source.name} is not a regular file; name a file")
            if before.st_size > largest:
                raise UnreadableSourceError(too_large(source, before.st_size, largest))
            read_at = time.time_ns()
            with source.path.open("rb") as stream:
                data = stream.read(largest + 1)
            after = source.path.stat()
            if len(data) == after.st_size and _moment(before) == _moment(after):
                digest = hashlib.sha256(data).hexdigest()
                return data, origin_of(source, after, digest, all_readers(), read_at)
    except FileNotFoundError as error:
        gone = "is a link to nothing" if source.path.is_symlink() else "does not exist any more"
        raise SourceNotFoundError(f"{source.name} {gone}") from error
    except OSError as error:
        remedy = _REMEDIES.get(error.errno or 0, "see whether another program opens it")
        raise UnreadableSourceError(
            f"{source.name} cannot be read: {error.strerror or error}; {remedy}"
        ) from error
    raise UnreadableSourceError(
        f"{source.name} changed each of the {_TRIES} times that it was read; ingest it again when "
        "the program that writes to it has finished"
    )


def too_large(source: Source, size: int, largest: int) -> str:
    """Why a file of ``size`` bytes is not read."""
    return (
        f"{source.name} has {size / MB:,.1f} MB, and a file may have {largest / MB:,g} MB; split "
        f"it, or allow more with: --largest {-(-size // MB)}"
    )


def _moment(status: os.stat_result) -> tuple[int, int, int]:
    return status.st_ino, status.st_size, status.st_mtime_ns


def _reader(data: bytes, source: Source) -> str:
    return identity(reader_for(data, source.name, source.suffix))


def _document(source: Source, data: bytes, origin: Origin, reading: ReadingFunction) -> Document:
    chosen = () if source.suffix is None else (source.suffix,)
    reader, result = reading(data, source.name, *chosen)
    return Document(
        source=source.name,
        title=source.title or result.title or title_from(source.name),
        text=result.text,
        sections=result.sections,
        pages=result.pages,
        media_type=reader.media_type,
        origin=replace(origin, reader=identity(reader)),
        warnings=result.warnings,
        layout=result.layout,
        regions=result.regions,
    )
