"""What a question is answered from where the person may see only some of the documents."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from pincite.corpus.errors import LibraryChangedError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.retrieval.search.indexes import Indexes
from pincite.retrieval.search.protocol import Selected
from pincite.retrieval.search.view import limited
from pincite.retrieval.sources import Sources


@dataclass(frozen=True, slots=True)
class ViewSources(Sources):
    """Sources limited to a view of the library, at one moment.

    Attributes:
        ids: of the documents that the view has.
        selection: these documents, in the indexes of the whole library.
        whole: the indexes that those of the view are a part of.
        counter: the library's change counter at that moment.
    """

    ids: frozenset[str]
    selection: Selected
    whole: Indexes
    counter: tuple[int, int]

    @classmethod
    def of(cls, whole: Sources, view: Library, before: ViewSources | None = None) -> ViewSources:
        """Look up what the view has; all that ``before`` worked out is kept where it still holds.

        Raises:
            LibraryChangedError: somebody changed the library since its indexes were opened.
        """
        counter = view.change_counter
        with view.snapshot():
            if view.generation != whole.indexes.generation:  # ids would fit no longer
                raise LibraryChangedError(f"the library {view.name} was changed; ask again")
            ids = view.ids()
            if before is not None and before.whole is whole.indexes and before.ids == ids:
                return replace(before, counter=counter)
            selection = whole.indexes.documents.select(ids, view)
        documents = _only(ids, whole.document, view)
        return cls(
            view,
            limited(whole.indexes, selection, view, documents),
            whole.embedder,
            whole.cross_encoder,
            documents,
            whole.load,
            ids,
            selection,
            whole.indexes,
            counter,
        )

    @property
    def whole_indexes(self) -> Indexes:
        """Those of the whole library."""
        return self.whole

    def is_present(self, indexes: Indexes) -> bool:
        """Whether nothing in the library has been changed since, and these are its indexes."""
        return self.whole is indexes and self.counter == self.library.change_counter

    def still_visible(self) -> bool:
        """Whether the view has the same documents now.

        A tag that is taken away raises no generation, and its document is theirs no more.
        """
        return self.counter == self.library.change_counter or self.ids == self.library.ids()


def _only(
    ids: frozenset[str], document_of: Callable[[str], Document], view: Library
) -> Callable[[str], Document]:
    """``document_of`` for these ids only."""

    def document(id: str) -> Document:
        if id not in ids:
            raise LibraryChangedError(f"the library {view.name} was changed; ask again")
        return document_of(id)

    return document
