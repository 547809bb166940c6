"""A turn while a model writes: its quotes are drawn first, then each sentence that is checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from pincite.retrieval.answer import Answer
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.writing.types import Model, Sentence, Written
from pincite.retrieval.written_answer import WritingListener
from pincite.ui.web.ask.written_view import written_view


class WrittenTurn:
    """Hears of an answer while it is written, and tells the browser what to draw.

    Args:
        model: what writes.
        draw: draws the turn as it is; for its quotes.
        tell: gets what the browser is to draw, as JSON values: a turn with ``partial``, or the
            written part with ``written``.
    """

    def __init__(
        self,
        number: int,
        model: Model,
        draw: Callable[[Answer], dict[str, Any]],
        tell: Callable[[dict[str, Any]], None],
    ) -> None:
        self._number = number
        self._draw = draw
        self._tell = tell
        self._answer: Answer | None = None
        self._written = Written(model.name, model.host)

    def listener(self, watch: Callable[[], None], confirm: Callable[[], None]) -> WritingListener:
        """What hears of it, for `Engine.ask`; ``confirm`` is called before quotes are drawn."""

        def on_answer(answer: Answer) -> None:
            if answer.quotes:
                confirm()
                self._tell_turn(answer)

        def on_quote(quote: Quote) -> None:
            if self._answer is not None:
                confirm()
                quotes = (*self._answer.quotes, quote)
                self._tell_turn(replace(self._answer, quotes=quotes))

        return WritingListener(on_answer, on_quote, self._on_sentence, watch)

    def _tell_turn(self, answer: Answer) -> None:
        self._answer = answer
        self._tell({**self._draw(replace(answer, written=self._written)), "partial": True})

    def _on_sentence(self, sentence: Sentence) -> None:
        self._written = replace(self._written, sentences=(*self._written.sentences, sentence))
        written = str(written_view(self._written, self._number, is_done=False))
        self._tell({"number": self._number, "written": written})
