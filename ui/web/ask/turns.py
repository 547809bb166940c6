"""A turn of a conversation: a question, what was answered, and how both are drawn.

The server keeps no conversation. The browser does, and hands its turns in to be drawn again; what
it hands in is checked like everything else from outside.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache, partial
from typing import Any

from pydantic import TypeAdapter, ValidationError

from pincite.corpus.errors import DocumentNotFoundError, PinciteError, QuoteError
from pincite.corpus.hidden import Hidden
from pincite.corpus.types import Document, Span
from pincite.ingest.processes.page_images import NO_PICTURES, PagePictures
from pincite.retrieval.answer import Answer, FoundPassage
from pincite.retrieval.conversation.turns import Turn as Said
from pincite.retrieval.engine import Engine
from pincite.retrieval.reading.quote import verify, with_hidden
from pincite.ui.markdown import footnoted
from pincite.ui.text.citations import FORMATS, citations
from pincite.ui.web.ask import answer_view, evidence
from pincite.ui.web.ask.scope import chosen
from pincite.ui.web.ask.written_turn import WrittenTurn
from pincite.ui.web.wording import FAILED

_LOG = logging.getLogger("pincite.web")
_GONE = (
    "The documents that this was quoted from have changed or are gone, so the quotes are not "
    "shown. Ask it again."
)
MOST_TURNS = 50  # of one conversation
_LONGEST = 4_000_000  # characters of a conversation that is handed in

_ANSWER = TypeAdapter(Answer)
_SAID = TypeAdapter(Said)


class Stopped(Exception):
    """Nobody waits for the answer any more. Raised by a ``watch``."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question and what was answered, drawn.

    Attributes:
        number: makes the anchors of the turn unique on its page.
        question: as it was asked.
        question_html, reply, evidence: as HTML; there is no evidence where there is no answer.
        markdown: both, to be copied.
        citations: the quotes in each format of `pincite.ui.text.citations`.
        answer: the answer's JSON value; None where there is no answer.
    """

    number: int
    question: str
    question_html: str
    reply: str
    evidence: str = ""
    markdown: str = ""
    citations: dict[str, str] = field(default_factory=dict)
    answer: dict[str, Any] | None = None

    def to_json(self) -> dict[str, Any]:
        """The turn as JSON values."""
        return asdict(self)


class Turns:
    """Takes turns with an engine, and draws them.

    Args:
        engine: what answers.
        pictures: whether a document's pages can be drawn, or why not.
    """

    def __init__(
        self,
        engine: Engine,
        pictures: Callable[[Document], PagePictures] = lambda document: NO_PICTURES,
    ) -> None:
        self._engine = engine
        self._pictures = pictures

    def take(
        self,
        number: int,
        question: str,
        scope: Sequence[str] = (),
        history: str = "[]",
        watch: Callable[[str], None] = lambda stage: None,
        confirm: Callable[[], None] = lambda: None,
        tell: Callable[[dict[str, Any]], None] | None = None,
    ) -> Turn:
        """Ask, and draw the answer; or say in a sentence why there is none.

        Args:
            number: of the turn.
            question: in natural language.
            scope: see `pincite.ui.web.ask.scope.chosen`.
            history: JSON: what was said before, a list of turns with ``role`` and ``text``.
            watch: see `Engine.ask`.
            confirm: raises a PinciteError where whoever asked may not have the answer after all.
            tell: let the writer of the settings answer too; gets what to draw meanwhile, see
                `pincite.ui.web.ask.written_turn.WrittenTurn`.

        Raises:
            Stopped: ``watch`` raised it.
        """
        try:
            documents, tags = chosen(scope, self._engine.library)
            listener = None
            if tell is not None:
                model = self._engine.writer().model
                draw = partial(self._draft, number)
                writing = WrittenTurn(number, model, draw, tell)
                listener = writing.listener(lambda: watch("write"), confirm)
            answer = self._engine.ask(
                question,
                history=_history(history),
                documents=documents,
                tags=tags,
                watch=watch,
                write=tell is not None,
                listener=listener,
            )
            drawn = self._drawn(number, answer, self._engine.document)
            confirm()
            return drawn
        except PinciteError as error:
            return self._failed(number, question, str(error))
        except Stopped:
            raise
        except Exception:
            _LOG.exception("a question could not be answered")
            return self._failed(number, question, FAILED)

    def redraw(self, handed_in: str) -> list[Turn]:
        """Turns that a browser kept, drawn anew from the documents as they are now.

        Args:
            handed_in: JSON: the number of the first turn, and a list of turns with ``question``
                and ``answer``.
        """
        try:
            if len(handed_in) > _LONGEST:
                raise ValueError("too long")
            first, kept = json.loads(handed_in)
            pairs = [(str(turn["question"]), turn["answer"]) for turn in kept[:MOST_TURNS]]
            first = int(first)
        except (ValueError, TypeError, KeyError):
            return []
        # Not through the engine's cache, which may still have what is in the library no longer.
        document_of = lru_cache(self._engine.library.document)
        return [self._again(first + i, *pair, document_of) for i, pair in enumerate(pairs)]

    def _again(
        self, number: int, question: str, kept: Any, document_of: Callable[[str], Document]
    ) -> Turn:
        try:
            answer = _ANSWER.validate_python(kept)
            for quote in answer.quotes:
                verify(quote, document_of(quote.document))
            if not _cites_its_quotes(answer):
                raise ValueError("a written sentence cites a quote that is not there")
            if not all(_stands(passage, document_of) for passage in answer.nearest):
                return self._failed(number, question, _GONE)
            answer = _with_hidden(answer, document_of)
            return self._drawn(number, answer, document_of)
        except (ValueError, TypeError, KeyError, AttributeError):  # not in the form of an answer
            return self._failed(number, question, _GONE)
        except (QuoteError, DocumentNotFoundError):
            return self._failed(number, question, _GONE)
        except PinciteError as error:
            return self._failed(number, question, str(error))

    def _draft(self, number: int, answer: Answer) -> dict[str, Any]:
        return self._drawn(number, answer, self._engine.document, is_done=False).to_json()

    def _drawn(
        self,
        number: int,
        answer: Answer,
        document_of: Callable[[str], Document],
        *,
        is_done: bool = True,
    ) -> Turn:
        cited = citations(answer.quotes, document_of)
        return Turn(
            number=number,
            question=answer.question,
            question_html=answer_view.question(answer.question),
            reply=answer_view.reply(answer, number, is_done=is_done),
            evidence=evidence.evidence(answer, document_of, number, self._pictures),
            markdown=footnoted(answer, number),
            citations={name: write(cited) for name, write in FORMATS.items()} if cited else {},
            answer=answer.to_json(),
        )

    def _failed(self, number: int, question: str, sentence: str) -> Turn:
        return Turn(number, question, answer_view.question(question), answer_view.problem(sentence))


def _history(handed_in: str) -> list[Said]:
    """What a browser says was said before, without the turns that are not in their form."""
    try:
        turns = json.loads((handed_in or "[]")[:_LONGEST])
    except (ValueError, RecursionError):
        return []
    said = []
    for turn in turns[-MOST_TURNS:] if isinstance(turns, list) else ():
        with suppress(ValidationError):
            said.append(_SAID.validate_python(turn))
    return said


def _cites_its_quotes(answer: Answer) -> bool:
    sentences = answer.written.sentences if answer.written else ()
    return all(0 < number <= len(answer.quotes) for one in sentences for number in one.quotes)


def _stands(passage: FoundPassage, document_of: Callable[[str], Document]) -> bool:
    text = document_of(passage.document).text
    return text[passage.start : passage.end] == passage.text


def _with_hidden(answer: Answer, document_of: Callable[[str], Document]) -> Answer:
    """The answer with what is hidden in it as the documents have it, not as it was handed in."""
    return replace(
        answer,
        quotes=tuple(with_hidden(q, document_of(q.document)) for q in answer.quotes),
        nearest=tuple(
            replace(p, hidden=Hidden.of(document_of(p.document), Span(p.start, p.end)))
            for p in answer.nearest
        ),
    )


def to_json(turns: Iterable[Turn]) -> str:
    """Turns as they go to the browser."""
    return json.dumps([turn.to_json() for turn in turns])
