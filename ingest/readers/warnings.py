"""The sentences on what of an Office file is not read, or is not to be seen."""

from __future__ import annotations

from collections.abc import Collection, Mapping

_NAMED = 5  # programs that a warning names


def unread(counts: Mapping[str, int], programs: Collection[str] = ()) -> list[str]:
    """A sentence for each kind of thing that was not read.

    Args:
        counts: by what it is, as "picture without a description".
        programs: those that made the embedded objects.

    >>> unread({"tracked deletion": 1, "picture without a description": 2, "film": 0})
    ['1 tracked deletion is not read', '2 pictures without a description are not read']
    """
    named = f" ({', '.join(list(programs)[:_NAMED])})" if programs else ""
    return [
        f"{many(count, kind)} not read{named if kind == 'embedded object' else ''}"
        for kind, count in counts.items()
        if count
    ]


def hidden(count: int, kind: str) -> list[str]:
    """A sentence on what is marked as hidden, if anything is.

    >>> hidden(2, "slide"), hidden(0, "slide")
    (['2 slides are hidden from who opens the file, and marked so'], [])
    """
    return [f"{many(count, kind)} hidden from who opens the file, and marked so"] if count else []


def many(count: int, kind: str) -> str:
    """A count of things and the verb: "1 slide is"; the plural is that of the first word."""
    parting = " of " if " of " in kind else " without "
    first, between, rest = kind.partition(parting)
    ending, verb = ("", "is") if count == 1 else ("s", "are")
    return f"{count:,} {first}{ending}{between}{rest} {verb}"
