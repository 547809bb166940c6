"""The values that everything is made of, and the one form that text has."""

from __future__ import annotations

import unicodedata
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pincite.corpus.canonical import canonical
from pincite.corpus.line_patterns import named_cells
from pincite.corpus.types import Document, Page, Passage, Section, Span

bounded = settings(max_examples=100)
# Whatever Python can hold, surrogates too, thick with what canonical text is about.
ANY_TEXT = st.text(max_size=80) | st.lists(
    st.sampled_from(
        [
            *("\x00", "\r", "\n", "\r\n", "\ufeff", "\ud800", "\udfff", "\ud83d\ude00"),
            *("e\u0301", "\u0301", "\u1100\u1161", "\u212b", "\ufb01", "\U0001d15e", "a", " "),
        ]
    ),
    max_size=20,
).map("".join)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PROSE = st.text("ab é.😀\n", min_size=1, max_size=20)
HEADINGS = st.lists(st.text("abé", min_size=1, max_size=5), max_size=3).map(tuple)
OFFSETS = st.integers(-5, 20)


def document(text: str = "One. Two.", source: str = "a.txt") -> Document:
    return Document(source, "T", text, (Section(Span(0, len(text))),))


def cut_anywhere(draw: st.DataObject, text: str, offset: int) -> tuple[Span, ...]:
    """Some sentences in a passage of this text that begins at this offset."""
    bounds = draw.draw(st.lists(st.integers(0, len(text)), max_size=6).map(sorted))
    pairs = zip(bounds[::2], bounds[1::2], strict=False)
    return tuple(Span(offset + start, offset + end) for start, end in pairs)


@bounded
@given(ANY_TEXT)
def test_canonical_text_stays_as_it_is(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@bounded
@given(ANY_TEXT)
def test_canonical_text_is_composed_and_holds_nothing_that_cannot_be_stored(text: str) -> None:
    made = canonical(text)
    assert unicodedata.is_normalized("NFC", made)
    assert not set(made) & {"\x00", "\r"}
    assert not made.startswith("\ufeff")
    assert made.encode("utf-8").decode("utf-8") == made


@bounded
@given(st.lists(st.text("abc é😀\t", max_size=10), max_size=8), st.sampled_from(["\r\n", "\r"]))
def test_line_ends_of_every_kind_become_one_kind(rows: list[str], end: str) -> None:
    assert canonical(end.join(rows)) == "\n".join(rows)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("A\ud800B", "A\ufffdB"),
        ("\ufeffA\ufeffB", "A\ufeffB"),
        ("\x00\ufeffA", "A"),
        ("A\r\x00\nB", "A\nB"),
        ("x\u0301", "x\u0301"),
        ("“quoted” — ﬁ ½", "“quoted” — ﬁ ½"),
    ],
)
def test_what_is_not_about_form_is_kept(written: str, kept: str) -> None:
    assert canonical(written) == kept


@given(OFFSETS, OFFSETS)
def test_a_span_is_made_only_from_offsets_in_order_and_not_below_zero(start: int, end: int) -> None:
    if 0 <= start <= end:
        assert len(Span(start, end)) == end - start
    else:
        with pytest.raises(ValueError, match=rf"got \[{start}, {end}\)"):
            Span(start, end)


@given(*[st.integers(0, 9)] * 4)
def test_spans_overlap_and_contain_as_their_code_points_do(a: int, b: int, c: int, d: int) -> None:
    one, other = Span(min(a, b), max(a, b)), Span(min(c, d), max(c, d))
    assume(len(one) and len(other))
    points, others = set(range(one.start, one.end)), set(range(other.start, other.end))
    assert one.overlaps(other) == bool(points & others)
    assert one.contains(other) == (others <= points)


def test_values_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        document().text = "Other."  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        Span(0, 1).end = 2  # type: ignore[misc]


@bounded
@given(NAMES, NAMES, NAMES, NAMES)
def test_documents_are_the_same_when_name_and_text_are(
    name: str, text: str, other_name: str, other_text: str
) -> None:
    one, other = document(text, name), document(other_text, other_name)
    assert (one.id == other.id) == ((name, text) == (other_name, other_text))
    assert len(one.id) == 64
    assert set(one.id) <= set("0123456789abcdef")


