"""The words of a sentence as the check takes them: stems with their places, and which are names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from pincite.retrieval.search.analysis import plain_terms, stop_terms

# Texts that are kept as they were last read: each sentence of an answer is held against the same
# quotes.
REMEMBERED = 512
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# Words of writing itself, which stand in no quote: "the document also says that …".
_GLUE = (
    "according additionally also answer although based besides case cited document documents "
    "every finally first following furthermore given however include includes including instead "
    "into mention mentioned mentions moreover namely note noted one overall part per provide "
    "provided quote quotes related report second source specifically state stated states text "
    "therefore thus whether while within would well yes should must may might shall between"
)
# Words that add hardly anything to a clause: "so he gets it now".
_LIGHT = (
    "against again ago already always anyone apply away cannot compared cost currently down "
    "earlier else end even ever far get go happen later less likely make mean more need never "
    "next no nobody none normally nothing now o'clock off only originally out over people person "
    "place previously probably put right same simply so someone still take thing time today until "
    "up use usually way"
)
# What ends so is seldom a name.
_ORDINARY = re.compile(
    r"\w{3,}(?:ous|ful|ally|edly|ously|ments?|tions?|sions?|ness|able|ible|ities|ity|less|ing|isms?)"
)
_AFFIX = re.compile(r"^(?:un|re|non|over|out|mis)(?=\w{4})")
_PLURAL = re.compile(r"(?<=\w{3})(?:es|s)$")
_DOER = re.compile(r"(?<=\w{3})(?:ers|ors|ees)$")
_STARTS = frozenset("\"'“‘(«„[—–-•")
_ADDRESSES = frozenset(["Mr", "Mrs", "Ms", "Miss", "Dr", "Sir", "Madam"])  # of people; no names
_CONTRACTED = re.compile(r"['’](?:s|re|ll|ve|d|m)$", re.IGNORECASE)
_NOT = re.compile(r"n['’]t$", re.IGNORECASE)
_SHORT_TEXT = (
    "Mon:monday Tue:tuesday Tues:tuesday Wed:wednesday Thu:thursday Thur:thursday Thurs:thursday "
    "Fri:friday Sat:saturday Sun:sunday Jan:january Feb:february Mar:march Apr:april Jun:june "
    "Jul:july Aug:august Sep:september Sept:september Oct:october Nov:november Dec:december"
)
_SHORT = dict(pair.split(":") for pair in _SHORT_TEXT.split())
_SHORTEST = 4  # letters of a word that others are made of: fail, failure
_ENDINGS_TEXT = "al ance ation e ement ent er ion ist iv ment or ur y"
_ENDINGS = frozenset(_ENDINGS_TEXT.split())
_LIKE = 0.7  # share of letters, from the first, that two words of one root have in common


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text.

    Attributes:
        text: as it stands.
        stem: its stem, in small letters and without marks over letters.
        start, end: where it stands, in code points.
    """

    text: str
    stem: str
    start: int
    end: int

    @property
    def is_content(self) -> bool:
        """Whether it says something by itself."""
        return (
            not _NOT.search(self.text)
            and self.stem not in stop_terms()
            and self.stem not in _glue()
            and not self.is_light
        )

    @property
    def is_light(self) -> bool:
        """Whether it says something, but hardly anything by itself."""
        return self.stem in _light()


@lru_cache(REMEMBERED)
def words(text: str) -> tuple[Word, ...]:
    """The words of ``text`` in order; numbers too."""
    found = []
    for match in _TOKEN.finditer(text):
        bare = _CONTRACTED.sub("", match[0])
        base = _SHORT.get(bare) or _bases().get(bare, bare)
        terms = plain_terms(base)
        stem = terms[0] if terms else bare.lower()
        if bare.islower():
            stem = _first_of_meaning().get(stem, stem)
        found.append(Word(match[0], stem, *match.span()))
    return tuple(found)


