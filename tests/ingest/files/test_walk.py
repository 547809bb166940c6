"""From the paths that a person names to the documents in them."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pincite.corpus.errors import (
    EmptySourceError,
    SourceNotFoundError,
    UnreadableSourceError,
    UnsupportedSourceError,
)
from pincite.ingest.files.read import read_source
from pincite.ingest.files.walk import Source, find_sources


def write(path: Path, data: bytes = b"Gulls nest on cliffs.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def names(paths: list[Path], base: Path) -> list[str]:
    return [source.path.relative_to(base).as_posix() for source in find_sources(paths)]


def test_a_folder_gives_its_readable_files_in_order_of_path(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "c.TXT", "deep/er/d.wiki", "deep/e.text", "f.markdown"):
        write(tmp_path / name)
    for name in ("photo.mp3", "README", "data.unheard", "txt"):
        write(tmp_path / name)
    found = find_sources([tmp_path])
    assert [source.path.relative_to(tmp_path).as_posix() for source in found] == [
        *("a.md", "b.txt", "c.TXT", "f.markdown"),
        *("deep/e.text", "deep/er/d.wiki"),
    ]
    assert found.passed_over == {".mp3": 1, ".unheard": 1, "without a suffix": 2}


def test_hidden_files_and_those_in_hidden_folders_are_left_out(tmp_path: Path) -> None:
    for name in (".secret.txt", ".git/notes.txt", "a/.b/c.txt", "a/seen.txt"):
        write(tmp_path / name)
    assert names([tmp_path], tmp_path) == ["a/seen.txt"]


def test_a_hidden_file_that_is_named_is_taken(tmp_path: Path) -> None:
    file = write(tmp_path / ".secret.txt")
    assert names([file], tmp_path) == [".secret.txt"]


def test_a_file_that_is_named_is_taken_whatever_its_suffix(tmp_path: Path) -> None:
    file = write(tmp_path / "README")
    assert names([file], tmp_path) == ["README"]


def test_a_file_named_twice_is_taken_once(tmp_path: Path) -> None:
    file = write(tmp_path / "notes" / "a.txt")
    roundabout = tmp_path / "notes" / ".." / "notes" / "a.txt"
    relative = Path("notes/a.txt")  # each test works in its own folder
    assert names([relative, file, roundabout, tmp_path, tmp_path], tmp_path) == ["notes/a.txt"]


def test_files_come_in_the_order_in_which_they_are_named(tmp_path: Path) -> None:
    files = [write(tmp_path / name) for name in ("z.txt", "a.txt", "m.txt")]
    assert names(files, tmp_path) == ["z.txt", "a.txt", "m.txt"]


def test_a_source_is_known_by_its_absolute_path(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt")
    (source,) = find_sources([Path("a.txt")])
    assert source.name == str(file)


def test_a_missing_path_is_named_and_nothing_else_is_given(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt")
    with pytest.raises(SourceNotFoundError, match=r"none\.txt does not exist"):
        find_sources([file, tmp_path / "none.txt"])


@pytest.mark.parametrize("inside", [[], ["photo.mp3"], [".hidden.txt"], [".git/a.txt"]])
def test_a_folder_without_a_readable_file_is_refused_with_the_suffixes(
    tmp_path: Path, inside: list[str]
) -> None:
    (tmp_path / "folder").mkdir()
    for name in inside:
        write(tmp_path / "folder" / name)
    with pytest.raises(EmptySourceError, match=r"folder .*has no file.*such as \.txt, \.md"):
        find_sources([tmp_path / "folder"])


def test_a_folder_that_leads_to_itself_ends(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    (tmp_path / "again").symlink_to(tmp_path, target_is_directory=True)
    assert names([tmp_path], tmp_path) == ["a.txt"]


def test_a_file_becomes_a_document_with_its_sections(tmp_path: Path) -> None:
    file = write(tmp_path / "old_gulls.txt", "Intro.\r\n== Nésts ==\r\nOn cliffs.".encode())
    document = read_source(Source(file))
    assert document.source == str(file)
    assert (document.title, document.media_type) == ("old gulls", "text/plain")
    assert document.text == "Intro.\n== Nésts ==\nOn cliffs."
    assert [section.path for section in document.sections] == [(), ("Nésts",)]
    assert document.page_at(0) is None


@pytest.mark.parametrize(
    ("text", "given", "title"),
    [
        ("# From the heading\nText.", None, "From the heading"),
        ("# From the heading\nText.", "From the person", "From the person"),
        ("Text.", None, "from the name"),
    ],
)
def test_a_title_is_the_persons_or_the_files_own_or_its_name(
    tmp_path: Path, text: str, given: str | None, title: str
) -> None:
    write(tmp_path / "from_the_name.md", text.encode())
    (source,) = find_sources([tmp_path], given)
    assert read_source(source).title == title


def test_a_file_that_has_gone_meanwhile_is_not_found(tmp_path: Path) -> None:
    (source,) = find_sources([write(tmp_path / "a.txt")])
    source.path.unlink()
    with pytest.raises(SourceNotFoundError, match=r"a\.txt does not exist any more"):
        read_source(source)


def test_a_file_that_may_not_be_read_is_named_with_the_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, mode: str) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    file = write(tmp_path / "a.txt")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(UnreadableSourceError, match=r"a\.txt cannot be read: Permission denied"):
        read_source(Source(file))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no named pipes")
def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    (source,) = find_sources([tmp_path])
    with pytest.raises(UnsupportedSourceError, match=r"pipe\.txt is not a regular file"):
        read_source(source)


def test_a_folder_is_no_document(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedSourceError, match="is not a regular file"):
        read_source(Source(tmp_path))


def test_a_refusal_names_the_file(tmp_path: Path) -> None:
    file = write(tmp_path / "café.txt", b"\0\1\2")
    with pytest.raises(UnsupportedSourceError) as refused:
        read_source(Source(file))
    assert str(refused.value).startswith(str(file))


def test_a_name_of_any_characters_is_kept(tmp_path: Path) -> None:
    file = write(tmp_path / "naïve 😀 'quoted' %.txt")
    assert read_source(Source(file)).source == str(file)


@pytest.mark.skipif(sys.platform != "linux", reason="only here may a name be any bytes")
def test_a_name_that_is_no_text_is_read_and_can_be_stored(tmp_path: Path) -> None:
    write(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")))
    (source,) = find_sources([tmp_path])
    document = read_source(source)
    assert document.source == f"{tmp_path}/caf\ufffd.txt"
    assert document.title == "caf\ufffd"
    assert document.text == "Gulls nest on cliffs."
    assert len(document.id) == 64
