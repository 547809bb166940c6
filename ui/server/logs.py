"""What the server writes about itself on standard error, as lines or as JSON objects.

No question and no document's name gets there: of an address only the words that are Pincite's own
are written, of a failure its kind and where in the code it happened, but not its sentence.
"""

from __future__ import annotations

import asyncio
import errno
import json
import logging
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pincite.corpus.errors import ModelError
from pincite.retrieval.settings import LogFormat

_ACCESS = logging.getLogger("pincite.access")
_LOOP = logging.getLogger("pincite.server")
_QUIET_S = 60
_RAN_OUT = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
_METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
_WORDS = frozenset(
    (
        *("api", "v1", "ask", "search", "documents", "guide", "pages", "boxes", "health"),
        *("openapi.json", "chat", "completions", "models", "mcp", "metrics"),
        *("conversations", "feedback"),
        *("library", "evaluate", "gradio_api", "config", "queue", "join", "data", "run", "predict"),
        *("call", "info", "upload", "upload_progress", "heartbeat", "component_server", "cancel"),
        *("static", "assets", "svelte", "theme.css", "favicon.ico", "robots.txt", "manifest.json"),
    )
)


def set_up(form: LogFormat) -> None:
    """Write the log of this whole process in this form; as JSON, with a line for each request."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if form == "json" else LineFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.captureWarnings(True)
    logging.raiseExceptions = False  # a line that cannot be written ends nothing
    _ACCESS.setLevel(logging.INFO if form == "json" else logging.WARNING)


def say(sentence: str) -> None:
    """Tell whoever started the server something, as a JSON object of its own."""
    sys.stderr.write(_line(time.time(), "info", "pincite.serve", sentence) + "\n")
    sys.stderr.flush()


class JsonFormatter(logging.Formatter):
    """One JSON object for each record, on one line."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1]:
            fields = {**fields, "errors": list(_errors(record.exc_info[1]))}
        level = record.levelname.lower()
        return _line(record.created, level, record.name, _message(record), fields)


class LineFormatter(logging.Formatter):
    """A line for each record, and one more for each frame of a failure."""

    def format(self, record: logging.LogRecord) -> str:
        lines = [f"{_utc(record.created)} {record.levelname} {record.name}: {_message(record)}"]
        for error in _errors(record.exc_info[1]) if record.exc_info and record.exc_info[1] else ():
            lines.append(f"  {error['kind']}: {error['message']}".rstrip(": "))
            lines += [f"    {frame}" for frame in error["frames"]]
        return "\n".join(lines)


class AccessLog:
    """ASGI middleware: writes a line for each request once it is answered."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _ACCESS.isEnabledFor(logging.INFO):
            await self._app(scope, receive, send)
            return
        start, status = time.perf_counter(), 500  # what is sent where something is raised

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        method = scope["method"] if scope["method"] in _METHODS else "*"
        path = path_without_names(scope["path"])
        try:
            await self._app(scope, receive, noted)
        finally:
            milliseconds = round((time.perf_counter() - start) * 1000, 1)
            client = (scope.get("client") or ("",))[0]
            fields = {"client": client, "method": method, "path": path, "status": status}
            fields["milliseconds"] = milliseconds
            _ACCESS.info("%s %s %s", method, path, status, extra={"fields": fields})


class LoopErrors:
    """What the event loop could not do, as a line in the log: of one kind, one in a minute.

    It raises nothing, imports nothing and opens no file, whatever has run out.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._told: dict[object, float] = {}

    def __call__(self, loop: asyncio.AbstractEventLoop, context: Mapping[str, Any]) -> None:
        """An exception handler of the loop."""
        try:
            error = context.get("exception")
            kind = (type(error), getattr(error, "errno", None))
            if self._clock() - self._told.get(kind, -_QUIET_S) < _QUIET_S:
                return
            self._told[kind] = self._clock()
            if isinstance(error, OSError) and error.errno in _RAN_OUT:
                _LOOP.error(
                    "no connection can be accepted now (%s); let the process open more files, "
                    "with ulimit -n",
                    error.strerror,
                )
            else:
                _LOOP.error("%s", context.get("message", "internal error"), exc_info=error)
        except Exception:
            return


def path_without_names(path: str) -> str:
    """A path with a star for each part that is no word of ours.

    >>> path_without_names("/api/v1/documents/salaries.xlsx/pages/3")
    '/api/v1/documents/*/pages/*'
    >>> path_without_names("/gradio_api/file=/tmp/salaries.xlsx")
    '/gradio_api/*/*/*'
    """
    parts = path.split("/")[:12]
    return "/".join(part if not part or part in _WORDS else "*" for part in parts)


def _line(
    at: float, level: str, logger: str, message: str, fields: Mapping[str, Any] | None = None
) -> str:
    # ASCII, so that any locale can carry it; JSON has no line break of its own in it.
    said = {"time": _utc(at), "level": level, "logger": logger, "message": message}
    return json.dumps({**said, **(fields or {})})


def _utc(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _message(record: logging.LogRecord) -> str:
    # Some packages put the text of what failed below their first line.
    return record.getMessage().strip().partition("\n")[0]


def _errors(error: BaseException) -> Iterator[dict[str, Any]]:
    """A failure and what it came from: kind, frames, and a message where that names nothing."""
    seen: set[int] = set()
    following: BaseException | None = error
    while following is not None and id(following) not in seen:
        seen.add(id(following))
        # Not by extract_tb, which opens the files of the code: there may be no file left to open.
        frames = [
            f"{'/'.join(Path(frame.f_code.co_filename).parts[-3:])}:{line} in "
            f"{frame.f_code.co_name}"
            for frame, line in traceback.walk_tb(following.__traceback__)
        ]
        kind = type(following).__name__
        yield {"kind": kind, "message": _said(following), "frames": frames}
        context = None if following.__suppress_context__ else following.__context__
        following = following.__cause__ or context


def _said(error: BaseException) -> str:
    """What a failure says, where that can name no question and no document."""
    if isinstance(error, OSError):
        return error.strerror or ""
    return str(error) if isinstance(error, ModelError | sqlite3.Error) else ""
