"""What of a PDF was not read, or not surely, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pincite.corpus.errors import EmptySourceError, SourceError, UnreadableSourceError
from pincite.corpus.extras import install
from pincite.ingest.readers.warnings import attached, be, counted

_FIRST_WORDS, _LONGEST_START = 8, 80  # words and letters of a text that a warning names


@dataclass(frozen=True, slots=True)
class Scans:
    """The numbers of the pages without a text layer: those whose picture was read, those on whose
    picture is no text, those that there was no time for, and all of them where OCR is missing.

    ``mostly_read`` and ``mostly_unread`` are pages that are pictures but for a few letters.
    """

    read: list[int] = field(default_factory=list)
    bare: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    unread: list[int] = field(default_factory=list)
    mostly_read: list[int] = field(default_factory=list)
    mostly_unread: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Oddities:
    """What else of a document is not in its text, or not as a reader of its pages expects.

    ``hidden`` is the text that cannot be seen, by page, ``dropped`` what has no place on its page;
    ``whole`` says that the file ends as it should; ``unread_form`` that there is a form whose
    fields are not read.
    """

    damaged: Sequence[int] = ()
    hidden: Mapping[int, str] = field(default_factory=dict)
    dropped: Mapping[int, str] = field(default_factory=dict)
    attached: Sequence[str] = ()
    unread_form: bool = False
    whole: bool = True


def warnings(scans: Scans, odd: Oddities) -> tuple[str, ...]:
    """A sentence for each thing that is missing from the text, or may be wrong in it."""
    sentences = []
    for pages, sentence in (
        (scans.unread, f"{{have}} no text layer; to read {{them}}: {install('ocr')}"),
        (
            scans.read,
            "{have} no text layer and {were} read by OCR, so a quote from {them} may have misread "
            "letters",
        ),
        (scans.bare, "{have} no text layer, and OCR found no text on {them}"),
        (
            scans.late,
            "{have} no text layer, and there was no time left to read {them} by OCR; split the "
            "file, or remove it and ingest it again with a higher PINCITE_READING_SECONDS",
        ),
        (
            scans.mostly_unread,
            f"{{are}} mostly a picture, and text in it is not read; to read it: {install('ocr')}",
        ),
        (
            scans.mostly_read,
            "{are} mostly a picture and {were} read by OCR, so a quote from {them} may have "
            "misread letters",
        ),
        (odd.damaged, "{are} damaged and could not be read"),
        (list(odd.hidden), f"{{have}} text that cannot be seen: {_start(odd.hidden)}"),
        (
            list(odd.dropped),
            f"{{have}} letters without a height or a width, and left out: {_start(odd.dropped)}",
        ),
    ):
        one = {"have": "has", "were": "was", "are": "is", "them": "it"}
        if pages:
            words = one if len(pages) == 1 else {word: word for word in one}
            sentences.append(f"{named(pages)} {sentence.format_map(words)}")
    if odd.unread_form:
        sentences.append(
            "its form (XFA) is not read; print the filled form to a PDF and ingest that"
        )
    sentences += attached([name or "without a name" for name in odd.attached])
    if not odd.whole:
        sentences.append("the file is cut short, so that pages or text may be missing")
    return tuple(sentences)


def _start(texts: Mapping[int, str]) -> str:
    """The first words of the first text."""
    words = next(iter(texts.values()), "").split()
    start = " ".join(words[:_FIRST_WORDS])[:_LONGEST_START]
    more = len(texts) > 1 or len(start) < len(" ".join(words))
    return f"“{start}{'…' if more else ''}”"


def named(pages: Sequence[int]) -> str:
    """Page numbers in words.

    >>> named([4]), named([3, 4, 5, 9]), named([1, 3, 7])
    ('page 4', 'pages 3–5 and 9', 'pages 1, 3 and 7')
    """
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][-1] + 1:
            runs[-1][1:] = [page]
        else:
            runs.append([page])
    names = ["–".join(map(str, run)) for run in runs]
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    return f"page{'s' if len(pages) > 1 else ''} {listed}"


def without_text(name: str, count: int, scans: Scans, damaged: Sequence[int]) -> SourceError:
    """Why there is no text in a file of ``count`` pages."""
    pages = counted(count, "page")
    if damaged:
        return UnreadableSourceError(
            f"{name} is damaged: none of its {pages} could be read; get it again"
        )
    if scans.unread:
        return EmptySourceError(
            f"{name} has no text layer on any of its {pages}, so there is nothing in it to "
            "ask about; it is a scan or a picture, and reading it needs the extra ocr: "
            f"{install('ocr')}"
        )
    if scans.late:
        return EmptySourceError(
            f"{name} has no text layer on any of its {pages}, and there was no time to read "
            "them all by OCR; split it, or remove it and ingest it again with a higher "
            "PINCITE_READING_SECONDS"
        )
    if scans.bare:
        return EmptySourceError(
            f"{name} has no text layer on any of its {pages}, and OCR found no text on them; "
            "if it is a scan, make one that is sharper and upright"
        )
    return EmptySourceError(f"{name} is empty: its {pages} {be(count)} blank")
