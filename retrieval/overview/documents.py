"""Which documents a question about documents means, by the words of their names."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pincite.corpus.store.rows import Entry
from pincite.retrieval.overview.nouns import GENERIC, is_of_kind, noun, synonyms
from pincite.retrieval.overview.question import FILE_NAME, Overview
from pincite.retrieval.search.analysis import stop_terms, terms
from pincite.retrieval.search.vocabulary import edit_distance

# How much a word counts that stands elsewhere than in the name; set by hand: no data tells more
# than that each is less than the name.
_IN_FOLDER, _IN_OPENING, _IN_OTHER_WORDS = 0.7, 0.6, 0.8
_LEAST = 0.5  # of the question's words that a document must have to be meant at all
_EQUAL = 0.05  # documents so near to each other are told apart by search
_OLD = re.compile(r"\b(?:old|archived?|alt|archiv|superseded|obsolete|draft)\b")
_OLD_COSTS = 0.1  # between documents that have the same words, it is hardly the old one
# What is said of a document and hardly ever in its name.
_LOOSE = frozenset(
    {
        *("new", "big", "large", "long", "short", "last", "latest", "saved", "current", "recent"),
        *("whole", "entire", "main", "important", "attached", "uploaded", "other", "little"),
        *("small", "nice", "folder", "file", "document", "named", "called"),
    }
)
_FUZZY_FROM, _TWO_EDITS_FROM = 5, 8  # letters of a word that may be misspelt once, and twice
_MARKS = re.compile(r"[\W_]+")
_WORD = re.compile(r"[\w.-]+")


@dataclass(frozen=True, slots=True)
class Meant:
    """The documents that a question may mean, best first.

    ``sure``: every word of the question that can tell stands in the name or the opening of each.
    """

    entries: tuple[Entry, ...]
    sure: bool


@dataclass(frozen=True, slots=True)
class _Word:
    """A word of the question: the kind of document that it is for, its terms, and its synonyms'."""

    word: str
    kind: str | None
    terms: frozenset[str]
    others: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, word: str) -> _Word:
        kind = noun(word)
        others = tuple(frozenset(_terms(other)) for other in synonyms(kind)) if kind else ()
        return cls(word, kind, frozenset(_terms(word)), others)


@dataclass(frozen=True, slots=True)
class _Names:
    """The terms that a document goes by."""

    name: frozenset[str]
    folder: frozenset[str]
    opening: frozenset[str]
    media_type: str
    old: bool

    @classmethod
    def of(cls, entry: Entry, opening: Collection[str]) -> _Names:
        *folders, file = re.split(r"[/\\]", entry.source)
        name, folder = f"{entry.title}\n{file}", " ".join(folders)
        return cls(
            name=frozenset(_terms(name)),
            folder=frozenset(_terms(folder)),
            opening=frozenset(_terms("\n".join(opening))),
            media_type=entry.media_type,
            old=bool(_OLD.search(_MARKS.sub(" ", f"{name} {folder}".casefold()))),
        )

    def share(self, word: _Word) -> float:
        """How much of the word the document goes by, in [0, 1]."""
        if word.terms <= self.name or (word.kind and is_of_kind(word.kind, self.media_type)):
            return 1.0
        if any(other <= self.name for other in word.others):
            return _IN_OTHER_WORDS
        if word.terms <= self.folder:
            return _IN_FOLDER
        return _IN_OPENING if word.terms <= self.opening else 0.0


def meant(
    overview: Overview,
    entries: Sequence[Entry],
    openings: Mapping[str, Collection[str]],
    ranks: Mapping[str, int],
) -> Meant:
    """The documents that the question means; none where its words fit no document well.

    Args:
        overview: the question.
        entries: the documents that may be meant.
        openings: of each document that search found, by its id, its first words and headings.
        ranks: of each document, by its id, the rank that ordinary search gave it.
    """
    names = [_Names.of(entry, openings.get(entry.id, ())) for entry in entries]
    words = _words(overview, names)
    if not words or not entries:
        return Meant(tuple(entries), sure=False)
    shares = [[one.share(word) for word in words] for one in names]
    counts = [sum(map(bool, column)) for column in zip(*shares, strict=True)]
    weights = [_weight(w, n, len(names)) for w, n in zip(words, counts, strict=True)]
    asks_for_old = bool(_OLD.search(overview.subject))
    scores = [
        sum(share * weight for share, weight in zip(row, weights, strict=True)) / sum(weights)
        - (_OLD_COSTS if one.old and not asks_for_old else 0.0)
        for row, one in zip(shares, names, strict=True)
    ]
    if max(scores) < _LEAST:
        only = len(entries) == 1 and overview.strictness == "noun"
        return Meant(tuple(entries) if only else (), sure=False)
    near = [i for i, score in enumerate(scores) if score >= max(scores) - _EQUAL]
    near.sort(key=lambda i: (ranks.get(entries[i].id, len(ranks)), entries[i].source))
    # "leaflet" tells nothing where no document goes by it.
    telling = [j for j, w in enumerate(words) if w.word not in _LOOSE and (counts[j] or not w.kind)]
    if overview.strictness != "noun" and not (
        len(near) == 1 and _is_name(overview, [(words[j], shares[near[0]][j]) for j in telling])
    ):
        return Meant((), sure=False)
    sure = bool(telling) and all(shares[i][j] for i in near for j in telling)
    return Meant(tuple(entries[i] for i in near), sure)


def _is_name(overview: Overview, telling: Sequence[tuple[_Word, float]]) -> bool:
    """Whether words that need not be for a document are its name all the same."""
    if not all(share == 1.0 for _, share in telling):
        return False
    if any(FILE_NAME.fullmatch(word.word) for word, _ in telling):
        return True
    return overview.strictness == "name" and len(telling) >= 2


def _words(overview: Overview, names: Sequence[_Names]) -> list[_Word]:
    """The question's words that can tell a document, each once, and spelt as in a name."""
    words = [
        _Word.of(word)
        for word in dict.fromkeys(_WORD.findall(overview.subject))
        if word not in GENERIC and not stop_terms().issuperset(_terms(word))
    ]
    return [
        word if any(map(word.terms.issubset, _places(names))) else _respelt(word, names)
        for word in words
    ]


def _places(names: Sequence[_Names]) -> list[frozenset[str]]:
    return [place for one in names for place in (one.name, one.folder, one.opening)]


def _respelt(word: _Word, names: Sequence[_Names]) -> _Word:
    """The word as a name spells it, where it may be a misspelling of it."""
    if word.kind or len(word.word) < _FUZZY_FROM or len(word.terms) != 1:
        return word
    (term,) = word.terms
    limit = 2 if len(word.word) >= _TWO_EDITS_FROM else 1
    known = {other for one in names for other in one.name if other[:1] == term[:1]}
    near = min(((edit_distance(term, o, limit), o) for o in known), default=(limit + 1, ""))
    return replace(word, terms=frozenset([near[1]])) if near[0] <= limit else word


def _weight(word: _Word, count: int, documents: int) -> float:
    """The rarer a word among the names, the more it tells; one that none has tells little."""
    rarity = math.log(1.0 + (documents - count + 0.5) / (count + 0.5))
    return rarity if count else rarity * (0.1 if word.word in _LOOSE else 0.5)


def _terms(text: str) -> list[str]:
    """The terms of a name, which has signs where words have blanks."""
    return terms(_MARKS.sub(" ", text))
