"""Mails (``.eml``): the subject, who wrote to whom and when, and the text.

What a mail cites from earlier ones stays where it stands and is marked as quoted.
"""

from __future__ import annotations

import codecs
import email
import re
from collections.abc import Iterable
from dataclasses import replace
from email.message import Message

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import UnsupportedSourceError
from pincite.corpus.types import Region, Span
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.encodings import decoded
from pincite.ingest.readers.html.mail_headers import POLICY, SHOWN, header
from pincite.ingest.readers.html.mail_html import cites, holds_more
from pincite.ingest.readers.html.parse import parse
from pincite.ingest.readers.html.quoted_replies import quoted_spans
from pincite.ingest.readers.html.walk import unseen_warning, walk
from pincite.ingest.readers.plain.calendar import add_events
from pincite.ingest.readers.warnings import attached

_CHARSETS = re.compile(r"utf-|ascii|iso8859|iso2022|cp\d|koi8|gb|hz|big5|euc|shift|mac|tis|johab")
_TEXT_KINDS = ("text", "multipart")  # multipart where its parts were not found
_HEADER = re.compile(rb"[A-Za-z][A-Za-z0-9-]*:[ \t]?\S?")
_FROM = re.compile(rb"^From:", re.MULTILINE | re.IGNORECASE)
_ONLY_MAILS = re.compile(rb"^(?:Received|Message-ID|MIME-Version|Return-Path):", re.M | re.I)
_LOOKED_AT = 16_384  # bytes in which a mail's headers show themselves
_ENVELOPE = re.compile(rb"\s{0,9}>?From [^\n]{0,500}\n")  # the line above a mail in a mailbox
_ANOTHER = re.compile(rb"\n\r?\nFrom [^\n]{0,500}\d{4}[^\n]{0,40}\n[!-9;-~]{1,80}:")


