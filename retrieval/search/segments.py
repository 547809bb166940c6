"""A segment: the indexes of some of a library's documents, written once and never changed.

    segments/<name>/documents   which documents, and the ids of their passages
                    dense.faiss the passages' vectors
                    codes       of a large segment, its vectors' short codes
                    terms       the inverted index of their terms
                    words       how often words and short forms stand in each document

What leaves the library is only noted in the list of segments (`manifest.py`), until segments are
merged.
"""

from __future__ import annotations

import hashlib
import shutil
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from weakref import WeakValueDictionary

import numpy as np
from numpy.typing import NDArray

from pincite.corpus.errors import IndexDamagedError
from pincite.corpus.store.document_state import DocumentState
from pincite.retrieval.search.arrays import Array, packed, unpacked
from pincite.retrieval.search.checksums import Checksum, read, sync_folder, write
from pincite.retrieval.search.dense import DenseSegment
from pincite.retrieval.search.document_counts import DocumentCounts
from pincite.retrieval.search.postings import Postings
from pincite.retrieval.search.rows import Mask
from pincite.retrieval.search.short_codes import ShortCodes

LARGEST = 65_536  # passages of a segment; one document with more has a segment of its own
_DOCUMENTS, _DENSE, _TERMS, _WORDS = "documents", "dense.faiss", "terms", "words"
_CODES = "codes"
FILES = {_DOCUMENTS, _DENSE, _TERMS, _WORDS}
OPTIONAL_FILES = {_CODES}

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of a segment.

    Attributes:
        digests: of each what tells whether the library has it still, just so.
        ends: where in ``ids`` each one's passages end, ``(documents,)``.
        ids: passage ids, ``(n,)``.
    """

    digests: tuple[bytes, ...]
    ends: NDArray[np.int64]
    ids: NDArray[np.int64]

    def kept(self, gone: Sequence[int]) -> Mask:
        """The rows of passages whose documents are not among these."""
        kept = np.ones(len(self.ids), bool)
        for document in gone:
            start = int(self.ends[document - 1]) if document else 0
            kept[start : int(self.ends[document])] = False
        return kept

    def arrays(self) -> dict[str, Array]:
        """The documents for storing."""
        digests = np.frombuffer(b"".join(self.digests), np.uint8)
        return {"digests": digests.reshape(-1, 16), "ends": self.ends, "ids": self.ids}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Documents:
        """Read what ``arrays`` gave."""
        digests = arrays["digests"].tobytes()
        each = tuple(digests[i : i + 16] for i in range(0, len(digests), 16))
        return cls(each, arrays["ends"], arrays["ids"])


def digest(document: DocumentState) -> bytes:
    """16 bytes that are others once anything of the document that is indexed is another."""
    said = f"{document.id}\0{document.first_passage}\0{document.title}"
    return hashlib.blake2b(said.encode(), digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class SegmentFiles:
    """A segment as the list of segments names it: ``gone`` are its documents that left.

    ``recall`` is that of its short codes, where it has some (`short_codes.py`).
    """

    name: str
    passages: int
    files: Mapping[str, Checksum]
    gone: tuple[int, ...] = ()
    gone_passages: int = 0
    recall: float | None = None


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Segment:
    """A segment that is open."""

    documents: Documents
    dense: DenseSegment
    postings: Postings
    words: DocumentCounts
    forms: DocumentCounts

    def __len__(self) -> int:
        return len(self.documents.ids)

    def save(self, folder: Path) -> SegmentFiles:
        """Write it into a new folder in ``folder``; on failure nothing of it stays.

        Raises:
            OSError: it cannot be written.
        """
        name = uuid.uuid4().hex
        own = folder / name
        own.mkdir(parents=True)
        try:
            files = {
                _DOCUMENTS: write(own / _DOCUMENTS, packed(self.documents.arrays())),
                _DENSE: self.dense.save(own / _DENSE),
                _TERMS: write(own / _TERMS, packed(self.postings.arrays())),
                _WORDS: write(
                    own / _WORDS,
                    packed({**self.words.arrays("words"), **self.forms.arrays("forms")}),
                ),
            }
            short = self.dense.short
            if short is not None:
                files[_CODES] = write(own / _CODES, packed(short.arrays()))
            sync_folder(own)
        except BaseException:
            shutil.rmtree(own, ignore_errors=True)
            raise
        recall = None if short is None else short.recall
        return SegmentFiles(name, len(self), files, recall=recall)

    @classmethod
    def merged(cls, parts: Sequence[tuple[Segment, Sequence[int]]]) -> Segment:
        """One segment of those documents of each that are not gone."""
        kept = [segment.documents.kept(gone) for segment, gone in parts]
        return cls(
            _merged_documents([(segment.documents, gone) for segment, gone in parts]),
            DenseSegment.merged(
                [(s.dense, rows) for (s, _), rows in zip(parts, kept, strict=True)]
            ),
            Postings.merged([(s.postings, k) for (s, _), k in zip(parts, kept, strict=True)]),
            DocumentCounts.merged([(segment.words, gone) for segment, gone in parts]),
            DocumentCounts.merged([(segment.forms, gone) for segment, gone in parts]),
        )


def _merged_documents(parts: Sequence[tuple[Documents, Sequence[int]]]) -> Documents:
    digests: list[bytes] = []
    sizes: list[int] = []
    ids: list[Array] = []
    for documents, gone in parts:
        left_out = set(gone)
        each = np.diff(documents.ends, prepend=0).tolist()
        for i, (one, size) in enumerate(zip(documents.digests, each, strict=True)):
            if i not in left_out:
                digests.append(one)
                sizes.append(size)
        ids.append(documents.ids[documents.kept(gone)])
    return Documents(tuple(digests), np.cumsum(sizes, dtype=np.int64), np.concatenate(ids))


_open: WeakValueDictionary[Path, Segment] = WeakValueDictionary()


def load(folder: Path, files: SegmentFiles) -> Segment:
    """Open a segment in ``folder``; the same one again while somebody has it open.

    Raises:
        IndexDamagedError: a file is missing, or is not what was written.
    """
    own = folder / files.name
    if (segment := _open.get(own)) is None:
        segment = _open[own] = _load(folder, files, deep=False)
    return segment


def load_anew(folder: Path, files: SegmentFiles) -> Segment:
    """Read a segment in ``folder`` from the disk, SHA-256 included. Raises as `load` does."""
    return _load(folder, files, deep=True)


def load_documents(folder: Path, files: SegmentFiles) -> Documents:
    """Only what tells which documents a segment has. Raises as `load` does."""
    return _load_file(folder / files.name / _DOCUMENTS, files, Documents.from_arrays, deep=False)


def _load(folder: Path, files: SegmentFiles, *, deep: bool) -> Segment:
    own = folder / files.name
    documents = _load_file(own / _DOCUMENTS, files, Documents.from_arrays, deep=deep)
    short = None
    if _CODES in files.files:
        short = _load_file(own / _CODES, files, ShortCodes.from_arrays, deep=deep)
    dense = DenseSegment.load(own / _DENSE, files.files[_DENSE], short, deep=deep)
    postings = _load_file(own / _TERMS, files, Postings.from_arrays, deep=deep)
    words, forms = _load_file(own / _WORDS, files, _words, deep=deep)
    if not len(documents.ids) == len(dense) == len(postings) == files.passages:
        raise IndexDamagedError(
            f"the index {own} holds {len(dense)} vectors and {len(postings)} texts of "
            f"{files.passages} passages"
        )
    return Segment(documents, dense, postings, words, forms)


def _words(arrays: Mapping[str, Array]) -> tuple[DocumentCounts, DocumentCounts]:
    words, forms = (DocumentCounts.from_arrays(arrays, name) for name in ("words", "forms"))
    return words, forms


def _load_file(
    file: Path, files: SegmentFiles, of: Callable[[dict[str, Array]], _T], *, deep: bool
) -> _T:
    data = read(file, files.files[file.name], deep=deep)
    try:
        return of(unpacked(data))
    except (ValueError, KeyError, TypeError) as error:
        raise IndexDamagedError(f"the index file {file} cannot be read ({error})") from error
