"""What a shared library keeps of a passage so that it is found; search says what that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from pincite.corpus.errors import LibraryVersionError

Said = tuple[str, str, str]  # of a passage its title, what stands over it, and its body


class Analysis(Protocol):
    """Works out terms and counts. `pincite.retrieval.search.columns` has the one there is."""

    @property
    def name(self) -> str:
        """Another one once anything that it gives would be another."""

    def follows(self, name: str) -> bool:
        """Whether it is later than the one of this name."""

    def terms(self, said: Said) -> str:
        """The terms of a passage, with blanks between them."""

    def counts(self, document: Iterable[Said], terms: Iterable[str]) -> Mapping[str, int]:
        """What a document, passage by passage, adds to the table ``counts``."""


def require_same(library: str, name: str, analysis: Analysis) -> None:
    """Check that a library's terms are those of this analysis.

    Args:
        library: its address.
        name: of the analysis that its terms are of.
        analysis: of this Pincite.

    Raises:
        LibraryVersionError: they are not.
    """
    if name == analysis.name:
        return
    if analysis.follows(name):
        raise LibraryVersionError(
            f"an older Pincite wrote the terms of {library}, by which this one finds nothing; "
            "when all who use the library have this one, somebody who may write to it makes them "
            "anew, once for all, with: pincite rebuild"
        )
    raise LibraryVersionError(
        f"a newer Pincite wrote the terms of {library}, by which this one finds nothing; install "
        "that one here"
    )
