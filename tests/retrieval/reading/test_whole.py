"""A block is found from what stands near it, however long its section is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pincite.corpus.types import Document, Section, Span
from pincite.retrieval.reading.whole import block, tight

BREAK = "\n\n"
PIECES = st.lists(st.sampled_from(["a", "word", " ", "\n", BREAK, "   "]), min_size=1, max_size=40)


def everywhere(document: Document, span: Span) -> Span:
    """The block, looked for in the whole section."""
    text, section = document.text, document.section_at(span.start)
    before = text.rfind(BREAK, section.body, span.start)
    after = text.find(BREAK, span.end, section.span.end)
    start = section.body if before < 0 else before
    end = section.span.end if after < 0 else after
    return tight(text, min(start, span.start), max(end, span.end))


@given(PIECES, PIECES, st.integers(1, 12))
def test_it_is_the_block_of_the_section_unless_that_is_longer(
    before: list[str], after: list[str], longest: int
) -> None:
    start = "".join(before)
    text = f"{start}passage{''.join(after)}"
    document = Document("a.txt", "a", text, (Section(Span(0, len(text))),))
    span = Span(len(start), len(start) + len("passage"))
    whole, near = everywhere(document, span), block(document, span, longest)
    assert near == whole if len(whole) <= longest else near is None or len(near) > longest


class Counted(str):
    """A text that counts how many characters are searched for a break."""

    looked_at = 0

    def find(self, *values: object) -> int:  # type: ignore[override]
        Counted.looked_at += values[2] - values[1]  # type: ignore[operator]
        return super().find(*values)  # type: ignore[arg-type]

    def rfind(self, *values: object) -> int:  # type: ignore[override]
        Counted.looked_at += values[2] - values[1]  # type: ignore[operator]
        return super().rfind(*values)  # type: ignore[arg-type]


def test_a_long_section_without_blank_lines_is_not_searched_to_its_ends() -> None:
    text = Counted("word " * 100_000)
    document = Document("a.txt", "a", text, (Section(Span(0, len(text))),))
    assert block(document, Span(250_000, 250_100), 900) is None
    assert 0 < Counted.looked_at <= 2 * 1000
