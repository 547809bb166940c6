"""The clauses of a text, and what each of them denies."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from pincite.retrieval.search.analysis import stop_terms
from pincite.retrieval.writing.rows import Row, rows
from pincite.retrieval.writing.words import Word, words

_NEGATORS_TEXT = (
    "not no never without cannot cant dont doesnt didnt isnt arent wasnt werent wont wouldnt "
    "shouldnt couldnt hasnt havent hadnt mustnt neednt hardly scarcely non except unless excluding"
)
# What denies the words before it as well: "elders pay nothing", "fires are forbidden".
_BOTH_WAYS_TEXT = (
    "none nobody nothing neither nor nowhere lack lacks lacked lacking unable prohibited forbidden"
)
_BOTH_WAYS = frozenset(_BOTH_WAYS_TEXT.split())
_NEGATORS = frozenset(_NEGATORS_TEXT.split()) | _BOTH_WAYS
# What denies without a negator, where a quote has it: "is still sought" is not found yet.
_EITHER = "eitherway"  # written for "whether or not", which says both
_SOFT_TEXT = (
    f"{_EITHER} still only missing closed void free pending finished ended zero refused instead "
    "died failed excused withdrew"
)
_SOFT = frozenset(_SOFT_TEXT.split())
# "Bring the card, otherwise you pay": what is without it.
_OTHERWISE = frozenset(["otherwise", "else"])
# Words that say how something is, not what: "you need not answer", "you do not have to answer".
_AUXILIARIES_TEXT = "need needs must may might shall should can could go goes let get longer yet"
_AUXILIARIES = frozenset([*_AUXILIARIES_TEXT.split(), _EITHER])
_CONTRACTED = re.compile(r"n['’]t$", re.IGNORECASE)
_NOT_A_NEGATION = re.compile(
    r"\bno[.:]{0,2} ?(?=[0-9])|\bnot only\b|\bno later than\b|\bno more than\b"
    r"|\bno less than\b|\bno fewer than\b|\bwithout exception\b|\bno doubt\b"
    r"|\bcannot but\b|\bnot least\b|\bif not (?:all|most)\b|\bno\.(?=\s*[|;\t])"
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
_WHETHER_OR_NOT = re.compile(
    r"\bwhether or not\b|(?<=\bwhether )(?=[^.;\n]*\bor not\b)", re.IGNORECASE
)
_GOES_ON = re.compile(r"\W*(?:instead|it|they|he|she|this|these|those|all)\b", re.IGNORECASE)
_NO_ONE = re.compile(r"\bno[ -]one\b", re.IGNORECASE)
_LOST_APOSTROPHE = re.compile(r"(?<=[a-z])n t\b")  # "don t"
_LIST = re.compile(r"(?<=\w),(?= (?:\w+, ){0,8}\w+,? (?:and|or)\b)")  # "nuts, kiwi and sesame"
_OUT_OF = re.compile(r"\bout of (?=(?:order|service|stock|use|action|print)\b)", re.IGNORECASE)
# A cell that denies its column, and what is said of that: "none, retreat".
_NO_CELL = re.compile(r"(?:[–—-]|no|none|nothing)\s*(?:[,;(]\s*|$)", re.IGNORECASE)
_DENIED_LINE = re.compile(r"(?im)^\W*(?:don['’]?ts?|do not|not|never|no) ?:[^\n]*")
_PARENTHESES = re.compile(r"\([^()\n]*\)")
_BREAK = re.compile(
    r"[.;:!?,]\s|[\n=→|\t]|\b(?:but|whereas|although|though|because|since|(?<!do )so|that|which|who"
    r"|whether|except|if|unless|when|while|where)\b",
    re.IGNORECASE,
)
_RELATIVES = frozenset(["that", "which", "who"])
_CONDITIONS = frozenset(["if", "unless", "when", "while", "where"])
_ANY_CONDITION = _CONDITIONS | {"whether", "without"}
_UNLIKE = re.compile(r"un(?=[a-z]{4})(?!der|til|it|iq|ion|iver|less)", re.IGNORECASE)
_SENTENCE_ENDS = ".;!?\n|\t"
LINE = re.compile(r"\n|(?<=[.!?;])\s")
_REACH = 5  # words of content that a negator denies


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of a text, as stems.

    Attributes:
        said: all its words of content.
        denied: those of them that are denied.
        decisive: those of the denied that follow what denies them, in order.
        heads: those of the denied that stand next to it.
        soft: its words that deny in another way.
        is_relative: whether it says which thing is meant: "that had no queen".
        is_condition: whether it says when something holds, which need not be: "if it rains".
        goes_on: whether it is about what the one before it is about: "Instead, they …".
    """

    said: frozenset[str]
    denied: frozenset[str] = frozenset()
    decisive: tuple[str, ...] = ()
    heads: frozenset[str] = frozenset()
    soft: frozenset[str] = frozenset()
    is_relative: bool = False
    is_condition: bool = False
    goes_on: bool = False


