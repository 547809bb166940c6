"""Where documents come from: paths on the command line to readable sources."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import (
    EmptySourceError,
    SourceNotFoundError,
    UnreadableSourceError,
    UnsupportedSourceError,
)
from corpus.types import Document
from ingest.readers import READERS, read
from ingest.readers.base import title_from


@dataclass(frozen=True, slots=True)
class Source:
    """A file to take in, under its absolute path as its name. ``title`` overrides its own."""

    path: Path
    title: str | None = None

    @property
    def name(self) -> str:
        """The name that the library knows it by; bytes that are no UTF-8 become U+FFFD."""
        return os.fsencode(self.path).decode("utf-8", "replace")


def find_sources(paths: Iterable[Path], title: str | None = None) -> list[Source]:
    """The files that the paths name: files themselves, and folders' readable ones below them.

    A folder gives the files whose suffix a reader claims, hidden ones left out, in order of
    path. A file named twice is taken once.

    Raises:
        SourceNotFoundError: a path does not exist.
        EmptySourceError: a folder holds nothing that a reader takes.
    """
    found: dict[Path, Source] = {}
    for path in paths:
        if not path.exists():
            raise SourceNotFoundError(f"{path} does not exist; check the path")
        files = list(_walk(path)) if path.is_dir() else [path]
        if not files:
            suffixes = ", ".join(sorted(s for reader in READERS for s in reader.suffixes))
            raise EmptySourceError(
                f"the folder {path} has no file that Pincite reads ({suffixes}); name a file or "
                "another folder"
            )
        for file in files:
            absolute = Path(os.path.abspath(file))
            found.setdefault(absolute, Source(absolute, title))
    return list(found.values())


def read_source(source: Source) -> Document:
    """Read a source into a document.

    Raises:
        SourceError: it cannot be read, and the message says why.
    """
    try:
        if source.path.exists() and not source.path.is_file():  # reading a pipe would never end
            raise UnsupportedSourceError(f"{source.name} is no ordinary file; name a file")
        data = source.path.read_bytes()
    except FileNotFoundError as error:
        raise SourceNotFoundError(f"{source.name} does not exist any more") from error
    except OSError as error:
        raise UnreadableSourceError(
            f"{source.name} cannot be read: {error.strerror}; check its permissions"
        ) from error
    reader, reading = read(data, source.name)
    return Document(
        source=source.name,
        title=source.title or reading.title or title_from(source.name),
        text=reading.text,
        sections=reading.sections,
        pages=reading.pages,
        media_type=reader.media_type,
    )


def _walk(folder: Path) -> Iterator[Path]:
    suffixes = {suffix for reader in READERS for suffix in reader.suffixes}
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if not name.startswith(".") and Path(name).suffix.lower() in suffixes:
                yield Path(parent, name)