class MailReader:
    """Reads one mail with the standard library."""

    media_type = "message/rfc822"
    suffixes = frozenset({".eml"})
    version = 3

    def recognises(self, data: bytes) -> bool:
        """Whether it begins with the headers that only a mail has."""
        envelope = _ENVELOPE.match(data)
        if envelope and _ANOTHER.search(data, envelope.end()):  # a mailbox, then
            return False
        start = envelope.end() if envelope else 0
        head = re.split(rb"\r?\n\r?\n", data[start : start + _LOOKED_AT], maxsplit=1)[0]
        return bool(_HEADER.match(head) and _FROM.search(head) and _ONLY_MAILS.search(head))

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; attachments are named in a warning.

        Raises:
            UnsupportedSourceError: it is not built as a mail.
        """
        return read_mails([data], name)


def read_mails(mails: Iterable[bytes], name: str) -> Reading:
    """One reading of one mail, or of several, each a section; its title is that of the one.

    Raises:
        UnsupportedSourceError: one is not built as a mail.
    """
    letters = _Letters(name)
    titles: list[str] = []
    for data in mails:
        try:
            envelope = _ENVELOPE.match(data)
            start = envelope.end() if envelope else 0
            mail = email.message_from_bytes(data[start:], policy=POLICY)
            letters.add(mail, 1)
            titles = [*titles[:1], header(mail, "Subject")]
        # The standard library's parser promises nothing about what it raises on broken headers.
        except (LookupError, ValueError, AttributeError, TypeError, RecursionError) as error:
            raise UnsupportedSourceError(
                f"{name} cannot be read as a mail ({type(error).__name__}); save it again or as "
                "text and ingest that"
            ) from error
    return letters.reading((titles[0] or None) if len(titles) == 1 else None)


class _Letters:
    """Mails, with the mails that are attached to them, as a reading."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._built = Builder()
        self._warnings: dict[str, None] = {}
        self._attached: list[str] = []
        self._bodies: list[Span] = []

    def add(self, mail: Message, level: int) -> None:
        self._built.heading(level, header(mail, "Subject"))
        written = [(name, header(mail, name)) for name in SHOWN]
        self._built.lines("\n".join(f"{name}: {words}" for name, words in written if words))
        self._part(mail, level)

    def reading(self, title: str | None) -> Reading:
        warnings = [*self._warnings, *attached(self._attached)]
        reading = self._built.reading(title, warnings)
        regions = sorted(self._regions(reading), key=lambda region: region.span)
        reading = replace(reading, regions=tuple(regions))
        return replace(reading, warnings=(*reading.warnings, *unseen_warning(reading)))

    def _regions(self, reading: Reading) -> Iterable[Region]:
        """What cannot be seen, and what each body cites by its marks or by its words."""
        marked = [region.span for region in reading.regions if region.kind == "quoted"]
        yield from (region for region in reading.regions if region.kind != "quoted")
        at = 0
        for body in self._bodies:
            inside: list[Span] = []
            while at < len(marked) and marked[at].start < body.end:
                inside.append(_shifted(marked[at], -body.start))
                at += 1
            for span in quoted_spans(reading.text[body.start : body.end], inside):
                yield Region(_shifted(span, body.start), "quoted")

    def _part(self, part: Message, level: int) -> None:
        if part.is_multipart():
            self._parts(part, level)
            return
        if part.get_content_maintype() in _TEXT_KINDS and not _is_attachment(part):
            self._text(part)
        elif _payload(part):
            self._attached.append(_named(part))

    def _parts(self, whole: Message, level: int) -> None:
        parts = [part for part in whole.get_payload() if isinstance(part, Message)]
        if whole.get_content_type() == "message/rfc822":
            for mail in parts:
                self.add(mail, level + 1)
        elif whole.get_content_type() == "multipart/alternative" and parts:
            self._part(self._preferred(parts), level)
        else:
            for part in parts:
                self._part(part, level)

    def _preferred(self, parts: list[Message]) -> Message:
        """The plain one of several forms of a text, unless the HTML one says more."""
        plain, marked = (
            next((part for part in parts if part.get_content_type() == kind), None)
            for kind in ("text/plain", "text/html")
        )
        rich = marked or next((part for part in parts if part.is_multipart()), parts[-1])
        if plain is None or not _payload(plain).strip():
            return rich
        page = next((p for p in rich.walk() if p.get_content_type() == "text/html"), None)
        tree = None if page is None else parse(self._decoded(page), self._name)
        return rich if tree is not None and holds_more(tree, self._decoded(plain)) else plain

    def _text(self, part: Message) -> None:
        text, kind = self._decoded(part), part.get_content_subtype()
        start = self._built.length
        if kind == "calendar":
            add_events(text, self._built)
        elif kind != "html":
            self._built.lines(text)
        elif (root := parse(text, self._name)) is not None:
            walk(root, self._built, citing=cites)
        self._bodies.append(Span(start, self._built.length))

    def _decoded(self, part: Message) -> str:
        data = _payload(part)
        try:
            return canonical(data.decode(_charset(part) or "ascii"))
        except UnicodeError:
            text, warnings = decoded(data, self._name)
            self._warnings.update(dict.fromkeys(warnings))
            return text


def _shifted(span: Span, by: int) -> Span:
    return Span(max(0, span.start + by), max(0, span.end + by))


def _charset(part: Message) -> str | None:
    """The part's encoding as Python calls it, if it is one that mails are written in.

    Some of Python's codecs are there for other things, and take an hour for a megabyte.
    """
    try:
        named = codecs.lookup(part.get_content_charset("utf-8")).name
    except LookupError:
        return None
    return named if _CHARSETS.match(named) else None


def _is_attachment(part: Message) -> bool:
    return part.get_content_disposition() == "attachment" or bool(part.get_filename())


def _payload(part: Message) -> bytes:
    if _charset(part) is None and "content-type" in part:
        part.set_param("charset", "us-ascii")  # the library would try the one that it names
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _named(part: Message) -> str:
    return canonical(part.get_filename() or part.get_content_type())


MAIL = MailReader()
