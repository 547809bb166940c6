"""A written answer and its sentences, as every face shows them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

Verdict = Literal["supported", "unsupported", "uncited"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A sentence as the model wrote it.

    Attributes:
        text: its words, without markers and markup.
        quotes: the numbers in its markers, from 1, in order, each once; also of quotes that are not
            there.
    """

    text: str
    quotes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence that was checked.

    Attributes:
        text: its words.
        quotes: the numbers of the quotes that it cites, from 1; all of them are there.
        verdict: ``supported`` by these quotes; ``unsupported`` where something in it does not stand
            there; ``uncited`` where it cites nothing, or has too little in common with what it
            cites.
        missing: what does not stand there, in the sentence's own words.
        moved: whether the model cited another quote, and this one supports it.
    """

    text: str
    quotes: tuple[int, ...]
    verdict: Verdict
    missing: tuple[str, ...] = ()
    moved: bool = False

    def to_json(self) -> dict[str, Any]:
        """The sentence as JSON values."""
        return {**asdict(self), "quotes": list(self.quotes), "missing": list(self.missing)}


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote, sentence by sentence.

    Attributes:
        model: its name.
        host: where it runs, which got the quotes.
        sentences: all that were checked, in order.
        tokens: how many the server says it wrote; None where it does not say.
        problem: why nothing, or not all, could be written: one sentence.
    """

    model: str
    host: str
    sentences: tuple[Sentence, ...] = ()
    tokens: int | None = None
    problem: str | None = None

    @property
    def left_out(self) -> int:
        """How many sentences are not shown unless they are asked for."""
        return sum(one.verdict == "uncited" for one in self.sentences)

    @property
    def is_empty(self) -> bool:
        """Whether no sentence is left that the quotes support."""
        return not any(one.verdict == "supported" for one in self.sentences)

    def to_json(self) -> dict[str, Any]:
        """The written answer as JSON values."""
        return {
            "model": self.model,
            "host": self.host,
            "sentences": [sentence.to_json() for sentence in self.sentences],
            "left_out": self.left_out,
            "tokens": self.tokens,
            "problem": self.problem,
        }


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of what a model writes.

    Attributes:
        text: the piece; may be empty.
        prompt_tokens: how long the prompt was, by the server's count, where it says so.
        answer_tokens: how much was written, by the server's count, where it says so.
        cut_off: whether the model was stopped by the limit of its answer.
    """

    text: str
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    cut_off: bool = False


class Model(Protocol):
    """A language model that writes.

    Attributes:
        name: as the settings name it.
        host: where it runs, as ``name:port``.
        is_local: whether that is this machine.
    """

    name: str
    host: str
    is_local: bool

    def stream(self, system: str, user: str, longest: int) -> Iterator[Chunk]:
        """What it writes to these two messages, in at most ``longest`` tokens.

        Raises:
            WriterError: it cannot be reached, refuses, or breaks off; a sentence says which.
        """
        ...
