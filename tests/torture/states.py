"""A library that goes through a script of changes, and what it is after each of them.

Whatever happens on the way, what is there afterwards must be one of these states, no earlier than
the last change that was acknowledged: with the same documents, the same answers, and sound indexes.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pincite.corpus.errors import PinciteError
from pincite.corpus.store import last_commit
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.search.indexes import (
    index_differences,
    index_problems,
    open_indexes,
    publish,
)
from tests.retrieval.conftest import fill, hashing_settings, make_document
from tests.retrieval.search.test_segments import QUESTIONS, SENTENCES, built_at_once, said

COMMIT, PUBLISH, COMPACT = "commit", "publish", "compact"
_DOCUMENTS = 6
_LONGEST_S = 240  # of a forked process
ASKED = (*QUESTIONS, "What is kept in document 3?")

Change = Callable[[Library], None]
Stage = Callable[[str], None]
Tell = Callable[[], None]


@dataclass(frozen=True, slots=True)
class State:
    """What a library is: its documents with all that belongs to them, its answers, its indexes."""

    contents: Any
    answers: Any
    indexes: Any


class Script:
    """A library and some changes of it, one commit each, all from one seed."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.base = folder / "base"
        self._random = random.Random(seed)
        with Library.open(self.base, create=True) as library:
            for number in range(_DOCUMENTS):
                fill(library, self._document(number))
            self._begun = commits(library)
        self.changes = self._changes()
        self.states = self._undisturbed(folder)

    def copy(self, folder: Path) -> Path:
        """A copy of the library as it is before all changes."""
        return Path(shutil.copytree(self.base, folder))

    def done(self, library: Library) -> int:
        """How many of the changes a library has been through."""
        return commits(library) - self._begun

    def run(
        self,
        library: Library,
        stage: Stage = lambda name: None,
        acknowledged: Tell = lambda: None,
        start: int = 0,
    ) -> None:
        """Make the changes from ``start`` on, each published; ``stage`` hears what is done."""

        def staged(*arguments: Any, **named: Any) -> None:
            stage(PUBLISH)
            publish(*arguments, **named)

        with patch("pincite.ingest.pipeline.publish", staged):
            for change in self.changes[start:]:
                stage(COMPACT if change is compact else COMMIT)
                change(library)
                acknowledged()
                staged(library)

    def _document(self, number: int) -> Document:
        sentences = self._random.sample(SENTENCES, self._random.randrange(2, 6))
        text = "\n\n".join([f"In document {number} {number * 7} barrels are kept.", *sentences])
        return make_document(f"{text}\n", f"{number}.txt")

    def _changes(self) -> list[Change]:
        changes: list[Change] = [
            partial(put, documents=[self._document(7), self._document(8)]),
            partial(put, documents=[self._document(1)]),
            partial(remove, names=["2.txt", "3.txt"]),
            partial(rename, name="4.txt", other="other.txt"),
            partial(tag, name="5.txt"),
            partial(put, documents=[self._document(9), self._document(3)]),
        ]
        self._random.shuffle(changes)
        return [*changes, compact]

    def _undisturbed(self, folder: Path) -> list[State]:
        with Library.open(self.copy(folder / "undisturbed")) as library:
            states = [state_of(library)]
            for change in self.changes:
                change(library)
                publish(library)
                states.append(state_of(library))
                assert self.done(library) == len(states) - 1, "a change is one commit"
        return states


def put(library: Library, documents: Sequence[Document]) -> None:
    fill(library, *documents)


def remove(library: Library, names: Sequence[str]) -> None:
    library.remove([entry.id for name in names if (entry := library.entry(name))])


def rename(library: Library, name: str, other: str) -> None:
    library.rename(library.find(name).id, other)


def tag(library: Library, name: str) -> None:
    library.tag([library.find(name).id], add=["law"])


def compact(library: Library) -> None:
    library.compact()


def commits(library: Library) -> int:
    """How many commits a library has seen."""
    seen = last_commit.stored(library._database.rows)
    assert seen is not None
    return seen.commits


def state_of(library: Library) -> State:
    """What a library is, with indexes that were built from nothing."""
    return State(_contents(library), answers_of(library), built_at_once(library))


def differences(library: Library, expected: State) -> Iterator[str]:
    """In what a library differs from what it should be, or is not sound, a clause each."""
    complaints: list[str] = []
    yield from library.problems(deep=True)
    if _contents(library) != expected.contents:
        yield "its documents are others"
    indexes = open_indexes(library, complaints.append)
    yield from complaints
    yield from index_problems(library)
    yield from index_differences(library)
    if said(indexes) != expected.indexes:
        yield "its indexes find other passages"
    if answers_of(library) != expected.answers:
        yield "its answers are others"


def _contents(library: Library) -> Any:
    entries = [(e.id, e.source, e.title, e.tags, e.passages) for e in library.entries()]
    passages = [
        (stored, title, text, library.vectors([stored.id])[stored.id].tobytes())
        for stored, title, text in library.passage_texts()
    ]
    return sorted(entries), passages


def answers_of(library: Library) -> Any:
    engine = Engine(library, HashingEmbedder(), hashing_settings())
    answers = [engine.ask(question).to_json() for question in ASKED]
    for answer in answers:
        del answer["trace"]
        if answer["agreement"]:
            del answer["agreement"]["together"]  # told by the clock of the run that added them
    return answers


# Processes that are forked, so that a thousand of them import nothing


def forked(work: Callable[[Tell], None]) -> tuple[int, int]:
    """A process of its own that works, and the end of a pipe that gets a byte when it says so."""
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return child, reading
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(_LONGEST_S)  # a fork of a process with threads may hang, and nobody should wait
    write = os.write
    try:
        work(lambda: _mark(write, writing))
    except PinciteError as error:
        write(writing, f"\n{type(error).__name__}: {error}".encode())
        os._exit(1)
    except BaseException as error:
        write(writing, f"\nnot ours: {type(error).__name__}: {error}".encode())
        os._exit(2)
    os._exit(0)


def _mark(write: Callable[[int, bytes], int], pipe: int) -> None:
    write(pipe, b"+")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a forked process ended: its code, how often it acknowledged, and its error."""

    code: int
    acknowledged: int
    error: str


def ended(child: int, reading: int) -> Ended:
    """Wait for a forked process."""
    with os.fdopen(reading, "rb") as stream:
        told = stream.read().decode()
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    marks, _, error = told.partition("\n")
    return Ended(code, len(marks), error)


@contextmanager
def fresh(folder: Path) -> Iterator[Path]:
    """A folder that is gone afterwards."""
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
