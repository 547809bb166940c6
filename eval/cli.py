"""``pincite eval``: measure it, compare, calibrate, and bring gold sets in.

What a command needs is imported when it runs: this file is loaded with every ``pincite``.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from corpus.errors import UnderFloorError, UsageError

if TYPE_CHECKING:
    from eval.run import Progress
    from retrieval.embedder import Embedder
    from retrieval.settings import Settings

_RUN = "run"


class _RunByDefault(typer.core.TyperGroup):
    """``pincite eval GOLD_DIR`` is short for ``pincite eval run GOLD_DIR``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, "--help"}:
            args = [_RUN, *args]
        return super().parse_args(ctx, args)


app = typer.Typer(
    cls=_RunByDefault,
    help="Measure answers against a gold set: pincite eval GOLD_DIR.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Overrides = Annotated[
    list[str] | None,
    typer.Option("--config", metavar="NAME=VALUE", help="Override a setting. Repeatable."),
]
Split = Annotated[str | None, typer.Option(help="Only the questions of this split.")]


@app.command(_RUN)
def run(
    gold_dir: Annotated[Path, typer.Argument(help="The gold set's folder.")],
    split: Split = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    config: Overrides = None,
    library: Annotated[
        Path | None, typer.Option(help="A library that has the documents; else one is made.")
    ] = None,
    compare: Annotated[Path | None, typer.Option(help="Another run's --json file.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all of it here.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write a page here.")] = None,
    floors_file: Annotated[
        Path | None, typer.Option("--floors", help="Fail if a metric falls under its floor here.")
    ] = None,
) -> None:
    """Ask every question of a gold set and print the metrics with 95 % intervals."""
    from eval import compare as comparing
    from eval import floors, page, report
    from eval.goldset import load
    from eval.measure import scores
    from eval.run import evaluate
    from retrieval.engine import open_embedder

    settings = _settings(config)
    _writable(json_file, html_file)
    gold = load(gold_dir, split=split, limit=limit)
    other = report.read_json(compare) if compare else None
    lowest = floors.read(floors_file) if floors_file else None
    with _progress() as progress:
        done = evaluate(gold, settings, open_embedder(settings), library, progress)
    value = report.report(done, scores(done))
    differences = comparing.compare(value, other) if other else None
    out = _out()
    report.show(out, value)
    if other and differences:
        comparing.show(out, differences, value, other)
        value["compared"] = comparing.to_json(differences)
    if json_file:
        report.write_json(value, json_file)
    if html_file:
        report.write_text(page.page(value, gold, differences), html_file)
    if lowest and floors_file and (fallen := floors.under(value, lowest, floors_file)):
        raise UnderFloorError("; ".join(fallen))


@app.command("floors")
def floors_(
    report_file: Annotated[Path, typer.Argument(help="A run's --json file.")],
    floors_file: Annotated[Path, typer.Argument(help="Where its metrics become the floors.")],
) -> None:
    """Make a run's metrics the floors that later runs may not fall under."""
    from eval import floors, report

    floors.write(report.read_json(report_file), floors_file)
    _out().print(f"written to {floors_file}")


@app.command()
def overview(
    results_file: Annotated[Path, typer.Argument(help="The numbers; the page goes beside them.")],
    reports: Annotated[
        list[str] | None, typer.Argument(help="NAME=FILE: --json files to take in under a name.")
    ] = None,
) -> None:
    """Make the page on how well it does, from runs."""
    from eval import overview as overviews
    from eval.report import read_json

    named = []
    for item in reports or []:
        name, equals, file = item.partition("=")
        if not equals:
            raise UsageError(f"{item!r} is not NAME=FILE, such as ai_safety=run.json")
        named.append((name, read_json(Path(file))))
    overviews.write(overviews.take_in(overviews.read(results_file), named), results_file)
    _out().print(f"written to {results_file} and {results_file.with_suffix('.md')}")


