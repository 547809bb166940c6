"""The errors for a row of the library that is not what Pincite wrote."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from pincite.corpus.errors import LibraryDamagedError

_SHORT_ID = 12  # digits of an id that people are shown
_MEND = "mend it with: pincite doctor --repair, or remove it with: pincite remove"

_P = ParamSpec("_P")
_T = TypeVar("_T")


_STRANGE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
)


def sound(read: Callable[_P, _T]) -> Callable[_P, _T]:
    """Make a row that Pincite cannot have written a damaged library.

    Raises:
        LibraryDamagedError: ``read`` stumbled over the row's values.
    """

    @wraps(read)
    def checked(*values: _P.args, **named: _P.kwargs) -> _T:
        try:
            return read(*values, **named)
        except _STRANGE as error:
            raise LibraryDamagedError(
                f"the library has a damaged row ({error}); restore the library "
                "file from a copy, or move it away and ingest the documents again"
            ) from error

    return checked


def damaged_document(source: str | None, id: object, what: str) -> LibraryDamagedError:
    """The error for a document of which ``what`` was changed; it is named by its id without name.

    >>> str(damaged_document("a.txt", "3f", "its title"))[:70]
    "the document 'a.txt' is damaged: its title is not what Pincite writes;"
    """
    name = str(id)[:_SHORT_ID] if source is None else repr(source)
    return LibraryDamagedError(
        f"the document {name} is damaged: {what} is not what Pincite writes; {_MEND}"
    )


def changed_text(source: str) -> LibraryDamagedError:
    """The error for a document whose text does not have the hash that pins it."""
    return LibraryDamagedError(
        f"the text of {source!r} in the library is not the text that was ingested; {_MEND}"
    )
