"""No test reads the person's settings, writes into their folders, or leaves the machine."""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# A slow machine is no fault of the code. Where CI is set, Hypothesis's own profile of that name has
# no deadline either, and tries the same examples each time; here, new ones.
if settings.get_current_profile_name() != "ci":
    settings.register_profile("pincite", deadline=None)
    settings.load_profile("pincite")

# The tests run in a process for each processor. Were each to calculate in as many threads again,
# those would spin while they wait for each other, and slow everything. It is read when torch or
# FAISS is loaded, so it stands before all else, and programs under test inherit it.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Processes that read files find the readers of the tests, which stand in no package of ours.
_ROOT = str(Path(__file__).absolute().parents[1])
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), _ROOT]))

_ACTS_ON_OUTPUT = ("FORCE_COLOR", "NO_COLOR", "COLUMNS", "TTY_COMPATIBLE", "TTY_INTERACTIVE")
_left: list[str] = []
MADE_HERE: set[str] = set()  # addresses of machines that a test makes on this one

_HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""

# Put before a program's own code: it ends, loudly, if anything in it reaches for another machine.
CUT_OFF = """
import os, sys

def refuse(event, arguments):
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    if host not in (None, "", "127.0.0.1", "localhost", "::1"):
        sys.stderr.write(f"LEFT THE MACHINE: {event} {arguments}\\n")
        sys.stderr.flush()
        os._exit(86)

sys.addaudithook(refuse)
"""

# All that the tiny model knows.
WORDS = [
    *("gull", "whale", "lamp", "rudder", "mast", "fog", "bell", "salt", "tar", "rope", "the", "a"),
    *(".", ",", "?", "query", ":", "text"),
]

NOTES = (
    "== Gulls ==\nThe herring gull eats fish and mussels. Gulls nest on cliffs in spring.\n\n"
    "== Owls ==\nThe barn owl hunts mice at night. Its face is shaped like a heart.\n"
)


@dataclass(frozen=True)
class Run:
    """What a person sees of one command."""

    code: int
    stdout: str
    stderr: str


Pincite = Callable[..., Run]


def process(
    *arguments: str, limit_s: float = 60, **environment: str
) -> subprocess.CompletedProcess[str]:
    """The command line as a process of its own, with nothing to read, ended after ``limit_s``."""
    return subprocess.run(
        [sys.executable, "-m", "pincite.ui.cli", *arguments],
        env={**os.environ, "PINCITE_EMBEDDER": "hashing", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=limit_s,
    )


@contextmanager
def locked(library_file: Path) -> Iterator[None]:
    """While another process is in the middle of a write to the library."""
    command = [sys.executable, "-c", _HOLD, str(library_file)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as holder:
        try:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            yield
        finally:
            holder.kill()


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
        local = host in MADE_HERE or (_is_address(host) and ipaddress.ip_address(host).is_loopback)
    elif event == "socket.getaddrinfo":  # an address needs no look-up, a name leaves the machine
        host = arguments[0]
        local = _is_address(host)
    else:
        return
    if not local and host not in (None, "", b"localhost", "localhost"):
        _left.append(f"{event} {host!r}")
        raise PermissionError(f"a test reached for another machine: {event} {host!r}")


def _is_address(host: object) -> bool:
    try:
        ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host))
    except ValueError:
        return False
    return True


sys.addaudithook(_refuse)


@pytest.fixture(scope="session", autouse=True)
def _plain_environment() -> Iterator[None]:
    """Before any other fixture, so that servers which those start do not inherit it either."""
    with pytest.MonkeyPatch.context() as patch:
        for name in list(os.environ):
            if name.startswith("PINCITE_") or name in _ACTS_ON_OUTPUT:
                patch.delenv(name)
        # Gradio's client, which some tests ask with, reports its use through this package. Not
        # by the environment: processes under test have to keep quiet by themselves.
        patch.setattr("huggingface_hub.constants.HF_HUB_DISABLE_TELEMETRY", True)
        yield


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test works in a folder of its own, and fails if it reached for another machine."""
    monkeypatch.chdir(tmp_path)
    del _left[:]
    yield
    assert not _left, "the test reached for another machine, and something hid that"


@pytest.fixture
def pincite(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Pincite:
    """The command line, in this process and with word hashing, which needs no model.

    Its library is ``.pincite`` in the test's own folder, unless the test names another.
    """
    from pincite.ui import cli, console

    monkeypatch.setenv("PINCITE_EMBEDDER", "hashing")
    monkeypatch.setattr(console.State, "library", None)
    monkeypatch.setattr(console.State, "debug", False)

    def run(*arguments: object) -> Run:
        monkeypatch.setattr(sys, "argv", ["pincite", *map(str, arguments)])
        capsys.readouterr()
        code: object = 0
        try:
            cli.main()
        except SystemExit as end:
            code = end.code or 0
        seen = capsys.readouterr()
        assert isinstance(code, int)
        return Run(code, seen.out, seen.err)

    return run


@pytest.fixture
def notes(tmp_path: Path, pincite: Pincite) -> Path:
    """A file on gulls and owls that the library holds."""
    file = tmp_path / "notes.txt"
    file.write_text(NOTES, "utf-8")
    assert pincite("ingest", file).code == 0
    return file


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A BERT of 32 dimensions over eighteen words, in a folder; to be copied."""
    import torch
    from sentence_transformers import SentenceTransformer
    from transformers import BertConfig, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS]
    (folder / "vocab.txt").write_text("\n".join(vocabulary), "utf-8")
    torch.manual_seed(7)
    bert = BertModel(
        BertConfig(
            vocab_size=len(vocabulary),
            hidden_size=32,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=64,
            max_position_embeddings=24,
            initializer_range=0.5,  # so that the words differ without any training
        )
    )
    bert.save_pretrained(folder / "bert", safe_serialization=True)
    BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder / "bert")
    # From a plain BERT it makes a model that takes the mean of the words.
    SentenceTransformer(str(folder / "bert"), device="cpu").save(str(folder / "model"))
    return folder / "model"
