from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.canonical import canonical
from pincite.corpus.types import Span
from pincite.eval.goldset import GoldSet, Question, bundled, load, write
from pincite.eval.overlap import wording
from pincite.retrieval.conversation.turns import Turn
from tests.eval.conftest import (
    NOWHERE,
    OWL,
    QUESTIONS,
    TEXTS,
    TOLD,
    WHOLE,
    bounded,
    documents,
    evidence,
    question,
    write_gold,
)

ARTICLE = Path(__file__).parents[2] / "corpus" / "documents" / "ai_safety.txt"
# Pieces whose canonical form often has another length: line ends, accents, a NUL.
PIECES = st.lists(
    st.sampled_from(
        ["a ", "\r\n", "\r", "cafe\u0301", "\x00", "\u212b", "é", "𝄞", "o\u0302\u0323"]
    ),
    max_size=6,
).map("".join)
WORDS = st.tuples(PIECES, st.sampled_from(["owl", "u\u0308ber", "mice\r\nrun"]), PIECES)


def by_id(gold: GoldSet) -> dict[str, Question]:
    return {question.id: question for question in gold.questions}


def test_a_gold_set_is_read_as_it_was_written(tmp_path: Path) -> None:
    gold = load(write_gold(tmp_path / "small"))
    start = TEXTS["birds"].index("The barn owl")
    owl = by_id(gold)["owl"]
    assert gold.name == "small"
    assert {id: document.text for id, document in gold.documents.items()} == TEXTS
    assert gold.documents["birds"].title == "Birds"
    assert [q.id for q in gold.questions] == [q["id"] for q in QUESTIONS]
    assert (owl.question, owl.answers) == ("What does the barn owl hunt?", ("mice",))
    assert [(e.doc, e.span) for e in owl.evidence] == [("birds", Span(start, start + 33))]
    assert (owl.answerable, owl.kind, owl.split) == (True, "fact", "dev")


def test_what_a_question_does_not_say_has_a_default(tmp_path: Path) -> None:
    bare = {"id": "bare", "question": "Who?", "answerable": False}
    found = by_id(load(write_gold(tmp_path, [OWL, bare])))["bare"]
    assert found == Question("bare", "Who?", (), (), False)


def test_scope_history_and_relevant_documents_are_read(tmp_path: Path) -> None:
    found = by_id(load(write_gold(tmp_path)))
    assert found["scoped"].scope_doc == "ships"
    assert found["talk"].history == (Turn("user", "What is bread?"), Turn("assistant", "A loaf."))
    assert found["owl"].history == ()
    assert found["whole"].relevant_docs == ("birds",)


def test_the_agent_of_a_dialogue_is_the_side_that_answers(tmp_path: Path) -> None:
    (told,) = load(write_gold(tmp_path, [TOLD])).questions
    assert told.history == (
        Turn("user", "What is so?"),
        Turn("assistant", "The lamp oil in the barrels."),
    )


def test_a_history_may_be_empty_and_its_turns_too(tmp_path: Path) -> None:
    silent = {**OWL, "id": "silent", "history": [{"role": "user", "text": ""}]}
    found = by_id(load(write_gold(tmp_path, [{**OWL, "history": []}, silent])))
    assert (found["owl"].history, found["silent"].history) == ((), (Turn("user", ""),))


def test_without_their_scope_questions_are_otherwise_the_same(tmp_path: Path) -> None:
    gold = load(write_gold(tmp_path))
    wide = gold.unscoped()
    assert {question.scope_doc for question in wide.questions} == {None}
    scopes = [question.scope_doc for question in gold.questions]
    again = [replace(q, scope_doc=s) for q, s in zip(wide.questions, scopes, strict=True)]
    assert replace(wide, questions=tuple(again)) == gold


def test_relevant_documents_are_by_default_those_of_the_evidence(tmp_path: Path) -> None:
    both = [evidence("ships", "Bergen"), evidence("birds", "owl"), evidence("ships", "Iceland")]
    gold = load(write_gold(tmp_path, [question("two", "Where?", *both)]))
    assert gold.questions[0].relevant_docs == ("ships", "birds")


def test_unknown_keys_are_carried_along(tmp_path: Path) -> None:
    corpus = [{**document, "path": "a/b.txt"} for document in documents()]
    gold = load(write_gold(tmp_path, [{**OWL, "note": [1, None]}], corpus))
    assert gold.questions[0].extra == {"note": [1, None]}
    assert gold.documents["birds"].extra == {"path": "a/b.txt"}


def test_a_document_without_title_is_called_by_its_id(tmp_path: Path) -> None:
    corpus = [{"id": id, "text": text} for id, text in TEXTS.items()]
    assert load(write_gold(tmp_path, corpus=corpus)).documents["birds"].title == "birds"


