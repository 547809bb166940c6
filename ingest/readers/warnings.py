"""Warnings in words: what of a file is not read, or cannot be seen.

One style for all formats: how many, of what, and what they are called. "2 attached files are not
read: plan.pdf, prices.xlsx".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

_MOST = 10  # names in one sentence
_LONGEST = 80  # characters of a name; a file can give any
_BEHIND = re.compile(r"(?= (?:of|on|without) )")  # behind the words that have a plural


def unread(
    counts: Mapping[str, int], names: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> list[str]:
    """A sentence for each kind of thing that was not read.

    Args:
        counts: by what it is, as "picture without a description".
        names: by the same, what they are called.

    >>> unread({"tracked deletion": 1, "picture without a description": 2, "chart": 0})
    ['1 tracked deletion is not read', '2 pictures without a description are not read']
    """
    return [
        f"{counted(count, kind)} {be(count)} not read{_called(names.get(kind, ()))}"
        for kind, count in counts.items()
        if count
    ]


def hidden(count: int, kind: str, names: Sequence[str] = ()) -> list[str]:
    """A sentence on what is in the file and hidden, if anything is.

    >>> hidden(1, "sheet", ["Prices"]), hidden(0, "slide")
    (['1 sheet is hidden, and marked as hidden: Prices'], [])
    """
    if not count:
        return []
    return [f"{counted(count, kind)} {be(count)} hidden, and marked as hidden{_called(names)}"]


def attached(names: Sequence[str]) -> list[str]:
    """A sentence on the files inside a file, if there are any; none of them is read."""
    return [
        f"{sentence}; save what you need and ingest it"
        for sentence in unread({"attached file": len(names)}, {"attached file": names})
    ]


def too_long(most: int) -> str:
    """A sentence on a file of which only ``most`` characters are read."""
    return f"it holds over {most:,} characters; what follows is left out"


def counted(count: int, kind: str) -> str:
    """A count of things; the plural is that of the words before "of", "on" and "without".

    >>> counted(1, "slide"), counted(2_000, "row on sheet 'S'")
    ('1 slide', "2,000 rows on sheet 'S'")
    """
    noun, *rest = _BEHIND.split(kind, maxsplit=1)
    return f"{count:,} {noun}{'' if count == 1 else 's'}{''.join(rest)}"


def be(count: int) -> str:
    """The verb after `counted`."""
    return "is" if count == 1 else "are"


def listed(names: Iterable[object], most: int = _MOST) -> str:
    """Names for a sentence, the first ``most`` of them.

    >>> listed(["a.pdf", "b.pdf"]), listed("abcd", 2)
    ('a.pdf, b.pdf', 'a, b and 2 more')
    """
    every = [" ".join(str(name).split()) for name in names]
    first = [name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…" for name in every[:most]]
    more = f" and {len(every) - most:,} more" if len(every) > most else ""
    return ", ".join(first) + more


def _called(names: Sequence[str]) -> str:
    return f": {listed(names)}" if names else ""
