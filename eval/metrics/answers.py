"""Short answers, compared as SQuAD does.

Normalisation, exact match and F1 are those of Rajpurkar et al., "SQuAD: 100,000+ Questions for
Machine Comprehension of Text" (2016): lower case, no punctuation, no articles, single blanks.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence

_ARTICLES = re.compile(r"\b(?:a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)


def normalised(text: str) -> list[str]:
    """The words that count.

    >>> normalised("The  answer, in short: Yes!")
    ['answer', 'in', 'short', 'yes']
    """
    return _ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split()


def exact_match(prediction: str, answers: Sequence[str]) -> float:
    """1.0 if the prediction is one of the answers, else 0.0."""
    return float(any(normalised(prediction) == normalised(answer) for answer in answers))


def f1(prediction: str, answers: Sequence[str]) -> float:
    """The best F1 of the prediction's words with those of an answer.

    >>> f1("in the year 2011", ["2011"])
    0.5
    """
    return max((_f1(normalised(prediction), normalised(answer)) for answer in answers), default=0.0)


def contained(quotes: Sequence[str], answers: Sequence[str]) -> float:
    """1.0 if the words of an answer stand in a row inside one of the quotes, else 0.0.

    >>> contained(["He coined it in 2011."], ["2011"]), contained(["It is 20111."], ["2011"])
    (1.0, 0.0)
    """
    said = [f" {' '.join(normalised(quote))} " for quote in quotes]
    wanted = [words for answer in answers if (words := " ".join(normalised(answer)))]
    return float(any(f" {words} " in quote for quote in said for words in wanted))


def _f1(prediction: list[str], answer: list[str]) -> float:
    if not prediction or not answer:
        return float(prediction == answer)
    same = sum((Counter(prediction) & Counter(answer)).values())
    return 2 * same / (len(prediction) + len(answer))
