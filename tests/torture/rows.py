"""What a part of the torture came to: a row of the table, and the page that is made of all rows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

_SHOWN = 20  # faults that are kept in words; all of them are counted

_HEAD = """# Reliability

What happens to a library and a server that are killed, damaged, starved and lied to, on purpose.
`make torture` does all of this anew and writes this page from what it counted
([reliability.json](reliability.json)); `make test` does a short form of each part. What is promised
about what a document may say to you stands in [security](security.md).

A *fault* is what must never be: something acknowledged that is lost, an answer that is wrong and
not marked, a quote of a document that the person may not see, a crash, a hang, or a failure that is
told as an internal error.

"""
_COLUMNS = ("what was done", "how often", "what came of it", "faults")


@dataclass(frozen=True, slots=True)
class Row:
    """What one kind of damage came to.

    Attributes:
        part: the name of the part that it belongs to.
        what: was done, in a few words.
        count: how often.
        outcomes: how often what came of it; they need not add up to ``count``.
        faults: how often something came of it that must never be.
        examples: the first faults, in words.
        figures: what was measured besides, with its unit.
    """

    part: str
    what: str
    count: int
    outcomes: Mapping[str, int] = field(default_factory=dict)
    faults: int = 0
    examples: tuple[str, ...] = ()
    figures: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """Counts while a part is at work.

    >>> tally = Tally()
    >>> tally.tell("healed"), tally.tell("healed"), tally.fault("lost: a.txt")
    (None, None, None)
    >>> tally.row("flips", "bits turned").outcomes
    {'healed': 2}
    """

    count: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)

    def tell(self, outcome: str) -> None:
        """One more, of which this came."""
        self.count += 1
        self.outcomes[outcome] += 1

    def fault(self, what: str) -> None:
        """One more, of which something came that must never be."""
        self.count += 1
        self.faults.append(what)

    def row(self, part: str, what: str, figures: Mapping[str, str] | None = None) -> Row:
        """All that was counted."""
        return Row(
            part,
            what,
            self.count,
            dict(sorted(self.outcomes.items())),
            len(self.faults),
            tuple(self.faults[:_SHOWN]),
            dict(figures or {}),
        )


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the torture.

    Attributes:
        name: what it is called on the command line.
        run: does it: with a folder that is its own, the count and the seed.
        full: how often in the full form (for `crowd` and `together`: how many seconds).
        short: the same in the short form.
        minutes: that the full form takes, about.
    """

    name: str
    run: Callable[[Path, int, int], list[Row]]
    full: int
    short: int
    minutes: int


def load(file: Path) -> dict[str, Any]:
    """The results that are in a file; none where it is not there."""
    return json.loads(file.read_text("utf-8")) if file.exists() else {"parts": {}}


def taken_in(
    results: Mapping[str, Any], part: str, rows: Sequence[Row], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """The results with those of a part in the place of its earlier ones."""
    made = {**facts, "rows": [asdict(row) for row in rows]}
    return {"parts": {**results["parts"], part: made}}


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows as a table of Markdown."""
    lines = [f"| {' | '.join(_COLUMNS)} |", "|---|---:|---|---:|"]
    for row in rows:
        came = [f"{count:,} {outcome}" for outcome, count in row["outcomes"].items()]
        came += [f"{name}: {value}" for name, value in row["figures"].items()]
        cells = (row["what"], f"{row['count']:,}", "; ".join(came), f"{row['faults']:,}")
        lines.append(f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |")
    return "\n".join(lines)


def _shortened(made: Mapping[str, Any]) -> str:
    if made["count"] >= made["full"]:
        return ""
    return f", shortened to {made['count']:,} of {made['full']:,}"


def page(results: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """The page ``docs/reliability.md``.

    Args:
        results: as `taken_in` gives them.
        names: of each part, in order, what is to be known about it.
    """
    parts = results["parts"]
    rows = [row for name in names if name in parts for row in parts[name]["rows"]]
    faults = sum(row["faults"] for row in rows)
    said = [f"**{faults:,} faults** in all.\n\n{table(rows)}\n"]
    for name, about in names.items():
        if name in parts:
            made = parts[name]
            said.append(
                f"\n## {name}\n\n{about}\n\nRun with seed {made['seed']} on {made['date']}"
                f"{_shortened(made)}: {made['seconds']:,} seconds on {made['processors']} "
                "processors.\n"
            )
            said += [f"\n- {fault}" for row in made["rows"] for fault in row["examples"]]
    return _HEAD + "".join(said).rstrip() + "\n"
