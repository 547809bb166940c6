"""The queue of questions: a few are answered at once, some wait, and more are sent away."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from corpus.errors import ServerBusyError

WAITING = 100  # questions, by default
_T = TypeVar("_T")


class Queue:
    """Does work beside the event loop, one for each processor at once.

    More at once would not be faster: they would take each other's processors, and all be late.

    Args:
        waiting: how many may wait.
        at_once: how many are worked on; by default one for each processor.
    """

    def __init__(self, waiting: int = WAITING, at_once: int | None = None) -> None:
        self._waiting = waiting
        self._limiter = CapacityLimiter(at_once or os.cpu_count() or 1)

    async def done(self, work: Callable[[], _T]) -> _T:
        """What the work gives, when its turn has come and it is done.

        Raises:
            ServerBusyError: too many wait already.
        """
        if self._limiter.available_tokens < 1:
            waiting = self._limiter.statistics().tasks_waiting
            if waiting >= self._waiting:
                raise ServerBusyError(
                    f"{waiting} questions wait to be answered, and no more are taken on; ask "
                    "again in a few seconds"
                )
        return await run_sync(work, limiter=self._limiter)
