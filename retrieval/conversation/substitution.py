"""The name that a follow-up puts in the place of another: "and in Berlin?" after "… in Zurich?".

Only what can be told by its look is exchanged: a name for the one that stands after the same
preposition and looks alike, or for the only name there is. All else stays as it was said.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pincite.retrieval.search.analysis import stop_terms, terms

_OPENS = re.compile(
    r"^\W*(?:(?:and|or|but|so|also|then|ok(?:ay)?)\W+)*(?:(?:what|how)\s+(?:about|if)\s+)?"
    r"(?:it(?:'s|\s+is)\s+)?",
    re.IGNORECASE,
)
_PREPOSITION = (
    r"in|at|for|on|from|to|of|by|with|near|under|during|after|before|until|since|between|via"
)
_SLOT = re.compile(rf"\b({_PREPOSITION})\s+(?:(?:the|a|an|my|our)\s+)?", re.IGNORECASE)
_NAME = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*(?:[ ][^\W_]+(?:['’.-][^\W_]+)*)*")
WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_LONGEST = 4  # words of a name


@dataclass(frozen=True, slots=True)
class Substitution:
    """What was said before with the new name, and the name whose place it took, if any."""

    text: str
    gone: str = ""


def substituted(before: str, question: str) -> Substitution:
    """What was said before, with the name of the question in the place of the one like it.

    >>> substituted("What is the lunch allowance in Zurich?", "and in Berlin?")
    Substitution(text='What is the lunch allowance in Berlin?', gone='Zurich')
    >>> substituted("Who led the council in 2015?", "what about the harbour?").gone
    ''
    """
    rest = question[_OPENS.match(question).end() :].strip(" ?!.")  # type: ignore[union-attr]
    slot = _SLOT.match(rest)
    name = rest[slot.end() :] if slot else re.sub(r"^(?:the|a|an|my|our)\s+", "", rest, flags=re.I)
    if rest == question.strip(" ?!.") or not _is_name(name):
        return Substitution(before)
    places = _after(before, slot[1].lower()) if slot else _names(before)
    alike = [(a, b) for a, b in places if _look(before[a:b]) == _look(name)]
    if not alike or (not slot and (len(alike) > 1 or _look(name) == "word")):
        return Substitution(before)
    start, end = alike[-1]
    if before[start:end].casefold() == name.casefold():
        return Substitution(before)
    return Substitution(before[:start] + name + before[end:], before[start:end])


def without(text: str, names: list[str]) -> str:
    """The text without these names."""
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", text, flags=re.IGNORECASE)
    return text


def _is_name(text: str) -> bool:
    """Whether it is one to four words, each of them with a meaning of its own."""
    words = WORD.findall(text)
    return 0 < len(words) <= _LONGEST and bool(_NAME.fullmatch(text)) and all(map(_means, words))


def _means(word: str) -> bool:
    return stop_terms().isdisjoint(terms(word))


def _after(text: str, preposition: str) -> list[tuple[int, int]]:
    """Where the words stand that follow a preposition, up to the next word without a meaning."""
    found = []
    for slot in _SLOT.finditer(text):
        end = slot.end()
        for word in WORD.finditer(text, slot.end()):
            if text[end : word.start()].strip() or not _means(word[0]):
                break
            end = word.end()
        if slot[1].lower() == preposition and end > slot.end():
            found.append((slot.end(), end))
    return found


def _names(text: str) -> list[tuple[int, int]]:
    """Where names and numbers stand, the first word of a sentence left out."""
    runs: list[tuple[int, int]] = []
    end = 0
    for word in WORD.finditer(text):
        between = text[end : word.start()]
        opens = end == 0 or any(mark in between for mark in "?!.\n")
        if _look(word[0]) != "word" and not opens and _means(word[0]):
            joins = runs and runs[-1][1] == end and between == " "
            joins = joins and _look(text[slice(*runs[-1])]) == _look(word[0])
            runs[-1:] = (
                [(runs[-1][0], word.end())] if joins else [*runs[-1:], (word.start(), word.end())]
            )
        end = word.end()
    return runs


def _look(name: str) -> str:
    """``number`` where it begins with a digit, ``name`` with a capital, else ``word``."""
    return "number" if name[0].isdigit() else "name" if name[0].isupper() else "word"
