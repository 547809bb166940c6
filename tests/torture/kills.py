"""Kills, at every step to the disk and at any moment."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from pincite.corpus.errors import PinciteError
from pincite.corpus.store.library import Library
from pincite.retrieval.search.indexes import open_indexes
from tests.retrieval.search.test_segments import small_segments
from tests.torture import faults
from tests.torture.rows import Row, Tally
from tests.torture.states import (
    COMPACT,
    PUBLISH,
    Ended,
    Script,
    Tell,
    differences,
    ended,
    forked,
    fresh,
)

PART = "kills"
_KILLED = -signal.SIGKILL
_WHENS = ("before", "half", "after")
_OF_ONE_SCRIPT = 80  # kills of one stage, before another script is taken
_SHARES = {PUBLISH: 0.4, "commit": 0.3, COMPACT: 0.1, "opening": 0.1, "moment": 0.1}
_WHAT = {
    PUBLISH: "killed at a step of publishing or merging indexes",
    "commit": "killed at a step of a change (put, replace, remove, rename, tag)",
    COMPACT: "killed at a step of compacting",
    "opening": "killed at a step of opening what another kill left",
    "moment": "killed at any moment",
}


def run(folder: Path, count: int, seed: int) -> list[Row]:
    """Kill so many processes, and look at what each has left."""
    chance = random.Random(seed)
    with small_segments():
        scripts = _Scripts(folder, seed)
        return [
            _kill(stage, scripts, max(1, round(count * share)), chance)
            for stage, share in _SHARES.items()
        ]


class _Scripts:
    """Scripts from one seed, made when they are wanted, each with the stages of its steps."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._seed = seed
        self._made: list[tuple[Script, list[str]]] = []

    def get(self, number: int) -> tuple[Script, list[str]]:
        while number >= len(self._made):
            folder = self._folder / f"script-{len(self._made)}"
            script = Script(folder, self._seed + len(self._made))
            self._made.append((script, _stages(script, folder)))
        return self._made[number]


def _kill(stage: str, scripts: _Scripts, count: int, chance: random.Random) -> Row:
    tally, number = Tally(), 0
    while tally.count < count:
        script, stages = scripts.get(number)
        jobs = _jobs(stages, stage)
        for job in chance.sample(jobs, min(len(jobs), _OF_ONE_SCRIPT, count - tally.count)):
            with fresh(script.base.parent / "killed") as copy:
                _once(script, script.copy(copy), stage, job, tally, chance)
        number += 1
    return tally.row(PART, _WHAT[stage])


Job = tuple[int, str]  # the step, and when in it


def _jobs(stages: list[str], stage: str) -> list[Job]:
    """Points at which to kill: before, within and after each step of the stage."""
    if stage == "moment":
        return [(0, "")] * _OF_ONE_SCRIPT
    wanted = PUBLISH if stage == "opening" else stage
    return [(at, when) for at, name in enumerate(stages) if name == wanted for when in _WHENS]


def _stages(script: Script, folder: Path) -> list[str]:
    """The stage of each step that the script takes."""
    counting = faults.Counting()
    with fresh(folder / "counted") as copy:
        script.copy(copy)
        child, reading = forked(lambda tell: _count(script, copy, counting, folder))
        assert ended(child, reading).code == 0
    return (folder / "steps").read_text().split()


def _count(script: Script, copy: Path, counting: faults.Counting, folder: Path) -> None:
    opened = open
    with Library.open(copy) as library:
        faults.install(counting)

        def stage(name: str) -> None:
            counting.stage = name

        script.run(library, stage)
        steps = [name for name, _ in counting.steps]
    with opened(folder / "steps", "w") as file:
        file.write(" ".join(steps))


def _once(
    script: Script, copy: Path, stage: str, job: Job, tally: Tally, chance: random.Random
) -> None:
    """One kill, and a look at what is left of the library."""
    end = _at_a_moment(script, copy, chance) if stage == "moment" else _at(script, copy, job)
    if stage == "opening" and end.code == _KILLED:
        _open_and_die(copy, chance)
    where = f"{stage}, step {job[0]}, {job[1]}"
    if end.code == 0:
        tally.tell("ended before the kill")
    elif end.code != _KILLED:
        tally.fault(f"{where}: {end.error}")
    elif faults_left := list(_left(script, copy, end, goes_on=chance.random() < 0.1)):
        tally.fault(f"{where}: {'; '.join(faults_left)}")
    else:
        tally.tell("whole, with all that was acknowledged")


def _at(script: Script, copy: Path, job: Job) -> Ended:
    def work(acknowledged: Tell) -> None:
        with Library.open(copy) as library:
            faults.install(faults.Dying(*job))
            script.run(library, acknowledged=acknowledged)

    return ended(*forked(work))


def _at_a_moment(script: Script, copy: Path, chance: random.Random) -> Ended:
    def work(acknowledged: Tell) -> None:
        with Library.open(copy) as library:
            script.run(library, acknowledged=acknowledged)
        time.sleep(60)  # so that nobody ends before the kill

    child, reading = forked(work)
    time.sleep(chance.uniform(0, 0.5))
    os.kill(child, signal.SIGKILL)
    return ended(child, reading)


def _open_and_die(copy: Path, chance: random.Random) -> None:
    """Open and mend the library, and be killed at it."""

    def work(_: Tell) -> None:
        faults.install(faults.Dying(chance.randrange(12), chance.choice(_WHENS)))
        with Library.open(copy) as library:
            open_indexes(library, lambda sentence: None)

    ended(*forked(work))


def _left(script: Script, copy: Path, end: Ended, *, goes_on: bool) -> Iterator[str]:
    """What is wrong with the library that a killed process left, a clause each."""
    try:
        with Library.open(copy) as library:
            done = script.done(library)
            if not end.acknowledged <= done <= end.acknowledged + 1:
                yield f"{done} changes are there, and {end.acknowledged} were acknowledged"
                return
            yield from differences(library, script.states[done])
            if goes_on:
                script.run(library, start=done)
                yield from differences(library, script.states[-1])
    except (PinciteError, OSError) as error:
        yield f"{type(error).__name__}: {error}"
