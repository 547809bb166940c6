"""The derived indexes on disk: by difference, checked against their sums, rebuilt at need.

    LIBRARY/indexes/<identity>/<number>/manifest.json   the list of segments (`manifest.py`)
                               segments/<name>/…        what they consist of (`segments.py`)

The identity is that of the format, the analysis and the embedder. Everything here can be deleted at
any moment; the library has what it takes to build it again.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pincite.corpus.counts import counted
from pincite.corpus.errors import DiskFullError, IndexDamagedError, LibraryError
from pincite.corpus.store.library import Library
from pincite.retrieval.search import manifest, segments
from pincite.retrieval.search.analysis import ANALYSIS
from pincite.retrieval.search.dense import DenseIndex
from pincite.retrieval.search.document_rows import DocumentRows
from pincite.retrieval.search.lexical import LexicalIndex
from pincite.retrieval.search.manifest import SEGMENTS, Manifest
from pincite.retrieval.search.protocol import Dense, Documents, Lexical, LibraryWords
from pincite.retrieval.search.rows import Rows
from pincite.retrieval.search.segment_builder import build_segments
from pincite.retrieval.search.segments import Segment, SegmentFiles
from pincite.retrieval.search.short_forms import ShortForms
from pincite.retrieval.search.update import Update, difference
from pincite.retrieval.search.vocabulary import Vocabulary
from pincite.retrieval.search.words import Words

FORMAT = 5  # of the folder; part of its identity
_FOLDER = "indexes"
_OLDER = re.compile(r"(\d+-)?[0-9a-f]{12}")  # a folder of a format before
_TRIES = 5  # while other processes publish too
_FULL = (errno.ENOSPC, errno.EDQUOT)
_AT_ONCE = 4  # segments that are opened

View = Sequence[tuple[Segment, Sequence[int]]]  # segments, each with its documents that are gone


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Indexes:
    """The dense and the lexical index over one generation of a library, and its words."""

    generation: int
    dense: Dense
    lexical: Lexical
    words: LibraryWords
    segments: tuple[Segment, ...] = ()
    documents: Documents = field(default_factory=lambda: DocumentRows(()), repr=False)

    @classmethod
    def of(cls, generation: int, view: View) -> Indexes:
        """The indexes that these segments make up."""
        every = [segment for segment, _ in view]
        ids = [np.zeros(0, np.int64), *(segment.documents.ids for segment in every)]
        kept = [np.zeros(0, bool), *(segment.documents.kept(gone) for segment, gone in view)]
        live = np.concatenate(kept)
        rows = Rows(np.concatenate(ids), None if live.all() else live)
        return cls(
            generation,
            DenseIndex([segment.dense for segment in every], rows),
            LexicalIndex([segment.postings for segment in every], rows),
            Words(
                [(segment.words, gone) for segment, gone in view],
                [(segment.forms, gone) for segment, gone in view],
            ),
            tuple(every),
            DocumentRows([(s.documents.ends, s.documents.ids, gone) for s, gone in view]),
        )

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that stand in the library."""
        return self.words.vocabulary

    @property
    def short_forms(self) -> ShortForms:
        """The short forms that its documents define."""
        return self.words.short_forms


def open_indexes(library: Library, say: Callable[[str], None]) -> Indexes:
    """The indexes of the library's present generation, brought up to date where they are behind.

    ``say`` gets a sentence when something on disk was damaged or of an older Pincite, or when it
    cannot be written to.
    """
    place = _place(library)
    if not place.exists() and any(_OLDER.fullmatch(path.name) for path in _listed(place.parent)):
        say(f"the indexes of {library.name} are of an older Pincite; they are rebuilt, once")
    for _ in range(_TRIES):
        generation = library.generation
        view, faults = _load(place, generation, segments.load)
        if view is not None:
            return Indexes.of(generation, view)
        for fault in faults.values():
            say(f"{fault}; it is rebuilt from the library")
        try:
            _publish(library, without=faults)
        except OSError as error:
            say(
                f"the indexes of {library.name} cannot be kept on disk ({error}); they are "
                "built in memory"
            )
            break
    return _in_memory(library, place)


def publish(library: Library, *, anew: bool = False) -> None:
    """Bring the indexes on disk up to the present generation; with ``anew``, build all of them.

    Only documents that are new or have another title are read. Segments are merged where that is
    due, which is at most some `LARGEST` passages' worth of work.

    Raises:
        DiskFullError: there is no space for them. What was changed is in the library.
        LibraryError: they cannot be written otherwise.
    """
    with _mapped(library):
        _publish(library, anew=anew)


def compact(library: Library) -> None:
    """Publish, and leave nothing in the indexes of documents that have left the library.

    Raises:
        DiskFullError, LibraryError: as `publish` does.
    """
    with _mapped(library):
        _publish(library, compact=True)


def is_published(library: Library) -> bool:
    """Whether indexes of the present generation are on disk; whether they are sound, not."""
    try:
        return manifest.latest(_place(library)).generation == library.generation
    except IndexDamagedError:
        return False


def index_problems(library: Library) -> list[str]:
    """What is wrong with the indexes on disk, a sentence each; empty when they are sound."""
    place = _place(library)
    view, faults = _load(place, library.generation, segments.load_anew)
    if view is not None:
        return []
    if not _listed(place):
        return [f"there is no index in {place}"]
    return list(faults.values()) or [f"the index {place} is of another generation"]


