"""Values bound to a statement, not too many at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

_BOUND = 500  # values bound to one statement; SQLite's own limit was once 999

_T = TypeVar("_T")


def chunks(values: Iterable[_T]) -> Iterator[list[_T]]:
    """The values in lists short enough to be bound to one statement."""
    rest = list(values)
    for start in range(0, len(rest), _BOUND):
        yield rest[start : start + _BOUND]


def marks(values: Sequence[Any]) -> str:
    """A question mark for each value, for ``IN (…)``."""
    return ", ".join("?" * len(values))
