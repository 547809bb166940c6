"""How well files are read: what became of each, and how much of its gold text came out.

A folder says what its files should give in one of two ways: ``corpus.jsonl`` as in a gold set,
with the file's ``path`` beside the ``text`` that is its main content, or ``manifest.jsonl`` with a
file's ``path`` and the path of a ``gold`` text. A file ending in ``.gz`` is unpacked first.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Literal

from pincite.corpus.errors import SourceError, UsageError
from pincite.eval.bench.rasterize import scan
from pincite.eval.bench.visible_words import visible_words
from pincite.ingest.readers import read
from pincite.ingest.readers.pdf.reader import PDF

Fate = Literal["read", "with warnings", "refused", "crashed"]
Words = Callable[[str], list[str]]

FATES: tuple[Fate, ...] = ("read", "with warnings", "refused", "crashed")
_SHINGLE = 4


@dataclass(frozen=True, slots=True)
class Case:
    """A file, and the text that it should give, where that is known."""

    name: str
    data: bytes
    gold: str | None


@dataclass(frozen=True, slots=True)
class Scores:
    """How a file's text compares with its gold text, each from 0 to 1.

    Attributes:
        words: the share of the gold's words that came out; see `word_recall`.
        precision, recall: of shingles of four words; see `shingle_scores`.
    """

    words: float
    precision: float
    recall: float

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return harmonic_mean(self.precision, self.recall)


NOTHING = Scores(0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file.

    Attributes:
        name: the file's.
        fate: ``crashed`` is an error that is none of ours, and a fault of a reader.
        message: the warnings, or why it was refused, or the error.
        scores: None without gold; all 0 where there is gold and the file was not read.
    """

    name: str
    fate: Fate
    message: str = ""
    scores: Scores | None = None

    @property
    def type(self) -> str:
        """The type of the file, by its name."""
        return file_type(self.name)

    @property
    def is_read(self) -> bool:
        """Whether there is a text of it."""
        return self.fate in ("read", "with warnings")


def file_type(name: str) -> str:
    """The type of a file, by its name: its suffix without the dot, or "none"."""
    return PurePath(name).suffix.lower().lstrip(".") or "none"


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


def extract(case: Case, words: Words = visible_words) -> Result:
    """Read a file, and compare what came out with its gold text."""
    gold = words(case.gold or "")
    try:
        _, reading = read(case.data, case.name)
    except SourceError as error:
        return Result(case.name, "refused", str(error), NOTHING if gold else None)
    except Exception as error:
        message = f"{type(error).__name__}: {error}"
        return Result(case.name, "crashed", message, NOTHING if gold else None)
    fate: Fate = "with warnings" if reading.warnings else "read"
    scores = compare(words(reading.text), gold) if gold else None
    return Result(case.name, fate, "; ".join(reading.warnings), scores)


def compare(words: Sequence[str], gold: Sequence[str]) -> Scores:
    """The scores of a text's words against those of its gold text, of which there is one or more.

    >>> compare("a b c d e".split(), "a b c d".split())
    Scores(words=1.0, precision=0.5, recall=1.0)
    """
    return Scores(word_recall(words, gold), *shingle_scores(words, gold))


def word_recall(words: Sequence[str], gold: Sequence[str]) -> float:
    """The share of the gold's words that stand in the text, each as often as it stands there.

    >>> word_recall("a b c".split(), "a a b x".split())
    0.5
    """
    return (Counter(gold) & Counter(words)).total() / len(gold)


def shingle_scores(words: Sequence[str], gold: Sequence[str]) -> tuple[float, float]:
    """Precision and recall of shingles: runs of four words, each counted as often as it occurs.

    As in the article-extraction benchmark of Scrapinghub (2020), whose F1 over pages is the
    harmonic mean of the mean precision and the mean recall.

    >>> shingle_scores("a b c d e".split(), "a b c d".split())
    (0.5, 1.0)
    """
    ours, wanted = _shingles(words), _shingles(gold)
    both = (ours & wanted).total()
    return both / ours.total(), both / wanted.total()


def harmonic_mean(precision: float, recall: float) -> float:
    """Of two shares; 0 where both are."""
    both = precision + recall
    return 2 * precision * recall / both if both else 0.0


def _shingles(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    starts = range(max(1, len(words) - _SHINGLE + 1))
    return Counter(tuple(words[start : start + _SHINGLE]) for start in starts)


def measure(
    folder: Path,
    progress: Callable[[str, int, int], None],
    scanned: bool = False,
    words: Words = visible_words,
) -> list[Result]:
    """Read every file of the folder, or only its PDFs ``scanned``. Errors as for `cases`."""
    files = list(cases(folder))
    if scanned:
        files = [replace(c, data=scan(c.data)) for c in files if PDF.recognises(c.data)]
    results = []
    for case in files:
        results.append(extract(case, words))
        progress("reading", len(results), len(files))
    return results
