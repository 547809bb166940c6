"""The page ``docs/performance.md``: time and memory, as the benchmarks' commands wrote them.

The figures stand in ``docs/performance.json``; the page and its plots are made from it alone.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pincite.corpus.errors import UsageError
from pincite.eval.report import shared_table
from pincite.eval.report.growth_plot import growth_plot
from pincite.eval.report.markdown import table
from pincite.eval.report.report import write_json, write_text

Figures = dict[str, Any]

PLOTS = {
    "growth-questions.svg": (
        "One question",
        "milliseconds",
        {
            "to all, median": "ask_p50_ms",
            "to all, 95 %": "ask_p95_ms",
            "to half, median": "ask_half_p50_ms",
        },
    ),
    "growth-changes.svg": (
        "Changes",
        "CPU seconds",
        {
            "build the indexes": "build_cpu_s",
            "add one document": "add_cpu_s",
            "open the indexes": "open_cpu_s",
        },
    ),
    "growth-space.svg": (
        "Memory and disk",
        "MB",
        {"memory of a process": "memory_mib", "indexes": "indexes_mb", "library": "library_mb"},
    ),
}
"""The plots of growth, by file: title, axis, and each line's name and figure."""


def take_in(figures: Figures, reports: Sequence[tuple[str, Any]], measured: date) -> Figures:
    """The figures with these benchmarks' JSON under their names.

    Args:
        figures: what there is; a report of the same name is replaced.
        reports: what a benchmark's ``--json`` wrote, each with the benchmark's name.
        measured: the day on which these were measured.

    Raises:
        UsageError: no benchmark of the page has this name, or the JSON is not of that benchmark.
    """
    taken = dict(figures)
    for name, value in reports:
        if name not in _PARTS:
            raise UsageError(f"no part of the page is called {name!r}; use {', '.join(_PARTS)}")
        try:
            _PARTS[name](value)
        except (KeyError, TypeError, ValueError) as error:
            raise UsageError(
                f"the figures given for {name} are not those of its benchmark ({error!r}); "
                f"make them with: pincite eval {_COMMANDS[name]} --json FILE"
            ) from error
        taken[name] = {"measured": measured.isoformat(), "figures": value}
    return taken


