"""Where the sums of rows are written: whoever changes a row seals it in the same transaction.

A seal vouches for what stands there now. So a row is looked at before it is changed, or damage
would be sealed with it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from pincite.corpus.store.rows import (
    CONTENTS_COLUMNS,
    ENTRY_COLUMNS,
    LAYOUT,
    ORIGINAL,
    SUMMED_PASSAGE,
)
from pincite.corpus.store.sums import row_sum, text_sum

Execute = Callable[..., sqlite3.Cursor]

_SEAL_PASSAGES = f"UPDATE passages AS p SET sum = row_sum({SUMMED_PASSAGE}) WHERE document = ?"
_PASSAGE_IDS = "SELECT id FROM passages WHERE document = ? ORDER BY id"
_SEAL_IDS = "UPDATE documents SET passages = ?, passage_sum = ? WHERE id = ?"
_SEAL_PARTS = (
    f"UPDATE documents SET parts = {LAYOUT} * EXISTS (SELECT 1 FROM layouts WHERE document = ?1)"
    f" + {ORIGINAL} * EXISTS (SELECT 1 FROM originals WHERE document = ?1) WHERE id = ?1"
)
_ENTRY = f"SELECT {ENTRY_COLUMNS} FROM documents d WHERE d.id = ?"
_SEAL_CONTENTS = f"UPDATE contents AS c SET sum = row_sum({CONTENTS_COLUMNS})"
COUNTED = ("documents", "refusals", "layouts", "originals")


def seal_parts(run: Execute, document: str) -> None:
    """Write the sums of a document's passages, which they are, and what else there is of it."""
    run(_SEAL_PASSAGES, [document])
    ids = [row[0] for row in run(_PASSAGE_IDS, [document])]
    run(_SEAL_IDS, [len(ids), row_sum(*ids), document])
    run(_SEAL_PARTS, [document])


def seal_document(run: Execute, id: str) -> None:
    """Write the sum of a document's own row and its tags."""
    for row in run(_ENTRY, [id]).fetchall():
        run("UPDATE documents SET sum = ? WHERE id = ?", [row_sum(*row), id])


def seal_commit(run: Execute) -> None:
    """Count one more commit, and how many rows the tables have that could lose one unnoticed."""
    for table in COUNTED:
        count = f"SELECT count(*) FROM {table}"
        run(f"UPDATE meta SET value = ({count}) WHERE key = ? AND value != ({count})", [table])
    run("UPDATE meta SET value = value + 1 WHERE key = 'commits'")


def seal_all(run: Execute) -> None:
    """Write all sums of a library that has none, from what is there."""
    run("UPDATE vectors SET sum = blob_sum(key, data)")
    run("UPDATE layouts SET sum = blob_sum(document, words)")
    run("UPDATE originals SET sum = blob_sum(document, data)")
    run("UPDATE refusals SET sum = row_sum(source, reason, origin, seen_at)")
    run(_SEAL_CONTENTS)
    for (id,) in run("SELECT id FROM documents").fetchall():
        texts = run("SELECT text FROM contents WHERE document = ?", [id]).fetchall()
        text = texts[0][0] if texts else ""
        spans = run("SELECT id, start, end FROM passages WHERE document = ?", [id]).fetchall()
        for passage, start, end in spans:
            row = [text_sum(text[max(0, start) : max(0, end)]), passage]
            run("UPDATE passages SET text_sum = ? WHERE id = ?", row)
        seal_parts(run, id)
        seal_document(run, id)
    seal_commit(run)
