"""An open document of the library as HTML: what is known of it, its text, what to do with it."""

from __future__ import annotations

from collections.abc import Sequence

from pincite.corpus.counts import counted
from pincite.corpus.store.rows import Entry
from pincite.corpus.types import Document, Span
from pincite.retrieval.overview.guide import Guide
from pincite.ui.access import EVERYBODY, Person
from pincite.ui.text.pieces import Piece, marked, screens
from pincite.ui.web.ask.passage import Layer, hidden_layer
from pincite.ui.web.ask.passage import marked as with_layers
from pincite.ui.web.controls import pager
from pincite.ui.web.html import Html, attribute, escaped, isolated, shortened
from pincite.ui.web.library.document_list import chips
from pincite.ui.web.library.guide_view import guide_view
from pincite.ui.web.wording import day, sentence, size

_SCREEN = 20_000  # characters of the text that are shown at once
_CLOSE = Html('<button type="button" class="close" data-verb="close">Close</button>')


def document_view(
    entry: Entry,
    document: Document,
    at: int,
    guide: Guide | None = None,
    person: Person = EVERYBODY,
) -> Html:
    """The document, with the screen ``at`` (from 0) of its text; over the first its guide.

    What the ``person`` may not do with it is not offered.
    """
    shown = screens(document, _SCREEN)
    at = min(max(at, 0), len(shown) - 1)
    turning = pager("Parts of the text", "turn", at, len(shown)) if len(shown) > 1 else Html()
    return Html(
        '<article class="document" aria-label="{label}">'
        '<header><h2 tabindex="-1" data-after="open turn">{title}'
        '</h2>{close}</header><p class="from">{source}</p>'
        "{guide}"
        "{facts}{warnings}"
        "{tags}{rename}"
        '{turning}<div class="text" dir="auto">{text}</div>{turning}</article>'
    ).format(
        label=attribute(shortened(entry.title, 120)),
        title=isolated(shortened(entry.title, 300)),
        close=_CLOSE,
        source=isolated(entry.source),
        guide=Html() if at else guide_view(guide),
        facts=_facts(entry, marked(document)),
        warnings=_warnings(entry.warnings),
        tags=_tags(entry) if person.may("write") else chips(entry.tags),
        rename=_rename(entry) if person.may("write") else Html(),
        turning=turning,
        text=_text(document, shown[at]),
    )


def gone(was: Entry, now: Entry | None) -> Html:
    """What is said where an open document is no more, or is another one ``now``."""
    name = isolated(shortened(was.title, 120))
    if now is None:
        said = Html("<p>{name} was removed meanwhile, here or in another window.</p>").format(
            name=name
        )
        reopen = ""
    else:
        became = "has been read anew" if now.source == was.source else "has another name"
        said = Html("<p>{name} {became} meanwhile, here or in another window.</p>").format(
            name=name, became=became
        )
        reopen = Html(
            '<button type="button" data-verb="open" data-id="{id}">Open {title}</button>'
        ).format(id=now.id, title=isolated(shortened(now.title, 80)))
    return Html(
        '<article class="document gone" role="status">{said}<p>{reopen}{close}</p></article>'
    ).format(said=said, reopen=reopen, close=_CLOSE)


def _facts(entry: Entry, parts: str) -> Html:
    facts = [
        ("Text", f"{counted(entry.characters, 'character')}, {counted(entry.passages, 'passage')}"),
        *([("Pages", f"{entry.pages:,}")] if entry.pages else []),
        *([("Marked", escaped(parts))] if parts else []),
        *([("File", size(entry.origin.size))] if entry.origin else []),
        ("Format", isolated(entry.media_type)),
        ("Added", day(entry.added_at)),
        ("Id", Html('<span class="digest">{id}</span>').format(id=entry.id[:12])),
    ]
    drawn = Html().join(
        Html("<div><dt>{name}</dt><dd>{value}</dd></div>").format(name=name, value=value)
        for name, value in facts
    )
    return Html('<dl class="facts">{drawn}</dl>').format(drawn=drawn)


def _warnings(warnings: Sequence[str]) -> Html:
    items = Html().join(
        Html("<li>{warning}</li>").format(warning=sentence(warning)) for warning in warnings
    )
    return (
        Html('<div class="warnings"><h3>What could not be read</h3><ul>{items}</ul></div>').format(
            items=items
        )
        if items
        else Html()
    )


def _tags(entry: Entry) -> Html:
    items = Html().join(
        Html(
            '<li>{tag}<button type="button" data-verb="untag" data-id="{id}"'
            ' data-tag="{value}" aria-label="Take the tag {value} away">'
            "×</button></li>"
        ).format(tag=isolated(tag), id=entry.id, value=attribute(tag))
        for tag in entry.tags
    )
    return Html(
        '<form class="tagging" data-verb="tag" data-id="{id}">'
        '<ul class="tags" aria-label="Tags">{items}</ul>'
        '<label><span class="unseen">New tag</span><input name="tag" maxlength="64" required'
        ' placeholder="New tag" autocomplete="off" data-after="tag untag"></label>'
        '<button type="submit">Add tag</button></form>'
    ).format(id=entry.id, items=items)


def _rename(entry: Entry) -> Html:
    title, source = attribute(entry.title), attribute(entry.source)
    return Html(
        '<details class="more"><summary>Rename or remove</summary>'
        '<form data-verb="rename" data-id="{id}">'
        '<label><span>Title</span><input name="title" required value="{title}"></label>'
        '<label><span>Source</span><input name="source" required value="{source}"></label>'
        '<button type="submit">Rename</button>'
        '<button type="button" class="quiet" data-verb="remove" data-id="{id}">'
        "Remove this document</button></form></details>"
    ).format(id=entry.id, title=title, source=source)


def _text(document: Document, pieces: Sequence[Piece]) -> Html:
    texts = [piece for piece in pieces if piece.kind == "text"]
    shown = Span(texts[0].start, texts[-1].start + len(texts[-1].said)) if texts else Span(0, 0)
    hidden = hidden_layer(document, shown)
    return Html().join(_drawn(piece, hidden) for piece in pieces)


def _drawn(piece: Piece, hidden: Layer) -> Html:
    match piece.kind:
        case "heading":
            return Html("<h3>{said}</h3>").format(said=isolated(piece.said))
        case "page":
            return Html('<p class="page">Page {said}</p>').format(said=piece.said)
        case "text":
            words = with_layers(piece.said, piece.start, hidden)
            return Html("<p>{words}</p>").format(words=words)
