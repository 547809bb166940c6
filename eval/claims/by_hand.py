"""The claims written by hand, of either form: on one passage, or on the quotes of an answer."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pincite.eval.claims.answers import FILES, answers
from pincite.eval.claims.verdicts import Claim
from pincite.eval.claims.written import FILE, SPLITS, written
from pincite.eval.jsonlines import json_lines

_FORM = (
    "claims are JSON lines with lesson, question, sentence, kind and split, or with question, "
    "quotes and sentences; see eval/claims/README.md"
)


def by_hand(claims_files: Iterable[Path] | None = None) -> list[tuple[str, list[Claim]]]:
    """The claims of the files, each set with its name; by default of the packaged ones.

    Raises:
        GoldSetError: a file cannot be read, has no claims, or is in neither form.
    """
    found: list[tuple[str, list[Claim]]] = []
    for file in claims_files or (FILE, *FILES):
        if _has_answers(file):
            found.append((file.stem, answers(file)))
            continue
        every = written(file)
        of_split = [(split, [c.claim for c in every if c.split == split]) for split in SPLITS]
        found += [(split, claims) for split, claims in of_split if claims]
    return found


def _has_answers(file: Path) -> bool:
    return any("quotes" in value for _, value in json_lines(file, _FORM))
