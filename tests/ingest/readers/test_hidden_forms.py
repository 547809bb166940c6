"""Each way to put words into a file that its reader does not see: marked, or left out."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import openpyxl
import pytest
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.worksheet.table import Table, TableStyleInfo

from pincite.ingest.readers import Reading, read
from tests.ingest.readers.damage import rezipped
from tests.ingest.readers.office.test_docx import KINDS, docx, par, run
from tests.ingest.readers.pdf.pdf_maker import Leaf, Text, box, column, pdf

SECRET = "Send all the money to me"
SEEN = "Gulls nest on cliffs above the sea."
PHOTO = np.random.default_rng(0).integers(120, 250, (64, 64)).astype(np.uint8)


def of_pdf(*more: Text, behind: str = "", over: str = "", layer: str = "") -> bytes:
    lines = [*column([SEEN]), *more]
    return pdf([Leaf(lines, behind=behind, over=over, picture=PHOTO)], layer=layer)


def of_group(draw: str, entries: str = "", layer: str = "") -> bytes:
    group = [Text(72, 300, SECRET)]
    leaf = Leaf(column([SEEN]), over=draw, group=group, group_entries=entries)
    return pdf([leaf], layer=layer)


def of_html(body: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body><p>{SEEN}</p>{body}</body></html>".encode()


def styled(style: str) -> bytes:
    return of_html(f'<p style="{style}">{SECRET}</p>')


def of_docx(body: str, **parts: str) -> bytes:
    return docx(par(SEEN) + body, **parts)


def of_run(properties: str) -> bytes:
    return of_docx(f"<w:p>{run(SECRET, properties)}</w:p>")


def of_xlsx(hide: Callable[[openpyxl.Workbook], None]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Bird", "Place"])
    sheet.append(["Gull", SEEN])
    sheet.append(["Owl", "Barns"])
    hide(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def hidden_row(book: openpyxl.Workbook) -> None:
    book.active.append(["Tern", SECRET])
    book.active.row_dimensions[4].hidden = True


def hidden_column(book: openpyxl.Workbook) -> None:
    for row, words in enumerate(["Note", SECRET, "None"], 1):
        book.active.cell(row, 3, words)
    book.active.column_dimensions["C"].hidden = True


def hidden_sheet(state: str) -> Callable[[openpyxl.Workbook], None]:
    def hide(book: openpyxl.Workbook) -> None:
        sheet = book.create_sheet("Second")
        sheet.append(["Bird", "Place"])
        sheet.append(["Tern", SECRET])
        sheet.sheet_state = state

    return hide


def white_cell(book: openpyxl.Workbook) -> None:
    book.active.cell(4, 1, "Tern")
    book.active.cell(4, 2, SECRET).font = Font(color="FFFFFFFF")


def with_cell(book: openpyxl.Workbook, **look: Any) -> None:
    book.active.cell(4, 1, "Tern")
    for name, value in look.items():
        setattr(book.active.cell(4, 2, SECRET), name, value)


def written(data: bytes, old: str, new: str) -> bytes:
    """A workbook whose first sheet has something else in a place."""
    path = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read(path).decode()
    assert old in sheet
    return rezipped(data, {path: sheet.replace(old, new).encode()})


def shapeless_cell(book: openpyxl.Workbook) -> None:
    book.active.cell(4, 1, "Tern")
    book.active.cell(4, 2, SECRET).number_format = ";;;"


def coloured(ink: str, paper: str | None) -> bytes:
    def fill(book: openpyxl.Workbook) -> None:
        cell = book.active.cell(4, 2, SECRET)
        cell.font = Font(color=ink)
        if paper:
            cell.fill = PatternFill("solid", fgColor=paper)

    return of_xlsx(fill)


def of_style(style: str, kind: str = "paragraph", body: str = "") -> bytes:
    """A Word file with a passage in a style of its own."""
    own = f'<w:style w:type="{kind}" w:styleId="Own"><w:name w:val="Own"/>{style}</w:style>'
    based = '<w:style w:styleId="Further"><w:basedOn w:val="Own"/></w:style>'
    return of_docx(body or par(SECRET, "Further"), styles=own + based)


def cell(shade: str = "", table: str = "") -> str:
    """A table with one white cell."""
    inside = f"<w:tcPr>{shade}</w:tcPr><w:p>{run(SECRET, WHITE)}</w:p>"
    return f"<w:tbl><w:tblPr>{table}</w:tblPr><w:tr><w:tc>{inside}</w:tc></w:tr></w:tbl>"


def drawing(shape: str, at: str = "", entries: str = "", wrap: str = "<wp:wrapNone/>") -> str:
    """A run with a drawing in front of the text, 450 by 40 points, 5 points above its paragraph."""
    at = at or f"{position('H', 'column', -5)}{position('V', 'paragraph', -5)}"
    return (
        f'<w:r><w:drawing><wp:anchor behindDoc="0" {entries}>{at}'
        f'<wp:extent cx="{450 * POINT}" cy="{40 * POINT}"/>{wrap}{shape}'
        "</wp:anchor></w:drawing></w:r>"
    )


def position(way: str, relative: str, points: int) -> str:
    offset = f"<wp:posOffset>{points * POINT}</wp:posOffset>"
    return f'<wp:position{way} relativeFrom="{relative}">{offset}</wp:position{way}>'


def form(fill: str, preset: str = "rect", entries: str = "") -> str:
    """A shape; ``urn:wps`` and ``urn:a`` stand for the names that Word gives."""
    return (
        '<wps:wsp xmlns:wps="urn:wps" xmlns:a="urn:a">'
        f'<wps:spPr><a:prstGeom prst="{preset}"/>{fill}</wps:spPr>{entries}</wps:wsp>'
    )


def picture(reference: str) -> str:
    return (
        f'<pic:pic><pic:blipFill><a:blip xmlns:a="urn:a" r:embed="{reference}"/></pic:blipFill>'
        "</pic:pic>"
    )


def colour(inside: str = "") -> str:
    return f'<a:solidFill><a:srgbClr val="FFFFFF">{inside}</a:srgbClr></a:solidFill>'


def vml(style: str, entries: str = "") -> str:
    place = "position:absolute;margin-left:-5pt;margin-top:-5pt;width:450pt;height:40pt;"
    return f'<w:r><w:pict><v:rect style="{place}{style}" {entries}/></w:pict></w:r>'


def under(drawn: str, after: str = "") -> bytes:
    """A paragraph that a drawing hangs on, between others; the pictures are there, too."""
    whole = of_docx(f"{par(drawn + run(SECRET))}{after}{par('Terns dive.')}")
    related = "".join(
        f'<R Id="{name}" Type="{KINDS}/image" Target="{name}.png"/>' for name in PICTURES
    )
    return rezipped(
        whole,
        {
            "word/_rels/document.xml.rels": f"<Rs>{related}</Rs>".encode(),
            **{f"word/{name}.png": data for name, data in PICTURES.items()},
        },
    )


# The beginnings of a PNG without and with transparency.
PICTURES = {
    name: b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x09\0\0\0\x09\x08" + bytes([kind]) + bytes(40)
    for name, kind in {"photo": 2, "signature": 6}.items()
}


POINT = 12_700
WHITE = '<w:color w:val="FFFFFF"/>'
CLIP = "0 0 40 40 re W n"
AT = Text(72, 300, SECRET)
FORMS = {
    "pdf: white on white": ("a.pdf", of_pdf(Text(72, 300, SECRET, ink="1 g"))),
    "pdf: nearly white": ("a.pdf", of_pdf(Text(72, 300, SECRET, ink="0.98 g"))),
    "pdf: the colour behind": (
        "a.pdf",
        of_pdf(Text(72, 300, SECRET, ink="0 0 1 rg"), behind="q 0 0 1 rg 60 460 400 60 re f Q"),
    ),
    "pdf: half a point": ("a.pdf", of_pdf(Text(72, 300, SECRET, size=0.4))),
    "pdf: one point": ("a.pdf", of_pdf(Text(72, 300, SECRET, size=1))),
    "pdf: drawn with nothing": ("a.pdf", of_pdf(Text(72, 300, SECRET, ink="3 Tr"))),
    "pdf: drawn as a clip only": ("a.pdf", of_pdf(Text(72, 300, SECRET, ink="7 Tr"))),
    "pdf: off the page": ("a.pdf", of_pdf(Text(72, 900, SECRET))),
    "pdf: clipped away": ("a.pdf", of_pdf(Text(72, 300, SECRET, ink=CLIP))),
    "pdf: under a box": ("a.pdf", of_pdf(AT, over=box(Leaf(), 60, 280, 500, 320))),
    "pdf: behind a picture": (
        "a.pdf",
        of_pdf(AT, over="q 400 0 0 60 60 460 cm /I Do Q"),
    ),
    "pdf: layer that is off": (
        "a.pdf",
        of_pdf(Text(72, 300, SECRET, ink="/OC /L BDC"), over="EMC", layer="OFF"),
    ),
    "pdf: group on a layer that is off": (
        "a.pdf",
        of_group("/OC /L BDC /G Do EMC", layer="OFF"),
    ),
    "pdf: group that is on a layer itself": ("a.pdf", of_group("/G Do", "/OC /L", layer="OFF")),
    "pdf: group whose entry is written otherwise": (
        "a.pdf",
        of_group("/G Do", "/#4f#43 /L", layer="OFF"),
    ),
    "pdf: no opacity": ("a.pdf", of_pdf(Text(72, 300, SECRET, ink="/Clear gs"))),
    "html: display": ("a.html", styled("display:none")),
    "html: visibility": ("a.html", styled("visibility:hidden")),
    "html: opacity": ("a.html", styled("opacity:0")),
    "html: hidden": ("a.html", of_html(f"<p hidden>{SECRET}</p>")),
    "html: no size": ("a.html", styled("font-size:0")),
    "html: white": ("a.html", styled("color:#fff")),
    "html: the colour behind": ("a.html", styled("color:#123456;background:#123456")),
    "html: the colour behind, by a class": (
        "a.html",
        of_html(f"<p class=x>{SECRET}</p>", "<style>.x{color:#fff;background:#fff}</style>"),
    ),
    "html: as good as no opacity": ("a.html", styled("opacity:.01")),
    "html: filtered": ("a.html", styled("filter:opacity(0%)")),
    "html: no size, in short": ("a.html", styled("font:0/0 serif")),
    "html: see-through": ("a.html", styled("color:rgba(0, 0, 0, 0)")),
    "html: white by lightness": ("a.html", styled("color:hsl(120 0% 100%)")),
    "html: white, filled": ("a.html", styled("-webkit-text-fill-color:#fff")),
    "html: moved away": ("a.html", styled("transform:translateX(-9999px)")),
    "html: no width": ("a.html", styled("width:0;overflow:hidden")),
    "html: contents": ("a.html", styled("content-visibility:hidden")),
    "html: escaped": ("a.html", styled("d\\69splay:none")),
    "html: a dialog": ("a.html", of_html(f"<dialog>{SECRET}</dialog>")),
    "html: inside others, by a rule": (
        "a.html",
        of_html(
            f"<div class=a><p>See.</p><ul><li data-x=1>{SECRET}</ul></div>",
            "<style>div.a > ul li[data-x='1']{display:none}</style>",
        ),
    ),
    "html: far to the left": ("a.html", styled("text-indent:-9999px")),
    "html: off the page": ("a.html", styled("position:absolute;left:-9999px")),
    "html: clipped": ("a.html", styled("clip-path:inset(100%)")),
    "html: scaled away": ("a.html", styled("transform:scale(0)")),
    "html: template": ("a.html", of_html(f"<template><p>{SECRET}</p></template>")),
    "html: without scripts": ("a.html", of_html(f"<noscript><p>{SECRET}</p></noscript>")),
    "html: a comment": ("a.html", of_html(f"<!-- {SECRET} -->")),
    "docx: vanished": ("a.docx", of_run("<w:vanish/>")),
    "docx: white": ("a.docx", of_run(WHITE)),
    "docx: white by a style": ("a.docx", of_style(f"<w:rPr>{WHITE}</w:rPr>")),
    "docx: white by a style of letters": (
        "a.docx",
        of_style(
            f"<w:rPr>{WHITE}</w:rPr>", "character", par(run(SECRET, '<w:rStyle w:val="Own"/>'))
        ),
    ),
    "docx: white on a white shade": (
        "a.docx",
        of_run(f'{WHITE}<w:shd w:val="clear" w:fill="FFFFFF"/>'),
    ),
    "docx: white in a table": ("a.docx", of_docx(cell())),
    "docx: white in a cell that is white": (
        "a.docx",
        of_docx(cell('<w:shd w:val="clear" w:color="auto" w:fill="auto"/>')),
    ),
    "docx: one point by a style": ("a.docx", of_style('<w:rPr><w:sz w:val="2"/></w:rPr>')),
    "docx: one point": ("a.docx", of_run('<w:sz w:val="2"/>')),
    "docx: under a box": ("a.docx", under(drawing(form(colour())))),
    "docx: under a box by its style": (
        "a.docx",
        under(drawing(form("", entries='<wps:style><a:fillRef idx="1"/></wps:style>'))),
    ),
    "docx: under an oval": (
        "a.docx",
        under(
            drawing(
                form(colour(), "ellipse"),
                position("H", "column", -150) + position("V", "paragraph", -6),
            )
        ),
    ),
    "docx: under a picture": ("a.docx", under(drawing(picture("photo")))),
    "docx: under a box of an older program": ("a.docx", under(vml("z-index:251659264"))),
    "docx: under a box that hangs on a paragraph far before it": (
        "a.docx",
        of_docx(
            par(drawing(form(colour()), position("V", "paragraph", 45)) + run("Seen."))
            + par("") * 4
            + par(SECRET)
        ),
    ),
    "docx: under a box that covers the page": (
        "a.docx",
        of_docx(
            '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
            + par(
                drawing(
                    form(colour()), position("H", "page", 0) + position("V", "page", 0)
                ).replace(
                    f'cx="{450 * POINT}" cy="{40 * POINT}"',
                    f'cx="{612 * POINT}" cy="{792 * POINT}"',
                )
            )
            + par(SECRET)
        ),
    ),
    "docx: in a table under a box": (
        "a.docx",
        of_docx(
            f"<w:tbl><w:tr><w:tc>{par(drawing(form(colour())) + run(SECRET))}</w:tc></w:tr></w:tbl>"
        ),
    ),
    "docx: the colour behind": (
        "a.docx",
        of_run('<w:color w:val="0000FF"/><w:shd w:val="clear" w:fill="0000FF"/>'),
    ),
    "docx: black, marked black": (
        "a.docx",
        of_run('<w:color w:val="000000"/><w:highlight w:val="black"/>'),
    ),
    "docx: the colour of the paper": ("a.docx", of_run('<w:color w:themeColor="background1"/>')),
    "docx: no ink": (
        "a.docx",
        of_run('<w14:textFill xmlns:w14="urn:w14"><w14:noFill/></w14:textFill>'),
    ),
    "docx: comment": (
        "a.docx",
        of_docx(
            f'<w:p>{run("Nests.")}<w:r><w:commentReference w:id="1"/></w:r></w:p>',
            comments=f'<w:comment w:id="1">{par(SECRET)}</w:comment>',
        ),
    ),
    "docx: deleted": (
        "a.docx",
        of_docx(f"<w:p><w:del><w:r><w:delText>{SECRET}</w:delText></w:r></w:del></w:p>"),
    ),
    "xlsx: hidden row": ("a.xlsx", of_xlsx(hidden_row)),
    "xlsx: hidden column": ("a.xlsx", of_xlsx(hidden_column)),
    "xlsx: hidden sheet": ("a.xlsx", of_xlsx(hidden_sheet("hidden"))),
    "xlsx: very hidden sheet": ("a.xlsx", of_xlsx(hidden_sheet("veryHidden"))),
    "xlsx: white": ("a.xlsx", of_xlsx(white_cell)),
    "xlsx: no form": ("a.xlsx", of_xlsx(shapeless_cell)),
    "xlsx: an empty form": ("a.xlsx", of_xlsx(partial(with_cell, number_format=';;;""'))),
    "xlsx: white of the palette": (
        "a.xlsx",
        of_xlsx(partial(with_cell, font=Font(color=Color(indexed=1)))),
    ),
    "xlsx: one point": ("a.xlsx", of_xlsx(partial(with_cell, font=Font(sz=1)))),
    "xlsx: black on black": ("a.xlsx", coloured("FF000000", "FF000000")),
    "xlsx: no width": (
        "a.xlsx",
        written(
            of_xlsx(lambda book: book.active.cell(4, 3, SECRET)),
            "<sheetData>",
            '<cols><col min="3" max="3" width="0" customWidth="1"/></cols><sheetData>',
        ),
    ),
    "xlsx: no height": (
        "a.xlsx",
        written(of_xlsx(with_cell), '<row r="4"', '<row r="4" ht="0" customHeight="1"'),
    ),
}


def shown(reading: Reading) -> str:
    """The text without what is marked as something that stands beside it, or is hidden."""
    unseen = {
        at for r in reading.regions if r.kind != "quoted" for at in range(r.span.start, r.span.end)
    }
    return "".join(sign for at, sign in enumerate(reading.text) if at not in unseen)


@pytest.mark.parametrize("form", FORMS)
def test_words_that_nobody_sees_are_marked_or_left_out(form: str) -> None:
    name, data = FORMS[form]
    _, reading = read(data, name)
    assert SEEN in " ".join(shown(reading).split())
    assert "money" not in shown(reading)
    if any(r.kind == "hidden" for r in reading.regions):
        assert reading.warnings, "what is hidden is named where documents are listed"


def white_cell_of_a_table(book: openpyxl.Workbook) -> None:
    white_cell(book)
    table = Table(displayName="Birds", ref="A1:B4")
    table.tableStyleInfo = TableStyleInfo(name="TableStyleDark1", showRowStripes=True)
    book.active.add_table(table)


SHOWN = {
    "docx: white in a cell that is black": (
        "a.docx",
        of_docx(cell('<w:shd w:val="clear" w:fill="000000"/>')),
    ),
    "docx: white in a table that is black": (
        "a.docx",
        of_docx(cell(table='<w:shd w:val="clear" w:fill="000000"/>')),
    ),
    "docx: white in a table whose style colours its first row": (
        "a.docx",
        of_style(
            '<w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:fill="1F3864"/></w:tcPr>'
            "</w:tblStylePr>",
            "table",
            cell(table='<w:tblStyle w:val="Further"/>'),
        ),
    ),
    "docx: white on black by a style": (
        "a.docx",
        of_style(f'<w:pPr><w:shd w:fill="000000"/></w:pPr><w:rPr>{WHITE}</w:rPr>'),
    ),
    "docx: black in a white style": (
        "a.docx",
        of_style(
            f"<w:rPr>{WHITE}</w:rPr>",
            body=par(run(SECRET, '<w:color w:val="auto"/>'), "Further"),
        ),
    ),
    "pdf: a picture with text over it": (
        "a.pdf",
        of_pdf(AT, behind="q 400 0 0 60 60 460 cm /I Do Q"),
    ),
    "pdf: within its clip": (
        "a.pdf",
        of_pdf(Text(72, 300, SECRET, ink="60 460 400 60 re W n")),
    ),
    "pdf: layer that is on": (
        "a.pdf",
        of_pdf(Text(72, 300, SECRET, ink="/OC /L BDC"), over="EMC", layer="ON"),
    ),
    "pdf: group on a layer that is on": ("a.pdf", of_group("/OC /L BDC /G Do EMC", layer="ON")),
    "pdf: group that is on a layer that is on": (
        "a.pdf",
        of_group("/G Do", "/OC /L", layer="ON"),
    ),
    "html: beside what a rule hides": (
        "a.html",
        of_html(
            f"<div class=b><ul><li>{SECRET}</ul></div>",
            "<style>div.a li, .b > li, li[data-x], .b.c ul li{display:none}</style>",
        ),
    ),
    "html: faint": ("a.html", styled("opacity:.4;filter:opacity(50%);font:12px/1.2 serif")),
    "html: moved a little": ("a.html", styled("transform:translate(-20px, 10px)")),
    "html: for screen readers as well": ("a.html", of_html(f"<p aria-hidden=false>{SECRET}</p>")),
    # Screen readers leave it out; whoever looks at the page sees it.
    "html: not for screen readers": ("a.html", of_html(f"<p aria-hidden=true>{SECRET}</p>")),
    "docx: on a box": (
        "a.docx",
        under(drawing(form(colour())).replace('behindDoc="0"', 'behindDoc="1"')),
    ),
    "docx: within a frame": ("a.docx", under(drawing(form("<a:noFill/>")))),
    "docx: under a signature": ("a.docx", under(drawing(picture("signature")))),
    "docx: under a line": ("a.docx", under(drawing(form(colour(), "line")))),
    "docx: under glass": ("a.docx", under(drawing(form(colour('<a:alpha val="50000"/>'))))),
    "docx: around a box": (
        "a.docx",
        under(drawing(form(colour()), wrap='<wp:wrapSquare wrapText="bothSides"/>')),
    ),
    "docx: above a box": (
        "a.docx",
        under(
            drawing(form(colour()), position("V", "paragraph", 60)),
            after=par("") * 20,
        ),
    ),
    "docx: on the left of a box": (
        "a.docx",
        under(drawing(form(colour()), position("H", "column", 200))),
    ),
    "docx: on a box of an older program": ("a.docx", under(vml("z-index:-251659264"))),
    "docx: in a frame of an older program": (
        "a.docx",
        under(vml("z-index:251659264", 'filled="f"')),
    ),
    "docx: white on black": ("a.docx", of_run('<w:color w:val="FFFFFF"/><w:shd w:fill="000000"/>')),
    "docx: small": ("a.docx", of_run('<w:sz w:val="8"/>')),
    "xlsx: white on black": ("a.xlsx", coloured("FFFFFFFF", "FF000000")),
    "xlsx: white in a table of its own colours": ("a.xlsx", of_xlsx(white_cell_of_a_table)),
    "xlsx: black": ("a.xlsx", coloured("FF000000", None)),
}


@pytest.mark.parametrize("form", SHOWN)
def test_words_that_can_be_seen_are_not_marked(form: str) -> None:
    name, data = SHOWN[form]
    _, reading = read(data, name)
    assert SECRET in " ".join(shown(reading).split())
