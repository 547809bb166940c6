"""A shared library under another embedder: filled beside it in the store, then put in its place.

Others go on to ask and to write meanwhile. What was embedded before a kill is found again by the
next run, and what others have changed is taken over before the library moves on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from pincite.corpus.errors import DocumentNotFoundError, LibraryChangedError
from pincite.corpus.shared.store import SharedStore
from pincite.corpus.store.chunks import chunks
from pincite.corpus.store.library import Library
from pincite.ingest.cutting.passages import segment
from pincite.ingest.events import Listener, Summary
from pincite.ingest.run_log import RunLog
from pincite.ingest.storing import Item, Storing, batches, with_warnings
from pincite.retrieval.embedding.embedder import Embedder
from pincite.retrieval.libraries import open_library
from pincite.retrieval.search.upkeep import is_published, publish

_TRIES = 20  # while others put documents into the library


def reembed(library: Library, embedder: Embedder, listener: Listener | None = None) -> Summary:
    """As `pincite.ingest.reembedding.reembed`, of a shared library."""
    library.require_sound()
    store = _store(library)
    summary, copied = Summary(), dict[str, bytes]()
    with open_library(store.address_beside(embedder.fingerprint), create=True) as beside:
        store.set_apart(_store(beside))
        log = RunLog(beside, listener or Listener(), summary)
        storing = Storing(beside, embedder, log.embedded)
        for again in range(_TRIES):
            now: dict[str, bytes] = dict(store.rows("SELECT id, sum FROM documents"))
            if gone := [id for id in beside.ids() if id not in now]:
                beside.remove(gone)
            changed = [id for id, kept in now.items() if copied.get(id) != kept]
            for batch in batches(_items(library, changed, embedder)):
                for event in storing.store(batch):
                    log.tell(event)
                if not is_published(beside):
                    publish(beside)
            copied = now
            if not again:
                publish(beside)
            if store.replace_by(_store(beside).place, embedder.fingerprint, copied):
                return summary
    raise LibraryChangedError(
        f"documents were put into {library.name} while it was embedded again; run it again when "
        "the program that writes to it has finished"
    )


def _items(library: Library, ids: Iterable[str], embedder: Embedder) -> Iterator[Item]:
    """Documents as the library has them, cut anew."""
    for some in chunks(ids):
        for id in some:
            try:
                with library.snapshot():
                    entry = library.find(id)
                    document = replace(library.document(id), layout=library.layout(id))
                    original = library.original(id)
            except DocumentNotFoundError:  # removed meanwhile
                continue
            passages = segment(document, embedder)
            yield Item(
                with_warnings(document, passages, embedder),
                passages,
                original=original,
                tags=entry.tags,
                added_at=entry.added_at,
            )


def _store(library: Library) -> SharedStore:
    store = library.store
    assert isinstance(store, SharedStore)
    return store
