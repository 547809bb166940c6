"""What browsers may call of the pages' own interface, which is Gradio's, and how much of it.

Gradio trusts its callers: it looks a function or session up by whatever number or name it is given,
and has routes that fetch from other servers, write to the disk, or keep something for each caller.
"""

from __future__ import annotations

import logging
import re
import sys
from contextvars import ContextVar
from http import HTTPStatus
from typing import Any

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pincite.ingest.files.read import MB
from pincite.ui.server.logs import path_without_names
from pincite.ui.server.page_call_checks import (
    WORD,
    CallRefusedError,
    check_data,
    check_words,
    json_object,
    refused,
)
from pincite.ui.server.page_sessions import PageSessions
from pincite.ui.server.page_uploads import PageUploads

LARGEST_CALL = 16 * MB  # bytes: a long conversation, which the browser hands in to be drawn anew
_BODIES = 4 * LARGEST_CALL  # bytes of all calls that are being read at once

_API = "/gradio_api"
_GET = re.compile(
    "/|/config/?|/(static|assets|svelte)/.+|/theme.css|/favicon.ico|/robots.txt|/manifest.json|"
    f"{_API}/(info/?|openapi.json|theme.css|startup-events|app_id/?|login_check/?|user/?|"
    f"queue/(status|data)|heartbeat/{WORD}|call/(v2/)?{WORD}/{WORD})"
)
_POST = re.compile(
    f"{_API}/(queue/join|cancel|reset/?|(?P<component>component_server/?)|"
    f"(?P<named>run|api|call|call/v2)/(?P<name>{WORD})/?)"
)
_EVENT = re.compile(f"{_API}/call/(?:v2/)?{WORD}/({WORD})")

# What functions of ours fail with that were given something else than a page gives them. They
# catch what fails in the library.
_CALLERS_FAULTS = (AttributeError, LookupError, TypeError, ValueError)
_failure: ContextVar[BaseException | None] = ContextVar("_failure", default=None)

_LOG = logging.getLogger("pincite.pages")


