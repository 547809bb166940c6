"""A library on a medium that nobody may write to, and on a disk that is full."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from pincite.corpus.store.database import FILE_NAME
from pincite.corpus.store.library import Library
from tests.conftest import Pincite
from tests.ui.server.started import started

EATS = "What does the herring gull eat?"


def mounted(*arguments: object) -> None:
    """Mount, where whoever runs the tests may do that."""
    command = shutil.which("mount")
    if command is None or os.geteuid() != 0:
        pytest.skip("only root can mount")
    run = subprocess.run([command, *map(str, arguments)], capture_output=True, text=True)
    if run.returncode:
        pytest.skip(f"nothing can be mounted here: {run.stderr.strip()}")


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """While the folder cannot be written to, by root neither."""
    mounted("--bind", folder, folder)
    try:
        mounted("-o", "remount,bind,ro", folder)
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def full_disk(library: Path, folder: Path) -> Iterator[Path]:
    """A copy of the library on a disk of its own that has no byte left."""
    folder.mkdir()
    mounted("-t", "tmpfs", "-o", "size=1M", "tmpfs", folder)
    try:
        copy = Path(shutil.copytree(library, folder / "library"))
        with (folder / "rest").open("wb", 0) as rest, suppress(OSError):
            while True:
                rest.write(b"\0" * 4096)
        assert shutil.disk_usage(folder).free == 0
        yield copy
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@pytest.fixture
def library(notes: Path, tmp_path: Path) -> Path:
    """The folder of a closed library with a document, and indexes."""
    return tmp_path / ".pincite"


@pytest.mark.parametrize("indexes", [True, False])
def test_a_library_that_cannot_be_written_is_asked_searched_listed_and_checked(
    library: Path, pincite: Pincite, indexes: bool
) -> None:
    if not indexes:
        shutil.rmtree(library / "indexes")
    with read_only(library):
        for command in (["ask", EATS], ["search", EATS], ["show", "notes.txt"]):
            run = pincite(*command)
            assert "herring gull eats fish" in run.stdout, run.stderr
            assert run.code == 0
            told = " ".join(run.stderr.split())
            assert ("built in memory" in told) == (not indexes and command[0] != "show")
        assert "notes.txt" in pincite("documents").stdout
        assert (pincite("doctor", "--deep").code == 0) == indexes


def test_such_a_library_is_served_and_takes_nothing_in(library: Path, tmp_path: Path) -> None:
    boundary = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    form = {"Content-Type": "multipart/form-data; boundary=b"}
    json_type = {"Content-Type": "application/json"}
    with (
        read_only(library),
        started(tmp_path / "log", "--library", str(library), "serve") as server,
    ):
        asked = server.call("/api/v1/ask", json.dumps({"question": EATS}).encode(), **json_type)
        assert (asked.status, b"herring gull eats fish" in asked.body) == (200, True)
        for path in ("/", "/library", "/documents/notes.txt", "/api/v1/documents"):
            assert server.call(path).status == 200
        sent = server.call("/api/v1/documents", boundary + b"Owls.\r\n--b--\r\n", **form)
        assert sent.status == 409
        assert b"can be read and not written" in sent.body
    assert "ERROR" not in (tmp_path / "log").read_text()


def test_what_would_write_to_such_a_library_says_that_it_cannot(
    library: Path, pincite: Pincite
) -> None:
    with read_only(library):
        for command in (["tag", "notes.txt", "--add", "law"], ["remove", "notes.txt"], ["compact"]):
            run = pincite(*command)
            assert (run.code, run.stdout) == (1, "")
            assert "can be read and not written; check its folder's permissions" in run.stderr
    assert pincite("tag", "notes.txt", "--add", "law").code == 0


def test_commits_in_a_log_that_cannot_be_read_are_not_passed_over(
    library: Path, tmp_path: Path, pincite: Pincite
) -> None:
    copy = tmp_path / "copy"
    with Library.open(library) as opened:
        opened.tag([opened.find("notes.txt").id], add=["law"])
        copy.mkdir()
        for name in (FILE_NAME, f"{FILE_NAME}-wal"):  # as a backup may have it
            shutil.copy(library / name, copy / name)
    with read_only(copy):
        run = pincite("--library", str(copy), "documents")
    assert (run.code, run.stdout) == (1, "")
    assert f"are in {FILE_NAME}-wal" in run.stderr
    assert "law" in pincite("--library", str(copy), "documents").stdout


@pytest.mark.parametrize("indexes", [True, False])
def test_on_a_full_disk_a_question_is_answered_and_a_change_refused(
    library: Path, tmp_path: Path, pincite: Pincite, indexes: bool
) -> None:
    if not indexes:
        shutil.rmtree(library / "indexes")
    (tmp_path / "owls.txt").write_text("Owls sleep by day.\n", "utf-8")
    with full_disk(library, tmp_path / "disk") as copy:
        run = pincite("--library", str(copy), "ask", EATS)
        assert run.code == 0, run.stderr
        assert "herring gull eats fish" in run.stdout
        assert pincite("--library", str(copy), "documents").code == 0
        for command in (["tag", "notes.txt", "--add", "law"], ["ingest", "owls.txt"]):
            run = pincite("--library", str(copy), *command)
            assert (run.code, run.stdout) == (1, "")
            assert "is full, so nothing was changed; free some space" in run.stderr
        (copy.parent / "rest").unlink()
        assert pincite("--library", str(copy), "ingest", "owls.txt").code == 0
        assert pincite("--library", str(copy), "doctor", "--deep").code == 0
