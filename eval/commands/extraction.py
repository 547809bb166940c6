"""The commands that measure what is read from files, and whether quotes stand where they say.

What a command needs is imported when it runs: this file is loaded with every ``pincite``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pincite.eval.console import (
    JsonFile,
    Overrides,
    output,
    progress_shown,
    require_writable,
    settings_of,
)


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
