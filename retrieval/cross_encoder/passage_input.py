"""What the cross-encoder reads of a passage, and where in the document its words stand."""

from __future__ import annotations

from dataclasses import dataclass

from pincite.corpus.line_patterns import cell_places, named_cells
from pincite.corpus.types import Document, Passage, Span


@dataclass(frozen=True, slots=True)
class PassageInput:
    """A passage as the network reads it: title, headings, lead-in, and rows with column names.

    Attributes:
        text: what is read.
        sentences: where in ``text`` each sentence of the passage stands.
        places: where in the document's text each of them stands.
        columns: the names of the columns, where they are rows of a table.
    """

    text: str
    sentences: tuple[Span, ...]
    places: tuple[Span, ...]
    columns: tuple[str, ...]

    @classmethod
    def of(cls, document: Document, passage: Passage) -> PassageInput:
        """What the network reads of a passage of ``document``."""
        said, spans = passage.embedded(document.text)
        # Many documents open with a heading that is their title.
        title = "" if passage.path[:1] == (document.title,) else f"{document.title}\n"
        shift = len(title)
        moved = tuple(Span(span.start + shift, span.end + shift) for span in spans)
        return cls(title + said, moved, passage.sentences, passage.columns)

    def place(self, start: int, end: int, document: str) -> Span | None:
        """Where in the document's text the words ``text[start:end]`` stand.

        Of a row, whose cells are read with the names of their columns, it is the cell or the cells.

        Args:
            start: in ``text``; with ``end`` half-open.
            document: the document's text.

        Returns:
            None where the words are of the title or a heading.
        """
        inside = [
            (max(start, said.start), min(end, said.end), said, place)
            for said, place in zip(self.sentences, self.places, strict=True)
            if said.start < end and start < said.end
        ]
        if not inside:
            return None
        edges = [self._within(*one, document) for one in inside]
        return Span(edges[0].start, edges[-1].end)

    def _within(self, start: int, end: int, said: Span, place: Span, document: str) -> Span:
        """Where a part of one sentence stands; the whole sentence where that cannot be told."""
        words, row = self.text[said.start : said.end], document[place.start : place.end]
        if words == row:
            return Span(place.start + start - said.start, place.start + end - said.start)
        if words != named_cells(row, self.columns):
            return place
        start, end = start - said.start, end - said.start
        cells = [
            (first + max(0, start - at), last - max(0, to - end))
            for (at, to), (first, last) in cell_places(row, self.columns)
            if at < end and start < to
        ]
        if not cells:
            return place
        return Span(place.start + cells[0][0], place.start + cells[-1][1])
