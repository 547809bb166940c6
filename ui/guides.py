"""Guides to the documents of a library, kept for a while: the page and programs share them."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace

from pincite.corpus.errors import PinciteError
from pincite.retrieval.engine import Engine
from pincite.retrieval.overview.guide import Guide
from pincite.ui.access import Person, engine_for

_LOG = logging.getLogger("pincite.guides")
_KEPT = 64  # guides; people open a few documents at a time
_SETS = 32  # of collections, whose guides are kept
_ASKED_ANEW_S = 60  # a library into which files are coming changes every few seconds


@dataclass(frozen=True, slots=True)
class _Kept:
    """A guide, the library's generation from before it was made, and when questions were tried."""

    guide: Guide
    generation: int
    tried: float = -math.inf


class Guides:
    """Guides to a library's documents, by their ids. Safe to use from several threads.

    An id pins its document's text. So a guide stays in use while the library changes, and its
    questions are asked anew once they are a minute old.

    Args:
        engine: what makes them.
        clock: tells the time in seconds.
        asking: is held while questions are tried.
    """

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], float] = time.monotonic,
        asking: threading.Lock | None = None,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._made: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._asking = asking or threading.Lock()  # one, or people's own questions would wait

    def known(self, id: str) -> Guide | None:
        """The guide, without questions where none have been found yet.

        None where no guide can be made; a document is shown without it.
        """
        if kept := self._kept(id):
            return kept.guide
        try:
            return self._make(id, questions=False).guide
        except PinciteError as error:
            _warn(id, error)
            return None

    def complete(self, id: str) -> Guide | None:
        """A guide that is known with its questions, which may take as long as asking some.

        None where it is not known, or others are being made; it can be asked for again later. It
        has no questions where they could not be asked.
        """
        kept = self._kept(id)
        if kept and self._asking.acquire(blocking=False):
            try:
                kept = self._renewed(id)
            finally:
                self._asking.release()
        if kept and kept.guide.questions is None and kept.tried > -math.inf:
            return replace(kept.guide, questions=())
        return kept.guide if kept and kept.guide.questions is not None else None

    def whole(self, id: str) -> Guide:
        """The guide with its questions, whatever it takes.

        Raises:
            DocumentNotFoundError: the library has no such document.
            ModelError: a model failed.
        """
        entry = self._engine.library.find(id)
        kept = self._kept(entry.id)
        if kept is None or kept.guide.questions is None or not self._is_fresh(kept):
            kept = self._make(entry.id, questions=True)
        return replace(kept.guide, title=entry.title)  # an id pins the text, but not the title

    def _renewed(self, id: str) -> _Kept | None:
        kept = self._kept(id)
        if kept is None or self._is_fresh(kept):
            return kept
        try:
            return self._make(id, questions=True)
        except PinciteError as error:
            _warn(id, error)
            return self._keep(id, replace(kept, tried=self._clock()))

    def _is_fresh(self, kept: _Kept) -> bool:
        """Whether its questions were asked of the library as it is now, or a moment ago."""
        if self._clock() < kept.tried + _ASKED_ANEW_S:
            return True
        is_of_now = kept.generation == self._engine.library.generation
        return is_of_now and kept.guide.questions is not None

    def _make(self, id: str, *, questions: bool) -> _Kept:
        generation = self._engine.library.generation  # what changes from now on may be missed
        made = self._engine.guide(id, questions=questions)
        tried = self._clock() if questions else -math.inf
        return self._keep(id, _Kept(made, generation, tried))

    def _kept(self, id: str) -> _Kept | None:
        with self._lock:
            return self._made.get(id)

    def _keep(self, id: str, kept: _Kept) -> _Kept:
        """Keep a guide, unless a later one was kept meanwhile. The one that is kept."""
        with self._lock:
            was = self._made.get(id)
            if was and (was.generation, was.tried) > (kept.generation, kept.tried):
                return was
            self._made[id] = kept
            self._made.move_to_end(id)
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
        return kept


class SharedGuides:
    """Guides for each set of collections: what one person is told depends on what they see.

    Safe to use from several threads.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._of: OrderedDict[frozenset[str] | None, Guides] = OrderedDict()
        self._lock = threading.Lock()
        self._asking = threading.Lock()

    def of(self, person: Person) -> Guides:
        """The guides to the documents that a person sees."""
        with self._lock:
            if person.tags not in self._of:
                engine = engine_for(self._engine, person)
                self._of[person.tags] = Guides(engine, asking=self._asking)
            self._of.move_to_end(person.tags)
            while len(self._of) > _SETS:
                self._of.popitem(last=False)
            return self._of[person.tags]


def _warn(id: str, error: PinciteError) -> None:
    _LOG.warning("there is no guide to the document %s for now: %s", id[:12], type(error).__name__)
