"""Machines made here: processes with folders of their own, which can be killed and cut off."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.request import ProxyHandler, build_opener

from pincite.eval.memory import descendants

ROOT = Path(__file__).parents[3]
_START_SECONDS = 60.0


class Host:
    """A program on a machine of its own: its temporary folder, home and log are in ``folder``."""

    def __init__(
        self, folder: Path, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.log = folder / "log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=folder,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT / ".package") + os.pathsep + str(ROOT),
                    "TMPDIR": str(folder),
                    "HOME": str(folder),
                    "OMP_NUM_THREADS": "1",
                    "PINCITE_EMBEDDER": "hashing",
                    **(environment or {}),
                },
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """As when the plug is pulled: all its processes at once."""
        with_children = [self.process.pid, *self.children()]
        for number in with_children:
            _kill(number)
        self.process.wait(10)

    def kill_children(self) -> None:
        """Kill what it started, and leave it alone itself."""
        for number in self.children():
            _kill(number)

    def children(self) -> list[int]:
        """The processes that it started, and those that these started."""
        return descendants(self.process.pid)

    def stop(self) -> None:
        """End it in peace, or else kill it."""
        self.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        self.kill()


class Hosts:
    """A scheduler, workers, servers and an object store; all are gone at the end.

    Args:
        folder: where each machine has its own.
        environment: of all of them.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._environment = dict(environment or {})
        self._hosts: list[Host] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for host in reversed(self._hosts):
            host.stop()

    def start(
        self, name: str, command: Sequence[str], environment: Mapping[str, str] | None = None
    ) -> Host:
        """Start a program on a machine of this name."""
        host = Host(self._folder / name, command, {**self._environment, **(environment or {})})
        self._hosts.append(host)
        return host

    def object_store(self) -> dict[str, str]:
        """Start an S3 server, with the bucket ``bucket``; gives what its clients have to know."""
        port = free_port()
        python = os.environ.get("S3_PYTHON", sys.executable)
        command = [python, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
        self.start("store", command, {"PYTHONPATH": ""})
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(f"{url}/moto-api/"), "the object store")
        known = {
            "AWS_ENDPOINT": url,
            "AWS_ENDPOINT_URL": url,
            "AWS_ALLOW_HTTP": "true",
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        self._environment |= known
        return known

    def scheduler(self, name: str = "scheduler", port: int = 0) -> tuple[Host, str]:
        """Start a scheduler; gives its address too."""
        port = port or free_port()
        host = self.start(
            name,
            [
                *(sys.executable, "-m", "distributed.cli.dask_scheduler", "--no-dashboard"),
                *("--host", "127.0.0.1", "--port", str(port), "--dashboard-address", "127.0.0.1:0"),
            ],
            # The first death of a worker is held against what it had in hand: so tests are short.
            {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0"},
        )
        wait_until(lambda: _listens(port), "the scheduler", host)
        return host, f"tcp://127.0.0.1:{port}"

    def worker(self, name: str, scheduler: str) -> Host:
        """Start a machine with one worker, which is started again when it is killed."""
        return self.start(
            name,
            [
                *(sys.executable, "-m", "distributed.cli.dask_worker", scheduler),
                *("--nthreads", "1", "--host", "127.0.0.1", "--no-dashboard"),
                *("--memory-limit", "0", "--local-directory", "."),
            ],
        )

    def server(self, name: str, library: str) -> tuple[Host, str]:
        """Start ``pincite serve``; gives its address too."""
        port = free_port()
        host = self.start(
            name,
            [
                *(sys.executable, "-m", "pincite.ui.cli", "--library", library),
                *("serve", "--port", str(port)),
            ],
        )
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: _answers(f"{url}/api/v1/health"), "the server", host)
        return host, url


def free_port() -> int:
    """A port that nothing listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_until(
    is_so: Callable[[], bool], what: str, host: Host | None = None, seconds: float = _START_SECONDS
) -> None:
    """Wait for something; fails with what the host said if it does not come."""
    until = time.monotonic() + seconds
    while not is_so():
        ended = host is not None and host.process.poll() is not None
        if ended or time.monotonic() > until:
            said = host.log.read_text("utf-8", "replace")[-2000:] if host else ""
            raise AssertionError(f"{what} did not come\n{said}")
        time.sleep(0.05)


def _kill(number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(number, signal.SIGKILL)


def _listens(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def _answers(url: str) -> bool:
    try:
        with build_opener(ProxyHandler({})).open(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
