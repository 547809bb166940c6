"""Twice the file takes about twice the operations to read, whatever it is made of."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from itertools import pairwise

import openpyxl
import pptx
import pytest
from pptx.util import Inches

from pincite.ingest.readers import read
from tests.ingest.readers.html.test_epub import book
from tests.ingest.readers.office.test_docx import docx, par, table
from tests.ingest.readers.office.test_odf import cell, packed, sheet
from tests.ingest.readers.pdf.pdf_maker import Leaf, Text, column, pdf
from tests.operations import operations

MOST = 2.2  # times the operations for twice the file
LINES_OF_A_PAGE = 50
MOST_LEVELS = 40  # of mails in mails
SENTENCE = "The gulls of the north nest on cliffs."
HEADERS = "Subject: Gulls\nFrom: Ann <a@b.org>\nTo: Bo <b@b.org>\nMIME-Version: 1.0\n"


def xlsx(rows: int, columns: int) -> bytes:
    sheet_book = openpyxl.Workbook(write_only=True)
    made = sheet_book.create_sheet("Gulls")
    made.append([f"Place {column}" for column in range(columns)])
    for row in range(rows):
        made.append([f"Cliff {row}", *(row * 1000 + column for column in range(columns - 1))])
    out = io.BytesIO()
    sheet_book.save(out)
    return out.getvalue()


def merged_xlsx(count: int) -> bytes:
    """Labels over two rows each, notes, and blocks of rows set apart."""
    made = openpyxl.Workbook()
    for block in range(count):
        row = 5 * block + 1
        made.active.cell(row, 1, f"Place {block}")
        for i, words in enumerate(("Label", "Name", "Eggs")):
            made.active.cell(row + 1, i + 1, words)
        for i in range(2):
            made.active.cell(row + 2 + i, 2, f"Gull {block} {i}")
            made.active.cell(row + 2 + i, 3, i)
        made.active.cell(row + 2, 1, f"Both {block}")
        made.active.merge_cells(start_row=row + 2, end_row=row + 3, start_column=1, end_column=1)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def csv(rows: int, columns: int) -> bytes:
    head = ",".join(f"Place {column}" for column in range(columns))
    body = "\n".join(
        ",".join(str(row * 1000 + column) for column in range(columns)) for row in range(rows)
    )
    return f"{head}\n{body}\n".encode()


def nested_tables(depth: int) -> bytes:
    inner = par("Gull")
    for _ in range(depth):
        inner = f"<w:tbl><w:tr><w:tc>{inner}{par('In')}</w:tc></w:tr></w:tbl>"
    return docx(inner)


def slides(count: int) -> bytes:
    deck = pptx.Presentation()
    for number in range(count):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = f"Slide of {number}"
        slide.placeholders[1].text = "Gulls nest\nTerns fly"
        box = slide.shapes.add_textbox(Inches(1), Inches(5), Inches(3), Inches(1))
        box.text_frame.text = f"In a box {number}"
        slide.notes_slide.notes_text_frame.text = f"Say {number}"
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def html(body: str) -> bytes:
    return f"<!DOCTYPE html><html><body>{body}</body></html>".encode()


def quoted_mail(depth: int) -> bytes:
    """Mails that answer each other, so that the first one's words stand behind the most marks."""
    levels = [level % MOST_LEVELS for level in range(depth)]
    lines = [f"{'>' * level} On {level} May 2024 Ann wrote: {SENTENCE}" for level in levels]
    body = "\n".join(["I agree.", "", *lines])
    return f"{HEADERS}Content-Type: text/plain\n\n{body}\n".encode()


def attributions(count: int) -> bytes:
    body = "\n\n".join(f"Yes {n}.\n\nOn 4 May 2024 Bo wrote:\n> Is it {n}?" for n in range(count))
    return f"{HEADERS}Content-Type: text/plain\n\n{body}\n".encode()


