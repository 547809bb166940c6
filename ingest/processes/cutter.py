"""Cutting in a process of its own: a text that takes too long or too much memory stops nothing.

A short text is cut here, as handing it over would cost more than cutting it. The passages of a long
one come piece by piece and wait in a file, so that memory does not grow with its length.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import IO, Any, Self

from pincite.corpus import codec
from pincite.corpus.errors import PinciteError
from pincite.corpus.types import Document, Origin, Passage
from pincite.ingest.cutting.passage_file import PassageFile
from pincite.ingest.cutting.passages import PASSAGE_TOKENS, segment
from pincite.ingest.files.read import Failed, all_readers, timeout_key
from pincite.ingest.processes.child import CPU_TIME_OVER, LARGE, MEMORY, MEMORY_OVER, Child
from pincite.ingest.processes.messages import receive, send, send_text
from pincite.ingest.storing import Stopped
from pincite.retrieval.embedding.embedder import Embedder

PASSAGES = 500_000  # of one document; a file of the largest size, all of it prose, gives 330,000
_SHORT = 20_000  # characters; even what takes squared time is cut in about a second
# A longer text has more time, in proportion: a log of short lines takes some 4 s a million
# characters.
_CHARACTERS = 5_000_000
# The limit counts what the processor does for the text, so that nothing is refused because the
# machine is busy. By the clock a text may take so many times as long, for it may wait for ever.
_BY_THE_CLOCK = 10
_AT_ONCE = 1000  # passages in a message
_LOOK_SECONDS = 0.1  # between two looks whether to stop


class Cutter:
    """Cuts documents into passages, each within limits of time and memory. Close it when done.

    Args:
        embedder: its tokens count.
        seconds: of the processor that cutting one document may take, for each five million
            characters begun.
        stopping: whether to give up.
        most: passages that a document may have.
    """

    def __init__(
        self,
        embedder: Embedder,
        seconds: float,
        stopping: Callable[[], bool] = lambda: False,
        most: int = PASSAGES,
    ) -> None:
        self._embedder = embedder
        self._seconds = seconds
        self._stopping = stopping
        self._most = most
        self._process: Child | None = None
        self._closed = False
        self._lock = threading.Lock()
        self._thread = ThreadPoolExecutor(1, "cutting")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, also one that is at work."""
        with self._lock:
            self._closed = True
        self._end()
        self._thread.shutdown()

    def cut(self, document: Document) -> Collection[Passage] | Failed:
        """The document's passages, or why it has to be left out.

        Raises:
            ModelError: the embedder cannot count.
            Stopped: it was to stop.
        """
        if len(document.text) > _SHORT:
            with self._lock:
                if self._closed:
                    raise Stopped
                future = self._thread.submit(self._apart, document)
            return self._watched(future)
        try:
            return segment(document, self._embedder)
        except PinciteError:
            raise
        except Exception as error:
            return _failed(document, f"{type(error).__name__}: {error}"[:200])

    def ahead(self, document: Document) -> Collection[Passage] | Failed | None:
        """As ``cut``, of a long text, for a thread that reads ahead.

        None where there is nothing to gain: the text is short, or it was to stop.

        Raises:
            ModelError: the embedder cannot count.
        """
        if len(document.text) <= _SHORT:
            return None
        try:
            return self.cut(document)
        except Stopped:
            return None

    def _watched(
        self, future: Future[Collection[Passage] | Failed]
    ) -> Collection[Passage] | Failed:
        while True:
            with suppress(TimeoutError):
                return future.result(_LOOK_SECONDS)
            if self._stopping() and not future.done():
                self.close()
                raise Stopped

    def _apart(self, document: Document) -> Collection[Passage] | Failed:
        seconds = self._seconds * max(1, -(-len(document.text) // _CHARACTERS))
        how = ""
        for _ in range(2):  # the first may have been ended by somebody else, while it waited
            try:
                with self._start().working(_BY_THE_CLOCK * seconds) as (requests, answers):
                    cut = self._ask(document, seconds, requests, answers)
                if len(document.text) > LARGE:
                    self._end()
                return cut
            except TimeoutError:
                self._end()
                return self._too_long(document, _BY_THE_CLOCK * seconds)
            except (EOFError, OSError):
                how = self._end()
                if how == CPU_TIME_OVER:
                    return self._too_long(document, seconds)
                if how == MEMORY_OVER:
                    return _too_large(document)
            except BaseException:  # the process still waits for an answer
                self._end()
                raise
        return _failed(document, how)

    def _too_long(self, document: Document, seconds: float) -> Failed:
        return Failed(
            f"{document.source} cannot be taken in: cutting its text into passages took over "
            f"{seconds:g} s; split it, or allow more with PINCITE_READING_SECONDS",
            _as(document.origin, timeout_key(self._seconds)),
        )

    def _ask(
        self, document: Document, seconds: float, requests: IO[bytes], answers: IO[bytes]
    ) -> Collection[Passage] | Failed:
        """What the process cuts; meanwhile it is told how many tokens texts have."""
        value = {
            "document": codec.described(replace(document, metadata={}, warnings=())),
            "window": self._embedder.window,
            "passage_tokens": PASSAGE_TOKENS,
            "most": self._most,
            "at_once": _AT_ONCE,
            "seconds": seconds,
        }
        send_text(requests, value, document.text)
        passages = PassageFile()
        while True:
            answer, texts = receive(answers)
            match answer["kind"]:
                case "count":
                    counts = self._embedder.count([(text or b"").decode() for text in texts])
                    send(requests, {"counts": counts}, ())
                case "cut":
                    passages.add(answer["passages"])
                case _:
                    return self._failure(document, answer) or passages

    def _failure(self, document: Document, answer: dict[str, Any]) -> Failed | None:
        """Why a document has to be left out, if the last that is said of it is that."""
        match answer["kind"]:
            case "memory":
                self._end()
                return _too_large(document)
            case "failed":
                return _failed(document, answer["reason"])
        if answer["number"] > self._most:
            return Failed(
                f"{document.source} cannot be taken in: its text has {answer['number']:,} "
                f"passages, and a document may have {self._most:,}; split it",
                _as(document.origin, all_readers()),
            )
        return None

    def _start(self) -> Child:
        with self._lock:
            if self._closed:
                raise Stopped
            self._process = self._process or Child("pincite.ingest.processes.cut_worker")
            return self._process

    def _end(self) -> str:
        with self._lock:
            process, self._process = self._process, None
        return "" if process is None else process.end()


def _too_large(document: Document) -> Failed:
    return Failed(
        f"{document.source} cannot be taken in: cutting its text into passages took over "
        f"{MEMORY / 1024**3:g} GB of memory; split it"
    )


def _failed(document: Document, how: str) -> Failed:
    return Failed(
        f"{document.source} cannot be taken in: its text could not be cut into passages ({how}); "
        "please report this with the file",
        _as(document.origin, all_readers()),
    )


def _as(origin: Origin | None, reader: str) -> Origin | None:
    """The origin as it is noted of a file without a document."""
    return None if origin is None else replace(origin, reader=reader)
