"""Fetched pages as sources: in a file that lies there while it is read, under their URL."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from pincite.corpus.errors import FetchError
from pincite.ingest.events import Event
from pincite.ingest.files.walk import Source
from pincite.ingest.readers import READERS
from pincite.ingest.temporary import temporary_space
from pincite.ingest.web.address import Address
from pincite.ingest.web.fetch import Fetcher, Page

_VAGUE = frozenset({"", "application/octet-stream", "binary/octet-stream", "text/plain"})
_MORE = {
    "application/xhtml+xml": ".html",
    "application/x-ndjson": ".jsonl",
    "application/x-pdf": ".pdf",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/plain": ".txt",
    "text/tab-separated-values": ".tsv",
}
_KINDS = {r.media_type: min(r.suffixes) for r in READERS if r.suffixes} | _MORE
_SUFFIXES = frozenset(suffix for reader in READERS for suffix in reader.suffixes)


@dataclass(frozen=True, slots=True)
class Fetched:
    """The pages that came, and those that did not, with the reason."""

    sources: tuple[Source, ...]
    refused: tuple[Event, ...]


def fetch_all(
    urls: Iterable[str], folder: Path, fetcher: Fetcher, title: str | None = None
) -> Fetched:
    """Fetch pages into a folder, each once; one that does not come stops none of the others."""
    sources: dict[str, Source] = {}
    refused: list[Event] = []
    for number, url in enumerate(dict.fromkeys(urls)):
        try:
            page, name = fetcher.fetch(url), Address.of(url).url
        except FetchError as error:
            refused.append(Event(url, "refused", reason=str(error)))
            continue
        path = folder / str(number)
        with temporary_space("pages wait to be read"):
            path.write_bytes(_in_utf8(page))
        sources[name] = Source(path, title, called=name, suffix=suffix(page.media_type, name))
    return Fetched(tuple(sources.values()), tuple(refused))


def suffix(media_type: str, url: str) -> str:
    """The suffix of a file of this type: as the server says, or where that is vague, as the URL.

    >>> suffix("application/pdf", "https://example.org/a"), suffix("", "https://example.org/b.csv")
    ('.pdf', '.csv')
    """
    own = PurePosixPath(urlsplit(url).path).suffix.lower()
    if media_type in _VAGUE and own in _SUFFIXES:
        return own
    return _KINDS.get(media_type, ".txt" if media_type.startswith("text/") else "")


def _in_utf8(page: Page) -> bytes:
    """The bytes; text whose server names its character set, in UTF-8 with a mark that says so."""
    is_text = page.media_type.startswith("text/") or page.media_type.endswith(("xml", "json"))
    if not is_text or not page.charset:
        return page.data
    try:
        if codecs.lookup(page.charset).name == "utf-8":
            return page.data
        return codecs.BOM_UTF8 + page.data.decode(page.charset).encode()
    except (LookupError, UnicodeError):  # the reader sees better than the server what it is
        return page.data
