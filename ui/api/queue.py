"""Queues of work: some of it is done at once, some waits, and more is sent away."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from pincite.corpus.errors import ServerBusyError
from pincite.retrieval.inference import processors

WAITING = 100  # questions, by default
WRITING = 8  # answers that are written at once, which wait for a model rather than for a processor
_T = TypeVar("_T")


class Queue:
    """Does work beside the event loop, one for each processor at once.

    More at once would not be faster: they would take each other's processors, and all be late.

    Args:
        waiting: how many may wait.
        at_once: how many are worked on; by default one for each processor that it may use.
        doing: what is done, in a sentence that says that there is too much of it.
    """

    def __init__(
        self,
        waiting: int = WAITING,
        at_once: int | None = None,
        doing: str = "questions are being answered",
    ) -> None:
        self._doing = doing
        at_once = at_once or processors()
        self._most = at_once + waiting
        self._present = 0
        self.turned_away = 0  # since the start
        self._limiter = CapacityLimiter(at_once)
        self._writing = CapacityLimiter(min(WRITING, self._most))

    @property
    def running(self) -> int:
        """How many are worked on now."""
        return int(self._limiter.borrowed_tokens + self._writing.borrowed_tokens)

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return max(0, self._present - self.running)

    async def done(self, work: Callable[[], _T], *, writes: bool = False) -> _T:
        """What the work gives, when its turn has come and it is done.

        Args:
            work: what to do.
            writes: it waits for a model that writes most of its time, and so takes none of the
                places for work that takes a processor.

        Raises:
            ServerBusyError: too many wait already.
        """
        if self._present >= self._most:
            self.turned_away += 1
            raise ServerBusyError(
                f"{self._present} {self._doing} or wait for it, and no more are taken on; ask "
                "again in a few seconds"
            )
        self._present += 1
        try:
            return await run_sync(work, limiter=self._writing if writes else self._limiter)
        finally:
            self._present -= 1
