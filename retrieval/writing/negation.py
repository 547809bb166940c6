"""Whether a sentence denies what its quotes say, or says what they deny."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pincite.retrieval.search.analysis import stop_terms
from pincite.retrieval.writing.rows import Row, rows
from pincite.retrieval.writing.words import Word, alike, words

_NEGATORS_TEXT = (
    "not no never without cannot cant dont doesnt didnt isnt arent wasnt werent wont wouldnt "
    "shouldnt couldnt hasnt havent hadnt mustnt neednt hardly scarcely non except unless excluding"
)
# What denies the words before it as well: "elders pay nothing", "fires are forbidden".
_BOTH_WAYS_TEXT = (
    "none nobody nothing neither nor nowhere lack lacks lacked lacking fail fails failed unable "
    "refuse refuses refused prohibited forbidden"
)
_BOTH_WAYS = frozenset(_BOTH_WAYS_TEXT.split())
_NEGATORS = frozenset(_NEGATORS_TEXT.split()) | _BOTH_WAYS
# What denies without a negator, where a quote has it: "is still sought" is not found yet.
_SOFT_TEXT = "still only missing closed void free pending finished ended zero"
_SOFT = frozenset(_SOFT_TEXT.split())
# Words that say how something is, not what: "you need not answer", "you do not have to answer".
_AUXILIARIES_TEXT = "need needs must may might shall should can could go goes let get longer yet"
_AUXILIARIES = frozenset(_AUXILIARIES_TEXT.split())
_CONTRACTED = re.compile(r"n['’]t$", re.IGNORECASE)
_NOT_A_NEGATION = re.compile(
    r"\bno[.:]{0,2} ?(?=[0-9])|\bnot only\b|\bno later than\b|\bno more than\b"
    r"|\bno less than\b|\bno fewer than\b|\bwithout exception\b|\bno doubt\b"
    r"|\bcannot but\b|\bnot least\b|\bif not\b|\bwhether or not\b"
    r"|^\W*no(?=[,;–—-]\s)",  # the answer to a question
    re.IGNORECASE | re.MULTILINE,
)
_ZERO = re.compile(r"(?<![0-9])(?<![0-9][.,:])0(?![.,:]?[0-9])")
# A colon parts nothing before a bare denial, "Rear light: none", and after "Not covered: hoses".
_NO_COLON = re.compile(
    r"[:=](?=\s+(?:none|no|not|never|nothing|neither)\s*(?:[,;.\n]|$))"
    r"|\b(?:not?|never)\b [^:.,;\n]{3,30}:",
    re.IGNORECASE,
)
_BUT = re.compile(r"\b(?P<every>all|daily|every\w*|any\w*) but\b", re.IGNORECASE)
_DENIED_LINE = re.compile(r"(?im)^\W*(?:don['’]?ts?|do not|not|never|no) ?:[^\n]*")
_PARENTHESES = re.compile(r"\([^()\n]*\)")
_BREAK = re.compile(
    r"[.;:!?,]\s|[\n=→|\t]|\b(?:but|whereas|although|though|because|since|(?<!do )so|that|which|who"
    r"|whether|except|if|unless|when|while|where)\b",
    re.IGNORECASE,
)
_CONDITIONS = frozenset(["if", "unless", "when", "while", "where"])
_UNLIKE = re.compile(r"un(?=[a-z]{4})(?!der|til|it|iq|ion|iver|less)", re.IGNORECASE)
_SENTENCE_ENDS = ".;!?\n|\t"
_LINE = re.compile(r"\n|(?<=[.!?;])\s")
_REACH = 5  # words of content that a negator denies


@dataclass(frozen=True, slots=True)
class _Clause:
    """A clause of a text, as stems.

    Attributes:
        said: all its words of content.
        denied: those of them that are denied.
        decisive: those of the denied that follow what denies them, in order.
        heads: those of the denied that stand next to it.
        soft: its words that deny in another way.
    """

    said: frozenset[str]
    denied: frozenset[str] = frozenset()
    decisive: tuple[str, ...] = ()
    heads: frozenset[str] = frozenset()
    soft: frozenset[str] = frozenset()


def negation_differs(sentence: str, quotes: Sequence[str]) -> bool:
    """Whether what both say is denied in one and not in the other.

    A word is denied where a negator stands shortly before it in its clause. What a clause denies is
    looked for in those clauses of the quotes that have it, and of these in the ones that share most
    words with the clause.

    >>> negation_differs("Dogs are not allowed.", ["Dogs are allowed on the lawn."])
    True
    >>> negation_differs("Dogs cannot enter.", ["Dogs are not allowed to enter."])
    False
    """
    there = [clause for quote in quotes for clause in (*_clauses(quote), *map(_row, rows(quote)))]
    known = frozenset(stem for clause in there for stem in clause.said)
    lines = [_line(line) for quote in quotes for line in _LINE.split(quote)]
    return any(
        _denies(clause, there, lines) if clause.denied else _asserts(clause, there)
        for clause in (_as_known(one, known) for one in _clauses(sentence, known))
    )


def _denies(clause: _Clause, there: Sequence[_Clause], lines: Sequence[_Clause]) -> bool:
    """Whether the quotes do not deny what ``clause`` denies."""
    for stem in clause.decisive:
        with_it = [other for other in there if stem in other.said]
        if with_it:
            if any(stem in other.denied for other in _nearest(clause, with_it)):
                return False
            return not any(o.denied or o.soft - clause.soft for o in _nearest(clause, there))
    nearest = _nearest(clause, lines)  # what is denied has other words there, if it stands there
    return bool(nearest) and not any(other.denied or other.soft - clause.soft for other in nearest)


def _asserts(clause: _Clause, there: Sequence[_Clause]) -> bool:
    """Whether the quotes deny what ``clause``, which denies nothing, says."""
    if clause.soft - {"still", "zero"}:
        return False
    most = max((len(clause.said & other.said) for other in there), default=0)
    for stem in clause.said:
        with_it = [other for other in there if stem in other.said]
        nearest = _nearest(clause, with_it)
        if nearest and all(
            stem in other.heads and len(clause.said & other.said) >= most - 1 for other in nearest
        ):
            return True
    return False


def _nearest(clause: _Clause, others: Sequence[_Clause]) -> list[_Clause]:
    """Those of the other clauses that share most words with a clause; none where none shares."""
    shared = [len(clause.said & other.said) for other in others]
    most = max(shared, default=0)
    return [other for other, count in zip(others, shared, strict=True) if count == most > 0]


def _as_known(clause: _Clause, known: Collection[str]) -> _Clause:
    """The clause with the quotes' stems for those of its own that are of the same root."""

    def same(stem: str) -> str:
        return stem if stem in known else next((o for o in known if alike(stem, o)), stem)

    return _Clause(
        frozenset(map(same, clause.said)),
        frozenset(map(same, clause.denied)),
        tuple(map(same, clause.decisive)),
        frozenset(map(same, clause.heads)),
        clause.soft,
    )


