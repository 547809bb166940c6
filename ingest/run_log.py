"""Records each file's outcome in the library, then reports it."""

from __future__ import annotations

import os
from collections.abc import Iterable

from pincite.corpus.store.rows import Refusal
from pincite.corpus.types import Origin
from pincite.ingest.destination import Destination
from pincite.ingest.events import Event, Listener, Summary

_MOST = 256  # refusals, or files that were looked at and are as they were


class RunLog:
    """Records the outcomes of files without a document to store, and reports all outcomes.

    It gathers until there is enough for a commit. A failure is reported only when it is recorded.
    All that is reported stands in ``summary``.
    """

    def __init__(self, library: Destination, listener: Listener, summary: Summary) -> None:
        self._library = library
        self._listener = listener
        self._summary = summary
        self._refusals: list[Refusal] = []
        self._origins: dict[str, Origin] = {}
        self._cleared: list[str] = []

    def record_failure(self, refusal: Refusal) -> None:
        """A file could not be read."""
        self._refusals.append(refusal)

    def touch(self, source: str, origin: Origin) -> None:
        """A file is what the library has, and need not be opened as long as it stays so."""
        self._origins[source] = origin

    def clear_failures(self, sources: Iterable[str]) -> None:
        """What could not be read once can be read now."""
        self._cleared += sources

    def tell(self, event: Event) -> None:
        """Something became of a file."""
        self._summary.events.append(event)
        self._listener.on_event(event)

    def embedded(self, passages: int) -> None:
        """So many passages were embedded."""
        self._summary.embedded += passages
        self._listener.on_embedded(passages)

    def settle_if_many(self) -> None:
        """Settle what has been gathered, if that is worth a commit."""
        if len(self._refusals) + len(self._origins) >= _MOST:
            self.settle()

    def settle(self) -> None:
        """Note what has been gathered, and only then tell of it."""
        if self._origins:
            self._library.touch(self._origins)
        if self._cleared:
            self._library.clear_failures(self._cleared)
        # One that vanished while we looked cannot be read again, nor ever be found mended; and an
        # upload, whose name is no path, cannot either.
        lasting = [
            r for r in self._refusals if os.path.isabs(r.source) and os.path.lexists(r.source)
        ]
        if lasting:
            self._library.record_failures(lasting)
        refusals, self._refusals, self._origins, self._cleared = self._refusals, [], {}, []
        for refusal in refusals:
            self.tell(Event(refusal.source, "refused", reason=refusal.reason))
