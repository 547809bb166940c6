"""What a shared library takes, beside a local one that holds the same: time, space and memory."""

from __future__ import annotations

import multiprocessing
import os
import statistics
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from pincite.corpus.store.address import Address
from pincite.corpus.store.library import Library
from pincite.eval.bench.growth_library import ADDED, PASSAGES, Source, Time, timed
from pincite.eval.memory import peak_rss_mb
from pincite.eval.run import Progress
from pincite.retrieval.answer import Answer
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.engine import Engine, open_embedder
from pincite.retrieval.libraries import open_library
from pincite.retrieval.query import Query
from pincite.retrieval.search.search import search
from pincite.retrieval.search.upkeep import is_published, open_indexes, publish
from pincite.retrieval.settings import Settings

Kind = Literal["shared", "local"]
KINDS: tuple[Kind, ...] = ("shared", "local")

_AT_ONCE = 500  # documents in one commit, as a round of a cluster's ingest has some thousands
_ADDITIONS = 3


@dataclass(frozen=True, slots=True)
class StoreCosts:
    """What a library of so many passages takes in one kind of store; flat, as in the JSON file.

    ``_s`` and ``_ms`` are by the clock, ``_cpu_s`` and ``_cpu_ms`` of the processor.

    Attributes:
        kind: of the store.
        passages, documents: in the library.
        put_cpu_s: of all puts so far, without embedding.
        publish_cpu_s: of all publishes so far.
        add_s, add_cpu_s: of putting and publishing one more document, median.
        open_s, open_cpu_s: of opening the library in a new process and of its first look at it.
        first_ms: of the first question of that process, models loaded.
        ask_p50_ms, ask_p95_ms, ask_p50_cpu_ms: of whole warm questions.
        search_p50_ms, read_p50_ms: of the stages of search, and of reading what it found.
        search_p50_cpu_ms: of a search alone.
        memory_mib: the most that this process took.
        disk_mb: of all that the library has on the disk, after `compact`.
        questions: how many were asked.
        processors: of the machine.
    """

    kind: Kind
    passages: int
    documents: int
    put_cpu_s: float
    publish_cpu_s: float
    add_s: float
    add_cpu_s: float
    open_s: float
    open_cpu_s: float
    first_ms: float
    ask_p50_ms: float
    ask_p95_ms: float
    ask_p50_cpu_ms: float
    search_p50_ms: float
    read_p50_ms: float
    search_p50_cpu_ms: float
    memory_mib: float
    disk_mb: float
    questions: int
    processors: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a new process took that opened a library and asked."""

    opening: Time
    first: Time
    answers: tuple[Time, ...]
    stages: tuple[Mapping[str, float], ...]  # milliseconds by stage, of each answer
    searches: tuple[Time, ...]
    memory_mib: float


def bench_shared(
    sizes: Sequence[int],
    questions: Sequence[str],
    settings: Settings,
    embedder: Embedder,
    folder: Path | None = None,
    progress: Progress = lambda doing, done, total: None,
) -> list[StoreCosts]:
    """Let two libraries of the same documents grow from size to size, and ask both at each.

    Args:
        sizes: numbers of passages.
        questions: what is asked, each once.
        settings: of the engine that is asked.
        embedder: of the settings.
        folder: an empty one for both libraries; by default a temporary one.
        progress: hears what is being done.

    Raises:
        MissingExtraError: what a shared library needs is not installed.
    """
    with _place(folder) as place:
        source = Source(embedder)
        addresses: dict[Kind, Address] = {
            "shared": f"lance://{place / 'shared'}",
            "local": place / "local",
        }
        spent = {kind: (Time(), Time()) for kind in KINDS}
        measured = []
        for passages in sorted(sizes):
            for kind, address in addresses.items():
                doing = f"{kind}: {passages:,} passages, in documents"
                put, published = _grow(address, source, passages, partial(progress, doing))
                spent[kind] = spent[kind][0] + put, spent[kind][1] + published
                asked = _asked(address, questions, settings)
                measured.append(_costs(kind, address, place / kind, source, spent[kind], asked))
        return measured


@contextmanager
def _place(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder.absolute()
        return
    with tempfile.TemporaryDirectory() as temporary:
        yield Path(temporary)


def _grow(
    address: Address, source: Source, passages: int, progress: Callable[[int, int], None]
) -> tuple[Time, Time]:
    """Bring a library to so many passages; the time of its puts, and of the publish after them.

    What it takes to make the documents is in the time of the puts; it is the same for both kinds.
    """
    wanted, put = -(-passages // PASSAGES), Time()
    with open_library(address, create=True) as library:
        there = library.document_count()
        for start in range(there, wanted, _AT_ONCE):
            progress(start, wanted)
            names = [f"{n // 1000}/{n}.txt" for n in range(start, min(wanted, start + _AT_ONCE))]
            put += timed(partial(source.put, library, names))
        return put, timed(partial(publish, library))


def _asked(address: Address, questions: Sequence[str], settings: Settings) -> _Asked:
    # In a process of its own, so that its memory is what opening and asking take.
    with ProcessPoolExecutor(1, multiprocessing.get_context("forkserver")) as pool:
        return pool.submit(_ask, address, list(questions), settings).result()


def _costs(
    kind: Kind,
    address: Address,
    folder: Path,
    source: Source,
    spent: tuple[Time, Time],
    asked: _Asked,
) -> StoreCosts:
    with open_library(address) as library:
        documents, passages = library.counts()
        added = [_add(library, source, number) for number in range(_ADDITIONS)]
        library.remove([library.find(f"{ADDED}{n}.txt").id for n in range(_ADDITIONS)])
        publish(library)
        library.compact()
    put, published = spent
    return StoreCosts(
        kind=kind,
        passages=passages,
        documents=documents,
        put_cpu_s=put.cpu,
        publish_cpu_s=published.cpu,
        add_s=statistics.median(one.wall for one in added),
        add_cpu_s=statistics.median(one.cpu for one in added),
        open_s=asked.opening.wall,
        open_cpu_s=asked.opening.cpu,
        first_ms=asked.first.wall * 1000,
        ask_p50_ms=statistics.median(one.wall for one in asked.answers) * 1000,
        ask_p95_ms=statistics.quantiles([o.wall for o in asked.answers], n=20)[-1] * 1000,
        ask_p50_cpu_ms=statistics.median(one.cpu for one in asked.answers) * 1000,
        search_p50_ms=_stages(asked, "dense", "lexical", "fuse"),
        read_p50_ms=_stages(asked, "read"),
        search_p50_cpu_ms=statistics.median(one.cpu for one in asked.searches) * 1000,
        memory_mib=asked.memory_mib,
        disk_mb=sum(f.stat().st_size for f in folder.rglob("*") if f.is_file()) / 1e6,
        questions=len(asked.answers),
        processors=os.cpu_count() or 1,
    )


def _add(library: Library, source: Source, number: int) -> Time:
    def work() -> None:
        source.put(library, [f"{ADDED}{number}.txt"])
        if not is_published(library):  # as after each ingest
            publish(library)

    return timed(work)


def _ask(address: Address, questions: Sequence[str], settings: Settings) -> _Asked:
    embedder = open_embedder(settings)
    embedder.embed_query("warm")
    engines: list[Engine] = []
    opening = timed(
        lambda: engines.append(Engine.open(address, settings=settings, embedder=embedder))
    )
    with engines[0] as engine:
        opening += timed(engine.warm_up)
        first = timed(partial(engine.ask, questions[0]))
        found: list[Answer] = []
        times = [timed(lambda q=q: found.append(engine.ask(q))) for q in questions]  # type: ignore[misc]
        searches = tuple(_search(engine, questions))
    stages = tuple(answer.trace.milliseconds for answer in found)
    return _Asked(opening, first, tuple(times), stages, searches, peak_rss_mb())


def _search(engine: Engine, questions: Sequence[str]) -> Iterator[Time]:
    """The times of the searches for questions, and of nothing else."""
    indexes, settings = open_indexes(engine.library, print), engine.settings
    for question in questions:
        query = Query.of(question, indexes, engine.embedder)
        yield timed(
            partial(
                search,
                query.vector,
                query.wanted,
                indexes,
                engine.library,
                k=settings.read_passages,
                candidates=settings.candidates,
                dense_weight=settings.dense_weight,
            )
        )


def _stages(asked: _Asked, *names: str) -> float:
    """The median time of these stages together, in milliseconds."""
    return statistics.median(sum(one.get(name, 0.0) for name in names) for one in asked.stages)
