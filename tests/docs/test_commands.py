"""Every command that a document names is one that there is, with the options that it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from pincite.ui.cli import app
from tests.docs.markdown import ROOT, blocks, documents

_CODE = re.compile(r"`([^`\n]+)`")
_COMMAND = re.compile(
    r"(?<![\w/-])(?:\.venv/bin/)?pincite((?: +[^\s|;&)#<>…\"'`]+|[\"'][^\"']*[\"'])*)"
)
_PROGRAM: Any = typer.main.get_command(app)
_COMPLETION = {"--install-completion", "--show-completion"}

each = pytest.mark.parametrize("file", documents(), ids=lambda file: str(file.relative_to(ROOT)))


def commands(file: Path) -> Iterator[list[str]]:
    """The words after ``pincite`` wherever a page has it as code."""
    text = file.read_text("utf-8")
    shell = [block.text for block in blocks(file) if block.language == "sh"]
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    inline = [code for code in _CODE.findall(outside) if "pincite" in code]
    for code in (*shell, *inline):
        for line in code.replace("\\\n", " ").splitlines():
            for found in _COMMAND.findall(line.partition("  #")[0]):
                if found.strip():
                    yield found.split()


def unknown(words: list[str]) -> list[str]:
    """The options of a command line that its command does not have, or the command itself."""
    command, known = _PROGRAM, _options(_PROGRAM)
    wrong = []
    skip = False
    for word in words:
        if skip:
            skip = False
        elif word.startswith("--"):
            name = word.partition("=")[0].rstrip("`.,")
            wrong += [name] if name not in known else []
            skip = command is _PROGRAM and name == "--library"
        elif inner := getattr(command, "commands", {}):
            if word in inner:
                command = inner[word]
            elif command is _PROGRAM:
                return [word] if word.isalpha() and word.islower() else wrong
            else:
                command = inner["run"]
            known |= _options(command)
    return wrong


def _options(command: Any) -> set[str]:
    found = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    return {name for name in found if name.startswith("--")} | {"--help"} | _COMPLETION


@each
def test_commands_and_options_exist(file: Path) -> None:
    wrong = {" ".join(words): bad for words in commands(file) if (bad := unknown(words))}
    assert wrong == {}


def test_a_command_or_an_option_that_is_not_there_is_found() -> None:
    assert unknown(["ingest", "notes", "--sync"]) == []
    assert unknown(["--library", "COPY", "doctor", "--deep"]) == []
    assert unknown(["eval", "GOLD_DIR", "--html", "report.html"]) == []
    assert unknown(["ingest", "notes", "--follow"]) == ["--follow"]
    assert unknown(["eval", "run", "--deep"]) == ["--deep"]
    assert unknown(["digest", "notes"]) == ["digest"]


def test_commands_are_read_in_blocks_and_in_sentences(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text('```sh\npincite ask "Why?" -k 1  # x\n```\nRun `pincite serve --port 1`.\n')
    assert [words[0] for words in commands(page)] == ["ask", "serve"]