def test_title_and_metadata_do_not_make_another_document() -> None:
    one = document()
    assert replace(one, title="Other", metadata={"by": "Ada"}).id == one.id


def test_each_offset_is_in_its_section() -> None:
    spans = [Span(0, 3), Span(3, 7), Span(7, 9)]
    sections = tuple(Section(span, (str(span.start),)) for span in spans)
    text = replace(document(), sections=sections)
    assert [text.section_at(offset).path[0] for offset in range(9)] == [*"000333377"]
    assert text.section_at(9) == sections[-1], "the end of the text"


def test_each_offset_is_on_its_page_and_nowhere_without_pages() -> None:
    pages = (Page(Span(0, 4), 1), Page(Span(4, 6), 2), Page(Span(6, 9), 5))
    paged = replace(document(), pages=pages)
    assert [paged.page_at(offset) for offset in range(9)] == [1, 1, 1, 1, 2, 2, 5, 5, 5]
    assert [document().page_at(offset) for offset in range(9)] == [None] * 9


@bounded
@given(PROSE, NAMES, NAMES, HEADINGS, st.data())
def test_a_passage_has_one_key_wherever_it_stands(
    prose: str, before: str, after: str, path: tuple[str, ...], data: st.DataObject
) -> None:
    cuts = cut_anywhere(data, prose, 0)
    moved = tuple(Span(len(before) + s.start, len(before) + s.end) for s in cuts)
    here = Passage(Span(0, len(prose)), cuts, path)
    there = Passage(Span(len(before), len(before) + len(prose)), moved, path)
    assert here.key(prose) == there.key(before + prose + after)
    assert here.sentence_texts(prose) == there.sentence_texts(before + prose + after)


@bounded
@given(PROSE, PROSE, HEADINGS, HEADINGS, st.data())
def test_other_text_or_headings_or_cuts_make_another_key(
    prose: str, other: str, path: tuple[str, ...], above: tuple[str, ...], data: st.DataObject
) -> None:
    cuts, recut = cut_anywhere(data, prose, 0), cut_anywhere(data, prose, 0)
    whole = Span(0, len(prose))
    one = Passage(whole, cuts, path)
    assert len(one.key(prose)) == 32
    assert (one.key(prose) == Passage(whole, recut, path).key(prose)) == (cuts == recut)
    assert (one.key(prose) == Passage(whole, cuts, above).key(prose)) == (path == above)
    ending = other[: len(prose)].ljust(len(prose), "z")
    assert (one.key(prose) == one.key(ending)) == (prose == ending)


def test_headings_are_embedded_before_the_prose_and_not_quoted() -> None:
    passage = Passage(Span(4, 9), (Span(4, 6), Span(7, 9)), ("Birds", "Gulls"))
    said, spans = passage.embedded("xxx A. B. yyy")
    assert said == "Birds > Gulls\nA. B."
    assert [said[span.start : span.end] for span in spans] == ["A.", "B."]
    assert passage.sentence_texts("xxx A. B. yyy") == ["A.", "B."]


def test_a_row_is_embedded_with_its_columns_and_quoted_without() -> None:
    text = "City\tLunch\nZurich\t28 CHF"
    header, row = Span(0, 10), Span(11, 24)
    passage = Passage(row, (row,), ("Rates",), ("City", "Lunch"), "row", context=((header,),))
    assert passage.embedded(text) == ("Rates\nCity: Zurich; Lunch: 28 CHF", [Span(6, 33)])
    assert passage.sentence_texts(text) == ["Zurich\t28 CHF"]


def test_an_item_under_another_lead_in_has_another_key() -> None:
    passages = [
        Passage(Span(8, 9), (Span(8, 9),), context=((Span(start, start + 3),),)) for start in (0, 4)
    ]
    assert passages[0].key("one two x") != passages[1].key("one two x")
    assert passages[0].key("one two x") == passages[0].key("one xyz x")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("| a | b |", "A: a; b"),
        ("| a |", "A: a"),
        ("|  | b |", "b"),
        ("| A |  |", "| A |  |"),  # the header itself
        ("| a | b | c |", "| a | b | c |"),  # of other columns
        ("no row", "no row"),
    ],
)
def test_cells_are_named_by_their_place(row: str, words: str) -> None:
    assert named_cells(row, ("A", "")) == words
