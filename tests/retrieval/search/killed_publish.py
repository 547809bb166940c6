"""A program for the tests: publishes copies of a library, and dies at each step that it takes.

python -m tests.retrieval.search.killed_publish die LIBRARY FOLDER
python -m tests.retrieval.search.killed_publish race LIBRARY FOLDER
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from pincite.corpus.store.library import Library
from pincite.retrieval.search import manifest
from pincite.retrieval.search.indexes import open_indexes, publish
from tests.retrieval.conftest import fill, make_document
from tests.retrieval.search.test_segments import small_segments

_DEAD = 9
_STEPS = ("fsync", "rename", "unlink", "rmdir", "mkdir")


def _dying(step: int, *, before: bool) -> None:
    """Let this process die at its so-many-th step to the disk, just before or just after it."""
    steps = count()

    def dies(real: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        now = next(steps)
        if now == step and before:
            if real is fsync and os.fstat(arguments[0]).st_size:  # half of it never got there
                with contextlib.suppress(OSError):  # a folder
                    os.ftruncate(arguments[0], os.fstat(arguments[0]).st_size // 2)
            os._exit(_DEAD)
        found = real(*arguments, **named)
        if now == step:
            os._exit(_DEAD)
        return found

    fsync = os.fsync
    for name in _STEPS:
        real = getattr(os, name)
        setattr(os, name, lambda *a, _real=real, **n: dies(_real, *a, **n))


def _forked(work: Callable[[], None]) -> int:
    """A process of its own that does the work; its id."""
    child = os.fork()
    if child:
        return child
    try:
        work()
    except BaseException as error:
        os.write(1, f"{type(error).__name__}: {error}\n".encode())
        os._exit(1)
    os._exit(0)


def _ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def die(library: Path, folder: Path) -> None:
    """One copy for each step, each left as the dead process left it."""
    for before in (True, False):
        for step in count():
            copy = folder / f"{step:03}-{'before' if before else 'after'}"
            shutil.copytree(library, copy)

            def work(copy: Path = copy, step: int = step, before: bool = before) -> None:
                with Library.open(copy) as opened:
                    _dying(step, before=before)
                    publish(opened)

            code = _ended(_forked(work))
            if code == 0:  # it took fewer steps than that
                break
            assert code == _DEAD, code


def race(library: Path, folder: Path) -> None:
    """Two processes that write and publish, and one that opens, all at once."""
    del folder

    def write(writer: int) -> None:
        with Library.open(library) as opened:
            for number in range(8):
                fill(opened, make_document(f"A kraken, number {number}.", f"{writer}-{number % 3}"))

    def read() -> None:
        complaints: list[str] = []
        with Library.open(library) as opened:
            for _ in range(25):
                open_indexes(opened, complaints.append)
        assert complaints == [], complaints

    children = [_forked(lambda writer=w: write(writer)) for w in range(2)]  # type: ignore[misc]
    children.append(_forked(read))
    assert [_ended(child) for child in children] == [0, 0, 0]
    with Library.open(library) as opened:
        publish(opened)
        (place,) = (library / "indexes").iterdir()
        named = {files.name for files in manifest.latest(place).segments}
        there = {path.name for path in (place / "segments").iterdir()}
        assert there == named, (there, named)


if __name__ == "__main__":
    with small_segments():
        {"die": die, "race": race}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
