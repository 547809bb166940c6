"""What each level of an answer is called, in every face the same."""

from __future__ import annotations

from pincite.retrieval.answer import Answer

UNSURE = "Not sure; these come closest:"
NOT_FOUND = "Not in these documents"
ELSEWHERE = (
    "They are about other things. These passages come closest, and do not answer the question:"
)


def how_sure(answer: Answer) -> str:
    """How sure an answer is, in words."""
    if answer.status != "ANSWERED":
        return "Unsure" if answer.status == "UNSURE" else "About other things"
    return next(words for least, words in _bands(answer) if answer.confidence >= least)


def number(answer: Answer) -> str:
    """The number behind those words, for whoever wants it."""
    return f"{answer.trace.confidence_kind} {answer.confidence:.2f}"


def _bands(answer: Answer) -> tuple[tuple[float, str], ...]:
    if answer.trace.confidence_kind == "probability":
        return (
            (0.8, "Very likely the answer"),
            (0.6, "Likely the answer"),
            (0.0, "Possibly the answer"),
        )
    # A score promises nothing but its order, so the words say only how strong a match it is.
    step = (1 - answer.trace.threshold) / 3
    return ((1 - step, "A strong match"), (1 - 2 * step, "A fair match"), (0.0, "A weak match"))


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
    trace = answer.trace
    if trace.rewritten:
        return f"Searched for: {trace.rewritten}"
    return f"Searched for: {' · '.join(trace.carried)}" if trace.carried else ""


def note(answer: Answer) -> str:
    """What of both is to be said of an answer."""
    return listed(answer) or left_out(answer)
