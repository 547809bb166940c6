"""What is printed of how files are read: by type, by file, as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from rich.console import Console
from rich.table import Table

from pincite.eval.bench.extraction import FATES, Result, Scores, harmonic_mean

_LONGEST_REASON = 160
ALL = "all"


@dataclass(frozen=True, slots=True)
class Means:
    """The mean scores of the files of one type.

    Attributes:
        files: how many there are, with gold text or without.
        fates: how many of them had each fate.
        gold: how many have gold text, which the means are over.
        words, f1: a file that was not read counts as 0. Both None without gold text.
        f1_read: only over those that were read; None where none was.
    """

    files: int
    fates: dict[str, int]
    gold: int
    words: float | None
    f1: float | None
    f1_read: float | None


def means(results: Sequence[Result]) -> Means:
    """The means over some files."""
    fates = Counter(result.fate for result in results)
    scores = [result.scores for result in results if result.scores is not None]
    read = [result.scores for result in results if result.scores is not None and result.is_read]
    return Means(
        files=len(results),
        fates={fate: fates[fate] for fate in FATES},
        gold=len(scores),
        words=fmean(score.words for score in scores) if scores else None,
        f1=_f1(scores),
        f1_read=_f1(read),
    )


def by_type(results: Iterable[Result]) -> dict[str, list[Result]]:
    """The files of each type, in the order of the types' names, and at last all of them."""
    every = list(results)
    types: dict[str, list[Result]] = {name: [] for name in sorted({r.type for r in every})}
    for result in every:
        types[result.type].append(result)
    return {**types, ALL: every}


def show(console: Console, results: Sequence[Result], files: bool = False) -> None:
    """A line for each type of file, one for all, and what was refused or went wrong.

    With ``files``, also a line for each file with gold text, the worst first.
    """
    table = Table(box=None, pad_edge=False)
    for column in ("type", "files", *FATES, "gold", "words", "F1", "F1 of the read"):
        table.add_column(column, justify="left" if column == "type" else "right")
    for name, some in by_type(results).items():
        mean = means(some)
        counts = map(str, (mean.files, *mean.fates.values(), mean.gold))
        table.add_row(name, *counts, *map(_share, (mean.words, mean.f1, mean.f1_read)))
    console.print(table)
    console.print('"F1" and "words": a file that was not read counts as 0.', markup=False)
    if files:
        _show_files(console, results)
    for result in results:
        if not result.is_read:
            reason = result.message[:_LONGEST_REASON]
            console.print(f"{result.fate}: {reason}", markup=False, soft_wrap=True)


def to_json(results: Sequence[Result]) -> dict[str, Any]:
    """All of it: the means of each type, and every file."""
    return {
        "types": {
            name: {
                "files": mean.files,
                **mean.fates,
                "gold": mean.gold,
                "words": mean.words,
                "f1": mean.f1,
                "f1_of_the_read": mean.f1_read,
            }
            for name, some in by_type(results).items()
            for mean in (means(some),)
        },
        "files": [
            {
                "name": result.name,
                "type": result.type,
                "fate": result.fate,
                "message": result.message,
                "words": result.scores and result.scores.words,
                "precision": result.scores and result.scores.precision,
                "recall": result.scores and result.scores.recall,
                "f1": result.scores and result.scores.f1,
            }
            for result in results
        ],
    }


def _show_files(console: Console, results: Iterable[Result]) -> None:
    scored = [(result.scores.f1, result.scores, result) for result in results if result.scores]
    console.print("\nF1    words")
    for f1, scores, result in sorted(scored, key=lambda row: (row[0], row[1].words, row[2].name)):
        fate = "" if result.is_read else f" ({result.fate})"
        line = f"{f1:.3f} {scores.words:.3f} {result.name}{fate}"
        console.print(line, markup=False, soft_wrap=True)
    console.print()


def _f1(scores: Sequence[Scores]) -> float | None:
    if not scores:
        return None
    return harmonic_mean(fmean(s.precision for s in scores), fmean(s.recall for s in scores))


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
