"""An answer with what a model writes from its quotes, and the follow-ups that it puts in words."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pincite.corpus.errors import (
    DocumentNotFoundError,
    LibraryChangedError,
    ModelError,
    SettingsError,
    WriterError,
)
from pincite.corpus.extras import require
from pincite.corpus.types import Document
from pincite.retrieval.answer import Answer
from pincite.retrieval.conversation.follow_up import FollowUp
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.settings import Settings
from pincite.retrieval.writing.types import Sentence, Written

# What writes and checks is imported where it is used: most questions need none of it.
if TYPE_CHECKING:
    from pincite.retrieval.writing.entailment import Entailment
    from pincite.retrieval.writing.writer import Writer


@dataclass(frozen=True, slots=True)
class WritingListener:
    """What hears of a written answer while it comes.

    Attributes:
        on_answer: gets the answer with its quotes, before the model is called.
        on_quote: gets each further quote that is cited, before the sentence that cites it.
        on_sentence: gets each sentence once it is checked, with the numbers that readers see.
        watch: is called now and then. What any of them raises ends the call.
    """

    on_answer: Callable[[Answer], None] = lambda answer: None
    on_quote: Callable[[Quote], None] = lambda quote: None
    on_sentence: Callable[[Sentence], None] = lambda sentence: None
    watch: Callable[[], None] = lambda: None


class Writers:
    """Opens the writer of the settings once, for an engine and all that are limited from it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writer: Writer | None = None

    def open(self, settings: Settings, say: Callable[[str], None]) -> Writer:
        """The writer; ``say`` hears, before the first call, of a host that gets the quotes.

        Raises:
            SettingsError: the settings name none, or none that can be opened.
            MissingExtraError: the extra write is not installed.
        """
        with self._lock:
            if self._writer is None:
                self._writer = _opened(settings, say)
            return self._writer

    def use(self, writer: Writer) -> None:
        """Open no other writer than this one."""
        with self._lock:
            self._writer = writer


def _opened(settings: Settings, say: Callable[[str], None]) -> Writer:
    if settings.writer is None:
        raise SettingsError(
            "no model is named that writes answers; name one with PINCITE_WRITER=openai:NAME, "
            "ollama:NAME or another provider's"
        )
    require("write", f"the writer {settings.writer!r}")
    from pincite.retrieval.writing.model import open_model  # imports LangChain
    from pincite.retrieval.writing.writer import Writer

    model = open_model(settings.writer, settings.writer_url, may_trace=settings.may_trace)
    if not model.is_local:
        say(f"{model.name} writes answers: questions, and the quotes found, go to {model.host}.")
    return Writer(model, _entailment(say))


def _entailment(say: Callable[[str], None]) -> Entailment | None:
    """The network of the check; None, with a sentence, where its files are no good."""
    from pincite.retrieval.writing.entailment import packaged_entailment

    try:
        return packaged_entailment()
    except ModelError as error:
        say(str(error))
        return None


def further_quotes(shown: int) -> int:
    """How many quotes a writer reads beyond those that are shown."""
    from pincite.retrieval.writing.prompt import MOST_QUOTES

    return MOST_QUOTES - shown


def with_written(
    answer: Answer,
    writer: Writer,
    document: Callable[[str], Document],
    history: Sequence[Turn] = (),
    weight: Callable[[str], float] = lambda stem: 1.0,
    listener: WritingListener | None = None,
) -> Answer:
    """The answer with ``written``, and after its quotes those of ``further`` that are cited.

    An answer that is NOT_FOUND is left as it is, and the model is not called.
    """
    if answer.status == "NOT_FOUND" or not answer.quotes:
        return answer
    from pincite.retrieval.writing.writer import Listener, numbered

    listener = listener or WritingListener()
    read = (*answer.quotes, *answer.further)
    shown = {number: number for number in range(1, len(answer.quotes) + 1)}
    quotes, sentences = list(answer.quotes), []

    def on_sentence(sentence: Sentence) -> None:
        with_numbers, new = numbered(sentence, shown)
        for number in new:
            quotes.append(read[number - 1])
            listener.on_quote(quotes[-1])
        sentences.append(with_numbers)
        listener.on_sentence(with_numbers)

    try:
        written = writer.write(
            answer.question, read, document, history, weight, Listener(on_sentence, listener.watch)
        )
    except (DocumentNotFoundError, LibraryChangedError):
        why = "a document that is quoted was changed or removed meanwhile; ask again"
        written = Written(writer.model.name, writer.model.host, problem=why)
    written = replace(written, sentences=tuple(sentences))
    return replace(answer, quotes=tuple(quotes), further=(), written=written)


def standalone(
    question: str, history: Sequence[Turn], writer: Writer, watch: Callable[[], None]
) -> str | None:
    """A follow-up as the model words it; None where it needs no rewording, or none is accepted."""
    follow_up = FollowUp.of(question, history)
    if follow_up is None or not follow_up.leans:
        return None
    from pincite.retrieval.writing.rewrite import rewrite_prompt, rewritten

    prompt = rewrite_prompt(question, history, fence=secrets.token_hex(6))
    try:
        with writer.in_turn(watch):
            return rewritten(writer.model, prompt, question, history)
    except WriterError:
        return None  # the way without a model
