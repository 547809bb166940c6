"""Run the examples of a document as a reader pastes them, and compare what they print.

The rules, which CONTRIBUTING.md gives too:

- Every ``sh`` and ``python`` block is run, in order and in one folder. A ``text`` or ``json`` block
  right after it shows what it prints, on standard output and standard error together.
- ``…`` stands for whatever is left out; on a line of its own, for any number of lines.
- The number in ``2.3 s`` or ``81 ms`` may be another one, and a line may be broken anywhere that
  the shown text breaks it.
- A block that ends with ``# Ctrl-C ends it`` runs until it has printed what is shown, and is then
  interrupted.
- A block after ``<!-- not run: reason -->`` is not run.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from tests.docs.markdown import Block, blocks

_RUN = ("sh", "python")
_SHOWN = ("text", "json")
_ENDLESS = "# Ctrl-C ends it"
_NOT_RUN = re.compile(r"<!-- not run: (.+?) -->$")
_ENDED = (0, 130, -signal.SIGINT)
_MANY = "(?s:.*?)"
_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Example:
    """A block to run, and what it prints; None where the document does not say."""

    block: Block
    shown: str | None

    @property
    def endless(self) -> bool:
        """Whether it runs until it is interrupted."""
        return self.block.text.rstrip().endswith(_ENDLESS)


def examples(file: Path) -> Iterator[Example]:
    """The examples of a document, in order, without those that are marked as not run."""
    found = list(blocks(file))
    for block, after in zip(found, [*found[1:], None], strict=True):
        if block.language not in _RUN or _NOT_RUN.search(block.before):
            continue
        shows = after is not None and after.language in _SHOWN and not after.before
        yield Example(block, after.text if shows and after else None)


def pattern(shown: str) -> re.Pattern[str]:
    """What the output of an example has to match as a whole.

    >>> bool(pattern("added: …/a.md in 2.3 s").fullmatch("added: /tmp/x/a.md in 11.9 s"))
    True
    >>> bool(pattern("added: a.md").fullmatch("taken: a.md"))
    False
    """
    lines = (_MANY if line.strip() == "…" else _line(line.strip()) for line in shown.split("\n"))
    return re.compile(r"\s*".join(lines).strip())


def _line(shown: str) -> str:
    pieces = re.split(r"(…|\b\d+(?:\.\d+)?(?= m?s\b))", shown)
    open_ = (".*?" if piece == "…" else r"[\d.]+" for piece in pieces[1::2])
    return "".join(map("".join, zip_longest(map(re.escape, pieces[::2]), open_, fillvalue="")))


def commands(folder: Path) -> dict[str, str]:
    """An environment in which ``pincite`` and ``python`` are those under test."""
    folder.mkdir()
    for name, arguments in (("pincite", "-m pincite.ui.cli"), ("python", "")):
        script = folder / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
        script.chmod(0o755)
    return {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


@contextmanager
def serving(folder: Path, environment: Mapping[str, str], port: int) -> Iterator[None]:
    """While ``pincite serve`` runs in the folder, once it answers."""
    log = folder.parent / "serve.log"
    with log.open("w") as output:
        server = subprocess.Popen(
            ["pincite", "serve", "--port", str(port)],
            env=dict(environment),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + _SECONDS
        while "Ready at" not in log.read_text():
            assert server.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.2)
        yield
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(_SECONDS)


def check(example: Example, folder: Path, environment: Mapping[str, str], port: int) -> None:
    """Run an example in a folder and compare; port 7860 of the documents becomes ``port``."""
    block = example.block
    text = block.text.replace("pincite serve", f"pincite serve --port {port}")
    text = text.replace("7860", str(port))
    program = ["bash", "-e", "-c"] if block.language == "sh" else [sys.executable, "-c"]
    process = subprocess.Popen(
        [*program, text],
        env=dict(environment),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    wanted = pattern((example.shown or "…").replace("7860", str(port)))
    try:
        if example.endless:
            printed = _until(process, wanted)
            os.killpg(process.pid, signal.SIGINT)
            process.communicate(timeout=_SECONDS)
            ended = process.returncode in _ENDED
        else:
            printed, _ = process.communicate(timeout=_SECONDS)
            ended = process.returncode == 0
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    where = f"the block in line {block.line}:\n{block.text}"
    assert ended, f"{where}ended with {process.returncode}:\n{printed}"
    assert wanted.fullmatch(printed.strip()), f"{where}prints:\n{printed}"


def _until(process: subprocess.Popen[str], wanted: re.Pattern[str]) -> str:
    """What a process has printed when it first matches, or when the time is up."""
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    printed = ""
    deadline = time.monotonic() + _SECONDS
    while not wanted.fullmatch(printed.strip()) and time.monotonic() < deadline:
        try:
            printed += os.read(process.stdout.fileno(), 65536).decode()
        except BlockingIOError:
            if process.poll() is not None:
                break
        time.sleep(0.1)
    return printed
