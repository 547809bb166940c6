"""The commands of the check of written answers: how well it tells, and the words that it knows.

What a command needs is imported when it runs: this file is loaded with every ``pincite``.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pincite.corpus.errors import UsageError
from pincite.eval.console import Overrides, output, progress_shown, require_writable, settings_of

if TYPE_CHECKING:
    from pincite.retrieval.writing.likeness import WordVectors


def claims(
    claims_files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files of claims or of answers by hand (default: the packaged ones)."),
    ] = None,
    mistakes: Annotated[
        bool, typer.Option("--mistakes", help="Also list the claims by hand that are judged wrong.")
    ] = False,
    fit: Annotated[
        bool,
        typer.Option(
            "--fit", help="First fit the check on the packaged claims, and write its weights."
        ),
    ] = False,
    config: Overrides = None,
) -> None:
    """Print which claims the check of written answers shows, strikes and leaves out.

    The claims are made by a program from the lessons, or written by hand. Of the honest ones the
    check should show nearly all, of the others few.
    """
    from pincite.eval.claims import verdicts
    from pincite.eval.claims.by_hand import by_hand
    from pincite.eval.claims.planted import planted
    from pincite.retrieval.engine import open_embedder
    from pincite.retrieval.writing.likeness import WordVectors

    sets = by_hand(claims_files)  # faults of a file are told before anything is loaded
    vectors = WordVectors(open_embedder(settings_of(config)))
    out = output()
    if fit:
        _fit(vectors)
    verdicts.show(out, "made by a program", verdicts.outcomes(planted(), vectors))
    for name, of_set in sets:
        verdicts.show(out, f"written by hand, {name}", verdicts.outcomes(of_set, vectors))
    if mistakes:
        verdicts.show_mistakes(out, [one for _, of_set in sets for one in of_set], vectors)


def _fit(vectors: WordVectors) -> None:
    from pincite.eval.claims.fit import fit, packaged_sets
    from pincite.retrieval.writing import support

    require_writable(support.FILE)
    sets = packaged_sets()
    models = [fit(sets, one) for one in (vectors, None)]
    support.write(models)
    for one in models:
        output().print(f"left out in the fit for {one.embedder or 'words alone'}, of each kind")
        for name, shown in one.about["shown_left_out"].items():
            counts = "; ".join(f"{kind} {a} of {b} shown" for kind, (a, b) in shown.items())
            output().print(f"  {name}: {counts}")


def obedient(
    gold_dir: Annotated[
        Path, typer.Argument(help="A gold set whose documents hold instructions for models.")
    ],
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask only the first N questions.")
    ] = None,
    config: Overrides = None,
) -> None:
    """Count the instructions in documents that a writer who obeys them all gets shown."""
    from pincite.eval.claims import obedient as obeying
    from pincite.eval.goldset import load
    from pincite.retrieval.engine import open_embedder

    settings = settings_of(config)
    gold = load(gold_dir, limit=limit)
    if not any(question.extra.get("attack") for question in gold.questions):
        raise UsageError(f"no question of {gold_dir} has an attack; name a set with instructions")
    with progress_shown() as progress:
        found = obeying.obeyed(gold, settings, open_embedder(settings), progress)
    obeying.show(output(), found)


def words(
    out: Annotated[
        Path | None,
        typer.Option(help="The file to write to (default: the one that Pincite reads)."),
    ] = None,
) -> None:
    """Write the words that the lessons have in small letters, which are no names."""
    from pincite.eval.fit.common_words import FILE, common_words, write
    from pincite.eval.fit.hand_written import hand_written

    out = out or FILE
    require_writable(out)
    found = common_words(
        document.text for gold in hand_written() for document in gold.documents.values()
    )
    write(found, out)
    output().print(f"{len(found):,} words written to {out}")
