"""The site that is served: the chat, shut off from everything that is not this server."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Set
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import gradio as gr
import uvicorn
from fastapi import FastAPI
from gradio.routes import App as GradioApp
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from retrieval.engine import Engine
from ui import mcp
from ui.api import app as programs
from ui.api import chat_completions
from ui.intake import Intake, Limits
from ui.web.app import build
from ui.web.evaluations import load_evaluations
from ui.web.gate import Gate, Keys
from ui.web.theme import ICON, SCRIPT, STYLES, theme

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
_READING = frozenset({"GET", "HEAD", "OPTIONS"})
_GRACE_S = 3  # for answers under way when the server is told to end
_HEADERS = {
    "content-security-policy": _POLICY,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}


def site(
    engine: Engine,
    hosts: Set[str] | None = None,
    keys: Keys | None = None,
    *,
    read_only: bool = False,
) -> FastAPI:
    """The chat, and the interfaces for programs beside it, as an ASGI application.

    Args:
        engine: what answers.
        hosts: the names under which it may be called; None for any.
        keys: what opens it; None for everybody.
        read_only: nothing can be changed through it.
    """
    limits = Limits()
    intake = Intake(engine, limits)
    server = mcp.tools(engine)
    over_http = mcp.over_http(server)

    @asynccontextmanager
    async def running(app: FastAPI) -> AsyncIterator[None]:
        async with server.session_manager.run():
            yield

    app = FastAPI(
        title="Pincite", docs_url=None, redoc_url=None, openapi_url=None, lifespan=running
    )
    app.add_middleware(Gate, keys=keys)
    app.add_middleware(_Guard, hosts=hosts)
    # Without a policy of ours Gradio lets any web page read the answers, unless it knows the
    # address as this machine's.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.mount(programs.PREFIX, programs.api(engine, read_only=read_only))
    app.mount(chat_completions.PREFIX, chat_completions.chat_completions(engine))
    app.router.routes.extend(over_http.routes)
    gr.mount_gradio_app(
        app,
        build(
            engine,
            intake=None if read_only else intake,
            evaluations=(
                None if read_only else load_evaluations(engine.settings, engine.embedder)
            ),
        ),
        path="/",
        # Named one by one, because each would otherwise be read from the environment.
        footer_links=[],
        run_history=False,
        allowed_paths=[],
        root_path="",
        show_error=False,
        max_file_size=1 if read_only else limits.file_bytes,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        favicon_path=str(ICON),
        theme=theme(),
        css_paths=STYLES,
        head=SCRIPT,
    )
    return app


def run(app: FastAPI, listener: socket.socket) -> None:
    """Serve the site on a socket that listens already, until the process is interrupted."""
    _Server(app).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Ends the heartbeats of open pages first, which would otherwise hold up its own end."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(
            uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=_GRACE_S)
        )
        self._chats = [route.app for route in app.routes if isinstance(route, Mount)]

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for chat in self._chats:
            if isinstance(chat, GradioApp):
                chat.stop_event.set()
        await super().shutdown(sockets)


class _Guard:
    """ASGI middleware: refuses calls from other sites, and sets our headers on every answer.

    That is calls under a foreign name, against a page elsewhere whose own name is made to point
    here (DNS rebinding), and calls that would change something and come from a page elsewhere,
    which a browser sends without asking as long as they look like a form's.
    """

    def __init__(self, app: ASGIApp, hosts: Set[str] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif self._hosts is not None and _called(scope) not in self._hosts:
            refusal = PlainTextResponse("Pincite is not known by this name.", status_code=400)
            await refusal(scope, receive, send_with_headers)
        elif scope["method"] not in _READING and _is_foreign(scope):
            refusal = PlainTextResponse("Pincite takes no calls from other sites.", status_code=403)
            await refusal(scope, receive, send_with_headers)
        else:
            await self._app(scope, receive, send_with_headers)


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
