"""What a request to ask is answered with: one JSON value, or server-sent events."""

from __future__ import annotations

from functools import partial
from typing import Any

from fastapi import Request

from pincite.retrieval.answer import Answer, quote_json
from pincite.retrieval.engine import Engine
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.writing.types import Sentence
from pincite.retrieval.written_answer import WritingListener
from pincite.ui.access import confirm, engine_for, person_of
from pincite.ui.api.ask import ask
from pincite.ui.api.disconnect import wanted
from pincite.ui.api.events import Emit, emit_from_thread, event
from pincite.ui.api.problems import details_of
from pincite.ui.api.queue import Queue
from pincite.ui.api.requests import AskRequest


def answer_for(
    engine: Engine,
    asked: AskRequest,
    request: Request,
    listener: WritingListener | None = None,
) -> dict[str, Any]:
    """The answer to what a request asks, of what the person sees who makes it; work for a `Queue`.

    Raises:
        PinciteError: as `Engine.ask`; or the person lost their rights meanwhile.
    """
    answer = ask(
        engine_for(engine, person_of(request.scope)),
        asked.question,
        history=asked.turns,
        documents=asked.documents,
        tags=asked.tags,
        cite=asked.cite or (),
        write=asked.write,
        listener=listener,
    )
    confirm(request.scope)  # of a stream, the status has been sent when it is known
    return answer


async def ask_events(
    engine: Engine, queue: Queue, asked: AskRequest, request: Request, emit: Emit
) -> None:
    """Emit the answer as server-sent events."""
    listener = _listener(emit, request) if asked.write else None
    work = partial(answer_for, engine, asked, request, listener)
    try:
        answer = await queue.done(work, writes=asked.write)
    except Exception as error:  # the status is sent, so every failure has to be an event
        await emit(event(details_of(error), "problem"))
        return
    if not asked.write:  # else they have gone before
        for quote in answer["quotes"]:
            await emit(event(quote, "quote"))
    await emit(event(answer, "answer"))


def _listener(emit: Emit, request: Request) -> WritingListener:
    """Emits what it hears while the answer is written, to whoever still has the rights for it."""

    def on_quote(quote: Quote) -> None:
        confirm(request.scope)
        emit_from_thread(emit, event(quote_json(quote), "quote"))

    def on_answer(answer: Answer) -> None:
        for quote in answer.quotes:
            on_quote(quote)

    def on_sentence(sentence: Sentence) -> None:
        emit_from_thread(emit, event(sentence.to_json(), "sentence"))

    return WritingListener(on_answer, on_quote, on_sentence, partial(wanted, "write"))
