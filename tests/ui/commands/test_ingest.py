"""``pincite ingest`` with folders: what is taken, what is said, and how it ends."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from pincite.ingest import storing
from pincite.ingest.events import Event
from pincite.ui.commands import ingest
from tests.conftest import Pincite

_PATIENCE_S = 60


def make(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"The word of {name} is short.\n", "utf-8")
    return folder


def sources(pincite: Pincite) -> list[str]:
    listed = json.loads(pincite("documents", "--json").stdout)
    return [entry["source"] for entry in listed if entry["state"] != "refused"]


def test_patterns_choose_among_the_files_of_a_folder(tmp_path: Path, pincite: Pincite) -> None:
    folder = make(tmp_path / "f", "a.md", "a.txt", "drafts/b.md", "in/c.md")
    assert pincite("ingest", folder, "--include", "*.md", "--exclude", "drafts/").code == 0
    assert sources(pincite) == [str(folder / "a.md"), str(folder / "in" / "c.md")]


def test_what_was_left_out_is_counted_by_its_kind(tmp_path: Path, pincite: Pincite) -> None:
    folder = make(tmp_path / "f", "a.txt", "b.mp4", "c.MP4", "d.exe")
    run = pincite("ingest", folder)
    assert run.code == 0
    last = run.stderr.splitlines()[-1]
    assert last == "left out: 3 files that Pincite does not read: .mp4 2, .exe 1"


def test_a_file_of_an_unknown_kind_that_is_named_is_refused(
    tmp_path: Path, pincite: Pincite
) -> None:
    (tmp_path / "a.exe").write_bytes(b"MZ\0\1\2")
    run = pincite("ingest", "a.exe")
    assert run.code == 1
    assert run.stderr.startswith(f"refused: {tmp_path / 'a.exe'} ")


def test_a_warning_is_shown_under_its_file_and_is_no_failure(
    tmp_path: Path, pincite: Pincite
) -> None:
    (tmp_path / "a.txt").write_bytes("Café au lait is good coffee.".encode("latin-1"))
    run = pincite("ingest", "a.txt")
    assert run.code == 0
    added, warning, summary = run.stderr.splitlines()
    assert added.startswith("added: ")
    assert warning.startswith("  warning: ")
    assert "1 with a warning" in summary


def test_sync_forgets_what_is_gone_even_all_of_it(tmp_path: Path, pincite: Pincite) -> None:
    folder = make(tmp_path / "f", "a.txt", "b.txt")
    pincite("ingest", folder)
    (folder / "a.txt").unlink()
    run = pincite("ingest", folder, "--sync")
    assert run.code == 0
    assert f"removed: {folder / 'a.txt'}, 1 passage" in run.stderr
    assert "1 unchanged, 1 removed, 0 refused" in run.stderr
    (folder / "b.txt").unlink()
    assert pincite("ingest", folder, "--sync").code == 0
    assert sources(pincite) == []


def test_a_refusal_is_named_each_time_and_fails_each_time(tmp_path: Path, pincite: Pincite) -> None:
    folder = make(tmp_path / "f", "a.txt")
    (folder / "b.txt").write_bytes(b"\0\1\2")
    first, second = pincite("ingest", folder), pincite("ingest", folder)
    assert (first.code, second.code) == (1, 1)
    refused = next(line for line in first.stderr.splitlines() if line.startswith("refused: "))
    assert refused in second.stderr.splitlines()
    assert "1 unchanged, 1 refused" in second.stderr


def test_a_file_that_is_too_large_is_refused_and_told_how_to_take_it(
    tmp_path: Path, pincite: Pincite
) -> None:
    (tmp_path / "a.txt").write_text("Owls. " * 200_000, "utf-8")
    run = pincite("ingest", "a.txt", "--largest", 1)
    assert run.code == 1
    assert "has 1.2 MB, and a file may have 1 MB" in run.stderr
    assert "--largest 2" in run.stderr


def test_originals_can_be_kept(tmp_path: Path, pincite: Pincite) -> None:
    from pincite.corpus.store.library import Library

    make(tmp_path, "a.txt")
    assert pincite("ingest", "a.txt", "--keep-originals").code == 0
    with Library.open(".pincite") as library:
        (entry,) = library.entries()
        assert library.original(entry.id) == (tmp_path / "a.txt").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--watch", "f/a.txt"), ["--watch needs folders", "name the folder"]),
        (("f", "--exclude", "!"), ["--exclude '!' is not a pattern"]),
        (("f", "--title", "One"), ["--title 'One'", "2 are named"]),
    ],
)
def test_what_does_not_go_together_is_wrong_usage_and_makes_no_library(
    tmp_path: Path, pincite: Pincite, arguments: tuple[str, ...], words: list[str]
) -> None:
    make(tmp_path / "f", "a.txt", "b.txt")
    run = pincite("ingest", *arguments)
    assert (run.code, [word for word in words if word not in run.stderr]) == (2, [])
    assert not (tmp_path / ".pincite").exists()


def test_patterns_that_leave_nothing_are_said(tmp_path: Path, pincite: Pincite) -> None:
    run = pincite("ingest", make(tmp_path / "f", "a.txt"), "--include", "*.md")
    assert run.code == 1
    assert "--include and --exclude leave" in run.stderr


def test_the_first_ctrl_c_ends_after_the_batch_in_hand_and_says_so(
    tmp_path: Path, pincite: Pincite, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make(tmp_path / "f", *(f"{number}.txt" for number in range(10)))
    usual, batches = storing.Storing.put, 0

    def put(self: storing.Storing, items: Any, vectors: Any) -> list[Event]:
        nonlocal batches
        batches += 1
        if batches == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return usual(self, items, vectors)

    with monkeypatch.context() as patch:
        patch.setattr(storing, "_BATCH_PASSAGES", 2)
        patch.setattr(storing.Storing, "put", put)
        run = pincite("ingest", folder)
    assert run.code == 130
    assert "stopped: the library has 4 documents; run the command again to continue" in run.stderr
    assert len(sources(pincite)) == 4
    again = pincite("ingest", folder)
    assert (again.code, len(sources(pincite))) == (0, 10)
    assert "6 added, 0 replaced, 4 unchanged" in again.stderr
    assert pincite("doctor").code == 0


def test_the_second_ctrl_c_ends_at_once(
    tmp_path: Path, pincite: Pincite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(_PATIENCE_S)

    monkeypatch.setattr(ingest, "ingest_sources", interrupt)
    run = pincite("ingest", make(tmp_path / "f", "a.txt"))
    assert run.code == 130
    assert "stopped: the library has 0 documents" in run.stderr


class Lines:
    """A process's standard error, line by line."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def until(self, wanted: str) -> list[str]:
        """Read up to a line that has the words."""
        seen: list[str] = []
        while line := self._stream.readline():
            seen.append(line)
            if wanted in line:
                return seen
        raise AssertionError(f"{wanted!r} was never said: {seen}")


