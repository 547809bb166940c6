"""``/feedback``: whether an answer helped, from the page that shows it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Route

from pincite.corpus.errors import DocumentNotFoundError, QuoteError, UsageError
from pincite.retrieval.answer import Answer
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.engine import Engine
from pincite.ui.access import engine_for, person_of
from pincite.ui.api.bodies import BodyLimitMiddleware
from pincite.ui.api.problems import report_problems
from pincite.ui.api.requests import Message
from pincite.ui.server.conversation_file import SharedFile
from pincite.ui.server.conversations import MOST_BYTES
from pincite.ui.server.feedback import Feedback

PATH = "/feedback"
_ANSWER = TypeAdapter(Answer)
_MOST = 4 * MOST_BYTES  # of a body


class _Rating(BaseModel):
    """What a browser sends: the verdict, the answer as the server gave it, what was said before."""

    model_config = ConfigDict(extra="forbid", strict=True)

    verdict: str
    answer: dict[str, Any]
    history: list[Message] = []


def feedback_route(file: SharedFile, engine: Engine) -> Route:
    """The route that keeps what people think of answers.

    Args:
        file: where it is kept.
        engine: what answered; every quote is checked again.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(BodyLimitMiddleware, limit=lambda scope: _MOST)
    report_problems(app)

    @app.post(PATH, status_code=204)
    def rate(rating: _Rating, request: Request) -> None:
        person = person_of(request.scope)
        history = [Turn(one.role, one.text) for one in rating.history]
        try:
            answer = _ANSWER.validate_python(rating.answer)
        except (ValidationError, RecursionError) as error:
            raise UsageError(
                "the answer is not in its form; send it as the server gave it"
            ) from error
        document_of = engine_for(engine, person).library.document
        try:
            Feedback(file.opened()).rate(person.name, rating.verdict, answer, document_of, history)
        except (QuoteError, DocumentNotFoundError) as error:
            raise HTTPException(
                HTTPStatus.CONFLICT,
                "the documents that this was quoted from have changed or are gone; ask again, and "
                "rate the new answer",
            ) from error

    return Route(PATH, app, methods=["POST"])
