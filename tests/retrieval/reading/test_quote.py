from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import QuoteError
from pincite.corpus.types import Document, Span
from pincite.retrieval.reading.quote import Quote, choose, points_back, verify
from pincite.retrieval.reading.reader import Candidate
from tests.retrieval.conftest import make_document

STORY = make_document(
    "== Storm ==\nThe mast broke. This frightened the crew. They prayed. A calm came.\n"
    "There were two ways out: The first was north. The second was south.\n",
    "storm.txt",
)
BREAK, FEAR, PRAYER, CALM, WAYS, NORTH, SOUTH = (
    "The mast broke.",
    "This frightened the crew.",
    "They prayed.",
    "A calm came.",
    "There were two ways out:",
    "The first was north.",
    "The second was south.",
)
ORDER = [BREAK, FEAR, PRAYER, CALM, WAYS, NORTH, SOUTH]


def span_of(words: str, document: Document = STORY) -> Span:
    start = document.text.index(words)
    return Span(start, start + len(words))


def candidate(words: str, score: float = 0.5, document: Document = STORY, **rest: Any) -> Candidate:
    """A sentence of a story, with those around it; parts of its score that we do not need are 0."""
    place = ORDER.index(words) if words in ORDER else 0
    known: dict[str, Any] = {
        "document": document.id,
        "passage": 1,
        "span": span_of(words, document),
        "score": score,
        "before": tuple(span_of(other) for other in reversed(ORDER[max(0, place - 2) : place])),
        "after": tuple(span_of(other) for other in ORDER[place + 1 : place + 2]),
    } | rest
    return Candidate(**{f.name: known.get(f.name, 0.0) for f in fields(Candidate)})


def chosen(*candidates: Candidate, limit: int = 3, least: float = 0.0) -> list[Quote]:
    return choose(candidates, {STORY.id: STORY}.__getitem__, limit, least)


def texts(quotes: list[Quote]) -> list[str]:
    return [quote.text for quote in quotes]


def highlighted(quote: Quote, document: Document = STORY) -> list[str]:
    return [document.text[start:end] for start, end in quote.highlights]


def test_a_sentence_that_stands_alone_is_quoted_as_it_is() -> None:
    (quote,) = chosen(candidate(CALM))
    assert (quote.text, highlighted(quote), quote.section) == (CALM, [CALM], ("Storm",))


def test_this_brings_the_sentence_that_it_points_at() -> None:
    (quote,) = chosen(candidate(FEAR))
    assert (quote.text, highlighted(quote)) == (f"{BREAK} {FEAR}", [FEAR])


def test_they_brings_as_many_sentences_as_point_back() -> None:
    (quote,) = chosen(candidate(PRAYER))
    assert (quote.text, highlighted(quote)) == (f"{BREAK} {FEAR} {PRAYER}", [PRAYER])


def test_nothing_is_brought_where_nothing_stands_before() -> None:
    assert texts(chosen(candidate(FEAR, before=()))) == [FEAR]


def test_a_colon_brings_what_it_announces() -> None:
    (quote,) = chosen(candidate(WAYS))
    assert (quote.text, highlighted(quote)) == (f"{WAYS} {NORTH}", [WAYS])


def test_a_colon_at_the_end_of_a_section_brings_nothing() -> None:
    assert texts(chosen(candidate(WAYS, after=()))) == [WAYS]


def test_a_sentence_in_a_better_quote_becomes_its_highlight() -> None:
    (quote,) = chosen(candidate(PRAYER, 0.9), candidate(BREAK, 0.8))
    assert (highlighted(quote), quote.score) == ([BREAK, PRAYER], 0.9)


def test_a_widened_quote_shrinks_where_it_would_overlap_a_better_one() -> None:
    quotes = chosen(candidate(BREAK, 0.9), candidate(FEAR, 0.8))
    assert texts(quotes) == [BREAK, FEAR]


