"""The parts of an Office file, and how they refer to each other (Open Packaging Conventions)."""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass
from typing import Any

from pincite.ingest.readers.zip import holds, parse_xml

LARGEST = 48 << 20  # bytes of a part; as a tree it takes about twenty times that at the most


@dataclass(frozen=True, slots=True)
class Target:
    """A part that another refers to: what it is ("header", "styles"), and its path."""

    kind: str
    path: str


class Package:
    """Reads parts by their paths; ``name`` is the file's, for messages."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name

    def holds(self, path: str) -> bool:
        """Whether there is such a part."""
        return holds(self._archive, path)

    def part(self, path: str | None) -> Any:
        """The root of a part, or None where the file has none.

        Raises:
            UnsupportedSourceError: it is damaged, too large or not to be trusted.
        """
        if path is None or not self.holds(path):
            return None
        return parse_xml(self._archive, path, self._name, LARGEST)

    def targets(self, path: str = "") -> dict[str, Target]:
        """The parts that the part at ``path`` refers to, by the id of the reference.

        Without a path: those that the file as a whole refers to.
        """
        folder, file = posixpath.split(path)
        relations = self.part(posixpath.join(folder, "_rels", f"{file}.rels"))
        return {
            one.get("Id", str(number)): Target(
                one.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/"),
            )
            for number, one in enumerate([] if relations is None else relations)
            if one.get("TargetMode") != "External"
        }
