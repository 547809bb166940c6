"""The tables of a shared library at one head, open for reading."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import lance
import pyarrow as pa

from pincite.corpus.shared.head import Head, Version
from pincite.corpus.shared.lance_errors import mapped
from pincite.corpus.shared.place import Place
from pincite.corpus.shared.session import session

_AT_ONCE = 2000  # values of one condition


def open_table(place: Place, version: Version) -> lance.LanceDataset:
    """A table at a version."""
    return lance.dataset(
        place.table(version.path),
        version=version.number,
        storage_options=place.options,
        session=session(),
    )


class Tables:
    """What stands in a library at one head. Never changes, whoever commits. For several threads."""

    def __init__(self, place: Place, head: Head, before: Tables | None = None) -> None:
        """
        Args:
            before: tables of another head of this library, whose caches are used on.
        """
        self.place = place
        self.head = head
        self._open: dict[str, lance.LanceDataset] = {}
        for name, version in head.tables.items():
            known = before.known(name, version.path) if before is not None else None
            with mapped(place.name):
                if known is not None and known.version == version.number:
                    self._open[name] = known
                elif known is not None:
                    self._open[name] = known.checkout_version(version.number)
                else:
                    self._open[name] = open_table(place, version)

    def known(self, name: str, path: str) -> lance.LanceDataset | None:
        """The table of this name, if it stands at this path."""
        version = self.head.tables.get(name)
        return self._open[name] if version is not None and version.path == path else None

    def has(self, name: str) -> bool:
        """Whether there is this table: that of the passages comes with the first of them."""
        return name in self._open

    def table(self, name: str) -> lance.LanceDataset:
        """A table at its version."""
        return self._open[name]

    def read(
        self, name: str, columns: Sequence[str], where: str | None = None, **more: Any
    ) -> pa.Table:
        """Columns of the rows for which a condition holds; of all rows without one.

        ``more`` is for Lance's scanner.
        """
        if name not in self._open:
            return pa.table({column: pa.array([], pa.null()) for column in columns})
        with mapped(self.place.name):
            scanner = self._open[name].scanner(
                columns=list(columns), filter=where, disable_scoring_autoprojection=True, **more
            )
            return scanner.to_table()

    def rows(
        self, name: str, columns: Sequence[str], column: str, values: Iterable[Any]
    ) -> Iterator[tuple[Any, ...]]:
        """Columns of the rows that have one of these values, numbers or texts, in a column."""
        for some in _some(list(values)):
            found = self.read(name, columns, one_of(column, some))
            yield from zip(*(found[c].to_pylist() for c in columns), strict=True)

    @cached_property
    def dimension(self) -> int | None:
        """Numbers of a vector; None where there are no passages yet."""
        if "passages" not in self._open:
            return None
        return int(self._open["passages"].schema.field("vector").type.list_size)


def _some(values: list[Any]) -> Iterator[list[Any]]:
    return (values[i : i + _AT_ONCE] for i in range(0, len(values), _AT_ONCE))


def one_of(column: str, values: Iterable[Any]) -> str:
    """The condition that a column has one of these numbers or texts.

    >>> one_of("title", ["it's", "so"])
    "title IN ('it''s', 'so')"
    """
    return f"{column} IN ({', '.join(map(literal, values))})"


def literal(value: int | str) -> str:
    """A number or text as it stands in a condition."""
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


Look = Callable[[], Tables]
