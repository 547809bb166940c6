"""The process in which files are read, so that a file that breaks its reader breaks nothing else.

It imports the readers and nothing that embeds or stores. It reads requests from its standard
input, writes results to its standard output, and ends when the process that started it ends.
"""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import sys
import threading
from collections.abc import Callable
from importlib import import_module
from typing import IO

from pincite.ingest import deadline
from pincite.ingest.files.read import Failed, ReadingFunction, ReadResult, Request, read_file
from pincite.ingest.processes.child import MEMORY, READY, limit_memory, pipes
from pincite.ingest.processes.messages import receive_request, send_result

_GRACE_S = 30  # after which a worker whose parent should have ended it ends by itself


def main(reading: str, seconds: float) -> None:
    """Read files until there are no more requests, each with the function named ``reading``.

    Args:
        reading: ``module:function``, as `pincite.ingest.readers.read`, which takes a file's bytes
            and name.
        seconds: that a file may take; whoever asks keeps the time.
    """
    requests, answers = pipes()
    limit_memory(MEMORY)
    # When whoever asks has gone, nobody waits for what is being read at that moment.
    serve(requests, answers, function_named(reading), seconds, gone=lambda: os._exit(0))
    os._exit(0)  # not by way of the thread that still listens


def serve(
    requests: IO[bytes],
    answers: IO[bytes],
    reading: ReadingFunction,
    seconds: float,
    gone: Callable[[], None] = lambda: None,
) -> None:
    """Say that all is ready, then answer each request with a result, until none can come.

    It ends early after a file that took too much memory, as what is left may be in a poor state.
    ``gone`` is called at once when no more can come, whatever is going on.
    """
    waiting: queue.SimpleQueue[Request | None] = queue.SimpleQueue()

    def listen() -> None:
        with contextlib.suppress(EOFError):
            while True:
                waiting.put(receive_request(requests))
        gone()
        waiting.put(None)

    threading.Thread(target=listen, daemon=True).start()
    answers.write(READY)
    answers.flush()
    while (request := waiting.get()) is not None:
        _alarm(seconds + _GRACE_S)
        try:
            with deadline.within(seconds):
                result: ReadResult = read_file(request, reading)
        except MemoryError:
            send_result(answers, out_of_memory(request))
            return
        send_result(answers, result)
        del result  # before the next one is read
        _alarm(0)


def out_of_memory(request: Request) -> Failed:
    """The result for a file that takes too much memory."""
    return Failed(
        f"{request.source.name} cannot be read: reading it took over {MEMORY / 1024**3:g} GB of "
        "memory; split it, or save it in a simpler form"
    )


def function_named(name: str) -> ReadingFunction:
    """The function that ``module:function`` names."""
    module, _, function = name.partition(":")
    reading: ReadingFunction = getattr(import_module(module), function)
    return reading


def _alarm(seconds: float) -> None:
    """End this process by force so much later, if it hangs where nothing else gets through."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
