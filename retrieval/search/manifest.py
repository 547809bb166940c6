"""The list of segments: one of them counts, and it is replaced by a rename or not at all.

    <place>/<number>/manifest.json   the list; the highest number counts
    <place>/segments/…               see `segments.py`

A list is written aside and renamed to the next number. Of two processes that do so at once, one
finds that number taken, and looks again.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pincite.corpus.errors import IndexDamagedError
from pincite.retrieval.search.checksums import Checksum, sync_folder, write
from pincite.retrieval.search.segments import FILES, OPTIONAL_FILES, SegmentFiles

SEGMENTS = "segments"
_FILE = "manifest.json"
_ASIDE = ".aside-"
_ABANDONED_SECONDS = 3600  # no build takes so long; what is older was left by a killed process


@dataclass(frozen=True, slots=True)
class Manifest:
    """The segments of one generation of a library.

    Attributes:
        number: of this list; the next one has the next number. 0 where there is none yet.
        generation: of the library; -1 where there is no list that can be used.
    """

    number: int
    generation: int
    segments: tuple[SegmentFiles, ...] = ()


def latest(place: Path) -> Manifest:
    """The list that counts in ``place``; an empty one, of generation -1, where there is none.

    Raises:
        IndexDamagedError: the list is damaged; a new one gets the next number.
    """
    while True:
        number = max(_numbers(place), default=0)
        try:
            return _read(place / str(number), number) if number else Manifest(0, -1)
        except IndexDamagedError:
            if is_latest(place, Manifest(number, -1)):
                raise  # else another process has replaced it meanwhile


def is_latest(place: Path, manifest: Manifest) -> bool:
    """Whether no other list has taken this one's place."""
    return max(_numbers(place), default=0) == manifest.number


def unusable(place: Path) -> Manifest:
    """An empty list in the place of a damaged one."""
    return Manifest(max(_numbers(place), default=0), -1)


def commit(place: Path, manifest: Manifest) -> bool:
    """Put a list into its place; False where another process has put one there.

    Raises:
        OSError: it cannot be written.
    """
    aside = place / f"{_ASIDE}{uuid.uuid4().hex}"
    aside.mkdir(parents=True)
    try:
        text = json.dumps(asdict(manifest), indent=1).encode()
        write(aside / _FILE, [hashlib.sha256(text).hexdigest().encode(), b"\n", text])
        sync_folder(aside)
        try:
            os.rename(aside, place / str(manifest.number))
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
            return False
        sync_folder(place)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    # A place that others have moved past, and so cleared, can be taken again: that is too late.
    return is_latest(place, manifest)


def tidy(place: Path, before: Manifest, now: Manifest) -> None:
    """Drop older lists, the segments that only they name, and what killed processes left."""
    named = {segment.name for segment in now.segments}
    for number in _numbers(place):
        if number < now.number:
            drop(place / str(number))
    for segment in before.segments:
        if segment.name not in named:
            drop(place / SEGMENTS / segment.name)
    _drop_old(place, lambda name: not name.isdigit() and name != SEGMENTS)
    _drop_old(place / SEGMENTS, lambda name: name not in named)


def drop(path: Path) -> None:
    """Delete a file or folder, if it is there."""
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _drop_old(folder: Path, unwanted: Callable[[str], bool]) -> None:
    for path in _listed(folder):
        try:
            age = time.time() - path.stat().st_mtime
        except OSError:  # gone meanwhile
            continue
        if unwanted(path.name) and age > _ABANDONED_SECONDS:
            drop(path)


def _numbers(place: Path) -> list[int]:
    return [int(path.name) for path in _listed(place) if path.name.isdecimal()]


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return []


def _read(folder: Path, number: int) -> Manifest:
    try:
        digest, _, text = (folder / _FILE).read_bytes().partition(b"\n")
        if hashlib.sha256(text).hexdigest().encode() != digest:
            raise ValueError("its sum is another")
        value = json.loads(text)
        found = Manifest(**value)
        segments = tuple(_segment(one) for one in value["segments"])
        if found.number != number:
            raise ValueError("its number is another")
        return replace(found, segments=segments)
    except FileNotFoundError as error:
        raise IndexDamagedError(f"the index {folder} has no manifest") from error
    except (OSError, ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
        raise IndexDamagedError(f"the index {folder} has a damaged manifest") from error


def _segment(value: dict[str, object]) -> SegmentFiles:
    segment = SegmentFiles(**value)  # type: ignore[arg-type]
    if not FILES <= set(segment.files) <= FILES | OPTIONAL_FILES:
        raise ValueError("a segment has other files")
    files = {name: Checksum(**one) for name, one in segment.files.items()}  # type: ignore[arg-type]
    return replace(segment, files=files, gone=tuple(segment.gone))
