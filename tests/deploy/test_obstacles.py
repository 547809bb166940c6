"""What the machine refuses: a port, a folder. Each is a sentence with the way out."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

PRIVILEGED = 80
_LOWEST = Path("/proc/sys/net/ipv4/ip_unprivileged_port_start")
_TAKEN_AWAY = "--bounding-set=-net_bind_service,-dac_override,-dac_read_search"


@pytest.fixture
def unprivileged() -> list[str]:
    """What stands before a program so that it has no rights that a plain user has not."""
    if os.geteuid() != 0:
        return []
    if not shutil.which("setpriv"):
        pytest.skip("this is root, and setpriv, which takes rights away, is not on this machine")
    return ["setpriv", _TAKEN_AWAY]


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A folder that nobody may write to."""
    folder = tmp_path / "locked"
    (folder / "library").mkdir(parents=True)
    (folder / "library").chmod(0o555)
    folder.chmod(0o555)
    return folder


def refused(before: list[str], *arguments: str | Path) -> str:
    """The one line that a command fails with."""
    run = subprocess.run(
        [*before, sys.executable, "-m", "pincite.ui.cli", *arguments],
        env={**os.environ, "PINCITE_EMBEDDER": "hashing"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (run.returncode, run.stdout) == (1, "")
    (line,) = run.stderr.splitlines()
    return line


def test_a_port_in_use_is_named_with_the_way_out() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused([], "serve", "--port", str(port))
    assert line.startswith(f"pincite: port {port} on 127.0.0.1 is in use; ")
    assert line.endswith("choose another with --port N")


def test_a_port_that_needs_rights_is_named_with_the_way_out(unprivileged: list[str]) -> None:
    if not _LOWEST.exists() or int(_LOWEST.read_text()) <= PRIVILEGED:
        pytest.skip(f"on this machine everybody may listen on port {PRIVILEGED}")
    line = refused(unprivileged, "serve", "--port", str(PRIVILEGED))
    assert line == (
        f"pincite: port {PRIVILEGED} needs rights that this process does not have; choose one of "
        "1024 or above with --port N"
    )


@pytest.mark.parametrize("command", ["serve", "ingest"])
def test_a_library_that_cannot_be_made_is_named_with_the_way_out(
    unprivileged: list[str], locked: Path, tmp_path: Path, command: str
) -> None:
    (tmp_path / "note.txt").write_text("Owls hunt mice.\n")
    more = ["note.txt"] if command == "ingest" else []
    new = refused(unprivileged, "--library", locked / "new", command, *more)
    assert new == (
        f"pincite: the folder {locked / 'new'} cannot be made (Permission denied); name another "
        "with --library FOLDER"
    )
    there = refused(unprivileged, "--library", locked / "library", command, *more)
    assert there.startswith(f"pincite: the library {locked / 'library'} cannot be used: ")
    assert there.endswith("check its folder's permissions and the space on its disk")
