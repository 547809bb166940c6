"""A scheduler with two workers, a folder of files, and what one machine makes of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.store.library import Library
from pincite.ingest.cluster.address import Cluster
from pincite.ingest.cluster.job import ingest_on_cluster
from pincite.ingest.events import Event, Listener, Summary
from pincite.ingest.files.walk import find_sources
from pincite.ingest.pipeline import Options, ingest_sources
from pincite.retrieval.embedding.hashing_embedder import HASHING, HashingEmbedder
from pincite.retrieval.libraries import open_library
from pincite.retrieval.settings import Settings, load_settings
from tests.ingest.cluster.hosts import Host, Hosts

FILES = 24
_SAID = "The {animal} number {number} of the {place} sleeps by day. It eats {number} fish a week."


@dataclass(frozen=True)
class Machines:
    """A scheduler with its address, and two workers."""

    scheduler: Host
    address: str
    workers: tuple[Host, Host]


def start(hosts: Hosts) -> Machines:
    """A scheduler and two workers, each in a folder of its own."""
    scheduler, address = hosts.scheduler()
    return Machines(
        scheduler, address, (hosts.worker("one", address), hosts.worker("two", address))
    )


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    folder = tmp_path_factory.mktemp("machines")
    with Hosts(folder) as hosts:
        yield start(hosts)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """Some files, two of them alike, one of which nothing can be read."""
    folder = tmp_path / "files"
    folder.mkdir()
    animals, places = ("gull", "owl", "hare"), ("north", "south")
    for number in range(FILES):
        said = _SAID.format(
            animal=animals[number % 3], place=places[number % 2], number=number // 2 * 2
        )
        (folder / f"{number:02}.txt").write_text(f"{said} Note {number}.\n" * (1 + number % 4))
    (folder / "copy.txt").write_bytes((folder / "03.txt").read_bytes())
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 and nothing else")
    return folder


def settings_for(library: str) -> Settings:
    return load_settings(library=library, embedder=HASHING)


def by_cluster(
    library: str,
    folder: Path,
    cluster: str,
    listener: Listener | None = None,
    stopping: Callable[[], bool] = lambda: False,
    **options: Any,
) -> Summary:
    """Ingest a folder with the workers of a cluster."""
    with open_library(library, create=True) as opened:
        return ingest_on_cluster(
            find_sources([folder], may_be_empty=True),
            opened,
            HashingEmbedder(),
            listener,
            Options(**options),
            stopping,
            cluster=Cluster.of(cluster),
            settings=settings_for(library),
        )


def alone(library: str, folder: Path) -> Summary:
    """Ingest a folder on this machine."""
    with open_library(library, create=True) as opened:
        return ingest_sources(find_sources([folder]), opened, HashingEmbedder())


def contents(library: str) -> dict[str, object]:
    """All that a library holds, by document: its text, passages and vectors, and its refusals."""
    with open_library(library) as opened:
        return {
            "refusals": {refusal.source: refusal.reason for refusal in opened.refusals()},
            **{entry.source: _document(opened, entry.id) for entry in opened.entries()},
        }


def _document(library: Library, id: str) -> tuple[object, ...]:
    document = library.document(id)
    if document.origin is not None:  # when it was read differs
        document = replace(document, origin=replace(document.origin, read_at_ns=0))
    ids = library.passage_ids([id])
    passages, vectors = library.passages(ids), library.vectors(ids)
    return (
        document,
        [passages[one].passage for one in ids],
        [vectors[one].tobytes() for one in ids],
    )


def told(summary: Summary) -> list[Event]:
    """What became of each file, by its name."""
    return sorted(summary.events, key=lambda event: event.source)
