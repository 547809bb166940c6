"""What browsers may call of the pages' own interface, which is Gradio's, and how much of it.

Gradio trusts its callers: it looks a function or session up by whatever number or name it is given,
and has routes that fetch from other servers, write to the disk, or keep something for each caller.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pincite.ingest.files.read import MB
from pincite.ui.server.logs import path_without_names
from pincite.ui.server.page_sessions import PageSessions
from pincite.ui.server.page_uploads import PageUploads

LARGEST_CALL = 16 * MB  # bytes: a long conversation, which the browser hands in to be drawn anew
_BODIES = 4 * LARGEST_CALL  # bytes of all calls that are being read at once
_DEEPEST = 64  # lists and objects in each other

_API = "/gradio_api"
_WORD = "[A-Za-z0-9_-]{1,64}"
_GET = re.compile(
    "/|/config/?|/(static|assets|svelte)/.+|/theme.css|/favicon.ico|/robots.txt|/manifest.json|"
    f"{_API}/(info/?|openapi.json|theme.css|startup-events|app_id/?|login_check/?|user/?|"
    f"queue/(status|data)|heartbeat/{_WORD}|call/(v2/)?{_WORD}/{_WORD})"
)
_POST = re.compile(
    f"{_API}/(queue/join|cancel|reset/?|(?P<named>run|api|call|call/v2)/(?P<name>{_WORD})/?)"
)
_EVENT = re.compile(f"{_API}/call/(?:v2/)?{_WORD}/({_WORD})")
_IS_WORD = re.compile(_WORD)

_LOG = logging.getLogger("pincite.pages")


class _RefusedError(Exception):
    def __init__(self, status: HTTPStatus, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


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
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._answer(scope, receive, noted)
        except ClientDisconnect:
            return
        except _RefusedError as why:
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
            body = await self._body(receive)
            call = _object(body)
            if path == f"{_API}/queue/join" or called["named"]:
                self._check(call, called["named"], called["name"])
            await self._app(scope, _again(body, receive), send)
        elif method not in ("GET", "HEAD", "POST"):
            raise _RefusedError(HTTPStatus.METHOD_NOT_ALLOWED, "Pages are got or posted to.")
        else:
            raise _RefusedError(HTTPStatus.NOT_FOUND, "There is nothing at this address.")

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
            raise _RefusedError(
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
                    raise _RefusedError(
                        HTTPStatus.SERVICE_UNAVAILABLE, "Too much comes in; try again in a moment."
                    )
                parts.append(part)
        finally:
            self._held -= size
        return b"".join(parts)

    def _check(self, call: dict[str, Any], named: str | None, name: str | None) -> None:
        """Look at a call of a function.

        Raises:
            _RefusedError: there is no such function, or it does not take this.
        """
        if call.get("batched"):
            raise _refused("batched is for nothing here")
        session = call.get("session_hash")
        if session is None and named is None:
            raise _refused("session_hash is missing")
        for field in ("session_hash", "event_id"):
            word = call.get(field)
            if word is not None and not (isinstance(word, str) and _IS_WORD.fullmatch(word)):
                raise _refused(f"{field} is no word of at most 64 letters and digits")
        function = self._function(call, named, name)
        if named == "call/v2":  # by the names of its parameters
            return
        data, inputs = call.get("data"), function.inputs
        if not isinstance(data, list) or len(data) != len(inputs):
            raise _refused(f"data is no list of {len(inputs)}")
        for number, (value, component) in enumerate(zip(data, inputs, strict=True)):
            if not _TAKES.get(type(component).__name__, _anything)(value):
                raise _refused(f"data has something else at {number} than is asked for there")
        if call.get("trigger_id") is not None and type(call["trigger_id"]) is not int:
            raise _refused("trigger_id is no number")
        if function.queue and not self._sessions.has_room(session):
            raise _RefusedError(
                HTTPStatus.SERVICE_UNAVAILABLE, "Too many wait already; try again in a moment."
            )
        said = call.get("event_data")
        if isinstance(said, dict) and any(event == "upload" for _, event in function.targets):
            self._uploads.keep(said.get("files"))

    def _function(self, call: dict[str, Any], named: str | None, name: str | None) -> Any:
        number = call.get("fn_index")
        if named is not None and name != "predict":
            found = [fn for fn in self._blocks.fns.values() if fn.api_name == name]
            found = [fn for fn in found if fn.api_visibility == "public"]
        else:
            found = [self._blocks.fns.get(number)] if type(number) is int else []
        if not found or found[0] is None or not callable(found[0].fn):
            raise _RefusedError(HTTPStatus.NOT_FOUND, "The pages have no such function.")
        return found[0]


class _OneLine:
    """In place of the module `traceback`, by which Gradio prints what fails, with its values."""

    @staticmethod
    def print_exc() -> None:
        error = sys.exc_info()[1]
        if error is not None:
            _log(_API, error)


def _log(path: str, error: BaseException) -> None:
    where, at = "nowhere", error.__traceback__
    while at is not None:
        where = f"{at.tb_frame.f_globals.get('__name__')}:{at.tb_lineno}"
        at = at.tb_next
    kind = type(error).__name__
    _LOG.warning("a call to %s ended with %s at %s", path_without_names(path), kind, where)


def _object(body: bytes) -> dict[str, Any]:
    """The JSON object of a call.

    Raises:
        _RefusedError: it is none, or one that text cannot be made of again.
    """
    try:
        call = json.loads(body, parse_constant=_no_number)
        _check_depth(call, _DEEPEST)
        json.dumps(call, ensure_ascii=False).encode()
    except (ValueError, RecursionError):  # UnicodeError, too, is a ValueError
        raise _refused("it is no JSON, or is nested too deeply") from None
    if not isinstance(call, dict):
        raise _refused("it is no JSON object")
    return call


def _check_depth(value: Any, left: int) -> None:
    if left == 0:
        raise ValueError
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            _check_depth(inner, left - 1)


def _no_number(text: str) -> float:
    raise ValueError(text)


def _refused(why: str) -> _RefusedError:
    return _RefusedError(HTTPStatus.BAD_REQUEST, f"Pincite's pages do not take this call: {why}.")


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


def _is_text(value: Any) -> bool:
    return value is None or isinstance(value, str)


def _is_number(value: Any) -> bool:
    return value is None or (type(value) in (int, float) and abs(value) < 2**53)


def _is_choice(value: Any) -> bool:
    return _is_text(value) or (
        isinstance(value, list) and all(isinstance(one, str) for one in value)
    )


def _anything(value: Any) -> bool:
    return True


_TAKES: dict[str, Callable[[Any], bool]] = {
    "Textbox": _is_text,
    "Number": _is_number,
    "Dropdown": _is_choice,
    "Api": lambda value: isinstance(value, str),
}
