"""What a worker has made of some files, on its way to whoever commits it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Entry, Refusal
from pincite.corpus.types import Document, Origin, Passage
from pincite.ingest.destination import Destination
from pincite.ingest.events import Event

Halves = NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Documents with all that a library keeps of them, and what is to be noted of other files.

    Attributes:
        documents: each with its passages.
        vectors: by passage key, as a library stores them; those that it has are left out.
        originals: by source, the bytes of files that are to be kept.
        origins: by source, the files that were looked at and are what the library has.
        refusals: the files that could not be read.
        cleared: the files that could be read again.
        seen: by source, the files of ``documents``, for telling copies.
        events: what is to be told once it is committed, in the order of the files.
        embedded: how many passages were embedded for it.
    """

    documents: tuple[tuple[Document, tuple[Passage, ...]], ...] = ()
    vectors: Mapping[bytes, Halves] = field(default_factory=dict)
    originals: Mapping[str, bytes] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()
    cleared: tuple[str, ...] = ()
    seen: Mapping[str, Origin] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    embedded: int = 0

    @property
    def passages(self) -> int:
        """How many passages there are in it."""
        return sum(len(passages) for _, passages in self.documents)


class ParcelLibrary(Destination):
    """Stands for a library while a parcel is made: what is put is packed, and nothing is written.

    Args:
        library: what it stands for. It is asked what it has.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self._documents: list[tuple[Document, tuple[Passage, ...]]] = []
        self._vectors: dict[bytes, Halves] = {}
        self._originals: dict[str, bytes] = {}
        self._origins: dict[str, Origin] = {}
        self._refusals: list[Refusal] = []
        self._cleared: list[str] = []

    def parcel(self, events: Sequence[Event], embedded: int) -> Parcel:
        """All that was put, with what is to be told of it."""
        seen = {d.source: d.origin for d, _ in self._documents if d.origin is not None}
        return Parcel(
            documents=tuple(self._documents),
            vectors=self._vectors,
            originals=self._originals,
            origins=self._origins,
            refusals=tuple(self._refusals),
            cleared=tuple(self._cleared),
            seen={**self._origins, **seen},
            events=tuple(events),
            embedded=embedded,
        )

    def require(self, fingerprint: str) -> None:
        """As of the library."""
        self._library.require(fingerprint)

    def entry(self, name: str) -> Entry | None:
        """As of the library."""
        return self._library.entry(name)

    def holds(self, source: str) -> bool:
        """As of the library."""
        return self._library.holds(source)

    def embedded(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those whose vectors are in the library, or packed."""
        wanted = set(keys)
        packed = wanted & self._vectors.keys()
        return packed | self._library.embedded(wanted - packed)

    def store_vectors(
        self, vectors: Mapping[bytes, NDArray[np.floating[Any]]], fingerprint: str
    ) -> None:
        """Pack them, as numbers of the width that a library stores."""
        for key, rows in vectors.items():
            self._vectors[key] = np.ascontiguousarray(rows, np.float16)

    def put(
        self,
        documents: Sequence[tuple[Document, Collection[Passage]]],
        vectors: Mapping[bytes, NDArray[np.floating[Any]]],
        fingerprint: str,
        originals: Mapping[str, bytes] | None = None,
        tags: Mapping[str, Iterable[str]] | None = None,
        added_at: Mapping[str, str] | None = None,
    ) -> None:
        """Pack them. A folder's files have no tags, and all of a job were taken in at one time."""
        self.store_vectors(vectors, fingerprint)
        self._documents += [(document, tuple(passages)) for document, passages in documents]
        self._originals.update(originals or {})

    def touch(self, origins: Mapping[str, Origin]) -> None:
        """Pack what is to be noted."""
        self._origins.update(origins)

    def record_failures(self, refusals: Sequence[Refusal]) -> None:
        """Pack what is to be noted."""
        self._refusals += refusals

    def clear_failures(self, sources: Iterable[str]) -> None:
        """Pack what is to be noted."""
        self._cleared += sources
