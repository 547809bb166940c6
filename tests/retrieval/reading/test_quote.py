"""A quote is what stands at its place, and so is its context; anything else is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pincite.corpus.errors import QuoteError
from pincite.corpus.types import Document
from pincite.retrieval.reading.quote import Context, Quote, verify
from tests.retrieval.conftest import make_document

STORY = make_document(
    "== Storm ==\nThe mast broke. This frightened the crew. They prayed. A calm came.\n"
    "There were two ways out: The first was north. The second was south.\n",
    "storm.txt",
)
CALM, FEAR = "A calm came.", "This frightened the crew."


def context_of(words: str, document: Document = STORY) -> Context:
    start = document.text.index(words)
    return Context(start, start + len(words), words, "before")


def quote_of(words: str, *context: Context, document: Document = STORY) -> Quote:
    start = document.text.index(words)
    end = start + len(words)
    return Quote(
        document.id,
        document.title,
        ("Storm",),
        None,
        start,
        end,
        words,
        ((start, end),),
        0.5,
        context,
    )


BROKE = context_of("The mast broke.")
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
    "answer outside the marks": lambda q: (replace(q, answer=(q.end, q.end + 2)), STORY),
    "answer backwards": lambda q: (replace(q, answer=(q.start + 2, q.start + 1)), STORY),
    "answer of nothing": lambda q: (replace(q, answer=(q.start, q.start)), STORY),
    "highlight before": lambda q: (replace(q, highlights=((q.start - 1, q.end),)), STORY),
    "highlight after": lambda q: (replace(q, highlights=((q.start, q.end + 1),)), STORY),
    "context changed": lambda q: (
        replace(q, context=(replace(BROKE, text="The mast held."),)),
        STORY,
    ),
    "context shifted": lambda q: (
        replace(q, context=(replace(BROKE, start=BROKE.start + 1, end=BROKE.end + 1),)),
        STORY,
    ),
    "context inside": lambda q: (
        replace(q, context=(Context(q.start, q.end, q.text, "before"),)),
        STORY,
    ),
    "context beyond the end": lambda q: (
        replace(q, context=(Context(10**6, 10**6 + 1, "x", "before"),)),
        STORY,
    ),
    "context empty": lambda q: (replace(q, context=(Context(0, 0, "", "before"),)), STORY),
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


@pytest.mark.parametrize("words", [CALM, FEAR, "They prayed."])
def test_an_honest_quote_with_its_context_passes(words: str) -> None:
    quote = quote_of(words, BROKE)
    verify(quote, STORY)
    assert STORY.text[quote.start : quote.end] == quote.text
