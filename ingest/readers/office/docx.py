"""Word files (Office 2007 and later)."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pincite.corpus.errors import UnsupportedSourceError
from pincite.ingest.readers.base import Reading
from pincite.ingest.readers.builder import Builder
from pincite.ingest.readers.office.docx_body import Body
from pincite.ingest.readers.office.docx_covers import HEAD, covered, is_opaque
from pincite.ingest.readers.office.docx_numbering import W, numbering
from pincite.ingest.readers.office.docx_runs import Runs, local
from pincite.ingest.readers.office.docx_visibility import Visibility
from pincite.ingest.readers.office.margins import without_numbers
from pincite.ingest.readers.office.package import Package, Target
from pincite.ingest.readers.warnings import hidden, unread
from pincite.ingest.readers.zip import open_archive
from pincite.ingest.readers.zip_listing import lists


class DocxReader:
    """Reads ``.docx``: headings as sections, the heads of its pages before and the feet after it.

    Comments are notes beside the paragraphs that they are about; footnotes and endnotes stand at
    the end under "Footnotes".
    """

    media_type = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    suffixes = frozenset({".docx", ".docm", ".dotx"})
    version = 4

    def recognises(self, data: bytes) -> bool:
        """Whether it is a zip file with the parts of a Word file."""
        return lists(data, "word/document")

    def read(self, data: bytes, name: str) -> Reading:
        """See `Reader`; the title is that of the file's properties, or else of its first page."""
        with open_archive(data, name) as archive:
            package = Package(archive, name)
            return _Document(package, _document_path(package, name)).reading()


class _Document:
    """The parts of a Word file, and what has been read of them."""

    def __init__(self, package: Package, path: str) -> None:
        self._package = package
        self._root = package.part(path)
        self._targets = package.targets(path)
        self._numbering = numbering(self._first("styles"), self._first("numbering"))
        visibility = Visibility(self._first("styles"))
        self._runs = Runs(self._numbering, visibility)
        self._margin_runs = Runs(self._numbering, visibility, in_margin=True)
        self._read: set[str] = set()  # paths of charts and diagrams
        self._built = Builder()

    def reading(self) -> Reading:
        """All that there is to read, in the order of the pages."""
        comments = self._comments_by_id()
        body = Body(self._built, self._numbering, self._runs, self._referred, comments)
        self._built.lines("\n".join(self._margin("header")))
        for container in self._root.iter(f"{W}body"):
            self._runs.covered = covered(container, self._first("styles"), self._is_opaque)
            body.add(container)
        self._runs.covered = frozenset()
        self._add_notes(body)
        if left := [words for words in comments.values() if words]:
            with self._built.region("note"):
                for words in left:
                    self._built.paragraph(words)
        if foot := self._margin("footer"):
            if body.has_headings:  # or it would belong to the last section
                self._built.heading(1, "Page footer")
            self._built.lines("\n".join(foot))
        return self._built.reading(self._package.title() or body.title, self._warnings(body))

    def _first(self, kind: str) -> Any:
        """The first part of a kind, or None."""
        return next((self._package.part(path) for path in self._paths(kind)), None)

    def _paths(self, kind: str) -> list[str]:
        return list(dict.fromkeys(t.path for t in self._targets.values() if t.kind == kind))

    def _referred(self, reference: str) -> Any:
        """The part that a reference leads to, the first time; else None."""
        target = self._targets.get(reference)
        if target is None or target.path in self._read:  # a file can refer to a part without end
            return None
        self._read.add(target.path)
        return self._package.part(target.path)

    def _is_opaque(self, reference: str) -> bool:
        """Whether a picture hides what is under it, as far as its file says so."""
        target = self._targets.get(reference)
        return target is not None and is_opaque(self._package.beginning(target.path, HEAD))

    def _margin(self, kind: str) -> list[str]:
        """The distinct lines of the heads or feet that the document's sections refer to."""
        used = (
            target.path
            for node in self._root.iter(f"{W}{kind}Reference")
            if (target := _reference(node, self._targets)) is not None
        )
        lines: dict[str, None] = {}
        for part in filter(_is_there, map(self._package.part, dict.fromkeys(used))):
            for paragraph in part.iter(f"{W}p"):
                if any(local(around) == "Fallback" for around in paragraph.iterancestors()):
                    continue  # the same again, for older programs
                line = self._margin_runs.line(paragraph)
                lines[without_numbers(line.text)] = None
                lines |= dict.fromkeys(f"Image: {words}" for words in line.beside)
                self._margin_runs.unread["hidden passage of a page's margin"] += any(line.hidden)
        return [line for line in lines if line]

    def _comments_by_id(self) -> dict[str, str]:
        """What each comment says, after its author."""
        root = self._first("comments")
        aside = Body(Builder(), self._numbering, self._runs)
        comments = {}
        for comment in [] if root is None else root.iter(f"{W}comment"):
            author = " ".join(comment.get(f"{W}author", "").split())
            if words := aside.text(comment):
                by = f"Comment by {author}" if author else "Comment"
                comments[comment.get(f"{W}id", "")] = f"{by}: {words}"
        return comments

    def _add_notes(self, body: Body) -> None:
        """The notes that the text refers to, as a section of its own."""
        notes = {
            (kind, note.get(f"{W}id")): note
            for kind in ("footnote", "endnote")
            if (part := self._first(f"{kind}s")) is not None
            for note in part.iter(f"{W}{kind}")
        }
        texts = [
            (number, body.text(notes[note]))
            for number, note in enumerate(list(self._runs.notes), 1)
            if note in notes
        ]
        if any(text for _, text in texts):
            self._built.heading(1, "Footnotes")
            for number, text in texts:
                self._built.item(text, f"[{number}]")
            body.has_headings = True

    def _warnings(self, body: Body) -> list[str]:
        """What was not read, or is not to be seen."""
        counts = Counter({"tracked deletion": _deletions(self._root)})
        counts += self._runs.unread + self._margin_runs.unread
        counts["inserted file"] = sum(1 for _ in self._root.iter(f"{W}altChunk", f"{W}subDoc"))
        return [
            *hidden(body.hidden, "passage of text"),
            *unread(counts, {"embedded object": [*self._runs.objects]}),
        ]


def _document_path(package: Package, name: str) -> str:
    """The path of the document itself."""
    paths = [t.path for t in package.targets().values() if t.kind == "officeDocument"]
    path = next(iter(paths), "word/document.xml")
    if not package.holds(path):
        raise UnsupportedSourceError(
            f"{name} is no whole Word file: the part {path!r} with its text is missing; get a "
            "whole copy and ingest it again"
        )
    return path


def _reference(node: Any, targets: dict[str, Target]) -> Target | None:
    return next((targets[value] for value in node.values() if value in targets), None)


def _deletions(root: Any) -> int:
    """How many runs of words were deleted under tracked changes, rows of tables included."""
    deletions, last = 0, None
    for text in root.iter(f"{W}delText"):
        around = text.getparent().getparent()
        deletions += around is not last
        last = around
    return deletions + sum(1 for row in root.iter(f"{W}trPr") if row.find(f"{W}del") is not None)


def _is_there(part: Any) -> bool:
    return part is not None


DOCX = DocxReader()
