"""The opening of a document: its title and the first words that say what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pincite.corpus.types import Document, Span
from pincite.retrieval.overview.nouns import is_of_kind

LONGEST = 900  # code points, as of any quote made whole
_LONGEST_TITLE = 200
_LOOKED_AT = 4000  # code points in which a document says what it is, if it does
_BREAK = re.compile(r"\n[^\S\n]*\n\s*")
_BLANKS = re.compile(r"\s*")
_FEWEST_WORDS = 4
_WORDS = 8  # that prose has, unlike an address or a line with a date
_SENTENCE_END = re.compile(r"[.!?。！？](?=[\s\"'”’)\]]|$)")
# Who wrote it, from when it is valid: prose, and yet not what it is about.
_RECORD = re.compile(
    r"(?:version|valid|written|last (?:change|touched|edited|update)|updated|approved|authors?|by|"
    r"status|internal|source|reviewed|replaces|draft|created|date|place|prepared|stand|gültig|"
    r"verfasst|post-mortem)\b",
    re.IGNORECASE,
)
_ITEM = re.compile(r"(?:\d+[.)]|[-*•·–])\s")
_ROW = re.compile(r"\s*\|.*\|\s*$")
# A paragraph that speaks of its own document …
_KINDS = (
    r"(?:document|handbook|manual|guide|policy|page|letter|leaflet|report|paper|article|note|book|"
    r"presentation|form|newsletter|agreement|plan|text|e?-?mail|list|sheet|overview|protocol|"
    r"procedure|certificate|talk|file|summary|statement|notice|brochure|checklist|handout|"
    r"questionnaire|memo|post-mortem|chapter|course)"
)
_OF_ITSELF = re.compile(
    rf"\b(?:this|the present) {_KINDS}\b|\bin this {_KINDS}\b"
    r"|\bdiese[rsmn]? (?:Dokument|Handbuch|Leitfaden|Richtlinie|Seite|Brief|Merkblatt|Bericht)"
    r"|\b(?:ce|cet|cette) (?:document|manuel|guide|lettre|rapport|page|texte)\b"
    r"|\best[ea] (?:documento|manual|guía|carta|informe|página|texto)\b",
    re.IGNORECASE,
)
# … and says what for, rather than who approved it or where it lies.
_SAYS_WHAT_FOR = re.compile(
    r"\b(?:sets? out|tells?|explains?|describes?|is (?:for|about|meant|intended)|covers?|contains?|"
    r"shows?|deals with|summari[sz]es?|gives|lists|applies to|looks back|regelt|beschreibt|gilt|"
    r"erklärt|enthält|richtet sich|décrit|explique|s'adresse|contient|présente|describe|explica|"
    r"contiene)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Opening:
    """A span of a document's beginning, and the spans in it that say most."""

    span: Span
    marks: tuple[Span, ...]


def opening(document: Document) -> Opening:
    """From the title to the end of the first prose, or of the prose that says what it is for.

    A table gives its first row, which names its columns; slides give the first of them.
    """
    text, limit = document.text, _end(document)
    start = _first_word(text)
    first = title(document)
    is_sheet = is_of_kind("sheet", document.media_type)
    end, lead, record = first.end, None, None
    for block in _blocks(text, start, min(limit, start + _LOOKED_AT)):
        words = text[block.start : block.end]
        row = _first_row(text, block)
        sentence = row or _telling_sentence(text, block)
        stop = block.end if row is None and block.end - start <= LONGEST else sentence.end
        telling = (_is_prose(words) and _is_of_itself(words)) or bool(row and is_sheet)
        if stop - start > LONGEST or (record and not telling and _ITEM.match(words)):
            break
        if lead is not None and not telling:
            continue
        end = max(end, stop)
        if row or telling:
            lead = sentence
            break
        if block.start >= first.end and _is_prose(words):
            if _RECORD.match(words):
                record = record or sentence
            else:
                lead = sentence
    lead = lead or record
    marks = [first] if lead is None or lead.overlaps(first) else [first, lead]
    return Opening(Span(start, end), tuple(marks))


def title(document: Document) -> Span:
    """The line that a document opens with: its heading, or its first line."""
    text = document.text
    start = _first_word(text)
    end = text.find("\n", start)
    end = len(text) if end < 0 else end
    heading = next((s for s in document.sections if s.path and s.body <= start + LONGEST), None)
    if heading is not None and heading.span.start > start and heading.path[0] in document.title:
        start, end = heading.span.start, heading.body
    line = text[start : min(end, start + _LONGEST_TITLE)]
    return Span(start, start + len(line.rstrip()))


def _end(document: Document) -> int:
    """Where the opening ends at the latest: before a note or what is cited, after a first slide."""
    ends = [len(document.text)]
    first = _first_word(document.text)
    ends += [region.span.start for region in document.regions if region.span.start > first]
    if is_of_kind("slides", document.media_type):
        ends += [page.span.end for page in document.pages[:1]]
    return min(ends)


def _first_word(text: str) -> int:
    """Where the blanks at the beginning end; a copy of a long text without them would take long."""
    blanks = _BLANKS.match(text)
    return blanks.end() if blanks else 0


def _blocks(text: str, start: int, end: int) -> Iterator[Span]:
    """What stands between blank lines."""
    for gap in _BREAK.finditer(text, start, end):
        if gap.start() > start:
            yield Span(start, gap.start())
        start = gap.end()
    if text[start:end].strip():
        yield Span(start, start + len(text[start:end].rstrip()))


def _first_row(text: str, block: Span) -> Span | None:
    """The first line of a table."""
    end = text.find("\n", block.start, block.end)
    end = block.end if end < 0 else end
    return Span(block.start, end) if _ROW.match(text, block.start, end) else None


def _is_prose(block: str) -> bool:
    return len(block.split()) >= _WORDS and bool(_SENTENCE_END.search(block))


def _is_of_itself(block: str) -> bool:
    return any(
        _OF_ITSELF.search(sentence) and _SAYS_WHAT_FOR.search(sentence)
        for sentence in _SENTENCE_END.split(block)
    )


def _telling_sentence(text: str, block: Span) -> Span:
    """The sentence that says what the document is for, or the first."""
    sentences = list(_sentences(text, block))
    return next((s for s in sentences if _is_of_itself(text[s.start : s.end])), sentences[0])


def _sentences(text: str, block: Span) -> Iterator[Span]:
    """The block's sentences, of some words each: "No. 17" and "1." are not the end of one."""
    start = block.start
    for stop in _SENTENCE_END.finditer(text, block.start, block.end):
        if len(text[start : stop.end()].split()) >= _FEWEST_WORDS:
            yield Span(start, stop.end())
            start = stop.end() + 1
    if start < block.end and (start == block.start or text[start : block.end].strip()):
        yield Span(start, block.end)
