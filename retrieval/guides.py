"""The guide to a document of a library, with questions that were asked of that library."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from pincite.corpus.errors import LibraryChangedError
from pincite.retrieval.answer import Sources, answer
from pincite.retrieval.overview.guide import Guide, guide
from pincite.retrieval.overview.key_sentences import EmbeddedPassage
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.settings import Settings

MOST_PASSAGES = 2000  # of one document that are looked at: some 700,000 characters


def guide_to(name: str, sources: Sources, settings: Settings, *, questions: bool) -> Guide:
    """The guide to the document that a person calls ``name``.

    Raises:
        DocumentNotFoundError: the library has no such document.
        LibraryChangedError: somebody changed the library since its indexes were opened.
        QuoteError: a piece of the guide is not what the document says there.
    """
    library = sources.library
    with library.snapshot():
        if library.generation != sources.indexes.generation:
            raise LibraryChangedError(f"the library {library.folder} was changed; ask again")
        document = sources.document(library.find(name).id)
        ids = _spread(library.passage_ids([document.id]))
        stored, vectors = library.passages(ids), library.vectors(ids)
    passages = [EmbeddedPassage(stored[id].passage, vectors[id]) for id in ids]
    return guide(document, passages, partial(_quotes, sources, settings) if questions else None)


def _quotes(sources: Sources, settings: Settings, question: str) -> Sequence[Quote]:
    """The quotes of an answer that the library vouches for."""
    found = answer(question, sources, settings)
    return found.quotes if found.status == "ANSWERED" else ()


def _spread(ids: Sequence[int]) -> Sequence[int]:
    """All of them, or so many that lie evenly apart."""
    step = -(-len(ids) // MOST_PASSAGES)
    return ids[:: max(step, 1)]
