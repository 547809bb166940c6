"""What a worker has made of some files, on its way to whoever commits it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Entry, Refusal
from pincite.corpus.types import Document, Origin, Passage
from pincite.ingest.destination import Destination
from pincite.ingest.events import Event

if TYPE_CHECKING:  # it imports Lance
    from pincite.corpus.shared.parts import Part

Vectors = Mapping[bytes, NDArray[np.floating[Any]]]


@dataclass(frozen=True, slots=True)
class Parcel:
    """Documents that are written and in no library yet, and what is to be noted of other files.

    Attributes:
        part: the documents; None where there is none to store.
        origins: by source, the files that were looked at and are what the library has.
        refusals: the files that could not be read.
        cleared: the files that could be read again.
        seen: by source, all files of which it is known what is in them, for telling copies.
        events: what is to be told once it is committed, in the order of the files.
        embedded: how many passages were embedded for it.
    """

    part: Part | None = None
    origins: Mapping[str, Origin] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()
    cleared: tuple[str, ...] = ()
    seen: Mapping[str, Origin] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    embedded: int = 0


@dataclass(frozen=True, slots=True)
class Put:
    """What is to be stored: as `Library.put` takes it."""

    documents: Sequence[tuple[Document, Collection[Passage]]]
    vectors: Vectors
    originals: Mapping[str, bytes]

    @property
    def passages(self) -> int:
        """How many passages there are."""
        return sum(len(passages) for _, passages in self.documents)


class ParcelLibrary(Destination):
    """Stands for a library while a parcel is made: what is put is gathered, and nothing changed.

    Args:
        library: what it stands for. It is asked what it has.
        write: writes what was put where nobody sees it yet.
    """

    def __init__(self, library: Library, write: Callable[[Put], Part]) -> None:
        self._library = library
        self._write = write
        self._documents: list[tuple[Document, Collection[Passage]]] = []
        self._vectors: dict[bytes, NDArray[np.floating[Any]]] = {}
        self._originals: dict[str, bytes] = {}
        self._origins: dict[str, Origin] = {}
        self._refusals: list[Refusal] = []
        self._cleared: list[str] = []

    def parcel(self, events: Sequence[Event], embedded: int) -> Parcel:
        """All that was put, written now, with what is to be told of it.

        Raises:
            LibraryError: it cannot be written.
        """
        put = Put(self._documents, self._vectors, self._originals)
        seen = {d.source: d.origin for d, _ in self._documents if d.origin is not None}
        return Parcel(
            part=self._write(put) if put.documents else None,
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
        """Those whose vectors are in the library, or were gathered."""
        wanted = set(keys)
        gathered = wanted & self._vectors.keys()
        return gathered | self._library.embedded(wanted - gathered)

    def store_vectors(self, vectors: Vectors, fingerprint: str) -> None:
        """Gather them, as numbers of the width that a library stores."""
        for key, rows in vectors.items():
            self._vectors[key] = np.ascontiguousarray(rows, np.float16)

    def put(
        self,
        documents: Sequence[tuple[Document, Collection[Passage]]],
        vectors: Vectors,
        fingerprint: str,
        originals: Mapping[str, bytes] | None = None,
        tags: Mapping[str, Iterable[str]] | None = None,
        added_at: Mapping[str, str] | None = None,
    ) -> None:
        """Gather them. A folder's files have no tags, and a job has one time at which it began."""
        self.store_vectors(vectors, fingerprint)
        self._documents += documents
        self._originals.update(originals or {})

    def touch(self, origins: Mapping[str, Origin]) -> None:
        """Gather what is to be noted."""
        self._origins.update(origins)

    def record_failures(self, refusals: Sequence[Refusal]) -> None:
        """Gather what is to be noted."""
        self._refusals += refusals

    def clear_failures(self, sources: Iterable[str]) -> None:
        """Gather what is to be noted."""
        self._cleared += sources
