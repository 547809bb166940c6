"""A document's text in pieces, and the pieces on screens."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.types import Document, Page, Section, Span
from pincite.ui.text.pieces import Piece, pieces, screens

_TEXTS = st.lists(st.text("ab \n", max_size=30), min_size=1, max_size=8)


def sectioned(texts: list[str]) -> Document:
    """A document of these sections, each under a heading of its own, and on a page of its own."""
    sections, pages, text = [], [], ""
    for number, body in enumerate(texts, start=1):
        start = len(text)
        text += f"H{number}\n{body}\n"
        span = Span(start, len(text))
        sections.append(Section(span, (f"H{number}",), start + len(f"H{number}\n")))
        pages.append(Page(span, number))
    return Document("a.txt", "A", text, tuple(sections), tuple(pages))


@given(_TEXTS, st.integers(1, 40))
def test_screens_hold_every_piece_in_order_and_are_about_as_long_as_they_may_be(
    texts: list[str], most: int
) -> None:
    document = sectioned(texts)
    shown = screens(document, most)
    assert all(shown)
    flat = [piece for screen in shown for piece in screen]
    for kind in ("heading", "page"):
        wanted = [piece for piece in pieces(document) if piece.kind == kind]
        assert [piece for piece in flat if piece.kind == kind] == wanted
    said = "".join(piece.said for piece in flat if piece.kind == "text")
    assert said == "".join(piece.said for piece in pieces(document) if piece.kind == "text")
    texts_shown = [piece for piece in flat if piece.kind == "text"]
    assert all(len(piece.said) <= most for piece in texts_shown)
    assert all(document.text.startswith(piece.said, piece.start) for piece in texts_shown)


def test_headings_stay_with_what_they_stand_over() -> None:
    document = sectioned(["first " * 10, "second " * 10])
    one, two = screens(document, 100)
    assert [piece.kind for piece in one] == ["page", "heading", "text"]
    assert [piece.kind for piece in two] == ["page", "heading", "text"]


def test_a_long_text_is_cut_at_the_end_of_a_line() -> None:
    document = sectioned(["one line\n" * 20])
    cuts = [piece.said for screen in screens(document, 50) for piece in screen[-1:]]
    assert len(cuts) > 3
    assert all(cut.endswith("line\n") for cut in cuts[:-1])


def test_an_empty_document_has_one_empty_screen() -> None:
    document = Document("a.txt", "A", " \n", (Section(Span(0, 2)),))
    assert screens(document, 10) == [[]]
    assert list(pieces(document)) == []


def test_a_page_that_begins_within_a_section_is_marked_there() -> None:
    text = "One.\nTwo.\n"
    pages = (Page(Span(0, 5), 1), Page(Span(5, 10), 2))
    document = Document("a.pdf", "A", text, (Section(Span(0, 10)),), pages)
    assert list(pieces(document)) == [
        Piece("page", "1"),
        Piece("text", "One.", 0),
        Piece("page", "2"),
        Piece("text", "Two.", 5),
    ]
