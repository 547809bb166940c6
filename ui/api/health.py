"""Whether the server can answer, in one word, for programs that watch it."""

from __future__ import annotations

from http import HTTPStatus
from typing import Literal

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from pincite.corpus.errors import PinciteError
from pincite.corpus.store.database import FILE_NAME
from pincite.retrieval.engine import Engine

PATH = "/health"
State = Literal["ok", "degraded", "failed"]
FAILED_SENTENCE = "the library cannot be used now; see the server's log, or run: pincite doctor"


def state_of(engine: Engine) -> State:
    """``ok``; ``degraded``: it answers, without the cross-encoder; ``failed``: it cannot answer.

    An empty library is ``ok``: documents can be added.
    """
    library = engine.library
    try:
        library.require(engine.embedder.fingerprint)
        _ = library.generation  # which reads the file
    except PinciteError:
        return "failed"
    # An open file can be read after somebody removed it, until the server ends.
    if not library.is_shared and not (library.folder / FILE_NAME).exists():
        return "failed"
    return "degraded" if engine.lacks_cross_encoder else "ok"


def status_of_state(state: State) -> HTTPStatus:
    """The HTTP status that goes with it."""
    return HTTPStatus.SERVICE_UNAVAILABLE if state == "failed" else HTTPStatus.OK


def state_alone(engine: Engine) -> ASGIApp:
    """Says the state and nothing else, to whoever calls."""
    one_by_one = CapacityLimiter(1)  # callers without a key take no threads from those who have one

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        state = await run_sync(state_of, engine, limiter=one_by_one)
        said = JSONResponse(
            {"status": state}, status_of_state(state).value, {"Cache-Control": "no-store"}
        )
        await said(scope, receive, send)

    return answer