@app.command()
def check(gold_dir: Annotated[Path, typer.Argument(help="The gold set's folder.")]) -> None:
    """Check a gold set's files, and print what it is made of."""
    from eval.goldset import load
    from eval.wording import wording

    gold = load(gold_dir)
    found = wording(gold)
    out = _out()
    out.print(
        f"{gold.name}: {found.documents} documents, {len(gold.questions)} questions, "
        f"{found.answerable} answerable"
    )
    for (split, kind), count in sorted(found.kinds.items()):
        if split or kind:
            out.print(f"  {split or 'no split':8} {kind or 'no kind':16} {count:5}")
    if found.shared is not None:
        out.print(f"share of a question's words that stand in its evidence: {found.shared:.3f}")


@app.command("import")
def import_(
    form: Annotated[str, typer.Argument(help="squad or beir.")],
    source: Annotated[Path, typer.Argument(help="SQuAD's JSON file, or BEIR's folder.")],
    gold_dir: Annotated[Path, typer.Argument(help="The new gold set's folder.")],
    split: Annotated[str, typer.Option(help="BEIR: which qrels.")] = "test",
) -> None:
    """Turn a SQuAD file or a BEIR folder into a gold set."""
    from eval import importers
    from eval.goldset import write

    if form not in ("squad", "beir"):
        raise UsageError(f"{form!r} is not a form that can be imported; name squad or beir")
    corpus, questions = (
        importers.squad(source) if form == "squad" else importers.beir(source, split)
    )
    gold = write(gold_dir, corpus, questions)
    _out().print(f"{gold_dir}: {len(gold.documents)} documents, {len(gold.questions)} questions")


@app.command()
def calibrate(
    gold_dirs: Annotated[list[Path], typer.Argument(help="Gold sets to fit on, together.")],
    split: Annotated[str, typer.Option(help="Of the sets that have splits.")] = "dev",
    risk: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="Share of wrong answers that the threshold holds."),
    ] = 0.35,
    limit: Annotated[int | None, typer.Option(min=1, help="Questions of a set, at most.")] = None,
    config: Overrides = None,
    out: Annotated[
        Path | None, typer.Option(help="Where it is written; by default where Pincite reads it.")
    ] = None,
) -> None:
    """Fit the confidence on gold sets, and write it with how well that went."""
    from eval.calibrate import calibrated, write
    from retrieval.engine import open_embedder

    settings = _settings(config)
    _writable(out)
    with _progress() as progress:
        calibration = calibrated(
            gold_dirs, split, limit, settings, open_embedder(settings), risk, progress
        )
    file = write(calibration, out)
    console = _out()
    console.print_json(data=dict(calibration.about))
    console.print(f"threshold {calibration.threshold:.4f}; written to {file}")


@app.command()
def bench(
    rounds: Annotated[int, typer.Option(min=1, help="How often each question is asked.")] = 3,
    config: Overrides = None,
) -> None:
    """Print the time and memory of warm questions on the bundled article."""
    from eval.bench import bench as measure
    from eval.bench import show
    from eval.goldset import bundled
    from retrieval.engine import open_embedder

    settings = _settings(config)
    questions = [q.question for q in bundled().questions]
    show(_out(), measure(questions, settings, open_embedder(settings), rounds))


@app.command("bench-ingest")
def bench_ingest(
    pdfs: Annotated[
        Path | None, typer.Option(help="Take this folder of paged documents in: pages a second.")
    ] = None,
    files: Annotated[
        int | None, typer.Option(min=1, help="Take so many small files in, twice.")
    ] = None,
    gigabytes: Annotated[
        float | None, typer.Option(min=0.001, help="Take so much generated text in.")
    ] = None,
    file_mb: Annotated[float, typer.Option(min=0.001, help="With --gigabytes: a file's size.")] = 5,
    config: Overrides = None,
) -> None:
    """Print how fast documents are taken in, and the memory that it takes.

    PDFs are embedded with the embedder of the settings. Generated text is so only with
    --config embedder=NAME; else its vectors cost nothing, and reading and storing are what is
    measured.
    """
    from eval import bench_ingest as benches
    from retrieval.engine import open_embedder

    settings = _settings(config)
    out = _out()
    if pdfs is not None:
        benches.bench_pages(out, pdfs, open_embedder(settings))
    named = any(override.startswith("embedder=") for override in config or ())
    embedder: Embedder = open_embedder(settings) if named else benches.CheapEmbedder()
    if files is not None:
        benches.bench_files(out, files, embedder)
    if gigabytes is not None:
        benches.bench_bytes(out, gigabytes, embedder, round(file_mb * 1_000_000))
    if (pdfs, files, gigabytes) == (None, None, None):
        raise UsageError("say what to measure: --pdfs FOLDER, --files N or --gigabytes X")


