"""The server that takes connections and hands their requests to the site."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Container
from functools import partial

import uvicorn
from fastapi import FastAPI

from pincite.ui.server.connections import BACKLOG, Connection, Connections
from pincite.ui.server.logs import LoopErrors
from pincite.ui.web.mount import end_heartbeats

_GRACE_S = 3  # for answers under way when the server is told to end
_TICKS_A_SECOND = 10
_WAITING = 2048  # connections that the system holds until they are accepted


def run(app: FastAPI, listener: socket.socket, shared: Container[str] = ()) -> None:
    """Serve the site on a socket that listens already, until the process is interrupted.

    Args:
        app: the site.
        listener: the socket.
        shared: addresses from which many people come: proxies.
    """
    _Server(app, Connections(shared=shared)).run(sockets=[listener])


class _Server(uvicorn.Server):
    """Bounds its connections, and ends the heartbeats of open pages before it ends itself."""

    def __init__(self, app: FastAPI, connections: Connections) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                # One protocol and one loop, whatever else is installed: their limits are ours.
                http=partial(Connection, connections),  # type: ignore[arg-type]
                loop="asyncio",
                ws="none",
                proxy_headers=False,  # see ProxyMiddleware
                backlog=BACKLOG,
                log_config=None,  # its records go where all others go
                log_level="warning",
                access_log=False,  # it writes queries, which have questions in them
                timeout_graceful_shutdown=_GRACE_S,
            )
        )
        self._app = app
        self._connections = connections

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().set_exception_handler(LoopErrors())
        await super().startup(sockets)
        for listener in sockets or ():  # more may wait than are accepted in one go
            listener.listen(_WAITING)

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS_A_SECOND == 0:
            self._connections.cut_slow()
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # Otherwise they would hold up its end.
        end_heartbeats(self._app)
        await super().shutdown(sockets)
