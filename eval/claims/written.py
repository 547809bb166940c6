"""Claims written by hand (``eval/claims/written.jsonl``, CC0), with the passages that they cite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, cast, get_args

from pincite.corpus.errors import GoldSetError
from pincite.eval.claims.verdicts import KINDS, Claim, Kind, Source
from pincite.eval.gold_types import GoldDocument
from pincite.eval.hand_written import hand_written
from pincite.eval.jsonlines import get, json_lines, one_of

FILE = Path(str(files("pincite.eval"))) / "claims" / "written.jsonl"
Split = Literal["dev", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
_FORM = (
    "claims are JSON lines with lesson, question, sentence, kind and split; see "
    "eval/claims/README.md"
)


@dataclass(frozen=True, slots=True)
class WrittenClaim:
    """A claim written by hand.

    Attributes:
        lesson: the id of its passage in ``eval/lessons``.
        split: ``dev``, which the rules may be mended on, or ``test``.
        claim: the claim, whose source has the whole passage.
    """

    lesson: str
    split: Split
    claim: Claim


def written(claims_file: Path = FILE) -> list[WrittenClaim]:
    """The claims of a file, in its order.

    Raises:
        GoldSetError: the file cannot be read, a line is not in its form, names a passage that the
            lessons do not have, or puts one passage into both splits.
    """
    passages = {id: one for gold in hand_written() for id, one in gold.documents.items()}
    found = [_claim(value, where, passages) for where, value in json_lines(claims_file, _FORM)]
    if not found:
        raise GoldSetError(f"{claims_file} has no claims; {_FORM}")
    _require_apart(found, claims_file)
    return found


def _claim(
    value: Mapping[str, Any], where: str, passages: Mapping[str, GoldDocument]
) -> WrittenClaim:
    lesson = get(value, "lesson", str, where)
    if lesson not in passages:
        raise GoldSetError(f"{where}: no passage of eval/lessons has the id {lesson!r}")
    passage = passages[lesson]
    sections = passage.document.sections if passage.document else ()
    headings = [heading for section in sections for heading in section.path]
    source = Source(
        get(value, "question", str, where), "", passage.text, " ".join([passage.title, *headings])
    )
    kind = cast(Kind, one_of(KINDS, value, "kind", where))
    split = cast(Split, one_of(SPLITS, value, "split", where))
    return WrittenClaim(lesson, split, Claim(kind, get(value, "sentence", str, where), source))


def _require_apart(claims: Iterable[WrittenClaim], claims_file: Path) -> None:
    splits: dict[str, Split] = {}
    for one in claims:
        if splits.setdefault(one.lesson, one.split) != one.split:
            raise GoldSetError(
                f"{claims_file}: claims of the passage {one.lesson!r} are in dev and in test; "
                "keep each passage in one split"
            )
