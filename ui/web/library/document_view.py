"""An open document of the library as HTML: what is known of it, its text, what to do with it."""

from __future__ import annotations

from collections.abc import Sequence

from pincite.corpus.rows import Entry
from pincite.corpus.types import Document
from pincite.retrieval.overview.guide import Guide
from pincite.ui.text.pieces import Piece, marked, screens
from pincite.ui.web.controls import pager
from pincite.ui.web.html import attribute, escaped, isolated, shortened
from pincite.ui.web.library.guide_view import guide_view
from pincite.ui.web.wording import counted, day, sentence, size

_SCREEN = 20_000  # characters of the text that are shown at once
_CLOSE = '<button type="button" class="close" data-verb="close">Close</button>'


def document_view(entry: Entry, document: Document, at: int, guide: Guide | None = None) -> str:
    """The document, with the screen ``at`` (from 0) of its text; over the first its guide."""
    shown = screens(document, _SCREEN)
    at = min(max(at, 0), len(shown) - 1)
    turning = pager("Parts of the text", "turn", at, len(shown)) if len(shown) > 1 else ""
    return (
        f'<article class="document" aria-label="{attribute(shortened(entry.title, 120))}">'
        f'<header><h2 tabindex="-1" data-after="open turn">{isolated(shortened(entry.title, 300))}'
        f'</h2>{_CLOSE}</header><p class="from">{isolated(entry.source)}</p>'
        f"{'' if at else guide_view(guide)}"
        f"{_facts(entry, marked(document))}{_warnings(entry.warnings)}"
        f"{_tags(entry)}{_rename(entry)}"
        f'{turning}<div class="text" dir="auto">{_text(shown[at])}</div>{turning}</article>'
    )


def gone(was: Entry, now: Entry | None) -> str:
    """What is said where an open document is no more, or is another one ``now``."""
    name = isolated(shortened(was.title, 120))
    if now is None:
        said = f"<p>{name} was removed meanwhile, here or in another window.</p>"
        reopen = ""
    else:
        became = "has been read anew" if now.source == was.source else "has another name"
        said = f"<p>{name} {became} meanwhile, here or in another window.</p>"
        reopen = (
            f'<button type="button" data-verb="open" data-id="{now.id}">'
            f"Open {isolated(shortened(now.title, 80))}</button>"
        )
    return f'<article class="document gone" role="status">{said}<p>{reopen}{_CLOSE}</p></article>'


def _facts(entry: Entry, parts: str) -> str:
    facts = [
        ("Text", f"{counted(entry.characters, 'character')}, {counted(entry.passages, 'passage')}"),
        *([("Pages", f"{entry.pages:,}")] if entry.pages else []),
        *([("Marked", escaped(parts))] if parts else []),
        *([("File", size(entry.origin.size))] if entry.origin else []),
        ("Format", isolated(entry.media_type)),
        ("Added", day(entry.added_at)),
        ("Id", f'<span class="digest">{entry.id[:12]}</span>'),
    ]
    drawn = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in facts)
    return f'<dl class="facts">{drawn}</dl>'


def _warnings(warnings: Sequence[str]) -> str:
    items = "".join(f"<li>{sentence(warning)}</li>" for warning in warnings)
    return (
        f'<div class="warnings"><h3>What could not be read</h3><ul>{items}</ul></div>'
        if items
        else ""
    )


def _tags(entry: Entry) -> str:
    items = "".join(
        f'<li>{isolated(tag)}<button type="button" data-verb="untag" data-id="{entry.id}"'
        f' data-tag="{attribute(tag)}" aria-label="Take the tag {attribute(tag)} away">'
        "×</button></li>"
        for tag in entry.tags
    )
    return (
        f'<form class="tagging" data-verb="tag" data-id="{entry.id}">'
        f'<ul class="tags" aria-label="Tags">{items}</ul>'
        '<label><span class="unseen">New tag</span><input name="tag" maxlength="64" required'
        ' placeholder="New tag" autocomplete="off" data-after="tag untag"></label>'
        '<button type="submit">Add tag</button></form>'
    )


def _rename(entry: Entry) -> str:
    title, source = attribute(entry.title), attribute(entry.source)
    return (
        '<details class="more"><summary>Rename or remove</summary>'
        f'<form data-verb="rename" data-id="{entry.id}">'
        f'<label><span>Title</span><input name="title" required value="{title}"></label>'
        f'<label><span>Source</span><input name="source" required value="{source}"></label>'
        '<button type="submit">Rename</button>'
        f'<button type="button" class="quiet" data-verb="remove" data-id="{entry.id}">'
        "Remove this document</button></form></details>"
    )


def _text(pieces: Sequence[Piece]) -> str:
    drawn = {
        "heading": lambda said: f"<h3>{isolated(said)}</h3>",
        "page": lambda said: f'<p class="page">Page {escaped(said)}</p>',
        "text": lambda said: f"<p>{escaped(said)}</p>",
    }
    return "".join(drawn[piece.kind](piece.said) for piece in pieces)
