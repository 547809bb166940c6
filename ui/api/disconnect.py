"""Work for a client that may hang up before it is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TypeVar

from anyio import create_task_group
from anyio.from_thread import check_cancelled
from fastapi import FastAPI, Request
from starlette.requests import ClientDisconnect
from starlette.responses import Response

_T = TypeVar("_T")


async def while_connected(request: Request, work: Callable[[], Awaitable[_T]]) -> _T:
    """What the work gives; it is cancelled when the client hangs up.

    The body of the request must have been read.

    Raises:
        ClientDisconnect: the client hung up.
    """
    done: list[_T] = []
    failed: list[Exception] = []

    async def working() -> None:
        try:
            done.append(await work())
        except Exception as error:  # raised below as itself, not in a group
            failed.append(error)
        group.cancel_scope.cancel()

    async with create_task_group() as group:
        group.start_soon(working)
        while (await request.receive())["type"] != "http.disconnect":
            pass
        group.cancel_scope.cancel()
    if failed:
        raise failed[0]
    if not done:
        raise ClientDisconnect
    return done[0]


def wanted(stage: str) -> None:
    """The ``watch`` of a question in the queue: ends its work where it was cancelled."""
    check_cancelled()


def answer_nobody(app: FastAPI) -> None:
    """Make the application end a call quietly whose client hung up."""

    async def hung_up(request: Request, error: Exception) -> Response:
        return Response(status_code=HTTPStatus.NO_CONTENT)  # goes nowhere

    app.add_exception_handler(ClientDisconnect, hung_up)
