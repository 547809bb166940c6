"""What a new name changes beside the document's own row."""

from __future__ import annotations

from pincite.corpus.errors import UsageError
from pincite.corpus.store.seals import Execute

# What goes along with a document that gets another id, with the sums that have the id in them.
_MOVES = (
    "UPDATE contents SET document = ?1, sum = row_sum(?1, sections, pages, regions)"
    " WHERE document = ?2",
    "UPDATE layouts SET document = ?1, sum = blob_sum(?1, words) WHERE document = ?2",
    "UPDATE originals SET document = ?1, sum = blob_sum(?1, data) WHERE document = ?2",
    "UPDATE passages SET document = ?1 WHERE document = ?2",
    "UPDATE tags SET document = ?1 WHERE document = ?2",
)


def move_parts(run: Execute, old: str, new: str) -> None:
    """Give all that belongs to the document ``old`` to the id ``new``."""
    for move in _MOVES:
        run(move, [new, old])


def checked_name(name: str, what: str) -> str:
    """The name, or title, as it is.

    Raises:
        UsageError: it is blank or not valid text.
    """
    if not name.strip() or "\0" in name or any("\ud800" <= c <= "\udfff" for c in name):
        raise UsageError(f"the new {what} {name!r} is blank or not valid text; choose another")
    return name
