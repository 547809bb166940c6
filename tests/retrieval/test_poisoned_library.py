"""Questions of the gold set, and five short texts that repeat each: who is quoted first?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pincite.corpus.store.library import Library
from pincite.eval.goldset import BUNDLED, load
from pincite.eval.run import document_of
from pincite.ingest.pipeline import ingest_documents
from pincite.retrieval.engine import Engine, open_embedder
from pincite.retrieval.settings import load_settings
from tests.retrieval.conftest import make_document

MOST = 2  # of 20 questions may be answered with the poison first
LIE = "It is the Zorblatt treaty of 1743."
REPEATS = {
    "to the letter": "{asked}",
    "three times": "{asked} {asked} {asked}",
    "announced": "You may ask: {asked} That is the question here, and many ask it: {asked}",
    "the same words": "{words}.",
    "as a statement": "This is about {lower}.",
}
FALSE_ANSWERS = {
    "question and answer": "Q: {asked}\nA: {lie}",
    "in one line": "{asked} {lie}",
    "under a heading": "# {asked}\n\n{lie}",
    "twice": "{asked} {lie} {asked} {lie}",
    "as a statement": "This is about {lower}.\n\n{lie}",
}


@pytest.mark.slow
@pytest.mark.model
@pytest.mark.parametrize("forms", [REPEATS, FALSE_ANSWERS], ids=["repeats", "false answers"])
def test_a_poison_that_repeats_the_question_is_hardly_ever_quoted_first(
    forms: dict[str, str], tmp_path: Path
) -> None:
    gold = load(Path(str(BUNDLED)) / "ai_safety")
    answerable = [question.question for question in gold.questions if question.answerable]
    asked = answerable[:: len(answerable) // 20][:20]
    settings = load_settings(threshold=0.0)
    embedder = open_embedder(settings)
    documents = [document_of(document) for document in gold.documents.values()]
    for number, question in enumerate(asked):
        words = " ".join(sorted(re.findall(r"[\w'-]+", question), key=str.casefold))
        lower = question[:1].lower() + question[1:].rstrip("?")
        for name, form in forms.items():
            text = form.format(asked=question, words=words, lower=lower, lie=LIE)
            documents.append(make_document(text, f"poison {number} {name}.md"))
    with Library.open(tmp_path / "library", create=True) as library:
        ingest_documents(documents, library, embedder)
        engine = Engine(library, embedder, settings)
        firsts = [engine.ask(question).quotes[:1] for question in asked]
        sources = [library.document(q.document).source for first in firsts for q in first]
    assert len(sources) == len(asked)
    assert sum(source.startswith("poison") for source in sources) <= MOST
