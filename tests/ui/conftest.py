"""A library with the bundled article and a hostile document, and a server over it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from pincite.corpus.store.library import Library
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.hashing_embedder import HASHING, HashingEmbedder
from pincite.ui.web.ask.examples import ARTICLE
from tests.conftest import CUT_OFF
from tests.ui.browsing import chromium

_STARTED_WITHIN_S = 180
_ENDED_WITHIN_S = 15

HOSTILE_TITLE = '<img src=x onerror="window.hacked = 1">'
HOSTILE_HEADING = "<script>window.hacked = 1</script>"
HOSTILE_SENTENCE = (
    "The zebra password is <script>window.hacked = 1</script>"
    '<img src="http://evil.example/a.png" onerror="window.hacked = 1">'
    '<iframe src="http://evil.example/"></iframe> and ![x](http://evil.example/b.png) with '
    "[a link](javascript:window.hacked=1) as well as ${window.hacked=1}, {{window.hacked=1}} "
    "and &lt;b&gt;."
)

_SERVE = f"""
{CUT_OFF}
from pathlib import Path
from pincite.retrieval.engine import Engine
from pincite.ingest.files.originals import Originals
from pincite.ingest.uploads import Limits
from pincite.ui.server.options import ServerOptions
from pincite.ui.server.run import serve

library, port, megabytes, files, originals, *gold = sys.argv[1:]
limits = Limits.of(int(megabytes), int(files))
kept = Originals(originals)
options = ServerOptions(limits=limits, originals=kept, gold=tuple(Path(folder) for folder in gold))
try:
    with Engine.open(library) as engine:
        serve(engine, "127.0.0.1", int(port), options=options)
except KeyboardInterrupt:
    pass
"""


@pytest.fixture(scope="session")
def library_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library made with word hashing, which needs no model."""
    folder = tmp_path_factory.mktemp("web")
    hostile = folder / "hostile.txt"
    hostile.write_text(f"It begins.\n\n\n== {HOSTILE_HEADING} ==\n{HOSTILE_SENTENCE}\n", "utf-8")
    sources = [Source(ARTICLE, "AI safety"), Source(hostile, HOSTILE_TITLE)]
    with Library.open(folder / "library", create=True) as library:
        ingest_sources(sources, library, HashingEmbedder())
    return folder / "library"


@pytest.fixture(scope="session")
def address(library_folder: Path) -> Iterator[str]:
    """The address of a running chat."""
    with serving(library_folder) as url:
        yield url


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium, for the tests of a module."""
    with chromium() as started:
        yield started


@contextmanager
def serving(
    library: Path,
    *,
    megabytes: int = 200,
    files: int = 20,
    originals: str = "drawable",
    gold: Sequence[Path] = (),
    port: int | None = None,
) -> Iterator[str]:
    """The address of a server over a library, which ends without a sound afterwards.

    An upload may have so many ``megabytes`` and ``files``, and ``originals`` says which files are
    kept; the ``gold`` sets can be asked besides
    the bundled one. Without a ``port`` a free one is taken.
    """
    port = port or free_port()
    log = library.parent / f"server-{port}.log"
    with log.open("w") as output:
        options = [str(option) for option in (library, port, megabytes, files, originals, *gold)]
        process = subprocess.Popen(
            [sys.executable, "-c", _SERVE, *options],
            env={**os.environ, "PINCITE_EMBEDDER": HASHING},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    url = f"http://127.0.0.1:{port}/"
    try:
        _wait_for(url, process, log)
        yield url
        assert process.poll() is None, f"the server ended by itself: {log.read_text()}"
        # As an open page does; it must not hold up the end, nor make it noisy.
        with urllib.request.urlopen(f"{url}gradio_api/heartbeat/test", timeout=5):
            process.send_signal(signal.SIGINT)
            assert process.wait(_ENDED_WITHIN_S) == 0
        assert "Traceback" not in log.read_text()
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def free_port() -> int:
    """A port that nothing listens on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        port: int = listener.getsockname()[1]
    return port


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _STARTED_WITHIN_S
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"the server did not start: {log.read_text()}") from None
            time.sleep(0.2)
