"""``pincite eval``: measure it, compare, calibrate, and bring gold sets in.

What a command needs is imported when it runs: this file is loaded with every ``pincite``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pincite.corpus.counts import counted
from pincite.corpus.errors import UnderFloorError, UsageError
from pincite.corpus.extras import require
from pincite.eval.commands.bench import (
    bench,
    bench_api,
    bench_cold,
    bench_dense,
    bench_growth,
    compare_paths,
)
from pincite.eval.commands.bench_ingest import bench_ingest, bench_peers
from pincite.eval.commands.claims import claims, obedient, words
from pincite.eval.commands.entailment import fit_entailment, teach_entailment
from pincite.eval.commands.extraction import extraction, places, printed
from pincite.eval.commands.fit import calibrate, lessons, teach
from pincite.eval.commands.shared import bench_shared, scale, soak
from pincite.eval.console import Overrides, output, progress_shown, require_writable, settings_of

_RUN = "run"
History = Literal["none", "last", "all"]  # as in pincite.eval.run, which takes long to import


class _RunByDefault(typer.core.TyperGroup):
    """``pincite eval GOLD_DIR`` is short for ``pincite eval run GOLD_DIR``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        if args and args[0] not in {*self.commands, "-h", "--help"}:
            args = [_RUN, *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        require("eval", "pincite eval")
        return super().invoke(ctx)


app = typer.Typer(
    cls=_RunByDefault,
    help="Measure answers on a gold set: pincite eval GOLD_DIR.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Split = Annotated[str | None, typer.Option(help="Ask only the questions of this split.")]


@app.command(_RUN)
def run(
    gold_dir: Annotated[Path, typer.Argument(help="The folder of a gold set, or of several.")],
    split: Split = None,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask only the first N questions.")
    ] = None,
    history: Annotated[
        History, typer.Option(help="How many earlier turns to send with a question.")
    ] = "all",
    unscoped: Annotated[
        bool, typer.Option("--unscoped", help="Ask all documents, even if a question names one.")
    ] = False,
    write: Annotated[
        bool,
        typer.Option(
            "--write", help="Let the writer that PINCITE_WRITER names answer, and measure that too."
        ),
    ] = False,
    config: Overrides = None,
    library: Annotated[
        Path | None,
        typer.Option(help="A library that holds the documents (default: a temporary one)."),
    ] = None,
    compare: Annotated[
        Path | None, typer.Option(help="Compare with another run's --json file.")
    ] = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write the whole report to this JSON file.")
    ] = None,
    html_file: Annotated[
        Path | None, typer.Option("--html", help="Write the report as a page to this file.")
    ] = None,
    floors_file: Annotated[
        Path | None,
        typer.Option("--floors", help="Fail if a metric is below its floor in this file."),
    ] = None,
) -> None:
    """Ask every question of a gold set and print the metrics with 95 % intervals."""
    from pincite.eval.goldset import gold_sets, load
    from pincite.eval.join import joined
    from pincite.eval.measure import scores
    from pincite.eval.report import compare as comparing
    from pincite.eval.report import floors, report
    from pincite.eval.report import html_report as page
    from pincite.eval.run import evaluate
    from pincite.retrieval.engine import open_embedder

    settings = settings_of(config)
    require_writable(json_file, html_file)
    sets = [load(folder, split=split, limit=limit) for folder in gold_sets(gold_dir)]
    sets = [gold.unscoped() for gold in sets] if unscoped else sets
    other = report.read_json(compare) if compare else None
    lowest = floors.read(floors_file) if floors_file else None
    embedder = open_embedder(settings)
    with progress_shown() as progress:
        runs = [
            evaluate(gold, settings, embedder, library, progress, history, write) for gold in sets
        ]
    done = runs[0] if len(runs) == 1 else joined(gold_dir.resolve().name, runs)
    done = replace(done, unscoped=unscoped)
    value = report.report(done, scores(done))
    differences = comparing.compare(value, other) if other else None
    out = output()
    report.show(out, value)
    if other and differences:
        comparing.show(out, differences, value, other)
        value["compared"] = comparing.to_json(differences)
    if json_file:
        report.write_json(value, json_file)
    if html_file:
        report.write_text(page.page(value, done.gold, differences), html_file)
    if lowest and floors_file and (fallen := floors.under(value, lowest, floors_file)):
        raise UnderFloorError("; ".join(fallen))


@app.command("foreign")
def foreign_(
    gold_dir: Annotated[Path, typer.Argument(help="The gold set whose documents to ask.")],
    others: Annotated[list[Path], typer.Argument(help="Gold sets about other things.")],
    limit: Annotated[int, typer.Option(min=1, help="Maximum number of questions from each.")] = 250,
    config: Overrides = None,
) -> None:
    """Ask documents the questions of other gold sets, and count how many they answer."""
    from pincite.eval.fit import foreign
    from pincite.eval.goldset import load
    from pincite.eval.run import evaluate
    from pincite.retrieval.engine import open_embedder

    settings = settings_of(config)
    gold = foreign.foreign(load(gold_dir), [load(other) for other in others], limit)
    if not gold.questions:
        raise UsageError("the other gold sets have only questions of conversations; name others")
    with progress_shown() as progress:
        run = evaluate(gold, settings, open_embedder(settings), progress=progress)
    foreign.show(output(), foreign.answered(run), run)


