"""The site that is served: the chat, shut off from everything that is not this server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Set
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.types import Scope

from pincite.ingest.files.read import MB
from pincite.ingest.processes.page_images import Drawings, page_pictures
from pincite.ingest.uploads import Intake
from pincite.retrieval.engine import Engine
from pincite.ui import mcp
from pincite.ui.access import EVERYBODY, ROLES, Role, person_of
from pincite.ui.api import app as programs
from pincite.ui.api import chat_completions, health, uploads
from pincite.ui.api.bodies import SMALL, BodyLimitMiddleware, Room
from pincite.ui.api.queue import Queue
from pincite.ui.guides import SharedGuides
from pincite.ui.server import page_uploads
from pincite.ui.server.auth import AuthMiddleware
from pincite.ui.server.conversation_file import SharedFile
from pincite.ui.server.conversations_route import conversations_routes
from pincite.ui.server.credentials import Credentials
from pincite.ui.server.documents_route import documents_route
from pincite.ui.server.feedback_route import feedback_route
from pincite.ui.server.logs import AccessLog
from pincite.ui.server.metrics import Metrics, metrics_route
from pincite.ui.server.options import ServerOptions
from pincite.ui.server.origin import OriginMiddleware
from pincite.ui.server.page_calls import LARGEST_CALL
from pincite.ui.server.page_limits import PageLimits
from pincite.ui.server.plain_pages import NotFoundPages
from pincite.ui.server.proxies import NO_PROXIES, Proxies, ProxyMiddleware
from pincite.ui.web import chrome
from pincite.ui.web.addresses import ASK, EVALUATE, LIBRARY, PageAddresses
from pincite.ui.web.app import build
from pincite.ui.web.evaluate.protocol import load_evaluations
from pincite.ui.web.mount import mount

_UPLOADS = 4  # that may come in at once, each as large as an upload may be
_CALLS = 64 * MB  # of all other bodies at once
_TAKES_UPLOADS = (f"{programs.PREFIX}/documents", page_uploads.PATH)


def site(
    engine: Engine,
    hosts: Set[str] | None = None,
    credentials: Credentials | None = None,
    *,
    options: ServerOptions | None = None,
    proxies: Proxies = NO_PROXIES,
) -> FastAPI:
    """The chat, and the interfaces for programs beside it, as an ASGI application.

    Args:
        engine: what answers.
        hosts: the names under which it may be called; None for any.
        credentials: who may come in; None for everybody.
        options: what whoever comes in may do.
        proxies: those that are believed when they say who asks.
    """
    options = options or ServerOptions()
    queue = Queue(options.waiting)
    metrics = Metrics(engine, queue)
    intake = (
        None
        if options.read_only
        else Intake(engine, options.limits, options.originals, metrics.count_files)
    )
    largest = uploads.most(options.limits)
    drawings, guides = Drawings(engine.library), SharedGuides(engine)
    server = mcp.tools(engine, queue)
    over_http = mcp.over_http(server)
    kept = SharedFile(engine.library.folder)

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        async with server.session_manager.run(), page_limits.kept():
            yield
        drawings.close()
        kept.close()

    app = FastAPI(
        title="Pincite", docs_url=None, redoc_url=None, openapi_url=None, lifespan=running
    )
    app.add_middleware(
        BodyLimitMiddleware,
        limit=partial(_body_limit, largest),
        room=partial(_room, Room(_UPLOADS * largest), Room(_CALLS)),
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
    app.add_middleware(
        OriginMiddleware, hosts=hosts, shut=(page_uploads.PATH,) if options.read_only else ()
    )
    # Without a policy of ours Gradio lets any web page read the answers, unless it knows the
    # address as this machine's.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(AccessLog)  # outside of those, so that what they refuse is written too
    app.add_middleware(ProxyMiddleware, proxies=proxies)
    app.mount(programs.PREFIX, programs.api(engine, queue, drawings, intake, guides))
    app.mount(chat_completions.PREFIX, chat_completions.chat_completions(engine, queue))
    app.router.routes.extend(
        [*over_http.routes, documents_route(engine.library), metrics_route(metrics)]
    )
    if options.keep_conversations:
        app.router.routes.extend(conversations_routes(kept, engine.library))
    # Ratings go into a file beside the library, and servers of a shared one have none in common.
    rates = not options.read_only and not engine.library.is_shared
    if rates:
        app.router.routes.append(feedback_route(kept, engine))
    bar = chrome.bar(on_server=options.keep_conversations, rates=rates)
    roles: tuple[Role, ...] = ROLES if credentials else (EVERYBODY.role,)
    pictures = partial(page_pictures, engine.library)
    mount(
        app,
        {role: build(engine, intake, evaluations, pictures, guides, role, bar) for role in roles},
        largest=1 if options.read_only else options.limits.file_bytes,
    )
    page_limits = PageLimits(app, options.limits)
    return app


def _room(uploads: Room, calls: Room, scope: Scope) -> Room:
    is_upload = scope["path"] in _TAKES_UPLOADS and scope["method"] == "POST"
    return uploads if is_upload else calls


def _body_limit(upload: int, scope: Scope) -> int:
    """The bytes that a body may have, where an upload may have so many."""
    path = scope["path"]
    if path.startswith(mcp.PATH):
        return SMALL
    return upload if path.startswith((programs.PREFIX, page_uploads.PATH)) else LARGEST_CALL
