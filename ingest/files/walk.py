"""Where documents come from: paths on the command line to the files that they name."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from pincite.corpus.errors import EmptySourceError, SourceNotFoundError
from pincite.corpus.store.database import FILE_NAME
from pincite.ingest.files.ignore_rules import Rules
from pincite.ingest.readers import READERS

_TAKEN = "links to files that are read under another name"
_LONGEST_SUFFIX = 12  # characters; what is longer is a part of the name


@dataclass(frozen=True, slots=True)
class Source:
    """A file to take in, under its absolute path as its name. ``title`` overrides its own.

    ``called`` is another name, for a file that lies where it lies only while it is taken in, and
    ``suffix`` is what chooses its reader where the name does not.
    """

    path: Path
    title: str | None = None
    called: str | None = None
    suffix: str | None = None

    @property
    def name(self) -> str:
        """The name that the library knows it by; bytes that are no UTF-8 become U+FFFD."""
        if self.called is not None:
            return self.called
        return os.fsencode(self.path).decode("utf-8", "replace")


class Sources:
    """The files that paths name, found anew, and one after the other, whenever it is iterated.

    What the last iteration did not give stands in ``passed_over``, the number of files by what
    they are ("``.png``", "links that lead out of the folder"), and in ``unread``, the folders that
    the system did not let us read, with its reason. The paths that did not exist at the beginning
    are ``missing``, and give nothing.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        title: str | None,
        include: Sequence[str],
        exclude: Sequence[str],
        more: Sequence[Source] = (),
    ) -> None:
        self._more = tuple(more)
        self._paths = [Path(os.path.abspath(path)) for path in paths]
        self._title = title
        self._rules = {
            path: Rules.of(os.path.realpath(path), include, exclude)
            for path in self._paths
            if path.is_dir()
        }
        self.missing = [path for path in self._paths if not os.path.lexists(path)]
        self.passed_over: Counter[str] = Counter()
        self.unread: dict[str, str] = {}

    @property
    def folders(self) -> list[Path]:
        """The folders among the paths."""
        return list(self._rules)

    def __iter__(self) -> Iterator[Source]:
        self.passed_over = Counter()
        self.unread = {}
        seen: set[str] = set()  # where the files really are
        for path in self._paths:
            if path in self.missing:
                continue
            if path not in self._rules:
                if (real := os.path.realpath(path)) not in seen:
                    seen.add(real)
                    yield Source(path, self._title)
                elif path.is_symlink():
                    self.passed_over[_TAKEN] += 1
                continue
            for file in self._walk(path, seen):
                yield Source(Path(file), self._title)
        yield from self._more

    def _walk(self, folder: Path, seen: set[str]) -> Iterator[str]:
        """The files in a folder, a folder's own before those of the folders in it, by name.

        Links come last, so that a file that can be reached without one has its own name.
        """
        rules = self._rules[folder]
        links: list[str] = []
        yield from self._plain(str(folder), rules.root, rules, seen, links)
        for link in links:
            target = os.path.realpath(link)
            if not lies_in(target, rules.root):
                self.passed_over["links that lead out of the folder"] += 1
            elif not os.path.isdir(target):
                if target in seen:
                    self.passed_over[_TAKEN] += 1
                elif self._claimed(link):
                    seen.add(target)
                    yield link
            elif not lies_in(os.path.realpath(os.path.dirname(link)), target):  # else it is a loop
                yield from self._plain(link, target, rules, seen, [])

    def _plain(
        self, folder: str, real: str, rules: Rules, seen: set[str], links: list[str]
    ) -> Iterator[str]:
        """The files below ``folder``, which really is ``real``; links are gathered."""
        waiting = [(folder, real, rules)]
        while waiting:
            folder, real, rules = waiting.pop()
            try:
                with os.scandir(folder) as found:
                    entries = sorted(found, key=lambda entry: entry.name)
            except OSError as error:
                self.unread[folder] = error.strerror or str(error)
                continue
            if any(entry.name == FILE_NAME for entry in entries):  # a library's own folder
                continue
            within: list[tuple[str, str, Rules]] = []
            for entry in entries:
                path = os.path.join(real, entry.name)
                if entry.is_symlink():
                    skips = rules.skips_folder if os.path.isdir(path) else rules.skips_file
                    if not skips(path):
                        links.append(entry.path)
                elif entry.is_dir():
                    if not rules.skips_folder(path):
                        within.append((entry.path, path, rules.inside(path)))
                elif not rules.skips_file(path) and self._claimed(path) and path not in seen:
                    seen.add(path)
                    yield entry.path
            waiting += reversed(within)

    def _claimed(self, path: str) -> bool:
        """Whether a reader takes files that are called so; if not, it is counted."""
        suffix = os.path.splitext(path)[1].lower()
        if suffix in _SUFFIXES:
            return True
        kind = suffix if 1 < len(suffix) <= _LONGEST_SUFFIX else "without a suffix"
        self.passed_over[kind] += 1
        return False


def find_sources(
    paths: Iterable[Path],
    title: str | None = None,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    may_be_empty: bool = False,
    may_be_missing: bool = False,
    more: Sequence[Source] = (),
) -> Sources:
    """The files that the paths name: files themselves, and folders' readable ones below them.

    A folder gives the files whose suffix a reader claims. Left out are hidden files and folders,
    what a ``.gitignore`` in it or above it in its repository names, libraries, and links that lead
    out of it. A file that is named is taken whatever it is; a file named twice is taken once.

    Args:
        paths: files and folders.
        title: for every file, instead of its own.
        include: patterns as in a ``.gitignore``; only files in folders that one of them fits.
        exclude: patterns of files and folders in folders that are left out.
        may_be_empty: take folders that have nothing to read as well.
        may_be_missing: take paths that do not exist as well, so that they can be forgotten.
        more: sources that come after those of the paths.

    Raises:
        SourceNotFoundError: a path does not exist.
        EmptySourceError: a folder holds nothing that a reader takes.
        UsageError: a pattern is not well formed.
    """
    named = list(paths)
    for path in named:
        if not os.path.exists(path) and not (may_be_missing and not os.path.lexists(path)):
            raise SourceNotFoundError(
                f"{path} does not exist; check the path, or if it was removed, remove its "
                f"documents with: pincite ingest --sync {path}"
            )
    for path in named if not may_be_empty else ():
        alone = Sources([path], title, include, exclude)
        if not any(islice(alone, 1)) and not alone.unread:
            raise EmptySourceError(_nothing_in(path, bool(include or exclude)))
    return Sources(named, title, include, exclude, more)


def _nothing_in(folder: Path, limited: bool) -> str:
    if limited:
        return (
            f"the folder {folder} has no file that --include and --exclude leave and that Pincite "
            "reads; change the patterns, or name another folder"
        )
    suffixes = ", ".join(suffix for suffix in _WELL_KNOWN if suffix in _SUFFIXES)
    return (
        f"the folder {folder} has no file that Pincite reads, such as {suffixes}; name a file or "
        "another folder"
    )


def lies_in(path: str, folder: str) -> bool:
    """Whether ``path`` is ``folder`` or is in it, by their names alone.

    >>> lies_in("/a/b", "/a"), lies_in("/a", "/a"), lies_in("/ab", "/a")
    (True, True, False)
    """
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


_WELL_KNOWN = (".txt", ".md", ".pdf", ".html", ".docx", ".pptx", ".xlsx", ".epub", ".csv")
_SUFFIXES = frozenset(suffix for reader in READERS for suffix in reader.suffixes)
