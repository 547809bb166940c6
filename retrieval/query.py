"""A question as search, reader and confidence take it: worked out once, used by all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pincite.retrieval.embedding.embedder import Embedder, Vectors
from pincite.retrieval.search.analysis import content_terms, plain_terms, stop_terms
from pincite.retrieval.search.answer_type import Asked
from pincite.retrieval.search.expressions import Expression, expressions
from pincite.retrieval.search.indexes import Indexes
from pincite.retrieval.search.lexical import Alternative, Wanted
from pincite.retrieval.search.list_question import asks_for_list, without_form
from pincite.retrieval.search.protocol import Lexical
from pincite.retrieval.search.short_forms import NO_SHORT_FORMS, ShortForms
from pincite.retrieval.search.vocabulary import edit_distance

_WORD = re.compile(r"(?<![^\W_])[^\W\d_]{3,24}+(?![^\W_])")
# Three letters are too few to tell which word is meant, unless a question begins with it: "wen".
_QUESTION_WORDS = ["what", "when", "which", "where", "who", "whose", "how", "why", "much", "many"]


@dataclass(frozen=True, slots=True)
class Query:
    """A question, worked out.

    Attributes:
        text: as it was asked.
        spelling: with misspelt words corrected.
        corrected: the words that were, each with what is read in its place.
        vector: the unit vector ``(dimension,)`` of ``spelling``.
        wanted: its terms of meaning with their weights and what stands for them; all its terms if
            none has meaning.
        numbers: those of ``wanted`` that have figures in them.
        asked: the kind of thing that is asked for.
        lists: whether it asks for several things.
        in_full: the words that the cross-encoder reads: ``spelling``, and what it leans on.
    """

    text: str
    spelling: str
    corrected: Mapping[str, str]
    vector: Vectors = field(compare=False, repr=False)
    wanted: tuple[Wanted, ...]
    numbers: tuple[Wanted, ...]
    asked: Asked
    lists: bool = False
    in_full: str = ""

    @classmethod
    def of(cls, question: str, indexes: Indexes, embedder: Embedder) -> Query:
        """Work out a question for a library."""
        corrected = dict(_corrections(question, indexes, _real_words(embedder)))
        spelling = _WORD.sub(lambda word: corrected.get(word[0], word[0]), question)
        core = without_form(spelling)
        wanted = tuple(wanted_terms(core, indexes.lexical, indexes.short_forms))
        return cls(
            text=question,
            spelling=spelling,
            corrected=corrected,
            vector=embedder.embed_query(core),
            wanted=wanted,
            numbers=tuple(one for one in wanted if any(map(str.isdigit, one.term))),
            asked=Asked.of(spelling),
            lists=asks_for_list(spelling),
            in_full=spelling,
        )

    @property
    def terms(self) -> frozenset[str]:
        """All terms that the question itself has."""
        return frozenset(content_terms(self.spelling)).union(one.term for one in self.wanted)


def wanted_terms(
    question: str, lexical: Lexical, short_forms: ShortForms = NO_SHORT_FORMS
) -> list[Wanted]:
    """The terms of meaning of a question, each once, weighted by their rarity in the library.

    The parts of an expression are also covered by the expression written in another way, and the
    words of a long form by its short form.
    """
    distinct: dict[str, Wanted] = {}
    for one in _terms_of(question, lexical):
        distinct.setdefault(one.term, one)
    content = [one for term, one in distinct.items() if term not in stop_terms()]
    return _with_short_forms(content or list(distinct.values()), lexical, short_forms)


def _terms_of(question: str, lexical: Lexical) -> Iterator[Wanted]:
    last = 0
    for expression in expressions(question, asked=True):
        yield from _plain(question[last : expression.start], lexical)
        yield from _terms_in(expression, question, lexical)
        last = expression.end
    yield from _plain(question[last:], lexical)


def _plain(text: str, lexical: Lexical) -> list[Wanted]:
    return [Wanted(term, lexical.rarity(term)) for term in plain_terms(text)]


def _terms_in(expression: Expression, question: str, lexical: Lexical) -> Iterator[Wanted]:
    wholes = [term for whole in expression.wholes for term in plain_terms(whole)]
    known = [term for term in wholes if lexical.knows(term)]
    written = tuple(Alternative(frozenset([term]), 0.0) for term in known)
    for part in _plain(expression.parts, lexical):
        yield replace(part, others=written)
    if known:  # beside the parts; what the library does not have is not asked for twice
        others = tuple(Alternative(frozenset([term])) for term in known[1:])
        yield Wanted(known[0], lexical.rarity(known[0]), others)
    elif not expression.parts:
        as_typed = question[expression.start : expression.end]
        word = plain_terms(as_typed)
        # US and WHO where the library has no such names are the words that they look like.
        yield from _plain(as_typed if stop_terms().issuperset(word) else wholes[0], lexical)


def _with_short_forms(
    content: list[Wanted], lexical: Lexical, short_forms: ShortForms
) -> list[Wanted]:
    others = {one.term: list(one.others) for one in content}
    for one in content:
        for long in short_forms.meanings(one.term):
            # Written out it is worth no more: "AI" is everywhere, both its words are rare.
            rarities = sum(map(lexical.rarity, long))
            others[one.term].append(Alternative(frozenset(long), min(1.0, one.weight / rarities)))
    for long, short in short_forms.shortened(list(others)):
        for term in long:
            others[term].append(Alternative(frozenset([short]), 1 / len(long)))
    return [replace(one, others=tuple(others[one.term])) for one in content]


def _corrections(
    question: str, indexes: Indexes, is_real: Callable[[str], bool]
) -> Iterator[tuple[str, str]]:
    """The words of the question that the library does not have, with those that it has instead."""
    spans = [(one.start, one.end) for one in expressions(question, asked=True)]
    shouted = question.isupper()
    for match in _WORD.finditer(question):
        word = match[0].lower()
        if any(start < match.end() and match.start() < end for start, end in spans):
            continue
        if _is_known(word, indexes.lexical) or is_real(word):
            continue
        name = match[0] != word and match.start() > 0 and not shouted
        if name and match[0].isupper():  # a short form is no misspelling of a word
            continue
        nearest = None if name else _question_word(word)
        nearest = nearest or indexes.vocabulary.nearest(word, careful=name)
        if nearest is not None:
            yield match[0], nearest.capitalize() if match[0][0].isupper() else nearest


def _is_known(word: str, lexical: Lexical) -> bool:
    return all(term in stop_terms() or lexical.knows(term) for term in plain_terms(word))


def _question_word(word: str) -> str | None:
    near: Iterable[str] = (
        other
        for other in _QUESTION_WORDS
        if other[0] == word[0] and edit_distance(word, other, 1) <= 1
    )
    return next(iter(near), None)


def _real_words(embedder: Embedder) -> Callable[[str], bool]:
    """Tells the words that the embedder knows as one token, which are hardly misspelt.

    So is the plural or the past of one. (Not every form: "meating" is not of "meat".)
    """
    if embedder.languages is None:  # nobody says that it learnt its words from a language
        return lambda word: False
    return lambda word: 1 in embedder.count([word, *_stems(word)])


def _stems(word: str) -> Iterator[str]:
    for ending in ("s", "ed", "d"):
        if len(word) > 5 and word.endswith(ending):
            yield word.removesuffix(ending)
