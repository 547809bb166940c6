"""Conditions that a sentence adds: "only if", "as long as", where its quotes restrict nothing."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pincite.retrieval.writing.evidence import Evidence
from pincite.retrieval.writing.words import words

_ADDED = re.compile(
    r"\bonly (?:\w+ )?(?:if|when|while|as long as|provided|with|those|people)\b"
    r"|\bon (?:the )?condition\b|\bprovided that\b|\bas long as\b",
    re.IGNORECASE,
)
_THERE = re.compile(
    r"\b(?:only|except\w*|unless|until|till|before|no|not|never|without|must|needs?|requires?"
    r"|provided|condition\w*|as long as|if|otherwise)\b|n['’]t\b",
    re.IGNORECASE,
)


def added_condition(text: str, sources: Sequence[Evidence]) -> str:
    """The words with which ``text`` adds a condition; empty where its nearest line restricts too.

    >>> quote = Evidence("Guests may row the Amsel.\\nThe boathouse is open if the key is there.")
    >>> added_condition("Guests may row the Amsel only if a coach agrees.", [quote])
    'only if'
    """
    match = _ADDED.search(text)
    if not match:
        return ""
    content = {word.stem for word in words(text) if word.is_content}
    lines = [
        (len(content & {word.stem for word in line}), said)
        for source in sources
        for said, line in zip(source.lines, source.words_of_lines, strict=True)
    ]
    most = max((shared for shared, _ in lines), default=0)
    near = [said for shared, said in lines if shared == most]
    return "" if any(map(_THERE.search, near)) else match[0]
