"""What it takes to start: each command in a process of its own, on stated input."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pincite.corpus.errors import UsageError
from pincite.corpus.store.library import Library
from pincite.eval.bench.questions import ARTICLE
from pincite.eval.memory import mib
from pincite.ingest.files.walk import Source
from pincite.ingest.pipeline import ingest_sources
from pincite.retrieval.embedding.embedder import Embedder

QUESTION = "Who coined the phrase AI safety engineering?"
COMMANDS = (
    ("--help",),
    ("documents",),
    ("search", QUESTION),
    ("ask", QUESTION),
    ("mcp",),
    ("serve",),
)
HEAVY = ("torch", "transformers", "sentence_transformers", "sklearn", "scipy")
"""What takes seconds to import, and no question needs."""

_READY = "Ready at"  # how a server says that it can be asked
_WITHIN_S = 300
_NOTHING_FOUND = 3

# Runs the command line, and at its end writes how many modules it has imported, which of some, and
# its peak. To the system a process's peak is at least that of the process that started it, which
# has a model loaded; where Linux keeps one for the program alone, that is taken.
_PROGRAM = """
import atexit, json, resource, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
file, heavy, sys.argv = sys.argv[1], sys.argv[2].split(","), ["pincite", *sys.argv[3:]]

@atexit.register
def write():
    imported = len(sys.modules), [name for name in heavy if name in sys.modules]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if sys.platform == "linux":
        with open("/proc/self/status") as lines:
            peak = int(next(line for line in lines if line.startswith("VmHWM")).split()[1])
    with open(file, "w") as stream:
        json.dump([*imported, peak], stream)

from pincite.ui.cli import main
main()
"""


@dataclass(frozen=True, slots=True)
class Start:
    """One process of one command, from its start to its end.

    Attributes:
        command: its name.
        cpu_seconds: of all its threads, the system's work for it included.
        peak_mib: its largest resident size.
        modules: how many it imported.
        heavy: those of ``HEAVY`` that it imported.
    """

    command: str
    cpu_seconds: float
    peak_mib: float
    modules: int
    heavy: tuple[str, ...]


def bench(
    embedder: Embedder,
    rounds: int = 3,
    commands: Sequence[Sequence[str]] = COMMANDS,
    progress: Callable[[str, int, int], None] = lambda doing, done, total: None,
) -> list[Start]:
    """Start each command ``rounds`` times over a library of the bundled article.

    Args:
        embedder: of the settings, which the processes find for themselves.
        rounds: how often each is measured, after one start that is not: it compiles the modules
            that are not, and brings files into the system's cache.
        commands: their arguments. A server ends as soon as it is ready, ``mcp`` as its input does.

    Raises:
        UsageError: a command fails.
    """
    measured: list[Start] = []
    with tempfile.TemporaryDirectory(prefix="pincite-cold-") as name:
        library = Path(name) / "library"
        with Library.open(library, create=True) as opened:
            article = Path(str(files("pincite.corpus"))) / "documents" / ARTICLE
            ingest_sources([Source(article, "AI safety")], opened, embedder)
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        for number, command in enumerate(commands):
            progress("starting commands", number, len(commands))
            starts = [_start(command, library, environment) for _ in range(1 + rounds)]
            measured += starts[1:]
    return measured


def _start(command: Sequence[str], library: Path, environment: Mapping[str, str]) -> Start:
    report = library.with_name("modules.json")
    report.unlink(missing_ok=True)
    serves = command[0] == "serve"
    arguments = ["--library", str(library), *command, *(["--port", _free_port()] if serves else [])]
    process = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(report), ",".join(HEAVY), *arguments],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    late = threading.Timer(_WITHIN_S, process.kill)
    late.start()
    assert process.stderr is not None
    said, ready = [], False
    try:
        for line in process.stderr:  # until it ends
            said.append(line)
            if serves and not ready and _READY in line:
                ready = True
                process.send_signal(signal.SIGINT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        late.cancel()
        process.stderr.close()
        if process.returncode is None:
            process.kill()
            process.wait()
    if not report.exists() or (not ready and process.returncode not in (0, _NOTHING_FOUND)):
        raise UsageError(
            f"`pincite {' '.join(command)}` failed with exit code {process.returncode} within "
            f"{_WITHIN_S} s, so its start cannot be measured: {''.join(said[-3:]).strip()}"
        )
    modules, heavy, peak = json.loads(report.read_text("utf-8"))
    seconds = usage.ru_utime + usage.ru_stime
    return Start(command[0], seconds, mib(peak), modules, tuple(heavy))


def _free_port() -> str:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return str(listener.getsockname()[1])


def least(starts: Sequence[Start]) -> list[Start]:
    """One for each command: the least of its processor seconds, the most of all else."""
    merged = []
    for command in dict.fromkeys(start.command for start in starts):
        own = [start for start in starts if start.command == command]
        merged.append(
            Start(
                command,
                min(start.cpu_seconds for start in own),
                max(start.peak_mib for start in own),
                max(start.modules for start in own),
                tuple(sorted({name for start in own for name in start.heavy})),
            )
        )
    return merged


def to_json(starts: Sequence[Start]) -> dict[str, Any]:
    """``starts``: the fields of `Start`, one object a command, as `least` merges them."""
    return {
        "processors": os.cpu_count(),
        "starts": [{**asdict(start), "heavy": list(start.heavy)} for start in least(starts)],
    }


def show(console: Console, starts: Sequence[Start]) -> None:
    """A table of the commands, as `least` merges their starts."""
    table = Table(box=None, pad_edge=False)
    for name in ("command", "CPU s", "peak MiB", "modules", "of them heavy"):
        table.add_column(name, justify="left" if name[0] in "co" else "right")
    for start in least(starts):
        table.add_row(
            start.command,
            f"{start.cpu_seconds:.2f}",
            f"{start.peak_mib:.0f}",
            str(start.modules),
            ", ".join(start.heavy) or "none",
        )
    console.print(table)
