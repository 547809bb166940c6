"""The guides that the library's page shows: each made once, the questions a moment later."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict
from dataclasses import replace

from pincite.corpus.errors import PinciteError
from pincite.retrieval.engine import Engine
from pincite.retrieval.overview.guide import Guide

_LOG = logging.getLogger("pincite.web")
_KEPT = 64  # guides; people open a few documents at a time


class Guides:
    """Guides to a library's documents as it is now. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._made: OrderedDict[tuple[int, str], Guide] = OrderedDict()
        self._lock = threading.Lock()
        self._asking = threading.Lock()  # one guide at a time, or those who ask would wait

    def known(self, id: str) -> Guide | None:
        """The guide, without questions where they have not been looked for yet.

        None where no guide can be made; a document is shown without it.
        """
        return self._made_of(id) or self._make(id, questions=False)

    def complete(self, id: str) -> Guide | None:
        """The guide with its questions, which may take as long as asking some. None as above."""
        with self._asking:
            known = self.known(id)
            if known is None or known.questions is not None:
                return known
            made = self._make(id, questions=True)
            if made is None:
                made = replace(known, questions=())
                self._keep(id, made)
            return made

    def _made_of(self, id: str) -> Guide | None:
        with self._lock:
            return self._made.get((self._engine.library.generation, id))

    def _make(self, id: str, *, questions: bool) -> Guide | None:
        try:
            made = self._engine.guide(id, questions=questions)
        except PinciteError as error:
            _LOG.warning("there is no guide to the document %s: %s", id[:12], error)
            return None
        self._keep(id, made)
        return made

    def _keep(self, id: str, made: Guide) -> None:
        with self._lock:
            self._made[(self._engine.library.generation, id)] = made
            while len(self._made) > _KEPT:
                self._made.popitem(last=False)