def line_clause(text: str) -> Clause:
    """A whole line as one clause."""
    found = list(clauses(text))
    return Clause(
        frozenset().union(*(one.said for one in found)),
        frozenset().union(*(one.denied for one in found)),
        soft=frozenset().union(*(one.soft for one in found)),
        goes_on=bool(_GOES_ON.match(text)),
    )


def clauses(text: str, whole: Collection[str] = ()) -> Iterator[Clause]:
    """The clauses of a text; what stands in parentheses is one of its own.

    Args:
        text: a sentence or a quote.
        whole: stems that are not read as a denial, though they may start so: unused.
    """
    outside = _PARENTHESES.sub(lambda match: " " * len(match[0]), text)
    for inside in _PARENTHESES.findall(text):
        yield from clauses(inside[1:-1], whole)
    text = _NO_ONE.sub("nobody", _LOST_APOSTROPHE.sub("n't", outside))
    text = _LIST.sub(" ", _OUT_OF.sub("without ", text))
    text = _WHETHER_OR_NOT.sub(f"whether {_EITHER}", text)
    text = _NOT_A_NEGATION.sub(lambda match: " " * len(match[0]), text)
    text = _ZERO.sub("zero", _BUT.sub(r"\g<every> except", text))
    text = _NO_COLON.sub(lambda match: re.sub("[:=]", " ", match[0]), text)
    lines = [match.span() for match in _DENIED_LINE.finditer(text)]
    edges = [match.start() for match in _BREAK.finditer(text)]
    parts: list[list[Word]] = [[] for _ in range(len(edges) + 1)]
    for word in words(text):
        parts[bisect_right(edges, word.start)].append(word)
    ends = [i for i, edge in enumerate(edges, start=1) if text[edge] in _SENTENCE_ENDS]
    joined = _joined(parts, ends)
    nothing: list[Word] = []
    for clause, follows in zip(joined, [*joined[1:], nothing], strict=False):
        made = _clause(clause, any(a <= clause[0].start < b for a, b in lines), whole)
        yield replace(made, soft=made.soft | _denied_after(follows))


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
        if all(map(is_negator, clause)):
            alone = clause
        elif alone and joined and _plain(clause[0]) in _CONDITIONS:
            joined[-1:] = [[*joined[-1], *alone], clause]
            alone = []
        else:
            joined.append([*alone, *clause])
            alone = []
    return joined


def _denied_after(follows: Sequence[Word]) -> frozenset[str]:
    """What in the next clause denies this one: "…, otherwise you pay", "…, where there is none"."""
    if follows and not any(map(_says, follows)) and any(map(is_negator, follows)):
        return frozenset(["none"])
    return frozenset(map(_plain, follows[:2])) & _OTHERWISE


def _clause(clause: Sequence[Word], is_denied: bool = False, whole: Collection[str] = ()) -> Clause:
    """A clause of these words.

    Args:
        clause: its words.
        is_denied: whether a negator stands before all of them.
        whole: as `clauses` has it.
    """
    said = {word.stem for word in clause if _says(word)}
    denied: dict[str, bool] = {}
    decisive: list[str] = []
    heads: set[str] = set()
    last = 0
    for place, negator in enumerate(clause):
        if not is_negator(negator):
            continue
        after = [word.stem for word in clause[place + 1 :] if _says(word)][:_REACH]
        before = [word.stem for word in clause[last:place] if _says(word)][: -_REACH - 1 : -1]
        last = place
        if place + 1 < len(clause) and _plain(negator) not in _BOTH_WAYS:
            before = []
        for stem in (*after, *before):
            denied[stem] = not denied.get(stem, False)
        decisive += after
        heads |= {*after[:1], *before[:1]}
    if is_denied and not any(map(is_negator, clause)):
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
    return Clause(
        frozenset(said),
        every,
        tuple(stem for stem in decisive if stem in every),
        frozenset(heads) & every,
        frozenset(map(_plain, clause)) & _SOFT,
        bool(clause) and _plain(clause[0]) in _RELATIVES,
        bool(clause) and _plain(clause[0]) in _ANY_CONDITION,
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
        column = [word.stem for word in words(name) if _says(word)]
        bare = _NO_CELL.match(cell)
        found = words(cell[bare.end() :] if bare else cell)
        inside = _clause(found)
        said |= {*inside.said, *column}
        denied |= inside.denied
        heads |= inside.heads
        if bare or (found and is_negator(found[0])):
            said |= {*column}
            denied |= {*column}
            heads |= {*(() if inside.said and not bare else column)}
    return Clause(frozenset(said), frozenset(denied), heads=frozenset(heads))


def _says(word: Word) -> bool:
    return (
        word.stem not in stop_terms() and not is_negator(word) and _plain(word) not in _AUXILIARIES
    )


def is_negator(word: Word) -> bool:
    """Whether a word denies others."""
    return _plain(word) in _NEGATORS or bool(_CONTRACTED.search(word.text))


def _plain(word: Word) -> str:
    return word.text.lower().replace("’", "").replace("'", "")
