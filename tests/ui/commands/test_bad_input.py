"""The command line, used wrongly: one line that helps, nothing on stdout, nothing changed."""

from __future__ import annotations

import hashlib
import json
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from pincite.corpus.store import database
from pincite.retrieval.engine import Engine
from tests.conftest import NOTES, Pincite, Run, locked

LIBRARY_FILE = Path(".pincite") / database.FILE_NAME
Arguments = tuple[object, ...]


def state(pincite: Pincite) -> tuple[int, str]:
    """What a change to the library would change: its generation and its list of documents.

    That a file was refused is noted in the library, and changes no document.
    """
    listed = json.loads(pincite("documents", "--json").stdout)
    documents = [item for item in listed if item["state"] != "refused"]
    generation = json.loads(pincite("doctor", "--json").stdout)["generation"]
    return generation, hashlib.sha256(json.dumps(documents).encode()).hexdigest()


def assert_refused(run: Run, code: int, *words: str) -> None:
    """The command failed, in one line of ours that has these words."""
    assert (run.code, run.stdout) == (code, "")
    (line,) = run.stderr.splitlines()
    assert line.startswith("pincite: ")
    assert [word for word in words if word not in line] == []
    assert "Traceback" not in line


def fails_with(error: BaseException) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("ask", ""), 2, ["question ''", "ask it in a sentence"]),
        (("search", ""), 2, ["question ''", "ask it in a sentence"]),
        (("ask", " \t\n"), 2, ["has no words", "ask it in a sentence"]),
        (("ask", " ?! … "), 2, ["question '?! …' has no words", "ask it in a sentence"]),
        (("ask", "owl " * 25_000), 2, ["99,999 characters", "2,000", "ask a shorter one"]),
        (("ingest", "gone.txt"), 1, ["gone.txt does not exist", "check the path"]),
        (("ingest", "bare"), 1, ["the folder bare has no file", ".txt", "name a file"]),
        (("ingest", "odd"), 1, ["the folder odd has no file", ".txt", "name a file"]),
        (("ingest", "notes.txt", "gone.txt"), 1, ["gone.txt does not exist"]),
        (("--library", "notes.txt", "ask", "owl"), 1, ["notes.txt is a file", "--library"]),
        (("--library", "notes.txt", "ingest", "notes.txt"), 1, ["notes.txt is a file"]),
        (("remove", "nothing.txt"), 1, ["no document 'nothing.txt'", "see: pincite documents"]),
        (("remove", "0"), 1, ["no document '0'", "see: pincite documents"]),
        (("ingest", "--title", "One", "notes.txt", "a.txt"), 2, ["--title 'One'", "2 are named"]),
    ],
)
def test_what_cannot_be_done_is_named_and_changes_nothing(
    tmp_path: Path, pincite: Pincite, arguments: Arguments, code: int, words: list[str]
) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "odd").mkdir()
    (tmp_path / "odd" / "picture.xyz").write_bytes(b"x")
    (tmp_path / "a.txt").write_text("A second file.\n", "utf-8")
    before = state(pincite)
    run = pincite(*arguments)
    assert_refused(run, code, *words)
    assert len(run.stderr) < 300
    assert state(pincite) == before


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\x7fELF\x02\x01\x01\x00\x00\x00\x03\xff\xfe", ["is a program"]),
        (b"\x81\x8d\x8f\x90\x9d" * 9, ["UTF-8", "0x81 at offset 0", "save it as UTF-8"]),
        (b"", ["is empty"]),
        (b" \n\t\n", ["is empty"]),
    ],
)
def test_a_file_that_is_no_text_is_refused_by_name(
    tmp_path: Path, pincite: Pincite, data: bytes, words: list[str]
) -> None:
    (tmp_path / "bad.txt").write_bytes(data)
    before = state(pincite)
    run = pincite("ingest", "bad.txt")
    line, summary = run.stderr.splitlines()
    assert (run.code, run.stdout) == (1, "")
    found = [word for word in words if word in line]
    assert (line.startswith(f"refused: {tmp_path / 'bad.txt'} "), found) == (True, words)
    assert summary.startswith("0 added, 0 replaced, 0 unchanged, 1 refused; 0 passages embedded")
    assert state(pincite) == before


