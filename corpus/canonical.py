"""Canonical text: fixed once, before any offset exists."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

_SURROGATE = re.compile("[\ud800-\udfff]")
# So many marks on one letter stand in no language; Unicode's own limit for a text in a stream is
# 30. Python puts them in order in a time that grows with the square of their number.
_MARKS = re.compile(r"[^\w\s\x00-\u02ff]{64,}")


def canonical(text: str) -> str:
    """Return ``text`` in the form that every offset counts in.

    NFC, ``\\n`` line ends, no NULs and no byte order mark at the start; a lone surrogate,
    which UTF-8 cannot hold, becomes U+FFFD. Idempotent.

    >>> canonical("cafe\\u0301\\r\\nbar\\x00")
    'café\\nbar'
    """
    text = text.replace("\x00", "").lstrip("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _MARKS.sub(_in_order, _SURROGATE.sub("\ufffd", text))
    return unicodedata.normalize("NFC", text)


def _in_order(match: re.Match[str]) -> str:
    """Signs, among which each run of combining marks is in the order that NFC has them in."""
    runs = groupby(match[0], lambda sign: unicodedata.combining(sign) > 0)
    return "".join(
        "".join(sorted(run, key=unicodedata.combining)) if combine else "".join(run)
        for combine, run in runs
    )
