"""``/v1/chat/completions`` in the form that OpenAI's clients speak, so that they can ask too.

The model ``pincite`` is no language model: the message is the answer's quotes with numbered places,
and the whole answer stands in the extra field ``pincite``. ``pincite-written``, where the settings
name a writer, puts what that wrote before the quotes: the sentences that they support.

The last message of the user is the question, and what user and assistant said before it is its
history. ``documents`` and ``tags`` beside the messages limit it, as they do in ``/api/v1/ask``.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, Literal

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.sse import format_sse_event
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from pincite.corpus.errors import PinciteError, QuestionError
from pincite.retrieval.answer import Answer
from pincite.retrieval.conversation.turns import ROLES, Turn
from pincite.retrieval.engine import Engine
from pincite.retrieval.writing.types import Sentence
from pincite.retrieval.written_answer import WritingListener
from pincite.ui.access import engine_for, person_of
from pincite.ui.api.bodies import SMALL, BodyLimitMiddleware
from pincite.ui.api.disconnect import answer_nobody, wanted, while_connected
from pincite.ui.api.events import Emit, EventStream, emit_from_thread, event
from pincite.ui.api.problems import kind_of, malformed_sentence, sentence_of, status_of
from pincite.ui.api.queue import Queue
from pincite.ui.markdown import message, quotes_message, sentence

PREFIX = "/v1"
MODEL, WRITTEN = "pincite", "pincite-written"


class Part(BaseModel):
    """A part of a message; parts that are not text are refused."""

    type: Literal["text"]
    text: str


class ChatMessage(BaseModel):
    """A message of the conversation."""

    model_config = ConfigDict(extra="allow")

    role: str
    content: str | list[Part] | None = None

    @property
    def text(self) -> str:
        """Its words."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class ChatRequest(BaseModel):
    """What clients send. Settings of language models are taken and mean nothing here."""

    model_config = ConfigDict(extra="allow")

    messages: list[ChatMessage] = Field(min_length=1)
    model: str = MODEL
    stream: bool = False
    documents: list[str] | None = Field(None, min_length=1)
    tags: list[str] | None = Field(None, min_length=1)


def chat_completions(engine: Engine, queue: Queue) -> FastAPI:
    """The interface over an engine, to be mounted at ``PREFIX``; questions wait in ``queue``."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(BodyLimitMiddleware, limit=lambda scope: SMALL)

    @app.get("/models")
    def models() -> Any:
        """What there is to choose: quotes alone, or with what a writer makes of them."""
        ids = [MODEL, *([WRITTEN] if engine.settings.writer else [])]
        listed = [{"id": id, "object": "model", "created": 0, "owned_by": "pincite"} for id in ids]
        return {"object": "list", "data": listed}

    @app.post("/chat/completions")
    async def complete(asked: ChatRequest, request: Request) -> Any:
        """Answer the last message of the user."""
        history, question = _split(asked.messages)
        writes = asked.model == WRITTEN

        def work(listener: WritingListener | None = None) -> Answer:
            return engine_for(engine, person_of(request.scope)).ask(
                question,
                history=history,
                documents=asked.documents,
                tags=asked.tags,
                watch=wanted,
                write=writes,
                listener=listener,
            )

        if asked.stream and writes:
            stream = partial(_written_chunks, queue, work)
            return EventStream(stream, late=True)
        # Before a stream begins too: until then a failure has a status, which clients look at.
        answer = await while_connected(request, partial(queue.done, work, writes=writes))
        if asked.stream:
            return EventStream(partial(_send, _chunks(answer)))
        return {
            **_head("chat.completion", WRITTEN if writes else MODEL),
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": message(answer)},
                    "finish_reason": "stop",
                }
            ],
            "usage": _usage(answer),
            "pincite": answer.to_json(),
        }

    async def ours(request: Request, error: Exception) -> Response:
        return refusal(status_of(error), sentence_of(error), kind_of(error))

    async def malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return refusal(HTTPStatus.BAD_REQUEST, malformed_sentence(error), "malformed")

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        status = HTTPStatus(error.status_code)
        return refusal(status, str(error.detail), headers=error.headers)

    app.add_exception_handler(PinciteError, ours)
    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(Exception, ours)
    answer_nobody(app)
    return app


def _split(messages: Sequence[ChatMessage]) -> tuple[list[Turn], str]:
    """What was said before the user's last message, and that.

    Clients send instructions and the results of tools too; no model is here to read them.

    Raises:
        QuestionError: the user said nothing.
    """
    said = [Turn(role, one.text) for one in messages for role in ROLES if role == one.role]
    last = max((at for at, turn in enumerate(said) if turn.role == "user"), default=None)
    if last is None:
        raise QuestionError("no message has the role 'user'; send the question as one")
    return said[:last], said[last].text


def _usage(answer: Answer) -> dict[str, int]:
    """The tokens that a writer wrote, where its server says so; else nobody reads or writes any."""
    tokens = (answer.written.tokens if answer.written else None) or 0
    return {"prompt_tokens": 0, "completion_tokens": tokens, "total_tokens": tokens}


def _chunks(answer: Answer) -> list[bytes]:
    """The message in pieces, a paragraph each, as OpenAI's clients take them."""
    chunks = _Chunks(MODEL)
    pieces = re.split(r"(?<=\n\n)", message(answer))
    return [*map(chunks.piece, pieces), *chunks.end(answer)]


async def _send(chunks: Sequence[bytes], emit: Emit) -> None:
    for chunk in chunks:
        await emit(chunk)


async def _written_chunks(
    queue: Queue,
    work: Callable[[WritingListener], Answer],
    emit: Emit,
) -> None:
    """Emit each supported sentence once it is checked, then the quotes."""
    chunks = _Chunks(WRITTEN)

    def on_sentence(one: Sentence) -> None:
        if one.verdict == "supported":
            space = " " if chunks.begun else ""
            emit_from_thread(emit, chunks.piece(f"{space}{sentence(one)}"))

    listener = WritingListener(on_sentence=on_sentence, watch=partial(wanted, "write"))
    answer = await queue.done(lambda: work(listener), writes=True)
    rest = quotes_message(answer)
    await emit(chunks.piece(f"\n\n{rest}" if chunks.begun else rest))
    await _send(chunks.end(answer), emit)


class _Chunks:
    """The chunks of one message."""

    def __init__(self, model: str) -> None:
        self._head = _head("chat.completion.chunk", model)
        self.begun = False

    def piece(self, text: str) -> bytes:
        """A piece of the message."""
        delta = {"content": text} if self.begun else {"role": "assistant", "content": text}
        self.begun = True
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        return event({**self._head, "choices": [choice]})

    def end(self, answer: Answer) -> list[bytes]:
        """What follows the last piece."""
        choice = {"index": 0, "delta": {}, "finish_reason": "stop"}
        done = event({**self._head, "choices": [choice], "pincite": answer.to_json()})
        return [done, format_sse_event(data_str="[DONE]")]


def _head(kind: str, model: str) -> dict[str, Any]:
    id = f"chatcmpl-{uuid.uuid4().hex}"
    return {"id": id, "object": kind, "created": int(time.time()), "model": model}


def refusal(
    status: HTTPStatus,
    sentence: str,
    kind: str = "about:blank",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A failure in the form that OpenAI's clients know."""
    error = {"message": sentence, "type": kind, "param": None, "code": None}
    return JSONResponse({"error": error}, status.value, headers)
