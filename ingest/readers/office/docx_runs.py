"""The words of a Word paragraph, and what hangs on it: boxes, drawings, comments, hidden words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from pincite.ingest.readers.numerals import raised
from pincite.ingest.readers.office.docx_numbering import Numbering, W, on
from pincite.ingest.readers.office.docx_visibility import Visibility
from pincite.ingest.readers.office.drawings import descriptions, outside_boxes
from pincite.ingest.readers.office.equations import equation
from pincite.ingest.readers.office.margins import PAGE_NUMBER
from pincite.ingest.readers.office.symbols import sign

Element = Any

AROUND = frozenset(  # elements that only stand around others
    {
        *("customXml", "hyperlink", "ins", "moveTo", "sdt", "sdtContent", "smartTag"),
        *("dir", "bdo", "rubyBase", "AlternateContent", "Choice", "Fallback"),
    }
)
_DRAWN = frozenset({"drawing", "pict", "object"})
_WRITTEN = {"tab": "\t", "ptab": "\t", "br": " ", "cr": " ", "noBreakHyphen": "-"}
_PAGE_FIELDS = ("PAGE", "NUMPAGES", "SECTIONPAGES")
_DEEPEST_FIELD = 20  # fields in fields, as in Word
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


@dataclass(slots=True)
class Line:
    """What a paragraph says.

    ``charts`` and ``diagrams`` are the ids of the references to their parts, ``comments`` those
    of comments, ``beside`` what is written about its pictures.
    """

    words: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    boxes: list[Element] = field(default_factory=list)
    charts: list[str] = field(default_factory=list)
    diagrams: list[str] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The words that can be seen."""
        return "".join(self.words)

    def take(self, other: Line) -> None:
        """Take over what hangs on another line, without its words and boxes."""
        self.hidden += [*other.hidden, " "] if other.hidden else []
        self.charts += other.charts
        self.diagrams += other.diagrams
        self.comments += other.comments
        self.beside += other.beside


@dataclass(slots=True)
class _Field:
    """A field that has begun: its instruction, and whether its result has."""

    instruction: str = ""
    has_result: bool = False
    form: str = ""  # what a form field shows that has no result

    @property
    def counts_pages(self) -> bool:
        return self.instruction.split(None, 1)[:1] in [[name] for name in _PAGE_FIELDS]


