"""Fits how sure the network of the check has to be, by what the rules object to in a sentence.

A logistic regression on its log-odds, with a constant of its own for each objection, says how
likely a sentence holds; how likely it has to be goes by the objection as well.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from pincite.corpus.errors import UsageError
from pincite.eval.claims.verdicts import Claim
from pincite.retrieval.writing.check import by_rules
from pincite.retrieval.writing.entailment import OBJECTIONS, Entailment, Objection

# Chosen by hand by what they do to the claims of `entailment_card.held_back`: of the planted ones
# no more are shown than tests/eval/test_claims_entailment.py allows. Most of what a model writes
# holds, so what no rule objects to is struck only where it hardly can.
LIKELY: dict[Objection, float] = {
    "nothing": 0.2,
    "name": 0.9,
    "denial": 0.7,
    "clause": 0.5,
    "thin": 0.5,
}
_STRENGTH = 100.0  # C of the L2 penalty


def log_odds(
    claims: Iterable[Claim], entailment: Entailment
) -> list[tuple[Objection, float, bool]]:
    """Of the claims that the network decides: the objection, its log-odds, and if they hold."""
    found = []
    for one in claims:
        cited = [one.source.evidence[number - 1] for number in one.cites]
        _, objection = by_rules(one.sentence, one.cites, cited, one.source.question)
        if objection is not None:
            odds = entailment.log_odds(one.sentence, cited)
            found.append((objection, odds, one.kind == "honest"))
    return found


def figures(
    decided: Iterable[tuple[Objection, float, bool]],
) -> dict[Objection, dict[str, float]]:
    """By objection: how many claims hold and how many do not, and how well the log-odds tell.

    ``auroc`` is the area under the receiver's curve: 0.5 is chance; absent where all are alike.
    """
    found: dict[Objection, dict[str, float]] = {}
    every = list(decided)
    for objection in OBJECTIONS:
        odds = [value for one, value, _ in every if one == objection]
        holds = [held for one, _, held in every if one == objection]
        found[objection] = {"hold": sum(holds), "do_not": len(holds) - sum(holds)}
        if len(set(holds)) == 2:
            found[objection]["auroc"] = round(float(roc_auc_score(holds, odds)), 3)
    return found


def thresholds(
    decided: Iterable[tuple[Objection, float, bool]], likely: Mapping[Objection, float] = LIKELY
) -> dict[Objection, float]:
    """The log-odds by objection below which a sentence is not shown.

    True and false sentences weigh the same.

    Args:
        decided: as `log_odds` gives them.
        likely: how likely a sentence has to hold by what is objected to.

    Raises:
        UsageError: there are no true or no false ones, or the network does not tell them apart.
    """
    every = list(decided)
    if len({holds for _, _, holds in every}) < 2:
        raise UsageError(
            f"the network is asked about {len(every)} claims, all of one kind; thresholds need "
            "some that hold and others that do not"
        )
    objections, odds, holds = (np.array(column) for column in zip(*every, strict=True))
    by_objection = np.stack([objections == one for one in OBJECTIONS], axis=1)
    values = np.column_stack([odds, by_objection]).astype(np.float64)
    model = LogisticRegression(C=_STRENGTH, class_weight="balanced", fit_intercept=False)
    slope, *constants = model.fit(values, holds).coef_[0]
    if slope <= 0:
        raise UsageError(
            f"the network's log-odds are no higher for claims that hold (slope {slope:.2f}); teach "
            "it again, with more --passes"
        )
    return {
        one: round(float((_logit(likely[one]) - constant) / slope), 3)
        for one, constant in zip(OBJECTIONS, constants, strict=True)
    }


def _logit(probability: float) -> float:
    return math.log(probability / (1 - probability))
