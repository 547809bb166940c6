"""Questions for the meaning of a word, and passages that say it."""

from __future__ import annotations

import re
from functools import lru_cache

_TERM = r"[\w./+#-][\w./+# -]{0,39}?"
_ASKS = re.compile(
    rf"(?:^|[:;,] |\band )(?:what(?:'?s| is| are)|define|(?:the )?meaning of|what is meant by)"
    rf" (?:an? |the |our )?(?P<is>{_TERM})$"
    rf"|\bwhat (?:does|do) (?:the |an? )?(?P<means>{_TERM}) (?:mean|stand for)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 4


@lru_cache(maxsize=16)  # the same for every passage of a question
def defined_term(question: str) -> str | None:
    """The word whose meaning is asked for; None where that is not what is asked.

    >>> defined_term("What does SAT mean?"), defined_term("What is the price of a berth?")
    ('SAT', None)
    """
    match = _ASKS.search(question.strip(" ?!."))
    term = (match["is"] or match["means"]) if match else ""
    return term if term and len(term.split()) <= _MOST_WORDS and " of " not in term else None


def defines(term: str, text: str) -> bool:
    """Whether a text says what the term means.

    >>> defines("SAT", "SAT = site acceptance test"), defines("SAT", "The SAT was in May.")
    (True, False)
    """
    word = re.escape(term)
    after = (
        r"(?:=|:|–|—|- |\||\(|means?\b|stands? for\b|is short for\b|refers? to\b"
        r"|(?:is|are) (?:an?|the|our|what|when|where|how)\b|, (?:an?|the|or)\b)"
    )
    before = r"(?:\(|called |known as )[\"“'*]*"
    return bool(
        re.search(
            rf"(?<!\w){word}(?!\w)[\"”'’)*]*\s*{after}|{before}{word}(?!\w)", text, re.IGNORECASE
        )
    )
