"""What kind of thing a question asks for, and whether a sentence holds one.

English surface patterns, no model: a question that asks when, how many, who, where or why is
better answered by a sentence with a date, an amount, a name or a reason in it, beyond those that
the question itself has.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["time", "amount", "name", "reason"]

_ASKS: dict[Kind, re.Pattern[str]] = {
    "time": re.compile(
        r"\b(?:when|how long|(?:what|which) (?:year|date|month|day|decade|century))\b", re.I
    ),
    "amount": re.compile(
        r"\b(?:how (?:many|much|large|big|far|often|old|tall|high)"
        r"|what (?:percentage|percent|share|proportion|number|amount|fraction|sum))\b",
        re.I,
    ),
    "name": re.compile(
        r"\b(?:who|whom|whose|where"
        r"|which (?:person|people|country|city|company|organi[sz]ation|university|agency))\b",
        re.I,
    ),
    "reason": re.compile(r"\b(?:why|for what reason|what (?:caused|causes))\b", re.I),
}
_SAYS: dict[Kind, re.Pattern[str]] = {
    "time": re.compile(
        r"\b1\d{3}s?\b|\b20\d{2}s?\b|\bcentur(?:y|ies)\b|\b(?:January|February|March|April|May|June"
        r"|July|August|September|October|November|December)\b"
        r"|\b\d+ (?:years?|months?|weeks?|days?|hours?|minutes?)\b"
    ),
    "amount": re.compile(
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?"
        r"|thousands?|millions?|billions?|half|many|most|few|several)\b",
        re.I,
    ),
    # A capital that is not just the sentence's first.
    "name": re.compile(r"(?<!^)(?<![.!?]\s)\b[A-Z][\w-]*"),
    "reason": re.compile(
        r"\b(?:because|since|due to|so that|therefore|as a result|reasons?|caused?|causes|thus"
        r"|(?:in order )?to (?:ensure|avoid|prevent|mitigate|address|reduce)|leading to)\b",
        re.I,
    ),
}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question asks for.

    >>> asked = Asked.of("When was the letter of 2015 signed?")
    >>> asked.kinds, asked.said_by("It was signed in May 2016."), asked.said_by("It was, in 2015.")
    (('time',), 1.0, 0.0)
    """

    kinds: tuple[Kind, ...]
    known: frozenset[str]

    @classmethod
    def of(cls, question: str) -> Asked:
        """Read the question."""
        shouted = question.isupper()
        # In a question in small letters WHO is a name.
        kinds = tuple(
            kind
            for kind, pattern in _ASKS.items()
            if any(shouted or not match[0].isupper() for match in pattern.finditer(question))
        )
        return cls(kinds, frozenset(word.lower() for word in _WORD.findall(question)))

    def said_by(self, sentence: str) -> float:
        """The share of the kinds asked for that the sentence has something new of; 1/2 if none is.

        A half is neutral: the sentence neither fits nor fails to.
        """
        if not self.kinds:
            return 0.5
        # Hiding what is known only takes matches away, so most sentences need no second look.
        said = [_SAYS[kind] for kind in self.kinds if _SAYS[kind].search(sentence)]
        if not said:
            return 0.0
        new = _WORD.sub(lambda m: "_" if m[0].lower() in self.known else m[0], sentence)
        return sum(bool(pattern.search(new)) for pattern in said) / len(self.kinds)
