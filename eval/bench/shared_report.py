"""What the benchmark of shared libraries measured, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from pincite.eval.bench.growth_library import PASSAGES
from pincite.eval.bench.shared import StoreCosts
from pincite.eval.report.shared_table import cells


def show(console: Console, measured: Sequence[StoreCosts]) -> None:
    """What was measured, as a table; a column for each store and size."""
    console.print(
        f"generated documents of {PASSAGES} passages, {measured[0].questions} questions; "
        f"{measured[0].processors} processors"
    )
    head, *rows = cells([asdict(one) for one in measured])
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
