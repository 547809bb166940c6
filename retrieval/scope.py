"""Which documents a question is put to: those named, those that carry a tag, or all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from pincite.corpus.errors import LibraryChangedError, TagNotFoundError
from pincite.corpus.tags import checked_tag
from pincite.retrieval.answer import Scope, Sources


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

    def scope(self, sources: Sources) -> Scope | None:
        """What to search among, all of it in the sources' indexes; None for everything.

        Raises:
            DocumentNotFoundError: the library has no such document.
            TagNotFoundError: no document, or none of those named, carries such a tag.
            LibraryChangedError: somebody changed the library since its indexes were opened.
        """
        if self.documents is None and self.tags is None:
            return None
        library = sources.library
        with library.snapshot():
            if library.generation != sources.indexes.generation:  # ids would fit no longer
                raise LibraryChangedError(f"the library {library.folder} was changed; ask again")
            ids = self._ids(sources)
            left_out = library.document_count() - len(ids)
            return Scope(library.passage_ids(ids), len(ids), left_out, frozenset(ids))

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
