"""What nobody types and programs send: odd bytes, odd files, odd ends of pipes."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from pincite.corpus.store import database
from tests.conftest import NOTES, Pincite, process

LIBRARY_FILE = Path(".pincite") / database.FILE_NAME


@pytest.mark.usefixtures("notes")
def test_a_long_question_without_words_is_not_repeated(pincite: Pincite) -> None:
    run = pincite("ask", "?" * 100_000)
    assert (run.code, run.stdout) == (2, "")
    assert "100,000 characters" in run.stderr
    assert len(run.stderr) < 300


@pytest.mark.usefixtures("notes")
def test_a_question_in_broken_utf8_is_wrong_usage(pincite: Pincite) -> None:
    run = pincite("ask", "caf\udce9 owl")
    assert run.code == 2
    assert "not valid text; send it as UTF-8" in run.stderr


def test_the_doctor_prints_no_escapes(pincite: Pincite) -> None:
    run = pincite("--library", "no\x1b[31mlib", "doctor")
    assert "\x1b" not in run.stdout
    assert "no\ufffd[31mlib" in run.stdout


@pytest.mark.parametrize("mark", ["\n", "\u061c", "\u202e", "\u2028"])
def test_a_file_name_forges_no_line_and_turns_none_around(
    tmp_path: Path, pincite: Pincite, mark: str
) -> None:
    file = tmp_path / f"n{mark}added: fake.txt"
    file.write_text(NOTES, "utf-8")
    for run in (pincite("ingest", file), pincite("documents"), pincite("remove", file)):
        assert run.code == 0
        shown = run.stdout + run.stderr
        assert "n\ufffdadded: fake.txt" in shown
        assert not any(line.startswith("added: fake.txt") for line in shown.splitlines())


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize(
    ("damage", "way_out"),
    [
        ("UPDATE vectors SET data = x'00'", "pincite doctor --repair"),
        ("DELETE FROM meta WHERE key = 'generation'", "from a copy"),
        ("UPDATE contents SET sections = 'x'", "pincite doctor --repair"),
        ("DROP TABLE vectors", "from a copy"),
    ],
)
def test_rows_that_pincite_did_not_write_are_damage_to_every_command(
    pincite: Pincite, damage: str, way_out: str
) -> None:
    connection = sqlite3.connect(LIBRARY_FILE)
    connection.execute("PRAGMA foreign_keys = OFF")
    connection.executescript(damage)
    connection.close()
    for index in Path(".pincite", "indexes").rglob("manifest.json"):
        index.unlink()
    asked, examined = pincite("ask", "Where do gulls nest?"), pincite("doctor", "--deep")
    assert (asked.code, asked.stdout) == (1, "")
    assert way_out in asked.stderr
    assert "should not have" not in asked.stderr
    assert examined.code == 1
    assert "problem" in examined.stdout
    assert "permissions" not in asked.stderr + examined.stdout


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_is_refused_and_not_waited_for(tmp_path: Path, pincite: Pincite) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    run = pincite("ingest", tmp_path / "pipe.txt")
    assert run.code == 1
    assert "is not a regular file" in run.stderr


@pytest.mark.usefixtures("notes")
def test_a_terminal_of_another_encoding_gets_question_marks() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pincite.ui.cli", "ask", "Where do gulls nest?"],
        env={**os.environ, "PINCITE_EMBEDDER": "hashing", "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        timeout=60,
    )
    assert run.returncode == 0
    assert b"Gulls nest on cliffs" in run.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.usefixtures("notes")
def test_a_full_disk_is_said_in_a_sentence() -> None:
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(
            [sys.executable, "-m", "pincite.ui.cli", "ask", "Where do gulls nest?"],
            env={**os.environ, "PINCITE_EMBEDDER": "hashing"},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
        )
    assert run.returncode == 1
    assert "space" in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.usefixtures("notes")
def test_debug_shows_where_it_failed_and_keeps_the_exit_code(pincite: Pincite) -> None:
    run = pincite("--debug", "ask", "")
    assert run.code == 2
    assert "Traceback" in run.stderr


@pytest.mark.usefixtures("notes")
def test_a_list_in_a_pipe_keeps_each_document_on_one_line() -> None:
    listed = process("documents").stdout.splitlines()
    assert sum("notes.txt" in line for line in listed) == 1
    assert len(listed) == 2


def test_ctrl_c_while_ingesting_says_what_stays(
    tmp_path: Path, pincite: Pincite, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "a.txt").write_text(NOTES, "utf-8")
    monkeypatch.setattr("pincite.ui.commands.ingest.ingest_sources", stop)
    run = pincite("ingest", tmp_path / "a.txt")
    assert run.code == 130
    assert "stopped: the library has 0 documents; run the command again to continue" in run.stderr
