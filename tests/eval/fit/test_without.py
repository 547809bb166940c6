"""Questions whose answer is left out: no document that may hold it is asked."""

from __future__ import annotations

from pincite.corpus.types import Span
from pincite.eval.fit.without import without
from pincite.eval.goldset import Evidence, GoldDocument, GoldSet, Question
from pincite.retrieval.conversation.turns import Turn

TEXTS = {
    "menu": "Lunch costs 12 francs.",
    "old": "LUNCH costs\n12   francs, as ever.",
    "trips": "The coach leaves at nine.",
}


def gold(*questions: Question) -> GoldSet:
    return GoldSet("g", {id: GoldDocument(id, id, text) for id, text in TEXTS.items()}, questions)


def lunch(**changes: object) -> Question:
    evidence = (Evidence("menu", Span(0, 22)),)
    return Question("q", "What is lunch?", ("costs 12 francs",), evidence, True, **changes)  # type: ignore[arg-type]


def test_the_documents_with_the_evidence_or_the_answer_are_left_out() -> None:
    (question,) = without(gold(lunch())).questions
    assert question.left_out == {"menu", "old"}
    assert not question.answerable
    assert (question.answers, question.evidence, question.scope_doc) == ((), (), None)


def test_a_question_of_one_document_is_asked_of_the_others() -> None:
    coach = Question("c", "When?", (), (), True, scope_doc="trips")
    (question,) = without(gold(coach)).questions
    assert question.left_out == {"trips"}


def test_what_cannot_be_left_out_is_not_asked() -> None:
    everywhere = Question("e", "What?", ("s",), (), True, relevant_docs=tuple(TEXTS))
    nowhere = Question("n", "What?", ("12",), (), True)
    no_answer = Question("u", "What?", (), (), False, scope_doc="menu")
    talk = lunch(history=(Turn("user", "Where do they eat?"),))
    assert without(gold(everywhere, nowhere, no_answer, talk)).questions == ()


def test_the_same_questions_are_taken_each_time() -> None:
    many = gold(*(lunch(kind=str(n)) for n in range(50)))
    assert len(without(many, 7).questions) == 7
    assert without(many, 7) == without(many, 7)
