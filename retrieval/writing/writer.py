"""The story of a written answer: quotes → prompt → stream → sentences → check → emit.

The quotes were found, checked and shown before. What the model writes is only ever shown sentence
by sentence, each after its check against the quotes that it cites.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from pincite.corpus.errors import ModelError, WriterError
from pincite.corpus.hidden import Hidden
from pincite.corpus.types import Document, Span
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.writing.check import check
from pincite.retrieval.writing.entailment import Entailment
from pincite.retrieval.writing.evidence import Evidence
from pincite.retrieval.writing.prompt import LONGEST_ANSWER, Prompt, prompt_for
from pincite.retrieval.writing.stream import SentenceStream, says_nothing
from pincite.retrieval.writing.types import Chunk, Draft, Model, Sentence, Written

_LONGEST = 6 * LONGEST_ANSWER  # characters, whatever the server makes of the limit in tokens
_MOST_SENTENCES = 12
_AROUND = 300  # code points before and after a quote in which a name of the question may stand
_CUT = 0.7  # a prompt of which the server counts a smaller share was cut by it
_TURN_S = 0.2  # seconds between two looks whether a local model is free


@dataclass(frozen=True, slots=True)
class Listener:
    """What hears of a written answer while it comes.

    Attributes:
        on_sentence: gets each sentence once it is checked; what it raises ends the call.
        watch: is called now and then; what it raises ends the call.
    """

    on_sentence: Callable[[Sentence], None] = lambda sentence: None
    watch: Callable[[], None] = lambda: None


class Writer:
    """A model that writes answers. A model on this machine is asked one question at a time.

    Args:
        model: what writes.
        entailment: the network of the check; None for its rules alone.
    """

    def __init__(self, model: Model, entailment: Entailment | None = None) -> None:
        self.model = model
        self.entailment = entailment
        self._turn = threading.Lock()

    @contextmanager
    def in_turn(self, watch: Callable[[], None]) -> Iterator[None]:
        """Wait until the model is free, if it is on this machine; ``watch`` is called meanwhile."""
        while self.model.is_local and not self._turn.acquire(timeout=_TURN_S):
            watch()
        try:
            yield
        finally:
            if self.model.is_local:
                self._turn.release()

    def write(
        self,
        question: str,
        quotes: Sequence[Quote],
        document: Callable[[str], Document],
        history: Sequence[Turn] = (),
        weight: Callable[[str], float] = lambda stem: 1.0,
        listener: Listener | None = None,
    ) -> Written:
        """Let the model answer from the quotes, and check what it writes.

        Whatever fails on its side is told in ``problem``; what was checked before stays.

        Args:
            question: as it was asked.
            quotes: best first, verified; their places here are the numbers of ``Sentence.quotes``.
            document: a document by its id.
            history: what was said before, oldest first.
            weight: of a stem in the check, larger where it is rarer.
            listener: hears each sentence.
        """
        listener = listener or Listener()
        prompt = prompt_for(question, quotes, history, fence=_fence(quotes))
        evidence = [_evidence(quote, document(quote.document)) for quote in quotes[: prompt.quotes]]
        call = _Call(self.model, prompt)
        sentences: list[Sentence] = []
        problem = None
        try:
            with self.in_turn(listener.watch):
                for draft in call.drafts(listener.watch):
                    sentences.append(check(draft, evidence, question, weight, self.entailment))
                    listener.on_sentence(sentences[-1])
        except (WriterError, ModelError) as error:
            problem = str(error)
        return Written(
            self.model.name,
            self.model.host,
            tuple(sentences),
            call.tokens,
            problem or call.problem(sentences),
        )


@dataclass
class _Call:
    """One call of a model, and what was learnt from it."""

    model: Model
    prompt: Prompt
    tokens: int | None = None
    _prompt_tokens: int | None = None
    _cut_off: bool = False
    _nothing: bool = False
    _stream: SentenceStream = field(default_factory=SentenceStream)

    def drafts(self, watch: Callable[[], None]) -> Iterator[Draft]:
        """The sentences that the model writes, until it says that the quotes do not answer."""
        written = sentences = 0
        chunks = self.model.stream(self.prompt.system, self.prompt.user, LONGEST_ANSWER)
        try:
            for chunk in chunks:
                watch()
                self._learn(chunk)
                written += len(chunk.text)
                for draft in self._stream.feed(chunk.text):
                    if self._ends(draft):
                        return
                    sentences += 1
                    yield draft
                if written > _LONGEST or sentences >= _MOST_SENTENCES:
                    self._cut_off = True
                    return
            for draft in self._stream.finish():
                if self._ends(draft):
                    return
                yield draft
        finally:
            close = getattr(chunks, "close", None)
            if close is not None:
                close()  # hangs up

    def problem(self, sentences: Sequence[Sentence]) -> str | None:
        """Why nothing, or not all, was written, where the model itself did not fail."""
        name = self.model.name
        if self._was_cut:
            return (
                f"the writer {name} at {self.model.host} read only {self._prompt_tokens} tokens of "
                f"a prompt of some {self.prompt.tokens}; give it a window of 2,048 tokens"
            )
        if self._nothing and not sentences:
            return f"the writer {name} says that the quotes do not answer"
        if not sentences:
            return f"the writer {name} wrote nothing"
        if self._cut_off:
            return f"the writer {name} was stopped at the longest answer; its end is missing"
        return None

    @property
    def _was_cut(self) -> bool:
        read = self._prompt_tokens
        return read is not None and 0 < read < _CUT * self.prompt.tokens

    def _learn(self, chunk: Chunk) -> None:
        self.tokens = chunk.answer_tokens if chunk.answer_tokens is not None else self.tokens
        if chunk.prompt_tokens:
            self._prompt_tokens = chunk.prompt_tokens
        self._cut_off |= chunk.cut_off

    def _ends(self, draft: Draft) -> bool:
        self._nothing |= says_nothing(draft)
        return self._nothing


def numbered(sentence: Sentence, shown: dict[int, int]) -> tuple[Sentence, list[int]]:
    """A sentence with the numbers that a reader sees, and the quotes that are new to them.

    Args:
        sentence: its numbers are places among the quotes that the model read.
        shown: for each of these that the reader sees, its number; grows.
    """
    new = [number for number in sentence.quotes if number not in shown]
    for number in new:
        shown[number] = len(shown) + 1
    return replace(sentence, quotes=tuple(shown[number] for number in sentence.quotes)), new


def _evidence(quote: Quote, document: Document) -> Evidence:
    """What the model read of a quote, and what people see around it."""
    before = Span(max(0, quote.start - _AROUND), quote.start)
    after = Span(quote.end, min(quote.end + _AROUND, len(document.text)))
    around = (_seen(document, before), _seen(document, after))
    pieces = [*((p.text, p.start) for p in quote.context), (quote.text, quote.start)]
    return Evidence(
        "\n".join(quote.hidden.cut_from(text, start) for text, start in pieces),
        "\n".join([quote.title, *quote.section]),
        "\n".join(around),
    )


def _seen(document: Document, span: Span) -> str:
    text = document.text[span.start : span.end]
    return Hidden.of(document, span).cut_from(text, span.start)


def _fence(quotes: Sequence[Quote]) -> str:
    """A word that stands in no quote."""
    while True:
        fence = secrets.token_hex(6)
        if not any(fence in quote.text for quote in quotes):
            return fence
