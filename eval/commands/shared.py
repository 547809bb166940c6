"""Commands that measure a shared library, and work out what a larger one would take."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from pincite.corpus.extras import require
from pincite.eval.console import (
    JsonFile,
    Overrides,
    output,
    progress_shown,
    require_writable,
    settings_of,
)


def bench_shared(
    passages: Annotated[
        list[int] | None, typer.Option(min=20, help="Of a library; give it once for each size.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option(help="An empty folder for the libraries; they stay there.")
    ] = None,
    json_file: JsonFile = None,
    config: Overrides = None,
) -> None:
    """Print what a shared library takes beside a local one that holds the same documents.

    By default at 10,000 and 100,000 passages, which takes some 2 GB on the disk. Nothing else
    should run meanwhile.
    """
    from pincite.eval.bench import shared as benches
    from pincite.eval.bench import shared_report
    from pincite.eval.goldset import bundled
    from pincite.eval.report.report import write_json
    from pincite.retrieval.engine import open_embedder

    require("shared", "pincite eval bench-shared")
    require_writable(json_file)
    settings = settings_of(config)
    asked = [q.question for q in bundled().questions][:50]
    sizes = passages or [10_000, 100_000]
    with progress_shown() as progress:
        found = benches.bench_shared(
            sizes, asked, settings, open_embedder(settings), folder, progress
        )
    shared_report.show(output(), found)
    if json_file:
        write_json(shared_report.to_json(found), json_file)


def scale(
    figures_file: Annotated[
        Path, typer.Argument(help="The JSON file of figures, as pincite eval performance has it.")
    ],
    core_hour: Annotated[float, typer.Option(min=0, help="Price of an hour of a core.")] = 0.04,
    gb_month: Annotated[
        float, typer.Option(min=0, help="Price of a GB and month in an object store.")
    ] = 0.025,
) -> None:
    """Write the page of scale, docs/scale.md: what a shared library takes when it is large."""
    from pincite.eval.report import performance_page, scale_page
    from pincite.eval.report.report import write_text

    figures = performance_page.read(figures_file)
    page = figures_file.with_name("scale.md")
    write_text(scale_page.page(figures, scale_page.Prices(core_hour, gb_month)), page)
    output().print(f"written to {page}")


def soak(
    minutes: Annotated[float, typer.Option(min=0.1, help="How long.")] = 60,
    json_file: JsonFile = None,
    config: Overrides = None,
) -> None:
    """Commit to a shared library every second while a server is asked; print their memory.

    Fails if one of the two takes more at the end than at first, or if a question has no answer.
    """
    from dataclasses import asdict

    from pincite.eval.bench import soak as soaking
    from pincite.eval.goldset import bundled
    from pincite.eval.report.report import write_json
    from pincite.retrieval.engine import open_embedder

    require("shared", "pincite eval soak")
    require("serve", "pincite eval soak")
    require_writable(json_file)
    settings = settings_of(config)
    asked = [q.question for q in bundled().questions]
    with progress_shown() as progress:
        found = soaking.soak(minutes, asked, settings, open_embedder(settings), progress)
    out = output()
    out.print(
        f"{found.commits} commits and {found.questions} questions in {found.seconds:.0f} s, "
        f"{len(found.failed)} of them without an answer, of {found.generations} generations"
    )
    for why, times in Counter(found.failed).most_common():
        out.print(f"{times} times: {why}")
    for name, sizes, growth, files in (
        ("server", found.server_mib, found.server_growth, found.server_files),
        ("writer", found.writer_mib, found.writer_growth, found.writer_files),
    ):
        said, many = ", ".join(f"{size:.0f}" for size in sizes), ", ".join(map(str, files))
        out.print(f"{name}: {said} MiB in the first, the second and the last third")
        out.print(f"{name}: {many} open files at most in each")
        if growth:
            out.print(
                f"{name}: {growth.slope:+.2f} MiB a minute in the last two thirds "
                f"({growth.low:+.2f} to {growth.high:+.2f})"
            )
    out.print(f"library: {found.disk_mb:.0f} MB at the end")
    if json_file:
        write_json(asdict(found), json_file)
    if found.failed or not found.is_flat:
        raise typer.Exit(1)
