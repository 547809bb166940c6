"""Reading in processes of their own: a file that hangs, swells or crashes its reader stops nothing.

Small plain text is read here, as handing it over would cost more than reading it. What is read
ahead is cut ahead as well, if it is long: so reading, cutting and embedding go on at once.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import PurePath
from typing import Self

from pincite.corpus.types import Document, Origin, Passage
from pincite.ingest.files.read import (
    MB,
    Failed,
    Read,
    ReadResult,
    Request,
    open_file,
    origin_of,
    read_bytes,
    timeout_key,
)
from pincite.ingest.processes.child import LARGE, MEMORY_OVER, Child
from pincite.ingest.processes.messages import receive_result, send_request
from pincite.ingest.processes.read_worker import out_of_memory
from pincite.ingest.readers import reader_for
from pincite.ingest.readers.plain.markdown import MARKDOWN
from pincite.ingest.readers.plain.text import TEXT

SECONDS = 120.0
READING = "pincite.ingest.readers:read"
_WORKERS = 4
_AHEAD = 2  # files that are read ahead beyond one for each worker
_AHEAD_BYTES = 64 * MB  # of the files that are read ahead, unless one alone has more
_SMALL = 256_000  # bytes of a file that is worth no process
_TINY = 20_000  # bytes of one that is worth no thread either
_PLAIN = (TEXT, MARKDOWN)
_KILLED = "SIGKILL"  # how a process ends that the system ends to get memory back
_LOOK_SECONDS = 0.1  # between two looks whether to stop

Cut = Callable[[Document], Collection[Passage] | Failed | None]


class Readers:
    """Reads files, each within limits of time and memory. Close it when done.

    Args:
        seconds: that reading one file may take.
        workers: processes at once; by default one for each processor, but no more than four.
        reading: ``module:function`` that the processes read with, as `pincite.ingest.readers.read`.
        stopping: whether to give up; what is being read then is abandoned.
    """

    def __init__(
        self,
        seconds: float = SECONDS,
        workers: int | None = None,
        reading: str = READING,
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        self._seconds = seconds
        self._reading = reading
        self._stopping = stopping
        self._workers = workers or min(_WORKERS, os.cpu_count() or 1)
        self._threads = ThreadPoolExecutor(self._workers, "reading")
        self._idle: queue.SimpleQueue[_Worker] = queue.SimpleQueue()
        self._running: set[_Worker] = set()
        self._lock = threading.Lock()
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End every process, also one that is reading."""
        with self._lock:
            self._closed = True
            for worker in self._running:
                worker.end()
            self._running.clear()
        self._threads.shutdown(cancel_futures=True)

    @property
    def timeout_key(self) -> str:
        """What files that took too long are noted under: with another limit they are read again."""
        return timeout_key(self._seconds)

    def read(
        self,
        requests: Iterable[tuple[Request, int]],
        cut: Cut = lambda document: None,
    ) -> Iterator[tuple[Request, ReadResult]]:
        """Read each file, in the order of the requests.

        Only a few are read ahead, so that memory stays bounded however many there are.

        Args:
            requests: each with the file's size in bytes.
            cut: cuts what has been read into passages while other files are read and embedded, or
                gives None and leaves that to the caller. It is called in several threads.
        """
        ahead: deque[tuple[Request, int, Future[ReadResult] | None]] = deque()
        for request, size in requests:
            while ahead and (
                len(ahead) >= self._workers + _AHEAD
                or size + sum(other for _, other, _ in ahead) > _AHEAD_BYTES
            ):
                if (first := self._first(ahead)) is None:
                    return
                yield first
            here = size <= _SMALL and self._reading == READING and _is_plain(request)
            tiny = here and size <= _TINY
            future = None if tiny else self._threads.submit(self._ahead, request, here, cut)
            ahead.append((request, size, future))
        while ahead:
            if (first := self._first(ahead)) is None:
                return
            yield first

    def _first(
        self, ahead: deque[tuple[Request, int, Future[ReadResult] | None]]
    ) -> tuple[Request, ReadResult] | None:
        """The result of the first file read ahead; None when it is time to stop."""
        request, _, future = ahead.popleft()
        if future is None and not self._stopping():
            if (result := _here(request)) is not None:
                return request, result
            future = self._threads.submit(self._apart, request)
        while future is not None and not self._stopping():
            with suppress(TimeoutError):
                return request, future.result(_LOOK_SECONDS)
        return None

    def _ahead(self, request: Request, here: bool, cut: Cut) -> ReadResult:
        result = (_here(request) if here else None) or self._apart(request)
        if isinstance(result, Read):
            return replace(result, passages=cut(result.document))
        return result

    def _apart(self, request: Request) -> ReadResult:
        origin = _unopened(request, self.timeout_key)
        how = ""
        # A worker may have been ended by somebody else, while it waited even all of them: so a file
        # may cost two, and the second is a new one.
        for find in (self._take, self._start):
            worker = find()
            try:
                result = worker.read(request, self._seconds)
            except TimeoutError:
                self._forget(worker)
                return Failed(
                    f"{request.source.name} cannot be read: reading it took over "
                    f"{self._seconds:g} s; split it, or allow more with PINCITE_READING_SECONDS",
                    origin,
                )
            except (EOFError, OSError):
                how = self._forget(worker)
                if how == MEMORY_OVER:
                    return replace(out_of_memory(request), origin=origin)
                continue
            if isinstance(result, Read) and len(result.document.text) > LARGE:
                self._forget(worker)
            else:
                self._idle.put(worker)
            return result
        if how == _KILLED:
            return Failed(
                f"{request.source.name} cannot be read: its reader was ended twice from outside, "
                "as a system does that is short of memory; close other programs and ingest it "
                "again, or split it"
            )
        return Failed(
            f"{request.source.name} cannot be read: its reader crashed ({how}); see whether "
            "another program opens it, and save it again",
            origin,
        )

    def _take(self) -> _Worker:
        with suppress(queue.Empty):
            return self._idle.get_nowait()
        return self._start()

    def _start(self) -> _Worker:
        worker = _Worker(self._reading, self._seconds)
        with self._lock:
            if not self._closed:
                self._running.add(worker)
                return worker
        worker.end()
        raise EOFError("closed")

    def _forget(self, worker: _Worker) -> str:
        with self._lock:
            self._running.discard(worker)
        return worker.end()


