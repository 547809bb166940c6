"""A workbook in the format from before 2007, with as little in it as readers ask for."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

Value = str | float
_SECTOR = 512
_SMALLEST = 4096  # bytes; a shorter stream would be kept in another place
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_DATE = 14  # the number of a format for days


def workbook(
    sheets: Mapping[str, Sequence[Sequence[Value]]],
    *,
    hidden: Sequence[str] = (),
    days: Sequence[tuple[int, int]] = (),
    merged: Sequence[tuple[int, int, int, int]] = (),
    password: bool = False,
) -> bytes:
    """The bytes of an ``.xls`` file.

    Args:
        sheets: the rows of each by its name.
        hidden: the names of those that are.
        days: the cells (row, column, from 0) whose numbers are days.
        merged: in each sheet: first row, last row, first column, last column.
        password: whether it says that it is encrypted.
    """
    parts = [_sheet(rows, days, merged) for rows in sheets.values()]
    start = [_record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))]
    if password:
        start.append(_record(0x2F, struct.pack("<HHH", 1, 1, 1) + bytes(48)))
    start += [_record(0xE0, struct.pack("<HH", 0, code) + bytes(16)) for code in (0, _DATE)]
    names = [struct.pack("<BB", len(name), 0) + name.encode("latin-1") for name in sheets]
    offset = sum(map(len, start)) + sum(10 + len(name) for name in names) + 4
    for name, encoded, part in zip(sheets, names, parts, strict=True):
        start.append(_record(0x85, struct.pack("<IBB", offset, name in hidden, 0) + encoded))
        offset += len(part)
    return _ole("Workbook", b"".join([*start, _record(0x0A, b""), *parts]))


def _sheet(
    rows: Sequence[Sequence[Value]],
    days: Sequence[tuple[int, int]],
    merged: Sequence[tuple[int, int, int, int]],
) -> bytes:
    records = [_record(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 0))]
    for i, row in enumerate(rows):
        for j, value in enumerate(row):
            at = struct.pack("<HHH", i, j, (i, j) in days)
            if isinstance(value, str):
                if value:
                    text = struct.pack("<HB", len(value), 0) + value.encode("latin-1")
                    records.append(_record(0x204, at + text))
            else:
                records.append(_record(0x203, at + struct.pack("<d", value)))
    if merged:
        ranges = b"".join(struct.pack("<HHHH", *one) for one in merged)
        records.append(_record(0xE5, struct.pack("<H", len(merged)) + ranges))
    return b"".join([*records, _record(0x0A, b"")])


def _record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _ole(stream: str, data: bytes) -> bytes:
    """An OLE2 file with one stream: a header, its table of sectors, its directory, the stream."""
    data = data.ljust(max(_SMALLEST, -len(data) // _SECTOR * -_SECTOR), b"\0")
    count = len(data) // _SECTOR
    chain = [_FAT, _END, *range(3, count + 2), _END]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(_SECTOR, b"\xff")
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack(
        "<HHHHH6xIIIIIIIII", 62, 3, 0xFFFE, 9, 6, 0, 1, 1, 0, _SMALLEST, _END, 0, _END, 0
    )
    header += struct.pack("<109I", 0, *[_FREE] * 108)
    entries = [_entry("Root Entry", 5, 1, _END, 0), _entry(stream, 2, _FREE, 2, len(data))]
    directory = b"".join(entries).ljust(_SECTOR, b"\0")
    return header + fat + directory + data


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    body = encoded.ljust(64, b"\0") + struct.pack(
        "<HBBIII", len(encoded), kind, 1, _FREE, _FREE, child
    )
    return body + bytes(36) + struct.pack("<IQ", start, size)
