"""The guide to a document: verbatim pieces, and questions that were tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import DocumentNotFoundError, QuoteError
from pincite.corpus.store.library import Library
from pincite.corpus.types import Document, Section, Span
from pincite.ingest.pipeline import ingest_documents
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.engine import Engine
from pincite.retrieval.overview.guide import MOST_HEADINGS, MOST_QUESTIONS, Guide, verify_guide
from pincite.retrieval.overview.question_templates import MOST
from tests.retrieval.conftest import fill, hashing_settings, make_document
from tests.retrieval.overview.handbook import HANDBOOK

GERMAN = (
    "# Hafenbuch\n\nDieses Handbuch beschreibt, wie der Hafen das ganze Jahr geführt wird.\n\n"
    "## Liegegebühren\n\nDie Gebühren für das Boot sind nicht hoch und werden im Mai bezahlt.\n\n"
    "## Kran\n\nDer Kran ist ein Gerät, das die Boote aus dem Wasser hebt und wieder hinein.\n"
)


def ask(library: Library, *documents: Document, threshold: float | None = 0.0) -> Engine:
    fill(library, *documents, passage_tokens=60)
    return Engine(library, HashingEmbedder(), hashing_settings(threshold=threshold))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "library", create=True) as library:
        yield library


@pytest.fixture
def harbour(empty: Library) -> Engine:
    return ask(empty, make_document(HANDBOOK, "handbook.md"), make_document(GERMAN, "buch.md"))


def verify(made: Guide, engine: Engine) -> None:
    document = engine.document(made.document)
    verify_guide(made, document)
    pieces = [*made.headings, *made.key_sentences, *(q.quote for q in made.questions or ())]
    for piece in [*pieces, *([made.lead] if made.lead else [])]:
        assert document.text[piece.start : piece.end] == piece.text != ""
    assert len({piece.text for piece in made.key_sentences}) == len(made.key_sentences) <= 5
    assert len(made.headings) <= MOST_HEADINGS
    assert len(made.questions or ()) <= MOST_QUESTIONS


def questions(made: Guide) -> list[str]:
    return [one.question for one in made.questions or ()]


def test_a_guide_has_title_lead_headings_and_key_sentences_of_the_document(
    harbour: Engine,
) -> None:
    made = harbour.guide("handbook.md")
    verify(made, harbour)
    assert made.title == "Harbour Handbook"
    assert made.lead is not None
    assert made.lead.text == "This handbook tells you how the small harbour is run all year."
    assert [heading.text for heading in made.headings] == [
        "Mooring fees",
        "How to coil ropes",
        "Who may use the crane?",
        "Winter storage",
        "References",
    ]
    assert 3 <= len(made.key_sentences) <= 5
    starts = [sentence.start for sentence in made.key_sentences]
    assert starts == sorted(starts)
    assert made.lead.text not in [sentence.text for sentence in made.key_sentences]


def test_each_question_that_is_offered_is_answered_by_that_document_and_section(
    harbour: Engine,
) -> None:
    made = harbour.guide("handbook.md")
    assert questions(made) == [
        "How do I coil ropes?",
        "What is a cradle?",
        "What does the document say about mooring fees?",
        "Who may use the crane?",
    ]
    for one in made.questions or ():
        answer = harbour.ask(one.question)
        assert answer.status == "ANSWERED"
        assert answer.quotes[0].document == made.document
        assert (one.quote.start, one.quote.end) == (answer.quotes[0].start, answer.quotes[0].end)
    first = (made.questions or ())[0]
    assert first.quote.section[-1] == "How to coil ropes"


def test_a_question_is_not_offered_where_another_document_answers_it(empty: Library) -> None:
    notes = make_document("# Notes\n\n## Crane hire\n\nSee elsewhere for that, please.\n", "n.md")
    other = make_document("What the document says about crane hire: crane hire is dear.\n", "o.md")
    engine = ask(empty, notes, other)
    assert engine.ask("What does the document say about crane hire?").quotes[0].document == other.id
    assert questions(engine.guide("n.md")) == []


def test_a_question_is_not_offered_where_the_answer_stands_under_another_heading(
    empty: Library,
) -> None:
    text = (
        "# Notes\n\n## Crane hire\n\nSee below for everything of that kind, please.\n\n"
        "## Other things\n\nWhat the document says about the hire of a crane: crane hire is dear.\n"
    )
    engine = ask(empty, make_document(text, "n.md"))
    asked = "What does the document say about crane hire?"
    quote = engine.ask(asked).quotes[0]
    made = engine.guide("n.md")
    assert (asked in questions(made)) == (quote.section[-1] == "Crane hire")
    for one in made.questions or ():
        assert one.quote.section[-1] == "Crane hire"


def test_a_question_is_not_offered_where_nobody_vouches_for_the_answer(empty: Library) -> None:
    engine = ask(empty, make_document(HANDBOOK, "handbook.md"), threshold=1.0)
    assert engine.guide("handbook.md").questions == ()


def test_a_copy_of_a_document_has_the_same_questions(empty: Library) -> None:
    engine = ask(empty, make_document(HANDBOOK, "a.md"), make_document(HANDBOOK, "b.md"))
    first, second = engine.guide("a.md"), engine.guide("b.md")
    assert questions(first) == questions(second) != []
    verify(first, engine)
    verify(second, engine)


def test_no_question_is_tried_where_none_is_wanted(
    harbour: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pincite.retrieval.guides.answer", lambda *_: pytest.fail("it was asked"))
    made = harbour.guide("handbook.md", questions=False)
    assert made.questions is None
    assert made.key_sentences


def test_at_most_twelve_questions_are_tried_and_none_after_the_fourth_that_is_answered(
    empty: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pincite.retrieval import guides

    parts = "".join(f"## Rope locker {n}\n\nThe rope locker {n} is full.\n\n" for n in range(40))
    engine = ask(empty, make_document(f"# Lockers\n\n{parts}", "lockers.md"))
    asked: list[str] = []

    def answer(question: str, *rest: Any) -> Any:
        asked.append(question)
        return real(question, *rest)

    real = guides.answer
    monkeypatch.setattr(guides, "answer", answer)
    made = engine.guide("lockers.md")
    assert len(made.questions or ()) <= MOST_QUESTIONS
    assert len(asked) <= MOST
    if len(made.questions or ()) == MOST_QUESTIONS:
        assert asked[-1] == questions(made)[-1]
    asked.clear()
    engine.settings = hashing_settings(threshold=1.0)
    engine.guide("lockers.md")
    assert len(asked) == MOST


def test_a_document_in_another_language_gets_no_english_questions(harbour: Engine) -> None:
    made = harbour.guide("buch.md")
    verify(made, harbour)
    assert made.questions == ()
    assert [heading.text for heading in made.headings] == ["Liegegebühren", "Kran"]
    assert made.key_sentences


def test_a_document_of_one_word_has_a_lead_and_nothing_else(empty: Library) -> None:
    engine = ask(empty, make_document("Anchor", "one.txt"))
    made = engine.guide("one.txt")
    verify(made, engine)
    assert made.lead is not None
    assert made.lead.text == "Anchor"
    assert (made.headings, made.key_sentences, made.questions) == ((), (), ())


def test_a_document_without_headings_has_key_sentences(empty: Library) -> None:
    sentences = [f"The ship number {n} carries {n * 7} barrels of oil to port." for n in range(30)]
    engine = ask(empty, make_document("\n\n".join(sentences), "ships.txt"))
    made = engine.guide("ships.txt")
    verify(made, engine)
    assert (made.headings, made.more_headings) == ((), 0)
    assert len(made.key_sentences) == 5


def test_a_sheet_opens_with_its_columns_and_no_row_is_a_key_sentence(empty: Library) -> None:
    rows = "".join(f"rope {n},A strong rope of {n} metres for the boats.\n" for n in range(9))
    engine = ask(empty, make_document("Thing,What it is\n" + rows, "stock.csv"))
    made = engine.guide("stock.csv")
    verify(made, engine)
    assert made.lead is not None
    assert made.lead.text == "| Thing | What it is |"
    assert made.key_sentences == ()


def test_a_table_of_words_and_their_meanings_gives_questions(empty: Library) -> None:
    text = "Term,Meaning\ncradle,a frame for a boat on land\nSAT,site acceptance test\n"
    engine = ask(empty, make_document(text, "words.csv"))
    assert questions(engine.guide("words.csv")) == ["What does cradle mean?", "What does SAT mean?"]


def test_an_empty_scan_has_a_title_and_nothing_else(empty: Library) -> None:
    scan = Document("scan.pdf", "Scan", "", (Section(Span(0, 0)),), media_type="application/pdf")
    ingest_documents([scan], empty, HashingEmbedder())
    engine = Engine(empty, HashingEmbedder(), hashing_settings())
    made = engine.guide("scan.pdf")
    assert made == Guide(scan.id, "Scan", None, (), 0, (), ())
    assert engine.guide("scan.pdf", questions=False).questions is None


def test_a_document_of_a_megabyte_has_a_guide_that_costs_no_more_questions(
    empty: Library,
) -> None:
    chapters = "".join(
        f"## Voyage {n}\n\n"
        + f"The schooner left port {n} with {n} sailors and a cargo of wool. " * 20
        + "\n\n"
        for n in range(800)
    )
    engine = ask(empty, make_document(f"# Voyages\n\n{chapters}", "voyages.md"))
    assert len(engine.document(engine.library.find("voyages.md").id).text) > 1_000_000
    made = engine.guide("voyages.md", questions=False)
    verify(made, engine)
    assert (len(made.headings), made.more_headings) == (MOST_HEADINGS, 800 - MOST_HEADINGS)
    assert len(made.key_sentences) == 5


def test_a_document_that_is_not_there_is_an_error(harbour: Engine) -> None:
    with pytest.raises(DocumentNotFoundError):
        harbour.guide("nothing.md")


def test_a_guide_that_is_not_what_the_document_says_is_refused(harbour: Engine) -> None:
    made = harbour.guide("handbook.md", questions=False)
    document = harbour.document(made.document)
    sentence = made.key_sentences[0]
    for wrong in (
        replace(made, key_sentences=(replace(sentence, text="Other words."),)),
        replace(made, key_sentences=(replace(sentence, start=sentence.end, text=""),)),
        replace(made, document="0" * 64),
    ):
        with pytest.raises(QuoteError):
            verify_guide(wrong, document)


def test_the_guide_as_json_has_every_part(harbour: Engine) -> None:
    value = harbour.guide("handbook.md").to_json()
    assert set(value) == {
        *("document", "title", "lead", "headings", "more_headings", "key_sentences", "questions"),
    }
    assert set(value["questions"][0]) == {"question", "quote"}
    assert set(value["lead"]) == {"start", "end", "text", "section", "page", "hidden"}


LINES = st.sampled_from(
    [
        *("# Ropes", "## Ropes", "### Lost keys", "## How to swim", "Is it so?", "", "- one item."),
        "A cradle is a wooden frame that holds a boat. It is old.",
        "The ropes are wet in winter and dry again in summer.",
        "| a | b |\n|---|---|\n| c | d |",
        "## <script>alert(1)</script>",
        "\u202eThe boats of the harbour are red and blue.",
        "船は港に長い間あります。海は今日とても静かです。",
        "> The boats of another harbour are green and white.",
    ]
)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(LINES, min_size=1, max_size=12))
def test_whatever_the_document_its_guide_is_verbatim_and_its_questions_are_answered(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str]
) -> None:
    text = "\n\n".join(["x", *lines])
    with Library.open(tmp_path_factory.mktemp("any") / "library", create=True) as library:
        engine = ask(library, make_document(text, "any.md"))
        made = engine.guide("any.md")
        verify(made, engine)
        for one in made.questions or ():
            answer = engine.ask(one.question)
            assert (answer.status, answer.quotes[0].document) == ("ANSWERED", made.document)
            assert "<" not in one.question
