"""``pincite ask`` with the question on standard input, or with none."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.conftest import Pincite
from tests.ui.test_cli import EATS, GULLS

pytestmark = pytest.mark.usefixtures("notes")
Give = Callable[[bytes], None]


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch) -> Give:
    """Put bytes on standard input."""
    return lambda data: monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize("arguments", [("ask", "-"), ("ask",)])
@pytest.mark.parametrize("data", [EATS, f"\ufeff{EATS}\n", f"\n {EATS}\r\n\n", "Gulls\neat what?"])
def test_the_question_is_read_from_standard_input(
    pincite: Pincite, give: Give, arguments: tuple[str, ...], data: str
) -> None:
    give(data.encode())
    run = pincite(*arguments)
    assert (run.code, run.stderr) == (0, "")
    assert GULLS in run.stdout


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "standard input has no question; ask one as in: pincite ask"),
        (b" \n\n", "standard input has no question"),
        (b"\xff\xfe?", "is not valid text; send it as UTF-8"),
        (b"owl " * 25_000, "99,999 characters, and a question may have 2,000"),
        (b"?!", "has no words"),
    ],
)
def test_what_is_no_question_is_said_in_one_sentence(
    pincite: Pincite, give: Give, data: bytes, said: str
) -> None:
    give(data)
    run = pincite("ask", "-")
    assert (run.code, run.stdout) == (2, "")
    (line,) = run.stderr.splitlines()
    assert said in line


def test_on_a_terminal_without_a_question_the_usage_and_an_example_are_shown(
    pincite: Pincite, give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(b"")
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    run = pincite("ask")
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr.startswith("Usage: pincite ask [OPTIONS] [QUESTION]\n")
    assert 'pincite ask "Which birds nest on cliffs?"' in run.stderr


def test_a_program_that_chats_gets_each_answer_before_it_sends_the_next_line() -> None:
    command = [sys.executable, "-m", "pincite.ui.cli", "chat"]
    pipe = subprocess.PIPE
    environment = {**os.environ, "PINCITE_EMBEDDER": "hashing", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe) as chat:
        assert chat.stdin is not None
        assert chat.stdout is not None
        for _ in range(2):
            chat.stdin.write(f"{EATS}\n".encode())
            chat.stdin.flush()
            while not chat.stdout.readline().startswith(b"[1] "):
                pass
        chat.stdin.close()
        assert chat.wait(60) == 0
