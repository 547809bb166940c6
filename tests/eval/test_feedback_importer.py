"""Ratings of answers become a gold set; what cannot be one is for a person to look at."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.canonical import canonical
from pincite.corpus.errors import LibraryNotFoundError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document, Section, Span
from pincite.eval.feedback_importer import FEEDBACK_FILE, MOVED, RATED_DOWN, REVIEW, rated_answers
from pincite.eval.goldset import load, write
from pincite.retrieval.answer import Answer
from pincite.retrieval.conversation.turns import Turn
from pincite.retrieval.reading.quote import Quote
from pincite.retrieval.trace import Trace
from pincite.ui.server import conversation_file
from pincite.ui.server.conversation_file import ConversationFile
from pincite.ui.server.feedback import Feedback
from tests.conftest import Pincite
from tests.eval.conftest import TEXTS
from tests.retrieval.conftest import fill

GULLS = "Where do gulls nest?"


def document(source: str, text: str) -> Document:
    text = canonical(text)
    sections = (Section(Span(0, len(text)), (), 0),)
    return Document(source=source, title=source.title(), text=text, sections=sections)


def answer_of(question: str, *quotes: tuple[Document, int, int]) -> Answer:
    """An answer that quotes these places."""
    return Answer(
        question=question,
        status="ANSWERED",
        confidence=0.9,
        quotes=tuple(
            Quote(d.id, d.title, (), None, start, end, d.text[start:end], (), 1.0)
            for d, start, end in quotes
        ),
        nearest=(),
        trace=Trace(1, "hashing", "score", 0.5, {}, {}),
    )


def place(found: Document, said: str) -> tuple[Document, int, int]:
    start = found.text.index(said)
    return found, start, start + len(said)


@pytest.fixture
def documents(tmp_path: Path) -> dict[str, Document]:
    """What is in the library ``library``, by source."""
    found = {id: document(f"{id}.txt", text) for id, text in TEXTS.items()}
    with Library.open(tmp_path / "library", create=True) as library:
        fill(library, *found.values())
    return found


def rate(folder: Path, *rated: tuple[str, str, Answer], history: list[Turn] | None = None) -> None:
    with Library.open(folder) as library, ConversationFile.open(folder) as file:
        for person, verdict, answer in rated:
            Feedback(file).rate(person, verdict, answer, library.document, history or [])


def nest(documents: dict[str, Document]) -> Answer:
    return answer_of(GULLS, place(documents["birds"], "Gulls nest on cliffs in spring."))


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


def test_both_sides_mean_the_same_file() -> None:
    assert conversation_file.FILE_NAME == FEEDBACK_FILE


def test_an_answer_rated_up_is_a_question_with_its_quotes_as_evidence(
    tmp_path: Path, documents: dict[str, Document], pincite: Pincite
) -> None:
    oil = answer_of("And the oil?", place(documents["ships"], "Lamp oil was stored below deck"))
    rate(tmp_path / "library", ("anna", "up", nest(documents)))
    rate(tmp_path / "library", ("ben", "up", oil), history=[Turn("user", "What of the ship?")])
    run = pincite("eval", "import", "feedback", "library", "gold")
    assert run.code == 0, run.stderr
    assert run.stdout == "gold: 2 documents, 2 questions\n"
    first, second = load(tmp_path / "gold").questions
    assert (first.question, first.answerable, first.kind) == (GULLS, True, "feedback")
    (evidence,) = first.evidence
    assert evidence.doc == "birds.txt"
    assert TEXTS["birds"][evidence.span.start : evidence.span.end].startswith("Gulls nest")
    assert second.history == (Turn("user", "What of the ship?"),)
    assert not (tmp_path / "gold" / REVIEW).exists()


def test_the_gold_set_is_measured_alone_and_in_its_library(
    tmp_path: Path, documents: dict[str, Document], pincite: Pincite
) -> None:
    rate(tmp_path / "library", ("anna", "up", nest(documents)))
    assert pincite("eval", "import", "feedback", "library", "gold").code == 0
    for more in ((), ("--library", "library")):
        run = pincite("eval", "gold", "--json", "run.json", *more)
        assert run.code == 0, run.stderr
        assert json.loads(Path("run.json").read_text())["questions"] == 1


def test_an_answer_rated_down_is_for_review_and_never_unanswerable(
    tmp_path: Path, documents: dict[str, Document], pincite: Pincite
) -> None:
    bad = answer_of("Who bakes?", place(documents["birds"], "The herring gull"))
    rate(tmp_path / "library", ("anna", "up", nest(documents)), ("anna", "down", bad))
    run = pincite("eval", "import", "feedback", "library", "gold")
    assert run.code == 0, run.stderr
    assert "gold/review.jsonl: 1 answers to look at" in run.stdout
    assert [q.question for q in load(tmp_path / "gold").questions] == [GULLS]
    (line,) = lines(tmp_path / "gold" / REVIEW)
    assert (line["question"], line["why"]) == ("Who bakes?", RATED_DOWN)
    assert line["quotes"][0]["stands"] is True


def test_a_quote_that_stands_there_no_more_is_no_evidence(
    tmp_path: Path, documents: dict[str, Document]
) -> None:
    both = answer_of(
        "What of gulls and dough?",
        place(documents["birds"], "Gulls nest on cliffs"),
        place(documents["bread"], "Knead the dough"),
    )
    rate(tmp_path / "library", ("anna", "up", both), ("anna", "up", nest(documents)))
    with Library.open(tmp_path / "library") as library:
        fill(library, document("birds.txt", f"New. {TEXTS['birds']}"))
    found = rated_answers(tmp_path / "library")
    assert [line["id"] for line in found.corpus] == ["bread.txt"]
    assert [e["doc"] for line in found.questions for e in line["evidence"]] == ["bread.txt"]
    assert [(line["question"], line["why"]) for line in found.review] == [(GULLS, MOVED)]
    assert [quote["stands"] for quote in found.review[0]["quotes"]] == [False]


def test_a_document_that_is_gone_has_no_evidence(
    tmp_path: Path, documents: dict[str, Document], pincite: Pincite
) -> None:
    rate(tmp_path / "library", ("anna", "up", nest(documents)))
    with Library.open(tmp_path / "library") as library:
        library.remove([library.find("birds.txt").id])
    run = pincite("eval", "import", "feedback", "library", "gold")
    assert run.code == 2
    assert "no answer that was rated up still stands" in run.stderr
    assert len(lines(tmp_path / "gold" / REVIEW)) == 1
    assert not (tmp_path / "gold" / "questions.jsonl").exists()


def test_the_last_verdict_of_a_person_on_an_answer_counts(
    tmp_path: Path, documents: dict[str, Document]
) -> None:
    answer = nest(documents)
    rate(tmp_path / "library", ("anna", "down", answer), ("anna", "up", answer))
    found = rated_answers(tmp_path / "library")
    assert (len(found.questions), len(found.review)) == (1, 0)
    rate(tmp_path / "library", ("anna", "down", answer))
    found = rated_answers(tmp_path / "library")
    assert (len(found.questions), len(found.review)) == (0, 1)


def test_people_who_rate_the_same_question_up_add_to_its_evidence(
    tmp_path: Path, documents: dict[str, Document]
) -> None:
    other = answer_of(GULLS, place(documents["birds"], "nest on cliffs"))
    rate(
        tmp_path / "library",
        ("anna", "up", nest(documents)),
        ("ben", "up", nest(documents)),
        ("ben", "up", other),
    )
    found = rated_answers(tmp_path / "library")
    assert [len(line["evidence"]) for line in found.questions] == [2]
    assert "anna" not in json.dumps([found.corpus, found.questions, found.review])


def test_an_answer_without_quotes_that_is_rated_up_is_for_review(
    tmp_path: Path, documents: dict[str, Document]
) -> None:
    nothing = replace(answer_of("Who is king?"), status="NOT_FOUND")
    rate(tmp_path / "library", ("anna", "up", nothing))
    found = rated_answers(tmp_path / "library")
    assert (found.questions, [line["status"] for line in found.review]) == ([], ["NOT_FOUND"])


def test_what_cannot_be_imported_is_said(
    tmp_path: Path, documents: dict[str, Document], pincite: Pincite
) -> None:
    def said(*arguments: str) -> str:
        run = pincite("eval", "import", "feedback", *arguments)
        assert run.code != 0
        return run.stderr

    assert "has no library;" in said("nowhere", "gold")
    with pytest.raises(LibraryNotFoundError):
        rated_answers(tmp_path / "nowhere")
    assert "made when people rate answers" in said("library", "gold")
    ConversationFile.open(tmp_path / "library").close()
    assert "nobody has rated an answer" in said("library", "gold")
    rate(tmp_path / "library", ("anna", "up", nest(documents)))
    Path("gold").mkdir()
    Path("gold", REVIEW).write_text("mine")
    assert "is there already" in said("library", "gold")
    assert Path("gold", REVIEW).read_text() == "mine"
    with sqlite3.connect(tmp_path / "library" / FEEDBACK_FILE) as connection:
        connection.execute("UPDATE feedback SET answer = '[7]'")
    connection.close()
    assert "cannot be read" in said("library", "other")
    (tmp_path / "library" / FEEDBACK_FILE).write_text("no database" * 100)
    assert "restore the file from a copy" in said("library", "other")


_PIECES = ["gull ", "é", "😀", "e\u0301", "\u2028", "\n", ". ", '"\\', "\u0300", "a"]
texts = (
    st.lists(st.sampled_from(_PIECES), min_size=3, max_size=20)
    .map("".join)
    .filter(lambda text: any(map(str.isalnum, text)))
)


@st.composite
def ratings(draw: st.DrawFn) -> tuple[list[Document], list[tuple[str, str, Answer]], int]:
    """Documents, ratings of quotes that stand in them, and how many documents change then."""
    bodies = draw(st.lists(texts, min_size=1, max_size=3))
    found = [document(f"{number}.txt", text) for number, text in enumerate(bodies)]

    def quote() -> tuple[Document, int, int]:
        chosen = draw(st.sampled_from(found))
        start = draw(st.integers(0, len(chosen.text) - 1))
        return chosen, start, draw(st.integers(start + 1, len(chosen.text)))

    rated = [
        (
            draw(st.sampled_from(["anna", "ben"])),
            draw(st.sampled_from(["up", "down"])),
            answer_of(
                draw(st.sampled_from(["Which?", "Who?"])),
                *(quote() for _ in range(draw(st.integers(0, 3)))),
            ),
        )
        for _ in range(draw(st.integers(1, 5)))
    ]
    return found, rated, draw(st.integers(0, len(found)))


@settings(max_examples=25)
@given(ratings())
def test_whatever_is_rated_the_gold_set_loads_and_its_evidence_stands(
    rated: tuple[list[Document], list[tuple[str, str, Answer]], int],
) -> None:
    documents, verdicts, changed = rated
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "library")
        with Library.open(folder, create=True) as library:
            fill(library, *documents)
        rate(folder, *verdicts)
        with Library.open(folder) as library:
            fill(library, *(document(d.source, f"b{d.text}") for d in documents[:changed]))
        found = rated_answers(folder)
        last = {(p, a.question, a.quotes): verdict for p, verdict, a in verdicts}
        downs = sum(verdict == "down" for verdict in last.values())
        assert [line["why"] for line in found.review].count(RATED_DOWN) == downs
        assert all(line["evidence"] and line["answerable"] for line in found.questions)
        stale = [line for line in found.review if line["why"] == MOVED]
        assert not any(quote["stands"] for line in stale for quote in line["quotes"])
        if not found.questions:
            return
        gold = write(Path(name, "gold"), found.corpus, found.questions)
        assert load(Path(name, "gold")) == gold
        ups = {(a.question, q.text) for (_, v, a) in verdicts if v == "up" for q in a.quotes}
        for question in gold.questions:
            for one in question.evidence:
                text = gold.documents[one.doc].text[one.span.start : one.span.end]
                assert (question.question, text) in ups
