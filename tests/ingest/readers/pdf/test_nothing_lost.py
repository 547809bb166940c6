"""PDF: each word that a file shows is read, or a warning says that something is missing."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.ingest.readers.pdf.reader import PDF
from tests.ingest.readers.pdf.pdf_maker import COURIER, Leaf, Text, box, column, pdf, widget

PARTS = (
    *("prose", "table", "field", "tick", "raised", "hidden", "covered", "note", "item", "columns"),
)
PAGES = st.lists(st.lists(st.sampled_from(PARTS), max_size=6), min_size=1, max_size=6)
MARGINS = st.sampled_from(["", "head", "foot", "both", "left and right", "invoice"])


class Maker:
    """Draws pages of words that stand nowhere else, and keeps which they are."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self._numbers = iter(range(10**6))

    def word(self) -> str:
        """A word of letters that no other begins with or ends with."""
        number, letters = next(self._numbers), ""
        for _ in range(4):
            number, digit = divmod(number, 20)
            letters += "bcdfghjklmnpqrstvwxz"[digit]
        self.words.append(f"q{letters}y")
        return self.words[-1]

    def page(self, number: int, parts: list[str], margins: str, head: str) -> Leaf:
        """A page of these parts, one below the other."""
        lines = list(self._margins(number, margins, head))
        annotations: list[str] = []
        over, y = "", 90.0
        leaf = Leaf()
        for part in parts:
            first, second = self.word(), self.word()
            if part == "prose":
                lines += column([f"The {first} of the sea and", f"its {second} nest here."], y=y)
            elif part == "item":
                lines += column([f"1. The {first}.", f"2. The {second}."], y=y)
            elif part == "table":
                for i, row in enumerate([(first, second), (self.word(), self.word())]):
                    lines += [Text(72, y + 12 * i, row[0]), Text(250, y + 12 * i, row[1])]
            elif part == "columns":
                lines += [Text(72, y, f"Left {first}"), Text(330, y, f"Right {second}")]
            elif part == "raised":
                written = f"{first} of 1893"
                lines.append(Text(72, y, written, font=COURIER))
                lines.append(Text(72 + 6 * len(written), y - 4, "2", size=6, font=COURIER))
                lines.append(Text(172, y, second, font=COURIER))
            elif part == "hidden":
                lines += [Text(72, y, first, ink="1 g"), Text(200, y, second, ink="3 Tr")]
            elif part == "covered":
                lines.append(Text(72, y, f"{first} {second}"))
                over += box(leaf, 60, y - 12, 300, y + 6)
            elif part == "note":
                entries = f"/Rect [500 {780 - y:g} 520 {790 - y:g}] /Contents ({first} {second})"
                annotations.append(f"/Type /Annot /Subtype /Text {entries}")
            elif part in ("field", "tick"):
                lines.append(Text(72, y, f"{first}:"))
                own = f"/FT /Tx /T ({first}) /V ({second})"
                if part == "tick":
                    lines.append(Text(275, y, second))
                    own = f"/FT /Btn /T ({first}) /AS /Yes /V /Yes"
                annotations.append(widget(leaf, 260, y - 9, 270 + 100 * (part == "field"), y, own))
            y += 60
        return Leaf(lines, blank=not lines and not annotations, over=over, annotations=annotations)

    def _margins(self, number: int, margins: str, head: str) -> Iterator[Text]:
        if margins in ("head", "both"):
            yield Text(72, 40, f"Head {head}")
        if margins in ("foot", "both"):
            yield Text(72, 770, f"Foot {head} | {number}")
        if margins == "left and right":
            yield Text(72 if number % 2 else 400, 40, f"{'Left' if number % 2 else 'Right'} {head}")
        if margins == "invoice":
            yield Text(72, 40, f"Invoice {20450 + number}")
            self.words.append(str(20450 + number))
            yield Text(72, 52, f"For {self.word()}")


@settings(max_examples=60, deadline=None)
@given(PAGES, MARGINS)
def test_every_word_of_a_page_is_in_the_text(pages: list[list[str]], margins: str) -> None:
    maker = Maker()
    head = maker.word()
    if not margins or margins == "invoice":
        maker.words.pop()
    leaves = [maker.page(i, parts, margins, head) for i, parts in enumerate(pages, 1)]
    leaves.append(Leaf(column(["The end."], y=300)))
    found = PDF.read(pdf(leaves), "a.pdf")
    bare = found.text.translate({ord(mark): " " for mark in "|\n.:"}).split()
    missing = [word for word in maker.words if word not in bare]
    assert missing == []
    repeated = [word for word in maker.words if word != head and bare.count(word) > 1]
    assert repeated == []
    unseen = sum(part in ("hidden", "covered") for parts in pages for part in parts)
    assert bool(unseen) == any("cannot be seen" in warning for warning in found.warnings)
    assert found.text.count("1893²") == sum(parts.count("raised") for parts in pages)
    assert found.text.count("☒") == sum(parts.count("tick") for parts in pages)
