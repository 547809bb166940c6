"""The derived indexes on disk: built aside, checksummed, renamed into place, rebuilt at need.

    LIBRARY/indexes/<generation>-<identity>/manifest.json   SHA-256 of every other file
                                            dense.faiss
                                            lexical/…
                                            words.txt, short_forms.json

Everything here can be deleted at any moment; the library has what it takes to build it again.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pincite.corpus.errors import IndexDamagedError
from pincite.corpus.store.library import Library
from pincite.retrieval.search.analysis import ANALYSIS
from pincite.retrieval.search.dense import DenseIndex
from pincite.retrieval.search.lexical import LexicalIndex
from pincite.retrieval.search.short_forms import ShortForms
from pincite.retrieval.search.vocabulary import Vocabulary
from pincite.retrieval.search.words import WordCounts, Words

FORMAT = 3  # of the folder; part of its identity
_FOLDER, _DENSE, _LEXICAL = "indexes", "dense.faiss", "lexical"
_ASIDE = ".aside-"
_ABANDONED_SECONDS = 3600  # no build takes so long; what is older was left by a killed process


@dataclass(frozen=True, slots=True)
class Indexes:
    """The dense and the lexical index over one generation of a library, and its words."""

    generation: int
    dense: DenseIndex
    lexical: LexicalIndex
    words: Words

    @property
    def vocabulary(self) -> Vocabulary:
        """The words that stand in the library."""
        return self.words.vocabulary

    @property
    def short_forms(self) -> ShortForms:
        """The short forms that its documents define."""
        return self.words.short_forms


def open_indexes(library: Library, say: Callable[[str], None]) -> Indexes:
    """The indexes of the library's present generation, rebuilt where the disk has no sound ones.

    ``say`` gets a sentence when something on disk was damaged, or when it cannot be written to.
    """
    generation = library.generation
    folder = _place(library, generation)
    try:
        return _load(folder, generation)
    except IndexDamagedError as error:
        if folder.exists():
            say(f"{error}; it is rebuilt from the library")
    try:
        publish(library)
        return _load(folder, generation)
    except (OSError, IndexDamagedError) as error:
        say(f"the indexes of {library.folder} cannot be kept on disk ({error}); built in memory")
        return _build(library, generation, None)


def publish(library: Library) -> None:
    """Build the indexes of the present generation on disk, and drop those of older ones.

    Raises:
        OSError: the library's folder cannot be written to.
    """
    generation = library.generation
    final = _place(library, generation)
    aside = final.parent / f"{_ASIDE}{uuid.uuid4().hex}"
    aside.mkdir(parents=True)
    try:
        _build(library, generation, aside)
        sums = {name: _sha256(aside / name) for name in _files(aside)}
        manifest = {"format": FORMAT, "generation": generation, "files": sums}
        (aside / "manifest.json").write_text(json.dumps(manifest, indent=1), "utf-8")
        if library.generation != generation:  # someone else committed meanwhile: not sound
            return
        _drop(final)
        try:
            os.rename(aside, final)
        except OSError as error:
            # Another process was faster, and what it has put there is as good.
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
    finally:
        _drop(aside)
    for old in final.parent.iterdir():
        if old != final and not (old.name.startswith(_ASIDE) and _in_use(old)):
            _drop(old)


def is_published(library: Library) -> bool:
    """Whether indexes of the present generation are on disk; whether they are sound, not."""
    return (_place(library, library.generation) / "manifest.json").exists()


def index_problems(library: Library) -> list[str]:
    """What is wrong with the indexes on disk, a sentence each; empty when they are sound."""
    try:
        _load(_place(library, library.generation), library.generation)
    except IndexDamagedError as error:
        return [str(error)]
    return []


def index_differences(library: Library) -> list[str]:
    """Where the indexes on disk do not hold what the library holds, each passage and vector.

    Raises:
        IndexDamagedError: they are not sound.
    """
    indexes = _load(_place(library, library.generation), library.generation)
    return list(_differences(indexes, library))


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
            f"the dense index holds {len(row_of)} vectors and the library {total}, and {wrong} of "
            "the library's are missing there or are others"
        )
    texts = [stored.id for stored, _, _ in library.passage_texts()]
    if indexes.lexical.ids() != texts:
        yield f"the lexical index does not hold the {len(texts)} passages of the library"


def _place(library: Library, generation: int) -> Path:
    made_by = f"{FORMAT} {ANALYSIS} {library.fingerprint}"
    identity = hashlib.sha256(made_by.encode()).hexdigest()[:12]
    return library.folder / _FOLDER / f"{generation}-{identity}"


def _build(library: Library, generation: int, folder: Path | None) -> Indexes:
    lexical_folder = None
    if folder is not None:
        lexical_folder = folder / _LEXICAL
        lexical_folder.mkdir()
    dense = DenseIndex.build(library.passage_vectors())
    counts = WordCounts()
    lexical = LexicalIndex.build(counts.of(_indexed(library)), lexical_folder)
    words = counts.words()
    if folder is not None:
        dense.save(folder / _DENSE)
        words.save(folder)
    return Indexes(generation, dense, lexical, words)


def _indexed(library: Library) -> Iterator[tuple[int, str, str, str]]:
    """What the lexical index takes: id, title, what stands over each passage, and its words."""
    for stored, title, text in library.passages_in_texts():
        passage = stored.passage
        above = (*passage.path, *passage.columns, *passage.context_texts(text))
        yield stored.id, title, " ".join(above), text[passage.span.start : passage.span.end]


def _load(folder: Path, generation: int) -> Indexes:
    # FAISS alone does not notice damage: a flipped byte is a silently wrong answer.
    for name, digest in _manifest(folder, generation).items():
        try:
            found = _sha256(folder / name)
        except OSError as error:
            raise IndexDamagedError(f"the index file {folder / name} is missing") from error
        if found != digest:
            raise IndexDamagedError(f"the index file {folder / name} is damaged")
    indexes = Indexes(
        generation,
        DenseIndex.load(folder / _DENSE),
        LexicalIndex.load(folder / _LEXICAL),
        Words.load(folder),
    )
    if len(indexes.dense) != len(indexes.lexical):
        raise IndexDamagedError(
            f"the indexes in {folder} hold {len(indexes.dense)} and {len(indexes.lexical)} passages"
        )
    return indexes


def _manifest(folder: Path, generation: int) -> dict[str, str]:
    """The SHA-256 of each file, by its name."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
        files = dict(manifest["files"])
        if manifest["format"] != FORMAT or manifest["generation"] != generation:
            raise IndexDamagedError(f"the index {folder} is of another format or generation")
    except FileNotFoundError as error:
        raise IndexDamagedError(f"there is no index in {folder}") from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise IndexDamagedError(f"the index {folder} has a damaged manifest") from error
    if set(files) != set(_files(folder)) - {"manifest.json"}:
        raise IndexDamagedError(f"the index {folder} has not the files that its manifest names")
    return files


def _in_use(aside: Path) -> bool:
    try:
        return time.time() - aside.stat().st_mtime < _ABANDONED_SECONDS
    except OSError:  # gone meanwhile
        return False


def _drop(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _files(folder: Path) -> list[str]:
    files = (f for f in folder.rglob("*") if f.is_file() and f.suffix != ".lock")
    return sorted(str(f.relative_to(folder)) for f in files)


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
