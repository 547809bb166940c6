"""The table of what a shared library takes beside a local one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
    ("… CPU ms of a search: median", "search_p50_cpu_ms", "{:,.1f}"),
    ("… of it reading, ms: median", "read_p50_ms", "{:,.1f}"),
    ("peak memory of opening and asking, MiB", "memory_mib", "{:,.0f}"),
    ("disk, MB", "disk_mb", "{:,.0f}"),
)


def lines(value: Mapping[str, Any]) -> list[str]:
    """What ``pincite eval bench-shared --json`` wrote, as a table in Markdown."""
    head, *rows = cells(value["shared"])
    return table(head, rows)


def cells(measured: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """The head and the rows; a column for each store and size."""
    return [
        ["passages", *(f"{one['passages']:,}, {one['kind']}" for one in measured)],
        *([name, *(form.format(one[key]) for one in measured)] for name, key, form in _ROWS),
    ]
