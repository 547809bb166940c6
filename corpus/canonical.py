"""Canonical text: fixed once, before any offset exists."""

from __future__ import annotations

import re
import unicodedata

_SURROGATE = re.compile("[\ud800-\udfff]")


def canonical(text: str) -> str:
    """Return ``text`` in the form that every offset counts in.

    NFC, ``\\n`` line ends, no NULs and no byte order mark at the start; a lone surrogate,
    which UTF-8 cannot hold, becomes U+FFFD. Idempotent.

    >>> canonical("cafe\\u0301\\r\\nbar\\x00")
    'café\\nbar'
    """
    text = text.replace("\x00", "").lstrip("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", _SURROGATE.sub("\ufffd", text))
