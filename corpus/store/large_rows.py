"""The rows that are too many or too large to be listed: texts, passages and vectors, asked for by
id.

They come as they were stored, each with its sum; `pincite.corpus.store.reading` checks them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from pincite.corpus.store.chunks import chunks, marks
from pincite.corpus.store.document_state import SELECT_STATE, DocumentState
from pincite.corpus.store.protocol import Part, Rows
from pincite.corpus.store.rows import PASSAGE_COLUMNS, SELECT_DOCUMENT, Row

_PART = {
    "layouts": "SELECT words, sum FROM layouts WHERE document = ?",
    "originals": "SELECT data, sum FROM originals WHERE document = ?",
}


class SqlLargeRows:
    """Large rows that stand in tables beside the catalogue's, in one SQLite file."""

    def __init__(self, rows: Rows) -> None:
        """
        Args:
            rows: gives all rows of a statement, which it takes with its values.
        """
        self._rows = rows

    def document_rows(self, ids: Iterable[str]) -> Iterator[Row]:
        """Of each of these documents, as far as they are there, one row.

        It has its entry with its sum, its text, its contents with their sum.
        """
        for chunk in chunks(ids):
            yield from self._rows(f"{SELECT_DOCUMENT} WHERE d.id IN ({marks(chunk)})", chunk)

    def part_rows(self, part: Part, id: str) -> list[Row]:
        """A document's layout or original with its sum; nothing where it has none."""
        return self._rows(_PART[part], [id])

    def documents_with(self, words: str, most: int) -> list[str]:
        """The ids of the first ``most`` documents, by source name, that have just these words."""
        statement = (
            "SELECT d.id FROM documents d JOIN contents c ON c.document = d.id"
            " WHERE instr(c.text, ?) > 0 ORDER BY d.source LIMIT ?"
        )
        return [row[0] for row in self._rows(statement, [words, most])]

    def passage_rows(self, ids: Iterable[int]) -> Iterator[Row]:
        """The rows of ``PASSAGE_COLUMNS`` of these passages, those not there left out."""
        for chunk in chunks(ids):
            yield from self._rows(
                f"SELECT {PASSAGE_COLUMNS} FROM passages p WHERE p.id IN ({marks(chunk)})", chunk
            )

    def passage_text_rows(self, ids: Iterable[int]) -> Iterator[Row]:
        """The same, each with its own text behind it."""
        for chunk in chunks(ids):
            yield from self._rows(
                f"SELECT {PASSAGE_COLUMNS}, substr(c.text, p.start + 1, p.end - p.start)"
                " FROM passages p LEFT JOIN contents c ON c.document = p.document"
                f" WHERE p.id IN ({marks(chunk)})",
                chunk,
            )

    def passage_vector_rows(self, ids: Iterable[int]) -> Iterator[Row]:
        """The same, each with its vectors in half precision and their sum behind it."""
        for chunk in chunks(ids):
            yield from self._rows(
                f"SELECT {PASSAGE_COLUMNS}, v.data, v.sum FROM passages p"
                f" LEFT JOIN vectors v ON v.key = p.key WHERE p.id IN ({marks(chunk)})",
                chunk,
            )

    def passage_rows_after(self, id: int, most: int) -> list[Row]:
        """The first ``most`` rows of ``PASSAGE_COLUMNS`` with a higher id, by id."""
        return self._rows(
            f"SELECT {PASSAGE_COLUMNS} FROM passages p WHERE p.id > ? ORDER BY p.id LIMIT {most}",
            [id],
        )

    def passage_ids_after(self, id: int, most: int) -> list[int]:
        """The first ``most`` ids of passages that are higher, in order."""
        statement = f"SELECT id FROM passages WHERE id > ? ORDER BY id LIMIT {most}"
        return [row[0] for row in self._rows(statement, [id])]

    def passage_lists(self, documents: Iterable[str]) -> Iterator[tuple[str, bytes, list[int]]]:
        """Of these documents the id, the sum of their passages' ids, and these ids in order."""
        statement = (
            "SELECT d.id, d.passage_sum, (SELECT json_group_array(p.id) FROM passages p"
            " WHERE p.document = d.id) FROM documents d WHERE d.id IN ({})"
        )
        for chunk in chunks(documents):
            for document, kept, listed in self._rows(statement.format(marks(chunk)), chunk):
                yield document, kept, sorted(json.loads(listed))

    def passage_count(self) -> int:
        """How many passages there are."""
        ((passages,),) = self._rows("SELECT count(*) FROM passages")
        return int(passages)

    def states(self) -> list[DocumentState]:
        """Every document that has passages, by its first passage."""
        return [DocumentState(*row) for row in self._rows(SELECT_STATE)]

    def sound_keys(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the passage keys whose vectors are there and fit their sums."""
        return {
            row[0]
            for chunk in chunks(keys)
            for row in self._rows(
                f"SELECT key FROM vectors WHERE key IN ({marks(chunk)})"
                " AND sum = blob_sum(key, data)",
                chunk,
            )
        }