def test_a_sentence_named_twice_is_quoted_and_highlighted_once() -> None:
    (quote,) = chosen(candidate(CALM, 0.9), candidate(CALM, 0.9))
    assert highlighted(quote) == [CALM]


def test_sentences_far_below_the_best_are_left_out() -> None:
    candidates = [candidate(CALM, 0.8), candidate(SOUTH, 0.41), candidate(NORTH, 0.39)]
    assert texts(chosen(*candidates, least=0.5)) == [CALM, SOUTH]


def test_the_best_is_quoted_however_low_it_scores() -> None:
    assert texts(chosen(candidate(CALM, 0.0), candidate(SOUTH, 0.0), least=1.0)) == [CALM, SOUTH]


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_there_are_no_more_quotes_than_the_limit(limit: int) -> None:
    candidates = [candidate(words) for words in (BREAK, CALM, NORTH, SOUTH)]
    assert texts(chosen(*candidates, limit=limit)) == [BREAK, CALM, NORTH, SOUTH][:limit]


def test_beyond_the_limit_a_sentence_can_still_become_a_highlight() -> None:
    candidates = [candidate(PRAYER, 0.9), candidate(SOUTH, 0.8), candidate(FEAR, 0.7)]
    (quote,) = chosen(*candidates, limit=1)
    assert highlighted(quote) == [FEAR, PRAYER]


def test_no_candidates_make_no_quotes() -> None:
    assert chosen() == []


def test_the_same_words_in_two_documents_are_two_quotes() -> None:
    twin = replace(STORY, source="twin.txt")
    pair = [candidate(CALM), candidate(CALM, document=twin)]
    quotes = choose(pair, {STORY.id: STORY, twin.id: twin}.__getitem__, 3, 0.0)
    assert [(q.document, q.text) for q in quotes] == [(STORY.id, CALM), (twin.id, CALM)]


SCORED = st.lists(st.tuples(st.sampled_from(ORDER), st.floats(0, 1)), max_size=12)


@settings(max_examples=100)
@given(SCORED, st.integers(1, 3), st.floats(0, 1))
def test_quotes_are_verbatim_apart_best_first_and_highlighted_inside(
    scored: list[tuple[str, float]], limit: int, least: float
) -> None:
    ranked = sorted(scored, key=lambda pair: -pair[1])
    quotes = chosen(*(candidate(w, s) for w, s in ranked), limit=limit, least=least)
    assert min(1, len(scored)) <= len(quotes) <= limit
    for place, quote in enumerate(quotes):
        verify(quote, STORY)
        assert all(quote.score >= later.score for later in quotes[place + 1 :])
        assert not any(quote.span.overlaps(other.span) for other in quotes[place + 1 :])
        assert highlighted(quote)
        assert set(highlighted(quote)) <= {words for words, _ in scored}


@pytest.mark.parametrize(
    "sentence",
    [
        "This could help.",
        "These are rare.",
        "They prayed.",
        "It was built by hand.",
        "Its roof leaks.",
        "Such ships sink.",
        "However, they left.",
        "For example, this mast broke.",
        "“He left,” said the cook.",
        "(That was in 1912.)",
        "In the same year the war began.",
        "The latter won.",
    ],
)
def test_a_sentence_that_only_the_one_before_explains_points_back(sentence: str) -> None:
    assert points_back(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The mast broke.",
        "It is often important to rest.",
        "It was clear that nobody slept.",
        "However, the crew left.",
        "Thistles grow here.",
        "Italy is a country.",
        "Shells lay there.",
        "In 1912 they left.",
        "",
    ],
)
def test_a_sentence_that_explains_itself_does_not_point_back(sentence: str) -> None:
    assert not points_back(sentence)


def quote_of(words: str) -> Quote:
    (quote,) = chosen(candidate(words))
    return quote


