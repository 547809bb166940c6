"""What the benchmark of growth measured, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from pincite.eval.bench.growth import Growth
from pincite.eval.bench.growth_library import PASSAGES

# A row's name, and what stands in it; behind it in brackets, of the processor.
_ROWS = (
    ("build the indexes, s", "build_s", "build_cpu_s"),
    ("add one document, s", "add_s", "add_cpu_s"),
    ("open the indexes, s", "open_s", "open_cpu_s"),
    ("ask, ms: median", "ask_p50_ms", "ask_p50_cpu_ms"),
    ("ask, ms: 95 %", "ask_p95_ms", "ask_p95_cpu_ms"),
    ("ask half of it, ms: median", "ask_half_p50_ms", "ask_half_p50_cpu_ms"),
    ("ask half of it, ms: 95 %", "ask_half_p95_ms", "ask_half_p95_cpu_ms"),
    ("search, ms: median", None, "search_p50_cpu_ms"),
    ("search, ms: 95 %", None, "search_p95_cpu_ms"),
    ("search half of it, ms: median", None, "search_half_p50_cpu_ms"),
    ("search half of it, ms: 95 %", None, "search_half_p95_cpu_ms"),
    ("peak memory of opening and asking, MiB", "memory_mib", None),
    ("indexes on the disk, MB", "indexes_mb", None),
    ("library file, MB", "library_mb", None),
    ("of the 300 nearest passages, found", "recall_at_300", None),
)


def show(console: Console, measured: Sequence[Growth]) -> None:
    """What was measured, as a table; a column a size."""
    console.print(
        f"generated documents of {PASSAGES} passages, {measured[0].questions} questions; by the "
        f"clock (of the processor); {measured[0].processors} processors"
    )
    table = Table(box=None, pad_edge=False)
    table.add_column("passages")
    for one in measured:
        table.add_column(f"{one.passages:,}", justify="right")
    for name, wall, cpu in _ROWS:
        table.add_row(name, *(_cell(asdict(one), wall, cpu) for one in measured))
    console.print(table)


def to_json(measured: Sequence[Growth]) -> dict[str, Any]:
    """The sizes, the smallest first, with the fields of `Growth`."""
    return {"growth": [asdict(one) for one in measured]}


def _cell(values: dict[str, float], wall: str | None, cpu: str | None) -> str:
    parts = [] if wall is None else [f"{values[wall]:.4g}"]
    parts += [] if cpu is None else [f"({values[cpu]:.3g})"]
    return " ".join(parts)
