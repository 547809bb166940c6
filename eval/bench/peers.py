"""Pincite beside the usual defaults: the same text, the same model, one run.

Each is measured in a process of its own, its model loaded before: how many characters it takes in
for a second of the processor, what a question costs, and the most memory that it and its children
have at once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import packages_distributions, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pincite.corpus.errors import UsageError
from pincite.eval.bench.peer_pipelines import CHUNK, NEAREST, OVERLAP, PIPELINES
from pincite.eval.memory import tree_watched

OURS = "Pincite"


@dataclass(frozen=True, slots=True)
class Peer:
    """One pipeline on the text.

    Attributes:
        name: of the pipeline.
        versions: of the packages that it consists of, by name.
        pieces: passages or chunks that the text was cut into.
        characters_a_cpu_s: of the text, from files to what is searched, on the disk.
        search_cpu_ms: a search for the nearest pieces, at the mean.
        answer_cpu_ms: an answer with checked quotes, at the mean; None where there is none.
        peak_mib: the most memory of the process and its children at once, shared pages counted by
            their share.
    """

    name: str
    versions: Mapping[str, str]
    pieces: int
    characters_a_cpu_s: float
    search_cpu_ms: float
    answer_cpu_ms: float | None
    peak_mib: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """All pipelines on one text; ``missing`` are those whose packages are not installed."""

    characters: int
    questions: int
    model: str
    peers: tuple[Peer, ...]
    missing: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As JSON: one flat object for each pipeline, and its ratio to Pincite's characters."""
        ours = next((p.characters_a_cpu_s for p in self.peers if p.name == OURS), None)
        return {
            "characters": self.characters,
            "questions": self.questions,
            "model": self.model,
            "processors": os.cpu_count(),
            "missing": list(self.missing),
            "peers": [
                {**asdict(peer), "pincite_ratio": ours and ours / peer.characters_a_cpu_s}
                for peer in self.peers
            ],
        }


def missing_modules(name: str) -> list[str]:
    """What a pipeline needs and is not installed."""
    return [module for module in PIPELINES[name][1] if find_spec(module) is None]


def compare(
    files: Sequence[Path],
    questions: Sequence[str],
    model: str,
    progress: Callable[[str, int, int], None] = lambda doing, done, total: None,
    names: Sequence[str] = tuple(PIPELINES),
) -> Comparison:
    """Measure each pipeline whose packages are installed.

    Args:
        files: of UTF-8 text.
        questions: that each is asked once.
        model: the embedder's name in the settings; each pipeline loads the same files.
        progress: hears what is done.
        names: of ``PIPELINES``.

    Raises:
        UsageError: a file cannot be read, or a pipeline fails.
    """
    characters = sum(map(_length, files))
    missing = tuple(name for name in names if missing_modules(name))
    there = [name for name in names if name not in missing]
    peers: list[Peer] = []
    for number, name in enumerate(there):
        progress(f"measuring {name}", number, len(there))
        with tempfile.TemporaryDirectory(prefix="pincite-peers-") as folder:
            found, peak = _measured(name, files, questions, model, folder)
        rate = characters / max(found["ingest_cpu_s"], 1e-9)
        del found["ingest_cpu_s"]
        peers.append(Peer(name, _versions(name), characters_a_cpu_s=rate, peak_mib=peak, **found))
    return Comparison(characters, len(questions), model, tuple(peers), missing)


def _length(file: Path) -> int:
    try:
        return len(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{file} cannot be compared on ({error}); name files of UTF-8 text"
        ) from error


def _measured(
    name: str, files: Sequence[Path], questions: Sequence[str], model: str, folder: str
) -> tuple[dict[str, Any], float]:
    given = {
        "name": name,
        "files": [str(file.absolute()) for file in files],
        "questions": list(questions),
        "model": model,
        "folder": folder,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "pincite.eval.bench.peer_pipelines"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with tree_watched(process.pid) as peak:
        said, errors = process.communicate(json.dumps(given))
    if process.returncode != 0:
        last = (errors.strip().splitlines() or ["it said nothing"])[-1]
        raise UsageError(f"{name} failed with exit code {process.returncode}: {last}")
    found: dict[str, Any] = json.loads(said)
    return found, peak.mib


def _versions(name: str) -> dict[str, str]:
    modules = PIPELINES[name][1] or ("pincite",)
    distributions = packages_distributions()
    names = [distributions.get(module, [module])[0] for module in modules]
    return {one: version(one) for one in names}


def show(console: Console, found: Comparison) -> None:
    """What was measured, as a table."""
    console.print(
        f"{found.characters:,} characters and {found.questions} questions, model {found.model}; "
        f"{os.cpu_count()} processors. The others get chunks of {CHUNK:,} characters, {OVERLAP} of "
        f"them twice; a search finds the {NEAREST} nearest."
    )
    table = Table(box=None, pad_edge=False)
    columns = (
        *("", "pieces", "characters/CPU s", "Pincite's"),
        *("search CPU ms", "answer CPU ms", "peak MiB"),
    )
    for name in columns:
        table.add_column(name, justify="right" if name else "left")
    for peer in found.to_json()["peers"]:
        answer, ratio = peer["answer_cpu_ms"], peer["pincite_ratio"]
        table.add_row(
            peer["name"],
            f"{peer['pieces']:,}",
            f"{peer['characters_a_cpu_s']:,.0f}",
            f"{ratio:.2f}×" if ratio else "",
            f"{peer['search_cpu_ms']:.1f}",
            "none" if answer is None else f"{answer:.1f}",
            f"{peer['peak_mib']:,.0f}",
        )
    console.print(table)
    for name in found.missing:
        packages = ", ".join(missing_modules(name)).replace("_", "-")
        console.print(f"{name} is not measured: not installed ({packages})")
