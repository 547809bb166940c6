"""``pincite ask --write`` and ``chat --write``: quotes first, then sentences, each checked."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from pincite.retrieval.writing.types import Sentence
from pincite.ui.written_output import WrittenOutput
from tests.conftest import Pincite
from tests.retrieval.writing.liar import Liar, Script, liar
from tests.ui.commands.test_chat import CHAT, environment

Named = Callable[[str], str]
"""Names a model as the one that writes, and gives its host."""

ASKED = "Where do gulls nest in spring?"
TRUE = "Gulls nest on cliffs in spring [1]."
SCRIPTS = {
    "honest": Script((f"{TRUE} ", "The herring gull eats fish and mussels [1].")),
    "lies": Script((f"{TRUE} ", "Gulls nest on 2021 cliffs in spring [1]. ", "So it goes.")),
    "moves": Script(("The barn owl hunts mice at night [1].",)),
    "acts": Script(("Gulls nest on \x1b[31mcliffs in spring [1].",)),
    "key": Script(status=401),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Liar]:
    with liar(**SCRIPTS) as running:
        yield running


@pytest.fixture
def named(server: Liar, notes: Path, monkeypatch: pytest.MonkeyPatch) -> Named:
    def name(model: str) -> str:
        monkeypatch.setenv("PINCITE_WRITER", f"openai:{model}")
        monkeypatch.setenv("PINCITE_WRITER_URL", server.url)
        return server.url.removeprefix("http://").removesuffix("/v1")

    return name


def test_the_quotes_come_first_and_the_sentences_cite_them(pincite: Pincite, named: Named) -> None:
    host = named("honest")
    plain = pincite("ask", ASKED)
    run = pincite("ask", "--write", ASKED)
    assert run.code == 0, run.stderr
    assert run.stdout.startswith(plain.stdout)
    assert run.stdout.removeprefix(plain.stdout).split("\n") == [
        "",
        "Written from these quotes:",
        "Gulls nest on cliffs in spring. [1]",
        "The herring gull eats fish and mussels. [1]",
        f"Written by openai:honest, which got the quotes at {host}",
        "",
    ]


def test_what_the_quotes_do_not_say_is_struck_or_left_out(pincite: Pincite, named: Named) -> None:
    named("lies")
    run = pincite("ask", "--write", ASKED)
    assert "~~Gulls nest on 2021 cliffs in spring.~~ (not in the quotes: 2021)" in run.stdout
    assert "1 sentence left out: no quote says it" in run.stdout
    assert "So it goes" not in run.stdout
    assert "\n  So it goes.\n" in pincite("ask", "--write", "--details", ASKED).stdout


def test_a_sentence_that_cited_another_quote_says_so(pincite: Pincite, named: Named) -> None:
    named("moves")
    run = pincite("ask", "--write", ASKED)
    line = next(line for line in run.stdout.splitlines() if line.startswith("The barn owl hunts"))
    number = line.split("[")[1][0]
    assert line.endswith(f"[{number}] (another quote was cited)")
    assert f"[{number}] " in run.stdout[: run.stdout.index("Written from")]


def test_what_fails_is_said_and_the_quotes_stay(pincite: Pincite, named: Named) -> None:
    host = named("key")
    run = pincite("ask", "--write", ASKED)
    assert run.code == 0
    assert run.stdout.startswith("[1] ")
    assert f"The writer openai:key at {host} refused the key (401); set the right" in run.stdout


def test_nothing_that_a_model_writes_acts_on_the_terminal(pincite: Pincite, named: Named) -> None:
    named("acts")
    run = pincite("ask", "--write", ASKED)
    assert "\x1b" not in run.stdout


def test_json_has_what_was_written(pincite: Pincite, named: Named) -> None:
    host = named("lies")
    answer = json.loads(pincite("ask", "--write", "--json", ASKED).stdout)
    assert answer["written"]["host"] == host
    verdicts = [one["verdict"] for one in answer["written"]["sentences"]]
    assert verdicts == ["supported", "unsupported", "uncited"]
    assert "written" not in json.loads(pincite("ask", "--json", ASKED).stdout)


def test_without_a_writer_one_sentence_says_how_to_name_one(pincite: Pincite, notes: Path) -> None:
    for command in (("ask", "--write", ASKED), ("chat", "--write")):
        run = pincite(*command)
        assert run.code == 2, run
        assert run.stdout == ""
        assert run.stderr.count("\n") == 1
        assert "PINCITE_WRITER=openai:NAME" in run.stderr


def test_write_and_cite_exclude_each_other(pincite: Pincite, notes: Path) -> None:
    run = pincite("ask", "--write", "--cite", "apa", ASKED)
    assert (run.code, run.stdout) == (2, "")
    assert "--write and --cite cannot be combined" in run.stderr


def test_a_chat_writes_to_every_question(named: Named) -> None:
    named("honest")
    run = subprocess.run(
        [*CHAT, "--write"],
        env=environment(),
        input=f"{ASKED}\nWhat do owls hunt?\n",
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("Written by openai:honest") == 2


def test_a_terminal_that_can_strikes_through() -> None:
    console = Console(file=StringIO(), force_terminal=True, color_system="standard", width=100)
    unsupported = Sentence("Since 2021.", (1,), "unsupported", ("2021",))
    WrittenOutput(console).listener().on_sentence(unsupported)
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "\x1b[2;9mSince 2021.\x1b[0m" in shown
    assert "~~" not in shown


def test_doctor_names_the_writer_and_does_not_call_it(
    pincite: Pincite, named: Named, server: Liar
) -> None:
    host = named("honest")
    calls = len(server.requests)
    run = pincite("doctor")
    assert run.code == 0, run.stdout
    assert f"writer     openai:honest at {host}, on this machine" in run.stdout
    assert json.loads(pincite("doctor", "--json").stdout)["writer_host"] == host
    assert len(server.requests) == calls


def test_doctor_says_where_a_writer_cannot_be_opened(
    pincite: Pincite, notes: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PINCITE_WRITER", "nobody")
    run = pincite("doctor")
    assert run.code == 1
    assert "problem    the writer 'nobody' is refused" in run.stdout


def test_a_question_without_write_imports_no_package_for_models(named: Named) -> None:
    named("honest")
    code = (
        "import sys; from pincite.ui.cli import main\n"
        "try: main()\nexcept SystemExit: print('langchain' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, "ask", ASKED],
        env=environment(),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert run.stdout.endswith("False\n"), run
