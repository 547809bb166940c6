"""The passages and vectors that are read from a library, each checked against its sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.counts import counted
from pincite.corpus.errors import DocumentNotFoundError, LibraryDamagedError
from pincite.corpus.store.chunks import chunks, marks
from pincite.corpus.store.document_state import DocumentState
from pincite.corpus.store.documents import ReadableDocuments
from pincite.corpus.store.rows import (
    ENTRY_WIDTH,
    KEY,
    Row,
    StoredPassage,
    checked,
    passage_from,
    vectors_from,
)
from pincite.corpus.store.sums import blob_sum, row_sum, text_sum
from pincite.corpus.types import Document

_AT_ONCE = 2000  # rows read at once while all are gone through


class ReadableLibrary(ReadableDocuments):
    """The reading half of a `pincite.corpus.store.library.Library`."""

    def passages(self, ids: Iterable[int]) -> dict[int, StoredPassage]:
        """The passages with these ids, those that are no longer there left out.

        Raises:
            LibraryDamagedError: one is not what was stored.
        """
        return {row[0]: self._passage(row) for row in self._database.large.passage_rows(ids)}

    def passages_texts(self, ids: Iterable[int]) -> dict[int, str]:
        """The own texts of the passages with these ids, each checked against its sum.

        No more is read of a document than these texts.

        Raises:
            LibraryDamagedError: one is not what was stored.
        """
        found: dict[int, str] = {}
        for *row, text in self._database.large.passage_text_rows(ids):
            id, document, *_, kept = self._checked(tuple(row))
            if text is None or text_sum(text) != kept:
                raise self._damaged(document, f"the text of its passage {id}")
            found[id] = text
        return found

    def documents_and_sums(
        self, ids: Iterable[str], characters: int
    ) -> dict[str, tuple[Document, bytes]]:
        """As `document_and_sum`, by id, of many documents at once.

        Those that are not there are left out, and so are the longest, until the others together
        have no more than so many ``characters``.

        Raises:
            LibraryDamagedError: one is not the document that was taken in.
        """
        lengths = [
            (length, id)
            for chunk in chunks(ids)
            for length, id in self._database.rows(
                f"SELECT characters, id FROM documents WHERE id IN ({marks(chunk)})", chunk
            )
        ]
        lengths.sort()
        together = accumulate(length for length, _ in lengths)
        read = {id for (_, id), sofar in zip(lengths, together, strict=True) if sofar <= characters}
        found = {}
        for row in self._database.large.document_rows(read):
            document = self._document(row, read)
            found[document.id] = document, row[ENTRY_WIDTH - 1]
        return found

    def require_sound(self) -> None:
        """Check that no document would be missing in a list.

        Raises:
            LibraryDamagedError: the row of one is damaged.
        """
        for one in self.damaged():
            raise LibraryDamagedError(one.reason)

    def damaged_documents(self) -> dict[str, str]:
        """By id, what is wrong with those documents that no question can be answered from.

        Every text, passage and vector is read.
        """
        found: dict[str, str] = {}
        for id in self.sources():
            try:
                with suppress(DocumentNotFoundError):  # it has just been removed
                    self.document(id)
                    passages = self.passage_ids([id])
                    self.passages(passages)
                    self.vectors(passages)
            except LibraryDamagedError as error:
                found[id] = str(error)
        return found

    def passage_texts(self) -> Iterator[tuple[StoredPassage, str, str]]:
        """Every passage with its document's title and its own text, by id."""
        for stored, title, text in self.passages_in_texts():
            span = stored.passage.span
            yield stored, title, text[span.start : span.end]

    def passages_in_texts(self) -> Iterator[tuple[StoredPassage, str, str]]:
        """Every passage with its document's title and its document's whole text, by id."""
        last, id, seen, before = 0, "", 0, self.generation
        document: Document | None = None
        while rows := self._database.large.passage_rows_after(last, _AT_ONCE):
            for stored in map(self._passage, rows):
                if stored.document != id:  # a document's passages follow each other
                    id, document = stored.document, None
                    with suppress(DocumentNotFoundError):  # it has just been removed
                        document = self.document(id)
                if document is not None:
                    seen += 1
                    yield stored, document.title, document.text
            last = rows[-1][0]
        self._require_passages(seen, before)

    def document_passages(self, ids: Iterable[str]) -> Iterator[tuple[StoredPassage, str, str]]:
        """The same for the passages of these documents, in the order of the documents.

        Those that are no longer there are left out.

        Raises:
            LibraryDamagedError: a document or passage is not what was stored.
        """
        for id in ids:
            with suppress(DocumentNotFoundError):  # it has just been removed
                document = self.document(id)
                for some in chunks(self.passage_ids([id])):
                    for stored in self.passages(some).values():
                        yield stored, document.title, document.text

    def document_states(self) -> list[DocumentState]:
        """Every document that has passages, by its first passage. Reads no text."""
        return self._database.large.states()

    def _require_passages(self, seen: int, generation: int) -> None:
        """Check that no passage was left out, unless somebody has changed the library since."""
        with self._database.reading():
            ((stored,),) = self._database.rows("SELECT coalesce(sum(passages), 0) FROM documents")
            if seen != stored and self.generation == generation:
                what = f"it holds {counted(seen, 'passage')}, and {stored} were stored"
                raise self._database.damage(what)

    def _passage(self, row: Row) -> StoredPassage:
        try:
            return passage_from(row)
        except LibraryDamagedError as error:
            raise self._damaged(row[1], f"the row of its passage {row[0]}") from error

    def _checked(self, row: Row) -> Row:
        try:
            return checked(row)
        except LibraryDamagedError as error:
            raise self._damaged(row[1], f"the row of its passage {row[0]}") from error

    def passage_ids(self, documents: Iterable[str]) -> list[int]:
        """The ids of all passages of these documents, in order.

        Raises:
            LibraryDamagedError: they are not those that were stored.
        """
        found: list[int] = []
        for document, kept, ids in self._database.large.passage_lists(documents):
            if row_sum(*ids) != kept:
                raise self._damaged(document, "the list of its passages")
            found += ids
        return sorted(found)

    # Vectors

    def vectors(self, ids: Iterable[int]) -> dict[int, NDArray[np.float32]]:
        """For each passage id, unit rows ``(1 + sentences, dimension)``, its own first.

        Raises:
            LibraryDamagedError: those of one are not what was stored.
        """
        return {id: vectors for id, (_, vectors) in self.passages_vectors(ids).items()}

    def passages_vectors(
        self, ids: Iterable[int]
    ) -> dict[int, tuple[StoredPassage, NDArray[np.float32]]]:
        """The passages with these ids, each with its ``vectors``, read together.

        Raises:
            LibraryDamagedError: one is not what was stored, or its vectors are not.
        """
        found: dict[int, tuple[StoredPassage, NDArray[np.float32]]] = {}
        for *row, data, kept in self._database.large.passage_vector_rows(ids):
            stored, key = self._passage(tuple(row)), row[KEY]
            if data is None or blob_sum(key, data) != kept:
                raise self._damaged(stored.document, f"a vector of its passage {stored.id}")
            found[stored.id] = stored, vectors_from(data, len(stored.passage.sentences))
        return found

    def passage_vectors(self) -> Iterator[tuple[int, NDArray[np.float32]]]:
        """Every passage's id and vector ``(dimension,)``, by id."""
        last, seen, before = 0, 0, self.generation
        while ids := self._database.large.passage_ids_after(last, _AT_ONCE):
            for id, rows in sorted(self.vectors(ids).items()):
                yield id, rows[0]
                seen += 1
            last = ids[-1]
        self._require_passages(seen, before)

    def embedded(self, keys: Iterable[bytes]) -> set[bytes]:
        """Those of the passage keys whose vectors are already here, and sound."""
        return self._database.large.sound_keys(keys)
