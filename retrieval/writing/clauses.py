"""The clauses of a text, and what each of them denies."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from pincite.retrieval.search.analysis import stop_terms
from pincite.retrieval.writing.rows import Row, rows
from pincite.retrieval.writing.words import Word, words

_NEGATORS_TEXT = (
    "not no never without cannot cant dont doesnt didnt isnt arent wasnt werent wont wouldnt "
    "shouldnt couldnt hasnt havent hadnt mustnt neednt hardly scarcely non except unless excluding "
    "none nobody nothing neither nor nowhere lack lacks lacked lacking unable prohibited forbidden"
)
_NEGATORS = frozenset(_NEGATORS_TEXT.split())
# What may deny without a negator: "missing" is not there, "few" is hardly any.
_HINTS_TEXT = (
    "only missing closed void free pending finished ended zero refused instead died failed excused "
    "withdrew shut empty but few little less rarely seldom barely alone same too far else out "
    "waived spared cancelled dropped lapses lapsed lost stopped ceased"
)
_HINTS = frozenset(_HINTS_TEXT.split())
_CONTRACTED = re.compile(r"n['’]t$", re.IGNORECASE)
_NOT_A_NEGATION = re.compile(
    r"\bno[.:]{0,2} ?(?=[0-9])|\bnot only\b|\bno later than\b|\bno more than\b"
    r"|\bno less than\b|\bno fewer than\b|\bwithout exception\b|\bno doubt\b"
    r"|\bno matter\b|\bcannot but\b|\bnot least\b|\bif not (?:all|most)\b|\bno\.(?=\s*[|;\t])"
    r"|^\W*no(?=[,;–—-]\s)",  # the answer to a question
    re.IGNORECASE | re.MULTILINE,
)
_BREAK = re.compile(
    r"[.;:!?,]\s|[\n=→|\t()]|\b(?:but|whereas|although|though|because|since|(?<!do )so|that|which"
    r"|who|whether|except|if|unless|when|while|where)\b",
    re.IGNORECASE,
)
_CONDITIONS = frozenset(["if", "unless", "when", "while", "where", "whether", "without"])
_NO_CELL = re.compile(r"\s*[–—-]\s*$")  # a cell with a dash denies its column
LINE = re.compile(r"\n|(?<=[.!?;])\s")
_REACH = 5  # words of content that a negator denies


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a text, as stems.

    Attributes:
        said: all its words of content.
        denied: those of them that are denied.
        heads: those of the denied that stand next to what denies them.
        hints: its words that may deny.
        has_negator: whether a negator stands in it, also one that denies no word of content.
        is_condition: whether it says when something holds, which need not be: "if it rains".
    """

    said: frozenset[str]
    denied: frozenset[str] = frozenset()
    heads: frozenset[str] = frozenset()
    hints: frozenset[str] = frozenset()
    has_negator: bool = False
    is_condition: bool = False

    @property
    def may_deny(self) -> bool:
        """Whether something in it denies, or may."""
        return bool(self.denied or self.hints or self.has_negator)

    def with_stems(self, known: Callable[[str], str]) -> Clause:
        """The clause with another stem for each."""
        return replace(
            self,
            said=frozenset(map(known, self.said)),
            denied=frozenset(map(known, self.denied)),
            heads=frozenset(map(known, self.heads)),
        )


def line_clause(text: str) -> Clause:
    """A whole line as one clause."""
    found = list(clauses(text))
    return Clause(
        frozenset().union(*(one.said for one in found)),
        frozenset().union(*(one.denied for one in found)),
        hints=frozenset().union(*(one.hints for one in found)),
    )


def clauses(text: str) -> Iterator[Clause]:
    """The clauses of a text; a negator alone belongs to the next one."""
    text = without_idioms(text)
    edges = [match.start() for match in _BREAK.finditer(text)]
    parts: list[list[Word]] = [[] for _ in range(len(edges) + 1)]
    for word in words(text):
        parts[bisect_right(edges, word.start)].append(word)
    alone: list[Word] = []
    for part in parts:
        if part and all(map(is_negator, part)):
            alone = part
        elif part:
            yield _clause([*alone, *part])
            alone = []


def _clause(clause: Sequence[Word]) -> Clause:
    denied: dict[str, bool] = {}
    heads: set[str] = set()
    last = 0
    for place, negator in enumerate(clause):
        if not is_negator(negator):
            continue
        after = [word.stem for word in clause[place + 1 :] if _says(word)][:_REACH]
        # What stands at the end denies what stands before it: "elders pay nothing".
        before = [word.stem for word in clause[last:place] if _says(word)][: -_REACH - 1 : -1]
        said = after or before
        last = place
        for stem in said:
            denied[stem] = not denied.get(stem, False)
        heads |= set(said[:1])
    every = frozenset(stem for stem, is_so in denied.items() if is_so)
    return Clause(
        frozenset(word.stem for word in clause if _says(word)),
        every,
        frozenset(heads) & every,
        frozenset(map(_plain, clause)) & _HINTS,
        any(map(is_negator, clause)),
        _plain(clause[0]) in _CONDITIONS,
    )


def row_clauses(text: str) -> Iterator[Clause]:
    """The rows of the tables of a text, without those that name the columns."""
    return (_row(row) for row in rows(text) if any(name for name, _ in row.cells))


def _row(row: Row) -> Clause:
    """A row as a clause that denies the columns whose cells say no."""
    said: set[str] = set()
    denied: set[str] = set()
    heads: set[str] = set()
    for name, cell in row.cells:
        column = {word.stem for word in words(name) if _says(word)}
        found = words(cell)
        inside = _clause(found) if found else Clause(frozenset())
        said |= inside.said | column
        denied |= inside.denied
        heads |= inside.heads
        if _NO_CELL.match(cell) or (found and is_negator(found[0])):
            denied |= column
            heads |= set() if inside.said else column
    return Clause(frozenset(said), frozenset(denied), frozenset(heads))


def without_idioms(text: str) -> str:
    """The text with blanks for what only looks like a denial: no later than, no. 4."""
    return _NOT_A_NEGATION.sub(lambda match: " " * len(match[0]), text)


def is_negator(word: Word) -> bool:
    """Whether a word denies."""
    return _plain(word) in _NEGATORS or bool(_CONTRACTED.search(word.text))


def _says(word: Word) -> bool:
    return word.stem not in stop_terms() and not is_negator(word)


def _plain(word: Word) -> str:
    return word.text.lower().replace("’", "").replace("'", "")
