"""What a shared library keeps of a passage so that it is found; search says what that is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

Said = tuple[str, str, str]  # of a passage its title, what stands over it, and its body


class Analysis(Protocol):
    """Works out terms and counts. `pincite.retrieval.search.columns` has the one there is."""

    @property
    def name(self) -> str:
        """Another one once anything that it gives would be another."""

    def terms(self, said: Said) -> str:
        """The terms of a passage, with blanks between them."""

    def counts(self, document: Iterable[Said], terms: Iterable[str]) -> Mapping[str, int]:
        """What a document, passage by passage, adds to the table ``counts``."""
