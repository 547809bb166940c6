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

CLAUSE, GRAFT, CONDITION, NUMBER = "clause", "graft", "condition", "number"
DENIALS = ("added", "lost", "flipped")
SIGNS = (CLAUSE, GRAFT, CONDITION, *DENIALS, NUMBER)
"""The names of the signs; each is 0 or more, and more of it speaks against the sentence."""

_NEGATOR = re.compile(r"\b(?:not|no|never|none|without|cannot|neither|\w+n['’]t)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one sentence.

    Attributes:
        values: by name, see `SIGNS`: ``clause`` and ``graft`` are of
            `pincite.retrieval.writing.foreign`, its size alone and times the square of what is
            copied around it; ``number`` is the square of what `pincite.retrieval.writing.roles`
            says; the others are of `pincite.retrieval.writing.negation`.
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
        CLAUSE: unlike.size,
        GRAFT: unlike.size * unlike.copied**2,
        CONDITION: float(bool(condition)),
        **{name: getattr(odds, name) for name in DENIALS},
        NUMBER: gap**2,
    }
    denied = negator[0] if negator else "not"
    said = {
        **dict.fromkeys((CLAUSE, GRAFT), clause),
        **dict.fromkeys(DENIALS, denied),
        CONDITION: condition,
        NUMBER: number,
    }
    return Signs(values, said)
