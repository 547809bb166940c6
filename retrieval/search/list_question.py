"""Questions that ask for a list: English surface patterns, no model."""

from __future__ import annotations

import re

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
