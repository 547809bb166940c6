"""The rows of a sheet as headings, tables and notes.

Empty rows part what stands apart; a line above a table is its title, one under it a note. A block
without a header that fits under the table before it goes on with that table.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import chain, islice

from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.headers import Row, column_names, header_lines, is_value, value_columns
from pincite.ingest.readers.sheet_rows import blocks, is_note, is_title, words_of
from pincite.ingest.readers.side_by_side import beside

_BUFFERED = 1000  # rows of a table from which its columns and its header are told
_BODY = 50  # rows of a table from which the kinds of its columns are told
_LINES = 20  # a longer column of cells is a table, not lines of text around tables
_PROSE_WORDS = 6  # in most cells of a column that holds text, not names


@dataclass(frozen=True, slots=True)
class _Table:
    """What a later block is held against."""

    columns: tuple[int, ...]
    values: frozenset[int]
    header: bool


def add_tables(built: Builder, rows: Iterable[list[str]], most: int | None = None) -> int:
    """Add the tables of a sheet whose rows have no merged and no hidden cells.

    Args:
        built: takes them.
        rows: the sheet's cells, row by row; they are not all held at once.
        most: how many characters may be taken; None for all.

    Returns:
        How many are left of them; below 0 if the sheet holds more, which is left out.
    """
    numbered = (
        Row(number, {column: cell for column, cell in enumerate(cells, 1) if cell})
        for number, cells in enumerate(rows, 1)
    )
    left = sys.maxsize if most is None else most
    return SheetLayout(built, left).add(row for row in numbered if row.cells)


class SheetLayout:
    """Adds the rows of one sheet; ``left`` is how many characters may still be taken."""

    def __init__(
        self, built: Builder, most: int, hidden_columns: Collection[int] = (), *, seen: bool = True
    ) -> None:
        self.left = most
        self._built = built
        self._hidden_columns = hidden_columns
        self._seen = seen  # a hidden sheet is marked as a whole, not by its rows
        self._lines: list[Row] = []  # rows of one cell that wait to be a title or notes
        self._waiting: list[Row] = []  # a row that stands alone: it may name the columns below
        self._table: _Table | None = None
        self._hidden_filled: set[int] = set()

    @property
    def hidden_columns(self) -> list[int]:
        """The hidden columns with words in them, as far as they were added."""
        return sorted(self._hidden_filled)

    def add(self, rows: Iterable[Row]) -> int:
        """Add the rows; returns ``left``, below 0 if there were more."""
        for block in blocks(self._noted(rows)):
            head = list(islice(block, _BUFFERED))
            head = self._with_waiting(head)
            if len(head) == 1 and len(head[0].cells) > 1:
                self._waiting = head
                continue
            parts = [head] if len(head) >= _BUFFERED else beside(head)
            for part in parts[:-1]:
                self._block(part, iter(()))
            self._block(parts[-1], block)
            if self.left < 0:
                break
        self._with_waiting([])
        self._flush_lines()
        self._built.end_table()
        return self.left

    def _with_waiting(self, head: list[Row]) -> list[Row]:
        """The rows, under the row before them if it names their columns across a gap."""
        waiting, self._waiting = self._waiting, []
        columns = sorted({column for row in head for column in row.cells})
        if waiting and len(columns) > 1 and set(columns) <= waiting[0].cells.keys():
            rows = head[:_BODY]
            if header_lines([*waiting, *rows], columns) == 1 and not header_lines(rows, columns):
                return [*waiting, *head]
        if waiting:
            self._block(waiting, iter(()))
        return head

    def _noted(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows; hidden columns that are filled in them are noted as they pass."""
        for row in rows:
            self._hidden_filled.update(c for c in row.cells if c in self._hidden_columns)
            yield row

    def _block(self, head: list[Row], rest: Iterator[Row]) -> None:
        if all(len(row.cells) == 1 for row in head):
            if len(head) <= _LINES:
                if self._lines:
                    self._flush_lines()
                self._lines = head
                return
            self._flush_lines()
            self._rows(head, rest)
            return
        start = next(i for i, row in enumerate(head) if len(row.cells) > 1)
        above, head = head[:start], head[start:]
        columns = sorted({column for row in head for column in row.cells})
        lines = header_lines(head[:_BODY], columns)
        labels = [*self._lines, *above]
        if not lines and self._table and self._goes_on(self._table, labels, head, columns):
            self._lines = []
            self._body(chain(labels, head, rest), list(self._table.columns))
            return
        self._titles(above)
        self._rows(head, rest, columns, lines)

    def _goes_on(
        self, table: _Table, labels: Sequence[Row], head: Sequence[Row], columns: Sequence[int]
    ) -> bool:
        """Whether a block without a header belongs to the table before it, labels and all."""
        filled = {*columns, *(column for row in labels for column in row.cells)}
        if not table.header or len(labels) > 1 or not filled <= set(table.columns):
            return False
        return all(
            is_value(cell)
            for row in head[:_BODY]
            for column, cell in row.cells.items()
            if column in table.values and column != table.columns[0]  # "Total" under days is usual
        )

    def _rows(
        self,
        head: list[Row],
        rest: Iterator[Row],
        columns: list[int] | None = None,
        lines: int | None = None,
    ) -> None:
        """A table of its own."""
        if columns is None:
            columns = sorted({column for row in head for column in row.cells})
        if lines is None:
            lines = header_lines(head[:_BODY], columns)
        body = head[lines:]
        values = value_columns(body[:_BODY])
        self._table = _Table(tuple(columns), frozenset(values), lines > 0)
        self._built.end_table()
        names = column_names(head[:lines], columns) if lines else None
        self._body(chain(body, rest), columns, names, all(row.hidden for row in head[:lines]))

    def _body(
        self,
        rows: Iterable[Row],
        columns: list[int],
        names: list[str] | None = None,
        names_hidden: bool = False,
    ) -> None:
        shown = [column for column in columns if column not in self._hidden_columns]
        unseen = [column for column in columns if column in self._hidden_columns]
        label = shown[:1]
        aside: list[list[str]] = []  # the cells of hidden columns, each row with its label
        if names is not None:
            by_column = dict(zip(columns, names, strict=True))
            self._row([by_column[c] for c in shown], header=True, hidden=names_hidden)
            aside += [[by_column[c] for c in label + unseen]] if unseen else []
        notes: list[Row] = []
        for row in rows:
            if is_note(row, columns):
                notes.append(row)
                continue
            for held in [*notes, row]:
                if late := set(held.cells).difference(shown, unseen):
                    shown = sorted({*shown, *(late - set(self._hidden_columns))})
                    unseen = sorted({*unseen, *late.intersection(self._hidden_columns)})
                self._row([held.cells.get(c, "") for c in shown], hidden=held.hidden)
                if any(held.cells.get(c) for c in unseen):
                    aside.append([held.cells.get(c, "") for c in label + unseen])
            notes = []
            if self.left < 0:
                return
        self._aside(aside, names is not None)
        if notes:
            self._built.end_table()
        for note in notes:
            self._paragraph(note)

    def _aside(self, rows: list[list[str]], header: bool) -> None:
        if rows:
            with self._built.region("hidden") if self._seen else nullcontext():
                for i, cells in enumerate(rows):
                    self._row(cells, header=header and i == 0)

    def _row(self, cells: Sequence[str], *, header: bool = False, hidden: bool = False) -> None:
        self.left -= sum(map(len, cells)) + len(cells)
        if self.left >= 0:
            self._built.row(cells, header=header, hidden=hidden and self._seen)

    def _titles(self, above: Sequence[Row]) -> None:
        """What stands over a table: the first line that can be one is its heading."""
        lines, self._lines = [*self._lines, *above], []
        title = next((row for row in lines if is_title(words_of(row))), None)
        for row in lines:
            if row is title:
                with self._built.region("hidden") if self._unseen(row) else nullcontext():
                    self._take(row)
                    self._built.heading(2, words_of(row))
            else:
                self._paragraph(row)

    def _flush_lines(self) -> None:
        """Lines with no table under them: text, or a table of one column."""
        lines, self._lines = self._lines, []
        words = [len(words_of(row).split()) for row in lines]
        prose = 2 * sum(count >= _PROSE_WORDS for count in words) > len(lines)
        scattered = len({column for row in lines for column in row.cells}) > 1
        if self._table is None and len(lines) > 1 and not prose and not scattered:
            self._rows(lines, iter(()))
        else:
            for row in lines:
                self._paragraph(row)

    def _paragraph(self, row: Row) -> None:
        self._take(row)
        if self.left >= 0:
            with self._built.region("hidden") if self._unseen(row) else nullcontext():
                self._built.paragraph(words_of(row))

    def _take(self, row: Row) -> None:
        self.left -= len(words_of(row)) + 1

    def _unseen(self, row: Row) -> bool:
        return self._seen and (row.hidden or set(row.cells) <= set(self._hidden_columns))
