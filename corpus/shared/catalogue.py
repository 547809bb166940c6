"""The catalogue of a shared library on this machine: a private file with a library's tables.

It has every document without its text, every tag and every refusal, so that whatever lists, finds
and tags is the same code for every library. Changes are made here too, by the same code; what a
transaction touched is noted by triggers, and `pincite.corpus.shared.harvest` takes it out again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence

import pyarrow as pa

from pincite.corpus.shared.head import Head
from pincite.corpus.store.chunks import chunks, marks
from pincite.corpus.store.rows import KEY, LAYOUT, ORIGINAL, Row
from pincite.corpus.store.schema import migrate

_OWN = """
CREATE TABLE firsts (document TEXT PRIMARY KEY, first INTEGER NOT NULL);
CREATE INDEX firsts_in_order ON firsts(first);
CREATE TEMP TABLE touched (id TEXT PRIMARY KEY, before BLOB);
CREATE TEMP TABLE touched_refusals (source TEXT PRIMARY KEY);
CREATE TEMP TRIGGER put AFTER INSERT ON main.documents
    BEGIN INSERT OR IGNORE INTO touched VALUES (NEW.id, NULL); END;
CREATE TEMP TRIGGER gone AFTER DELETE ON main.documents
    BEGIN INSERT OR IGNORE INTO touched VALUES (OLD.id, OLD.sum); END;
CREATE TEMP TRIGGER changed AFTER UPDATE ON main.documents BEGIN
    INSERT OR IGNORE INTO touched VALUES (OLD.id, OLD.sum);
    INSERT OR IGNORE INTO touched VALUES (NEW.id, NULL);
END;
CREATE TEMP TRIGGER refused AFTER INSERT ON main.refusals
    BEGIN INSERT OR IGNORE INTO touched_refusals VALUES (NEW.source); END;
CREATE TEMP TRIGGER forgiven AFTER DELETE ON main.refusals
    BEGIN INSERT OR IGNORE INTO touched_refusals VALUES (OLD.source); END;
