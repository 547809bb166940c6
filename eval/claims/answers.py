"""Sentences of answers written by hand from several quotes.

The rules of the check were mended on ``eval/claims/answers.jsonl``, and not on ``held_out.jsonl``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from pincite.corpus.errors import GoldSetError
from pincite.eval.claims.verdicts import KINDS, Claim, Kind, Source
from pincite.eval.jsonlines import get, json_lines, one_of
from pincite.retrieval.writing.evidence import Evidence

FILE = Path(str(files("pincite.eval"))) / "claims" / "answers.jsonl"
HELD_OUT = FILE.with_name("held_out.jsonl")
HELD_OUT_2 = FILE.with_name("held_out_2.jsonl")
HELD_BACK = FILE.with_name("held_back.jsonl")  # for thresholds, of the writers of what is taught
_FORM = (
    "answers are JSON lines with question, quotes (title, text) and sentences (text, cites, kind); "
    "see eval/claims/README.md"
)


def answers(answers_file: Path = FILE) -> list[Claim]:
    """The claims of a file, in its order; each has all the quotes of its question.

    Raises:
        GoldSetError: the file cannot be read, has no claims, or a line is not in its form or cites
            a quote that it does not have.
    """
    found = [
        claim
        for value, where in ((value, where) for where, value in json_lines(answers_file, _FORM))
        for claim in _claims(value, where)
    ]
    if not found:
        raise GoldSetError(f"{answers_file} has no claims; {_FORM}")
    return found


def _claims(value: Mapping[str, Any], where: str) -> list[Claim]:
    quotes = tuple(
        Evidence(get(quote, "text", str, where), get(quote, "title", str, where))
        for quote in get(value, "quotes", list, where)
    )
    source = Source(get(value, "question", str, where), "", quotes=quotes)
    return [_claim(one, source, where) for one in get(value, "sentences", list, where)]


def _claim(value: Mapping[str, Any], source: Source, where: str) -> Claim:
    cites = tuple(get(value, "cites", list, where))
    if wrong := [n for n in cites if n not in range(1, len(source.quotes) + 1)]:
        raise GoldSetError(
            f"{where}: a sentence cites the quote {wrong[0]!r}, and there are {len(source.quotes)}"
        )
    kind = cast(Kind, one_of(KINDS, value, "kind", where))
    return Claim(kind, get(value, "text", str, where), source, cites)
