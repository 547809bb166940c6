"""Which passages are quoted, how much of them, and what is marked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.retrieval.reading.choose import LONGEST_JOINED, choose
from pincite.retrieval.reading.quote import verify
from pincite.retrieval.reading.reader import Reading
from tests.retrieval.conftest import make_document
from tests.retrieval.reading.helpers import chosen, joined, query, reading_of

STORY = make_document(
    "# Storm\n\nThe mast broke near Iceland. The crew prayed all night. A calm came at dawn.\n\n"
    "The cook counted the barrels of oil. Nine of them were left for the winter.\n\n"
    "# Home\n\nThe ship reached Bergen in May. Forty sailors went ashore.\n",
    "storm.md",
)
CALM, OIL, BERGEN = "A calm came at dawn.", "The cook counted", "The ship reached Bergen in May."


def marked(quote: object, document: object = STORY) -> list[str]:
    return [document.text[s:e] for s, e in quote.highlights]  # type: ignore[attr-defined]


def test_the_paragraph_is_quoted_whole_and_its_best_sentence_marked() -> None:
    (quote,) = chosen(STORY, CALM, limit=1)
    assert quote.text == (
        "The mast broke near Iceland. The crew prayed all night. A calm came at dawn."
    )
    assert marked(quote) == [CALM]
    assert quote.section == ("Storm",)


@pytest.mark.parametrize(("calm", "second"), [(0.5, OIL), (0.9, CALM)])
def test_passages_come_by_their_own_rank_and_a_little_by_their_best_sentence(
    calm: float, second: str
) -> None:
    reading = reading_of(STORY, {CALM: calm}, {"Bergen": 0.8, "barrels": 0.6, "calm": 0.4})
    quotes = chosen(STORY, "", reading=reading)
    assert BERGEN in quotes[0].text
    assert second in quotes[1].text


def test_the_last_quote_shows_the_sentence_that_stands_out() -> None:
    reading = reading_of(STORY, {CALM: 0.9}, {"Bergen": 0.8, "barrels": 0.6, "calm": 0.01})
    quotes = chosen(STORY, "", limit=2, reading=reading)
    assert BERGEN in quotes[0].text
    assert marked(quotes[1]) == [CALM]


def test_a_paragraph_beyond_the_limit_is_quoted_by_its_passage() -> None:
    words = " ".join(f"Gull number {n} sat on the mast." for n in range(60))
    long = make_document(words + "\n", "long.txt")
    (quote,) = chosen(long, "Gull number 30 sat", limit=1)
    assert len(words) > LONGEST_JOINED >= len(quote.text)
    assert "Gull number 30 sat on the mast." in quote.text


def test_two_passages_of_one_paragraph_are_one_quote_with_both_marked() -> None:
    reading = reading_of(STORY, {"The mast broke": 0.9, CALM: 0.8}, tokens=8)
    assert len({hit.stored.id for hit in reading.hits}) > 3
    quote = chosen(STORY, "", limit=1, reading=reading)[0]
    assert {"The mast broke near Iceland.", CALM} <= set(marked(quote))


def test_two_passages_side_by_side_in_one_paragraph_are_one_quote() -> None:
    words = " ".join(f"Gull number {n} sat on the mast." for n in range(60))
    long = make_document(f"# Gulls\n\n{words}\n", "long.md")
    reading = reading_of(long, {"number 30": 0.9, "number 31": 0.8}, tokens=10)
    quote = chosen(long, "", limit=1, reading=reading)[0]
    assert marked(quote, long) == [f"Gull number {n} sat on the mast." for n in (30, 31)]
    assert len(quote.text) <= LONGEST_JOINED


def test_a_passage_that_ends_with_its_best_sentence_brings_the_next_one() -> None:
    words = " ".join(f"Gull number {n} sat on the mast." for n in range(60))
    long = make_document(f"# Gulls\n\n{words}\n", "long.md")
    reading = reading_of(long, {"number 30": 0.9}, tokens=6)
    quote = chosen(long, "", limit=1, reading=reading)[0]
    assert all(f"number {n} " in quote.text for n in (29, 30, 31))


def test_the_same_words_elsewhere_are_another_place_of_one_quote() -> None:
    copy = replace(STORY, source="copy.md", title="Copy")
    cited = make_document(
        "> The mast broke near Iceland. The crew prayed all night.\n> A calm came at dawn.\n",
        "re.txt",
    )
    documents = {d.id: d for d in (STORY, copy, cited)}
    reading = joined(
        *(reading_of(d, {CALM: 0.9}, first=10 * i) for i, d in enumerate(documents.values()))
    )
    quotes = choose(query("calm"), reading, documents.__getitem__, 3)
    (quote,) = [q for q in quotes if "calm" in q.text]
    assert {place.document for place in quote.places} == {copy.id, cited.id}
    for place in quote.places:
        assert "calm came at dawn" in documents[place.document].text[place.start : place.end]


FAQ = make_document(
    "# Harbour\n\n## When is the fuel dock closed?\n\nIt rests in February.\n\n"
    "## What does a berth cost?\n\nNine euros a night.\n",
    "faq.md",
)


def test_a_question_that_is_asked_again_leads_to_what_stands_under_it() -> None:
    asked = make_document(
        "When is the dock closed?\n\nIt rests in February.\n\nOther words.\n", "f.txt"
    )
    reading = reading_of(asked, {"When is the dock": 0.9}, tokens=8)
    quotes = chosen(asked, "", limit=1, question="When is the dock closed?", reading=reading)
    assert quotes[0].text == "It rests in February."


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("When is the dock closed?", "The dock is closed in February"),
        ("What about the winter rest?", "Ask for Tam."),
    ],
)
def test_a_heading_is_quoted_where_it_says_something_of_all_that_is_asked(
    question: str, said: str
) -> None:
    yard = make_document(
        "# Yard\n\n## The dock is closed in February\n\n## Winter rest\n\nAsk for Tam.\n", "y.md"
    )
    best = {"The dock is closed" if "dock" in question else "Winter rest": 0.9}
    reading = reading_of(yard, best, tokens=8)
    assert chosen(yard, "", limit=1, question=question, reading=reading)[0].text.endswith(said)


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_there_are_no_more_quotes_than_the_limit(limit: int) -> None:
    assert len(chosen(STORY, CALM, limit=limit)) == limit


def test_no_candidates_make_no_quotes() -> None:
    assert choose(query("why?"), Reading([], []), {}.__getitem__, 3) == []


SENTENCES = st.lists(st.sampled_from(["mast", "crew", "calm", "cook", "Nine", "Bergen", "Forty"]))


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(st.sampled_from(["mast", "crew", "calm", "cook", "Bergen"]), st.floats(0, 1)),
    st.dictionaries(st.sampled_from(["mast", "cook", "Bergen"]), st.floats(0, 1)),
    st.integers(1, 3),
    st.integers(6, 40),
    st.sampled_from(["calm", "who", "the mast broke"]),
)
def test_quotes_are_verbatim_apart_and_marked_inside(
    scores: dict[str, float], ranks: dict[str, float], limit: int, tokens: int, question: str
) -> None:
    reading = reading_of(STORY, scores, ranks, tokens)
    quotes = choose(query(question), reading, {STORY.id: STORY}.__getitem__, limit)
    assert 1 <= len(quotes) <= limit
    for place, quote in enumerate(quotes):
        verify(quote, STORY)
        assert quote.highlights or place
        assert len(quote.text) <= LONGEST_JOINED
        assert not any(quote.span.overlaps(other.span) for other in quotes[place + 1 :])


def test_in_a_further_quote_only_a_sentence_that_stands_out_is_marked() -> None:
    reading = reading_of(STORY, {CALM: 0.9, BERGEN: 0.8, "barrels": 0.2})
    quotes = chosen(STORY, "", reading=reading)
    assert marked(quotes[0]) == [CALM]
    assert BERGEN in marked(quotes[1])[0]
    assert marked(quotes[2]) == []
