"""What tells, without its text, whether a document is still as an index has it."""

from __future__ import annotations

from typing import NamedTuple


class DocumentState(NamedTuple):
    """A document that has passages.

    ``id`` stands for its name and text. Its passages come and go together, and no passage's id is
    ever used twice, so ``first_passage`` stands for how the text was cut and embedded.
    """

    id: str
    title: str
    first_passage: int


SELECT_STATE = (
    "SELECT d.id, d.title, (SELECT min(p.id) FROM passages p WHERE p.document = d.id) AS first"
    " FROM documents d WHERE first IS NOT NULL ORDER BY first"
)
