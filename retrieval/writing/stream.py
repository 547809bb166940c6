"""From the chunks of a model's answer to sentences, each with the quotes that it cites.

What is given out never changes: a sentence waits until the text after it tells that it has ended
and that no marker follows.
"""

from __future__ import annotations

import re
import unicodedata

from pincite.retrieval.writing.reasoning import RESET, ReasoningFilter
from pincite.retrieval.writing.types import Draft

_LONGEST = 1000  # characters of a sentence; what runs on is cut there
_LONGEST_MARKER = 40
_LONGEST_ADDRESS = 202
_HIGHEST = 99  # number in a marker
_WIDEST = 8  # quotes that a range of numbers may stand for
# [1]  [1, 2]  [1-3]  [[1]]  【1】  【1†source】  [^1]  [quote 1]  [1](address)
_NUMBERS = r"[0-9]{1,2}(?:\s{0,2}[,;&–—-]\s{0,2}[0-9]{1,2}){0,9}"
_MARKER = re.compile(
    rf"[\[【]{{1,2}}\s?(?:\^|#|(?:quotes?|sources?)\s)?(?P<numbers>{_NUMBERS})(?:†[^\]】\n]{{0,20}})?"
    rf"\s?[\]】]{{1,2}}(?:\([^\s()]{{0,200}}\))?",
    re.IGNORECASE,
)
_GAP = re.compile(r"[^\S\n\x00]*")
_END = re.compile(r"[.!?…。！？]+[\"'”’»)]*")
_RANGE = re.compile(r"([0-9]+)(?:\s*[–—-]\s*([0-9]+))?")
_ABBREVIATIONS_TEXT = (
    "mr mrs ms dr prof st no nos vs etc e.g i.e cf al fig figs approx inc ltd co corp dept "
    "est art sec ch vol pp p ed eds jan feb mar apr jun jul aug sep sept oct nov dec u.s u.k "
    "a.m p.m"
)
_ABBREVIATIONS = frozenset(_ABBREVIATIONS_TEXT.split())
_WORD_BEFORE = re.compile(r"([^\s(\[]+)$")
_IMAGE = re.compile(r"!\[[^\]\n]{0,200}\]\([^\s()]{0,500}\)")
_LINK = re.compile(r"\[([^\]\n]{1,200})\]\([^\s()]{0,500}\)")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]{0,300}>")
_BULLET = re.compile(r"^\s*(?:#{1,6}\s+|>\s*|[-*•–]\s+|[0-9]{1,2}[.)]\s+)+")
_EMPHASIS = re.compile(r"\*{1,3}|_{2,3}|`{1,3}|~~")
_JSON = re.compile(r"[{}]|\"\s?:")
_NOTHING = re.compile(r"^\W*not (?:found )?in the (?:given |provided )?quotes\W*$", re.IGNORECASE)


class SentenceStream:
    """Cuts what a model writes into drafts; the same for any cut of the same text into chunks.

    >>> stream = SentenceStream()
    >>> stream.feed("It rained [1]. It sno"), stream.feed("wed.[2]")
    ([Draft(text='It rained.', quotes=(1,))], [])
    >>> stream.finish()
    [Draft(text='It snowed.', quotes=(2,))]
    """

    def __init__(self) -> None:
        self._reasoning = ReasoningFilter()
        self._buffer = ""

    def feed(self, chunk: str) -> list[Draft]:
        """The sentences that have ended now that ``chunk`` has come."""
        self._buffer += self._reasoning.feed(chunk)
        return self._ended(final=False)

    def finish(self) -> list[Draft]:
        """The sentences that are left when nothing more comes."""
        self._buffer += self._reasoning.finish()
        return self._ended(final=True)

    def _ended(self, *, final: bool) -> list[Draft]:
        drafts = []
        while (end := _sentence_end(self._buffer, final=final)) is not None:
            sentence, self._buffer = self._buffer[:end], self._buffer[end:]
            if sentence.endswith(RESET):
                continue
            if (draft := draft_of(sentence)).text:
                drafts.append(draft)
        return drafts


