"""Labels over several rows of a sheet, said in each of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pincite.ingest.readers.headers import Row

Merge = tuple[int, int, int]  # first column, last column, last row

_FILLING = 2_000_000  # cells and characters that labels may add, lest they fill memory


def spread(rows: Iterable[Row], merges: Mapping[int, Sequence[Merge]]) -> Iterator[Row]:
    """The rows, with the words of a merged cell in each row that it covers.

    Args:
        rows: filled rows in order.
        merges: the merged cells by their first row.
    """
    filling = _FILLING
    active: list[tuple[Merge, str]] = []
    for row in rows:
        filling -= sum(len(text) + 1 for _, text in active)
        active = [one for one in active if one[0][2] >= row.number] if filling > 0 else []
        for (first, last, end), text in active:
            row.cells.setdefault(first, text)
            row.merged[first] = (last, end)
        for first, last, end in merges.get(row.number, ()):
            if text := row.cells.get(first, ""):
                row.merged[first] = (last, end)
                if end > row.number:
                    active.append(((first, last, end), text))
        yield row
