"""Which questions headings and definitions give, before anybody tries them."""

from __future__ import annotations

import pytest

from pincite.corpus.types import Passage, Span
from pincite.retrieval.overview.capitals import as_in_text
from pincite.retrieval.overview.outline import headings, outermost
from pincite.retrieval.overview.question_templates import candidates, is_english
from tests.retrieval.conftest import make_document


def of_heading(heading: str, text: str = "The keys and the ropes are lost in the harbour.") -> str:
    document = make_document(f"# Title\n\n## {heading}\n\n{text}\n", "a.md")
    return "; ".join(one.question for one in candidates(document, headings(document), []))


def of_sentence(sentence: str) -> list[str]:
    document = make_document(sentence, "a.txt")
    span = Span(0, len(sentence))
    return [one.question for one in candidates(document, [], [Passage(span, (span,))])]


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("Lost Keys", "What does the document say about lost keys?"),
        ("3.2 Lost keys", "What does the document say about lost keys?"),
        ("Chapter 3: Lost keys", "What does the document say about lost keys?"),
        ("PART IV – Lost keys", "What does the document say about lost keys?"),
        ("a) Lost keys", "What does the document say about lost keys?"),
        ("Article 5 of the treaty", "What does the document say about Article 5 of the treaty?"),
        ("Coiling the ropes", "What does the document say about coiling the ropes?"),
        ("How to coil ropes", "How do I coil ropes?"),
        ("Who may use the crane?", "Who may use the crane?"),
    ],
)
def test_a_heading_gives_the_question_that_it_answers(heading: str, question: str) -> None:
    assert of_heading(heading) == question


@pytest.mark.parametrize(
    "heading",
    [
        *("Introduction", "References", "3", "2024", "Notes", "Part 2", "Results and discussion"),
        *("Call the office", "What you need", "In the harbour", "Keys, ropes, boats", "Ask"),
        *("Documents", "Civil: rights and duties", "CIVIL: RIGHTS AND DUTIES"),
        "A heading of so many words that nobody would ever take it for one",
        *("<script>alert(1)</script>", "`code`", "Keys are lost", "Use it on your own boat"),
    ],
)
def test_a_heading_that_makes_no_natural_question_gives_none(heading: str) -> None:
    assert of_heading(heading) == ""


@pytest.mark.parametrize(
    ("sentence", "questions"),
    [
        ("A cradle is a wooden frame for boats.", ["What is a cradle?"]),
        ("Sleeper agents are the models that hide it.", ["What are sleeper agents?"]),
        ("Demurrage means a fee for a late ship.", ["What does Demurrage mean?"]),
        ("SAT is a test of the site.", ["What is SAT?"]),
        ("They do a site acceptance test (SAT).", ["What does SAT stand for?"]),
        ("They do a test in May (SAT).", []),
        ("Lunch is a problem.", []),
        ("It is a problem.", []),
        ("Otherwise the answer is a number.", []),
        ("The weather is the problem.", []),
    ],
)
def test_a_sentence_gives_a_question_only_where_it_defines_a_term(
    sentence: str, questions: list[str]
) -> None:
    assert of_sentence(sentence) == questions


def test_questions_of_all_kinds_come_in_turns_and_each_once() -> None:
    text = (
        "# T\n\n## Lost keys\n\nFind lost keys here.\n\n## Old ropes\n\nThe old ropes are here.\n\n"
        "## Who may swim?\n\nAll may.\n\n## Lost keys\n\nThe keys are there.\n"
    )
    document = make_document(text, "a.md")
    assert [one.question for one in candidates(document, headings(document), [])] == [
        "Who may swim?",
        "What does the document say about lost keys?",
        "What does the document say about old ropes?",
    ]


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("The boats of the harbour are red and blue.", True),
        ("Die Boote sind nicht rot und der Hafen ist zu.", False),
        ("船は港に長い間あります。", False),
        ("rope, 9, oar, 12", True),
    ],
)
def test_the_language_of_a_document_is_told_by_its_words(text: str, english: bool) -> None:
    assert is_english(make_document(text)) == english


@pytest.mark.parametrize(
    ("heading", "text", "written"),
    [
        ("Opening Hours", "The opening hours are long. Hours pass.", "opening hours"),
        ("Visiting Bergen", "Boats go to Bergen.", "visiting Bergen"),
        ("AI Safety", "On ai and safety.", "AI safety"),
        ("Zermatt", "", "Zermatt"),
    ],
)
def test_a_heading_is_written_as_in_the_middle_of_a_sentence(
    heading: str, text: str, written: str
) -> None:
    assert as_in_text(heading, text) == written


def test_the_outermost_headings_are_kept_and_stand_in_order() -> None:
    text = "# T\n\n" + "".join(f"## Part {n}\n\n### Sub {n}\n\nWords.\n\n" for n in range(8))
    found = headings(make_document(text, "a.md"))
    kept = [heading.path[-1] for heading in outermost(found, 10)]
    assert [name for name in kept if name.startswith("Part")] == [f"Part {n}" for n in range(8)]
    assert kept[:4] == ["Part 0", "Sub 0", "Part 1", "Sub 1"]


def test_a_heading_reaches_to_the_next_of_its_level() -> None:
    text = "# T\n\n## One\n\nA.\n\n### Deep\n\nB.\n\n## Two\n\nC.\n"
    document = make_document(text, "a.md")
    one, deep, two = headings(document)
    assert (
        document.text[one.under.start : one.under.end].strip() == "## One\n\nA.\n\n### Deep\n\nB."
    )
    assert one.under.contains(deep.under)
    assert two.under.end == len(document.text)
