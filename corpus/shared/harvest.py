"""Takes a transaction out of the catalogue: what it touched, and the large rows put there."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pincite.corpus.errors import LibraryDamagedError
from pincite.corpus.shared import catalogue
from pincite.corpus.shared.analysis import Analysis, Said
from pincite.corpus.shared.change import Change, Values
from pincite.corpus.shared.fragments import Fragments
from pincite.corpus.shared.tables import (
    CONTENTS,
    DOCUMENTS,
    PASSAGE_NAMES,
    REFUSALS,
    TERMS,
    key64,
    passages,
)
from pincite.corpus.store.chunks import chunks, marks
from pincite.corpus.store.rows import PASSAGE_COLUMNS, Row, passage_from
from pincite.corpus.store.sums import blob_sum
from pincite.corpus.types import Passage

Vectors = Callable[[Iterable[bytes]], Mapping[bytes, bytes]]
Write = Callable[[str, pa.Table], Fragments]

_CONTENTS_OF = (
    "SELECT c.document, c.text, c.sections, c.pages, c.regions, c.sum, l.words, l.sum,"
    " o.data, o.sum FROM contents c LEFT JOIN layouts l USING (document)"
    " LEFT JOIN originals o USING (document) WHERE c.document = ?"
)
_KEY = PASSAGE_NAMES.index("key")


def harvest(
    connection: sqlite3.Connection, analysis: Analysis, vectors: Vectors, write: Write
) -> Change:
    """What the transaction that is open in a catalogue has changed.

    Args:
        analysis: gives the terms of passages.
        vectors: gives those in half precision of passage keys whose vectors the store has.
        write: writes rows of a table as fragments.
    """
    change = Change()
    _small(connection, change)
    contents = {row[0] for row in connection.execute("SELECT document FROM contents").fetchall()}
    present = {row["id"] for row in change.documents}
    absent = change.before.keys() - present
    change.contents_gone = absent | (contents & change.before.keys())
    large = _Large(connection, analysis, vectors)
    for id in sorted(contents):
        large.add(id)
    change.counts.update(large.counts)
    change.fragments = {name: write(name, table) for name, table in large.tables()}
    return change


def _small(connection: sqlite3.Connection, change: Change) -> None:
    touched = connection.execute("SELECT id, before FROM touched").fetchall()
    before = {id: kept for id, kept in touched if kept is not None}
    rows = {
        row[0]: dict(zip(DOCUMENTS.names, row, strict=True))
        for row in catalogue.documents(connection, [id for id, _ in touched])
    }
    with_parts = {row[0] for row in connection.execute("SELECT document FROM contents").fetchall()}
    for id, row in list(rows.items()):
        if before.get(id) == row["sum"] and id not in with_parts:
            del rows[id], before[id]  # as it was
    change.before, change.documents = before, list(rows.values())
    sources = [row[0] for row in connection.execute("SELECT source FROM touched_refusals")]
    for chunk in chunks(sources):
        found = connection.execute(
            f"SELECT source, reason, origin, seen_at, sum FROM refusals"
            f" WHERE source IN ({marks(chunk)})",
            chunk,
        )
        change.refusals += [dict(zip(REFUSALS.names, row, strict=True)) for row in found]
    change.refusals_gone = set(sources) - {str(row["source"]) for row in change.refusals}


class _Large:
    """Gathers the large rows of documents, so that each table gets one fragment."""

    def __init__(self, connection: sqlite3.Connection, analysis: Analysis, vectors: Vectors):
        self._connection = connection
        self._analysis = analysis
        self._vectors = vectors
        self._contents: list[Values] = []
        self._passages: list[pa.Table] = []
        self.counts: Counter[str] = Counter()

    def add(self, id: str) -> None:
        """Take a document whose text was put."""
        run = self._connection.execute
        title = run("SELECT title FROM documents WHERE id = ?", [id]).fetchone()[0]
        contents = run(_CONTENTS_OF, [id]).fetchone()
        statement = f"SELECT {PASSAGE_COLUMNS} FROM passages p WHERE p.document = ? ORDER BY p.id"
        rows = run(statement, [id]).fetchall()
        said = [said_of(passage_from(row).passage, title, contents[1]) for row in rows]
        terms = [self._analysis.terms(one) for one in said]
        counts = self._analysis.counts(said, terms)
        self.counts.update(counts)
        values = dict(zip(CONTENTS.names, (*contents, packed(counts)), strict=True))
        self._contents.append(values)
        if rows:
            data = _data(self._connection, {row[_KEY] for row in rows}, self._vectors)
            self._passages.append(passage_table(rows, terms, data))

    def tables(self) -> Iterator[tuple[str, pa.Table]]:
        """The rows of each table, by its name."""
        if self._contents:
            yield "contents", pa.Table.from_pylist(self._contents, CONTENTS)
        if self._passages:
            yield "passages", pa.concat_tables(self._passages)


def said_of(passage: Passage, title: str, text: str) -> Said:
    """What a passage of a document with this title and text says, and where it stands."""
    above = (*passage.path, *passage.columns, *passage.context_texts(text))
    return title, " ".join(above), text[passage.span.start : passage.span.end]


def _data(
    connection: sqlite3.Connection, keys: set[bytes], vectors: Vectors
) -> Mapping[bytes, tuple[bytes, bytes]]:
    """By key the vectors and their sum, of what was put and of what the store has."""
    found: dict[bytes, tuple[bytes, bytes]] = {}
    for chunk in chunks(keys):
        found |= {
            key: (data, kept)
            for key, data, kept in connection.execute(
                f"SELECT key, data, sum FROM vectors WHERE key IN ({marks(chunk)})", chunk
            )
        }
    if missing := keys - found.keys():
        found |= {key: (data, blob_sum(key, data)) for key, data in vectors(missing).items()}
    if missing := keys - found.keys():
        raise LibraryDamagedError(f"{len(missing)} vectors of a document are missing; run it again")
    return found


def passage_table(
    rows: Sequence[Row],
    terms: Sequence[str],
    data: Mapping[bytes, tuple[bytes, bytes]],
) -> pa.Table:
    """Rows of ``PASSAGE_COLUMNS``, of one document and in order, as the table has them."""
    vectors = [_first(data[row[_KEY]][0], row) for row in rows]
    columns: Values = {
        name: [row[i] for row in rows] for i, name in enumerate((*PASSAGE_NAMES, "sum"))
    }
    columns["first"] = [rows[0][0]] * len(rows)
    columns["data"] = [data[row[_KEY]][0] for row in rows]
    columns["data_sum"] = [data[row[_KEY]][1] for row in rows]
    columns["key64"] = [key64(row[_KEY]) for row in rows]
    size = len(vectors[0])
    columns["vector"] = pa.FixedSizeListArray.from_arrays(np.concatenate(vectors), size)
    columns[TERMS] = list(terms)
    return pa.table(columns, schema=passages(size))


def _first(data: bytes, row: Row) -> NDArray[np.float32]:
    """A passage's own vector, out of it and its sentences'."""
    sentences = len(json.loads(row[PASSAGE_NAMES.index("sentences")]))
    rows: NDArray[np.float32] = np.frombuffer(data, "<f2").astype(np.float32)
    own: NDArray[np.float32] = rows.reshape(1 + sentences, -1)[0]
    return own


def packed(counts: Mapping[str, int]) -> bytes:
    """What a document adds to the counts, for storing."""
    return zlib.compress(json.dumps(counts, ensure_ascii=False).encode())


def unpacked(data: bytes) -> Counter[str]:
    """What ``packed`` was made of.

    Raises:
        LibraryDamagedError: this was not.
    """
    try:
        return Counter(json.loads(zlib.decompress(data)))
    except (zlib.error, ValueError, TypeError) as error:
        raise LibraryDamagedError(
            "what a document adds to the counts of terms is damaged; remove it, ingest its file "
            "again, and run: pincite rebuild"
        ) from error
