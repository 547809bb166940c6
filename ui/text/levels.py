"""What each level of an answer is called, in every face the same."""

from __future__ import annotations

from pincite.corpus.counts import counted
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


def agreement(answer: Answer) -> str:
    """How many documents stand behind an answer; empty where there is one to ask, or a list."""
    behind, trace = answer.agreement, answer.trace
    asked = trace.documents if trace.asked is None else trace.asked
    if behind is None or trace.listed or asked == 1:
        return ""
    count = counted(behind.documents, "document")
    if answer.status == "ANSWERED" and behind.agreeing is not None and behind.agreeing > 1:
        said = f"{behind.agreeing:,} documents give the first quote's answer in words of their own"
    elif behind.documents == 1:
        said = "All quotes are" if len(answer.quotes) > 1 else "The quote is"
        return f"{said} from one document."
    else:  # not that only one gives it: others may, where the cross-encoder is not sure
        said = f"The quotes are from {count}"
    return (
        f"{said}; all came in the same upload or run of ingest." if behind.together else f"{said}."
    )


def note(answer: Answer) -> str:
    """What is to be said below an answer: who stands behind it, and what was not asked."""
    said = [agreement(answer), listed(answer) or left_out(answer)]
    return " ".join(filter(None, said))
