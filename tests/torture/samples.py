"""A small file of every format, and ways in which files break."""

from __future__ import annotations

import io
import random
import zipfile
from functools import cache

from PIL import Image

from tests.ingest.readers.damage import rezipped
from tests.ingest.readers.html.test_epub import SAMPLE as EPUB
from tests.ingest.readers.html.test_mail import mail
from tests.ingest.readers.office.test_docx import SAMPLE as DOCX
from tests.ingest.readers.office.test_legacy import FILES as LEGACY
from tests.ingest.readers.office.test_odf import TEXT as ODF_TEXT
from tests.ingest.readers.office.test_odf import cell, packed, sheet
from tests.ingest.readers.office.test_pptx import SAMPLE as PPTX
from tests.ingest.readers.office.test_xls import SAMPLE as XLS
from tests.ingest.readers.office.test_xls import spreadsheet_xml
from tests.ingest.readers.office.test_xlsx import saved, workbook
from tests.ingest.readers.pdf.pdf_maker import Leaf, column, pdf
from tests.ingest.readers.plain.test_calendar import calendar
from tests.ingest.readers.test_zip import zipped

_LINES = ["Gulls nest on cliffs above the sea.", "They feed their young on fish.", "", "The end."]
_TEXT = "\n".join(_LINES)
_PIECES = (
    b"",
    b"\0",
    b"\xff\xff\xff\xff",
    b"<a>",
    b"]]>",
    b'"',
    b"-1",
    b"endobj",
    b"PK\3\4",
    b"&x;",
)


@cache
def samples() -> dict[str, bytes]:
    """By suffix, a sound file of every format that is read."""
    picture = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(picture, "PNG")
    rows = sheet(f"<table:table-row>{cell('Bird')}{cell('Eggs')}</table:table-row>")
    return {
        "txt": _TEXT.encode(),
        "md": f"# Gulls\n\n{_TEXT}\n\n| a | b |\n|---|---|\n| 1 | 2 |\n".encode(),
        "html": f"<html><body><h1>Gulls</h1><p>{_TEXT}</p><table><tr><td>1</table>".encode(),
        "csv": b"bird,eggs\ngull,3\ntern,2\n",
        "json": b'{"birds": [{"name": "gull", "eggs": 3}, {"name": "tern", "eggs": 2}]}',
        "py": b'"""Gulls."""\n\n\ndef nest() -> None:\n    """They nest on cliffs."""\n',
        "ics": calendar("SUMMARY:Gulls\r\nDTSTART:20240506T093000Z\r\nRRULE:FREQ=DAILY"),
        "eml": mail().as_bytes(),
        "mbox": b"From ann@example.org Mon May  6 09:30:00 2024\n" + mail().as_bytes(),
        "docx": DOCX,
        "pptx": PPTX,
        "xlsx": saved(workbook(S=[["Bird", "Eggs"], ["Gull", 3], ["Tern", 2.5]])),
        "odt": packed("odt", ODF_TEXT),
        "ods": packed("ods", rows),
        "epub": EPUB,
        "xls": XLS,
        "xml": spreadsheet_xml("<Row><Cell><Data>Gull</Data></Cell></Row>").encode(),
        "pdf": pdf([Leaf(column(_LINES)), Leaf(column(_LINES, y=300))], title="Gulls"),
        "png": picture.getvalue(),
        "zip": zipped({"a.txt": _TEXT.encode(), "b/c.md": b"# Terns\n\nThey dive.\n"}),
        **{name.rpartition(".")[2]: data for name, data in LEGACY.items()},
    }


def broken(suffix: str, chance: random.Random) -> bytes:
    """A file of this format, broken in one of many ways."""
    data = samples()[suffix]
    if data[:2] == b"PK" and chance.random() < 0.6:
        return _broken_inside(data, chance)
    return _broken(data, chance)


def _broken(data: bytes, chance: random.Random) -> bytes:
    """Bytes changed, cut, doubled, moved, or with a piece of another format in them."""
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(data) + 1)
        end = min(len(data), at + chance.randrange(1, 64))
        other = samples()[chance.choice(list(samples()))]
        start = chance.randrange(len(other))
        data = chance.choice(
            (
                data[:at] + chance.randbytes(end - at) + data[end:],
                data[:at] + data[end:],
                data[:end] + data[at:],
                data[:at] + chance.choice(_PIECES) * chance.choice((1, 1, 500)) + data[at:],
                data[:at] + other[start : start + 200] + data[at:],
                data[: max(1, at)],
            )
        )
    return data


def _broken_inside(data: bytes, chance: random.Random) -> bytes:
    """A sound zip file, one of whose members is broken."""
    with zipfile.ZipFile(io.BytesIO(data)) as whole:
        name = chance.choice(whole.namelist())
        return rezipped(data, {name: _broken(whole.read(name), chance)})
