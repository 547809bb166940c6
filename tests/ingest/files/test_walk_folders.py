"""What a walk through a folder gives and leaves out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pincite.corpus.errors import EmptySourceError, SourceNotFoundError, UsageError
from pincite.ingest.files.walk import Sources, find_sources

GIT = shutil.which("git")


def make(folder: Path, *names: str) -> Path:
    """Write a file of each name; the folder."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("Gulls nest on cliffs.\n", "utf-8")
    return folder


def taken(folder: Path, found: Sources | None = None, **options: Any) -> list[str]:
    sources = find_sources([folder], **options) if found is None else found
    return [source.path.relative_to(folder).as_posix() for source in sources]


def test_what_a_gitignore_names_is_left_out_and_what_it_takes_back_is_not(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "draft1.txt", "draft2.txt", "build/b.txt", "deep/build/c.txt")
    (tmp_path / ".gitignore").write_text("draft*.txt\n!draft2.txt\n/build/\n# a.txt\n", "utf-8")
    assert taken(tmp_path) == ["a.txt", "draft2.txt", "deep/build/c.txt"]


def test_a_gitignore_counts_in_its_own_folder_and_the_inner_one_decides(tmp_path: Path) -> None:
    make(tmp_path, "a.md", "in/a.md", "in/b.txt", "out/b.txt")
    (tmp_path / ".gitignore").write_text("*.md\n", "utf-8")
    (tmp_path / "in" / ".gitignore").write_text("!a.md\nb.txt\n", "utf-8")
    assert taken(tmp_path) == ["in/a.md", "out/b.txt"]


def test_the_repository_above_a_folder_has_its_say(tmp_path: Path) -> None:
    make(tmp_path, "docs/deep/a.txt", "docs/deep/b.tmp.txt", "docs/deep/c.txt")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text("*.tmp.txt\n", "utf-8")
    (tmp_path / "docs" / ".gitignore").write_text("deep/c.txt\n", "utf-8")
    assert taken(tmp_path / "docs" / "deep") == ["a.txt"]


def test_what_is_above_the_repository_has_no_say(tmp_path: Path) -> None:
    make(tmp_path, "project/a.txt")
    (tmp_path / ".gitignore").write_text("*.txt\n", "utf-8")
    assert taken(tmp_path / "project") == ["a.txt"]
    (tmp_path / "project" / ".git").mkdir()
    assert taken(tmp_path / "project") == ["a.txt"]


@pytest.mark.parametrize("rule", ["build", "build/", "*", "/build/papers/"])
def test_a_folder_that_is_named_is_taken_though_its_repository_ignores_it(
    tmp_path: Path, rule: str
) -> None:
    make(tmp_path, "build/papers/a.txt", "build/papers/b.txt")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".gitignore").write_text(f"{rule}\n", "utf-8")
    (tmp_path / "build" / "papers" / ".gitignore").write_text("b.txt\n", "utf-8")
    assert taken(tmp_path / "build" / "papers") == ["a.txt"]


@pytest.mark.parametrize("damage", [b"\xff\xfe[\n*.md\n", b"a[\n!\n*.md\n", b"\0\n*.md\n"])
def test_a_line_of_a_gitignore_that_is_no_pattern_is_passed_over(
    tmp_path: Path, damage: bytes
) -> None:
    make(tmp_path, "a.txt", "b.md")
    (tmp_path / ".gitignore").write_bytes(damage)
    assert taken(tmp_path) == ["a.txt"]


def test_a_gitignore_that_is_a_folder_is_none(tmp_path: Path) -> None:
    make(tmp_path, "a.txt")
    (tmp_path / ".gitignore").mkdir()
    assert taken(tmp_path) == ["a.txt"]


def test_a_file_that_is_named_is_taken_though_it_is_ignored(tmp_path: Path) -> None:
    make(tmp_path, "a.txt")
    (tmp_path / ".gitignore").write_text("*\n", "utf-8")
    found = find_sources([tmp_path / "a.txt"], exclude=["*"], include=["*.md"])
    assert [source.path.name for source in found] == ["a.txt"]


NAMES = "*.txt a* /a.txt in/ in /in/b.txt **/c.txt in/** */ d?.txt [ab].txt #a.txt in/*/c.txt"
TAKEN_BACK = ["!a.txt", "!in/b.txt", "!*/", "!/in/", "!in/in/**"]
PATTERNS = st.sampled_from([*NAMES.split(), "\\#a.txt", *TAKEN_BACK])
TREE = ("a.txt", "b.txt", "d1.txt", "#a.txt", "in/a.txt", "in/b.txt", "in/in/c.txt", "out/c.txt")


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make(tmp_path_factory.mktemp("repository"), *TREE)
    git(folder, "init", "-q")
    return folder


def git(folder: Path, *arguments: str) -> str:
    if GIT is None:
        pytest.skip("git is not here to compare with")
    alone = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = [GIT, *arguments]
    return subprocess.run(command, cwd=folder, env=alone, check=True, stdout=-1).stdout.decode()


@settings(max_examples=60)
@given(outer=st.lists(PATTERNS, max_size=5), inner=st.lists(PATTERNS, max_size=3))
def test_what_is_ignored_is_what_git_ignores(
    repository: Path, outer: list[str], inner: list[str]
) -> None:
    (repository / ".gitignore").write_text("\n".join(outer), "utf-8")
    (repository / "in" / ".gitignore").write_text("\n".join(inner), "utf-8")
    listed = git(repository, "ls-files", "--others", "--exclude-standard", "-z").split("\0")
    found = find_sources([repository], may_be_empty=True)
    expected = {name for name in listed if name.endswith(".txt")}
    assert set(taken(repository, found)) == expected, (outer, inner)


