"""Small files that ask for much: memory, time, or a way without an end."""

from __future__ import annotations

import struct
import zlib
from itertools import pairwise

from tests.ingest.readers.damage import rezipped
from tests.ingest.readers.html.test_epub import book
from tests.ingest.readers.html.test_mail import mail
from tests.ingest.readers.office.test_docx import SAMPLE as DOCX
from tests.ingest.readers.office.test_docx import docx, par
from tests.ingest.readers.office.test_odf import packed
from tests.ingest.readers.office.test_xlsx import with_sheet
from tests.ingest.readers.test_zip import zipped

_DEEP = 100_000
_ZEROS = bytes(1 << 27)
_ENTITIES = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefghij"))
_LAUGHS = f'<!DOCTYPE x [<!ENTITY a "ha ha ha ha">{_ENTITIES}]>'.encode()


def bombs() -> dict[str, bytes]:
    """By name, each of them."""
    inner = zipped({"a.txt": bytes(1 << 24)})
    return {
        "zeros.zip": zipped({"a.txt": _ZEROS}),
        "zips-in-zip.zip": zipped({f"{n}.zip": inner for n in range(50)}),
        "many-members.zip": zipped({f"{n}.txt": b"x" for n in range(20_000)}),
        "out-of-the-folder.zip": zipped({"../../../tmp/gull.txt": b"Gulls.", "/etc/gull": b"x"}),
        "zeros.docx": rezipped(DOCX, {"word/media/image1.xml": _ZEROS}),
        "laughs.docx": rezipped(DOCX, {"word/document.xml": _LAUGHS + b"<x>&j;</x>"}),
        "laughs.xml": _LAUGHS + b"<Workbook>&j;</Workbook>",
        "laughs.html": _LAUGHS + b"<html><p>&j;</p></html>",
        "laughs.epub": book({"a.xhtml": (_LAUGHS + b"<html><p>&j;</p></html>").decode()}),
        "deep.html": b"<div>" * _DEEP + b"Gulls.",
        "deep-tables.html": b"<table><tr><td>" * 5000 + b"Gulls.",
        "deep.json": b"[" * _DEEP + b"]" * _DEEP,
        "deep.md": b">" * _DEEP + b" Gulls.\n",
        "deep-lists.md": b"".join(b" " * (2 * n) + b"- gull\n" for n in range(500)),
        "deep.docx": docx(
            "<w:tbl><w:tr><w:tc>" * 3000 + par("x") + "</w:tc></w:tr></w:tbl>" * 3000
        ),
        "deep.eml": _nested_mail(3000),
        "repeated.ods": packed(
            "ods",
            '<table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">'
            '<table:table-cell table:number-columns-repeated="16384" office:value-type="string">'
            "<text:p>x</text:p></table:table-cell></table:table-row></table:table>",
        ),
        "far.xlsx": with_sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
        "long-line.txt": b"gull" * 2_000_000,
        "many-marks.md": b"*_`[" * 50_000,
        "many-rows.csv": b"a,b\n" * 20_000,
        "wide.csv": b"a," * 50_000,
        "always.ics": b"BEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 2000,
        "huge.png": _png(60_000, 60_000),
        "huge.gif": b"GIF89a" + struct.pack("<HH", 65535, 65535) + bytes(20),
        "loop-of-pages.pdf": _pdf("<< /Type /Pages /Count 9 /Kids [2 0 R 2 0 R] >>"),
        "loop-of-parents.pdf": _pdf(
            "<< /Type /Pages /Count 1 /Kids [3 0 R] /Parent 2 0 R >>",
            "<< /Type /Page /Parent 2 0 R /Contents 4 0 R /MediaBox [0 0 9 9] >>",
            "<< /Length 4 0 R >>\nstream\nq\nendstream",
        ),
        "loop-of-outlines.pdf": _pdf(
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
            "<< /First 5 0 R /Last 5 0 R >>",
            "<< /Title (a) /Parent 4 0 R /Next 5 0 R /First 5 0 R /Last 5 0 R >>",
            catalog="/Outlines 4 0 R",
        ),
        "loop-of-forms.pdf": _pdf(
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 5 0 R "
            "/Resources << /XObject << /F 4 0 R >> >> >>",
            "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Length 11 "
            "/Resources << /XObject << /F 4 0 R >> >> >>\nstream\n/F Do /F Do\nendstream",
            "<< /Length 5 >>\nstream\n/F Do\nendstream",
        ),
        "huge-page.pdf": _pdf(
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 1e9 1e9] >>",
        ),
        "zeros.pdf": _pdf(
            "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 4 0 R >>",
            stream=zlib.compress(b" q Q" * (1 << 24)),
        ),
    }


def _nested_mail(depth: int) -> bytes:
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    return mail().as_bytes().split(b"\n\n")[0] + b"\r\n" + head


def _png(width: int, height: int) -> bytes:
    """A picture of one colour that is small as a file."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(1 + width // 8)) for _ in range(height // 100))
    body = rows + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def _pdf(*objects: str, catalog: str = "", stream: bytes | None = None) -> bytes:
    """A PDF of these objects, the first of which is number 2, the pages."""
    bodies = [f"<< /Type /Catalog /Pages 2 0 R {catalog} >>".encode(), *map(str.encode, objects)]
    if stream is not None:
        head = f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n"
        bodies.append(head.encode() + stream + b"\nendstream")
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(bodies) + 1
    return (
        out
        + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\n"
        % (
            size,
            table,
            size,
        )
        + b"startxref\n%d\n%%%%EOF\n" % len(out)
    )
