"""What the cross-encoder reads of a passage, and where its words stand in the document."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.types import Document, Passage, Span
from pincite.ingest.cutting.passages import segment
from pincite.retrieval.cross_encoder.passage_input import PassageInput
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder
from tests.retrieval.conftest import make_document

PROSE = make_document("# Gulls\n\nGulls nest on cliffs. They eat fish.\n", "birds.md")
TABLE = make_document(
    "# Camping\n\n| Site | June | July |\n|---|---|---|\n| Seeblick | 27 | 34 |\n"
    "| Huber | 15 | 15 |\n",
    "sites.md",
)


def cut(document: Document) -> list[Passage]:
    return [p for p in segment(document, HashingEmbedder(), 96) if p.kind != "heading"]


def read(document: Document, words: str) -> tuple[PassageInput, int]:
    """The passage that has the words, as it is read, and where in it they stand."""
    for passage in cut(document):
        one = PassageInput.of(document, passage)
        if words in one.text:
            return one, one.text.index(words)
    raise AssertionError(words)


def test_a_passage_is_read_with_its_title_and_headings() -> None:
    one, _ = read(PROSE, "Gulls nest")
    assert one.text.startswith(f"{PROSE.title}\n") or one.text.startswith("Gulls\n")
    assert one.text.endswith("Gulls nest on cliffs. They eat fish.")


def test_words_of_prose_stand_in_the_document_where_they_were_read() -> None:
    one, at = read(PROSE, "eat fish")
    place = one.place(at, at + len("eat fish"), PROSE.text)
    assert place is not None
    assert PROSE.text[place.start : place.end] == "eat fish"


def test_a_cell_stands_in_its_row_without_the_name_of_its_column() -> None:
    one, at = read(TABLE, "July: 34")
    place = one.place(at + len("July: "), at + len("July: 34"), TABLE.text)
    assert place is not None
    assert TABLE.text[place.start : place.end] == "34"
    assert "Seeblick" in TABLE.text[TABLE.text.rindex("\n", 0, place.start) : place.start]


def test_the_cell_is_told_from_another_with_the_same_words() -> None:
    one, at = read(TABLE, "June: 15; July: 15")
    place = one.place(at + len("June: 15; July: "), at + len("June: 15; July: 15"), TABLE.text)
    assert place is not None
    row = TABLE.text.index("| Huber")
    assert TABLE.text[row : place.end] == "| Huber | 15 | 15"


def test_a_column_and_its_cell_are_the_cell_and_two_cells_what_is_between() -> None:
    one, at = read(TABLE, "June: 27; July: 34")
    cell = one.place(at, at + len("June: 27"), TABLE.text)
    both = one.place(at, at + len("June: 27; July: 34"), TABLE.text)
    assert cell is not None
    assert both is not None
    assert TABLE.text[cell.start : cell.end] == "27"
    assert TABLE.text[both.start : both.end] == "27 | 34"


def test_the_name_of_a_column_alone_is_its_whole_row() -> None:
    one, at = read(TABLE, "July: 34")
    place = one.place(at, at + len("July"), TABLE.text)
    assert place is not None
    assert "Seeblick" in TABLE.text[place.start : place.end]


def test_words_of_a_heading_stand_nowhere_in_the_passage() -> None:
    one, _ = read(PROSE, "They eat")
    assert one.place(0, 3, PROSE.text) is None


@given(st.data())
def test_whatever_is_marked_stands_in_the_sentences_that_it_touches(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from([PROSE, TABLE]))
    passage = data.draw(st.sampled_from(cut(document)))
    one = PassageInput.of(document, passage)
    start = data.draw(st.integers(0, len(one.text) - 1))
    end = data.draw(st.integers(start + 1, len(one.text)))
    place = one.place(start, end, document.text)
    touched = [
        place_
        for said, place_ in zip(one.sentences, one.places, strict=True)
        if said.overlaps(Span(start, end))
    ]
    if not touched:
        assert place is None
    else:
        assert place is not None
        assert touched[0].start <= place.start < place.end <= touched[-1].end
