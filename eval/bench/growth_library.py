"""A generated library that grows to any size, and goes on where it was stopped.

A passage is two sentences of the bundled article, with some words of its own. Its vector is the
mean of theirs, each moved at random, so that vectors lie as those of real sentences do.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from pincite.corpus.errors import UsageError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document, Passage, Section, Span
from pincite.eval.run import Progress
from pincite.retrieval.embedding.embedder import Embedder, Vectors
from pincite.retrieval.search.indexes import publish

PASSAGES = 20  # of a document
ADDED = "added/"  # before the names of documents that are there only for a moment
HALF = "half"  # the tag of every other document
_SEED = 11
_AT_ONCE = 250  # documents in one transaction
_PUBLISHED = 1000  # documents between two publishes; what is stopped loses no more than these
_NOISE = 0.6  # of a vector's length: cosines of the same sentence's copies are near 0.74
_PROGRESS = "build.json"


@dataclass(frozen=True, slots=True)
class Time:
    """Of one piece of work, in seconds: by the clock, and of the processor."""

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: Time) -> Time:
        return Time(self.wall + other.wall, self.cpu + other.cpu)


def timed(work: Callable[[], object]) -> Time:
    """What a piece of work takes."""
    wall, cpu = time.perf_counter(), time.process_time()
    kept = work()  # so that what it gives is not torn down inside the time
    found = Time(time.perf_counter() - wall, time.process_time() - cpu)
    del kept
    return found


class Source:
    """Makes documents of sentences of the bundled article; a name always gives the same one."""

    def __init__(self, embedder: Embedder) -> None:
        text = (Path(str(files("pincite.corpus"))) / "documents" / "ai_safety.txt").read_text()
        lines = [line for line in text.replace(". ", ".\n").splitlines() if len(line) > 40]
        self._sentences = lines[:400]
        self._vectors = embedder.embed_documents(self._sentences)
        self._fingerprint = embedder.fingerprint

    def put(self, library: Library, names: Sequence[str], passages: int = PASSAGES) -> None:
        """Put documents of so many passages into the library, every other one with the tag."""
        made = [self._document(name, passages) for name in names]
        vectors = {key: rows for _, _, found in made for key, rows in found.items()}
        tags = {name: [HALF] for name in names[::2]}
        library.put([(d, p) for d, p, _ in made], vectors, self._fingerprint, tags=tags)

    def _document(
        self, name: str, passages: int
    ) -> tuple[Document, list[Passage], dict[bytes, Vectors]]:
        chance = random.Random(f"{_SEED} {name}")
        text, cut, chosen = "", [], []
        for _ in range(passages):
            places = chance.sample(range(len(self._sentences)), 2)
            spans = []
            for place in places:
                said = f"{self._sentences[place]} See w{chance.getrandbits(20):x}q."
                spans.append(Span(len(text), len(text) + len(said)))
                text += said + "\n"
            cut.append(Passage(Span(spans[0].start, spans[-1].end), tuple(spans)))
            chosen.append(places)
        document = Document(name, name, text, (Section(Span(0, len(text))),))
        rows = self._moved(chosen, chance.getrandbits(32))
        return document, cut, {p.key(text): r for p, r in zip(cut, rows, strict=True)}

    def _moved(self, places: Sequence[Sequence[int]], seed: int) -> Vectors:
        """The vectors ``(passages, 3, dimension)`` of passages and their two sentences."""
        said = self._vectors[np.array(places)]
        base = np.concatenate([said.mean(axis=1, keepdims=True), said], axis=1)
        base /= np.linalg.norm(base, axis=2, keepdims=True)
        noise = np.random.default_rng(seed).standard_normal(base.shape, np.float32)
        moved = base + noise * np.float32(_NOISE / base.shape[2] ** 0.5)
        found: Vectors = moved / np.linalg.norm(moved, axis=2, keepdims=True)
        return found


def grow(
    folder: Path,
    source: Source,
    passages: int,
    progress: Progress = lambda doing, done, total: None,
) -> Time:
    """Bring the library in ``folder`` to so many passages, and publish its indexes.

    Returns:
        The time that all its publishes took so far, in this process and in those before it.

    Raises:
        UsageError: it has more already.
    """
    wanted = 2 * -(-passages // (2 * PASSAGES))  # even, as each batch, so that half have the tag
    with Library.open(folder, create=True) as library:
        spent = _spent(folder)
        # What a run that was stopped had added to see how long that takes.
        left = [id for id, name in library.sources().items() if name.startswith(ADDED)]
        if left:
            library.remove(left)
            publish(library)
        there = library.document_count()
        if there > wanted:
            raise UsageError(
                f"the library {folder} has {there * PASSAGES:,} passages already; ask for as many "
                "or more, or name another folder"
            )
        while there < wanted:
            progress(f"building {passages:,} passages, in documents", there, wanted)
            upto = min(wanted, there + _PUBLISHED)
            for start in range(there, upto, _AT_ONCE):
                names = [_name(number) for number in range(start, min(upto, start + _AT_ONCE))]
                source.put(library, names)
            there = upto
            spent += timed(lambda: publish(library))
            (folder / _PROGRESS).write_text(json.dumps(asdict(spent)))
    return spent


def _spent(folder: Path) -> Time:
    try:
        return Time(**json.loads((folder / _PROGRESS).read_text()))
    except FileNotFoundError:
        return Time()


def _name(number: int) -> str:
    return f"{number // 1000}/{number}.txt"
