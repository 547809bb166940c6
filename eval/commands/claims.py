"""The commands of the check of written answers: how well it tells, and the words that it knows.

What a command needs is imported when it runs: this file is loaded with every ``pincite``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincite.corpus.errors import UsageError
from pincite.eval.console import Overrides, output, progress_shown, require_writable, settings_of

_Rules = Annotated[
    bool, typer.Option("--rules", help="Check by the rules alone, without the network.")
]


def claims(
    claims_files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files of claims written by hand (default: the packaged one)."),
    ] = None,
    mistakes: Annotated[
        bool,
        typer.Option("--mistakes", help="Also list the claims of dev that are judged wrong."),
    ] = False,
    rules: _Rules = False,
) -> None:
    """Print which claims the check of written answers shows, strikes and leaves out.

    The claims are made by a program from the lessons, or written by hand. Of the honest ones the
    check should show nearly all, of the others few.
    """
    from pincite.eval.claims import verdicts
    from pincite.eval.claims.answers import HELD_BACK, HELD_OUT, HELD_OUT_2, answers
    from pincite.eval.claims.planted import planted
    from pincite.eval.claims.written import FILE, SPLITS, written
    from pincite.retrieval.writing.entailment import packaged_entailment

    entailment = None if rules else packaged_entailment()
    found = [claim for file in claims_files or (FILE,) for claim in written(file)]
    out = output()
    verdicts.show(out, "made by a program", verdicts.outcomes(planted(), entailment))
    for split in SPLITS:
        of_split = verdicts.outcomes((one.claim for one in found if one.split == split), entailment)
        if of_split:
            verdicts.show(out, f"written by hand, {split}", of_split)
    if claims_files is None:
        for title, several in (
            ("several quotes", answers()),
            ("held back", answers(HELD_BACK)),
            ("held out", answers(HELD_OUT)),
            ("held out, 2", answers(HELD_OUT_2)),
        ):
            verdicts.show(out, f"answers by hand, {title}", verdicts.outcomes(several, entailment))
    if mistakes:
        dev = [one.claim for one in found if one.split == "dev"]
        verdicts.show_mistakes(out, dev, entailment)


def obedient(
    gold_dir: Annotated[
        Path, typer.Argument(help="A gold set whose documents hold instructions for models.")
    ],
    limit: Annotated[
        int | None, typer.Option(min=1, help="Ask only the first N questions.")
    ] = None,
    rules: _Rules = False,
    config: Overrides = None,
) -> None:
    """Count the instructions in documents that a writer who obeys them all gets shown."""
    from pincite.eval.claims import obedient as obeying
    from pincite.eval.goldset import load
    from pincite.retrieval.engine import open_embedder
    from pincite.retrieval.writing.entailment import packaged_entailment

    settings = settings_of(config)
    gold = load(gold_dir, limit=limit)
    if not any(question.extra.get("attack") for question in gold.questions):
        raise UsageError(f"no question of {gold_dir} has an attack; name a set with instructions")
    with progress_shown() as progress:
        found = obeying.obeyed(
            gold,
            settings,
            open_embedder(settings),
            None if rules else packaged_entailment(),
            progress,
        )
    obeying.show(output(), found)


def words(
    out: Annotated[
        Path | None,
        typer.Option(help="The file to write to (default: the one that Pincite reads)."),
    ] = None,
) -> None:
    """Write the words that what was written by hand has in small letters, which are no names."""
    from pincite.eval.claims.answers import answers
    from pincite.eval.fit.common_words import FILE, common_words, write
    from pincite.eval.fit.statements import contrasts
    from pincite.eval.hand_written import hand_written

    out = out or FILE
    require_writable(out)
    lessons = [document.text for gold in hand_written() for document in gold.documents.values()]
    claims = [claim for file in contrasts() for claim in answers(file)]
    quotes = {quote.text for claim in claims for quote in claim.source.quotes}
    found = common_words([*lessons, *sorted(quotes), *(claim.sentence for claim in claims)])
    write(found, out)
    output().print(f"{len(found):,} words written to {out}")