def index_differences(library: Library) -> list[str]:
    """Where the indexes on disk do not hold what the library holds, each passage and vector.

    Raises:
        IndexDamagedError: they are not sound.
    """
    view, _ = _load(_place(library), library.generation, segments.load)
    if view is None:
        raise IndexDamagedError(" and ".join(index_problems(library)))
    return list(_differences(Indexes.of(library.generation, view), library))


def _differences(indexes: Indexes, library: Library) -> Iterator[str]:
    ids, rows = indexes.dense.contents()
    row_of = {int(id): row for row, id in enumerate(ids)}
    wrong = total = 0
    for id, vector in library.passage_vectors():
        row = row_of.get(id)
        wrong += row is None or not np.array_equal(rows[row], vector)
        total += 1
    if wrong or total != len(row_of):
        yield (
            f"the dense index holds {counted(len(row_of), 'vector')} and the library {total}, and "
            f"{wrong} of the library's are missing there or are others"
        )
    texts = [stored.id for stored, _, _ in library.passage_texts()]
    if indexes.lexical.ids() != texts:
        yield f"the lexical index does not hold the {len(texts)} passages of the library"


def _place(library: Library) -> Path:
    made_by = f"{FORMAT} {ANALYSIS} {library.fingerprint}"
    name = f"v{FORMAT}-{hashlib.sha256(made_by.encode()).hexdigest()[:12]}"
    return library.folder / _FOLDER / name


def _load(
    place: Path, generation: int, load: Callable[[Path, SegmentFiles], Segment]
) -> tuple[View | None, dict[str, str]]:
    """What the list of this generation names; None where there is none, or with what is damaged.

    The damage is a sentence for each damaged segment by its name, or for "", the list.
    """
    try:
        listed = manifest.latest(place)
    except IndexDamagedError as error:
        return None, {"": str(error)}
    if listed.generation != generation:
        return None, {}
    view: list[tuple[Segment, Sequence[int]]] = []
    faults: dict[str, str] = {}
    with ThreadPoolExecutor(_AT_ONCE) as pool:  # the sums of a million passages take a second
        opening = [(files, pool.submit(load, place / SEGMENTS, files)) for files in listed.segments]
    for files, opened in opening:
        try:
            view.append((opened.result(), files.gone))
        except IndexDamagedError as error:
            faults[files.name] = str(error)
    if not faults:
        return view, {}
    is_listed = manifest.is_latest(place, listed)  # else others have merged it away
    return None, faults if is_listed else {}


@contextlib.contextmanager
def _mapped(library: Library) -> Iterator[None]:
    """Errors of the disk as ours."""
    try:
        yield
    except OSError as error:
        kind = DiskFullError if error.errno in _FULL else LibraryError
        raise kind(
            f"the indexes of {library.name} cannot be written ({error.strerror or error}); the "
            "library itself has all changes and can be asked; free some space, or check the "
            "folder's permissions, and run: pincite rebuild"
        ) from error


def _publish(
    library: Library,
    without: Collection[str] = (),
    *,
    anew: bool = False,
    compact: bool = False,
) -> None:
    """See `publish` and `compact`; ``without`` are segments that are damaged."""
    place = _place(library)
    for folder in (place.parent, place, place / SEGMENTS):
        if folder.exists() and not folder.is_dir():
            folder.unlink()
    for _ in range(_TRIES):
        try:
            base = manifest.latest(place)
        except IndexDamagedError:
            base = manifest.unusable(place)
        with library.snapshot():
            generation, states = library.generation, library.document_states()
        kept = [] if anew else [files for files in base.segments if files.name not in without]
        is_due = anew or (compact and any(files.gone for files in base.segments))
        if base.generation == generation and len(kept) == len(base.segments) and not is_due:
            return
        update = Update(library, place / SEGMENTS)
        try:
            update.apply(kept, states, compact=compact)
            now = Manifest(base.number + 1, generation, tuple(update.segments))
            if library.generation != generation:
                return  # whoever has changed it publishes what it is now
            if manifest.commit(place, now):
                update.unused = {files.name for files in update.made} - update.names()
                manifest.tidy(place, base, now)
                _drop_others(place)
                return
        finally:
            for name in update.unused:
                manifest.drop(place / SEGMENTS / name)


def _in_memory(library: Library, place: Path) -> Indexes:
    """The indexes with what is sound on disk, and the rest in memory."""
    on_disk: list[Segment] = []
    with contextlib.suppress(IndexDamagedError):
        for files in manifest.latest(place).segments:
            with contextlib.suppress(IndexDamagedError):
                on_disk.append(segments.load(place / SEGMENTS, files))
    # To the end of one moment: no document of this generation may be missing because it was changed
    # before it was read.
    with library.snapshot():
        generation, states = library.generation, library.document_states()
        gone, new = difference([segment.documents for segment in on_disk], states)
        made = list(build_segments(library, new))
    view: list[tuple[Segment, Sequence[int]]] = list(zip(on_disk, gone, strict=True))
    return Indexes.of(generation, [*view, *((segment, ()) for segment in made)])


def _drop_others(place: Path) -> None:
    """Drop the indexes of other formats, analyses and embedders."""
    for other in _listed(place.parent):
        if other != place:
            manifest.drop(other)


def _listed(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []
