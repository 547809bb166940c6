"""Processes of our own for work that may hang, swell or crash, from either end of their pipes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

READY = b"ready\n"  # what a child says first
MEMORY = 2 * 1024**3  # bytes of address space that a child may have for one file
LARGE = 5_000_000  # characters of a text after which a child is ended, so that it keeps no memory
CPU_TIME_OVER = "SIGPROF"  # how a child ends that has had the processor for too long
MEMORY_OVER = "memory"  # how one ends that crashed when it got no more of it
_SWOLLEN = 0.6  # of `MEMORY`, in use when a child crashed: the rest is space that it only reserved
_START_SECONDS = 60.0
_HIGH_WATER = re.compile(rb"VmHWM:\s+([0-9]+) kB")
_LOOK_SECONDS = 0.02  # between two looks at how much memory a child has


class Child:
    """A process that runs a module of ours, asked through pipes.

    Args:
        module: its name.
        arguments: for its command line.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        root = str(Path(__file__).absolute().parents[3])
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
        self._process = subprocess.Popen(
            # -P: what stands in the folder where the person is, is not ours to import.
            [sys.executable, "-P", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path, **_ONE_THREAD},
            start_new_session=True,  # Ctrl-C is for us; we end the children
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout
        self._is_ready = False
        self._ending = threading.Lock()
        self._peak = 0  # bytes of memory that the process is known to have had at most
        self._began_with = _own_peak()  # on Linux a program begins with the peak of who started it

    @contextmanager
    def working(self, seconds: float) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
        """Where to write a request and read its answer, within ``seconds``.

        Raises:
            TimeoutError: it took longer; the process is ended.
            EOFError: the process ended meanwhile.
            OSError: the process had ended before.
        """
        if not self._is_ready:
            with self._within(_START_SECONDS):
                if self._answers.readline() != READY:
                    raise EOFError
            self._is_ready = True
        with self._within(seconds):
            yield self._requests, self._answers

    def end(self) -> str:
        """End the process, and say how it ended: the name of a signal, `MEMORY_OVER`, or its code.

        Ending it twice is harmless.
        """
        self._process.kill()
        with self._ending:
            code = self._wait()
            for stream in (self._requests, self._answers):
                with suppress(OSError):  # what could not be sent any more
                    stream.close()
        if code >= 0:
            return f"exit code {code}"
        # A library of C that gets no memory ends its process.
        has_crashed = code not in (-signal.SIGKILL, -signal.SIGPROF)
        if has_crashed and self._peak > _SWOLLEN * MEMORY:
            return MEMORY_OVER
        return signal.Signals(-code).name

    def _wait(self) -> int:
        if self._process.returncode is None and sys.platform != "win32":
            with suppress(ChildProcessError):
                _, status, usage = os.wait4(self._process.pid, 0)
                peak = _in_bytes(usage.ru_maxrss)
                if peak > self._began_with:  # else it is the peak of who started it
                    self._peak = max(self._peak, peak)
                self._process.returncode = os.waitstatus_to_exitcode(status)
        return self._process.wait()

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        late, over = threading.Event(), threading.Event()

        def watch() -> None:
            end = time.monotonic() + seconds
            while not over.wait(min(_LOOK_SECONDS, max(0.0, end - time.monotonic()))):
                if time.monotonic() >= end:
                    late.set()
                    self._process.kill()
                    return
                self._peak = max(self._peak, _peak_of(self._process.pid))

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        try:
            yield
        except (EOFError, OSError):
            if late.is_set():
                raise TimeoutError from None
            raise
        finally:
            over.set()


def pipes() -> tuple[IO[bytes], IO[bytes]]:
    """In the child: where requests come from and answers go. It is for the child to say `READY`.

    What libraries print does not get between the answers.
    """
    answers = os.fdopen(os.dup(1), "wb")
    requests = os.fdopen(os.dup(0), "rb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(nothing, 1)
    return requests, answers


def limit_memory(size: int) -> None:
    """Let this process have ``size`` bytes of address space, and leave no core file."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        if most != resource.RLIM_INFINITY:
            size = min(size, most)
        resource.setrlimit(resource.RLIMIT_AS, (size, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_cpu(seconds: float) -> None:
    """End this process when it has had the processor for ``seconds`` from now on; 0 for no limit.

    On Windows there is none.
    """
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_PROF, seconds)


# Arithmetic in several threads reserves address space for each of them, of which a child has
# little.
_ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")


def _own_peak() -> int:
    """Bytes of memory that this process had at most."""
    if sys.platform == "win32":
        return 0
    import resource

    return _in_bytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _peak_of(pid: int) -> int:
    """Bytes of memory that another program had at most since it began; 0 where no system tells."""
    try:
        said = _HIGH_WATER.search(Path(f"/proc/{pid}/status").read_bytes())
    except OSError:
        return 0
    return int(said[1]) * 1024 if said else 0


def _in_bytes(peak: int) -> int:
    """A largest resident size as the system counts it, ``ru_maxrss``."""
    return peak * (1 if sys.platform == "darwin" else 1024)