"""
NAMES = (
    *("id", "source", "title", "media_type", "text_sha256", "metadata", "added_at", "characters"),
    *("paged", "origin", "warnings", "passages", "parts", "passage_sum", "sum"),
)
_INSERT = f"INSERT INTO documents ({', '.join(NAMES)}) VALUES ({marks(NAMES)})"
STAGED_CONTENTS = ("document", "text", "sections", "pages", "regions", "sum")
STAGED_PARTS = ("layout", "layout_sum", "original", "original_sum")
_INSERT_CONTENTS = (
    "INSERT INTO contents (document, text, sections, pages, regions, sum) VALUES (?, ?, ?, ?, ?, ?)"
)
_INSERT_PASSAGE = (
    "INSERT INTO passages (id, document, start, end, sentences, path, columns, context, kind,"
    " hidden, key, text_sum, sum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
STAGED = ("passages", "contents", "layouts", "originals")  # in an order that references allow


def open_catalogue(name: str) -> sqlite3.Connection:
    """An empty one, in a private file that goes with the connection."""
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    migrate(connection, name)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.executescript(_OWN)
    return connection


def differences(connection: sqlite3.Connection, sums: pa.Table) -> tuple[list[str], list[str]]:
    """The ids of documents that the catalogue has and should not, and of those that it lacks.

    Args:
        sums: ``id`` and ``sum`` of all documents that there are now.
    """
    there = dict(zip(sums["id"].to_pylist(), sums["sum"].to_pylist(), strict=True))
    ours = dict(connection.execute("SELECT id, sum FROM documents").fetchall())
    gone = [id for id, kept in ours.items() if there.get(id) != kept]
    return gone, [id for id, kept in there.items() if ours.get(id) != kept]


def follow(
    connection: sqlite3.Connection,
    head: Head,
    gone: Iterable[str],
    documents: Iterable[pa.Table],
    refusals: pa.Table | None,
) -> None:
    """Take over what has changed, all or nothing.

    Args:
        head: of what the catalogue is then.
        gone: ids of documents that are there no more, or not so.
        documents: rows of those that come.
        refusals: all of them; None where they are the same.
    """
    run = connection.execute
    run("BEGIN")
    try:
        for chunk in chunks(gone):
            run(f"DELETE FROM documents WHERE id IN ({marks(chunk)})", chunk)
            run(f"DELETE FROM firsts WHERE document IN ({marks(chunk)})", chunk)
        for table in documents:
            for values in table.to_pylist():
                put(connection, values)
        if refusals is not None:
            run("DELETE FROM refusals")
            rows = (tuple(row.values()) for row in refusals.to_pylist())
            connection.executemany("INSERT INTO refusals VALUES (?, ?, ?, ?, ?)", rows)
        note(connection, head)
        forget_touched(connection)
        run("COMMIT")
    except BaseException:
        run("ROLLBACK")
        raise


def put(connection: sqlite3.Connection, values: dict[str, object]) -> None:
    """Put a row of the table ``documents`` into the catalogue."""
    id = values["id"]
    connection.execute(_INSERT, [values[name] for name in NAMES])
    tags = json.loads(str(values["tags"]))
    connection.executemany("INSERT INTO tags VALUES (?, ?)", [(id, tag) for tag in tags])
    if values["first"] is not None:
        connection.execute("INSERT INTO firsts VALUES (?, ?)", [id, values["first"]])


def forget_touched(connection: sqlite3.Connection) -> None:
    """Begin to note anew what is touched."""
    connection.execute("DELETE FROM touched")
    connection.execute("DELETE FROM touched_refusals")


def stage(
    connection: sqlite3.Connection, id: str, contents: Iterable[Row], passages: Iterable[Row]
) -> None:
    """Put the large rows of a document beside its own, for statements of a transaction.

    Args:
        connection: to the catalogue.
        id: of the document.
        contents: ``STAGED_CONTENTS`` and ``STAGED_PARTS`` of the table ``contents``.
        passages: rows of ``PASSAGE_COLUMNS``, each with its vectors and their sum.
    """
    run = connection.execute
    for *row, layout, layout_sum, original, original_sum in contents:
        run(_INSERT_CONTENTS, row)
        if layout is not None:
            run("INSERT INTO layouts VALUES (?, ?, ?)", [id, layout, layout_sum])
        if original is not None:
            run("INSERT INTO originals VALUES (?, ?, ?)", [id, original, original_sum])
    for *row, data, kept in passages:
        run(_INSERT_PASSAGE, row)
        run("INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)", [row[KEY], data, kept])


def forget_staged(connection: sqlite3.Connection) -> None:
    """Drop the large rows that have gone into the store, and their vectors."""
    connection.execute("DELETE FROM vectors WHERE key IN (SELECT key FROM passages)")
    for table in STAGED:
        connection.execute(f"DELETE FROM {table}")


def documents(connection: sqlite3.Connection, ids: Sequence[str]) -> Iterator[Row]:
    """Of these documents, as far as they are there, the rows of the table ``documents``."""
    columns = ", ".join(f"d.{name}" for name in NAMES)
    for chunk in chunks(ids):
        yield from connection.execute(
            f"SELECT {columns},"
            " (SELECT json_group_array(t.tag) FROM tags t WHERE t.document = d.id),"
            " coalesce((SELECT min(p.id) FROM passages p WHERE p.document = d.id),"
            " (SELECT f.first FROM firsts f WHERE f.document = d.id))"
            f" FROM documents d WHERE d.id IN ({marks(chunk)})",
            chunk,
        )


def note(connection: sqlite3.Connection, head: Head) -> None:
    """Write down what the head says, and how many rows there are."""
    run = connection.execute
    said: dict[str, object] = {"generation": head.generation, "commits": head.commits}
    if head.embedder is not None:
        said["embedder"] = head.embedder
    counts = {
        "documents": "SELECT count(*) FROM documents",
        "refusals": "SELECT count(*) FROM refusals",
        "layouts": f"SELECT count(*) FROM documents WHERE parts & {LAYOUT}",
        "originals": f"SELECT count(*) FROM documents WHERE parts & {ORIGINAL}",
    }
    said |= {key: run(statement).fetchone()[0] for key, statement in counts.items()}
    rows = [(key, str(value)) for key, value in said.items()]
    connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", rows)
