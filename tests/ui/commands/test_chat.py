"""``pincite chat``: one line is one question, and each may refer to those before it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import Pincite

CHAT = [sys.executable, "-m", "pincite.ui.cli", "chat"]
GULLS = "Herring gulls nest on cliffs. They lay three eggs in May."
OWLS = "Barn owls nest in old barns. They hunt voles at night."
OF_OWLS, OF_GULLS = "What do barn owls hunt?", "How many eggs do herring gulls lay?"
LEANS = "And where do they nest?"
ALONE = f"[1] {GULLS}"  # what comes first where nothing is leaned on
CARRIED = "Searched for: barn owls hunt · nest"


@pytest.fixture(autouse=True)
def birds(tmp_path: Path, pincite: Pincite) -> None:
    """A library on gulls and owls."""
    for name, text in (("gulls.txt", GULLS), ("owls.txt", OWLS)):
        (tmp_path / name).write_text(text)
    assert pincite("ingest", "gulls.txt", "owls.txt").code == 0


def environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PINCITE_EMBEDDER": "hashing", "PYTHONIOENCODING": "utf-8", **more}


def chat(
    *lines: str, options: tuple[str, ...] = (), end: str = "\n"
) -> tuple[list[str], list[str]]:
    """What the answers to the lines say first, and the lines on standard error.

    The end of the input ends it, as Ctrl-D does.
    """
    run = subprocess.run(
        [*CHAT, *options],
        env=environment(),
        input="\n".join(lines) + end,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    shown = ("[1] ", "Searched for: ", "Not in these documents")
    firsts = [line for line in run.stdout.splitlines() if line.startswith(shown)]
    return firsts, run.stderr.splitlines()


def test_a_follow_up_is_answered_of_what_it_leans_on_and_says_so() -> None:
    assert chat(OF_OWLS, LEANS) == ([f"[1] {OWLS}", CARRIED, f"[1] {OWLS}"], [])


def test_a_follow_up_with_nothing_before_it_is_taken_as_it_stands() -> None:
    assert chat(LEANS) == ([ALONE], [])


def test_new_forgets_what_was_said() -> None:
    assert chat(OF_OWLS, "/new", LEANS)[0] == [f"[1] {OWLS}", ALONE]


def test_typed_asks_the_last_question_alone() -> None:
    firsts, _ = chat(OF_OWLS, LEANS, "/typed")
    assert firsts == [f"[1] {OWLS}", CARRIED, f"[1] {OWLS}", ALONE]


def test_after_typed_the_conversation_goes_on_from_that_question() -> None:
    firsts, _ = chat(OF_OWLS, OF_GULLS, "/typed", LEANS)
    assert firsts[-2:] == ["Searched for: many eggs · herring gulls lay · nest", f"[1] {GULLS}"]


def test_typed_before_any_question_says_so_and_goes_on() -> None:
    said = "pincite: there is no question yet; ask one first"
    assert chat("/typed", OF_OWLS) == ([f"[1] {OWLS}"], [said])


@pytest.mark.parametrize("word", ["/exit", "/quit", "  /exit  "])
def test_nothing_after_the_end_is_asked(word: str) -> None:
    assert chat(OF_OWLS, word, OF_GULLS) == ([f"[1] {OWLS}"], [])


def test_empty_lines_are_no_questions_and_forget_nothing() -> None:
    assert chat("", OF_OWLS, "", "   ", LEANS)[0] == [f"[1] {OWLS}", CARRIED, f"[1] {OWLS}"]


def test_without_a_question_it_ends_in_silence() -> None:
    assert chat(end="") == ([], [])


def test_the_last_line_needs_no_end() -> None:
    assert chat(OF_OWLS, end="") == ([f"[1] {OWLS}"], [])


def test_after_a_question_that_fails_it_goes_on_and_forgets_nothing() -> None:
    firsts, said = chat(OF_OWLS, "?!", "why " * 900, LEANS)
    assert firsts == [f"[1] {OWLS}", CARRIED, f"[1] {OWLS}"]
    assert said[0] == "pincite: the question '?!' has no words; ask it in a sentence"
    assert said[1].startswith("pincite: the question has 3,599 characters")
    assert len(said) == 2


def test_what_is_not_there_ends_nothing() -> None:
    firsts, said = chat("Quokka zyzzyva marzipan?", OF_OWLS)
    assert firsts[0].startswith("Not in these documents")
    assert firsts[1] == f"[1] {OWLS}"
    assert said == []


def test_all_questions_are_limited_to_a_document(tmp_path: Path) -> None:
    firsts, _ = chat(LEANS, "/new", LEANS, options=("--document", str(tmp_path / "owls.txt")))
    assert firsts == [f"[1] {OWLS}", f"[1] {OWLS}"]


def test_a_document_that_is_not_there_is_said_at_each_question() -> None:
    firsts, said = chat(OF_OWLS, LEANS, options=("--document", "gone.txt"))
    assert firsts == []
    assert [line.split(";")[0] for line in said] == [
        "pincite: the library .pincite has no document 'gone.txt'"
    ] * 2


def test_each_answer_comes_before_the_next_question_is_asked() -> None:
    pipe = subprocess.PIPE
    with subprocess.Popen(
        CHAT, env=environment(), stdin=pipe, stdout=pipe, encoding="utf-8", bufsize=1
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        turns = (OF_OWLS, f"[1] {OWLS}", " documents.\n"), (LEANS, CARRIED, " match\n")
        for question, first, last in turns:
            process.stdin.write(f"{question}\n")
            assert process.stdout.readline() == f"{first}\n"
            while not process.stdout.readline().endswith(last):
                assert process.poll() is None
        process.stdin.close()
        assert process.wait(30) == 0


def test_bytes_that_are_no_text_are_no_question_and_it_goes_on() -> None:
    run = subprocess.run(
        CHAT,
        env=environment(PYTHONIOENCODING="utf-8:strict"),
        input=b"caf\xe9 owls?\n" + OF_OWLS.encode() + b"\n",
        capture_output=True,
        timeout=60,
    )
    assert run.returncode == 0
    assert b"is not valid text; send it as UTF-8" in run.stderr
    assert run.stdout.startswith(f"[1] {OWLS}".encode())


def test_a_library_that_is_not_there_is_said_before_anything_is_asked() -> None:
    command = [*CHAT[:-1], "--library", "none", "chat"]
    run = subprocess.run(
        command, env=environment(), input=OF_OWLS, capture_output=True, text=True, timeout=60
    )
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.startswith("pincite: none has no library")