class Runs:
    """Reads paragraphs; ``notes`` are the notes referred to, in order.

    ``unread`` counts what was not read, by its name. With ``in_margin``, the number of a page is
    `PAGE_NUMBER`, as it is another on each page.
    """

    def __init__(
        self, numbering: Numbering, visibility: Visibility, *, in_margin: bool = False
    ) -> None:
        self._numbering = numbering
        self._visibility = visibility
        self._in_margin = in_margin
        self._fields: list[_Field] = []
        self.covered: Collection[Element] = ()  # paragraphs under drawings
        self.notes: list[tuple[str, str]] = []  # "footnote" or "endnote", and its identity
        self.unread: Counter[str] = Counter()
        self.objects: dict[str, None] = {}  # the programs whose objects were not read

    def line(self, paragraph: Element) -> Line:
        """What ``paragraph`` says."""
        line = Line()
        style = _style(paragraph.find(f"{W}pPr/{W}pStyle"))
        if paragraph in self.covered or self._numbering.hides(style):
            self._gather(paragraph, line)
            line.hidden, line.words = [*line.hidden, *line.words], []
        else:
            self._gather(paragraph, line)
        for one in self._fields:  # one that has no end shall not hide the rest of the file
            one.has_result = True
        return line

    def _gather(self, node: Element, line: Line) -> None:
        for child in node:
            tag = local(child)
            if tag == "r":
                self._run(child, line)
            elif tag == "t":
                self._say(child.text or "", line)
            elif tag in _WRITTEN:
                self._say(_WRITTEN[tag], line)
            elif tag == "AlternateContent":
                self._one_of(child, line)
            elif tag == "fldSimple":
                self._fields.append(_Field(child.get(f"{W}instr", ""), has_result=True))
                self._gather(child, line)
                self._fields.pop()
            elif tag in AROUND:
                self._gather(child, line)
            elif tag in _DRAWN:
                self._drawing(child, line)
            elif tag == "sym":
                character = sign(child.get(f"{W}char", ""), child.get(f"{W}font", ""))
                self.unread["sign of a picture font"] += not character
                self._say(character, line)
            elif tag in ("oMath", "oMathPara"):
                self._say(f" {equation(child)} ", line)
            elif tag in ("footnoteReference", "endnoteReference"):
                self.notes.append((tag.removesuffix("Reference"), child.get(f"{W}id", "")))
                self._say(f"[{len(self.notes)}]", line)
            elif tag == "commentReference":
                line.comments.append(child.get(f"{W}id", ""))
            else:
                self._other(tag, child, line)

    def _other(self, tag: str, child: Element, line: Line) -> None:
        if tag == "fldChar":
            self._field(child, line)
        elif tag == "instrText" and self._fields:
            self._fields[-1].instruction += child.text or ""
        elif tag == "ruby":  # the reading stands above the word; in one line, after it
            for base in child.iterchildren(f"{W}rubyBase"):
                self._gather(base, line)
            above = Line()
            for reading in child.iterchildren(f"{W}rt"):
                self._gather(reading, above)
            self._say(f"({above.text})" if above.text.strip() else "", line)

    def _say(self, words: str, line: Line) -> None:
        """Add words, unless they belong to a field's instruction or are a page's number."""
        if not all(one.has_result for one in self._fields):
            return
        if self._in_margin and any(one.counts_pages for one in self._fields):
            words = "" if line.words[-1:] == [PAGE_NUMBER] else PAGE_NUMBER
        if words:
            line.words.append(words)

    def _field(self, mark: Element, line: Line) -> None:
        kind = mark.get(f"{W}fldCharType")
        if kind == "begin":
            self._fields.append(_Field(form=_form_value(mark)))
            del self._fields[:-_DEEPEST_FIELD]
        elif kind == "separate" and self._fields:
            self._fields[-1].has_result = True
        elif kind == "end" and self._fields:
            ended = self._fields.pop()
            if ended.form:
                self._say(ended.form, line)

    def _run(self, run: Element, line: Line) -> None:
        hides = self._hides(run)
        if run.find(f"{W}rPr") is None and not hides:
            self._gather(run, line)
            return
        inner = Line()
        self._gather(run, inner)
        words = inner.text
        align = run.find(f"{W}rPr/{W}vertAlign")
        if align is not None and align.get(f"{W}val") == "superscript":
            words = raised(words)
        if words:
            (line.hidden if hides else line.words).append(words)
        line.boxes += inner.boxes
        line.take(inner)

    def _hides(self, run: Element) -> bool:
        if self._visibility.is_unreadable(run):
            return True
        own = run.find(f"{W}rPr/{W}vanish")
        if own is not None:
            return on(own)
        return self._numbering.hides(_style(run.find(f"{W}rPr/{W}rStyle")))

    def _drawing(self, drawn: Element, line: Line) -> None:
        line.boxes += _boxes(drawn)
        drawn_charts = False
        for node in outside_boxes(drawn):
            tag = local(node)
            if tag == "chart" and node.get(f"{_RELATION}id"):
                line.charts.append(node.get(f"{_RELATION}id"))
                drawn_charts = True
            elif tag == "relIds" and node.get(f"{_RELATION}dm"):
                line.diagrams.append(node.get(f"{_RELATION}dm"))
                drawn_charts = True
            elif tag == "textpath":  # WordArt, and the watermark behind a page
                self._say(f" {node.get('string', '')} ", line)
            elif tag == "OLEObject":
                self.unread["embedded object"] += 1
                self.objects[node.get("ProgID", "") or "unnamed"] = None
        written, pictures = descriptions(drawn)
        line.beside += written
        if not drawn_charts and local(drawn) != "object":
            self.unread["picture without a description"] += pictures

    def _one_of(self, choices: Element, line: Line) -> None:
        """The same thing in several ways: the first of which we make something."""
        for choice in choices:
            inner = Line()
            before = Counter(self.unread)
            self._gather(choice, inner)
            if inner != Line() or self.unread != before:
                line.words += inner.words
                line.boxes += inner.boxes
                line.take(inner)
                return


def local(node: Element) -> str:
    """An element's name without its namespace."""
    return str(node.tag).rpartition("}")[2]


def _boxes(drawn: Element) -> Iterator[Element]:
    """The text boxes of a drawing; those inside another come with it."""
    for child in drawn:
        if child.tag == f"{W}txbxContent":
            yield child
        elif local(child) == "AlternateContent":
            yield from next(filter(None, (list(_boxes(way)) for way in child)), [])
        else:
            yield from _boxes(child)


def _form_value(mark: Element) -> str:
    """What the checkbox or the drop-down list of an older form shows."""
    box = mark.find(f"{W}ffData/{W}checkBox")
    if box is not None:
        own, preset = box.find(f"{W}checked"), box.find(f"{W}default")
        return "☒" if on(own if own is not None else preset) else "☐"
    choices = mark.findall(f"{W}ffData/{W}ddList/{W}listEntry")
    chosen = mark.find(f"{W}ffData/{W}ddList/{W}result")
    place = "0" if chosen is None else chosen.get(f"{W}val", "0")
    if place.isdecimal() and len(place) < 4 and int(place) < len(choices):
        return str(choices[int(place)].get(f"{W}val", ""))
    return ""


def _style(node: Element | None) -> str | None:
    return None if node is None else node.get(f"{W}val")
