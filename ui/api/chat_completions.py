"""``/v1/chat/completions`` in the form that OpenAI's clients speak, so that they can ask too.

There is no language model behind it: the message is the answer's quotes with numbered places, and
the whole answer stands in the extra field ``pincite``. The last message of the user is the
question, and what user and assistant said before it is its history. ``documents`` and ``tags``
beside the messages limit it, as they do in ``/api/v1/ask``.
"""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Mapping, Sequence
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
from pincite.ui.access import engine_for, person_of
from pincite.ui.api.bodies import SMALL, BodyLimitMiddleware
from pincite.ui.api.disconnect import answer_nobody, wanted, while_connected
from pincite.ui.api.events import EventStream, event
from pincite.ui.api.problems import kind_of, malformed_sentence, sentence_of, status_of
from pincite.ui.api.queue import Queue
from pincite.ui.markdown import message

PREFIX = "/v1"
MODEL = "pincite"


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
        """The one model that there is."""
        listed = {"id": MODEL, "object": "model", "created": 0, "owned_by": "pincite"}
        return {"object": "list", "data": [listed]}

    @app.post("/chat/completions")
    async def complete(asked: ChatRequest, request: Request) -> Any:
        """Answer the last message of the user."""
        history, question = _split(asked.messages)

        def work() -> Answer:
            return engine_for(engine, person_of(request.scope)).ask(
                question,
                history=history,
                documents=asked.documents,
                tags=asked.tags,
                watch=wanted,
            )

        # Before a stream begins too: until then a failure has a status, which clients look at.
        answer = await while_connected(request, partial(queue.done, work))
        if asked.stream:
            return EventStream(partial(_chunks, answer))
        return {
            **_head("chat.completion"),
            "choices": [
                {
                    "index": 0,
                    "message": {"role": "assistant", "content": message(answer)},
                    "finish_reason": "stop",
                }
            ],
            # No model reads or writes tokens here.
            "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
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


async def _chunks(answer: Answer) -> list[bytes]:
    """The message in pieces, a paragraph each, as OpenAI's clients take them."""
    head = _head("chat.completion.chunk")
    pieces = re.split(r"(?<=\n\n)", message(answer))
    chunks = []
    for number, piece in enumerate(pieces):
        delta = {"role": "assistant", "content": piece} if number == 0 else {"content": piece}
        choice = {"index": 0, "delta": delta, "finish_reason": None}
        chunks.append(event({**head, "choices": [choice]}))
    done = {"index": 0, "delta": {}, "finish_reason": "stop"}
    chunks.append(event({**head, "choices": [done], "pincite": answer.to_json()}))
    return [*chunks, format_sse_event(data_str="[DONE]")]


def _head(kind: str) -> dict[str, Any]:
    id = f"chatcmpl-{uuid.uuid4().hex}"
    return {"id": id, "object": kind, "created": int(time.time()), "model": MODEL}


def refusal(
    status: HTTPStatus,
    sentence: str,
    kind: str = "about:blank",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A failure in the form that OpenAI's clients know."""
    error = {"message": sentence, "type": kind, "param": None, "code": None}
    return JSONResponse({"error": error}, status.value, headers)
