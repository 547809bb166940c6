"""Counts of things in sentences."""

from __future__ import annotations


def counted(count: int, one: str, many: str = "") -> str:
    """A number of things; ``many`` is the plural of ``one`` where it does not end in a mere s.

    >>> counted(1, "file"), counted(2300, "file"), counted(0, "entry", "entries")
    ('1 file', '2,300 files', '0 entries')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
