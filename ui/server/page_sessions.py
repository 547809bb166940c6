"""The browsers that wait for answers of the pages' functions, of which there may be so many."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

WAITING = 100  # calls of functions, over all browsers
_OF_ONE = 16  # calls of one browser
_SESSIONS = 1000  # browsers that wait; Gradio forgets others when there are 2,000
_STATES = 500  # browsers whose choices on a page are kept, some 0.1 MB each
_LEFT_S = 60  # until a browser is given up that asks for something and does not come for it


class PageSessions:
    """What Gradio keeps for each browser, bounded.

    Args:
        app: Gradio's application.
        clock: seconds.
    """

    def __init__(self, app: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._queue = app.get_blocks()._queue
        self._queue.max_size = WAITING
        # Statistics of its last 10,000 calls, worked out anew for each call; nobody sees them.
        self._queue.ANALYTICS_MAX_EVENTS, self._queue.ANAYLTICS_CACHE_FREQUENCY = 1, sys.maxsize
        app.state_holder.capacity = app.get_blocks().state_session_capacity = _STATES
        self._streams: Counter[str] = Counter()
        self._seen: dict[str, float] = {}

    def __contains__(self, session: object) -> bool:
        return session in self._queue.pending_messages_per_session

    def has_room(self, session: str | None) -> bool:
        """Whether a browser may call a function, which then waits in the queue."""
        waiting: dict[str, set[str]] = self._queue.pending_event_ids_session
        if session in waiting:
            return len(waiting[session]) < _OF_ONE
        return len(waiting) < _SESSIONS

    def of_event(self, event: str) -> str:
        """The session of a call."""
        waiting = self._queue.pending_event_ids_session.items()
        return next((session for session, events in waiting if event in events), event)

    @contextmanager
    def streaming(self, session: str) -> Iterator[None]:
        """While a browser listens to what becomes of its calls."""
        self._streams[session] += 1
        try:
            yield
        finally:
            self._streams -= Counter([session])  # which leaves no zeros
            self._seen[session] = self._clock()

    async def give_up(self) -> None:
        """Forget the browsers that wait for nothing any more; called now and then."""
        now, queue = self._clock(), self._queue
        known = {*queue.pending_event_ids_session, *queue.pending_messages_per_session}
        self._seen = {session: self._seen.get(session, now) for session in known}
        for session, seen in self._seen.items():
            if session not in self._streams and now - seen > _LEFT_S:
                await queue.clean_events(session_hash=session)
                queue.pending_event_ids_session.pop(session, None)
                if session in queue.pending_messages_per_session:
                    del queue.pending_messages_per_session[session]
