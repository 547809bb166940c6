"""What kind of thing a question asks for, and whether a sentence holds one.

English surface patterns, no model: a question that asks when, how many, who, where or why is
better answered by a sentence with a date, an amount, a name or a reason in it, beyond those that
the question itself has.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Kind = Literal["time", "amount", "name", "reason"]

_MONEY = "price|prices|cost|costs|fee|fees|rent|total|budget|surcharge|premium|deposit|charge"
_ASKS: dict[Kind, re.Pattern[str]] = {
    "time": re.compile(
        # Not "bring when she starts", which says when and does not ask it.
        r"(?:^|[,:;] ?|\b(?:and|until|till|by|since|from|exactly) )when\b"
        r"|\bhow (?:long|soon|quickly|fast|late|early)\b"
        r"|\b(?:what|which) (?:year|date|month|day|decade|century|time|week|weekday)\b",
        re.I,
    ),
    "amount": re.compile(
        r"\bhow (?:many|much|large|big|far|often|old|tall|high|heavy|warm|cold|hot|wide|deep)\b"
        r"|\bwhat(?:'?s| is| are| was| were)? (?:the )?(?:percentage|percent|share|proportion"
        rf"|number|amount|fraction|sum|rate|weight|size|{_MONEY})\b"
        r"|\bwhat (?:do|does|did) .*\bcosts?\b",
        re.I,
    ),
    "name": re.compile(
        r"\b(?:who|whom|whose|where"
        r"|which (?:person|people|country|city|company|organi[sz]ation|university|agency))\b",
        re.I,
    ),
    "reason": re.compile(r"\b(?:why|for what reason|what (?:caused|causes))\b", re.I),
}
# In words without a verb, the thing that is asked for is named: "sauna price 2026".
_NAMED: dict[Kind, frozenset[str]] = {
    "time": frozenset(
        [
            "date",
            "dates",
            "deadline",
            "hours",
            "time",
            "times",
            "day",
            "shutdown",
            "renewal",
            "expiry",
            "start",
            "end",
        ]
    ),
    "amount": frozenset(
        {
            *_MONEY.split("|"),
            *("number", "numbers", "nr", "phone", "telephone", "mobile", "code", "pin"),
            *("fax", "password", "iban", "id", "percent", "percentage", "quantity", "weight"),
            *("rate", "salary", "tax", "excess", "limit"),
        }
    ),
}
_KEYWORDS = range(2, 6)  # words that a search for a thing has
_SENTENCE_WORDS = re.compile(
    r"\b(?:what|whats|when|where|which|who|whos|whose|why|how|do|does|did|is|are|was|were|am|can"
    r"|could|should|must|may|will|would|has|have|had|i|we|you|he|she|it|they)\b",
    re.I,
)
_SAYS: dict[Kind, re.Pattern[str]] = {
    "time": re.compile(
        r"\b1\d{3}s?\b|\b20\d{2}s?\b|\bcentur(?:y|ies)\b|\b(?:January|February|March|April|May|June"
        r"|July|August|September|October|November|December"
        r"|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b"
        r"|\b\d{1,2}[:.]\d{2}\b|\b\d{1,2}[./-]\d{1,2}[./-]|\b(?:noon|midnight|daily|weekly|monthly)\b"
        r"|\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b"
        r"|\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve) (?:working )?"
        r"(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?)\b"
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


def is_search_for_thing(question: str) -> bool:
    """Whether a question is some words without a verb.

    >>> is_search_for_thing("guest wifi password"), is_search_for_thing("where is it")
    (True, False)
    """
    return len(question.split()) in _KEYWORDS and not _SENTENCE_WORDS.search(question)


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
        question = question.strip(" ?!.")
        shouted = question.isupper()
        # In a question in small letters WHO is a name.
        kinds = tuple(
            kind
            for kind, pattern in _ASKS.items()
            if any(shouted or not match[0].isupper() for match in pattern.finditer(question))
        )
        if is_search_for_thing(question):
            words = {word.lower() for word in _WORD.findall(question)}
            kinds = tuple(kind for kind, names in _NAMED.items() if words & names)
        return cls(kinds, frozenset(word.lower() for word in _WORD.findall(question)))

    def only(self, kinds: Collection[Kind]) -> Asked:
        """The same question for these kinds of thing at most."""
        return Asked(tuple(kind for kind in self.kinds if kind in kinds), self.known)

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
