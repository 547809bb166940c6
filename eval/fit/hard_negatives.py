"""What comes up for the questions of a gold set, and what of it holds the evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pincite.corpus.errors import PinciteError
from pincite.eval.goldset import GoldSet, Question
from pincite.eval.run import Progress, library_of, names_of
from pincite.retrieval.answer import around, spans_around
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.reading.reader import Candidate
from pincite.retrieval.settings import Settings

_LOOKED_AT = 6  # best sentences of a question


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What came up for a question.

    Attributes:
        everywhere: whether it was asked of all documents.
        texts: around the best sentences, best first, each with whether evidence stands there.
        evidence: the text around the best sentence of the evidence, if one was read.
        set: the gold set.
        topic: the title of the best sentence's document.
    """

    question: Question
    everywhere: bool
    texts: tuple[tuple[str, bool], ...]
    evidence: str | None
    set: str
    topic: str


def retrieved(
    gold: GoldSet, settings: Settings, embedder: Embedder, progress: Progress
) -> Iterator[Retrieved]:
    """Ask every question, of the document that it is about and of all documents.

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
            about = question.scope_doc or next((e.doc for e in question.evidence), None)
            for scope in (about,) if about and len(ids) == 1 else dict.fromkeys((about, None)):
                try:
                    found = engine.read(
                        question.question, documents=[ids[scope]] if scope else None
                    )
                except PinciteError:
                    continue  # a question without words, say: nothing is to be learned from it
                if found.candidates:
                    yield _retrieved(
                        question, gold.name, scope is None, found.candidates, engine, names
                    )
            progress("asking", number, len(gold.questions))


def _retrieved(
    question: Question,
    set: str,
    everywhere: bool,
    candidates: Sequence[Candidate],
    engine: Engine,
    names: dict[str, str],
) -> Retrieved:
    def holds(c: Candidate, *, itself: bool = False) -> bool:
        spans = [c.span] if itself else spans_around(c)
        mine = [e.span for e in question.evidence if e.doc == names.get(c.document)]
        return any(span.overlaps(evidence) for span in spans for evidence in mine)

    def text(c: Candidate) -> str:
        return " ".join(around(c, engine.document(c.document).text).split())

    held = next((c for c in candidates if holds(c, itself=True)), None)
    return Retrieved(
        question=question,
        everywhere=everywhere,
        texts=tuple((text(c), holds(c)) for c in candidates[:_LOOKED_AT]),
        evidence=None if held is None else text(held),
        set=set,
        topic=engine.document(candidates[0].document).title,
    )
