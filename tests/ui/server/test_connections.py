"""A server with few files, and those who would take all of them or all of its time."""

from __future__ import annotations

import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from pincite.ui.server.connections import HEAD_S, WRITE_S
from tests.ui.server.started import Started, started

FILES = 1024  # that the server may have open
LATE_S = 5  # after a limit, by when even a machine with much to do has cut a connection
HEAD = b"GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1\r\n"
POST = HEAD.replace(b"GET", b"POST") + b"Content-Type: application/json\r\n"
HEARTBEAT = HEAD.replace(b"/api/v1/health", b"/gradio_api/heartbeat/page") + b"\r\n"
STEP = 500  # bytes of a body in a second

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ulimit is not there")


@pytest.fixture(scope="module")
def server(library_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Started]:
    log = tmp_path_factory.mktemp("crowded") / "log"
    limited = ("/bin/sh", "-c", f'ulimit -n {FILES}; exec "$@"', "sh")
    command = (*limited, sys.executable, "-m", "pincite.ui.cli")
    with started(log, "--library", str(library_folder), "serve", command=command) as running:
        yield running
    written = log.read_text()
    assert "Traceback" not in written
    assert "ERROR" not in written


@dataclass(frozen=True, slots=True)
class Opened:
    """Connections that were opened before all else, and when."""

    stopped_reader: socket.socket
    page: socket.socket
    steady_body: socket.socket
    at: float

    def wait(self, seconds: float) -> None:
        """Until they have been open for so long."""
        time.sleep(max(0.0, self.at + seconds - time.monotonic()))


@pytest.fixture(scope="module")
def opened(server: Started) -> Iterator[Opened]:
    """One that reads nothing of a long answer, one that hears heartbeats, one that sends on."""
    steps = HEAD_S + 3
    head = POST + b"Content-Length: %d\r\n\r\n" % (steps * STEP)
    with (
        connected(server, 1, b"") as (stopped,),
        connected(server, 1, HEARTBEAT) as (page,),
        connected(server, 1, head) as (steady,),
    ):
        stopped.sendall(f"GET /{script(server)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode() * 300)

        def send_on() -> None:
            for _ in range(steps):
                time.sleep(1)
                steady.sendall(b" " * STEP)

        sender = threading.Thread(target=send_on)
        sender.start()
        yield Opened(stopped, page, steady, time.monotonic())
        sender.join()


def script(server: Started) -> str:
    """The address of a script, which has some hundred kilobytes."""
    found = re.search(r"assets/index-[\w-]+\.js", server.call("/").body.decode())
    assert found
    return found[0]


def port(server: Started) -> int:
    return int(server.address.rpartition(":")[2])


@contextmanager
def connected(server: Started, count: int, head: bytes) -> Iterator[list[socket.socket]]:
    """So many connections that have each sent the beginning of a request."""
    with ExitStack() as stack:
        made = []
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", port(server)), timeout=10)
            made.append(stack.enter_context(closing(one)))
            one.sendall(head)
        yield made


def is_cut(connection: socket.socket) -> bool:
    """Whether the other side has closed it; what it has sent until then is read away."""
    connection.setblocking(False)
    try:
        while connection.recv(1 << 20):
            pass
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


def assert_answers(server: Started) -> None:
    assert server.call("/api/v1/health").status == 200


@pytest.mark.parametrize(
    "unfinished", [HEARTBEAT, POST + b"Content-Length: 9000\r\n\r\n"], ids=["pages", "bodies"]
)
def test_open_pages_and_bodies_that_never_end_keep_nobody_out(
    server: Started, unfinished: bytes
) -> None:
    """First of all, because it cuts others that are ``opened``."""
    with connected(server, FILES // 2, unfinished):
        time.sleep(0.5)  # until what was sent is read
        for _ in range(3):
            assert_answers(server)


def test_a_crowd_that_never_finishes_a_request_keeps_nobody_out(
    server: Started, opened: Opened
) -> None:
    with connected(server, FILES + 76, HEAD):
        for _ in range(5):
            assert_answers(server)
    assert_answers(server)


def test_five_thousand_connections_in_a_row_keep_nobody_out(server: Started) -> None:
    for _ in range(5000):
        socket.create_connection(("127.0.0.1", port(server)), timeout=10).close()
    assert_answers(server)


@pytest.mark.slow
def test_requests_that_come_byte_by_byte_are_cut_off(server: Started, opened: Opened) -> None:
    body = POST + b"Content-Length: 100000\r\n\r\n"
    with (
        connected(server, 2000, HEAD) as heads,
        connected(server, 10, body) as bodies,
    ):
        left = [*heads, *bodies]
        end = time.monotonic() + HEAD_S + LATE_S
        while left and time.monotonic() < end:
            left = [one for one in left if not is_cut(one)]
            for one in left:
                try:
                    one.sendall(b"x")
                except OSError:
                    continue
            assert_answers(server)
            time.sleep(0.5)
        assert not left


def test_a_body_that_comes_steadily_is_taken(opened: Opened) -> None:
    opened.wait(HEAD_S + LATE_S)
    assert opened.steady_body.recv(100).startswith(b"HTTP/1.1 4")  # which says what is wrong in it


@pytest.mark.slow
def test_an_answer_that_nobody_reads_is_cut_off(server: Started, opened: Opened) -> None:
    opened.wait(WRITE_S + LATE_S)
    assert is_cut(opened.stopped_reader)
    assert_answers(server)


@pytest.mark.slow
def test_an_open_page_that_hears_only_heartbeats_stays_connected(opened: Opened) -> None:
    opened.wait(WRITE_S + LATE_S)
    assert not is_cut(opened.page)
