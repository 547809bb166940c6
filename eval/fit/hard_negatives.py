"""What the search brings for the questions of a gold set, and what of it holds the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pincite.corpus.errors import QuestionError
from pincite.corpus.types import Span
from pincite.eval.goldset import GoldSet, Question
from pincite.eval.run import Progress, library_of, names_of
from pincite.retrieval.cross_encoder.passage_input import PassageInput
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.search.search import Hit
from pincite.retrieval.settings import Settings

_LOOKED_AT = 10  # best passages of a question: as many as the cross-encoder reads


@dataclass(frozen=True, slots=True)
class FoundText:
    """A passage that the search brought.

    Attributes:
        text: as the cross-encoder reads it.
        holds: whether evidence stands in it.
        own: whether it is of a document that the question is about.
        evidence: where in ``text`` the sentences stand that touch the evidence.
    """

    text: str
    holds: bool
    own: bool
    evidence: Span | None = None


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What the search brought for a question, best first.

    ``topic`` is the document that the question is about, or the first passage's.
    """

    question: Question
    passages: tuple[FoundText, ...]
    set: str
    topic: str


def search_results(
    gold: GoldSet, settings: Settings, embedder: Embedder, progress: Progress
) -> Iterator[SearchResult]:
    """Ask every question of all documents of the gold set.

    Where not all documents that it is about came up, these are asked alone, and come first.

    Raises:
        LibraryError: the throw-away library cannot be used.
    """
    with (
        library_of(gold, embedder, None, progress) as (folder, _),
        Engine.open(folder, settings=settings, embedder=embedder) as engine,
    ):
        names = names_of(gold, engine.library)
        ids = {name: id for id, name in names.items()}
        for number, question in enumerate(gold.questions, 1):
            about = _documents(question)
            try:
                hits = engine.read(question.question).hits[:_LOOKED_AT]
                there = {names[hit.stored.document] for hit in hits}
                if len(about) > len(there.intersection(about)):
                    own = engine.read(question.question, documents=[ids[name] for name in about])
                    hits = _together(own.hits, hits)[:_LOOKED_AT]
            except QuestionError:
                continue  # a question without words, say: nothing is to be learned from it
            if hits:
                found = tuple(_passage(hit, question, about, engine, names) for hit in hits)
                topic = about[0] if about else names[hits[0].stored.document]
                yield SearchResult(question, found, gold.name, topic)
            progress("asking", number, len(gold.questions))


def _together(own: list[Hit], hits: list[Hit]) -> list[Hit]:
    there = {hit.stored.id for hit in own}
    return [*own, *(hit for hit in hits if hit.stored.id not in there)]


def _documents(question: Question) -> list[str]:
    """The documents that a question is about, those of the evidence first."""
    scope = [question.scope_doc] if question.scope_doc else []
    evidence = [one.doc for one in question.evidence]
    return list(dict.fromkeys([*evidence, *scope, *question.relevant_docs]))


def _passage(
    hit: Hit, question: Question, about: list[str], engine: Engine, names: Mapping[str, str]
) -> FoundText:
    name = names[hit.stored.document]
    read = PassageInput.of(engine.document(hit.stored.document), hit.stored.passage)
    mine = [e.span for e in question.evidence if e.doc == name]
    touched = [
        said
        for said, place in zip(read.sentences, read.places, strict=True)
        if any(place.overlaps(span) for span in mine)
    ]
    evidence = Span(touched[0].start, touched[-1].end) if touched else None
    return FoundText(read.text, bool(touched), name in about, evidence)
