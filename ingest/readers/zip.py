"""Zip-based files (Word, PowerPoint, Excel, EPUB), opened without trusting them.

Nothing inside is ever written to disk. A file that would unpack to far more than a document holds,
or whose XML declares entities (with which a few lines grow to gigabytes), is refused before any
of it is parsed.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from typing import Any

from pincite.corpus.errors import SourceError, UnsupportedSourceError
from pincite.ingest.readers.ole import is_ole
from pincite.ingest.readers.xml import parsed, refuse_entities_in

MEMBERS = 20_000  # in one file; a long book or slide deck has a few thousand
TOTAL_BYTES = 1 << 30  # unpacked, all members together; pictures and films count
MEMBER_BYTES = 128 << 20  # unpacked, of one member that is read
RATIO = 200  # unpacked to packed bytes; office XML packs to between a 5th and a 50th
_RATIO_FROM = 16 << 20  # unpacked bytes; what is smaller may pack as well as it likes

_ENTRY = b"PK\x01\x02"  # how each entry of its directory begins
_STEP = 1 << 20
_XML = re.compile(r"\.(?:xml|rels|opf|ncx|vml)$", re.IGNORECASE)
_STRICT = (  # Office's "strict" names mean the same as the usual ones
    (
        b"http://purl.oclc.org/ooxml/officeDocument/",
        b"http://schemas.openxmlformats.org/officeDocument/2006/",
    ),
    (
        b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    ),
)
_BROKEN = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    LookupError,
    NotImplementedError,
    RuntimeError,
)


def open_archive(data: bytes, name: str) -> zipfile.ZipFile:
    """Open the zip file ``data``; ``name`` is for messages.

    Raises:
        UnsupportedSourceError: not a whole zip file, or protected by a password, or one with more
            members, more unpacked bytes or a higher compression than documents have.
    """
    if is_ole(data):
        raise UnsupportedSourceError(
            f"{name} is protected by a password or in an Office format from before 2007; save it "
            "without a password in the current format and ingest it again"
        )
    if (count := data.count(_ENTRY)) > MEMBERS:  # before zipfile makes an object of each
        raise UnsupportedSourceError(
            f"{name} holds {count:,} files, over the limit of {MEMBERS:,}; it is not ingested"
        )
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _BROKEN as error:
        raise UnsupportedSourceError(
            f"{name} is damaged or incomplete: it cannot be opened as a zip file ({error}); get a "
            "whole copy and ingest it again"
        ) from error
    inside = archive.infolist()
    total = sum(info.file_size for info in inside)
    if total > TOTAL_BYTES:
        raise UnsupportedSourceError(
            f"{name} would unpack to {_megabytes(total)}, over the limit of "
            f"{_megabytes(TOTAL_BYTES)}; it is not ingested"
        )
    if total > _RATIO_FROM and total > RATIO * len(data):
        raise UnsupportedSourceError(
            f"{name} would unpack to {total // len(data):,} times its size, over the limit of "
            f"{RATIO}, as a file does that is made to fill memory; it is not ingested"
        )
    for info in inside:
        if info.flag_bits & 1:
            raise UnsupportedSourceError(
                f"{name} is protected by a password; save it without one and ingest it again"
            )
        # The formats allow no other methods, and zipfile unpacks the others without a bound.
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise UnsupportedSourceError(
                f"{name} is packed by zip method {info.compress_type}, which its format does not "
                "allow; save it again and ingest it again"
            )
    return archive


def holds(archive: zipfile.ZipFile, path: str) -> bool:
    """Whether there is a member ``path``."""
    return path in archive.NameToInfo


def member(
    archive: zipfile.ZipFile, path: str | zipfile.ZipInfo, name: str, limit: int = MEMBER_BYTES
) -> bytes:
    """The bytes of the member ``path``, counted while they are unpacked.

    Raises:
        UnsupportedSourceError: no such member, a damaged one, or one over ``limit`` bytes.
    """
    parts, size = [], 0
    packed_as, path = path, path if isinstance(path, str) else path.filename
    try:
        with archive.open(packed_as) as packed:
            while part := packed.read(_STEP):
                size += len(part)
                if size > limit:
                    raise UnsupportedSourceError(
                        f"{name} holds {path!r} of over {_megabytes(limit)}, the limit for "
                        "one part; it is not ingested"
                    )
                parts.append(part)
    except KeyError as error:
        raise UnsupportedSourceError(
            f"{name} is incomplete: its part {path!r} is missing; get a complete copy and ingest "
            "it again"
        ) from error
    except SourceError:
        raise
    except _BROKEN as error:
        raise UnsupportedSourceError(
            f"{name} is damaged: its part {path!r} cannot be unpacked ({error}); get a complete "
            "copy and ingest it again"
        ) from error
    return b"".join(parts)


def beginning(archive: zipfile.ZipFile, path: str, size: int) -> bytes:
    """The first bytes of the member ``path``; none where it is missing or damaged."""
    try:
        with archive.open(path) as packed:
            return packed.read(size)
    except (KeyError, *_BROKEN):
        return b""


def refuse_entities(archive: zipfile.ZipFile, name: str) -> None:
    """Refuse an archive whose XML members declare entities or a DOCTYPE.

    Raises:
        UnsupportedSourceError: one does; or one is damaged, or over `MEMBER_BYTES`.
    """
    for path in archive.namelist():
        if _XML.search(path):
            refuse_entities_in(member(archive, path, name), path, name)


def parse_xml(archive: zipfile.ZipFile, path: str, name: str, limit: int = MEMBER_BYTES) -> Any:
    """The root of an XML member that has no DOCTYPE.

    Raises:
        UnsupportedSourceError: no such member, or it is damaged, too large or not to be trusted.
    """
    xml = member(archive, path, name, limit)
    refuse_entities_in(xml, path, name)
    for strict, usual in _STRICT:
        xml = xml.replace(strict, usual)
    return parsed(xml, name, f"its part {path!r}")


def _megabytes(size: int) -> str:
    return f"{size / (1 << 20):,.0f} MB"
