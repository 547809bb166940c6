"""``/api/v1``: ask, search, documents and health, for programs."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from http import HTTPStatus
from importlib.metadata import version
from typing import Annotated, Any

from fastapi import FastAPI, Header, Query, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from pincite.corpus.errors import UsageError
from pincite.corpus.types import Document, Span
from pincite.ingest.files.copies import same_contents
from pincite.ingest.processes.page_images import Drawings
from pincite.ingest.uploads import Intake
from pincite.retrieval.answer import FoundPassage
from pincite.retrieval.engine import Engine
from pincite.ui.access import engine_for, intake_for, person_of
from pincite.ui.api import health, models, uploads
from pincite.ui.api.ask_events import answer_for, ask_events
from pincite.ui.api.bodies import SMALL, BodyLimitMiddleware
from pincite.ui.api.disconnect import answer_nobody, while_connected
from pincite.ui.api.events import EventStream
from pincite.ui.api.problems import (
    MEDIA_TYPE,
    details,
    problem,
    report_problems,
    response,
)
from pincite.ui.api.queue import Queue
from pincite.ui.api.reference import reference
from pincite.ui.api.requests import AskRequest, SearchRequest
from pincite.ui.guides import SharedGuides
from pincite.ui.text.document_json import document_json

PREFIX = "/api/v1"
_DOCUMENTS = "/documents"
_CHANGES, _PAGES = 50, 100  # that may wait
_EVENTS, _PICTURE = EventStream.media_type, "image/png"
_BINARY = {"type": "string", "format": "binary"}
# An id pins its text, and so its file; another person at the same browser may not see it.
_KEPT = {"Cache-Control": "private, max-age=3600", "Vary": "Authorization"}
_PROBLEM = {MEDIA_TYPE: {"schema": models.Problem.model_json_schema()}}


def _fails(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI of failures: their statuses, and that they are problem details."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": _PROBLEM}
        for status in statuses
    }


def api(
    engine: Engine,
    queue: Queue,
    drawings: Drawings,
    intake: Intake | None = None,
    guides: SharedGuides | None = None,
) -> FastAPI:
    """The interface over an engine, to be mounted at ``PREFIX``.

    Each call is answered from what the person sees who makes it; see `pincite.ui.access`.

    Args:
        engine: what answers; other faces may use it at the same time.
        queue: where questions wait.
        drawings: what draws pages; whoever made it closes it.
        intake: what takes uploads in; without, nothing can be added or removed.
        guides: what keeps the guides to documents; without, the interface keeps its own.
    """
    guides = guides or SharedGuides(engine)
    # In queues of their own: what takes minutes and comes often would take all threads that there
    # are for what is quick. Uploads are taken in, and pages drawn, one after the other anyway.
    changes = Queue(_CHANGES, 1, "uploads and removals are being dealt with")
    drawn = Queue(_PAGES, 1, "pages are being drawn")
    app = FastAPI(
        title="Pincite",
        version=version("pincite"),
        summary="Questions answered with verbatim, checked quotes.",
        docs_url=None,
        redoc_url=None,
        responses=_fails(403, 422, 500, 503),
    )

    def visible(request: Request) -> Engine:
        return engine_for(engine, person_of(request.scope))

    def largest(scope: Scope) -> int:
        uploading = intake and scope["method"] == "POST" and scope["path"].endswith(_DOCUMENTS)
        return uploads.most(intake.limits) if intake and uploading else SMALL

    app.add_middleware(BodyLimitMiddleware, limit=largest)
    report_problems(app)
    answer_nobody(app)

    @app.post(
        "/ask",
        response_model=models.Answer,
        response_model_exclude_unset=True,  # no citations where none are wanted
        responses={
            200: {"content": {_EVENTS: {"schema": {"type": "string"}}}},
            **_fails(404, 409, 413, 415),
        },
    )
    async def ask(
        asked: AskRequest,
        request: Request,
        accept: Annotated[str, Header(include_in_schema=False)] = "",
    ) -> Any:
        """Answer a question with verified quotes, or say that the documents do not.

        ``status`` is ANSWERED; UNSURE, with the closest quotes, which may not answer; or
        NOT_FOUND, where the documents are about other things.

        With ``Accept: text/event-stream`` the answer comes as server-sent events: a ``quote`` for
        each quote, best first, then the whole ``answer``; or a ``problem``.

        With ``write`` a model answers from the quotes too. Among the events, a ``sentence`` comes
        once it is checked, after the quotes that it cites.

        With ``cite`` the quotes come as citations too, ready for a reference manager.
        """
        if _EVENTS in accept:
            return EventStream(partial(ask_events, engine, queue, asked, request))
        work = partial(answer_for, engine, asked, request)
        return await while_connected(request, partial(queue.done, work, writes=asked.write))

    @app.post("/search", response_model=models.Found, responses=_fails(404, 409, 413, 415))
    async def search(asked: SearchRequest, request: Request) -> Any:
        """The passages that are nearest to a question, ranked."""

        def work() -> list[FoundPassage]:
            return visible(request).search(
                asked.question,
                asked.k,
                history=asked.turns,
                documents=asked.documents,
                tags=asked.tags,
            )

        found = await while_connected(request, partial(queue.done, work))
        return {"passages": [passage.to_json() for passage in found]}

    @app.get(_DOCUMENTS, response_model=models.Listing)
    def documents(request: Request) -> Any:
        """The documents in the library."""
        entries = visible(request).library.entries()
        same_as = same_contents(entries)
        return {"documents": [{**e.to_json(), "same_as": same_as.get(e.source)} for e in entries]}

    @app.get(f"{_DOCUMENTS}/{{id}}", response_model=models.Shown, responses=_fails(404))
    def show(id: str, request: Request) -> Any:
        """One document with its text; by its id, or the id's first digits."""
        library = visible(request).library
        with library.snapshot():
            entry = library.find(id)
            document, kept = library.document(entry.id), library.has_original(entry.id)
        return document_json(entry, document, kept=kept)

    @app.get(f"{_DOCUMENTS}/{{id}}/guide", response_model=models.Guide, responses=_fails(404))
    async def guide(id: str, request: Request) -> Any:
        """How a document opens, its headings and key sentences, and questions that it answers.

        No model writes any of it: every piece is verbatim, and every question was asked of the
        library before it is offered. So it takes as long as some questions do, the first time; it
        is kept, and its questions are asked anew when the library has changed, at most once a
        minute.
        """
        person = person_of(request.scope)
        return (await queue.done(lambda: guides.of(person).whole(id))).to_json()

    @app.get(
        f"{_DOCUMENTS}/{{id}}/pages/{{number}}",
        response_class=Response,
        responses={200: {"content": {_PICTURE: {"schema": _BINARY}}}, **_fails(404)},
    )
    async def page(id: str, number: int, request: Request) -> Response:
        """A page of a PDF or a picture, as PNG; `boxes` says where on it a quote stands.

        The file has to be kept in the library, or to be where it was read from and unchanged.
        """
        seen = visible(request)
        picture = await drawn.done(lambda: drawings.page(_document(seen, id), number))
        return Response(picture, media_type=_PICTURE, headers=_KEPT)

    @app.get(f"{_DOCUMENTS}/{{id}}/boxes", response_model=models.Boxes, responses=_fails(404))
    async def boxes(id: str, start: Annotated[int, Query(ge=0)], end: int, request: Request) -> Any:
        """Where the words from ``start`` to ``end`` stand on the pages of a PDF or a picture."""
        document = await drawn.done(partial(_document, visible(request), id))
        if not start < end <= len(document.text):
            raise UsageError(
                f"invalid range {start}–{end}: the document has {len(document.text):,} "
                "characters; ask for a start below its end"
            )
        found = await drawn.done(partial(drawings.boxes, document, Span(start, end)))
        sizes = {page: {"width": w, "height": h} for page, (w, h) in found.sizes.items()}
        return {"boxes": map(asdict, found.boxes), "pages": sizes}

    if intake:

        @app.post(
            _DOCUMENTS,
            status_code=201,
            response_model=models.Taken,
            responses={200: {"model": models.Taken}, **_fails(413, 415)},
            openapi_extra={"requestBody": uploads.BODY},
        )
        async def add(request: Request) -> Any:
            """Take files in, each as a document of its name; a zip as the files in it.

            The answer says what became of each file: 201 where one was added or replaced, 200
            where all that could be read were there already, 422 where none could be read.
            """
            whose = intake_for(intake, person_of(request.scope))
            summary = await uploads.take(request, whose, changes)
            taken = {
                "documents": uploads.fates(summary, visible(request).library),
                "passed_over": summary.passed_over,
            }
            if summary.count("added") + summary.count("replaced"):
                return taken
            if summary.count("unchanged"):
                return JSONResponse(models.Taken.model_validate(taken).model_dump(), 200)
            reasons = "; ".join(event.reason for event in summary.refused) or "there is no file"
            unread = HTTPStatus.UNPROCESSABLE_ENTITY
            return response({**details(unread, f"nothing could be ingested: {reasons}"), **taken})

        @app.delete(f"{_DOCUMENTS}/{{id}}", status_code=204, responses=_fails(404))
        async def remove(id: str, request: Request) -> None:
            """Forget a document; by its id, or the id's first digits."""
            await changes.done(lambda: intake.remove([visible(request).library.find(id).id]))

    @app.get(health.PATH, response_model=models.Health)
    def server_health(request: Request) -> Any:
        """Whether the server answers, and from what."""
        state = health.state_of(engine)
        if state == "failed":
            return problem(health.status_of_state(state), health.FAILED_SENTENCE)
        return {
            "status": state,
            "version": version("pincite"),
            "embedder": engine.embedder.fingerprint,
            "generation": engine.library.generation,
            "documents": len(visible(request).library.entries()),
        }

    @app.get("/", include_in_schema=False)
    def about() -> Response:
        return HTMLResponse(reference(app.openapi(), PREFIX))

    return app


def _document(engine: Engine, name: str) -> Document:
    return engine.document(engine.library.find(name).id)
