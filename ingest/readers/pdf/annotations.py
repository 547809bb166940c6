"""What is laid over a page of a PDF: the fields of its forms with their values, and comments."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from pincite.corpus.canonical import canonical
from pincite.ingest.readers.pdf.glyphs import shown
from pincite.ingest.readers.pdf.lines import Boxes

TICKED, UNTICKED = "☒", "☐"
_TICKS = {raw.FPDF_FORMFIELD_CHECKBOX, raw.FPDF_FORMFIELD_RADIOBUTTON}
_CHOICES = {raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX}
_UNSHOWN = raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
_COMMENTS = {
    raw.FPDF_ANNOT_TEXT,
    raw.FPDF_ANNOT_FREETEXT,
    raw.FPDF_ANNOT_LINE,
    raw.FPDF_ANNOT_SQUARE,
    raw.FPDF_ANNOT_CIRCLE,
    raw.FPDF_ANNOT_POLYGON,
    raw.FPDF_ANNOT_POLYLINE,
    raw.FPDF_ANNOT_HIGHLIGHT,
    raw.FPDF_ANNOT_UNDERLINE,
    raw.FPDF_ANNOT_SQUIGGLY,
    raw.FPDF_ANNOT_STRIKEOUT,
    raw.FPDF_ANNOT_STAMP,
    raw.FPDF_ANNOT_CARET,
    raw.FPDF_ANNOT_INK,
}
_MOST_OPTIONS = 10_000  # of a field


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """What stands in a field: its value, its box on the page as it is shown (left, top, right,
    bottom), and whether it is not shown to who opens the file."""

    value: str
    box: Boxes
    hidden: bool


@dataclass(frozen=True, slots=True, eq=False)
class Comment:
    """What somebody wrote to a page, and where its mark stands; see `Field`."""

    text: str
    box: Boxes
    hidden: bool


@contextmanager
def form(document: pdfium.PdfDocument) -> Iterator[raw.FPDF_FORMHANDLE | None]:
    """PDFium's handle on the form of a document, None where it has none."""
    if raw.FPDF_GetFormType(document.raw) == raw.FORMTYPE_NONE:
        yield None
        return
    settings = raw.FPDF_FORMFILLINFO(version=2)  # it must live as long as the handle
    handle = raw.FPDFDOC_InitFormFillEnvironment(document.raw, settings)
    try:
        yield handle or None
    finally:
        if handle:
            raw.FPDFDOC_ExitFormFillEnvironment(handle)


def has_xfa(document: pdfium.PdfDocument) -> bool:
    """Whether a document's form is one of XML, which PDFium does not lay out."""
    kinds = (raw.FORMTYPE_XFA_FULL, raw.FORMTYPE_XFA_FOREGROUND)
    return raw.FPDF_GetFormType(document.raw) in kinds


def attachments(document: pdfium.PdfDocument) -> list[str]:
    """The names of the files inside a document."""
    return [
        _utf16(raw.FPDFAttachment_GetName, raw.FPDFDoc_GetAttachment(document.raw, i))
        for i in range(min(raw.FPDFDoc_GetAttachmentCount(document.raw), _MOST_OPTIONS))
    ]


def overlays(
    page: pdfium.PdfPage, handle: raw.FPDF_FORMHANDLE | None
) -> tuple[list[Field], list[Comment]]:
    """The fields of a page that have a value, or a box to tick, and the comments on it."""
    fields: list[Field] = []
    comments: list[Comment] = []
    for annotation in _annotations(page):
        kind = raw.FPDFAnnot_GetSubtype(annotation)
        unshown = bool(raw.FPDFAnnot_GetFlags(annotation) & _UNSHOWN)
        if kind == raw.FPDF_ANNOT_WIDGET and handle:
            if value := _value(handle, annotation):
                fields.append(Field(value, _box(page, annotation), unshown))
        elif kind in _COMMENTS and (text := _entry(annotation, b"Contents").strip()):
            box = _box(page, annotation)
            if _entry(annotation, b"IT") == "FreeTextTypewriter":
                fields.append(Field(text, box, unshown))  # how people fill in forms without fields
            else:
                comments.append(Comment(text, box, unshown))
    return fields, comments


def _annotations(page: pdfium.PdfPage) -> Iterator[raw.FPDF_ANNOTATION]:
    for i in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        annotation = raw.FPDFPage_GetAnnot(page.raw, i)
        if annotation:
            yield annotation
            raw.FPDFPage_CloseAnnot(annotation)


def _value(form: raw.FPDF_FORMHANDLE, annotation: raw.FPDF_ANNOTATION) -> str:
    """A field's value as it is shown; nothing where it has none, or hides what is typed."""
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind in _TICKS:
        return TICKED if _ticked(form, annotation) else UNTICKED
    if kind in _CHOICES:
        options = min(raw.FPDFAnnot_GetOptionCount(form, annotation), _MOST_OPTIONS)
        chosen = [
            _utf16(raw.FPDFAnnot_GetOptionLabel, form, annotation, i)
            for i in range(options)
            if raw.FPDFAnnot_IsOptionSelected(form, annotation, i)
        ]
        if chosen:
            return "\n".join(chosen)
    elif kind != raw.FPDF_FORMFIELD_TEXTFIELD:
        return ""
    flags = raw.FPDFAnnot_GetFormFieldFlags(form, annotation)
    if kind == raw.FPDF_FORMFIELD_TEXTFIELD and flags & raw.FPDF_FORMFLAG_TEXT_PASSWORD:
        return ""
    return _utf16(raw.FPDFAnnot_GetFormFieldValue, form, annotation).strip()


def _ticked(form: raw.FPDF_FORMHANDLE, annotation: raw.FPDF_ANNOTATION) -> bool:
    """Whether a box is drawn as ticked; where it does not say, whether its value is the field's."""
    if drawn := _entry(annotation, b"AS"):
        return drawn != "Off"
    value = _utf16(raw.FPDFAnnot_GetFormFieldValue, form, annotation)
    own = _utf16(raw.FPDFAnnot_GetFormFieldExportValue, form, annotation)
    return value not in ("", "Off") and value == own


def _entry(annotation: raw.FPDF_ANNOTATION, key: bytes) -> str:
    return _utf16(raw.FPDFAnnot_GetStringValue, annotation, key)


def _utf16(get: Callable[..., int], *arguments: object) -> str:
    """A string of PDFium's, which gives its size in bytes when it is asked without a buffer."""
    size = get(*arguments, None, 0)
    if size <= 2:
        return ""
    buffer = (ctypes.c_ushort * (size // 2))()
    get(*arguments, buffer, size)
    text = bytes(buffer)[: size - 2].decode("utf-16-le", "replace")
    return canonical(text.replace("\r\n", "\n").replace("\r", "\n"))


def _box(page: pdfium.PdfPage, annotation: raw.FPDF_ANNOTATION) -> Boxes:
    """Where an annotation stands on the page as it is shown: left, top, right, bottom."""
    rectangle = raw.FS_RECTF()
    raw.FPDFAnnot_GetRect(annotation, rectangle)
    corners = np.array(
        [[rectangle.left, rectangle.top, rectangle.right, rectangle.bottom]], np.float32
    )
    box: Boxes = np.nan_to_num(shown(corners, page)[0], nan=0.0, posinf=0.0, neginf=0.0)
    return box
