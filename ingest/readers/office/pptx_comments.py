"""The comments on the slides of a deck, in the older form and in that since 2018."""

from __future__ import annotations

from typing import Any

from pincite.ingest.readers.office.drawings import A
from pincite.ingest.readers.office.package import Package


class Comments:
    """The comments of a deck whose main part is at ``path``."""

    def __init__(self, package: Package, path: str) -> None:
        self._package = package
        self._names: dict[str, str] = {}
        self._read: set[str] = set()  # paths; slides can refer to one part without end
        for target in package.targets(path).values():
            if target.kind in ("commentAuthors", "authors"):
                authors = package.part(target.path)
                for author in [] if authors is None else authors:
                    self._names[author.get("id", "")] = " ".join(author.get("name", "").split())

    def on(self, slide: str) -> list[str]:
        """What is said about the slide whose part is at ``slide``, after its author."""
        lines = []
        for target in self._package.targets(slide).values():
            if target.kind == "comments" and target.path not in self._read:
                self._read.add(target.path)
                for comment in _comments(self._package.part(target.path)):
                    author = self._names.get(comment.get("authorId", ""), "")
                    if words := _words(comment):
                        lines.append(
                            f"Comment by {author}: {words}" if author else f"Comment: {words}"
                        )
        return lines


def _comments(root: Any) -> list[Any]:
    """The comments and the answers to them, in order."""
    return [] if root is None else [one for one in root.iter() if _local(one) in ("cm", "reply")]


def _words(comment: Any) -> str:
    parts: list[str] = []
    for child in comment:
        if _local(child) == "text":
            parts.append(child.text or "")
        elif _local(child) == "txBody":
            parts += ["".join(t.text or "" for t in p.iter(f"{A}t")) for p in child.iter(f"{A}p")]
    return " ".join(" ".join(parts).split())


def _local(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]
