"""What questions are answered from, kept between them: indexes, documents, views of the library."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from pincite.corpus.errors import (
    DocumentNotFoundError,
    LibraryChangedError,
    LibraryDamagedError,
    LibraryEmptyError,
)
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.retrieval.cross_encoder.types import CrossEncoder
from pincite.retrieval.document_cache import DocumentCache
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.search.indexes import Indexes
from pincite.retrieval.search.upkeep import open_indexes
from pincite.retrieval.search.view import limited
from pincite.retrieval.sources import Sources
from pincite.retrieval.view import ViewSources

_CACHED_VIEWS = 64
_LEFT_OUT = (
    "documents that are damaged are left out of all answers; see which with: pincite doctor --deep"
)
_MOST_DAMAGED = 100  # documents; with more of them a library is refused


class SourceCache:
    """The sources of a library's present generation. Safe to use from several threads."""

    def __init__(
        self,
        library: Library,
        embedder: Embedder,
        cross_encoder: CrossEncoder | None,
        say: Callable[[str], None],
    ) -> None:
        self._library = library
        self._embedder = embedder
        self._cross_encoder = cross_encoder
        self._say = say
        self._indexes: Indexes | None = None
        self._lock = threading.Lock()
        self._documents = DocumentCache(library)
        self._views: OrderedDict[frozenset[str], ViewSources] = OrderedDict()
        self._sound: Library | None = None  # where documents are damaged: a view without them
        self._left_out: frozenset[str] = frozenset()
        self._checked: tuple[int, int] | None = None

    def limited_to(self, view: Library) -> ViewCache:
        """The sources of a view of the library, which shares with this what it keeps."""
        return ViewCache(self, view)

    def document(self, id: str) -> Document:
        """A document of the library, of those read of late or read now.

        Raises:
            DocumentNotFoundError: no document has this id.
        """
        return self._documents.document(id)

    def sources(self) -> Sources:
        """The sources of the present generation: the indexes are opened anew when it has moved on.

        Raises:
            LibraryEmptyError: there is nothing to ask.
            LibraryDamagedError: nor is there because all that there was is damaged.
        """
        sources = self.present()
        if not len(sources.indexes.dense):
            for reason in self._library.damaged_documents().values():
                raise LibraryDamagedError(reason)
            raise LibraryEmptyError(
                f"the library {self._library.name} is empty; add documents with: "
                "pincite ingest PATH"
            )
        return sources

    def present(self) -> Sources:
        """As ``sources``, be they empty."""
        with self._lock:
            if self._indexes is None or self._indexes.generation != self._library.generation:
                self._library.require(self._embedder.fingerprint)
                self._indexes = open_indexes(self._library, self._say)
                self._documents.renew()  # an id pins its text, but not its title
                self._sound, self._left_out = None, frozenset()
                self._views.clear()  # they hold the indexes before these
                if self._lacks_passages(self._indexes):
                    self._say(_LEFT_OUT)
            return Sources(
                self._sound or self._library,
                self._indexes,
                self._embedder,
                self._cross_encoder,
                self._indexed_document,
                self._documents.load,
            )

    def _lacks_passages(self, indexes: Indexes) -> bool:
        """Whether the library has passages that its indexes have not, both of one generation."""
        with self._library.snapshot():
            is_of_now = self._library.generation == indexes.generation
            return is_of_now and len(indexes.dense) < self._library.counts()[1]

    def leave_out_damaged(self, met: Indexes | None) -> bool:
        """Look for damaged documents, and answer without them; whether it is worth another try.

        The whole library is read, once until anything in it is changed. ``met`` are the indexes of
        the library that led to one; None where it came to none.
        """
        with self._lock:
            if met is not None and met is not self._indexes:
                return True  # others have looked meanwhile
            counter = self._library.change_counter
            if self._indexes is None or self._checked == counter:
                return False
            self._checked = counter
            found = frozenset(self._library.damaged_documents())
            if len(found) > _MOST_DAMAGED or (self._sound and found <= self._left_out):
                return False
            sound = self._library.without(found)
            selection = self._indexes.documents.select(sound.ids(), sound)
            if not selection.passages:
                return False
            self._indexes = limited(self._indexes, selection, sound, self._indexed_document)
            self._sound, self._left_out = sound, found
            self._views.clear()
        self._say(_LEFT_OUT)
        return True

    def _indexed_document(self, id: str) -> Document:
        """A document that the indexes have, and so the library must have."""
        try:
            return self._documents.document(id)
        except DocumentNotFoundError as error:
            raise LibraryChangedError(
                f"the library {self._library.name} has lost a document; see: pincite doctor"
            ) from error

    def view_sources(self, view: Library) -> ViewSources:
        """The sources of what the view has now, be they empty.

        They are kept until anything in the library is changed.

        Raises:
            LibraryChangedError: somebody changed the library meanwhile.
        """
        sources, tags = self.present(), view.limits or frozenset()
        with self._lock:
            kept = self._views.get(tags)
            if kept is not None:
                self._views.move_to_end(tags)
        if kept is None or not kept.is_present(sources.indexes):
            seen = view.without(self._left_out) if self._sound else view
            kept = ViewSources.of(sources, seen, kept)
            with self._lock:
                if sources.indexes is self._indexes:  # else it is of indexes before these
                    self._views[tags] = kept
                    self._views.move_to_end(tags)
                    if len(self._views) > _CACHED_VIEWS:
                        self._views.popitem(last=False)
        return kept


class ViewCache:
    """The sources of a view of the library of ``whole``."""

    def __init__(self, whole: SourceCache, view: Library) -> None:
        self._whole = whole
        self._view = view

    def limited_to(self, view: Library) -> ViewCache:
        """The sources of a view of this view."""
        return ViewCache(self._whole, view)

    def leave_out_damaged(self, met: Indexes | None) -> bool:
        """As of the whole."""
        return self._whole.leave_out_damaged(met)

    def document(self, id: str) -> Document:
        """A document of the view.

        Raises:
            DocumentNotFoundError: no document of the view has this id.
        """
        if self._view.has(id):
            return self._whole.document(id)
        return self._view.document(id)  # which says that there is none

    def sources(self) -> Sources:
        """The sources of what the view has now.

        Raises:
            LibraryEmptyError: there is nothing to ask in the view.
            LibraryChangedError: somebody changed the library meanwhile.
        """
        sources = self._whole.view_sources(self._view)
        if not sources.selection.passages:
            raise LibraryEmptyError(
                "there is nothing here that you may see; ask whoever runs this server"
            )
        return sources