def attachments(count: int) -> bytes:
    part = "--b\nContent-Type: text/plain\nContent-Disposition: attachment; filename=a{}.txt\n\nx\n"
    parts = "".join(map(part.format, range(count)))
    words = f"--b\nContent-Type: text/plain\n\n{SENTENCE}\n"
    return f"{HEADERS}Content-Type: multipart/mixed; boundary=b\n\n{words}{parts}--b--\n".encode()


def mbox(count: int) -> bytes:
    mail = "From ann@b.org Mon May  6 09:30:00 2024\n{}\nThe mail of {}.\n\n"
    return "".join(mail.format(HEADERS, number) for number in range(count)).encode()


def pages(count: int, lines: Callable[[int], list[Text]]) -> bytes:
    return pdf([Leaf(lines(number)) for number in range(count)])


def prose(number: int) -> list[Text]:
    return column([f"{SENTENCE} Seen on {number} {i}." for i in range(LINES_OF_A_PAGE)], y=60)


def raised(count: int) -> bytes:
    """A page whose note marks are drawn after all its words, where they do not stand."""
    words = [Text(72, 20 + 8 * i, f"Gulls {i}", 6) for i in range(count)]
    marks = [Text(200, 18 + 8 * i, str(i % 9 + 1), 4) for i in range(count)]
    return pdf([Leaf([*words, *marks], height=8 * count + 100)])


def letters(count: int) -> bytes:
    """A page each letter of which is an object of its own."""
    drawn = [Text(72 + 6 * i, 60 + 14 * j, "g") for j in range(count) for i in range(60)]
    return pdf([Leaf(drawn, height=14 * count + 120)])


def pdf_table(count: int) -> bytes:
    rows = [
        Text(72 + 120 * i, 60 + 14 * j, words)
        for j in range(count)
        for i, words in enumerate((f"Place {j}", str(j * 7), str(j * 11)))
    ]
    return pdf([Leaf(rows, height=14 * count + 120)])


def calendar(count: int) -> bytes:
    event = "BEGIN:VEVENT\nDTSTART:20240506T090000\nSUMMARY:Gulls {}\nEND:VEVENT\n"
    return f"BEGIN:VCALENDAR\n{''.join(map(event.format, range(count)))}END:VCALENDAR\n".encode()


def repeated(pattern: str) -> Callable[[int], bytes]:
    """``pattern`` some times, numbered where it has a field for the number."""
    return lambda count: "".join(map(pattern.format, range(count))).encode()


def listed(text: str, style: str = "") -> str:
    return par(text, style, '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>')


NUMBERING = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
    '<w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
)

