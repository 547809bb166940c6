"""The headers of mails, read in a time that grows with their length and no faster."""

from __future__ import annotations

from email import policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.headerregistry import HeaderRegistry
from email.message import Message
from typing import Any

SHOWN = ("From", "To", "Cc", "Date")  # with the subject, those that the text has
_TEXTS = frozenset({"subject", *map(str.lower, SHOWN)})
_LONGEST_PARSED = 20_000  # characters of a header: some four hundred recipients


class _Headers(HeaderRegistry):
    def __call__(self, name: str, value: str) -> Any:
        """A header as the standard library takes it apart, in a time that grows with the square of
        its length; of a longer one only the encoded words are read."""
        if len(value) <= _LONGEST_PARSED or name.lower() not in _TEXTS:
            return super().__call__(name, value[:_LONGEST_PARSED])
        try:
            return str(make_header(decode_header(value)))
        except (HeaderParseError, LookupError, ValueError):
            return value


POLICY = policy.default.clone(header_factory=_Headers())


def header(mail: Message, name: str) -> str:
    """The words of a header, or none."""
    try:
        return " ".join(str(mail.get(name, "")).split())
    except (LookupError, ValueError, AttributeError, TypeError):  # as it stands in the file, then
        raw = next((value for key, value in mail.raw_items() if key.lower() == name.lower()), "")
        return " ".join(str(raw).split())
