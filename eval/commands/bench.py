"""The commands that measure speed, memory, reading and places rather than answers.

What a command needs is imported when it runs: this file is loaded with every ``pincite``.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pincite.corpus.errors import UsageError
from pincite.eval.console import (
    Overrides,
    output,
    progress_shown,
    require_writable,
    settings_of,
)

if TYPE_CHECKING:
    from pincite.retrieval.embedding.embedder import Embedder

JsonFile = Annotated[
    Path | None, typer.Option("--json", help="Write the whole report to this JSON file.")
]


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


def bench_ingest(
    pdfs: Annotated[
        Path | None, typer.Option(help="Ingest this folder of PDFs; print pages per second.")
    ] = None,
    files: Annotated[
        int | None, typer.Option(min=1, help="Ingest this many small files, twice.")
    ] = None,
    gigabytes: Annotated[
        float | None, typer.Option(min=0.001, help="Ingest this much generated text.")
    ] = None,
    file_mb: Annotated[
        float, typer.Option(min=0.001, help="With --gigabytes: the size of a file.")
    ] = 5,
    chunks: Annotated[
        bool,
        typer.Option("--chunks", help="Compare with chunks of 1,000 characters, on the article."),
    ] = False,
    memory: Annotated[
        list[float] | None,
        typer.Option(min=0.1, help="Print the memory that so many MB of text take; repeatable."),
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="With --memory: write it to this JSON file.")
    ] = None,
    config: Overrides = None,
) -> None:
    """Print how fast documents are ingested, and the memory it takes.

    PDFs are embedded with the embedder of the settings. Files and generated text are embedded only
    with --config embedder=NAME; without it, their vectors cost nothing, and only reading and
    storing are measured.
    """
    from pincite.eval.bench import ingest as benches
    from pincite.retrieval.engine import open_embedder

    require_writable(json_file)
    settings = settings_of(config)
    out = output()
    if pdfs is not None:
        benches.bench_pages(out, pdfs, open_embedder(settings))
    named = any(override.startswith("embedder=") for override in config or ())
    embedder: Embedder = open_embedder(settings) if named else benches.CheapEmbedder()
    if files is not None:
        benches.bench_files(out, files, embedder)
    if gigabytes is not None:
        benches.bench_bytes(out, gigabytes, embedder, round(file_mb * 1_000_000))
    if chunks:
        _bench_chunks(open_embedder(settings))
    if memory:
        _bench_memory(memory, json_file)
    if (pdfs, files, gigabytes, chunks, memory) == (None, None, None, False, None):
        raise UsageError(
            "name what to measure: --pdfs FOLDER, --files N, --gigabytes X, --memory MB or --chunks"
        )


def _bench_memory(sizes: list[float], json_file: Path | None) -> None:
    from pincite.eval.bench import ingest_memory as benches
    from pincite.eval.report import report

    with progress_shown() as progress:
        runs = benches.bench(sizes, progress)
    benches.show(output(), runs)
    if json_file:
        report.write_json(benches.to_json(runs), json_file)


def _bench_chunks(embedder: Embedder) -> None:
    from pincite.eval.bench import chunks as benches
    from pincite.eval.goldset import bundled
    from pincite.eval.run import document_of
    from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder

    if not isinstance(embedder, SentenceTransformerEmbedder):
        raise UsageError(
            f"the embedder {embedder.fingerprint} is not a sentence-transformers model, so it "
            "cannot embed chunks; name one: --config embedder=NAME"
        )
    (article,) = bundled().documents.values()
    benches.show(output(), benches.compare(document_of(article), embedder))


def bench_peers(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files of UTF-8 text (default: the article).")
    ] = None,
    json_file: JsonFile = None,
    config: Overrides = None,
) -> None:
    """Compare ingest, search and memory with LangChain's default, Chroma and txtai.

    All get the same text and the same model, and are measured in one run. Those that are not
    installed are named.
    """
    from importlib.resources import files as resources

    from pincite.eval.bench import peers as benches
    from pincite.eval.bench.questions import ARTICLE
    from pincite.eval.goldset import bundled
    from pincite.eval.report import report

    require_writable(json_file)
    article = Path(str(resources("pincite.corpus"))) / "documents" / ARTICLE
    asked = [q.question for q in bundled().questions][:50]
    model = settings_of(config).embedder
    with progress_shown() as progress:
        found = benches.compare(files or [article], asked, model, progress)
    benches.show(output(), found)
    if json_file:
        report.write_json(found.to_json(), json_file)


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


def extraction(
    folder: Annotated[Path, typer.Argument(help="A folder of files with their gold text.")],
    scanned: Annotated[
        bool, typer.Option("--scanned", help="Read only PDFs, each page as a picture of 150 dpi.")
    ] = False,
    files: Annotated[
        bool, typer.Option("--files", help="Also print a line for each file, the worst first.")
    ] = False,
    raw: Annotated[
        bool, typer.Option("--raw", help="Also count words of markup, such as targets of links.")
    ] = False,
    json_file: JsonFile = None,
) -> None:
    """Print how many files of each type are read, and how much of their gold text.

    "words" is the share of the gold words that were read, "F1" compares runs of four words.
    """
    from pincite.eval.bench import extraction as extractions
    from pincite.eval.bench import extraction_report
    from pincite.eval.bench.visible_words import raw_words, visible_words
    from pincite.eval.report import report

    require_writable(json_file)
    words = raw_words if raw else visible_words
    with progress_shown() as progress:
        results = extractions.measure(folder, progress, scanned, words)
    extraction_report.show(output(), results, files)
    if json_file:
        report.write_json(extraction_report.to_json(results), json_file)


def printed(
    gold_dirs: Annotated[list[Path], typer.Argument(help="Gold sets over files.")],
    json_file: JsonFile = None,
) -> None:
    """Print how many gold answers are in the text that Pincite reads from their files.

    Every string of a complete answer, and at least one form of an answer, should be in the text of
    a file that the question names. Case, punctuation and the marks between
    thousands do not matter.
    """
    from pincite.eval.bench import printed as checking
    from pincite.eval.report import report

    require_writable(json_file)
    with progress_shown() as progress:
        sets = [checking.check_printed(gold_dir, progress) for gold_dir in gold_dirs]
    checking.show(output(), sets)
    if json_file:
        report.write_json(checking.to_json(sets), json_file)


def places(
    gold_dir: Annotated[Path, typer.Argument(help="The gold set whose questions to ask.")],
    library: Annotated[
        Path, typer.Option(help="A library of PDFs whose files are still in place.")
    ],
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask only the first N questions.")
    ] = None,
    config: Overrides = None,
) -> None:
    """Ask questions about PDFs, and check the page and the boxes of every quote."""
    from pincite.eval.bench import check_boxes as checking
    from pincite.eval.goldset import load
    from pincite.retrieval.engine import open_embedder

    settings = settings_of(config)
    questions = [question.question for question in load(gold_dir, limit=limit).questions]
    with progress_shown() as progress:
        found = checking.check_places(
            questions, library, settings, open_embedder(settings), progress
        )
    checking.show(output(), found, len(questions))
    if not found or any(checked.wrong for checked in found):
        raise typer.Exit(1)
