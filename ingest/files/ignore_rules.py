"""Which paths in a folder are left out: hidden ones, ``.gitignore``'s, and those a person names."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from pathspec import GitIgnoreSpec

from pincite.corpus.errors import UsageError

GITIGNORE = ".gitignore"
_ALL_INSIDE = re.compile(r"/\*\*[ \t]*$")
_LARGEST = 1_000_000  # bytes of a .gitignore that is believed to be one


@dataclass(frozen=True, slots=True)
class Rules:
    """What is left out below a folder.

    ``ignored`` holds each ``.gitignore`` that counts there with the folder it stands in, the
    outermost first; ``include`` and ``exclude`` are patterns of the same form, which count from
    ``root``. All paths are absolute and have no links in them.
    """

    root: str
    include: GitIgnoreSpec
    exclude: GitIgnoreSpec
    ignored: tuple[tuple[str, GitIgnoreSpec], ...] = ()

    @classmethod
    def of(cls, root: str, include: Sequence[str], exclude: Sequence[str]) -> Rules:
        """The rules at ``root``, those of the repository that it lies in among them.

        Raises:
            UsageError: a pattern of the person's is not well formed.
        """
        rules = cls(root, _patterns(include, "--include"), _patterns(exclude, "--exclude"))
        outer = rules
        for folder in _above(root):
            outer = outer.inside(folder)
        # A folder that is named is meant, even if its repository ignores it.
        named = outer if not any(outer._ignores(folder) for folder in _down_to(root)) else rules
        return named.inside(root)

    def inside(self, folder: str) -> Rules:
        """The rules in ``folder``, with those of its own ``.gitignore``."""
        lines = _lines(os.path.join(folder, GITIGNORE))
        if not lines:
            return self
        ignored = (*self.ignored, (folder, _believed(lines)))
        return Rules(self.root, self.include, self.exclude, ignored)

    def skips_folder(self, path: str) -> bool:
        """Whether nothing in the folder ``path`` is taken."""
        return (
            _hidden(path)
            or bool(self.exclude.check_file(_below(self.root, path) + "/").include)
            or self._ignores(path + "/")
        )

    def skips_file(self, path: str) -> bool:
        """Whether the file ``path`` is left out."""
        below = _below(self.root, path)
        return (
            _hidden(path)
            or bool(self.exclude.check_file(below).include)
            or (bool(len(self.include)) and not self.include.check_file(below).include)
            or self._ignores(path)
        )

    def _ignores(self, path: str) -> bool:
        for folder, spec in reversed(self.ignored):  # the innermost that says something decides
            if (verdict := _verdict(spec, _below(folder, path))) is not None:
                return verdict
        return False


def _verdict(spec: GitIgnoreSpec, path: str) -> bool | None:
    """What the last pattern that fits the path itself says of it; a folder's path ends with "/".

    pathspec's own verdict is also on what is in a folder that fits. That would be too much here:
    whoever walks asks for each folder on the way, and a rule in it may take a folder back, yet
    none of its files.
    """
    for pattern in reversed(list(spec.patterns)):
        if pattern.include is None or pattern.regex is None:  # a comment
            continue
        for match in pattern.regex.finditer(path):
            # The one group that these have is the "/" after a folder that fits.
            if match.lastindex is None or match.end(match.lastindex) == len(path):
                return pattern.include
    return None


def _hidden(path: str) -> bool:
    return os.path.basename(path).startswith(".")


def _below(folder: str, path: str) -> str:
    return path[len(folder.rstrip(os.sep)) + 1 :]


def _above(root: str) -> list[str]:
    """The folders above ``root``, from the top of its repository; none if it is in none."""
    found, folder = [root], root
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return []
        found.append(parent)
        folder = parent
    return found[:0:-1]


def _down_to(root: str) -> list[str]:
    """``root`` and the folders that it lies in, in the repository, as folders are matched."""
    return [folder + "/" for folder in [*_above(root)[1:], root]]


def _spec(lines: Sequence[str]) -> GitIgnoreSpec:
    # "in/**" is what is in the folder, not the folder itself, in which something may be taken
    # back; pathspec would have it mean "in/" as well.
    return GitIgnoreSpec.from_lines([_ALL_INSIDE.sub("/**/*", line) for line in lines])


def _patterns(lines: Sequence[str], option: str) -> GitIgnoreSpec:
    try:
        return _spec(lines)
    except ValueError as error:
        raise UsageError(
            f"{option} {' '.join(lines)!r} is not a pattern ({error}); write it as in .gitignore, "
            "such as '*.md' or 'drafts/'"
        ) from error


def _believed(lines: Sequence[str]) -> GitIgnoreSpec:
    """The patterns that are well formed; git, too, passes over the others."""
    try:
        return _spec(lines)
    except ValueError:
        return _spec([line for line in lines if _is_pattern(line)])


def _is_pattern(line: str) -> bool:
    try:
        _spec([line])
    except ValueError:
        return False
    return True


def _lines(file: str) -> list[str]:
    try:
        if not os.path.isfile(file):
            return []
        with open(file, encoding="utf-8-sig", errors="surrogateescape") as stream:
            return stream.read(_LARGEST).splitlines()
    except OSError:
        return []