def draft_of(sentence: str) -> Draft:
    """A sentence without its markers and markup, and the numbers in the markers.

    >>> draft_of("- **Two** of [them](http://x.y) left [1-3][[5]].")
    Draft(text='Two of them left.', quotes=(1, 2, 3, 5))
    """
    numbers: dict[int, None] = {}
    for match in _MARKER.finditer(sentence):
        numbers.update(dict.fromkeys(_numbers(match["numbers"])))
    if _JSON.search(sentence):  # a number in brackets is a list there
        numbers.clear()
    text = _MARKER.sub(" ", sentence)
    text = _LINK.sub(r"\1", _IMAGE.sub(" ", text))
    text = _EMPHASIS.sub("", _BULLET.sub("", _TAG.sub(" ", text)))
    text = "".join(" " if c.isspace() else c for c in text if c.isspace() or _is_visible(c))
    text = re.sub(r" +(?=[.,;:!?…)])", "", re.sub(" +", " ", text)).strip()
    return Draft(text if any(map(str.isalnum, text)) else "", tuple(numbers))


def says_nothing(draft: Draft) -> bool:
    """Whether the model says that the quotes do not answer."""
    return bool(_NOTHING.match(draft.text))


def _is_visible(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Co", "Cs", "Cn")


def _numbers(said: str) -> list[int]:
    numbers: list[int] = []
    for first, last in _RANGE.findall(said):
        low, high = int(first), int(last or first)
        numbers += range(low, high + 1) if low <= high < low + _WIDEST else [low, high]
    return [number for number in numbers if number <= _HIGHEST]


def _sentence_end(text: str, *, final: bool) -> int | None:
    """Where the first sentence of ``text`` ends; None where only more text can tell."""
    at = 0
    while at < len(text):
        if text[at] in ("\n", RESET):
            return at + 1
        if at >= _LONGEST:
            return at
        ends = _END.match(text, at)
        if ends is None:
            at += 1
            continue
        after, marked = _after_markers(text, ends.end(), final=final)
        if after is None:
            return None
        if ends.end() == len(text) and not final:
            return None
        if text[after : after + 1] == RESET:
            return after + 1
        if marked or _closes(text, ends, after):
            return after
        at = ends.end()
    return len(text) if final and text else None


def _after_markers(text: str, at: int, *, final: bool) -> tuple[int | None, bool]:
    """Where the blanks and markers after ``at`` end, and whether there are markers.

    The place is None where only more text can tell.
    """
    marked = False
    while True:
        after = _GAP.match(text, at).end()  # type: ignore[union-attr]
        marker = _MARKER.match(text, after)
        if marker is not None and (final or marker.end() < len(text)):
            open_link = text[marker.end()] == "(" if marker.end() < len(text) else False
            if (
                open_link
                and not final
                and len(text) - marker.end() < 202
                and _is_open(text, marker)
            ):
                return None, marked
            # A full stop after the marker belongs to it: "… .[1]."
            trailing = _END.match(text, marker.end())
            at, marked = trailing.end() if trailing else marker.end(), True
            if trailing and at == len(text) and not final:
                return None, marked
            continue
        if not final:
            if after == len(text):
                return None, marked
            if text[after] in "[【" and len(text) - after < _LONGEST_MARKER:
                return None, marked
        return after, marked


def _is_open(text: str, marker: re.Match[str]) -> bool:
    """Whether an address in brackets after a marker may still be closed."""
    return not re.search(r"[\s)(]", text[marker.end() + 1 :])


def _closes(text: str, ends: re.Match[str], after: int) -> bool:
    """Whether a full stop with ``text[after]`` behind it ends a sentence."""
    if after == len(text):
        return True
    if after == ends.end():  # 3.5, example.org
        return text[after] == "\n"
    if ends[0] != ".":
        return True
    word = _WORD_BEFORE.search(text, 0, ends.start())
    before = word[1].lower() if word else ""
    if before in _ABBREVIATIONS or (len(before) == 1 and before.isalpha()):
        return False
    return not text[after].islower()
