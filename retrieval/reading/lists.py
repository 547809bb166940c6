"""Questions that ask for a list, and passages that are one.

English surface patterns, no model. "What do I have to bring" is answered by the list under "What to
bring", and not by the paragraph before it, which has more of the question's words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from pincite.corpus.types import Document, Passage, Span
from pincite.retrieval.search.analysis import terms
from pincite.retrieval.search.lexical import Wanted

# Of dev_daily's 24 list questions, with passages ranked by their scores alone, 10 first quotes are
# right; with .2 for a list and .3 for one whose heading has all words of the question 13, with .2
# and .5 16, and no question of another kind is worse off (docs/decisions/lists-and-parts.md).
_IS_LIST, _BY_HEADING = 0.2, 0.5
_FEWEST = 3  # lines, or words between commas, that make a list
_SHORT_ITEM = 5  # words of what stands between two commas of one
_MANY_COMMAS = 5
_UNPUNCTUATED = 0.6  # of a list's lines
_VERB = (
    "(?:should|do|does|did|are|were|can|must|may|have|has|go|need|count|came|went|belong|will"
    "|would|shall|am|i|we|you)"
)
_ASKS = re.compile(
    r"^list\b|\b(?:list|enumerate|name|give me|tell me) (?:me )?(?:all|every\w*)\b"
    r"|\ball (?:the |of (?:the|them|it)\b|\w+s\b)|\beverything\b|\bevery single\b"
    r"|\b(?:full|complete|whole) (?:check)?list\b|\bchecklist\b|\bsteps?\b"
    r"|\bin (?:the right |which |what )?order\b(?! to)|\bone by one\b|\bwhich ones\b"
    # what signs should …, which papers did …, what are the …
    rf"|\b(?:what|which) (?:\w+ )?(?!\w*(?:ss|us|is|was|does|has)\b)\w{{3,}}s {_VERB}\b"
    r"|\bwhat (?:are|were) (?:the|our|some|all)\b|\b(?:what|who) all\b"
    r"|\bwho(?:'?s| was| were| is) (?:all )?(?:there )?(?:at|present|invited|on|in) "
    r"|\bwho (?:are|were)\b|\bwho (?:attended|came to|took part)\b"
    # what do I need to bring, what stuff must she pack, what am I not allowed to …
    r"|\bwhat(?: stuff| things| kit| gear)? (?:do|does|should|must|can|can't|shall|am|are|may) "
    r"[^?]*\b(?:need|have to|bring|pack|wear|allowed|watch|supposed|pay for|belong|include|do)\b"
    r"|\bwhat(?:'?s| is| isn't|'?s not| is not| are)? (?:not )?"
    r"(?:included|excluded|covered|allowed|forbidden|banned|missing)\b"
    r"|\bwhat(?:'?s| is) (?:all )?(?:in(?:side)?|on) (?:the|a|my|our)\b"
    r"|\bwhat (?:goes|belongs|comes) (?:in|on|into|with|onto)\b"
    r"|\bwhat (?:went|counts|was decided|was agreed|did we (?:decide|agree))\b",
    re.IGNORECASE,
)
# How somebody says that all of it is wanted: it is not what is looked for.
_FORM = re.compile(
    r"(?<![\s,;:.?!–-])[\s,;:.?!–-]*\b(?:(?:please |and )?(?:give|tell|show) me |i want |i need )?"
    r"(?:all (?:the |of the )?(?:steps|points|items|details|reasons)|all of (?:it|them)"
    r"|(?:the )?(?:full|complete|whole) (?:check)?list|in (?:the right )?order|step by step"
    r"|one by one)(?:,? please)?[\s.?!]*$"
    r"|^(?:please )?(?:list|name|give me|tell me)(?: me)? "
    r"(?:everything|all|a list of|every)\b(?: that)?"
    r"|(?<![\s,;:])[\s,;:]*\b(?:please|pls)[\s.?!]*$",
    re.IGNORECASE,
)
_LINES = re.compile(r"\n+")
_SENTENCE_END = (".", "!", "?", ":")
_BREAK = "\n\n"
_ITEM = re.compile(r"\s*(?:[-*•·–]|\d+[.)]|[a-z][.)])\s")
_LONGEST_HEADING = 12  # words


def asks_for_list(question: str) -> bool:
    """Whether a question asks for several things.

    >>> asks_for_list("What do I need to bring?"), asks_for_list("What is a berth?")
    (True, False)
    """
    return bool(_ASKS.search(question))


def without_form(question: str) -> str:
    """The question without the words that only say that all of it is wanted.

    >>> without_form("The alarm goes off: give me all the steps, please")
    'The alarm goes off'
    """
    shorter = _FORM.sub("", _FORM.sub("", question)).strip()
    return shorter if any(map(str.isalnum, shorter)) else question


def list_bonus(passage: Passage, document: Document, wanted: Sequence[Wanted]) -> float:
    """What a passage is worth more to a question that asks for a list, in [0, 0.7].

    A list is the more worth the more of the question stands over it, in its heading or lead-in.
    """
    text = document.text
    span = passage.span
    listed = passage.kind == "list" or (
        passage.kind == "prose" and is_list(text[span.start : span.end])
    )
    if not listed:
        return 0.0
    leads = [text[s.start : s.end] for s in passage.context[0]] if passage.context else []
    over = frozenset(terms("\n".join([*passage.path[-1:], *leads])))
    total = sum(one.weight for one in wanted) or 1.0
    return _IS_LIST + _BY_HEADING * sum(w.weight for w in wanted if w.covered_by(over)) / total


def is_list(text: str) -> bool:
    """Whether prose is a list by its look: lines without an end, or many short things in a row."""
    lines = [line for line in map(str.rstrip, _LINES.split(text)) if line.strip()]
    open_ended = sum(not line.endswith(_SENTENCE_END) for line in lines)
    if len(lines) >= _FEWEST and open_ended >= _UNPUNCTUATED * len(lines):
        return True
    commas = text.count(", ")
    return commas >= _MANY_COMMAS and len(text.split()) < _SHORT_ITEM * (commas + 1)


def run_on(document: Document, span: Span, longest: int) -> Span:
    """``span`` with the list that follows it at once, below one heading at most.

    It stops before a note, or what is cited from elsewhere.
    """
    text = document.text
    apart = [region.span.start for region in document.regions if region.span.start >= span.end]
    end = min([len(text), span.start + longest, *apart])
    for block in islice(_blocks(text, span.end, end), 2):
        words = text[block.start : block.end]
        if _ITEM.match(words) or is_list(words):
            return Span(span.start, block.end)
        if len(words.split()) > _LONGEST_HEADING:
            break
    return span


def _blocks(text: str, start: int, end: int) -> Iterator[Span]:
    """What stands between blank lines and ends by ``end``; not what is cut off there."""
    while start < end:
        stop = text.find(_BREAK, start, end)
        if stop < 0 and text[end : end + 1].strip():
            return
        stop = end if stop < 0 else stop
        if text[start:stop].strip():
            yield Span(start, start + len(text[start:stop].rstrip()))
        start = stop + len(_BREAK)
