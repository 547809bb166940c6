"""How memory grows with what is ingested: one file and many, each run in a process of its own.

The embedder costs nothing and gives vectors of the usual width: what a model takes is the same for
any text, and would hide what is asked here.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from pincite.corpus.errors import UsageError
from pincite.eval.bench.ingest import CheapEmbedder, ingest_folder, write_files
from pincite.eval.memory import tree_watched

DIMENSION = 384  # numbers in a vector of the packaged model
_MB = 1_000_000
MANY = 1.0  # MB of each file where there are several


@dataclass(frozen=True, slots=True)
class Run:
    """One ingest. ``peak_mib`` is of the process and its children together, at once."""

    megabytes: float
    files: int
    peak_mib: float


def bench(
    sizes: Sequence[float],
    progress: Callable[[str, int, int], None] = lambda doing, done, total: None,
) -> list[Run]:
    """Ingest generated text of each size in MB, in one file and in files of one MB.

    Raises:
        UsageError: this is not Linux, which alone tells; or an ingest failed.
    """
    if sys.platform != "linux":
        raise UsageError("what several processes take at once is told on Linux only; run it there")
    wanted = [(size, 1) for size in sizes]
    wanted += [(size, round(size / MANY)) for size in sizes if size >= 2 * MANY]
    runs: list[Run] = []
    for number, (size, files) in enumerate(wanted):
        progress(f"ingesting {size:g} MB", number, len(wanted))
        with tempfile.TemporaryDirectory(prefix="pincite-bench-") as name:
            folder = Path(name)
            write_files(folder / "files", files, round(size * _MB / files))
            runs.append(Run(size, files, _peak_mib(folder)))
    return runs


def _peak_mib(folder: Path) -> float:
    process = subprocess.Popen(
        [sys.executable, "-m", "pincite.eval.bench.ingest_memory", str(folder)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    with tree_watched(process.pid) as peak:
        _, errors = process.communicate()
    if process.returncode != 0:
        last = (errors.strip().splitlines() or ["it said nothing"])[-1]
        raise UsageError(f"an ingest failed with exit code {process.returncode}: {last}")
    return peak.mib


def to_json(runs: Sequence[Run]) -> dict[str, Any]:
    """As JSON: one flat object a run."""
    return {"runs": [asdict(run) for run in runs]}


def show(console: Console, runs: Sequence[Run]) -> None:
    """What was measured, as a table; each run is compared with the first."""
    table = Table(box=None, pad_edge=False)
    for name in ("MB of text", "files", "peak MiB", "above the first"):
        table.add_column(name, justify="right")
    for run in runs:
        above = f"{run.peak_mib - runs[0].peak_mib:+,.0f}"
        table.add_row(f"{run.megabytes:g}", f"{run.files:,}", f"{run.peak_mib:,.0f}", above)
    console.print(table)


def main(folder: str) -> None:
    """Ingest FOLDER/files into FOLDER/library."""
    taken = ingest_folder(Path(folder, "files"), Path(folder, "library"), CheapEmbedder(DIMENSION))
    if set(taken.outcomes) != {"added"}:
        raise SystemExit(f"not all was added: {taken.outcomes}")


if __name__ == "__main__":
    main(sys.argv[1])
