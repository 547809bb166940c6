"""Mailboxes (``.mbox``): a file of mails one after another, each a section."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.html.mail import read_mails

_ENVELOPE = re.compile(  # the line above each mail, and a first field
    rb"From [^\n]{0,500}\b\d\d:\d\d(?::\d\d)?\b[^\n]{0,80}\b\d{4}\b[^\n]{0,40}\n[!-9;-~]{1,80}:"
)
_NEXT = re.compile(rb"\n\r?\n(?=From )")
_ESCAPED = re.compile(rb"^>(>*From )", re.MULTILINE)


class MboxReader:
    """Reads a mailbox's mails in their order."""

    media_type = "application/mbox"
    suffixes = frozenset({".mbox", ".mbx"})
    version = 2

    def recognises(self, data: bytes) -> bool:
        """Whether it begins with a mail's envelope line."""
        return _ENVELOPE.match(data) is not None

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`. Errors as for a mail."""
        return read_mails(_mails(data), name)


def _mails(data: bytes) -> Iterator[bytes]:
    """The mails, without the mark before lines of theirs that begin as an envelope line does."""
    start = 0
    for gap in _NEXT.finditer(data):
        if _ENVELOPE.match(data, gap.end()):
            yield _ESCAPED.sub(rb"\1", data[start : gap.start() + 1])
            start = gap.end()
    yield _ESCAPED.sub(rb"\1", data[start:])


MBOX = MboxReader()
