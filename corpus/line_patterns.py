"""The shapes of lines that both segmentation and quoting know: items of lists, rulers of tables."""

from __future__ import annotations

import re

ITEM = re.compile(
    r"[ \t]*(?:[-*+•–‣◦▪●○]|\d{1,3}[.)]|[a-z]\)|\((?:\d{1,3}|[a-z]|[ivx]{1,5})\))[ \t]"
)
"""The mark that opens an item, with the blanks before it and one after it."""

_DRAWN = frozenset("|+-=: \t")


def is_ruler(line: str) -> bool:
    """Whether a line only draws: ``| --- | --- |``, ``+----+----+``, ``----  ----``.

    >>> is_ruler("|---|:-:|"), is_ruler("====  ===="), is_ruler("----"), is_ruler("- - -")
    (True, True, False, False)
    """
    if not _DRAWN.issuperset(line) or not ("-" in line or "=" in line):
        return False
    if "|" in line or "+" in line:
        return True
    strokes = line.split()
    return len(strokes) > 1 and all(len(stroke) > 1 for stroke in strokes)
