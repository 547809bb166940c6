"""Bytes that turn, in every file of a library."""

from __future__ import annotations

import os
import random
import shutil
import signal
from pathlib import Path

from pincite.corpus.errors import PinciteError
from pincite.corpus.store.database import FILE_NAME
from pincite.corpus.store.library import Library
from tests.retrieval.damaged_library import check_true, damaged, make_sound, seen
from tests.torture.rows import Row, Tally
from tests.torture.states import Tell, ended, forked, fresh

PART = "flips"
_LOG = f"{FILE_NAME}-wal"
_DATABASE_SHARE = 0.5
_WITHOUT_INDEXES = 0.05  # of the flips in the database, so that what is damaged is indexed anew


def run(folder: Path, count: int, seed: int) -> list[Row]:
    """So many flips, half of them in the database file, the rest in the others by turns."""
    chance = random.Random(seed)
    sound = folder / "sound"
    make_sound(sound)
    _leave_log(sound)
    with fresh(folder / "right") as copy:
        shutil.copytree(sound, copy)
        right = seen(copy)
    kinds = _kinds(sound)
    in_database = round(count * _DATABASE_SHARE)
    each = -(-(count - in_database) // (len(kinds) - 1))
    rows = []
    for kind, files in kinds.items():
        tally = Tally()
        for number in range(in_database if kind == FILE_NAME else each):
            with fresh(folder / f"flip-{kind}-{number}") as copy:
                shutil.copytree(sound, copy)
                _flip(copy / chance.choice(files), chance)
                if kind == FILE_NAME and chance.random() < _WITHOUT_INDEXES:
                    shutil.rmtree(copy / "indexes")
                _look(copy, right, tally)
        rows.append(tally.row(PART, f"a byte turned in {kind}"))
    return rows


def _leave_log(folder: Path) -> None:
    """Let the latest commits be in SQLite's log, as a killed process leaves them."""

    def work(_: Tell) -> None:
        with Library.open(folder) as library:
            library.tag([library.find("8.txt").id], add=["law"])
            library.tag([library.find("7.txt").id], add=["sea"])
            os.kill(os.getpid(), signal.SIGKILL)

    assert ended(*forked(work)).code == -signal.SIGKILL
    assert (folder / _LOG).stat().st_size > 0
    (folder / f"{FILE_NAME}-shm").unlink()  # made anew by whoever opens it


def _kinds(folder: Path) -> dict[str, list[Path]]:
    """The files of a library by their names, which tell what they are."""
    kinds: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            kinds.setdefault(path.name, []).append(path.relative_to(folder))
    return kinds


def _flip(file: Path, chance: random.Random) -> None:
    data = file.read_bytes()
    while (turned := damaged(data, chance)) == data:
        pass
    file.write_bytes(turned)


def _look(folder: Path, right: dict[str, object], tally: Tally) -> None:
    """Ask the library all that there is to ask, and tell what came of it."""
    complaints: list[str] = []
    try:
        is_whole = check_true(folder, right, complaints.append)
        if not is_whole:
            tally.tell("left out, and named by doctor")
        elif complaints:
            tally.tell("healed and said")
        else:
            tally.tell("harmless")
    except PinciteError:
        tally.tell("refused in a sentence")
    except Exception as error:
        tally.fault(f"{folder.name}: {type(error).__name__}: {error}")