@app.command("bench-api")
def bench_api(
    users: Annotated[int, typer.Option(min=1, max=1000, help="Who ask at the same time.")] = 32,
    questions: Annotated[int, typer.Option(min=1, help="That each of them asks.")] = 20,
) -> None:
    """Print how long many users wait who ask the bundled article at once over HTTP."""
    from eval import bench_api as benches
    from eval.goldset import bundled
    from retrieval.engine import open_embedder

    asked = [q.question for q in bundled().questions]
    load = benches.bench_api(asked, open_embedder(_settings(None)), users, questions)
    benches.show(_out(), load)
    if load.wrong or load.failed:
        raise typer.Exit(1)


@app.command()
def extraction(
    folder: Annotated[Path, typer.Argument(help="Files with the text that they should give.")],
    scanned: Annotated[
        bool, typer.Option("--scanned", help="Only PDFs, each page made a picture of 150 dpi.")
    ] = False,
) -> None:
    """Print how files are read: how many of each type, and how much of their gold text came out.

    "words" is the share of the gold's words that came out, "F1" the one of shingles of four words.
    """
    from eval import extraction as extractions

    with _progress() as progress:
        results = extractions.measure(folder, progress, scanned)
    extractions.show(_out(), results)


@app.command()
def places(
    gold_dir: Annotated[Path, typer.Argument(help="The gold set whose questions are asked.")],
    library: Annotated[Path, typer.Option(help="A library of PDFs, which are where they were.")],
    limit: Annotated[int | None, typer.Option(min=1, help="Only the first so many.")] = None,
    config: Overrides = None,
) -> None:
    """Ask questions of PDFs, and check that each quote stands on its page, each word in its box."""
    from eval import places as checking
    from eval.goldset import load
    from retrieval.engine import open_embedder

    settings = _settings(config)
    questions = [question.question for question in load(gold_dir, limit=limit).questions]
    with _progress() as progress:
        found = checking.check_places(
            questions, library, settings, open_embedder(settings), progress
        )
    checking.show(_out(), found, len(questions))
    if not found or any(checked.wrong for checked in found):
        raise typer.Exit(1)


def _settings(overrides: list[str] | None) -> Settings:
    from eval.overrides import parsed
    from retrieval.settings import load_settings

    return load_settings(**parsed(overrides or ()))


def _writable(*files: Path | None) -> None:
    """Before the work, not after it."""
    for file in files:
        if file is not None and (file.is_dir() or not file.resolve().parent.is_dir()):
            raise UsageError(f"{file} cannot be written: name a file in a folder that exists")


@contextmanager
def _progress() -> Iterator[Progress]:
    """A bar on a terminal, a line at each start where there is none."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        begun: set[str] = set()

        def line(doing: str, done: int, total: int) -> None:
            if doing not in begun:
                console.print(f"{doing}: {total}", markup=False)
            begun.add(doing)

        yield line
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, TimeElapsedColumn(), console=console, transient=True) as bars:
        tasks: dict[str, Any] = {}

        def advance(doing: str, done: int, total: int) -> None:
            if doing not in tasks:
                tasks[doing] = bars.add_task(doing, total=total)
            bars.update(tasks[doing], completed=done, total=total)

        yield advance


def _out() -> Console:
    console = Console(highlight=False, markup=False)
    return console if console.is_terminal else Console(highlight=False, markup=False, width=120)
