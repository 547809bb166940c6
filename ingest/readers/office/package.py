"""The parts of an Office file, and how they refer to each other (Open Packaging Conventions)."""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass
from typing import Any

from pincite.corpus.errors import SourceError
from pincite.ingest.readers.zip import beginning, holds, parse_xml

_TITLE = "{http://purl.org/dc/elements/1.1/}title"
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

    def beginning(self, path: str, size: int) -> bytes:
        """The first bytes of a part of any kind; none where it is missing or damaged."""
        return beginning(self._archive, path, size)

    def title(self) -> str | None:
        """The title among the file's properties, if it has one; a damaged part is passed over."""
        paths = [target.path for target in self.of_kind("core-properties")]
        try:
            root = self.part(next(iter(paths), "docProps/core.xml"))
        except SourceError:
            return None
        titles = () if root is None else root.iter(_TITLE)
        return next(filter(None, (" ".join((t.text or "").split()) for t in titles)), None)

    def of_kind(self, kind: str, path: str = "") -> list[Target]:
        """Those of `targets` that are of a kind ("comments") and there, each once, in order."""
        targets = (target for target in self.targets(path).values() if target.kind == kind)
        return [target for target in dict.fromkeys(targets) if self.holds(target.path)]

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
