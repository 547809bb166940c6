"""Gold sets over files: the product's own readers read them, and gold text is found in them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pincite.corpus.errors import GoldSetError
from pincite.corpus.types import Document, Span
from pincite.ingest.files.read import Failed, Read, ReadResult, Request
from pincite.ingest.files.walk import Source
from pincite.ingest.processes.reader_pool import Readers

_WORD = re.compile(r"\w+")
_BETWEEN = r"[\W_]*"


@dataclass(frozen=True, slots=True)
class GoldFile:
    """A file of a gold set: where it lies, its title if the set gives one, and who names it."""

    path: Path
    title: str | None
    where: str


def read_files(files: Mapping[str, GoldFile]) -> dict[str, Document]:
    """The documents that ingest would make of the files, by gold id, which is their source.

    Raises:
        GoldSetError: a file is missing or cannot be read.
    """
    for file in files.values():
        if not file.path.is_file():
            raise GoldSetError(
                f"{file.where}: the file {file.path} does not exist; name it relative to the "
                "folder of the gold set or the sheet"
            )
    requests = [(Request(Source(f.path, f.title)), f.path.stat().st_size) for f in files.values()]
    with Readers() as readers:
        findings = [finding for _, finding in readers.read(requests)]
    return {
        id: _document(id, file, finding)
        for (id, file), finding in zip(files.items(), findings, strict=True)
    }


def locate(text: str, passage: str) -> Span | None:
    """Where ``passage`` stands in ``text``, whatever blanks and marks are between its words.

    >>> locate("| Zurich | 28 CHF |", "Zurich: 28 CHF")
    Span(start=2, end=17)
    """
    words = _WORD.findall(passage)
    if not words:
        return None
    pattern = rf"(?<!\w){_BETWEEN.join(map(re.escape, words))}(?!\w)"
    found = re.search(pattern, text) or re.search(pattern, text, re.IGNORECASE)
    return Span(*found.span()) if found else None


def _document(id: str, file: GoldFile, finding: ReadResult) -> Document:
    match finding:
        case Read(document, _):
            return replace(document, source=id, origin=None)
        case Failed(reason):
            raise GoldSetError(f"{file.where}: {reason}")
        case _:
            raise GoldSetError(f"{file.where}: {file.path} was not read; run it again")
