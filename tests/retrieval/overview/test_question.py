"""Which questions are about the documents themselves, and which only look like it."""

import pytest

from pincite.retrieval.overview.question import Overview


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("What is this about?", ""),
        ("what is it about", ""),
        ("summarise this please", ""),
        ("what is the presentation about?", "presentation"),
        ("What's that powerpoint for the new parents about", "powerpoint for the new parents"),
        ("what does the handbook cover", "handbook"),
        ("whats that saved insurance page good for", "saved insurance page"),
        ("who is the handbook meant for and what does it do", "handbook"),
        ("summarise the safeguarding policy", "safeguarding policy"),
        ("Can you give me a short summary of the annual report?", "annual report"),
        ("what is scan0012", "scan0012"),
        ("whats in the Dorfpost 17", "dorfpost 17"),
        ("what does the landlord want in his letter", "letter from landlord"),
        ("what did Femi write in her mail", "mail from femi"),
        ("what's the purpose of the safeguarding policy", "safeguarding policy"),
        ("tell me what the handbook is about", "handbook"),
        ("In a nutshell, what is the post mortem about?", "post-mortem"),
        ("what is that csv", "csv"),
        ("Worum geht es in der Präsentation?", "präsentation"),
        ("Was steht im Handbuch?", "handbuch"),
        ("De quoi parle le manuel ?", "manuel"),
        ("¿De qué trata el informe?", "informe"),
    ],
)
def test_a_question_for_what_a_document_is_about_names_it(question: str, subject: str) -> None:
    overview = Overview.of(question)
    assert overview is not None
    assert (overview.kind, overview.subject) == ("about", subject)


@pytest.mark.parametrize(
    "question",
    [
        "which documents do you have",
        "What files are there?",
        "list all documents",
        "list the files please",
        "what can I ask you?",
        "what is in this library",
        "what are these documents about",
        "Welche Dokumente hast du?",
        "Quels documents as-tu ?",
        "¿Qué documentos tienes?",
    ],
)
def test_a_question_for_the_documents_asks_for_their_list(question: str) -> None:
    assert Overview.of(question) == Overview("list", "")


def test_a_list_may_be_of_one_kind_of_file() -> None:
    assert Overview.of("show me all spreadsheets") == Overview("list", "spreadsheets")


@pytest.mark.parametrize(
    "question",
    [
        "what does the physio cover",
        "what does the policy cover on lifelong",
        "how much is covered",
        "what does breakfast include",
        "what does the handbook say about dogs",
        "what is the letter's date",
        "what is the price of the handbook",
        "what is it for",
        "what is that for",
        "what does it cover",
        "who is it for",
        "what is the deposit for",
        "what is the refund policy",
        "what is the lunch menu for tuesday",
        "what is on page 3",
        "which documents do I need for the visa",
        "which papers did we attach to the form",
        "list everything our insurance does not pay for",
        "list the first aiders",
        "which files did Ana send on Monday",
        "what documents mention the boiler",
        "tell me about the sauna",
        "what is a summary judgment",
        "who wrote the handbook",
        "how many mails did Ana write",
        "what is alignment",
        "what is the purpose of the crane",
        "handbook",
        "price list",
    ],
)
def test_an_ordinary_question_is_none(question: str) -> None:
    assert Overview.of(question) is None


def test_a_long_question_is_ordinary() -> None:
    assert Overview.of(f"what is the letter {'about the boat ' * 40} about") is None
