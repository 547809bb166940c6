"""Server-sent events in FastAPI's format, for a call that answers as JSON too.

FastAPI makes events of whatever a path operation yields. That fits an address that does nothing
else; here one and the same call gives JSON or events, as a header or its body wants it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from anyio import create_task_group, sleep
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Send

KEEP_ALIVE_S = 15.0  # between comments; proxies hang up on a connection that is silent for longer
# As FastAPI sets them: neither a cache nor a proxy may hold events back.
_HEADERS = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


def event(value: Any, name: str | None = None) -> bytes:
    r"""One event that carries a value as JSON.

    >>> event({"a": 1}, "quote")
    b'event: quote\ndata: {"a": 1}\n\n'
    """
    return format_sse_event(data_str=json.dumps(value), event=name)


class EventStream(EventSourceResponse):
    """Sends comments until the events are there, then the events.

    Args:
        events: makes them; it is cancelled when the client hangs up.
    """

    def __init__(self, events: Callable[[], Awaitable[Iterable[bytes]]]) -> None:
        super().__init__((), headers=_HEADERS)
        self._events = events

    async def stream_response(self, send: Send) -> None:
        """Send the response; what Starlette calls while it listens for the client's hanging up."""
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        async with create_task_group() as group:
            group.start_soon(_keep_alive, send)
            events = await self._events()
            group.cancel_scope.cancel()
        for one in events:
            await _send(send, one)
        await _send(send, b"", more=False)


async def _keep_alive(send: Send) -> None:
    while True:
        await sleep(KEEP_ALIVE_S)
        await _send(send, KEEPALIVE_COMMENT)


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})
