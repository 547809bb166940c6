"""What the bytes of older files say beside their text: tables, protection, and what is left out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import replace
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.html.mail import MAIL
from pincite.ingest.readers.ole import names
from pincite.ingest.readers.warnings import attached

_SECTOR = 512  # bytes; a stream begins at a multiple of it
_WORD = b"\xec\xa5"  # how Word's main stream begins ([MS-DOC] 2.5.1, wIdent)
_FLAGS = 0x0A  # where that stream says that it is encrypted
_ENCRYPTED = 0x01  # in the second byte there
_PARTS = (  # where it says how many characters a part has ([MS-DOC] 2.5.4), and how few are none
    (0x50, 3, "footnotes"),
    (0x54, 16, "page heads and feet"),  # the lines that set off notes are among them
    (0x5C, 3, "comments"),
    (0x60, 3, "endnotes"),
    (0x64, 3, "text boxes"),
)
# A field's instruction, which the package leaves before the result. Only with a switch, as in
# "SEQ Figure \* ARABIC", is it no prose.
_FIELD = re.compile(
    r" ?\b[A-Z]{3,12}(?: [^\s\\]{1,80}){0,2}(?: \\[*@#a-z!](?: \"?\w{1,40}\"?)?){1,4} ?"
)
_HEADERS = ("Subject: ", "From: ", "To: ", "CC: ", "BCC: ", "Date: ")


def add_lines(built: Builder, text: str) -> None:
    """Add the paragraphs and tables of a Word text, in which tabs end the cells."""
    for line in text.split("\n"):
        rows = _rows(line) if line.count("\t") > 2 else None
        if rows is None:
            built.paragraph(_FIELD.sub(" ", line))
        else:
            built.end_table()
            for row in rows:
                built.row(row)
            built.end_table()


def _rows(line: str) -> list[list[str]] | None:
    """The rows of a table, each ended by an empty cell; None if it is none.

    >>> _rows("a\\tb\\t\\tc\\td\\t\\t")
    [['a', 'b'], ['c', 'd']]
    """
    cells = line.split("\t")
    if cells.pop().strip():
        return None
    for width in range(2, min(len(cells), 64)):
        if len(cells) % (width + 1) == 0 and not any(cells[width :: width + 1]):
            return [cells[i : i + width] for i in range(0, len(cells), width + 1)]
    return None


def table_rows(table: Any) -> list[list[str]]:
    """The cells of a table as the package gives it."""
    return [[str(cell) for cell in row] for row in table.cells]


def is_protected(data: bytes) -> bool:
    """Whether an older Office file is encrypted."""
    main = _main_stream(data)
    if main is not None:
        return bool(data[main + _FLAGS + 1] & _ENCRYPTED)
    return names(data, "EncryptedSummary")


def unread_word_parts(data: bytes) -> list[str]:
    """The parts of a Word file beside its main text, which the package does not give."""
    main = _main_stream(data)
    if main is None:
        return []
    return [
        name
        for place, fewest, name in _PARTS
        if int.from_bytes(data[main + place : main + place + 4], "little") > fewest
    ]


def mail(content: str, about: Mapping[str, Any], name: str) -> Reading:
    """An Outlook message as a mail is read, its attachments named in a warning.

    Args:
        content: the headers and the body, as the package gives them.
        about: the message's metadata.
        name: the file's, for messages.
    """
    headers: dict[str, str] = {}
    lines = content.split("\n")
    place = 0
    for header in _HEADERS:
        if place < len(lines) and lines[place].startswith(header):
            headers[header[:-2].title()] = " ".join(lines[place].removeprefix(header).split())
            place += 1
    letter = EmailMessage(policy=policy.default)
    if headers.get("Date"):
        headers["Date"] = _mail_date(headers["Date"])
    for header, words in headers.items():
        letter[header] = words
    letter.set_content("\n".join(lines[place:]))
    reading = MAIL.read(letter.as_bytes(), name)
    files = [str(name) for name in about.get("attachments") or []]
    return replace(reading, warnings=(*reading.warnings, *attached(files)))


def _mail_date(date: str) -> str:
    try:
        return format_datetime(dt.datetime.fromisoformat(date))
    except ValueError:
        return date


def _main_stream(data: bytes) -> int | None:
    """Where Word's main stream begins; None where it is not found."""
    at = data.find(_WORD, _SECTOR)
    while at >= 0:
        if at % _SECTOR == 0 and data[at + 3 : at + 4] in (b"\0", b"\1"):
            return at
        at = data.find(_WORD, at + 1)
    return None