def test_patterns_of_the_person_count_from_the_folder(tmp_path: Path) -> None:
    make(tmp_path, "a.md", "a.txt", "drafts/b.md", "in/drafts/c.md", "in/c.md")
    assert taken(tmp_path, include=["*.md"]) == ["a.md", "drafts/b.md", "in/c.md", "in/drafts/c.md"]
    assert taken(tmp_path, exclude=["drafts/"]) == ["a.md", "a.txt", "in/c.md"]
    assert taken(tmp_path, exclude=["/drafts/", "*.txt"]) == ["a.md", "in/c.md", "in/drafts/c.md"]
    assert taken(tmp_path, include=["in/"], exclude=["drafts"]) == ["in/c.md"]


def test_patterns_that_leave_nothing_are_named(tmp_path: Path) -> None:
    make(tmp_path, "a.md")
    with pytest.raises(EmptySourceError, match="--include and --exclude leave"):
        find_sources([tmp_path], include=["*.txt"])


def test_a_pattern_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    make(tmp_path, "a.md")
    with pytest.raises(UsageError, match=r"--exclude '!' is not a pattern"):
        find_sources([tmp_path], exclude=["!"])


def test_links_are_followed_inside_the_folder_only(tmp_path: Path) -> None:
    make(tmp_path, "outside/secret.txt", "folder/.store/kept.txt", "folder/z.txt")
    folder = tmp_path / "folder"
    (folder / "out").symlink_to(tmp_path / "outside", target_is_directory=True)
    (folder / "out.txt").symlink_to(tmp_path / "outside" / "secret.txt")
    (folder / "store").symlink_to(".store", target_is_directory=True)
    (folder / "a.txt").symlink_to("z.txt")  # which has its own name
    found = find_sources([folder])
    assert taken(folder, found) == ["z.txt", "store/kept.txt"]
    assert found.passed_over == {
        "links that lead out of the folder": 2,
        "links to files that are read under another name": 1,
    }


def test_a_folder_that_is_a_link_itself_is_walked(tmp_path: Path) -> None:
    make(tmp_path, "real/a.txt")
    (tmp_path / "link").symlink_to("real", target_is_directory=True)
    assert taken(tmp_path / "link") == ["a.txt"]


def test_links_in_a_circle_end(tmp_path: Path) -> None:
    make(tmp_path, "in/a.txt", "in/deep/b.txt")
    (tmp_path / "in" / "deep" / "up").symlink_to("..", target_is_directory=True)
    (tmp_path / "in" / "self").symlink_to("self")
    (tmp_path / "in" / "loop.txt").symlink_to("loop.txt")
    assert taken(tmp_path) == ["in/a.txt", "in/deep/b.txt", "in/loop.txt"]


def test_the_same_file_by_many_ways_is_taken_once(tmp_path: Path) -> None:
    make(tmp_path, "in/a.txt")
    (tmp_path / "link.txt").symlink_to("in/a.txt")
    (tmp_path / "other").symlink_to("in", target_is_directory=True)
    ways = ("in/a.txt", "in/../in/a.txt", "link.txt", "other/a.txt", "other", "in", ".")
    found = find_sources([tmp_path / way for way in ways])
    assert [source.path for source in found] == [tmp_path / "in" / "a.txt"]


def test_a_library_in_the_folder_is_no_document(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "library/indexes/b.txt", "library/library.sqlite")
    assert taken(tmp_path) == ["a.txt"]


def test_a_walk_is_made_anew_each_time(tmp_path: Path) -> None:
    found = find_sources([make(tmp_path, "a.txt", "x.mp4")])
    assert taken(tmp_path, found) == ["a.txt"]
    make(tmp_path, "b.txt")
    assert taken(tmp_path, found) == ["a.txt", "b.txt"]
    assert found.passed_over == Counter({".mp4": 1})


def test_the_first_file_comes_before_the_last_is_found(tmp_path: Path) -> None:
    found = iter(find_sources([make(tmp_path, "a.txt", "in/b.txt")]))
    assert next(found).path.name == "a.txt"
    make(tmp_path, "in/c.txt")
    assert [source.path.name for source in found] == ["b.txt", "c.txt"]


def test_a_folder_that_vanishes_or_is_withheld_is_named_and_stops_nothing(tmp_path: Path) -> None:
    found = find_sources([make(tmp_path, "a.txt", "in/b.txt", "on/c.txt")])
    names = []
    for source in found:
        names.append(source.path.name)
        shutil.rmtree(tmp_path / "in", ignore_errors=True)
    assert names == ["a.txt", "c.txt"]
    assert found.unread == {str(tmp_path / "in"): "No such file or directory"}


@pytest.mark.skipif(sys.platform == "win32", reason="there, names are not so free")
@pytest.mark.parametrize("name", ["a\nb.txt", "x" * 251 + ".txt", "a\u202eb.txt", " .txt", "*.txt"])
def test_a_file_of_any_name_is_found(tmp_path: Path, name: str) -> None:
    assert taken(make(tmp_path, name)) == [name]


def test_a_path_that_cannot_be_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SourceNotFoundError):
        find_sources([tmp_path / ("x" * 300)])
