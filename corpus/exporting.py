"""A library into a file of JSON lines, and any file written whole or not at all."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pincite.corpus.errors import UsageError
from pincite.corpus.export_format import Record, records, to_line
from pincite.corpus.store.reading import ReadableLibrary


def export(library: ReadableLibrary, file: Path, *, vectors: bool = False) -> int:
    """Write everything in the library, as it is at one moment, to a new file.

    One line a document (see `pincite.corpus.export_format`), then one for each file that could not
    be read. With ``vectors``, the passages and their vectors are in it too, so that whoever imports
    it with the same embedder embeds nothing.

    Returns:
        The number of documents.

    Raises:
        UsageError: the file exists already.
        LibraryError: the library cannot be read.
    """
    documents = 0
    with new_file(file) as stream, library.snapshot():
        for record in records(library, vectors=vectors):
            stream.write(to_line(record).encode("ascii") + b"\n")
            documents += isinstance(record, Record)
    return documents


@contextmanager
def new_file(file: Path) -> Iterator[BinaryIO]:
    """A stream to a file that is there when all has been written, and not at all before.

    Raises:
        UsageError: there is something of this name already.
    """
    if file.exists():
        raise UsageError(f"{file} already exists and was not changed; name a new file")
    aside = file.with_name(f".pincite-{uuid.uuid4().hex}.part")
    try:
        with aside.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(aside, file)
    finally:
        aside.unlink(missing_ok=True)
