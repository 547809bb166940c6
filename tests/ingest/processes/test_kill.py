"""Killed at any moment and started again, taking in ends with the library of an undisturbed run."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from pincite.corpus.store.library import Library
from pincite.retrieval.embedding.hashing_embedder import HASHING
from pincite.retrieval.search.indexes import index_problems

_SEED = 20
_WORDS = "gull owl tern nest cliff night mussel wing feather harbour winter eats hunts sits"


def start(folder: Path, library: Path) -> subprocess.Popen[bytes]:
    """The command line at work on a folder."""
    return subprocess.Popen(
        [sys.executable, "-m", "pincite.ui.cli", "--library", str(library), "ingest", str(folder)],
        env={**os.environ, "PINCITE_EMBEDDER": HASHING},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def contents(folder: Path) -> tuple[Any, ...]:
    """All of a library but its times and the ids of its passages; and it must be sound."""
    with Library.open(folder) as library:
        assert library.problems() == []
        assert index_problems(library) == []
        entries = [(e.id, e.title, e.passages, e.characters) for e in library.entries()]
        titles = {e.id: e.source for e in library.entries()}
        found = []
        for stored, title, text in library.passage_texts():
            vectors = library.vectors([stored.id])[stored.id].tobytes()
            found.append((titles[stored.document], stored.passage, title, text, vectors))
        refused = [(r.source, r.reason) for r in library.refusals()]
    return entries, sorted(found, key=str), refused


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many small files, a long one, ones for the processes that read, and refused ones."""
    chance = random.Random(_SEED)
    made = tmp_path_factory.mktemp("killed") / "files"
    made.mkdir()
    for number in range(120):
        said = (" ".join(chance.choices(_WORDS.split(), k=9)).capitalize() for _ in range(40))
        (made / f"{number:03}.txt").write_text(". ".join(said) + ".\n", "utf-8")
    rows = (" ".join(chance.choices(_WORDS.split(), k=30)).capitalize() for _ in range(3000))
    (made / "060-long.txt").write_text(".\n\n".join(rows), "utf-8")
    (made / "080-other.txt").write_text("Un café, et de l’été. " * 50, "latin-1", "replace")
    (made / "100-refused.txt").write_bytes(b"\0\1\2")
    return made


@pytest.fixture(scope="module")
def undisturbed(folder: Path) -> tuple[tuple[Any, ...], float]:
    """What one run gives, and the seconds that it takes."""
    started = time.monotonic()
    assert start(folder, folder.parent / "whole").wait(120) == 1  # one file is refused
    return contents(folder.parent / "whole"), time.monotonic() - started


def killed(folder: Path, library: Path, chance: random.Random, seconds: float) -> Iterator[bool]:
    """Kill a run at a random moment of its time; whether it was still running."""
    with start(folder, library) as process:
        try:
            process.wait(chance.uniform(0, seconds))
            yield False
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            yield True


def check(
    folder: Path,
    library: Path,
    undisturbed: tuple[tuple[Any, ...], float],
    chance: random.Random,
    kills: int,
) -> None:
    """Kill so many runs after each other, at least one at work, then let one end."""
    expected, seconds = undisturbed
    for attempt in count():
        # A machine that was busy when the undisturbed run was timed would have us come too late
        # each time; half the time on each further try cannot.
        ours = library / f"{attempt}"
        hit = sum(sum(killed(folder, ours, chance, seconds / 2**attempt)) for _ in range(kills))
        assert start(folder, ours).wait(120) == 1
        assert contents(ours) == expected
        if hit:
            return


def test_a_run_that_was_killed_is_finished_by_the_next(
    folder: Path, undisturbed: tuple[tuple[Any, ...], float], tmp_path: Path
) -> None:
    check(folder, tmp_path, undisturbed, random.Random(_SEED), kills=3)


@pytest.mark.slow
@pytest.mark.parametrize("moment", range(100))
def test_at_whichever_moment_it_is_killed_nothing_is_different(
    folder: Path, undisturbed: tuple[tuple[Any, ...], float], tmp_path: Path, moment: int
) -> None:
    check(folder, tmp_path, undisturbed, random.Random(moment), kills=1)