def read(file: Path) -> Figures:
    """The figures in a file of JSON.

    Raises:
        UsageError: it cannot be read, or is no JSON object.
    """
    try:
        return dict(json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise UsageError(f"{file} cannot be read: {error}") from error


def write(figures: Figures, file: Path) -> None:
    """Write the figures, the page beside them, and its plots into ``images`` beside it.

    Raises:
        UsageError: a file cannot be written.
    """
    write_json(figures, file)
    write_text(page(figures), file.with_suffix(".md"))
    for name, plot in plots(figures).items():
        write_text(plot, file.parent / "images" / name)


def page(figures: Figures) -> str:
    """The page as Markdown: a part for each benchmark that there are figures of."""
    lines = [_HEAD]
    for name, part in _PARTS.items():
        if name in figures:
            measured, value = figures[name]["measured"], figures[name]["figures"]
            processors = value.get("processors") or value["growth"][0]["processors"]
            lines += [
                f"## {_TITLES[name]}",
                "",
                f"`pincite eval {_COMMANDS[name]}`, {measured}, {processors} processors. "
                f"{_TEXTS[name]}",
                "",
                *part(value),
                "",
            ]
    return "\n".join(lines)


def plots(figures: Figures) -> dict[str, str]:
    """The plots by file name, as SVG; none where growth was not measured at two sizes."""
    sizes = figures["growth"]["figures"]["growth"] if "growth" in figures else []
    if len(sizes) < 2:
        return {}
    return {
        name: growth_plot(
            title,
            "passages in the library",
            unit,
            {
                line: [(size["passages"], max(size[key], _SMALLEST)) for size in sizes]
                for line, key in lines.items()
            },
        )
        for name, (title, unit, lines) in PLOTS.items()
    }


def _cold(value: Mapping[str, Any]) -> list[str]:
    rows = [
        [
            f"`pincite {start['command']}`",
            f"{start['cpu_seconds']:.2f}",
            f"{start['peak_mib']:.0f}",
            f"{start['modules']:,}",
            ", ".join(start["heavy"]) or "none",
        ]
        for start in value["starts"]
    ]
    head = ("command", "CPU s", "peak MiB", "modules", "of them heavy")
    return table(head, rows)


def _growth(value: Mapping[str, Any]) -> list[str]:
    sizes = value["growth"]
    rows = [
        [name, *(form.format(*(size[key] for key in keys)) for size in sizes)]
        for name, form, keys in _GROWTH_ROWS
    ]
    head = ["passages", *(f"{size['passages']:,}" for size in sizes)]
    shown = [f"![{title}](images/{name})" for name, (title, _, _) in PLOTS.items()]
    return [*table(head, rows), "", *(shown if len(sizes) > 1 else [])]


def _peers(value: Mapping[str, Any]) -> list[str]:
    rows = [
        [
            " ".join([peer["name"], f"({_versions(peer['versions'])})"]),
            f"{peer['pieces']:,}",
            f"{peer['characters_a_cpu_s']:,.0f}",
            f"{peer['pincite_ratio']:.1f}",
            f"{peer['search_cpu_ms']:.1f}",
            "none" if peer["answer_cpu_ms"] is None else f"{peer['answer_cpu_ms']:.0f}",
            f"{peer['peak_mib']:,.0f}",
        ]
        for peer in value["peers"]
    ]
    head = (
        "pipeline",
        "pieces",
        "characters a CPU second",
        "Pincite's are so many times these",
        "search, CPU ms",
        "answer with checked quotes, CPU ms",
        "peak MiB",
    )
    missing = value["missing"]
    return [
        f"{value['characters']:,} characters, {value['questions']} questions, the model "
        f"{value['model']}."
        + (f" Not installed, so not measured: {', '.join(missing)}." if missing else ""),
        "",
        *table(head, rows),
    ]


def _api(value: Mapping[str, Any]) -> list[str]:
    rows = [
        [
            load["server"],
            str(load["users"]),
            f"{load['answers_per_second']:.1f}",
            "" if load["ratio"] is None else f"{load['ratio']:.2f}",
            "" if load["cpu_ms_per_answer"] is None else f"{load['cpu_ms_per_answer']:.0f}",
            f"{load['median_ms']:,.0f}",
            f"{load['p95_ms']:,.0f}",
            f"{load['wrong']}, {load['failed']}",
        ]
        for load in value["loads"]
    ]
    head = (
        "server",
        "users",
        "answers a second",
        "ratio to the other server",
        "CPU ms an answer",
        "wait, ms: median",
        "wait, ms: 95 %",
        "wrong, failed",
    )
    return table(head, rows)


def _versions(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())


_SMALLEST = 1e-3  # what is less stands at the foot of a plot whose axis is logarithmic

_GROWTH_ROWS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("build the indexes, CPU s", "{:,.1f}", ("build_cpu_s",)),
    ("add one document, CPU s", "{:.3f}", ("add_cpu_s",)),
    ("open the indexes, s", "{:.3f}", ("open_s",)),
    ("a question to all, ms: median, 95 %", "{:.0f}, {:.0f}", ("ask_p50_ms", "ask_p95_ms")),
    ("… CPU ms: median, 95 %", "{:.0f}, {:.0f}", ("ask_p50_cpu_ms", "ask_p95_cpu_ms")),
    (
        "a question to half of it, ms: median, 95 %",
        "{:.0f}, {:.0f}",
        ("ask_half_p50_ms", "ask_half_p95_ms"),
    ),
    (
        "… CPU ms: median, 95 %",
        "{:.0f}, {:.0f}",
        ("ask_half_p50_cpu_ms", "ask_half_p95_cpu_ms"),
    ),
    (
        "search alone, CPU ms: median, 95 %",
        "{:.1f}, {:.1f}",
        ("search_p50_cpu_ms", "search_p95_cpu_ms"),
    ),
    ("peak memory of opening and asking, MiB", "{:,.0f}", ("memory_mib",)),
    ("indexes, library file, MB", "{:,.0f}, {:,.0f}", ("indexes_mb", "library_mb")),
    ("share of the 300 nearest passages that the search has", "{:.4f}", ("recall_at_300",)),
)

_PARTS: Mapping[str, Callable[[Mapping[str, Any]], list[str]]] = {
    "cold": _cold,
    "growth": _growth,
    "peers": _peers,
    "api": _api,
    "shared": shared_table.lines,
}
_TITLES = {
    "cold": "Starting a command",
    "growth": "A library that grows",
    "peers": "Beside other libraries",
    "api": "Many users at once",
    "shared": "A shared library",
}
_COMMANDS = {
    "cold": "bench-cold",
    "growth": "bench-growth",
    "peers": "bench-peers",
    "api": "bench-api",
    "shared": "bench-shared",
}
_TEXTS = {
    "cold": "Each command is a process of its own over the bundled article. Heavy modules are "
    "those of PyTorch and scikit-learn.",
    "growth": "Documents of real words, vectors made from those of real sentences. Seconds and "
    "milliseconds are by the clock where they are not called those of the processor.",
    "peers": "The same text, model and questions in one run. Ingest is from files to what is "
    "searched, on the disk; the others cut chunks and check no quotes. "
    "Pincite's search also reads the ten best passages with its cross-encoder.",
    "api": "Users ask the HTTP API different questions without a pause. An answer is wrong if it "
    "is not the one that a single user gets. The other server is an earlier "
    "Pincite, named with `--against`.",
    "shared": "A shared library in a folder beside a local one of the same documents, in one run; "
    "without embedding. What larger ones would take: [scale.md](scale.md).",
}

_HEAD = """# Performance

<!-- Made by `pincite eval performance` from performance.json; edit performance_page.py instead. -->

Compare figures of one table with each other: those of another machine, or of another day, differ.
No GPU is used. Run any of the commands yourself:
`--json FILE` keeps what it measured, and
`pincite eval performance docs/performance.json NAME=FILE` takes it into this page.
"""
