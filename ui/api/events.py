"""Server-sent events in FastAPI's format, for a call that answers as JSON too.

FastAPI makes events of whatever a path operation yields. That fits an address that does nothing
else; here one and the same call gives JSON or events, as a header or its body wants it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import CancelledError
from typing import Any

from anyio import create_task_group, sleep
from anyio.from_thread import check_cancelled, run
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.types import Send

Emit = Callable[[bytes], Coroutine[Any, Any, None]]
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
    """Sends events as they come, and comments while they do not.

    Args:
        events: gives each to what it gets; it is cancelled when the client hangs up.
        late: begin with the first event: what fails before that has a status of its own, and no
            comment comes before it.
    """

    def __init__(self, events: Callable[[Emit], Awaitable[None]], *, late: bool = False) -> None:
        super().__init__((), headers=_HEADERS)
        self._events = events
        self._late = late

    async def stream_response(self, send: Send) -> None:
        """Send the response; what Starlette calls while it listens for the client's hanging up."""
        begun = False
        failed: list[Exception] = []

        async def begin() -> None:
            nonlocal begun
            begun = True
            head = {"status": self.status_code, "headers": self.raw_headers}
            await send({"type": "http.response.start", **head})

        async def emit(one: bytes) -> None:
            if not begun:
                await begin()
            await _send(send, one)

        async def keep_alive() -> None:
            while True:
                await sleep(KEEP_ALIVE_S)
                if begun:
                    await _send(send, KEEPALIVE_COMMENT)

        if not self._late:
            await begin()
        async with create_task_group() as group:
            group.start_soon(keep_alive)
            try:
                await self._events(emit)
            except Exception as error:  # raised below as itself, not in a group
                failed.append(error)
            group.cancel_scope.cancel()
        if failed:
            raise failed[0]
        await _send(send, b"", more=False)


def emit_from_thread(emit: Emit, one: bytes) -> None:
    """Send an event from work in the queue; ends the work where the client hung up."""
    check_cancelled()
    try:
        run(emit, one)
    except CancelledError:
        check_cancelled()
        raise


async def _send(send: Send, body: bytes, *, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})