@app.command("floors")
def floors_(
    report_file: Annotated[Path, typer.Argument(help="A run's --json file.")],
    floors_file: Annotated[Path, typer.Argument(help="The file to write the floors to.")],
) -> None:
    """Save a run's metrics as the floors for later runs."""
    from pincite.eval.report import floors, report

    floors.write(report.read_json(report_file), floors_file)
    output().print(f"written to {floors_file}")


@app.command()
def overview(
    results_file: Annotated[
        Path, typer.Argument(help="The JSON file of figures; the page is written beside it.")
    ],
    reports: Annotated[
        list[str] | None, typer.Argument(help="NAME=FILE: --json files to add, each under a name.")
    ] = None,
) -> None:
    """Write the page of results, docs/evaluation.md, from runs."""
    from pincite.eval.report import docs_page as overviews
    from pincite.eval.report.report import read_json

    named = [(name, read_json(file)) for name, file in _named_files(reports)]
    results = overviews.take_in(overviews.read(results_file), named, date.today())
    overviews.write(results, results_file)
    output().print(f"written to {results_file} and {results_file.with_suffix('.md')}")


@app.command()
def performance(
    figures_file: Annotated[
        Path, typer.Argument(help="The JSON file of figures; the page is written beside it.")
    ],
    reports: Annotated[
        list[str] | None,
        typer.Argument(
            help="NAME=FILE: what a benchmark's --json wrote; cold, growth, peers, api, shared."
        ),
    ] = None,
) -> None:
    """Write the page of time and memory, docs/performance.md, from benchmarks."""
    from pincite.eval.report import performance_page as performances

    named = [(name, performances.read(file)) for name, file in _named_files(reports)]
    figures = performances.read(figures_file) if figures_file.exists() else {}
    performances.write(performances.take_in(figures, named, date.today()), figures_file)
    output().print(f"written to {figures_file} and {figures_file.with_suffix('.md')}")


def _named_files(items: Sequence[str] | None) -> list[tuple[str, Path]]:
    named = []
    for item in items or []:
        name, equals, file = item.partition("=")
        if not equals:
            raise UsageError(f"{item!r} is not NAME=FILE, such as ai_safety=run.json")
        named.append((name, Path(file)))
    return named


@app.command()
def check(gold_dir: Annotated[Path, typer.Argument(help="The gold set's folder.")]) -> None:
    """Check the files of a gold set, and print what it contains."""
    from pincite.eval.goldset import load
    from pincite.eval.overlap import wording

    gold = load(gold_dir)
    found = wording(gold)
    out = output()
    out.print(
        f"{gold.name}: {counted(found.documents, 'document')}, "
        f"{counted(len(gold.questions), 'question')}, {found.answerable} answerable"
    )
    for (split, kind), count in sorted(found.kinds.items()):
        if split or kind:
            out.print(f"  {split or 'no split':8} {kind or 'no kind':16} {count:5}")
    if found.shared is not None:
        out.print(f"share of a question's words that are in its evidence: {found.shared:.3f}")


@app.command("import")
def import_(
    form: Annotated[str, typer.Argument(help="The format: squad, beir, table or feedback.")],
    source: Annotated[
        Path,
        typer.Argument(
            help="SQuAD's JSON, BEIR's folder, a .csv or .xlsx with the columns question, answer, "
            "file, or the folder of a library whose server's users rated answers."
        ),
    ],
    gold_dir: Annotated[Path, typer.Argument(help="The new gold set's folder.")],
    split: Annotated[str, typer.Option(help="The split of a BEIR folder.")] = "test",
) -> None:
    """Convert a SQuAD file, a BEIR folder, a sheet of questions or ratings into a gold set."""
    from pincite.eval import importers
    from pincite.eval.commands.feedback import import_feedback
    from pincite.eval.goldset import write
    from pincite.eval.table_importer import table

    if form == "feedback":
        import_feedback(source, gold_dir)
        return
    if form == "table":
        corpus, questions = table(source, gold_dir)
    elif form == "squad":
        corpus, questions = importers.squad(source)
    elif form == "beir":
        corpus, questions = importers.beir(source, split)
    else:
        raise UsageError(
            f"{form!r} is not a format that can be imported; name squad, beir, table or feedback"
        )
    gold = write(gold_dir, corpus, questions)
    output().print(
        f"{gold_dir}: {counted(len(gold.documents), 'document')}, "
        f"{counted(len(gold.questions), 'question')}"
    )


app.command()(lessons)
app.command()(teach)
app.command()(calibrate)
app.command()(bench)
app.command("bench-cold")(bench_cold)
app.command("bench-ingest")(bench_ingest)
app.command("bench-peers")(bench_peers)
app.command("bench-api")(bench_api)
app.command("bench-growth")(bench_growth)
app.command("compare-paths")(compare_paths)
app.command("bench-dense")(bench_dense)
app.command("bench-shared")(bench_shared)
app.command()(scale)
app.command()(soak)
app.command()(extraction)
app.command()(places)
app.command()(printed)
app.command()(claims)
app.command()(obedient)
app.command()(words)
app.command("teach-entailment")(teach_entailment)
app.command("fit-entailment")(fit_entailment)
