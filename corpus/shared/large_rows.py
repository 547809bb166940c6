"""The texts, passages and vectors of a shared library, by id, as they lie in its tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pincite.corpus.shared.tables import PASSAGE_NAMES, key64
from pincite.corpus.shared.tableset import Look, literal
from pincite.corpus.store.chunks import chunks, marks
from pincite.corpus.store.document_state import DocumentState
from pincite.corpus.store.protocol import Part, Rows
from pincite.corpus.store.rows import SELECT_ENTRY, Row
from pincite.corpus.store.sums import blob_sum

_CONTENTS = ("text", "document", "sections", "pages", "regions", "sum")
_PARTS = {"layouts": ("layout", "layout_sum"), "originals": ("original", "original_sum")}
_PASSAGE = (*PASSAGE_NAMES, "sum")
_VECTORS = ("data", "data_sum")


class SharedLargeRows:
    """As `pincite.corpus.store.large_rows.SqlLargeRows`, of the documents that ``rows`` lists."""

    def __init__(self, rows: Rows, look: Look) -> None:
        """
        Args:
            rows: gives all rows of a statement about the catalogue.
            look: gives the tables as they are now.
        """
        self._rows = rows
        self._look = look

    def document_rows(self, ids: Iterable[str]) -> Iterator[Row]:
        """As there."""
        for some in chunks(ids):
            entries = self._rows(f"{SELECT_ENTRY} WHERE d.id IN ({marks(some)})", some)
            named = [id for id, *_ in entries]
            contents = self._look().rows("contents", _CONTENTS, "document", named)
            held = {row[_CONTENTS.index("document")]: row for row in contents}
            for entry in entries:
                yield (*entry, *held.get(entry[0], (None,) * len(_CONTENTS)))

    def part_rows(self, part: Part, id: str) -> list[Row]:
        """As there."""
        found = self._look().rows("contents", _PARTS[part], "document", self._visible([id]))
        return [(data, kept) for data, kept in found if data is not None]

    def documents_with(self, words: str, most: int) -> list[str]:
        """As there."""
        where = f"contains(text, {literal(words)})"
        ids = self._look().read("contents", ["document"], where)["document"].to_pylist()
        sources = [row for some in chunks(ids) for row in self._named(some)]
        return [id for _, id in sorted(sources)[:most]]

    def _named(self, ids: list[str]) -> list[Row]:
        return self._rows(f"SELECT source, id FROM documents WHERE id IN ({marks(ids)})", ids)

    def passage_rows(self, ids: Iterable[int]) -> Iterator[Row]:
        """As there."""
        return self._passages(ids, _PASSAGE)

    def passage_text_rows(self, ids: Iterable[int]) -> Iterator[Row]:
        """As there."""
        rows = list(self._passages(ids, _PASSAGE))
        names = ("document", "text")
        texts = dict(self._look().rows("contents", names, "document", {row[1] for row in rows}))
        for row in rows:
            text = texts.get(row[1])
            yield (*row, None if text is None else text[row[2] : row[3]])

    def passage_vector_rows(self, ids: Iterable[int]) -> Iterator[Row]:
        """As there."""
        return self._passages(ids, (*_PASSAGE, *_VECTORS))

    def _passages(self, ids: Iterable[int], columns: tuple[str, ...]) -> Iterator[Row]:
        wanted = {int(id) for id in ids}
        rows = sorted(self._look().rows("passages", columns, "id", wanted), key=lambda row: row[0])
        visible = set(self._visible({row[1] for row in rows}))
        shown = [row for row in rows if row[1] in visible]
        yield from shown
        for id in sorted(wanted - {row[0] for row in shown}):
            yield from self._lost(id, len(columns))

    def _lost(self, id: int, width: int) -> Iterator[Row]:
        """In place of a passage that is not there: a row without a sum, if its document is there.

        A byte that turned in an id would take the passage out of all answers without a word.
        """
        for document, first, passages in self._rows(
            "SELECT d.id, f.first, d.passages FROM documents d JOIN firsts f ON f.document = d.id"
            " WHERE f.first <= ? ORDER BY f.first DESC LIMIT 1",
            [id],
        ):
            if id < first + passages:
                yield (id, document, *(None for _ in range(width - 2)))

    def _visible(self, ids: Iterable[str]) -> list[str]:
        return [id for some in chunks(ids) for _, id in self._named(some)]

    def passage_rows_after(self, id: int, most: int) -> list[Row]:
        """As there."""
        return list(self.passage_rows(self.passage_ids_after(id, most)))

    def passage_ids_after(self, id: int, most: int) -> list[int]:
        """As there. A document's passages have ids that follow each other."""
        spans = self._rows(
            "SELECT f.first, f.first + d.passages FROM documents d JOIN firsts f"
            " ON f.document = d.id WHERE f.first + d.passages > ? ORDER BY f.first LIMIT ?",
            [id + 1, most],
        )
        ids = (one for first, end in spans for one in range(max(first, id + 1), end))
        return [one for one, _ in zip(ids, range(most), strict=False)]

    def passage_lists(self, documents: Iterable[str]) -> Iterator[tuple[str, bytes, list[int]]]:
        """As there."""
        for some in chunks(documents):
            for id, kept, count, first in self._rows(
                "SELECT d.id, d.passage_sum, d.passages, f.first FROM documents d"
                f" LEFT JOIN firsts f ON f.document = d.id WHERE d.id IN ({marks(some)})",
                some,
            ):
                yield id, kept, [] if first is None else list(range(first, first + count))

    def passage_count(self) -> int:
        """As there."""
        ((count,),) = self._rows("SELECT coalesce(sum(passages), 0) FROM documents")
        return int(count)

    def states(self) -> list[DocumentState]:
        """As there."""
        statement = (
            "SELECT d.id, d.title, f.first FROM documents d JOIN firsts f ON f.document = d.id"
            " ORDER BY f.first"
        )
        return [DocumentState(*row) for row in self._rows(statement)]

    def sound_keys(self, keys: Iterable[bytes]) -> set[bytes]:
        """As there; those that were put ahead of their document are in the catalogue."""
        wanted = set(keys)
        found = {
            row[0]
            for some in chunks(wanted)
            for row in self._rows(
                f"SELECT key FROM vectors WHERE key IN ({marks(some)})"
                " AND sum = blob_sum(key, data)",
                some,
            )
        }
        return found | set(self.vectors(wanted - found))

    def vectors(self, keys: Iterable[bytes]) -> dict[bytes, bytes]:
        """By key, the vectors in half precision of those passages that the store has, and sound."""
        wanted = {key64(key): key for key in keys}
        columns = ("document", "key", *_VECTORS)
        found = list(self._look().rows("passages", columns, "key64", wanted))
        visible = set(self._visible({document for document, *_ in found}))
        return {
            key: data
            for document, key, data, kept in found
            if document in visible
            if key == wanted.get(key64(key)) and blob_sum(key, data) == kept
        }
