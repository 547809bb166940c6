"""Segments made of a library's documents: what is kept of each is only what goes into an index."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from pincite.corpus.errors import LibraryDamagedError
from pincite.corpus.store.chunks import chunks
from pincite.corpus.store.document_state import DocumentState
from pincite.corpus.store.library import Library
from pincite.retrieval.search.dense import DenseSegment
from pincite.retrieval.search.document_counts import DocumentCounts
from pincite.retrieval.search.postings import PostingsBuilder
from pincite.retrieval.search.segments import Documents, Segment, digest
from pincite.retrieval.search.words import counted

AT_ONCE = 16_384  # passages that are gathered in memory: what is published later is merged on disk


@dataclass(slots=True)
class SegmentBuilder:
    """Gathers documents until they are a segment."""

    digests: list[bytes] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    ids: list[int] = field(default_factory=list)
    vectors: bytearray = field(default_factory=bytearray)  # in half precision
    dimensions: set[int] = field(default_factory=set)
    postings: PostingsBuilder = field(default_factory=PostingsBuilder)
    words: list[Mapping[str, int]] = field(default_factory=list)
    forms: list[Mapping[str, int]] = field(default_factory=list)

    def add(self, library: Library, document: DocumentState) -> None:
        """Take a document in; one that is damaged or was removed meanwhile leaves no trace.

        Raises:
            LibraryDamagedError: it is damaged.
        """
        before = len(self.postings)
        try:
            self._add(library, document)
        finally:
            if len(self.postings) > len(self.ids):
                self.postings.drop_from(before)

    def _add(self, library: Library, document: DocumentState) -> None:
        ids: list[int] = []

        def texts() -> Iterator[tuple[str, str, str]]:
            for stored, title, text in library.document_passages([document.id]):
                passage = stored.passage
                above = (*passage.path, *passage.columns, *passage.context_texts(text))
                body = text[passage.span.start : passage.span.end]
                said = (title, " ".join(above), body)
                self.postings.add(*said)
                ids.append(stored.id)
                yield said

        words, forms = counted(texts())
        vectors = bytearray()
        dimensions: set[int] = set()
        count = 0
        for some in chunks(ids):  # with those of their sentences, which take much memory
            found = library.vectors(some)
            for row in (found[id][0] for id in some if id in found):
                vectors += row.astype("<f2").tobytes()
                dimensions.add(len(row))
                count += 1
        if not ids or count < len(ids):
            return  # it was removed meanwhile, which the generation tells
        self.digests.append(digest(document))
        self.ids += ids
        self.ends.append(len(self.ids))
        self.dimensions |= dimensions
        if self.vectors:
            self.vectors += vectors
        else:
            self.vectors = vectors
        self.words.append(words)
        self.forms.append(forms)

    def segment(self) -> Segment:
        """The segment of all documents; nothing can be added any more.

        Raises:
            LibraryDamagedError: their vectors are of several sizes.
        """
        if len(self.dimensions) > 1:
            raise LibraryDamagedError(
                "the library's vectors are of several sizes; make them anew: pincite reembed"
            )
        documents = Documents(
            tuple(self.digests), np.array(self.ends, np.int64), np.array(self.ids, np.int64)
        )
        vectors = np.frombuffer(self.vectors, "<f2").reshape(len(self.ids), -1)
        dense = DenseSegment.without_codes(vectors)
        self.vectors = bytearray()  # each step needs memory of its own
        del vectors
        return Segment(
            documents,
            dense.with_codes(),
            self.postings.postings(),
            DocumentCounts.of(self.words),
            DocumentCounts.of(self.forms),
        )


def build_segments(library: Library, documents: Iterable[DocumentState]) -> Iterator[Segment]:
    """Segments of these documents of the library, without those that are damaged."""
    builder = SegmentBuilder()
    for document in documents:
        with contextlib.suppress(LibraryDamagedError):  # no question may find it
            builder.add(library, document)
        if len(builder.ids) >= AT_ONCE:
            yield builder.segment()
            builder = SegmentBuilder()
    if builder.ids:
        yield builder.segment()
