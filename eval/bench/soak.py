"""A commit every second for a long time, while a server of the same library is asked."""

from __future__ import annotations

import http.client
import multiprocessing
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, TypeVar

from pincite.corpus.errors import PinciteError, ServeError
from pincite.corpus.store.address import Address
from pincite.eval.bench.growth_library import Source
from pincite.eval.bench.server_process import served
from pincite.eval.bench.trend import Trend, trend
from pincite.eval.memory import open_files, rss_mib
from pincite.eval.run import Progress
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.engine import open_embedder
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search.upkeep import is_published, publish
from pincite.retrieval.settings import Settings

_DOCUMENTS = 50  # that are there all the time
_PASSING = 20  # documents that were put last; what is older is removed, so that the library stays
_EVERY_S = 1.0
_START_S = 120.0
_GROWN = 1.05  # of the first third's median: caches fill, and the allocator keeps some

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Soak:
    """What became of it.

    Attributes:
        seconds: it took.
        commits: the writer's, each of one document put and, later, one removed.
        questions: asked of the server.
        failed: why some of them had no answer, a sentence each.
        generations: of the library that answers told of.
        server_mib, writer_mib: medians of the resident size in the first, the second and the last
            third of the time.
        server_growth, writer_growth: of the resident size in the last two thirds, MiB a minute,
            with its interval; None where it took too short.
        server_files, writer_files: the most that were open in each third.
        disk_mb: of the library at the end.
    """

    seconds: float
    commits: int
    questions: int
    failed: tuple[str, ...]
    generations: int
    server_mib: tuple[float, float, float]
    writer_mib: tuple[float, float, float]
    server_growth: Trend | None
    writer_growth: Trend | None
    server_files: tuple[int, int, int]
    writer_files: tuple[int, int, int]
    disk_mb: float

    @property
    def is_flat(self) -> bool:
        """Whether neither process takes more memory at the end than it took at first."""
        return all(
            last <= _GROWN * max(first, middle) if first else False
            for first, middle, last in (self.server_mib, self.writer_mib)
        )


def soak(
    minutes: float,
    questions: Sequence[str],
    settings: Settings,
    embedder: Embedder,
    progress: Progress = lambda doing, done, total: None,
) -> Soak:
    """Let one process commit every second and another one serve, and watch their memory.

    Args:
        minutes: how long.
        questions: what the server is asked, one after the other.
        settings: of the engine.
        embedder: of the settings.
        progress: hears of the seconds.

    Raises:
        ServeError: the server or the writer does not start, or the writer ends.
        MissingExtraError: what a shared library needs is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="pincite-soak-") as folder:
        address = f"lance://{folder}/library"
        with open_library(address, create=True) as library:
            Source(embedder).put(library, [f"kept/{n}.txt" for n in range(_DOCUMENTS)])
            publish(library)
        context = multiprocessing.get_context("spawn")
        ended, commits = context.Event(), context.Value("q", 0)
        writer = context.Process(target=_write, args=(address, settings, ended, commits))
        writer.start()
        try:
            _wait_for(writer, commits)
            with served(address) as server:
                watched = _Watch(server.pid, writer.pid or 0)
                _ask_for(60 * minutes, server, questions, watched, writer, progress)
        finally:
            ended.set()
            writer.join(30)
            writer.kill()
        disk = sum(f.stat().st_size for f in Path(folder).rglob("*") if f.is_file()) / 1e6
        return watched.result(60 * minutes, commits.value, disk)


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at a process."""

    seconds: float
    mib: float
    files: int


class _Watch:
    """What is seen of the two processes while it lasts."""

    def __init__(self, server: int, writer: int) -> None:
        self._began = time.monotonic()
        self._looks: dict[int, list[_Look]] = {server: [], writer: []}
        self.questions = 0
        self.failed: list[str] = []
        self.generations: set[int] = set()

    def look(self) -> None:
        """Note what the processes take."""
        seconds = time.monotonic() - self._began
        for process, looks in self._looks.items():
            looks.append(_Look(seconds, rss_mib(process), open_files(process)))

    def result(self, seconds: float, commits: int, disk_mb: float) -> Soak:
        """All of it."""
        server, writer = self._looks.values()
        return Soak(
            seconds,
            commits,
            self.questions,
            tuple(self.failed),
            len(self.generations),
            server_mib=_thirds(server, lambda some: statistics.median(one.mib for one in some)),
            writer_mib=_thirds(writer, lambda some: statistics.median(one.mib for one in some)),
            server_growth=_growth(server),
            writer_growth=_growth(writer),
            server_files=_thirds(server, lambda some: max(one.files for one in some)),
            writer_files=_thirds(writer, lambda some: max(one.files for one in some)),
            disk_mb=disk_mb,
        )


def _thirds(looks: Sequence[_Look], of: Callable[[Sequence[_Look]], _T]) -> tuple[_T, _T, _T]:
    third = max(1, len(looks) // 3)
    return of(looks[:third]), of(looks[third:-third] or looks), of(looks[-third:])


def _growth(looks: Sequence[_Look]) -> Trend | None:
    later = looks[len(looks) // 3 :]  # until then caches fill
    return trend([one.seconds / 60 for one in later], [one.mib for one in later])


def _ask_for(
    seconds: float,
    server: Any,
    questions: Sequence[str],
    watched: _Watch,
    writer: Any,
    progress: Progress,
) -> None:
    """Ask once a second, and look at the sizes."""
    began = time.monotonic()
    while (spent := time.monotonic() - began) < seconds:
        if not writer.is_alive():
            raise ServeError(f"the writer ended after {spent:.0f} s; see what it said")
        progress("seconds", round(spent), round(seconds))
        watched.look()
        try:
            _, answer = server.ask(questions[watched.questions % len(questions)])
            watched.generations.add(answer["trace"]["generation"])
        except (OSError, http.client.HTTPException) as error:
            watched.failed.append(str(error))
        watched.questions += 1
        time.sleep(max(0.0, _EVERY_S - (time.monotonic() - began - spent)))


def _wait_for(writer: Any, commits: Synchronized[int]) -> None:
    until = time.monotonic() + _START_S
    while not commits.value:
        if not writer.is_alive() or time.monotonic() > until:
            raise ServeError("the writer does not commit; see what it said")
        time.sleep(0.1)


def _write(address: Address, settings: Settings, ended: Event, commits: Synchronized[int]) -> None:
    """Put a document every second, and remove the one that was put some time before."""
    source = Source(open_embedder(settings))
    names: list[str] = []
    with open_library(address) as library:
        while not ended.is_set():
            began = time.monotonic()
            names.append(f"passing/{commits.value}.txt")
            try:
                source.put(library, names[-1:])
                if len(names) > _PASSING:
                    library.remove([library.find(names.pop(0)).id])
                if not is_published(library):  # as after each ingest
                    publish(library)
            except PinciteError as error:
                raise SystemExit(str(error)) from error
            commits.value += 1
            ended.wait(max(0.0, _EVERY_S - (time.monotonic() - began)))
