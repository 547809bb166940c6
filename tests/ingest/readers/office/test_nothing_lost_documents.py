"""Every word of a Word, PowerPoint or OpenDocument file is read once, or a warning covers it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from pincite.ingest.readers import Reading, read
from tests.ingest.readers.damage import member_of, rezipped
from tests.ingest.readers.office.test_docx import REFERRED, docx, par, run
from tests.ingest.readers.office.test_docx import field as word_field
from tests.ingest.readers.office.test_odf import STYLED, packed
from tests.ingest.readers.office.test_pptx import PIXEL, saved

bounded = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
few = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])  # decks are slow

Tree = Any  # the name of a structure, or that of one around others, and those


@dataclass
class Page:
    """A document in the making: what is to be read, and what is to be said of it."""

    words: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    warned: set[str] = field(default_factory=set)
    parts: dict[str, list[str]] = field(default_factory=dict)

    def word(self, kind: str = "words") -> str:
        """A word that is nowhere else."""
        number = len(self.words) + len(self.hidden) + len(self.lost)
        listed: list[str] = getattr(self, kind)
        listed.append(f"word{number}x")
        return listed[-1]

    def part(self, kind: str, xml: str) -> int:
        """Add to a part of the file beside the text; say which of its kind it is."""
        listed = self.parts.setdefault(kind, [])
        listed.append(xml)
        return len(listed)

    def holds_for(self, reading: Reading) -> None:
        """Check that all was read as it should be."""
        said = re.findall(r"word\d+x", reading.text)
        assert sorted(said) == sorted([*self.words, *self.hidden])
        unseen = [
            word
            for region in reading.regions
            if region.kind == "hidden"
            for word in re.findall(r"word\d+x", reading.text[region.span.start : region.span.end])
        ]
        assert set(self.hidden) == set(unseen)
        for kind in self.warned:
            assert any(kind in warning for warning in reading.warnings), kind
        assert not self.lost or self.warned


def trees(leaves: Any, around: Any) -> st.SearchStrategy[list[Tree]]:
    """Structures in structures."""
    tree = st.recursive(
        st.sampled_from(sorted(leaves)),
        lambda inner: st.tuples(
            st.sampled_from(sorted(around)), st.lists(inner, min_size=1, max_size=3)
        ),
        max_leaves=8,
    )
    return st.lists(tree, min_size=1, max_size=6)


def written(page: Page, tree: Tree, leaves: dict[str, Any], around: dict[str, Any]) -> str:
    if isinstance(tree, str):
        return str(leaves[tree](page))
    name, inner = tree
    return str(around[name](page, "".join(written(page, one, leaves, around) for one in inner)))


# Word


def _comment(page: Page) -> str:
    number = page.part("comments", "")
    text = f'<w:comment w:id="{number}" w:author="{page.word()}">{par(page.word())}</w:comment>'
    page.parts["comments"][-1] = text
    return par(run(page.word()) + f'<w:r><w:commentReference w:id="{number}"/></w:r>')


def _footnote(page: Page) -> str:
    number = page.part("footnotes", "")
    text = f'<w:footnote w:id="{number}">{par(page.word())}</w:footnote>'
    page.parts["footnotes"][-1] = text
    return par(run(page.word()) + f'<w:r><w:footnoteReference w:id="{number}"/></w:r>')


def _deletion(page: Page) -> str:
    page.warned.add("tracked deletion")
    gone = f"<w:r><w:delText>{page.word('lost')}</w:delText></w:r>"
    return par(run(page.word()) + f"<w:del>{gone}</w:del><w:ins>{run(page.word())}</w:ins>")


def _move(page: Page) -> str:
    word = page.word()
    return par(f"<w:moveFrom>{run(word)}</w:moveFrom><w:moveTo>{run(word)}</w:moveTo>")


def _ruby(page: Page) -> str:
    above, base = run(page.word()), run(page.word())
    return par(f"<w:r><w:ruby><w:rt>{above}</w:rt><w:rubyBase>{base}</w:rubyBase></w:ruby></w:r>")


def _picture(page: Page) -> str:
    about = f'<wp:docPr descr="A {page.word()}"/>'
    return par(f"<w:r><w:drawing>{about}<pic:pic/></w:drawing></w:r>")


def _unsaid_picture(page: Page) -> str:
    page.warned.add("picture")
    return par("<w:r><w:drawing><pic:pic/></w:drawing></w:r>")


def _chunk(page: Page) -> str:
    page.warned.add("inserted file")
    return "<w:altChunk/>"


def _object(page: Page) -> str:
    page.warned.add("embedded object")
    return par('<w:r><w:object><o:OLEObject ProgID="X.1"/></w:object></w:r>')


def _table(page: Page) -> str:
    rows = ("".join(f"<w:tc>{par(page.word())}</w:tc>" for _ in "ab") for _ in "ab")
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def _boxed(page: Page, inner: str) -> str:
    box = f"<w:txbxContent>{inner}</w:txbxContent>"
    ways = (
        f"<mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{box}</v:textbox></w:pict></mc:Fallback>"
    )
    return par(f"<w:r><mc:AlternateContent>{ways}</mc:AlternateContent></w:r>{run(page.word())}")


def _celled(page: Page, inner: str) -> str:
    cells = f"<w:tc>{inner}</w:tc><w:tc>{par(page.word())}</w:tc>"
    return f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>"


WORD: dict[str, Callable[[Page], str]] = {
    "paragraph": lambda page: par(page.word()),
    "heading": lambda page: par(page.word(), "H1"),
    "item": lambda page: par(page.word(), "", "<w:numPr><w:numId w:val='1'/></w:numPr>"),
    "table": _table,
    "comment": _comment,
    "footnote": _footnote,
    "deletion": _deletion,
    "move": _move,
    "ruby": _ruby,
    "picture": _picture,
    "picture without a description": _unsaid_picture,
    "inserted file": _chunk,
    "object": _object,
    "hidden": lambda page: par(run(page.word()) + run(page.word("hidden"), "<w:vanish/>")),
    "field": lambda page: par(word_field("REF x", page.word())),
    "link": lambda page: par(f"<w:hyperlink>{run(page.word())}</w:hyperlink>"),
    "equation": lambda page: par(f"<m:oMath><m:r><m:t>{page.word()}</m:t></m:r></m:oMath>"),
    "watermark": lambda page: par(
        f'<w:r><w:pict><v:shape><v:textpath string="{page.word()}"/></v:shape></w:pict></w:r>'
    ),
}
AROUND_WORD: dict[str, Callable[[Page, str], str]] = {
    "control": lambda _, inner: f"<w:sdt><w:sdtContent>{inner}</w:sdtContent></w:sdt>",
    "box": _boxed,
    "cell": _celled,
}


@bounded
@given(trees(WORD, AROUND_WORD))
def test_every_word_of_a_word_file_is_read_or_warned_of(body: list[Tree]) -> None:
    page = Page()
    xml = "".join(written(page, tree, WORD, AROUND_WORD) for tree in body) + par(page.word())
    parts = {kind: "".join(listed) for kind, listed in page.parts.items()}
    tab = "<w:r><w:tab/></w:r>"
    parts["header"] = par(page.word()) + _boxed(page, par(page.word()))
    parts["footer"] = par(run(page.word()) + tab + run("Page ") + word_field("PAGE", "word999x"))
    page.holds_for(read(docx(xml + REFERRED, **parts), "a.docx")[1])


# OpenDocument


def _frame(inner: str) -> str:
    return f"<text:p><draw:frame>{inner}</draw:frame></text:p>"


def _annotation(page: Page) -> str:
    by = f'<creator xmlns="http://purl.org/dc/elements/1.1/">{page.word()}</creator>'
    note = f"<office:annotation>{by}<text:p>{page.word()}</text:p></office:annotation>"
    return f"<text:p>{page.word()}{note}</text:p>"


def _odf_note(page: Page) -> str:
    body = f"<text:note-body><text:p>{page.word()}</text:p></text:note-body>"
    note = f"<text:note><text:note-citation>1</text:note-citation>{body}</text:note>"
    return f"<text:p>{page.word()}{note}</text:p>"


def _odf_deletion(page: Page) -> str:
    page.warned.add("tracked deletion")
    gone = f"<text:deletion><text:p>{page.word('lost')}</text:p></text:deletion>"
    return f"<text:tracked-changes>{gone}</text:tracked-changes>"


def _odf_picture(page: Page) -> str:
    svg = 'xmlns="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
    return _frame(f"<draw:image/><desc {svg}>A {page.word()}</desc>")


def _odf_unsaid_picture(page: Page) -> str:
    page.warned.add("picture")
    return _frame("<draw:image/>")


def _odf_object(page: Page) -> str:
    page.warned.add("embedded object")
    return _frame("<draw:object-ole/><draw:image/>")


def _odf_cells(*cells: str) -> str:
    inside = "".join(f"<table:table-cell>{cell}</table:table-cell>" for cell in cells)
    return f"<table:table><table:table-row>{inside}</table:table-row></table:table>"


def _gone(page: Page) -> str:
    return f'{page.word()}<text:span text:style-name="Gone">{page.word("hidden")}</text:span>'


ODT: dict[str, Callable[[Page], str]] = {
    "paragraph": lambda page: f"<text:p>{page.word()}</text:p>",
    "heading": lambda page: f"<text:h text:outline-level='2'>{page.word()}</text:h>",
    "annotation": _annotation,
    "note": _odf_note,
    "deletion": _odf_deletion,
    "picture": _odf_picture,
    "picture without a description": _odf_unsaid_picture,
    "object": _odf_object,
    "hidden words": lambda page: f"<text:p>{_gone(page)}</text:p>",
    "hidden paragraph": lambda page: (
        f'<text:p text:style-name="Away">{page.word("hidden")}</text:p>'
    ),
    "table": lambda page: _odf_cells(*(f"<text:p>{page.word()}</text:p>" for _ in "ab")),
    "shape": lambda page: (
        f"<text:p><draw:custom-shape><text:p>{page.word()}</text:p></draw:custom-shape></text:p>"
    ),
}
AROUND_ODT: dict[str, Callable[[Page, str], str]] = {
    "section": lambda _, inner: f"<text:section>{inner}</text:section>",
    "list": lambda _, inner: f"<text:list><text:list-item>{inner}</text:list-item></text:list>",
    "box": lambda _, inner: _frame(f"<draw:text-box>{inner}</draw:text-box>"),
    "cell": lambda page, inner: _odf_cells(inner, f"<text:p>{page.word()}</text:p>"),
}


@bounded
@given(trees(ODT, AROUND_ODT))
def test_every_word_of_an_opendocument_text_is_read_or_warned_of(body: list[Tree]) -> None:
    page = Page()
    xml = "".join(written(page, tree, ODT, AROUND_ODT) for tree in body)
    xml += f"<text:p>{page.word()}</text:p>"
    margins = "".join(
        f"<style:{side}><text:p>{page.word()}</text:p></style:{side}>"
        for side in ("header", "header-left", "footer", "footer-first")
    )
    masters = f"<office:master-styles><style:master-page>{margins}</style:master-page>"
    styles = f"{STYLED}{masters}</office:master-styles>"
    page.holds_for(read(packed("odt", xml, styles=styles), "a.odt")[1])


# PowerPoint


def _box(page: Page, shapes: Any) -> None:
    shapes.add_textbox(0, 0, Inches(1), Inches(1)).text_frame.text = page.word()


def _bullets(page: Page, shapes: Any) -> None:
    frame = shapes.add_textbox(0, Inches(1), Inches(1), Inches(1)).text_frame
    frame.text = page.word()
    frame.add_paragraph().text = page.word()


def _cells(page: Page, shapes: Any) -> None:
    table = shapes.add_table(2, 2, 0, Inches(2), Inches(1), Inches(1)).table
    for index in range(4):
        table.cell(index // 2, index % 2).text = page.word()


def _chart(page: Page, shapes: Any) -> None:
    numbers = CategoryChartData()
    numbers.categories = [page.word(), page.word()]
    numbers.add_series(page.word(), (1, 2))
    shapes.add_chart(
        XL_CHART_TYPE.LINE, 0, Inches(3), Inches(1), Inches(1), numbers
    ).chart.has_title = False


def _pptx_picture(page: Page, shapes: Any) -> None:
    picture = shapes.add_picture(io.BytesIO(PIXEL), 0, 0)
    picture._element.nvPicPr.cNvPr.set("descr", f"A {page.word()}")


def _pptx_unsaid_picture(page: Page, shapes: Any) -> None:
    page.warned.add("picture")
    shapes.add_picture(io.BytesIO(PIXEL), 0, 0)


def _unseen(page: Page, shapes: Any) -> None:
    box = shapes.add_textbox(0, 0, Inches(1), Inches(1))
    box.text_frame.text = page.word("hidden")
    box._element.nvSpPr.cNvPr.set("hidden", "1")


def _group(page: Page, shapes: Any) -> None:
    group = shapes.add_group_shape()
    _box(page, group.shapes)
    _box(page, group.shapes.add_group_shape().shapes)


SHAPES = (*(_box, _bullets, _cells, _chart, _pptx_picture, _pptx_unsaid_picture, _unseen, _group),)


@few
@given(
    st.lists(
        st.tuples(st.lists(st.sampled_from(SHAPES), max_size=4), st.booleans(), st.booleans()),
        min_size=1,
        max_size=3,
    )
)
def test_every_word_of_a_deck_is_read_or_warned_of(slides: list[Any]) -> None:
    page, deck = Page(), Presentation()
    comments = {}
    for number, (shapes, is_titled, has_notes) in enumerate(slides, 1):
        slide = deck.slides.add_slide(deck.slide_layouts[5 if is_titled else 6])
        if is_titled:
            slide.shapes.title.text = page.word()
        for add in shapes:
            add(page, slide.shapes)
        if has_notes:
            slide.notes_slide.notes_text_frame.text = page.word()
        comments[f"ppt/comments/c{number}.xml"] = (
            f'<l xmlns="urn:p"><cm authorId="0"><text>{page.word()}</text></cm></l>'.encode()
        )
    page.holds_for(read(_commented(saved(deck), comments), "a.pptx")[1])


def _commented(data: bytes, comments: dict[str, bytes]) -> bytes:
    """The deck with a comment on each slide."""
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/comments"
    changed = dict(comments)
    for number in range(1, len(comments) + 1):
        path = f"ppt/slides/_rels/slide{number}.xml.rels"
        one = f'<Relationship Id="rId99" Type="{kind}" Target="../comments/c{number}.xml"/>'
        ending = f"{one}</Relationships>".encode()
        changed[path] = member_of(data, path).replace(b"</Relationships>", ending)
    return rezipped(data, changed)
