"""Follow-up questions: what a question takes from the turns before it, without a language model.

"And in Berlin?" is about what was asked before. Such a question is told by its look, and the user's
earlier words and the last answer are then looked for beside its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pincite.retrieval.conversation.substitution import WORD, substituted, without
from pincite.retrieval.conversation.turns import Turn, with_words
from pincite.retrieval.search.analysis import content_terms, stop_terms, terms

# What a question begins with that goes on where another stopped.
_GOES_ON = re.compile(
    r"^\W*(?:and|or|but|so|also|then|why|(?:what|how)\s+(?:about|if|else)|which\s+ones?|same|"
    r"ok(?:ay)?|yes|yeah|no|thanks?|i\s+see)\b",
    re.IGNORECASE,
)
# What stands for a thing that was named before.
_STANDS_FOR = re.compile(
    r"\b(?:it|its|that|this|they|them|their|theirs|those|these|he|she|her|hers|him|his|ones?|there|"
    r"then|others?|else|same|both|such|so)\b",
    re.IGNORECASE,
)
_FEW, _SOME = 3, 5  # terms of meaning below which a question leans on others; with a pronoun
_DECAY = 0.6  # of a turn's weight with each turn of the user after it
_OF_ANSWER = 0.5  # the weight of the last answer's words
_TURNS = 8  # of the user, the last ones
_LONGEST = 600  # code points of a turn that are taken along
_LONGEST_BEFORE = 160  # code points; the cross-encoder reads 64 tokens of a question in all
_SHOWN, _LONGEST_PIECE = 6, 6  # pieces of the subject, and words of each


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A question's earlier turns, as far as they help to find what it is about.

    Attributes:
        leans: whether the question cannot be understood alone.
        said: what was said before, the newest first: the user's turns, and the last answer.
        before: what the question leans on: the user's last turns, from the last one on that does
            not lean on others itself ("why?" does); with the names that the question and the turns
            between put in the place of others; cut, so that it stands beside the question.
    """

    leans: bool
    said: tuple[Said, ...]
    before: str

    @classmethod
    def of(cls, question: str, history: Iterable[Turn]) -> FollowUp | None:
        """What a question takes along; None where nobody asked anything before it."""
        turns = with_words(history)
        asked = [one.text[:_LONGEST] for one in turns if one.role == "user"][-_TURNS:]
        if not asked:
            return None
        said = [Said(text, _DECAY**age) for age, text in enumerate(reversed(asked))]
        if turns[-1].role == "assistant":
            said.insert(1, Said(turns[-1].text[:_LONGEST], _OF_ANSWER))
        own = [at for at, text in enumerate(asked) if not leans_on_others(text)]
        leans = leans_on_others(question)
        before, gone = _together(asked[max(own, default=0) :], question if leans else "")
        said = [replace(one, text=without(one.text, gone)) for one in said]
        return cls(leans, tuple(said), _at_word(before))

    @property
    def text(self) -> str:
        """All that was said, the newest first."""
        return " ".join(one.text for one in self.said)

    def subject(self, question: str) -> tuple[str, ...]:
        """What is looked for, for people: words of the turns before, then the question's."""
        own = frozenset(terms(question))
        carried = dict.fromkeys(_pieces(self.before, own))
        own_pieces = dict.fromkeys(_pieces(question))
        return (*list(carried)[:_SHOWN], *list(own_pieces)[:_SHOWN])


@dataclass(frozen=True, slots=True)
class Said:
    """What was said before, and how much of its weight is left, in (0, 1]."""

    text: str
    share: float


def leans_on_others(question: str) -> bool:
    """Whether a question cannot be understood alone: it goes on, names nothing, or says little.

    >>> leans_on_others("and in Berlin?"), leans_on_others("who decided that?")
    (True, True)
    >>> leans_on_others("Who coined the phrase AI safety engineering?")
    False
    """
    meant = [term for term in content_terms(question) if term not in stop_terms()]
    stands_for = _STANDS_FOR.search(question) is not None
    goes_on = _GOES_ON.search(question) is not None
    return goes_on or len(meant) < _FEW or (stands_for and len(meant) < _SOME)


def _together(asked: Sequence[str], question: str) -> tuple[str, list[str]]:
    """Some turns of the user as one text, and the names in whose place others came since."""
    before, gone = asked[0], []
    for text in asked[1:]:
        now = substituted(before, text)
        # Where a name took another's place, the rest of the turn says nothing more.
        before = now.text if now.gone else f"{before} {text}"
        gone += [now.gone] if now.gone else []
    now = substituted(before, question)
    gone += [now.gone] if now.gone else []
    kept = f"{now.text} {question}".casefold()
    return now.text, [name for name in gone if name.casefold() not in kept]


def _at_word(text: str) -> str:
    """The beginning of the text, cut after a word where it is too long."""
    if len(text) <= _LONGEST_BEFORE:
        return text
    return text[:_LONGEST_BEFORE].rpartition(" ")[0] or text[:_LONGEST_BEFORE]


def _pieces(text: str, without: frozenset[str] = frozenset()) -> Iterator[str]:
    """Runs of words that carry meaning; those whose terms are in ``without`` end a run."""
    run: list[str] = []
    end = 0
    for word in WORD.finditer(text):
        meant = stop_terms().union(without).isdisjoint(terms(word[0]))
        parted = not meant or text[end : word.start()].strip() or len(run) == _LONGEST_PIECE
        if run and parted:
            yield " ".join(run)
            run = []
        if meant:
            run.append(word[0])
        end = word.end()
    if run:
        yield " ".join(run)
