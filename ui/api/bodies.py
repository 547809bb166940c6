"""What comes in is counted while it comes in, so that nobody fills the memory or the disk."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pincite.ingest.files.read import MB

SMALL = MB  # bytes: more than any question with its conversation has


class BodyLimitMiddleware:
    """ASGI middleware: refuses a request whose body is over a limit.

    Args:
        app: what answers the others.
        limit: the bytes that a request's body may have.
    """

    def __init__(self, app: ASGIApp, limit: Callable[[Scope], int]) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope)
        declared = Headers(scope=scope).get("content-length", "")
        coming = int(declared) if declared.isdigit() else 0
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive() if coming <= limit else {}
            received += len(message.get("body", b""))
            if max(coming, received) > limit:
                # Of the kind that reaches whoever answers in the form of the interface.
                raise HTTPException(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    f"the request is larger than {limit / MB:,g} MB; send less at once",
                )
            return message

        await self._app(scope, counted, send)
