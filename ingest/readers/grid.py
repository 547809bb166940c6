"""A table's cells, some over several rows or columns, as the rows of a `Builder`."""

from __future__ import annotations

from collections.abc import Sequence

from pincite.ingest.readers.builder import Builder

_WIDEST = 200  # columns up to which cells are spread
_TALLEST = 1000  # rows over which a cell is spread
_FILLING = 200_000  # characters and cells that spreading may add to a table, lest it fill memory

Cell = tuple[str, int, int]  # its words, the columns and the rows that it spans


class Grid:
    """Takes a table row by row; a cell over several rows is said in each of them.

    >>> grid, built = Grid(), Builder()
    >>> grid.row([("Bird", 1, 1), ("Eggs", 1, 1)], header=True)
    >>> grid.row([("Gull", 1, 2), ("3", 1, 1)])
    >>> grid.row([("2", 1, 1)])
    >>> grid.into(built)
    >>> print(built.reading().text, end="")
    | Bird | Eggs |
    | --- | --- |
    | Gull | 3 |
    | Gull | 2 |
    """

    def __init__(self) -> None:
        self._rows: list[tuple[list[str], bool]] = []
        self._below: dict[int, tuple[str, int]] = {}  # column: what comes down, in how many rows
        self._filling = _FILLING
        self.columns = 0
        self.longest = 0  # characters of the longest cell

    def row(self, cells: Sequence[Cell], *, header: bool = False) -> None:
        """Add a row; ``header`` if it names the columns."""
        spread: list[str] = []
        for words, across, down in cells:
            self._come_down(spread)
            self.longest = max(self.longest, len(words))
            # Over several columns, a head names each of them; a value stands in the first.
            again = words if header else ""
            spread += [words, *[again] * (self._columns(across, len(again)) - 1)]
            if down > 1 and len(spread) <= _WIDEST:
                self._below[len(spread) - 1] = (words, min(down, _TALLEST) - 1)
        self._come_down(spread)
        self.columns = max(self.columns, len(spread))
        self._rows.append((spread, header))

    def into(self, built: Builder) -> None:
        """Add the table to ``built``; several rows of heads become one."""
        heads = 0
        while heads < len(self._rows) and self._rows[heads][1]:
            heads += 1
        if heads == len(self._rows):  # nothing but heads: only the first can be meant
            heads = min(heads, 1)
        built.end_table()
        if heads:
            built.row(self._joined([cells for cells, _ in self._rows[:heads]]), header=True)
        for cells, _ in self._rows[heads:]:
            built.row(cells)
        built.end_table()

    def _come_down(self, spread: list[str]) -> None:
        while (above := self._below.pop(len(spread), None)) is not None:
            words, left = above
            self._filling -= len(words) + 1
            if left > 1 and self._filling > 0:
                self._below[len(spread)] = (words, left - 1)
            spread.append(words if self._filling > 0 else "")

    def _columns(self, across: int, cost: int) -> int:
        across = max(1, min(across, _WIDEST))
        if across > 1:
            self._filling -= across * (cost + 1)
        return across if self._filling > 0 else 1

    def _joined(self, heads: Sequence[Sequence[str]]) -> list[str]:
        columns = [
            list(dict.fromkeys(row[column] for row in heads if column < len(row) and row[column]))
            for column in range(max(map(len, heads)))
        ]
        return [" ".join(names) for names in columns]
