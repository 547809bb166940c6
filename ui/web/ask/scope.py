"""What a question is put to: the documents and tags that a person chooses from a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from pincite.corpus.store.library import Library
from pincite.corpus.store.rows import Entry
from pincite.ui.web.html import shortened

_DOCUMENT, _TAG = "document:", "tag:"
_TAIL = 60  # characters of a source, which differ at their end
_MOST = 1000  # documents in the list; tags reach the others

Choices = list[tuple[str, str]]


def choices(entries: Iterable[Entry]) -> Choices:
    """Labels and values: the tags first, then the documents.

    >>> choices([])
    []
    """
    entries = list(entries)
    tags = sorted({tag for entry in entries for tag in entry.tags})
    titles = Counter(entry.title for entry in entries)
    return [
        *((f"# {tag}", _TAG + tag) for tag in tags),
        *((_label(entry, titles), _DOCUMENT + entry.id) for entry in entries[:_MOST]),
    ]


def chosen(values: Sequence[str], library: Library) -> tuple[list[str] | None, list[str] | None]:
    """The documents and the tags for `Engine.ask`: what carries a chosen tag joins what is named.

    >>> from pincite.corpus.store.library import Library
    >>> chosen(["tag:birds"], None)
    (None, ['birds'])
    """
    documents = [value.removeprefix(_DOCUMENT) for value in values if value.startswith(_DOCUMENT)]
    tags = [value.removeprefix(_TAG) for value in values if value.startswith(_TAG)]
    if not documents or not tags:
        return documents or None, tags or None
    tagged = [entry.id for entry in library.entries() if set(tags) & set(entry.tags)]
    return [*documents, *tagged], None


def _label(entry: Entry, titles: Counter[str]) -> str:
    title = shortened(entry.title, 60)
    return title if titles[entry.title] == 1 else f"{title} ({entry.source[-_TAIL:]})"
