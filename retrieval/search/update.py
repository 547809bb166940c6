"""What it takes to bring a list of segments up to the library: few reads, small writes."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pincite.corpus.errors import IndexDamagedError
from pincite.corpus.store.document_state import DocumentState
from pincite.corpus.store.library import Library
from pincite.retrieval.search import segments
from pincite.retrieval.search.merge_policy import to_merge
from pincite.retrieval.search.segment_builder import build_segments
from pincite.retrieval.search.segments import Documents, Segment, SegmentFiles, digest


class Update:
    """From one list of segments to the next; what it writes is in no list yet."""

    def __init__(self, library: Library, folder: Path) -> None:
        self._library = library
        self._folder = folder
        self.segments: list[SegmentFiles] = []
        self.made: list[SegmentFiles] = []
        self.unused: set[str] = set()

    def apply(
        self,
        kept: Sequence[SegmentFiles],
        states: Sequence[DocumentState],
        *,
        compact: bool = False,
    ) -> None:
        """Take what of these segments the library has still, and add what they lack.

        With ``compact``, segments are written anew that have documents which are gone.
        """
        sound: list[tuple[SegmentFiles, Documents]] = []
        for files in kept:
            with contextlib.suppress(IndexDamagedError):  # then its documents are among the new
                sound.append((files, segments.load_documents(self._folder, files)))
        gone, new = difference([documents for _, documents in sound], states)
        for (files, documents), left in zip(sound, gone, strict=True):
            if len(left) < len(documents.digests):
                count = len(documents.ids) - int(documents.kept(left).sum())
                self.segments.append(replace(files, gone=left, gone_passages=count))
        for segment in build_segments(self._library, new):
            self._add(segment)
        self._merge()
        if compact:
            for files in [files for files in self.segments if files.gone]:
                self._merge_into_one([files])

    def names(self) -> set[str]:
        """Of the segments of the next list."""
        return {files.name for files in self.segments}

    def _add(self, segment: Segment) -> None:
        files = segment.save(self._folder)
        self.segments.append(files)
        self.made.append(files)
        self.unused.add(files.name)  # until the list is in its place

    def _merge(self) -> None:
        while group := to_merge(self.segments):
            try:
                if not self._merge_into_one(group):
                    return
            except OSError:
                return  # the disk is full, say: all is there without it, and the next one tries

    def _merge_into_one(self, group: Sequence[SegmentFiles]) -> bool:
        """Put one segment into the place of these; False where one of them is damaged."""
        try:
            parts = [(segments.load(self._folder, files), files.gone) for files in group]
        except IndexDamagedError:
            return False  # whoever opens it next says so, and builds it anew
        self._add(Segment.merged(parts))
        names = {files.name for files in group}
        self.segments = [files for files in self.segments if files.name not in names]
        return True


def difference(
    segments: Sequence[Documents], states: Sequence[DocumentState]
) -> tuple[list[tuple[int, ...]], list[DocumentState]]:
    """Which documents of each segment are gone, and which of the library are in none.

    A document that was put back under its old title is in its old segment again.
    """
    missing = {digest(state): state for state in states}
    gone = [
        tuple(i for i, one in enumerate(each.digests) if missing.pop(one, None) is None)
        for each in segments
    ]
    return gone, list(missing.values())
