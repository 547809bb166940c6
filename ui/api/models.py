"""What goes out over the wire, for the OpenAPI document; `requests` has what comes in."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pincite.corpus.types import RegionKind
from pincite.retrieval.confidence.confidence import Level
from pincite.retrieval.reading.quote import Role as ContextRole
from pincite.retrieval.writing.types import Verdict

CiteFormat = Literal["bibtex", "ris", "apa", "markdown"]
"""Those of `pincite.ui.text.citations`, and footnotes in Markdown."""


class Hidden(BaseModel):
    """What is hidden in a text; spans of the document, in code points."""

    words: list[tuple[int, int]] = Field(
        description="Runs of text that the file contains and does not show."
    )
    characters: list[tuple[int, int]] = Field(
        description="Runs of zero-width characters, tags, and marks of direction."
    )


class Passage(BaseModel):
    """A passage with its place; ``document.text[start:end] == text``, in code points."""

    document: str = Field(description="The id of the document, which pins its text.")
    title: str
    section: list[str] = Field(description="The headings that it stands under, outermost first.")
    page: int | None
    start: int
    end: int
    text: str
    score: float
    hidden: Hidden = Field(description="Of its text and, where it has any, its context.")


class Context(BaseModel):
    """A verbatim piece of the document that makes a quote understood."""

    start: int
    end: int
    text: str
    role: ContextRole


class Place(BaseModel):
    """Where else the same words stand."""

    document: str
    title: str
    section: list[str]
    page: int | None
    start: int
    end: int


class Quote(Passage):
    """A verbatim quote, checked before it is given."""

    highlights: list[tuple[int, int]] = Field(
        description="The spans of the document that carry the answer, none where no sentence "
        "stands out; the rest of the quote makes them understood."
    )
    context: list[Context] = Field(description="What a reader needs with it, verbatim as well.")
    places: list[Place] = Field(description="Where else the documents say the same words.")
    answer: tuple[int, int] | None = Field(
        description="Of the highlights, the words that answer, where the cross-encoder says which."
    )


class WrittenSentence(BaseModel):
    """A sentence of the writer, checked against the quotes that it cites."""

    text: str
    quotes: list[int] = Field(description="The numbers of the answer's quotes that it cites.")
    verdict: Verdict = Field(
        description="supported: the quotes say it. unsupported: `missing` does not stand there, or "
        "its words stand there and the quotes still do not say it. uncited: it cites no quote, or "
        "has hardly a word in common with it."
    )
    missing: list[str]
    moved: bool = Field(description="The model cited another quote, and this one says it.")


class Written(BaseModel):
    """What a model wrote from the quotes, sentence by sentence."""

    model: str
    host: str = Field(description="Where it runs, which got the quotes.")
    sentences: list[WrittenSentence]
    left_out: int = Field(description="How many sentences are uncited.")
    tokens: int | None = Field(description="How many it wrote, where its server says so.")
    problem: str | None = Field(description="Why nothing, or not all, could be written.")


class Agreement(BaseModel):
    """Who stands behind an answer: documents are counted, not whether they are right."""

    documents: int = Field(
        description="How many documents have one of the quotes, or the same words elsewhere."
    )
    agreeing: int | None = Field(
        description="How many documents give the first quote's answer in words of their own; "
        "copies count once. Null where the cross-encoder names no words that answer."
    )
    together: bool = Field(
        description="All documents with a quote came into the library at once, in one upload or "
        "one run of ingest, and others did not."
    )


class Answer(BaseModel):
    """What the documents say to a question."""

    question: str
    status: Level = Field(
        description="ANSWERED: likely the quotes say it. UNSURE: the closest passages, "
        "which may not answer. NOT_FOUND: the documents are about other things."
    )
    confidence: float = Field(description="In [0, 1]; `trace.confidence_kind` says of which kind.")
    quotes: list[Quote] = Field(
        description="One to three, best first; none when NOT_FOUND. Four where the question "
        "has four parts, more where it lists documents."
    )
    agreement: Agreement | None = Field(description="Null when NOT_FOUND.")
    nearest: list[Passage] = Field(description="The nearest passages, which may be no answer.")
    trace: dict[str, Any] = Field(
        description="How it came about: scores, milliseconds, … `asked` and `left_out` count the "
        "documents of a question that was limited to some."
    )
    citations: dict[CiteFormat, str] = Field(
        {}, description="The quotes in each format of `cite`, empty texts where there are none."
    )
    written: Written | None = Field(
        None,
        description="With `write`, and unless the status is NOT_FOUND: what the writer wrote.",
    )


class Found(BaseModel):
    """Ranked passages."""

    passages: list[Passage]


class Health(BaseModel):
    """That the server answers, and from what."""

    status: Literal["ok", "degraded"] = Field(
        description="`degraded`: answers come without the cross-encoder, whose files are damaged. "
        "Without a key this alone is said, or `failed`, with status 503."
    )
    version: str
    embedder: str
    generation: int
    documents: int


class Listed(BaseModel):
    """A document without its text."""

    model_config = ConfigDict(extra="allow")

    id: str
    source: str
    title: str
    media_type: str
    characters: int
    passages: int
    pages: int
    tags: list[str]
    warnings: list[str]
    same_as: str | None = Field(description="Another document whose file has the same contents.")


class Listing(BaseModel):
    """The documents of the library, by source."""

    documents: list[Listed]


class Section(BaseModel):
    """A section: its headings, where it starts and ends, and where its prose begins."""

    path: list[str]
    start: int
    end: int
    body: int


class Page(BaseModel):
    """A page, and where it starts and ends."""

    start: int
    end: int
    number: int


class Region(BaseModel):
    """What of the text is quoted from elsewhere, a note beside it, or hidden from its reader."""

    start: int
    end: int
    kind: RegionKind


class Shown(BaseModel):
    """A document with its text, in which every offset counts code points."""

    model_config = ConfigDict(extra="allow")

    id: str
    source: str
    title: str
    media_type: str
    text: str
    sections: list[Section]
    pages: list[Page]
    regions: list[Region]
    hidden: Hidden
    tags: list[str]
    warnings: list[str]
    original_kept: bool = Field(description="Whether the file itself is in the library.")


class Excerpt(BaseModel):
    """A verbatim piece of a document; ``document.text[start:end] == text``, in code points."""

    start: int
    end: int
    text: str
    section: list[str] = Field(description="The headings that it stands under, outermost first.")
    page: int | None
    hidden: Hidden


class AnsweredQuestion(BaseModel):
    """A question that the library answers with this document first, and that answer's quote."""

    question: str
    quote: Excerpt


