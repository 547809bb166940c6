"""Two runs over the same questions: the differences, and whether they are more than noise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from pincite.corpus.counts import counted
from pincite.corpus.errors import UsageError
from pincite.eval.measure import GROUPS, set_metrics
from pincite.eval.metrics.bootstrap import (
    Floats,
    Indexes,
    interval,
    percentiles,
    resamples,
    sign_flip,
)
from pincite.eval.report.report import Report, number

HEAD = ("metric", "this", "other", "difference", "95 % interval", "p", "n")
Results = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """This run's metric minus the other's, over the questions that both have.

    ``low`` and ``high`` end the 95 % interval of the paired bootstrap. ``p`` is of a paired
    randomisation test, None for metrics that are no mean over questions.
    """

    this: float
    other: float
    difference: float
    low: float
    high: float
    p: float | None
    n: int


def compare(this: Report, other: Report) -> dict[str, Difference]:
    """Each quality metric that both reports have, by name.

    Raises:
        UsageError: the reports share no question.
    """
    left, right = ({r["id"]: r for r in report["results"]} for report in (this, other))
    ids = [id for id in left if id in right and left[id]["question"] == right[id]["question"]]
    if not ids:
        raise UsageError(
            f"the reports share no question: one is of {this['gold']}, the other of "
            f"{other['gold']}; compare two runs over the same gold set"
        )
    found = {}
    for name in (name for group, names in GROUPS.items() if group != "speed" for name in names):
        both = [id for id in ids if name in left[id]["scores"] and name in right[id]["scores"]]
        if both:
            a, b = (np.array([r[id]["scores"][name] for id in both]) for r in (left, right))
            found[name] = _means(a, b)
    if "aurc" in this["metrics"] and "aurc" in other["metrics"]:
        found |= _sets(left, right, ids)
    return {n: found[n] for names in GROUPS.values() for n in names if n in found}


def rows(found: Mapping[str, Difference]) -> list[tuple[str, ...]]:
    """The differences as the cells of a table under ``HEAD``."""
    return [
        (
            name,
            number(name, d.this),
            number(name, d.other),
            f"{d.difference:+.3f}",
            f"{d.low:+.3f} – {d.high:+.3f}",
            "" if d.p is None else f"{d.p:.3f}",
            str(d.n),
        )
        for name, d in found.items()
    ]


def show(console: Console, found: Mapping[str, Difference], this: Report, other: Report) -> None:
    """The differences as a table."""
    shared = max(d.n for d in found.values())
    console.print(
        f"\ncompared with the other run over {counted(shared, 'question')} that both have"
    )
    table = Table(box=None, pad_edge=False)
    for name in HEAD:
        table.add_column(name, justify="left" if name == "metric" else "right")
    for row in rows(found):
        table.add_row(*row)
    console.print(table)
    for key in ("settings", "embedder", "threshold", "history", "unscoped"):
        if key in other and this[key] != other[key]:  # older reports do not say all of them
            console.print(f"{key} differ: {_changes(this[key], other[key])}", markup=False)


def to_json(found: Mapping[str, Difference]) -> dict[str, Any]:
    """The differences as JSON values."""
    return {name: asdict(difference) for name, difference in found.items()}


def _means(a: Floats, b: Floats) -> Difference:
    differences = a - b
    low, high = interval(lambda index: float(differences[index].mean()), len(differences))
    return Difference(
        float(a.mean()),
        float(b.mean()),
        float(differences.mean()),
        low,
        high,
        sign_flip(differences),
        len(differences),
    )


def _sets(left: Results, right: Results, ids: list[str]) -> dict[str, Difference]:
    ids = [id for id in ids if left[id]["right"] is not None and right[id]["right"] is not None]
    if not ids:
        return {}
    of_left, of_right = _statistics(left, ids), _statistics(right, ids)
    everything = np.arange(len(ids))
    whole = of_left(everything), of_right(everything)
    samples = [(of_left(index), of_right(index)) for index in resamples(len(ids))]
    found = {}
    for name in whole[0].keys() & whole[1].keys():
        spread = percentiles([a[name] - b[name] for a, b in samples if name in a and name in b])
        a, b = whole[0][name], whole[1][name]
        found[name] = Difference(a, b, a - b, *spread, None, len(ids))
    return found


def _statistics(results: Results, ids: list[str]) -> Callable[[Indexes], dict[str, float]]:
    confidence = np.array([results[id]["confidence"] for id in ids], float)
    ok = np.array([results[id]["right"] for id in ids], bool)
    answerable = np.array([results[id]["answerable"] for id in ids], bool)
    return lambda index: set_metrics(confidence[index], ok[index], answerable[index])


def _changes(this: Any, other: Any) -> str:
    if not isinstance(this, dict):
        return f"{this} here, {other} there"
    keys = [key for key in {**this, **other} if this.get(key) != other.get(key)]
    return ", ".join(f"{key} {this.get(key)} here, {other.get(key)} there" for key in keys)
