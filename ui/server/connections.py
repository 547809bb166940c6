"""The connections of one server: how many there may be, and how long each may keep it waiting."""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
import time
from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from enum import IntEnum
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from pincite.ui.networks import network_of

if sys.platform != "win32":
    import resource

BACKLOG = 64  # connections that are accepted in one go, before any of them is counted
HEAD_S = (
    10  # for the head of a request, from when the connection is made or the last answer is sent
)
BODY_S, WRITE_S = 10, 30
LEAST = 4096  # bytes of a body in BODY_S, and of an answer in WRITE_S
_MOST = 2048  # connections; each may keep some 200 KB in memory
_RESERVE = 384  # files: the library's, its readers', and connections accepted but not counted yet
_NO_LIMIT = 4096  # files, where the system sets no limit or tells none


class Waiting(IntEnum):
    """What a server waits for on a connection, in the order in which they make room."""

    REQUEST = 0
    OTHER_SIDE = 1  # to send the rest of a body, or to read an answer
    MORE_TO_SAY = 2  # in an answer that has begun


class Connections:
    """All connections of a server.

    Where there is no room for another, one closes that the server waits for, of the network that
    has most; where it has work to do for all of them, the new one does. Those go first that were
    asked for nothing, then those that send or read slowly, then answers without an end, as open
    pages have; of each kind the one that has waited longest.

    Args:
        most: connections in all.
        shared: addresses from which many come, which may have all of them: proxies.
        clock: seconds.
    """

    def __init__(
        self,
        most: int | None = None,
        shared: Container[str] = (),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.most = most_connections() if most is None else most
        self.most_of_one = max(1, self.most // 2)
        self.clock = clock
        self._shared = shared
        self._by_network: dict[str, dict[Connection, None]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def admit(self, new: Connection) -> None:
        """Count a connection, and close one if there are too many."""
        own = self._by_network.setdefault(network_of(new.address), {})
        own[new] = None
        self._count += 1
        if len(own) > self.most_of_one and new.address not in self._shared:
            (_first_to_go(own, new) or new).cut()
        elif self._count > self.most:
            largest = max(self._by_network.values(), key=len)
            everybody = (one for each in self._by_network.values() for one in each)
            (_first_to_go(largest, new) or _first_to_go(everybody, new) or new).cut()

    def forget(self, gone: Connection) -> None:
        """Count a connection no longer."""
        network = network_of(gone.address)
        own = self._by_network.get(network, {})
        if gone in own:
            del own[gone]
            self._count -= 1
        if not own:
            self._by_network.pop(network, None)

    def cut_slow(self) -> None:
        """Close the connections that keep the server waiting; called about once a second."""
        now = self.clock()
        for each in [*self._by_network.values()]:
            for connection in [*each]:
                if connection.is_slow(now):
                    connection.cut()


class Connection(H11Protocol):
    """A connection that counts itself among the others, and knows whether it is too slow."""

    def __init__(self, connections: Connections, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.conn = self._bytes = _CountedBytes(h11.SERVER)
        self.address = ""
        self.idle_since = connections.clock()
        self._connections = connections
        self._read = _Progress(BODY_S)
        self._written = _Progress(WRITE_S)

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self._connections.admit(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.forget(self)
        super().connection_lost(exc)

    def on_response_complete(self) -> None:
        self.idle_since = self._connections.clock()
        super().on_response_complete()

    def cut(self) -> None:
        """Close the connection at once, whatever is under way."""
        self._connections.forget(self)
        # So that the system, too, forgets at once what the other side has not read.
        opened = self.transport.get_extra_info("socket")
        with suppress(OSError):
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    @property
    def is_idle(self) -> bool:
        """Whether a request is waited for, or the rest of its head."""
        return self._bytes.their_state is h11.IDLE

    @property
    def waits(self) -> tuple[Waiting, float] | None:
        """What the server waits for, and since when; None while it has work to do here."""
        if self.is_idle:
            return Waiting.REQUEST, self.idle_since
        if self._awaits_body():
            return Waiting.OTHER_SIDE, self._read.since or self.idle_since
        if self.transport.get_write_buffer_size() > 0:
            return Waiting.OTHER_SIDE, self._written.since or self.idle_since
        if self._bytes.our_state is h11.SEND_BODY:
            return Waiting.MORE_TO_SAY, self.idle_since
        return None

    def is_slow(self, now: float) -> bool:
        """Whether the other side takes too long for a head, a body, or an answer."""
        waiting = self.transport.get_write_buffer_size()
        answer = self._written.is_slow(now, waiting > 0, self._bytes.sent - waiting)
        body = self._read.is_slow(now, self._awaits_body(), self._bytes.received)
        return answer or body or (self.is_idle and now - self.idle_since > HEAD_S)

    def _awaits_body(self) -> bool:
        # Not where the server itself does not read on, or has not told it to begin.
        return (
            self._bytes.their_state is h11.SEND_BODY
            and not self.flow.read_paused
            and not self._bytes.they_are_waiting_for_100_continue
        )


class _CountedBytes(h11.Connection):
    """HTTP/1.1 over one connection, with its bytes counted."""

    def __init__(self, role: type[h11.SERVER]) -> None:
        super().__init__(role)
        self.received = self.sent = 0

    def receive_data(self, data: bytes) -> None:
        self.received += len(data)
        super().receive_data(data)

    def send(self, event: h11.Event) -> bytes | None:  # type: ignore[override]
        data = super().send(event)
        self.sent += len(data or b"")
        return data


class _Progress:
    """Whether a number of bytes grows, for as long as it is waited for."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.since: float | None = None  # it is awaited, or has grown last
        self._bytes = 0

    def is_slow(self, now: float, awaited: bool, count: int) -> bool:
        if not awaited:
            self.since = None
        elif self.since is None or count - self._bytes >= LEAST:
            self.since, self._bytes = now, count
        return self.since is not None and now - self.since > self._seconds


def most_connections() -> int:
    """How many connections this process has files for, beside those that it needs itself."""
    files = _NO_LIMIT
    if sys.platform != "win32":
        soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        files = _NO_LIMIT if soft == resource.RLIM_INFINITY else soft
    return max(8, min(_MOST, files - min(_RESERVE, files // 2)))


def _first_to_go(connections: Iterable[Connection], new: Connection) -> Connection | None:
    waiting = [(waits, one) for one in connections if one is not new and (waits := one.waits)]
    return min(waiting, key=lambda pair: pair[0], default=(None, None))[1]
