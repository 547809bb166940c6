"""Evaluations of one server: one runs at a time, and the newest that are done are kept."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from pincite.corpus.errors import PinciteError, UsageError
from pincite.ui.web.evaluate.protocol import Evaluated, Evaluations, Run

_LOG = logging.getLogger("pincite.web")
_KEPT = 10  # runs; each holds its report
_FAILED = "the evaluation failed as it should not have; the server's log has the details"


@dataclass(frozen=True, slots=True)
class Done:
    """A finished run, by the number that it has on this server."""

    number: int
    run: Run


@dataclass(frozen=True, slots=True)
class CurrentRun:
    """The run that is under way: what is being done, how much of it, of how much."""

    label: str
    doing: str = "starting"
    done: int = 0
    total: int = 0
    stopping: bool = False


@dataclass(frozen=True, slots=True)
class RunsState:
    """What there is of runs at one moment; ``ended`` says why the last one has no numbers."""

    current: CurrentRun | None = None
    done: tuple[Done, ...] = ()  # the newest first
    ended: str = ""


class Runs:
    """Starts, stops and keeps runs. Whoever opens the page sees them all.

    A run goes on when the page that started it is closed.
    """

    def __init__(self, evaluations: Evaluations) -> None:
        self._evaluations = evaluations
        self._state = RunsState()
        self._number = 0  # of the newest run
        self._stop = threading.Event()
        self._lock = threading.Lock()

    @property
    def state(self) -> RunsState:
        """What there is now; another value whenever something has changed."""
        return self._state

    def start(self, name: str, split: str | None, limit: int | None) -> None:
        """Start a run in a thread of its own.

        Raises:
            UsageError: another one is under way.
        """
        parts = [name, split or "", "" if limit is None else f"first {limit:,}"]
        with self._lock:
            if self._state.current is not None:
                raise UsageError(
                    f"an evaluation of {self._state.current.label} is running, and this server "
                    "runs one at a time; wait for it, or stop it"
                )
            label = ", ".join(part for part in parts if part)
            self._state = RunsState(CurrentRun(label), self._state.done)
            self._stop.clear()
        work = threading.Thread(
            target=self._run, args=(name, split, limit), name="evaluation", daemon=True
        )
        work.start()

    def stop(self) -> None:
        """Have the run under way end at its next step. It then has no numbers."""
        self._stop.set()
        self._go(lambda current: replace(current, stopping=True))

    def find(self, number: int) -> Run:
        """The finished run of this number.

        Raises:
            UsageError: there is none, or it is kept no longer.
        """
        for one in self._state.done:
            if one.number == number:
                return one.run
        raise UsageError(f"run {number} is no longer on this server; it keeps the newest {_KEPT}")

    def result(self, number: int, other: int | None = None) -> Evaluated:
        """A run, compared with another one where there is one.

        Raises:
            UsageError: one of them is there no longer, or they share no question.
        """
        if other is None:
            return self.find(number)
        return self._evaluations.compare(self.find(number), self.find(other))

    def _run(self, name: str, split: str | None, limit: int | None) -> None:
        done: tuple[Done, ...] = ()
        ended = ""
        try:
            run = self._evaluations.run(name, split, limit, self._heard, self._stop.is_set)
            self._number += 1
            done = (Done(self._number, run),)
        except PinciteError as error:
            ended = str(error)
        except Exception:
            _LOG.exception("an evaluation failed")
            ended = _FAILED
        with self._lock:
            self._state = RunsState(None, (*done, *self._state.done)[:_KEPT], ended)

    def _heard(self, doing: str, done: int, total: int) -> None:
        self._go(lambda current: replace(current, doing=doing, done=done, total=total))

    def _go(self, on: Callable[[CurrentRun], CurrentRun]) -> None:
        with self._lock:
            if self._state.current is not None:
                self._state = replace(self._state, current=on(self._state.current))
