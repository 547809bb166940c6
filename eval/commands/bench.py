"""The commands that measure the speed and memory of questions, starts and searches.

What a command needs is imported when it runs: this file is loaded with every ``pincite``.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pincite.corpus.errors import UsageError
from pincite.eval.console import (
    JsonFile,
    Overrides,
    output,
    progress_shown,
    require_writable,
    settings_of,
)

if TYPE_CHECKING:
    pass


def bench(
    rounds: Annotated[int, typer.Option(min=1, help="Number of times to ask each question.")] = 3,
    config: Overrides = None,
) -> None:
    """Print the time and memory of warm questions on the bundled article."""
    from pincite.eval.bench.questions import bench as measure
    from pincite.eval.bench.questions import show
    from pincite.eval.goldset import bundled
    from pincite.retrieval.engine import open_embedder

    settings = settings_of(config)
    questions = [q.question for q in bundled().questions]
    show(output(), measure(questions, settings, open_embedder(settings), rounds))


def bench_cold(
    rounds: Annotated[int, typer.Option(min=1, help="How often each command is started.")] = 3,
    json_file: JsonFile = None,
) -> None:
    """Print what it takes to start the commands: CPU seconds, memory and modules.

    Each is run in a process of its own on the bundled article. Of CPU seconds the least of all
    rounds counts, of memory the most.
    """
    from pincite.eval.bench import cold as benches
    from pincite.eval.report.report import write_json
    from pincite.retrieval.engine import open_embedder

    require_writable(json_file)
    with progress_shown() as progress:
        starts = benches.bench(open_embedder(settings_of(None)), rounds, progress=progress)
    benches.show(output(), starts)
    if json_file:
        write_json(benches.to_json(starts), json_file)


def compare_paths(
    gold_dirs: Annotated[list[Path], typer.Argument(help="Gold sets whose questions to ask.")],
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask only the first N questions of each.")
    ] = None,
    config: Overrides = None,
) -> None:
    """Ask the same questions with ONNX Runtime and with torch, and print where answers differ.

    Fails if any has other quotes, or a confidence that is more than 0.01 apart.
    """
    from pincite.eval.bench import embedder_paths as comparing
    from pincite.eval.goldset import gold_sets, load

    settings = settings_of(config)
    golds = [load(one, limit=limit) for folder in gold_dirs for one in gold_sets(folder)]
    with progress_shown() as progress:
        compared = [comparing.compare(gold, settings, progress) for gold in golds]
    comparing.show(output(), compared)
    if not comparing.agree(compared):
        raise typer.Exit(1)


def bench_api(
    users: Annotated[
        list[int] | None,
        typer.Option(
            min=1, max=1000, help="Users who ask at the same time (default: 32). Repeatable."
        ),
    ] = None,
    questions: Annotated[
        int, typer.Option(min=1, help="Number of questions that each user asks in a round.")
    ] = 5,
    rounds: Annotated[
        int, typer.Option(min=1, help="How often each number of users asks each server.")
    ] = 2,
    library: Annotated[
        Path | None,
        typer.Option(help="Serve this library in place of the bundled article. Needs --gold."),
    ] = None,
    gold: Annotated[
        Path | None, typer.Option(help="The gold set with the questions for --library.")
    ] = None,
    against: Annotated[
        str | None,
        typer.Option(
            metavar="COMMAND",
            help="Also serve with another Pincite, run by this command, and compare by turns.",
        ),
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """Print how many answers a second users get who ask over HTTP at the same time.

    The server is a process of its own; "CPU ms each" is what it spends on one answer. Every answer
    is held against the one that a user alone gets: one that differs is wrong.
    """
    from contextlib import nullcontext

    from pincite.eval.bench import http as benches
    from pincite.eval.goldset import bundled, load
    from pincite.eval.report import report
    from pincite.retrieval.engine import open_embedder

    if (library is None) != (gold is None):
        raise UsageError("--library and --gold go together: the questions are for that library")
    require_writable(json_file)
    asked = [q.question for q in (load(gold) if gold else bundled()).questions]
    own = benches.article_library(open_embedder(settings_of(None)))
    place = nullcontext(library) if library else own
    command = shlex.split(against) if against else None
    with place as folder:
        found = benches.bench_api(asked, folder, users or [32], questions, command, rounds)
    benches.show(output(), found)
    if json_file:
        report.write_json(benches.to_json(found), json_file)
    if not found.is_right:
        raise typer.Exit(1)


def bench_growth(
    passages: Annotated[
        list[int] | None, typer.Option(min=1, help="Of a library; give it once for each size.")
    ] = None,
    folder: Annotated[
        Path | None,
        typer.Option(help="Keep the library here, and go on with it if it was stopped."),
    ] = None,
    json_file: JsonFile = None,
    config: Overrides = None,
) -> None:
    """Print how building, adding one document, opening and asking grow with the library.

    By default at 10,000, 100,000 and a million passages, which takes some 6 GB on the disk and a
    quarter of an hour. Nothing else should run meanwhile.
    """
    from pincite.eval.bench import growth as benches
    from pincite.eval.bench import growth_report
    from pincite.eval.goldset import bundled
    from pincite.eval.report import report
    from pincite.retrieval.engine import open_embedder

    require_writable(json_file)
    settings = settings_of(config)
    asked = [q.question for q in bundled().questions][:50]
    sizes = passages or [10_000, 100_000, 1_000_000]
    embedder = open_embedder(settings)
    with progress_shown() as progress:
        found = benches.bench_growth(sizes, asked, settings, embedder, folder, progress)
    growth_report.show(output(), found)
    if json_file:
        report.write_json(growth_report.to_json(found), json_file)


def bench_dense(
    gold: Annotated[
        Path | None, typer.Argument(help="A gold set; the bundled one where none is named.")
    ] = None,
    passages: Annotated[
        list[int] | None, typer.Option(min=1, help="Of an index; give it once for each size.")
    ] = None,
    config: Overrides = None,
) -> None:
    """Print what dense search takes among very many passages, and how many of the best it has.

    Sentences and questions are those of the gold set; by default there are 100,000 and 1,000,000
    passages made of them, in memory.
    """
    from pincite.eval.bench import dense as benches
    from pincite.eval.goldset import bundled, load
    from pincite.retrieval.engine import open_embedder

    settings = settings_of(config)
    texts = bundled() if gold is None else load(gold)
    embedder, candidates = open_embedder(settings), settings.candidates
    sizes = passages or [100_000, 1_000_000]
    if min(sizes) < 2 * candidates:
        raise UsageError(
            f"{min(sizes)} passages are too few to have {candidates} candidates among half of "
            f"them; ask for at least {2 * candidates} with --passages"
        )
    found = [benches.bench_dense(texts, size, embedder, candidates) for size in sizes]
    benches.show(output(), found, candidates)