def test_a_file_that_the_system_withholds_is_refused_by_name(
    pincite: Pincite, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(pincite)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", fails_with(PermissionError(13, "Permission denied")))
        run = pincite("ingest", notes)
    assert (run.code, run.stdout) == (1, "")
    said = f"refused: {notes} cannot be read: Permission denied; check its permissions\n"
    assert run.stderr.startswith(said)
    assert state(pincite) == before


def test_one_bad_source_of_several_stops_none_of_the_others(
    tmp_path: Path, pincite: Pincite
) -> None:
    (tmp_path / "a.txt").write_text(NOTES, "utf-8")
    (tmp_path / "b.txt").write_bytes(b"\x00\xff\x00\xff")
    (tmp_path / "c.txt").write_text("The schooner left Bergen.\n", "utf-8")
    run = pincite("ingest", "a.txt", "b.txt", "c.txt")
    assert run.code == 1
    assert f"refused: {tmp_path / 'b.txt'} holds binary data" in run.stderr
    assert "2 added, 0 replaced, 0 unchanged, 1 refused" in run.stderr
    assert "[1] The schooner left Bergen." in pincite("ask", "What left Bergen?").stdout


@pytest.mark.parametrize("command", [("ask", "owl"), ("search", "owl"), ("ingest", "notes.txt")])
def test_a_library_of_another_embedder_is_refused(
    pincite: Pincite, notes: Path, command: Arguments
) -> None:
    notes.write_text(NOTES + "\nMore of it.\n", "utf-8")
    with closing(sqlite3.connect(LIBRARY_FILE)) as connection:
        connection.execute("UPDATE meta SET value = 'other@1' WHERE key = 'embedder'")
        connection.commit()
    before = state(pincite)
    assert_refused(pincite(*command), 1, ".pincite", "embedder other@1", "PINCITE_EMBEDDER")
    assert state(pincite) == before


@pytest.mark.usefixtures("notes")
def test_a_damaged_index_is_reported_by_doctor_and_repaired_by_a_question(
    pincite: Pincite,
) -> None:
    (index,) = Path(".pincite", "indexes").rglob("dense.faiss")
    index.write_bytes(index.read_bytes()[:-1] + b"?")
    damaged = index.read_bytes()
    seen = pincite("doctor")
    assert (seen.code, seen.stderr) == (1, "")
    assert f"problem    the index file {index} is damaged" in seen.stdout
    assert index.read_bytes() == damaged
    answered = pincite("ask", "Which owl hunts mice?")
    assert answered.code == 0
    assert answered.stdout.startswith("[1] The barn owl hunts mice at night.")
    assert answered.stderr.splitlines() == [
        f"pincite: the index file {index} is damaged; it is rebuilt from the library"
    ]
    assert pincite("doctor").code == 0


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize("damage", [lambda data: bytes(range(256)) * 40, lambda data: data[:5000]])
@pytest.mark.parametrize("command", ["ask", "search", "documents", "ingest", "remove", "serve"])
def test_a_damaged_library_is_refused_and_left_as_it_is(
    pincite: Pincite, damage: Callable[[bytes], bytes], command: str
) -> None:
    LIBRARY_FILE.write_bytes(damage(LIBRARY_FILE.read_bytes()))
    before = LIBRARY_FILE.read_bytes()
    value = {"documents": [], "serve": [], "ingest": ["notes.txt"]}.get(command, ["owl"])
    run = pincite(command, *value)
    assert_refused(run, 1, str(LIBRARY_FILE), "is damaged", "restore it from a copy")
    assert LIBRARY_FILE.read_bytes() == before


@pytest.mark.usefixtures("notes")
def test_doctor_names_a_damaged_library(pincite: Pincite) -> None:
    LIBRARY_FILE.write_bytes(bytes(range(256)) * 40)
    run = pincite("doctor")
    assert (run.code, run.stderr) == (1, "")
    assert f"problem    the library file {LIBRARY_FILE} is damaged" in run.stdout


@pytest.mark.parametrize("command", ["ingest", "remove"])
def test_a_library_that_another_process_writes_to_is_left_alone(
    pincite: Pincite, notes: Path, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    monkeypatch.setattr(database, "LOCK_WAIT_SECONDS", 0.05)
    before = state(pincite)
    notes.write_text(NOTES + "\nMore of it.\n", "utf-8")
    with locked(LIBRARY_FILE):
        run = pincite(command, notes)
    assert_refused(run, 1, "another process", ".pincite", "waited 0.05 s", "try again")
    assert state(pincite) == before


@pytest.mark.usefixtures("notes")
def test_reading_goes_on_while_another_process_writes(pincite: Pincite) -> None:
    with locked(LIBRARY_FILE):
        run = pincite("ask", "Which owl hunts mice?")
    assert (run.code, run.stderr) == (0, "")
    assert run.stdout.startswith("[1] The barn owl hunts mice at night.")


@pytest.mark.usefixtures("notes")
def test_a_port_in_use_is_named(pincite: Pincite) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        run = pincite("serve", "--port", port)
    assert_refused(run, 1, f"port {port} on 127.0.0.1 is in use", "--port N")


@pytest.mark.parametrize(
    "command",
    [
        ("ask", "owl"),
        ("search", "owl"),
        ("documents",),
        ("remove", "a"),
        ("serve", "--read-only"),
    ],
)
def test_where_there_is_no_library_none_is_made(
    tmp_path: Path, pincite: Pincite, command: Arguments
) -> None:
    run = pincite("--library", "none", *command)
    assert_refused(run, 1, "none has no library", "make one with: pincite ingest PATH")
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_name_beside_a_known_one_removes_nothing(pincite: Pincite, notes: Path) -> None:
    before = state(pincite)
    assert_refused(pincite("remove", notes, "nothing.txt"), 1, "no document 'nothing.txt'")
    assert state(pincite) == before


def test_a_library_that_is_empty_says_how_to_fill_it(pincite: Pincite, notes: Path) -> None:
    pincite("remove", notes)
    assert_refused(pincite("ask", "owl"), 1, ".pincite is empty", "pincite ingest PATH")


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("quote", "owl"), "'quote'"),
        (("ask", "owl", "--loud"), "--loud"),
        (("search",), "'QUESTION'"),
        (("ingest",), "'PATH'"),
        (("ask", "owl", "gull"), "(gull)"),
        (("search", "owl", "-k", 0), "'-k'"),
        (("serve", "--port", 70000), "'--port'"),
    ],
)
def test_wrong_usage_names_what_is_wrong(pincite: Pincite, arguments: Arguments, word: str) -> None:
    run = pincite(*arguments)
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr.startswith("Usage: pincite")
    assert word in run.stderr.splitlines()[-1]


