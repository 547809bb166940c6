"""What can be copied of an answer, as the page draws it."""

from __future__ import annotations

import pytest

from pincite.ui.web.ask import answer_view, evidence
from tests.ui.markup import Drawn
from tests.ui.web.ask.test_answer_view import PAYLOADS, PROSE, answer, document, quote_of


@pytest.mark.parametrize("payload", PAYLOADS)
def test_each_quote_has_its_link_to_copy_in_the_chat_and_on_its_card(payload: str) -> None:
    source = document(f"{payload} {PROSE}")
    given = answer(source, quote_of(source, 0, 60), quote_of(source, 70, 120))
    for shown in (answer_view.reply(given, 1), evidence.evidence(given, lambda id: source, 1)):
        links = [link or "" for link in Drawn(shown).values("data-link")]
        assert [link.rpartition("#")[2] for link in links] == ["0-60", "70-120"]
        assert all(link.startswith(f"/documents/{source.id}?span=") for link in links)


def test_each_nearest_passage_has_its_link_to_copy_in_the_chat_and_on_its_card() -> None:
    source = document()
    near = answer(source)
    for shown in (answer_view.reply(near, 1), evidence.evidence(near, lambda id: source, 1)):
        links = [link or "" for link in Drawn(shown).values("data-link")]
        assert [link.rpartition("#")[2] for link in links] == [
            f"{passage.start}-{passage.end}" for passage in near.nearest
        ]
        assert links
        assert "Copy link to this passage" in Drawn(shown).text


def test_an_answer_can_be_copied_in_four_forms_and_a_refusal_in_one() -> None:
    source = document()
    found = Drawn(answer_view.reply(answer(source, quote_of(source, 0, 20)), 7))
    assert found.values("data-as") == ["markdown", "bibtex", "ris", "apa"]
    assert set(found.values("data-copy")) == {"7"}
    assert "Cite: Copy as Markdown · Copy as BibTeX · Copy as RIS · Copy as APA" in found.text
    assert Drawn(answer_view.reply(answer(source), 7)).values("data-as") == []