def _line(text: str) -> _Clause:
    """A whole line as one clause."""
    found = list(_clauses(text))
    return _Clause(
        frozenset().union(*(one.said for one in found)),
        frozenset().union(*(one.denied for one in found)),
        soft=frozenset().union(*(one.soft for one in found)),
    )


def _clauses(text: str, whole: Collection[str] = ()) -> Iterator[_Clause]:
    """The clauses of a text; what stands in parentheses is one of its own.

    Args:
        text: a sentence or a quote.
        whole: stems that are not read as a denial, though they may start so: unused.
    """
    outside = _PARENTHESES.sub(lambda match: " " * len(match[0]), text)
    for inside in _PARENTHESES.findall(text):
        yield from _clauses(inside[1:-1], whole)
    text = _NOT_A_NEGATION.sub(lambda match: " " * len(match[0]), outside)
    text = _ZERO.sub("zero", _BUT.sub(r"\g<every> except", text))
    text = _NO_COLON.sub(lambda match: re.sub("[:=]", " ", match[0]), text)
    lines = [match.span() for match in _DENIED_LINE.finditer(text)]
    edges = [match.start() for match in _BREAK.finditer(text)]
    clauses: list[list[Word]] = [[] for _ in range(len(edges) + 1)]
    for word in words(text):
        clauses[bisect_right(edges, word.start)].append(word)
    ends = [i for i, edge in enumerate(edges, start=1) if text[edge] in _SENTENCE_ENDS]
    for clause in _joined(clauses, ends):
        yield _clause(clause, any(a <= clause[0].start < b for a, b in lines), whole)


