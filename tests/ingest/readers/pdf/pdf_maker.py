"""Small PDFs for the tests, written by hand."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pypdfium2 as pdfium
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]  # (height, width), from black to white

HELVETICA, BOLD, COURIER = "F1", "F2", "F3"
_FONTS = {HELVETICA: "Helvetica", BOLD: "Helvetica-Bold", COURIER: "Courier"}


@dataclass(frozen=True)
class Text:
    """A line of text: its baseline begins ``x`` from the left and ``y`` from the top, in points."""

    x: float
    y: float
    words: str
    size: float = 10
    font: str = HELVETICA
    upright: bool = True  # or else it runs upwards
    ink: str = ""  # operators before it: "1 g" is white, "3 Tr" draws nothing


@dataclass(frozen=True)
class Leaf:
    """A page; without lines it has a picture that fills it, unless it is blank."""

    lines: Sequence[Text] = ()
    width: int = 612
    height: int = 792
    rotate: int = 0
    crop: tuple[int, int, int, int] | None = None  # left, bottom, right, top
    blank: bool = False
    picture: Pixels = field(default_factory=lambda: np.full((1, 1), 128, np.uint8))
    behind: str = ""  # operators before the text; "/I Do" draws the picture
    over: str = ""  # operators after the text
    annotations: Sequence[str] = ()  # dictionaries without their brackets
    group: Sequence[Text] = ()  # lines of a form XObject, which "/G Do" draws
    group_entries: str = ""  # of its dictionary; "/OC /L" puts it on the layer


@dataclass(frozen=True)
class Entry:
    """A bookmark; ``page`` counts from 1."""

    words: str
    page: int
    under: Sequence[Entry] = field(default=())


def box(leaf: Leaf, left: float, top: float, right: float, bottom: float, grey: float = 0) -> str:
    """The operators that fill a box on a page, in points from its upper left corner."""
    x, y, width, height = left, leaf.height - bottom, right - left, bottom - top
    return f"q {grey:g} g {x:g} {y:g} {width:g} {height:g} re f Q"


def widget(leaf: Leaf, left: float, top: float, right: float, bottom: float, entries: str) -> str:
    """A field of a form at a place on its page."""
    rectangle = f"[{left:g} {leaf.height - bottom:g} {right:g} {leaf.height - top:g}]"
    return f"/Type /Annot /Subtype /Widget /Rect {rectangle} {entries}"


def column(
    lines: Iterable[str], x: float = 72, y: float = 100, size: float = 10, step: float = 12
) -> list[Text]:
    """Lines below each other; an empty one leaves a gap."""
    return [Text(x, y + i * step, words, size) for i, words in enumerate(lines) if words]


def scan(leaf: Leaf, scale: float = 2) -> Leaf:
    """The page as a scanner gives it: its picture, of ``scale`` pixels a point, and no more."""
    document = pdfium.PdfDocument(pdf([leaf]))
    try:
        pixels = document[0].render(scale=scale, grayscale=True).to_numpy().copy()
    finally:
        document.close()
    return replace(leaf, lines=(), picture=pixels)


def pdf(
    leaves: Sequence[Leaf],
    title: str | bytes = "",
    outline: Sequence[Entry] = (),
    encrypted: bool = False,
    form: str = "",
    attached: str = "",
    layer: str = "",
) -> bytes:
    """A PDF of these pages; ``form`` are entries of the form that their widgets belong to.

    Their graphics state "/Clear" has no opacity; with ``layer`` "ON" or "OFF", "/L" is a layer.
    """
    objects: dict[int, bytes] = {}

    def add(body: bytes) -> int:
        objects[len(objects) + 1] = body
        return len(objects)

    catalog, pages, info = add(b""), add(b""), add(b"<< /Title (" + _escaped(title) + b") >>")
    fonts = {
        name: add(
            b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
            % base.encode()
        )
        for name, base in _FONTS.items()
    }
    used = " ".join(f"/{name} {number} 0 R" for name, number in fonts.items())
    named = "/ExtGState << /Clear << /ca 0 /CA 0 >> >>"
    if layer:
        group = add(b"<< /Type /OCG /Name (Layer) >>")
        named += f" /Properties << /L {group} 0 R >>"
    kids, widgets = [], []
    for leaf in leaves:
        has_image = "/I Do" in leaf.behind + leaf.over or not (leaf.lines or leaf.blank)
        drawn = f"/I {add(_image(leaf))} 0 R" if has_image else ""
        if leaf.group:
            inside = _content(replace(leaf, lines=leaf.group, behind="", over=""))
            entries = leaf.group_entries.replace("/L", f"{group} 0 R" if layer else "")
            head = (
                f"<< /Type /XObject /Subtype /Form /BBox [0 0 {leaf.width} {leaf.height}] {entries}"
                f" /Resources << /Font << {used} >> {named} >> /Length {len(inside)} >>"
            )
            drawn += f" /G {add(head.encode() + _stream(inside))} 0 R"
        image = f"/XObject << {drawn} >>" if drawn else ""
        resources = f"/Resources << /Font << {used} >> {image} {named} >>"
        content = _content(leaf)
        stream = add(b"<< /Length %d >>" % len(content) + _stream(content))
        numbers = [add(f"<< {entries} >>".encode("cp1252")) for entries in leaf.annotations]
        widgets += [n for n, a in zip(numbers, leaf.annotations, strict=True) if "/Widget" in a]
        annotated = f"/Annots [{' '.join(f'{n} 0 R' for n in numbers)}]" if numbers else ""
        crop = f"/CropBox [{' '.join(map(str, leaf.crop))}]" if leaf.crop else ""
        kids.append(
            add(
                f"<< /Type /Page /Parent {pages} 0 R /MediaBox [0 0 {leaf.width} {leaf.height}] "
                f"{crop} /Rotate {leaf.rotate} {resources} {annotated} "
                f"/Contents {stream} 0 R >>".encode()
            )
        )
    objects[pages] = (
        f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(f'{k} 0 R' for k in kids)}] >>"
    ).encode()
    root = f"/Type /Catalog /Pages {pages} 0 R"
    if outline:
        top = add(b"")
        first, last = _entries(objects, outline, top, kids)
        objects[top] = f"<< /First {first} 0 R /Last {last} 0 R >>".encode()
        root += f" /Outlines {top} 0 R"
    if widgets or form:
        root += f" /AcroForm << /Fields [{' '.join(f'{n} 0 R' for n in widgets)}] {form} >>"
    if layer:
        default = f"<< /ON [] /OFF [] /{layer} [{group} 0 R] >>".replace(f"/{layer} [] ", "")
        root += f" /OCProperties << /OCGs [{group} 0 R] /D {default} >>"
    if attached:
        file = add(f"<< /Type /Filespec /F ({attached}) /UF ({attached}) >>".encode())
        root += f" /Names << /EmbeddedFiles << /Names [({attached}) {file} 0 R] >> >>"
    objects[catalog] = f"<< {root} >>".encode()
    trailer = f"/Size {len(objects) + 1} /Root {catalog} 0 R /Info {info} 0 R"
    if encrypted:  # with a password that no empty one equals
        trailer += (
            f" /ID [<{'00' * 16}> <{'00' * 16}>] /Encrypt << /Filter /Standard /V 1 /R 2 /P -4 "
            f"/O <{'41' * 32}> /U <{'42' * 32}> >>"
        )
    return _file(objects, trailer)


def _file(objects: dict[int, bytes], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, body in objects.items():
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += f"trailer\n<< {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(out)


def _stream(content: bytes) -> bytes:
    return b"\nstream\n%s\nendstream" % content


def _content(leaf: Leaf) -> bytes:
    if leaf.blank:
        return b""
    if not leaf.lines and not leaf.behind:
        return b"q %d 0 0 %d 0 0 cm /I Do Q" % (leaf.width, leaf.height)
    parts = [leaf.behind.encode()]
    for text in leaf.lines:
        turned = b"1 0 0 1" if text.upright else b"0 1 -1 0"
        parts.append(
            b"q %s BT /%s %g Tf %s %g %g Tm (%s) Tj ET Q"
            % (
                text.ink.encode(),
                text.font.encode(),
                text.size,
                turned,
                text.x,
                leaf.height - text.y,
                _escaped(text.words),
            )
        )
    return b"\n".join([*parts, leaf.over.encode()])


def _image(leaf: Leaf) -> bytes:
    height, width = leaf.picture.shape
    packed = zlib.compress(leaf.picture.tobytes())
    return (
        b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream"
    ) % (width, height, len(packed), packed)


def _escaped(words: str | bytes) -> bytes:
    raw = words if isinstance(words, bytes) else words.encode("cp1252")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _entries(
    objects: dict[int, bytes], entries: Sequence[Entry], parent: int, kids: Sequence[int]
) -> tuple[int, int]:
    numbers = []
    for _ in entries:
        numbers.append(len(objects) + 1)
        objects[numbers[-1]] = b""
    for i, entry in enumerate(entries):
        near = f"/Next {numbers[i + 1]} 0 R " if i + 1 < len(entries) else ""
        near += f"/Prev {numbers[i - 1]} 0 R " if i else ""
        if entry.under:
            first, last = _entries(objects, entry.under, numbers[i], kids)
            near += f"/First {first} 0 R /Last {last} 0 R /Count {len(entry.under)} "
        objects[numbers[i]] = b"<< /Title (%s) /Parent %d 0 R %s/Dest [%d 0 R /Fit] >>" % (
            _escaped(entry.words),
            parent,
            near.encode(),
            kids[entry.page - 1],
        )
    return numbers[0], numbers[-1]


# Adobe's metrics of Helvetica: thousandths of the size, from the blank to the tilde.
_WIDTHS = (
    (278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278)
    + (556,) * 10
    + (278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500)
    + (667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278)
    + (278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556)
    + (556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584)
)


def width(words: str, size: float = 10) -> float:
    """How wide words of ASCII are in Helvetica, in points."""
    return sum(_WIDTHS[ord(character) - 32] for character in words) * size / 1000
