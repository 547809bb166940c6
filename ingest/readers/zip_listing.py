"""What a zip file lists, read from its end without opening it: cheap, and safe with any bytes."""

from __future__ import annotations

_ZIP = b"PK\x03\x04"
_END = b"PK\x05\x06"
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
    """What a zip file's first member, ``mimetype``, says it is; EPUB and OpenDocument have it.

    >>> mimetype(b"PK\\x03\\x04" + bytes(26) + b"mimetypeapplication/epub+zipPK"), mimetype(b"PK")
    ('application/epub+zip', '')
    """
    if not data.startswith(_ZIP) or data[30:38] != b"mimetype":
        return ""
    start = 38 + int.from_bytes(data[28:30], "little")
    size = int.from_bytes(data[18:22], "little") or 100
    return data[start : start + min(size, 100)].split(b"PK", 1)[0].decode("ascii", "replace")


def _directory(data: bytes) -> bytes:
    """The bytes of the central directory, or none."""
    if not is_zip(data):
        return b""
    end = data.rfind(_END, max(0, len(data) - _END_BYTES))
    if end < 0:
        return b""
    size = int.from_bytes(data[end + 12 : end + 16], "little")
    return data[max(0, end - size) : end]
