"""What a question asks of the indexes of a library, wherever they stand.

`pincite.retrieval.search.indexes` has them in segments in a library's folder, and
`pincite.retrieval.search.shared` in the tables of a shared library.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.embedder import Vectors
from pincite.retrieval.search.lexical import Wanted
from pincite.retrieval.search.rows import Allowed, Chosen, Mask
from pincite.retrieval.search.short_forms import ShortForms
from pincite.retrieval.search.vocabulary import Vocabulary


class Dense(Protocol):
    """Passage ids by meaning."""

    def __len__(self) -> int:
        """How many passages there are."""

    def contents(self) -> tuple[NDArray[np.int64], Vectors]:
        """The passage ids ``(n,)`` and their vectors ``(n, dimension)``."""

    def search(self, vector: Vectors, k: int, allowed: Allowed = None) -> dict[int, float]:
        """The ``k`` best passages, best first, ties by id, each with its inner product."""


class Lexical(Protocol):
    """Passage ids by words."""

    def __len__(self) -> int:
        """How many passages there are."""

    def ids(self) -> list[int]:
        """The ids of all passages, in order."""

    def search(self, wanted: Iterable[Wanted], k: int, allowed: Allowed = None) -> dict[int, float]:
        """The ``k`` best passages that have a wanted term, best first, ties by id, with scores."""

    def knows(self, term: str) -> bool:
        """Whether any passage, heading or title has the term."""

    def rarity(self, term: str) -> float:
        """The term's inverse document frequency over passage bodies."""


class LibraryWords(Protocol):
    """What stands in a library, word for word."""

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that stand in the library."""

    @property
    def short_forms(self) -> ShortForms:
        """The short forms that its documents define."""


class Selected(Protocol):
    """Some documents of the indexes."""

    @property
    def rows(self) -> Mask | Chosen:
        """Their passages, for a search."""

    @property
    def passages(self) -> int:
        """How many these are."""

    def has(self, passage: int) -> bool:
        """Whether the document with this passage is one of them."""


class Documents(Protocol):
    """Which passages belong to which document."""

    def select(self, ids: Set[str], library: Library) -> Selected:
        """The passages of the documents with these ids; those that are not there are left out."""
