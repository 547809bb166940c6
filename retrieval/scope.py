"""Which documents a question is put to: those named, those that carry a tag, or all."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self
from weakref import ref

from pincite.corpus.errors import LibraryChangedError, TagNotFoundError
from pincite.corpus.tags import checked_tag
from pincite.retrieval.search.indexes import Indexes
from pincite.retrieval.search.rows import Chosen, Mask
from pincite.retrieval.sources import Sources

_KEPT = 64  # scopes; of a million passages each takes a megabyte and its documents' ids


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question is limited to: the rows of the indexes to search among.

    ``documents`` of the library have them, with these ``ids``; ``left_out`` others have not.
    """

    rows: Mask | Chosen
    documents: int
    left_out: int
    ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person names; None where they name nothing, and so exclude nothing.

    With both, a document must be named and carry any of the tags.
    """

    documents: tuple[str, ...] | None
    tags: tuple[str, ...] | None

    @classmethod
    def of(cls, documents: Iterable[str] | None, tags: Iterable[str] | None) -> Self:
        """The choice of these documents, by whatever `Library.find` takes, and tags.

        Raises:
            UsageError: a tag is not well formed.
        """
        return cls(
            None if documents is None else tuple(documents),
            None if tags is None else tuple(map(checked_tag, tags)),
        )

    def scope(self, sources: Sources) -> Scope:
        """What to search among, all of it in the sources' indexes.

        Raises:
            DocumentNotFoundError: the library has no such document.
            TagNotFoundError: no document, or none of those named, carries such a tag.
            LibraryChangedError: somebody changed the library since its indexes were opened.
        """
        library = sources.library
        with library.snapshot():
            if library.generation != sources.indexes.generation:  # ids would fit no longer
                raise LibraryChangedError(f"the library {library.name} was changed; ask again")
            ids = frozenset(self._ids(sources))
            left_out = library.document_count() - len(ids)
            rows = sources.indexes.documents.select(ids, library).rows
        return Scope(rows, len(ids), left_out, ids)

    def _ids(self, sources: Sources) -> set[str]:
        library = sources.library
        if self.documents is None:
            return library.tagged(self.tags or ())
        named = {library.find(name).id for name in self.documents}
        if self.tags is None:
            return named
        both = named & library.tagged(self.tags)
        if named and not both:
            raise TagNotFoundError(
                "none of the named documents has the tag "
                f"{' or '.join(map(repr, self.tags))}; {library.known_tags()}"
            )
        return both


_Key = tuple[Choice, frozenset[str] | None]  # with the tags of the view that is asked


class Scopes:
    """The scopes of the latest choices, each kept until anything in the library is changed.

    Safe to use from several threads.
    """

    def __init__(self) -> None:
        # Indexes that the library has moved past are not kept for a scope: they are large.
        self._kept: OrderedDict[_Key, tuple[ref[Indexes], tuple[int, int], Scope]] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, choice: Choice, sources: Sources) -> Scope | None:
        """The scope of a choice; None for everything. Raises as `Choice.scope` does."""
        if choice.documents is None and choice.tags is None:
            return None
        library, key = sources.library, (choice, sources.library.limits)
        counter = library.change_counter  # before anything is looked up: at worst it is too old
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None and kept[0]() is sources.indexes and kept[1] == counter:
                self._kept.move_to_end(key)
                return kept[2]
        scope = choice.scope(sources)
        with self._lock:
            self._kept[key] = ref(sources.indexes), counter, scope
            self._kept.move_to_end(key)
            if len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return scope