class Guide(BaseModel):
    """What a document has to offer."""

    document: str = Field(description="The id of the document, which pins its text.")
    title: str
    lead: Excerpt | None = Field(description="How it opens; null where it has no text.")
    headings: list[Excerpt] = Field(description="At most twelve: the outermost, in order.")
    more_headings: int = Field(description="How many others it has.")
    key_sentences: list[Excerpt] = Field(description="Up to five that say most of it, in order.")
    questions: list[AnsweredQuestion] = Field(
        description="Up to four. None for a document that is not in English."
    )


class Box(BaseModel):
    """A rectangle on a page, in fractions of the page from its upper left corner."""

    page: int
    left: float = Field(ge=0, le=1)
    top: float = Field(ge=0, le=1)
    right: float = Field(ge=0, le=1)
    bottom: float = Field(ge=0, le=1)


class Size(BaseModel):
    """A page's size as it is shown, in points."""

    width: float
    height: float


class Boxes(BaseModel):
    """Where words stand: a box for each run of them on one line, and the sizes of their pages."""

    boxes: list[Box]
    pages: dict[int, Size]


class Fate(BaseModel):
    """What became of a file that was sent."""

    source: str = Field(description="The name that its document has.")
    outcome: Literal["added", "replaced", "unchanged", "refused"]
    id: str | None = Field(description="Of its document; null where it was refused.")
    passages: int
    reason: str = Field(description="Why it was refused; empty where it was not.")
    warnings: list[str] = Field(description="What of it could not be read, a sentence each.")
    same_as: str | None = Field(description="Another document whose file has the same contents.")


class Taken(BaseModel):
    """What became of each file that was sent, and how many in folders were passed over."""

    documents: list[Fate]
    passed_over: dict[str, int]


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="Names the kind of problem.", examples=["about:blank"])
    title: str
    status: int
    detail: str = Field(description="A sentence for a person.")
