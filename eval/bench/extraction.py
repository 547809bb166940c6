"""How well files are read: what became of each, and how much of its gold text came out.

A folder says what its files should give in one of two ways: ``corpus.jsonl`` as in a gold set,
with the file's ``path`` beside the ``text`` that is its main content, or ``manifest.jsonl`` with a
file's ``path`` and the path of a ``gold`` text. A file ending in ``.gz`` is unpacked first.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from statistics import fmean
from typing import Literal

from rich.console import Console
from rich.table import Table

from pincite.corpus.errors import SourceError, UsageError
from pincite.eval.bench.rasterize import scan
from pincite.ingest.readers import read
from pincite.ingest.readers.pdf.reader import PDF

Fate = Literal["read", "with warnings", "refused", "crashed"]

_FATES: tuple[Fate, ...] = ("read", "with warnings", "refused", "crashed")
_WORD = re.compile(r"\w+")
_SHINGLE = 4
_LONGEST_REASON = 160


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and the text that it should give, where that is known."""

    name: str
    data: bytes
    gold: str | None


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file.

    Attributes:
        name: the file's.
        fate: ``crashed`` is an error that is none of ours, and a fault of a reader.
        said: the warnings, or why it was refused, or the error.
        recall: the share of the gold's words that came out; None without gold or text.
        precision, shingle_recall: of shingles of four words; see `shingle_scores`.
    """

    name: str
    fate: Fate
    said: str = ""
    recall: float | None = None
    precision: float | None = None
    shingle_recall: float | None = None

    @property
    def kind(self) -> str:
        """The type of the file, by its name."""
        return PurePath(self.name).suffix.lower().lstrip(".") or "none"


def cases(folder: Path) -> Iterator[Case]:
    """The files of a folder in one of the two forms.

    Raises:
        UsageError: the folder has neither form, or a file that it names cannot be read.
    """
    listings = (folder / name for name in ("corpus.jsonl", "manifest.jsonl"))
    listing = next(filter(Path.is_file, listings), None)
    if listing is None:
        raise UsageError(
            f"{folder} has neither corpus.jsonl nor manifest.jsonl; name a folder that says what "
            "its files should give"
        )
    try:
        for line in listing.read_text("utf-8").splitlines():
            row = json.loads(line)
            if "path" not in row:
                continue
            data, name = (folder / row["path"]).read_bytes(), row["path"]
            if name.endswith(".gz"):
                data, name = gzip.decompress(data), name.removesuffix(".gz")
            gold = row.get("text")
            if gold is None and row.get("gold"):
                gold = (folder / row["gold"]).read_text("utf-8")
            yield Case(name, data, gold)
    except (OSError, ValueError, TypeError, EOFError) as error:
        raise UsageError(f"{listing} or a file that it names cannot be read: {error}") from error


def extract(case: Case) -> Result:
    """Read a file, and hold what came out against its gold text."""
    try:
        _, reading = read(case.data, case.name)
    except SourceError as error:
        return Result(case.name, "refused", str(error))
    except Exception as error:
        return Result(case.name, "crashed", f"{type(error).__name__}: {error}")
    fate: Fate = "with warnings" if reading.warnings else "read"
    said = "; ".join(reading.warnings)
    if case.gold is None or not words(case.gold):
        return Result(case.name, fate, said)
    precision, recall = shingle_scores(reading.text, case.gold)
    return Result(case.name, fate, said, word_recall(reading.text, case.gold), precision, recall)


def words(text: str) -> list[str]:
    """The words of a text, in order."""
    return _WORD.findall(text)


def word_recall(text: str, gold: str) -> float:
    """The share of the gold's words that stand in ``text``, each as often as it stands there.

    >>> word_recall("a b c", "a a b x")
    0.5
    """
    wanted = Counter(words(gold))
    return (wanted & Counter(words(text))).total() / wanted.total()


def shingle_scores(text: str, gold: str) -> tuple[float, float]:
    """Precision and recall of shingles: runs of four words, each counted as often as it occurs.

    As in the article-extraction benchmark of Scrapinghub (2020), whose F1 over pages is the
    harmonic mean of the mean precision and the mean recall.

    >>> shingle_scores("a b c d e", "a b c d")
    (0.5, 1.0)
    """
    found, wanted = _shingles(text), _shingles(gold)
    both = (found & wanted).total()
    return both / found.total(), both / wanted.total()


def _shingles(text: str) -> Counter[tuple[str, ...]]:
    run = words(text)
    return Counter(tuple(run[i : i + _SHINGLE]) for i in range(max(1, len(run) - _SHINGLE + 1)))


def measure(
    folder: Path, progress: Callable[[str, int, int], None], scanned: bool = False
) -> list[Result]:
    """Read every file of the folder, or only its PDFs ``scanned``. Errors as for `cases`."""
    found = list(cases(folder))
    if scanned:
        found = [replace(c, data=scan(c.data)) for c in found if PDF.recognises(c.data)]
    results = []
    for case in found:
        results.append(extract(case))
        progress("reading", len(results), len(found))
    return results


def show(console: Console, results: Iterable[Result]) -> None:
    """A line for each type of file, one for all, and what was refused or went wrong."""
    by_kind: dict[str, list[Result]] = {}
    for result in results:
        by_kind.setdefault(result.kind, []).append(result)
    table = Table(box=None, pad_edge=False)
    for column in ("type", "files", *_FATES, "words", "F1"):
        table.add_column(column, justify="left" if column == "type" else "right")
    everything = [result for some in by_kind.values() for result in some]
    for kind, some in [*sorted(by_kind.items()), ("all", everything)]:
        counts = Counter(result.fate for result in some)
        table.add_row(
            kind,
            str(len(some)),
            *(str(counts[fate]) for fate in _FATES),
            _mean([r.recall for r in some if r.recall is not None]),
            _f1(some),
        )
    console.print(table)
    for result in everything:
        if result.fate in ("refused", "crashed"):
            said = result.said[:_LONGEST_REASON]
            console.print(f"{result.fate}: {said}", markup=False, soft_wrap=True)


def _mean(values: list[float]) -> str:
    return f"{fmean(values):.3f}" if values else ""


def _f1(results: Iterable[Result]) -> str:
    scored = [
        (r.precision, r.shingle_recall)
        for r in results
        if r.precision is not None and r.shingle_recall is not None
    ]
    if not scored:
        return ""
    precision, recall = (fmean(values) for values in zip(*scored, strict=True))
    both = precision + recall
    return f"{2 * precision * recall / both:.3f}" if both else "0.000"
