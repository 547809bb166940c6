"""The same questions with the packaged embedder run by ONNX Runtime, and by torch.

Each way has a library of its own, whose documents it embedded itself, so that what is compared is
the whole path: vectors, search, reading and confidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table

from pincite.corpus.errors import ModelError
from pincite.eval.goldset import GoldSet
from pincite.eval.run import Outcome, Progress, evaluate
from pincite.retrieval.embedding.embedder import PACKAGED, SentenceTransformerEmbedder
from pincite.retrieval.embedding.packaged import PackagedEmbedder
from pincite.retrieval.settings import Settings

MOST = 0.01
"""How far apart the confidence of one question may be."""

_SHOWN = 20  # questions that differ, at most


@dataclass(frozen=True, slots=True)
class Pair:
    """What the two ways made of one question."""

    onnx: Outcome
    torch: Outcome

    @property
    def apart(self) -> float:
        """How far apart their confidence is."""
        return abs(self.onnx.confidence - self.torch.confidence)

    @property
    def is_equal(self) -> bool:
        """Whether the quotes, the decision to show them and any error are the same."""
        return _answer(self.onnx) == _answer(self.torch)

    @property
    def agrees(self) -> bool:
        """Whether they are equal, with a confidence that is at most ``MOST`` apart."""
        return self.is_equal and self.apart <= MOST


@dataclass(frozen=True, slots=True)
class ComparedSet:
    """The questions of one gold set, asked both ways."""

    name: str
    pairs: tuple[Pair, ...]


def compare(gold: GoldSet, settings: Settings, progress: Progress) -> ComparedSet:
    """Ask every question of a gold set both ways, in float32. Takes torch.

    Raises:
        ModelError: ONNX Runtime cannot be used, so torch would be compared with itself.
    """
    onnx = evaluate(gold, settings, PackagedEmbedder("float32", _refuse), progress=progress)
    plain = SentenceTransformerEmbedder(PACKAGED, "float32")
    torch = evaluate(gold, settings, plain, progress=progress)
    pairs = tuple(map(Pair, onnx.outcomes, torch.outcomes))
    return ComparedSet(gold.name, pairs)


def agree(sets: Sequence[ComparedSet]) -> bool:
    """Whether the two ways agree on every question."""
    return all(pair.agrees for some in sets for pair in some.pairs)


def show(console: Console, sets: Sequence[ComparedSet]) -> None:
    """A line for each gold set and one for all, then the questions on which the ways differ."""
    table = Table(box=None, pad_edge=False)
    for name in ("gold set", "questions", "equal", "confidence apart at most"):
        table.add_column(name, justify="left" if name == "gold set" else "right")
    everything = ComparedSet("all", tuple(pair for some in sets for pair in some.pairs))
    for one in [*sets, *([everything] if len(sets) > 1 else [])]:
        table.add_row(
            one.name,
            str(len(one.pairs)),
            str(sum(pair.is_equal for pair in one.pairs)),
            f"{max((pair.apart for pair in one.pairs), default=0.0):.4f}",
        )
    console.print(table)
    differing = [(one, pair) for one in sets for pair in one.pairs if not pair.agrees]
    for one, pair in differing[:_SHOWN]:
        console.print(
            f"{one.name}: {pair.onnx.question.id}: {pair.onnx.question.question!r}: "
            f"{_described(pair.onnx)} by ONNX Runtime, {_described(pair.torch)} by torch",
            markup=False,
            soft_wrap=True,
        )
    if len(differing) > _SHOWN:
        console.print(f"and {len(differing) - _SHOWN} more")


def _answer(outcome: Outcome) -> object:
    places = tuple((quote.doc, quote.start, quote.end) for quote in outcome.quotes)
    return places, outcome.shown, outcome.answered, outcome.error


def _described(outcome: Outcome) -> str:
    if outcome.error:
        return outcome.error
    quotes = ", ".join(f"{quote.doc} {quote.start}-{quote.end}" for quote in outcome.quotes)
    return f"{outcome.confidence:.4f} with {quotes or 'no quote'}"


def _refuse(sentence: str) -> None:
    raise ModelError(f"there is nothing to compare: {sentence}")
