"""The signs that a sentence says more, or other, than its quotes: what the check is fitted on."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pincite.retrieval.writing.conditions import added_condition
from pincite.retrieval.writing.evidence import Evidence
from pincite.retrieval.writing.foreign import foreign
from pincite.retrieval.writing.likeness import WordVectors
from pincite.retrieval.writing.negation import denial
from pincite.retrieval.writing.roles import other_number

STRAY, CLAUSE, GRAFT = "stray", "clause", "graft"
CONDITION, NUMBER = "condition", "number"
DENIALS = ("added", "lost", "flipped")
SIGNS = (STRAY, CLAUSE, GRAFT, CONDITION, *DENIALS, NUMBER)
"""The names of the signs; each is 0 or more, and more of it speaks against the sentence."""

# How unlike honest sentences usually are, at most; 0.3 to 0.5 do as well: pincite eval claims --fit
_USUAL = 0.3
_NEGATOR = re.compile(r"\b(?:not|no|never|none|without|cannot|neither|\w+n['’]t)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one sentence.

    Attributes:
        values: by name, see `SIGNS`. The first three are of `pincite.retrieval.writing.foreign`:
            how unlike the whole is, beyond what is usual; the size of the foreign clauses; and that
            times the square of what is copied around them. ``number`` is the square of what
            `pincite.retrieval.writing.roles` says, ``condition`` of the module of that name, and
            the denials are of `pincite.retrieval.writing.negation`.
        words: by name, the words of the sentence that show it.
    """

    values: Mapping[str, float]
    words: Mapping[str, str]


def signs(
    text: str, sources: Sequence[Evidence], question: str, vectors: WordVectors | None
) -> Signs:
    """The signs of a sentence beside the quotes that it cites.

    Args:
        text: the sentence, without addresses.
        sources: its quotes.
        question: what was asked.
        vectors: of words; None where only the same words are alike.
    """
    unlike = foreign(text, sources, question, vectors)
    odds = denial(text, [one.text for one in sources], [one.title for one in sources], question)
    condition = added_condition(text, sources)
    gap, number = other_number(text, sources)
    negator = _NEGATOR.search(text)
    clause = text[unlike.start : unlike.end].strip(" ,;:.")
    values = {
        STRAY: max(0.0, unlike.unlike - _USUAL),
        CLAUSE: unlike.size,
        GRAFT: unlike.size * unlike.copied**2,
        CONDITION: float(bool(condition)),
        **{name: getattr(odds, name) for name in DENIALS},
        NUMBER: gap**2,
    }
    denied = negator[0] if negator else "not"
    said = {
        **dict.fromkeys((STRAY, CLAUSE, GRAFT), clause),
        **dict.fromkeys(DENIALS, denied),
        CONDITION: condition,
        NUMBER: number,
    }
    return Signs(values, said)
