"""Headings of plain text that no mark announces: of minutes, contracts, questions and answers.

A line is one by what it looks like (short, without a full stop, set apart above) and by what
follows it: text that it can be the heading of. In doubt it is text, because a passage under a wrong
heading is worse than one under none.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pincite.corpus.line_patterns import BULLET, row_shape
from pincite.corpus.types import Span
from pincite.ingest.readers.base import Heading, lines

_Kind = Literal["underlined", "numbered", "capitals", "question", "bare"]

_LONGEST, _LONGEST_QUESTION = 80, 140  # characters
_MOST_WORDS = 10  # of a bare heading; more are a sentence whose full stop is missing
_SHORTEST_TEXT = 60  # characters that a bare heading stands over
_MEAN_TEXT = 120  # characters a bare heading; where there are fewer, it is a list, verse, a form
_UNDERLINE = re.compile(r"[ \t]*(={3,}|-{3,}|~{3,}|_{3,})[ \t]*")
_NUMBER = re.compile(
    r"(?:(\d{1,2}(?:\.\d{1,2}){0,4})[.)]?|§{1,2}[ \t]?(\d+\w?)"
    r"|(?:article|section|clause|chapter|part|schedule|annex|appendix|item|top|artikel|abschnitt"
    r"|kapitel|teil|anhang|anlage|chapitre|partie|annexe|artículo|capítulo|art\.)"
    r"[ \t]+(\d+(?:\.\d+)*|[A-Z]|[IVXL]+)\b[.):]?)(?=[ \t]|$)[ \t]*(.*)",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"(?:(?:Q|F|P|Frage|Question)[ \t]?\d*[.:)][ \t]*)?(.+[?？])")
_KEY = re.compile(r"[^\W\d_][^:.!?]{0,40}:(?:[ \t]|$)")
_NEVER = re.compile(
    r"(?:dear|hi|hello|hey|good (?:morning|afternoon|evening)|to whom|sehr geehrte|liebe[rs]?|hallo"
    r"|guten (?:tag|morgen)|bonjour|cher|chère|hola|estimad[oa]s?|querid[oa]s?|ciao|gentile"
    r"|kind|best|warm|many thanks|thanks|thank you|regards|yours|sincerely|cheers|love|mit "
    r"(?:freundlichen|besten|lieben)|viele|liebe grüße|beste|cordialement|saludos|atentamente"
    r"|figure|fig\.|table|abb\.|abbildung|tabelle|on .* wrote|am .* schrieb|from|to|subject|sent"
    r"|cc|ps|p\.s\.)\b",
    re.IGNORECASE,
)
# What a heading never holds: an address of a page or of mail, the marks of code, the end of one
# sentence and the start of another, speech.
_STRANGE = re.compile(
    r"://|\S@\S|www\.|[{}<>=;\\|]|\(\)|->|[^\W\d_]{3}[.!?]+[\"”’')]*[ \t]+[^\W\d_]"
    r"|^[\"“„«'‘(]|[.!?…][\"”»'’)]$|[-–—]$"
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that is not blank, and whether it begins or ends a paragraph."""

    span: Span
    text: str
    begins: bool
    ends: bool

    @property
    def words(self) -> str:
        return self.text.strip()


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A line that looks like a heading; ``i`` is its place among the lines."""

    i: int
    kind: _Kind
    level: int
    words: str


def bare_headings(text: str) -> list[Heading]:
    """The headings of a plain text, in order.

    >>> text = "1. Fridge\\n   It was warm on Monday.\\n\\n2. Gloves\\n   Ten boxes came.\\n"
    >>> [heading.words for heading in bare_headings(text)]
    ['1. Fridge', '2. Gloves']
    """
    here = _Lines(text)
    candidates = {c.i: c for c in _candidates(here)}
    _drop_lists(here, candidates)
    _drop_without_text(here, candidates)
    _drop_too_many(here, candidates)
    return [
        Heading(_span(here, candidate), candidate.level, candidate.words)
        for candidate in candidates.values()
    ]


class _Lines:
    """The lines of a text that are not blank. Of a long text they are many: each is made when it is
    looked at, and only where it stands is kept."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._starts, self._ends = array("q"), array("q")
        self._begins, self._ends_paragraph = bytearray(), bytearray()
        was_blank = True
        for span, line in lines(text):
            blank = not line.strip()
            if blank and self._ends_paragraph:
                self._ends_paragraph[-1] = True
            if not blank:
                self._starts.append(span.start)
                self._ends.append(span.end)
                self._begins.append(was_blank)
                self._ends_paragraph.append(False)
            was_blank = blank
        if self._ends_paragraph:
            self._ends_paragraph[-1] = True

    def __len__(self) -> int:
        return len(self._starts)

    def __iter__(self) -> Iterator[_Line]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, i: int) -> _Line:
        span = Span(self._starts[i], self._ends[i])
        line = self._text[span.start : span.end].removesuffix("\n")
        return _Line(span, line, bool(self._begins[i]), bool(self._ends_paragraph[i]))


def _candidates(here: _Lines) -> Iterator[_Candidate]:
    for i, line in enumerate(here):
        if not line.begins and not (i and _is_underline(here[i - 1])):
            continue
        if len(line.text) <= 2 * _LONGEST_QUESTION and (looks := _looks(here, i)):
            yield _Candidate(i, *looks)


