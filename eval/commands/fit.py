"""The commands that make what Pincite ships with: the cross-encoder, and the calibration.

What a command needs is imported when it runs: this file is loaded with every ``pincite``.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from pincite.corpus.counts import counted
from pincite.corpus.errors import UsageError
from pincite.eval.commands.training import (
    Checkpoint,
    Frozen,
    Rate,
    Seed,
    trainable_embedder,
    weights_of,
)
from pincite.eval.console import Overrides, output, progress_shown, require_writable, settings_of


def lessons(
    out: Annotated[Path, typer.Option(help="The file to write to, one lesson per line.")],
    gold_dirs: Annotated[
        list[Path] | None,
        typer.Argument(help="Gold sets to make lessons from."),
    ] = None,
    by_hand: Annotated[bool, typer.Option(help="Also use the lessons written by hand.")] = True,
    against: Annotated[
        list[Path] | None,
        typer.Option(
            help="A gold set for measuring: leave out lessons that share its text. Repeatable."
        ),
    ] = None,
    split: Annotated[str, typer.Option(help="The split to use, of sets that have splits.")] = "dev",
    limit: Annotated[
        int | None, typer.Option(min=1, help="Maximum number of questions per set.")
    ] = None,
    config: Overrides = None,
) -> None:
    """Make lessons for the cross-encoder: search results, and which of them answer."""
    from pincite.eval.fit import lessons as made
    from pincite.eval.fit.hard_negatives import search_results
    from pincite.eval.fit.leaks import without_leaks
    from pincite.eval.goldset import gold_sets, load, load_split
    from pincite.eval.hand_written import hand_written
    from pincite.retrieval.engine import open_embedder

    settings = settings_of(config).model_copy(update={"reranked_passages": 0})
    require_writable(out)
    measured = [load(one) for folder in against or () for one in gold_sets(folder)]
    sets = [*(hand_written() if by_hand else ())]
    sets += [load_split(folder, split, limit) for folder in gold_dirs or ()]
    if not sets:
        raise UsageError("there are no lessons to make; name a gold set, or use --by-hand")
    embedder = open_embedder(settings)
    found: list[made.Lesson] = []
    for gold in sets:
        with progress_shown() as progress:
            found += made.lessons(search_results(gold, settings, embedder, progress))
    kept, shared = without_leaks(found, measured)
    made.write(kept, out)
    if shared:
        output().print(
            f"{counted(len(shared), 'lesson')} left out, because a set for measuring has their text"
        )
    output().print(f"{counted(len(kept), 'lesson')} written to {out}")


def teach(
    lessons_files: Annotated[
        list[Path], typer.Argument(help="Files written by pincite eval lessons.")
    ],
    out: Annotated[
        Path | None,
        typer.Option(help="The folder to write to (default: the one that Pincite reads)."),
    ] = None,
    checkpoint: Checkpoint = None,
    start: Annotated[
        Path | None,
        typer.Option(
            help="Start from the weights of an earlier training: its checkpoint, or its network "
            "(.onnx)."
        ),
    ] = None,
    mean: Annotated[
        list[Path] | None,
        typer.Option(
            help="Write the mean of the new weights and these: checkpoints of trainings with the "
            "same start, or networks (.onnx). Repeatable."
        ),
    ] = None,
    repeat: Annotated[
        list[str] | None, typer.Option(help="SET=N: show its lessons N times (default: once).")
    ] = None,
    rate: Rate = None,
    frozen: Frozen = None,
    seed: Seed = None,
    config: Overrides = None,
) -> None:
    """Train the cross-encoder for the embedder of the settings.

    A tenth of the documents is held back; the figures at the end are measured on it.
    """
    from pincite.eval.fit import lessons as made
    from pincite.eval.fit import teach as teaching
    from pincite.eval.fit.course import average
    from pincite.eval.fit.export import card, export, require_exporter
    from pincite.eval.fit.held_back import figures, held_back
    from pincite.eval.fit.samples import Recipe
    from pincite.retrieval.cross_encoder.packaged import network_files
    from pincite.retrieval.cross_encoder.tokens import LONGEST, PairTokenizer

    files = network_files(out)
    require_writable(files.network, checkpoint)
    require_exporter()
    embedder = trainable_embedder(config)
    wanted = {"rate": rate, "frozen": frozen, "seed": seed}
    given: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    everything = [lesson for file in lessons_files for lesson in made.load(file)]
    recipe = Recipe(repeats=_repeats(repeat, {lesson.set for lesson in everything}), **given)
    lessons = [lesson for lesson in everything if not held_back(lesson)]
    longest = min(LONGEST, int(cast(Any, embedder.network).config.max_position_embeddings))
    tokenizer = PairTokenizer(embedder.folder / "tokenizer.json", longest)
    others = [weights_of(other) for other in mean or ()]  # before hours are spent
    with progress_shown() as progress:
        pupil = teaching.teach(
            lessons,
            embedder.network,
            tokenizer,
            recipe,
            start=None if start is None else weights_of(start),
            checkpoint=checkpoint,
            progress=progress,
        )
    pupil = average(pupil, others)
    reached = figures(pupil, (lesson for lesson in everything if held_back(lesson)), tokenizer)
    about = card(lessons, recipe, reached, start, mean or ())
    export(pupil, files, embedder.network_id, longest, about)
    output().print_json(data=reached)
    output().print(f"{counted(len(lessons), 'lesson')} learned; written to {files.home}")


def _repeats(given: list[str] | None, sets: Collection[str]) -> dict[str, int]:
    found = {}
    for one in given or ():
        name, _, times = one.partition("=")
        if name not in sets or not (times.isdecimal() and int(times)):
            raise UsageError(
                f"--repeat {one!r} is not SET=N, as in lessons=3, with one of these sets: "
                + ", ".join(sorted(sets))
            )
        found[name] = int(times)
    return found


def calibrate(
    gold_dirs: Annotated[
        list[Path],
        typer.Argument(
            help="Gold sets to fit on, each about other things. A folder of gold sets counts as "
            "one set."
        ),
    ],
    split: Annotated[str, typer.Option(help="The split to use, of sets that have splits.")] = "dev",
    risk: Annotated[
        float,
        typer.Option(min=0.0, max=1.0, help="Share of wrong answers to accept at the threshold."),
    ] = 0.25,
    limit: Annotated[
        int | None, typer.Option(min=1, help="Maximum number of questions per set.")
    ] = None,
    config: Overrides = None,
    out: Annotated[
        Path | None,
        typer.Option(help="The file to write to (default: the one that Pincite reads)."),
    ] = None,
) -> None:
    """Fit the confidence on gold sets, and write it with its figures.

    Each set is asked its own questions, the same questions without the documents that answer them,
    and the questions of the other sets, which its documents should not answer.
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
