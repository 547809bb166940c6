"""Measure what a first installation takes: megabytes, seconds, and the longest silence.

    python docs/measure_install.py demo                  `make demo` in a fresh clone
    python docs/measure_install.py wheel                 the wheel in a bare environment
    python docs/measure_install.py wheel --extra serve
    python docs/measure_install.py uvx                   `uvx … pincite demo` from the wheel

Each runs in an empty folder and with an empty cache of pip, as on a machine that never had it. It
needs a package index, git for the clone, and uvx for the last. On a machine that others use,
measure twice and take the better. ``--repository FOLDER`` measures another checkout.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import pty
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread

ROOT = Path(__file__).absolute().parents[1]
QUESTION = "Who coined the phrase AI safety engineering?"
AT_MOST_S = 1800
NOT_OURS = ("PYTHONPATH", "PIP_NO_CACHE_DIR", "VIRTUAL_ENV")


@dataclass(slots=True)
class Output:
    """What a program wrote, and its longest silence in seconds, with what stood before it."""

    text: bytes = b""
    silence: float = 0.0
    before: bytes = b""
    last: float = field(default_factory=time.monotonic)

    def add(self, written: bytes) -> None:
        now = time.monotonic()
        if now - self.last > self.silence:
            self.silence, self.before = now - self.last, self.text[-60:]
        self.text, self.last = self.text + written, now


@dataclass(frozen=True, slots=True)
class Running:
    """A program that was started, and what it wrote so far."""

    process: subprocess.Popen[bytes]
    output: Output

    def until_it_ends(self) -> None:
        code = self.process.wait(AT_MOST_S)
        if code:
            sys.exit(f"ended with {code}:\n{self.output.text.decode(errors='replace')[-2000:]}")


@contextlib.contextmanager
def running(folder: Path, *command: str | Path, **environment: str) -> Iterator[Running]:
    """A program in a terminal of its own, so that it writes what a person would see."""
    ours, its = pty.openpty()
    inherited = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    process = subprocess.Popen(
        [str(part) for part in command],
        cwd=folder,
        env={**inherited, "COLUMNS": "80", "TERM": "xterm", **environment},
        stdin=subprocess.DEVNULL,
        stdout=its,
        stderr=its,
        start_new_session=True,
    )
    os.close(its)
    output = Output()
    reader = Thread(target=_follow, args=(ours, output), daemon=True)
    reader.start()
    try:
        yield Running(process, output)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        reader.join(5)
        os.close(ours)


def _follow(terminal: int, output: Output) -> None:
    with contextlib.suppress(OSError):  # the terminal is gone when the program has ended
        while written := os.read(terminal, 65536):
            output.add(written)


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def megabytes(folder: Path) -> int:
    """What a folder takes on the disk, as `du -sm` says."""
    run = subprocess.run(["du", "-sm", folder], capture_output=True, text=True, check=True)
    return int(run.stdout.split()[0])


def cpu_seconds() -> float:
    """What all programs that were started and have ended took of the processors."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def ask_server(port: int, server: Running) -> str:
    """The first quote that a server answers with, as soon as it does."""
    body = json.dumps({"question": QUESTION}).encode()
    address = f"http://127.0.0.1:{port}/api/v1/ask"
    request = urllib.request.Request(address, body, {"content-type": "application/json"})
    start = time.monotonic()
    while time.monotonic() - start < AT_MOST_S:
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return str(json.loads(answer.read())["quotes"][0]["text"])
        except (OSError, urllib.error.URLError):
            if server.process.poll() is not None:
                server.until_it_ends()
                sys.exit("the server ended before it answered")
            time.sleep(0.2)
    sys.exit("the server did not answer")


def demo(repository: Path, folder: Path, extra: str) -> None:
    """Clone, `make demo`, and ask what it serves."""
    clone = folder / "clone"
    subprocess.run(["git", "clone", "--quiet", repository, clone], check=True)
    port, start = free_port(), time.monotonic()
    with running(
        clone, "make", "demo", f"PORT={port}", PIP_CACHE_DIR=str(folder / "cache")
    ) as made:
        quote = ask_server(port, made)
        seconds, output = time.monotonic() - start, made.output
    cpu = cpu_seconds()
    tell(f"make demo: the first answer after {seconds:.0f} s ({cpu:.0f} of CPU): {quote[:50]}…")
    tell(f"  .venv: {megabytes(clone / '.venv')} MB")
    tell(f"  longest silence: {output.silence:.1f} s, after {output.before.decode()!r}")


def wheel(repository: Path, folder: Path, extra: str) -> None:
    """Build the wheel, install it into a bare environment, and ask on the command line."""
    built = _built(repository, folder)
    environment, cache = folder / "venv", {"PIP_CACHE_DIR": str(folder / "cache")}
    subprocess.run([sys.executable, "-m", "venv", environment], check=True)
    programs = environment / "bin"
    command = [programs / "python", "-m", "pip", "install", f"{built}{extra and f'[{extra}]'}"]
    install = _timed(folder, *command, "-c", repository / ".constraints.txt", **cache)
    tell(f"pip install {built.name}{extra and f'[{extra}]'}: {install}")
    tell(f"  the environment: {megabytes(environment)} MB; the wheel: {megabytes(built)} MB")
    for what, *arguments in (
        ("the bundled article", "ingest", repository / "corpus/documents/ai_safety.txt"),
        ("the first time", "ask", QUESTION),
        ("the second time", "ask", QUESTION),
    ):
        took = _timed(folder, programs / "pincite", *arguments)
        tell(f"  pincite {arguments[0]}, {what}: {took}")


def uvx(repository: Path, folder: Path, extra: str) -> None:
    """Build the wheel, let uvx run its demo without installing it, and ask what it serves."""
    built, port = _built(repository, folder), free_port()
    command = ["uvx", "--constraints", str(repository / ".constraints.txt")]
    command += ["--from", f"{built}[serve]", "pincite", "demo", "--no-open", "--port", str(port)]
    cache = folder / "cache"
    start = time.monotonic()
    with running(folder, *command, UV_CACHE_DIR=str(cache), XDG_CACHE_HOME=str(folder)) as run:
        ask_server(port, run)
        seconds, output = time.monotonic() - start, run.output
    tell(f"uvx … pincite demo: the first answer after {seconds:.0f} s ({cpu_seconds():.0f} of CPU)")
    tell(f"  uv's cache: {megabytes(cache)} MB")
    tell(f"  longest silence: {output.silence:.1f} s, after {output.before.decode()!r}")


def _built(repository: Path, folder: Path) -> Path:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, repository]
    subprocess.run([str(part) for part in build], check=True, env=_own())
    (built,) = folder.glob("pincite-*.whl")
    return built


def _own() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name not in NOT_OURS}


def _timed(folder: Path, *command: str | Path, **environment: str) -> str:
    start, before = time.monotonic(), cpu_seconds()
    with running(folder, *command, **environment) as run:
        run.until_it_ends()
    return f"{time.monotonic() - start:.0f} s ({cpu_seconds() - before:.0f} of CPU)"


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what a first installation takes.")
    parser.add_argument("what", choices=("demo", "wheel", "uvx"))
    parser.add_argument("--extra", default="", help="of the wheel, such as serve")
    parser.add_argument("--repository", type=Path, default=ROOT, help="the checkout")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure = {"demo": demo, "wheel": wheel, "uvx": uvx}[given.what]
        measure(given.repository.resolve(), Path(folder), given.extra)


if __name__ == "__main__":
    main()
