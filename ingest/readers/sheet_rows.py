"""The filled rows of a sheet, and what one of them says by itself: a title, a note, a gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pincite.ingest.readers.headers import Row, is_value

_TITLE = 160  # characters: a longer line above a table is no heading
_NOTE_WORDS = 6  # from which a single cell at the end of a table is a note, not a row


def blocks(rows: Iterator[Row]) -> Iterator[Iterator[Row]]:
    """The rows, parted where rows are missing that no merged cell covers."""
    after: list[Row] = []
    for first in rows:
        after = [first]
        while after:
            yield _until_gap(after, rows)


def _until_gap(after: list[Row], rows: Iterator[Row]) -> Iterator[Row]:
    """The rows of a block; the first of the next one is left in ``after``."""
    row = after.pop()
    reach = row.number
    while True:
        yield row
        reach = max(reach, row.number, *(last for _, last in row.merged.values()))
        following = next(rows, None)
        if following is None:
            return
        if not row.number < following.number <= reach + 1:
            after.append(following)
            return
        row = following


def words_of(row: Row) -> str:
    """What a row shows, cell by cell."""
    return " ".join(row.cells.values())


def is_title(words: str) -> bool:
    """Whether a line above a table can be its heading."""
    return (
        len(words) <= _TITLE
        and not words.endswith((".", "!", ";", ","))
        and not is_value(words)
        and any(map(str.isalpha, words))
    )


def is_note(row: Row, columns: Sequence[int]) -> bool:
    """Whether a row may be a note under its table: one cell, at the left, with many words."""
    return (
        len(columns) > 1
        and len(row.cells) == 1
        and columns[0] in row.cells
        and (len(words_of(row).split()) >= _NOTE_WORDS or words_of(row).startswith("*"))
    )
