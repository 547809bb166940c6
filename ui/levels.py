"""What each level of an answer is called, in every face the same."""

from __future__ import annotations

from pincite.retrieval.answer import Answer

UNSURE = "I cannot vouch for these; closest:"
NOT_FOUND = "Not in these documents"
ELSEWHERE = "They are about other things"


def left_out(answer: Answer) -> str:
    """That other documents were not asked, where that may be why there is no sure answer."""
    trace = answer.trace
    if answer.status == "ANSWERED" or not trace.left_out:
        return ""
    asked = trace.asked or 0
    return f"Asked {asked:,} of {asked + trace.left_out:,} documents; the others were left out."


def listed(answer: Answer) -> str:
    """How many documents there are, where the quotes list some of them."""
    trace = answer.trace
    if not trace.listed or trace.listed <= len(answer.quotes):
        return ""
    return f"These are {len(answer.quotes):,} of {trace.listed:,} documents."


def searched_for(answer: Answer) -> str:
    """What was looked for, where that is more than what was asked."""
    return f"Searched for: {' · '.join(answer.trace.carried)}" if answer.trace.carried else ""


def note(answer: Answer) -> str:
    """What of both is to be said of an answer."""
    return listed(answer) or left_out(answer)
