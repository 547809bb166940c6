"""The model card of the network of the check: what it was taught, and its thresholds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pincite.eval.claims.answers import HELD_BACK, answers
from pincite.eval.claims.planted import planted
from pincite.eval.claims.verdicts import Claim
from pincite.eval.claims.written import written
from pincite.eval.fit.statements import Statement
from pincite.eval.fit.teach_entailment import EntailmentRecipe
from pincite.eval.report.report import write_text
from pincite.retrieval.packaged_network import NetworkFiles
from pincite.retrieval.writing.entailment import Objection

_LICENCE = "CC0, written by hand for Pincite; what a program planted is in sentences of the same"
_LIMITS = (
    "English only. It reads a sentence beside the quotes that it cites, 320 tokens together, and "
    "knows nothing else. It was taught on sentences that were written for it; those of a model may "
    "differ. Its log-odds are held against thresholds, and are no probabilities."
)


def about(statements: Sequence[Statement], recipe: EntailmentRecipe, start: Path) -> dict[str, Any]:
    """What the model card says of data, settings and limits."""
    kinds = Counter(one.kind for one in statements)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "sentences": dict(sorted(kinds.items())),
        "licence": _LICENCE,
        "recipe": asdict(recipe),
        "began_with": start.name,
        "limits": _LIMITS,
    }


def held_back() -> list[Claim]:
    """Claims that the network was not taught, and that measure no more: for its thresholds."""
    test = [one.claim for one in written() if one.split == "test"]
    return [*answers(HELD_BACK), *answers(), *test, *planted()]


def with_thresholds(
    files: NetworkFiles, found: Mapping[Objection, float], reached: Mapping[Objection, Any]
) -> None:
    """Write thresholds into the model card, and what was reached on the claims for them.

    Raises:
        UsageError: it is not writable.
    """
    card = json.loads(files.card_file.read_text("utf-8"))
    card["thresholds"] = dict(found)
    card["about"]["held_back"] = dict(reached)
    write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", files.card_file)