def _looks(here: _Lines, i: int) -> tuple[_Kind, int, str] | None:
    """What kind of heading a line that begins a paragraph looks like, its level and its words."""
    line, words = here[i], here[i].words
    letters = [character for character in words if character.isalpha()]
    if not letters or BULLET.match(line.text) or row_shape(words) or _STRANGE.search(words):
        return None
    if (question := _QUESTION.fullmatch(words)) and len(words) <= _LONGEST_QUESTION:
        asked = question[1]
        speaks = _KEY.match(asked) or not _opens(asked)
        return None if speaks else ("question", 1, asked)
    if len(words) > _LONGEST or words[-1] in ".,;:!…。，；：" or _NEVER.match(words):
        return None
    if not line.ends and _is_underline(here[i + 1]):
        return "underlined", 1 if here[i + 1].words[0] == "=" else 2, words
    if (number := _NUMBER.fullmatch(words)) and _opens(number[4]):
        depth = (number[1] or number[3] or "").count(".") + 1
        return "numbered", depth, words
    if _KEY.match(words) or not _opens(words):
        return None
    if len(letters) > 3 and _is_capitals(words):
        return "capitals", 1, words
    if i and _NEVER.match(here[i - 1].words):  # who signs
        return None
    return ("bare", 1, words) if len(words.split()) <= _MOST_WORDS else None


def _is_capitals(words: str) -> bool:
    return words.upper() == words != words.lower()


def _is_underline(line: _Line) -> bool:
    return bool(_UNDERLINE.fullmatch(line.text))


def _opens(words: str) -> bool:
    """Whether words begin as a heading does: not with a small letter, nor with a figure."""
    return not words or (words[0].isalpha() and not words[0].islower())


def _drop_lists(here: _Lines, candidates: dict[int, _Candidate]) -> None:
    """Numbered lines of which most have no text under them are items of a list."""
    numbered = [c.i for c in candidates.values() if c.kind == "numbered"]
    over_text = [i for i in numbered if _is_over_text(here, i) and i + 1 not in candidates]
    if 2 * len(over_text) < len(numbered):
        for i in numbered:
            del candidates[i]


def _drop_without_text(here: _Lines, candidates: dict[int, _Candidate]) -> None:
    """A line is a heading of what follows it; of several, the last, unless they differ in kind."""
    for i in sorted(candidates, reverse=True):
        candidate = candidates[i]
        below = i + 1 + (candidate.kind == "underlined")
        after = candidates.get(below)
        if candidate.kind in ("underlined", "numbered"):
            keep = below < len(here) or candidate.kind == "numbered"
        elif after:
            keep = candidate.kind == "capitals" and after.kind != "capitals"
            keep = keep or (candidate.kind == "bare" and i == 0 and after.kind != "bare")
        else:
            keep = _is_over_text(here, i)
            if candidate.kind == "bare":
                keep = keep and _text_length(here, below) >= _SHORTEST_TEXT
        if not keep:
            del candidates[i]


def _is_over_text(here: _Lines, i: int) -> bool:
    """Whether what follows line ``i`` is text, and not the rest of the line's own sentence."""
    if i + 1 >= len(here):
        return False
    line, below = here[i], here[i + 1]
    if below.words[0] in ">|" or _is_underline(below):
        return False
    if line.ends or len(below.text) - len(below.text.lstrip()) > len(line.text) - len(
        line.text.lstrip()
    ):
        return line.ends or not below.words[0].islower()
    # No blank line between them: what wraps is about as long as what it goes on in, and in an
    # address or a verse no line is a sentence.
    if _is_capitals(line.words) and _opens(below.words) and not _is_capitals(below.words):
        return len(below.words) > len(line.words)
    sentence = below.words[-1] in ".!?:" or len(below.words) >= _SHORTEST_TEXT
    question = line.words[-1] in "?？"
    return (
        not below.words[0].islower()
        and sentence
        and (question or len(line.words) < max(40, 0.7 * len(below.words)))
    )


def _text_length(here: _Lines, i: int) -> int:
    """The characters of the paragraph that line ``i`` begins or stands in, counted to 'enough'."""
    total = 0
    while i < len(here) and total < _SHORTEST_TEXT:
        total += len(here[i].words)
        if here[i].ends:
            break
        i += 1
    return total


def _drop_too_many(here: _Lines, candidates: dict[int, _Candidate]) -> None:
    """Bare lines, lines in capitals and questions that stand too close are no headings."""
    characters = sum(len(line.words) for line in here)
    loose = [i for i, c in candidates.items() if c.kind in ("bare", "capitals")]
    if len(loose) > 1 and characters < _MEAN_TEXT * len(loose):
        for i in loose:
            del candidates[i]
    questions = [i for i, c in candidates.items() if c.kind == "question"]
    if len(questions) < 2:  # one question is a question
        for i in questions:
            del candidates[i]


def _span(here: _Lines, candidate: _Candidate) -> Span:
    last = here[candidate.i + (candidate.kind == "underlined")]
    return Span(here[candidate.i].span.start, last.span.end)
