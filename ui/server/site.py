"""The site that is served: the chat, shut off from everything that is not this server."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Collection, Set
from contextlib import asynccontextmanager
from functools import partial
from http import HTTPStatus
from urllib.parse import urlsplit

import uvicorn
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pincite.ingest.processes.page_images import Drawings, page_pictures
from pincite.ingest.uploads import Intake
from pincite.retrieval.engine import Engine
from pincite.ui import mcp
from pincite.ui.access import EVERYBODY, ROLES, Role, person_of
from pincite.ui.api import app as programs
from pincite.ui.api import chat_completions, health, uploads
from pincite.ui.api.bodies import SMALL, BodyLimitMiddleware
from pincite.ui.api.queue import Queue
from pincite.ui.guides import SharedGuides
from pincite.ui.server.auth import AuthMiddleware
from pincite.ui.server.credentials import Credentials
from pincite.ui.server.documents_route import documents_route
from pincite.ui.server.logs import AccessLog
from pincite.ui.server.metrics import Metrics, metrics_route
from pincite.ui.server.options import ServerOptions
from pincite.ui.server.plain_pages import NotFoundPages
from pincite.ui.server.refusals import refusal
from pincite.ui.web.addresses import ASK, EVALUATE, LIBRARY, PageAddresses
from pincite.ui.web.app import build
from pincite.ui.web.evaluate.protocol import load_evaluations
from pincite.ui.web.mount import end_heartbeats, mount

# The browser itself refuses whatever would leave this server, whoever put it into the page.
# Gradio's own page needs inline scripts and styles, and builds its templates with eval.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
_UPLOAD = "/gradio_api/upload"
_GRACE_S = 3  # for answers under way when the server is told to end
_HEADERS = {
    "content-security-policy": _POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def site(
    engine: Engine,
    hosts: Set[str] | None = None,
    credentials: Credentials | None = None,
    *,
    options: ServerOptions | None = None,
) -> FastAPI:
    """The chat, and the interfaces for programs beside it, as an ASGI application.

    Args:
        engine: what answers.
        hosts: the names under which it may be called; None for any.
        credentials: who may come in; None for everybody.
        options: what whoever comes in may do.
    """
    options = options or ServerOptions()
    queue = Queue(options.waiting)
    metrics = Metrics(engine, queue)
    intake = (
        None
        if options.read_only
        else Intake(engine, options.limits, options.originals, metrics.count_files)
    )
    drawings, guides = Drawings(engine.library), SharedGuides(engine)
    server = mcp.tools(engine, queue)
    over_http = mcp.over_http(server)

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield
        drawings.close()

    app = FastAPI(
        title="Pincite", docs_url=None, redoc_url=None, openapi_url=None, lifespan=running
    )
    most = uploads.most(options.limits)
    app.add_middleware(
        BodyLimitMiddleware,
        limit=lambda scope: SMALL if scope["path"].startswith(mcp.PATH) else most,
    )
    evaluations = (
        None
        if options.read_only
        else load_evaluations(engine.settings, engine.embedder, options.gold)
    )

    def pages(scope: Scope) -> list[str]:
        measures = evaluations is not None and person_of(scope).may("admin")
        return [ASK, *([LIBRARY] if intake else []), *([EVALUATE] if measures else [])]

    app.add_middleware(PageAddresses, pages=pages)
    app.add_middleware(NotFoundPages)
    app.add_middleware(
        AuthMiddleware,
        credentials=credentials,
        open_paths={f"{programs.PREFIX}{health.PATH}": health.state_alone(engine)},
    )
    app.add_middleware(_Guard, hosts=hosts, shut=(_UPLOAD,) if options.read_only else ())
    # Without a policy of ours Gradio lets any web page read the answers, unless it knows the
    # address as this machine's.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(AccessLog)  # the outermost, so that what is refused is written too
    app.mount(programs.PREFIX, programs.api(engine, queue, drawings, intake, guides))
    app.mount(chat_completions.PREFIX, chat_completions.chat_completions(engine, queue))
    app.router.routes.extend(
        [*over_http.routes, documents_route(engine.library), metrics_route(metrics)]
    )
    roles: tuple[Role, ...] = ROLES if credentials else (EVERYBODY.role,)
    pictures = partial(page_pictures, engine.library)
    mount(
        app,
        {role: build(engine, intake, evaluations, pictures, guides, role) for role in roles},
        largest=1 if options.read_only else options.limits.file_bytes,
    )
    return app


def run(app: FastAPI, listener: socket.socket) -> None:
    """Serve the site on a socket that listens already, until the process is interrupted."""
    _Server(app).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends the heartbeats of open pages first, which would otherwise hold up its own end."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,  # its records go where all others go
                log_level="warning",
                access_log=False,  # it writes queries, which have questions in them
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        end_heartbeats(self._app)
        await super().shutdown(sockets)


class _Guard:
    """ASGI middleware: refuses calls from other sites, and sets our headers on every answer.

    That is calls under a foreign name, against a page elsewhere whose own name is made to point
    here (DNS rebinding), and calls that come from a page elsewhere, which a browser sends without
    asking as long as they look like a form's. What is ``shut`` is refused to everybody.
    """

    def __init__(self, app: ASGIApp, hosts: Set[str] | None, shut: Collection[str]) -> None:
        self._app = app
        self._hosts = hosts
        self._shut = shut

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        if scope["type"] == "websocket":  # nothing here uses them
            await send({"type": "websocket.close", "code": 1008})
        elif scope["type"] == "http" and (why := self._refuses(scope)):
            await refusal(scope, *why)(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)

    def _refuses(self, scope: Scope) -> tuple[HTTPStatus, str] | None:
        if self._hosts is not None and _called(scope) not in self._hosts:
            return HTTPStatus.BAD_REQUEST, "Pincite is not known by this name."
        if _is_foreign(scope):
            return HTTPStatus.FORBIDDEN, "Pincite takes no calls from other sites."
        if any(scope["path"].startswith(path) for path in self._shut):
            return HTTPStatus.FORBIDDEN, "Pincite takes no files here."
        return None


def _is_foreign(scope: Scope) -> bool:
    """Whether a browser says that the call comes from a page of another server."""
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")


def _called(scope: Scope) -> str | None:
    """The name or address that the caller used for this server."""
    try:
        return urlsplit("//" + Headers(scope=scope).get("host", "")).hostname
    except ValueError:
        return None
