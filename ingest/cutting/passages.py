"""Segmentation: blocks → sentences → units that fit the embedder → passages, with exact offsets.

Every visible character of a section's prose stands in exactly one sentence and in exactly one
passage; what is between them is blank. Nothing is copied, trimmed or reflowed: all are spans.

Each step takes what the one before gives, one by one, so that memory does not grow with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby
from typing import NamedTuple

from pincite.corpus.types import Document, Passage, PassageKind, Section, Span
from pincite.ingest.cutting.blocks import Block, blocks, trimmed
from pincite.ingest.cutting.language import language
from pincite.ingest.cutting.packing import Unit, pack
from pincite.ingest.cutting.references import set_apart
from pincite.ingest.cutting.regions import Stretch, stretches, within
from pincite.ingest.cutting.units import Count
from pincite.ingest.cutting.units import units as units_of
from pincite.retrieval.embedding.embedder import Embedder

PASSAGE_TOKENS = 96
HEADING_TOKENS = 48
_SIZES = 10_000  # of headings and lines over others that are remembered
_LEAD_SHARE = 3  # a lead-in goes with its table or code up to a third of a passage
# A heading that has sections under it stands in their paths; only one of so many words, or with a
# number in it, may say something itself, and is a passage too.
_TELLING_WORDS = 5
_NUMBERING = re.compile(r"\W*(?:\d+(?:\.\d+)*|[A-Za-z]|[IVXivx]+)[.):]?\s+")
_MARKED = re.compile(r"[ \t]*#{1,6}[ \t]+|[ \t]*={1,6}[ \t]*")


class _Group(NamedTuple):
    """What units of one passage have in common."""

    stretch: Stretch
    apparatus: str
    family: str
    columns: tuple[str, ...]


def segment(
    document: Document, embedder: Embedder, passage_tokens: int = PASSAGE_TOKENS
) -> list[Passage]:
    """Cut a document into passages of whole sentences, each inside one section and region.

    A row of a table is a sentence here, and so are the lines of code between two blank ones. A
    passage has at most ``passage_tokens`` tokens, or is one sentence of at most the embedder's
    window; a sentence beyond the window is cut there, never truncated. The passages of a section,
    or of a part of a long one, are of about equal size. Rows, code and prose are not mixed, but for
    the sentence that leads them in.

    The headings over a passage are its path, and its columns and context say what else stands over
    it. A section that is only a heading is a passage too.
    """
    return list(passages(document, embedder, passage_tokens))


def passages(
    document: Document, embedder: Embedder, passage_tokens: int = PASSAGE_TOKENS
) -> Iterator[Passage]:
    """The passages of ``segment``, one by one."""
    text, spoken = document.text, language(document.text)
    room = embedder.window - HEADING_TOKENS
    capacity = min(passage_tokens, room)
    fit = _Fit(embedder.count, embedder.window)
    tiles = stretches(document)
    following = [*document.sections[1:], None]
    spans = [section.span for section in document.sections]
    for section, after, parts in zip(
        document.sections, following, within(tiles, spans), strict=True
    ):
        body, path = _blocks(document, section, after, parts)
        pieces = units_of(text, body, spoken, embedder.count, room, capacity)
        for group, some in _groups(pieces, parts, capacity // _LEAD_SHARE):
            full = (*path, group.apparatus) if group.apparatus else path
            kept = fit.path(full)
            for units in pack(text, some, capacity):
                yield fit.passage(text, units, kept, group)


def _blocks(
    document: Document, section: Section, after: Section | None, parts: Sequence[Stretch]
) -> tuple[Iterable[Block], tuple[str, ...]]:
    """The section's blocks, none over the edge of a region, and the headings over them.

    They are those of its prose, or the heading itself where there is none.
    """
    text = document.text
    body = (
        block
        for part in parts
        if part.span.end > section.body
        for block in blocks(
            text, Span(max(section.body, part.span.start), part.span.end), document.media_type
        )
    )
    first = next(body, None)
    if first is not None:
        return set_apart(text, chain([first], body)), section.path
    if not section.path:
        return [], section.path
    deeper = after is not None and after.path[: len(section.path)] == section.path
    if deeper and len(after.path) > len(section.path) and not _tells(section.path[-1]):  # type: ignore[union-attr]
        return [], section.path
    start, words = section.span.start, section.path[-1]
    place = text.find(words, start, section.body)
    if place >= 0:
        span = Span(place, place + len(words))
    else:
        mark = _MARKED.match(text, start, section.body)
        span = trimmed(text, mark.end() if mark else start, section.body)
    return ([Block(span, "heading")] if len(span) else []), section.path[:-1]


def _tells(heading: str) -> bool:
    """Whether a heading may say something, and not just name what stands under it."""
    number = _NUMBERING.match(heading)
    words = heading[number.end() :] if number else heading
    return len(words.split()) >= _TELLING_WORDS or any(map(str.isdigit, words))


def _groups(
    pieces: Iterable[Unit], parts: Sequence[Stretch], most: int
) -> Iterator[tuple[_Group, Iterator[Unit]]]:
    """Runs of units that may stand in one passage, each to be gone through before the next. A
    lead-in of ``most`` tokens goes with what it leads in."""
    for group, some in groupby(_grouped(pieces, parts, most), key=lambda pair: pair[0]):
        yield group, (unit for _, unit in some)


def _grouped(
    pieces: Iterable[Unit], parts: Sequence[Stretch], most: int
) -> Iterator[tuple[_Group, Unit]]:
    """The units, each with its group."""
    waiting: list[tuple[_Group, Unit]] = []  # lead-ins, whose group is that of what follows
    i = 0
    for unit in pieces:
        while parts[i].span.end <= unit.span.start:
            i += 1
        family = "text" if unit.block.kind in ("prose", "item") else unit.block.kind
        waiting.append((_Group(parts[i], unit.block.apparatus, family, unit.columns), unit))
        if not (unit.leads and unit.tokens <= most):
            yield from _led(waiting)
            waiting = []
    yield from _led(waiting)


def _led(waiting: Sequence[tuple[_Group, Unit]]) -> Iterator[tuple[_Group, Unit]]:
    """Lead-ins and the unit after them, all in its group where that is of the same stretch."""
    groups = [group for group, _ in waiting]
    for k in range(len(groups) - 2, -1, -1):
        if groups[k][:2] == groups[k + 1][:2]:
            groups[k] = groups[k + 1]
    return zip(groups, (unit for _, unit in waiting), strict=True)


class _Fit:
    """What of the headings and the context over a passage fits the embedder's window with it."""

    def __init__(self, count: Count, window: int) -> None:
        self._count = count
        self._window = window
        self._tokens: dict[str, int] = {}
        self._paths: dict[tuple[str, ...], tuple[str, ...]] = {}

    def path(self, path: tuple[str, ...]) -> tuple[str, ...]:
        """As many of the innermost headings as the room for headings holds."""
        if path not in self._paths:
            kept: tuple[str, ...] = ()
            tokens = 0
            for heading in reversed(path):
                tokens += self._size(heading)
                if tokens > HEADING_TOKENS:
                    break
                kept = (heading, *kept)
            while kept and self._size(" > ".join(kept)) > HEADING_TOKENS:
                kept = kept[1:]
            self._paths[path] = kept
        return self._paths[path]

    def passage(
        self, text: str, units: Sequence[Unit], path: tuple[str, ...], group: _Group
    ) -> Passage:
        """The passage that these units make."""
        above = self._size(" > ".join(path)) if path else 0
        context = [self._context(text, unit, self._window - above - unit.tokens) for unit in units]
        whole = sum(unit.tokens for unit in units)
        context[0] = self._context(text, units[0], self._window - above - whole)
        return Passage(
            Span(units[0].span.start, units[-1].span.end),
            tuple(unit.span for unit in units),
            path,
            group.columns,
            _kind(group, units),
            group.stretch.hidden,
            tuple(context) if any(context) else (),
        )

    def _context(self, text: str, unit: Unit, room: int) -> tuple[Span, ...]:
        """The unit's context, without its outermost spans where they do not fit."""
        header = unit.context[-1:] if unit.block.header else ()
        spans = unit.context[: len(unit.context) - len(header)]
        sizes = [self._size(text[span.start : span.end]) for span in spans]
        while spans and sum(sizes) > room:
            spans, sizes = spans[1:], sizes[1:]
        return (*spans, *header)

    def _size(self, words: str) -> int:
        """The tokens of a line."""
        if words not in self._tokens:
            if len(self._tokens) >= _SIZES:
                self._tokens.clear()
            self._tokens[words] = self._count([f"{words}\n"])[0]
        return self._tokens[words]


def _kind(group: _Group, units: Sequence[Unit]) -> PassageKind:
    if group.stretch.kind:
        return group.stretch.kind
    if group.apparatus:
        return "references" if group.apparatus == "References" else "note"
    if group.family == "text":
        items = sum(unit.tokens for unit in units if unit.block.kind == "item")
        return "list" if 2 * items > sum(unit.tokens for unit in units) else "prose"
    kinds: dict[str, PassageKind] = {"row": "row", "code": "code", "heading": "heading"}
    return kinds[group.family]