@pytest.fixture
def watching(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "pincite.ui.cli", "ingest", "--watch", *arguments],
            env={**os.environ, "PINCITE_EMBEDDER": "hashing"},
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


def test_watching_keeps_the_library_right_until_ctrl_c(
    tmp_path: Path, pincite: Pincite, watching: Callable[..., subprocess.Popen[str]]
) -> None:
    folder = make(tmp_path / "f", "a.txt", "b.txt")
    (folder / "bad.txt").write_bytes(b"\0\1\2")
    with watching(str(folder)) as process:
        try:
            assert process.stderr is not None
            said = Lines(process.stderr)
            said.until("watching")
            make(folder, "c.txt")
            said.until(f"added: {folder / 'c.txt'}")
            (folder / "a.txt").unlink()
            said.until(f"removed: {folder / 'a.txt'}")
            make(folder, ".new")
            os.replace(folder / ".new", folder / "b.txt")
            seen = said.until(f"replaced: {folder / 'b.txt'}")
            assert not any("unchanged" in line or "refused" in line for line in seen)
            process.send_signal(signal.SIGINT)
            assert process.wait(_PATIENCE_S) == 0
            assert "Traceback" not in process.stderr.read()
        finally:
            process.kill()
    assert sources(pincite) == [str(folder / name) for name in ("b.txt", "c.txt")]
    assert pincite("doctor").code == 0


def test_a_folder_that_is_gone_is_an_error_that_tells_how_to_forget_it(
    tmp_path: Path, pincite: Pincite
) -> None:
    folder = make(tmp_path / "f", "a.txt", "b.txt")
    assert pincite("ingest", folder).code == 0
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    run = pincite("ingest", folder)
    assert (run.code, len(sources(pincite))) == (1, 2)
    assert f"pincite ingest --sync {folder}" in run.stderr
    synced = pincite("ingest", "--sync", folder)
    assert synced.code == 0
    assert f"removed: {folder / 'a.txt'}" in synced.stderr
    assert "2 removed" in synced.stderr
    assert sources(pincite) == []
    again = pincite("ingest", "--sync", folder)
    assert again.code == 1
    assert "no document of the library lies in it" in again.stderr


def test_a_missing_folder_makes_no_library(tmp_path: Path, pincite: Pincite) -> None:
    assert pincite("ingest", "--sync", tmp_path / "gone").code == 1
    assert not (tmp_path / ".pincite").exists()