class _Worker(Child):
    """One process that reads one file at a time."""

    def __init__(self, reading: str, seconds: float) -> None:
        super().__init__("pincite.ingest.processes.read_worker", reading, f"{seconds}")

    def read(self, request: Request, seconds: float) -> ReadResult:
        """Read the file.

        Raises:
            TimeoutError: it took longer than ``seconds``.
            EOFError: the process ended meanwhile.
            OSError: the process had ended before.
        """
        with self.working(seconds) as (requests, answers):
            send_request(requests, request)
            return receive_result(answers)


def _is_plain(request: Request) -> bool:
    suffix = PurePath(request.source.name).suffix.lower()
    return any(suffix in reader.suffixes for reader in _PLAIN)


def _here(request: Request) -> ReadResult | None:
    """The result of a file of plain text; None if it is anything else after all."""
    opened = open_file(request)
    if isinstance(opened, Failed):
        return opened
    data, origin = opened
    try:
        data.decode()  # to guess another encoding may take long
    except UnicodeDecodeError:
        return None
    if len(data) > _SMALL or reader_for(data, request.source.name) not in _PLAIN:
        return None
    return read_bytes(request, data, origin)


def _unopened(request: Request, reader: str) -> Origin | None:
    """What is known of a file that nobody lived to tell of."""
    try:
        status = request.source.path.stat()
    except OSError:
        return None
    return origin_of(request.source, status, "", reader, time.time_ns())
