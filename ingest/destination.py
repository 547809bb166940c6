"""What the way into a library asks of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.store.rows import Entry, Refusal
from pincite.corpus.types import Document, Origin, Passage


class Destination(Protocol):
    """A library that documents are stored in, or what stands for one where that comes later.

    Each call does, and raises, what the one of `pincite.corpus.store.library.Library` does.
    """

    def require(self, fingerprint: str) -> None:
        """Check that it belongs to this embedder."""

    def entry(self, name: str) -> Entry | None:
        """The document of this source name."""

    def holds(self, source: str) -> bool:
        """Whether there is a document of this source name."""

    def embedded(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the passage keys whose vectors are there."""

    def store_vectors(
        self, vectors: Mapping[bytes, NDArray[np.floating[Any]]], fingerprint: str
    ) -> None:
        """Store vectors ahead of their document."""

    def put(
        self,
        documents: Sequence[tuple[Document, Collection[Passage]]],
        vectors: Mapping[bytes, NDArray[np.floating[Any]]],
        fingerprint: str,
        originals: Mapping[str, bytes] | None = None,
        tags: Mapping[str, Iterable[str]] | None = None,
        added_at: Mapping[str, str] | None = None,
    ) -> None:
        """Store documents; each replaces its old self."""

    def touch(self, origins: Mapping[str, Origin]) -> None:
        """Note that files were looked at again."""

    def record_failures(self, refusals: Sequence[Refusal]) -> None:
        """Note files that could not be read."""

    def clear_failures(self, sources: Iterable[str]) -> None:
        """Forget that files could not be read."""
