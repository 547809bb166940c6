"""What the tests of segmentation share: documents from text, and what holds of every cut."""

from __future__ import annotations

from collections.abc import Sequence

from pincite.corpus.types import Document, Passage, Section, Span
from pincite.ingest.cutting.passages import segment
from pincite.ingest.readers.plain.markdown import MARKDOWN
from pincite.ingest.readers.plain.text import TEXT
from pincite.retrieval.embedding.hashing_embedder import HashingEmbedder


class LetterEmbedder(HashingEmbedder):
    """Here a token is a letter, as in a model that knows no word: words exceed its window."""

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len("".join(text.split())) for text in texts]


def read(text: str) -> Document:
    """The document that a text file with this text is."""
    reading = TEXT.read(text.encode(), "a.txt")
    return Document("a.txt", "T", reading.text, reading.sections)


def read_markdown(text: str) -> Document:
    reading = MARKDOWN.read(text.encode(), "a.md")
    sections = reading.sections
    return Document("a.md", "T", reading.text, sections, media_type=MARKDOWN.media_type)


def read_code(text: str) -> Document:
    """The document that a file of source code is."""
    return Document("a.py", "T", text, (Section(Span(0, len(text))),), media_type="text/x-python")


def passages_of(document: Document, tokens: int = 96) -> list[Passage]:
    return segment(document, HashingEmbedder(), tokens)


def sentences_of(document: Document, tokens: int = 96) -> list[str]:
    """All sentences of a document, as text and in order."""
    found = passages_of(document, tokens)
    return [text for passage in found for text in passage.sentence_texts(document.text)]


def cut(text: str) -> list[str]:
    return sentences_of(read(text))


def check_covers(text: str, section: Section, spans: Sequence[Span]) -> None:
    """The spans are in order, apart, and hold every visible character of the section's body."""
    body = Span(section.body, section.span.end)
    bounds = [body.start, *(offset for s in spans for offset in (s.start, s.end)), body.end]
    assert bounds == sorted(bounds)
    for span in spans:
        assert text[span.start : span.end].strip() == text[span.start : span.end] != ""
    for start, end in zip(bounds[::2], bounds[1::2], strict=True):
        assert not text[start:end].strip(), "between them is only what is blank"


def check_whole(document: Document, passages: Sequence[Passage]) -> None:
    """All that holds of every cut of every document."""
    rest = list(passages)
    for section in document.sections:
        here = [p for p in rest if section.span.contains(p.span)]
        assert here == rest[: len(here)], "in the order of the document"
        del rest[: len(here)]
        for passage in here:
            assert passage.span == Span(passage.sentences[0].start, passage.sentences[-1].end)
            assert len(passage.context) in (0, len(passage.sentences))
            path = headings(passage)
            over = section.path[:-1] if is_heading(document, passage) else section.path
            assert path == over[len(over) - len(path) :]
        if any(is_heading(document, passage) for passage in here):
            assert not document.text[section.body : section.span.end].strip(), "only a heading"
            continue
        check_covers(document.text, section, [p.span for p in here])
        check_covers(document.text, section, [s for p in here for s in p.sentences])
    assert rest == [], "each passage is inside one section"


def is_heading(document: Document, passage: Passage) -> bool:
    """Whether the passage is all that a section has: its heading."""
    return passage.span.end <= document.section_at(passage.span.start).body


def headings(passage: Passage) -> tuple[str, ...]:
    """The passage's path without what segmentation itself puts at its end."""
    path = passage.path
    return path[:-1] if path and path[-1] in ("References", "Footnotes") else path
