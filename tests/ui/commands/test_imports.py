"""What commands import: a question needs no torch, and a command nothing of the others."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from pincite.ui.cli import app
from pincite.ui.command_table import COMMANDS
from pincite.ui.plain_help import first_sentence
from tests.conftest import CUT_OFF, NOTES, Pincite

TORCH = ("torch", "transformers", "sentence_transformers", "sklearn", "scipy")
READERS = ("lxml", "pypdfium2", "trafilatura", "PIL")
UNNEEDED = (*READERS, "gradio", "langchain_core", "asyncio", "pydantic_settings")
SEARCH = ("pydantic", "numpy", "faiss", "tantivy", "onnxruntime", "rich")

# The command line; at its end it prints which modules it has imported.
_PROGRAM = (
    CUT_OFF
    + """
import atexit, json
sys.argv[0] = "pincite"

@atexit.register
def tell():
    sys.stderr.write("\\n" + json.dumps([name for name in sys.modules if "." not in name]) + "\\n")

from pincite.ui.cli import main
main()
"""
)


def start(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def imported(process: subprocess.Popen[str], code: int = 0) -> set[str]:
    _, said = process.communicate(timeout=240)
    assert process.returncode == code, said
    return set(json.loads(said.splitlines()[-1]))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A library that the packaged embedder has filled."""
    folder = tmp_path_factory.mktemp("imports")
    (folder / "notes.txt").write_text(NOTES, "utf-8")
    library = str(folder / "library")
    process = start("--library", library, "ingest", str(folder / "notes.txt"))
    assert "onnxruntime" in imported(process)
    return library


@pytest.mark.model
@pytest.mark.parametrize("command", [("ask", "What do gulls eat?"), ("search", "gulls"), ("mcp",)])
def test_a_question_imports_no_torch(library: str, command: tuple[str, ...]) -> None:
    modules = imported(start("--library", library, *command))
    assert "onnxruntime" in modules
    assert modules.isdisjoint(TORCH)
    if command != ("mcp",):
        assert modules.isdisjoint(UNNEEDED)


@pytest.mark.model
def test_a_question_is_answered_where_the_home_folder_cannot_be_written(
    library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()  # in which nobody can make a folder, not even root
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "HF_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "file" / "home"))
    assert imported(start("--library", library, "ask", "What do gulls eat?")).isdisjoint(TORCH)


@pytest.mark.model
def test_a_server_imports_no_torch(library: str) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port = str(listener.getsockname()[1])
    process = start("--library", library, "serve", "--port", port)
    late = threading.Timer(240, process.kill)
    late.start()
    try:
        assert process.stderr is not None
        assert any("Ready at" in line for line in process.stderr)
        process.send_signal(signal.SIGINT)
        modules = imported(process, 130)  # as the shell has it for Ctrl-C
    finally:
        late.cancel()
        if process.poll() is None:
            process.kill()
            process.wait()
    assert {"onnxruntime", "gradio"} <= modules
    assert modules.isdisjoint(TORCH)


@pytest.mark.parametrize(
    ("argument", "code", "needed"),
    [("--help", 0, set()), ("--version", 0, {"rich"}), ("no-such-command", 2, {"pydantic"})],
)
def test_help_imports_neither_readers_nor_search(
    argument: str, code: int, needed: set[str]
) -> None:
    modules = imported(start(argument), code)
    assert modules.isdisjoint({*TORCH, *READERS, *SEARCH} - needed)


def test_the_table_of_commands_says_what_their_help_says(pincite: Pincite) -> None:
    from typer.main import get_command

    group = get_command(app)
    listed = " ".join(pincite("--help").stdout.split())
    for name, entry in COMMANDS.items():
        command = group.commands[name]  # type: ignore[attr-defined]
        assert entry.help == first_sentence(command.help)
        assert f"{name} {entry.help}" in listed
    assert "eval Measure answers on a gold set" in listed


def test_commands_are_found_by_name_alone(pincite: Pincite, tmp_path: Path) -> None:
    run = pincite("serv")
    assert run.code == 2
    assert "serve" in run.stderr  # which is meant
    assert pincite("documents").code == 1  # there is no library yet
    assert not list(tmp_path.iterdir())
