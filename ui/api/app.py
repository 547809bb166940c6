"""``/api/v1``: ask, search, documents and health, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import FastAPI, Header
from starlette.responses import HTMLResponse, Response, StreamingResponse

from corpus.errors import PinciteError
from retrieval.engine import Engine
from ui.api import models
from ui.api.problems import MEDIA_TYPE, kind_of, report_problems, sentence_of, status_of
from ui.api.reference import reference

PREFIX = "/api/v1"
_EVENTS = "text/event-stream"
_PROBLEM = {MEDIA_TYPE: {"schema": models.Problem.model_json_schema()}}


def _fails(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI of failures: their statuses, and that they are problem details."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": _PROBLEM}
        for status in statuses
    }


def api(engine: Engine, *, read_only: bool = False) -> FastAPI:
    """The interface over an engine, to be mounted at ``PREFIX``.

    Args:
        engine: what answers; other faces may use it at the same time.
        read_only: nothing can be removed through it.
    """
    app = FastAPI(
        title="Pincite",
        version=version("pincite"),
        summary="Questions answered with verbatim, checked quotes.",
        docs_url=None,
        redoc_url=None,
        responses=_fails(422, 500, 503),
    )
    report_problems(app)

    @app.post(
        "/ask",
        response_model=models.Answer,
        responses={
            200: {"content": {_EVENTS: {"schema": {"type": "string"}}}},
            **_fails(404, 409),
        },
    )
    def ask(
        request: models.AskRequest, accept: Annotated[str, Header(include_in_schema=False)] = ""
    ) -> Any:
        """Answer a question with verified quotes, or say that the documents do not.

        With ``Accept: text/event-stream`` the answer comes as server-sent events: a ``quote`` for
        each quote, best first, then the whole ``answer``; or a ``problem``.
        """
        if _EVENTS in accept:
            return StreamingResponse(_events(engine, request), media_type=_EVENTS)
        return _ask(engine, request)

    @app.post("/search", response_model=models.Found, responses=_fails(404, 409))
    def search(request: models.SearchRequest) -> Any:
        """The passages that are nearest to a question, ranked."""
        found = engine.search(
            request.question, request.k, documents=request.documents, tags=request.tags
        )
        return {"passages": [passage.to_json() for passage in found]}

    @app.get("/documents", response_model=models.Listing)
    def documents() -> Any:
        """The documents in the library."""
        return {"documents": [entry.to_json() for entry in engine.library.entries()]}

    @app.get("/documents/{id}", response_model=models.Shown, responses=_fails(404))
    def show(id: str) -> Any:
        """One document with its text; by its id, or the id's first digits."""
        document = engine.document(engine.library.find(id).id)
        return {
            "id": document.id,
            "source": document.source,
            "title": document.title,
            "media_type": document.media_type,
            "text": document.text,
            "sections": [
                {"path": s.path, "start": s.span.start, "end": s.span.end, "body": s.body}
                for s in document.sections
            ],
            "warnings": document.warnings,
        }

    if not read_only:

        @app.delete("/documents/{id}", status_code=204, responses=_fails(404))
        def remove(id: str) -> None:
            """Forget a document; by its id, or the id's first digits."""
            engine.library.remove([engine.library.find(id).id])

    @app.get("/health", response_model=models.Health)
    def health() -> Any:
        """Whether the server answers, and from what."""
        return {
            "version": version("pincite"),
            "embedder": engine.embedder.fingerprint,
            "generation": engine.library.generation,
            "documents": len(engine.library.entries()),
        }

    @app.get("/", include_in_schema=False)
    def page() -> Response:
        return HTMLResponse(reference(app.openapi(), PREFIX))

    return app


def _ask(engine: Engine, request: models.AskRequest) -> dict[str, Any]:
    answer = engine.ask(request.question, documents=request.documents, tags=request.tags)
    return answer.to_json()


def _events(engine: Engine, request: models.AskRequest) -> Iterator[str]:
    """The answer as server-sent events."""
    try:
        answer = _ask(engine, request)
    except PinciteError as error:
        status = status_of(error)
        problem = {
            "type": f"urn:pincite:problem:{kind_of(error)}",
            "title": status.phrase,
            "status": status.value,
            "detail": sentence_of(error),
        }
        yield _event("problem", problem)
        return
    for quote in answer["quotes"]:
        yield _event("quote", quote)
    yield _event("answer", answer)


def _event(name: str, value: Any) -> str:
    return f"event: {name}\ndata: {json.dumps(value)}\n\n"
