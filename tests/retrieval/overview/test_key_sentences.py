"""Which sentences of a document are key sentences, by their vectors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.types import Document, Passage, PassageKind, Region, RegionKind, Section, Span
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from pincite.retrieval.overview.key_sentences import (
    MOST,
    EmbeddedPassage,
    OwnText,
    key_sentences,
)

SENTENCES = [
    "Gulls nest on the high cliffs.",
    "Gulls nest on the low cliffs too.",
    "Gulls eat fish from the harbour.",
    "Owls hunt mice on the cliffs at night.",
    "The tax office opens at nine on Mondays.",
]


def document_of(sentences: list[str], path: tuple[str, ...] = ()) -> Document:
    text = " ".join(sentences)
    return Document("a.txt", "A", text, (Section(Span(0, len(text)), path),))


def embedded(
    document: Document, sentences: list[str], kind: PassageKind = "prose", **more: object
) -> EmbeddedPassage:
    """One passage of these sentences, in order."""
    spans, at = [], 0
    for sentence in sentences:
        start = document.text.index(sentence, at)
        at = start + len(sentence)
        spans.append(Span(start, at))
    span = Span(0, len(document.text))
    passage = Passage(span, tuple(spans), kind=kind, **more)  # type: ignore[arg-type]
    return EmbeddedPassage(passage, HashingEmbedder().embed_documents([document.text, *sentences]))


def chosen(sentences: list[str], **more: object) -> list[str]:
    document = document_of(sentences)
    spans = key_sentences(document, [embedded(document, sentences, **more)])  # type: ignore[arg-type]
    return [document.text[span.start : span.end] for span in spans]


def test_the_sentences_nearest_to_the_mean_are_chosen_in_the_order_of_the_text() -> None:
    said = chosen(SENTENCES[::-1])
    assert SENTENCES[4] not in said
    assert said == sorted(said, key=SENTENCES[::-1].index)
    assert len(said) == 3


def test_a_sentence_that_stands_twice_is_chosen_once() -> None:
    assert chosen([SENTENCES[0], SENTENCES[0].upper(), SENTENCES[0]]) == [SENTENCES[0]]


@pytest.mark.parametrize("kind", ["row", "code", "quoted", "note", "references", "heading"])
def test_what_is_not_running_text_is_no_key_sentence(kind: PassageKind) -> None:
    assert chosen(SENTENCES, kind=kind) == []


def test_hidden_text_and_lists_of_references_have_no_key_sentence() -> None:
    assert chosen(SENTENCES, hidden=True) == []
    assert chosen(SENTENCES, path=("References",)) == []


@pytest.mark.parametrize("kind", ["quoted", "note", "hidden"])
def test_a_sentence_that_touches_another_kind_of_text_is_left_out(kind: RegionKind) -> None:
    document = document_of(SENTENCES)
    start = document.text.index(SENTENCES[2])
    marked = replace(document, regions=(Region(Span(start + 3, start + 5), kind),))
    spans = key_sentences(marked, [embedded(document, SENTENCES)])
    assert spans
    assert not any(span.start <= start < span.end for span in spans)


@pytest.mark.parametrize(
    "sentence",
    [
        "This is what nobody explains here.",
        "However, the gulls came back in spring.",
        "the gulls came back again in spring.",
        "Do the gulls come back in spring?",
        "A piece without an end, and so on",
        "Yes, of course.",
        "The gulls " + "and the gulls " * 40 + "came.",
    ],
)
def test_what_does_not_stand_alone_is_no_key_sentence(sentence: str) -> None:
    assert chosen([sentence]) == []


def test_the_mark_of_an_item_is_no_part_of_a_key_sentence() -> None:
    assert chosen(["- Gulls nest on the high cliffs."], kind="list") == [SENTENCES[0]]


def test_what_the_lead_has_already_is_left_out() -> None:
    document = document_of(SENTENCES)
    lead = Span(0, len(SENTENCES[0]) + 1 + len(SENTENCES[1]))
    spans = key_sentences(document, [embedded(document, SENTENCES)], lead)
    assert all(span.start >= lead.end for span in spans)
    assert len(spans) == 3


@given(st.lists(st.sampled_from([*SENTENCES, "It is so.", "a b", "?"]), max_size=30))
def test_key_sentences_are_distinct_in_order_and_at_most_five(sentences: list[str]) -> None:
    said = chosen(sentences) if sentences else []
    assert len(set(said)) == len(said) <= MOST
    assert set(said) <= set(SENTENCES)
    assert len(said) >= min(3, len(set(sentences) & set(SENTENCES)))


def test_vectors_that_are_all_zero_do_no_harm() -> None:
    document = document_of(SENTENCES)
    one = embedded(document, SENTENCES)
    still = EmbeddedPassage(one.passage, np.zeros_like(one.vectors))
    assert len(key_sentences(document, [still])) == 3


@given(
    st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), max_size=6),
    st.integers(0, 70),
    st.integers(1, 20),
)
def test_own_text_is_what_no_region_touches(
    regions: list[tuple[int, int]], start: int, length: int
) -> None:
    spans = sorted(Span(s, s + n) for s, n in regions)
    text = "x" * 100
    document = Document(
        "a", "a", text, (Section(Span(0, 100)),), regions=tuple(Region(s, "note") for s in spans)
    )
    span = Span(start, start + length)
    assert OwnText(document).has(span) == (not any(s.overlaps(span) for s in spans))
