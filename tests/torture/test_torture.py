"""The torture in short, the page that it makes, and that it notices what it looks for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from pincite.corpus.store.library import Library
from pincite.retrieval.search import manifest
from tests.retrieval.search.test_segments import small_segments
from tests.torture import faults, kills
from tests.torture.__main__ import PAGE
from tests.torture.parts import ABOUT, PARTS
from tests.torture.rows import Row, Tally, load, page, taken_in
from tests.torture.states import Script, Tell, ended, forked
from tests.torture.together import _wrong

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
SEED = 11


@pytest.mark.skipif(not faults.sqlite_is_within_reach(), reason="SQLite is linked in statically")
def test_in_short_nothing_comes_of_it_that_must_never_be(tmp_path: Path) -> None:
    results = tmp_path / "results.json"
    command = [sys.executable, "-m", "tests.torture", "--short", "--json", str(results)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280)
    assert done.returncode == 0, done.stdout + done.stderr
    made = load(results)["parts"]
    assert list(made) == [name for name, part in PARTS.items() if part.short]
    assert all(row["count"] for part in made.values() for row in part["rows"])


def test_the_page_is_what_the_results_say() -> None:
    results = load(PAGE.with_suffix(".json"))
    assert PAGE.read_text("utf-8") == page(results, ABOUT)
    assert list(ABOUT) == list(PARTS)
    assert results["parts"].keys() == PARTS.keys()


def test_results_of_a_part_take_the_place_of_its_earlier_ones() -> None:
    facts: dict[str, Any] = {"seed": 1, "count": 10, "full": 1000, "seconds": 2}
    facts.update(processors=3, date="2026-01-02")
    results = taken_in({"parts": {}}, "kills", [Row("kills", "a", 1)], facts)
    tally = Tally()
    tally.tell("whole")
    tally.fault("lost | found")
    results = taken_in(results, "kills", [tally.row("kills", "b", {"memory": "3 MB"})], facts)
    made = page(results, {"kills": "What it does.", "flips": ""})
    assert "**1 faults** in all" in made
    assert "| b | 2 | 1 whole; memory: 3 MB | 1 |" in made
    assert "- lost | found" in made
    assert "2026-01-02, shortened to 10 of 1,000: 2 seconds on 3 processors" in made


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    with small_segments():
        yield Script(tmp_path_factory.mktemp("script"), SEED)


def test_a_list_that_is_written_in_its_place_instead_of_renamed_is_noticed(
    script: Script, tmp_path: Path
) -> None:
    def commit(place: Path, now: manifest.Manifest) -> bool:
        (place / str(now.number)).mkdir()
        os.kill(os.getpid(), signal.SIGKILL)
        return False

    copy = script.copy(tmp_path / "copy")
    with patch("pincite.retrieval.search.manifest.commit", commit):
        end = kills._at(script, copy, (10_000, "after"))
    assert "no manifest" in " ".join(kills._left(script, copy, end, goes_on=False))


def test_a_change_that_was_acknowledged_and_is_gone_is_noticed(
    script: Script, tmp_path: Path
) -> None:
    end = kills._at(script, script.copy(tmp_path / "killed"), (200, "after"))
    assert end.acknowledged
    left = kills._left(script, script.copy(tmp_path / "older"), end, goes_on=False)
    assert list(left) == [f"0 changes are there, and {end.acknowledged} were acknowledged"]


def test_an_answer_of_two_generations_is_noticed() -> None:
    said = "The {} barrel of writer 0 holds {} litres."
    both = [said.format("left", 3), said.format("right", 4)]
    assert "two generations" in _wrong(both, 0, 3, 4)[0]
    assert "version 3" in _wrong([both[0]], 0, 4, 5)[0]
    assert _wrong([both[0]], 0, 2, 3) == []


@pytest.mark.skipif(not faults.sqlite_is_within_reach(), reason="SQLite is linked in statically")
def test_steps_of_sqlite_and_of_our_own_are_seen(tmp_path: Path) -> None:
    with Library.open(tmp_path / "library", create=True):
        pass
    counting = faults.Counting()
    real = open

    def work(_: Tell) -> None:
        with Library.open(tmp_path / "library") as library:
            faults.install(counting)
            library.record_failures([])  # one commit of SQLite's, and the note of it
            (tmp_path / "a").mkdir()
            (tmp_path / "a").rename(tmp_path / "b")
            with (tmp_path / "b" / "c").open("wb") as file:
                file.write(b"x")
                file.flush()
                os.fsync(file.fileno())
        with real(tmp_path / "steps", "w") as file:
            file.write(" ".join(name for _, name in counting.steps))

    assert ended(*forked(work)).code == 0
    steps = (tmp_path / "steps").read_text().split()
    before = steps.index("mkdir")
    assert set(steps[:before]) == {"write"}
    assert len(steps[:before]) > 2
    assert steps[before : before + 4] == ["mkdir", "rename", "write", "fsync"]
    assert "unlink" in steps[before:]  # of SQLite's log, when the last one closes
