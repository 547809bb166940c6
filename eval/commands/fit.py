"""The commands that make what Pincite ships with: the checker, and the calibration.

What a command needs is imported when it runs: this file is loaded with every ``pincite``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincite.corpus.errors import UsageError
from pincite.eval.console import Overrides, output, progress_shown, require_writable, settings_of


def lessons(
    gold_dirs: Annotated[list[Path], typer.Argument(help="Gold sets to make lessons of.")],
    out: Annotated[Path, typer.Option(help="Where they are written, one a line.")],
    split: Annotated[str, typer.Option(help="Of the sets that have splits.")] = "dev",
    limit: Annotated[int | None, typer.Option(min=1, help="Questions of a set, at most.")] = None,
    config: Overrides = None,
) -> None:
    """Make lessons for the checker: what comes up for questions, and whether it answers."""
    from pincite.eval.fit import lessons as made
    from pincite.eval.fit.hard_negatives import retrieved
    from pincite.eval.goldset import load_split
    from pincite.retrieval.engine import open_embedder

    settings = settings_of(config)
    require_writable(out)
    embedder = open_embedder(settings)
    found: list[made.Lesson] = []
    for folder in gold_dirs:
        gold = load_split(folder, split, limit)
        with progress_shown() as progress:
            found += made.lessons(retrieved(gold, settings, embedder, progress))
    made.write(found, out)
    output().print(f"{len(found):,} lessons written to {out}")


def teach(
    lessons_file: Annotated[Path, typer.Argument(help="What `pincite eval lessons` wrote.")],
    out: Annotated[
        Path | None, typer.Option(help="Where it is written; by default where Pincite reads it.")
    ] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="How often a lesson is seen.")] = None,
    courses: Annotated[int | None, typer.Option(min=1, help="How many are averaged.")] = None,
    folds: Annotated[
        int, typer.Option(min=0, help="Teach so often more, to test on topics not taught.")
    ] = 0,
    config: Overrides = None,
) -> None:
    """Teach the checker of the settings' embedder; on a GPU where there is one."""
    from dataclasses import replace

    from pincite.eval.fit import lessons as made
    from pincite.eval.fit import teach as teaching
    from pincite.retrieval.confidence.checker import shipped_file
    from pincite.retrieval.embedding.embedder import SentenceTransformerEmbedder
    from pincite.retrieval.engine import open_embedder

    out = out or shipped_file()
    require_writable(out)
    embedder = open_embedder(settings_of(config))
    if not isinstance(embedder, SentenceTransformerEmbedder):
        raise UsageError(
            f"the embedder {embedder.fingerprint} has no network that could be taught; name a "
            "sentence-transformers model with --config embedder=NAME"
        )
    wanted = {"epochs": epochs, "courses": courses}
    recipe = replace(teaching.Recipe(), **{k: v for k, v in wanted.items() if v is not None})
    read = made.load(lessons_file)
    with progress_shown() as progress:
        auroc = teaching.held_out(read, embedder, recipe, folds, progress) if folds else {}
        adjustments = teaching.teach(read, embedder, recipe, progress)
    teaching.write(adjustments, out, read, embedder, recipe, auroc)
    for name, value in auroc.items():
        output().print(f"{name}: AUROC {value:.3f} on topics that were not taught")
    output().print(f"{len(read):,} lessons taught; written to {out}")


def calibrate(
    gold_dirs: Annotated[
        list[Path],
        typer.Argument(
            help="Gold sets to fit on, together; each about other things. A folder of gold sets "
            "is one set."
        ),
    ],
    split: Annotated[str, typer.Option(help="Of the sets that have splits.")] = "dev",
    risk: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="Share of wrong answers that the threshold holds."),
    ] = 0.25,
    limit: Annotated[int | None, typer.Option(min=1, help="Questions of a set, at most.")] = None,
    config: Overrides = None,
    out: Annotated[
        Path | None, typer.Option(help="Where it is written; by default where Pincite reads it.")
    ] = None,
) -> None:
    """Fit the confidence on gold sets, and write it with how well that went.

    Each set is asked its own questions; these again without the documents that answer them; and
    those of the others, which its documents are taken to have no answer to.
    """
    from pincite.eval.fit.calibrate import fit, write
    from pincite.eval.fit.examples import examples
    from pincite.retrieval.engine import open_embedder

    settings = settings_of(config)
    require_writable(out)
    embedder = open_embedder(settings)
    with progress_shown() as progress:
        asked = examples(gold_dirs, split, limit, settings, embedder, progress)
    calibration = fit(asked, embedder.fingerprint, risk)
    file = write(calibration, out)
    console = output()
    console.print_json(data=dict(calibration.about))
    console.print(f"threshold {calibration.threshold:.4f}; written to {file}")
