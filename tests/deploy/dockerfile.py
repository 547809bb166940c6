"""A Dockerfile's statements, as far as the tests look at them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).absolute().parents[2]


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its word, and what stands behind it on one line."""

    word: str
    rest: str


def stages(text: str) -> list[list[Statement]]:
    """The statements of each stage, from its FROM on.

    >>> [[s.word for s in stage] for stage in stages("FROM a AS b\\nRUN x \\\\\\n  y\\nFROM c")]
    [['FROM', 'RUN'], ['FROM']]
    """
    found: list[list[Statement]] = []
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        if not line.strip():
            continue
        word, _, rest = line.strip().partition(" ")
        if word == "FROM":
            found.append([])
        found[-1].append(Statement(word, rest.strip()))
    return found


def copied(stage: list[Statement]) -> list[tuple[list[str], str]]:
    """The sources and the target of each COPY from the folder that is built."""
    parts = [s.rest.split() for s in stage if s.word == "COPY" and "--from=" not in s.rest]
    return [(sources, target) for *sources, target in parts]