class PageCalls:
    """ASGI middleware around Gradio: answers calls that it cannot take, and bounds the others.

    Args:
        app: Gradio's application, or what is between.
        blocks: the pages that it serves, as Gradio's blocks.
        sessions: the browsers that wait for something.
        uploads: the files that browsers have sent.
    """

    def __init__(
        self, app: ASGIApp, blocks: Any, sessions: PageSessions, uploads: PageUploads
    ) -> None:
        self._app = app
        self._blocks = blocks
        self._sessions = sessions
        self._uploads = uploads
        self._held = 0  # bytes of bodies that are being read
        for module in ("gradio.queueing", "gradio.routes"):
            sys.modules[module].traceback = _OneLine  # type: ignore[attr-defined]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False

        async def noted(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                if message["status"] == 500 and isinstance(_failure.get(), _CALLERS_FAULTS):
                    message = {**message, "status": 400}
            await send(message)

        try:
            await self._answer(scope, receive, noted)
        except ClientDisconnect:
            return
        except CallRefusedError as why:
            await PlainTextResponse(str(why), why.status)(scope, receive, send)
        except HTTPException as why:
            if not started:
                await PlainTextResponse(why.detail, why.status_code)(scope, receive, send)
        except Exception as error:
            _log(scope["path"], error)
            if not started:
                sentence = "Pincite's pages cannot do anything with this call."
                answer = PlainTextResponse(sentence, HTTPStatus.BAD_REQUEST)
                await answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, method = scope["path"], scope["method"]
        if method in ("GET", "HEAD") and _GET.fullmatch(path):
            await self._stream(scope, receive, send)
        elif method == "POST" and (called := _POST.fullmatch(path)):
            if "application/json" not in Headers(scope=scope).get("content-type", ""):
                raise CallRefusedError(
                    HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Calls are sent as application/json."
                )
            body = await self._body(receive)
            call = json_object(body)
            check_words(call)
            if path == f"{_API}/queue/join" or called["named"]:
                self._check(call, called["named"], called["name"])
            elif called["component"]:
                self._check_component(call)
            elif call.get("event_id") is None:
                raise refused("event_id is missing")
            elif path == f"{_API}/cancel" and None in map(call.get, ("session_hash", "fn_index")):
                raise refused("session_hash or fn_index is missing")
            await self._app(scope, _again(body, receive), send)
        elif method not in ("GET", "HEAD", "POST"):
            raise CallRefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "Pages are got or posted to.")
        else:
            raise CallRefusedError(HTTPStatus.NOT_FOUND, "There is nothing at this address.")

    async def _stream(self, scope: Scope, receive: Receive, send: Send) -> None:
        session = self._session(scope)
        if session is None:
            await self._app(scope, receive, send)
            return
        with self._sessions.streaming(session):
            await self._app(scope, receive, send)

    def _session(self, scope: Scope) -> str | None:
        """The session whose answers are asked for; None where none are."""
        if scope["path"] == f"{_API}/queue/data":
            said = re.search(rb"(?:^|&)session_hash=([^&]*)", scope["query_string"])
            session = said[1].decode("latin-1") if said else ""
        elif called := _EVENT.fullmatch(scope["path"]):
            session = self._sessions.of_event(called[1])
        else:
            return None
        if session not in self._sessions:
            raise CallRefusedError(
                HTTPStatus.NOT_FOUND, "Nobody waits under this name; load the page again."
            )
        return session

    async def _body(self, receive: Receive) -> bytes:
        parts: list[bytes] = []
        size, more = 0, True
        try:
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                part, more = message.get("body", b""), message.get("more_body", False)
                size, self._held = size + len(part), self._held + len(part)
                if self._held > _BODIES and len(parts):
                    raise CallRefusedError(
                        HTTPStatus.SERVICE_UNAVAILABLE, "Too much comes in; try again in a moment."
                    )
                parts.append(part)
        finally:
            self._held -= size
        return b"".join(parts)

    def _check(self, call: dict[str, Any], named: str | None, name: str | None) -> None:
        """Look at a call of a function.

        Raises:
            CallRefusedError: there is no such function, or it does not take this.
        """
        if call.get("batched"):
            raise refused("batched is for nothing here")
        session = call.get("session_hash")
        if session is None and named is None:
            raise refused("session_hash is missing")
        function = self._function(call, named, name)
        if named in ("run", "api") and function.queue:
            raise CallRefusedError(
                HTTPStatus.NOT_FOUND, "This function is called by way of the queue."
            )
        if named == "call/v2":  # by the names of its parameters
            return
        check_data(call.get("data"), function.inputs)
        if function.queue and not self._sessions.has_room(session):
            raise CallRefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE, "Too many wait already; try again in a moment."
            )
        said = call.get("event_data")
        if isinstance(said, dict) and any(event == "upload" for _, event in function.targets):
            self._uploads.keep(said.get("files"))

    def _check_component(self, call: dict[str, Any]) -> None:
        """Look at a call of a function that a component's script calls, as the chat's does.

        Raises:
            CallRefusedError: there is no such function, or it is called without a value.
        """
        number, name = call.get("component_id"), call.get("fn_name")
        if call.get("session_hash") is None or "data" not in call:
            raise refused("session_hash or data is missing")
        block = self._blocks.blocks.get(number) if type(number) is int else None
        function = getattr(block, name, None) if block and isinstance(name, str) else None
        if not getattr(function, "_is_server_fn", False):
            raise CallRefusedError(HTTPStatus.NOT_FOUND, "The pages have no such function.")

    def _function(self, call: dict[str, Any], named: str | None, name: str | None) -> Any:
        number = call.get("fn_index")
        if named is not None and name != "predict":
            found = [fn for fn in self._blocks.fns.values() if fn.api_name == name]
            found = [fn for fn in found if fn.api_visibility == "public"]
        else:
            found = [self._blocks.fns.get(number)] if type(number) is int else []
        if not found or found[0] is None or not callable(found[0].fn):
            raise CallRefusedError(HTTPStatus.NOT_FOUND, "The pages have no such function.")
        return found[0]


class _OneLine:
    """In place of the module `traceback`, by which Gradio prints what fails, with its values."""

    @staticmethod
    def print_exc() -> None:
        error = sys.exc_info()[1]
        if error is not None:
            _failure.set(error)
            _log(_API, error)


def _log(path: str, error: BaseException) -> None:
    where, at = "nowhere", error.__traceback__
    while at is not None:
        where = f"{at.tb_frame.f_globals.get('__name__')}:{at.tb_lineno}"
        at = at.tb_next
    kind = type(error).__name__
    _LOG.warning("a call to %s ended with %s at %s", path_without_names(path), kind, where)


def _again(body: bytes, receive: Receive) -> Receive:
    """What gives a body that has been read already, and then whatever follows."""
    given = False

    async def once() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once
