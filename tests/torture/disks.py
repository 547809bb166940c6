"""Disks that are full, that fail, and that nobody may write to."""

from __future__ import annotations

import errno
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from pincite.corpus.errors import LibraryReadOnlyError, PinciteError
from pincite.corpus.store.library import Library
from tests.retrieval.search.test_segments import small_segments
from tests.torture import faults
from tests.torture.rows import Row, Tally
from tests.torture.states import (
    Script,
    Tell,
    answers_of,
    commits,
    differences,
    ended,
    forked,
    fresh,
)

PART = "disks"
_PAGE = 4096
_DISK = 8 << 20  # bytes of the disk that is filled

Refuse = Callable[[], None]


def run(folder: Path, count: int, seed: int) -> list[Row]:
    """``count`` sizes of a disk, as many faults of two kinds, and a folder that is read-only."""
    chance = random.Random(seed)
    with small_segments():
        script = Script(folder / "script", seed)
        steps, written = _counted(script, folder)
        rows = [
            _sizes(script, folder, count, written),
            _errors(script, folder, count, steps, chance, last=False),
            _errors(script, folder, count, steps, chance, last=True),
        ]
        if can_mount(folder / "mounted"):
            rows += [_disks(script, folder, count, written), _read_only(script, folder)]
    return rows


def _counted(script: Script, folder: Path) -> tuple[int, int]:
    """How many steps the script takes, and how many bytes it writes."""
    full, counting = faults.Full(1 << 40), faults.Counting()
    before = full.left
    opened = open

    class Both:
        def before(self, name: str, size: int) -> int | None:
            counting.before(name, size)
            return full.before(name, size)

        def after(self, name: str) -> None:
            pass

    with fresh(folder / "counted") as copy:
        script.copy(copy)

        def work(_: Tell) -> None:
            with Library.open(copy) as library:
                faults.install(Both())
                script.run(library)
                found = f"{len(counting.steps)} {before - full.left}"
            with opened(folder / "counts", "w") as file:
                file.write(found)

        assert ended(*forked(work)).code == 0
    steps, written = map(int, (folder / "counts").read_text().split())
    return steps, written


def _sizes(script: Script, folder: Path, count: int, written: int) -> Row:
    tally = Tally()
    for number in range(count):
        left = number * written // count
        with fresh(folder / f"size-{number}") as copy:
            script.copy(copy)
            _suffer(script, copy, partial(faults.install, faults.Full(left)), tally)
    return tally.row(PART, "space for so many bytes and no more (fault layer)")


def _errors(
    script: Script, folder: Path, count: int, steps: int, chance: random.Random, *, last: bool
) -> Row:
    tally = Tally()
    for number in range(count):
        plan = faults.Failing(chance.randrange(steps), errno.EIO, last)
        with fresh(folder / f"error-{number}-{last}") as copy:
            script.copy(copy)
            _suffer(script, copy, partial(faults.install, plan), tally)
    what = "every step from one on" if last else "one step"
    return tally.row(PART, f"{what} to the disk fails with EIO (fault layer)")


def _suffer(
    script: Script,
    copy: Path,
    break_disk: Refuse,
    tally: Tally,
    mend_disk: Refuse = lambda: None,
) -> None:
    """Make the changes on a disk that breaks, ask it still, and look at it when it is whole."""

    def work(acknowledged: Tell) -> None:
        with Library.open(copy) as library:
            break_disk()
            try:
                script.run(library, acknowledged=acknowledged)
            except PinciteError:
                done = script.done(library)
                if answers_of(library) != script.states[done].answers:
                    raise AssertionError("it answers otherwise than before") from None
                raise

    end = ended(*forked(work))
    mend_disk()
    if end.code not in (0, 1):
        tally.fault(f"{copy.name}: {end.error or end.code}")
        return
    try:
        with Library.open(copy) as library:
            done = script.done(library)
            wrong = list(differences(library, script.states[min(done, len(script.states) - 1)]))
            if not end.acknowledged <= done <= end.acknowledged + 1:
                wrong.append(f"{done} changes are there, and {end.acknowledged} were acknowledged")
            script.run(library, start=done)
            wrong += differences(library, script.states[-1])
    except (PinciteError, OSError) as error:
        wrong = [f"{type(error).__name__}: {error}"]
    if wrong:
        tally.fault(f"{copy.name}: {'; '.join(wrong)}")
    elif end.code == 1:
        tally.tell("refused in a sentence; asked all along; whole afterwards")
    else:
        tally.tell("done, in spite of it")


# Real disks, where whoever runs this may mount


def can_mount(folder: Path) -> bool:
    """Whether a disk of memory can be mounted here: root may not, in most containers."""
    try:
        with mounted(folder, "-t", "tmpfs", "tmpfs"):
            return True
    except (OSError, subprocess.CalledProcessError):
        return False


@contextmanager
def mounted(folder: Path, *how: str) -> Iterator[None]:
    """While a disk is mounted at a folder."""
    folder.mkdir(exist_ok=True)
    subprocess.run(["mount", *how, str(folder)], check=True, capture_output=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _disks(script: Script, folder: Path, count: int, written: int) -> Row:
    """A disk of memory that is filled by a file but for so many pages."""
    tally = Tally()
    disk = folder / "disk"
    with mounted(disk, "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs"):
        rest = disk / "rest"
        for number in range(count):
            with fresh(disk / f"disk-{number}") as copy:
                script.copy(copy)
                fill = partial(_fill, rest, number * written // count)
                _suffer(script, copy, fill, tally, rest.unlink)
    return tally.row(PART, "a disk (tmpfs) with so many pages left")


def _fill(rest: Path, but: int) -> None:
    free = shutil.disk_usage(rest.parent).free - but
    with rest.open("wb", 0) as file:
        os.posix_fallocate(file.fileno(), 0, max(_PAGE, free // _PAGE * _PAGE))


def _read_only(script: Script, folder: Path) -> Row:
    """A disk that is mounted to be read: with indexes and without."""
    tally = Tally()
    for indexes in (True, False):
        disk = folder / f"read-only-{indexes}"
        with mounted(disk, "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs"):
            copy = script.copy(disk / "library")
            if not indexes:
                shutil.rmtree(copy / "indexes")
            subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
            _ask_read_only(script, copy, tally)
    return tally.row(PART, "a disk that is mounted read-only: asked, then changed")


def _ask_read_only(script: Script, copy: Path, tally: Tally) -> None:
    with Library.open(copy) as library:
        right = answers_of(library) == script.states[0].answers
        (tally.tell("answered") if right else tally.fault("it answers otherwise"))
        before = commits(library)
        for change in script.changes:
            try:
                change(library)
            except LibraryReadOnlyError:
                tally.tell("change refused in a sentence")
            except Exception as error:
                tally.fault(f"a change: {type(error).__name__}: {error}")
            else:
                tally.fault("a change was taken")
        assert commits(library) == before
