"""``pincite eval import feedback``: ratings of answers become a gold set."""

from __future__ import annotations

from pathlib import Path

from pincite.corpus.counts import counted
from pincite.corpus.errors import GoldSetError
from pincite.eval.console import output


def import_feedback(library: Path, gold_dir: Path) -> None:
    """Write the gold set, and beside it the answers that a person has to look at.

    Raises:
        GoldSetError: the folder has a gold set already, or no answer was rated up.
    """
    from pincite.eval.feedback_importer import REVIEW, rated_answers
    from pincite.eval.goldset import write
    from pincite.eval.jsonlines import write_lines

    review = gold_dir / REVIEW
    if review.exists():
        raise GoldSetError(f"{review} is there already; name a folder without gold set")
    found = rated_answers(library)
    to_see = f"{review}: {len(found.review)} answers to look at"
    if not found.questions:
        write_lines(review, found.review)
        raise GoldSetError(
            f"no answer that was rated up still stands, so there is no gold set; {to_see}"
        )
    gold = write(gold_dir, found.corpus, found.questions)
    out = output()
    out.print(
        f"{gold_dir}: {counted(len(gold.documents), 'document')}, "
        f"{counted(len(gold.questions), 'question')}"
    )
    if found.review:
        write_lines(review, found.review)
        out.print(to_see)