def stems(texts: Iterable[str]) -> frozenset[str]:
    """The stems of all words of the texts."""
    return frozenset(word.stem for text in texts for word in words(text))


def alike(one: str, other: str) -> bool:
    """Whether two stems are of one root, never numbers.

    >>> alike("employ", "employe"), alike("station", "state"), alike("1999", "19998")
    (True, False, False)
    """
    if one[:1] != other[:1] or not (one.isalpha() and other.isalpha()):
        return False
    short, long = sorted((one, other), key=len)
    if len(short) >= _SHORTEST and long.startswith(short) and long[len(short) :] in _ENDINGS:
        return True
    least = max(4, int(_LIKE * max(len(one), len(other)) + 0.999))
    return one[:least] == other[:least] and min(len(one), len(other)) >= least


def is_name(word: Word, text: str, lower: frozenset[str] = frozenset()) -> bool:
    """Whether a word is a name: a capital that its place in the sentence does not explain.

    At the start of a sentence every word has one. There a word is a name unless it is common in
    small letters, in English or in ``lower``, the words in small letters of what is cited.

    >>> text = "Lisbon hosted it. Visitors praised NATO."
    >>> [word.text for word in words(text) if is_name(word, text)]
    ['Lisbon', 'NATO']
    """
    letters = _CONTRACTED.sub("", word.text)
    if not letters[0].isalpha() or not any(map(str.isupper, letters)):
        return False
    if any(map(str.isupper, letters[1:])) and not letters.isupper():
        return True  # eBay, McKay
    if not letters[0].isupper() or letters in ("I", "A"):
        return False
    if letters.isupper() and len(letters) > 1:
        return letters.lower() not in lower
    if word.stem in stop_terms() or letters in _ADDRESSES:
        return False
    return not (
        starts_sentence(text, word.start)
        and (
            letters.lower() in lower
            or word.stem in _glue()
            or bool(_NOT.search(word.text))
            or letters.lower() in common_words()
            or bool(_ORDINARY.fullmatch(letters))
            or (not text[: word.start].strip() and _is_derived(letters.lower()))
        )
    )


def _is_derived(letters: str) -> bool:
    """Whether a word in small letters is made of common ones: unplug, settlers, shareholders."""
    common = common_words()
    bases = (_AFFIX.sub("", letters), _PLURAL.sub("", letters), _DOER.sub("", letters))
    return any(base in common or f"{base}e" in common for base in bases) or any(
        letters[:i] in common and letters[i:] in common
        for i in range(_SHORTEST, len(letters) - _SHORTEST + 1)
    )


def starts_sentence(text: str, start: int) -> bool:
    """Whether a word that stands at ``start`` opens a sentence, a heading's part or an item."""
    before = text[:start].rstrip()
    while before and before[-1] in _STARTS:
        before = before[:-1].rstrip()
    return not before or before[-1] in ".!?:;…"


@cache
def common_words() -> frozenset[str]:
    """Words that English writes in small letters; `pincite eval words` makes them from lessons."""
    return frozenset((files(__package__) / "common_words.txt").read_text("utf-8").split())


@cache
def _bases() -> dict[str, str]:
    """For each irregular form of an English word, the word: "tell" for "told"."""
    return {form: base for base, *forms in _lines("irregular_forms.txt") for form in forms}


@cache
def _first_of_meaning() -> dict[str, str]:
    """For the stem of a word, that of the first word of the same meaning: "allow" for "permit"."""
    return {
        plain_terms(word)[0]: plain_terms(first)[0]
        for first, *others in _lines("synonyms.txt")
        for word in others
    }


def _lines(file: str) -> list[list[str]]:
    text = (files(__package__) / file).read_text("utf-8")
    return [line.split() for line in text.splitlines()]


@cache
def _glue() -> frozenset[str]:
    return frozenset(plain_terms(_GLUE))


@cache
def _light() -> frozenset[str]:
    return frozenset(plain_terms(_LIGHT)) - stop_terms()