Tampering = Callable[[Quote], tuple[Quote, Document]]
OTHER = make_document(STORY.text, "other.txt")
TAMPERINGS: dict[str, Tampering] = {
    "other words": lambda q: (replace(q, text=q.text.replace("calm", "gale")), STORY),
    "a letter's case": lambda q: (replace(q, text=q.text.lower()), STORY),
    "shifted": lambda q: (replace(q, start=q.start + 1, end=q.end + 1), STORY),
    "longer": lambda q: (replace(q, end=q.end + 1), STORY),
    "empty": lambda q: (replace(q, end=q.start, text="", highlights=()), STORY),
    "backwards": lambda q: (replace(q, start=q.end, end=q.start, text="", highlights=()), STORY),
    "counted from the end": lambda q: (
        replace(q, start=q.start - len(STORY.text), end=q.end - len(STORY.text)),
        STORY,
    ),
    "beyond the end": lambda q: (
        replace(q, end=10**6, text=STORY.text[q.start :], highlights=()),
        STORY,
    ),
    "another document's id": lambda q: (replace(q, document=OTHER.id), STORY),
    "another document": lambda q: (q, OTHER),
    "text changed under its hash": lambda q: (q, replace(STORY, text=STORY.text + " More.")),
    "highlight before": lambda q: (replace(q, highlights=((q.start - 1, q.end),)), STORY),
    "highlight after": lambda q: (replace(q, highlights=((q.start, q.end + 1),)), STORY),
    "highlight empty": lambda q: (replace(q, highlights=((q.start, q.start),)), STORY),
}


@pytest.mark.parametrize("name", TAMPERINGS)
def test_a_tampered_quote_is_refused(name: str) -> None:
    quote, document = TAMPERINGS[name](quote_of(CALM))
    with pytest.raises(QuoteError):
        verify(quote, document)


def test_the_refusal_names_the_place() -> None:
    quote = replace(quote_of(CALM), text="A gale came.")
    with pytest.raises(QuoteError, match=rf"storm\.txt \[{quote.start}:{quote.end}\]"):
        verify(quote, STORY)


@pytest.mark.parametrize("words", ORDER)
def test_an_honest_quote_passes(words: str) -> None:
    quote = quote_of(words)
    verify(quote, STORY)
    assert STORY.text[quote.start : quote.end] == quote.text


LAYOUTS = make_document(
    "# Nests\n\nThe gulls eat:\n\n- fish\n- mussels\n\n"
    "**They build with:**\n\n1. grass\n2. moss\n\n"
    "| Bird | Eggs |\n| --- | --- |\n| Gull | 3 |\n| Owl | 4 |\n\nThat is all.\n",
    "nests.md",
)
LINES = [
    "The gulls eat:",
    "- fish",
    "- mussels",
    "**They build with:**",
    "1. grass",
    "2. moss",
    "| Bird | Eggs |\n| --- | --- |",
    "| Gull | 3 |",
    "| Owl | 4 |",
    "That is all.",
]


@pytest.mark.parametrize(
    ("line", "first"),
    [
        ("- fish", "The gulls eat:"),
        ("- mussels", "- mussels"),  # its introduction is not next to it: a quote is one piece
        ("1. grass", "**They build with:**"),
        ("2. moss", "2. moss"),
        ("| Gull | 3 |", "| Bird | Eggs |\n| --- | --- |"),
        ("| Owl | 4 |", "| Owl | 4 |"),
        ("| Bird | Eggs |\n| --- | --- |", "| Bird | Eggs |\n| --- | --- |"),
        ("That is all.", "| Owl | 4 |"),  # as any sentence that points back
    ],
)
def test_the_first_item_brings_its_introduction_and_the_first_row_its_header(
    line: str, first: str
) -> None:
    place = LINES.index(line)
    spans = [span_of(other, LAYOUTS) for other in LINES]
    around = {"before": tuple(reversed(spans[max(0, place - 2) : place])), "after": ()}
    (quote,) = choose([candidate(line, document=LAYOUTS, **around)], lambda id: LAYOUTS, 3, 0.0)
    verify(quote, LAYOUTS)
    assert quote.text == LAYOUTS.text[spans[LINES.index(first)].start : spans[place].end]
    assert highlighted(quote, LAYOUTS) == [line]