def _joined(clauses: Sequence[list[Word]], first: Collection[int]) -> list[list[Word]]:
    """The clauses that have words. A negator alone goes to the next one, which it denies.

    Before a condition, "one in the morning, not if …", it denies the one before.

    Args:
        clauses: in the order of the text; some may be empty.
        first: which of them start a sentence.
    """
    joined: list[list[Word]] = []
    alone: list[Word] = []
    for i, clause in enumerate(clauses):
        if i in first:
            alone = []
        if not clause:
            continue
        if all(map(_is_negator, clause)):
            alone = clause
        elif alone and joined and _plain(clause[0]) in _CONDITIONS:
            joined[-1:] = [[*joined[-1], *alone], clause]
            alone = []
        else:
            joined.append([*alone, *clause])
            alone = []
    return joined


def _clause(
    clause: Sequence[Word], is_denied: bool = False, whole: Collection[str] = ()
) -> _Clause:
    """A clause of these words.

    Args:
        clause: its words.
        is_denied: whether a negator stands before all of them.
        whole: as `_clauses` has it.
    """
    said = {word.stem for word in clause if _says(word)}
    denied: dict[str, bool] = {}
    decisive: list[str] = []
    heads: set[str] = set()
    last = 0
    for place, negator in enumerate(clause):
        if not _is_negator(negator):
            continue
        after = [word.stem for word in clause[place + 1 :] if _says(word)][:_REACH]
        before = [word.stem for word in clause[last:place] if _says(word)][: -_REACH - 1 : -1]
        last = place
        if after and _plain(negator) not in _BOTH_WAYS:
            before = []
        for stem in (*after, *before):
            denied[stem] = not denied.get(stem, False)
        decisive += after
        heads |= {*after[:1], *before[:1]}
    if is_denied and not any(map(_is_negator, clause)):
        denied = dict.fromkeys(said, True)
        heads = {word.stem for word in clause[:1]}
    for word in clause:
        if _UNLIKE.match(word.text) and word.stem not in whole:
            bare = words(_UNLIKE.sub("", word.text))[0].stem
            said.add(bare)
            denied[bare] = True
            heads.add(bare)
            decisive.append(bare)
    every = frozenset(stem for stem, is_so in denied.items() if is_so)
    return _Clause(
        frozenset(said),
        every,
        tuple(stem for stem in decisive if stem in every),
        frozenset(heads) & every,
        frozenset(map(_plain, clause)) & _SOFT,
    )


def _row(row: Row) -> _Clause:
    """A row as a clause that denies the columns whose cells say no."""
    said: set[str] = set()
    denied: set[str] = set()
    heads: set[str] = set()
    for name, cell in row.cells:
        column = [word.stem for word in words(name) if _says(word)]
        found = words(cell)
        inside = _clause(found)
        said |= {*inside.said, *(column if row.is_named else ())}
        denied |= inside.denied
        heads |= inside.heads
        if found and _is_negator(found[0]):
            said |= {*column}
            denied |= {*column}
            heads |= {*(() if inside.said else column)}
    return _Clause(frozenset(said), frozenset(denied), heads=frozenset(heads))


def _says(word: Word) -> bool:
    return (
        word.stem not in stop_terms() and not _is_negator(word) and _plain(word) not in _AUXILIARIES
    )


def _is_negator(word: Word) -> bool:
    return _plain(word) in _NEGATORS or bool(_CONTRACTED.search(word.text))


def _plain(word: Word) -> str:
    return word.text.lower().replace("’", "").replace("'", "")
