"""The guide to a document of a library, with questions that were asked of that library."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pincite.corpus.errors import LibraryChangedError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.retrieval.overview.guide import Ask, Guide, guide
from pincite.retrieval.overview.key_sentences import EmbeddedPassage
from pincite.retrieval.pipeline import answer
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.settings import Settings
from pincite.retrieval.sources import Sources

MOST_PASSAGES = 2000  # of one document that are looked at: some 700,000 characters


def guide_to(
    name: str, library: Library, document_of: Callable[[str], Document], ask: Ask | None = None
) -> Guide:
    """The guide to the document that a person calls ``name``; ``ask`` as in `guide`.

    Raises:
        DocumentNotFoundError: the library has no such document.
        QuoteError: a piece of the guide is not what the document says there.
    """
    with library.snapshot():
        document = document_of(library.find(name).id)
        ids = _spread(library.passage_ids([document.id]))
        stored, vectors = library.passages(ids), library.vectors(ids)
    passages = [EmbeddedPassage(stored[id].passage, vectors[id]) for id in ids]
    return guide(document, passages, ask)


def asking(sources: Sources, settings: Settings) -> Ask:
    """Asks the library: gives the quotes of an answer that it vouches for, or none.

    It raises LibraryChangedError once somebody has changed the library since its indexes were
    opened.
    """

    def ask(question: str) -> Sequence[Quote]:
        library = sources.library
        if library.generation != sources.indexes.generation:
            raise LibraryChangedError(f"the library {library.name} was changed; ask again")
        found = answer(question, sources, settings)
        return found.quotes if found.status == "ANSWERED" else ()

    return ask


def _spread(ids: Sequence[int]) -> Sequence[int]:
    """All of them, or so many that lie evenly apart."""
    step = -(-len(ids) // MOST_PASSAGES)
    return ids[:: max(step, 1)]
