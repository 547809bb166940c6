"""``/conversations``: what the server keeps for the person who asks, and for nobody else."""

from __future__ import annotations

from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.routing import Route

from pincite.corpus.errors import AccessDeniedError
from pincite.corpus.store.library import Library
from pincite.ui.access import library_for, person_of
from pincite.ui.api.bodies import BodyLimitMiddleware
from pincite.ui.api.problems import report_problems
from pincite.ui.server.conversation_file import SharedFile
from pincite.ui.server.conversations import MOST_BYTES, Conversations

PATH = "/conversations"
_ONE = f"{PATH}/{{id}}"
_MOST = 4 * MOST_BYTES  # of a body: a browser may write it longer than it is kept


class _Sent(BaseModel):
    """A conversation as a browser sends it."""

    model_config = ConfigDict(extra="forbid", strict=True)

    title: str
    turns: list[Any]


def conversations_routes(file: SharedFile, library: Library) -> list[Route]:
    """The routes for a person's conversations.

    Args:
        file: where they are kept.
        library: whose documents they quote; of those that a person sees no more, nothing is given.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.add_middleware(BodyLimitMiddleware, limit=lambda scope: _MOST)
    report_problems(app)

    @app.get(PATH)
    def entries(request: Request) -> dict[str, Any]:
        name = _name(request)
        found = Conversations(file.opened()).entries(name)
        return {"person": name, "conversations": [asdict(entry) for entry in found]}

    @app.delete(PATH, status_code=204)
    def delete_all(request: Request) -> None:
        Conversations(file.opened()).forget(_name(request))

    @app.get(_ONE)
    def get(id: str, request: Request) -> dict[str, Any]:
        visible = library_for(library, person_of(request.scope)).has
        found = Conversations(file.opened()).get(_name(request), id, visible)
        if found is None:
            raise _missing(id)
        return found.to_json()

    @app.put(_ONE)
    def put(id: str, sent: _Sent, request: Request) -> dict[str, Any]:
        kept = Conversations(file.opened())
        return asdict(kept.put(_name(request), id, sent.title, sent.turns))

    @app.delete(_ONE, status_code=204)
    def delete(id: str, request: Request) -> None:
        if not Conversations(file.opened()).delete(_name(request), id):
            raise _missing(id)

    # Routes of the site: whatever fails is answered by the application above, as its interface is.
    return [
        Route(PATH, app, methods=["GET", "DELETE"]),
        Route(_ONE, app, methods=["GET", "PUT", "DELETE"]),
    ]


def _name(request: Request) -> str:
    name = person_of(request.scope).name
    if not name:
        raise AccessDeniedError(
            "conversations are kept for people, and this token is nobody's; come in with a name"
        )
    return name


def _missing(id: str) -> HTTPException:
    return HTTPException(
        HTTPStatus.NOT_FOUND,
        f"there is no conversation {id[:64]!r}; it was deleted, or it is somebody else's",
    )
