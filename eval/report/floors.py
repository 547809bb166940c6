"""Floors: what a run may not fall under, so that no change makes answers worse unnoticed.

A floors file has the metrics of a run that was found good. A later run may differ by noise: a
processor's arithmetic moves a score in the fourth digit, and now and then two sentences change
places. ``_QUESTIONS`` questions may do so; ``verbatim`` has no noise. Questions that change places
over the edge of a bin of ``ece`` count in both bins, so it has twice the noise: scores that moved
by less than a thousandth, with every quote the same, moved it by two questions' worth.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pincite.corpus.counts import counted
from pincite.corpus.errors import UsageError
from pincite.eval.measure import GROUPS, SMALL_IS_GOOD
from pincite.eval.report.report import Report, write_text

_QUESTIONS = 2
_EXACT = frozenset({"verbatim"})
_BINNED = frozenset({"ece"})

Floors = Mapping[str, float]


def floors_of(value: Report) -> dict[str, float]:
    """The quality metrics of a report, as floors."""
    return {
        name: round(value["metrics"][name]["value"], 4)
        for group, names in GROUPS.items()
        if group != "speed"
        for name in names
        if name in value["metrics"]
    }


def write(value: Report, file: Path) -> None:
    """Make a report's metrics the floors.

    Raises:
        UsageError: the file cannot be written.
    """
    said = {"gold": value["gold"], "questions": value["questions"], "floors": floors_of(value)}
    write_text(json.dumps(said, indent=1) + "\n", file)


def read(file: Path) -> dict[str, Any]:
    """Read what ``write`` wrote.

    Raises:
        UsageError: the file is no floors file.
    """
    try:
        value = json.loads(file.read_text("utf-8"))
        return {"gold": value["gold"], "questions": value["questions"], "floors": value["floors"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{file} is not a floors file; write one with: pincite eval floors REPORT.json {file}"
        ) from error


def under(value: Report, floors: Mapping[str, Any], file: Path) -> list[str]:
    """What fell under its floor by more than noise, a sentence each.

    Raises:
        UsageError: the floors are of other questions.
    """
    if (floors["gold"], floors["questions"]) != (value["gold"], value["questions"]):
        raise UsageError(
            f"{file} has floors for {counted(floors['questions'], 'question')} of "
            f"{floors['gold']}, and this run is of {value['questions']} of {value['gold']}"
        )
    found = []
    for name, floor in floors["floors"].items():
        metric = value["metrics"].get(name)
        if metric is None:
            found.append(f"{name} is missing; its floor is {floor:.4f}")
            continue
        moved = 0 if name in _EXACT else _QUESTIONS * (2 if name in _BINNED else 1)
        noise = moved / metric["n"] + (5e-5 if moved else 0.0)
        worse = metric["value"] - floor if name in SMALL_IS_GOOD else floor - metric["value"]
        if worse > noise:
            found.append(f"{name} is {metric['value']:.4f}; its floor is {floor:.4f} ± {noise:.4f}")
    return found
