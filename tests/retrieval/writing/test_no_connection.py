"""Until a writer is named, what it is made of may be imported and nothing connects to anywhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pincite.corpus.store.library import Library
from tests.retrieval.conftest import fill, make_document

# Python tells an audit hook of each connection, each look-up of a name, and each datagram.
PROGRAM = """
import sys

events = []

def hear(event, arguments):
    if event.startswith("socket.get") or event in ("socket.connect", "socket.sendto"):
        events.append(f"{event} {arguments}")

sys.addaudithook(hear)

import langchain, langchain_openai, langsmith, openai
import pincite.retrieval.writing.model, pincite.retrieval.writing.writer
from pincite.corpus.errors import SettingsError
from pincite.retrieval.engine import Engine
from pincite.retrieval.settings import load_settings

def ask(write=False, **settings):
    settings = load_settings(embedder="hashing", **settings)
    with Engine.open(sys.argv[1], settings=settings) as engine:
        return engine.ask("What does the barn owl hunt at night?", write=write)

assert ask().quotes
try:
    ask(write=True)
except SettingsError as error:
    assert "no model is named" in str(error)
else:
    raise AssertionError("a writer was found though none is named")
print("none named", events)
written = ask(write=True, writer="openai:gull", writer_url="http://127.0.0.1:1/v1").written
assert written.problem
print("named", bool(events))
"""


def test_nothing_connects_until_a_writer_is_named(tmp_path: Path) -> None:
    path = tmp_path / "library"
    with Library.open(path, create=True) as library:
        fill(library, make_document("The barn owl hunts mice at night. Gulls nest on cliffs."))
    tracing = {
        "LANGSMITH_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_API_KEY": "k",
    }
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)],
        env={**os.environ, **tracing, "OPENAI_API_KEY": "k"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.stdout.splitlines() == ["none named []", "named True"], run.stderr
