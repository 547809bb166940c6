"""What a model wrote to a question of a gold set, with the places that it cites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from pincite.corpus.types import Span
from pincite.eval.metrics.characters import Place
from pincite.retrieval.answer import Answer
from pincite.retrieval.writing.types import Verdict


@dataclass(frozen=True, slots=True)
class GivenSentence:
    """A sentence that a model wrote.

    Attributes:
        text: its words.
        verdict: what the check says of it.
        cited: where the quotes stand that it cites.
    """

    text: str
    verdict: Verdict
    cited: tuple[Place, ...] = ()

    @property
    def is_shown(self) -> bool:
        """Whether a reader sees it as supported."""
        return self.verdict == "supported"


@dataclass(frozen=True, slots=True)
class GivenText:
    """All that it wrote; ``problem`` says why that is nothing, or not all."""

    sentences: tuple[GivenSentence, ...] = ()
    problem: str = ""

    @property
    def shown(self) -> list[GivenSentence]:
        """The sentences that a reader sees as supported."""
        return [sentence for sentence in self.sentences if sentence.is_shown]

    def prefixed(self, name: str) -> GivenText:
        """The same, with ``name`` in front of each document's id."""
        sentences = tuple(
            replace(one, cited=tuple((f"{name}/{doc}", span) for doc, span in one.cited))
            for one in self.sentences
        )
        return replace(self, sentences=sentences)


def given_text(answer: Answer, names: Mapping[str, str]) -> GivenText:
    """What was written, with the gold ids of the documents; empty if no model was called."""
    if answer.written is None:
        return GivenText()
    places = [
        (names.get(quote.document, quote.document), Span(quote.start, quote.end))
        for quote in answer.quotes
    ]
    return GivenText(
        tuple(
            GivenSentence(one.text, one.verdict, tuple(places[n - 1] for n in one.quotes))
            for one in answer.written.sentences
        ),
        answer.written.problem or "",
    )
