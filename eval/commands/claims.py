"""The commands of the check of written answers: how well it tells, and the words that it knows.

What a command needs is imported when it runs: this file is loaded with every ``pincite``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincite.eval.console import output, require_writable


def claims(
    claims_files: Annotated[
        list[Path] | None,
        typer.Argument(help="Files of claims written by hand (default: the packaged one)."),
    ] = None,
    mistakes: Annotated[
        bool,
        typer.Option("--mistakes", help="Also list the claims of dev that are judged wrong."),
    ] = False,
) -> None:
    """Print which claims the check of written answers shows, strikes and leaves out.

    The claims are made by a program from the lessons, or written by hand. Of the honest ones the
    check should show nearly all, of the others few.
    """
    from pincite.eval.claims import verdicts
    from pincite.eval.claims.answers import answers
    from pincite.eval.claims.planted import planted
    from pincite.eval.claims.written import FILE, SPLITS, written

    several = answers() if claims_files is None else []
    found = [claim for file in claims_files or (FILE,) for claim in written(file)]
    out = output()
    verdicts.show(out, "made by a program", verdicts.outcomes(planted()))
    for split in SPLITS:
        of_split = verdicts.outcomes(one.claim for one in found if one.split == split)
        if of_split:
            verdicts.show(out, f"written by hand, {split}", of_split)
    if several:
        verdicts.show(out, "answers by hand, from several quotes", verdicts.outcomes(several))
    if mistakes:
        verdicts.show_mistakes(out, [one.claim for one in found if one.split == "dev"])


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
