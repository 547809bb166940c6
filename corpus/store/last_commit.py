"""Which commit a library saw last, noted beside its file.

    LIBRARY/last_commit.json   {"commits": 12, "generation": 9}

SQLite keeps the latest commits in ``library.sqlite-wal``. Where that file is lost or cut short, the
library opens as it was before them, and nothing in it says so; this note does. It is written after
the commit and read before the library, so it is never ahead of a library that has lost nothing.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from pincite.corpus.errors import LibraryOlderError

FILE = "last_commit.json"
_STORED = "SELECT key, value FROM meta WHERE key IN ('commits', 'generation')"
_INDEXES, _MANIFESTS = "indexes", "*/*/manifest.json"  # each names its generation
_GENERATION = re.compile(r'"generation": ([0-9]+)')


@dataclass(frozen=True, slots=True)
class Commit:
    """How many commits a library has seen, and its generation: those that could change answers."""

    commits: int = 0
    generation: int = 0


def stored(rows: Callable[[str], Iterable[tuple[str, str]]]) -> Commit | None:
    """What the library itself says; None where it says nothing that makes sense."""
    said = {key: str(value) for key, value in rows(_STORED)}
    if len(said) < 2 or not all(value.isascii() and value.isdigit() for value in said.values()):
        return None
    return Commit(**{key: int(value) for key, value in said.items()})


def note(folder: Path, commit: Commit | None) -> None:
    """Note a commit. Where that fails, it is only a later loss that nobody notices."""
    with contextlib.suppress(OSError):
        if commit is not None:
            (folder / FILE).write_text(json.dumps(asdict(commit)), "utf-8")


def noted(folder: Path) -> Commit:
    """The last commit that was noted, or that indexes were made of."""
    made = [0]
    with contextlib.suppress(OSError, ValueError):
        for manifest in (folder / _INDEXES).glob(_MANIFESTS):
            made += map(int, _GENERATION.findall(manifest.read_text("utf-8")))
    try:
        commit = Commit(**json.loads((folder / FILE).read_text("utf-8")))
        return Commit(int(commit.commits), max(int(commit.generation), *made))
    except (OSError, ValueError, TypeError):
        return Commit(0, max(made))


def missing(there: Commit, before: Commit) -> int:
    """How many commits a library lacks that were noted before it was looked at."""
    return max(before.commits - there.commits, before.generation - there.generation, 0)


def check(folder: Path, there: Commit | None, before: Commit) -> None:
    """Check that a library lacks no commit that was noted before it was looked at.

    Raises:
        LibraryOlderError: it lacks some.
    """
    if there is not None and (lost := missing(there, before)):
        commits = "1 commit is" if lost == 1 else f"{lost} commits are"
        raise LibraryOlderError(
            f"the library {folder} is older than its indexes: {commits} missing, perhaps its -wal "
            "file was lost; restore it, or go on with what is left: pincite doctor --accept"
        )
