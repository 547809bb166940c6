"""A `pincite serve` in a process of its own: started, asked, watched and ended."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pincite.corpus.errors import ServeError
from pincite.corpus.store.address import Address

PINCITE = (sys.executable, "-m", "pincite.ui.cli")
_STARTED_WITHIN_S = 120
_ANSWERED_WITHIN_S = 300
_UNEQUAL = "milliseconds"  # the one part of an answer that differs from time to time


@dataclass(frozen=True, slots=True)
class ServerProcess:
    """A server that answers on a port of this machine."""

    port: int
    pid: int

    def ask(self, question: str) -> tuple[float, Any]:
        """Milliseconds until the answer is there, and the answer without its own times.

        Raises:
            HTTPException: there is a problem instead of an answer.
            OSError: the server hung up.
        """
        body = json.dumps({"question": question})
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=_ANSWERED_WITHIN_S)
        with closing(connection):
            connection.request("POST", "/api/v1/ask", body, {"Content-Type": "application/json"})
            response = connection.getresponse()
            answer = json.loads(response.read())
        if response.status != http.HTTPStatus.OK:
            raise http.client.HTTPException(answer.get("detail"))
        milliseconds = (time.perf_counter() - started) * 1000
        del answer["trace"][_UNEQUAL]
        return milliseconds, answer

    def cpu_seconds(self) -> float | None:
        """The processor seconds of the server and its children so far; None where nobody says."""
        with contextlib.suppress(OSError):
            return sum(_cpu_seconds(pid) for pid in (self.pid, *_children(self.pid)))
        return None


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # user and system


def _children(pid: int) -> Iterator[int]:
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in map(int, (task / "children").read_text("ascii").split()):
            yield child
            yield from _children(child)


@contextmanager
def served(library: Address, command: Sequence[str] = PINCITE) -> Iterator[ServerProcess]:
    """A server over the library, on a free port of this machine; ended afterwards.

    Args:
        library: its folder or address.
        command: what runs the command line of a Pincite.

    Raises:
        ServeError: it did not start.
    """
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
    whole = [*command, "--library", str(library), "serve", "--port", str(port)]
    try:
        process = subprocess.Popen(whole, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except OSError as error:
        raise ServeError(f"{command[0]} cannot be run ({error.strerror})") from error
    with process:
        try:
            wait_for(port, process)
            yield ServerProcess(port, process.pid)
        finally:
            process.terminate()


def wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    """Wait until the server answers.

    Raises:
        ServeError: it ended, or takes too long.
    """
    deadline = time.monotonic() + _STARTED_WITHIN_S
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            with closing(connection):
                connection.request("GET", "/api/v1/health")
                if connection.getresponse().status == http.HTTPStatus.OK:
                    return
        time.sleep(0.2)
    what = f"did not start within {_STARTED_WITHIN_S} s"
    if (code := server.poll()) is not None:
        what = f"ended with exit code {code} before it answered"
    raise ServeError(f"the server on port {port} {what}; try it by hand with: pincite serve")
