"""The one JSON form of what a document and its passages are made of: rows, messages, export.

A part of a document (its sections, its pages, its regions) is a list of short lists in rows and
messages, and a list of objects where people and programs read it; both have the same fields in the
same order, which ``NAMES`` gives. A new field of a part is an edit here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast, get_args

from pincite.corpus.types import (
    Document,
    Layout,
    Origin,
    Page,
    Passage,
    PassageKind,
    Region,
    RegionKind,
    Section,
    Span,
)

NAMES = {
    "sections": ("start", "end", "body", "path"),
    "pages": ("start", "end", "number"),
    "regions": ("start", "end", "kind"),
}
PASSAGE_NAMES = ("start", "end", "sentences", "path", "columns", "context", "kind", "hidden")

Rows = Sequence[Sequence[Any]]


def structure(document: Document) -> dict[str, Rows]:
    """A document's parts as short lists, by name."""
    return {
        "sections": [[s.span.start, s.span.end, s.body, s.path] for s in document.sections],
        "pages": [[p.span.start, p.span.end, p.number] for p in document.pages],
        "regions": [[r.span.start, r.span.end, r.kind] for r in document.regions],
    }


def structure_from(parts: Mapping[str, Rows]) -> dict[str, Any]:
    """The arguments of a `Document` that ``structure`` was made of.

    Raises:
        ValueError: a list is not of the form that ``structure`` gives.
    """
    return {
        "sections": tuple(Section(Span(s, e), tuple(p), b) for s, e, b, p in parts["sections"]),
        "pages": tuple(Page(Span(s, e), n) for s, e, n in parts["pages"]),
        "regions": tuple(Region(Span(s, e), _region_kind(k)) for s, e, k in parts["regions"]),
    }


def named(parts: Mapping[str, Rows]) -> dict[str, list[dict[str, Any]]]:
    """The same as objects with the names of their fields.

    >>> named({"pages": [[0, 9, 1]]})
    {'pages': [{'start': 0, 'end': 9, 'number': 1}]}
    """
    return {
        part: [dict(zip(NAMES[part], row, strict=True)) for row in rows]
        for part, rows in parts.items()
    }


def unnamed(parts: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Rows]:
    """What ``named`` was made of.

    >>> unnamed({"pages": [{"start": 0, "end": 9, "number": 1}]})
    {'pages': [[0, 9, 1]]}
    """
    return {
        part: [[value[name] for name in NAMES[part]] for value in values]
        for part, values in parts.items()
    }


def described(document: Document) -> dict[str, Any]:
    """All of a document but its text and its layout, as JSON values."""
    return {
        "source": document.source,
        "title": document.title,
        "media_type": document.media_type,
        "metadata": dict(document.metadata),
        "text_sha256": document.text_sha256,
        "origin": None if document.origin is None else asdict(document.origin),
        "warnings": list(document.warnings),
        **structure(document),
    }


def document_from(values: Mapping[str, Any], text: str, layout: Layout | None = None) -> Document:
    """The document that ``described`` describes.

    Raises:
        ValueError: a part is not of the form that ``structure`` gives.
    """
    origin = values["origin"]
    return Document(
        source=values["source"],
        title=values["title"],
        text=text,
        media_type=values["media_type"],
        metadata=values["metadata"],
        text_sha256=values["text_sha256"],
        origin=None if origin is None else Origin(**origin),
        warnings=tuple(values["warnings"]),
        layout=layout,
        **structure_from(values),
    )


def passage_values(passage: Passage) -> list[Any]:
    """A passage as JSON values, in the order of ``PASSAGE_NAMES``."""
    return [
        passage.span.start,
        passage.span.end,
        [[s.start, s.end] for s in passage.sentences],
        list(passage.path),
        list(passage.columns),
        [[[s.start, s.end] for s in spans] for spans in passage.context],
        passage.kind,
        passage.hidden,
    ]


def passage_from(values: Sequence[Any]) -> Passage:
    """The passage that ``passage_values`` was made of.

    Raises:
        ValueError: the values are not of that form.
    """
    start, end, sentences, path, columns, context, kind, hidden = values
    if kind not in get_args(PassageKind):
        raise ValueError(f"unknown kind of passage {kind!r}")
    return Passage(
        Span(start, end),
        tuple(Span(s, e) for s, e in sentences),
        tuple(path),
        tuple(columns),
        kind,
        bool(hidden),
        tuple(tuple(Span(s, e) for s, e in spans) for spans in context),
    )


def _region_kind(kind: str) -> RegionKind:
    if kind not in get_args(RegionKind):
        raise ValueError(f"unknown kind of region {kind!r}")
    return cast(RegionKind, kind)
