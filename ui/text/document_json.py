"""A document as JSON values: what the library knows of it, its text, and what of that is hidden."""

from __future__ import annotations

from typing import Any

from pincite.corpus.export_format import parts
from pincite.corpus.hidden import Hidden
from pincite.corpus.store.rows import Entry
from pincite.corpus.types import Document, Span


def document_json(entry: Entry, document: Document, *, kept: bool) -> dict[str, Any]:
    """All of a document; ``kept`` says whether its file's own bytes are in the library."""
    return {
        **entry.to_json(),
        **parts(document),
        "hidden": Hidden.of(document, Span(0, len(document.text))).to_json(),
        "original_kept": kept,
    }
