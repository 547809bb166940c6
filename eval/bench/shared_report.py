"""What the benchmark of shared libraries measured, as a table, as JSON and for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from pincite.eval.bench.growth_library import PASSAGES
from pincite.eval.bench.shared import StoreCosts
from pincite.eval.report.markdown import table

_ROWS = (
    ("store all, CPU s", "put_cpu_s", "{:,.1f}"),
    ("build the indexes, CPU s", "publish_cpu_s", "{:,.1f}"),
    ("add one document, s", "add_s", "{:.3f}"),
    ("… CPU s", "add_cpu_s", "{:.3f}"),
    ("open, s", "open_s", "{:.3f}"),
    ("… CPU s", "open_cpu_s", "{:.3f}"),
    ("the first question, ms", "first_ms", "{:,.0f}"),
    ("a warm question, ms: median", "ask_p50_ms", "{:,.0f}"),
    ("… 95 %", "ask_p95_ms", "{:,.0f}"),
    ("… CPU ms: median", "ask_p50_cpu_ms", "{:,.0f}"),
    ("… of it search, ms: median", "search_p50_ms", "{:,.1f}"),
    ("… of it reading, ms: median", "read_p50_ms", "{:,.1f}"),
    ("peak memory of opening and asking, MiB", "memory_mib", "{:,.0f}"),
    ("disk, MB", "disk_mb", "{:,.0f}"),
)


def show(console: Console, measured: Sequence[StoreCosts]) -> None:
    """What was measured, as a table; a column for each store and size."""
    console.print(
        f"generated documents of {PASSAGES} passages, {measured[0].questions} questions; "
        f"{measured[0].processors} processors"
    )
    head, *rows = _cells([asdict(one) for one in measured])
    shown = Table(box=None, pad_edge=False)
    shown.add_column(head[0])
    for name in head[1:]:
        shown.add_column(name, justify="right")
    for row in rows:
        shown.add_row(*row)
    console.print(shown)


def to_json(measured: Sequence[StoreCosts]) -> dict[str, Any]:
    """With the fields of `StoreCosts`."""
    return {
        "processors": measured[0].processors,
        "shared": [asdict(one) for one in measured],
    }


def lines(value: Mapping[str, Any]) -> list[str]:
    """The JSON as a table in Markdown."""
    head, *rows = _cells(value["shared"])
    return table(head, rows)


def _cells(measured: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    return [
        ["passages", *(f"{one['passages']:,}, {one['kind']}" for one in measured)],
        *([name, *(form.format(one[key]) for one in measured)] for name, key, form in _ROWS),
    ]
