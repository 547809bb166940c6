"""What a shell may offer while somebody types the name of a document or a tag.

A look at the file that is quick, changes nothing, and is silent about whatever goes wrong: a person
who types wants words, no messages.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from pincite.corpus.store.database import FILE_NAME
from pincite.corpus.store.names import SHORT_ID

_MOST = 200  # names that a shell is given
_LOOKED_AT = 20_000  # documents
_WAIT_S = 0.2  # for somebody who writes
# Shells put what is offered into the line as it is, so a blank or a quote would break the line.
_PLAIN = re.compile(r"[\w./:@%+,=~-]+")


def documents(folder: Path, begun: str) -> list[tuple[str, str]]:
    """Names of documents that begin so, each with its title.

    The file's own name where no other document has it, else the source; where a shell would take
    the name apart, the first digits of the id.
    """
    rows = _rows(folder, f"SELECT id, source, title FROM documents LIMIT {_LOOKED_AT}")
    counts = Counter(_base(source) for _, source, _ in rows)
    offered: dict[str, str] = {}
    for id, source, title in rows:
        base = _base(source)
        names = [base, source] if counts[base] == 1 else [source]
        for name in [name for name in names if name.startswith(begun)][:1]:
            offered[name if _PLAIN.fullmatch(name) else id[:SHORT_ID]] = title
    return [item for item in sorted(offered.items()) if item[0].startswith(begun)][:_MOST]


def tags(folder: Path, begun: str) -> list[str]:
    """The tags that begin so."""
    rows = _rows(folder, "SELECT DISTINCT tag FROM tags ORDER BY tag")
    return [tag for (tag,) in rows if tag.startswith(begun) and _PLAIN.fullmatch(tag)][:_MOST]


def _base(source: str) -> str:
    return source.replace("\\", "/").rpartition("/")[2]


def _rows(folder: Path, statement: str) -> list[tuple[str, ...]]:
    try:
        address = f"{(folder / FILE_NAME).absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True, timeout=_WAIT_S)) as connection:
            return connection.execute(statement).fetchall()
    except (sqlite3.Error, OSError, ValueError):
        return []
