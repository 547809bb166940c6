"""What a zip file lists, read from its end without opening it: cheap, and safe with any bytes."""

from __future__ import annotations

import re
import zlib

_ZIP = b"PK\x03\x04"
_END = b"PK\x05\x06"
_ENTRY = b"PK\x01\x02"  # how each entry of the directory begins
_ENTRY_BYTES = 46  # of an entry before the name
_LOCAL_BYTES = 30  # of what stands before a member itself, before its name
_LONGEST = 100  # characters of a media type
_MANIFEST = 1 << 16  # bytes in which a manifest says what the whole is
_ROOT = re.compile(
    rb'full-path="/"[^<>]{0,200}media-type="([^"]{1,100})"'
    rb'|media-type="([^"]{1,100})"[^<>]{0,200}full-path="/"'
)
_END_BYTES = 22 + 65_535  # the record that ends a zip file, with the longest comment


def lists(data: bytes, *members: str) -> bool:
    """Whether ``data`` is a whole zip file that names one of ``members`` in its directory."""
    directory = _directory(data)
    return any(member.encode() in directory for member in members)


def is_zip(data: bytes) -> bool:
    """Whether ``data`` begins as a zip file does, whole or not."""
    return data.startswith((_ZIP, _END))


def is_whole_zip(data: bytes) -> bool:
    """Whether the directory that ends a zip file is there."""
    return is_zip(data) and data.rfind(_END, max(0, len(data) - _END_BYTES)) >= 0


def mimetype(data: bytes) -> str:
    """What a zip file says that it is: in its member ``mimetype``, or in its manifest.

    EPUB and OpenDocument have the member, first and not packed; a file that was unpacked and
    zipped again may have it anywhere, packed, or not at all.

    >>> mimetype(b"PK\\x03\\x04" + bytes(26) + b"mimetypeapplication/epub+zipPK"), mimetype(b"PK")
    ('application/epub+zip', '')
    """
    if data.startswith(_ZIP) and data[30:38] == b"mimetype" and data[8:10] == b"\0\0":
        start = 38 + int.from_bytes(data[28:30], "little")
        size = int.from_bytes(data[18:22], "little") or _LONGEST
        return (
            data[start : start + min(size, _LONGEST)].split(b"PK", 1)[0].decode("ascii", "replace")
        )
    if media_type := beginning(data, "mimetype", _LONGEST):
        return media_type.decode("ascii", "replace").strip()
    root = _ROOT.search(beginning(data, "META-INF/manifest.xml", _MANIFEST))
    return (root[1] or root[2]).decode("ascii", "replace") if root else ""


def beginning(data: bytes, member: str, size: int) -> bytes:
    """The first ``size`` bytes of a member, or none where it is not there or is damaged."""
    name, directory = member.encode(), _directory(data)
    at = directory.find(name)
    while at >= 0:
        entry = directory[at - _ENTRY_BYTES : at]
        if entry.startswith(_ENTRY) and int.from_bytes(entry[28:30], "little") == len(name):
            return _unpacked(data, entry, size)
        at = directory.find(name, at + 1)
    return b""


def _unpacked(data: bytes, entry: bytes, size: int) -> bytes:
    local = int.from_bytes(entry[42:46], "little")
    packed = int.from_bytes(entry[20:24], "little")
    head = data[local : local + _LOCAL_BYTES]
    lengths = int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little")
    start = local + _LOCAL_BYTES + lengths
    if int.from_bytes(entry[10:12], "little") == 0:
        return data[start : start + min(size, packed)]
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[start : start + packed], size)
    except zlib.error:
        return b""


def _directory(data: bytes) -> bytes:
    """The bytes of the central directory, or none."""
    if not is_zip(data):
        return b""
    end = data.rfind(_END, max(0, len(data) - _END_BYTES))
    if end < 0:
        return b""
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    return data[max(0, end - size) : end]