# The name of the file, how many of its parts it has at 1×, and what makes it of their number.
FILES: dict[str, tuple[str, int, Callable[[int], bytes]]] = {
    "XLSX: rows": ("a.xlsx", 300, lambda n: xlsx(n, 4)),
    "XLSX: columns": ("a.xlsx", 100, lambda n: xlsx(4, n)),
    "XLSX: blocks of merged labels": ("a.xlsx", 50, merged_xlsx),
    "CSV: rows": ("a.csv", 500, lambda n: csv(n, 4)),
    "CSV: columns": ("a.csv", 200, lambda n: csv(4, n)),
    "DOCX: paragraphs": ("a.docx", 100, lambda n: docx(par(SENTENCE) * n)),
    "DOCX: runs of one paragraph": (
        "a.docx",
        200,
        lambda n: docx(f"<w:p>{'<w:r><w:t>gull </w:t></w:r>' * n}</w:p>"),
    ),
    "DOCX: nested tables": ("a.docx", 20, nested_tables),
    "DOCX: rows": ("a.docx", 100, lambda n: docx(table(*[["Gull", "3"]] * n))),
    "DOCX: items": ("a.docx", 100, lambda n: docx(listed("Gull") * n, numbering=NUMBERING)),
    "PPTX: slides": ("a.pptx", 4, slides),
    "ODT: spans": (
        "a.odt",
        200,
        lambda n: packed("odt", f"<text:p>{'<text:span>gull </text:span>' * n}</text:p>"),
    ),
    "ODT: nested lists": (
        "a.odt",
        30,
        lambda n: packed(
            "odt",
            "<text:list><text:list-item><text:p>gull</text:p>" * n
            + "</text:list-item></text:list>" * n,
        ),
    ),
    "ODS: rows": ("a.ods", 200, lambda n: packed("ods", sheet(*[cell("gull") + cell("7")] * n))),
    "HTML: deep": ("a.html", 60, lambda n: html("<div>gull " * n + "</div>" * n)),
    "HTML: rows": (
        "a.html",
        100,
        lambda n: html(f"<table>{'<tr><td>gull</td><td>3</td></tr>' * n}</table>"),
    ),
    "HTML: inline tags": ("a.html", 200, lambda n: html(f"<p>{'<b>gull</b> <i>x</i> ' * n}</p>")),
    "HTML: unclosed tags": ("a.html", 100, lambda n: html("<p><b><ul><li>gull" * n)),
    "HTML: links": ("a.html", 100, lambda n: html(f"<p>{SENTENCE}</p><a href=x>g</a>" * n)),
    "EPUB: pages": (
        "a.epub",
        5,
        lambda n: book({f"{i}.xhtml": f"<h1>{i}</h1><p>{SENTENCE}</p>" for i in range(n)}),
    ),
    "mail: quoted levels": ("a.eml", 40, quoted_mail),
    "mail: attributions": ("a.eml", 60, attributions),
    "mail: fields": (
        "a.eml",
        300,
        lambda n: HEADERS.encode() + repeated("X-Gull-{}: seen\n")(n) + f"\n{SENTENCE}\n".encode(),
    ),
    "mail: recipients": (
        "a.eml",
        100,
        lambda n: b"Cc: " + repeated("Gull {0} <g{0}@b.org>,\n ")(n) + HEADERS.encode() + b"\nA.\n",
    ),
    "mail: attached files": ("a.eml", 20, attachments),
    "mbox: mails": ("a.mbox", 10, mbox),
    "PDF: pages": ("a.pdf", 2, lambda n: pages(n, prose)),
    "PDF: raised figures": ("a.pdf", 60, raised),
    "PDF: letters": ("a.pdf", 8, letters),
    "PDF: rows": ("a.pdf", 40, pdf_table),
    "PDF: one word": (
        "a.pdf",
        120,
        lambda n: pdf([Leaf(column(["gull-"] * n), height=12 * n + 200)]),
    ),
    "Markdown: headings": ("a.md", 200, repeated("# Of {}\n\nThey nest.\n\n")),
    "Markdown: code": ("a.md", 200, repeated("```\ngull {}\n```\n")),
    "JSON": (
        "a.json",
        150,
        lambda n: json.dumps([{"gull": i, "is": "x"} for i in range(n)]).encode(),
    ),
    "JSON: deep": ("a.json", 60, lambda n: b'{"gull": [' * n + b"1" + b"]}" * n),
    "JSON lines": ("a.jsonl", 150, repeated('{{"gull": {}, "is": "x"}}\n')),
    "calendar": ("a.ics", 50, calendar),
    "text: short lines": ("a.txt", 500, repeated("Gull {}\n")),
    "text: headings": ("a.txt", 100, repeated("{}. Of gulls\n\nThey nest.\n\n")),
    "text: capitals": ("a.txt", 100, repeated("GULLS OF {}\n\nIt is so.\nIs it?\n\n")),
}


@pytest.mark.parametrize("kind", FILES)
def test_twice_the_file_takes_about_twice_the_operations(kind: str) -> None:
    name, size, made = FILES[kind]
    files = [made(times * size) for times in (1, 2, 4)]
    read(files[0], name)  # what is made once for all files
    costs = [operations(lambda file=file: read(file, name)) for file in files]  # type: ignore[misc]
    for small, large in pairwise(costs):
        assert large <= MOST * small, costs
