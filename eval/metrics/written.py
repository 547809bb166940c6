"""How good a written answer is, by the gold set alone: no model judges another."""

from __future__ import annotations

from collections.abc import Sequence

from pincite.eval.metrics.answers import contained, f1
from pincite.eval.metrics.characters import Place
from pincite.eval.metrics.given import GivenSentence, GivenText
from pincite.eval.metrics.quotes import hits


def citation_scores(written: GivenText, evidence: Sequence[Place]) -> dict[str, float]:
    """Precision and recall of what the shown sentences cite, and sentences beside the evidence.

    - ``citation_precision``: share of the quotes cited that hit the evidence; absent where nothing
      is cited.
    - ``citation_recall``: share of the evidence that the quotes cited hit.
    - ``unsupported_before``: of all sentences, the share that cite no quote with evidence, or in
      which the check finds something that its quotes do not say.
    - ``unsupported_after``: of the sentences shown, the share that cite no quote with evidence.

    Args:
        written: what the model wrote.
        evidence: at least one place.
    """
    cited = dict.fromkeys(place for one in written.shown for place in one.cited)
    right = [quote for quote in cited if any(hits(quote, place) for place in evidence)]
    reached = [place for place in evidence if any(hits(quote, place) for quote in cited)]
    found = {"citation_recall": len(reached) / len(evidence)}
    if cited:
        found["citation_precision"] = len(right) / len(cited)
    if written.sentences:
        bad = [not one.is_shown or _misses(one, evidence) for one in written.sentences]
        found["unsupported_before"] = sum(bad) / len(bad)
    if written.shown:
        bad = [_misses(one, evidence) for one in written.shown]
        found["unsupported_after"] = sum(bad) / len(bad)
    return found


def answer_scores(written: GivenText, first: str, answers: Sequence[str]) -> dict[str, float]:
    """F1 of what is shown beside that of the first quote, and good sentences that are not shown.

    A sentence is good that has a gold answer in it. ``good_struck`` is absent where none is.

    Args:
        written: what the model wrote.
        first: the first quote's words.
        answers: short answers, at least one.
    """
    text = " ".join(one.text for one in written.shown)
    found = {"written_f1": f1(text, answers), "first_quote_f1": f1(first, answers)}
    good = [one for one in written.sentences if contained([one.text], answers)]
    if good:
        found["good_struck"] = sum(not one.is_shown for one in good) / len(good)
    return found


def _misses(sentence: GivenSentence, evidence: Sequence[Place]) -> bool:
    return not any(hits(quote, place) for quote in sentence.cited for place in evidence)
