"""What comes in is counted while it comes in, so that nobody fills the memory or the disk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pincite.ingest.files.read import MB
from pincite.ui.networks import network_of

SMALL = MB  # bytes: more than any question with its conversation has
FREE = 64_000  # bytes of a body that always have room, so that questions do when uploads do not


class Room:
    """How much of all bodies together may be there at once.

    >>> room = Room(100)
    >>> room.take("192.0.2.1", 50), room.take("192.0.2.1", 1), room.take("192.0.2.2", 50)
    (True, False, True)
    >>> room.give_back("192.0.2.1", 50)
    >>> room.take("192.0.2.1", 1)
    True

    Args:
        most: bytes; half of them for one address.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()

    def take(self, address: str, size: int) -> bool:
        """Keep so many bytes for an address; False where there is no room for them."""
        network = network_of(address)
        full = self._taken.total() + size > self._most
        if full or self._taken[network] + size > self._most // 2:
            return False
        self._taken[network] += size
        return True

    def give_back(self, address: str, size: int) -> None:
        """Keep them no longer."""
        self._taken -= Counter({network_of(address): size})  # which leaves no zeros


class BodyLimitMiddleware:
    """ASGI middleware: refuses a request whose body is over a limit, or for which there is no room.

    Args:
        app: what answers the others.
        limit: the bytes that a request's body may have.
        room: where a request's bytes are kept as long as it is answered; None for anywhere.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit: Callable[[Scope], int],
        room: Callable[[Scope], Room | None] = lambda scope: None,
    ) -> None:
        self._app = app
        self._limit = limit
        self._room = room

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, room = self._limit(scope), self._room(scope)
        declared = Headers(scope=scope).get("content-length", "")
        coming = int(declared) if declared.isdigit() else 0
        address = scope["client"][0] if scope.get("client") else ""
        received = kept = 0

        async def counted() -> Message:
            nonlocal received, kept
            message = await receive() if coming <= limit else {}
            received += len(message.get("body", b""))
            if max(coming, received) > limit:
                # Of the kind that reaches whoever answers in the form of the interface.
                raise HTTPException(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    f"the request is larger than {limit / MB:,g} MB; send less at once",
                )
            more = max(0, received - FREE) - kept
            if room is not None and more > 0:
                if not room.take(address, more):
                    raise HTTPException(
                        HTTPStatus.SERVICE_UNAVAILABLE,
                        "too much is being sent to this server now; send it again in a moment",
                        {"Retry-After": "10"},
                    )
                kept += more
            return message

        try:
            await self._app(scope, counted, send)
        finally:
            if room is not None and kept:
                room.give_back(address, kept)