def test_blank_lines_and_separators_inside_strings_do_no_harm(tmp_path: Path) -> None:
    write_gold(tmp_path, [OWL])
    text = "Owls\u2028sleep\u0085here"
    with (tmp_path / "corpus.jsonl").open("a", encoding="utf-8") as corpus:
        corpus.write(f'\n  \n{{"id": "new", "title": "New", "text": "{text}"}}')
    assert load(tmp_path).documents["new"].text == text


def test_only_the_questions_of_a_split_are_kept(tmp_path: Path) -> None:
    gold = load(write_gold(tmp_path), split="test")
    assert [q.id for q in gold.questions] == ["scoped", "talk", "never"]


def test_a_limit_keeps_the_first_of_the_split(tmp_path: Path) -> None:
    gold = load(write_gold(tmp_path), split="test", limit=2)
    assert [q.id for q in gold.questions] == ["scoped", "talk"]


def test_a_gold_set_stays_the_same_when_it_is_written_and_read(tmp_path: Path) -> None:
    write(tmp_path / "new", documents(), QUESTIONS)
    expected = load(write_gold(tmp_path / "same"))
    assert replace(load(tmp_path / "new"), name="same") == expected


def test_nothing_else_is_left_beside_a_written_gold_set(tmp_path: Path) -> None:
    write(tmp_path / "new", documents(), QUESTIONS)
    names = sorted(file.name for file in (tmp_path / "new").iterdir())
    assert names == ["corpus.jsonl", "questions.jsonl"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("one\r\ntwo\r\nthree", "two\r\nthree"),
        ("one\rtwo\rthree", "three"),
        ("cafe\u0301 au lait", "au lait"),
        ("the cafe\u0301 here", "cafe\u0301"),
        ("\ufeffFirst of all", "First"),
        ("nul\x00s are dropped", "are dropped"),
        ("𝄞 counts as one", "counts"),
    ],
)
def test_offsets_are_carried_into_the_canonical_text(tmp_path: Path, text: str, said: str) -> None:
    texts = {"d": text}
    asked = [question("q", "Which?", evidence("d", said, texts))]
    gold = load(write_gold(tmp_path, asked, documents(texts)))
    span = gold.questions[0].evidence[0].span
    assert gold.documents["d"].text[span.start : span.end] == canonical(said)


@bounded
@given(WORDS)
def test_any_evidence_stands_at_its_place_in_the_canonical_text(
    tmp_path_factory: pytest.TempPathFactory, parts: tuple[str, str, str]
) -> None:
    before, said, after = parts
    where = {"doc": "d", "start": len(before), "end": len(before) + len(said), "text": said}
    corpus = [{"id": "d", "title": "d", "text": before + said + after}]
    folder = tmp_path_factory.mktemp("gold")
    gold = load(write_gold(folder, [question("q", "Which?", where)], corpus))
    span = gold.questions[0].evidence[0].span
    assert span.start == len(canonical(before))
    assert gold.documents["d"].text[span.start : span.end] == canonical(said)


def test_wording_counts_kinds_and_shared_words(tmp_path: Path) -> None:
    # barn, owl and hunt all stand in the evidence; of owl and castle one does. NOWHERE has none.
    asked = [
        question("all", "barn owl hunts?", evidence("birds", "The barn owl hunts mice")),
        question("half", "owl castle?", evidence("birds", "The barn owl")),
        NOWHERE,
    ]
    found = wording(load(write_gold(tmp_path, asked)))
    assert (found.documents, found.answerable, found.shared) == (3, 2, (1 + 1 / 2) / 2)
    assert found.kinds == {("", ""): 2, ("dev", "near miss"): 1}


def test_without_evidence_there_is_no_wording_to_share(tmp_path: Path) -> None:
    assert wording(load(write_gold(tmp_path, [WHOLE]))).shared is None


def test_the_bundled_set_is_large_and_has_both_splits() -> None:
    gold = bundled()
    unanswerable = [q for q in gold.questions if not q.answerable]
    kinds = Counter(q.kind for q in unanswerable)
    splits = {q.split for q in gold.questions}
    assert len(gold.questions) >= 150
    assert len(unanswerable) >= 50
    assert kinds.most_common(1)[0][0] == "near-miss"
    assert kinds["near-miss"] > len(unanswerable) / 2
    assert splits == {"dev", "test"}
    assert sum(len(bundled(split).questions) for split in splits) == len(gold.questions)


def test_the_bundled_questions_do_not_copy_their_evidence() -> None:
    shared = wording(bundled()).shared
    assert shared is not None
    assert 0 < shared < 0.5


def test_the_bundled_text_is_the_article_byte_for_byte() -> None:
    texts = [document.text.encode() for document in bundled().documents.values()]
    assert texts == [ARTICLE.read_bytes()]


def test_just_the_bundled_questions_with_an_answer_have_evidence() -> None:
    assert [q.id for q in bundled().questions if bool(q.evidence) != q.answerable] == []
