"""Many people asking at once over HTTP: how long they wait, and whether each gets their answer."""

from __future__ import annotations

import http.client
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pincite.corpus.errors import ServeError
from pincite.corpus.store.library import Library
from pincite.eval.bench.questions import ARTICLE
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.embedder import Embedder

_STARTED_WITHIN_S = 120
_ANSWERED_WITHIN_S = 120
_UNEQUAL = "milliseconds"  # the one part of an answer that differs from time to time


@dataclass(frozen=True, slots=True)
class Load:
    """What many users at once came to; times are milliseconds of one request.

    Attributes:
        users, questions: how many asked at once, and how many each asked.
        alone: the times when one user asks.
        together: the times when all ask.
        wrong: answers that were not those that one user alone gets.
        failed: requests without an answer.
        seconds: how long all of them took together.
    """

    users: int
    questions: int
    alone: tuple[float, ...]
    together: tuple[float, ...]
    wrong: int
    failed: int
    seconds: float


def bench_api(questions: Sequence[str], embedder: Embedder, users: int, each: int) -> Load:
    """Serve the bundled article in a process of its own, and ask it.

    Args:
        questions: to be asked; each user begins with another one.
        embedder: what the library is made with; the server takes the one of the settings.
        users: who ask at the same time, each one question after the other.
        each: questions of one user.

    Raises:
        ServeError: the server did not start.
    """
    with tempfile.TemporaryDirectory(prefix="pincite-bench-") as folder:
        with Library.open(folder, create=True) as library:
            article = Path(str(files("pincite.corpus"))) / "documents" / ARTICLE
            ingest_sources([Source(article, "AI safety")], library, embedder)
        with _serving(Path(folder)) as port:
            asked = [questions[i % len(questions)] for i in range(users + each)]
            expected: dict[str, Any] = {}
            alone = []
            for question in dict.fromkeys(asked):
                milliseconds, expected[question] = _ask(port, question)
                alone.append(milliseconds)
            return _together(port, asked, expected, users, each, alone)


def _together(
    port: int,
    asked: Sequence[str],
    expected: dict[str, Any],
    users: int,
    each: int,
    alone: Sequence[float],
) -> Load:
    times: list[float] = []
    wrong, failed = [], []
    begin = threading.Barrier(users + 1)

    def user(number: int) -> None:
        begin.wait()
        for question in asked[number : number + each]:
            try:
                milliseconds, answer = _ask(port, question)
            except (OSError, http.client.HTTPException, ValueError) as error:
                failed.append(error)
                continue
            times.append(milliseconds)
            if answer != expected[question]:
                wrong.append(question)

    threads = [threading.Thread(target=user, args=[n]) for n in range(users)]
    for thread in threads:
        thread.start()
    begin.wait()
    started = time.perf_counter()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    return Load(users, each, tuple(alone), tuple(times), len(wrong), len(failed), seconds)


def show(console: Console, load: Load) -> None:
    """What was measured, as a table."""
    console.print(
        f"{load.users} users at once, {load.questions} questions each, of the bundled article over "
        f"HTTP; {os.cpu_count()} processors"
    )
    table = Table(box=None, pad_edge=False)
    for name in ("", "requests", "median ms", "95 % ms", "longest ms"):
        table.add_column(name, justify="left" if not name else "right")
    for name, times in (("one user", load.alone), ("all at once", load.together)):
        table.add_row(
            name,
            str(len(times)),
            f"{statistics.median(times):.1f}",
            f"{statistics.quantiles(times, n=20)[-1]:.1f}",
            f"{max(times):.1f}",
        )
    console.print(table)
    console.print(
        f"{len(load.together) / load.seconds:.0f} answers a second; {load.wrong} wrong, "
        f"{load.failed} failed"
    )


def _ask(port: int, question: str) -> tuple[float, Any]:
    """Milliseconds, and the answer without its times.

    Raises:
        HTTPException: there is a problem instead of an answer.
    """
    body = json.dumps({"question": question})
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_ANSWERED_WITHIN_S)
    with closing(connection):
        connection.request("POST", "/api/v1/ask", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = json.loads(response.read())
    if response.status != http.HTTPStatus.OK:
        raise http.client.HTTPException(answer.get("detail"))
    milliseconds = (time.perf_counter() - started) * 1000
    del answer["trace"][_UNEQUAL]
    return milliseconds, answer


@contextmanager
def _serving(library: Path) -> Iterator[int]:
    """A server over the library, on a free port of this machine; ended afterwards."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
    command = [sys.executable, "-m", "pincite.ui.cli", "--library", str(library), "serve"]
    with subprocess.Popen(
        [*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _wait_for(port, server)
            yield port
        finally:
            server.terminate()


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _STARTED_WITHIN_S
    while server.poll() is None and time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            with closing(connection):
                connection.request("GET", "/api/v1/health")
                if connection.getresponse().status == http.HTTPStatus.OK:
                    return
        except OSError:
            time.sleep(0.2)
    raise ServeError(
        f"the server on port {port} did not start within {_STARTED_WITHIN_S} s; try it by hand "
        "with: pincite serve"
    )
