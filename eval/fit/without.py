"""Questions whose answer is left out: asked of all documents but those that hold it.

People ask what their documents are about and do not say. Gold sets seldom have such questions, so
they are made: the documents that hold a question's evidence are left out, and those that have one
of its answers. What is left is about the same things and has no answer.
"""

from __future__ import annotations

import random
import re
from dataclasses import replace

from pincite.eval.goldset import GoldSet, Question

SAMPLE = 120  # of a set
_SEED = 5
_WORD = re.compile(r"\w+")


def without(gold: GoldSet, sample: int = SAMPLE) -> GoldSet:
    """The documents of ``gold`` with questions of its own, each without those that answer it.

    A question whose documents are not known, or which every document may answer, is not asked, nor
    one of a conversation. The same input gives the same questions.

    Args:
        sample: how many questions, at most.
    """
    texts = {id: _words(document.text) for id, document in gold.documents.items()}
    can = [q for q in gold.questions if q.answerable and _holders(q) and not q.history]
    asked = []
    for question in random.Random(_SEED).sample(can, min(sample, len(can))):
        strings = [f" {_words(text).strip()} " for text in (*question.answers, *question.all_of)]
        saying = {id for id, text in texts.items() if any(string in text for string in strings)}
        left_out = _holders(question) | saying
        if left_out < gold.documents.keys():
            asked.append(_unanswered(question, frozenset(left_out)))
    return replace(gold, questions=tuple(asked))


def _holders(question: Question) -> set[str]:
    scope = {question.scope_doc} if question.scope_doc else set()
    return {*question.relevant_docs, *(e.doc for e in question.evidence), *scope}


def _unanswered(question: Question, left_out: frozenset[str]) -> Question:
    return replace(
        question,
        id=f"without/{question.id}",
        answers=(),
        all_of=(),
        evidence=(),
        answerable=False,
        scope_doc=None,
        relevant_docs=(),
        left_out=left_out,
    )


def _words(text: str) -> str:
    return f" {' '.join(_WORD.findall(text.casefold()))} "
