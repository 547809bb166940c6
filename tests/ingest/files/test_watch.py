"""What a watched folder tells."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pincite.corpus.errors import UnreadableSourceError
from pincite.ingest.files import watch as watching
from pincite.ingest.files.watch import changes

_PATIENCE_S = 30


class Watched:
    """A folder under watch, and how often it told of a change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.told = threading.Semaphore(0)
        self.stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        for _ in changes([self.folder], self.folder / "library", self.stopping):
            self.told.release()

    def __enter__(self) -> Watched:
        self._thread.start()
        assert self.tells()  # once at the beginning
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        self._thread.join(_PATIENCE_S)
        assert not self._thread.is_alive()

    def tells(self, within: float = _PATIENCE_S) -> bool:
        """Whether it tells of a change."""
        return self.told.acquire(timeout=within)


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watched]:
    monkeypatch.setattr(watching, "_QUIET_MS", 20)
    monkeypatch.setattr(watching, "_LOOK_MS", 100)
    for folder in ("in", ".hidden", "library"):
        (tmp_path / folder).mkdir()
    (tmp_path / "a.txt").write_text("Gulls.\n", "utf-8")
    with Watched(tmp_path) as made:
        yield made


def replace(folder: Path) -> None:
    (folder / ".a.txt.new").write_text("Owls.\n", "utf-8")
    os.replace(folder / ".a.txt.new", folder / "a.txt")


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "b.txt").write_text("Owls.\n", "utf-8"),
        lambda folder: (folder / "in" / "b.txt").write_text("Owls.\n", "utf-8"),
        lambda folder: (folder / "a.txt").write_text("Owls.\n", "utf-8"),
        lambda folder: (folder / "a.txt").unlink(),
        lambda folder: (folder / "a.txt").rename(folder / "c.txt"),
        lambda folder: (folder / ".gitignore").write_text("a.txt\n", "utf-8"),
        replace,
    ],
)
def test_a_change_is_told(watched: Watched, change: Callable[[Path], object]) -> None:
    change(watched.folder)
    assert watched.tells()


@pytest.mark.parametrize("name", [".hidden/b.txt", ".b.txt", "library/library.sqlite-wal"])
def test_what_is_hidden_and_the_library_itself_are_not_told(watched: Watched, name: str) -> None:
    (watched.folder / name).write_text("Owls.\n", "utf-8")
    assert not watched.tells(within=0.5)


def test_a_folder_that_cannot_be_watched_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "OS file watch limit reached")

    monkeypatch.setattr(watching, "watch", full)
    with pytest.raises(UnreadableSourceError, match=r"large cannot be watched: .*limit reached"):
        next(changes([tmp_path / "large"], tmp_path, threading.Event()))
