"""The one way into a library: embed what is missing → put → say what became of each document."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice

from pincite.corpus.types import Document, Passage
from pincite.ingest.cutting.language import warned
from pincite.ingest.destination import Destination
from pincite.ingest.events import Event
from pincite.retrieval.embedding.embedder import Embedder, Vectors

NO_PASSAGES = "its text gives no passage, as where there are only headings: no question finds it"

# About what is embedded and stored at once; bounds memory.
_BATCH_PASSAGES = 256
_BATCH_CHARACTERS = 4_000_000
_PART_PASSAGES = 2048  # of a long document, whose vectors are stored part by part
_SIGN_PASSAGES = 64  # between two signs of life


@dataclass(frozen=True, slots=True)
class Item:
    """A document in its passages, to be stored with what the library keeps beside it.

    Attributes:
        document: as it is to be stored.
        passages: of it.
        original: the bytes of its file, where they are to be kept.
        tags: instead of those of the document that it replaces; None for those.
        added_at: when it was first taken in; None for when the storing began.
        vectors: those that are there already, by passage key.
        same_as: the name of another document whose file has the same contents.
    """

    document: Document
    passages: Collection[Passage]
    original: bytes | None = None
    tags: Sequence[str] | None = None
    added_at: str | None = None
    vectors: Mapping[bytes, Vectors] = field(default_factory=dict)
    same_as: str = ""


class Stopped(Exception):
    """In the middle of a document, which is left out."""


class Storing:
    """Stores documents with the vectors of one embedder, and embeds none twice.

    Args:
        library: what they are stored in.
        embedder: what makes the vectors.
        on_embedded: hears, batch by batch, how many passages were embedded.
        stopping: whether to give up in the middle of a long document.
        began: when documents count as taken in (ISO 8601, UTC); by default now.

    Raises:
        EmbedderMismatchError: the library belongs to another embedder.
    """

    def __init__(
        self,
        library: Destination,
        embedder: Embedder,
        on_embedded: Callable[[int], None] = lambda passages: None,
        stopping: Callable[[], bool] = lambda: False,
        began: str | None = None,
    ) -> None:
        library.require(embedder.fingerprint)
        self._library = library
        self._embedder = embedder
        self._on_embedded = on_embedded
        self._stopping = stopping
        # The same for all that comes in one upload or one run, which is how that is told later.
        self._began = began or datetime.now(UTC).isoformat(timespec="seconds")

    def store(self, items: Sequence[Item]) -> list[Event]:
        """Embed what is missing and put the documents, all in one transaction or none.

        Raises:
            LibraryError: the library cannot be written to.
            Stopped: it was to stop; what was embedded of a long document is kept.
        """
        return self.put(items, self.embed(items)) if items else []

    def embed(self, items: Sequence[Item]) -> dict[bytes, Vectors]:
        """Vectors by passage key: those that the items bring, and those that nobody has yet.

        Those of many passages are stored part by part, and only the last part is given back.
        """
        vectors = {key: rows for item in items for key, rows in item.vectors.items()}
        passages = ((p, i.document.text) for i in items for p in i.passages)
        missing: dict[bytes, tuple[Passage, str]] = {}
        while some := {p.key(text): (p, text) for p, text in islice(passages, _PART_PASSAGES)}:
            for key in vectors.keys() | missing.keys() | self._library.embedded(some):
                some.pop(key, None)
            missing.update(some)
            if len(missing) > _PART_PASSAGES:
                part = {key: missing.pop(key) for key in list(missing)[:_PART_PASSAGES]}
                self._library.store_vectors(
                    embed(part, self._embedder, self._on_embedded), self._embedder.fingerprint
                )
                if self._stopping():
                    raise Stopped
        return {**vectors, **embed(missing, self._embedder, self._on_embedded)}

    def put(self, items: Sequence[Item], vectors: Mapping[bytes, Vectors]) -> list[Event]:
        """Put the documents, and say what became of each."""
        events = [self._event(item) for item in items]
        self._library.put(
            [(item.document, item.passages) for item in items],
            vectors,
            self._embedder.fingerprint,
            originals={i.document.source: i.original for i in items if i.original is not None},
            tags={i.document.source: i.tags for i in items if i.tags is not None},
            added_at={i.document.source: i.added_at or self._began for i in items},
        )
        return events

    def _event(self, item: Item) -> Event:
        document = item.document
        return Event(
            document.source,
            "replaced" if self._library.holds(document.source) else "added",
            len(item.passages),
            warnings=document.warnings,
            same_as=item.same_as,
        )


def batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    """Items gathered until there is enough to embed at once; of one name, the last.

    Whoever takes a batch may clear it when it is stored, so that it takes no memory any more.
    """
    batch: dict[str, Item] = {}
    passages = characters = 0
    for item in items:
        batch[item.document.source] = item
        passages += len(item.passages)
        characters += len(item.document.text)
        del item
        if passages >= _BATCH_PASSAGES or characters >= _BATCH_CHARACTERS:
            full, batch, passages, characters = list(batch.values()), {}, 0, 0
            yield full
            del full
    if batch:
        yield list(batch.values())


def with_warnings(
    document: Document, passages: Collection[Passage], embedder: Embedder
) -> Document:
    """The document, with what its reader could not know: its language, and if it has no passage."""
    document = warned(document, embedder)
    others = tuple(warning for warning in document.warnings if warning != NO_PASSAGES)
    mute = bool(document.text.strip()) and not passages
    return replace(document, warnings=(*others, NO_PASSAGES) if mute else others)


def embed(
    missing: Mapping[bytes, tuple[Passage, str]],
    embedder: Embedder,
    on_embedded: Callable[[int], None],
) -> dict[bytes, Vectors]:
    """Unit rows ``(1 + sentences, dimension)`` for each passage key.

    Args:
        missing: by key, the passage and the whole text of its document.
        embedder: what makes the vectors.
        on_embedded: hears, batch by batch, how many passages were embedded.
    """
    # By length, so that what goes through the model together is of about equal length.
    whole = {key: passage.embedded(text) for key, (passage, text) in missing.items()}
    keys = sorted(missing, key=lambda key: len(whole[key][0]))
    rows: dict[bytes, Vectors] = {}
    for start in range(0, len(keys), _SIGN_PASSAGES):
        some = keys[start : start + _SIGN_PASSAGES]
        texts, parts = zip(*(whole[key] for key in some), strict=True)
        rows.update(zip(some, embedder.embed_parts(texts, parts), strict=True))
        on_embedded(len(some))
    return rows