@pytest.mark.usefixtures("notes")
@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("PINCITE_FOO", "1", ["PINCITE_FOO", "not a setting", "PINCITE_THRESHOLD"]),
        ("PINCITE_QUOTES", "9", ["quotes = '9'", "less than or equal to 3"]),
        ("PINCITE_THRESHOLD", "high", ["threshold = 'high'", "number"]),
        ("PINCITE_EMBEDDER", ".", ["the model . has no safetensors", "choose a model"]),
    ],
)
def test_a_setting_that_is_none_or_impossible_is_named(
    pincite: Pincite, monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: list[str]
) -> None:
    monkeypatch.setenv(name, value)
    run = pincite("ask", "owl")
    assert_refused(run, 1 if name == "PINCITE_EMBEDDER" else 2, *words)


@pytest.mark.usefixtures("notes")
def test_a_failure_that_should_not_have_been_is_one_line(
    pincite: Pincite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "ask", fails_with(ZeroDivisionError("by nought")))
    assert_refused(pincite("ask", "owl"), 1, "ZeroDivisionError: by nought", "--debug", "report")


@pytest.mark.usefixtures("notes")
def test_debug_shows_the_traceback(pincite: Pincite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Engine, "ask", fails_with(ZeroDivisionError("by nought")))
    run = pincite("--debug", "ask", "owl")
    assert run.code == 1
    assert "Traceback" in run.stderr
    assert "ZeroDivisionError: by nought" in run.stderr


@pytest.mark.usefixtures("notes")
def test_an_interrupt_ends_with_130_and_no_traceback(
    pincite: Pincite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Engine, "ask", fails_with(KeyboardInterrupt()))
    run = pincite("ask", "owl")
    assert (run.code, run.stdout) == (130, "")
    assert "Traceback" not in run.stderr
