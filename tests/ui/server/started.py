"""``pincite serve`` as a process of its own, for tests that look at it from outside."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pincite.retrieval.embedding.hashing_embedder import HASHING
from tests.ui.conftest import free_port

_STARTED_WITHIN_S = 180
_ENDED_WITHIN_S = 20


@dataclass(frozen=True, slots=True)
class Given:
    """What a call was answered with."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Started:
    """A server that runs: its address without a slash, the file of what it writes, its process."""

    address: str
    log: Path
    process: int

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.address.rpartition(":")[2])

    def call(self, path: str, body: bytes | None = None, **headers: str) -> Given:
        """Get a path, or post a body to it."""
        request = urllib.request.Request(self.address + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return Given(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Given(error.code, error.read())


@contextmanager
def started(
    log: Path,
    *options: str,
    command: Sequence[str] = (sys.executable, "-m", "pincite.ui.cli"),
    environment: Mapping[str, str] = os.environ,
    folder: Path | None = None,
) -> Iterator[Started]:
    """A server that was started with these options, once it answers; it ends afterwards.

    Args:
        log: gets standard output and standard error.
        options: global ones, ``serve``, and its own; the port is added.
        command: the command line's program.
        environment: of the process; it embeds by word hashing.
        folder: where it runs.
    """
    port = str(free_port())
    with log.open("w") as output:
        process = subprocess.Popen(
            [*command, *options, "--port", port],
            env={**environment, "PINCITE_EMBEDDER": HASHING},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    server = Started(f"http://127.0.0.1:{port}", log, process.pid)
    try:
        _wait_for(server, process)
        yield server
        process.send_signal(signal.SIGTERM)
        assert process.wait(_ENDED_WITHIN_S) in (0, -signal.SIGTERM)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def _wait_for(server: Started, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTED_WITHIN_S
    while True:
        try:
            server.call("/api/v1/health")
            return
        except OSError:
            late = process.poll() is not None or time.monotonic() > deadline
            assert not late, server.log.read_text()
            time.sleep(0.2)
