"""Files whose contents stand under another name as well: each stays a document, and it is said."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from pincite.corpus.store.rows import Entry
from pincite.corpus.types import Origin
from pincite.ingest.files.missing import is_gone


class Copies:
    """What is in which file, as far as the library knows and a run has seen.

    Args:
        origins: by name, the files of the library's documents.
    """

    def __init__(self, origins: Mapping[str, Origin | None]) -> None:
        self._digest: dict[str, str] = {}
        self._names: dict[str, list[str]] = {}  # by digest, those seen first at the front
        for name, origin in origins.items():
            self._note(name, origin)

    def forget(self, name: str) -> None:
        """What is in a file is not known any more; it has to be opened."""
        self._digest.pop(name, None)

    def other(self, name: str, origin: Origin | None) -> str:
        """The first other file with the same contents; empty if there is none before this one."""
        self._note(name, origin)
        if origin is None:
            return ""
        names = self._names[origin.sha256]
        while names and names[0] != name:
            if self._digest.get(names[0]) == origin.sha256 and not _is_gone(names[0]):
                return names[0]
            del names[0]
        return ""

    def _note(self, name: str, origin: Origin | None) -> None:
        if origin is not None and self._digest.get(name) != origin.sha256:
            self._digest[name] = origin.sha256
            self._names.setdefault(origin.sha256, []).append(name)


def same_contents(entries: Iterable[Entry]) -> dict[str, str]:
    """By source, the first other document in the list whose file has the same contents."""
    first: dict[str, str] = {}
    found: dict[str, str] = {}
    for entry in entries:
        if entry.origin is not None:
            other = first.setdefault(entry.origin.sha256, entry.source)
            if other != entry.source:
                found[entry.source] = other
    return found


def _is_gone(name: str) -> bool:
    return os.path.isabs(name) and is_gone(name)
